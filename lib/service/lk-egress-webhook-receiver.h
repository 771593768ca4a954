/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "lk-egress-service.h"
#include "lk-egress-webhook-keys.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_WEBHOOK_RECEIVER (lk_egress_webhook_receiver_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (LkEgressWebhookReceiver,
                      lk_egress_webhook_receiver,
                      LK_EGRESS,
                      WEBHOOK_RECEIVER,
                      GObject)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressWebhookReceiver *lk_egress_webhook_receiver_new (LkEgressService *service,
                                                         LkEgressWebhookKeys *keys);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressService *lk_egress_webhook_receiver_get_service (LkEgressWebhookReceiver *self);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressWebhookKeys *lk_egress_webhook_receiver_get_keys (LkEgressWebhookReceiver *self);

LK_EGRESS_AVAILABLE_IN_1_0
guint lk_egress_webhook_receiver_receive (LkEgressWebhookReceiver *self,
                                          GBytes *body,
                                          const char *authorization);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_webhook_receiver_listen (LkEgressWebhookReceiver *self,
                                            const char *address,
                                            guint port,
                                            GTlsCertificate *certificate,
                                            GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
guint lk_egress_webhook_receiver_get_port (LkEgressWebhookReceiver *self);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_webhook_receiver_close (LkEgressWebhookReceiver *self);

G_END_DECLS
