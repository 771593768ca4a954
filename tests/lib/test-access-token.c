/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-access-token-private.h"

#include <gio/gio.h>
#include <string.h>

#define KEY "devkey"
#define SECRET "devsecretdevsecretdevsecretdevsecret"
#define NOW G_GINT64_CONSTANT (1795430246)

static JsonNode *
load (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", name, NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  return json_parser_steal_root (parser);
}

/* base64url of any text, without the help of the code under test. */
static char *
encode (const char *text)
{
  char *part = g_base64_encode ((const guchar *)text, strlen (text));

  g_strdelimit (part, "+", '-');
  g_strdelimit (part, "/", '_');
  part[strcspn (part, "=")] = '\0';
  return part;
}

static char *
make_token (const char *header, const char *claims, const char *secret)
{
  g_autofree char *header_part = encode (header);
  g_autofree char *claims_part = encode (claims);
  g_autofree char *signed_part = g_strjoin (".", header_part, claims_part, NULL);
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, (const guchar *)secret, strlen (secret));
  guint8 digest[32];
  gsize length = sizeof digest;
  g_autofree char *signature = NULL;

  g_hmac_update (hmac, (const guchar *)signed_part, -1);
  g_hmac_get_digest (hmac, digest, &length);
  signature = g_base64_encode (digest, length);
  g_strdelimit (signature, "+", '-');
  g_strdelimit (signature, "/", '_');
  signature[strcspn (signature, "=")] = '\0';

  return g_strjoin (".", signed_part, signature, NULL);
}

static void
assert_refused (const char *token, const char *secret, GIOErrorEnum code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (lk_egress_access_token_verify (token, secret, NOW, &error));
  g_assert_error (error, G_IO_ERROR, (int)code);
  g_assert_null (strstr (error->message, secret));
}

static void
test_sign (void)
{
  g_autoptr (JsonObject) claims = json_object_new ();
  g_autofree char *expected = make_token ("{\"alg\":\"HS256\",\"typ\":\"JWT\"}",
                                          "{\"sha256\":\"x\",\"iss\":\"devkey\",\"nbf\":1795430186,"
                                          "\"exp\":1795430846}",
                                          SECRET);
  g_autofree char *token = NULL;

  json_object_set_string_member (claims, "sha256", "x");
  token = lk_egress_access_token_sign (KEY, SECRET, claims, NOW, LK_EGRESS_TOKEN_LIFETIME);

  g_assert_cmpstr (token, ==, expected);
  g_assert_null (strchr (token, '='));
}

static void
test_round_trip (void)
{
  static const char *const keys[] = { "k", "ke", "key", "a \"key\" of \xc3\xa4" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (JsonObject) claims = json_object_new ();
      g_autoptr (LkEgressJson) verified = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *token = lk_egress_access_token_sign (keys[i], SECRET, claims, NOW, 600);
      g_autofree char *key = lk_egress_access_token_get_key (token, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (key, ==, keys[i]);
      verified = lk_egress_access_token_verify (token, SECRET, NOW, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (lk_egress_json_find_string (verified, "iss"), ==, keys[i]);
      assert_refused (token, "othersecret", G_IO_ERROR_PERMISSION_DENIED);
    }
}

static void
test_time (void)
{
  g_autoptr (JsonObject) claims = json_object_new ();
  g_autofree char *token = lk_egress_access_token_sign (KEY, SECRET, claims, NOW, 600);
  static const struct
  {
    int offset;
    gboolean valid;
  } cases[] = {
    /* Not before is one leeway back when signing, and one more is given when reading. */
    { -2 * LK_EGRESS_TOKEN_LEEWAY - 1, FALSE },
    { -2 * LK_EGRESS_TOKEN_LEEWAY, TRUE },
    { 0, TRUE },
    { 600 + LK_EGRESS_TOKEN_LEEWAY, TRUE },
    { 600 + LK_EGRESS_TOKEN_LEEWAY + 1, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LkEgressJson) verified
          = lk_egress_access_token_verify (token, SECRET, NOW + cases[i].offset, &error);

      if (cases[i].valid)
        g_assert_no_error (error);
      else
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
      g_assert_cmpint (verified != NULL, ==, cases[i].valid);
    }
}

#define HS256 "{\"alg\":\"HS256\"}"

static void
test_forged (void)
{
  static const struct
  {
    const char *header;
    const char *claims;
    GIOErrorEnum code;
  } cases[] = {
    { "{\"alg\":\"none\"}", "{\"exp\":1795430846}", G_IO_ERROR_PERMISSION_DENIED },
    { "{\"alg\":\"hs256\"}", "{\"exp\":1795430846}", G_IO_ERROR_PERMISSION_DENIED },
    { "{\"alg\":\"HS512\"}", "{\"exp\":1795430846}", G_IO_ERROR_PERMISSION_DENIED },
    { "{\"alg\":[\"HS256\"]}", "{\"exp\":1795430846}", G_IO_ERROR_PERMISSION_DENIED },
    { "{\"alg\":\"HS256\",\"crit\":[\"b64\"]}", "{\"exp\":1795430846}",
      G_IO_ERROR_PERMISSION_DENIED },
    { "{}", "{\"exp\":1795430846}", G_IO_ERROR_PERMISSION_DENIED },
    { "[]", "{\"exp\":1795430846}", G_IO_ERROR_INVALID_DATA },
    { "", "{\"exp\":1795430846}", G_IO_ERROR_INVALID_DATA },
    { HS256, "{}", G_IO_ERROR_INVALID_DATA },
    { HS256, "", G_IO_ERROR_INVALID_DATA },
    { HS256, "7", G_IO_ERROR_INVALID_DATA },
    { HS256, "{\"exp\":\"1795430846\"}", G_IO_ERROR_INVALID_DATA },
    { HS256, "{\"exp\":null}", G_IO_ERROR_INVALID_DATA },
    { HS256, "{\"exp\":1795430846,\"nbf\":\"0\"}", G_IO_ERROR_INVALID_DATA },
    { HS256, "{\"exp\":-9223372036854775808}", G_IO_ERROR_TIMED_OUT },
    { HS256, "{\"exp\":1795430846,\"nbf\":9223372036854775807}", G_IO_ERROR_TIMED_OUT },
    { HS256, "{\"exp\":1795430846,\"nbf\":1e300}", G_IO_ERROR_TIMED_OUT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *token = make_token (cases[i].header, cases[i].claims, SECRET);

      assert_refused (token, SECRET, cases[i].code);
    }
}

static void
test_fraction (void)
{
  g_autofree char *token = make_token (HS256, "{\"exp\":1795430846.5,\"nbf\":1.5}", SECRET);
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressJson) claims = lk_egress_access_token_verify (token, SECRET, NOW, &error);

  g_assert_no_error (error);
  g_assert_nonnull (claims);
}

static void
test_malformed (void)
{
  g_autofree char *good = make_token (HS256, "{\"exp\":1795430846}", SECRET);
  g_autofree char *four_parts = g_strconcat (good, ".x", NULL);
  g_autofree char *padded = g_strconcat (good, "=", NULL);
  g_autofree char *cut = g_strndup (good, strlen (good) - 1);
  g_autofree char *no_signature = g_strndup (good, (gsize)(strrchr (good, '.') + 1 - good));
  g_autofree char *huge = g_strnfill (100 * 1000, 'a');
  g_autofree char *huge_claims = g_strdup_printf ("{\"exp\":1795430846,\"x\":\"%s\"}", huge);
  g_autofree char *too_large = make_token (HS256, huge_claims, SECRET);
  g_autofree char *brackets = g_strnfill (10 * 1000, '[');
  g_autofree char *too_deep = make_token (brackets, "{\"exp\":1795430846}", SECRET);

  assert_refused ("", SECRET, G_IO_ERROR_INVALID_DATA);
  assert_refused (".", SECRET, G_IO_ERROR_INVALID_DATA);
  assert_refused ("..", SECRET, G_IO_ERROR_INVALID_DATA);
  assert_refused ("a.b.c", SECRET, G_IO_ERROR_INVALID_DATA);
  assert_refused ("e30*.e30.e30", SECRET, G_IO_ERROR_INVALID_DATA);
  assert_refused (four_parts, SECRET, G_IO_ERROR_INVALID_DATA);
  assert_refused (too_large, SECRET, G_IO_ERROR_INVALID_DATA);
  assert_refused (too_deep, SECRET, G_IO_ERROR_INVALID_DATA);
  assert_refused (padded, SECRET, G_IO_ERROR_PERMISSION_DENIED);
  assert_refused (cut, SECRET, G_IO_ERROR_PERMISSION_DENIED);
  assert_refused (no_signature, SECRET, G_IO_ERROR_PERMISSION_DENIED);

  /* Each single character of a token counts. */
  for (char *p = good; *p != '\0'; p++)
    {
      char was = *p;
      g_autoptr (GError) error = NULL;

      *p = was == 'A' ? 'B' : 'A';
      g_assert_null (lk_egress_access_token_verify (good, SECRET, NOW, &error));
      g_assert_nonnull (error);
      *p = was;
    }
}

static void
test_key_missing (void)
{
  g_autofree char *token = make_token (HS256, "{\"exp\":1795430846,\"iss\":7}", SECRET);
  g_autoptr (GError) error = NULL;

  g_assert_null (lk_egress_access_token_get_key (token, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

/* What livekit-server sent with its webhooks. */
static void
test_recorded_webhooks (void)
{
  g_autoptr (JsonNode) root = load ("webhooks.json");
  JsonArray *requests = json_object_get_array_member (json_node_get_object (root), "requests");

  g_assert_cmpuint (json_array_get_length (requests), >, 0);
  for (guint i = 0; i < json_array_get_length (requests); i++)
    {
      JsonObject *request = json_array_get_object_element (requests, i);
      gint64 received = (gint64)json_object_get_double_member (request, "received_unix");
      const char *token = json_object_get_string_member (
          json_object_get_object_member (request, "headers"), "Authorization");
      const char *body = json_object_get_string_member (request, "body");
      g_autoptr (GError) error = NULL;
      g_autoptr (LkEgressJson) claims
          = lk_egress_access_token_verify (token, SECRET, received, &error);
      g_autofree char *key = lk_egress_access_token_get_key (token, NULL);
      g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
      guint8 digest[32];
      gsize length = sizeof digest;
      g_autofree char *hash = NULL;

      g_assert_no_error (error);
      g_assert_cmpstr (key, ==, KEY);
      g_checksum_update (checksum, (const guchar *)body, -1);
      g_checksum_get_digest (checksum, digest, &length);
      hash = g_base64_encode (digest, length);
      g_assert_cmpstr (lk_egress_json_find_string (claims, "sha256"), ==, hash);

      g_clear_pointer (&claims, lk_egress_json_free);
      claims = lk_egress_access_token_verify (token, SECRET, received + 24 * 3600, &error);
      g_assert_null (claims);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
    }
}

/* What livekit-server repeated of the tokens it refused. */
static void
test_recorded_tokens (void)
{
  static const struct
  {
    const char *name;
    gint64 at;
    int code;
  } cases[] = {
    { "bad_secret", 1795430100, G_IO_ERROR_PERMISSION_DENIED },
    { "expired", 1795430068, G_IO_ERROR_TIMED_OUT },
  };
  g_autoptr (JsonNode) root = load ("twirp-exchanges.json");
  JsonArray *exchanges = json_object_get_array_member (json_node_get_object (root), "exchanges");
  guint found = 0;

  for (guint i = 0; i < json_array_get_length (exchanges); i++)
    {
      JsonObject *exchange = json_array_get_object_element (exchanges, i);

      for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
        {
          const char *body;
          g_autofree char *token = NULL;
          g_autofree char *key = NULL;
          g_autoptr (GError) error = NULL;

          if (g_strcmp0 (json_object_get_string_member (exchange, "case"), cases[c].name) != 0)
            continue;

          body = json_object_get_string_member (
              json_object_get_object_member (exchange, "response"), "body");
          token = g_strndup (strstr (body, "eyJ"), strcspn (strstr (body, "eyJ"), ","));
          key = lk_egress_access_token_get_key (token, &error);
          g_assert_no_error (error);
          g_assert_cmpstr (key, ==, KEY);
          g_assert_null (lk_egress_access_token_verify (token, SECRET, cases[c].at, &error));
          g_assert_error (error, G_IO_ERROR, cases[c].code);
          found++;
        }
    }
  g_assert_cmpuint (found, ==, G_N_ELEMENTS (cases));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/access-token/sign", test_sign);
  g_test_add_func ("/access-token/round-trip", test_round_trip);
  g_test_add_func ("/access-token/time", test_time);
  g_test_add_func ("/access-token/forged", test_forged);
  g_test_add_func ("/access-token/fraction", test_fraction);
  g_test_add_func ("/access-token/malformed", test_malformed);
  g_test_add_func ("/access-token/key-missing", test_key_missing);
  g_test_add_func ("/access-token/recorded-webhooks", test_recorded_webhooks);
  g_test_add_func ("/access-token/recorded-tokens", test_recorded_tokens);

  return g_test_run ();
}
