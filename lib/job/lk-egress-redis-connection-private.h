/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-redis-reply-private.h"

G_BEGIN_DECLS

/* Where a Redis server is, and who asks. */
typedef struct
{
  char *host;
  guint16 port;
  gboolean tls;
  char *user;     /* may be NULL */
  char *password; /* may be NULL */
  guint database;
  GTlsDatabase *tls_database; /* NULL: what the system trusts */
  char *shown;                /* the address without user and password */
} LkEgressRedisServer;

/* Of redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE], or rediss. NULL with
 * G_IO_ERROR_INVALID_ARGUMENT if it is no such address; the error does not quote a password. */
LkEgressRedisServer *lk_egress_redis_server_parse (const char *address, GError **error);
void lk_egress_redis_server_free (LkEgressRedisServer *self);

/* One connection. Functions block, for as long as the cancellable lets them. After an error of
 * lk_egress_redis_connection_call that is not its reply, the connection is of no use any more. */
typedef struct _LkEgressRedisConnection LkEgressRedisConnection;

/* Connects, and says who asks and for which database. The server is borrowed. */
LkEgressRedisConnection *lk_egress_redis_connection_open (const LkEgressRedisServer *server,
                                                          GCancellable *cancellable,
                                                          GError **error);
void lk_egress_redis_connection_free (LkEgressRedisConnection *self);

/* Sends one command, words ending with NULL, and waits for its reply. A reply that is an error is
 * none, but *refused tells it from a lost connection.
 *
 * Errors: G_IO_ERROR_NOT_CONNECTED if it may go better a little later,
 * G_IO_ERROR_PERMISSION_DENIED, G_IO_ERROR_NO_SPACE, G_IO_ERROR_INVALID_DATA for what is no Redis,
 * G_IO_ERROR_FAILED for another refusal, G_TLS_ERROR, and G_IO_ERROR_CANCELLED. */
LkEgressRedisReply *lk_egress_redis_connection_call (LkEgressRedisConnection *self,
                                                     const char *const *words,
                                                     gboolean *refused,
                                                     GCancellable *cancellable,
                                                     GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LkEgressRedisServer, lk_egress_redis_server_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LkEgressRedisConnection, lk_egress_redis_connection_free)

G_END_DECLS
