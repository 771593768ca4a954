/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-storage.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressStorage:
 *
 * Where files go: one of four kinds of storage.
 *
 * Since: 1.0
 */

/**
 * LkEgressStorage:s3:
 *
 * Amazon S3, or a service that speaks its protocol. Excludes the other three.
 *
 * Since: 1.0
 */

/**
 * LkEgressStorage:gcp:
 *
 * Google Cloud Storage. Excludes the other three.
 *
 * Since: 1.0
 */

/**
 * LkEgressStorage:azure:
 *
 * Azure Blob Storage. Excludes the other three.
 *
 * Since: 1.0
 */

/**
 * LkEgressStorage:ali-oss:
 *
 * Alibaba Cloud OSS. Excludes the other three.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressStorage, lk_egress_storage, livekit__storage_config__descriptor)

/**
 * lk_egress_storage_new:
 *
 * Makes a storage of no kind yet.
 *
 * Returns: (transfer full): a new [class@Storage]
 * Since: 1.0
 */
LkEgressStorage *
lk_egress_storage_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_STORAGE, NULL);
}

/**
 * lk_egress_storage_new_s3:
 * @s3: where files go
 *
 * Makes a storage of this kind.
 *
 * Returns: (transfer full): a new [class@Storage]
 * Since: 1.0
 */
LkEgressStorage *
lk_egress_storage_new_s3 (LkEgressS3Storage *s3)
{
  return g_object_new (LK_EGRESS_TYPE_STORAGE, "s3", s3, NULL);
}

/**
 * lk_egress_storage_new_gcp:
 * @gcp: where files go
 *
 * Makes a storage of this kind.
 *
 * Returns: (transfer full): a new [class@Storage]
 * Since: 1.0
 */
LkEgressStorage *
lk_egress_storage_new_gcp (LkEgressGcpStorage *gcp)
{
  return g_object_new (LK_EGRESS_TYPE_STORAGE, "gcp", gcp, NULL);
}

/**
 * lk_egress_storage_new_azure:
 * @azure: where files go
 *
 * Makes a storage of this kind.
 *
 * Returns: (transfer full): a new [class@Storage]
 * Since: 1.0
 */
LkEgressStorage *
lk_egress_storage_new_azure (LkEgressAzureStorage *azure)
{
  return g_object_new (LK_EGRESS_TYPE_STORAGE, "azure", azure, NULL);
}

/**
 * lk_egress_storage_new_ali_oss:
 * @ali_oss: where files go
 *
 * Makes a storage of this kind.
 *
 * Returns: (transfer full): a new [class@Storage]
 * Since: 1.0
 */
LkEgressStorage *
lk_egress_storage_new_ali_oss (LkEgressAliOssStorage *ali_oss)
{
  return g_object_new (LK_EGRESS_TYPE_STORAGE, "ali-oss", ali_oss, NULL);
}
