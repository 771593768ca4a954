/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <livekit-egress/livekit-egress.h>

#include "devserver-egress.h"
#include "lk-test-folder.h"
#include "lk-test-server.h"

/* What the dev server tells of its egresses, read by the library as that of a real server is. */

#define POLL_INTERVAL_US 20000
#define HOLD 1

typedef struct
{
  LkTestServer *http;
  LkEgressWebhookKeys *keys;
  GMutex lock;
  GPtrArray *words; /* one for each request: its path, event and state, or how it was refused */
  guint answers[4]; /* to the first requests; 0 is 200, and HOLD none */
  LkTestDevserver *server;
  char *folder;
} Fixture;

static const char *
get_refusal (const GError *error)
{
  g_assert_true (error->domain == G_IO_ERROR);
  switch (error->code)
    {
    case G_IO_ERROR_PERMISSION_DENIED:
      return "denied";
    case G_IO_ERROR_TIMED_OUT:
      return "expired";
    default:
      return "invalid";
    }
}

static void
hold (LkTestRequest *request, gpointer user_data)
{
  lk_test_request_reply_raw (request, "", 0, LK_TEST_THEN_HOLD);
}

static void
receive (LkTestRequest *request, gpointer user_data)
{
  Fixture *fixture = user_data;
  const char *token = soup_message_headers_get_one (request->headers, "Authorization");
  guint status
      = request->index < G_N_ELEMENTS (fixture->answers) ? fixture->answers[request->index] : 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressWebhookEvent) event
      = lk_egress_webhook_verify (request->body, token, fixture->keys, NULL, &error);
  g_autoptr (GString) word = g_string_new (request->path);

  g_assert_cmpstr (request->method, ==, "POST");
  g_assert_cmpstr (soup_message_headers_get_one (request->headers, "Content-Type"), ==,
                   "application/webhook+json");
  if (event != NULL)
    {
      LkEgressInfo *info = lk_egress_webhook_event_get_egress_info (event);
      g_autofree char *state
          = g_enum_to_string (LK_EGRESS_TYPE_STATUS, (int)lk_egress_info_get_status (info));

      g_assert_true (g_str_has_prefix (lk_egress_webhook_event_get_id (event), "EV_"));
      g_assert_cmpint (lk_egress_webhook_event_get_created_at (event), >, 0);
      g_string_append_printf (word, " %s %s", lk_egress_webhook_event_get_event (event),
                              strrchr (state, '_') + 1);
    }
  else
    {
      g_string_append_printf (word, " %s", get_refusal (error));
      status = 401;
    }

  g_mutex_lock (&fixture->lock);
  g_ptr_array_add (fixture->words, g_string_free (g_steal_pointer (&word), FALSE));
  g_mutex_unlock (&fixture->lock);
  if (status == HOLD)
    hold (request, NULL);
  else
    lk_test_request_reply (request, status > 0 ? status : 200, "text/plain", "ok", -1);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *url = NULL;
  const char *arguments[] = { "--start-delay", "0", "--out", NULL, "--webhook", NULL, NULL };

  g_mutex_init (&fixture->lock);
  fixture->words = g_ptr_array_new_with_free_func (g_free);
  fixture->keys = lk_egress_webhook_keys_new ();
  lk_egress_webhook_keys_add (fixture->keys, LK_TEST_API_KEY, LK_TEST_API_SECRET);
  fixture->http = lk_test_server_new (receive, fixture);
  url = g_strconcat (lk_test_server_get_url (fixture->http), "/s", NULL);
  fixture->folder = g_dir_make_tmp ("devserver-XXXXXX", NULL);
  arguments[3] = fixture->folder;
  arguments[5] = url;
  fixture->server = lk_test_devserver_new (arguments);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  lk_test_devserver_free (fixture->server);
  lk_test_server_free (fixture->http);
  lk_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_object_unref (fixture->keys);
  g_ptr_array_unref (fixture->words);
  g_mutex_clear (&fixture->lock);
}

/* One of the numbers that the server keeps of its webhooks. */
static guint
count (Fixture *fixture, const char *name)
{
  g_autofree char *state = lk_test_devserver_get_state (fixture->server);
  g_autoptr (JsonNode) root = json_from_string (state, NULL);
  JsonObject *counts = json_object_get_object_member (json_node_get_object (root), "webhooks");

  return (guint)json_object_get_int_member (counts, name);
}

/* An egress that fails at once: it is started, and ends. webhooks are those of its request. */
static void
run_egress (Fixture *fixture, const char *webhooks)
{
  guint failed = lk_test_devserver_count (fixture->server, "EGRESS_FAILED");
  g_autoptr (JsonObject) info = NULL;

  lk_test_devserver_add_fault (fixture->server, "{\"life\":\"fail-starting\"}");
  info = egress_call (fixture->server, "StartParticipantEgress", 200,
                      "{\"room_name\":\"demo\",\"identity\":\"alice\",\"stream_outputs\":"
                      "[{\"protocol\":\"SRT\",\"urls\":[\"srt://127.0.0.1:9\"]}],"
                      "\"webhooks\":[%s]}",
                      webhooks);
  lk_test_devserver_wait (fixture->server, "EGRESS_FAILED", failed + 1);
}

/* All that came, in its order. */
static void
assert_words (Fixture *fixture, const char *expected)
{
  g_autofree char *received = NULL;

  g_mutex_lock (&fixture->lock);
  g_ptr_array_add (fixture->words, NULL);
  received = g_strjoinv (", ", (char **)fixture->words->pdata);
  g_ptr_array_set_size (fixture->words, 0);
  g_mutex_unlock (&fixture->lock);
  g_assert_cmpstr (received, ==, expected);
}

/* The same, once nothing more is to come. */
static void
assert_received (Fixture *fixture, const char *expected)
{
  while (count (fixture, "waiting") > 0)
    g_usleep (POLL_INTERVAL_US);
  assert_words (fixture, expected);
}

#define STARTED "/s egress_started STARTING"
#define ENDED "/s egress_ended FAILED"

static void
test_life (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = egress_start (
      fixture->server, "{\"segments\":{\"filename_prefix\":\"a/s\",\"playlist_name\":\"p.m3u8\"}}");
  g_autoptr (JsonObject) ending = NULL;

  lk_test_devserver_wait (fixture->server, "EGRESS_ACTIVE", 1);
  ending = egress_stop (fixture->server, id);
  lk_test_devserver_wait (fixture->server, "EGRESS_COMPLETE", 1);
  assert_received (fixture, STARTED ", /s egress_updated ACTIVE, /s egress_updated ENDING, "
                                    "/s egress_ended COMPLETE");
  g_assert_cmpuint (count (fixture, "delivered"), ==, 4);
}

/* Stopped before it runs: the server has one last word, whatever the worker said before. */
static void
test_stopped_early (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autoptr (JsonObject) stopped = NULL;

  lk_test_devserver_add_fault (fixture->server, "{\"life\":\"never-active\"}");
  id = egress_start (fixture->server,
                     "{\"stream\":{\"protocol\":\"SRT\",\"urls\":[\"srt://127.0.0.1:9\"]}}");
  stopped = egress_stop (fixture->server, id);
  lk_test_devserver_wait (fixture->server, "EGRESS_ABORTED", 1);
  assert_received (fixture, STARTED ", /s egress_ended ABORTED");
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* The addresses of a request: for some events, with the key of the server. */
static void
test_request (Fixture *fixture, gconstpointer data)
{
  const char *url = lk_test_server_get_url (fixture->http);
  g_autofree char *webhooks = g_strdup_printf (
      "{\"url\":\"%s/all\"},"
      "{\"url\":\"%s/key\",\"signing_key\":\"" LK_TEST_API_KEY "\","
      "\"filter_params\":{\"include_events\":[\"egress_ended\"]}},"
      "{\"url\":\"%s/but\",\"filter_params\":{\"exclude_events\":[\"egress_ended\"]}},"
      /* Nobody may make this machine call another one, or something else than a web server. */
      "{\"url\":\"http://192.0.2.1/no\"},{\"url\":\"http://localhost.example/no\"},"
      "{\"url\":\"ftp://127.0.0.1/no\"},{\"url\":\"\"},{\"url\":\"http://\"}",
      url, url, url);

  run_egress (fixture, webhooks);
  while (count (fixture, "waiting") > 0)
    g_usleep (POLL_INTERVAL_US);
  g_ptr_array_sort (fixture->words, compare_words);
  assert_received (fixture, "/all egress_ended FAILED, /all egress_started STARTING, "
                            "/but egress_started STARTING, /key egress_ended FAILED, "
                            "/s egress_ended FAILED, /s egress_started STARTING");
}

/* A key that the server does not have: then nobody is told. */
static void
test_unknown_key (Fixture *fixture, gconstpointer data)
{
  g_autofree char *webhook = g_strdup_printf ("{\"url\":\"%s/r\",\"signing_key\":\"nokey\"}",
                                              lk_test_server_get_url (fixture->http));

  run_egress (fixture, webhook);
  assert_received (fixture, "");
  run_egress (fixture, "");
  assert_received (fixture, STARTED ", " ENDED);
}

static void
test_faults (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *fault;
    const char *received;
  } rows[] = {
    { "{\"webhook\":\"drop\"}", ENDED },
    { "{\"webhook\":\"drop\",\"event\":\"egress_ended\"}", STARTED },
    { "{\"webhook\":\"drop\",\"count\":2}", "" },
    { "{\"webhook\":\"repeat\",\"times\":2}", STARTED ", " STARTED ", " STARTED ", " ENDED },
    { "{\"webhook\":\"swap\"}", ENDED ", " STARTED },
    { "{\"webhook\":\"late\",\"delay_ms\":400}", ENDED ", " STARTED },
    /* Nothing follows that it could follow. */
    { "{\"webhook\":\"swap\",\"event\":\"egress_ended\"}", STARTED ", " ENDED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].fault);
      lk_test_devserver_add_fault (fixture->server, rows[i].fault);
      run_egress (fixture, "");
      assert_received (fixture, rows[i].received);
    }
  g_assert_cmpuint (count (fixture, "dropped"), ==, 4);
}

static void
test_forged (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *forgery;
    const char *refusal;
  } rows[] = {
    { "signature", "/s denied" }, { "key", "/s denied" },  { "hash", "/s denied" },
    { "expired", "/s expired" },  { "none", "/s denied" }, { "rs256", "/s denied" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *fault
          = g_strdup_printf ("{\"webhook\":\"forge\",\"forgery\":\"%s\"}", rows[i].forgery);
      g_autofree char *expected = g_strconcat (rows[i].refusal, ", " ENDED, NULL);

      lk_test_devserver_add_fault (fixture->server, fault);
      run_egress (fixture, "");
      assert_received (fixture, expected);
    }
  g_assert_cmpuint (count (fixture, "refused"), ==, G_N_ELEMENTS (rows));
}

/* A receiver that is busy is asked again, and what comes after waits; one that refuses is not. */
static void
test_retried (Fixture *fixture, gconstpointer data)
{
  fixture->answers[0] = 503;
  fixture->answers[1] = 429;
  fixture->answers[3] = 404;
  run_egress (fixture, "");
  assert_received (fixture, STARTED ", " STARTED ", " STARTED ", " ENDED);
  g_assert_cmpuint (count (fixture, "delivered"), ==, 1);
  g_assert_cmpuint (count (fixture, "refused"), ==, 1);
}

/* A receiver that never answers keeps neither other addresses nor the end of the server waiting. */
static void
test_silent_receiver (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkTestServer) silent = lk_test_server_new (hold, NULL);
  g_autofree char *webhook = g_strdup_printf ("{\"url\":\"%s/\"}", lk_test_server_get_url (silent));

  run_egress (fixture, webhook);
  lk_test_server_wait (silent, 1);
  lk_test_server_wait (fixture->http, 2);
  while (count (fixture, "delivered") < 2)
    g_usleep (POLL_INTERVAL_US);
  g_assert_cmpuint (count (fixture, "waiting"), ==, 2);
}

/* An egress of which nobody takes the first event keeps no other waiting. */
static void
test_stuck_egress (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;

  fixture->answers[0] = HOLD;
  run_egress (fixture, "");
  lk_test_server_wait (fixture->http, 1);
  id = egress_start (fixture->server,
                     "{\"segments\":{\"filename_prefix\":\"a/s\",\"playlist_name\":\"p.m3u8\"}}");
  while (count (fixture, "delivered") < 2)
    g_usleep (POLL_INTERVAL_US);
  assert_words (fixture, STARTED ", " STARTED ", /s egress_updated ACTIVE");
  g_assert_cmpuint (count (fixture, "waiting"), ==, 2);
}

/* Answers without an end are not read to it. */
static void
flood (LkTestRequest *request, gpointer user_data)
{
  static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nxxxxxxxx";

  lk_test_request_reply_raw (request, answer, sizeof answer - 1, LK_TEST_THEN_REPEAT);
}

static void
test_endless_answer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkTestServer) flooding = lk_test_server_new (flood, NULL);
  g_autofree char *webhook
      = g_strdup_printf ("{\"url\":\"%s/\"}", lk_test_server_get_url (flooding));

  run_egress (fixture, webhook);
  while (count (fixture, "waiting") > 0)
    g_usleep (POLL_INTERVAL_US);
  g_assert_cmpuint (count (fixture, "delivered"), ==, 4);
}

static void
test_bad_option (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL;
  g_autoptr (GSubprocess) process
      = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_PIPE, &error, g_getenv ("LK_EGRESS_DEVSERVER"),
                          "--port", "0", "--webhook", "127.0.0.1/secret", NULL);

  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &output, &error));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 1);
  g_assert_nonnull (strstr (output, "is not an HTTP URL"));
  g_assert_null (strstr (output, "secret"));
}

#define ADD(name, test) g_test_add (name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/devserver-webhooks/life", test_life);
  ADD ("/devserver-webhooks/stopped-early", test_stopped_early);
  ADD ("/devserver-webhooks/request", test_request);
  ADD ("/devserver-webhooks/unknown-key", test_unknown_key);
  ADD ("/devserver-webhooks/faults", test_faults);
  ADD ("/devserver-webhooks/forged", test_forged);
  ADD ("/devserver-webhooks/retried", test_retried);
  ADD ("/devserver-webhooks/silent-receiver", test_silent_receiver);
  ADD ("/devserver-webhooks/stuck-egress", test_stuck_egress);
  ADD ("/devserver-webhooks/endless-answer", test_endless_answer);
  g_test_add_func ("/devserver-webhooks/bad-option", test_bad_option);

  return g_test_run ();
}
