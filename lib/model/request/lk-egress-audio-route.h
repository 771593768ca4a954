/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"
#include "lk-egress-enums.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_AUDIO_ROUTE (lk_egress_audio_route_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressAudioRoute, lk_egress_audio_route, AUDIO_ROUTE)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressAudioRoute *lk_egress_audio_route_new (void);

G_END_DECLS
