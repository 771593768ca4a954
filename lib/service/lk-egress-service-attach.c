/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How egresses come to a service that were started before: by their id, from a service that is
 * gone. */

#include "lk-egress-service-start-private.h"

#include "lk-egress-recovery-private.h"
#include "lk-egress-service-jobs-private.h"

/**
 * lk_egress_service_attach:
 * @self: a service
 * @egress_id: the id of an egress
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Reads what the server says of an egress that was started elsewhere, and makes it one of the
 * service. An egress that is one already is not asked for.
 *
 * Errors are those of [method@Client.get], and %G_IO_ERROR_CLOSED after
 * [method@Service.shutdown_async]. An egress that has ended gives no error, whatever ended it: see
 * [property@Job:error].
 *
 * Returns: (transfer full): the job of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressJob *
lk_egress_service_attach (LkEgressService *self,
                          const char *egress_id,
                          GCancellable *cancellable,
                          GError **error)
{
  g_autoptr (LkEgressJob) job = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);
  g_return_val_if_fail (egress_id != NULL, NULL);

  job = lk_egress_service_get_job (self, egress_id);
  if (job != NULL)
    return g_object_ref (g_steal_pointer (&job));
  if (!lk_egress_service_may_take (self, error))
    return NULL;

  job = lk_egress_job_new_for_id (self->client, egress_id);
  lk_egress_job_attach (job, cancellable, &local);
  if (lk_egress_service_take (job, self))
    return g_steal_pointer (&job);

  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

static void
attached (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  LkEgressJob *job = LK_EGRESS_JOB (source_object);
  g_autoptr (GTask) task = user_data;
  LkEgressService *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  GError *closed = NULL;
  LkEgressJob *known;

  lk_egress_job_attach_finish (job, result, &error);
  if (!lk_egress_service_may_take (self, &closed))
    {
      g_task_return_error (task, closed);
    }
  else if (lk_egress_service_take (job, self))
    {
      /* Somebody else may have been faster. */
      known = lk_egress_service_get_job (self, lk_egress_job_get_egress_id (job));
      g_task_return_pointer (task, g_object_ref (known != NULL ? known : job), g_object_unref);
    }
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/**
 * lk_egress_service_attach_async:
 * @self: a service
 * @egress_id: the id of an egress
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Does what [method@Service.attach] does, without blocking.
 *
 * Since: 1.0
 */
void
lk_egress_service_attach_async (LkEgressService *self,
                                const char *egress_id,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (LkEgressJob) job = NULL;
  GError *error = NULL;
  LkEgressJob *known;

  g_return_if_fail (LK_EGRESS_IS_SERVICE (self));
  g_return_if_fail (egress_id != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lk_egress_service_attach_async);
  g_task_set_name (task, "LkEgressService attach");
  known = lk_egress_service_get_job (self, egress_id);
  if (known != NULL)
    {
      g_task_return_pointer (task, g_object_ref (known), g_object_unref);
      return;
    }
  if (!lk_egress_service_may_take (self, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  job = lk_egress_job_new_for_id (self->client, egress_id);
  lk_egress_job_attach_async (job, cancellable, attached, g_steal_pointer (&task));
}

/**
 * lk_egress_service_attach_finish:
 * @self: a service
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Service.attach_async].
 *
 * Returns: (transfer full): the job of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressJob *
lk_egress_service_attach_finish (LkEgressService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, lk_egress_service_attach_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
has_store (LkEgressService *self, GError **error)
{
  if (self->ledger != NULL)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "The service %s has no store that knows what is to be recovered; make it with one, "
               "or give the ids of the egresses",
               self->name);
  return FALSE;
}

static LkEgressRecovery *
new_recovery (LkEgressService *self, const char *const *egress_ids)
{
  LkEgressRecovery *recovery = lk_egress_recovery_new (self->client, self->ledger, self->answers,
                                                       lk_egress_service_take, self);

  for (guint i = 0; egress_ids != NULL && egress_ids[i] != NULL; i++)
    {
      if (lk_egress_service_get_job (self, egress_ids[i]) == NULL)
        lk_egress_recovery_add_id (recovery, egress_ids[i]);
    }

  return recovery;
}

/**
 * lk_egress_service_recover:
 * @self: a service
 * @egress_ids: (nullable) (array zero-terminated=1): the ids of egresses that were started by a
 *   service before; %NULL for those in [property@Service:store]
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Makes egresses those of this service that another one started, which is gone: after a restart, or
 * a crash. All that run are found with one question to the server. Each that has ended meanwhile is
 * asked for, and counted as those that end later; one that the server does not know any more is
 * left out. Stop them with [method@Service.stop_all] if they are not to go on.
 *
 * The store has the egresses that were started by a service of the same
 * [property@Service:name] on the same server, and that nobody tends. One whose start was never
 * answered is looked for by its request.
 *
 * Errors are those of [method@Client.list] and of the store, %G_IO_ERROR_INVALID_ARGUMENT when
 * there are neither ids nor a store, and %G_IO_ERROR_CLOSED after [method@Service.shutdown_async].
 *
 * Returns: %TRUE if the server was asked for all of them; on error, it can be done again
 * Since: 1.0
 */
gboolean
lk_egress_service_recover (LkEgressService *self,
                           const char *const *egress_ids,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autoptr (LkEgressRecovery) recovery = NULL;

  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), FALSE);

  if (!lk_egress_service_may_take (self, error))
    return FALSE;

  recovery = new_recovery (self, egress_ids);
  if (egress_ids == NULL)
    {
      g_autoptr (GPtrArray) entries
          = has_store (self, error) ? lk_egress_ledger_claim (self->ledger, error) : NULL;

      if (entries == NULL)
        return FALSE;
      lk_egress_recovery_add_entries (recovery, entries);
    }

  return lk_egress_recovery_run (recovery, cancellable, error);
}

static void
claimed (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  LkEgressService *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) entries = lk_egress_ledger_claim_finish (self->ledger, result, &error);
  LkEgressRecovery *recovery;

  if (entries == NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  recovery = new_recovery (self, NULL);
  lk_egress_recovery_add_entries (recovery, entries);
  lk_egress_recovery_run_async (recovery, task);
}

/**
 * lk_egress_service_recover_async:
 * @self: a service
 * @egress_ids: (nullable) (array zero-terminated=1): the ids of egresses that were started by a
 *   service before; %NULL for those in [property@Service:store]
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Does what [method@Service.recover] does, without blocking.
 *
 * Since: 1.0
 */
void
lk_egress_service_recover_async (LkEgressService *self,
                                 const char *const *egress_ids,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GTask *task;
  GError *error = NULL;

  g_return_if_fail (LK_EGRESS_IS_SERVICE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lk_egress_service_recover_async);
  g_task_set_name (task, "LkEgressService recover");
  if (!lk_egress_service_may_take (self, &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
    }
  else if (egress_ids != NULL)
    {
      lk_egress_recovery_run_async (new_recovery (self, egress_ids), task);
    }
  else if (has_store (self, &error))
    {
      lk_egress_ledger_claim_async (self->ledger, claimed, task);
    }
  else
    {
      g_task_return_error (task, error);
      g_object_unref (task);
    }
}

/**
 * lk_egress_service_recover_finish:
 * @self: a service
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Service.recover_async].
 *
 * Returns: %TRUE if the server was asked for all of them
 * Since: 1.0
 */
gboolean
lk_egress_service_recover_finish (LkEgressService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_SERVICE (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, lk_egress_service_recover_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
