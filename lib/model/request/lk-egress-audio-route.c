/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-audio-route.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressAudioRoute:
 *
 * One rule that sends audio tracks to a channel, or leaves them out.
 *
 * Since: 1.0
 */

/**
 * LkEgressAudioRoute:track-id:
 *
 * The id of the audio track. This excludes [property@AudioRoute:participant-identity] and
 * [property@AudioRoute:participant-kind].
 *
 * Since: 1.0
 */

/**
 * LkEgressAudioRoute:participant-identity:
 *
 * The identity of the participant whose audio tracks match. This excludes
 * [property@AudioRoute:track-id] and [property@AudioRoute:participant-kind].
 *
 * Since: 1.0
 */

/**
 * LkEgressAudioRoute:participant-kind:
 *
 * The kind of the participants whose audio tracks match. This excludes
 * [property@AudioRoute:track-id] and [property@AudioRoute:participant-identity].
 *
 * Since: 1.0
 */

/**
 * LkEgressAudioRoute:track-name:
 *
 * The name that a matching track must have. Default: %NULL, any.
 *
 * Since: 1.0
 */

/**
 * LkEgressAudioRoute:exclude:
 *
 * Whether matching tracks are left out rather than taken. Default: %FALSE.
 *
 * Since: 1.0
 */

/**
 * LkEgressAudioRoute:channel:
 *
 * Where matching tracks go. Default: %LK_EGRESS_AUDIO_CHANNEL_BOTH.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressAudioRoute,
                          lk_egress_audio_route,
                          livekit__audio_route__descriptor)

/**
 * lk_egress_audio_route_new:
 *
 * Creates an empty message; set its properties.
 *
 * Returns: (transfer full): a new [class@AudioRoute]
 * Since: 1.0
 */
LkEgressAudioRoute *
lk_egress_audio_route_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_AUDIO_ROUTE, NULL);
}
