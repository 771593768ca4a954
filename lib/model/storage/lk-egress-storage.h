/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"
#include "lk-egress-ali-oss-storage.h"
#include "lk-egress-azure-storage.h"
#include "lk-egress-gcp-storage.h"
#include "lk-egress-s3-storage.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_STORAGE (lk_egress_storage_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressStorage, lk_egress_storage, STORAGE)

/**
 * LkEgressStorageProvider:
 * @LK_EGRESS_STORAGE_PROVIDER_NONE: none is set
 * @LK_EGRESS_STORAGE_PROVIDER_S3: Amazon S3, or a service that speaks its protocol
 * @LK_EGRESS_STORAGE_PROVIDER_GCP: Google Cloud Storage
 * @LK_EGRESS_STORAGE_PROVIDER_AZURE: Azure Blob Storage
 * @LK_EGRESS_STORAGE_PROVIDER_ALI_OSS: Alibaba Cloud OSS
 *
 * The kinds of storage that an egress can write to.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_STORAGE_PROVIDER_NONE,
  LK_EGRESS_STORAGE_PROVIDER_S3,
  LK_EGRESS_STORAGE_PROVIDER_GCP,
  LK_EGRESS_STORAGE_PROVIDER_AZURE,
  LK_EGRESS_STORAGE_PROVIDER_ALI_OSS,
} LkEgressStorageProvider;

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressStorage *lk_egress_storage_new (void);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressStorage *lk_egress_storage_new_s3 (LkEgressS3Storage *s3);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressStorage *lk_egress_storage_new_gcp (LkEgressGcpStorage *gcp);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressStorage *lk_egress_storage_new_azure (LkEgressAzureStorage *azure);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressStorage *lk_egress_storage_new_ali_oss (LkEgressAliOssStorage *ali_oss);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressStorage *lk_egress_storage_new_from_uri (const char *uri, char **folder, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressStorageProvider lk_egress_storage_get_provider (LkEgressStorage *self);

LK_EGRESS_AVAILABLE_IN_1_0
char *lk_egress_storage_get_object_url (LkEgressStorage *self, const char *key, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
char **
lk_egress_storage_sign_get (LkEgressStorage *self, const char *url, GDateTime *now, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_storage_check_answer (guint status, const char *body, GError **error);

G_END_DECLS
