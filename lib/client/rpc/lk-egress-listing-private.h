/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-call-private.h"
#include "lk-egress-listing.h"

G_BEGIN_DECLS

/* Loads the next page of the listing, or all that there are. Gives the listing. */
LkEgressCall *lk_egress_listing_new_call (LkEgressListing *self, gboolean all);

/* The egress as it is in the page, lent by the listing. */
gboolean lk_egress_listing_find_packed (LkEgressListing *self,
                                        const char *egress_id,
                                        LkEgressWireSpan *packed);

G_END_DECLS
