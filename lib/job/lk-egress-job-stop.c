/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Stopping the egress, also one whose start is not answered yet. */

#include "lk-egress-job-private.h"

#include "lk-egress-stop-private.h"

static void
take_news (LkEgressInfo *info, const GError *unheard, gpointer data)
{
  LkEgressJob *self = data;

  lk_egress_job_take (self, info, LK_EGRESS_LIFE_ANSWER, NULL);
  if (unheard != NULL)
    lk_egress_job_tell (self, lk_egress_life_take_silence (&self->life, unheard));
}

static LkEgressCall *
new_stop (LkEgressJob *self)
{
  LkEgressCall *call = lk_egress_stop_new_call (self->client, self->life.egress_id, self->life.info,
                                                take_news, g_object_ref (self), g_object_unref);

  lk_egress_call_unbound (call);

  return call;
}

static gboolean
is_final (LkEgressJob *self)
{
  return lk_egress_job_state_is_final (self->life.state);
}

/* Takes what a stop was answered with over. An egress that has ended, however that was learned, is
 * stopped. */
static gboolean
take_stopped (LkEgressJob *self, LkEgressInfo *answer, GError *failure, GError **error)
{
  g_autoptr (LkEgressInfo) info = answer;
  g_autoptr (GError) local = failure;

  if (info == NULL && !is_final (self))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }

  /* The end may be near. */
  lk_egress_job_look (self);

  return TRUE;
}

static void
end_patience (LkEgressJob *self)
{
  if (self->patience == NULL)
    return;

  g_source_destroy (self->patience);
  g_clear_pointer (&self->patience, g_source_unref);
}

/* For all who wait for it. The error is lent. */
static void
end_stop (LkEgressJob *self, const GError *error)
{
  end_patience (self);
  if (error != NULL && !lk_egress_waits_is_wanted (self->stops)
      && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_warning ("Egress %s, which nobody wants any more, could not be stopped: %s",
               self->life.egress_id, error->message);
  lk_egress_waits_end_all (self->stops, error);
}

static void begin_stop (LkEgressJob *self);

static void
stopped (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  LkEgressJob *self = LK_EGRESS_JOB (source_object);
  g_autoptr (GError) error = NULL;
  LkEgressInfo *info = lk_egress_call_run_finish (self, begin_stop, result, &error);

  g_clear_object (&self->stopping);
  take_stopped (self, info, g_steal_pointer (&error), &error);

  /* Given up, and wanted again before that was through. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
      && lk_egress_waits_is_wanted (self->stops))
    begin_stop (self);
  else
    end_stop (self, error);
}

/* There is one stop at a time, whoever waits for it. */
static void
begin_stop (LkEgressJob *self)
{
  if (self->stopping != NULL)
    return;

  self->stopping = g_cancellable_new ();
  lk_egress_call_run_async (new_stop (self), self, begin_stop, "StopEgress", self->stopping,
                            stopped, NULL);
}

static void
give_up (LkEgressJob *self)
{
  end_patience (self);
  if (self->starting != NULL)
    g_cancellable_cancel (self->starting);
  if (self->stopping != NULL)
    g_cancellable_cancel (self->stopping);
}

/* The last who waits for a stop takes it back, and is told so when nothing is under way any more.
 */
static gboolean
stop_cancelled (gpointer source_object)
{
  LkEgressJob *self = source_object;

  if (lk_egress_waits_is_wanted (self->stops))
    return FALSE;
  give_up (self);

  return TRUE;
}

/* Who waits for a stop has a bound of his own, if he wants one. */
static gboolean
patience_is_over (gpointer data)
{
  LkEgressJob *self = data;

  if (lk_egress_waits_is_wanted (self->stops))
    return G_SOURCE_CONTINUE;

  g_warning ("An egress that nobody wants any more was not stopped within %u ms, and may still run",
             self->max_patience);
  give_up (self);

  return G_SOURCE_REMOVE;
}

static void
begin_patience (LkEgressJob *self)
{
  if (self->patience != NULL)
    return;

  self->patience = g_timeout_source_new (self->max_patience);
  g_source_set_static_name (self->patience, "LkEgressJob patience");
  g_source_set_callback (self->patience, patience_is_over, self, NULL);
  g_source_attach (self->patience, self->context);
}

static LkEgressWaits *
get_stops (LkEgressJob *self)
{
  if (self->stops == NULL)
    self->stops = lk_egress_waits_new (stop_cancelled);

  return self->stops;
}

void
lk_egress_job_unwant (LkEgressJob *self)
{
  get_stops (self);
  g_cancellable_cancel (self->unwanted);
  begin_patience (self);
}

void
lk_egress_job_end_start (LkEgressJob *self, gboolean blocking)
{
  g_autoptr (GError) error = NULL;

  if (!g_cancellable_is_cancelled (self->unwanted))
    return;

  if (!blocking && !is_final (self))
    {
      begin_stop (self);
      return;
    }

  get_stops (self);
  if (g_error_matches (self->life.error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    error = g_error_copy (self->life.error);
  else
    lk_egress_job_stop (self, NULL, &error);
  end_stop (self, error);
}

static void
take_start_back (LkEgressJob *self)
{
  g_autoptr (GError) error = g_error_new_literal (
      G_IO_ERROR, G_IO_ERROR_CANCELLED, "The egress was stopped before its start was sent");

  lk_egress_job_tell (self, lk_egress_life_take_refusal (&self->life, error));
}

/* Whether there is anything that can be stopped, now or after the answer to a start. */
static gboolean
may_stop (LkEgressJob *self, GError **error)
{
  if (self->start_waits && !is_final (self))
    take_start_back (self);
  if (self->life.egress_id != NULL || self->starting != NULL || is_final (self))
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
 * An egress that is still starting may not hear a stop for half a minute: the server is asked up to
 * 16 times, with pauses of up to five seconds. When one that is running does not hear it three
 * times, [property@Job:stale] is set, and [property@Job:stale-reason] says what was answered. Then
 * the error of the last try is returned.
 *
 * While [method@Job.start_async] is under way this cannot wait for it: the egress is stopped when
 * its answer comes, as long as the main context is run, and %G_IO_ERROR_PENDING is returned. Use
 * [method@Job.stop_async] to see that through. A start that an [class@Service] has not sent yet,
 * because it waits for its turn or for the store, is never sent then, and the job is FAILED by
 * %G_IO_ERROR_CANCELLED. A job that was not started gives %G_IO_ERROR_NOT_INITIALIZED.
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
  if (is_final (self))
    return TRUE;

  if (self->starting != NULL)
    {
      lk_egress_job_unwant (self);
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PENDING,
                           "The start of the egress is not answered yet; it is stopped as soon as "
                           "it is");
      return FALSE;
    }

  info = lk_egress_call_run (new_stop (self), cancellable, &local);

  return take_stopped (self, info, local, error);
}

/**
 * lk_egress_job_stop_async:
 * @self: a job
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Stops the egress as [method@Job.stop] does, without blocking. Stops of one job at the same time
 * are one.
 *
 * If a start is under way, it is not sent again if its answer is lost, and the stop goes on when it
 * is answered. That takes half a minute at most on a server without a free worker, but see
 * [property@Client:timeout]. When all stops of the job are cancelled, the start is given up as
 * well: its egress may run on, and nothing is under way any more.
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
    {
      g_task_return_error (task, error);
      return;
    }
  if (g_task_return_error_if_cancelled (task))
    return;
  if (is_final (self))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  lk_egress_waits_add (get_stops (self), g_steal_pointer (&task), 0);
  if (self->starting != NULL)
    lk_egress_job_unwant (self);
  else
    begin_stop (self);
}

/**
 * lk_egress_job_stop_finish:
 * @self: a job
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Job.stop_async].
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
