/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Changing a running egress. */

#include "lk-egress-job-private.h"

#include "lk-egress-operations-private.h"

static gboolean
has_egress (LkEgressJob *self, GError **error)
{
  if (self->life.egress_id != NULL)
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED,
                       "The job has no egress yet to change; start it, and let the start end");

  return FALSE;
}

/* What the change brings shows a moment later. */
static void
take_updated (LkEgressJob *self, LkEgressInfo *info)
{
  lk_egress_job_take (self, info, LK_EGRESS_LIFE_ANSWER, NULL);
  lk_egress_job_look (self);
}

/* Takes the call over, which may be NULL for an error. */
static gboolean
run (LkEgressJob *self, LkEgressCall *call, GCancellable *cancellable, GError **error)
{
  g_autoptr (LkEgressInfo) info = NULL;

  if (call == NULL)
    return FALSE;

  info = lk_egress_call_run (call, cancellable, error);
  if (info == NULL)
    return FALSE;
  take_updated (self, info);

  return TRUE;
}

static void
updated (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  LkEgressJob *self = LK_EGRESS_JOB (source_object);
  GError *error = NULL;
  g_autoptr (LkEgressInfo) info = lk_egress_call_run_finish (self, updated, result, &error);

  if (info == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  take_updated (self, info);
  g_task_return_boolean (task, TRUE);
}

/* The same; takes the task and the error over as well. */
static void
run_async (LkEgressJob *self, LkEgressCall *call, GTask *task, GError *error)
{
  if (call != NULL)
    {
      lk_egress_call_run_async (call, self, updated, g_task_get_name (task),
                                g_task_get_cancellable (task), updated, task);
      return;
    }

  g_task_return_error (task, error);
  g_object_unref (task);
}

static LkEgressCall *
new_layout_call (LkEgressJob *self, const char *layout, GError **error)
{
  if (!has_egress (self, error))
    return NULL;

  return lk_egress_operation_update_layout (self->client, self->life.egress_id, layout);
}

static LkEgressCall *
new_streams_call (LkEgressJob *self, LkEgressStreamUpdate *update, GError **error)
{
  g_autoptr (LkEgressMessage) copy = NULL;
  g_autofree char *egress_id = NULL;

  if (!has_egress (self, error))
    return NULL;

  g_object_get (update, "egress-id", &egress_id, NULL);
  if (egress_id != NULL && !g_str_equal (egress_id, self->life.egress_id))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "The update is made for the egress “%s”, but the job has the egress “%s”; leave "
                   "the egress id of the update empty",
                   egress_id, self->life.egress_id);
      return NULL;
    }

  copy = lk_egress_message_copy (LK_EGRESS_MESSAGE (update));
  g_object_set (copy, "egress-id", self->life.egress_id, NULL);

  return lk_egress_operation_update_stream (self->client, LK_EGRESS_STREAM_UPDATE (copy));
}

/**
 * lk_egress_job_update_layout:
 * @self: a job
 * @layout: the name of a layout, as the web template knows it
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Changes the layout of a room that is recorded through a web template, as
 * [method@Client.update_layout] does. A job that has no id yet gives %G_IO_ERROR_NOT_INITIALIZED.
 *
 * Returns: %TRUE if the server accepted the change
 * Since: 1.0
 */
gboolean
lk_egress_job_update_layout (LkEgressJob *self,
                             const char *layout,
                             GCancellable *cancellable,
                             GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_JOB (self), FALSE);
  g_return_val_if_fail (layout != NULL, FALSE);

  return run (self, new_layout_call (self, layout, error), cancellable, error);
}

/**
 * lk_egress_job_update_layout_async:
 * @self: a job
 * @layout: the name of a layout, as the web template knows it
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Changes the layout as [method@Job.update_layout] does, without blocking.
 *
 * Since: 1.0
 */
void
lk_egress_job_update_layout_async (LkEgressJob *self,
                                   const char *layout,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  GTask *task;
  LkEgressCall *call;
  GError *error = NULL;

  g_return_if_fail (LK_EGRESS_IS_JOB (self));
  g_return_if_fail (layout != NULL);

  task = lk_egress_job_new_task (self, lk_egress_job_update_layout_async,
                                 "LkEgressJob update layout", cancellable, callback, user_data);
  call = new_layout_call (self, layout, &error);
  run_async (self, call, task, error);
}

/**
 * lk_egress_job_update_layout_finish:
 * @self: a job
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Job.update_layout_async].
 *
 * Returns: %TRUE if the server accepted the change
 * Since: 1.0
 */
gboolean
lk_egress_job_update_layout_finish (LkEgressJob *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, lk_egress_job_update_layout_async),
                        FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * lk_egress_job_update_streams:
 * @self: a job
 * @update: what to add and to remove
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Adds and removes stream destinations. Additions are done first, and must be of the protocol that
 * the egress already sends. Removing the last output ends the egress.
 *
 * The egress id of @update may be left empty: a copy of @update is sent with the id of the job. An
 * update made for another egress is %G_IO_ERROR_INVALID_ARGUMENT, and a job that has no id yet
 * gives %G_IO_ERROR_NOT_INITIALIZED. Mistakes found by [property@Client:validate] are errors of
 * [error@ValidationError].
 *
 * On an error a part of the changes may have been made: [property@Job:info] tells.
 *
 * Returns: %TRUE if the server made the changes
 * Since: 1.0
 */
gboolean
lk_egress_job_update_streams (LkEgressJob *self,
                              LkEgressStreamUpdate *update,
                              GCancellable *cancellable,
                              GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_JOB (self), FALSE);
  g_return_val_if_fail (LK_EGRESS_IS_STREAM_UPDATE (update), FALSE);

  return run (self, new_streams_call (self, update, error), cancellable, error);
}

/**
 * lk_egress_job_update_streams_async:
 * @self: a job
 * @update: what to add and to remove; may be changed as soon as this returns
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Adds and removes stream destinations as [method@Job.update_streams] does, without blocking.
 *
 * Since: 1.0
 */
void
lk_egress_job_update_streams_async (LkEgressJob *self,
                                    LkEgressStreamUpdate *update,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  GTask *task;
  LkEgressCall *call;
  GError *error = NULL;

  g_return_if_fail (LK_EGRESS_IS_JOB (self));
  g_return_if_fail (LK_EGRESS_IS_STREAM_UPDATE (update));

  task = lk_egress_job_new_task (self, lk_egress_job_update_streams_async,
                                 "LkEgressJob update streams", cancellable, callback, user_data);
  call = new_streams_call (self, update, &error);
  run_async (self, call, task, error);
}

/**
 * lk_egress_job_update_streams_finish:
 * @self: a job
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Job.update_streams_async].
 *
 * Returns: %TRUE if the server made the changes
 * Since: 1.0
 */
gboolean
lk_egress_job_update_streams_finish (LkEgressJob *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, lk_egress_job_update_streams_async),
                        FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
