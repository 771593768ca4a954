/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-client.h"
#include "lk-egress-call-private.h"

G_BEGIN_DECLS

/* A call with the settings of the client. Of a client without a good address it is one that has
 * failed already. */
LkEgressCall *lk_egress_client_new_call (LkEgressClient *self,
                                         LkEgressCallFeed feed,
                                         gpointer data,
                                         GDestroyNotify destroy);

/* How starts are to be sent, and for AUTO whether the server turned out to need the older API. */
LkEgressApiLevel lk_egress_client_get_start_level (LkEgressClient *self);
void lk_egress_client_remember_v1 (LkEgressClient *self);
gboolean lk_egress_client_remembers_v1 (LkEgressClient *self);

/* Takes an egress for a start of this client, or for one of another program that is known to have
 * made it: no other start whose answer was lost has. FALSE if it is taken already; that is known of
 * the last LK_EGRESS_CLIENT_MAX_CLAIMS. From any thread. */
#define LK_EGRESS_CLIENT_MAX_CLAIMS 16384
gboolean lk_egress_client_claim (LkEgressClient *self, const char *egress_id);

/* Whether requests are checked before they are sent. */
gboolean lk_egress_client_validates (LkEgressClient *self);

/* What every pause of this client and its jobs is multiplied with, so that tests need not wait. */
void lk_egress_client_set_time_scale (LkEgressClient *self, double scale);
double lk_egress_client_get_time_scale (LkEgressClient *self);

G_END_DECLS
