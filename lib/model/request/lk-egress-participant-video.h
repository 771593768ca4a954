/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_PARTICIPANT_VIDEO (lk_egress_participant_video_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (LkEgressParticipantVideo,
                      lk_egress_participant_video,
                      LK_EGRESS,
                      PARTICIPANT_VIDEO,
                      LkEgressMessage)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressParticipantVideo *lk_egress_participant_video_new (const char *identity);

G_END_DECLS
