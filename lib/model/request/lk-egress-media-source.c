/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-media-source.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressMediaSource:
 *
 * Tracks of a room as they are published, with no browser involved. At least one video or audio
 * must be chosen.
 *
 * Since: 1.0
 */

/**
 * LkEgressMediaSource:video-track-id:
 *
 * The id of one video track. This excludes [property@MediaSource:participant-video] and
 * [property@MediaSource:videos].
 *
 * Since: 1.0
 */

/**
 * LkEgressMediaSource:participant-video:
 *
 * The video of one participant. This excludes [property@MediaSource:video-track-id] and
 * [property@MediaSource:videos].
 *
 * Since: 1.0
 */

/**
 * LkEgressMediaSource:videos:
 *
 * Several video tracks, for outputs that can hold them. This excludes
 * [property@MediaSource:video-track-id] and [property@MediaSource:participant-video].
 *
 * Since: 1.0
 */

/**
 * LkEgressMediaSource:audio:
 *
 * Which audio is taken. Default: %NULL, none.
 *
 * Since: 1.0
 */

/**
 * LkEgressMediaSource:data:
 *
 * Which data tracks are recorded. Default: %NULL, none.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressMediaSource,
                          lk_egress_media_source,
                          livekit__media_source__descriptor)

/**
 * lk_egress_media_source_new:
 *
 * Creates an empty message; set its properties.
 *
 * Returns: (transfer full): a new [class@MediaSource]
 * Since: 1.0
 */
LkEgressMediaSource *
lk_egress_media_source_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_MEDIA_SOURCE, NULL);
}
