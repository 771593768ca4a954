/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-redis-link-private.h"
#include "lk-egress-store-entry.h"

G_BEGIN_DECLS

/* The entries in Redis, and which of them are held here. One thread at a time. The functions are
 * those of an LkEgressStore. */
typedef struct
{
  LkEgressRedisLink link; /* filled in by whoever has it */
  GHashTable *claims;     /* by key */
} LkEgressRedisHoldings;

void lk_egress_redis_holdings_init (LkEgressRedisHoldings *self);
void lk_egress_redis_holdings_clear (LkEgressRedisHoldings *self);

GPtrArray *lk_egress_redis_holdings_list (LkEgressRedisHoldings *self,
                                          const char *owner,
                                          GCancellable *cancellable,
                                          GError **error);
GPtrArray *lk_egress_redis_holdings_claim (LkEgressRedisHoldings *self,
                                           const char *owner,
                                           GCancellable *cancellable,
                                           GError **error);
GPtrArray *lk_egress_redis_holdings_renew (LkEgressRedisHoldings *self,
                                           const char *owner,
                                           GCancellable *cancellable,
                                           GError **error);
gboolean lk_egress_redis_holdings_put (LkEgressRedisHoldings *self,
                                       LkEgressStoreEntry *entry,
                                       GCancellable *cancellable,
                                       GError **error);
gboolean lk_egress_redis_holdings_remove (LkEgressRedisHoldings *self,
                                          LkEgressStoreEntry *entry,
                                          GCancellable *cancellable,
                                          GError **error);
void lk_egress_redis_holdings_release (LkEgressRedisHoldings *self, LkEgressStoreEntry *entry);

G_END_DECLS
