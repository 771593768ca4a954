/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The request that an info repeats. */

#include "lk-egress-info-private.h"

#include "lk-egress-redact-message-private.h"
#include "lk-egress-v1-read-private.h"

/**
 * LkEgressInfo:replay:
 *
 * The request, if the egress exports a replay: what was to be replayed and from where to where.
 * %NULL for every other egress. Secrets are redacted.
 *
 * Since: 1.0
 */

/**
 * lk_egress_info_dup_request:
 * @self: a [class@Info]
 *
 * Gets what was asked for, in the one form of this library, whether the egress was started through
 * the unified API or the older one, by this client or another.
 *
 * The server redacts keys, passwords and the addresses of streams, and does not tell what is
 * missing: this is for looking at, do not start another egress from it.
 *
 * What the older requests only imply is set: a participant's audio is a route with its identity,
 * one track that is not encoded has %LK_EGRESS_ENCODING_PRESET_PASSTHROUGH. Whether that track is
 * audio or video is told from its id, see [enum@TrackKind]. The storage of an output is in
 * [property@Output:storage]. Of an exported replay, [property@Info:replay] has the id and the
 * offsets too. Fields that a newer server added to the older requests are not in it;
 * [method@Message.to_json] of the info shows the request as it came.
 *
 * Returns: (transfer full) (nullable): the request, or %NULL if the info has none
 * Since: 1.0
 */
LkEgressRequest *
lk_egress_info_dup_request (LkEgressInfo *self)
{
  const ProtobufCMessage *info;
  ProtobufCMessage *request;

  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), NULL);

  info = lk_egress_message_peek (LK_EGRESS_MESSAGE (self));
  request = lk_egress_v1_read ((const Livekit__EgressInfo *)info);
  if (request == NULL)
    return NULL;

  return LK_EGRESS_REQUEST (lk_egress_message_take (LK_EGRESS_TYPE_REQUEST, request));
}

gboolean
lk_egress_info_does (LkEgressInfo *self, LkEgressRequest *request)
{
  const ProtobufCMessage *info = lk_egress_message_peek (LK_EGRESS_MESSAGE (self));
  ProtobufCMessage *shown = lk_egress_v1_read ((const Livekit__EgressInfo *)info);
  gboolean does;

  if (shown == NULL)
    return FALSE;

  does = lk_egress_redact_covers_message (shown,
                                          lk_egress_message_peek (LK_EGRESS_MESSAGE (request)));
  lk_egress_wire_free (shown);
  return does;
}

/**
 * lk_egress_info_get_replay:
 * @self: a [class@Info]
 *
 * Gets [property@Info:replay].
 *
 * Returns: (nullable) (transfer none): the request, if the egress exports a replay
 * Since: 1.0
 */
LkEgressReplayRequest *
lk_egress_info_get_replay (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), NULL);

  return (LkEgressReplayRequest *)lk_egress_message_get_child (LK_EGRESS_MESSAGE (self), "replay");
}
