/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"
#include "lk-egress-audio-config.h"
#include "lk-egress-data-config.h"
#include "lk-egress-participant-video.h"
#include "lk-egress-video-config.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_MEDIA_SOURCE (lk_egress_media_source_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressMediaSource, lk_egress_media_source, MEDIA_SOURCE)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressMediaSource *lk_egress_media_source_new (void);

G_END_DECLS
