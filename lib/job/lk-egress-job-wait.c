/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Waiting for a state of the egress. */

#include "lk-egress-job-private.h"

#include "lk-egress-error.h"
#include "lk-egress-operations-private.h"
#include "lk-egress-retry-private.h"

typedef struct
{
  LkEgressJob *job;
  LkEgressJobState until;
} PollData;

static void
poll_data_free (PollData *poll)
{
  g_object_unref (poll->job);
  g_free (poll);
}

/* TRUE if there is no need to ask again. */
static gboolean
end_poll (LkEgressCall *call, PollData *poll)
{
  const GError *error;

  if (!lk_egress_life_has_reached (&poll->job->life, poll->until, &error))
    return FALSE;

  if (error != NULL)
    lk_egress_call_return_error (call, g_error_copy (error));
  else
    lk_egress_call_return (call, GINT_TO_POINTER (TRUE), NULL);

  return TRUE;
}

static void
feed_poll (LkEgressCall *call, GBytes *reply, const GError *error, gpointer data)
{
  PollData *poll = data;
  LkEgressJob *job = poll->job;
  g_autoptr (LkEgressInfo) info = NULL;
  guint interval;

  if (error == NULL)
    info = lk_egress_operation_read_listed (reply, job->life.egress_id, NULL);
  else if (g_error_matches (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND))
    error = NULL;

  interval = lk_egress_job_take (job, info, LK_EGRESS_LIFE_LOOK, error);
  if (job->watch != NULL)
    lk_egress_monitor_overtake (job->watch);
  if (end_poll (call, poll))
    return;

  if (error != NULL && !lk_egress_retry_may_recover (error))
    lk_egress_call_return_error (call, g_error_copy (error));
  else
    lk_egress_operation_send_get (call, interval, job->life.egress_id);
}

/**
 * lk_egress_job_wait:
 * @self: a job
 * @until: the state to wait for
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Waits until the job is in the state or past it. A job that ends by an error before gives that
 * error, see [property@Job:error]; one that has no id yet gives %G_IO_ERROR_NOT_INITIALIZED.
 *
 * The server is asked until then, as often as for jobs with a main loop, and no main context is run
 * meanwhile. While it cannot be reached or is overloaded the wait goes on; an answer that will not
 * change, such as %LK_EGRESS_ERROR_UNAUTHENTICATED, ends it with this error. It can take for ever:
 * an egress that is ACTIVE stays so until it is stopped.
 *
 * Returns: %TRUE if the state was reached
 * Since: 1.0
 */
gboolean
lk_egress_job_wait (LkEgressJob *self,
                    LkEgressJobState until,
                    GCancellable *cancellable,
                    GError **error)
{
  PollData *poll;
  LkEgressCall *call;

  g_return_val_if_fail (LK_EGRESS_IS_JOB (self), FALSE);

  poll = g_new0 (PollData, 1);
  poll->job = g_object_ref (self);
  poll->until = until;

  call = lk_egress_client_new_call (self->client, feed_poll, poll, (GDestroyNotify)poll_data_free);
  lk_egress_call_unbound (call);
  if (end_poll (call, poll))
    {
    }
  else if (self->life.egress_id == NULL)
    lk_egress_call_return_error (call,
                                 g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED,
                                                      "The job has no egress yet to wait for; "
                                                      "start it, and let the start end"));
  else
    lk_egress_operation_send_get (call, 0, self->life.egress_id);

  return lk_egress_call_run (call, cancellable, error) != NULL;
}

/**
 * lk_egress_job_wait_async:
 * @self: a job
 * @until: the state to wait for
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Waits as [method@Job.wait] does, without blocking. A job that was not started yet may be waited
 * for as well. From then on the job is polled for.
 *
 * Since: 1.0
 */
void
lk_egress_job_wait_async (LkEgressJob *self,
                          LkEgressJobState until,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (LK_EGRESS_IS_JOB (self));

  task = lk_egress_job_new_task (self, lk_egress_job_wait_async, "LkEgressJob wait", cancellable,
                                 callback, user_data);
  if (g_task_return_error_if_cancelled (task))
    return;

  lk_egress_waits_add (self->waits, g_steal_pointer (&task), until);
  lk_egress_job_watch (self);
  /* It may be there already. */
  lk_egress_job_tell (self, LK_EGRESS_LIFE_NOTHING);
}

/**
 * lk_egress_job_wait_finish:
 * @self: a job
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Job.wait_async].
 *
 * Returns: %TRUE if the state was reached
 * Since: 1.0
 */
gboolean
lk_egress_job_wait_finish (LkEgressJob *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, lk_egress_job_wait_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
