/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_PARTICIPANT_VIDEO (lk_egress_participant_video_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressParticipantVideo,
                            lk_egress_participant_video,
                            PARTICIPANT_VIDEO)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressParticipantVideo *lk_egress_participant_video_new (const char *identity);

G_END_DECLS
