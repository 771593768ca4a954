/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressrestarts.h"

#include "gstlivekitegresserror.h"
#include "gstlivekitegressresults.h"

/* In first pauses: the longest pause, and how long an egress is active that counts as a success. */
#define MAX_PAUSE 30
#define SUCCESS 60

/* Whoever restarts for ever does not remember for ever. */
#define MAX_RUNS 100

void
gst_livekit_egress_restarts_clear (GstLiveKitEgressRestarts * self)
{
  g_clear_pointer (&self->runs, g_ptr_array_unref);
}

void
gst_livekit_egress_restarts_reset (GstLiveKitEgressRestarts * self)
{
  gst_livekit_egress_restarts_clear (self);
  *self = (GstLiveKitEgressRestarts) {
  .runs = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_structure_free)};
}

void
gst_livekit_egress_restarts_set_state (GstLiveKitEgressRestarts * self,
    LkEgressJobState state)
{
  if (state == LK_EGRESS_JOB_STATE_ACTIVE && self->active_since == 0)
    self->active_since = g_get_monotonic_time ();
}

static gboolean
is_wanted (const GstLiveKitEgressLife * life, const GError * error)
{
  switch (life->restart) {
    case GST_LIVEKIT_EGRESS_RESTART_ALWAYS:
      return error == NULL || gst_livekit_egress_error_may_pass (error);
    case GST_LIVEKIT_EGRESS_RESTART_ON_FAILURE:
      return error != NULL && gst_livekit_egress_error_may_pass (error);
    default:
      return FALSE;
  }
}

static gboolean
was_success (GstLiveKitEgressRestarts * self, const GstLiveKitEgressLife * life)
{
  return self->active_since != 0
      && g_get_monotonic_time () - self->active_since >=
      (gint64) life->restart_pause * SUCCESS * G_TIME_SPAN_MILLISECOND;
}

guint
gst_livekit_egress_restarts_next (GstLiveKitEgressRestarts * self,
    const GstLiveKitEgressLife * life, const GError * error)
{
  if (!is_wanted (life, error))
    return 0;

  if (was_success (self, life))
    self->count = 0;
  self->active_since = 0;
  if (life->restart_limit > 0 && self->count >= life->restart_limit)
    return 0;

  self->pause = self->count == 0 ? life->restart_pause :
      MIN (self->pause * 2, life->restart_pause * MAX_PAUSE);
  self->count++;
  /* Those that failed together are not to start together. */
  return MAX (1, self->pause * g_random_double_range (0.5, 1));
}

void
gst_livekit_egress_restarts_keep (GstLiveKitEgressRestarts * self,
    LkEgressJobState state, LkEgressInfo * info)
{
  if (info == NULL)
    return;

  if (self->runs->len >= MAX_RUNS)
    g_ptr_array_remove_index (self->runs, 0);
  g_ptr_array_add (self->runs, gst_livekit_egress_results_new_run (state,
          info));
}
