/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From the properties to what the server is asked. */

#include <livekit-egress/livekit-egress.h>

#include "gst-test.h"

/* The server's state, with the one egress, once it has accepted it. */
static char *
start (GstTestRun *run)
{
  gst_test_run_play (run);
  gst_message_unref (gst_test_run_pop (run, GST_MESSAGE_ERROR | GST_MESSAGE_PROGRESS));
  gst_message_unref (gst_test_run_pop (run, GST_MESSAGE_ERROR | GST_MESSAGE_PROGRESS));

  return lk_test_devserver_get_state (run->server);
}

/* The properties, until NULL; the parts of the request in JSON, until NULL. */
static void
assert_request (const char *const *parts, const char *name, ...)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autofree char *state = NULL;
  va_list args;

  g_object_set (run->src, "participant-identity", NULL, NULL);
  va_start (args, name);
  g_object_set_valist (G_OBJECT (run->src), name, args);
  va_end (args);
  state = start (run);
  for (guint i = 0; parts[i] != NULL; i++)
    fail_unless (strstr (state, parts[i]) != NULL, "%s is not in %s", parts[i], state);
}

#define PARTS(...) ((const char *[]){ __VA_ARGS__, NULL })

GST_START_TEST (test_sources)
{
  assert_request (PARTS ("\"template\":{\"layout\":\"grid\"",
                         "\"custom_base_url\":\"http://127.0.0.1/t\"", "\"audio_only\":true"),
                  "layout", "grid", "custom-base-url", "http://127.0.0.1/t", "audio-only", TRUE,
                  NULL);
  assert_request (PARTS ("\"web\":{\"url\":\"http://127.0.0.1/page\"", "\"video_only\":true"),
                  "web-url", "http://127.0.0.1/page", "video-only", TRUE, NULL);
  assert_request (PARTS ("\"identity\":\"bob\"", "\"prefer_screen_share\":true"),
                  "participant-identity", "bob", "screen-share", TRUE, NULL);
  assert_request (PARTS ("\"video_track_id\":\"TR_alice_camera\"", "TR_alice_microphone"),
                  "video-track-id", "TR_alice_camera", "audio-track-id", "TR_alice_microphone",
                  NULL);
}

GST_END_TEST;

GST_START_TEST (test_encoding)
{
  g_autoptr (GstStructure) encoding = gst_structure_from_string (
      "encoding,width=320,height=180,framerate=15,video-codec=h264-main", NULL);

  assert_request (PARTS ("\"preset\":\"H264_720P_60\""), "preset", 1, NULL);
  /* The default, when it is asked for. */
  assert_request (PARTS ("\"preset\":\"H264_720P_30\""), "preset", 0, NULL);
  assert_request (PARTS ("\"width\":320", "\"framerate\":15", "\"video_codec\":\"H264_MAIN\""),
                  "encoding", encoding, NULL);
}

GST_END_TEST;

/* A whole request goes as it is, and stays as it was. */
GST_START_TEST (test_request)
{
  g_autoptr (LkEgressRequest) request = lk_egress_request_new_participant ("demo", "bob");

  assert_request (PARTS ("\"identity\":\"bob\"", "srt://127.0.0.1:"), "request", request,
                  "room-name", NULL, NULL);
  assert_equals_int (g_list_model_get_n_items (lk_egress_request_get_outputs (request)), 0);
}

GST_END_TEST;

/* A token in place of key and secret. */
GST_START_TEST (test_token)
{
  g_autofree char *token = lk_test_make_token (LK_TEST_API_KEY, LK_TEST_API_SECRET);

  assert_request (PARTS ("\"identity\":\"alice\""), "participant-identity", "alice", "auth-token",
                  token, "api-key", NULL, "secret-key", NULL, NULL);
}

GST_END_TEST;

/* Whoever says where it is reached is reached there. */
GST_START_TEST (test_advertised)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);

  g_object_set (run->src, "advertise-address", "127.0.0.1", NULL);
  gst_test_run_play (run);
  gst_test_run_wait_buffers (run, 1, 1);
}

GST_END_TEST;

static guint
count_matches (const char *text, const char *part)
{
  guint n = 0;

  for (; (text = strstr (text, part)) != NULL; text++)
    n++;

  return n;
}

/* Another destination while it runs, and no longer. */
GST_START_TEST (test_streams)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autoptr (GstTestRun) other = gst_test_run_new (NULL);
  g_autofree char *url = NULL, *state = NULL;
  g_auto (GStrv) parts = NULL;
  gboolean told = FALSE;

  /* The second listens for its own egress, whose media never comes. */
  lk_test_devserver_add_fault (other->server, "{\"life\":\"never-active\"}");
  g_object_set (other->src, "stop-timeout", 100, NULL);
  state = start (other);
  parts = g_strsplit (strstr (state, "\"srt://"), "\"", 3);
  url = g_strdup (parts[1]);

  gst_test_run_play (run);
  gst_test_run_wait_buffers (run, 1, 1);
  g_signal_emit_by_name (run->src, "add-stream", url);
  gst_test_run_wait_buffers (other, 10, 10);
  g_signal_emit_by_name (run->src, "remove-stream", url);
  while (!told)
    {
      g_autoptr (GstMessage) message = gst_test_run_pop_element (run, "livekit-egress-stream");

      told = g_str_equal (gst_structure_get_string (gst_message_get_structure (message), "state"),
                          "finished");
    }
  {
    g_autofree char *after = lk_test_devserver_get_state (run->server);

    assert_equals_int (count_matches (after, "\"UpdateStream\":2"), 1);
  }
}

GST_END_TEST;

/* One error is enough, whichever child it is of. */
GST_START_TEST (test_second_error)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autoptr (GstElement) receiver = NULL;

  gst_test_run_play (run);
  gst_test_run_wait_buffers (run, 1, 1);
  receiver = gst_bin_get_by_name (GST_BIN (run->src), "receiver");
  GST_ELEMENT_ERROR (receiver, STREAM, FAILED, ("first"), (NULL));
  GST_ELEMENT_ERROR (receiver, STREAM, FAILED, ("second"), (NULL));
  {
    g_autoptr (GstMessage) message = gst_test_run_pop (run, GST_MESSAGE_ERROR);
    g_autoptr (GstMessage) another = NULL;

    gst_element_set_state (run->pipeline, GST_STATE_NULL);
    another = gst_bus_pop_filtered (run->bus, GST_MESSAGE_ERROR);
    fail_unless (another == NULL, "%" GST_PTR_FORMAT, another);
  }
  /* An element that has failed leaves no egress behind. */
  while (lk_test_devserver_count (run->server, "EGRESS_ACTIVE") > 0)
    g_usleep (20000);
}

GST_END_TEST;

static Suite *
requests_suite (void)
{
  Suite *suite = suite_create ("livekitegresssrc-requests");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, test_sources);
  tcase_add_test (tcase, test_encoding);
  tcase_add_test (tcase, test_request);
  tcase_add_test (tcase, test_token);
  tcase_add_test (tcase, test_advertised);
  tcase_add_test (tcase, test_streams);
  tcase_add_test (tcase, test_second_error);

  return suite;
}

int
main (int argc, char **argv)
{
  gst_test_init (&argc, &argv, GST_TEST_PLUGINS);
  return gst_check_run_suite (requests_suite (), "livekitegresssrc-requests", __FILE__);
}
