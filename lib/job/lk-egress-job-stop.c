/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Stopping a job. */

#include "lk-egress-job-private.h"

#include "lk-egress-error.h"
#include "lk-egress-stop-private.h"

static void
take_news (LkEgressInfo *info, gboolean unheard, gpointer data)
{
  LkEgressJob *self = data;

  if (info != NULL)
    lk_egress_job_feed (self, info);
  else
    lk_egress_job_feed_gone (self);
  if (unheard)
    lk_egress_job_feed_stale (self);
}

static LkEgressCall *
new_stop (LkEgressJob *self)
{
  LkEgressCall *call = lk_egress_stop_new_call (self->client, self->egress_id, self->info,
                                                take_news, g_object_ref (self), g_object_unref);

  lk_egress_call_unbound (call);

  return call;
}

/* There is nothing left to stop when the egress has ended, however that was learned. */
static gboolean
finish_stop (LkEgressJob *self, LkEgressInfo *answer, GError *error, GError **out)
{
  g_autoptr (LkEgressInfo) info = answer;
  g_autoptr (GError) local = error;

  if (info != NULL || lk_egress_job_state_is_final (self->state))
    return TRUE;
  g_propagate_error (out, g_steal_pointer (&local));

  return FALSE;
}

static void
stop_done (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  LkEgressJob *self = LK_EGRESS_JOB (source_object);
  GError *error = NULL;
  LkEgressInfo *info = lk_egress_call_run_finish (self, lk_egress_job_stop_async, result, &error);

  if (finish_stop (self, info, g_steal_pointer (&error), &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
lk_egress_job_begin_stop (LkEgressJob *self, GTask *task)
{
  if (lk_egress_job_state_is_final (self->state))
    g_task_return_boolean (task, TRUE);
  else
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
  LkEgressInfo *info;
  GError *local = NULL;

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

  if (lk_egress_job_state_is_final (self->state))
    return TRUE;

  info = lk_egress_call_run (new_stop (self), cancellable, &local);

  return finish_stop (self, info, local, error);
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
