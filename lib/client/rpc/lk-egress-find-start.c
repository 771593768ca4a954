/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The egress of a start that another process sent, and died before it was answered. */

#include "lk-egress-operations-private.h"

#include "lk-egress-error-private.h"
#include "lk-egress-message-private.h"
#include "lk-egress-reconcile-private.h"

static void
feed_find_start (LkEgressCall *call, GBytes *reply, const GError *error, gpointer data)
{
  LkEgressReconcile *reconcile = data;

  switch (lk_egress_reconcile_feed (reconcile, call, reply, error))
    {
    case LK_EGRESS_RECONCILE_LOOKING:
      break;
    case LK_EGRESS_RECONCILE_FOUND:
      lk_egress_call_return (call, lk_egress_reconcile_steal_info (reconcile), g_object_unref);
      break;
    case LK_EGRESS_RECONCILE_ABSENT:
      lk_egress_call_return_error (
          call, lk_egress_error_new (LK_EGRESS_ERROR_NOT_FOUND, 0, NULL, NULL,
                                     "The server shows no running egress of this request and time: "
                                     "its start never came there or was refused, or it has ended"));
      break;
    case LK_EGRESS_RECONCILE_UNKNOWN:
    default:
      lk_egress_call_return_error (call, g_error_copy (error));
    }
}

LkEgressCall *
lk_egress_operation_find_start (LkEgressClient *client,
                                LkEgressRequest *redacted,
                                gint64 started_at)
{
  const ProtobufCMessage *message = lk_egress_message_peek (LK_EGRESS_MESSAGE (redacted));
  LkEgressReconcile *reconcile = lk_egress_reconcile_new_for_past (
      client, (const Livekit__StartEgressRequest *)message, started_at);
  LkEgressCall *call = lk_egress_client_new_call (client, feed_find_start, reconcile,
                                                  (GDestroyNotify)lk_egress_reconcile_free);

  lk_egress_call_unbound (call);
  lk_egress_reconcile_begin (reconcile, call, TRUE);

  return call;
}
