/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-store-entry.h"

G_BEGIN_DECLS

/* No entry is larger, in bytes of JSON. */
#define LK_EGRESS_STORE_ENTRY_MAX_SIZE (256 * 1024)

/* Hexadecimal digits. As a number a key has at most 62 bits. */
#define LK_EGRESS_STORE_ENTRY_KEY_LENGTH 16

gboolean lk_egress_store_entry_is_key (const char *key, gsize length);

/* The id turned out to be that of another egress. An entry without one needs its request. The copy
 * may be made while another thread sets or unsets the id. */
void lk_egress_store_entry_unset_egress_id (LkEgressStoreEntry *self);
LkEgressStoreEntry *lk_egress_store_entry_copy_without_id (LkEgressStoreEntry *self);

/* The error of a store that has another entry with this id. */
void lk_egress_store_entry_set_taken_error (LkEgressStoreEntry *self, GError **error);

/* How long the egress may run by a policy of its own, in milliseconds; 0 for as long as it likes.
 * FALSE if it has none, so that the policy of whoever tends it counts. */
void lk_egress_store_entry_set_max_duration (LkEgressStoreEntry *self, guint milliseconds);
gboolean lk_egress_store_entry_get_max_duration (LkEgressStoreEntry *self, guint *milliseconds);
void lk_egress_store_entry_swap_max_duration (LkEgressStoreEntry *self, LkEgressStoreEntry *other);

/* What a store keeps beside the key, as JSON on one line, and the entry of it. length may be -1. */
char *lk_egress_store_entry_to_json (LkEgressStoreEntry *self);
LkEgressStoreEntry *lk_egress_store_entry_new_from_json (const char *owner,
                                                         const char *key,
                                                         const char *json,
                                                         gssize length,
                                                         GError **error);

/* An entry that cannot be read; the cause says where it is. */
LkEgressStoreEntry *
lk_egress_store_entry_new_unreadable (const char *owner, const char *key, const GError *cause);

G_END_DECLS
