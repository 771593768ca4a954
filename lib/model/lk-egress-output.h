/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"
#include "lk-egress-file-output.h"
#include "lk-egress-image-output.h"
#include "lk-egress-segmented-file-output.h"
#include "lk-egress-storage.h"
#include "lk-egress-stream-output.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_OUTPUT (lk_egress_output_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (LkEgressOutput, lk_egress_output, LK_EGRESS, OUTPUT, LkEgressMessage)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressOutput *lk_egress_output_new (void);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressOutput *lk_egress_output_new_file (LkEgressFileOutput *file);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressOutput *lk_egress_output_new_stream (LkEgressStreamOutput *stream);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressOutput *lk_egress_output_new_segments (LkEgressSegmentedFileOutput *segments);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressOutput *lk_egress_output_new_images (LkEgressImageOutput *images);

G_END_DECLS
