/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"
#include "lk-egress-proxy-config.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_GCP_STORAGE (lk_egress_gcp_storage_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressGcpStorage, lk_egress_gcp_storage, GCP_STORAGE)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressGcpStorage *lk_egress_gcp_storage_new (const char *bucket, const char *credentials);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressGcpStorage *
lk_egress_gcp_storage_new_from_file (const char *bucket, const char *path, GError **error);

G_END_DECLS
