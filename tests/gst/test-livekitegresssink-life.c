/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where an egress of livekitegresssink comes from and what becomes of it. */

#include <livekit-egress/livekit-egress.h>

#include "recording.h"

static void
play (GstTestRun *run)
{
  gst_element_set_state (run->pipeline, GST_STATE_PLAYING);
  assert_equals_int (gst_element_get_state (run->pipeline, NULL, NULL, GST_TEST_TIMEOUT),
                     GST_STATE_CHANGE_SUCCESS);
}

static char *
write_request (Recording *recording, const char *json)
{
  char *path = g_build_filename (recording->folder, "request.json", NULL);

  fail_unless (g_file_set_contents (path, json, -1, NULL));
  return path;
}

/* The request of another tool, with an output more. */
GST_START_TEST (test_request_file)
{
  g_auto (Recording) recording = recording_new ("live/play.m3u8");
  GstTestRun *run = recording.run;
  g_autofree char *path
      = write_request (&recording, "{\"room_name\":\"demo\",\"identity\":\"alice\","
                                   "\"file_outputs\":[{\"filepath\":\"a.mp4\"}]}");
  g_autofree char *state = NULL;

  g_object_set (run->src, "request-file", path, "room-name", NULL, "participant-identity", NULL,
                NULL);
  play (run);
  state = lk_test_devserver_get_state (run->server);
  fail_unless (strstr (state, "\"participant_video\":{\"identity\":\"alice\"") != NULL, "%s",
               state);
  fail_unless (strstr (state, "a.mp4") != NULL, "%s", state);
  fail_unless (strstr (state, "live/play.m3u8") != NULL, "%s", state);
}

GST_END_TEST;

GST_START_TEST (test_wrong_request_file)
{
  g_auto (Recording) recording = recording_new ("a.mp4");
  GstTestRun *run = recording.run;
  g_autofree char *path = write_request (&recording, "{\"room_name\":\"demo\",\"layot\":\"grid\"}");
  g_autoptr (LkEgressRequest) request = lk_egress_request_new_participant ("demo", "alice");
  const struct
  {
    const char *path, *said;
  } cases[] = {
    { "-", "request-file is \"-\"" },
    { "/nowhere/request.json", "request-file: " },
    { "/nowhere/request.json", "/nowhere/request.json" },
    { path, "request.json: there is no field layot" },
  };

  g_object_set (run->src, "request-file", path, NULL);
  g_free (gst_test_run_assert_refused (run, "request-file and room-name are both set"));
  gst_element_set_state (run->pipeline, GST_STATE_NULL);
  g_object_set (run->src, "room-name", NULL, "participant-identity", NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_object_set (run->src, "request-file", cases[i].path, NULL);
      g_free (gst_test_run_assert_refused (run, cases[i].said));
      gst_element_set_state (run->pipeline, GST_STATE_NULL);
    }
  g_object_set (run->src, "request", request, NULL);
  g_free (gst_test_run_assert_refused (run, "request and request-file are both set"));
}

GST_END_TEST;

static guint
count_starts (GstTestRun *run)
{
  g_autofree char *state = lk_test_devserver_get_state (run->server);
  const char *count = strstr (state, "\"StartEgress\":");

  return count != NULL ? atoi (count + strlen ("\"StartEgress\":")) : 0;
}

static void
lack_room (GstTestRun *run, guint times)
{
  for (guint i = 0; i < times; i++)
    lk_test_devserver_add_fault (run->server,
                                 "{\"method\":\"StartEgress\",\"twirp\":{\"code\":\"not_found\","
                                 "\"msg\":\"requested room does not exist\"}}");
}

/* The room comes a little later. */
GST_START_TEST (test_wait_for_room)
{
  g_auto (Recording) recording = recording_new ("a.mp4");
  GstTestRun *run = recording.run;

  lack_room (run, 2);
  g_object_set (run->src, "wait-for-room", 20000, NULL);
  play (run);
  assert_equals_int (count_starts (run), 3);
  assert_equals_int (lk_test_devserver_count (run->server, "EGRESS_ACTIVE"), 1);
}

GST_END_TEST;

/* Without that it fails at once, and with it when the time is over. */
GST_START_TEST (test_no_room)
{
  for (guint limit = 0; limit <= 400; limit += 400)
    {
      g_auto (Recording) recording = recording_new ("a.mp4");
      GstTestRun *run = recording.run;

      lack_room (run, 9);
      g_object_set (run->src, "wait-for-room", limit, NULL);
      gst_element_set_state (run->pipeline, GST_STATE_PLAYING);
      gst_test_run_assert_error (run, GST_RESOURCE_ERROR_NOT_FOUND, "not_found");
      fail_unless ((count_starts (run) > 1) == (limit > 0));
    }
}

GST_END_TEST;

/* A participant that does not come is told by the end of the egress, and waited for as well. */
GST_START_TEST (test_wait_for_participant)
{
  g_autoptr (GstTestRun) run = gst_test_run_new_for (
      "livekitegresssink", (const char *[]){ "--track-timeout", "1", "--out", "/nowhere", NULL });

  g_object_set (run->src, "location", "a.mp4", "participant-identity", "nobody", "wait-for-room",
                2000, NULL);
  gst_element_set_state (run->pipeline, GST_STATE_PLAYING);
  gst_test_run_assert_error (run, GST_RESOURCE_ERROR_NOT_FOUND, "egress-failed");
  fail_unless (count_starts (run) > 1);
}

GST_END_TEST;

/* Nobody waits for the room who wants to stop. */
GST_START_TEST (test_stop_waiting)
{
  g_auto (Recording) recording = recording_new ("a.mp4");
  GstTestRun *run = recording.run;

  for (guint i = 0; i < 2; i++)
    {
      lack_room (run, 20);
      g_object_set (run->src, "wait-for-room", 3600000, NULL);
      gst_element_set_state (run->pipeline, GST_STATE_PLAYING);
      while (count_starts (run) < 2)
        g_usleep (20000);
      if (i == 0)
        {
          gst_element_send_event (run->pipeline, gst_event_new_eos ());
          gst_test_run_assert_eos (run);
        }
      assert_equals_int (gst_element_set_state (run->pipeline, GST_STATE_NULL),
                         GST_STATE_CHANGE_SUCCESS);
    }
  assert_equals_int (lk_test_devserver_count (run->server, "EGRESS_ACTIVE"), 0);
}

GST_END_TEST;

static Suite *
life_suite (void)
{
  Suite *suite = suite_create ("livekitegresssink-life");
  TCase *tests = tcase_create ("general");

  tcase_set_timeout (tests, 120);
  suite_add_tcase (suite, tests);
  tcase_add_test (tests, test_request_file);
  tcase_add_test (tests, test_wrong_request_file);
  tcase_add_test (tests, test_wait_for_room);
  tcase_add_test (tests, test_no_room);
  tcase_add_test (tests, test_wait_for_participant);
  tcase_add_test (tests, test_stop_waiting);

  return suite;
}

int
main (int argc, char **argv)
{
  gst_test_init (&argc, &argv, "livekitegress coreelements");
  return gst_check_run_suite (life_suite (), "livekitegresssink-life", __FILE__);
}
