/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-gcp-storage.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressGcpStorage:
 *
 * Google Cloud Storage.
 *
 * Since: 1.0
 */

/**
 * LkEgressGcpStorage:credentials:
 *
 * The key of a service account, as JSON text; a secret. Default: %NULL, what the server is
 * configured with.
 *
 * Since: 1.0
 */

/**
 * LkEgressGcpStorage:bucket:
 *
 * The bucket. Needed.
 *
 * Since: 1.0
 */

/**
 * LkEgressGcpStorage:proxy:
 *
 * The proxy between the worker and the storage. Default: %NULL, none.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressGcpStorage, lk_egress_gcp_storage, livekit__gcpupload__descriptor)

/**
 * lk_egress_gcp_storage_new:
 * @bucket: the bucket
 * @credentials: (nullable): the key of a service account, as JSON text
 *
 * Makes a Google Cloud storage.
 *
 * Returns: (transfer full): a new [class@GcpStorage]
 * Since: 1.0
 */
LkEgressGcpStorage *
lk_egress_gcp_storage_new (const char *bucket, const char *credentials)
{
  return g_object_new (LK_EGRESS_TYPE_GCP_STORAGE, "bucket", bucket, "credentials", credentials,
                       NULL);
}
