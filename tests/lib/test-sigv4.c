/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "lk-egress-sigv4-private.h"

#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define S3_SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

static const LkEgressSigv4Key suite_key = { "AKIDEXAMPLE", SECRET, NULL, "us-east-1", "service" };
static const LkEgressSigv4Key s3_key
    = { "AKIAIOSFODNN7EXAMPLE", S3_SECRET, NULL, "us-east-1", "s3" };

static const char *
find_header (char **headers, const char *name)
{
  for (guint i = 0; headers[i] != NULL; i += 2)
    {
      if (g_ascii_strcasecmp (headers[i], name) == 0)
        return headers[i + 1];
    }
  return NULL;
}

/* "Name:value" in lines that begin without a blank. */
static char **
read_headers (const char *text)
{
  g_autoptr (GRegex) between = g_regex_new ("\\n(?=\\S)", 0, 0, NULL);
  g_auto (GStrv) lines = g_regex_split (between, text, 0);
  g_autoptr (GStrvBuilder) headers = g_strv_builder_new ();

  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_auto (GStrv) parts = g_strsplit (lines[i], ":", 2);

      g_strv_builder_addv (headers, (const char **)parts);
    }
  return g_strv_builder_end (headers);
}

static void
check_vector (char **columns)
{
  gboolean is_s3 = g_str_has_prefix (columns[0], "s3-");
  LkEgressSigv4Key key = is_s3 ? s3_key : suite_key;
  g_autoptr (GDateTime) now = g_date_time_new_from_iso8601 (
      is_s3 ? "2013-05-24T00:00:00Z" : "2015-08-30T12:36:00Z", NULL);
  g_autofree char *url = g_strconcat (is_s3 ? "https://examplebucket.s3.amazonaws.com"
                                            : "https://example.amazonaws.com",
                                      columns[2], NULL);
  g_auto (GStrv) headers = read_headers (columns[3]);
  g_autofree char *hash = lk_egress_sigv4_hash (columns[4], strlen (columns[4]));
  LkEgressSigv4Request request = { columns[1], url, (const char *const *)headers, hash };
  g_autofree char *signature = g_strconcat (", Signature=", columns[6], NULL);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) signed_headers = NULL;

  g_test_message ("%s", columns[0]);
  key.session_token = *columns[5] != '\0' ? columns[5] : NULL;
  signed_headers = lk_egress_sigv4_sign (&key, &request, now, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (strrchr (find_header (signed_headers, "authorization"), ','), ==, signature);
  g_assert_cmpstr (find_header (signed_headers, "x-amz-security-token"), ==, key.session_token);
}

/* All requests that AWS published with their signatures. */
static void
test_published (void)
{
  g_autofree char *name = g_build_filename (g_getenv ("LK_EGRESS_TEST_DATA"), "sigv4.tsv", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;
  guint n_vectors = 0;

  g_file_get_contents (name, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) columns = g_strsplit (lines[i], "\t", -1);

      if (*lines[i] == '\0' || *lines[i] == '#')
        continue;
      g_assert_cmpuint (g_strv_length (columns), ==, 7);
      for (guint k = 0; k < 7; k++)
        {
          char *plain = g_strcompress (columns[k]);

          g_free (columns[k]);
          columns[k] = plain;
        }
      check_vector (columns);
      n_vectors++;
    }
  g_assert_cmpuint (n_vectors, ==, 36);
}

/* The path and the query of the canonical request. */
static void
test_canonical (void)
{
  static const struct
  {
    const char *path;
    const char *query;
    const char *expected;
  } rows[] = {
    /* curl#9717: parameters in the order of their octets, capitals first. */
    { "/", "b=2&B=3&a=1&%C3%A4=4&_=5", "/\n%C3%A4=4&B=3&_=5&a=1&b=2" },
    /* curl#13754: what is encoded already is not encoded again. */
    { "/a%20b/%C3%A4%2B", "x=%20%2F", "/a%20b/%C3%A4%2B\nx=%20%2F" },
    { "/a b/\xc3\xa4", NULL, "/a%20b/%C3%A4\n" },
    /* curl#16927: a '+' of a query is a blank, that of a path is a plus. */
    { "/a+b", "x=a+b&y=a%2Bb", "/a%2Bb\nx=a%20b&y=a%2Bb" },
    /* curl#18423: the order is that of names, not of the text with the '='. */
    { "/", "a-b=1&a=2&a=1&a%3D=3", "/\na=1&a=2&a%3D=3&a-b=1" },
    /* No value and an empty one are the same, and the first '=' counts. */
    { "/", "x&y=&z=1=2", "/\nx=&y=&z=1%3D2" },
    { "/", "&&x&", "/\nx=" },
    { "", "", "/\n" },
    /* Of S3: keys may have these in their names. */
    { "//a/./b/../c//", NULL, "//a/./b/../c//\n" },
    { "/~a.b-c_d*e'f(g)!", NULL, "/~a.b-c_d%2Ae%27f%28g%29%21\n" },
    { "/%7e%2E%2d%5F", NULL, "/~.-_\n" },
    { "/50%/%zz/%4", "%=%2", "/50%25/%25zz/%254\n%25=%252" },
    { "/a%2Fb", "a=b/c", "/a/b\na=b%2Fc" },
    { "/%00%ff", "%00=%FF", "/%00%FF\n%00=%FF" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      static const char *const headers[] = { "Host", "h", NULL };
      g_autofree char *canonical = lk_egress_sigv4_get_canonical_request (
          "GET", rows[i].path, rows[i].query, headers, "HASH");
      g_autofree char *expected
          = g_strdup_printf ("GET\n%s\nhost:h\n\nhost\nHASH", rows[i].expected);

      g_assert_cmpstr (canonical, ==, expected);
    }
}

static void
test_headers (void)
{
  static const char *const headers[]
      = { "Zed", "  a   b\t c ", "my-Header", "2", "MY-HEADER", "1", "A", "", "host", "h", NULL };
  g_autofree char *canonical
      = lk_egress_sigv4_get_canonical_request ("PUT", "/", NULL, headers, "HASH");

  g_assert_cmpstr (canonical, ==,
                   "PUT\n/\n\na:\nhost:h\nmy-header:2,1\nzed:a b c\n\na;host;my-header;zed\nHASH");
}

/* What is signed and what is sent are the same for any name. */
static void
test_encode_path (void)
{
  static const struct
  {
    const char *name;
    const char *encoded;
  } rows[] = {
    { "live/play.m3u8", "live/play.m3u8" },
    { "a b+c&d=e?f#g%20", "a%20b%2Bc%26d%3De%3Ff%23g%2520" },
    { "//x/../*'~", "//x/../%2A%27~" },
    { "\xc3\xa4\xff\n", "%C3%A4%FF%0A" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *encoded = lk_egress_sigv4_encode_path (rows[i].name);
      g_autofree char *path = g_strconcat ("/", encoded, NULL);
      static const char *const headers[] = { NULL };
      g_autofree char *canonical
          = lk_egress_sigv4_get_canonical_request ("GET", path, NULL, headers, "HASH");
      g_autofree char *expected = g_strdup_printf ("GET\n/%s\n\n\n\nHASH", rows[i].encoded);

      g_assert_cmpstr (encoded, ==, rows[i].encoded);
      g_assert_cmpstr (canonical, ==, expected);
    }
}

static char *
get_signature (const char *url, const char *time)
{
  g_autoptr (GDateTime) now = g_date_time_new_from_iso8601 (time, NULL);
  const LkEgressSigv4Request request = { "GET", url, NULL, LK_EGRESS_SIGV4_EMPTY_PAYLOAD };
  g_auto (GStrv) headers = lk_egress_sigv4_sign (&s3_key, &request, now, NULL);

  return g_strdup (find_header (headers, "authorization"));
}

/* The host is the one that a client sends: no port that the scheme implies, ASCII, brackets. */
static void
test_host (void)
{
  static const struct
  {
    const char *one;
    const char *other;
    gboolean same;
  } rows[] = {
    { "https://h/a", "https://h:443/a", TRUE },
    { "http://h/a", "http://h:80/a", TRUE },
    { "http://h/a", "http://h:443/a", FALSE },
    { "http://h:9000/a", "http://h/a", FALSE },
    { "https://h/a#b", "https://h/a", TRUE },
    { "https://b\xc3\xbc"
      "cher.example/a",
      "https://xn--bcher-kva.example/a", TRUE },
    { "http://[::1]:9000/a", "http://[::2]:9000/a", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *one = get_signature (rows[i].one, "2024-01-02T03:04:05Z");
      g_autofree char *other = get_signature (rows[i].other, "2024-01-02T03:04:05Z");

      g_assert_cmpint (g_str_equal (one, other), ==, rows[i].same);
    }
}

/* Wherever the clock stands, the time that is signed is UTC. */
static void
test_time (void)
{
  g_autofree char *utc = get_signature ("https://h/a", "2024-01-01T23:30:00Z");
  g_autofree char *local = get_signature ("https://h/a", "2024-01-02T01:30:00+02:00");

  g_assert_cmpstr (utc, ==, local);
  g_assert_nonnull (strstr (utc, "/20240101/"));
}

static void
test_refused (void)
{
  static const struct
  {
    const char *url;
    LkEgressSigv4Key key;
    const char *message;
  } rows[] = {
    { "ftp://h/a",
      { "id", SECRET, NULL, "r", "s3" },
      "The address to be signed is no http or https address: write https://HOST/PATH" },
    { "https:///a",
      { "id", SECRET, NULL, "r", "s3" },
      "The address to be signed is no http or https address: write https://HOST/PATH" },
    { "h/a",
      { "id", SECRET, NULL, "r", "s3" },
      "The address to be signed is no http or https address: write https://HOST/PATH" },
    { "https://h/a",
      { "id\nX: y", SECRET, NULL, "r", "s3" },
      "The access key has a blank, a line end or another character in it that does not belong"
      " there: give the value alone" },
    { "https://h/a",
      { "id", SECRET, "tok\r\nen", "r", "s3" },
      "The session token has a blank, a line end or another character in it that does not belong"
      " there: give the value alone" },
    { "https://h/a",
      { "id", SECRET, NULL, "r r", "s3" },
      "The region has a blank, a line end or another character in it that does not belong there:"
      " give the value alone" },
  };
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const LkEgressSigv4Request request
          = { "GET", rows[i].url, NULL, LK_EGRESS_SIGV4_EMPTY_PAYLOAD };
      g_autoptr (GError) error = NULL;

      g_assert_null (lk_egress_sigv4_sign (&rows[i].key, &request, now, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      g_assert_cmpstr (error->message, ==, rows[i].message);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sigv4/published", test_published);
  g_test_add_func ("/sigv4/canonical", test_canonical);
  g_test_add_func ("/sigv4/headers", test_headers);
  g_test_add_func ("/sigv4/encode-path", test_encode_path);
  g_test_add_func ("/sigv4/host", test_host);
  g_test_add_func ("/sigv4/time", test_time);
  g_test_add_func ("/sigv4/refused", test_refused);

  return g_test_run ();
}
