/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_VIDEO_SELECTOR (lk_egress_video_selector_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressVideoSelector, lk_egress_video_selector, VIDEO_SELECTOR)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressVideoSelector *lk_egress_video_selector_new (void);

G_END_DECLS
