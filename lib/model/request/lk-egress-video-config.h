/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"
#include "lk-egress-video-selector.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_VIDEO_CONFIG (lk_egress_video_config_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressVideoConfig, lk_egress_video_config, VIDEO_CONFIG)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressVideoConfig *lk_egress_video_config_new (void);

G_END_DECLS
