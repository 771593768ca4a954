/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where the elements that take the stream apart are not installed. */

#include <gst/pbutils/missing-plugins.h>

#include "gst-test.h"
#include "lk-test-folder.h"

/* As if it were not installed. */
static void
hide (const char *factory)
{
  GstRegistry *registry = gst_registry_get ();
  g_autoptr (GstPluginFeature) feature = gst_registry_lookup_feature (registry, factory);

  gst_registry_remove_feature (registry, feature);
}

/* The element is named to whoever can install it, and to the user. */
static void
assert_missing (GstTestRun *run, const char *factory)
{
  g_autoptr (GstMessage) missing = gst_test_run_pop_element (run, "missing-plugin");
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  fail_unless (gst_is_missing_plugin_message (missing));
  message = gst_test_run_pop (run, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN));
  fail_unless (strstr (error->message, factory) != NULL, "%s", error->message);
}

GST_START_TEST (test_no_demuxer)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autofree char *state = NULL;

  hide ("tsdemux");
  assert_equals_int (gst_element_set_state (run->pipeline, GST_STATE_PAUSED),
                     GST_STATE_CHANGE_FAILURE);
  assert_missing (run, "tsdemux");
  state = lk_test_devserver_get_state (run->server);
  fail_unless (strstr (state, "StartEgress") == NULL, "%s", state);
}

GST_END_TEST;

/* What the segments are is known when they come. */
GST_START_TEST (test_no_demuxer_of_segments)
{
  g_autofree char *folder = g_dir_make_tmp ("missing-XXXXXX", NULL);
  g_autofree char *location = g_build_filename (folder, "live.m3u8", NULL);
  g_autoptr (GstTestRun) run = gst_test_run_new ((const char *const[]){ "--out", "/", NULL });

  hide ("tsdemux");
  gst_util_set_object_arg (G_OBJECT (run->src), "protocol", "hls");
  g_object_set (run->src, "location", location, NULL);
  gst_test_run_play (run);
  assert_missing (run, "tsdemux");
  gst_test_run_drop_pipeline (run);
  /* The last of them is written after the stop. */
  lk_test_devserver_wait_ended (run->server, 1);
  lk_test_remove_folder (folder);
}

GST_END_TEST;

/* A stream that nobody can parse. The egress is stopped, since nobody has it. */
GST_START_TEST (test_no_parser)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);

  hide ("h264parse");
  gst_test_run_play (run);
  assert_missing (run, "h264parse");
  lk_test_devserver_wait_ended (run->server, 1);
}

GST_END_TEST;

/* The container needs nobody to take it apart. */
GST_START_TEST (test_container)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);

  hide ("tsdemux");
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
  tcase_add_test (tcase, test_no_demuxer_of_segments);
  tcase_add_test (tcase, test_no_parser);
  tcase_add_test (tcase, test_container);

  return suite;
}

int
main (int argc, char **argv)
{
  gst_test_init (&argc, &argv, GST_TEST_PLUGINS);
  return gst_check_run_suite (missing_suite (), "livekitegresssrc-missing", __FILE__);
}
