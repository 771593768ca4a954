/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_ALI_OSS_STORAGE (lk_egress_ali_oss_storage_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressAliOssStorage, lk_egress_ali_oss_storage, ALI_OSS_STORAGE)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressAliOssStorage *
lk_egress_ali_oss_storage_new (const char *bucket, const char *access_key, const char *secret);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressAliOssStorage *lk_egress_ali_oss_storage_new_for_region (const char *region,
                                                                 const char *bucket,
                                                                 const char *access_key,
                                                                 const char *secret);

G_END_DECLS
