/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Elements that start no egress but take one that runs already. */

#include <livekit-egress/livekit-egress.h>

#include "recording.h"

/* Another element on the server of a run, as if started elsewhere; NULL for a source. */
static GstTestRun *
run_beside (GstTestRun *owner, const char *factory)
{
  GstTestRun *self
      = factory != NULL ? gst_test_run_new_for (factory, NULL) : gst_test_run_new (NULL);

  g_object_set (self->src, "ws-url", lk_test_devserver_get_url (owner->server), NULL);
  return self;
}

/* A sink is there when its egress is active. */
static void
play (GstTestRun *run)
{
  gst_element_set_state (run->pipeline, GST_STATE_PLAYING);
}

/* Until the element says that its egress is active: that of this id, if one is given. */
static void
wait_active (GstTestRun *run, const char *id)
{
  for (;;)
    {
      g_autoptr (GstMessage) message = gst_test_run_pop_element (run, "livekit-egress-state");
      const GstStructure *structure = gst_message_get_structure (message);

      if (id != NULL)
        assert_equals_string (gst_structure_get_string (structure, "egress-id"), id);
      if (g_str_equal (gst_structure_get_string (structure, "state"), "active"))
        return;
    }
}

/* A recording of alice by a sink, which is active. */
static Recording
record (const char *location)
{
  Recording self = recording_new (location);

  g_object_set (self.run->src, "participant-identity", "alice", NULL);
  play (self.run);
  wait_active (self.run, NULL);
  return self;
}

static char *
dup_id (GstTestRun *run)
{
  char *id;

  g_object_get (run->src, "egress-id", &id, NULL);
  return id;
}

static void
assert_started_once (GstTestRun *run)
{
  g_autofree char *state = lk_test_devserver_get_state (run->server);

  fail_unless (strstr (state, "\"StartEgress\":1") != NULL, "%s", state);
}

/* By id, and what is left goes on. */
GST_START_TEST (test_id)
{
  g_auto (Recording) recording = record ("a.mp4");
  GstTestRun *owner = recording.run;
  g_autoptr (GstTestRun) guest = run_beside (owner, "livekitegresssink");
  g_autofree char *id = dup_id (owner), *same = NULL;

  g_object_set (guest->src, "egress-id", id, "room-name", NULL, NULL);
  same = dup_id (guest);
  assert_equals_string (same, id);
  play (guest);
  wait_active (guest, id);
  gst_element_send_event (guest->pipeline, gst_event_new_eos ());
  gst_test_run_assert_eos (guest);
  gst_element_set_state (guest->pipeline, GST_STATE_NULL);

  assert_started_once (owner);
  assert_equals_int (lk_test_devserver_count (owner->server, "EGRESS_ACTIVE"), 1);
}

GST_END_TEST;

/* If the user wants so, it ends with the element that attached to it. */
GST_START_TEST (test_stop)
{
  g_auto (Recording) recording = record ("a.mp4");
  GstTestRun *owner = recording.run;
  g_autoptr (GstTestRun) guest = run_beside (owner, "livekitegresssink");
  g_autofree char *id = dup_id (owner);

  g_object_set (guest->src, "egress-id", id, NULL);
  gst_util_set_object_arg (G_OBJECT (guest->src), "on-stop", "stop");
  play (guest);
  wait_active (guest, id);
  gst_element_send_event (guest->pipeline, gst_event_new_eos ());
  gst_test_run_assert_eos (guest);
  gst_test_run_assert_eos (owner);
}

GST_END_TEST;

/* By what it does. */
GST_START_TEST (test_room)
{
  g_auto (Recording) recording = record ("a.mp4");
  GstTestRun *owner = recording.run;
  g_autofree char *id = dup_id (owner);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GstTestRun) guest = run_beside (owner, "livekitegresssink");

      g_object_set (guest->src, "participant-identity", "alice", "location",
                    i == 0 ? NULL : "a.mp4", NULL);
      gst_util_set_object_arg (G_OBJECT (guest->src), "attach", "room");
      play (guest);
      wait_active (guest, id);
    }
  assert_started_once (owner);
  assert_equals_int (lk_test_devserver_count (owner->server, "EGRESS_ACTIVE"), 1);
}

GST_END_TEST;

GST_START_TEST (test_none)
{
  g_auto (Recording) recording = record ("a.mp4");
  GstTestRun *owner = recording.run;
  g_autoptr (GstTestRun) guest = run_beside (owner, "livekitegresssink");

  g_object_set (guest->src, "participant-identity", "alice", "location", "b.mp4", NULL);
  gst_util_set_object_arg (G_OBJECT (guest->src), "attach", "room");
  play (guest);
  gst_test_run_assert_error (guest, GST_RESOURCE_ERROR_NOT_FOUND, "not_found");
}

GST_END_TEST;

GST_START_TEST (test_wrong)
{
  g_autoptr (GstTestRun) run = gst_test_run_new_for ("livekitegresssink", NULL);
  g_autoptr (GstTestRun) src = gst_test_run_new (NULL);

  g_object_set (run->src, "egress-id", "EG_1", "location", "a.mp4", NULL);
  g_free (gst_test_run_assert_refused (run, "unset egress-id, or location"));
  g_object_set (run->src, "location", NULL, NULL);
  gst_util_set_object_arg (G_OBJECT (run->src), "attach", "room");
  g_free (gst_test_run_assert_refused (run, "egress-id and attach are both set"));

  g_object_set (src->src, "egress-id", "EG_1", NULL);
  gst_util_set_object_arg (G_OBJECT (src->src), "protocol", "websocket");
  g_free (gst_test_run_assert_refused (src, "set protocol to srt or rtmp"));
}

GST_END_TEST;

/* A source is sent to as well, and then no more; whoever started the egress loses nothing. */
static void
check_source (const char *protocol)
{
  g_autoptr (GstTestRun) owner = gst_test_run_new (NULL);
  g_autoptr (GstTestRun) guest = run_beside (owner, NULL);
  g_autofree char *id = NULL;
  guint n;

  gst_test_set_from_text (owner->src, "protocol", protocol);
  gst_test_set_from_text (guest->src, "protocol", protocol);
  gst_test_run_play (owner);
  gst_test_run_wait_buffers (owner, 1, 1);
  id = dup_id (owner);
  g_object_set (guest->src, "egress-id", id, NULL);
  gst_test_run_play (guest);
  gst_test_run_wait_buffers (guest, 10, 10);
  gst_element_send_event (guest->pipeline, gst_event_new_eos ());
  gst_test_run_assert_eos (guest);
  gst_element_set_state (guest->pipeline, GST_STATE_NULL);

  g_mutex_lock (&owner->lock);
  n = owner->n_video;
  g_mutex_unlock (&owner->lock);
  gst_test_run_wait_buffers (owner, n + 10, 1);
  assert_started_once (owner);
  {
    g_autofree char *state = lk_test_devserver_get_state (owner->server);

    fail_unless (strstr (state, "\"UpdateStream\":2") != NULL, "%s", state);
  }
}

GST_START_TEST (test_srt) { check_source ("srt"); }

GST_END_TEST;

GST_START_TEST (test_rtmp) { check_source ("rtmp"); }

GST_END_TEST;

/* What does not stream cannot be joined by a source, and goes on. */
GST_START_TEST (test_source_refused)
{
  g_auto (Recording) recording = record ("a.mp4");
  GstTestRun *owner = recording.run;
  g_autoptr (GstTestRun) guest = run_beside (owner, NULL);
  g_autofree char *id = dup_id (owner);

  g_object_set (guest->src, "egress-id", id, NULL);
  gst_test_run_play (guest);
  {
    g_autoptr (GstMessage) message = gst_test_run_pop (guest, GST_MESSAGE_ERROR);

    gst_element_set_state (guest->pipeline, GST_STATE_NULL);
  }
  assert_equals_int (lk_test_devserver_count (owner->server, "EGRESS_ACTIVE"), 1);
}

GST_END_TEST;

static Suite *
attach_suite (void)
{
  Suite *suite = suite_create ("attach");
  TCase *tests = tcase_create ("general");

  tcase_set_timeout (tests, 60);
  suite_add_tcase (suite, tests);
  tcase_add_test (tests, test_id);
  tcase_add_test (tests, test_stop);
  tcase_add_test (tests, test_room);
  tcase_add_test (tests, test_none);
  tcase_add_test (tests, test_wrong);
  tcase_add_test (tests, test_srt);
  tcase_add_test (tests, test_rtmp);
  tcase_add_test (tests, test_source_refused);

  return suite;
}

int
main (int argc, char **argv)
{
  gst_test_init (&argc, &argv, GST_TEST_PLUGINS " flv");
  return gst_check_run_suite (attach_suite (), "attach", __FILE__);
}
