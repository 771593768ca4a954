/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-webhook-filter.h"

#include "lk-egress-message-private.h"

#include "livekit_models.pb-c.h"

/**
 * LkEgressWebhookFilter:
 *
 * Which events a webhook is sent: `egress_started`, `egress_updated`, `egress_ended`.
 *
 * Since: 1.0
 */

/**
 * LkEgressWebhookFilter:include-events:
 *
 * The events to send. Default: none named, which means all.
 *
 * Since: 1.0
 */

/**
 * LkEgressWebhookFilter:exclude-events:
 *
 * The events not to send. Default: none.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressWebhookFilter,
                          lk_egress_webhook_filter,
                          livekit__filter_params__descriptor)

/**
 * lk_egress_webhook_filter_new:
 *
 * Creates an empty message; set its properties.
 *
 * Returns: (transfer full): a new [class@WebhookFilter]
 * Since: 1.0
 */
LkEgressWebhookFilter *
lk_egress_webhook_filter_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_WEBHOOK_FILTER, NULL);
}
