/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What replies mean: those that livekit-server gave, and those that it should not give. */

#include <json-glib/json-glib.h>
#include <string.h>

#include "lk-egress-error.h"
#include "lk-egress-twirp-private.h"
#include "lk-test-server.h"

#define TOKEN "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJrIn0.c2lnbmF0dXJl"

static const struct
{
  const char *name;
  LkEgressError code;
  const char *text;
} recorded[] = {
  { "no_token", LK_EGRESS_ERROR_UNAUTHENTICATED, "permissions denied" },
  { "bad_secret", LK_EGRESS_ERROR_UNAUTHENTICATED,
    "invalid token: {token}, error: token signature is invalid: signature is invalid" },
  { "unknown_key", LK_EGRESS_ERROR_UNAUTHENTICATED, "invalid API key: nokey" },
  { "expired", LK_EGRESS_ERROR_UNAUTHENTICATED,
    "invalid token: {token}, error: token has invalid claims: token is expired" },
  { "no_grant", LK_EGRESS_ERROR_UNAUTHENTICATED, "permissions denied" },
  { "garbage_token", LK_EGRESS_ERROR_UNAUTHENTICATED, "invalid authorization token" },
  { "bad_json", LK_EGRESS_ERROR_MALFORMED, "the json request could not be decoded" },
  { "unknown_field_ignored", LK_EGRESS_ERROR_NOT_FOUND, "egress does not exist" },
  { "bad_proto", LK_EGRESS_ERROR_MALFORMED, "the protobuf request could not be decoded" },
  { "bad_ctype", LK_EGRESS_ERROR_BAD_ROUTE, "unexpected Content-Type: \"text/plain\"" },
  { "bad_method", LK_EGRESS_ERROR_BAD_ROUTE,
    "no handler for path \"/twirp/livekit.Egress/NoSuchMethod\"" },
  { "get_verb", LK_EGRESS_ERROR_BAD_ROUTE, "unsupported method \"GET\" (only POST is allowed)" },
  { "bad_service", LK_EGRESS_ERROR_BAD_ROUTE, "404 page not found" },
  { "list_by_id_unknown", LK_EGRESS_ERROR_NOT_FOUND, "egress does not exist" },
  { "stop_unknown", LK_EGRESS_ERROR_NOT_FOUND, "egress does not exist" },
  { "start_participant_no_outputs", LK_EGRESS_ERROR_INVALID_ARGUMENT,
    "request has missing or invalid field: output" },
  { "start_participant_no_identity", LK_EGRESS_ERROR_INVALID_ARGUMENT,
    "request has missing or invalid field: identity" },
  { "start_no_room", LK_EGRESS_ERROR_NOT_FOUND, "requested room does not exist" },
  { "start_bad_rtmp_scheme", LK_EGRESS_ERROR_INVALID_ARGUMENT,
    "invalid url http://127.0.0.1/x: invalid scheme" },
  { "start_bad_rtmp_path", LK_EGRESS_ERROR_INVALID_ARGUMENT,
    "invalid url rtmp://127.0.0.1/{...}: rtmp urls must be of format rtmp(s)://{host}(/{path})/{app}/{stream_key}( live=1)" },
  { "start_two_files", LK_EGRESS_ERROR_INVALID_ARGUMENT,
    "request has missing or invalid field: multiple file outputs" },
  { "start_live_playlist_same", LK_EGRESS_ERROR_INVALID_ARGUMENT,
    "request has missing or invalid field: live_playlist_name cannot be identical to playlist_name" },
  { "start_odd_width", LK_EGRESS_ERROR_INVALID_ARGUMENT,
    "request has missing or invalid field: width" },
  { "start_ogg_with_video", LK_EGRESS_ERROR_INVALID_ARGUMENT,
    "no supported codec is compatible with all outputs" },
  { "start_track_composite_no_tracks", LK_EGRESS_ERROR_INVALID_ARGUMENT,
    "request has missing or invalid field: audio_track_id or video_track_id" },
  { "start_track_no_output", LK_EGRESS_ERROR_INVALID_ARGUMENT,
    "request has missing or invalid field: output" },
  { "start_v2_no_outputs", LK_EGRESS_ERROR_INVALID_ARGUMENT,
    "request has missing or invalid field: output" },
  { "start_v2_no_source", LK_EGRESS_ERROR_INVALID_ARGUMENT,
    "request has missing or invalid field: source" },
  { "start_web_bad_url", LK_EGRESS_ERROR_UNAVAILABLE, "no response from servers" },
  { "start_room_composite_both_only", LK_EGRESS_ERROR_INVALID_ARGUMENT,
    "request has missing or invalid field: audio_only and video_only" },
  { "room_composite_no_worker", LK_EGRESS_ERROR_UNAVAILABLE, "no response from servers" },
  { "v2_add_stream_wrong_scheme", LK_EGRESS_ERROR_INVALID_ARGUMENT,
    "invalid url rtmp://127.0.0.1/a/{...}: invalid scheme" },
  { "v2_remove_unknown_stream", LK_EGRESS_ERROR_NOT_FOUND, "stream srt://127.0.0.1:1 not found" },
  { "v2_stop_after_end", LK_EGRESS_ERROR_FAILED_PRECONDITION,
    "egress with status EGRESS_COMPLETE cannot be stopped" },
  { "stop_while_starting", LK_EGRESS_ERROR_DEADLINE_EXCEEDED, "request timed out" },
  { "worker_lost_stop", LK_EGRESS_ERROR_DEADLINE_EXCEEDED, "request timed out" },
  { "worker_lost_update", LK_EGRESS_ERROR_UNAVAILABLE, "no response from servers" },
};

static GError *
read_reply (guint status, const char *content_type, const char *body)
{
  g_autoptr (GBytes) reply = g_bytes_new (body, strlen (body));

  return lk_egress_twirp_error_from_reply ("Call", status, content_type, reply);
}

static void
assert_recorded (GError *error, guint i, const char *method, guint status)
{
  g_autofree char *start = g_strdup_printf ("%s: %s (%s, HTTP %u)", method, recorded[i].text,
                                            lk_egress_error_to_code (recorded[i].code), status);

  g_assert_error (error, LK_EGRESS_ERROR, (int)recorded[i].code);
  g_assert_cmpuint (lk_egress_error_get_http_status (error), ==, status);
  g_assert_cmpstr (lk_egress_error_get_server_text (error), ==, recorded[i].text);
  g_assert_true (g_str_has_prefix (error->message, start));
  g_assert_null (strstr (error->message, "eyJ"));
  if (recorded[i].code == LK_EGRESS_ERROR_BAD_ROUTE && strstr (recorded[i].text, "page") == NULL)
    g_assert_true (
        g_str_has_suffix (lk_egress_error_get_meta (error, "twirp_invalid_route"), method));
}

static void
reply_recorded (LkTestRequest *request, gpointer user_data)
{
  JsonObject *response = user_data;
  JsonObject *headers = json_object_get_object_member (response, "headers");

  lk_test_request_reply (request, (guint)json_object_get_int_member (response, "status"),
                         json_object_get_string_member (headers, "Content-Type"),
                         json_object_get_string_member (response, "body"), -1);
}

static void
call_recorded (JsonObject *response, guint i, const char *method, guint status)
{
  g_autoptr (LkTestServer) server = lk_test_server_new (reply_recorded, response);
  g_autoptr (LkEgressCredentials) credentials = lk_egress_credentials_new_for_token (TOKEN);
  g_autoptr (GBytes) body = g_bytes_new (NULL, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressTwirp) twirp = lk_egress_twirp_new (
      lk_test_server_get_url (server), "livekit.Egress", credentials, "{}", &error);
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GBytes) reply = NULL;

  message = lk_egress_twirp_build (twirp, method, LK_EGRESS_TWIRP_JSON, body, &error);
  g_assert_no_error (error);
  reply = lk_egress_twirp_send (twirp, message, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (lk_egress_twirp_check (message, reply, &error));
  assert_recorded (error, i, method, status);
}

static void
test_recorded (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "twirp-exchanges.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonArray *exchanges;
  guint i = 0;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  exchanges = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)),
                                            "exchanges");

  for (guint e = 0; e < json_array_get_length (exchanges); e++)
    {
      JsonObject *exchange = json_array_get_object_element (exchanges, e);
      JsonObject *request = json_object_get_object_member (exchange, "request");
      JsonObject *response = json_object_get_object_member (exchange, "response");
      JsonObject *headers = json_object_get_object_member (response, "headers");
      const char *body = json_object_get_string_member (response, "body");
      guint status = (guint)json_object_get_int_member (response, "status");
      g_autofree char *method
          = g_path_get_basename (json_object_get_string_member (request, "path"));
      g_autoptr (GBytes) reply = NULL;
      g_autoptr (GError) result = NULL;

      if (status == 200)
        continue;

      g_test_message ("%s", json_object_get_string_member (exchange, "case"));
      g_assert_cmpuint (i, <, G_N_ELEMENTS (recorded));
      g_assert_cmpstr (json_object_get_string_member (exchange, "case"), ==, recorded[i].name);

      reply = g_bytes_new (body, strlen (body));
      result = lk_egress_twirp_error_from_reply (
          method, status, json_object_get_string_member (headers, "Content-Type"), reply);
      assert_recorded (result, i, method, status);

      call_recorded (response, i, method, status);
      i++;
    }
  g_assert_cmpuint (i, ==, G_N_ELEMENTS (recorded));
}

static void
test_intermediaries (void)
{
  static const struct
  {
    guint status;
    LkEgressError code;
  } cases[] = {
    { 204, LK_EGRESS_ERROR_UNKNOWN },
    { 301, LK_EGRESS_ERROR_INTERNAL },
    { 308, LK_EGRESS_ERROR_INTERNAL },
    { 400, LK_EGRESS_ERROR_INTERNAL },
    { 401, LK_EGRESS_ERROR_UNAUTHENTICATED },
    { 403, LK_EGRESS_ERROR_PERMISSION_DENIED },
    { 404, LK_EGRESS_ERROR_BAD_ROUTE },
    { 418, LK_EGRESS_ERROR_UNKNOWN },
    { 429, LK_EGRESS_ERROR_RESOURCE_EXHAUSTED },
    { 500, LK_EGRESS_ERROR_UNKNOWN },
    { 502, LK_EGRESS_ERROR_UNAVAILABLE },
    { 503, LK_EGRESS_ERROR_UNAVAILABLE },
    { 504, LK_EGRESS_ERROR_UNAVAILABLE },
  };
  static const struct
  {
    const char *body;
    const char *text;
  } bodies[] = {
    { "", NULL },
    { " upstream connect error\n", "upstream connect error" },
    { "[\"code\"]", "[\"code\"]" },
    { "{\"code\":5,\"msg\":\"gRPC's number\"}", "{\"code\":5,\"msg\":\"gRPC's number\"}" },
    { "{\"error\":\"none\"}", "{\"error\":\"none\"}" },
    { "{\"code\":\"not_found\"", "{\"code\":\"not_found\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      for (guint b = 0; b < G_N_ELEMENTS (bodies); b++)
        {
          g_autoptr (GError) error = read_reply (cases[i].status, NULL, bodies[b].body);

          g_assert_error (error, LK_EGRESS_ERROR, (int)cases[i].code);
          g_assert_cmpuint (lk_egress_error_get_http_status (error), ==, cases[i].status);
          g_assert_cmpstr (lk_egress_error_get_server_text (error), ==, bodies[b].text);
        }
    }
}

/* The code counts, whatever the status and the type say. */
static void
test_code_decides (void)
{
  static const struct
  {
    const char *body;
    LkEgressError code;
    const char *message;
  } cases[] = {
    { "{\"code\":\"not_found\",\"msg\":\"gone\"}", LK_EGRESS_ERROR_NOT_FOUND,
      "Call: gone (not_found, HTTP 502)" },
    { "{\"code\":\"data_loss\",\"msg\":\"x\"}", LK_EGRESS_ERROR_DATALOSS,
      "Call: x (dataloss, HTTP 502)" },
    { "{\"code\":\"not_found\"}", LK_EGRESS_ERROR_NOT_FOUND,
      "Call: the server gave no reason (not_found, HTTP 502)" },
    { "{\"code\":\"not_found\",\"msg\":7,\"meta\":[]}", LK_EGRESS_ERROR_NOT_FOUND,
      "Call: the server gave no reason (not_found, HTTP 502)" },
    { "{\"code\":\"not_found\",\"msg\":\"twirp error unknown: \"}", LK_EGRESS_ERROR_NOT_FOUND,
      "Call: the server gave no reason (not_found, HTTP 502)" },
    { "{\"code\":\"of_tomorrow\",\"msg\":\"new\"}", LK_EGRESS_ERROR_UNKNOWN,
      "Call: new (unknown, HTTP 502)" },
    { "{\"code\":\"no_worker\",\"msg\":\"ours\"}", LK_EGRESS_ERROR_UNKNOWN,
      "Call: ours (unknown, HTTP 502)" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = read_reply (502, "text/plain", cases[i].body);

      g_assert_error (error, LK_EGRESS_ERROR, (int)cases[i].code);
      g_assert_cmpstr (error->message, ==, cases[i].message);
    }
}

static void
test_advice (void)
{
  static const struct
  {
    guint status;
    const char *words;
  } cases[] = {
    { 307, "Redirects are not followed" },  { 401, "roomRecord" }, { 403, "allowed" },
    { 404, "address of a LiveKit server" }, { 429, "limit" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = read_reply (cases[i].status, "text/plain", "no");

      g_assert_nonnull (strstr (error->message, cases[i].words));
    }
}

static void
test_meta (void)
{
  g_autoptr (GError) error = read_reply (
      500, "application/json",
      "{\"code\":\"internal\",\"msg\":\"x\",\"meta\":{\"cause\":\"disk\",\"n\":7,\"o\":{},"
      "\"token\":\"" TOKEN "\"}}");

  g_assert_cmpstr (lk_egress_error_get_meta (error, "cause"), ==, "disk");
  g_assert_cmpstr (lk_egress_error_get_meta (error, "token"), ==, "{token}");
  g_assert_null (lk_egress_error_get_meta (error, "n"));
  g_assert_null (lk_egress_error_get_meta (error, "o"));
}

static void
test_web_page (void)
{
  g_autoptr (GError) error
      = read_reply (502, "text/html; charset=utf-8", "<html><h1>Bad gateway</h1></html>");

  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNAVAILABLE);
  g_assert_cmpstr (error->message, ==, "Call: the answer is a web page (unavailable, HTTP 502)");
  g_assert_cmpstr (lk_egress_error_get_server_text (error), ==,
                   "<html><h1>Bad gateway</h1></html>");
}

/* Text is cut where a character ends. */
static void
test_long_text (void)
{
  static const char *const characters[] = { "x", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x8e\xa5" };

  for (guint i = 0; i < G_N_ELEMENTS (characters); i++)
    {
      GString *text = g_string_new (i % 2 ? "y" : "");
      g_autoptr (GError) error = NULL;
      const char *kept;

      while (text->len < 200 * 1000)
        g_string_append (text, characters[i]);

      error = read_reply (500, "text/plain", text->str);
      kept = lk_egress_error_get_server_text (error);
      g_assert_true (g_utf8_validate (kept, -1, NULL));
      g_assert_true (g_str_has_prefix (text->str, kept));
      g_assert_cmpuint (strlen (kept), <=, 1024);
      g_assert_cmpuint (strlen (kept), >, 1024 - strlen (characters[i]));
      g_string_free (text, TRUE);
    }
}

static void
test_token_at_the_cut (void)
{
  for (guint padding = 1024 - strlen (TOKEN); padding < 1024; padding++)
    {
      g_autofree char *before = g_strnfill (padding, ' ');
      g_autofree char *body = g_strconcat (".", before, TOKEN, NULL);
      g_autoptr (GError) error = read_reply (500, "text/plain", body);

      g_assert_null (strstr (lk_egress_error_get_server_text (error), "eyJ"));
      g_assert_null (strstr (error->message, "eyJ"));
    }
}

static void
test_hostile_text (void)
{
  static const char bytes[] = "\x1b[2Jclear\xff\xfe\0end\x7f\r\nnext";
  g_autoptr (GBytes) reply = g_bytes_new_static (bytes, sizeof bytes - 1);
  g_autoptr (GError) error = lk_egress_twirp_error_from_reply ("Call", 500, NULL, reply);
  g_autofree char *brackets = g_strnfill (60 * 1000, '[');
  g_autofree char *deep = g_strconcat ("{\"code\":\"not_found\",\"meta\":", brackets, NULL);
  g_autoptr (GError) too_deep = read_reply (500, "application/json", deep);

  g_assert_cmpstr (lk_egress_error_get_server_text (error), ==,
                   "\\x1b[2Jclear\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
                   "end\\x7f\r\nnext");
  g_assert_error (too_deep, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNKNOWN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/twirp-reply/recorded", test_recorded);
  g_test_add_func ("/twirp-reply/intermediaries", test_intermediaries);
  g_test_add_func ("/twirp-reply/code-decides", test_code_decides);
  g_test_add_func ("/twirp-reply/advice", test_advice);
  g_test_add_func ("/twirp-reply/meta", test_meta);
  g_test_add_func ("/twirp-reply/web-page", test_web_page);
  g_test_add_func ("/twirp-reply/long-text", test_long_text);
  g_test_add_func ("/twirp-reply/token-at-the-cut", test_token_at_the_cut);
  g_test_add_func ("/twirp-reply/hostile-text", test_hostile_text);

  return g_test_run ();
}
