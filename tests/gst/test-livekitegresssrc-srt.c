/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* SRT whose worker listens, and connections that break off and come back. */

#include <livekit-egress/livekit-egress.h>

#include "gst-test.h"
#include "lk-test-child.h"

static void
call_worker (GstTestRun *run, const char *host)
{
  g_autofree char *location
      = g_strdup_printf ("srt://%s:%u", host, lk_test_find_port (G_SOCKET_TYPE_DATAGRAM));

  gst_util_set_object_arg (G_OBJECT (run->src), "srt-mode", "caller");
  g_object_set (run->src, "srt-location", location, NULL);
}

/* Media goes on to come on the same pads. Between two cuts there may be no whole picture. */
static void
wait_reconnects (GstTestRun *run, guint n)
{
  guint n_audio = 0;

  while (gst_test_run_get_reconnects (run) < n)
    {
      n_audio += 10;
      gst_test_run_wait_buffers (run, 0, n_audio);
    }
  fail_unless (run->n_pads <= 2, "%u pads", run->n_pads);
}

static void
assert_plays (const char *host)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);

  call_worker (run, host);
  gst_test_run_play (run);
  gst_test_run_wait_buffers (run, 300, 300);
  assert_equals_int (run->n_pads, 2);
  assert_equals_int (gst_test_run_get_reconnects (run), 0);
  fail_unless (gst_element_send_event (run->pipeline, gst_event_new_eos ()));
  gst_test_run_assert_eos (run);
  assert_equals_int (lk_test_devserver_count (run->server, "EGRESS_COMPLETE"), 1);
}

/* Ten seconds. */
GST_START_TEST (test_worker_listens) { assert_plays ("127.0.0.1"); }

GST_END_TEST;

GST_START_TEST (test_worker_listens_ipv6) { assert_plays ("[::1]"); }

GST_END_TEST;

/* The worker closes the connection, and is called again. */
GST_START_TEST (test_worker_listens_again)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);

  lk_test_devserver_add_fault (run->server, "{\"life\":\"cut\",\"times\":0}");
  call_worker (run, "localhost");
  gst_test_run_play (run);
  wait_reconnects (run, 3);
  fail_unless (gst_element_send_event (run->pipeline, gst_event_new_eos ()));
  gst_test_run_assert_eos (run);
}

GST_END_TEST;

/* It sends for a second, of which the call takes some. */
GST_START_TEST (test_worker_goes)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);

  lk_test_devserver_add_fault (run->server, "{\"life\":\"worker-lost\"}");
  g_object_set (run->src, "reconnect-window", 500, "stop-timeout", 500, NULL);
  call_worker (run, "127.0.0.1");
  gst_test_run_play (run);
  /* Who calls late would wait for a key frame, and the worker is lost before the next. */
  gst_test_run_wait_buffers (run, 0, 1);
  gst_test_run_assert_error (run, GST_RESOURCE_ERROR_READ, "connection-lost");
}

GST_END_TEST;

static char *
get_last_failure (GstTestRun *run)
{
  g_autoptr (GstStructure) stats = NULL;

  g_object_get (run->src, "stats", &stats, NULL);
  return stats != NULL ? g_strdup (gst_structure_get_string (stats, "last-failure")) : NULL;
}

/* One that does not listen yet is called again, and stats say why, until it is reached. */
GST_START_TEST (test_worker_not_there)
{
  const gint64 end = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autofree char *failure = NULL;

  lk_test_devserver_add_fault (run->server, "{\"life\":\"never-active\"}");
  g_object_set (run->src, "stop-timeout", 500, NULL);
  call_worker (run, "127.0.0.1");
  gst_test_run_play (run);
  while (failure == NULL)
    {
      fail_unless (g_get_monotonic_time () < end);
      g_usleep (1000);
      failure = get_last_failure (run);
    }
  fail_unless (g_str_has_prefix (failure, "the worker cannot be reached at 127.0.0.1 port "), "%s",
               failure);
}

GST_END_TEST;

GST_START_TEST (test_worker_says_nothing)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);

  lk_test_devserver_add_fault (run->server, "{\"life\":\"no-media\"}");
  g_object_set (run->src, "first-data-timeout", 500, NULL);
  call_worker (run, "127.0.0.1");
  gst_test_run_play (run);
  gst_test_run_assert_error (run, GST_RESOURCE_ERROR_READ, "first-data-timeout");
}

GST_END_TEST;

static void
assert_wrong (const char *location, const char *named)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autofree char *text = NULL;

  gst_util_set_object_arg (G_OBJECT (run->src), "srt-mode", "caller");
  g_object_set (run->src, "srt-location", location, NULL);
  text = gst_test_run_assert_refused (run, named);
  fail_unless (strstr (text, "secret") == NULL);
}

GST_START_TEST (test_wrong_location)
{
  assert_wrong (NULL, "needs srt-location");
  assert_wrong ("127.0.0.1:7000", "srt-location is not");
  assert_wrong ("srt://127.0.0.1", "srt-location is not");
  assert_wrong ("srt://:7000", "srt-location is not");
  assert_wrong ("rtmp://127.0.0.1:7000", "srt-location is not");
  assert_wrong ("srt://127.0.0.1:7000?passphrase=secret", "srt-location is not");
  assert_wrong ("srt://user:secret@127.0.0.1:7000", "srt-location is not");
}

GST_END_TEST;

/* A worker that calls us and breaks off. */
GST_START_TEST (test_ten_cuts_in_a_row)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);

  lk_test_devserver_add_fault (run->server, "{\"life\":\"cut\",\"times\":0}");
  gst_test_run_play (run);
  wait_reconnects (run, 10);
  fail_unless (gst_element_send_event (run->pipeline, gst_event_new_eos ()));
  gst_test_run_assert_eos (run);
  assert_equals_int (lk_test_devserver_count (run->server, "EGRESS_COMPLETE"), 1);
}

GST_END_TEST;

static Suite *
srt_suite (void)
{
  Suite *suite = suite_create ("livekitegresssrc-srt");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 120);
  tcase_add_test (tcase, test_worker_listens);
  tcase_add_test (tcase, test_worker_listens_ipv6);
  tcase_add_test (tcase, test_worker_listens_again);
  tcase_add_test (tcase, test_worker_goes);
  tcase_add_test (tcase, test_worker_not_there);
  tcase_add_test (tcase, test_worker_says_nothing);
  tcase_add_test (tcase, test_wrong_location);
  tcase_add_test (tcase, test_ten_cuts_in_a_row);

  return suite;
}

int
main (int argc, char **argv)
{
  gst_test_init (&argc, &argv, GST_TEST_PLUGINS);

  return gst_check_run_suite (srt_suite (), "livekitegresssrc-srt", __FILE__);
}
