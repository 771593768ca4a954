/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The text of the metrics, to the letter, and what promtool says of it. */

#include <gio/gio.h>
#include <string.h>

#include "lk-egress-enum-types.h"
#include "lk-egress-metrics-private.h"

static LkEgressMetrics *
new_counted (void)
{
  LkEgressMetrics *metrics = lk_egress_metrics_new ();

  lk_egress_metrics_add (metrics, LK_EGRESS_METRIC_STARTED, 1, "room_composite", NULL);
  lk_egress_metrics_add (metrics, LK_EGRESS_METRIC_STARTED, 1, "room_composite", NULL);
  lk_egress_metrics_add (metrics, LK_EGRESS_METRIC_STARTED, 1, "web", NULL);
  lk_egress_metrics_add (metrics, LK_EGRESS_METRIC_STOPPED, 1, "web", "stop_api");
  lk_egress_metrics_add (metrics, LK_EGRESS_METRIC_ERRORS, 1, "track", "unavailable");
  lk_egress_metrics_add (metrics, LK_EGRESS_METRIC_ACTIVE, 3, "room_composite", NULL);
  lk_egress_metrics_add (metrics, LK_EGRESS_METRIC_ACTIVE, -1, "room_composite", NULL);
  lk_egress_metrics_add (metrics, LK_EGRESS_METRIC_ACTIVE, 1, "web", NULL);
  lk_egress_metrics_add (metrics, LK_EGRESS_METRIC_ACTIVE, -1, "web", NULL);
  lk_egress_metrics_add (metrics, LK_EGRESS_METRIC_POLLS, 5, LK_EGRESS_METRIC_OK, NULL);
  lk_egress_metrics_add (metrics, LK_EGRESS_METRIC_WEBHOOKS, 1, LK_EGRESS_METRIC_REFUSED, NULL);
  lk_egress_metrics_observe (metrics, LK_EGRESS_METRIC_START_ROOM_COMPOSITE, 0.5);
  lk_egress_metrics_observe (metrics, LK_EGRESS_METRIC_START_ROOM_COMPOSITE, 61);
  lk_egress_metrics_observe (metrics, LK_EGRESS_METRIC_QUEUE_WAIT, 60);
  lk_egress_metrics_observe (metrics, LK_EGRESS_METRIC_QUEUE_WAIT, 5000);
  lk_egress_metrics_observe (metrics, LK_EGRESS_METRIC_QUEUE_WAIT, 7200);

  return metrics;
}

static void
test_text (void)
{
  g_autoptr (LkEgressMetrics) metrics = new_counted ();
  g_autofree char *text = lk_egress_metrics_to_text (metrics, LK_EGRESS_METRICS_FORMAT_OPENMETRICS);

  g_assert_true (g_str_has_prefix (
      text, "# HELP egress_started Egresses that the server accepted.\n"
            "# TYPE egress_started counter\n"
            "egress_started_total{request_type=\"room_composite\"} 2\n"
            "egress_started_total{request_type=\"web\"} 1\n"
            "# HELP egress_stopped Egresses that ended, however.\n"
            "# TYPE egress_stopped counter\n"
            "egress_stopped_total{request_type=\"web\",end_reason=\"stop_api\"} 1\n"
            "# HELP egress_errors Starts and stops that failed, and egresses that ended by an"
            " error.\n"
            "# TYPE egress_errors counter\n"
            "egress_errors_total{request_type=\"track\",error_code=\"unavailable\"} 1\n"
            "# HELP egress_active_count Egresses that have not ended.\n"
            "# TYPE egress_active_count gauge\n"
            "egress_active_count{request_type=\"room_composite\"} 2\n"
            "egress_active_count{request_type=\"web\"} 0\n"
            "# HELP egress_polls Questions to the server for the state of egresses.\n"
            "# TYPE egress_polls counter\n"
            "egress_polls_total{result=\"ok\"} 5\n"
            "# HELP egress_webhooks Webhooks that came.\n"
            "# TYPE egress_webhooks counter\n"
            "egress_webhooks_total{result=\"refused\"} 1\n"
            "# HELP egress_start_room_composite_duration Seconds until the server accepted the"
            " start of a room composite.\n"
            "# TYPE egress_start_room_composite_duration histogram\n"
            "egress_start_room_composite_duration_bucket{le=\"0.1\"} 0\n"
            "egress_start_room_composite_duration_bucket{le=\"0.25\"} 0\n"
            "egress_start_room_composite_duration_bucket{le=\"0.5\"} 1\n"
            "egress_start_room_composite_duration_bucket{le=\"1.0\"} 1\n"
            "egress_start_room_composite_duration_bucket{le=\"2.5\"} 1\n"
            "egress_start_room_composite_duration_bucket{le=\"5.0\"} 1\n"
            "egress_start_room_composite_duration_bucket{le=\"10.0\"} 1\n"
            "egress_start_room_composite_duration_bucket{le=\"30.0\"} 1\n"
            "egress_start_room_composite_duration_bucket{le=\"60.0\"} 1\n"
            "egress_start_room_composite_duration_bucket{le=\"+Inf\"} 2\n"
            "egress_start_room_composite_duration_sum 61.500000\n"
            "egress_start_room_composite_duration_count 2\n"));
  g_assert_nonnull (strstr (text, "\negress_start_track_composite_duration_count 0\n"));
  g_assert_nonnull (strstr (text, "\negress_stop_duration_count 0\n"));
  g_assert_true (g_str_has_suffix (
      text, "# HELP egress_queue_wait_duration Seconds that starts waited for an egress to end.\n"
            "# TYPE egress_queue_wait_duration histogram\n"
            "egress_queue_wait_duration_bucket{le=\"0.1\"} 0\n"
            "egress_queue_wait_duration_bucket{le=\"1.0\"} 0\n"
            "egress_queue_wait_duration_bucket{le=\"10.0\"} 0\n"
            "egress_queue_wait_duration_bucket{le=\"60.0\"} 1\n"
            "egress_queue_wait_duration_bucket{le=\"300.0\"} 1\n"
            "egress_queue_wait_duration_bucket{le=\"900.0\"} 1\n"
            "egress_queue_wait_duration_bucket{le=\"1800.0\"} 1\n"
            "egress_queue_wait_duration_bucket{le=\"3600.0\"} 1\n"
            "egress_queue_wait_duration_bucket{le=\"7200.0\"} 3\n"
            "egress_queue_wait_duration_bucket{le=\"+Inf\"} 3\n"
            "egress_queue_wait_duration_sum 12260.000000\n"
            "egress_queue_wait_duration_count 3\n"
            "# EOF\n"));
}

/* The older format has the same samples, and its comments have their names. */
static void
test_formats (void)
{
  g_autoptr (LkEgressMetrics) metrics = new_counted ();
  g_autofree char *newer
      = lk_egress_metrics_to_text (metrics, LK_EGRESS_METRICS_FORMAT_OPENMETRICS);
  g_autofree char *older = lk_egress_metrics_to_text (metrics, LK_EGRESS_METRICS_FORMAT_PROMETHEUS);
  g_auto (GStrv) newer_lines = g_strsplit (newer, "\n", -1);
  g_auto (GStrv) older_lines = g_strsplit (older, "\n", -1);

  g_assert_nonnull (strstr (older, "\n# TYPE egress_stopped_total counter\n"));
  g_assert_null (strstr (older, "# EOF"));
  for (guint i = 0; older_lines[i] != NULL && *older_lines[i] != '\0'; i++)
    {
      if (*older_lines[i] != '#')
        g_assert_cmpstr (older_lines[i], ==, newer_lines[i]);
    }
}

static void
test_values (void)
{
  g_autoptr (LkEgressMetrics) metrics = new_counted ();

  g_assert_cmpfloat (lk_egress_metrics_get_value (metrics, "egress_started_total"), ==, 3);
  g_assert_cmpfloat (lk_egress_metrics_get_value (metrics, "egress_active_count"), ==, 2);
  g_assert_cmpfloat (lk_egress_metrics_get_value (metrics, "egress_start_room_composite_duration"),
                     ==, 2);
  g_assert_cmpfloat (lk_egress_metrics_get_value (metrics, "egress_of_none"), ==, 0);
}

/* Whatever comes, the number of samples stays within bounds. */
static void
test_others (void)
{
  g_autoptr (LkEgressMetrics) metrics = lk_egress_metrics_new ();
  g_autofree char *text = NULL;

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *name = g_strdup_printf ("\"}\n%u", i);

      lk_egress_metrics_add (metrics, LK_EGRESS_METRIC_ERRORS, 1, name, name);
    }
  lk_egress_metrics_add (metrics, LK_EGRESS_METRIC_ERRORS, 1, NULL, NULL);

  text = lk_egress_metrics_to_text (metrics, LK_EGRESS_METRICS_FORMAT_OPENMETRICS);
  g_assert_nonnull (
      strstr (text, "\negress_errors_total{request_type=\"other\",error_code=\"other\"} 1001\n"));
}

/* All values of the labels, as they are in the enumerations. */
static void
test_labels (void)
{
  g_autoptr (LkEgressMetrics) metrics = lk_egress_metrics_new ();
  g_autoptr (GEnumClass) reasons = g_type_class_ref (LK_EGRESS_TYPE_END_REASON);

  for (guint i = 0; i < reasons->n_values; i++)
    {
      g_autofree char *nick = g_strdelimit (g_strdup (reasons->values[i].value_nick), "-", '_');
      g_autofree char *sample = g_strdup_printf ("end_reason=\"%s\"} 1\n", nick);
      g_autofree char *text = NULL;

      lk_egress_metrics_add (metrics, LK_EGRESS_METRIC_STOPPED, 1, "replay", nick);
      text = lk_egress_metrics_to_text (metrics, LK_EGRESS_METRICS_FORMAT_OPENMETRICS);
      g_assert_nonnull (strstr (text, sample));
    }
}

static gpointer
count_many (gpointer data)
{
  for (guint i = 0; i < 10000; i++)
    {
      lk_egress_metrics_add (data, LK_EGRESS_METRIC_POLLS, 1, LK_EGRESS_METRIC_OK, NULL);
      lk_egress_metrics_observe (data, LK_EGRESS_METRIC_STOP, 0.001);
    }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (LkEgressMetrics) metrics = lk_egress_metrics_new ();
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("counter", count_many, metrics);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  g_assert_cmpfloat (lk_egress_metrics_get_value (metrics, "egress_polls_total"), ==, 40000);
  g_assert_cmpfloat (lk_egress_metrics_get_value (metrics, "egress_stop_duration"), ==, 40000);
}

/* It reads the older format. */
static void
test_promtool (void)
{
  g_autofree char *promtool = g_find_program_in_path ("promtool");
  g_autoptr (LkEgressMetrics) metrics = new_counted ();
  g_autofree char *text = lk_egress_metrics_to_text (metrics, LK_EGRESS_METRICS_FORMAT_PROMETHEUS);
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *output = NULL;
  GError *error = NULL;

  if (promtool == NULL)
    {
      g_test_skip ("promtool is not there: it is in Debian's package prometheus");
      return;
    }

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE
                                  | G_SUBPROCESS_FLAGS_STDERR_MERGE,
                              &error, promtool, "check", "metrics", NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, text, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (output, ==, "");
  g_assert_true (g_subprocess_get_successful (process));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/metrics/text", test_text);
  g_test_add_func ("/metrics/formats", test_formats);
  g_test_add_func ("/metrics/values", test_values);
  g_test_add_func ("/metrics/others", test_others);
  g_test_add_func ("/metrics/labels", test_labels);
  g_test_add_func ("/metrics/threads", test_threads);
  g_test_add_func ("/metrics/promtool", test_promtool);

  return g_test_run ();
}
