/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-replay-request.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressReplayRequest:
 *
 * What an egress that exports a stored replay of a room was asked for.
 *
 * The Egress API has no call that takes one; it is seen in [property@Info:replay]. What it shares
 * with a [class@Request] means the same there.
 *
 * Since: 1.0
 */

/**
 * LkEgressReplayRequest:replay-id:
 *
 * The id of the replay.
 *
 * Since: 1.0
 */

/**
 * LkEgressReplayRequest:start-offset-ms:
 *
 * Where the export begins, in milliseconds from the beginning of the replay.
 *
 * Since: 1.0
 */

/**
 * LkEgressReplayRequest:end-offset-ms:
 *
 * Where the export ends, in milliseconds from the beginning of the replay.
 *
 * Since: 1.0
 */

/**
 * LkEgressReplayRequest:template:
 *
 * The room as a web page shows it. This excludes [property@ReplayRequest:web] and
 * [property@ReplayRequest:media].
 *
 * Since: 1.0
 */

/**
 * LkEgressReplayRequest:web:
 *
 * Any web page. This excludes [property@ReplayRequest:template] and [property@ReplayRequest:media].
 *
 * Since: 1.0
 */

/**
 * LkEgressReplayRequest:media:
 *
 * Tracks of the room. This excludes [property@ReplayRequest:template] and
 * [property@ReplayRequest:web].
 *
 * Since: 1.0
 */

/**
 * LkEgressReplayRequest:preset:
 *
 * Ready-made encoder settings. This excludes [property@ReplayRequest:advanced].
 *
 * Since: 1.0
 */

/**
 * LkEgressReplayRequest:advanced:
 *
 * Encoder settings in full. This excludes [property@ReplayRequest:preset].
 *
 * Since: 1.0
 */

/**
 * LkEgressReplayRequest:outputs:
 *
 * Where the media goes, [class@Output].
 *
 * Since: 1.0
 */

/**
 * LkEgressReplayRequest:storage:
 *
 * Where the files of outputs go that have no storage of their own.
 *
 * Since: 1.0
 */

/**
 * LkEgressReplayRequest:webhooks:
 *
 * Addresses that are told about the egress, [class@WebhookConfig].
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressReplayRequest,
                          lk_egress_replay_request,
                          livekit__export_replay_request__descriptor)

/**
 * lk_egress_replay_request_new:
 *
 * Creates an empty message; set its properties.
 *
 * Returns: (transfer full): a new [class@ReplayRequest]
 * Since: 1.0
 */
LkEgressReplayRequest *
lk_egress_replay_request_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_REPLAY_REQUEST, NULL);
}
