/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-ali-oss-storage.h"

#include <string.h>

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressAliOssStorage:
 *
 * Alibaba Cloud OSS.
 *
 * Since: 1.0
 */

/**
 * LkEgressAliOssStorage:access-key:
 *
 * The id of the key. It is required.
 *
 * Since: 1.0
 */

/**
 * LkEgressAliOssStorage:secret:
 *
 * The secret that belongs to the key. It is required.
 *
 * Since: 1.0
 */

/**
 * LkEgressAliOssStorage:region:
 *
 * The region of the bucket. Servers do not read it, see [property@AliOssStorage:endpoint].
 * Default: %NULL.
 *
 * Since: 1.0
 */

/**
 * LkEgressAliOssStorage:endpoint:
 *
 * The address of the service, such as `https://oss-eu-central-1.aliyuncs.com`. It is required, for
 * servers do not make it from the region. Without a scheme they send the files unencrypted; with
 * one, the locations that they give begin with `https://bucket.https://`.
 *
 * Since: 1.0
 */

/**
 * LkEgressAliOssStorage:bucket:
 *
 * The bucket. It is required.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressAliOssStorage,
                          lk_egress_ali_oss_storage,
                          livekit__ali_ossupload__descriptor)

/**
 * lk_egress_ali_oss_storage_new:
 * @bucket: the bucket
 * @access_key: the id of the key
 * @secret: the secret that belongs to the key
 *
 * Creates an Alibaba Cloud storage. Set [property@AliOssStorage:endpoint] too.
 *
 * Returns: (transfer full): a new [class@AliOssStorage]
 * Since: 1.0
 */
LkEgressAliOssStorage *
lk_egress_ali_oss_storage_new (const char *bucket, const char *access_key, const char *secret)
{
  return g_object_new (LK_EGRESS_TYPE_ALI_OSS_STORAGE, "bucket", bucket, "access-key", access_key,
                       "secret", secret, NULL);
}

/**
 * lk_egress_ali_oss_storage_new_for_region:
 * @region: the region of the bucket, such as `eu-central-1`; `oss-eu-central-1` is the same
 * @bucket: the bucket
 * @access_key: the id of the key
 * @secret: the secret that belongs to the key
 *
 * Creates an Alibaba Cloud storage with the public endpoint of a region, over TLS.
 *
 * Returns: (transfer full): a new [class@AliOssStorage]
 * Since: 1.0
 */
LkEgressAliOssStorage *
lk_egress_ali_oss_storage_new_for_region (const char *region,
                                          const char *bucket,
                                          const char *access_key,
                                          const char *secret)
{
  g_autofree char *endpoint = NULL;

  g_return_val_if_fail (region != NULL, NULL);

  if (g_str_has_prefix (region, "oss-"))
    region += strlen ("oss-");
  endpoint = g_strdup_printf ("https://oss-%s.aliyuncs.com", region);

  return g_object_new (LK_EGRESS_TYPE_ALI_OSS_STORAGE, "region", region, "endpoint", endpoint,
                       "bucket", bucket, "access-key", access_key, "secret", secret, NULL);
}
