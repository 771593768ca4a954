/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressnews.h"

#include "gstlivekitegressplugin.h"

#define GST_CAT_DEFAULT gst_livekit_egress_debug

void
gst_livekit_egress_news_init (GstLiveKitEgressNews * self, GstElement * owner,
    const GstLiveKitEgressNewsFuncs * funcs)
{
  g_weak_ref_init (&self->owner, owner);
  self->funcs = funcs;
  self->streams = gst_livekit_egress_streams_new ();
  self->start.code = "egress-start";
  self->stop.code = "egress-stop";
}

void
gst_livekit_egress_news_clear (GstLiveKitEgressNews * self)
{
  g_weak_ref_clear (&self->owner);
  gst_livekit_egress_streams_free (self->streams);
}

static GstElement *
dup_owner (GstLiveKitEgressNews * self)
{
  return g_weak_ref_get (&self->owner);
}

void
gst_livekit_egress_news_mute (GstLiveKitEgressNews * self)
{
  g_weak_ref_set (&self->owner, NULL);
}

gboolean
gst_livekit_egress_news_is_heard (GstLiveKitEgressNews * self)
{
  g_autoptr (GstElement) owner = dup_owner (self);

  return owner != NULL;
}

void
gst_livekit_egress_news_begin (GstLiveKitEgressNews * self,
    GstLiveKitEgressProgress * progress, const gchar * text)
{
  g_autoptr (GstElement) owner = dup_owner (self);

  if (owner != NULL)
    gst_livekit_egress_progress_begin (progress, owner, text);
}

void
gst_livekit_egress_news_end (GstLiveKitEgressNews * self,
    GstLiveKitEgressProgress * progress, GstProgressType type,
    const gchar * text)
{
  g_autoptr (GstElement) owner = dup_owner (self);

  if (owner != NULL)
    gst_livekit_egress_progress_end (progress, owner, type, text);
}

static gboolean
is_running (LkEgressJobState state)
{
  return state == LK_EGRESS_JOB_STATE_ACTIVE
      || state == LK_EGRESS_JOB_STATE_ENDING;
}

/* A stream is over before the egress that it is of, and begins after it. */
void
gst_livekit_egress_news_tell_info (GstLiveKitEgressNews * self,
    LkEgressInfo * info, LkEgressJobState told, LkEgressJobState state,
    gboolean is_first)
{
  g_autoptr (GstElement) owner = dup_owner (self);

  if (owner == NULL)
    return;

  g_object_notify (G_OBJECT (owner), "info");
  if (is_first)
    g_object_notify (G_OBJECT (owner), "egress-id");
  gst_livekit_egress_streams_tell (self->streams, owner, info, FALSE);
  if (is_running (state) && state == told)
    gst_livekit_egress_streams_tell (self->streams, owner, info, TRUE);
}

void
gst_livekit_egress_news_tell_state (GstLiveKitEgressNews * self,
    LkEgressInfo * info, LkEgressJobState state, LkEgressJobState previous,
    const GError * error)
{
  g_autoptr (GstElement) owner = dup_owner (self);

  if (owner == NULL)
    return;

  g_object_notify (G_OBJECT (owner), "egress-state");
  gst_livekit_egress_post_state (owner, state, previous, info, error);
  if (is_running (state) && info != NULL)
    gst_livekit_egress_streams_tell (self->streams, owner, info, TRUE);
  self->funcs->state_changed (owner, state);
}

void
gst_livekit_egress_news_tell_ended (GstLiveKitEgressNews * self,
    const GError * error)
{
  g_autoptr (GstElement) owner = dup_owner (self);

  if (owner == NULL || self->ended)
    return;

  self->ended = TRUE;
  self->funcs->ended (owner, error);
}

void
gst_livekit_egress_news_warn (GstLiveKitEgressNews * self,
    GstResourceError code, const gchar * text)
{
  g_autoptr (GstElement) owner = dup_owner (self);
  g_autofree gchar *shown = lk_egress_redact_text (text);

  GST_WARNING_OBJECT (owner, "%s", shown);
  if (owner != NULL)
    gst_element_message_full (owner, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR,
        code, g_steal_pointer (&shown), NULL, __FILE__, GST_FUNCTION, __LINE__);
}
