/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_WEBHOOK_FILTER (lk_egress_webhook_filter_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressWebhookFilter, lk_egress_webhook_filter, WEBHOOK_FILTER)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressWebhookFilter *lk_egress_webhook_filter_new (void);

G_END_DECLS
