/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-call-private.h"
#include "lk-egress-listing.h"

G_BEGIN_DECLS

/* Loads the next page of the listing, or all that there are. Gives the listing. */
LkEgressCall *lk_egress_listing_new_call (LkEgressListing *self, gboolean all);

/* Takes the first item, a packed EgressInfo, off what is left of a page, a packed
 * ListEgressResponse that passed the check. FALSE at its end. */
gboolean lk_egress_listing_next_item (LkEgressWireSpan *page, LkEgressWireSpan *item);

/* What the next page is asked for by, NULL after the last. */
char *lk_egress_listing_dup_next_token (GBytes *page);

/* The id of an item, which is no string; empty if it has none. */
LkEgressWireSpan lk_egress_listing_get_item_id (LkEgressWireSpan item);

G_END_DECLS
