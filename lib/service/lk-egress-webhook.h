/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-webhook-event.h"
#include "lk-egress-webhook-keys.h"

G_BEGIN_DECLS

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressWebhookEvent *lk_egress_webhook_verify (GBytes *body,
                                                const char *authorization,
                                                LkEgressWebhookKeys *keys,
                                                GDateTime *now,
                                                GError **error);

G_END_DECLS
