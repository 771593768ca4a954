/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-s3-storage.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressS3Storage:
 *
 * Amazon S3, or a service that speaks its protocol.
 *
 * Since: 1.0
 */

/**
 * LkEgressS3Storage:access-key:
 *
 * The id of the key. Default: %NULL, what the server is configured with.
 *
 * Since: 1.0
 */

/**
 * LkEgressS3Storage:secret:
 *
 * The secret that belongs to the key. Default: %NULL.
 *
 * Since: 1.0
 */

/**
 * LkEgressS3Storage:session-token:
 *
 * The token of temporary credentials, a secret. Default: %NULL.
 *
 * Since: 1.0
 */

/**
 * LkEgressS3Storage:assume-role-arn:
 *
 * The role to take on. Default: %NULL, none.
 *
 * Since: 1.0
 */

/**
 * LkEgressS3Storage:assume-role-external-id:
 *
 * The external id that the role asks for. Default: %NULL.
 *
 * Since: 1.0
 */

/**
 * LkEgressS3Storage:region:
 *
 * The region of the bucket. Default: %NULL, which costs the server a look-up that needs a
 * permission of its own.
 *
 * Since: 1.0
 */

/**
 * LkEgressS3Storage:endpoint:
 *
 * The address of a service other than Amazon's. Default: %NULL.
 *
 * Since: 1.0
 */

/**
 * LkEgressS3Storage:bucket:
 *
 * The bucket. Needed.
 *
 * Since: 1.0
 */

/**
 * LkEgressS3Storage:force-path-style:
 *
 * Whether the bucket is put into the path of addresses and not into the host name, as most services
 * other than Amazon's want it. Default: %FALSE.
 *
 * Since: 1.0
 */

/**
 * LkEgressS3Storage:metadata:
 *
 * Metadata of the uploaded files: names and values, of type `a{ss}`. Default: %NULL, none.
 *
 * Since: 1.0
 */

/**
 * LkEgressS3Storage:tagging:
 *
 * Tags of the uploaded files, in the form of a query: `key=value&key2=value2`. Default: %NULL.
 *
 * Since: 1.0
 */

/**
 * LkEgressS3Storage:content-disposition:
 *
 * The content disposition that the uploaded files are served with. Default: %NULL.
 *
 * Since: 1.0
 */

/**
 * LkEgressS3Storage:proxy:
 *
 * The proxy between the worker and the storage. Default: %NULL, none.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressS3Storage, lk_egress_s3_storage, livekit__s3_upload__descriptor)

/**
 * lk_egress_s3_storage_new:
 * @bucket: the bucket
 * @access_key: (nullable): the id of the key
 * @secret: (nullable): the secret that belongs to the key
 *
 * Makes an S3 storage.
 *
 * Returns: (transfer full): a new [class@S3Storage]
 * Since: 1.0
 */
LkEgressS3Storage *
lk_egress_s3_storage_new (const char *bucket, const char *access_key, const char *secret)
{
  return g_object_new (LK_EGRESS_TYPE_S3_STORAGE, "bucket", bucket, "access-key", access_key,
                       "secret", secret, NULL);
}
