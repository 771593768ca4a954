/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-client-private.h"
#include "livekit_egress.pb-c.h"

G_BEGIN_DECLS

/* Looks for the egress of a start whose answer was lost, in the server's listing of the room. It is
 * the newest that
 *  - no start of this client has got yet,
 *  - shows the request that was sent, as far as it shows its secrets, and no other stream address
 *    than those that were sent as far as it shows them whole,
 *  - began after the request was sent, by the clock of the server.
 * The worker registers an egress within a second of the request, so a listing without it is asked
 * for again a few times. */
typedef struct _LkEgressReconcile LkEgressReconcile;

typedef enum
{
  LK_EGRESS_RECONCILE_LOOKING, /* the next listing was asked for */
  LK_EGRESS_RECONCILE_FOUND,
  LK_EGRESS_RECONCILE_ABSENT,  /* the server has none */
  LK_EGRESS_RECONCILE_UNKNOWN, /* the server could not be asked */
} LkEgressReconcileOutcome;

/* request: the unified one; sent: the message that was sent for it; sent_at: when that was done for
 * the first time, on the monotonic clock. Both are read, not kept. */
LkEgressReconcile *lk_egress_reconcile_new (LkEgressClient *client,
                                            const Livekit__StartEgressRequest *request,
                                            const ProtobufCMessage *sent,
                                            gint64 sent_at);

/* The same of a start in another process, which may have died a moment ago. Of its request no more
 * is known than the redacted form, and nothing of the call that it was sent with. Until such a
 * start can lead to nothing any more the server is asked again. It is the oldest egress that has
 * not ended and began while it could. started_at: before the start was sent, microseconds of the
 * real clock.
 */
LkEgressReconcile *lk_egress_reconcile_new_for_past (LkEgressClient *client,
                                                     const Livekit__StartEgressRequest *redacted,
                                                     gint64 started_at);
void lk_egress_reconcile_free (LkEgressReconcile *self);

/* Asks for the first listing: at once and no more than this one, or after the first pause. */
void lk_egress_reconcile_begin (LkEgressReconcile *self, LkEgressCall *call, gboolean once);

/* Takes what came of a listing. */
LkEgressReconcileOutcome lk_egress_reconcile_feed (LkEgressReconcile *self,
                                                   LkEgressCall *call,
                                                   GBytes *reply,
                                                   const GError *error);

/* When it was found. */
LkEgressInfo *lk_egress_reconcile_steal_info (LkEgressReconcile *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LkEgressReconcile, lk_egress_reconcile_free)

G_END_DECLS
