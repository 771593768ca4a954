/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-video-config.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressVideoConfig:
 *
 * A choice of several video tracks.
 *
 * Since: 1.0
 */

/**
 * LkEgressVideoConfig:capture-all:
 *
 * Whether all video tracks are taken, but for those that a selector excludes. Default: %FALSE.
 *
 * Since: 1.0
 */

/**
 * LkEgressVideoConfig:selectors:
 *
 * The rules, [class@VideoSelector]. Default: none.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressVideoConfig,
                          lk_egress_video_config,
                          livekit__video_config__descriptor)

/**
 * lk_egress_video_config_new:
 *
 * Creates an empty message; set its properties.
 *
 * Returns: (transfer full): a new [class@VideoConfig]
 * Since: 1.0
 */
LkEgressVideoConfig *
lk_egress_video_config_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_VIDEO_CONFIG, NULL);
}
