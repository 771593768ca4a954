/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dev-egress.h"

G_BEGIN_DECLS

/* Tells the addresses of the server, and those in the request of an egress, what becomes of it. */
typedef struct _DevWebhooks DevWebhooks;

/* The faults must outlive it. */
DevWebhooks *dev_webhooks_new (const char *api_key, const char *api_secret, DevFaults *faults);
void dev_webhooks_free (DevWebhooks *self);

/* An address of the server: of any host, for whoever starts the server knows it. */
gboolean dev_webhooks_add_url (DevWebhooks *self, const char *url, GError **error);

/* Tells that an egress has been started, and from now on whatever changes. */
void dev_webhooks_follow (DevWebhooks *self, DevEgress *egress);

/* How many ended how. */
JsonObject *dev_webhooks_count (DevWebhooks *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DevWebhooks, dev_webhooks_free)

G_END_DECLS
