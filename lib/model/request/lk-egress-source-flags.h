/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-macros.h"

G_BEGIN_DECLS

/**
 * LkEgressSourceFlags:
 * @LK_EGRESS_SOURCE_ALL: all that the source has
 * @LK_EGRESS_SOURCE_AUDIO_ONLY: no video
 * @LK_EGRESS_SOURCE_VIDEO_ONLY: no audio
 * @LK_EGRESS_SOURCE_SCREEN_SHARE: of a participant, the shared screen and not the camera
 *
 * What is taken of a source, see [method@Request.apply_source_flags].
 *
 * Since: 1.0
 */
typedef enum /*< flags >*/
{
  LK_EGRESS_SOURCE_ALL = 0,
  LK_EGRESS_SOURCE_AUDIO_ONLY = 1 << 0,
  LK_EGRESS_SOURCE_VIDEO_ONLY = 1 << 1,
  LK_EGRESS_SOURCE_SCREEN_SHARE = 1 << 2,
} LkEgressSourceFlags;

G_END_DECLS
