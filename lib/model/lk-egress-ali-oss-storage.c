/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-ali-oss-storage.h"

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
 * The id of the key. Default: %NULL, what the server is configured with.
 *
 * Since: 1.0
 */

/**
 * LkEgressAliOssStorage:secret:
 *
 * The secret that belongs to the key. Default: %NULL.
 *
 * Since: 1.0
 */

/**
 * LkEgressAliOssStorage:region:
 *
 * The region of the bucket. Default: %NULL.
 *
 * Since: 1.0
 */

/**
 * LkEgressAliOssStorage:endpoint:
 *
 * The address of the service. Default: %NULL.
 *
 * Since: 1.0
 */

/**
 * LkEgressAliOssStorage:bucket:
 *
 * The bucket. Needed.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressAliOssStorage,
                          lk_egress_ali_oss_storage,
                          livekit__ali_ossupload__descriptor)

/**
 * lk_egress_ali_oss_storage_new:
 * @bucket: the bucket
 * @access_key: (nullable): the id of the key
 * @secret: (nullable): the secret that belongs to the key
 *
 * Makes an Alibaba Cloud storage.
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
