/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-storage-environment-private.h"

#include "lk-egress-environment-private.h"
#include "lk-egress-storage-value-private.h"

typedef struct
{
  const char *id, *secret, *token;
} Variables;

/* A key and a secret of different sets do not belong together. */
static const Variables variables[] = {
  { "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "ALIBABA_CLOUD_SECURITY_TOKEN" },
  { "OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN" },
};

static gboolean
find_key (LkEgressStorageValue *id, LkEgressStorageValue *secret, GError **error)
{
  const Variables *set = variables;

  for (guint i = 0; i < G_N_ELEMENTS (variables) && id->text == NULL && secret->text == NULL; i++)
    {
      set = &variables[i];
      lk_egress_storage_value_take_variable (id, set->id);
      lk_egress_storage_value_take_variable (secret, set->secret);
    }

  if (!lk_egress_storage_value_check_pair (id, set->id, secret, set->secret, error))
    return FALSE;
  if (id->text == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                           "There is no key for Alibaba Cloud OSS: set ALIBABA_CLOUD_ACCESS_KEY_ID"
                           " and ALIBABA_CLOUD_ACCESS_KEY_SECRET");
      return FALSE;
    }
  if (lk_egress_environment_get (set->token) != NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   "%s says that the key in %s is a temporary one, and the API has no place for the"
                   " token: use the key of a RAM user",
                   set->token, set->id);
      return FALSE;
    }

  return TRUE;
}

LkEgressStorage *
lk_egress_storage_resolve_ali_oss (const LkEgressStorageUri *uri, GError **error)
{
  g_auto (LkEgressStorageValue) id = { NULL };
  g_auto (LkEgressStorageValue) secret = { NULL };
  g_auto (LkEgressStorageValue) region = { NULL };
  g_auto (LkEgressStorageValue) address = { NULL };
  g_autofree char *endpoint = NULL;
  g_autoptr (LkEgressAliOssStorage) oss = NULL;

  if (!find_key (&id, &secret, error))
    return NULL;

  /* A region in the address goes before an endpoint in the environment. */
  lk_egress_storage_value_take_option (&address, uri->options, "endpoint");
  lk_egress_storage_value_take_option (&region, uri->options, "region");
  if (region.text == NULL)
    lk_egress_storage_value_take_variable (&address, "OSS_ENDPOINT");
  lk_egress_storage_value_take_variable (&region, "OSS_REGION");

  if (!lk_egress_storage_value_check_region (&region, error)
      || !lk_egress_storage_value_to_endpoint (&address, "https", &endpoint, error))
    return NULL;
  if (region.text == NULL && endpoint == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                           "Servers do not find out where a bucket of Alibaba Cloud OSS is: add"
                           " ?region=REGION to the storage address, or set OSS_REGION or"
                           " OSS_ENDPOINT");
      return NULL;
    }

  if (region.text != NULL)
    oss = lk_egress_ali_oss_storage_new_for_region (region.text, uri->bucket, id.text, secret.text);
  else
    oss = lk_egress_ali_oss_storage_new (uri->bucket, id.text, secret.text);
  if (endpoint != NULL)
    g_object_set (oss, "endpoint", endpoint, NULL);

  return lk_egress_storage_new_ali_oss (oss);
}
