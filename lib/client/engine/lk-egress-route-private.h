/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-regions-private.h"

G_BEGIN_DECLS

/* Where one call sends to: at first to the address of the client, then to one region after the
 * other that did not fail it yet. */
typedef struct _LkEgressRoute LkEgressRoute;

LkEgressRoute *lk_egress_route_new (LkEgressRegions *regions);
void lk_egress_route_free (LkEgressRoute *self);

/* An exchange begins. Regions that failed before count again, but those that failed for something
 * that is sent once stay out of use for that. */
void lk_egress_route_begin (LkEgressRoute *self, gboolean once);

/* Names the server in the message. */
void lk_egress_route_apply (LkEgressRoute *self, SoupMessage *message);

/* The exchange failed where it was sent to. */
void lk_egress_route_failed (LkEgressRoute *self);

/* Whether there may be another region, and whether to look for it before the next message. */
gboolean lk_egress_route_may_change (LkEgressRoute *self);
gboolean lk_egress_route_wants_change (LkEgressRoute *self);

/* Goes on to another of the regions that are known. FALSE if there is none left. */
gboolean lk_egress_route_change (LkEgressRoute *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LkEgressRoute, lk_egress_route_free)

G_END_DECLS
