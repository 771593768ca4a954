/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* livekitegresssink: a recording has the life of a pipeline. */

#include <livekit-egress/livekit-egress.h>

#include "recording.h"

static void
set_state (GstTestRun *run, GstState state, GstStateChangeReturn expected)
{
  assert_equals_int (gst_element_set_state (run->pipeline, state), expected);
}

/* It is in PLAYING when the egress is active, not before. */
static void
play (GstTestRun *run)
{
  set_state (run, GST_STATE_PLAYING, GST_STATE_CHANGE_ASYNC);
  assert_equals_int (gst_element_get_state (run->pipeline, NULL, NULL, GST_TEST_TIMEOUT),
                     GST_STATE_CHANGE_SUCCESS);
  assert_equals_int (lk_test_devserver_count (run->server, "EGRESS_ACTIVE"), 1);
}

/* The first result in the message of the last state. */
static GstStructure *
pop_result (GstTestRun *run)
{
  for (;;)
    {
      g_autoptr (GstMessage) message = gst_test_run_pop_element (run, "livekit-egress-state");
      const GstStructure *structure = gst_message_get_structure (message);
      const GValue *results = gst_structure_get_value (structure, "results");

      if (results == NULL)
        continue;
      assert_equals_string (gst_structure_get_string (structure, "state"), "complete");
      assert_equals_int (gst_value_array_get_size (results), 1);
      return gst_structure_copy (gst_value_get_structure (gst_value_array_get_value (results, 0)));
    }
}

GST_START_TEST (test_record)
{
  g_auto (Recording) recording = recording_new ("rec/demo.mp4");
  GstTestRun *run = recording.run;
  g_autoptr (GstStructure) result = NULL;
  g_autofree char *content = NULL;
  gint64 size;
  gsize length;

  play (run);
  fail_unless (gst_element_send_event (run->pipeline, gst_event_new_eos ()));
  result = pop_result (run);
  gst_test_run_assert_eos (run);
  assert_equals_int (lk_test_devserver_count (run->server, "EGRESS_COMPLETE"), 1);

  /* The file is whole by then. */
  fail_unless (g_str_has_suffix (gst_structure_get_string (result, "location"), "/rec/demo.mp4"));
  fail_unless (gst_structure_get_int64 (result, "size", &size));
  fail_unless (
      g_file_get_contents (gst_structure_get_string (result, "location"), &content, &length, NULL));
  assert_equals_int64 (size, (gint64)length);
  fail_unless (memcmp (content + 4, "ftyp", 4) == 0);

  /* And once more. */
  set_state (run, GST_STATE_NULL, GST_STATE_CHANGE_SUCCESS);
  play (run);
}

GST_END_TEST;

/* Going down ends the recording too, and does not wait for more than the server's word. */
GST_START_TEST (test_down)
{
  g_auto (Recording) recording = recording_new ("demo.mp4");

  play (recording.run);
  set_state (recording.run, GST_STATE_NULL, GST_STATE_CHANGE_SUCCESS);
  lk_test_devserver_wait (recording.run->server, "EGRESS_COMPLETE", 1);
}

GST_END_TEST;

GST_START_TEST (test_down_while_starting)
{
  g_auto (Recording) recording = recording_new ("demo.mp4");
  GstTestRun *run = recording.run;

  lk_test_devserver_add_fault (run->server, "{\"life\":\"never-active\"}");
  set_state (run, GST_STATE_PLAYING, GST_STATE_CHANGE_ASYNC);
  lk_test_devserver_wait (run->server, "EGRESS_STARTING", 1);
  set_state (run, GST_STATE_NULL, GST_STATE_CHANGE_SUCCESS);
  while (lk_test_devserver_count (run->server, "EGRESS_STARTING") > 0)
    g_usleep (20000);
}

GST_END_TEST;

/* A pipeline waits for the recording, and the recording for the pipeline. */
GST_START_TEST (test_beside_others)
{
  g_auto (Recording) recording = recording_new ("demo.mp4");
  GstTestRun *run = recording.run;
  GstElement *src = gst_element_factory_make ("fakesrc", NULL);
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstMessage) early = NULL;

  g_object_set (src, "num-buffers", 3, NULL);
  gst_bin_add_many (GST_BIN (run->pipeline), src, sink, NULL);
  fail_unless (gst_element_link (src, sink));

  play (run);
  early
      = gst_bus_timed_pop_filtered (run->bus, GST_SECOND / 2, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (early == NULL, "%" GST_PTR_FORMAT, early);
  g_signal_emit_by_name (run->src, "stop");
  gst_test_run_assert_eos (run);
}

GST_END_TEST;

/* What ends before PLAYING is told there, as by every sink. */
GST_START_TEST (test_ended_while_paused)
{
  g_auto (Recording) recording = recording_new ("demo.mp4");
  GstTestRun *run = recording.run;
  g_autoptr (GstStructure) result = NULL;
  g_autoptr (GstMessage) early = NULL;

  set_state (run, GST_STATE_PAUSED, GST_STATE_CHANGE_ASYNC);
  assert_equals_int (gst_element_get_state (run->pipeline, NULL, NULL, GST_TEST_TIMEOUT),
                     GST_STATE_CHANGE_SUCCESS);
  fail_unless (gst_element_send_event (run->pipeline, gst_event_new_eos ()));
  result = pop_result (run);
  /* The answer to this comes when the end of the egress is told. */
  g_signal_emit_by_name (run->src, "remove-stream", "srt://127.0.0.1:9");
  gst_message_unref (gst_test_run_pop (run, GST_MESSAGE_WARNING));
  early = gst_bus_pop_filtered (run->bus, GST_MESSAGE_EOS);
  fail_unless (early == NULL);
  set_state (run, GST_STATE_PLAYING, GST_STATE_CHANGE_SUCCESS);
  gst_test_run_assert_eos (run);
}

GST_END_TEST;

GST_START_TEST (test_fails_while_starting)
{
  g_auto (Recording) recording = recording_new ("demo.mp4");
  GstTestRun *run = recording.run;

  lk_test_devserver_add_fault (run->server, "{\"life\":\"fail-starting\"}");
  set_state (run, GST_STATE_PLAYING, GST_STATE_CHANGE_ASYNC);
  assert_equals_int (gst_element_get_state (run->src, NULL, NULL, GST_TEST_TIMEOUT),
                     GST_STATE_CHANGE_FAILURE);
  gst_test_run_assert_error (run, GST_RESOURCE_ERROR_READ, "egress-failed");
}

GST_END_TEST;

GST_START_TEST (test_fails_while_active)
{
  g_auto (Recording) recording = recording_new ("demo.mp4");
  GstTestRun *run = recording.run;

  lk_test_devserver_add_fault (run->server, "{\"life\":\"fail-active\"}");
  set_state (run, GST_STATE_PLAYING, GST_STATE_CHANGE_ASYNC);
  gst_test_run_assert_error (run, GST_RESOURCE_ERROR_READ, "egress-failed");
}

GST_END_TEST;

/* What cannot work is an error by the name of the property, and nothing is sent. */
GST_START_TEST (test_wrong_outputs)
{
  static const struct
  {
    const char *property, *value, *said;
  } cases[] = {
    { NULL, NULL, "set location, locations, outputs or request" },
    { "location", "a.ts", "location: No egress writes .ts" },
    { "location", "ftp://host/a.mp4", "location: An egress cannot go to an address of ftp://" },
    { "locations", "<a.mp4,http://h/b.mp4>", "locations[1]: " },
    { "outputs", "<[output,format=avi]>",
      "outputs[0].format cannot be \"avi\"; there are default, " },
    { "outputs", "<[output,location=a.m3u8,segment-length=2]>",
      "outputs[0] has no field \"segment-length\"; there are format, location, storage, " },
    { "outputs", "<[output,location=s3://a/b.mp4,storage-uri=s3://c]>",
      "outputs[0] has more than one storage" },
    { "storage-uri", "http://bucket", "storage-uri: A storage address begins with s3://" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Recording) recording
          = recording_new (g_strcmp0 (cases[i].property, "storage-uri") == 0 ? "a.mp4" : NULL);
      GstTestRun *run = recording.run;
      g_autoptr (GstMessage) message = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *state = NULL;

      if (cases[i].property != NULL)
        gst_test_set_from_text (run->src, cases[i].property, cases[i].value);
      set_state (run, GST_STATE_PLAYING, GST_STATE_CHANGE_FAILURE);
      message = gst_test_run_pop (run, GST_MESSAGE_ERROR);
      gst_message_parse_error (message, &error, NULL);
      fail_unless (strstr (error->message, cases[i].said) != NULL, "%s", error->message);
      state = lk_test_devserver_get_state (run->server);
      fail_unless (strstr (state, "\"StartEgress\":") == NULL, "%s", state);
    }
}

GST_END_TEST;

/* Every way to say it, in one request. */
GST_START_TEST (test_outputs)
{
  g_auto (Recording) recording = recording_new ("rec/a.mp4");
  GstTestRun *run = recording.run;
  g_autoptr (LkEgressInfo) info = NULL;
  g_autofree char *json = NULL, *shown = NULL;
  LkEgressRequest *request;

  gst_test_set_from_text (run->src, "outputs",
                          "<[output,format=hls,location=live/play.m3u8,segment-duration=2,"
                          "live-playlist-name=live/now.m3u8],"
                          "[output,location=shots/img.jpg,capture-interval=5]>");
  play (run);
  g_object_get (run->src, "info", &info, "location", &shown, NULL);
  assert_equals_string (shown, "rec/a.mp4");
  request = lk_egress_info_get_egress (info);
  json = lk_egress_message_to_json (LK_EGRESS_MESSAGE (request), LK_EGRESS_JSON_PROTO_NAMES);
  fail_unless (strstr (json, "\"outputs\":["
                             "{\"file\":{\"file_type\":\"MP4\",\"filepath\":\"rec/a.mp4\"}},"
                             "{\"segments\":{\"protocol\":\"HLS_PROTOCOL\","
                             "\"playlist_name\":\"live/play.m3u8\",\"segment_duration\":2,"
                             "\"live_playlist_name\":\"live/now.m3u8\"}},"
                             "{\"images\":{\"capture_interval\":5,"
                             "\"filename_prefix\":\"shots/img\"}}]")
                   != NULL,
               "%s", json);
}

GST_END_TEST;

/* A stream key can be set, and not be read. */
GST_START_TEST (test_secrets)
{
  g_autoptr (GstElement) sink = gst_element_factory_make ("livekitegresssink", NULL);
  g_auto (GValue) locations = G_VALUE_INIT;
  g_autofree char *location = NULL, *text = NULL;
  GParamSpec *outputs;

  g_object_set (sink, "location", "rtmp://live.example/app/hushhush", NULL);
  gst_test_set_from_text (sink, "locations", "<rec/a.mp4, rtmp://live.example/app/hushhush>");
  g_object_get (sink, "location", &location, NULL);
  g_value_init (&locations, GST_TYPE_ARRAY);
  g_object_get_property (G_OBJECT (sink), "locations", &locations);
  text = gst_value_serialize (&locations);
  fail_unless (strstr (location, "hush") == NULL, "%s", location);
  fail_unless (strstr (location, "live.example/app/") != NULL, "%s", location);
  fail_unless (strstr (text, "hush") == NULL, "%s", text);
  fail_unless (strstr (text, "rec/a.mp4") != NULL, "%s", text);

  outputs = g_object_class_find_property (G_OBJECT_GET_CLASS (sink), "outputs");
  fail_if (outputs->flags & G_PARAM_READABLE);
}

GST_END_TEST;

static Suite *
livekitegresssink_suite (void)
{
  Suite *suite = suite_create ("livekitegresssink");
  TCase *tests = tcase_create ("general");

  tcase_set_timeout (tests, 120);
  suite_add_tcase (suite, tests);
  tcase_add_test (tests, test_record);
  tcase_add_test (tests, test_down);
  tcase_add_test (tests, test_down_while_starting);
  tcase_add_test (tests, test_beside_others);
  tcase_add_test (tests, test_ended_while_paused);
  tcase_add_test (tests, test_fails_while_starting);
  tcase_add_test (tests, test_fails_while_active);
  tcase_add_test (tests, test_wrong_outputs);
  tcase_add_test (tests, test_outputs);
  tcase_add_test (tests, test_secrets);

  return suite;
}

int
main (int argc, char **argv)
{
  Suite *suite;

  gst_test_init (&argc, &argv, "livekitegress coreelements");
  suite = livekitegresssink_suite ();
  return gst_check_run_suite (suite, "livekitegresssink", __FILE__);
}
