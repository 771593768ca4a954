/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whatever goes wrong ends in one error that says what, and the pipeline comes down. */

#include <livekit-egress/livekit-egress.h>

#include "gst-test.h"

GST_START_TEST (test_wrong_secret)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);

  g_object_set (run->src, "secret-key", "another secret, as long as the right one is", NULL);
  gst_test_run_play (run);
  gst_test_run_assert_error (run, GST_RESOURCE_ERROR_NOT_AUTHORIZED, "unauthenticated");
}

GST_END_TEST;

GST_START_TEST (test_closed_port)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u", port);

  /* A port that was free a moment ago and that nobody else was given. */
  g_socket_listener_close (listener);
  g_object_set (run->src, "ws-url", url, NULL);
  gst_test_run_play (run);
  gst_test_run_assert_error (run, GST_RESOURCE_ERROR_OPEN_READ, "connection-refused");
}

GST_END_TEST;

GST_START_TEST (test_unknown_room)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);

  g_object_set (run->src, "room-name", "nowhere", NULL);
  gst_test_run_play (run);
  gst_test_run_assert_error (run, GST_RESOURCE_ERROR_NOT_FOUND, "not_found");
}

GST_END_TEST;

GST_START_TEST (test_unknown_participant)
{
  g_autoptr (GstTestRun) run = gst_test_run_new ((const char *[]){ "--track-timeout", "1", NULL });

  g_object_set (run->src, "participant-identity", "nobody", NULL);
  gst_test_run_play (run);
  gst_test_run_assert_error (run, GST_RESOURCE_ERROR_NOT_FOUND, "egress-failed");
}

GST_END_TEST;

GST_START_TEST (test_no_worker)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);

  lk_test_devserver_add_fault (run->server,
                               "{\"method\":\"StartEgress\",\"twirp\":{\"code\":\"unavailable\","
                               "\"msg\":\"no response from servers\"}}");
  gst_test_run_play (run);
  gst_test_run_assert_error (run, GST_RESOURCE_ERROR_OPEN_READ, "no_worker");
}

GST_END_TEST;

/* Only the time that is to pass is short. */
static void
assert_life (const char *life, GstResourceError code, const char *code_field)
{
  g_autoptr (GstTestRun) run = gst_test_run_new ((const char *[]){ "--rpc-timeout", "1", NULL });
  g_autofree char *fault = g_strdup_printf ("{\"life\":\"%s\"}", life);

  lk_test_devserver_add_fault (run->server, fault);
  g_object_set (run->src, "start-timeout", g_str_equal (code_field, "start-timeout") ? 1000 : 60000,
                "first-data-timeout", g_str_equal (code_field, "first-data-timeout") ? 1000 : 60000,
                "reconnect-window", 500, "stop-timeout", 2000, NULL);
  gst_test_run_play (run);
  gst_test_run_assert_error (run, code, code_field);
}

GST_START_TEST (test_never_active)
{
  assert_life ("never-active", GST_RESOURCE_ERROR_READ, "start-timeout");
}

GST_END_TEST;

GST_START_TEST (test_no_media)
{
  assert_life ("no-media", GST_RESOURCE_ERROR_READ, "first-data-timeout");
}

GST_END_TEST;

GST_START_TEST (test_fail_starting)
{
  assert_life ("fail-starting", GST_RESOURCE_ERROR_READ, "egress-failed");
}

GST_END_TEST;

GST_START_TEST (test_fail_active)
{
  assert_life ("fail-active", GST_RESOURCE_ERROR_READ, "egress-failed");
}

GST_END_TEST;

GST_START_TEST (test_abort) { assert_life ("abort", GST_RESOURCE_ERROR_READ, "egress-failed"); }

GST_END_TEST;

/* The connection breaks some seconds after the worker went silent: SRT waits that long. */
GST_START_TEST (test_worker_lost)
{
  assert_life ("worker-lost", GST_RESOURCE_ERROR_READ, "connection-lost");
}

GST_END_TEST;

/* An egress that fails on this side is not left behind on the server. */
GST_START_TEST (test_failure_stops_the_egress)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);

  lk_test_devserver_add_fault (run->server, "{\"life\":\"no-media\"}");
  g_object_set (run->src, "first-data-timeout", 300, NULL);
  gst_test_run_play (run);
  gst_test_run_assert_error (run, GST_RESOURCE_ERROR_READ, "first-data-timeout");
  lk_test_devserver_wait_ended (run->server, 1);
}

GST_END_TEST;

/* The stop is not answered in time: the pipeline comes down all the same, and says what is left. */
GST_START_TEST (test_stop_timeout)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) warning = NULL;
  g_autofree char *id = NULL;

  lk_test_devserver_add_fault (run->server,
                               "{\"method\":\"StopEgress\",\"delay_ms\":20000,\"count\":0}");
  g_object_set (run->src, "stop-timeout", 300, NULL);
  gst_test_run_play (run);
  gst_test_run_wait_buffers (run, 1, 1);
  g_object_get (run->src, "egress-id", &id, NULL);
  assert_equals_int (gst_element_set_state (run->pipeline, GST_STATE_NULL),
                     GST_STATE_CHANGE_SUCCESS);
  message = gst_bus_pop_filtered (run->bus, GST_MESSAGE_WARNING);
  fail_unless (message != NULL);
  gst_message_parse_warning (message, &warning, NULL);
  fail_unless (strstr (warning->message, id) != NULL);
}

GST_END_TEST;

/* EOS before any media: there is no pad to send it on, so the bus has to say it. */
GST_START_TEST (test_stopped_before_media)
{
  g_autoptr (GstTestRun) run = gst_test_run_new ((const char *[]){ "--rpc-timeout", "1", NULL });

  lk_test_devserver_add_fault (run->server, "{\"life\":\"no-media\"}");
  gst_test_run_play (run);
  gst_message_unref (gst_test_run_pop_element (run, "livekit-egress-state"));
  gst_element_send_event (run->pipeline, gst_event_new_eos ());
  gst_test_run_assert_error (run, GST_RESOURCE_ERROR_READ, "no-media");
}

GST_END_TEST;

GST_START_TEST (test_port_in_use)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autoptr (GSocket) socket
      = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  fail_unless (g_socket_bind (socket, any, FALSE, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  g_object_set (run->src, "listen-port",
                (guint)g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)), NULL);
  assert_equals_int (gst_element_set_state (run->pipeline, GST_STATE_PAUSED),
                     GST_STATE_CHANGE_FAILURE);
  message = gst_test_run_pop (run, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ));
  assert_equals_int (lk_test_devserver_count (run->server, "EGRESS_STARTING"), 0);
}

GST_END_TEST;

#define SECRET "topsecret"
#define HOSTILE "\033[2J srt://host:1?passphrase=" SECRET " rtmp://host/app/" SECRET SECRET "\r\a"

/* Debug texts have lines. */
static void
assert_shown (const char *text)
{
  fail_unless (strstr (text, SECRET) == NULL, "a secret: %s", text);
  for (; *text != '\0'; text++)
    fail_if (g_ascii_iscntrl (*text) && *text != '\n', "a control character: %s", text);
}

static gboolean
assert_field_shown (GQuark field, const GValue *value, gpointer user_data)
{
  if (G_VALUE_HOLDS_STRING (value))
    assert_shown (g_value_get_string (value));

  return TRUE;
}

/* The answer to all calls: an egress that failed, with texts as only an enemy writes them. */
static char *
make_hostile_fault (void)
{
  g_autoptr (LkEgressStreamInfo) stream
      = g_object_new (LK_EGRESS_TYPE_STREAM_INFO, "url", "srt://host:1?passphrase=" SECRET,
                      "status", LK_EGRESS_STREAM_STATUS_FAILED, "error", HOSTILE, NULL);
  g_autoptr (GListStore) streams = g_list_store_new (LK_EGRESS_TYPE_STREAM_INFO);
  g_autoptr (LkEgressInfo) info = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *base64 = NULL;

  g_list_store_append (streams, stream);
  info = g_object_new (LK_EGRESS_TYPE_INFO, "egress-id", "EG_" HOSTILE, "status",
                       LK_EGRESS_STATUS_FAILED, "error", HOSTILE, "details", HOSTILE, "room-name",
                       "demo", "stream-results", streams, NULL);
  bytes = lk_egress_message_to_bytes (LK_EGRESS_MESSAGE (info));
  base64 = g_base64_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  return g_strdup_printf ("{\"method\":\"StartEgress\",\"http_status\":200,\"content_type\":"
                          "\"application/protobuf\",\"body_base64\":\"%s\"}",
                          base64);
}

/* What a server says reaches the bus without secrets, and moves no terminal. */
GST_START_TEST (test_hostile_texts)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autofree char *fault = make_hostile_fault ();
  guint n_streams = 0;
  gboolean failed = FALSE;

  lk_test_devserver_add_fault (run->server, fault);
  gst_test_run_play (run);
  while (!failed)
    {
      g_autoptr (GstMessage) message = gst_test_run_pop (run, GST_MESSAGE_ANY);
      const GstStructure *s = gst_message_get_structure (message);

      failed = GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR;
      n_streams += gst_message_has_name (message, "livekit-egress-stream");
      if (s != NULL)
        gst_structure_foreach (s, assert_field_shown, NULL);
      if (failed)
        {
          g_autoptr (GError) error = NULL;
          g_autofree char *debug = NULL;
          const GstStructure *details;

          gst_message_parse_error (message, &error, &debug);
          gst_message_parse_error_details (message, &details);
          assert_shown (error->message);
          assert_shown (debug);
          gst_structure_foreach (details, assert_field_shown, NULL);
          fail_unless (strstr (gst_structure_get_string (details, "worker-error"), "passphrase")
                       != NULL);
        }
    }
  assert_equals_int (n_streams, 1);
}

GST_END_TEST;

static Suite *
errors_suite (void)
{
  Suite *suite = suite_create ("livekitegresssrc-errors");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, test_wrong_secret);
  tcase_add_test (tcase, test_closed_port);
  tcase_add_test (tcase, test_unknown_room);
  tcase_add_test (tcase, test_unknown_participant);
  tcase_add_test (tcase, test_no_worker);
  tcase_add_test (tcase, test_never_active);
  tcase_add_test (tcase, test_no_media);
  tcase_add_test (tcase, test_fail_starting);
  tcase_add_test (tcase, test_fail_active);
  tcase_add_test (tcase, test_abort);
  tcase_add_test (tcase, test_worker_lost);
  tcase_add_test (tcase, test_failure_stops_the_egress);
  tcase_add_test (tcase, test_stop_timeout);
  tcase_add_test (tcase, test_stopped_before_media);
  tcase_add_test (tcase, test_port_in_use);
  tcase_add_test (tcase, test_hostile_texts);

  return suite;
}

int
main (int argc, char **argv)
{
  gst_test_init (&argc, &argv, GST_TEST_PLUGINS);
  return gst_check_run_suite (errors_suite (), "livekitegresssrc-errors", __FILE__);
}
