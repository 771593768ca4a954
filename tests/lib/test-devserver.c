/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <libsoup/soup.h>

#include "lk-egress-access-token-private.h"
#include "lk-test-child.h"
#include "lk-test-devserver.h"
#include "lk-test-folder.h"
#include "lk-test-recorded.h"

#define POLL_INTERVAL_US 20000

/* The devserver answers as the real server was recorded to, but for its faults. */

typedef struct
{
  guint status;
  char *content_type;
  char *body;
  gsize size;
  char *retry_after;
  GError *error; /* no answer came */
} Reply;

static void
reply_free (Reply *reply)
{
  g_free (reply->content_type);
  g_free (reply->body);
  g_free (reply->retry_after);
  g_clear_error (&reply->error);
  g_free (reply);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reply, reply_free)

static SoupMessage *
new_message (LkTestDevserver *server,
             const char *verb,
             const char *path,
             const char *token,
             const char *content_type,
             GBytes *body)
{
  g_autofree char *url = g_strconcat (lk_test_devserver_get_url (server), path, NULL);
  SoupMessage *message = soup_message_new (verb, url);

  if (token != NULL)
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", token, NULL);

      soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization",
                                    bearer);
    }
  if (body != NULL)
    soup_message_set_request_body_from_bytes (message, content_type, body);
  return message;
}

static Reply *
fetch (LkTestDevserver *server,
       const char *verb,
       const char *path,
       const char *token,
       const char *content_type,
       GBytes *body)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (SoupMessage) message = new_message (server, verb, path, token, content_type, body);
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  Reply *reply = g_new0 (Reply, 1);
  g_autoptr (GBytes) bytes = soup_session_send_and_read (session, message, NULL, &reply->error);

  reply->status = soup_message_get_status (message);
  reply->content_type = g_strdup (soup_message_headers_get_one (headers, "Content-Type"));
  reply->retry_after = g_strdup (soup_message_headers_get_one (headers, "Retry-After"));
  if (bytes != NULL)
    {
      reply->size = g_bytes_get_size (bytes);
      reply->body = g_strndup (g_bytes_get_data (bytes, NULL), reply->size);
    }
  return reply;
}

static char *
sign (const char *key, const char *secret, const char *claims, gint64 now)
{
  g_autoptr (JsonNode) node = json_from_string (claims, NULL);

  return lk_egress_access_token_sign (key, secret, json_node_get_object (node), now, 60);
}

static char *
good_token (void)
{
  return sign (LK_TEST_API_KEY, LK_TEST_API_SECRET, "{\"video\":{\"roomRecord\":true}}",
               g_get_real_time () / G_USEC_PER_SEC);
}

static Reply *
list (LkTestDevserver *server)
{
  g_autofree char *token = good_token ();
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);

  return fetch (server, "POST", "/twirp/livekit.Egress/ListEgress", token, "application/json",
                body);
}

/* Recorded exchanges */

/* What another server had at the time: nobody to run a browser, and an output that is not built. */
static gboolean
is_out_of_reach (const char *name)
{
  return g_str_equal (name, "start_web_bad_url") || g_str_equal (name, "room_composite_no_worker")
         || g_str_has_prefix (name, "v2_");
}

/* The token that a case is about. */
static char *
token_for (const char *name)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  const char *claims = "{\"video\":{\"roomRecord\":true}}";

  if (g_str_equal (name, "no_token"))
    return NULL;
  if (g_str_equal (name, "garbage_token"))
    return g_strdup ("garbage");
  if (g_str_equal (name, "bad_secret"))
    return sign (LK_TEST_API_KEY, "anothersecret", claims, now);
  if (g_str_equal (name, "unknown_key"))
    return sign ("nokey", LK_TEST_API_SECRET, claims, now);
  if (g_str_equal (name, "expired"))
    return sign (LK_TEST_API_KEY, LK_TEST_API_SECRET, claims, now - 3600);
  if (g_str_equal (name, "no_grant"))
    return sign (LK_TEST_API_KEY, LK_TEST_API_SECRET, "{}", now);
  return good_token ();
}

/* Some refusals quote the token. */
static char *
expected_text (const char *recorded, const char *token)
{
  static const char quote[] = "invalid token: ";

  if (g_str_has_prefix (recorded, quote))
    return g_strconcat (quote, token, strstr (recorded, ", error: "), NULL);
  return g_strdup (recorded);
}

static JsonObject *
parse (const char *json)
{
  g_autoptr (JsonNode) node = json_from_string (json, NULL);

  g_assert_nonnull (node);
  return json_object_ref (json_node_get_object (node));
}

/* A listing of one egress, or the egress. */
static JsonObject *
get_info (const char *json)
{
  g_autoptr (JsonObject) object = parse (json);

  if (json_object_has_member (object, "items"))
    return json_object_ref (
        json_array_get_object_element (json_object_get_array_member (object, "items"), 0));
  return g_steal_pointer (&object);
}

static gboolean
is_info (const char *json)
{
  return strstr (json, "\"egress_id\"") != NULL;
}

static gboolean
has_status_of (const char *json, const char *recorded)
{
  g_autoptr (JsonObject) info = get_info (json);
  g_autoptr (JsonObject) expected = get_info (recorded);

  return g_str_equal (json_object_get_string_member (info, "status"),
                      json_object_get_string_member (expected, "status"));
}

static void
compare_info (const char *json, const char *recorded)
{
  static const char *const texts[] = { "status", "source_type", "room_name", "error", "details" };
  static const char *const lists[]
      = { "stream_results", "file_results", "segment_results", "image_results" };
  g_autoptr (JsonObject) info = get_info (json);
  g_autoptr (JsonObject) expected = get_info (recorded);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_cmpstr (json_object_get_string_member (info, texts[i]), ==,
                     json_object_get_string_member (expected, texts[i]));
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    g_assert_cmpuint (json_array_get_length (json_object_get_array_member (info, lists[i])), ==,
                      json_array_get_length (json_object_get_array_member (expected, lists[i])));
  g_assert_cmpint (json_object_get_int_member (info, "error_code"), ==,
                   json_object_get_int_member (expected, "error_code"));
  /* The request comes back, and older ones have their only result twice. */
  g_assert_cmpint (json_object_has_member (info, "participant"), ==,
                   json_object_has_member (expected, "participant"));
  g_assert_cmpint (json_object_has_member (info, "file"), ==,
                   json_object_has_member (expected, "file"));
  g_assert_cmpint (json_object_has_member (info, "stream"), ==,
                   json_object_has_member (expected, "stream"));
}

typedef struct
{
  LkTestDevserver *server;
  char *url; /* where an egress listens */
  char *recorded_id;
  char *id;
} Replay;

/* The request with what is of the recorded server put for what is of this one. */
static GBytes *
get_request_body (Replay *replay, JsonObject *request)
{
  g_autoptr (GBytes) text = lk_test_get_body (request, "body");
  g_autoptr (GString) string = NULL;

  if (text == NULL)
    return lk_test_get_body (request, "body_base64");
  string = g_string_new_len (g_bytes_get_data (text, NULL), g_bytes_get_size (text));
  g_string_replace (string, "TR_AMBtyq4Mhryqz2", "TR_alice_microphone", 0);
  g_string_replace (string, "TR_VCb4wCpxnTCsGr", "TR_alice_camera", 0);
  /* It listens itself, so that this test needs no receiver. */
  g_string_replace (string, "srt://127.0.0.1:9741", replay->url, 0);
  if (replay->recorded_id != NULL)
    g_string_replace (string, replay->recorded_id, replay->id, 0);
  return g_bytes_new (string->str, string->len);
}

static char *
new_listening_url (void)
{
  return g_strdup_printf ("srt://127.0.0.1:%u?mode=listener",
                          lk_test_find_port (G_SOCKET_TYPE_DATAGRAM));
}

static void
remember_id (Replay *replay, const char *body, const char *recorded)
{
  g_autoptr (JsonObject) info = get_info (body);
  g_autoptr (JsonObject) expected = get_info (recorded);

  g_free (replay->id);
  g_free (replay->recorded_id);
  replay->id = g_strdup (json_object_get_string_member (info, "egress_id"));
  replay->recorded_id = g_strdup (json_object_get_string_member (expected, "egress_id"));
}

static void
replay_one (Replay *replay, const char *name, JsonObject *request, JsonObject *response)
{
  g_autofree char *token = token_for (name);
  const char *verb = json_object_get_string_member (request, "verb");
  const char *path = json_object_get_string_member (request, "path");
  const char *content_type = json_object_get_string_member (request, "content_type");
  const char *recorded = json_object_get_string_member (response, "body");
  JsonObject *headers = json_object_get_object_member (response, "headers");
  g_autofree char *expected = expected_text (recorded, token);
  g_autoptr (GBytes) body = get_request_body (replay, request);
  g_autoptr (Reply) reply = NULL;

  g_test_message ("%s", name);
  reply = fetch (replay->server, verb, path, token, content_type, body);
  g_assert_no_error (reply->error);
  /* The listing was recorded when the egress had come that far; and where others need the machine,
   * what was recorded may come after the second that the worker is waited for here. */
  while ((g_str_has_suffix (path, "/ListEgress") && is_info (recorded) && is_info (reply->body)
          && !has_status_of (reply->body, recorded))
         || (reply->status == 408 && is_info (recorded)))
    {
      g_usleep (POLL_INTERVAL_US);
      g_clear_pointer (&reply, reply_free);
      reply = fetch (replay->server, verb, path, token, content_type, body);
      g_assert_no_error (reply->error);
    }

  g_assert_cmpuint (reply->status, ==, json_object_get_int_member (response, "status"));
  g_assert_cmpstr (reply->content_type, ==,
                   json_object_get_string_member (headers, "Content-Type"));
  if (is_info (recorded))
    {
      compare_info (reply->body, recorded);
      remember_id (replay, reply->body, recorded);
    }
  else if (g_str_equal (reply->content_type, "application/json"))
    {
      g_autoptr (JsonNode) got = json_from_string (reply->body, NULL);
      g_autoptr (JsonNode) wanted = json_from_string (expected, NULL);

      g_assert_true (json_node_equal (got, wanted));
    }
  else
    g_assert_cmpstr (reply->body, ==, expected);
}

static void
test_recorded (void)
{
  g_autofree char *folder = g_dir_make_tmp ("devserver-XXXXXX", NULL);
  const char *const arguments[]
      = { "--out", folder, "--rpc-timeout", "1", "--track-timeout", "3", NULL };
  g_autoptr (JsonArray) exchanges = lk_test_load_exchanges ();
  Replay replay = { 0 };
  guint replayed = 0;

  replay.server = lk_test_devserver_new (arguments);
  replay.url = new_listening_url ();
  for (guint i = 0; i < json_array_get_length (exchanges); i++)
    {
      JsonObject *exchange = json_array_get_object_element (exchanges, i);
      const char *name = json_object_get_string_member (exchange, "case");

      if (is_out_of_reach (name))
        continue;
      if (g_str_equal (name, "worker_lost_start"))
        lk_test_devserver_add_fault (replay.server, "{\"life\":\"worker-lost\"}");
      replay_one (&replay, name, json_object_get_object_member (exchange, "request"),
                  json_object_get_object_member (exchange, "response"));
      replayed++;
    }
  g_assert_cmpuint (replayed, ==, 54);
  lk_test_devserver_free (replay.server);
  g_free (replay.url);
  g_free (replay.id);
  g_free (replay.recorded_id);
  lk_test_remove_folder (folder);
}

/* Faults */

static void
test_fault_replies (void)
{
  g_autoptr (LkTestDevserver) server = lk_test_devserver_new (NULL);
  g_autoptr (Reply) plain = NULL;
  g_autoptr (Reply) twirp = NULL;
  g_autoptr (Reply) canned = NULL;
  g_autoptr (Reply) garbage = NULL;
  g_autoptr (Reply) huge = NULL;
  g_autoptr (Reply) good = NULL;

  lk_test_devserver_add_fault (
      server,
      "[{\"method\":\"StopEgress\",\"http_status\":500},"
      " {\"method\":\"ListEgress\",\"http_status\":502,\"body\":\"<html>\","
      "  \"content_type\":\"text/html\",\"headers\":{\"Retry-After\":\"7\"}},"
      " {\"twirp\":{\"code\":\"resource_exhausted\",\"msg\":\"later\",\"meta\":{\"a\":\"b\"}}},"
      " {\"http_status\":200,\"body_base64\":\"CgYKBEVHXzE=\","
      "  \"content_type\":\"application/protobuf\"},"
      " {\"garbage\":true}, {\"huge\":1000000}]");
  plain = list (server);
  g_assert_cmpuint (plain->status, ==, 502);
  g_assert_cmpstr (plain->body, ==, "<html>");
  g_assert_cmpstr (plain->content_type, ==, "text/html");
  g_assert_cmpstr (plain->retry_after, ==, "7");

  twirp = list (server);
  g_assert_cmpuint (twirp->status, ==, 429);
  g_assert_cmpstr (twirp->body, ==,
                   "{\"code\":\"resource_exhausted\",\"msg\":\"later\",\"meta\":{\"a\":\"b\"}}");

  canned = list (server);
  g_assert_cmpuint (canned->status, ==, 200);
  g_assert_cmpstr (canned->content_type, ==, "application/protobuf");
  g_assert_cmpmem (canned->body, canned->size,
                   "\x0a\x06\x0a\x04"
                   "EG_1",
                   8);

  garbage = list (server);
  g_assert_cmpuint (garbage->status, ==, 200);
  g_assert_null (json_from_string (garbage->body, NULL));

  huge = list (server);
  g_assert_cmpuint (huge->status, ==, 200);
  g_assert_cmpuint (huge->size, ==, 1000000);

  good = list (server);
  g_assert_cmpuint (good->status, ==, 200);
  g_assert_cmpstr (good->body, ==, "{\"items\":[],\"next_page_token\":null}");
}

static void
test_fault_cuts (void)
{
  static const char *const cuts[] = { "before", "middle", "after" };
  g_autoptr (LkTestDevserver) server = lk_test_devserver_new (NULL);
  g_autoptr (JsonObject) state = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++)
    {
      g_autofree char *fault
          = g_strdup_printf ("{\"method\":\"StartWebEgress\",\"cut\":\"%s\"}", cuts[i]);
      g_autofree char *token = good_token ();
      g_autofree char *url = new_listening_url ();
      g_autofree char *request
          = g_strdup_printf ("{\"url\":\"http://%s/\",\"stream_outputs\":[{\"protocol\":\"SRT\","
                             "\"urls\":[\"%s\"]}]}",
                             cuts[i], url);
      g_autoptr (GBytes) body = g_bytes_new (request, strlen (request));
      g_autoptr (Reply) reply = NULL;

      lk_test_devserver_add_fault (server, fault);
      reply = fetch (server, "POST", "/twirp/livekit.Egress/StartWebEgress", token,
                     "application/json", body);
      g_assert_nonnull (reply->error);
    }

  /* "before" did nothing, the others did what was asked; nobody asked twice. */
  text = lk_test_devserver_get_state (server);
  state = parse (text);
  g_assert_cmpint (
      json_object_get_int_member (json_object_get_object_member (state, "calls"), "StartWebEgress"),
      ==, G_N_ELEMENTS (cuts));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (state, "egresses")), ==,
                    2);
  g_assert_null (strstr (text, "http://before/"));
  g_assert_nonnull (strstr (text, "http://middle/"));
  g_assert_nonnull (strstr (text, "http://after/"));
}

static void
on_read (GObject *session, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes
      = soup_session_send_and_read_finish (SOUP_SESSION (session), result, &error);
  SoupMessage *message;

  g_assert_no_error (error);
  message = soup_session_get_async_result_message (SOUP_SESSION (session), result);
  g_string_append (user_data, g_uri_get_path (soup_message_get_uri (message)));
}

static void
test_fault_delay (void)
{
  g_autoptr (LkTestDevserver) server = lk_test_devserver_new (NULL);
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autofree char *token = good_token ();
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);
  g_autoptr (SoupMessage) slow = new_message (server, "POST", "/twirp/livekit.Egress/ListEgress",
                                              token, "application/json", body);
  g_autoptr (SoupMessage) quick = new_message (server, "POST", "/twirp/livekit.Egress/StopEgress",
                                               token, "application/json", body);
  g_autoptr (GString) order = g_string_new (NULL);

  /* The delayed call goes out first and comes back last, well answered. */
  lk_test_devserver_add_fault (server, "{\"method\":\"ListEgress\",\"delay_ms\":1500}");
  soup_session_send_and_read_async (session, slow, G_PRIORITY_DEFAULT, NULL, on_read, order);
  soup_session_send_and_read_async (session, quick, G_PRIORITY_DEFAULT, NULL, on_read, order);
  while (strstr (order->str, "ListEgress") == NULL || strstr (order->str, "StopEgress") == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (order->str, ==,
                   "/twirp/livekit.Egress/StopEgress/twirp/livekit.Egress/ListEgress");
  g_assert_cmpuint (soup_message_get_status (slow), ==, 200);
}

static void
test_fault_count (void)
{
  g_autoptr (LkTestDevserver) server = lk_test_devserver_new (NULL);
  g_autoptr (Reply) cleared = NULL;
  g_autoptr (Reply) good = NULL;

  lk_test_devserver_add_fault (server, "{\"http_status\":503,\"count\":2}");
  lk_test_devserver_add_fault (server, "{\"http_status\":504,\"count\":0}");
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (Reply) reply = list (server);

      g_assert_cmpuint (reply->status, ==, i < 2 ? 503 : 504);
    }
  cleared = fetch (server, "DELETE", "/devserver/faults", NULL, NULL, NULL);
  g_assert_cmpuint (cleared->status, ==, 200);
  good = list (server);
  g_assert_cmpuint (good->status, ==, 200);
}

static void
test_fault_wrong (void)
{
  static char deep[1024 * 1024];
  static const struct
  {
    const char *json;
    const char *text;
  } cases[] = {
    { "{", NULL },
    { deep, NULL },
    { "[1]", "Each fault must be an object" },
    { "{\"delay_ms\":-1}", "Fault field \"delay_ms\": expected a whole number from 0 to 600000" },
    { "{\"cut\":\"now\"}", "Fault field \"cut\": expected one of before middle after" },
    { "{\"method\":\"List\"}",
      "Fault field \"method\": expected the name of a method, such as ListEgress, or *" },
    { "{\"dely_ms\":1}", "Fault field \"dely_ms\": there is no such field, see the manual" },
    { "[{\"http_status\":503},{\"http_status\":1}]",
      "Fault field \"http_status\": expected 200 to 599" },
    { "{\"http_status\":200,\"body_base64\":\"CgYK*BEVHXzE=\"}",
      "Fault field \"body_base64\": expected bytes in base64" },
    { "{\"webhook\":\"lose\"}",
      "Fault field \"webhook\": expected one of drop repeat swap late forge" },
    { "{\"webhook\":\"drop\",\"event\":\"room_started\"}",
      "Fault field \"event\": expected egress_started, egress_updated, egress_ended or *" },
    { "{\"webhook\":\"drop\",\"life\":\"cut\"}",
      "Fault field \"webhook\": expected no \"life\" in the same fault" },
    { "{\"webhook\":\"forge\"}",
      "Fault field \"forgery\": expected to be there if \"webhook\" is \"forge\", and only then" },
    { "{\"webhook\":\"drop\",\"forgery\":\"key\"}",
      "Fault field \"forgery\": expected to be there if \"webhook\" is \"forge\", and only then" },
    { "{\"webhook\":\"forge\",\"forgery\":\"all\"}",
      "Fault field \"forgery\": expected one of signature key hash expired none rs256" },
    { "{\"http_status\":200,\"body_base64\":7}", "Fault field \"body_base64\": expected a string" },
  };
  g_autoptr (LkTestDevserver) server = lk_test_devserver_new (NULL);
  g_autoptr (Reply) good = NULL;

  /* Far more than a stack holds. */
  memset (deep, '[', sizeof deep - 1);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) body = g_bytes_new_static (cases[i].json, strlen (cases[i].json));
      g_autoptr (Reply) reply
          = fetch (server, "POST", "/devserver/faults", NULL, "application/json", body);

      g_assert_cmpuint (reply->status, ==, 400);
      if (cases[i].text != NULL)
        g_assert_cmpstr (reply->body, ==, cases[i].text);
    }
  good = list (server);
  g_assert_cmpuint (good->status, ==, 200);
}

static void
test_state (void)
{
  g_autoptr (LkTestDevserver) server = lk_test_devserver_new (NULL);
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) state = NULL;
  JsonObject *headers;

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (Reply) reply = list (server);

      g_assert_cmpuint (reply->status, ==, 200);
    }
  text = lk_test_devserver_get_state (server);
  state = parse (text);
  g_assert_cmpint (
      json_object_get_int_member (json_object_get_object_member (state, "calls"), "ListEgress"), ==,
      3);
  headers = json_object_get_object_member (state, "last_headers");
  g_assert_cmpstr (json_object_get_string_member (headers, "Content-Type"), ==, "application/json");
  g_assert_cmpstr (json_object_get_string_member (headers, "Authorization"), ==,
                   "Bearer <redacted>");
}

/* What each client opens is closed when it goes. */
static void
test_descriptors (void)
{
  g_autoptr (LkTestDevserver) server = lk_test_devserver_new (NULL);
  guint before;

  g_assert_cmpuint (lk_test_devserver_count (server, "EGRESS_ACTIVE"), ==, 0);
  before = lk_test_devserver_count_descriptors (server);
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (Reply) reply = list (server);

      g_assert_cmpuint (reply->status, ==, 200);
    }
  /* The last of them may be still about to be closed. */
  while (lk_test_devserver_count_descriptors (server) > before)
    g_usleep (POLL_INTERVAL_US);
}

/* One who asks for much and reads nothing. */
static void
test_reads_nothing (void)
{
  g_autoptr (LkTestDevserver) server = lk_test_devserver_new (NULL);
  g_autofree char *token = good_token ();
  g_autofree char *request
      = g_strdup_printf ("POST /twirp/livekit.Egress/StopEgress HTTP/1.1\r\nHost: localhost\r\n"
                         "Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
                         "Content-Length: 2\r\n\r\n{}",
                         token);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (Reply) good = NULL;
  char first;

  lk_test_devserver_add_fault (server,
                               "{\"method\":\"StopEgress\",\"huge\":200000000,\"cut\":\"middle\"}");
  connection = g_socket_client_connect_to_uri (client, lk_test_devserver_get_url (server), 80, NULL,
                                               &error);
  g_assert_no_error (error);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), request,
                             strlen (request), NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)),
                                        &first, 1, NULL, &error),
                   ==, 1);
  good = list (server);
  g_assert_cmpuint (good->status, ==, 200);
}

static void
test_too_large (void)
{
  g_autoptr (LkTestDevserver) server = lk_test_devserver_new (NULL);
  g_autofree char *token = good_token ();
  g_autoptr (GBytes) body = g_bytes_new_take (g_strnfill (8 * 1024 * 1024, ' '), 8 * 1024 * 1024);
  g_autoptr (Reply) reply
      = fetch (server, "POST", "/twirp/livekit.Egress/ListEgress", token, "application/json", body);
  g_autoptr (Reply) good = list (server);

  g_assert_cmpuint (reply->status, ==, 413);
  g_assert_cmpuint (good->status, ==, 200);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/devserver/recorded", test_recorded);
  g_test_add_func ("/devserver/fault/replies", test_fault_replies);
  g_test_add_func ("/devserver/fault/cuts", test_fault_cuts);
  g_test_add_func ("/devserver/fault/delay", test_fault_delay);
  g_test_add_func ("/devserver/fault/count", test_fault_count);
  g_test_add_func ("/devserver/fault/wrong", test_fault_wrong);
  g_test_add_func ("/devserver/state", test_state);
  g_test_add_func ("/devserver/descriptors", test_descriptors);
  g_test_add_func ("/devserver/reads-nothing", test_reads_nothing);
  g_test_add_func ("/devserver/too-large", test_too_large);
  return g_test_run ();
}
