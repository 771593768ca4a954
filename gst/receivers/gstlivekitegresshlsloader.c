/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresshlsloader.h"

#include <gst/gst.h>
#include <string.h>

/* How long one file may take. */
#define LOAD_TIME (20 * GST_SECOND)

static gboolean
on_timeout (GstClock * clock, GstClockTime time, GstClockID id,
    gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return TRUE;
}

/* The clock's own thread looks after the time, as nothing here runs meanwhile. */
static GstClockID
limit_time (GCancellable * cancellable)
{
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();
  GstClockID id = gst_clock_new_single_shot_id (clock,
      gst_clock_get_time (clock) + LOAD_TIME);

  gst_clock_id_wait_async (id, on_timeout, g_object_ref (cancellable),
      g_object_unref);
  return id;
}

static gboolean
is_stopped (GstLiveKitEgressHlsLoader * self, GCancellable * cancellable)
{
  gboolean stopped;

  g_mutex_lock (&self->lock);
  g_set_object (&self->cancellable, cancellable);
  stopped = self->stopped;
  g_mutex_unlock (&self->lock);

  return stopped;
}

GBytes *
gst_livekit_egress_hls_loader_load (GstLiveKitEgressHlsLoader * self,
    const gchar * name, gsize max_size, GError ** error)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) failure = NULL;
  GstClockID timeout = NULL;
  GBytes *bytes;

  if (is_stopped (self, cancellable))
    g_cancellable_cancel (cancellable);
  /* Nothing ends the reading of a file. */
  if (!gst_livekit_egress_hls_origin_is_folder (self->origin))
    timeout = limit_time (cancellable);
  bytes = gst_livekit_egress_hls_origin_load (self->origin, name, max_size,
      cancellable, &failure);
  if (timeout != NULL) {
    gst_clock_id_unschedule (timeout);
    gst_clock_id_unref (timeout);
  }

  if (!is_stopped (self, NULL) && bytes == NULL
      && g_cancellable_is_cancelled (cancellable))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
        "%.*s cannot be read: it took longer than %u seconds",
        (gint) strcspn (name, "?"), name, (guint) (LOAD_TIME / GST_SECOND));
  else if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return bytes;
}

void
gst_livekit_egress_hls_loader_set_stopped (GstLiveKitEgressHlsLoader * self,
    gboolean stopped)
{
  g_autoptr (GCancellable) cancellable = NULL;

  g_mutex_lock (&self->lock);
  self->stopped = stopped;
  if (stopped)
    g_set_object (&cancellable, self->cancellable);
  g_mutex_unlock (&self->lock);

  if (cancellable != NULL)
    g_cancellable_cancel (cancellable);
}

void
gst_livekit_egress_hls_loader_init (GstLiveKitEgressHlsLoader * self)
{
  g_mutex_init (&self->lock);
}

void
gst_livekit_egress_hls_loader_clear (GstLiveKitEgressHlsLoader * self)
{
  g_mutex_clear (&self->lock);
}
