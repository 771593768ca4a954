/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-request.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_STORE_ENTRY (lk_egress_store_entry_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (LkEgressStoreEntry, lk_egress_store_entry, LK_EGRESS, STORE_ENTRY, GObject)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressStoreEntry *lk_egress_store_entry_new (const char *owner,
                                               const char *server_url,
                                               LkEgressRequest *request,
                                               const char *egress_id);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_store_entry_get_owner (LkEgressStoreEntry *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_store_entry_get_key (LkEgressStoreEntry *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_store_entry_get_server_url (LkEgressStoreEntry *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_store_entry_get_egress_id (LkEgressStoreEntry *self);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_store_entry_set_egress_id (LkEgressStoreEntry *self, const char *egress_id);

LK_EGRESS_AVAILABLE_IN_1_0
GDateTime *lk_egress_store_entry_get_started_at (LkEgressStoreEntry *self);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressRequest *lk_egress_store_entry_get_request (LkEgressStoreEntry *self);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_store_entry_matches (LkEgressStoreEntry *self, LkEgressRequest *request);

LK_EGRESS_AVAILABLE_IN_1_0
const GError *lk_egress_store_entry_get_error (LkEgressStoreEntry *self);

G_END_DECLS
