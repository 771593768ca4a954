/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How a run ends: going down waits for little, and no egress is left behind. */

#include <livekit-egress/livekit-egress.h>

#include "gst-test.h"

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;

  return n;
}

static void
wait_descriptors (guint n)
{
  gint64 end = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;

  while (count_descriptors () > n)
    {
      if (g_get_monotonic_time () > end)
        g_error ("%u descriptors are open, %u were before", count_descriptors (), n);
      g_usleep (10000);
    }
}

static void
down (GstTestRun *run)
{
  assert_equals_int (gst_element_set_state (run->pipeline, GST_STATE_NULL),
                     GST_STATE_CHANGE_SUCCESS);
}

/* A pipeline that was freed while the server still thought about the start: the egress is stopped
 * all the same, and nothing of it stays here. */
GST_START_TEST (test_freed_while_starting)
{
  g_autoptr (GstTestRun) first = gst_test_run_new (NULL);
  g_autoptr (GstTestRun) run = NULL;
  guint n_descriptors;

  /* What is opened once for all. */
  gst_test_run_play (first);
  gst_test_run_wait_buffers (first, 1, 1);
  gst_test_run_drop_pipeline (first);
  lk_test_devserver_wait_ended (first->server, 1);

  run = gst_test_run_new (NULL);
  n_descriptors = count_descriptors ();
  lk_test_devserver_add_fault (run->server, "{\"method\":\"StartEgress\",\"delay_ms\":1500}");
  g_object_set (run->src, "stop-timeout", 100, NULL);
  gst_test_run_play (run);
  gst_test_run_drop_pipeline (run);

  lk_test_devserver_wait_ended (run->server, 1);
  {
    g_autofree char *state = lk_test_devserver_get_state (run->server);

    fail_unless (strstr (state, "\"StopEgress\":") != NULL, "%s", state);
  }
  wait_descriptors (n_descriptors);
}

GST_END_TEST;

/* The server refuses the first stop: the next is sent from the background. */
GST_START_TEST (test_refused_stop)
{
  g_autoptr (GstTestRun) run = gst_test_run_new ((const char *[]){ "--rpc-timeout", "1", NULL });
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) warning = NULL;

  /* This one ends by nothing but a stop. */
  lk_test_devserver_add_fault (run->server, "{\"life\":\"never-active\"}");
  lk_test_devserver_add_fault (run->server, "{\"method\":\"StopEgress\",\"twirp\":{\"code\":"
                                            "\"permission_denied\",\"msg\":\"not now\"}}");
  gst_test_run_play (run);
  lk_test_devserver_wait (run->server, "EGRESS_STARTING", 1);
  down (run);
  message = gst_bus_pop_filtered (run->bus, GST_MESSAGE_WARNING);
  fail_unless (message != NULL);
  gst_message_parse_warning (message, &warning, NULL);
  fail_unless (strstr (warning->message, "may still run") != NULL, "%s", warning->message);
  fail_unless (strstr (warning->message, "not now") != NULL, "%s", warning->message);
  lk_test_devserver_wait (run->server, "EGRESS_ABORTED", 1);
}

GST_END_TEST;

/* Going down took so long, on a machine that needed so long to get there: one that has much else to
 * do is given more time. */
static void
assert_quick (gint64 duration, gint64 limit, gint64 start_duration)
{
  limit = MAX (limit, 3 * start_duration);
  fail_unless (duration < limit, "%.1f s, %.1f s is the most", 1e-6 * (double)duration,
               1e-6 * (double)limit);
}

/* Going down waits until the server has accepted the stop, and says nothing then. */
GST_START_TEST (test_down_is_quick)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autoptr (GstMessage) warning = NULL;
  gint64 start = g_get_monotonic_time (), begin;

  gst_test_run_play (run);
  gst_test_run_wait_buffers (run, 10, 10);
  begin = g_get_monotonic_time ();
  down (run);
  /* It takes a third of a second; the time until the next poll was up to five. */
  assert_quick (g_get_monotonic_time () - begin, 2500 * G_TIME_SPAN_MILLISECOND, begin - start);
  warning = gst_bus_pop_filtered (run->bus, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR);
  fail_unless (warning == NULL, "%" GST_PTR_FORMAT, warning);
  lk_test_devserver_wait_ended (run->server, 1);
}

GST_END_TEST;

#define N_ELEMENTS 4

static void
on_pad_added (GstElement *src, GstPad *pad, gpointer pipeline)
{
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstPad) sink_pad = gst_element_get_static_pad (sink, "sink");

  g_object_set (sink, "async", FALSE, NULL);
  gst_bin_add (GST_BIN (pipeline), sink);
  gst_element_sync_state_with_parent (sink);
  gst_pad_link (pad, sink_pad);
}

/* Several go down one after the other. */
GST_START_TEST (test_four_down)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autoptr (GstMessage) warning = NULL;
  gint64 start = g_get_monotonic_time (), begin;

  for (guint i = 1; i < N_ELEMENTS; i++)
    {
      GstElement *src = gst_element_factory_make ("livekitegresssrc", NULL);

      g_object_set (src, "ws-url", lk_test_devserver_get_url (run->server), "api-key",
                    LK_TEST_API_KEY, "secret-key", LK_TEST_API_SECRET, "room-name", "demo",
                    "participant-identity", "bob", NULL);
      g_signal_connect (src, "pad-added", G_CALLBACK (on_pad_added), run->pipeline);
      gst_bin_add (GST_BIN (run->pipeline), src);
    }
  gst_test_run_play (run);
  lk_test_devserver_wait (run->server, "EGRESS_ACTIVE", N_ELEMENTS);
  gst_test_run_wait_buffers (run, 10, 10);
  begin = g_get_monotonic_time ();
  down (run);
  /* It was seven to twenty seconds. */
  assert_quick (g_get_monotonic_time () - begin, 5 * G_TIME_SPAN_SECOND, begin - start);
  warning = gst_bus_pop_filtered (run->bus, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR);
  fail_unless (warning == NULL, "%" GST_PTR_FORMAT, warning);
  lk_test_devserver_wait_ended (run->server, N_ELEMENTS);
}

GST_END_TEST;

/*** Handlers ***/

typedef struct
{
  GstTestRun *run;
  int n_calls;
  gboolean done;
} Handler;

static void
handler_down (Handler *self)
{
  if (g_atomic_int_add (&self->n_calls, 1) > 0)
    return;

  down (self->run);
  g_mutex_lock (&self->run->lock);
  self->done = TRUE;
  g_cond_broadcast (&self->run->cond);
  g_mutex_unlock (&self->run->lock);
}

static void
handler_wait (Handler *self)
{
  gint64 end = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;

  g_mutex_lock (&self->run->lock);
  while (!self->done)
    if (!g_cond_wait_until (&self->run->cond, &self->run->lock, end))
      g_error ("the handler hangs");
  g_mutex_unlock (&self->run->lock);
  while (lk_test_devserver_count (self->run->server, "EGRESS_ACTIVE") > 0)
    g_usleep (20000);
}

static void
on_egress_state (GstElement *src, GParamSpec *pspec, gpointer handler)
{
  int state;

  g_object_get (src, "egress-state", &state, NULL);
  if (state == LK_EGRESS_JOB_STATE_ACTIVE)
    handler_down (handler);
}

/* The thread that tells the state is the one that would stop the egress. */
GST_START_TEST (test_down_in_notify)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  Handler handler = { .run = run };

  g_signal_connect (run->src, "notify::egress-state", G_CALLBACK (on_egress_state), &handler);
  gst_test_run_play (run);
  handler_wait (&handler);
}

GST_END_TEST;

static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer handler)
{
  if (gst_message_has_name (message, "livekit-egress-state")
      && g_str_equal (gst_structure_get_string (gst_message_get_structure (message), "state"),
                      "active"))
    handler_down (handler);

  return GST_BUS_PASS;
}

GST_START_TEST (test_down_in_sync_handler)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  Handler handler = { .run = run };

  gst_bus_set_sync_handler (run->bus, on_message, &handler, NULL);
  gst_test_run_play (run);
  handler_wait (&handler);
  gst_bus_set_sync_handler (run->bus, NULL, NULL, NULL);
}

GST_END_TEST;

static void
block (GstElement *src, GParamSpec *pspec, gpointer user_data)
{
  Handler *self = user_data;

  g_atomic_int_set (&self->n_calls, 1);
  g_mutex_lock (&self->run->lock);
  while (!self->done)
    g_cond_wait (&self->run->cond, &self->run->lock);
  g_mutex_unlock (&self->run->lock);
}

/* A handler that waits for the very thread that goes down holds it up no longer than the timeout.
 */
GST_START_TEST (test_blocked_handler)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autoptr (GstMessage) warning = NULL;
  Handler handler = { .run = run };

  g_object_set (run->src, "stop-timeout", 300, NULL);
  g_signal_connect (run->src, "notify::egress-state", G_CALLBACK (block), &handler);
  gst_test_run_play (run);
  while (g_atomic_int_get (&handler.n_calls) == 0)
    g_usleep (1000);
  down (run);
  warning = gst_bus_pop_filtered (run->bus, GST_MESSAGE_WARNING);
  fail_unless (warning != NULL);

  g_mutex_lock (&run->lock);
  handler.done = TRUE;
  g_cond_broadcast (&run->cond);
  g_mutex_unlock (&run->lock);
  lk_test_devserver_wait_ended (run->server, 1);
}

GST_END_TEST;

/*** The warning ***/

static GMutex log_lock;
static GString *logged;

static void
log_line (GstDebugCategory *category,
          GstDebugLevel level,
          const char *file,
          const char *function,
          int line,
          GObject *object,
          GstDebugMessage *message,
          gpointer user_data)
{
  if (level != GST_LEVEL_WARNING
      || !g_str_equal (gst_debug_category_get_name (category), "livekitegress"))
    return;

  g_mutex_lock (&log_lock);
  g_string_append_printf (logged, "%s\n", gst_debug_message_get (message));
  g_mutex_unlock (&log_lock);
}

static GstBusSyncReply
on_warning (GstBus *bus, GstMessage *message, gpointer n_warnings)
{
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
    g_atomic_int_inc ((int *)n_warnings);

  return GST_BUS_PASS;
}

/* What may still run is told before the bus is flushed, and in the log for those who read it later.
 */
GST_START_TEST (test_warning)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  int n_warnings = 0;

  logged = g_string_new (NULL);
  gst_debug_add_log_function (log_line, NULL, NULL);
  gst_debug_set_threshold_for_name ("livekitegress", GST_LEVEL_WARNING);
  gst_bus_set_sync_handler (run->bus, on_warning, &n_warnings, NULL);
  g_object_set (run->pipeline, "auto-flush-bus", TRUE, NULL);
  g_object_set (run->src, "stop-timeout", 300, NULL);
  lk_test_devserver_add_fault (run->server, "{\"method\":\"StopEgress\",\"delay_ms\":1500}");
  gst_test_run_play (run);
  gst_test_run_wait_buffers (run, 1, 1);
  down (run);

  assert_equals_int (g_atomic_int_get (&n_warnings), 1);
  g_mutex_lock (&log_lock);
  fail_unless (strstr (logged->str, "may still run") != NULL, "%s", logged->str);
  g_mutex_unlock (&log_lock);
  gst_bus_set_sync_handler (run->bus, NULL, NULL, NULL);
  gst_debug_remove_log_function (log_line);
  /* Only a little later it does not run any more. */
  while (lk_test_devserver_count (run->server, "EGRESS_ACTIVE") > 0)
    g_usleep (20000);
  g_string_free (logged, TRUE);
}

GST_END_TEST;

/* 0 is for those who never wait. */
GST_START_TEST (test_no_wait)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autoptr (GstMessage) warning = NULL;
  gint64 begin;

  g_object_set (run->src, "stop-timeout", 0, NULL);
  lk_test_devserver_add_fault (run->server, "{\"method\":\"StopEgress\",\"delay_ms\":20000}");
  gst_test_run_play (run);
  gst_test_run_wait_buffers (run, 1, 1);
  begin = g_get_monotonic_time ();
  down (run);
  assert_quick (g_get_monotonic_time () - begin, 10 * G_TIME_SPAN_SECOND, 0);
  warning = gst_bus_pop_filtered (run->bus, GST_MESSAGE_WARNING);
  fail_unless (warning == NULL, "%" GST_PTR_FORMAT, warning);
}

GST_END_TEST;

static Suite *
stop_suite (void)
{
  Suite *suite = suite_create ("livekitegresssrc-stop");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, test_freed_while_starting);
  tcase_add_test (tcase, test_refused_stop);
  tcase_add_test (tcase, test_down_is_quick);
  tcase_add_test (tcase, test_four_down);
  tcase_add_test (tcase, test_down_in_notify);
  tcase_add_test (tcase, test_down_in_sync_handler);
  tcase_add_test (tcase, test_blocked_handler);
  tcase_add_test (tcase, test_warning);
  tcase_add_test (tcase, test_no_wait);

  return suite;
}

int
main (int argc, char **argv)
{
  gst_test_init (&argc, &argv, GST_TEST_PLUGINS);
  return gst_check_run_suite (stop_suite (), "livekitegresssrc-stop", __FILE__);
}
