/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-alarm-private.h"

#include <unistd.h>

/* The alarms of one process, and the thread that rings them. A child made by fork() has neither:
 * it begins with a clock of its own. That of the parent is not even locked there, for a thread that
 * the child does not have may have done that. */
typedef struct
{
  gint process;
  GMutex lock;
  GCond earlier; /* there is an alarm before wake_at */
  GSequence *alarms;
  gboolean runs;
  gint64 wake_at;
} Clock;

struct _LkEgressAlarm
{
  Clock *clock;
  GCancellable *cancellable;
  gint64 at;

  /* Under the lock. */
  GSequenceIter *entry; /* NULL when not waiting (any more) */
  gboolean rung;
};

static Clock *
clock_new (void)
{
  Clock *self = g_new0 (Clock, 1);

  self->process = getpid ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->earlier);
  self->alarms = g_sequence_new (NULL);

  return self;
}

static void
clock_free (Clock *self)
{
  g_sequence_free (self->alarms);
  g_cond_clear (&self->earlier);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* That of this process, which lives as long. */
static Clock *
get_clock (void)
{
  static Clock *clock;
  Clock *old = g_atomic_pointer_get (&clock);
  Clock *new;

  if (old != NULL && old->process == getpid ())
    return old;

  new = clock_new ();
  if (!g_atomic_pointer_compare_and_exchange (&clock, old, new))
    clock_free (new);

  return g_atomic_pointer_get (&clock);
}

static int
compare (gconstpointer a, gconstpointer b, gpointer user_data)
{
  gint64 first = ((const LkEgressAlarm *)a)->at;
  gint64 second = ((const LkEgressAlarm *)b)->at;

  return first < second ? -1 : first > second;
}

/* Called with the lock held, which is let go meanwhile: cancelling runs other code. */
static void
ring (LkEgressAlarm *self, Clock *clock)
{
  g_autoptr (GCancellable) cancellable = g_object_ref (self->cancellable);

  g_sequence_remove (g_steal_pointer (&self->entry));
  self->rung = TRUE;

  g_mutex_unlock (&clock->lock);
  g_cancellable_cancel (cancellable);
  g_mutex_lock (&clock->lock);
}

/* Sleeps on to the time it set itself even if that alarm is taken back: calls that end in time, the
 * usual case, never wake it. */
static gpointer
run (gpointer data)
{
  Clock *clock = data;

  g_mutex_lock (&clock->lock);
  while (!g_sequence_is_empty (clock->alarms))
    {
      LkEgressAlarm *first = g_sequence_get (g_sequence_get_begin_iter (clock->alarms));

      if (first->at <= g_get_monotonic_time ())
        {
          ring (first, clock);
        }
      else
        {
          clock->wake_at = first->at;
          g_cond_wait_until (&clock->earlier, &clock->lock, clock->wake_at);
        }
    }
  clock->runs = FALSE;
  g_mutex_unlock (&clock->lock);

  return NULL;
}

/* Called with the lock held. */
static gboolean
wake_before (Clock *clock, gint64 at, GError **error)
{
  GThread *thread;

  if (clock->runs)
    {
      if (at < clock->wake_at)
        g_cond_signal (&clock->earlier);
      return TRUE;
    }

  thread = g_thread_try_new ("lk-egress-alarm", run, clock, error);
  if (thread == NULL)
    {
      g_prefix_error (error, "There is no thread to watch the time of the call with: ");
      return FALSE;
    }

  g_thread_unref (thread);
  clock->runs = TRUE;
  clock->wake_at = at;

  return TRUE;
}

LkEgressAlarm *
lk_egress_alarm_new (gint64 at, GCancellable *cancellable, GError **error)
{
  Clock *clock = get_clock ();
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&clock->lock);
  LkEgressAlarm *self;

  if (!wake_before (clock, at, error))
    return NULL;

  self = g_new0 (LkEgressAlarm, 1);
  self->clock = clock;
  self->cancellable = g_object_ref (cancellable);
  self->at = at;
  self->entry = g_sequence_insert_sorted (clock->alarms, self, compare, NULL);

  return self;
}

void
lk_egress_alarm_free (LkEgressAlarm *self)
{
  if (self->clock->process == getpid ())
    {
      g_mutex_lock (&self->clock->lock);
      if (self->entry != NULL)
        g_sequence_remove (self->entry);
      g_mutex_unlock (&self->clock->lock);
    }
  g_object_unref (self->cancellable);
  g_free (self);
}

gboolean
lk_egress_alarm_has_rung (LkEgressAlarm *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->clock->lock);

  return self->rung;
}
