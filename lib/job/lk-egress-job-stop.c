/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Stopping a job. */

#include "lk-egress-job-private.h"

#include "lk-egress-error.h"
#include "lk-egress-operations-private.h"
#include "lk-egress-outcome-private.h"

/* A stop that nobody hears is given up after so many tries, unless the egress is still starting: a
 * worker that is waiting for its media hears nothing. */
#define MAX_STOP_TRIES 3
#define STOP_PAUSE 500

typedef struct
{
  LkEgressJob *job;
  LkEgressJobState before; /* when the stop was sent */
  GError *refusal;         /* of the stop, while it is found out what it means */
  guint tries;
} StopData;

static void
stop_data_free (StopData *stop)
{
  g_object_unref (stop->job);
  g_clear_error (&stop->refusal);
  g_free (stop);
}

static void
return_true (LkEgressCall *call)
{
  lk_egress_call_return (call, GINT_TO_POINTER (TRUE), NULL);
}

static void
send_stop (LkEgressCall *call, StopData *stop, guint delay)
{
  g_clear_error (&stop->refusal);
  stop->before = stop->job->state;
  /* It is looked what came of it before it is sent again. */
  lk_egress_operation_send_stop (call, LK_EGRESS_CALL_ONCE, delay, stop->job->egress_id);
}

static void
feed_stop_answer (LkEgressCall *call, StopData *stop, GBytes *reply, const GError *error)
{
  g_autoptr (LkEgressInfo) info = NULL;

  if (error == NULL)
    {
      info = lk_egress_operation_read_info (reply);
      lk_egress_job_feed (stop->job, info);
      return_true (call);
    }
  else if (lk_egress_job_may_recover (error)
           || g_error_matches (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_FAILED_PRECONDITION)
           || g_error_matches (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND))
    {
      stop->refusal = g_error_copy (error);
      lk_egress_operation_send_get (call, 0, stop->job->egress_id);
    }
  else
    {
      lk_egress_call_return_error (call, g_error_copy (error));
    }
}

static void
feed_stop_look (LkEgressCall *call, StopData *stop, GBytes *reply, const GError *error)
{
  LkEgressJob *job = stop->job;
  gboolean unheard
      = stop->refusal->domain == LK_EGRESS_ERROR && lk_egress_job_may_recover (stop->refusal);
  gboolean changed;
  gboolean told = lk_egress_job_feed_listing (job, reply, error, &changed);

  if (lk_egress_outcome_get_rank (job->state) >= LK_EGRESS_JOB_STATE_ENDING)
    {
      if (unheard && stop->before == LK_EGRESS_JOB_STATE_ENDING)
        lk_egress_job_feed_stale (job);
      return_true (call);
      return;
    }

  /* A worker knows that the egress is over a moment before the server does. */
  if (!told || job->state != LK_EGRESS_JOB_STATE_STARTING
      || !lk_egress_job_may_recover (stop->refusal))
    stop->tries++;
  if (stop->tries >= MAX_STOP_TRIES)
    {
      if (told && unheard)
        lk_egress_job_feed_stale (job);
      lk_egress_call_return_error (call, g_steal_pointer (&stop->refusal));
      return;
    }

  send_stop (call, stop, STOP_PAUSE);
}

static void
feed_stop (LkEgressCall *call, GBytes *reply, const GError *error, gpointer data)
{
  StopData *stop = data;

  if (stop->refusal == NULL)
    feed_stop_answer (call, stop, reply, error);
  else
    feed_stop_look (call, stop, reply, error);
}

/* Until the server accepts it or the egress has ended anyway. */
static LkEgressCall *
new_stop (LkEgressJob *self)
{
  StopData *stop = g_new0 (StopData, 1);
  LkEgressCall *call;

  stop->job = g_object_ref (self);
  call = lk_egress_client_new_call (self->client, feed_stop, stop, (GDestroyNotify)stop_data_free);
  lk_egress_call_unbound (call);
  if (lk_egress_job_state_is_final (self->state))
    return_true (call);
  else
    send_stop (call, stop, 0);

  return call;
}

static void
stop_done (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (lk_egress_call_run_finish (source_object, result, &error) != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
lk_egress_job_begin_stop (LkEgressJob *self, GTask *task)
{
  lk_egress_call_run_async (new_stop (self), self, lk_egress_job_stop_async, "StopEgress",
                            g_task_get_cancellable (task), stop_done, g_object_ref (task));
}

/* Whether there is anything that can be stopped, now or after the answer to a start. */
static gboolean
may_stop (LkEgressJob *self, GError **error)
{
  if (self->egress_id != NULL || self->asking || lk_egress_job_state_is_final (self->state))
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED,
                       "The job was not started, so there is no egress to stop");

  return FALSE;
}

/**
 * lk_egress_job_stop:
 * @self: a job
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Asks the server to end the egress, until it accepts or the egress has ended anyway. Outputs are
 * then finished; wait for COMPLETE to see that through.
 *
 * An egress that is still starting may not hear a stop for half a minute: the server is asked again
 * until it does. When one that is running does not hear it three times, [property@Job:stale] is
 * set, and the error of the last try is returned.
 *
 * While [method@Job.start_async] is under way this cannot wait for it: the egress is stopped when
 * its answer comes, and %G_IO_ERROR_PENDING is returned. A job that was not started gives
 * %G_IO_ERROR_NOT_INITIALIZED.
 *
 * Returns: %TRUE if the egress is ending or has ended
 * Since: 1.0
 */
gboolean
lk_egress_job_stop (LkEgressJob *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_JOB (self), FALSE);

  if (!may_stop (self, error))
    return FALSE;

  if (self->egress_id == NULL && self->asking)
    {
      self->unwanted = TRUE;
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PENDING,
                           "The start of the egress is not answered yet; it is stopped as soon as "
                           "it is");
      return FALSE;
    }

  return lk_egress_call_run (new_stop (self), cancellable, error) != NULL;
}

/**
 * lk_egress_job_stop_async:
 * @self: a job
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Stops the egress as [method@Job.stop] does, without blocking. If a start is under way, its answer
 * is awaited first.
 *
 * Since: 1.0
 */
void
lk_egress_job_stop_async (LkEgressJob *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (LK_EGRESS_IS_JOB (self));

  task = lk_egress_job_new_task (self, lk_egress_job_stop_async, "LkEgressJob stop", cancellable,
                                 callback, user_data);
  if (!may_stop (self, &error))
    g_task_return_error (task, error);
  else if (g_task_return_error_if_cancelled (task))
    return;
  else if (self->egress_id == NULL && self->asking)
    lk_egress_job_wait_to_stop (self, g_steal_pointer (&task));
  else
    lk_egress_job_begin_stop (self, task);
}

/**
 * lk_egress_job_stop_finish:
 * @self: a job
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Job.stop_async].
 *
 * Returns: %TRUE if the egress is ending or has ended
 * Since: 1.0
 */
gboolean
lk_egress_job_stop_finish (LkEgressJob *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, lk_egress_job_stop_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
