/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-storage-value-private.h"

#include <string.h>

#include "lk-egress-environment-private.h"

gboolean
lk_egress_storage_is_text (const char *text)
{
  if (text == NULL || !g_utf8_validate (text, -1, NULL))
    return FALSE;

  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    {
      if (g_unichar_iscntrl (g_utf8_get_char (c)))
        return FALSE;
    }

  return TRUE;
}

gboolean
lk_egress_storage_is_bucket (const char *name)
{
  return name[strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_.")] == '\0';
}

void
lk_egress_storage_value_clear (LkEgressStorageValue *value)
{
  g_clear_pointer (&value->origin, g_free);
}

void
lk_egress_storage_value_take (LkEgressStorageValue *value,
                              const char *text,
                              const char *origin_format,
                              ...)
{
  va_list arguments;

  if (value->text != NULL || text == NULL)
    return;

  va_start (arguments, origin_format);
  value->text = text;
  value->origin = g_strdup_vprintf (origin_format, arguments);
  va_end (arguments);
}

void
lk_egress_storage_value_take_option (LkEgressStorageValue *value,
                                     GHashTable *options,
                                     const char *option)
{
  lk_egress_storage_value_take (value, g_hash_table_lookup (options, option), "The option %s",
                                option);
}

void
lk_egress_storage_value_take_variable (LkEgressStorageValue *value, const char *variable)
{
  lk_egress_storage_value_take (value, lk_egress_environment_get (variable), "%s", variable);
}

gboolean
lk_egress_storage_value_check (const LkEgressStorageValue *value, GError **error)
{
  for (const char *c = value->text; c != NULL && *c != '\0'; c++)
    {
      if (g_ascii_isgraph (*c))
        continue;

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "%s has a blank, a line end or another character in it that does not belong"
                   " there: give the value alone",
                   value->origin);
      return FALSE;
    }

  return TRUE;
}

gboolean
lk_egress_storage_value_check_region (const LkEgressStorageValue *value, GError **error)
{
  for (const char *c = value->text; c != NULL && *c != '\0'; c++)
    {
      if (g_ascii_isalnum (*c) || *c == '-')
        continue;

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "%s is no region: it has letters, digits and dashes, such as eu-central-1",
                   value->origin);
      return FALSE;
    }

  return TRUE;
}

static gboolean
is_endpoint (const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";

  return (g_str_equal (scheme, "http") || g_str_equal (scheme, "https"))
         && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0'
         && g_uri_get_userinfo (uri) == NULL && g_uri_get_query (uri) == NULL
         && g_uri_get_fragment (uri) == NULL;
}

gboolean
lk_egress_storage_value_to_endpoint (const LkEgressStorageValue *value,
                                     const char *default_scheme,
                                     char **endpoint,
                                     GError **error)
{
  g_autofree char *text = NULL;

  *endpoint = NULL;
  if (value->text == NULL)
    return TRUE;
  if (!lk_egress_storage_value_check (value, error))
    return FALSE;

  if (default_scheme != NULL && strstr (value->text, "://") == NULL)
    text = g_strconcat (default_scheme, "://", value->text, NULL);
  else
    text = g_strdup (value->text);

  if (!is_endpoint (text))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "%s is no address of a storage service: write http:// or https:// and the host,"
                   " such as https://storage.example.com, without user, query and fragment",
                   value->origin);
      return FALSE;
    }

  /* Servers put "/bucket/key" after it. */
  while (g_str_has_suffix (text, "/"))
    text[strlen (text) - 1] = '\0';
  *endpoint = g_steal_pointer (&text);
  return TRUE;
}

gboolean
lk_egress_storage_value_check_pair (const LkEgressStorageValue *id,
                                    const char *id_name,
                                    const LkEgressStorageValue *secret,
                                    const char *secret_name,
                                    GError **error)
{
  if ((id->text == NULL) != (secret->text == NULL))
    {
      gboolean has_id = id->text != NULL;

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                   "%s is set but %s is not: set it to the %s",
                   has_id ? id->origin : secret->origin, has_id ? secret_name : id_name,
                   has_id ? "secret of that key" : "key of that secret");
      return FALSE;
    }

  return lk_egress_storage_value_check (id, error) && lk_egress_storage_value_check (secret, error);
}
