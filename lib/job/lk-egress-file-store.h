/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-store.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_FILE_STORE (lk_egress_file_store_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (LkEgressFileStore, lk_egress_file_store, LK_EGRESS, FILE_STORE, GObject)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressFileStore *lk_egress_file_store_new (const char *path);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_file_store_get_path (LkEgressFileStore *self);

G_END_DECLS
