/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-storage.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressStorage:
 *
 * Where files go: one of four kinds of storage.
 *
 * One output can have a storage of its own in [property@Output:storage], the others take that of
 * the request in [property@Request:storage], and without either the server uses what it is
 * configured with. [ctor@Storage.new_from_uri] makes one of an address such as
 * `s3://bucket/folder`; what the kinds need is told in [the guide](storage.html).
 *
 * Since: 1.0
 */

/**
 * LkEgressStorage:s3:
 *
 * Amazon S3, or a service that speaks its protocol. This excludes the other three.
 *
 * Since: 1.0
 */

/**
 * LkEgressStorage:gcp:
 *
 * Google Cloud Storage. This excludes the other three.
 *
 * Since: 1.0
 */

/**
 * LkEgressStorage:azure:
 *
 * Azure Blob Storage. This excludes the other three.
 *
 * Since: 1.0
 */

/**
 * LkEgressStorage:ali-oss:
 *
 * Alibaba Cloud OSS. This excludes the other three.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressStorage, lk_egress_storage, livekit__storage_config__descriptor)

/**
 * lk_egress_storage_new:
 *
 * Creates a storage that is empty so far.
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
 * Creates a storage of this kind.
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
 * Creates a storage of this kind.
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
 * Creates a storage of this kind.
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
 * Creates a storage of this kind.
 *
 * Returns: (transfer full): a new [class@Storage]
 * Since: 1.0
 */
LkEgressStorage *
lk_egress_storage_new_ali_oss (LkEgressAliOssStorage *ali_oss)
{
  return g_object_new (LK_EGRESS_TYPE_STORAGE, "ali-oss", ali_oss, NULL);
}

/**
 * lk_egress_storage_get_provider:
 * @self: a storage
 *
 * Gets which kind of storage it is.
 *
 * Returns: the kind, %LK_EGRESS_STORAGE_PROVIDER_NONE if none is set
 * Since: 1.0
 */
LkEgressStorageProvider
lk_egress_storage_get_provider (LkEgressStorage *self)
{
  static const char *const properties[] = {
    [LK_EGRESS_STORAGE_PROVIDER_S3] = "s3",
    [LK_EGRESS_STORAGE_PROVIDER_GCP] = "gcp",
    [LK_EGRESS_STORAGE_PROVIDER_AZURE] = "azure",
    [LK_EGRESS_STORAGE_PROVIDER_ALI_OSS] = "ali-oss",
  };

  g_return_val_if_fail (LK_EGRESS_IS_STORAGE (self), LK_EGRESS_STORAGE_PROVIDER_NONE);

  for (guint i = LK_EGRESS_STORAGE_PROVIDER_S3; i < G_N_ELEMENTS (properties); i++)
    {
      if (lk_egress_message_has (LK_EGRESS_MESSAGE (self), properties[i]))
        return i;
    }

  return LK_EGRESS_STORAGE_PROVIDER_NONE;
}
