/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Stopping the egresses of a service, and waiting for their ends. */

#include "lk-egress-service-private.h"

#include "lk-egress-cancel-watch-private.h"
#include "lk-egress-job-private.h"

/* How often it is looked whether all is stored at the end, milliseconds. */
#define STORED_INTERVAL 5

static LkEgressJob *
find_job (LkEgressService *self, const char *egress_id, GError **error)
{
  LkEgressJob *job = lk_egress_service_get_job (self, egress_id);

  if (job == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                 "The service %s has no egress %s: attach to it first, or stop it with the client",
                 self->name, egress_id);
  return job;
}

/* TRUE for one that has ended, or does with this: its start waited to be sent. */
static gboolean
ends_without_call (LkEgressJob *job)
{
  if (lk_egress_job_get_state (job) == LK_EGRESS_JOB_STATE_IDLE)
    lk_egress_job_stop (job, NULL, NULL);

  return lk_egress_job_state_is_final (lk_egress_job_get_state (job));
}

static gboolean
stop_job (LkEgressService *self, LkEgressJob *job, GCancellable *cancellable, GError **error)
{
  gint64 asked = g_get_monotonic_time ();
  g_autoptr (GError) local = NULL;

  if (ends_without_call (job))
    return TRUE;

  lk_egress_job_stop (job, cancellable, &local);
  lk_egress_track_count_stop (self->metrics, job, asked, local);
  if (local == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* Several stops as one task, which takes the first error. */
typedef struct
{
  guint n_pending;
  GError *error;
} Stops;

static void
stops_free (gpointer data)
{
  Stops *stops = data;

  g_clear_error (&stops->error);
  g_free (stops);
}

/* Takes the task over. */
static void
end_one (GTask *task)
{
  Stops *stops = g_task_get_task_data (task);

  stops->n_pending--;
  if (stops->n_pending == 0 && stops->error != NULL)
    g_task_return_error (task, g_steal_pointer (&stops->error));
  else if (stops->n_pending == 0)
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

typedef struct
{
  GTask *task;
  gint64 asked;
} OneStop;

static void
stopped (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  LkEgressJob *job = LK_EGRESS_JOB (source_object);
  OneStop *one = user_data;
  Stops *stops = g_task_get_task_data (one->task);
  g_autoptr (GError) error = NULL;

  lk_egress_job_stop_finish (job, result, &error);
  lk_egress_track_count_stop (lk_egress_service_get_metrics (g_task_get_source_object (one->task)),
                              job, one->asked, error);
  if (error != NULL && stops->error == NULL)
    stops->error = g_steal_pointer (&error);
  end_one (one->task);
  g_free (one);
}

static void
begin_one (GTask *task, LkEgressJob *job)
{
  Stops *stops = g_task_get_task_data (task);
  OneStop *one;

  if (ends_without_call (job))
    return;

  one = g_new (OneStop, 1);
  one->task = g_object_ref (task);
  one->asked = g_get_monotonic_time ();
  stops->n_pending++;
  lk_egress_job_stop_async (job, g_task_get_cancellable (task), stopped, one);
}

static GTask *
new_stops (LkEgressService *self,
           gpointer source_tag,
           GCancellable *cancellable,
           GAsyncReadyCallback callback,
           gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Stops *stops = g_new0 (Stops, 1);

  stops->n_pending = 1;
  g_task_set_task_data (task, stops, stops_free);
  g_task_set_source_tag (task, source_tag);
  g_task_set_name (task, "LkEgressService stop");
  g_task_set_check_cancellable (task, FALSE);

  return task;
}

/* Otherwise the next would begin when the first has ended. */
static void
cancel_all_queued (LkEgressService *self)
{
  g_autoptr (GError) error
      = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                             "The start waited in the queue when all egresses were stopped");

  lk_egress_start_queue_clear (self->queue, error);
}

/* A copy, since jobs go when they end. */
static GPtrArray *
dup_active (LkEgressService *self)
{
  GListModel *list = G_LIST_MODEL (self->active_jobs);
  GPtrArray *jobs = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    g_ptr_array_add (jobs, g_list_model_get_item (list, i));

  return jobs;
}

/* Stops all, or those alone that have no id yet, so that nobody could find them again. */
static void
begin_stops (LkEgressService *self,
             gboolean all,
             gpointer source_tag,
             GCancellable *cancellable,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  GTask *task = new_stops (self, source_tag, cancellable, callback, user_data);
  g_autoptr (GPtrArray) jobs = dup_active (self);

  for (guint i = 0; i < jobs->len; i++)
    {
      LkEgressJob *job = g_ptr_array_index (jobs, i);

      if (all || lk_egress_job_get_egress_id (job) == NULL)
        begin_one (task, job);
    }
  end_one (task);
}

static gboolean
end_stops (LkEgressService *self, gpointer source_tag, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, source_tag), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * lk_egress_service_stop:
 * @self: a service
 * @egress_id: the id of an egress of the service
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Stops an egress as [method@Job.stop] does: until the server accepts, or the egress has ended
 * anyway.
 *
 * Errors are those of [method@Job.stop], and %G_IO_ERROR_NOT_FOUND for an egress that is not one of
 * the service.
 *
 * Returns: %TRUE if the egress is ending or has ended
 * Since: 1.0
 */
gboolean
lk_egress_service_stop (LkEgressService *self,
                        const char *egress_id,
                        GCancellable *cancellable,
                        GError **error)
{
  LkEgressJob *job;
  gboolean stopped;

  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), FALSE);
  g_return_val_if_fail (egress_id != NULL, FALSE);

  job = find_job (self, egress_id, error);
  stopped = job != NULL && stop_job (self, job, cancellable, error);
  lk_egress_ledger_flush (self->ledger);

  return stopped;
}

/**
 * lk_egress_service_stop_async:
 * @self: a service
 * @egress_id: the id of an egress of the service
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Does what [method@Service.stop] does, without blocking.
 *
 * Since: 1.0
 */
void
lk_egress_service_stop_async (LkEgressService *self,
                              const char *egress_id,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task;
  Stops *stops;
  LkEgressJob *job;

  g_return_if_fail (LK_EGRESS_IS_SERVICE (self));
  g_return_if_fail (egress_id != NULL);

  task = new_stops (self, lk_egress_service_stop_async, cancellable, callback, user_data);
  stops = g_task_get_task_data (task);
  job = find_job (self, egress_id, &stops->error);
  if (job != NULL)
    begin_one (task, job);
  end_one (task);
}

/**
 * lk_egress_service_stop_finish:
 * @self: a service
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Service.stop_async].
 *
 * Returns: %TRUE if the egress is ending or has ended
 * Since: 1.0
 */
gboolean
lk_egress_service_stop_finish (LkEgressService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), FALSE);

  return end_stops (self, lk_egress_service_stop_async, result, error);
}

/**
 * lk_egress_service_stop_all:
 * @self: a service
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Stops all egresses of the service that have not ended, one after the other. One that cannot be
 * stopped does not keep the others from it. Starts that wait for their turn end with
 * %G_IO_ERROR_CANCELLED.
 *
 * Returns: %TRUE if all are ending or have ended; otherwise the first error
 * Since: 1.0
 */
gboolean
lk_egress_service_stop_all (LkEgressService *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) jobs = NULL;
  g_autoptr (GError) first = NULL;

  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), FALSE);

  cancel_all_queued (self);
  jobs = dup_active (self);
  for (guint i = 0; i < jobs->len; i++)
    stop_job (self, g_ptr_array_index (jobs, i), cancellable, first == NULL ? &first : NULL);
  lk_egress_ledger_flush (self->ledger);
  if (first == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}

/**
 * lk_egress_service_stop_all_async:
 * @self: a service
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Stops all egresses of the service that have not ended, all at the same time, also those whose
 * start is not answered yet. One that cannot be stopped does not keep the others from it. Starts
 * that wait for their turn end with %G_IO_ERROR_CANCELLED.
 *
 * Since: 1.0
 */
void
lk_egress_service_stop_all_async (LkEgressService *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_return_if_fail (LK_EGRESS_IS_SERVICE (self));

  cancel_all_queued (self);
  begin_stops (self, TRUE, lk_egress_service_stop_all_async, cancellable, callback, user_data);
}

/**
 * lk_egress_service_stop_all_finish:
 * @self: a service
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Service.stop_all_async].
 *
 * Returns: %TRUE if all are ending or have ended; otherwise the first error
 * Since: 1.0
 */
gboolean
lk_egress_service_stop_all_finish (LkEgressService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), FALSE);

  return end_stops (self, lk_egress_service_stop_all_async, result, error);
}

/* One that will end; of a stale egress nothing will be heard. */
static LkEgressJob *
find_awaited (LkEgressService *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->active_jobs)); i++)
    {
      g_autoptr (LkEgressJob) job = g_list_model_get_item (G_LIST_MODEL (self->active_jobs), i);

      if (!lk_egress_job_get_stale (job))
        return g_steal_pointer (&job);
    }
  return NULL;
}

/* Whether there is nothing more to hear of the job that was waited for. How it ended is its own
 * matter, the error of the wait counts when it did not. */
static gboolean
has_ended (LkEgressJob *job, const GError *error)
{
  return error == NULL || lk_egress_job_state_is_final (lk_egress_job_get_state (job));
}

/**
 * lk_egress_service_wait:
 * @self: a service
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Waits until all egresses of the service have ended, however, but for stale ones, also those that
 * become stale meanwhile. Errors are those of [method@Job.wait] that are not about the end of an
 * egress. It can take for ever: an egress runs until it is stopped.
 *
 * No main context is run meanwhile, so a start of [method@Service.start_async] that is not answered
 * yet, or whose turn has just come, ends this with %G_IO_ERROR_NOT_INITIALIZED; use
 * [method@Service.wait_async] then.
 *
 * Returns: %TRUE if nothing runs any more
 * Since: 1.0
 */
gboolean
lk_egress_service_wait (LkEgressService *self, GCancellable *cancellable, GError **error)
{
  LkEgressJob *next;

  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), FALSE);

  while ((next = find_awaited (self)) != NULL)
    {
      g_autoptr (LkEgressJob) job = next;
      g_autoptr (GError) local = NULL;

      lk_egress_job_wait (job, LK_EGRESS_JOB_STATE_COMPLETE, cancellable, &local);
      if (!has_ended (job, local))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }

  return TRUE;
}

static void wait_next (GTask *task);

static void
waited (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  LkEgressJob *job = LK_EGRESS_JOB (source_object);
  GTask *task = user_data;
  g_autoptr (GError) error = NULL;

  lk_egress_job_wait_finish (job, result, &error);
  if (has_ended (job, error))
    {
      wait_next (task);
      return;
    }
  g_task_return_error (task, g_steal_pointer (&error));
  g_object_unref (task);
}

/* Takes the task over. */
static void
wait_next (GTask *task)
{
  g_autoptr (LkEgressJob) job = find_awaited (g_task_get_source_object (task));

  if (job != NULL)
    {
      lk_egress_job_wait_async (job, LK_EGRESS_JOB_STATE_COMPLETE | LK_EGRESS_JOB_OR_STALE,
                                g_task_get_cancellable (task), waited, task);
      return;
    }
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/**
 * lk_egress_service_wait_async:
 * @self: a service
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Does what [method@Service.wait] does, without blocking.
 *
 * Since: 1.0
 */
void
lk_egress_service_wait_async (LkEgressService *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task;

  g_return_if_fail (LK_EGRESS_IS_SERVICE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lk_egress_service_wait_async);
  g_task_set_name (task, "LkEgressService wait");
  wait_next (task);
}

/**
 * lk_egress_service_wait_finish:
 * @self: a service
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Service.wait_async].
 *
 * Returns: %TRUE if nothing runs any more
 * Since: 1.0
 */
gboolean
lk_egress_service_wait_finish (LkEgressService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), FALSE);

  return end_stops (self, lk_egress_service_wait_async, result, error);
}

typedef struct
{
  LkEgressShutdown how;
  guint deadline;
  GCancellable *bound;        /* the deadline is over, or the caller gave up */
  LkEgressCancelWatch *watch; /* what cancels it */
  GError *error;              /* of what was done last */
  gint64 stored_until;        /* monotonic: for how long the store is waited for */
} Ending;

static void
ending_free (gpointer data)
{
  Ending *ending = data;

  g_object_unref (ending->bound);
  g_clear_error (&ending->error);
  g_free (ending);
}

static void
give_up (gpointer bound)
{
  g_cancellable_cancel (bound);
}

static GError *
new_store_error (LkEgressService *self, guint n_unstored)
{
  const GError *cause = lk_egress_ledger_get_error (self->ledger);

  return g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                      "The store of the service %s has not taken the last %u %s%s%s. The next "
                      "service of this name asks the server what became of its egresses",
                      self->name, n_unstored, n_unstored == 1 ? "change" : "changes",
                      cause != NULL ? ": " : "", cause != NULL ? cause->message : "");
}

/* Takes the task over. */
static void
return_shutdown (GTask *task)
{
  LkEgressService *self = g_task_get_source_object (task);
  Ending *ending = g_task_get_task_data (task);
  const GError *error = ending->error;
  guint n_left = g_list_model_get_n_items (G_LIST_MODEL (self->active_jobs));
  gboolean over = g_cancellable_is_cancelled (ending->bound);
  guint n_unstored
      = lk_egress_ledger_count_asked (self->ledger) + lk_egress_ledger_count_unsaved (self->ledger);
  g_autoptr (GError) unstored = n_unstored > 0 ? new_store_error (self, n_unstored) : NULL;

  lk_egress_cancel_watch_free (ending->watch);
  if (unstored != NULL)
    {
      g_message ("%s", unstored->message);
      lk_egress_ledger_give_up (self->ledger);
    }
  if (g_task_return_error_if_cancelled (task))
    {
    }
  else if (ending->how == LK_EGRESS_SHUTDOWN_STOP && n_left > 0 && (over || error == NULL))
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                             "%u egresses of the service %s have not ended within %u ms and may "
                             "still run",
                             n_left, self->name, ending->deadline);
  else if (error != NULL && n_left > 0)
    g_task_return_error (task, g_error_copy (error));
  else if (unstored != NULL)
    g_task_return_error (task, g_steal_pointer (&unstored));
  else
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/* The store is to answer what it was asked. What one with a lease has not taken is tried again
 * soon, and waited for as long as that. */
static gboolean
look_whether_stored (gpointer user_data)
{
  GTask *task = user_data;
  LkEgressService *self = g_task_get_source_object (task);
  Ending *ending = g_task_get_task_data (task);

  if (!g_cancellable_is_cancelled (ending->bound)
      && (lk_egress_ledger_count_asked (self->ledger) > 0
          || (lk_egress_ledger_count_unsaved (self->ledger) > 0
              && g_get_monotonic_time () < ending->stored_until)))
    return G_SOURCE_CONTINUE;
  return_shutdown (task);

  return G_SOURCE_REMOVE;
}

/* When it is over all of it is stored, if there is time left. Takes the task over, and the error.
 */
static void
end_shutdown (GTask *task, GError *error)
{
  LkEgressService *self = g_task_get_source_object (task);
  Ending *ending = g_task_get_task_data (task);
  g_autoptr (GSource) source = NULL;

  ending->error = error;
  if (ending->how == LK_EGRESS_SHUTDOWN_LEAVE)
    lk_egress_service_leave_all (self);
  ending->stored_until
      = g_get_monotonic_time ()
        + lk_egress_ledger_get_lease (self->ledger) * (gint64)G_TIME_SPAN_MILLISECOND;
  if (look_whether_stored (task) == G_SOURCE_REMOVE)
    return;

  source = g_timeout_source_new (STORED_INTERVAL);
  g_source_set_static_name (source, "LkEgressService shutdown");
  g_source_set_callback (source, look_whether_stored, task, NULL);
  g_source_attach (source, self->context);
}

static void
shutdown_waited (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  lk_egress_service_wait_finish (LK_EGRESS_SERVICE (source_object), result, &error);
  end_shutdown (user_data, error);
}

static void
shutdown_stopped (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  LkEgressService *self = LK_EGRESS_SERVICE (source_object);
  GTask *task = user_data;
  Ending *ending = g_task_get_task_data (task);
  GError *error = NULL;

  end_stops (self, lk_egress_service_shutdown_async, result, &error);
  /* One that could not be stopped may end all the same, and the others are to. */
  if (ending->how == LK_EGRESS_SHUTDOWN_STOP && !g_cancellable_is_cancelled (ending->bound))
    {
      g_clear_error (&error);
      lk_egress_service_wait_async (self, ending->bound, shutdown_waited, task);
    }
  else
    end_shutdown (task, error);
}

/**
 * lk_egress_service_shutdown_async:
 * @self: a service
 * @how: what becomes of its egresses
 * @deadline: milliseconds until this ends at the latest
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Ends the service: it takes no more starts, and those that wait for their turn end with
 * %G_IO_ERROR_CLOSED. With %LK_EGRESS_SHUTDOWN_STOP all its egresses are
 * stopped, and this waits until they have ended, with their uploads. With
 * %LK_EGRESS_SHUTDOWN_LEAVE they run on, for another service to take over with
 * [method@Service.recover], but for those whose start is not answered yet: since nobody would know
 * their ids they are stopped.
 *
 * All of it ends within @deadline, also if neither the server nor the store answers. The store is
 * waited for as long as that; if it cannot be reached, for the time of a lease. What it has not
 * taken by then is an error, and in the log.
 *
 * A service that is disposed of without a shutdown waits for its store for a second at most. What
 * the store has not taken by then it is asked to take later, as long as the process lives.
 *
 * The main context of the service has to run until @callback is called.
 *
 * Since: 1.0
 */
void
lk_egress_service_shutdown_async (LkEgressService *self,
                                  LkEgressShutdown how,
                                  guint deadline,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_autoptr (GError) closed = NULL;
  GTask *task;
  Ending *ending;

  g_return_if_fail (LK_EGRESS_IS_SERVICE (self));

  self->shut_down = TRUE;
  lk_egress_ledger_stop_finding (self->ledger);
  closed = g_error_new (G_IO_ERROR, G_IO_ERROR_CLOSED,
                        "The service %s was shut down before the start had its turn", self->name);
  lk_egress_start_queue_clear (self->queue, closed);
  ending = g_new0 (Ending, 1);
  ending->how = how;
  ending->deadline = deadline;
  ending->bound = g_cancellable_new ();
  ending->watch = lk_egress_cancel_watch_new (
      self->context, g_get_monotonic_time () + deadline * (gint64)G_TIME_SPAN_MILLISECOND, give_up,
      ending->bound);
  lk_egress_cancel_watch_add (ending->watch, cancellable);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lk_egress_service_shutdown_async);
  g_task_set_name (task, "LkEgressService shutdown");
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, ending, ending_free);

  begin_stops (self, how == LK_EGRESS_SHUTDOWN_STOP, lk_egress_service_shutdown_async,
               ending->bound, shutdown_stopped, task);
}

/**
 * lk_egress_service_shutdown_finish:
 * @self: a service
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Service.shutdown_async].
 *
 * Returns: %TRUE if nothing is left that should not be; %FALSE with %G_IO_ERROR_TIMED_OUT if
 *   egresses have not ended, or are stale, or if [property@Service:store] has not taken all that it
 *   was to, and otherwise with the error of a stop
 * Since: 1.0
 */
gboolean
lk_egress_service_shutdown_finish (LkEgressService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), FALSE);

  return end_stops (self, lk_egress_service_shutdown_async, result, error);
}
