/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"
#include "lk-egress-proxy-config.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_S3_STORAGE (lk_egress_s3_storage_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressS3Storage, lk_egress_s3_storage, S3_STORAGE)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressS3Storage *
lk_egress_s3_storage_new (const char *bucket, const char *access_key, const char *secret);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressS3Storage *lk_egress_s3_storage_new_assume_role (const char *bucket,
                                                         const char *role_arn,
                                                         const char *external_id);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressS3Storage *lk_egress_s3_storage_new_minio (const char *endpoint,
                                                   const char *bucket,
                                                   const char *access_key,
                                                   const char *secret);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressS3Storage *lk_egress_s3_storage_new_r2 (const char *account_id,
                                                const char *bucket,
                                                const char *access_key,
                                                const char *secret);

G_END_DECLS
