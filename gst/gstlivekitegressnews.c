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
  g_clear_pointer (&self->runs, g_ptr_array_unref);
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
  gst_livekit_egress_post_state (owner, state, previous, info, error,
      self->runs);
  if (is_running (state))
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
gst_livekit_egress_news_tell_leftover (GstLiveKitEgressNews * self,
    const gchar * owner_name, const gchar * egress_id, const gchar * outcome)
{
  g_autoptr (GstElement) owner = dup_owner (self);

  if (owner != NULL)
    gst_livekit_egress_post_leftover (owner, owner_name, egress_id, outcome);
}

void
gst_livekit_egress_news_tell_accepted (GstLiveKitEgressNews * self,
    const gchar * egress_id)
{
  g_autofree gchar *text = g_strdup_printf ("Egress %s is accepted, its media "
      "is to come", egress_id);

  gst_livekit_egress_news_end (self, &self->start, GST_PROGRESS_TYPE_COMPLETE,
      text);
}

void
gst_livekit_egress_news_tell_incomplete (GstLiveKitEgressNews * self,
    guint milliseconds)
{
  g_autofree gchar *text = g_strdup_printf ("The recording was not complete "
      "%u ms after the stop, and nobody waits for it any more.", milliseconds);

  gst_livekit_egress_news_warn (self, GST_RESOURCE_ERROR_CLOSE, text);
  gst_livekit_egress_news_tell_ended (self, NULL);
}

void
gst_livekit_egress_news_tell_failed (GstLiveKitEgressNews * self,
    const GError * error)
{
  gst_livekit_egress_news_end (self, &self->start, GST_PROGRESS_TYPE_ERROR,
      error->message);
  gst_livekit_egress_news_tell_ended (self, error);
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

void
gst_livekit_egress_news_warn_unstopped (GstLiveKitEgressNews * self,
    const gchar * egress_id, const gchar * reason)
{
  g_autofree gchar *text = NULL;

  if (!g_atomic_int_compare_and_exchange (&self->warned_unstopped, FALSE, TRUE))
    return;

  text = g_strdup_printf ("The egress %s is not stopped and may still run on "
      "the server: %s.",
      egress_id != NULL ? egress_id : "that was being started", reason);
  gst_livekit_egress_news_warn (self, GST_RESOURCE_ERROR_CLOSE, text);
}
