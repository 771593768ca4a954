/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresswait.h"

#include "gstlivekitegressworker.h"

/* Before the first try again; twice as long each time. */
#define INTERVAL_MS 250
#define MAX_INTERVAL_MS 5000

/* What a worker says of a participant or track that did not come. */
#define NOT_FOUND_CODE 404

void
gst_livekit_egress_wait_begin (GstLiveKitEgressWait * self, guint milliseconds)
{
  self->end = g_get_monotonic_time () +
      (gint64) milliseconds *G_TIME_SPAN_MILLISECOND;
  self->interval = INTERVAL_MS;
}

static gboolean
is_missing (LkEgressJob * job, const GError * error)
{
  LkEgressInfo *info = lk_egress_job_get_info (job);
  gint code = 0;

  if (info == NULL)
    return g_error_matches (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);

  g_object_get (info, "error-code", &code, NULL);
  return code == NOT_FOUND_CODE;
}

gboolean
gst_livekit_egress_wait_again (GstLiveKitEgressWait * self, LkEgressJob * job,
    const GError * error, GSourceFunc func, gpointer data)
{
  const gint64 left =
      (self->end - g_get_monotonic_time ()) / G_TIME_SPAN_MILLISECOND;

  if (left <= 0 || !is_missing (job, error))
    return FALSE;

  gst_livekit_egress_timer_arm (&self->timer, MIN (self->interval, left), func,
      data, NULL);
  self->interval = MIN (self->interval * 2, MAX_INTERVAL_MS);
  return TRUE;
}
