/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-storage-environment-private.h"

#include "lk-egress-environment-private.h"

#define VARIABLE "GOOGLE_APPLICATION_CREDENTIALS"

/* What "gcloud auth application-default" writes. */
static char *
get_gcloud_file (void)
{
  const char *folder = lk_egress_environment_get ("CLOUDSDK_CONFIG");

  if (folder != NULL)
    return g_build_filename (folder, "application_default_credentials.json", NULL);

  return g_build_filename (g_get_home_dir (), ".config", "gcloud",
                           "application_default_credentials.json", NULL);
}

/* Mostly the gcloud file is the login of a person, which is of no use to a server. Nobody named it,
 * so it is passed over. */
static LkEgressGcpStorage *
new_without_variable (const char *bucket)
{
  g_autofree char *path = get_gcloud_file ();
  LkEgressGcpStorage *gcp = lk_egress_gcp_storage_new_from_file (bucket, path, NULL);

  return gcp != NULL ? gcp : lk_egress_gcp_storage_new (bucket, NULL);
}

LkEgressStorage *
lk_egress_storage_resolve_gcp (const LkEgressStorageUri *uri, GError **error)
{
  const char *path = lk_egress_environment_get (VARIABLE);
  g_autoptr (LkEgressGcpStorage) gcp = NULL;

  if (path == NULL)
    gcp = new_without_variable (uri->bucket);
  else
    gcp = lk_egress_gcp_storage_new_from_file (uri->bucket, path, error);
  if (gcp == NULL)
    {
      g_prefix_error (error, VARIABLE ": ");
      return NULL;
    }

  return lk_egress_storage_new_gcp (gcp);
}
