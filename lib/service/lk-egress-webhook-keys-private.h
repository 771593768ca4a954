/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-webhook-keys.h"

G_BEGIN_DECLS

/* The secrets of an API key, oldest first, owned by self; their number is 0 for a key that is not
 * among them. */
const char *const *
lk_egress_webhook_keys_get (LkEgressWebhookKeys *self, const char *api_key, guint *n_secrets);

G_END_DECLS
