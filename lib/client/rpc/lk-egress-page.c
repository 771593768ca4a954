/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-page-private.h"

#include "livekit_egress.pb-c.h"
#include "lk-egress-wire-check-private.h"

/* Field numbers: of ListEgressResponse, TokenPagination and EgressInfo. */
#define NUMBER_ITEMS 1
#define NUMBER_NEXT_PAGE_TOKEN 2
#define NUMBER_TOKEN 1
#define NUMBER_EGRESS_ID 1

gboolean
lk_egress_page_next_item (LkEgressWireSpan *page, LkEgressWireSpan *item)
{
  LkEgressWireField field;

  while (lk_egress_wire_span_next (page, &field))
    {
      if (field.number == NUMBER_ITEMS)
        {
          *item = field.value;
          return TRUE;
        }
    }

  return FALSE;
}

/* The items are unpacked one by one. */
static gboolean
check_page (GBytes *page, GError **error)
{
  LkEgressWireSpan rest = lk_egress_wire_span (page);
  LkEgressWireSpan item;

  /* Most pages are smaller as a whole. */
  if (g_bytes_get_size (page) <= LK_EGRESS_PAGE_MAX_ITEM)
    return TRUE;

  while (lk_egress_page_next_item (&rest, &item))
    {
      if (item.end - item.at > LK_EGRESS_PAGE_MAX_ITEM)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       "an egress in it has %" G_GSIZE_FORMAT " bytes, and %u is the most",
                       (gsize)(item.end - item.at), LK_EGRESS_PAGE_MAX_ITEM);
          return FALSE;
        }
    }

  return TRUE;
}

const LkEgressReplyForm lk_egress_page_form = {
  .type = &livekit__list_egress_response__descriptor,
  .check = check_page,
};

LkEgressWireSpan
lk_egress_page_get_item_id (LkEgressWireSpan item)
{
  LkEgressWireSpan id = { item.end, item.end };

  lk_egress_wire_span_find (item, NUMBER_EGRESS_ID, &id);

  return id;
}

char *
lk_egress_page_dup_next_token (GBytes *page)
{
  LkEgressWireSpan pagination, token;

  if (!lk_egress_wire_span_find (lk_egress_wire_span (page), NUMBER_NEXT_PAGE_TOKEN, &pagination)
      || !lk_egress_wire_span_find (pagination, NUMBER_TOKEN, &token) || token.at == token.end)
    return NULL;

  return g_strndup ((const char *)token.at, token.end - token.at);
}
