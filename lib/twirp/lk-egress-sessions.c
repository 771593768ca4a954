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

/* What one process has. */
typedef struct
{
  gint process;
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

static Pool *
pool_new (void)
{
  Pool *self = g_new0 (Pool, 1);

  self->process = getpid ();
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
