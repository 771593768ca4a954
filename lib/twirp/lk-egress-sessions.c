/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-sessions-private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lk-egress-version.h"

/* How long a session that nobody uses keeps its connections. */
#define MAX_IDLE (30 * G_TIME_SPAN_SECOND)

/* File descriptors that a call takes, most of them for a moment: the first one loads the modules of
 * GIO, and looks for the settings of proxies. */
#define KEPT_DESCRIPTORS 2
#define NEW_DESCRIPTORS 8

/* GTask has 10 threads, unless they all have much to do. */
#define MAX_LOST_THREADS 16

/* For a thread to begin, in milliseconds. */
#define THREAD_WAIT 20

/* For all of them. */
#define REPLACEMENT_WAIT (5 * G_TIME_SPAN_SECOND)

/* What one process has. */
typedef struct
{
  gint process;
  gboolean has_threads;
  GMutex lock;
  GQueue sessions; /* that nobody uses, the latest first */
} Pool;

struct _LkEgressSessions
{
  GProxyResolver *proxy_resolver;
  GTlsDatabase *tls_database;
  Pool *pool; /* accessed atomically */
};

static LkEgressSession *
session_new (LkEgressSessions *owner)
{
  LkEgressSession *self = g_new0 (LkEgressSession, 1);
  g_autofree char *user_agent
      = g_strdup_printf ("livekit-egress-c/%d.%d.%d", LK_EGRESS_MAJOR_VERSION,
                         LK_EGRESS_MINOR_VERSION, LK_EGRESS_MICRO_VERSION);

  self->process = getpid ();
  self->context = g_main_context_new ();

  /* No timeout of the socket: the deadline of the call is the one clock. Nor one of what is idle,
   * for that would be noticed in the context alone, which nobody runs then. A call that finds no
   * place for its connection would wait, so there is no limit. */
  g_main_context_push_thread_default (self->context);
  self->soup
      = soup_session_new_with_options ("user-agent", user_agent, "timeout", 0, "idle-timeout", 0,
                                       "max-conns", G_MAXINT, "max-conns-per-host", G_MAXINT, NULL);
  g_main_context_pop_thread_default (self->context);

  /* Replies are asked for as they are: compressed ones may grow to any size, and libsoup takes one
   * that is cut off for a whole one. */
  soup_session_remove_feature_by_type (self->soup, SOUP_TYPE_CONTENT_DECODER);
  if (owner->proxy_resolver != NULL)
    soup_session_set_proxy_resolver (self->soup, owner->proxy_resolver);
  if (owner->tls_database != NULL)
    soup_session_set_tls_database (self->soup, owner->tls_database);

  return self;
}

void
lk_egress_session_free (LkEgressSession *self)
{
  /* To close a connection of the parent would end it for the parent too, where it has TLS. */
  if (self->process != getpid ())
    return;

  g_object_unref (self->soup);
  g_main_context_unref (self->context);
  g_free (self);
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

typedef struct
{
  GMutex lock;
  GCond cond;
  gboolean is_done;
  gint references; /* accessed atomically */
} Replacement;

static void
replacement_unref (Replacement *self)
{
  if (!g_atomic_int_dec_and_test (&self->references))
    return;

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

/* After fork(), GLib still counts the threads in which the parent looked names up, and leaves work
 * to those that seem to wait for it. So there is some for each of them, until a piece gets done: by
 * a new thread, and then they all do. */
static gpointer
replace_lost_threads (gpointer user_data)
{
  Replacement *self = user_data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) timer = g_timeout_source_new (THREAD_WAIT);
  guint *n_left = g_new0 (guint, 1);
  gboolean works = FALSE;

  g_thread_pool_stop_unused_threads ();
  g_source_set_callback (timer, wake, NULL, NULL);
  g_source_attach (timer, context);
  g_main_context_push_thread_default (context);
  for (guint i = 0; i < MAX_LOST_THREADS && !works; i++)
    {
      g_autoptr (GTask) task = g_task_new (NULL, NULL, count_down, n_left);

      ++*n_left;
      g_task_run_in_thread (task, do_nothing);
      g_main_context_iteration (context, TRUE);
      works = *n_left <= i;
    }
  while (works && *n_left > 0)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);

  if (works)
    g_free (n_left);

  g_mutex_lock (&self->lock);
  self->is_done = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  replacement_unref (self);

  return NULL;
}

/* Later GLib has all such threads made by one of its own. It waits for that one for ever if the
 * parent had it, so this is tried in a thread that may be left behind. */
static gboolean
can_replace_lost_threads (void)
{
  gint64 end = g_get_monotonic_time () + REPLACEMENT_WAIT;
  Replacement *self = g_new0 (Replacement, 1);
  GThread *thread;
  gboolean is_done;

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->references = 2;
  thread = g_thread_try_new ("lk-egress-fork", replace_lost_threads, self, NULL);
  if (thread == NULL)
    replacement_unref (self);
  else
    g_thread_unref (thread);

  g_mutex_lock (&self->lock);
  while (thread != NULL && !self->is_done && g_cond_wait_until (&self->cond, &self->lock, end))
    ;
  is_done = self->is_done;
  g_mutex_unlock (&self->lock);
  replacement_unref (self);

  return is_done;
}

static Pool *
pool_new (void)
{
  Pool *self = g_new0 (Pool, 1);

  self->process = getpid ();
  self->has_threads = TRUE;
  g_mutex_init (&self->lock);
  g_queue_init (&self->sessions);

  return self;
}

static void
pool_free (Pool *self)
{
  if (self->process != getpid ())
    return;

  g_queue_clear_full (&self->sessions, (GDestroyNotify)lk_egress_session_free);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* That of this process. The one of the parent is not even locked: a thread that there is no more
 * may have done that. */
static Pool *
get_pool (LkEgressSessions *self)
{
  Pool *pool = g_atomic_pointer_get (&self->pool);
  Pool *own;

  if (pool->process == getpid ())
    return pool;

  own = pool_new ();
  own->has_threads = can_replace_lost_threads ();
  if (!g_atomic_pointer_compare_and_exchange (&self->pool, pool, own))
    pool_free (own);

  return g_atomic_pointer_get (&self->pool);
}

/* GLib, at least until 2.84, lets two threads wait for each other for ever: one registers a type
 * that has interfaces, and the other, in the initialization of a class, asks for that type.
 * Connections of libsoup do so at their first use, in one thread or the other. So what they ask for
 * is registered before. */
static void
register_types (void)
{
  static gsize registered = 0;

  if (!g_once_init_enter (&registered))
    return;

  g_type_ensure (G_TYPE_TASK);
  g_type_ensure (G_TYPE_SOCKET);
  g_type_ensure (G_TYPE_INET_SOCKET_ADDRESS);
  g_type_ensure (G_TYPE_NETWORK_ADDRESS);
  g_type_ensure (G_TYPE_SIMPLE_PROXY_RESOLVER);
  g_type_ensure (G_TYPE_BUFFERED_INPUT_STREAM);
  g_type_ensure (G_TYPE_MEMORY_INPUT_STREAM);
  g_type_ensure (SOUP_TYPE_AUTH_MANAGER);
  g_type_ensure (SOUP_TYPE_CONTENT_DECODER);
  g_once_init_leave (&registered, 1);
}

LkEgressSessions *
lk_egress_sessions_new (void)
{
  LkEgressSessions *self = g_new0 (LkEgressSessions, 1);

  register_types ();
  self->pool = pool_new ();

  return self;
}

void
lk_egress_sessions_free (LkEgressSessions *self)
{
  pool_free (self->pool);
  g_clear_object (&self->proxy_resolver);
  g_clear_object (&self->tls_database);
  g_free (self);
}

void
lk_egress_sessions_set_proxy_resolver (LkEgressSessions *self, GProxyResolver *proxy_resolver)
{
  g_set_object (&self->proxy_resolver, proxy_resolver);
}

void
lk_egress_sessions_set_tls_database (LkEgressSessions *self, GTlsDatabase *tls_database)
{
  g_set_object (&self->tls_database, tls_database);
}

void
lk_egress_sessions_put (LkEgressSessions *self, LkEgressSession *session)
{
  Pool *pool;

  /* A call that the parent has begun. */
  if (session->process != getpid ())
    return;

  pool = get_pool (self);
  session->idle_since = g_get_monotonic_time ();
  g_mutex_lock (&pool->lock);
  g_queue_push_head (&pool->sessions, session);
  g_mutex_unlock (&pool->lock);
}

/* Called with the lock of the pool held. */
static void
remove_stale (Pool *pool, GQueue *removed)
{
  gint64 now = g_get_monotonic_time ();

  for (LkEgressSession *oldest = g_queue_peek_tail (&pool->sessions);
       oldest != NULL && now - oldest->idle_since >= MAX_IDLE;
       oldest = g_queue_peek_tail (&pool->sessions))
    g_queue_push_tail (removed, g_queue_pop_tail (&pool->sessions));
}

/* GLib ends the process when there is none left to wake a thread with. */
static gboolean
check_descriptors (guint needed, GError **error)
{
  int fds[MAX (NEW_DESCRIPTORS, KEPT_DESCRIPTORS)];
  int failure = 0;
  guint n = 0;

  for (; n < needed && failure == 0; n++)
    {
      /* A second one of the same file costs a fifth of another file. */
      fds[n] = n == 0 ? eventfd (0, EFD_CLOEXEC) : fcntl (fds[0], F_DUPFD_CLOEXEC, 0);
      failure = fds[n] < 0 ? errno : 0;
    }
  while (n > 0)
    {
      if (fds[--n] >= 0)
        close (fds[n]);
    }
  if (failure == 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (failure),
               "The call needs %u file descriptors and there are fewer: %s. Let the process have "
               "more, or close some",
               needed, g_strerror (failure));
  return FALSE;
}

LkEgressSession *
lk_egress_sessions_take (LkEgressSessions *self, GError **error)
{
  Pool *pool = get_pool (self);
  GQueue stale = G_QUEUE_INIT;
  LkEgressSession *session;

  if (!pool->has_threads)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           "This process was made by fork(), and GLib cannot start the threads in "
                           "it that a call needs. Let it call exec(), too; in Python, use the "
                           "start method spawn or forkserver of multiprocessing");
      return NULL;
    }

  g_mutex_lock (&pool->lock);
  remove_stale (pool, &stale);
  session = g_queue_pop_head (&pool->sessions);
  g_mutex_unlock (&pool->lock);

  g_queue_clear_full (&stale, (GDestroyNotify)lk_egress_session_free);

  if (!check_descriptors (session != NULL ? KEPT_DESCRIPTORS : NEW_DESCRIPTORS, error))
    {
      if (session != NULL)
        lk_egress_sessions_put (self, session);
      return NULL;
    }

  return session != NULL ? session : session_new (self);
}
