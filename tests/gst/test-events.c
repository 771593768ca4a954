/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* There is no other place or pace in what is live, and what came cannot be taken back: both
 * elements refuse events that ask for it while they play, and go on as if nothing had been. */

#include "gst-test.h"
#include "lk-test-folder.h"

static GstEvent *
new_seek (gdouble rate, GstSeekFlags flags)
{
  const GstSeekType type
      = flags & GST_SEEK_FLAG_INSTANT_RATE_CHANGE ? GST_SEEK_TYPE_NONE : GST_SEEK_TYPE_SET;

  return gst_event_new_seek (rate, GST_FORMAT_TIME, flags, type, 0, GST_SEEK_TYPE_NONE, 0);
}

/* The event of this number; NULL behind the last. */
static GstEvent *
new_event (guint number)
{
  switch (number)
    {
    case 0:
      return new_seek (1.0, GST_SEEK_FLAG_NONE);
    case 1:
      return new_seek (1.0, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_KEY_UNIT);
    case 2:
      return new_seek (2.0, GST_SEEK_FLAG_NONE);
    case 3:
      return new_seek (2.0, GST_SEEK_FLAG_INSTANT_RATE_CHANGE);
    case 4:
      return new_seek (1.0, GST_SEEK_FLAG_SEGMENT);
    case 5:
      return gst_event_new_step (GST_FORMAT_BUFFERS, 5, 1.0, TRUE, FALSE);
    case 6:
      return gst_event_new_step (GST_FORMAT_TIME, GST_SECOND, 2.0, FALSE, TRUE);
    case 7:
      return gst_event_new_flush_start ();
    case 8:
      return gst_event_new_flush_stop (TRUE);
    case 9:
      return gst_event_new_instant_rate_change (2.0, GST_SEGMENT_FLAG_NONE);
    case 10:
      return gst_event_new_instant_rate_sync_time (2.0, 0, 0);
    default:
      return NULL;
    }
}

/* What an application sends to the pipeline goes to its sinks, and from there to the pads of a
 * source. */
static gboolean
is_for_pipelines (GstEvent *event)
{
  return GST_EVENT_TYPE (event) == GST_EVENT_SEEK;
}

static void
assert_refused (GstTestRun *run)
{
  GstEvent *event;

  for (guint i = 0; (event = new_event (i)) != NULL; i++)
    {
      const char *type = GST_EVENT_TYPE_NAME (event);

      if (is_for_pipelines (event))
        fail_if (gst_element_send_event (run->pipeline, gst_event_ref (event)), "%s %u", type, i);
      fail_if (gst_element_send_event (run->src, event), "%s %u", type, i);
    }
}

GST_START_TEST (test_src)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autoptr (GstPad) pad = NULL;
  guint n_video, n_audio;

  gst_test_run_play (run);
  gst_test_run_wait_buffers (run, 10, 10);
  assert_refused (run);
  pad = gst_element_get_static_pad (run->src, "video_0");
  fail_if (gst_pad_send_event (pad, new_seek (1.0, GST_SEEK_FLAG_FLUSH)));

  g_mutex_lock (&run->lock);
  n_video = run->n_video;
  n_audio = run->n_audio;
  g_mutex_unlock (&run->lock);
  gst_test_run_wait_buffers (run, n_video + 20, n_audio + 20);
  gst_element_send_event (run->pipeline, gst_event_new_eos ());
  gst_test_run_assert_eos (run);
}

GST_END_TEST;

GST_START_TEST (test_sink)
{
  g_autofree char *folder = g_dir_make_tmp ("events-XXXXXX", NULL);
  GstTestRun *run
      = gst_test_run_new_for ("livekitegresssink", (const char *[]){ "--out", folder, NULL });

  g_object_set (run->src, "location", "a.mp4", NULL);
  assert_equals_int (gst_element_set_state (run->pipeline, GST_STATE_PLAYING),
                     GST_STATE_CHANGE_ASYNC);
  assert_equals_int (gst_element_get_state (run->pipeline, NULL, NULL, GST_TEST_TIMEOUT),
                     GST_STATE_CHANGE_SUCCESS);
  assert_refused (run);
  /* It is no reason for a pipeline to complain of its latency. */
  fail_unless (gst_element_send_event (run->src, gst_event_new_latency (GST_SECOND)));
  assert_equals_int (lk_test_devserver_count (run->server, "EGRESS_ACTIVE"), 1);
  gst_element_send_event (run->pipeline, gst_event_new_eos ());
  gst_test_run_assert_eos (run);
  gst_test_run_free (run);
  lk_test_remove_folder (folder);
}

GST_END_TEST;

static Suite *
events_suite (void)
{
  Suite *suite = suite_create ("events");
  TCase *tests = tcase_create ("general");

  tcase_set_timeout (tests, 60);
  suite_add_tcase (suite, tests);
  tcase_add_test (tests, test_src);
  tcase_add_test (tests, test_sink);

  return suite;
}

int
main (int argc, char **argv)
{
  gst_test_init (&argc, &argv, GST_TEST_PLUGINS);
  return gst_check_run_suite (events_suite (), "events", __FILE__);
}
