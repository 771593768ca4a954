/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-page-private.h"

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

gsize
lk_egress_page_get_largest (GBytes *page)
{
  LkEgressWireSpan rest = lk_egress_wire_span (page);
  LkEgressWireSpan item;
  gsize largest = 0;

  while (lk_egress_page_next_item (&rest, &item))
    largest = MAX (largest, (gsize)(item.end - item.at));

  return largest;
}

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
