/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"
#include "lk-egress-ali-oss-storage.h"
#include "lk-egress-azure-storage.h"
#include "lk-egress-enums.h"
#include "lk-egress-gcp-storage.h"
#include "lk-egress-s3-storage.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_SEGMENTED_FILE_OUTPUT (lk_egress_segmented_file_output_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressSegmentedFileOutput,
                            lk_egress_segmented_file_output,
                            SEGMENTED_FILE_OUTPUT)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressSegmentedFileOutput *lk_egress_segmented_file_output_new (const char *filename_prefix,
                                                                  const char *playlist_name);

G_END_DECLS
