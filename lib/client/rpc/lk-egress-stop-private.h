/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-client-private.h"

G_BEGIN_DECLS

/* What is heard of the egress while it is stopped: its info, or NULL if the server does not know
 * it. With unheard, what the stop was answered with, the server shows it as running although nobody
 * obeys. */
typedef void (*LkEgressStopTell) (LkEgressInfo *info, const GError *unheard, gpointer data);

/* Stops an egress: asks until the server accepts, or the egress has ended anyway, and gives its
 * info. Before a stop is sent again it is looked what came of the one before.
 *
 * known: the last that was heard of the egress, or NULL; tell: may be NULL. */
LkEgressCall *lk_egress_stop_new_call (LkEgressClient *client,
                                       const char *egress_id,
                                       LkEgressInfo *known,
                                       LkEgressStopTell tell,
                                       gpointer data,
                                       GDestroyNotify destroy);

G_END_DECLS
