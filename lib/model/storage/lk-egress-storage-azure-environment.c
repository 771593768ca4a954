/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-storage-environment-private.h"

#include <string.h>

#include "lk-egress-environment-private.h"
#include "lk-egress-storage-value-private.h"

#define VARIABLE "AZURE_STORAGE_CONNECTION_STRING"
#define HOST_SUFFIX ".blob.core.windows.net"

/* "AccountName=a;AccountKey=b==": names without regard to case, values to the next semicolon. NULL
 * if there is none. */
static char *
get_part (const char *connection, const char *name)
{
  g_auto (GStrv) parts = g_strsplit (connection, ";", -1);
  gsize length = strlen (name);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      const char *part = g_strstrip (parts[i]);

      if (g_ascii_strncasecmp (part, name, length) == 0 && part[length] == '='
          && part[length + 1] != '\0')
        return g_strdup (part + length + 1);
    }

  return NULL;
}

/* Servers make the host of the name of the account, so one of another cloud would not be reached.
 */
static gboolean
check_host (const char *connection, GError **error)
{
  g_autofree char *suffix = get_part (connection, "EndpointSuffix");
  g_autofree char *endpoint = get_part (connection, "BlobEndpoint");
  gsize length = endpoint != NULL ? strlen (endpoint) : 0;

  if (length > 0 && endpoint[length - 1] == '/')
    endpoint[length - 1] = '\0';
  if ((suffix == NULL || g_ascii_strcasecmp (suffix, "core.windows.net") == 0)
      && (endpoint == NULL || g_str_has_suffix (endpoint, HOST_SUFFIX)))
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       VARIABLE " is for another host than ACCOUNT" HOST_SUFFIX
                                ", and servers know no other");
  return FALSE;
}

static gboolean
check_connection (const char *account, const char *key, GError **error)
{
  if (account != NULL && key != NULL)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
               VARIABLE " has no %s, and servers take no other credentials than an account with its"
                        " key: copy the connection string of an access key",
               account == NULL ? "AccountName" : "AccountKey");
  return FALSE;
}

/* Account names become part of host names. */
static gboolean
check_account (const LkEgressStorageValue *account, GError **error)
{
  if (account->text[strspn (account->text, G_CSET_a_2_z G_CSET_DIGITS)] == '\0')
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "%s is no name of a storage account: it has small letters and digits only",
               account->origin);
  return FALSE;
}

/* As the Azure tools do, the connection string goes before the other two variables. Neither key is
 * used for an account that it does not belong to. */
LkEgressStorage *
lk_egress_storage_resolve_azure (const LkEgressStorageUri *uri, GError **error)
{
  const char *connection = lk_egress_environment_get (VARIABLE);
  const char *variable = lk_egress_environment_get ("AZURE_STORAGE_ACCOUNT");
  g_autofree char *its_account = NULL;
  g_autofree char *its_key = NULL;
  g_auto (LkEgressStorageValue) account = { NULL };
  g_auto (LkEgressStorageValue) key = { NULL };
  g_autoptr (LkEgressAzureStorage) azure = NULL;

  if (connection != NULL)
    {
      its_account = get_part (connection, "AccountName");
      its_key = get_part (connection, "AccountKey");
      if (!check_connection (its_account, its_key, error) || !check_host (connection, error))
        return NULL;
    }

  lk_egress_storage_value_take_option (&account, uri->options, "account");
  lk_egress_storage_value_take (&account, its_account, "AccountName in " VARIABLE);
  lk_egress_storage_value_take (&account, variable, "AZURE_STORAGE_ACCOUNT");
  if (account.text == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                           "There is no Azure storage account: set AZURE_STORAGE_ACCOUNT and"
                           " AZURE_STORAGE_KEY, or " VARIABLE);
      return NULL;
    }
  if (!check_account (&account, error))
    return NULL;

  if (g_strcmp0 (account.text, its_account) == 0)
    lk_egress_storage_value_take (&key, its_key, "AccountKey in " VARIABLE);
  if (variable == NULL || g_str_equal (account.text, variable))
    lk_egress_storage_value_take_variable (&key, "AZURE_STORAGE_KEY");
  if (key.text == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                   "%s names a storage account without a key: set AZURE_STORAGE_KEY to it%s",
                   account.origin,
                   variable != NULL && !g_str_equal (account.text, variable)
                       ? " and AZURE_STORAGE_ACCOUNT to the account"
                       : "");
      return NULL;
    }
  if (!lk_egress_storage_value_check (&key, error))
    return NULL;

  azure = lk_egress_azure_storage_new (account.text, key.text, uri->bucket);
  return lk_egress_storage_new_azure (azure);
}
