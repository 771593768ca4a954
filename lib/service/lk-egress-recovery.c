/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-recovery-private.h"

#include "lk-egress-error.h"
#include "lk-egress-job-private.h"
#include "lk-egress-listing.h"

/* How many egresses are asked for at the same time. One that has no id is looked for up to a
 * minute, and the others do not wait for it. */
#define N_LANES 16

LkEgressRecovery *
lk_egress_recovery_new (LkEgressClient *client,
                        LkEgressLedger *ledger,
                        LkEgressAnswers *answers,
                        gboolean (*take) (LkEgressJob *job, gpointer owner),
                        gpointer owner)
{
  LkEgressRecovery *self = g_new0 (LkEgressRecovery, 1);

  self->client = g_object_ref (client);
  self->ledger = ledger;
  self->answers = answers;
  self->take = take;
  self->owner = owner;
  g_queue_init (&self->jobs);

  return self;
}

void
lk_egress_recovery_free (LkEgressRecovery *self)
{
  g_queue_clear_full (&self->jobs, g_object_unref);
  g_clear_error (&self->error);
  g_object_unref (self->client);
  g_free (self);
}

void
lk_egress_recovery_add_id (LkEgressRecovery *self, const char *egress_id)
{
  g_queue_push_tail (&self->jobs, lk_egress_job_new_for_id (self->client, egress_id));
}

/* Those of other servers are for others. */
void
lk_egress_recovery_add_entries (LkEgressRecovery *self, GPtrArray *entries)
{
  const char *url = lk_egress_client_get_url (self->client);

  for (guint i = 0; i < entries->len; i++)
    {
      LkEgressStoreEntry *entry = g_ptr_array_index (entries, i);
      const GError *unreadable = lk_egress_store_entry_get_error (entry);
      LkEgressJob *job;

      if (unreadable != NULL || g_strcmp0 (lk_egress_store_entry_get_server_url (entry), url) != 0)
        {
          if (unreadable != NULL)
            g_warning ("An egress is not recovered: %s", unreadable->message);
          lk_egress_ledger_release (self->ledger, entry);
          continue;
        }
      job = lk_egress_job_new_for_entry (self->client, entry);
      lk_egress_ledger_adopt (self->ledger, job, entry);
      if (lk_egress_job_get_egress_id (job) != NULL)
        g_queue_push_head (&self->jobs, job);
      else
        g_queue_push_tail (&self->jobs, job);
    }
}

/* Takes the error of the question over. */
static void
end_one (LkEgressRecovery *self, LkEgressJob *job, GError *failure)
{
  g_autoptr (GError) error = failure;

  if (self->take (job, self->owner))
    return;

  if (g_error_matches (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND))
    {
      lk_egress_ledger_end (self->ledger, job);
      return;
    }
  if (error == NULL || lk_egress_job_get_info (job) != NULL)
    {
      g_clear_error (&error);
      g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_CLOSED,
                           "The service was shut down and takes no more egresses");
    }
  lk_egress_ledger_leave (self->ledger, job);
  if (self->error == NULL)
    self->error = g_steal_pointer (&error);
}

/* Those that the listing has are the owner's now. The others have ended, or have no id yet. */
static void
take_listing (LkEgressRecovery *self, LkEgressListing *listing)
{
  guint n_jobs = g_queue_get_length (&self->jobs);

  for (guint i = 0; i < n_jobs; i++)
    {
      g_autoptr (LkEgressJob) job = g_queue_pop_head (&self->jobs);
      const char *id = lk_egress_job_get_egress_id (job);
      g_autoptr (LkEgressInfo) info = id != NULL ? lk_egress_listing_find (listing, id) : NULL;

      if (info == NULL)
        {
          g_queue_push_tail (&self->jobs, g_steal_pointer (&job));
          continue;
        }
      lk_egress_job_take (job, info, LK_EGRESS_LIFE_ANSWER, NULL);
      end_one (self, job, NULL);
    }
}

static void
leave_all (LkEgressRecovery *self)
{
  for (GList *link = self->jobs.head; link != NULL; link = link->next)
    lk_egress_ledger_leave (self->ledger, link->data);
}

gboolean
lk_egress_recovery_run (LkEgressRecovery *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (LkEgressListing) listing
      = lk_egress_client_list (self->client, NULL, TRUE, cancellable, &self->error);

  if (listing != NULL)
    take_listing (self, listing);
  while (self->error == NULL && !g_queue_is_empty (&self->jobs))
    {
      g_autoptr (LkEgressJob) job = g_queue_pop_head (&self->jobs);
      GError *local = NULL;

      lk_egress_job_attach (job, cancellable, &local);
      end_one (self, job, local);
    }
  leave_all (self);
  lk_egress_ledger_flush (self->ledger);
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->error));

  return FALSE;
}

static void go_on (GTask *task);

static void
attached (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  LkEgressJob *job = LK_EGRESS_JOB (source_object);
  g_autoptr (GTask) task = user_data;
  LkEgressRecovery *self = g_task_get_task_data (task);
  GError *error = NULL;

  self->n_running--;
  lk_egress_job_attach_finish (job, result, &error);
  end_one (self, job, error);
  go_on (task);
}

/* Those with an id come first, one after the other. */
static gboolean
may_ask (LkEgressRecovery *self)
{
  LkEgressJob *next = g_queue_peek_head (&self->jobs);

  if (next == NULL)
    return FALSE;
  return self->n_running < (lk_egress_job_get_egress_id (next) != NULL ? 1 : N_LANES);
}

/* After an error no more are asked for. */
static void
go_on (GTask *task)
{
  LkEgressRecovery *self = g_task_get_task_data (task);

  while (self->error == NULL && may_ask (self))
    {
      g_autoptr (LkEgressJob) job = g_queue_pop_head (&self->jobs);

      self->n_running++;
      lk_egress_job_attach_async (job, g_task_get_cancellable (task), attached,
                                  g_object_ref (task));
    }
  if (self->n_running > 0)
    return;

  leave_all (self);
  if (self->error != NULL)
    g_task_return_error (task, g_steal_pointer (&self->error));
  else
    g_task_return_boolean (task, TRUE);
}

static void
listed (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  LkEgressRecovery *self = g_task_get_task_data (task);
  g_autoptr (LkEgressListing) listing
      = lk_egress_client_list_finish (LK_EGRESS_CLIENT (source_object), result, &self->error);

  lk_egress_answers_take (self->answers, self->error);
  if (listing != NULL)
    take_listing (self, listing);
  go_on (task);
}

void
lk_egress_recovery_run_async (LkEgressRecovery *self, GTask *task)
{
  g_task_set_task_data (task, self, (GDestroyNotify)lk_egress_recovery_free);
  lk_egress_client_list_async (self->client, NULL, TRUE, g_task_get_cancellable (task), listed,
                               task);
}
