/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* The sessions of libsoup that calls are made with, each by one call at a time. Within a session
 * libsoup and GIO share what they do not lock, such as the addresses that a host has, so two
 * threads that connect at the same time can crash. One session for each thread would be safe as
 * well, but would not let one thread use the connection that another has kept.
 *
 * The sessions belong to the process that made them. In a child made by fork() there are none at
 * first, and those of the parent are left alone: their connections are the parent's. */
typedef struct _LkEgressSessions LkEgressSessions;

typedef struct
{
  SoupSession *soup;
  GMainContext *context; /* of its own, for the call that uses it */

  /* Of LkEgressSessions. */
  gint process;
  gint64 idle_since;
} LkEgressSession;

LkEgressSessions *lk_egress_sessions_new (void);
void lk_egress_sessions_free (LkEgressSessions *self);

/* Before the first is taken. NULL is what GIO has. */
void lk_egress_sessions_set_proxy_resolver (LkEgressSessions *self, GProxyResolver *proxy_resolver);
void lk_egress_sessions_set_tls_database (LkEgressSessions *self, GTlsDatabase *tls_database);

/* One that nobody uses, from any thread; it is to be put back, from any thread. The latest first,
 * so that connections are kept. %NULL if the process has no descriptors for a call. */
LkEgressSession *lk_egress_sessions_take (LkEgressSessions *self, GError **error);
void lk_egress_sessions_put (LkEgressSessions *self, LkEgressSession *session);

/* In place of putting it back, when something of a call is left in it. */
void lk_egress_session_free (LkEgressSession *session);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LkEgressSessions, lk_egress_sessions_free)

G_END_DECLS
