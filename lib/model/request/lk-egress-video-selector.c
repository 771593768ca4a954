/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-video-selector.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressVideoSelector:
 *
 * One rule that takes or leaves out video tracks.
 *
 * Since: 1.0
 */

/**
 * LkEgressVideoSelector:track-id:
 *
 * The id of the video track. This excludes [property@VideoSelector:participant-identity].
 *
 * Since: 1.0
 */

/**
 * LkEgressVideoSelector:participant-identity:
 *
 * The identity of the participant whose video tracks match. This excludes
 * [property@VideoSelector:track-id].
 *
 * Since: 1.0
 */

/**
 * LkEgressVideoSelector:track-name:
 *
 * The name that a matching track must have. Default: %NULL, any.
 *
 * Since: 1.0
 */

/**
 * LkEgressVideoSelector:exclude:
 *
 * Whether matching tracks are left out rather than taken. Default: %FALSE.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressVideoSelector,
                          lk_egress_video_selector,
                          livekit__video_selector__descriptor)

/**
 * lk_egress_video_selector_new:
 *
 * Creates an empty message; set its properties.
 *
 * Returns: (transfer full): a new [class@VideoSelector]
 * Since: 1.0
 */
LkEgressVideoSelector *
lk_egress_video_selector_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_VIDEO_SELECTOR, NULL);
}
