/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"
#include "lk-egress-webhook-filter.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_WEBHOOK_CONFIG (lk_egress_webhook_config_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressWebhookConfig, lk_egress_webhook_config, WEBHOOK_CONFIG)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressWebhookConfig *lk_egress_webhook_config_new (const char *url, const char *signing_key);

G_END_DECLS
