/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"
#include "lk-egress-ali-oss-storage.h"
#include "lk-egress-azure-storage.h"
#include "lk-egress-enums.h"
#include "lk-egress-gcp-storage.h"
#include "lk-egress-s3-storage.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_IMAGE_OUTPUT (lk_egress_image_output_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressImageOutput, lk_egress_image_output, IMAGE_OUTPUT)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressImageOutput *lk_egress_image_output_new (guint capture_interval,
                                                 const char *filename_prefix);

G_END_DECLS
