/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-store.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_REDIS_STORE (lk_egress_redis_store_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (LkEgressRedisStore, lk_egress_redis_store, LK_EGRESS, REDIS_STORE, GObject)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressRedisStore *lk_egress_redis_store_new (const char *address);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_redis_store_get_address (LkEgressRedisStore *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_redis_store_get_replica (LkEgressRedisStore *self);

G_END_DECLS
