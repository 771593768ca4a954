/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-webhook-receiver.h"

G_BEGIN_DECLS

/* How long a request may take from now on, in milliseconds, so that tests need not wait. */
void lk_egress_webhook_receiver_set_max_time (LkEgressWebhookReceiver *self, guint max_time);

G_END_DECLS
