/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-call-private.h"

G_BEGIN_DECLS

/* A packed ListEgressResponse of this form, read where it is. */
extern const LkEgressReplyForm lk_egress_page_form;

/* No egress has so much to say. Unpacked, the least of lists takes a hundred times its size. */
#define LK_EGRESS_PAGE_MAX_ITEM (1024 * 1024)

/* Takes the first item, a packed EgressInfo, off what is left of a page. FALSE at its end. */
gboolean lk_egress_page_next_item (LkEgressWireSpan *page, LkEgressWireSpan *item);

/* The id of an item, which is no string; empty if it has none. */
LkEgressWireSpan lk_egress_page_get_item_id (LkEgressWireSpan item);

/* What the next page is asked for by, NULL after the last. */
char *lk_egress_page_dup_next_token (GBytes *page);

G_END_DECLS
