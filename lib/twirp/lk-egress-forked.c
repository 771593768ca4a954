/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-forked-private.h"

#include <unistd.h>

/* GTask has 10 threads, unless they all have much to do. */
#define MAX_LOST_THREADS 16

/* For a thread to begin, in milliseconds. */
#define THREAD_WAIT 20

/* From one look at whether work gets done to the next. */
#define REST (100 * G_TIME_SPAN_MILLISECOND)

/* After this, no work will ever get done. */
#define MAX_WAIT (5 * G_TIME_SPAN_SECOND)

/* What one process has. */
typedef struct
{
  gint process;
  GMutex lock;
  GCond changed;
  guint n_calls;
  gboolean runs; /* the thread */
  gboolean works;
  gint64 since; /* when it was first tried */
} Forked;

static gint loaded_in;

__attribute__ ((constructor)) static void
remember_process (void)
{
  loaded_in = getpid ();
}

static Forked *
forked_new (void)
{
  Forked *self = g_new0 (Forked, 1);

  self->process = getpid ();
  self->since = g_get_monotonic_time ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);

  return self;
}

static void
forked_free (Forked *self)
{
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

/* That of this process, which lives as long. The one of the parent is not even locked: a thread
 * that there is no more may have done that. */
static Forked *
get_forked (void)
{
  static Forked *forked;
  Forked *old = g_atomic_pointer_get (&forked);
  Forked *new;

  if (old != NULL && old->process == getpid ())
    return old;

  new = forked_new ();
  if (!g_atomic_pointer_compare_and_exchange (&forked, old, new))
    forked_free (new);

  return g_atomic_pointer_get (&forked);
}

static void
do_nothing (GTask *task, gpointer source_object, gpointer data, GCancellable *cancellable)
{
}

static void
count_down (GObject *source_object, GAsyncResult *result, gpointer n_left)
{
  --*(guint *)n_left;
}

static gboolean
wake (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Work is left to a thread that seems to wait for it, though the parent had that one. So there is
 * some for each of them, until a piece gets done: by a new thread, and then they all do, and so
 * does what calls have left. */
static void
do_work (GMainContext *context)
{
  guint n_left = 0;
  guint n = 0;

  do
    {
      if (n < MAX_LOST_THREADS)
        {
          g_autoptr (GTask) task = g_task_new (NULL, NULL, count_down, &n_left);

          n++;
          n_left++;
          g_task_run_in_thread (task, do_nothing);
        }
      g_main_context_iteration (context, TRUE);
      /* Threads work now. */
      if (n_left < n)
        n = MAX_LOST_THREADS;
    }
  while (n_left > 0);
}

/* Later GLib has all threads of GTask made by one of its own, and waits for that one for ever if
 * the parent had it. Then this is left behind. */
static gpointer
run (gpointer data)
{
  Forked *self = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) timer = g_timeout_source_new (THREAD_WAIT);

  g_thread_pool_stop_unused_threads ();
  g_source_set_callback (timer, wake, NULL, NULL);
  g_source_attach (timer, context);
  g_main_context_push_thread_default (context);

  g_mutex_lock (&self->lock);
  while (self->n_calls > 0)
    {
      g_mutex_unlock (&self->lock);
      do_work (context);
      g_mutex_lock (&self->lock);
      self->works = TRUE;
      g_cond_broadcast (&self->changed);
      g_cond_wait_until (&self->changed, &self->lock, g_get_monotonic_time () + REST);
    }
  self->runs = FALSE;
  g_mutex_unlock (&self->lock);

  g_main_context_pop_thread_default (context);

  return NULL;
}

/* Called with the lock held. */
static gboolean
ensure_thread (Forked *self, GError **error)
{
  GThread *thread;

  if (self->runs)
    {
      g_cond_broadcast (&self->changed);
      return TRUE;
    }

  thread = g_thread_try_new ("lk-egress-forked", run, self, error);
  if (thread == NULL)
    {
      g_prefix_error (error,
                      "There is no thread to make a call with, in a process made by fork(): ");
      return FALSE;
    }

  g_thread_unref (thread);
  self->runs = TRUE;

  return TRUE;
}

/* Called with the lock held. */
static gboolean
wait_until_works (Forked *self, guint timeout, GError **error)
{
  gint64 last = self->since + MAX_WAIT;
  gint64 own = g_get_monotonic_time () + timeout * (gint64)G_TIME_SPAN_MILLISECOND;
  gint64 end = timeout > 0 ? MIN (own, last) : last;

  while (!self->works && g_cond_wait_until (&self->changed, &self->lock, end))
    ;
  if (self->works)
    return TRUE;

  if (end < last)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                 "This process was made by fork(), and GLib has started no thread in it within "
                 "the %u ms of the call",
                 timeout);
  else
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                         "This process was made by fork(), and GLib cannot start the threads in "
                         "it that a call needs. Let it call exec(), too; in Python, use the "
                         "start method spawn or forkserver of multiprocessing");
  return FALSE;
}

gboolean
lk_egress_forked_begin_call (guint timeout, GError **error)
{
  g_autoptr (GMutexLocker) locker = NULL;
  Forked *self;

  if (getpid () == loaded_in)
    return TRUE;

  self = get_forked ();
  locker = g_mutex_locker_new (&self->lock);
  self->n_calls++;
  if (ensure_thread (self, error) && wait_until_works (self, timeout, error))
    return TRUE;

  self->n_calls--;
  return FALSE;
}

void
lk_egress_forked_end_call (void)
{
  g_autoptr (GMutexLocker) locker = NULL;
  Forked *self;

  if (getpid () == loaded_in)
    return;

  self = get_forked ();
  locker = g_mutex_locker_new (&self->lock);
  /* Else it is one that the parent has begun. */
  if (self->n_calls > 0)
    self->n_calls--;
}
