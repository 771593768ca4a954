/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-webhook-config.h"

#include "lk-egress-message-private.h"

#include "livekit_models.pb-c.h"

/**
 * LkEgressWebhookConfig:
 *
 * An address that is told about one egress, in addition to those that the server is configured
 * with.
 *
 * Since: 1.0
 */

/**
 * LkEgressWebhookConfig:url:
 *
 * The http or https address. It is required.
 *
 * Since: 1.0
 */

/**
 * LkEgressWebhookConfig:signing-key:
 *
 * The id of the API key that signs the calls; not its secret. Default: %NULL, the key that the
 * server signs its own webhooks with.
 *
 * Since: 1.0
 */

/**
 * LkEgressWebhookConfig:filter-params:
 *
 * Which events are sent. Default: %NULL, all.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressWebhookConfig,
                          lk_egress_webhook_config,
                          livekit__webhook_config__descriptor)

/**
 * lk_egress_webhook_config_new:
 * @url: the http or https address
 * @signing_key: (nullable): the id of the API key that signs the calls, or %NULL for that of the
 *   server
 *
 * Creates the description of a webhook.
 *
 * Returns: (transfer full): a new [class@WebhookConfig]
 * Since: 1.0
 */
LkEgressWebhookConfig *
lk_egress_webhook_config_new (const char *url, const char *signing_key)
{
  return g_object_new (LK_EGRESS_TYPE_WEBHOOK_CONFIG, "url", url, "signing-key", signing_key, NULL);
}
