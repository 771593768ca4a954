/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_STREAM_DESTINATION (lk_egress_stream_destination_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressStreamDestination,
                            lk_egress_stream_destination,
                            STREAM_DESTINATION)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressStreamDestination *lk_egress_stream_destination_new (const char *id, const char *url);

G_END_DECLS
