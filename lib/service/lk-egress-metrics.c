/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-metrics-private.h"

#include "lk-egress-enum-types.h"
#include "lk-egress-error.h"

/**
 * LkEgressMetrics:
 *
 * What a recorder counts and measures, as Prometheus and others read it.
 *
 * | name                                   | kind      | labels                         |
 * |----------------------------------------|-----------|--------------------------------|
 * | `egress_started_total`                 | counter   | `request_type`                 |
 * | `egress_stopped_total`                 | counter   | `request_type`, `end_reason`   |
 * | `egress_errors_total`                  | counter   | `request_type`, `error_code`   |
 * | `egress_active_count`                  | gauge     | `request_type`                 |
 * | `egress_start_room_composite_duration` | histogram | none                           |
 * | `egress_start_track_composite_duration`| histogram | none                           |
 * | `egress_stop_duration`                 | histogram | none                           |
 * | `egress_polls_total`                   | counter   | `result`                       |
 * | `egress_webhooks_total`                | counter   | `result`                       |
 * | `egress_start_retries_total`           | counter   | `request_type`, `error_code`   |
 * | `egress_queued_starts`                 | gauge     | `request_type`                 |
 * | `egress_queue_wait_duration`           | histogram | none                           |
 *
 * Started are the egresses that the server accepted, stopped those that ended, however. Errors are
 * starts and stops that failed, and egresses that ended by an error. The durations are those until
 * the server accepted the call, in seconds. Polls are `ok` or `failed`; webhooks are `taken`,
 * `late` (a poll was faster), `duplicate`, `unrelated` (of no egress of the service) or `refused`.
 * Retries, queued starts and how long those waited that were started then are those of a
 * [class@StartPolicy].
 *
 * The values of each label are bounded, what is not known is `other`. `request_type` is
 * `room_composite`, `web`, `participant`, `track_composite`, `track`, `media` or `replay`.
 * `end_reason` is a value of [enum@EndReason], or `max_duration` when the service ended the egress
 * for [property@StartPolicy:max-duration]. `error_code` is one of lk_egress_error_to_code(), or
 * `invalid_request`, `connection`, `timed_out`, `cancelled`, or `shut_down` for a start that was
 * queued when the service ended.
 *
 * Counters begin at zero with the service. Any thread may call the methods.
 *
 * Since: 1.0
 */

#define N_LABELS 2
#define OTHER "other"
#define MAX_VALUES 32

typedef enum
{
  COUNTER,
  GAUGE,
  HISTOGRAM,
} Kind;

typedef struct
{
  const char *name;
  Kind kind;
  const char *help;
  const char *labels[N_LABELS];
  gboolean long_waits; /* of a histogram */
} Family;

static const Family families[] = {
  [LK_EGRESS_METRIC_STARTED]
  = { "egress_started_total", COUNTER, "Egresses that the server accepted.", { "request_type" } },
  [LK_EGRESS_METRIC_STOPPED] = { "egress_stopped_total",
                                 COUNTER,
                                 "Egresses that ended, however.",
                                 { "request_type", "end_reason" } },
  [LK_EGRESS_METRIC_ERRORS]
  = { "egress_errors_total",
      COUNTER,
      "Starts and stops that failed, and egresses that ended by an error.",
      { "request_type", "error_code" } },
  [LK_EGRESS_METRIC_ACTIVE]
  = { "egress_active_count", GAUGE, "Egresses that have not ended.", { "request_type" } },
  [LK_EGRESS_METRIC_POLLS] = { "egress_polls_total",
                               COUNTER,
                               "Questions to the server for the state of egresses.",
                               { "result" } },
  [LK_EGRESS_METRIC_WEBHOOKS]
  = { "egress_webhooks_total", COUNTER, "Webhooks that came.", { "result" } },
  [LK_EGRESS_METRIC_START_ROOM_COMPOSITE]
  = { "egress_start_room_composite_duration",
      HISTOGRAM,
      "Seconds until the server accepted the start of a room composite.",
      {} },
  [LK_EGRESS_METRIC_START_TRACK_COMPOSITE]
  = { "egress_start_track_composite_duration",
      HISTOGRAM,
      "Seconds until the server accepted the start of a track composite.",
      {} },
  [LK_EGRESS_METRIC_STOP]
  = { "egress_stop_duration", HISTOGRAM, "Seconds until the server accepted a stop.", {} },
  [LK_EGRESS_METRIC_RETRIES] = { "egress_start_retries_total",
                                 COUNTER,
                                 "Starts that nobody took and that were to be tried again.",
                                 { "request_type", "error_code" } },
  [LK_EGRESS_METRIC_QUEUED]
  = { "egress_queued_starts", GAUGE, "Starts that wait for an egress to end.", { "request_type" } },
  [LK_EGRESS_METRIC_QUEUE_WAIT] = { "egress_queue_wait_duration",
                                    HISTOGRAM,
                                    "Seconds that starts waited for an egress to end.",
                                    {},
                                    TRUE },
};
static const char *const kinds[] = { "counter", "gauge", "histogram" };

/* Seconds. A start takes half a second, or half a minute when there is no worker. Who waits for an
 * egress to end waits for as long as people talk. */
#define N_BUCKETS 10
static const double bounds[][N_BUCKETS - 1] = {
  { 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60 },
  { 0.1, 1, 10, 60, 300, 900, 1800, 3600, 7200 },
};
static const char *const bound_texts[][N_BUCKETS] = {
  { "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "10.0", "30.0", "60.0", "+Inf" },
  { "0.1", "1.0", "10.0", "60.0", "300.0", "900.0", "1800.0", "3600.0", "7200.0", "+Inf" },
};

/* The values that a label can have; the last is for all others. */
typedef struct
{
  char *names[MAX_VALUES];
  guint n_names;
} Values;

struct _LkEgressMetrics
{
  GObject parent_instance;

  GMutex lock;
  struct
  {
    gint64 *counts;    /* by the values of the labels, or by bucket */
    gboolean *counted; /* the same: whether there was anything to count */
    double sum;        /* of a histogram */
  } samples[G_N_ELEMENTS (families)];
};

G_DEFINE_FINAL_TYPE (LkEgressMetrics, lk_egress_metrics, G_TYPE_OBJECT)

static void
add_value (Values *values, const char *name)
{
  g_assert (values->n_names < MAX_VALUES);
  values->names[values->n_names] = g_strdelimit (g_strdup (name), "-", '_');
  values->n_names++;
}

static void
add_values (Values *values, const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i++)
    add_value (values, names[i]);
}

static const Values *
get_values (const char *label)
{
  static const char *const types[]
      = { "room_composite", "web", "participant", "track_composite", "track", "media",
          "replay",         OTHER, NULL };
  static const char *const codes[]
      = { "invalid_request", "connection", "timed_out", "cancelled", "shut_down", OTHER, NULL };
  static const char *const results[] = { LK_EGRESS_METRIC_OK,
                                         LK_EGRESS_METRIC_FAILED,
                                         LK_EGRESS_METRIC_TAKEN,
                                         LK_EGRESS_METRIC_LATE,
                                         LK_EGRESS_METRIC_DUPLICATE,
                                         LK_EGRESS_METRIC_UNRELATED,
                                         LK_EGRESS_METRIC_REFUSED,
                                         OTHER,
                                         NULL };
  static Values type_values, reason_values, code_values, result_values;
  static gsize made;

  if (g_once_init_enter (&made))
    {
      g_autoptr (GEnumClass) reasons = g_type_class_ref (LK_EGRESS_TYPE_END_REASON);

      add_values (&type_values, types);
      add_values (&result_values, results);
      for (guint i = 0; i < reasons->n_values; i++)
        add_value (&reason_values, reasons->values[i].value_nick);
      add_value (&reason_values, LK_EGRESS_METRIC_MAX_DURATION);
      add_value (&reason_values, OTHER);
      for (int i = 0; lk_egress_error_to_code (i) != NULL; i++)
        add_value (&code_values, lk_egress_error_to_code (i));
      add_values (&code_values, codes);
      g_once_init_leave (&made, 1);
    }

  if (g_str_equal (label, "request_type"))
    return &type_values;
  if (g_str_equal (label, "end_reason"))
    return &reason_values;
  return g_str_equal (label, "error_code") ? &code_values : &result_values;
}

/* How many values of the label, or 1 if there is none. */
static guint
count_values (const Family *family, guint label)
{
  return family->labels[label] != NULL ? get_values (family->labels[label])->n_names : 1;
}

static guint
count_samples (const Family *family)
{
  return family->kind == HISTOGRAM ? N_BUCKETS
                                   : count_values (family, 0) * count_values (family, 1);
}

static guint
find_value (const Family *family, guint label, const char *name)
{
  const Values *values;

  if (family->labels[label] == NULL)
    return 0;

  values = get_values (family->labels[label]);
  for (guint i = 0; i < values->n_names; i++)
    {
      if (g_strcmp0 (values->names[i], name) == 0)
        return i;
    }
  return values->n_names - 1;
}

static void
lk_egress_metrics_finalize (GObject *object)
{
  LkEgressMetrics *self = LK_EGRESS_METRICS (object);

  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    {
      g_free (self->samples[i].counts);
      g_free (self->samples[i].counted);
    }
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (lk_egress_metrics_parent_class)->finalize (object);
}

static void
lk_egress_metrics_class_init (LkEgressMetricsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lk_egress_metrics_finalize;
}

static void
lk_egress_metrics_init (LkEgressMetrics *self)
{
  g_mutex_init (&self->lock);
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    {
      self->samples[i].counts = g_new0 (gint64, count_samples (&families[i]));
      self->samples[i].counted = g_new0 (gboolean, count_samples (&families[i]));
    }
}

LkEgressMetrics *
lk_egress_metrics_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_METRICS, NULL);
}

void
lk_egress_metrics_add (LkEgressMetrics *self,
                       LkEgressMetric metric,
                       int amount,
                       const char *first,
                       const char *second)
{
  const Family *family = &families[metric];
  guint i
      = find_value (family, 0, first) * count_values (family, 1) + find_value (family, 1, second);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->samples[metric].counts[i] += amount;
  self->samples[metric].counted[i] = TRUE;
}

void
lk_egress_metrics_observe (LkEgressMetrics *self, LkEgressMetric metric, double seconds)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  guint i = 0;

  while (i < N_BUCKETS - 1 && seconds > bounds[families[metric].long_waits][i])
    i++;
  self->samples[metric].counts[i]++;
  self->samples[metric].sum += seconds;
}

/**
 * lk_egress_metrics_get_value:
 * @self: the metrics
 * @name: a name of the table above, such as `egress_started_total`
 *
 * Gets the value of one metric: the sum over all values of its labels, and of a histogram how many
 * values it has.
 *
 * Returns: the value; 0 for a name that is not in the table
 * Since: 1.0
 */
double
lk_egress_metrics_get_value (LkEgressMetrics *self, const char *name)
{
  g_autoptr (GMutexLocker) locker = NULL;
  gint64 value = 0;

  g_return_val_if_fail (LK_EGRESS_IS_METRICS (self), 0);
  g_return_val_if_fail (name != NULL, 0);

  locker = g_mutex_locker_new (&self->lock);
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    {
      if (!g_str_equal (families[i].name, name))
        continue;
      for (guint j = 0; j < count_samples (&families[i]); j++)
        value += self->samples[i].counts[j];
    }
  return value;
}

/* What was never counted is left out, if it has labels. A gauge that is down to 0 is not: whoever
 * looks for it would see it go away instead. */
static void
append_values (LkEgressMetrics *self, GString *text, guint i)
{
  const Family *family = &families[i];
  guint n_second = count_values (family, 1);

  for (guint j = 0; j < count_samples (family); j++)
    {
      if (!self->samples[i].counted[j])
        continue;
      g_string_append (text, family->name);
      for (guint label = 0; label < N_LABELS && family->labels[label] != NULL; label++)
        g_string_append_printf (
            text, "%s%s=\"%s\"", label == 0 ? "{" : ",", family->labels[label],
            get_values (family->labels[label])->names[label == 0 ? j / n_second : j % n_second]);
      g_string_append_printf (text, "} %" G_GINT64_FORMAT "\n", self->samples[i].counts[j]);
    }
}

static void
append_histogram (LkEgressMetrics *self, GString *text, guint i)
{
  const char *name = families[i].name;
  char sum[G_ASCII_DTOSTR_BUF_SIZE];
  gint64 count = 0;

  for (guint j = 0; j < N_BUCKETS; j++)
    {
      count += self->samples[i].counts[j];
      g_string_append_printf (text, "%s_bucket{le=\"%s\"} %" G_GINT64_FORMAT "\n", name,
                              bound_texts[families[i].long_waits][j], count);
    }
  g_ascii_formatd (sum, sizeof sum, "%.6f", self->samples[i].sum);
  g_string_append_printf (text, "%s_sum %s\n%s_count %" G_GINT64_FORMAT "\n", name, sum, name,
                          count);
}

/* promtool reads the older format, and takes a gauge whose name ends as the samples of histograms
 * do for a mistake. That name is given, so nothing is said of its kind there. */
static const char *
get_kind (const Family *family, gboolean openmetrics)
{
  if (!openmetrics && family->kind == GAUGE && g_str_has_suffix (family->name, "_count"))
    return "untyped";

  return kinds[family->kind];
}

/**
 * lk_egress_metrics_to_text:
 * @self: the metrics
 * @format: how to write them
 *
 * Writes all metrics as text: the body of an answer to a scraper.
 *
 * Returns: (transfer full): the text
 * Since: 1.0
 */
char *
lk_egress_metrics_to_text (LkEgressMetrics *self, LkEgressMetricsFormat format)
{
  gboolean openmetrics = format == LK_EGRESS_METRICS_FORMAT_OPENMETRICS;
  g_autoptr (GMutexLocker) locker = NULL;
  GString *text;

  g_return_val_if_fail (LK_EGRESS_IS_METRICS (self), NULL);

  text = g_string_new (NULL);
  locker = g_mutex_locker_new (&self->lock);
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    {
      const Family *family = &families[i];
      /* There the name of a counter is that of its samples without the end. */
      int length = (int)strlen (family->name)
                   - (openmetrics && family->kind == COUNTER ? (int)strlen ("_total") : 0);

      g_string_append_printf (text, "# HELP %.*s %s\n# TYPE %.*s %s\n", length, family->name,
                              family->help, length, family->name, get_kind (family, openmetrics));
      if (family->kind == HISTOGRAM)
        append_histogram (self, text, i);
      else
        append_values (self, text, i);
    }
  if (openmetrics)
    g_string_append (text, "# EOF\n");

  return g_string_free (text, FALSE);
}
