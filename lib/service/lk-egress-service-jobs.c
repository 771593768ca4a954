/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The jobs of a service, each from when it becomes one to its end: what happens to it, and what the
 * service does then. */

#include "lk-egress-service-jobs-private.h"

#include "lk-egress-error.h"
#include "lk-egress-job-private.h"
#include "lk-egress-recovery-private.h"

/* Whether it counts as one that runs: nobody knows when a stale one will end. */
static void
count_running (LkEgressService *self, LkEgressJob *job)
{
  LkEgressTrack *track = lk_egress_track_of (job);
  gboolean runs = track->active && !track->ended && !lk_egress_job_get_stale (job);

  if (runs && !track->counted)
    lk_egress_start_queue_enter (self->queue);
  else if (!runs && track->counted)
    lk_egress_start_queue_leave (self->queue);
  track->counted = runs;
}

/* It has ended, or will not be. */
static void
end_activity (LkEgressService *self, LkEgressJob *job)
{
  LkEgressTrack *track = lk_egress_track_of (job);

  if (track->ended)
    return;

  track->ended = TRUE;
  track->uncounted = !lk_egress_ledger_end (self->ledger, job);
  count_running (self, job);
  lk_egress_time_limit_unset (self->time_limit, job);
  if (!track->active)
    return;
  lk_egress_metrics_add (self->metrics, LK_EGRESS_METRIC_ACTIVE, -1, track->type, NULL);
  lk_egress_job_list_remove (self->active_jobs, job);
}

void
lk_egress_service_untrack (LkEgressService *self, LkEgressJob *job)
{
  const char *id = lk_egress_job_get_egress_id (job);

  g_signal_handlers_disconnect_by_data (job, self);
  end_activity (self, job);
  if (id != NULL && g_hash_table_lookup (self->tracks, id) == job)
    g_hash_table_remove (self->tracks, id);
  lk_egress_job_list_remove (self->jobs, job);
  lk_egress_start_queue_go_on (self->queue);
}

static void
count_end (LkEgressService *self, LkEgressJob *job)
{
  if (lk_egress_track_count_end (self->metrics, job))
    self->completed_count++;
  else
    self->failed_count++;
}

static void
on_stored_end (LkEgressJob *job, gpointer self)
{
  LkEgressTrack *track = lk_egress_track_of (job);

  if (track != NULL && track->uncounted && lk_egress_job_get_egress_id (job) != NULL)
    count_end (self, job);
}

/* Whoever has it counts its end as well. */
static void
on_lost (LkEgressJob *job, gpointer self)
{
  if (lk_egress_track_of (job) == NULL || lk_egress_track_of (job)->ended)
    return;

  lk_egress_track_log (job, G_LOG_LEVEL_MESSAGE, ", and another service tends it now", NULL);
  lk_egress_service_untrack (self, job);
}

/* What cannot be asked for is left, and found again a little later. */
static void
on_found (GPtrArray *entries, gpointer data)
{
  LkEgressService *self = data;
  LkEgressRecovery *recovery = lk_egress_recovery_new (self->client, self->ledger, self->answers,
                                                       lk_egress_service_take, self);

  lk_egress_recovery_add_entries (recovery, entries);
  lk_egress_recovery_run_async (recovery, g_task_new (self, NULL, NULL, NULL));
}

const LkEgressLedgerEvents lk_egress_service_ledger_events = {
  .ended = on_stored_end,
  .lost = on_lost,
  .found = on_found,
};

/* The oldest of those that have ended is forgotten when there are too many. */
static void
remember_end (LkEgressService *self, LkEgressJob *job)
{
  g_queue_push_tail (&self->ended, job);
  while (g_queue_get_length (&self->ended) > self->history)
    lk_egress_service_untrack (self, g_queue_pop_head (&self->ended));
}

static void
on_state_changed (LkEgressJob *job, LkEgressJobState state, LkEgressService *self)
{
  g_autoptr (LkEgressService) alive = g_object_ref (self);
  g_autoptr (LkEgressJob) job_alive = g_object_ref (job);
  LkEgressTrack *track = lk_egress_track_of (job);
  const GError *error = lk_egress_job_get_error (job);
  LkEgressInfo *info = lk_egress_job_get_info (job);
  gboolean final = lk_egress_job_state_is_final (state);
  gboolean failed = final && state != LK_EGRESS_JOB_STATE_COMPLETE
                    && state != LK_EGRESS_JOB_STATE_LIMIT_REACHED;

  if (track->ended)
    return;
  if (state != LK_EGRESS_JOB_STATE_IDLE)
    lk_egress_track_log (job, failed ? G_LOG_LEVEL_MESSAGE : G_LOG_LEVEL_INFO, "", error);

  if (info != NULL && lk_egress_info_get_status (info) >= LK_EGRESS_STATUS_ACTIVE
      && (int)lk_egress_info_get_status (info) > track->heard && self->expects_webhook
      && self->silent_since == 0)
    self->silent_since = g_get_monotonic_time ();
  if (!final)
    return;

  if (lk_egress_job_get_egress_id (job) == NULL)
    {
      /* The server did not take it, or its answer was lost: then there may be an egress. */
      if (!lk_egress_job_start_waits (job) && lk_egress_error_is_uncertain (error))
        lk_egress_ledger_leave (self->ledger, job);
      lk_egress_track_count_error (self->metrics, job, error);
      if (track->active)
        lk_egress_answers_take (self->answers, g_error_matches (error, LK_EGRESS_ERROR,
                                                                LK_EGRESS_ERROR_PERMISSION_DENIED)
                                                   ? NULL
                                                   : error);
      lk_egress_start_queue_remove (self->queue, job, error);
      lk_egress_service_untrack (self, job);
      return;
    }
  end_activity (self, job);
  if (!track->uncounted)
    count_end (self, job);
  remember_end (self, job);
  lk_egress_start_queue_go_on (self->queue);
}

static void
on_id (LkEgressJob *job, GParamSpec *pspec, LkEgressService *self)
{
  g_autoptr (LkEgressService) alive = g_object_ref (self);
  const char *id = lk_egress_job_get_egress_id (job);
  LkEgressJob *known = g_hash_table_lookup (self->tracks, id);
  LkEgressTrack *track = lk_egress_track_of (job);

  if (known != NULL)
    lk_egress_ledger_correct (self->ledger, known, job);
  lk_egress_ledger_set_id (self->ledger, job);
  lk_egress_track_count_start (self->metrics, job);
  lk_egress_answers_take (self->answers, NULL);
  /* Somebody attached to the egress before the answer came, or took it for that of another start.
   * One job counts for it. */
  if (known != NULL)
    lk_egress_service_untrack (self, lk_egress_track_of (known)->ended ? job : known);
  if (track->ended)
    return;

  g_hash_table_replace (self->tracks, g_strdup (id), job);
  track->began = g_get_monotonic_time ();
  track->heard = (int)lk_egress_info_get_status (lk_egress_job_get_info (job));
  lk_egress_time_limit_set (self->time_limit, job);
}

static void
on_stale (LkEgressJob *job, GParamSpec *pspec, LkEgressService *self)
{
  lk_egress_track_log (job, G_LOG_LEVEL_MESSAGE,
                       lk_egress_job_get_stale (job) ? ", but nobody obeys" : " again", NULL);
  count_running (self, job);
  lk_egress_start_queue_go_on (self->queue);
}

void
lk_egress_service_track (LkEgressService *self, LkEgressJob *job, LkEgressStartPolicy *policy)
{
  const char *id = lk_egress_job_get_egress_id (job);

  lk_egress_track_new (job, self->metrics, policy);
  if (id != NULL)
    g_hash_table_replace (self->tracks, g_strdup (id), job);
  g_signal_connect_object (job, "notify::egress-id", G_CALLBACK (on_id), self, 0);
  g_signal_connect_object (job, "notify::stale", G_CALLBACK (on_stale), self, 0);
  g_signal_connect_object (job, "state-changed", G_CALLBACK (on_state_changed), self, 0);
  lk_egress_job_list_append (self->jobs, job);
}

void
lk_egress_service_activate (LkEgressService *self, LkEgressJob *job)
{
  LkEgressTrack *track = lk_egress_track_of (job);

  if (track->ended)
    return;

  track->active = TRUE;
  track->asked = g_get_monotonic_time ();
  count_running (self, job);
  lk_egress_metrics_add (self->metrics, LK_EGRESS_METRIC_ACTIVE, 1, track->type, NULL);
  lk_egress_job_list_append (self->active_jobs, job);
  lk_egress_time_limit_set (self->time_limit, job);
  on_state_changed (job, lk_egress_job_get_state (job), self);
}

/* What limits the egress goes with it from service to service. */
static void
take_limit (LkEgressService *self, LkEgressJob *job)
{
  LkEgressTrack *track = lk_egress_track_of (job);

  if (track->policy == NULL)
    track->policy = lk_egress_ledger_dup_policy (self->ledger, job);
  lk_egress_time_limit_set (self->time_limit, job);
}

gboolean
lk_egress_service_take (LkEgressJob *job, gpointer service)
{
  LkEgressService *self = service;
  LkEgressJob *known;

  if (lk_egress_job_get_info (job) == NULL || self->shut_down)
    return FALSE;

  known = g_hash_table_lookup (self->tracks, lk_egress_job_get_egress_id (job));
  if (known != NULL && known != job)
    {
      lk_egress_ledger_merge (self->ledger, job, known);
      take_limit (self, known);
      return TRUE;
    }
  lk_egress_ledger_set_id (self->ledger, job);
  if (known == NULL)
    {
      lk_egress_service_track (self, job, NULL);
      take_limit (self, job);
      lk_egress_service_activate (self, job);
    }
  lk_egress_job_watch (job);

  return TRUE;
}
