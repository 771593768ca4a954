/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_REPLAY_REQUEST (lk_egress_replay_request_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressReplayRequest, lk_egress_replay_request, REPLAY_REQUEST)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressReplayRequest *lk_egress_replay_request_new (void);

G_END_DECLS
