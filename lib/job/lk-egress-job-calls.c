/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Starting a job and waiting for it. */

#include "lk-egress-job-private.h"

#include "lk-egress-error.h"
#include "lk-egress-operations-private.h"
#include "lk-egress-retry-private.h"

/* What a task in the waiters of a job waits for; its task data. */
typedef enum
{
  WAIT_FOR_START, /* the start is answered: done */
  WAIT_FOR_STATE, /* the state is reached: done */
  WAIT_TO_STOP,   /* the id is known: go on with the stop */
} WaitKind;

typedef struct
{
  WaitKind kind;
  LkEgressJobState until;
  GSource *cancelled;
} Wait;

static void
wait_free (Wait *wait)
{
  if (wait->cancelled != NULL)
    {
      g_source_destroy (wait->cancelled);
      g_source_unref (wait->cancelled);
    }
  g_free (wait);
}

static gboolean
wait_cancelled (GCancellable *cancellable, gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (user_data);
  LkEgressJob *self = g_task_get_source_object (task);
  Wait *wait = g_task_get_task_data (task);

  if (wait->kind == WAIT_FOR_START)
    self->unwanted = TRUE;
  g_ptr_array_remove (self->waiters, task);
  g_task_return_error_if_cancelled (task);

  return G_SOURCE_REMOVE;
}

/* Takes the task over. */
static void
add_wait (LkEgressJob *self, GTask *task, WaitKind kind, LkEgressJobState until)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  Wait *wait = g_new0 (Wait, 1);

  wait->kind = kind;
  wait->until = until;
  if (cancellable != NULL)
    {
      wait->cancelled = g_cancellable_source_new (cancellable);
      g_task_attach_source (task, wait->cancelled, G_SOURCE_FUNC (wait_cancelled));
    }
  g_task_set_task_data (task, wait, (GDestroyNotify)wait_free);
  g_ptr_array_add (self->waiters, task);
}

static gboolean
is_over (LkEgressJob *self, const Wait *wait, const GError *failure)
{
  const GError *error;

  if (wait->kind != WAIT_FOR_STATE)
    return !self->asking;

  return failure != NULL || lk_egress_job_has_reached (self, wait->until, &error);
}

static void
end_wait (LkEgressJob *self, GTask *task, const GError *failure)
{
  const Wait *wait = g_task_get_task_data (task);
  const GError *error = NULL;

  switch (wait->kind)
    {
    case WAIT_FOR_START:
      error = self->error;
      break;
    case WAIT_FOR_STATE:
      if (!lk_egress_job_has_reached (self, wait->until, &error))
        error = failure;
      break;
    case WAIT_TO_STOP:
    default:
      lk_egress_job_begin_stop (self, task);
      return;
    }

  if (error != NULL)
    g_task_return_error (task, g_error_copy (error));
  else
    g_task_return_boolean (task, TRUE);
}

void
lk_egress_job_wake (LkEgressJob *self, const GError *failure)
{
  g_autoptr (GPtrArray) over = g_ptr_array_new_with_free_func (g_object_unref);

  /* Callbacks may add waits and cancel others: the list is in order again before the first. */
  for (guint i = 0; i < self->waiters->len;)
    {
      GTask *task = g_ptr_array_index (self->waiters, i);
      Wait *wait = g_task_get_task_data (task);

      if (!is_over (self, wait, failure))
        {
          i++;
          continue;
        }
      if (wait->cancelled != NULL)
        g_source_destroy (wait->cancelled);
      g_ptr_array_add (over, g_ptr_array_steal_index (self->waiters, i));
    }

  for (guint i = 0; i < over->len; i++)
    end_wait (self, g_ptr_array_index (over, i), failure);
}

GTask *
lk_egress_job_new_task (LkEgressJob *self,
                        gpointer source_tag,
                        const char *name,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  g_task_set_name (task, name);
  g_task_set_check_cancellable (task, FALSE);

  return task;
}

void
lk_egress_job_wait_to_stop (LkEgressJob *self, GTask *task)
{
  add_wait (self, task, WAIT_TO_STOP, LK_EGRESS_JOB_STATE_STARTING);
}

static gboolean
may_start (LkEgressJob *self, GError **error)
{
  if (self->state != LK_EGRESS_JOB_STATE_IDLE || self->asking)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
                         "The job was started before; make a new one for each start");
  else if (self->request == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                         self->egress_id == NULL
                             ? "The job has no request to start; make it with one"
                             : "The job is made from the id of an egress, which was started "
                               "before; use lk_egress_job_attach() to read its info");
  else if (self->egress_id != NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                         "The job has both a request and the id of an egress; make it with one of "
                         "the two");
  else
    return TRUE;

  return FALSE;
}

static gboolean
may_attach (LkEgressJob *self, GError **error)
{
  if (self->asking)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PENDING,
                         "The job is being started or attached already");
  else if (self->egress_id == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                         "The job has no id of an egress to attach to; make it with "
                         "lk_egress_job_new_for_id(), or start it with lk_egress_job_start()");
  else
    return TRUE;

  return FALSE;
}

/* Takes the info over. */
static void
take_answer (LkEgressJob *self, LkEgressInfo *answer, const GError *error)
{
  g_autoptr (LkEgressInfo) info = answer;

  self->asking = FALSE;
  if (info != NULL)
    lk_egress_job_feed (self, info);
  else
    lk_egress_job_feed_refused (self, error);
}

/* The same for the info of an egress that is there already: if it could not be read, the job is as
 * before. */
static void
take_info (LkEgressJob *self, LkEgressInfo *answer, const GError *error)
{
  g_autoptr (LkEgressInfo) info = answer;

  self->asking = FALSE;
  if (info != NULL)
    lk_egress_job_feed (self, info);
  else if (g_error_matches (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND))
    lk_egress_job_feed_refused (self, error);
}

static void
stop_unwanted_done (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!lk_egress_job_stop_finish (LK_EGRESS_JOB (source_object), result, &error))
    g_warning ("An egress whose start was cancelled could not be stopped: %s", error->message);
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
 * to it: the answer is awaited all the same, as long as [method@Client.start] takes, and the egress
 * is stopped before this returns %G_IO_ERROR_CANCELLED. [method@Job.start_async] returns at once.
 *
 * Returns: %TRUE if the egress was started
 * Since: 1.0
 */
gboolean
lk_egress_job_start (LkEgressJob *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GError) unstopped = NULL;
  LkEgressInfo *info;

  g_return_val_if_fail (LK_EGRESS_IS_JOB (self), FALSE);

  if (!may_start (self, error) || g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  self->asking = TRUE;
  lk_egress_job_feed_asked (self);
  info = lk_egress_client_start (self->client, self->request, NULL, &local);
  take_answer (self, info, local);
  if (local == NULL && g_cancellable_set_error_if_cancelled (cancellable, &local)
      && !lk_egress_job_stop (self, NULL, &unstopped))
    g_warning ("An egress whose start was cancelled could not be stopped: %s", unstopped->message);

  if (local == NULL && self->error != NULL)
    local = g_error_copy (self->error);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));

  return FALSE;
}

static void
start_answered (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LkEgressJob) self = user_data;
  g_autoptr (GError) error = NULL;
  LkEgressInfo *info;

  info = lk_egress_client_start_finish (LK_EGRESS_CLIENT (source_object), result, &error);
  take_answer (self, info, error);
  if (self->unwanted && error == NULL)
    lk_egress_job_stop_async (self, NULL, stop_unwanted_done, NULL);
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
 * After a cancellation @callback is called at once. No egress is lost to it: the answer to a
 * request that was sent is awaited in the background, the job learns its id and state, and the
 * egress is stopped.
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

  self->asking = TRUE;
  self->watched = TRUE;
  add_wait (self, g_steal_pointer (&task), WAIT_FOR_START, LK_EGRESS_JOB_STATE_STARTING);
  lk_egress_client_start_async (self->client, self->request, NULL, start_answered,
                                g_object_ref (self));
  lk_egress_job_feed_asked (self);
}

/**
 * lk_egress_job_start_finish:
 * @self: a job
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Job.start_async].
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

/**
 * lk_egress_job_attach:
 * @self: a job made from an id
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Asks the server for the info of the egress; the job is then in the state that the server shows.
 * May be done again at any time.
 *
 * Errors are those of [method@Client.get], which leave the job as it was but for
 * %LK_EGRESS_ERROR_NOT_FOUND, which makes it FAILED. An egress that has ended by an error gives
 * that error, see [property@Job:error]. A job without an id is %G_IO_ERROR_INVALID_ARGUMENT.
 *
 * Returns: %TRUE if the info was read
 * Since: 1.0
 */
gboolean
lk_egress_job_attach (LkEgressJob *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local = NULL;
  LkEgressInfo *info;

  g_return_val_if_fail (LK_EGRESS_IS_JOB (self), FALSE);

  if (!may_attach (self, error))
    return FALSE;

  self->asking = TRUE;
  info = lk_egress_client_get (self->client, self->egress_id, cancellable, &local);
  take_info (self, info, local);
  if (local == NULL && self->error != NULL)
    local = g_error_copy (self->error);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));

  return FALSE;
}

static void
info_answered (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  LkEgressJob *self = g_task_get_source_object (task);
  GError *error = NULL;
  LkEgressInfo *info;

  info = lk_egress_client_get_finish (LK_EGRESS_CLIENT (source_object), result, &error);
  take_info (self, info, error);
  if (error == NULL && self->error != NULL)
    error = g_error_copy (self->error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

/**
 * lk_egress_job_attach_async:
 * @self: a job made from an id
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Asks the server for the info of the egress as [method@Job.attach] does, without blocking. From
 * then on the job is polled for.
 *
 * Since: 1.0
 */
void
lk_egress_job_attach_async (LkEgressJob *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (LK_EGRESS_IS_JOB (self));

  task = lk_egress_job_new_task (self, lk_egress_job_attach_async, "LkEgressJob attach",
                                 cancellable, callback, user_data);
  if (!may_attach (self, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  self->asking = TRUE;
  self->watched = TRUE;
  lk_egress_client_get_async (self->client, self->egress_id, cancellable, info_answered,
                              g_steal_pointer (&task));
}

/**
 * lk_egress_job_attach_finish:
 * @self: a job
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Job.attach_async].
 *
 * Returns: %TRUE if the info was read
 * Since: 1.0
 */
gboolean
lk_egress_job_attach_finish (LkEgressJob *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, lk_egress_job_attach_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
lk_egress_job_feed_listing (LkEgressJob *job, GBytes *reply, const GError *error, gboolean *changed)
{
  g_autoptr (GError) missing = NULL;
  g_autoptr (LkEgressInfo) info = NULL;

  *changed = FALSE;
  if (error == NULL)
    info = lk_egress_operation_read_listed (reply, job->egress_id, &missing);

  if (info != NULL)
    *changed = lk_egress_job_feed (job, info);
  else if (missing != NULL || g_error_matches (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND))
    lk_egress_job_feed_gone (job);
  else
    return FALSE;

  return TRUE;
}

typedef struct
{
  LkEgressJob *job;
  LkEgressJobState until;
  guint interval;
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

  if (!lk_egress_job_has_reached (poll->job, poll->until, &error))
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
  LkEgressPollOutcome outcome = LK_EGRESS_POLL_FAILED;
  gboolean changed;

  if (lk_egress_job_feed_listing (poll->job, reply, error, &changed))
    {
      outcome = lk_egress_poll_get_outcome (poll->job, changed);
    }
  else if (!lk_egress_retry_may_recover (error))
    {
      lk_egress_call_return_error (call, g_error_copy (error));
      return;
    }

  if (end_poll (call, poll))
    return;

  poll->interval = lk_egress_poll_next_interval (poll->interval, outcome);
  lk_egress_operation_send_get (call, poll->interval, poll->job->egress_id);
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
  poll->interval = LK_EGRESS_POLL_MIN_INTERVAL;

  call = lk_egress_client_new_call (self->client, feed_poll, poll, (GDestroyNotify)poll_data_free);
  lk_egress_call_unbound (call);
  if (end_poll (call, poll))
    {
    }
  else if (self->egress_id == NULL)
    lk_egress_call_return_error (call,
                                 g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED,
                                                      "The job has no egress yet to wait for; "
                                                      "start it, and let the start end"));
  else
    lk_egress_operation_send_get (call, 0, self->egress_id);

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

  add_wait (self, g_steal_pointer (&task), WAIT_FOR_STATE, until);
  lk_egress_job_watch (self);
  lk_egress_job_wake (self, NULL);
}

/**
 * lk_egress_job_wait_finish:
 * @self: a job
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Job.wait_async].
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
