/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"
#include "lk-egress-enums.h"
#include "lk-egress-stream-destination.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_STREAM_OUTPUT (lk_egress_stream_output_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressStreamOutput, lk_egress_stream_output, STREAM_OUTPUT)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressStreamOutput *lk_egress_stream_output_new (LkEgressStreamProtocol protocol);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_stream_output_add_url (LkEgressStreamOutput *self, const char *url);

G_END_DECLS
