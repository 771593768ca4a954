/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-redis-connection-private.h"

G_BEGIN_DECLS

/* A way to Redis that mends itself: it connects when it is asked, again when the connection was
 * lost, and not for a while when that failed. One thread at a time. */
typedef struct
{
  LkEgressRedisServer *server;
  char *replica;
  guint lease;    /* milliseconds */
  guint timeout;  /* of one question, milliseconds */
  guint max_size; /* of an entry, bytes */

  LkEgressRedisConnection *connection; /* NULL without one */
  GError *down;                        /* why Redis could not be reached */
  gint64 down_until;                   /* monotonic */
} LkEgressRedisLink;

void lk_egress_redis_link_clear (LkEgressRedisLink *self);

/* Runs a script, see lk-egress-redis-scripts-private.h, with the arguments that follow those of
 * all; they end with NULL. The reply is an array that begins with a number. Errors are those of
 * lk_egress_redis_connection_call(). */
LkEgressRedisReply *lk_egress_redis_link_run (LkEgressRedisLink *self,
                                              const char *script,
                                              const char *owner,
                                              const char *const *arguments,
                                              GCancellable *cancellable,
                                              GError **error);

/* The name of what is kept in Redis of an owner. */
char *lk_egress_redis_link_get_name (const char *owner, const char *what);

G_END_DECLS
