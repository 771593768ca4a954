/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressmedia.h"

#include "gstlivekitegresserror.h"
#include "gstlivekitegressworker.h"

typedef struct
{
  GstLiveKitEgressMedia *media; /* in the owner */
  GstElement *owner;
} Waiting;

static void
waiting_free (gpointer data)
{
  Waiting *self = data;

  gst_object_unref (self->owner);
  g_free (self);
}

void
gst_livekit_egress_media_reset (GstLiveKitEgressMedia * self)
{
  gst_livekit_egress_timer_disarm (&self->timer);
  self->media = GST_LIVEKIT_EGRESS_MEDIA_NONE;
  self->egress = LK_EGRESS_JOB_STATE_IDLE;
}

static GError *
create_error (GstLiveKitEgressMedia * self)
{
  if (self->media == GST_LIVEKIT_EGRESS_MEDIA_EXPECTED)
    return g_error_new (GST_LIVEKIT_EGRESS_ERROR,
        GST_LIVEKIT_EGRESS_ERROR_FIRST_DATA_TIMEOUT,
        "The egress is active but nothing came within %u ms; can the egress "
        "worker reach the address that it was told (advertise-address), or this "
        "machine the one where the worker listens (srt-location), publishes "
        "(rtmp-location) or writes (location)?", self->first_data_timeout);
  if (self->egress == LK_EGRESS_JOB_STATE_ACTIVE)
    return g_error_new (GST_LIVEKIT_EGRESS_ERROR,
        GST_LIVEKIT_EGRESS_ERROR_CONNECTION_LOST,
        "The connection of the egress broke and did not come back within %u ms.",
        self->reconnect_window);
  return NULL;
}

static gboolean
on_timeout (gpointer data)
{
  Waiting *waiting = data;
  GstLiveKitEgressMedia *self = waiting->media;
  g_autoptr (GstElement) owner = gst_object_ref (waiting->owner);
  g_autoptr (GError) error = create_error (self);

  gst_livekit_egress_timer_disarm (&self->timer);
  self->timed_out (owner, error);
  return G_SOURCE_REMOVE;
}

static void
update (GstLiveKitEgressMedia * self, GstElement * owner)
{
  guint timeout = 0;
  Waiting *waiting;

  gst_livekit_egress_timer_disarm (&self->timer);
  if (self->egress == LK_EGRESS_JOB_STATE_ACTIVE
      || self->egress == LK_EGRESS_JOB_STATE_ENDING) {
    if (self->media == GST_LIVEKIT_EGRESS_MEDIA_EXPECTED)
      timeout = self->first_data_timeout;
    else if (self->media == GST_LIVEKIT_EGRESS_MEDIA_LOST)
      timeout = self->reconnect_window;
  }
  waiting = g_new (Waiting, 1);
  waiting->media = self;
  waiting->owner = gst_object_ref (owner);
  gst_livekit_egress_timer_arm (&self->timer, timeout, on_timeout, waiting,
      waiting_free);
}

void
gst_livekit_egress_media_set_media (GstLiveKitEgressMedia * self,
    GstElement * owner, GstLiveKitEgressMediaState state)
{
  self->media = state;
  update (self, owner);
}

void
gst_livekit_egress_media_set_egress (GstLiveKitEgressMedia * self,
    GstElement * owner, LkEgressJobState state)
{
  self->egress = state;
  update (self, owner);
}
