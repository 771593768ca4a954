/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A redis-server in a process of its own, on a port of its own of 127.0.0.1, for one test. It keeps
 * what it is told on disk, for a restart. */

typedef struct _LkTestRedis LkTestRedis;

/* Skips the test and gives NULL where there is no such program, or fails if LK_E2E_REQUIRED is set.
 * arguments: further ones, ending with NULL; may be NULL. */
LkTestRedis *lk_test_redis_new (const char *const *arguments);
void lk_test_redis_free (LkTestRedis *self);

/* The same, which speaks TLS alone: with this certificate and its key, a file of the test data. It
 * cannot be asked. */
LkTestRedis *lk_test_redis_new_tls (const char *certificate);

/* redis://127.0.0.1:PORT, or rediss */
const char *lk_test_redis_get_address (LkTestRedis *self);

/* Ends it, and begins it again at the same port: with what it kept, or without. */
void lk_test_redis_stop (LkTestRedis *self);
void lk_test_redis_start (LkTestRedis *self);
void lk_test_redis_forget (LkTestRedis *self);

/* It takes connections, and answers none. */
void lk_test_redis_hang (LkTestRedis *self);
void lk_test_redis_go_on (LkTestRedis *self);

/* Runs redis-cli with the words, which end with NULL, and gives what it prints. */
char *lk_test_redis_ask (LkTestRedis *self, ...) G_GNUC_NULL_TERMINATED;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LkTestRedis, lk_test_redis_free)

G_END_DECLS
