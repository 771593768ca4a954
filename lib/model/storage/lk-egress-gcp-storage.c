/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-gcp-storage.h"

#include "lk-egress-json-private.h"
#include "lk-egress-message-private.h"
#include "lk-egress-small-file-private.h"

#include "livekit_egress.pb-c.h"

/* Such files have less than 3 KiB. */
#define MAX_KEY_SIZE (64 * 1024)

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
 * The key of a service account, as JSON text; a secret. Default: %NULL, the identity of the machine
 * that the worker runs on.
 *
 * Since: 1.0
 */

/**
 * LkEgressGcpStorage:bucket:
 *
 * The bucket. It is required.
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
 * Creates a Google Cloud storage. Without a key, the worker uses the identity of the machine it
 * runs on.
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

/* The text of a member, %NULL if it is not there, empty or no text. */
static const char *
get_text (const LkEgressJson *root, const char *member)
{
  const char *text = lk_egress_json_find_string (root, member);

  return text != NULL ? lk_egress_message_text (text) : NULL;
}

/* Nothing of the file may get into the error, so a kind is named only if it is one of these. */
static gboolean
fail_for_type (const char *type, GError **error)
{
  static const char *const known[] = { "authorized_user",
                                       "external_account",
                                       "external_account_authorized_user",
                                       "gdch_service_account",
                                       "impersonated_service_account",
                                       NULL };
  gboolean is_known = type != NULL && g_strv_contains (known, type);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "It holds %s%s%s, but servers take the key of a service account only: create a JSON"
               " key for one in the Google Cloud console",
               is_known ? "credentials of the type \"" : "no Google credentials that are known",
               is_known ? type : "", is_known ? "\"" : "");
  return FALSE;
}

static gboolean
check_key (const char *text, gsize length, GError **error)
{
  static const char *const needed[] = { "client_email", "private_key" };
  g_autoptr (LkEgressJson) root = lk_egress_json_parse (text, length, error);
  const char *type;

  if (root == NULL)
    return FALSE;

  type = get_text (root, "type");
  if (g_strcmp0 (type, "service_account") != 0)
    return fail_for_type (type, error);

  for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
    {
      if (get_text (root, needed[i]) != NULL)
        continue;

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "The key of a service account in it has no %s: download the file again",
                   needed[i]);
      return FALSE;
    }

  return TRUE;
}

/**
 * lk_egress_gcp_storage_new_from_file:
 * @bucket: the bucket
 * @path: (type filename): a file with the key of a service account, as JSON
 * @error: return location for an error
 *
 * Creates a Google Cloud storage with the key in a file, which is read now and checked to be one:
 * at most 64 KiB of JSON of the type `service_account`. Other Google credentials, such as those of
 * `gcloud auth application-default login`, are of no use to a server.
 *
 * Returns: (transfer full): a new [class@GcpStorage], or %NULL with %G_IO_ERROR_INVALID_DATA if the
 *   file holds something else, or the error of reading it. Errors name the file and show nothing of
 *   what is in it.
 * Since: 1.0
 */
LkEgressGcpStorage *
lk_egress_gcp_storage_new_from_file (const char *bucket, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize length;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  text = lk_egress_small_file_read (path, MAX_KEY_SIZE, &length, error);
  if (text == NULL)
    return NULL;
  if (!check_key (text, length, error))
    {
      lk_egress_small_file_prefix_error (path, error);
      return NULL;
    }

  return lk_egress_gcp_storage_new (bucket, text);
}
