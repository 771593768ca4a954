/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any address: what is signed has the same lines, in which each octet is encoded once, whatever way
 * it was encoded in the address, and whatever the order of the query was. Any session token: it
 * adds no line. */

#include "fuzz.h"

#include "lk-egress-sigv4-private.h"

static const char *const headers[] = { "host", "h", NULL };

static char *
canonicalize (const char *path, const char *query)
{
  return lk_egress_sigv4_get_canonical_request ("GET", path, query, headers, "HASH");
}

static void
check_line (const char *line, const char *allowed)
{
  for (const char *c = line; *c != '\0'; c++)
    {
      if (*c == '%')
        g_assert_true (g_ascii_isxdigit (c[1]) && g_ascii_isxdigit (c[2]) && !g_ascii_islower (c[1])
                       && !g_ascii_islower (c[2]));
      else
        g_assert_true (g_ascii_isalnum (*c) || strchr (allowed, *c) != NULL);
    }
}

/* The parameters in the order of their octets, name before value. */
static void
check_order (const char *query)
{
  g_auto (GStrv) parameters = g_strsplit (query, "&", -1);

  for (guint i = 0; parameters[i] != NULL; i++)
    {
      char *equals = strchr (parameters[i], '=');

      g_assert_nonnull (equals);
      g_assert_null (strchr (equals + 1, '='));
      /* Before all octets of a name. */
      *equals = '\1';
      if (i > 0)
        g_assert_cmpint (strcmp (parameters[i - 1], parameters[i]), <=, 0);
    }
}

static void
check_canonical (const char *path, const char *query)
{
  g_autofree char *once = canonicalize (path, query);
  g_auto (GStrv) lines = g_strsplit (once, "\n", -1);
  g_autofree char *twice = NULL;

  g_assert_cmpuint (g_strv_length (lines), ==, 7);
  check_line (lines[1], "/-._~");
  check_line (lines[2], "-._~&=");
  if (*lines[2] != '\0')
    check_order (lines[2]);
  twice = canonicalize (lines[1], lines[2]);
  g_assert_cmpstr (twice, ==, once);
}

static void
check_encoded (const char *name)
{
  g_autofree char *path = lk_egress_sigv4_encode_path (name);
  g_autofree char *plain = g_uri_unescape_string (path, NULL);
  g_autofree char *canonical = canonicalize (path, NULL);
  g_auto (GStrv) lines = g_strsplit (canonical, "\n", -1);

  g_assert_cmpstr (lines[1], ==, *path != '\0' ? path : "/");
  /* GLib unescapes to UTF-8 alone. */
  if (plain != NULL)
    g_assert_cmpstr (plain, ==, name);
}

static void
check_signature (const char *url, const char *session_token)
{
  const LkEgressSigv4Key key = { "id", "secret", session_token, "region", "s3" };
  const LkEgressSigv4Request request = { "GET", url, NULL, LK_EGRESS_SIGV4_EMPTY_PAYLOAD };
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (0);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) signed_headers = lk_egress_sigv4_sign (&key, &request, now, &error);

  g_assert_true ((signed_headers != NULL) != (error != NULL));
  for (guint i = 0; signed_headers != NULL && signed_headers[i] != NULL; i++)
    g_assert_null (strpbrk (signed_headers[i], "\r\n"));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autofree char *text = size > 0 ? g_strndup ((const char *)data, size) : g_strdup ("");
  g_autofree char *url = g_strconcat ("https://h/", text, NULL);
  g_auto (GStrv) parts = g_strsplit (text, "?", 2);

  check_canonical (parts[0] != NULL ? parts[0] : "", parts[0] != NULL ? parts[1] : NULL);
  check_encoded (text);
  check_signature (text, NULL);
  check_signature (url, NULL);
  check_signature ("https://h/", text);
  return 0;
}
