/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-deadline-private.h"

/* What is to be cancelled. Apart from the deadline, for that may be freed while another thread is
 * at it. */
typedef struct
{
  GCancellable *cancellable;
  GMainContext *context; /* kept for source, which does not do so itself */
  GSource *source;       /* NULL without a context */
} Target;

struct _LkEgressDeadline
{
  Target *target;
  GCancellable *parent;
  gulong parent_handler;
  gint64 at; /* on the monotonic clock, microseconds */

  /* Under the lock. */
  GSequenceIter *entry; /* NULL when not waiting (any more) */
  gboolean passed;
};

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs source_funcs = { .dispatch = dispatch };

static gboolean
cancel_in_context (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

/* A GCancellableSource would do, but GLib 2.74 loses it when it is freed while cancelling goes on
 * in another thread. */
static Target *
target_new (GMainContext *context)
{
  Target *self = g_atomic_rc_box_new0 (Target);

  self->cancellable = g_cancellable_new ();
  if (context != NULL)
    {
      self->context = g_main_context_ref (context);
      self->source = g_source_new (&source_funcs, sizeof (GSource));
      g_source_set_callback (self->source, cancel_in_context, g_object_ref (self->cancellable),
                             g_object_unref);
      g_source_attach (self->source, context);
    }

  return self;
}

static void
target_clear (gpointer data)
{
  Target *self = data;

  g_clear_pointer (&self->source, g_source_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_object_unref (self->cancellable);
}

static void
target_unref (Target *self)
{
  g_atomic_rc_box_release_full (self, target_clear);
}

/* In whatever thread. */
static void
target_cancel (Target *self)
{
  if (self->source != NULL)
    g_source_set_ready_time (self->source, 0);
  else
    g_cancellable_cancel (self->cancellable);
}

static GMutex lock;
static GCond earlier; /* there is a deadline before wake_at */
static GSequence *queue;
static gint64 wake_at;

static int
compare (gconstpointer a, gconstpointer b, gpointer user_data)
{
  gint64 first = ((const LkEgressDeadline *)a)->at;
  gint64 second = ((const LkEgressDeadline *)b)->at;

  return first < second ? -1 : first > second;
}

/* Called with the lock held, which is let go meanwhile: cancelling runs other code. */
static void
fire (LkEgressDeadline *self)
{
  Target *target = g_atomic_rc_box_acquire (self->target);

  g_sequence_remove (g_steal_pointer (&self->entry));
  self->passed = TRUE;

  g_mutex_unlock (&lock);
  target_cancel (target);
  target_unref (target);
  g_mutex_lock (&lock);
}

/* Sleeps on to the time it set itself even if that deadline is taken back: calls that end in time,
 * the usual case, never wake it. */
static gpointer
run (gpointer data)
{
  g_mutex_lock (&lock);
  while (!g_sequence_is_empty (queue))
    {
      LkEgressDeadline *first = g_sequence_get (g_sequence_get_begin_iter (queue));

      if (first->at <= g_get_monotonic_time ())
        {
          fire (first);
        }
      else
        {
          wake_at = first->at;
          g_cond_wait_until (&earlier, &lock, wake_at);
        }
    }
  g_clear_pointer (&queue, g_sequence_free);
  g_mutex_unlock (&lock);

  return NULL;
}

static void
enqueue (LkEgressDeadline *self)
{
  g_mutex_lock (&lock);
  if (queue == NULL)
    {
      queue = g_sequence_new (NULL);
      wake_at = self->at;
      g_thread_unref (g_thread_new ("lk-egress-deadline", run, NULL));
    }
  else if (self->at < wake_at)
    {
      g_cond_signal (&earlier);
    }
  self->entry = g_sequence_insert_sorted (queue, self, compare, NULL);
  g_mutex_unlock (&lock);
}

static void
parent_cancelled (GCancellable *parent, gpointer target)
{
  target_cancel (target);
}

static void
drop_target (gpointer target, GClosure *closure)
{
  target_unref (target);
}

LkEgressDeadline *
lk_egress_deadline_new (guint timeout, GCancellable *parent, GMainContext *context)
{
  LkEgressDeadline *self = g_new0 (LkEgressDeadline, 1);

  self->target = target_new (context);

  if (parent != NULL)
    {
      self->parent = g_object_ref (parent);
      /* The handler owns what it needs. So taking it off need not wait for one that runs, as
       * g_cancellable_disconnect() does: a call may end inside the caller's g_cancellable_cancel().
       */
      self->parent_handler
          = g_signal_connect_data (parent, "cancelled", G_CALLBACK (parent_cancelled),
                                   g_atomic_rc_box_acquire (self->target), drop_target, 0);
      if (g_cancellable_is_cancelled (parent))
        g_cancellable_cancel (self->target->cancellable);
    }

  if (timeout > 0)
    {
      self->at = g_get_monotonic_time () + timeout * G_TIME_SPAN_MILLISECOND;
      enqueue (self);
    }

  return self;
}

void
lk_egress_deadline_free (LkEgressDeadline *self)
{
  g_mutex_lock (&lock);
  if (self->entry != NULL)
    g_sequence_remove (self->entry);
  g_mutex_unlock (&lock);

  if (self->parent != NULL)
    g_signal_handler_disconnect (self->parent, self->parent_handler);

  if (self->target->source != NULL)
    g_source_destroy (self->target->source);

  target_unref (self->target);
  g_clear_object (&self->parent);
  g_free (self);
}

GCancellable *
lk_egress_deadline_get_cancellable (LkEgressDeadline *self)
{
  return self->target->cancellable;
}

gboolean
lk_egress_deadline_has_passed (LkEgressDeadline *self)
{
  gboolean passed;

  g_mutex_lock (&lock);
  passed = self->passed;
  g_mutex_unlock (&lock);

  return passed && !(self->parent != NULL && g_cancellable_is_cancelled (self->parent));
}
