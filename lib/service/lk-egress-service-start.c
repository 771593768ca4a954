/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Starts of egresses. */

#include "lk-egress-service-start-private.h"

#include "lk-egress-client-private.h"
#include "lk-egress-error-private.h"
#include "lk-egress-job-private.h"
#include "lk-egress-service-jobs-private.h"

gboolean
lk_egress_service_may_take (LkEgressService *self, GError **error)
{
  if (!self->shut_down)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED,
               "The service %s was shut down and takes no more egresses", self->name);
  return FALSE;
}

/* A job that was never sent is none of the service, and the error is counted here: of all others
 * the service hears by their states. Whoever waits for it is told. */
static gboolean
end_start (LkEgressService *self, LkEgressJob *job, const GError *error)
{
  if (error == NULL)
    return TRUE;

  if (lk_egress_job_get_state (job) == LK_EGRESS_JOB_STATE_IDLE)
    {
      lk_egress_track_count_error (self->metrics, job, error);
      lk_egress_service_untrack (self, job);
      lk_egress_job_refuse (job, error);
    }
  return FALSE;
}

/* From here on it counts, and is tried as its policy says. */
static void
prepare_start (LkEgressService *self, LkEgressJob *job)
{
  LkEgressStartPolicy *policy = lk_egress_track_of (job)->policy;

  lk_egress_track_set_retry (job, policy != NULL ? policy : self->policy);
  lk_egress_service_activate (self, job);
}

/* Whoever sees the job may have stopped it, or have ended the service. */
static gboolean
may_send (LkEgressService *self, LkEgressJob *job, GError **error)
{
  const GError *taken_back = lk_egress_job_get_error (job);

  if (taken_back == NULL)
    return lk_egress_service_may_take (self, error);
  g_propagate_error (error, g_error_copy (taken_back));

  return FALSE;
}

LkEgressJob *
lk_egress_service_run_start (LkEgressService *self,
                             LkEgressRequest *request,
                             LkEgressStartPolicy *policy,
                             GCancellable *cancellable,
                             GError **error)
{
  g_autoptr (LkEgressJob) job = NULL;
  g_autoptr (GError) local = NULL;

  if (!lk_egress_service_may_take (self, error))
    return NULL;

  job = lk_egress_job_new (self->client, request);
  lk_egress_job_let_start_wait (job);
  lk_egress_service_track (self, job, policy);
  if (!lk_egress_start_queue_is_open (self->queue))
    {
      local = lk_egress_error_new (LK_EGRESS_ERROR_QUEUE_FULL, 0, NULL, NULL,
                                   "As many egresses run as max-concurrent of the start policy "
                                   "allows, and a start that blocks cannot wait for one to end; "
                                   "use the asynchronous form");
      end_start (self, job, local);
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }

  prepare_start (self, job);
  if (may_send (self, job, &local) && lk_egress_ledger_begin (self->ledger, job, policy, &local))
    lk_egress_job_start (job, cancellable, &local);
  lk_egress_job_watch (job);
  end_start (self, job, local);
  lk_egress_ledger_flush (self->ledger);
  if (local == NULL)
    return g_steal_pointer (&job);

  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

/**
 * lk_egress_service_start:
 * @self: a service
 * @request: what is to be started
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Starts an egress and waits until the server has accepted it. From then on it is one of
 * [property@Service:jobs] and polled for, once the main context of the service runs.
 *
 * Errors are those of [method@Job.start], %G_IO_ERROR_CLOSED after
 * [method@Service.shutdown_async], and %LK_EGRESS_ERROR_QUEUE_FULL when no more egresses may run,
 * see [property@StartPolicy:max-concurrent]: a blocking start does not wait for its turn.
 *
 * Returns: (transfer full): the job of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressJob *
lk_egress_service_start (LkEgressService *self,
                         LkEgressRequest *request,
                         GCancellable *cancellable,
                         GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);
  g_return_val_if_fail (LK_EGRESS_IS_REQUEST (request), NULL);

  return lk_egress_service_run_start (self, request, NULL, cancellable, error);
}

static void
started (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  LkEgressJob *job = LK_EGRESS_JOB (source_object);
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  lk_egress_job_start_finish (job, result, &error);
  if (end_start (g_task_get_source_object (task), job, error))
    g_task_return_pointer (task, g_object_ref (job), g_object_unref);
  else
    g_task_return_error (task, error);
}

/* The start is stored, if there is a store. Takes the task over. */
static void
send_stored (GTask *task, LkEgressJob *job, GError *error)
{
  LkEgressService *self = g_task_get_source_object (task);

  if (error == NULL && may_send (self, job, &error))
    {
      lk_egress_job_start_async (job, g_task_get_cancellable (task), started, task);
      return;
    }
  end_start (self, job, error);
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
stored (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  LkEgressService *self = g_task_get_source_object (task);
  GError *error = NULL;

  lk_egress_ledger_begin_finish (self->ledger, result, &error);
  send_stored (task, LK_EGRESS_JOB (source_object), error);
}

/* Takes the task over. */
static void
send_start (GTask *task, LkEgressJob *job)
{
  LkEgressService *self = g_task_get_source_object (task);
  GError *error = NULL;

  prepare_start (self, job);
  if (self->ledger != NULL && may_send (self, job, &error))
    lk_egress_ledger_begin_async (self->ledger, job, lk_egress_track_of (job)->policy, stored,
                                  task);
  else
    send_stored (task, job, error);
}

/* The start has waited for its turn. */
static void
take_turn (LkEgressJob *job, const GError *error, gpointer data)
{
  GTask *task = data;

  if (error == NULL)
    {
      send_start (task, job);
      return;
    }
  /* Nobody is to wait any more for what it might become. The service hears of it as well. */
  lk_egress_job_refuse (job, error);
  g_task_return_error (task, g_error_copy (error));
  g_object_unref (task);
}

/* What is wrong with the request is not found out hours later. */
static gboolean
queue_start (LkEgressService *self, LkEgressJob *job, GTask *task, GError **error)
{
  LkEgressTrack *track = lk_egress_track_of (job);

  if (!lk_egress_service_may_take (self, error))
    return FALSE;
  if (lk_egress_client_validates (self->client)
      && !lk_egress_request_validate (lk_egress_job_get_request (job), error))
    return FALSE;

  return lk_egress_start_queue_add (self->queue, job, track->type, track->policy,
                                    g_task_get_cancellable (task), take_turn, task, error);
}

void
lk_egress_service_begin_start (LkEgressService *self,
                               LkEgressRequest *request,
                               LkEgressStartPolicy *policy,
                               gpointer source_tag,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (LkEgressMessage) copy = NULL;
  g_autoptr (LkEgressJob) job = NULL;
  GError *error = NULL;
  gboolean may_run;

  g_task_set_source_tag (task, source_tag);
  g_task_set_name (task, "LkEgressService start");
  g_task_set_check_cancellable (task, FALSE);
  if (!lk_egress_service_may_take (self, &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }

  /* The store, the queue, or both let it wait, and it is sent as it is now. */
  may_run = lk_egress_start_queue_is_open (self->queue);
  copy = lk_egress_message_copy (LK_EGRESS_MESSAGE (request));
  job = lk_egress_job_new (self->client, LK_EGRESS_REQUEST (copy));
  lk_egress_job_let_start_wait (job);
  lk_egress_service_track (self, job, policy);
  if (may_run)
    {
      send_start (task, job);
      return;
    }
  if (!queue_start (self, job, task, &error))
    {
      end_start (self, job, error);
      g_task_return_error (task, error);
      g_object_unref (task);
    }
}

LkEgressJob *
lk_egress_service_end_start (LkEgressService *self,
                             gpointer source_tag,
                             GAsyncResult *result,
                             GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, source_tag), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * lk_egress_service_start_async:
 * @self: a service
 * @request: what is to be started
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Starts an egress as [method@Service.start] does, without blocking. The request is sent as it is
 * now, whatever becomes of it later. Its job is one of [property@Service:jobs] from now on, and no
 * more if the server refuses it. After a cancellation no egress is left behind, see
 * [method@Job.start_async].
 *
 * When no more egresses may run the start waits until one has ended, see
 * [property@StartPolicy:max-concurrent] and [property@Service:queued-jobs]. The request is checked
 * at once. A start that is taken out of the queue, by @cancellable or by
 * [method@Service.cancel_queued], is never sent, and its job is FAILED. While starts wait the
 * service stays.
 *
 * Since: 1.0
 */
void
lk_egress_service_start_async (LkEgressService *self,
                               LkEgressRequest *request,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_return_if_fail (LK_EGRESS_IS_SERVICE (self));
  g_return_if_fail (LK_EGRESS_IS_REQUEST (request));

  lk_egress_service_begin_start (self, request, NULL, lk_egress_service_start_async, cancellable,
                                 callback, user_data);
}

/**
 * lk_egress_service_start_finish:
 * @self: a service
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Service.start_async].
 *
 * Returns: (transfer full): the job of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressJob *
lk_egress_service_start_finish (LkEgressService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);

  return lk_egress_service_end_start (self, lk_egress_service_start_async, result, error);
}
