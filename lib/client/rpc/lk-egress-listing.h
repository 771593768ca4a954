/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-client.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_LISTING (lk_egress_listing_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (LkEgressListing, lk_egress_listing, LK_EGRESS, LISTING, GObject)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressListing *lk_egress_listing_new (LkEgressClient *client,
                                        const char *room_name,
                                        const char *egress_id,
                                        gboolean active);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressClient *lk_egress_listing_get_client (LkEgressListing *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_listing_get_room_name (LkEgressListing *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_listing_get_egress_id (LkEgressListing *self);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_listing_get_active (LkEgressListing *self);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_listing_is_complete (LkEgressListing *self);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean
lk_egress_listing_load_more (LkEgressListing *self, GCancellable *cancellable, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_listing_load_more_async (LkEgressListing *self,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean
lk_egress_listing_load_more_finish (LkEgressListing *self, GAsyncResult *result, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressInfo *lk_egress_listing_find (LkEgressListing *self, const char *egress_id);

G_END_DECLS
