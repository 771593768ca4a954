/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-storage-environment-private.h"

#include <string.h>

#include "lk-egress-storage-value-private.h"

#define MAX_URI_LENGTH 8192

typedef LkEgressStorage *(*Resolve) (const LkEgressStorageUri *uri, GError **error);

typedef struct
{
  const char *name;
  Resolve resolve;
  const char *bucket_word; /* what the provider calls it */
  const char *credentials; /* where they belong, to be read after "set" */
  const char *options[5];
} Scheme;

static const Scheme schemes[] = {
  { "s3",
    lk_egress_storage_resolve_s3,
    "bucket",
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
    { "region", "endpoint", "path-style", "profile" } },
  { "gs", lk_egress_storage_resolve_gcp, "bucket", "GOOGLE_APPLICATION_CREDENTIALS", { NULL } },
  { "azure",
    lk_egress_storage_resolve_azure,
    "container",
    "AZURE_STORAGE_ACCOUNT and AZURE_STORAGE_KEY, or AZURE_STORAGE_CONNECTION_STRING",
    { "account" } },
  { "oss",
    lk_egress_storage_resolve_ali_oss,
    "bucket",
    "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    { "region", "endpoint" } },
};

static void
storage_uri_clear (LkEgressStorageUri *uri)
{
  g_clear_pointer (&uri->bucket, g_free);
  g_clear_pointer (&uri->folder, g_free);
  g_clear_pointer (&uri->options, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LkEgressStorageUri, storage_uri_clear)

static gboolean refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (error != NULL)
    *error = g_error_new_valist (G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, format, arguments);
  va_end (arguments);

  return FALSE;
}

static gboolean
refuse_credentials (const Scheme *scheme, GError **error)
{
  return refuse (error,
                 "The storage address holds credentials, which lists of processes and logs would"
                 " show: leave them out and set %s",
                 scheme->credentials);
}

static const Scheme *
find_scheme (const char *uri, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    {
      gsize length = strlen (schemes[i].name);

      if (g_ascii_strncasecmp (uri, schemes[i].name, length) == 0
          && g_str_has_prefix (uri + length, "://"))
        return &schemes[i];
    }

  refuse (error, "A storage address begins with s3://, gs://, azure:// or oss://; this one does"
                 " not");
  return NULL;
}

/* Some containers that Azure makes by itself begin with '$'. */
static gboolean
is_bucket (const Scheme *scheme, const char *name)
{
  if (*name == '$' && g_str_equal (scheme->bucket_word, "container"))
    name++;

  return lk_egress_storage_is_bucket (name);
}

static gboolean
set_bucket (LkEgressStorageUri *uri, const Scheme *scheme, const char *authority, GError **error)
{
  if (strchr (authority, '@') != NULL)
    return refuse_credentials (scheme, error);
  if (*authority == '\0')
    return refuse (error, "The storage address names no %s: write %s://%s/FOLDER",
                   scheme->bucket_word, scheme->name,
                   g_str_equal (scheme->bucket_word, "bucket") ? "BUCKET" : "CONTAINER");
  if (!is_bucket (scheme, authority))
    return refuse (error,
                   "The name of the %s in the storage address has other characters than letters,"
                   " digits, '-', '_' and '.': only the name belongs between \"%s://\" and the"
                   " next '/'",
                   scheme->bucket_word, scheme->name);

  uri->bucket = g_strdup (authority);
  return TRUE;
}

/* "//a//b/" -> "a/b". Servers clean paths, so "." and ".." would lead elsewhere than they say. */
static gboolean
set_folder (LkEgressStorageUri *uri, const char *path, GError **error)
{
  g_autofree char *text = g_uri_unescape_string (path, NULL);
  g_auto (GStrv) names = NULL;
  g_autoptr (GString) folder = g_string_new (NULL);

  if (!lk_egress_storage_is_text (text))
    return refuse (error, "The folder in the storage address is no text: each '%%' in it begins two"
                          " hexadecimal digits, as %%20 for a blank, and together they are UTF-8");

  names = g_strsplit (text, "/", -1);
  for (guint i = 0; names[i] != NULL; i++)
    {
      if (g_str_equal (names[i], ".") || g_str_equal (names[i], ".."))
        return refuse (error,
                       "The folder in the storage address has \"%s\" in it: write the path"
                       " from the top of the storage",
                       names[i]);
      if (*names[i] == '\0')
        continue;
      if (folder->len > 0)
        g_string_append_c (folder, '/');
      g_string_append (folder, names[i]);
    }

  uri->folder = folder->len > 0 ? g_strdup (folder->str) : NULL;
  return TRUE;
}

/* Whether this is a name, and not a secret that came here by mistake. */
static gboolean
can_be_shown (const char *name)
{
  gsize length = strlen (name);

  return length > 0 && length <= 32 && name[strspn (name, G_CSET_A_2_Z G_CSET_a_2_z "-_")] == '\0';
}

static gboolean
names_a_secret (const char *name)
{
  static const char *const words[]
      = { "key", "secret", "token", "pass", "credential", "sig", "sas", "user", "external" };
  g_autofree char *lower = g_ascii_strdown (name, -1);

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      if (strstr (lower, words[i]) != NULL)
        return TRUE;
    }

  return FALSE;
}

static gboolean
refuse_option (const Scheme *scheme, const char *name, GError **error)
{
  g_autofree char *known = NULL;

  if (names_a_secret (name))
    return refuse_credentials (scheme, error);

  known = g_strjoinv (", ", (char **)scheme->options);
  return refuse (error, "%s%s is no option of a storage address of %s://, %s%s",
                 can_be_shown (name) ? "" : "What stands after the '?'",
                 can_be_shown (name) ? name : "", scheme->name,
                 *known != '\0' ? "which has " : "which has none", known);
}

static gboolean
add_option (LkEgressStorageUri *uri, const Scheme *scheme, const char *parameter, GError **error)
{
  const char *equals = parameter + strcspn (parameter, "=");
  g_autofree char *name = g_uri_unescape_segment (parameter, equals, NULL);
  g_autofree char *value = g_uri_unescape_string (*equals == '=' ? equals + 1 : "", NULL);

  if (name == NULL || !g_strv_contains (scheme->options, name))
    return refuse_option (scheme, name != NULL ? name : "", error);
  if (!lk_egress_storage_is_text (value))
    return refuse (error,
                   "The option %s of the storage address is no text: each '%%' in it begins"
                   " two hexadecimal digits",
                   name);
  if (*value == '\0')
    return refuse (error,
                   "The option %s of the storage address has no value: write %s=VALUE or"
                   " leave it out",
                   name, name);
  if (g_hash_table_contains (uri->options, name))
    return refuse (error, "The option %s stands twice in the storage address", name);

  g_hash_table_insert (uri->options, g_steal_pointer (&name), g_steal_pointer (&value));
  return TRUE;
}

static gboolean
set_options (LkEgressStorageUri *uri, const Scheme *scheme, const char *query, GError **error)
{
  g_auto (GStrv) parameters = g_strsplit (query, "&", -1);

  uri->options = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; parameters[i] != NULL; i++)
    {
      if (*parameters[i] != '\0' && !add_option (uri, scheme, parameters[i], error))
        return FALSE;
    }

  return TRUE;
}

/* No use is made of GUri, whose errors quote what they could not read. */
static gboolean
parse (LkEgressStorageUri *uri, const Scheme *scheme, const char *text, GError **error)
{
  const char *authority = text + strlen (scheme->name) + strlen ("://");
  gsize authority_length = strcspn (authority, "/?");
  const char *path = authority + authority_length;
  gsize path_length = strcspn (path, "?");
  const char *query = path[path_length] == '?' ? path + path_length + 1 : "";
  g_autofree char *authority_text = g_strndup (authority, authority_length);
  g_autofree char *path_text = g_strndup (path, path_length);

  if (strchr (authority, '#') != NULL)
    return refuse (error, "The storage address has a '#' in it: write it as %%23");

  return set_bucket (uri, scheme, authority_text, error) && set_folder (uri, path_text, error)
         && set_options (uri, scheme, query, error);
}

/**
 * lk_egress_storage_new_from_uri:
 * @uri: the address of a bucket or container, and of a folder in it perhaps
 * @folder: (out) (optional) (nullable) (transfer full): return location for the folder, without a
 *   slash at its ends, or %NULL if @uri names none
 * @error: return location for an error
 *
 * Creates a storage of an address, with the credentials that the tools of its provider would take
 * from the environment and from files:
 *
 * - `s3://BUCKET/FOLDER`, with the options `region`, `endpoint`, `path-style` and `profile`: from
 *   `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, or a profile of
 *   `~/.aws/credentials` and `~/.aws/config`.
 * - `gs://BUCKET/FOLDER`: from the file in `GOOGLE_APPLICATION_CREDENTIALS`, or that of the gcloud
 *   tool.
 * - `azure://CONTAINER/FOLDER`, with the option `account`: from `AZURE_STORAGE_CONNECTION_STRING`,
 *   or `AZURE_STORAGE_ACCOUNT` and `AZURE_STORAGE_KEY`.
 * - `oss://BUCKET/FOLDER`, with the options `region` and `endpoint`: from
 *   `ALIBABA_CLOUD_ACCESS_KEY_ID` and `ALIBABA_CLOUD_ACCESS_KEY_SECRET`, or `OSS_ACCESS_KEY_ID` and
 *   `OSS_ACCESS_KEY_SECRET`.
 *
 * Options follow a `?`, such as `s3://bucket?region=eu-central-1`. Credentials in the address
 * itself are refused. If there are none anywhere, S3 and Google storages are made without, and the
 * worker uses the identity of the machine it runs on. [The guide](storage.html) tells all rules.
 *
 * The API has no place for a folder, it belongs in the paths of the outputs, where
 * [method@Output.prepend_folder] puts it:
 *
 * ```c
 * storage = lk_egress_storage_new_from_uri ("s3://recordings/2024", &folder, error);
 * output = lk_egress_output_new_for_format (LK_EGRESS_OUTPUT_FORMAT_MP4, "{room_name}.mp4");
 * lk_egress_output_prepend_folder (output, folder);
 * ```
 *
 * Small files are read, so this can block for a moment.
 *
 * An address or a variable that is not of its form is %G_IO_ERROR_INVALID_ARGUMENT, credentials
 * that are needed and not there are %G_IO_ERROR_NOT_FOUND, a file of credentials that is of no use
 * is %G_IO_ERROR_INVALID_DATA, and credentials of a kind that cannot be handed on to a server are
 * %G_IO_ERROR_NOT_SUPPORTED; or the error is that of reading a file. Errors show neither secrets
 * nor the address.
 *
 * Returns: (transfer full): a new storage, or %NULL on error
 * Since: 1.0
 */
LkEgressStorage *
lk_egress_storage_new_from_uri (const char *uri, char **folder, GError **error)
{
  g_auto (LkEgressStorageUri) parts = { NULL };
  const Scheme *scheme;
  LkEgressStorage *storage;

  g_return_val_if_fail (uri != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (folder != NULL)
    *folder = NULL;
  if (strlen (uri) > MAX_URI_LENGTH)
    {
      refuse (error, "The storage address has more than %d bytes", MAX_URI_LENGTH);
      return NULL;
    }

  scheme = find_scheme (uri, error);
  if (scheme == NULL || !parse (&parts, scheme, uri, error))
    return NULL;

  storage = scheme->resolve (&parts, error);
  if (storage != NULL && folder != NULL)
    *folder = g_steal_pointer (&parts.folder);

  return storage;
}
