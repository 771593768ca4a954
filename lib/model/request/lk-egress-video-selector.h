/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_VIDEO_SELECTOR (lk_egress_video_selector_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (LkEgressVideoSelector,
                      lk_egress_video_selector,
                      LK_EGRESS,
                      VIDEO_SELECTOR,
                      LkEgressMessage)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressVideoSelector *lk_egress_video_selector_new (void);

G_END_DECLS
