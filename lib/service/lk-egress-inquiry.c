/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-inquiry-private.h"

#include "lk-egress-store-entry-private.h"

struct _LkEgressInquiry
{
  gatomicrefcount refs; /* of its owner and of each question */
  LkEgressStore *store;
  char *owner;
  GMainContext *context;
  gpointer data;   /* NULL at the end */
  guint n_changes; /* that were asked for and are not answered */

  GThreadPool *thread;
  GCancellable *closing;
  int claims; /* atomic */
};

static void
inquiry_unref (LkEgressInquiry *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;

  g_object_unref (self->store);
  g_object_unref (self->closing);
  g_main_context_unref (self->context);
  g_free (self->owner);
  g_free (self);
}

void
lk_egress_question_free (LkEgressQuestion *self)
{
  g_clear_object (&self->job);
  g_clear_object (&self->entry);
  g_clear_object (&self->task);
  g_clear_error (&self->error);
  g_clear_pointer (&self->lost, g_ptr_array_unref);
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_clear_pointer (&self->known, g_ptr_array_unref);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self->id);
  inquiry_unref (self->inquiry);
  g_free (self);
}

/*** In the thread of the store ***/

/* Another service of this name may have started the same as an entry without an id. Its egresses
 * are not to be taken for those of starts that were never answered. */
static void
read_known (LkEgressQuestion *self)
{
  LkEgressInquiry *inquiry = self->inquiry;
  g_autoptr (GPtrArray) entries = NULL;
  gboolean is_needed = FALSE;

  self->known = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < self->entries->len; i++)
    is_needed
        = is_needed
          || lk_egress_store_entry_get_egress_id (g_ptr_array_index (self->entries, i)) == NULL;
  if (is_needed)
    entries = lk_egress_store_list (inquiry->store, inquiry->owner, inquiry->closing, NULL);
  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      const char *id = lk_egress_store_entry_get_egress_id (g_ptr_array_index (entries, i));

      if (id != NULL)
        g_ptr_array_add (self->known, g_strdup (id));
    }
}

static void
claim (LkEgressQuestion *self)
{
  LkEgressInquiry *inquiry = self->inquiry;

  self->entries
      = lk_egress_store_claim (inquiry->store, inquiry->owner, inquiry->closing, &self->error);
  if (self->entries != NULL)
    read_known (self);
}

/* The entry has the id that is known by now, unless that turns out to be of another. */
static void
ask_with_id (LkEgressQuestion *self,
             gboolean (*ask) (LkEgressStore *, LkEgressStoreEntry *, GCancellable *, GError **))
{
  if (self->id != NULL)
    lk_egress_store_entry_set_egress_id (self->entry, self->id);
  ask (self->inquiry->store, self->entry, NULL, &self->error);
  if (g_error_matches (self->error, G_IO_ERROR, G_IO_ERROR_EXISTS)
      && lk_egress_store_entry_get_request (self->entry) != NULL)
    lk_egress_store_entry_unset_egress_id (self->entry);
}

static void
ask_store (LkEgressQuestion *self)
{
  LkEgressInquiry *inquiry = self->inquiry;

  switch (self->kind)
    {
    case LK_EGRESS_QUESTION_PUT:
      ask_with_id (self, lk_egress_store_put);
      break;
    case LK_EGRESS_QUESTION_REMOVE:
      ask_with_id (self, lk_egress_store_remove);
      break;
    case LK_EGRESS_QUESTION_RELEASE:
      lk_egress_store_release (inquiry->store, self->entry);
      break;
    case LK_EGRESS_QUESTION_CLAIM:
      claim (self);
      break;
    case LK_EGRESS_QUESTION_TEND:
      self->lost
          = lk_egress_store_renew (inquiry->store, inquiry->owner, inquiry->closing, &self->error);
      if (self->lost != NULL && self->task == NULL && g_atomic_int_get (&inquiry->claims))
        claim (self);
      break;
    case LK_EGRESS_QUESTION_NOTHING:
      break;
    default:
      g_assert_not_reached ();
    }
}

/* Whether it changes what is stored. */
static gboolean
is_change (const LkEgressQuestion *self)
{
  return self->kind == LK_EGRESS_QUESTION_PUT || self->kind == LK_EGRESS_QUESTION_REMOVE
         || self->kind == LK_EGRESS_QUESTION_RELEASE;
}

static gboolean
end_question (gpointer user_data)
{
  LkEgressQuestion *self = user_data;

  if (is_change (self))
    self->inquiry->n_changes--;
  if (self->done != NULL && self->inquiry->data != NULL)
    self->done (self, self->inquiry->data);

  return G_SOURCE_REMOVE;
}

/* Takes the question over, in any thread. */
static void
tell_answer (LkEgressQuestion *self)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "LkEgressInquiry answer");
  g_source_set_callback (source, end_question, self, (GDestroyNotify)lk_egress_question_free);
  g_source_attach (source, self->inquiry->context);
}

static void
run_question (gpointer data, gpointer user_data)
{
  LkEgressQuestion *self = data;

  ask_store (self);
  if (self->waits)
    {
      gboolean given_up;

      g_mutex_lock (&self->lock);
      self->answered = TRUE;
      given_up = self->given_up;
      g_cond_signal (&self->changed);
      g_mutex_unlock (&self->lock);
      if (given_up)
        lk_egress_question_free (self);
      return;
    }

  tell_answer (self);
}

/*** In the thread of the owner ***/

LkEgressQuestion *
lk_egress_question_new (LkEgressInquiry *self,
                        LkEgressQuestionKind kind,
                        void (*done) (LkEgressQuestion *self, gpointer data))
{
  LkEgressQuestion *question = g_new0 (LkEgressQuestion, 1);

  g_atomic_ref_count_inc (&self->refs);
  question->inquiry = self;
  question->kind = kind;
  question->done = done;
  g_mutex_init (&question->lock);
  g_cond_init (&question->changed);

  return question;
}

void
lk_egress_question_ask (LkEgressQuestion *question)
{
  if (is_change (question))
    question->inquiry->n_changes++;
  if (question->inquiry->thread != NULL)
    {
      g_thread_pool_push (question->inquiry->thread, question, NULL);
      return;
    }
  g_set_error_literal (&question->error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The service is gone");
  tell_answer (question);
}

void
lk_egress_question_ask_and_wait (LkEgressQuestion *question)
{
  question->waits = TRUE;
  g_thread_pool_push (question->inquiry->thread, question, NULL);
  g_mutex_lock (&question->lock);
  while (!question->answered)
    g_cond_wait (&question->changed, &question->lock);
  g_mutex_unlock (&question->lock);
  if (question->done != NULL)
    question->done (question, question->inquiry->data);
}

LkEgressInquiry *
lk_egress_inquiry_new (LkEgressStore *store,
                       const char *owner,
                       GMainContext *context,
                       gpointer data)
{
  LkEgressInquiry *self = g_new0 (LkEgressInquiry, 1);

  g_atomic_ref_count_init (&self->refs);
  self->store = g_object_ref (store);
  self->owner = g_strdup (owner);
  self->context = g_main_context_ref (context);
  self->data = data;
  self->thread = g_thread_pool_new (run_question, NULL, 1, FALSE, NULL);
  self->closing = g_cancellable_new ();
  self->claims = TRUE;

  return self;
}

void
lk_egress_inquiry_stop_claiming (LkEgressInquiry *self)
{
  g_atomic_int_set (&self->claims, FALSE);
}

guint
lk_egress_inquiry_count_changes (LkEgressInquiry *self)
{
  return self->n_changes;
}

/* Waits until all is answered that was asked, or the time is over. */
static void
wait_for_all (LkEgressInquiry *self, guint most)
{
  LkEgressQuestion *last = lk_egress_question_new (self, LK_EGRESS_QUESTION_NOTHING, NULL);
  gint64 until = g_get_monotonic_time () + most * (gint64)G_TIME_SPAN_MILLISECOND;
  gboolean answered;

  last->waits = TRUE;
  g_thread_pool_push (self->thread, last, NULL);
  g_mutex_lock (&last->lock);
  while (!last->answered && g_cond_wait_until (&last->changed, &last->lock, until))
    ;
  answered = last->answered;
  last->given_up = !answered;
  g_mutex_unlock (&last->lock);
  if (answered)
    lk_egress_question_free (last);
}

void
lk_egress_inquiry_free (LkEgressInquiry *self, guint most)
{
  self->data = NULL;
  lk_egress_inquiry_stop_claiming (self);
  g_cancellable_cancel (self->closing);
  wait_for_all (self, most);
  g_thread_pool_free (g_steal_pointer (&self->thread), FALSE, FALSE);
  inquiry_unref (self);
}
