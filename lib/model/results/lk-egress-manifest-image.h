/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_MANIFEST_IMAGE (lk_egress_manifest_image_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressManifestImage, lk_egress_manifest_image, MANIFEST_IMAGE)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressManifestImage *lk_egress_manifest_image_new (void);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_manifest_image_get_filename (LkEgressManifestImage *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_manifest_image_get_timestamp (LkEgressManifestImage *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_manifest_image_get_location (LkEgressManifestImage *self);

LK_EGRESS_AVAILABLE_IN_1_0
GDateTime *lk_egress_manifest_image_dup_time (LkEgressManifestImage *self);

G_END_DECLS
