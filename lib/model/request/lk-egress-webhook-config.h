/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"
#include "lk-egress-webhook-filter.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_WEBHOOK_CONFIG (lk_egress_webhook_config_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (LkEgressWebhookConfig,
                      lk_egress_webhook_config,
                      LK_EGRESS,
                      WEBHOOK_CONFIG,
                      LkEgressMessage)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressWebhookConfig *lk_egress_webhook_config_new (const char *url, const char *signing_key);

G_END_DECLS
