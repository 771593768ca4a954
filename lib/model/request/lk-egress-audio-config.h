/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"
#include "lk-egress-audio-route.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_AUDIO_CONFIG (lk_egress_audio_config_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressAudioConfig, lk_egress_audio_config, AUDIO_CONFIG)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressAudioConfig *lk_egress_audio_config_new (void);

G_END_DECLS
