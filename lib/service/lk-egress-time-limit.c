/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-time-limit-private.h"

#include "lk-egress-alarms-private.h"
#include "lk-egress-client-private.h"
#include "lk-egress-track-private.h"

/* An egress that does not end is stopped again, milliseconds later, the double each time, to the
 * most. A stop is itself made of tries that take a minute or more. */
#define MIN_PAUSE 10000
#define MAX_PAUSE 300000

struct _LkEgressTimeLimit
{
  grefcount refs; /* of its owner, and of each stop under way */
  LkEgressMetrics *metrics;
  LkEgressStartPolicy *policy; /* may be NULL */
  LkEgressAlarms *alarms;      /* by job; NULL when the owner is gone */
};

static void
unref (LkEgressTimeLimit *self)
{
  if (!g_ref_count_dec (&self->refs))
    return;

  g_object_unref (self->metrics);
  g_free (self);
}

typedef struct
{
  LkEgressTimeLimit *limit;
  gint64 asked;
} Stop;

static void
stopped (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  LkEgressJob *job = LK_EGRESS_JOB (source_object);
  Stop *stop = user_data;
  LkEgressTimeLimit *self = stop->limit;
  LkEgressTrack *track = lk_egress_track_of (job);
  double scale
      = lk_egress_client_get_time_scale (lk_egress_job_get_client (job)) * G_TIME_SPAN_MILLISECOND;
  g_autoptr (GError) error = NULL;

  lk_egress_job_stop_finish (job, result, &error);
  lk_egress_track_count_stop (self->metrics, job, stop->asked, error);
  if (self->alarms != NULL && !track->ended)
    {
      if (error != NULL)
        lk_egress_track_log (job, G_LOG_LEVEL_MESSAGE, " for too long and cannot be stopped",
                             error);
      track->stop_pause = CLAMP (track->stop_pause * 2, MIN_PAUSE, MAX_PAUSE);
      lk_egress_alarms_set (self->alarms, job,
                            g_get_monotonic_time () + (gint64)(track->stop_pause * scale));
    }
  unref (self);
  g_free (stop);
}

static void
end (gpointer key, gpointer data)
{
  LkEgressJob *job = key;
  LkEgressTimeLimit *self = data;
  LkEgressTrack *track = lk_egress_track_of (job);
  Stop *stop;

  /* It ends already, which may take as long as its uploads. */
  if (lk_egress_job_get_state (job) == LK_EGRESS_JOB_STATE_ENDING)
    return;

  if (!track->too_long)
    lk_egress_track_log (job, G_LOG_LEVEL_MESSAGE,
                         " for as long as it may be (max-duration) and is stopped", NULL);
  track->too_long = TRUE;
  g_ref_count_inc (&self->refs);
  stop = g_new (Stop, 1);
  stop->limit = self;
  stop->asked = g_get_monotonic_time ();
  lk_egress_job_stop_async (job, NULL, stopped, stop);
}

LkEgressTimeLimit *
lk_egress_time_limit_new (GMainContext *context, LkEgressMetrics *metrics)
{
  LkEgressTimeLimit *self = g_new0 (LkEgressTimeLimit, 1);

  g_ref_count_init (&self->refs);
  self->metrics = g_object_ref (metrics);
  self->alarms = lk_egress_alarms_new (context, end, self);

  return self;
}

void
lk_egress_time_limit_free (LkEgressTimeLimit *self)
{
  g_clear_pointer (&self->alarms, lk_egress_alarms_free);
  g_clear_object (&self->policy);
  unref (self);
}

void
lk_egress_time_limit_set (LkEgressTimeLimit *self, LkEgressJob *job)
{
  LkEgressTrack *track = lk_egress_track_of (job);
  LkEgressStartPolicy *policy;
  guint most;

  if (self == NULL || track->began == 0 || track->ended || track->too_long)
    return;

  policy = track->policy != NULL ? track->policy : self->policy;
  most = policy != NULL ? lk_egress_start_policy_get_max_duration (policy) : 0;
  if (most > 0)
    lk_egress_alarms_set (self->alarms, job, track->began + most * G_TIME_SPAN_MILLISECOND);
  else
    lk_egress_alarms_unset (self->alarms, job);
}

void
lk_egress_time_limit_set_policy (LkEgressTimeLimit *self,
                                 LkEgressStartPolicy *policy,
                                 GListModel *jobs)
{
  if (self == NULL)
    return;

  g_set_object (&self->policy, policy);
  for (guint i = 0; i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr (LkEgressJob) job = g_list_model_get_item (jobs, i);

      lk_egress_time_limit_set (self, job);
    }
}

void
lk_egress_time_limit_unset (LkEgressTimeLimit *self, LkEgressJob *job)
{
  if (self != NULL)
    lk_egress_alarms_unset (self->alarms, job);
}
