/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Starts under limits of their own, and those that wait for their turn. */

#include "lk-egress-service-start-private.h"

/**
 * lk_egress_service_start_with_policy:
 * @self: a service
 * @request: what is to be started
 * @policy: (nullable): the limits of this one; %NULL for those of the service
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Starts an egress as [method@Service.start] does, under limits of its own: what @policy says of
 * the time that the egress may run and that its start may wait, and of tries, counts instead of all
 * that [property@Service:start-policy] says of them. How many egresses may run and how many starts
 * may wait is a matter of the service alone.
 *
 * How long the egress may run is stored with it in [property@Service:store] as it is now, and
 * counts for each service that recovers it.
 *
 * Returns: (transfer full): the job of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressJob *
lk_egress_service_start_with_policy (LkEgressService *self,
                                     LkEgressRequest *request,
                                     LkEgressStartPolicy *policy,
                                     GCancellable *cancellable,
                                     GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);
  g_return_val_if_fail (LK_EGRESS_IS_REQUEST (request), NULL);
  g_return_val_if_fail (policy == NULL || LK_EGRESS_IS_START_POLICY (policy), NULL);

  return lk_egress_service_run_start (self, request, policy, cancellable, error);
}

/**
 * lk_egress_service_start_with_policy_async:
 * @self: a service
 * @request: what is to be started
 * @policy: (nullable): the limits of this one; %NULL for those of the service
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Starts an egress as [method@Service.start_async] does, under limits of its own: see
 * [method@Service.start_with_policy].
 *
 * Since: 1.0
 */
void
lk_egress_service_start_with_policy_async (LkEgressService *self,
                                           LkEgressRequest *request,
                                           LkEgressStartPolicy *policy,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data)
{
  g_return_if_fail (LK_EGRESS_IS_SERVICE (self));
  g_return_if_fail (LK_EGRESS_IS_REQUEST (request));
  g_return_if_fail (policy == NULL || LK_EGRESS_IS_START_POLICY (policy));

  lk_egress_service_begin_start (self, request, policy, lk_egress_service_start_with_policy_async,
                                 cancellable, callback, user_data);
}

/**
 * lk_egress_service_start_with_policy_finish:
 * @self: a service
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Service.start_with_policy_async].
 *
 * Returns: (transfer full): the job of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressJob *
lk_egress_service_start_with_policy_finish (LkEgressService *self,
                                            GAsyncResult *result,
                                            GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);

  return lk_egress_service_end_start (self, lk_egress_service_start_with_policy_async, result,
                                      error);
}

/**
 * lk_egress_service_cancel_queued:
 * @self: a service
 * @job: a job
 *
 * Takes a start out of the queue, if it waits there: it is never sent, whoever began it gets
 * %G_IO_ERROR_CANCELLED, and the job is FAILED by this error. A job that is not among
 * [property@Service:queued-jobs] is left as it is: [method@Job.stop_async] ends its egress. That
 * takes a start out of the queue as well.
 *
 * Returns: whether the start was in the queue
 * Since: 1.0
 */
gboolean
lk_egress_service_cancel_queued (LkEgressService *self, LkEgressJob *job)
{
  g_autoptr (GError) error = NULL;

  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), FALSE);
  g_return_val_if_fail (LK_EGRESS_IS_JOB (job), FALSE);

  error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                               "The start was taken out of the queue before its turn");

  return lk_egress_start_queue_remove (self->queue, job, error);
}
