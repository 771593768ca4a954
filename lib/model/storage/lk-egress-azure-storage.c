/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-azure-storage.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressAzureStorage:
 *
 * Azure Blob Storage.
 *
 * Since: 1.0
 */

/**
 * LkEgressAzureStorage:account-name:
 *
 * The storage account, in the public cloud: servers know no other host than
 * `ACCOUNT.blob.core.windows.net`. It is required.
 *
 * Since: 1.0
 */

/**
 * LkEgressAzureStorage:account-key:
 *
 * The key of the account, a secret. It is required.
 *
 * Since: 1.0
 */

/**
 * LkEgressAzureStorage:container-name:
 *
 * The container. It is required.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressAzureStorage,
                          lk_egress_azure_storage,
                          livekit__azure_blob_upload__descriptor)

/**
 * lk_egress_azure_storage_new:
 * @account_name: the storage account
 * @account_key: the key of the account
 * @container_name: the container
 *
 * Creates an Azure storage.
 *
 * Returns: (transfer full): a new [class@AzureStorage]
 * Since: 1.0
 */
LkEgressAzureStorage *
lk_egress_azure_storage_new (const char *account_name,
                             const char *account_key,
                             const char *container_name)
{
  return g_object_new (LK_EGRESS_TYPE_AZURE_STORAGE, "account-name", account_name, "account-key",
                       account_key, "container-name", container_name, NULL);
}
