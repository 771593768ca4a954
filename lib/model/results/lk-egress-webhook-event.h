/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-info.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_WEBHOOK_EVENT (lk_egress_webhook_event_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressWebhookEvent, lk_egress_webhook_event, WEBHOOK_EVENT)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressWebhookEvent *
lk_egress_webhook_event_new_from_json (const char *json, gssize length, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_webhook_event_get_id (LkEgressWebhookEvent *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_webhook_event_get_event (LkEgressWebhookEvent *self);

LK_EGRESS_AVAILABLE_IN_1_0
gint64 lk_egress_webhook_event_get_created_at (LkEgressWebhookEvent *self);

LK_EGRESS_AVAILABLE_IN_1_0
GDateTime *lk_egress_webhook_event_dup_created_time (LkEgressWebhookEvent *self);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressInfo *lk_egress_webhook_event_get_egress_info (LkEgressWebhookEvent *self);

G_END_DECLS
