/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-macros.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_WEBHOOK_KEYS (lk_egress_webhook_keys_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (LkEgressWebhookKeys, lk_egress_webhook_keys, LK_EGRESS, WEBHOOK_KEYS, GObject)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressWebhookKeys *lk_egress_webhook_keys_new (void);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressWebhookKeys *lk_egress_webhook_keys_new_from_environment (GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void
lk_egress_webhook_keys_add (LkEgressWebhookKeys *self, const char *api_key, const char *api_secret);

G_END_DECLS
