/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Starting the egress. What is cancelled is stopped, so this is on top of stopping. */

#include "lk-egress-job-private.h"

void
lk_egress_job_set_retry (LkEgressJob *self, const LkEgressStartRetry *retry)
{
  self->retry = *retry;
}

void
lk_egress_job_let_start_wait (LkEgressJob *self)
{
  self->start_waits = TRUE;
}

gboolean
lk_egress_job_start_waits (LkEgressJob *self)
{
  return self->start_waits;
}

void
lk_egress_job_refuse (LkEgressJob *self, const GError *error)
{
  lk_egress_job_tell (self, lk_egress_life_take_refusal (&self->life, error));
}

static gboolean
may_start (LkEgressJob *self, GError **error)
{
  if (self->life.state != LK_EGRESS_JOB_STATE_IDLE || self->starting != NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
                         "The job was started before; make a new one for each start");
  else if (self->request == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                         self->life.egress_id == NULL
                             ? "The job has no request to start; make it with one"
                             : "The job is made from the id of an egress, which was started "
                               "before; use lk_egress_job_attach() to read its info");
  else if (self->life.egress_id != NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                         "The job has both a request and the id of an egress; make it with one of "
                         "the two");
  else
    return TRUE;

  return FALSE;
}

static gboolean
start_cancelled (gpointer source_object)
{
  lk_egress_job_unwant (source_object);

  return FALSE;
}

static LkEgressCall *
begin_start (LkEgressJob *self)
{
  self->start_waits = FALSE;
  self->starting = g_cancellable_new ();
  self->unwanted = g_cancellable_new ();
  self->starts = lk_egress_waits_new (start_cancelled);

  return lk_egress_operation_start_with_retry (self->client, self->request, self->unwanted,
                                               &self->retry);
}

/* Takes the answer over. */
static void
take_answer (LkEgressJob *self, LkEgressInfo *answer, GError *failure)
{
  g_autoptr (LkEgressInfo) info = answer;
  g_autoptr (GError) error = failure;

  g_clear_object (&self->starting);
  if (info != NULL)
    lk_egress_job_take (self, info, LK_EGRESS_LIFE_ANSWER, NULL);
  else
    lk_egress_job_tell (self, lk_egress_life_take_refusal (&self->life, error));
  lk_egress_waits_end_all (self->starts, self->life.error);
}

static void
chain_cancellable (GCancellable *cancellable, GCancellable *unwanted)
{
  g_cancellable_cancel (unwanted);
}

/**
 * lk_egress_job_start:
 * @self: a job that was not started yet
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Sends the request and waits until the server has accepted it; the job is then STARTING or
 * further.
 *
 * Errors are those of [method@Client.start], %G_IO_ERROR_EXISTS for a second start, and
 * %G_IO_ERROR_INVALID_ARGUMENT for a job that was made from an id, which [method@Job.attach] is
 * for. When a start is refused, the job is FAILED.
 * An egress that has ended by an error already gives that error, see [property@Job:error].
 *
 * A cancellation before the request is sent leaves the job as it was. After that no egress is lost
 * to it: the answer is awaited all the same, as long as [method@Client.start] takes, a request
 * whose answer is lost is not sent again, and the egress is stopped before this returns
 * %G_IO_ERROR_CANCELLED. [method@Job.start_async] returns at once.
 *
 * Returns: %TRUE if the egress was started
 * Since: 1.0
 */
gboolean
lk_egress_job_start (LkEgressJob *self, GCancellable *cancellable, GError **error)
{
  LkEgressCall *call;
  LkEgressInfo *info;
  GError *failure = NULL;
  gulong chain = 0;

  g_return_val_if_fail (LK_EGRESS_IS_JOB (self), FALSE);

  if (!may_start (self, error) || g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  call = begin_start (self);
  if (cancellable != NULL)
    chain
        = g_cancellable_connect (cancellable, G_CALLBACK (chain_cancellable), self->unwanted, NULL);
  lk_egress_job_tell (self, lk_egress_life_ask (&self->life));
  info = lk_egress_call_run (call, self->starting, &failure);
  g_cancellable_disconnect (cancellable, chain);

  take_answer (self, info, failure);
  lk_egress_job_end_start (self, TRUE);

  if (self->life.error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->life.error));
      return FALSE;
    }

  return !g_cancellable_set_error_if_cancelled (self->unwanted, error);
}

static void
start_answered (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  LkEgressJob *self = LK_EGRESS_JOB (source_object);
  GError *error = NULL;
  LkEgressInfo *info = lk_egress_call_run_finish (self, lk_egress_job_start_async, result, &error);

  take_answer (self, info, error);
  lk_egress_job_end_start (self, FALSE);
}

/**
 * lk_egress_job_start_async:
 * @self: a job that was not started yet
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Starts the egress as [method@Job.start] does, without blocking. From then on the job is polled
 * for.
 *
 * After a cancellation @callback is called at once. No egress is lost to it as long as the main
 * context is run: the answer to a request that was sent is awaited in the background, the job
 * learns its id and state, and the egress is stopped. See the description of [class@Job] for a
 * thread or a process that is about to end.
 *
 * Since: 1.0
 */
void
lk_egress_job_start_async (LkEgressJob *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  LkEgressCall *call;

  g_return_if_fail (LK_EGRESS_IS_JOB (self));

  task = lk_egress_job_new_task (self, lk_egress_job_start_async, "LkEgressJob start", cancellable,
                                 callback, user_data);
  if (!may_start (self, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  if (g_task_return_error_if_cancelled (task))
    return;

  self->watched = TRUE;
  call = begin_start (self);
  lk_egress_waits_add (self->starts, g_steal_pointer (&task), 0);
  lk_egress_call_run_async (call, self, lk_egress_job_start_async, "StartEgress", self->starting,
                            start_answered, NULL);
  lk_egress_job_tell (self, lk_egress_life_ask (&self->life));
}

/**
 * lk_egress_job_start_finish:
 * @self: a job
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Job.start_async].
 *
 * Returns: %TRUE if the egress was started
 * Since: 1.0
 */
gboolean
lk_egress_job_start_finish (LkEgressJob *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, lk_egress_job_start_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
