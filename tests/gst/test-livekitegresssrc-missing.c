/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where the elements that take the stream apart are not installed. */

#include <gst/pbutils/missing-plugins.h>

#include "gst-test.h"

GST_START_TEST (test_no_demuxer)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autoptr (GstMessage) missing = NULL;
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *state = NULL;

  assert_equals_int (gst_element_set_state (run->pipeline, GST_STATE_PAUSED),
                     GST_STATE_CHANGE_FAILURE);
  missing = gst_test_run_pop_element (run, "missing-plugin");
  fail_unless (gst_is_missing_plugin_message (missing));
  message = gst_test_run_pop (run, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN));
  fail_unless (strstr (error->message, "tsdemux") != NULL, "%s", error->message);
  state = lk_test_devserver_get_state (run->server);
  fail_unless (strstr (state, "StartEgress") == NULL, "%s", state);
}

GST_END_TEST;

/* The container needs nobody to take it apart. */
GST_START_TEST (test_container)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);

  g_object_set (run->src, "demux", FALSE, NULL);
  gst_test_run_play (run);
  gst_test_run_wait_buffers (run, 5, 0);
}

GST_END_TEST;

static Suite *
missing_suite (void)
{
  Suite *suite = suite_create ("livekitegresssrc-missing");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, test_no_demuxer);
  tcase_add_test (tcase, test_container);

  return suite;
}

int
main (int argc, char **argv)
{
  gst_test_init (&argc, &argv, "livekitegress coreelements");
  return gst_check_run_suite (missing_suite (), "livekitegresssrc-missing", __FILE__);
}
