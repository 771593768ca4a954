/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Under GStreamer's leaks tracer, which warns of every object that is left when all is over. */

#include "gst-test.h"

GST_START_TEST (test_create)
{
  GstElement *src = gst_element_factory_make ("livekitegresssrc", NULL);

  gst_object_unref (gst_object_ref_sink (src));
}

GST_END_TEST;

static void
play (gboolean demux)
{
  GstTestRun *run = gst_test_run_new (NULL);

  g_object_set (run->src, "demux", demux, NULL);
  gst_test_run_play (run);
  gst_test_run_wait_buffers (run, 10, demux ? 10 : 0);
  gst_element_send_event (run->pipeline, gst_event_new_eos ());
  gst_test_run_assert_eos (run);
  gst_test_run_free (run);
}

GST_START_TEST (test_play) { play (TRUE); }

GST_END_TEST;

GST_START_TEST (test_play_container) { play (FALSE); }

GST_END_TEST;

GST_START_TEST (test_failure)
{
  GstTestRun *run = gst_test_run_new (NULL);

  lk_test_devserver_add_fault (run->server, "{\"life\":\"fail-active\"}");
  gst_test_run_play (run);
  gst_test_run_assert_error (run, GST_RESOURCE_ERROR_READ, "egress-failed");
  gst_test_run_free (run);
}

GST_END_TEST;

static void
restart (gboolean is_stopped)
{
  GstTestRun *run = gst_test_run_new (NULL);

  lk_test_devserver_add_fault (run->server, "{\"life\":\"fail-active\"}");
  gst_test_set_from_text (run->src, "restart", "on-failure");
  gst_test_run_play (run);
  gst_message_unref (gst_test_run_pop (run, GST_MESSAGE_WARNING));
  if (!is_stopped)
    {
      gst_message_unref (gst_test_run_pop_element (run, "livekit-egress-first-data"));
      gst_element_send_event (run->pipeline, gst_event_new_eos ());
      gst_test_run_assert_eos (run);
    }
  gst_test_run_free (run);
}

GST_START_TEST (test_restart) { restart (FALSE); }

GST_END_TEST;

GST_START_TEST (test_no_restart) { restart (TRUE); }

GST_END_TEST;

static Suite *
leaks_suite (void)
{
  Suite *suite = suite_create ("livekitegresssrc-leaks");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_create);
  tcase_add_test (tcase, test_play);
  tcase_add_test (tcase, test_play_container);
  tcase_add_test (tcase, test_failure);
  tcase_add_test (tcase, test_restart);
  tcase_add_test (tcase, test_no_restart);

  return suite;
}

int
main (int argc, char **argv)
{
  int status;

  g_setenv ("GST_TRACERS", "leaks", TRUE);
  /* One process: the tracer looks when it ends. */
  g_setenv ("CK_FORK", "no", TRUE);
  gst_test_init (&argc, &argv, GST_TEST_PLUGINS " coretracers");
  g_unsetenv ("GST_TRACERS");
  status = gst_check_run_suite (leaks_suite (), "livekitegresssrc-leaks", __FILE__);

  /* gstcheck ends GStreamer at exit. A leak is a warning then; a warning is a failure. */
  g_log_set_always_fatal (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);

  return status;
}
