/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_MANIFEST_FILE (lk_egress_manifest_file_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressManifestFile, lk_egress_manifest_file, MANIFEST_FILE)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressManifestFile *lk_egress_manifest_file_new (void);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_manifest_file_get_filename (LkEgressManifestFile *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_manifest_file_get_location (LkEgressManifestFile *self);

G_END_DECLS
