/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_IMAGES_INFO (lk_egress_images_info_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressImagesInfo, lk_egress_images_info, IMAGES_INFO)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressImagesInfo *lk_egress_images_info_new (void);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_images_info_get_filename_prefix (LkEgressImagesInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
gint64 lk_egress_images_info_get_image_count (LkEgressImagesInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
gint64 lk_egress_images_info_get_started_at (LkEgressImagesInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
gint64 lk_egress_images_info_get_ended_at (LkEgressImagesInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
GDateTime *lk_egress_images_info_dup_started_time (LkEgressImagesInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
GDateTime *lk_egress_images_info_dup_ended_time (LkEgressImagesInfo *self);

G_END_DECLS
