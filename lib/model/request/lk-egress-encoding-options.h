/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"
#include "lk-egress-enums.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_ENCODING_OPTIONS (lk_egress_encoding_options_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressEncodingOptions, lk_egress_encoding_options, ENCODING_OPTIONS)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressEncodingOptions *lk_egress_encoding_options_new (void);

G_END_DECLS
