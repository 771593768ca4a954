/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-ledger-private.h"

#include "lk-egress-client-private.h"
#include "lk-egress-inquiry-private.h"
#include "lk-egress-store-entry-private.h"

/* How soon what could not be stored is tried again where no lease says so, milliseconds. */
#define RETRY_INTERVAL 5000

/* How long the store is waited for at the end, milliseconds. */
#define MAX_CLOSING_TIME 1000

struct _LkEgressLedger
{
  char *owner;
  LkEgressClient *client;
  GMainContext *context;
  LkEgressLedgerEvents events;
  gpointer data;

  LkEgressInquiry *inquiry;
  GSource *timer;
  guint lease; /* of the store, milliseconds; 0: it has none */
  gboolean finding;
  gboolean given_up;   /* at the end the store is not waited for */
  gboolean tending;    /* the lease is being renewed */
  GHashTable *records; /* by the key of the entry: Record, which the job has */
  GHashTable *unsaved; /* jobs whose last question failed */
  GError *error;
};

/* What the ledger knows of a job, as data of that. */
typedef struct
{
  LkEgressLedger *ledger; /* borrowed, NULL when that is gone */
  LkEgressJob *job;       /* which has it */
  LkEgressStoreEntry *entry;
  char *id;       /* that the entry has, or will have when what was asked is done */
  gboolean ended; /* and is to be removed */
} Record;

static GQuark record_quark (void);
G_DEFINE_QUARK (lk - egress - ledger - record, record)

static void
set_error (LkEgressLedger *self, const GError *error)
{
  if (error != NULL && self->error == NULL)
    g_message ("What the service %s has to remember is not stored: %s", self->owner,
               error->message);
  else if (error == NULL && self->error != NULL)
    g_message ("The store of the service %s is there again", self->owner);
  g_clear_error (&self->error);
  if (error != NULL)
    self->error = g_error_copy (error);
}

static void
record_free (gpointer data)
{
  Record *record = data;

  if (record->ledger != NULL)
    {
      g_hash_table_remove (record->ledger->records, lk_egress_store_entry_get_key (record->entry));
      g_hash_table_remove (record->ledger->unsaved, record->job);
    }
  g_object_unref (record->entry);
  g_free (record->id);
  g_free (record);
}

static Record *
get_record (LkEgressLedger *self, LkEgressJob *job)
{
  return self != NULL ? g_object_get_qdata (G_OBJECT (job), record_quark ()) : NULL;
}

/* What is in the store is none of ours any more. */
static void
drop_record (LkEgressJob *job)
{
  g_object_set_qdata (G_OBJECT (job), record_quark (), NULL);
}

void
lk_egress_ledger_adopt (LkEgressLedger *self, LkEgressJob *job, LkEgressStoreEntry *entry)
{
  Record *record = g_new0 (Record, 1);

  record->ledger = self;
  record->job = job;
  record->entry = g_object_ref (entry);
  record->id = g_strdup (lk_egress_store_entry_get_egress_id (entry));
  g_hash_table_replace (self->records, (gpointer)lk_egress_store_entry_get_key (entry), record);
  g_object_set_qdata_full (G_OBJECT (job), record_quark (), record, record_free);
}

static void arm (LkEgressLedger *self);

static void
warn (LkEgressLedger *self, LkEgressJob *job, const GError *error)
{
  const Record *record = get_record (self, job);

  if (record->ended)
    g_warning ("Egress %s has ended and stays in the store for now: %s", record->id,
               error->message);
  else if (record->id != NULL)
    g_warning ("The id of egress %s is not stored, so after a crash it is looked for by its "
               "request: %s",
               record->id, error->message);
}

/* It is tried again, see arm(). */
static void
keep_unsaved (LkEgressLedger *self, LkEgressJob *job, const GError *error)
{
  if (!g_hash_table_contains (self->unsaved, job))
    warn (self, job, error);
  g_hash_table_replace (self->unsaved, g_object_ref (job), NULL);
  set_error (self, error);
  arm (self);
}

static void
lose (LkEgressLedger *self, LkEgressJob *job)
{
  Record *record = get_record (self, job);
  gboolean ended = record->ended;

  drop_record (job);
  if (!ended && self->events.lost != NULL)
    self->events.lost (job, self->data);
}

/* The egress of the entry, which has no id, is looked for. */
static void
look_again (LkEgressLedger *self, LkEgressStoreEntry *entry)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();

  if (!self->finding || lk_egress_store_entry_get_request (entry) == NULL)
    {
      lk_egress_ledger_release (self, entry);
      return;
    }
  g_ptr_array_add (entries, entry);
  self->events.found (entries, self->data);
}

/* Two looked for the egress of a start that was never answered, and another was first to find this
 * one. */
static void
give_back (LkEgressLedger *self, LkEgressJob *job)
{
  Record *record = get_record (self, job);
  g_autoptr (LkEgressStoreEntry) entry = lk_egress_store_entry_copy_without_id (record->entry);

  lk_egress_client_claim (self->client, record->id);
  lose (self, job);
  look_again (self, entry);
}

/* TRUE if the record was lost or is to be tried again. */
static gboolean
has_failed (LkEgressLedger *self, LkEgressQuestion *question)
{
  if (question->error == NULL)
    {
      g_hash_table_remove (self->unsaved, question->job);
      if (self->lease == 0)
        set_error (self, NULL);
      return FALSE;
    }
  if (g_error_matches (question->error, G_IO_ERROR, G_IO_ERROR_BUSY))
    lose (self, question->job);
  else if (g_error_matches (question->error, G_IO_ERROR, G_IO_ERROR_EXISTS))
    give_back (self, question->job);
  else
    keep_unsaved (self, question->job, question->error);

  return TRUE;
}

static gboolean
is_current (LkEgressLedger *self, LkEgressQuestion *question)
{
  Record *record = get_record (self, question->job);

  return record != NULL && record->ledger == self && record->entry == question->entry;
}

static void
put_done (LkEgressQuestion *question, gpointer data)
{
  LkEgressLedger *self = data;
  g_autoptr (GObject) alive = g_object_ref (self->data);

  if (is_current (self, question))
    has_failed (self, question);
}

static void
remove_done (LkEgressQuestion *question, gpointer data)
{
  LkEgressLedger *self = data;
  g_autoptr (GObject) alive = g_object_ref (self->data);
  LkEgressJob *job = question->job;

  if (!is_current (self, question) || has_failed (self, question))
    return;
  drop_record (job);
  if (self->lease > 0 && self->events.ended != NULL)
    self->events.ended (job, self->data);
}

static LkEgressQuestion *
new_question_of (LkEgressLedger *self,
                 LkEgressQuestionKind kind,
                 LkEgressJob *job,
                 void (*done) (LkEgressQuestion *self, gpointer data))
{
  Record *record = get_record (self, job);
  LkEgressQuestion *question = lk_egress_question_new (self->inquiry, kind, done);

  question->job = g_object_ref (job);
  question->entry = g_object_ref (record->entry);
  question->id = g_strdup (record->id);

  return question;
}

static void
save (LkEgressLedger *self, LkEgressJob *job)
{
  if (get_record (self, job)->ended)
    lk_egress_question_ask (new_question_of (self, LK_EGRESS_QUESTION_REMOVE, job, remove_done));
  else
    lk_egress_question_ask (new_question_of (self, LK_EGRESS_QUESTION_PUT, job, put_done));
}

static void
save_all (LkEgressLedger *self)
{
  g_autoptr (GHashTable) jobs = g_steal_pointer (&self->unsaved);
  GHashTableIter iter;
  gpointer job;

  self->unsaved = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  g_hash_table_iter_init (&iter, jobs);
  while (g_hash_table_iter_next (&iter, &job, NULL))
    save (self, job);
}

/*** Leases ***/

/* Ids that others know are not those of lost starts. */
static void
take_known (LkEgressQuestion *question, gpointer data)
{
  LkEgressLedger *self = data;

  for (guint i = 0; question->known != NULL && i < question->known->len; i++)
    lk_egress_client_claim (self->client, g_ptr_array_index (question->known, i));
}

static void
release_all (LkEgressLedger *self, GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    lk_egress_ledger_release (self, g_ptr_array_index (entries, i));
}

static void
tended (LkEgressQuestion *question, gpointer data)
{
  LkEgressLedger *self = data;
  g_autoptr (GObject) alive = g_object_ref (self->data);

  self->tending = FALSE;
  set_error (self, question->error);
  for (guint i = 0; question->lost != NULL && i < question->lost->len; i++)
    {
      Record *record = g_hash_table_lookup (self->records, g_ptr_array_index (question->lost, i));

      if (record != NULL)
        {
          g_autoptr (LkEgressJob) job = g_object_ref (record->job);

          lose (self, job);
        }
    }
  if (question->error == NULL)
    save_all (self);
  if (question->entries == NULL || question->entries->len == 0)
    return;

  take_known (question, data);
  if (self->finding)
    self->events.found (question->entries, self->data);
  else
    release_all (self, question->entries);
}

static gboolean
tend (gpointer user_data)
{
  LkEgressLedger *self = user_data;

  if (self->lease == 0)
    {
      g_clear_pointer (&self->timer, g_source_unref);
      save_all (self);
      return G_SOURCE_REMOVE;
    }
  if (!self->tending)
    {
      self->tending = TRUE;
      lk_egress_question_ask (
          lk_egress_question_new (self->inquiry, LK_EGRESS_QUESTION_TEND, tended));
    }

  return G_SOURCE_CONTINUE;
}

/* With a lease the time never ends, without it there is something that was not stored. */
static void
arm (LkEgressLedger *self)
{
  if (self->timer != NULL)
    return;

  self->timer = g_timeout_source_new (self->lease > 0 ? MAX (self->lease / 3, 1) : RETRY_INTERVAL);
  g_source_set_static_name (self->timer, "LkEgressLedger tend");
  g_source_set_callback (self->timer, tend, self, NULL);
  g_source_attach (self->timer, self->context);
}

LkEgressLedger *
lk_egress_ledger_new (LkEgressStore *store,
                      const char *owner,
                      LkEgressClient *client,
                      GMainContext *context,
                      const LkEgressLedgerEvents *events,
                      gpointer data)
{
  LkEgressLedger *self = g_new0 (LkEgressLedger, 1);

  self->owner = g_strdup (owner);
  self->client = g_object_ref (client);
  self->context = g_main_context_ref (context);
  self->events = *events;
  self->data = data;
  self->inquiry = lk_egress_inquiry_new (store, owner, context, self);
  self->lease = lk_egress_store_get_lease (store);
  self->finding = TRUE;
  self->records = g_hash_table_new (g_str_hash, g_str_equal);
  self->unsaved = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  if (self->lease > 0)
    {
      arm (self);
      tend (self);
    }

  return self;
}

void
lk_egress_ledger_stop_finding (LkEgressLedger *self)
{
  if (self == NULL)
    return;
  self->finding = FALSE;
  lk_egress_inquiry_stop_claiming (self->inquiry);
}

void
lk_egress_ledger_free (LkEgressLedger *self)
{
  GHashTableIter iter;
  gpointer record;

  if (self == NULL)
    return;

  lk_egress_ledger_stop_finding (self);
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  lk_egress_inquiry_free (self->inquiry, self->given_up ? 0 : MAX_CLOSING_TIME);

  g_hash_table_iter_init (&iter, self->records);
  while (g_hash_table_iter_next (&iter, NULL, &record))
    ((Record *)record)->ledger = NULL;
  g_hash_table_unref (self->records);
  g_hash_table_unref (self->unsaved);
  g_object_unref (self->client);
  g_main_context_unref (self->context);
  g_clear_error (&self->error);
  g_free (self->owner);
  g_free (self);
}

void
lk_egress_ledger_give_up (LkEgressLedger *self)
{
  self->given_up = TRUE;
}

guint
lk_egress_ledger_get_lease (LkEgressLedger *self)
{
  return self != NULL ? self->lease : 0;
}

guint
lk_egress_ledger_count_asked (LkEgressLedger *self)
{
  return self != NULL ? lk_egress_inquiry_count_changes (self->inquiry) : 0;
}

guint
lk_egress_ledger_count_unsaved (LkEgressLedger *self)
{
  return self != NULL ? g_hash_table_size (self->unsaved) : 0;
}

const GError *
lk_egress_ledger_get_error (LkEgressLedger *self)
{
  return self != NULL ? self->error : NULL;
}

/*** The life of a job ***/

static void
new_record (LkEgressLedger *self, LkEgressJob *job, LkEgressStartPolicy *policy)
{
  g_autoptr (LkEgressStoreEntry) entry = lk_egress_store_entry_new (
      self->owner, lk_egress_client_get_url (self->client), lk_egress_job_get_request (job), NULL);

  if (policy != NULL)
    lk_egress_store_entry_set_max_duration (entry,
                                            lk_egress_start_policy_get_max_duration (policy));
  lk_egress_ledger_adopt (self, job, entry);
}

/* Whether the start may be sent. */
static gboolean
end_begin (LkEgressLedger *self, LkEgressQuestion *question, GError **error)
{
  if (g_error_matches (question->error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED))
    {
      keep_unsaved (self, question->job, question->error);
      return TRUE;
    }
  if (question->error == NULL)
    {
      if (self->lease == 0)
        set_error (self, NULL);
      return TRUE;
    }

  set_error (self, question->error);
  drop_record (question->job);
  g_propagate_prefixed_error (error, g_steal_pointer (&question->error),
                              "The egress is not started, because it cannot be stored: ");

  return FALSE;
}

gboolean
lk_egress_ledger_begin (LkEgressLedger *self,
                        LkEgressJob *job,
                        LkEgressStartPolicy *policy,
                        GError **error)
{
  LkEgressQuestion *question;
  gboolean good;

  if (self == NULL)
    return TRUE;

  new_record (self, job, policy);
  question = new_question_of (self, LK_EGRESS_QUESTION_PUT, job, NULL);
  lk_egress_question_ask_and_wait (question);
  good = end_begin (self, question, error);
  lk_egress_question_free (question);

  return good;
}

static void
begin_done (LkEgressQuestion *question, gpointer data)
{
  LkEgressLedger *self = data;
  GError *error = NULL;

  if (end_begin (self, question, &error))
    g_task_return_boolean (question->task, TRUE);
  else
    g_task_return_error (question->task, error);
}

void
lk_egress_ledger_begin_async (LkEgressLedger *self,
                              LkEgressJob *job,
                              LkEgressStartPolicy *policy,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  LkEgressQuestion *question;

  new_record (self, job, policy);
  question = new_question_of (self, LK_EGRESS_QUESTION_PUT, job, begin_done);
  question->task = g_task_new (job, NULL, callback, user_data);
  g_task_set_name (question->task, "LkEgressLedger begin");
  lk_egress_question_ask (question);
}

gboolean
lk_egress_ledger_begin_finish (LkEgressLedger *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

LkEgressStartPolicy *
lk_egress_ledger_dup_policy (LkEgressLedger *self, LkEgressJob *job)
{
  const Record *record = get_record (self, job);
  guint max_duration;

  if (record == NULL || !lk_egress_store_entry_get_max_duration (record->entry, &max_duration))
    return NULL;

  return g_object_new (LK_EGRESS_TYPE_START_POLICY, "max-duration", max_duration, NULL);
}

void
lk_egress_ledger_set_id (LkEgressLedger *self, LkEgressJob *job)
{
  Record *record = get_record (self, job);
  const char *id = lk_egress_job_get_egress_id (job);

  if (record == NULL || g_strcmp0 (record->id, id) == 0)
    return;

  g_free (record->id);
  record->id = g_strdup (id);
  save (self, job);
}

gboolean
lk_egress_ledger_end (LkEgressLedger *self, LkEgressJob *job)
{
  Record *record = get_record (self, job);

  if (record == NULL || record->ended)
    return record == NULL;

  record->ended = TRUE;
  save (self, job);

  return self->lease == 0;
}

void
lk_egress_ledger_release (LkEgressLedger *self, LkEgressStoreEntry *entry)
{
  LkEgressQuestion *question
      = lk_egress_question_new (self->inquiry, LK_EGRESS_QUESTION_RELEASE, NULL);

  question->entry = g_object_ref (entry);
  lk_egress_question_ask (question);
}

void
lk_egress_ledger_leave (LkEgressLedger *self, LkEgressJob *job)
{
  Record *record = get_record (self, job);

  if (record == NULL || record->ended)
    return;

  /* The last try. */
  if (g_hash_table_contains (self->unsaved, job))
    save (self, job);
  lk_egress_ledger_release (self, record->entry);
  drop_record (job);
}

void
lk_egress_ledger_merge (LkEgressLedger *self, LkEgressJob *job, LkEgressJob *other)
{
  Record *record = get_record (self, job);
  g_autoptr (LkEgressStoreEntry) entry = NULL;

  if (record == NULL)
    return;
  if (get_record (self, other) != NULL
      || lk_egress_job_state_is_final (lk_egress_job_get_state (other)))
    {
      lk_egress_ledger_end (self, job);
      return;
    }
  entry = g_object_ref (record->entry);
  drop_record (job);
  lk_egress_ledger_adopt (self, other, entry);
  lk_egress_ledger_set_id (self, other);
}

void
lk_egress_ledger_correct (LkEgressLedger *self, LkEgressJob *found, LkEgressJob *job)
{
  Record *of_found = get_record (self, found), *of_job = get_record (self, job);
  g_autoptr (LkEgressStoreEntry) known = NULL;
  g_autoptr (LkEgressStoreEntry) unknown = NULL;
  gboolean ended;

  if (of_found == NULL || of_job == NULL)
    return;

  known = lk_egress_store_entry_copy_without_id (of_found->entry);
  unknown = lk_egress_store_entry_copy_without_id (of_job->entry);
  lk_egress_store_entry_swap_max_duration (known, unknown);
  ended = of_found->ended;
  drop_record (job);
  if (!ended)
    {
      drop_record (found);
      lk_egress_ledger_adopt (self, job, known);
    }
  look_again (self, unknown);
}

/*** Claims, and waiting ***/

GPtrArray *
lk_egress_ledger_claim (LkEgressLedger *self, GError **error)
{
  LkEgressQuestion *question
      = lk_egress_question_new (self->inquiry, LK_EGRESS_QUESTION_CLAIM, take_known);
  GPtrArray *entries;

  lk_egress_question_ask_and_wait (question);
  entries = g_steal_pointer (&question->entries);
  if (entries == NULL)
    g_propagate_error (error, g_steal_pointer (&question->error));
  lk_egress_question_free (question);

  return entries;
}

static void
claim_done (LkEgressQuestion *question, gpointer data)
{
  take_known (question, data);
  if (question->entries != NULL)
    g_task_return_pointer (question->task, g_steal_pointer (&question->entries),
                           (GDestroyNotify)g_ptr_array_unref);
  else
    g_task_return_error (question->task, g_steal_pointer (&question->error));
}

void
lk_egress_ledger_claim_async (LkEgressLedger *self,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  LkEgressQuestion *question
      = lk_egress_question_new (self->inquiry, LK_EGRESS_QUESTION_CLAIM, claim_done);

  question->task = g_task_new (NULL, NULL, callback, user_data);
  g_task_set_name (question->task, "LkEgressLedger claim");
  lk_egress_question_ask (question);
}

GPtrArray *
lk_egress_ledger_claim_finish (LkEgressLedger *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
lk_egress_ledger_flush (LkEgressLedger *self)
{
  LkEgressQuestion *question;

  if (self == NULL)
    return;

  question = lk_egress_question_new (self->inquiry, LK_EGRESS_QUESTION_NOTHING, NULL);
  lk_egress_question_ask_and_wait (question);
  lk_egress_question_free (question);
}
