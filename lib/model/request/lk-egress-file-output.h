/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"
#include "lk-egress-enums.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_FILE_OUTPUT (lk_egress_file_output_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressFileOutput, lk_egress_file_output, FILE_OUTPUT)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressFileOutput *lk_egress_file_output_new (const char *filepath);

G_END_DECLS
