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
 * The id of the key. Default: %NULL, the identity of the machine that the worker runs on.
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
 * The role to take on, such as `arn:aws:iam::123456789012:role/recorder`. Without keys in
 * [property@S3Storage:access-key], the worker takes it on with a key of its own, which it must be
 * configured with. Default: %NULL, none.
 *
 * Since: 1.0
 */

/**
 * LkEgressS3Storage:assume-role-external-id:
 *
 * The external id that the role asks for, a secret to the server. Default: %NULL.
 *
 * Since: 1.0
 */

/**
 * LkEgressS3Storage:region:
 *
 * The region of the bucket. Default: %NULL, which with an endpoint is `us-east-1`, and else costs
 * the server a look-up that needs a permission of its own, `s3:GetBucketLocation`.
 *
 * Since: 1.0
 */

/**
 * LkEgressS3Storage:endpoint:
 *
 * The address of a service other than Amazon's, with its scheme: `https://storage.example.com`.
 * Default: %NULL.
 *
 * Since: 1.0
 */

/**
 * LkEgressS3Storage:bucket:
 *
 * The bucket. It is required.
 *
 * Since: 1.0
 */

/**
 * LkEgressS3Storage:force-path-style:
 *
 * Whether the bucket is put into the path of addresses and not into the host name, as most services
 * other than Amazon's want it. With an endpoint it is also what makes the locations right that the
 * server gives: without it they begin with `https://bucket.https://`. Default: %FALSE.
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
 * Creates an S3 storage. Without a key, the worker uses the identity of the machine it runs on.
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

/**
 * lk_egress_s3_storage_new_assume_role:
 * @bucket: the bucket
 * @role_arn: the role, such as `arn:aws:iam::123456789012:role/recorder`
 * @external_id: (nullable): the external id that the role asks for
 *
 * Creates an S3 storage that the worker writes to in a role of the bucket's owner, which it takes
 * on with a key it is configured with. No key leaves this program. A worker without such a key
 * answers with %LK_EGRESS_ERROR_PERMISSION_DENIED.
 *
 * To take the role on with a key given here, make the storage with [ctor@S3Storage.new] and set
 * [property@S3Storage:assume-role-arn].
 *
 * Returns: (transfer full): a new [class@S3Storage]
 * Since: 1.0
 */
LkEgressS3Storage *
lk_egress_s3_storage_new_assume_role (const char *bucket,
                                      const char *role_arn,
                                      const char *external_id)
{
  return g_object_new (LK_EGRESS_TYPE_S3_STORAGE, "bucket", bucket, "assume-role-arn", role_arn,
                       "assume-role-external-id", external_id, NULL);
}

/**
 * lk_egress_s3_storage_new_minio:
 * @endpoint: the address of the server with its scheme, such as `http://minio.example.com:9000`
 * @bucket: the bucket
 * @access_key: the id of the key
 * @secret: the secret that belongs to the key
 *
 * Creates a storage on MinIO: path style, in the region `us-east-1` that it takes by default. It
 * does for most servers that speak the protocol of S3; the worker must be able to reach the
 * address.
 *
 * Returns: (transfer full): a new [class@S3Storage]
 * Since: 1.0
 */
LkEgressS3Storage *
lk_egress_s3_storage_new_minio (const char *endpoint,
                                const char *bucket,
                                const char *access_key,
                                const char *secret)
{
  return g_object_new (LK_EGRESS_TYPE_S3_STORAGE, "endpoint", endpoint, "bucket", bucket,
                       "access-key", access_key, "secret", secret, "region", "us-east-1",
                       "force-path-style", TRUE, NULL);
}

/**
 * lk_egress_s3_storage_new_r2:
 * @account_id: the id of the account; for a bucket of a jurisdiction with its name, such as
 *   `0123456789abcdef0123456789abcdef.eu`
 * @bucket: the bucket
 * @access_key: the id of the key
 * @secret: the secret that belongs to the key
 *
 * Creates a storage on Cloudflare R2: the endpoint of the account, the region `auto`, path style.
 *
 * Returns: (transfer full): a new [class@S3Storage]
 * Since: 1.0
 */
LkEgressS3Storage *
lk_egress_s3_storage_new_r2 (const char *account_id,
                             const char *bucket,
                             const char *access_key,
                             const char *secret)
{
  g_autofree char *endpoint = NULL;

  g_return_val_if_fail (account_id != NULL, NULL);

  endpoint = g_strdup_printf ("https://%s.r2.cloudflarestorage.com", account_id);

  return g_object_new (LK_EGRESS_TYPE_S3_STORAGE, "endpoint", endpoint, "bucket", bucket,
                       "access-key", access_key, "secret", secret, "region", "auto",
                       "force-path-style", TRUE, NULL);
}
