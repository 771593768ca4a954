/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Taking over an egress that runs already: by its id, or by what it does. */

#include "lk-egress-job-private.h"

#include "lk-egress-error.h"
#include "lk-egress-info-private.h"
#include "lk-egress-operations-private.h"

/* How many ids an error names. */
#define MAX_NAMED 5

/* Otherwise it is looked for by what it does. */
static gboolean
has_known_egress (LkEgressJob *self)
{
  return self->life.egress_id != NULL || self->entry != NULL;
}

static gboolean
may_attach (LkEgressJob *self, GError **error)
{
  if (has_known_egress (self)
      || (self->request != NULL && self->life.state == LK_EGRESS_JOB_STATE_IDLE
          && self->starting == NULL))
    return TRUE;

  if (self->request != NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
                         "The job was started and has no id yet; make a new one to attach with");
  else
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                         "The job has neither the id of an egress to attach to nor a request that "
                         "tells which one is meant; make it with one of the two");

  return FALSE;
}

static LkEgressCall *
new_attach (LkEgressJob *self)
{
  GDateTime *started_at;

  if (self->life.egress_id != NULL)
    return lk_egress_operation_get (self->client, self->life.egress_id);

  started_at = lk_egress_store_entry_get_started_at (self->entry);
  return lk_egress_operation_find_start (
      self->client, lk_egress_store_entry_get_request (self->entry),
      g_date_time_to_unix (started_at) * G_USEC_PER_SEC + g_date_time_get_microsecond (started_at));
}

/* Takes what an attach was answered with, and both over. */
static gboolean
take_attached (LkEgressJob *self, LkEgressInfo *answer, GError *failure, GError **error)
{
  g_autoptr (LkEgressInfo) info = answer;
  g_autoptr (GError) local = failure;
  gboolean lost = g_error_matches (local, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);

  if (lost && self->life.egress_id == NULL)
    lk_egress_job_tell (self, lk_egress_life_take_refusal (&self->life, local));
  else if (lost || info != NULL)
    lk_egress_job_take (self, info, LK_EGRESS_LIFE_ANSWER, NULL);
  if (local == NULL && self->life.error != NULL)
    local = g_error_copy (self->life.error);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));

  return FALSE;
}

/*** By what it does ***/

static const char *
get_room (LkEgressJob *self)
{
  return lk_egress_request_get_room_name (self->request);
}

/* One that is about to end is none to attach to. */
static gboolean
is_meant (LkEgressJob *self, LkEgressInfo *info)
{
  LkEgressStatus status = lk_egress_info_get_status (info);

  return (status == LK_EGRESS_STATUS_STARTING || status == LK_EGRESS_STATUS_ACTIVE)
         && lk_egress_info_does (info, self->request);
}

static void
set_none_error (LkEgressJob *self, guint n_listed, GError **error)
{
  const char *room = get_room (self);

  g_set_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND,
               "No running egress%s%s does what is asked for; %u %s",
               room != NULL ? " of room " : "", room != NULL ? room : "", n_listed,
               n_listed == 1 ? "runs there" : "run there");
}

static void
set_several_error (GPtrArray *found, GError **error)
{
  g_autoptr (GString) ids = g_string_new (NULL);

  for (guint i = 0; i < MIN (found->len, MAX_NAMED); i++)
    g_string_append_printf (ids, "%s%s", i > 0 ? ", " : "",
                            lk_egress_info_get_egress_id (found->pdata[i]));
  g_set_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_FAILED_PRECONDITION,
               "%u running egresses do what is asked for: %s%s; say which one by its id",
               found->len, ids->str, found->len > MAX_NAMED ? " and others" : "");
}

/* The one in the listing that is meant. */
static LkEgressInfo *
choose (LkEgressJob *self, LkEgressListing *listing, GError **error)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (listing));
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (LkEgressInfo) info = g_list_model_get_item (G_LIST_MODEL (listing), i);

      if (is_meant (self, info))
        g_ptr_array_add (found, g_steal_pointer (&info));
    }

  if (found->len == 1)
    return g_object_ref (found->pdata[0]);
  if (found->len == 0)
    set_none_error (self, n, error);
  else
    set_several_error (found, error);

  return NULL;
}

/* Takes the listing over. */
static gboolean
take_listing (LkEgressJob *self, LkEgressListing *listing, GError **error)
{
  LkEgressInfo *info;

  if (listing == NULL)
    return FALSE;
  info = choose (self, listing, error);
  g_object_unref (listing);

  return info != NULL && take_attached (self, info, NULL, error);
}

/*** Calls ***/

/**
 * lk_egress_job_attach:
 * @self: a job that was not started
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Asks the server for the info of the egress; the job is then in the state that the server shows.
 * It may be done again at any time.
 *
 * A job made from a request becomes that of the one running egress of the room that does what the
 * request says; it may do more. Nothing is started. So a request without outputs fits every egress
 * of the same source. If none fits, that is %LK_EGRESS_ERROR_NOT_FOUND, and if several do,
 * %LK_EGRESS_ERROR_FAILED_PRECONDITION with their ids; the job is as it was then.
 * A start that is under way or was refused is %G_IO_ERROR_EXISTS.
 *
 * A job made from an entry of a store that has no id yet looks for the egress, until it is found or
 * its start, which may be on its way still, is a minute old; that is %LK_EGRESS_ERROR_NOT_FOUND
 * then.
 *
 * Errors are those of [method@Client.get] or [method@Client.list], which leave the job as it was
 * but for %LK_EGRESS_ERROR_NOT_FOUND of an id, which makes it FAILED. An egress that has ended by
 * an error gives that error, see [property@Job:error].
 *
 * Returns: %TRUE if the info was read
 * Since: 1.0
 */
gboolean
lk_egress_job_attach (LkEgressJob *self, GCancellable *cancellable, GError **error)
{
  GError *local = NULL;
  LkEgressInfo *info;

  g_return_val_if_fail (LK_EGRESS_IS_JOB (self), FALSE);

  if (!may_attach (self, error))
    return FALSE;
  if (!has_known_egress (self))
    return take_listing (
        self, lk_egress_client_list (self->client, get_room (self), TRUE, cancellable, error),
        error);

  info = lk_egress_call_run (new_attach (self), cancellable, &local);

  return take_attached (self, info, local, error);
}

static void
return_attached (GTask *task, gboolean attached, GError *error)
{
  if (attached)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
got (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL, *failure = NULL;
  LkEgressInfo *info;
  gboolean attached;

  info = lk_egress_call_run_finish (source_object, new_attach, result, &failure);
  attached = take_attached (LK_EGRESS_JOB (source_object), info, failure, &error);
  return_attached (task, attached, error);
}

static void
listed (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  LkEgressListing *listing;
  gboolean attached;

  listing = lk_egress_client_list_finish (LK_EGRESS_CLIENT (source_object), result, &error);
  attached = take_listing (g_task_get_source_object (task), listing, &error);
  return_attached (task, attached, error);
}

/**
 * lk_egress_job_attach_async:
 * @self: a job that was not started
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

  self->watched = TRUE;
  if (has_known_egress (self))
    lk_egress_call_run_async (new_attach (self), self, new_attach, "ListEgress", cancellable, got,
                              g_steal_pointer (&task));
  else
    lk_egress_client_list_async (self->client, get_room (self), TRUE, cancellable, listed,
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
