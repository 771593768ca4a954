/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Webhooks as a real server signed them, and as nobody should get through with. */

#include <json-glib/json-glib.h>
#include <livekit-egress/livekit-egress.h>
#include <string.h>

#include "lk-egress-access-token-private.h"

#define KEY "devkey"
#define SECRET "devsecretdevsecretdevsecretdevsecret"
#define OTHER_SECRET "anothersecretanothersecretanothersecret"
#define NOW G_GINT64_CONSTANT (1795430846)

static const char body_json[]
    = "{\"event\":\"egress_started\",\"egressInfo\":{\"egressId\":\"EG_1\",\"roomName\":\"demo\"},"
      "\"id\":\"EV_1\",\"createdAt\":\"1795430840\",\"newer\":{\"of\":[\"a later server\"]}}";

static LkEgressWebhookKeys *
new_keys (const char *api_key, const char *api_secret)
{
  LkEgressWebhookKeys *keys = lk_egress_webhook_keys_new ();

  lk_egress_webhook_keys_add (keys, api_key, api_secret);
  return keys;
}

static char *
hash (GBytes *body)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize size = sizeof digest;
  gsize length;
  const guint8 *data = g_bytes_get_data (body, &length);

  g_checksum_update (checksum, data, (gssize)length);
  g_checksum_get_digest (checksum, digest, &size);
  return g_base64_encode (digest, size);
}

static char *
sign (GBytes *body, const char *api_key, const char *api_secret, gint64 now)
{
  g_autoptr (JsonObject) claims = json_object_new ();
  g_autofree char *sha256 = hash (body);

  json_object_set_string_member (claims, "sha256", sha256);
  return lk_egress_access_token_sign (api_key, api_secret, claims, now, 300);
}

static LkEgressWebhookEvent *
verify (GBytes *body, const char *token, LkEgressWebhookKeys *keys, gint64 now, GError **error)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (now);

  return lk_egress_webhook_verify (body, token, keys, time, error);
}

static void
assert_refused_at (GBytes *body, const char *token, gint64 now, int code)
{
  g_autoptr (LkEgressWebhookKeys) keys = new_keys (KEY, SECRET);
  g_autoptr (GError) error = NULL;

  g_assert_null (verify (body, token, keys, now, &error));
  g_assert_error (error, G_IO_ERROR, code);
  g_assert_null (strstr (error->message, SECRET));
  if (token != NULL && *token != '\0')
    g_assert_null (strstr (error->message, token));
}

static void
assert_refused (const char *json, const char *token, int code)
{
  g_autoptr (GBytes) body = g_bytes_new_static (json, strlen (json));

  assert_refused_at (body, token, NOW, code);
}

/* A token with these claims as they are, signed. */
static char *
make_token (const char *header, const char *claims)
{
  g_autofree char *a = g_base64_encode ((const guchar *)header, strlen (header));
  g_autofree char *b = g_base64_encode ((const guchar *)claims, strlen (claims));
  g_autofree char *unsigned_part = NULL;
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, (const guchar *)SECRET, strlen (SECRET));
  guint8 digest[32];
  gsize length = sizeof digest;
  g_autofree char *c = NULL;
  char *token;

  a[strcspn (a, "=")] = b[strcspn (b, "=")] = '\0';
  unsigned_part = g_strconcat (a, ".", b, NULL);
  g_strdelimit (g_strdelimit (unsigned_part, "+", '-'), "/", '_');
  g_hmac_update (hmac, (const guchar *)unsigned_part, -1);
  g_hmac_get_digest (hmac, digest, &length);
  c = g_base64_encode (digest, length);
  c[strcspn (c, "=")] = '\0';
  g_strdelimit (g_strdelimit (c, "+", '-'), "/", '_');
  token = g_strconcat (unsigned_part, ".", c, NULL);
  return token;
}

static JsonArray *
load (JsonParser *parser)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "webhooks.json", NULL);
  g_autoptr (GError) error = NULL;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  return json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)),
                                       "requests");
}

static void
test_recorded (void)
{
  g_autoptr (LkEgressWebhookKeys) keys = new_keys (KEY, SECRET);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *requests = load (parser);
  guint n_started = 0, n_ended = 0, n_others = 0;

  for (guint i = 0; i < json_array_get_length (requests); i++)
    {
      JsonObject *request = json_array_get_object_element (requests, i);
      const char *token = json_object_get_string_member (
          json_object_get_object_member (request, "headers"), "Authorization");
      const char *json = json_object_get_string_member (request, "body");
      const gint64 received = (gint64)json_object_get_double_member (request, "received_unix");
      g_autoptr (GBytes) body = g_bytes_new_static (json, strlen (json));
      g_autoptr (GBytes) cut = g_bytes_new_static (json, strlen (json) - 1);
      g_autoptr (GError) error = NULL;
      g_autoptr (LkEgressWebhookEvent) event = verify (body, token, keys, received, &error);
      LkEgressInfo *info;

      g_assert_no_error (error);
      g_assert_true (g_str_has_prefix (lk_egress_webhook_event_get_id (event), "EV_"));
      g_assert_cmpint (ABS (lk_egress_webhook_event_get_created_at (event) - received), <=, 2);

      info = lk_egress_webhook_event_get_egress_info (event);
      if (g_str_equal (lk_egress_webhook_event_get_event (event), "egress_started"))
        {
          n_started++;
          /* Such an event has no status in it. */
          g_assert_cmpint (lk_egress_info_get_status (info), ==, LK_EGRESS_STATUS_STARTING);
        }
      else if (g_str_equal (lk_egress_webhook_event_get_event (event), "egress_ended"))
        {
          n_ended++;
          g_assert_true (lk_egress_info_is_final (info));
        }
      else if (info == NULL)
        {
          n_others++;
        }

      assert_refused_at (cut, token, received, G_IO_ERROR_PERMISSION_DENIED);
      assert_refused_at (body, token, received + 24 * 3600, G_IO_ERROR_TIMED_OUT);
    }

  g_assert_cmpuint (n_started, >, 0);
  g_assert_cmpuint (n_ended, >, 0);
  g_assert_cmpuint (n_others, >, 0);
}

static void
test_event (void)
{
  g_autoptr (LkEgressWebhookKeys) keys = new_keys (KEY, SECRET);
  g_autoptr (GBytes) body = g_bytes_new_static (body_json, strlen (body_json));
  g_autofree char *token = sign (body, KEY, SECRET, NOW);
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressWebhookEvent) event = verify (body, token, keys, NOW, &error);
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (lk_egress_webhook_event_get_event (event), ==, "egress_started");
  g_assert_cmpstr (lk_egress_webhook_event_get_id (event), ==, "EV_1");
  g_assert_cmpstr (lk_egress_info_get_egress_id (lk_egress_webhook_event_get_egress_info (event)),
                   ==, "EG_1");
  time = lk_egress_webhook_event_dup_created_time (event);
  text = g_date_time_format_iso8601 (time);
  g_assert_cmpstr (text, ==, "2026-11-23T10:47:20Z");
}

static void
test_rotation (void)
{
  g_autoptr (LkEgressWebhookKeys) keys = new_keys (KEY, OTHER_SECRET);
  g_autoptr (GBytes) body = g_bytes_new_static (body_json, strlen (body_json));
  g_autofree char *of_old = sign (body, KEY, OTHER_SECRET, NOW);
  g_autofree char *of_new = sign (body, KEY, SECRET, NOW);
  g_autofree char *of_next_key = sign (body, "nextkey", SECRET, NOW);
  const char *tokens[] = { of_old, of_new, of_next_key };
  g_autoptr (GError) error = NULL;

  lk_egress_webhook_keys_add (keys, KEY, SECRET);
  lk_egress_webhook_keys_add (keys, "nextkey", SECRET);
  for (guint i = 0; i < G_N_ELEMENTS (tokens); i++)
    {
      g_autoptr (LkEgressWebhookEvent) event = verify (body, tokens[i], keys, NOW, &error);

      g_assert_no_error (error);
      g_assert_nonnull (event);
    }

  /* It fits the first, so the second is none of its matter. */
  g_assert_null (verify (body, of_old, keys, NOW + 361, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

static void
test_forged (void)
{
  g_autoptr (GBytes) body = g_bytes_new_static (body_json, strlen (body_json));
  g_autofree char *sha256 = hash (body);
  g_autofree char *claims
      = g_strdup_printf ("{\"iss\":\"devkey\",\"exp\":1795431000,\"sha256\":\"%s\"}", sha256);
  g_autofree char *claims_without_end
      = g_strdup_printf ("{\"iss\":\"devkey\",\"sha256\":\"%s\"}", sha256);
  g_autofree char *none = make_token ("{\"alg\":\"none\"}", claims);
  g_autofree char *rs256 = make_token ("{\"alg\":\"RS256\"}", claims);
  g_autofree char *good = make_token ("{\"alg\":\"HS256\"}", claims);
  g_autofree char *endless = make_token ("{\"alg\":\"HS256\"}", claims_without_end);
  g_autofree char *no_hash
      = make_token ("{\"alg\":\"HS256\"}", "{\"iss\":\"devkey\",\"exp\":1795431000}");
  g_autofree char *odd_hash
      = make_token ("{\"alg\":\"HS256\"}", "{\"iss\":\"devkey\",\"exp\":1795431000,\"sha256\":7}");
  g_autofree char *null_hash = make_token (
      "{\"alg\":\"HS256\"}", "{\"iss\":\"devkey\",\"exp\":1795431000,\"sha256\":null}");
  g_autofree char *of_other = sign (body, KEY, OTHER_SECRET, NOW);
  g_autofree char *of_stranger = sign (body, "stranger", SECRET, NOW);
  g_autofree char *with_bearer = g_strconcat ("Bearer ", good, NULL);
  g_autofree char *unsigned_token = g_strndup (good, (gsize)(strrchr (good, '.') + 1 - good));
  g_autoptr (LkEgressWebhookKeys) keys = new_keys (KEY, SECRET);
  g_autoptr (LkEgressWebhookEvent) event = verify (body, good, keys, NOW, NULL);

  g_assert_nonnull (event);

  assert_refused (body_json, NULL, G_IO_ERROR_PERMISSION_DENIED);
  assert_refused (body_json, "", G_IO_ERROR_INVALID_DATA);
  assert_refused (body_json, "a.b.c", G_IO_ERROR_INVALID_DATA);
  assert_refused (body_json, with_bearer, G_IO_ERROR_INVALID_DATA);
  assert_refused (body_json, none, G_IO_ERROR_PERMISSION_DENIED);
  assert_refused (body_json, rs256, G_IO_ERROR_PERMISSION_DENIED);
  assert_refused (body_json, unsigned_token, G_IO_ERROR_PERMISSION_DENIED);
  assert_refused (body_json, of_other, G_IO_ERROR_PERMISSION_DENIED);
  assert_refused (body_json, of_stranger, G_IO_ERROR_PERMISSION_DENIED);
  assert_refused (body_json, endless, G_IO_ERROR_INVALID_DATA);
  assert_refused (body_json, no_hash, G_IO_ERROR_PERMISSION_DENIED);
  assert_refused (body_json, odd_hash, G_IO_ERROR_PERMISSION_DENIED);
  assert_refused (body_json, null_hash, G_IO_ERROR_PERMISSION_DENIED);
}

/* Each byte of the body counts, also one that JSON would not miss. */
static void
test_changed (void)
{
  g_autoptr (GBytes) body = g_bytes_new_static (body_json, strlen (body_json));
  g_autofree char *token = sign (body, KEY, SECRET, NOW);
  g_autofree char *changed = g_strdup (body_json);
  g_autofree char *longer = g_strconcat (body_json, " ", NULL);

  for (char *p = changed; *p != '\0'; p++)
    {
      *p ^= 1;
      assert_refused (changed, token, G_IO_ERROR_PERMISSION_DENIED);
      *p ^= 1;
    }
  assert_refused (longer, token, G_IO_ERROR_PERMISSION_DENIED);
  assert_refused ("", token, G_IO_ERROR_PERMISSION_DENIED);
}

static void
test_time (void)
{
  g_autoptr (LkEgressWebhookKeys) keys = new_keys (KEY, SECRET);
  g_autoptr (GBytes) body = g_bytes_new_static (body_json, strlen (body_json));
  g_autofree char *token = sign (body, KEY, SECRET, NOW);
  g_autoptr (LkEgressWebhookEvent) last = verify (body, token, keys, NOW + 360, NULL);

  g_assert_nonnull (last);
  assert_refused_at (body, token, NOW + 361, G_IO_ERROR_TIMED_OUT);
  assert_refused_at (body, token, NOW - 121, G_IO_ERROR_TIMED_OUT);
}

/* Signed by the server, but no event. */
static void
test_no_event (void)
{
  static const char *const bodies[] = {
    "",
    "null",
    "[]",
    "{}",
    "{\"event\":\"\"}",
    "{\"event\":7}",
    "{\"event\":\"egress_started\"",
    "{\"event\":\"egress_started\",\"egressInfo\":[]}",
  };
  g_autofree char *spaces = g_strnfill (1024 * 1024, ' ');
  g_autofree char *large = g_strconcat (body_json, spaces, NULL);
  g_autoptr (GBytes) large_body = g_bytes_new_static (large, strlen (large));
  g_autofree char *large_token = sign (large_body, KEY, SECRET, NOW);
  /* A zero byte is not the end. */
  g_autoptr (GBytes) zero_body = g_bytes_new_static (body_json, sizeof body_json);
  g_autofree char *zero_token = sign (zero_body, KEY, SECRET, NOW);

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (GBytes) body = g_bytes_new_static (bodies[i], strlen (bodies[i]));
      g_autofree char *token = sign (body, KEY, SECRET, NOW);

      assert_refused_at (body, token, NOW, G_IO_ERROR_INVALID_DATA);
    }
  assert_refused_at (large_body, large_token, NOW, G_IO_ERROR_INVALID_DATA);
  assert_refused_at (zero_body, zero_token, NOW, G_IO_ERROR_INVALID_DATA);
}

static void
test_environment (void)
{
  g_autoptr (LkEgressWebhookKeys) keys = NULL;
  g_autoptr (LkEgressWebhookEvent) event = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = g_bytes_new_static (body_json, strlen (body_json));
  g_autofree char *token = sign (body, KEY, SECRET, g_get_real_time () / G_USEC_PER_SEC);

  g_unsetenv ("LIVEKIT_API_KEY");
  g_setenv ("LIVEKIT_API_SECRET", SECRET, TRUE);
  g_assert_null (lk_egress_webhook_keys_new_from_environment (&error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "LIVEKIT_API_KEY"));
  g_clear_error (&error);

  g_setenv ("LIVEKIT_API_KEY", KEY, TRUE);
  keys = lk_egress_webhook_keys_new_from_environment (&error);
  g_assert_no_error (error);
  event = lk_egress_webhook_verify (body, token, keys, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (event);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/webhook/recorded", test_recorded);
  g_test_add_func ("/webhook/event", test_event);
  g_test_add_func ("/webhook/rotation", test_rotation);
  g_test_add_func ("/webhook/forged", test_forged);
  g_test_add_func ("/webhook/changed", test_changed);
  g_test_add_func ("/webhook/time", test_time);
  g_test_add_func ("/webhook/no-event", test_no_event);
  g_test_add_func ("/webhook/environment", test_environment);

  return g_test_run ();
}
