/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-sigv4-private.h"

#include <string.h>

#define ALGORITHM "AWS4-HMAC-SHA256"
#define SHA256_LENGTH 32

/* Text */

/* What a '%' and two digits stand for, or the character itself. Moves on to the next. */
static guchar
read_octet (const char **text)
{
  const char *c = *text;

  if (c[0] == '%' && g_ascii_isxdigit (c[1]) && g_ascii_isxdigit (c[2]))
    {
      *text += 3;
      return (guchar)(g_ascii_xdigit_value (c[1]) << 4 | g_ascii_xdigit_value (c[2]));
    }

  *text += 1;
  return (guchar)*c;
}

static void
append_octet (GString *out, guchar octet, const char *unchanged)
{
  if (g_ascii_isalnum (octet) || (octet != '\0' && strchr (unchanged, octet) != NULL))
    g_string_append_c (out, (char)octet);
  else
    g_string_append_printf (out, "%%%02X", octet);
}

#define UNRESERVED "-._~"

char *
lk_egress_sigv4_encode_path (const char *path)
{
  GString *out = g_string_new (NULL);

  for (; *path != '\0'; path++)
    append_octet (out, (guchar)*path, "/" UNRESERVED);
  return g_string_free (out, FALSE);
}

/* Whatever way the path is encoded in the URL, here each octet is encoded once. */
static void
append_path (GString *out, const char *path)
{
  if (*path == '\0')
    g_string_append_c (out, '/');
  while (*path != '\0')
    append_octet (out, read_octet (&path), "/" UNRESERVED);
}

/* A '+' is a blank in a query, and a plus in a path. */
static char *
encode_query_part (const char *text)
{
  GString *out = g_string_new (NULL);

  while (*text != '\0')
    {
      gboolean is_blank = *text == '+';
      guchar octet = read_octet (&text);

      append_octet (out, is_blank ? ' ' : octet, UNRESERVED);
    }
  return g_string_free (out, FALSE);
}

/* Headers and parameters of a query alike: a name and its value. */
typedef struct
{
  char *name;
  char *value;
} Pair;

static void
pair_free (gpointer data)
{
  Pair *pair = data;

  g_free (pair->name);
  g_free (pair->value);
  g_free (pair);
}

static void
take_pair (GPtrArray *pairs, char *name, char *value)
{
  Pair *pair = g_new (Pair, 1);

  pair->name = name;
  pair->value = value;
  g_ptr_array_add (pairs, pair);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const Pair *const *first = a;
  const Pair *const *second = b;

  return strcmp ((*first)->name, (*second)->name);
}

static int
compare_pairs (gconstpointer a, gconstpointer b)
{
  const Pair *const *first = a;
  const Pair *const *second = b;
  int order = compare_names (a, b);

  return order != 0 ? order : strcmp ((*first)->value, (*second)->value);
}

/* The order is that of the encoded octets: names first, so "a-b" is after "a" whatever the value.
 */
static void
append_query (GString *out, const char *query)
{
  g_autoptr (GPtrArray) pairs = g_ptr_array_new_with_free_func (pair_free);
  g_auto (GStrv) parameters = g_strsplit (query != NULL ? query : "", "&", -1);

  for (guint i = 0; parameters[i] != NULL; i++)
    {
      char *equals = strchr (parameters[i], '=');

      if (*parameters[i] == '\0')
        continue;
      if (equals != NULL)
        *equals = '\0';
      take_pair (pairs, encode_query_part (parameters[i]),
                 encode_query_part (equals != NULL ? equals + 1 : ""));
    }
  g_ptr_array_sort (pairs, compare_pairs);

  for (guint i = 0; i < pairs->len; i++)
    {
      const Pair *pair = g_ptr_array_index (pairs, i);

      g_string_append_printf (out, "%s%s=%s", i > 0 ? "&" : "", pair->name, pair->value);
    }
}

/* Blanks at the ends go, and any number of them in between is one. */
static char *
fold_value (const char *value)
{
  g_auto (GStrv) words = g_strsplit_set (value, " \t\r\n", -1);
  GString *out = g_string_new (NULL);

  for (guint i = 0; words[i] != NULL; i++)
    {
      if (*words[i] == '\0')
        continue;
      if (out->len > 0)
        g_string_append_c (out, ' ');
      g_string_append (out, words[i]);
    }
  return g_string_free (out, FALSE);
}

/* In the order of names; several of one name stay in their order and become one, as in HTTP. */
static GPtrArray *
sort_headers (const char *const *headers)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new_with_free_func (pair_free);
  GPtrArray *joined = g_ptr_array_new_with_free_func (pair_free);

  for (guint i = 0; headers[i] != NULL; i += 2)
    take_pair (sorted, g_ascii_strdown (headers[i], -1), fold_value (headers[i + 1]));
  g_ptr_array_sort (sorted, compare_names);

  for (guint i = 0; i < sorted->len; i++)
    {
      const Pair *pair = g_ptr_array_index (sorted, i);
      Pair *last = joined->len > 0 ? g_ptr_array_index (joined, joined->len - 1) : NULL;

      if (last != NULL && g_str_equal (last->name, pair->name))
        {
          char *value = g_strconcat (last->value, ",", pair->value, NULL);

          g_free (last->value);
          last->value = value;
        }
      else
        take_pair (joined, g_strdup (pair->name), g_strdup (pair->value));
    }
  return joined;
}

static char *
join_names (GPtrArray *headers)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < headers->len; i++)
    {
      const Pair *pair = g_ptr_array_index (headers, i);

      g_string_append_printf (out, "%s%s", i > 0 ? ";" : "", pair->name);
    }
  return g_string_free (out, FALSE);
}

static char *
make_canonical_request (const char *method,
                        const char *path,
                        const char *query,
                        GPtrArray *headers,
                        const char *payload_hash)
{
  GString *out = g_string_new (method);
  g_autofree char *names = join_names (headers);

  g_string_append_c (out, '\n');
  append_path (out, path);
  g_string_append_c (out, '\n');
  append_query (out, query);
  g_string_append_c (out, '\n');
  for (guint i = 0; i < headers->len; i++)
    {
      const Pair *pair = g_ptr_array_index (headers, i);

      g_string_append_printf (out, "%s:%s\n", pair->name, pair->value);
    }
  g_string_append_printf (out, "\n%s\n%s", names, payload_hash);
  return g_string_free (out, FALSE);
}

char *
lk_egress_sigv4_get_canonical_request (const char *method,
                                       const char *path,
                                       const char *query,
                                       const char *const *headers,
                                       const char *payload_hash)
{
  g_autoptr (GPtrArray) sorted = sort_headers (headers);

  return make_canonical_request (method, path, query, sorted, payload_hash);
}

/* Hashes */

char *
lk_egress_sigv4_hash (gconstpointer data, gsize size)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, size);
}

static void
sign_octets (guint8 *digest, const guint8 *key, gsize key_size, const char *text)
{
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, key, key_size);
  gsize size = SHA256_LENGTH;

  g_hmac_update (hmac, (const guchar *)text, -1);
  g_hmac_get_digest (hmac, digest, &size);
}

static char *
sign_text (const LkEgressSigv4Key *key, const char *date, const char *text)
{
  g_autofree char *secret = g_strconcat ("AWS4", key->secret, NULL);
  guint8 digest[SHA256_LENGTH];

  sign_octets (digest, (const guint8 *)secret, strlen (secret), date);
  sign_octets (digest, digest, sizeof digest, key->region);
  sign_octets (digest, digest, sizeof digest, key->service);
  sign_octets (digest, digest, sizeof digest, "aws4_request");
  return g_compute_hmac_for_string (G_CHECKSUM_SHA256, digest, sizeof digest, text, -1);
}

/* Requests */

typedef struct
{
  char *host; /* as the header has it */
  char *path;
  char *query; /* or NULL */
} Target;

static void
target_clear (Target *target)
{
  g_free (target->host);
  g_free (target->path);
  g_free (target->query);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Target, target_clear)

static char *
format_host (const char *scheme, const char *name, int port)
{
  int implied = g_str_equal (scheme, "https") ? 443 : 80;
  g_autofree char *host
      = strchr (name, ':') != NULL ? g_strdup_printf ("[%s]", name) : g_hostname_to_ascii (name);

  if (host == NULL || port == -1 || port == implied)
    return g_steal_pointer (&host);
  return g_strdup_printf ("%s:%d", host, port);
}

/* Unlike GUri, this leaves dots in the path as they are. */
static gboolean
split_url (Target *target, const char *url, GError **error)
{
  g_autofree char *scheme = NULL;
  g_autofree char *name = NULL;
  int port;

  if (g_uri_split (url, G_URI_FLAGS_ENCODED | G_URI_FLAGS_PARSE_RELAXED, &scheme, NULL, &name,
                   &port, &target->path, &target->query, NULL, NULL)
      && name != NULL && *name != '\0' && scheme != NULL
      && (g_str_equal (scheme, "http") || g_str_equal (scheme, "https")))
    target->host = format_host (scheme, name, port);
  if (target->host != NULL)
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                       "The address to be signed is no http or https address: write"
                       " https://HOST/PATH");
  return FALSE;
}

static gboolean
can_be_sent (const char *text)
{
  for (; *text != '\0'; text++)
    {
      if (!g_ascii_isgraph (*text))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_key (const LkEgressSigv4Key *key, GError **error)
{
  const struct
  {
    const char *name;
    const char *text;
  } parts[] = {
    { "access key", key->access_key },
    { "session token", key->session_token != NULL ? key->session_token : "" },
    { "region", key->region },
  };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      if (can_be_sent (parts[i].text))
        continue;

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "The %s has a blank, a line end or another character in it that does not belong"
                   " there: give the value alone",
                   parts[i].name);
      return FALSE;
    }
  return TRUE;
}

static char *
format_utc (GDateTime *time, const char *format)
{
  g_autoptr (GDateTime) utc = g_date_time_to_utc (time);

  return g_date_time_format (utc, format);
}

static void
add_header (GStrvBuilder *headers, const char *name, const char *value)
{
  g_strv_builder_add (headers, name);
  g_strv_builder_add (headers, value);
}

/* Only S3 wants the hash of the payload in a header. */
static char **
make_headers (const LkEgressSigv4Key *key, const char *payload_hash, const char *time)
{
  g_autoptr (GStrvBuilder) headers = g_strv_builder_new ();

  add_header (headers, "x-amz-date", time);
  if (g_str_equal (key->service, "s3"))
    add_header (headers, "x-amz-content-sha256", payload_hash);
  if (key->session_token != NULL)
    add_header (headers, "x-amz-security-token", key->session_token);
  return g_strv_builder_end (headers);
}

static char *
make_authorization (const LkEgressSigv4Key *key,
                    const LkEgressSigv4Request *request,
                    const Target *target,
                    const char *const *headers,
                    const char *time)
{
  g_autoptr (GPtrArray) sorted = sort_headers (headers);
  g_autofree char *names = join_names (sorted);
  g_autofree char *canonical = make_canonical_request (request->method, target->path, target->query,
                                                       sorted, request->payload_hash);
  g_autofree char *hash = lk_egress_sigv4_hash (canonical, strlen (canonical));
  g_autofree char *date = g_strndup (time, strlen ("YYYYMMDD"));
  g_autofree char *scope
      = g_strdup_printf ("%s/%s/%s/aws4_request", date, key->region, key->service);
  g_autofree char *text = g_strdup_printf (ALGORITHM "\n%s\n%s\n%s", time, scope, hash);
  g_autofree char *signature = sign_text (key, date, text);

  return g_strdup_printf (ALGORITHM " Credential=%s/%s, SignedHeaders=%s, Signature=%s",
                          key->access_key, scope, names, signature);
}

char **
lk_egress_sigv4_sign (const LkEgressSigv4Key *key,
                      const LkEgressSigv4Request *request,
                      GDateTime *now,
                      GError **error)
{
  g_auto (Target) target = { NULL };
  g_autofree char *time = format_utc (now, "%Y%m%dT%H%M%SZ");
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) added = g_strv_builder_new ();
  g_auto (GStrv) headers = NULL;
  g_auto (GStrv) signed_headers = NULL;
  g_autofree char *authorization = NULL;

  if (!split_url (&target, request->url, error) || !check_key (key, error))
    return NULL;

  headers = make_headers (key, request->payload_hash, time);
  add_header (all, "host", target.host);
  g_strv_builder_addv (all, (const char **)headers);
  if (request->headers != NULL)
    g_strv_builder_addv (all, (const char **)request->headers);
  signed_headers = g_strv_builder_end (all);
  authorization
      = make_authorization (key, request, &target, (const char *const *)signed_headers, time);

  g_strv_builder_addv (added, (const char **)headers);
  add_header (added, "Authorization", authorization);
  return g_strv_builder_end (added);
}
