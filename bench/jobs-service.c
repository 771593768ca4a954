/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A recorder with many egresses: see bench/jobs.
 *
 *   jobs-service URL JOBS STOPS PORT
 *
 * Starts so many egresses with one LkEgressService, which hears webhooks on the port, and on that
 * of its receiver, which it prints. When all are ACTIVE it prints "active" and its memory, when so
 * many have ended what it measured from then on, and "burst" when half as many more have, twice. It
 * ends with its input. Requests to /nothing are answered and nothing else: what HTTP costs.
 */

#include <libsoup/soup.h>
#include <livekit-egress/livekit-egress.h>

#include "bench.h"

#define CONCURRENT 16

typedef struct
{
  gint64 time; /* when it began to arrive */
  gint64 read; /* when all of it was there */
  double cpu;  /* of the process until it began to arrive, in microseconds */
  gboolean tells;
} Request;

typedef struct
{
  LkEgressService *service;
  LkEgressWebhookReceiver *receiver;
  GMainLoop *loop;
  guint n_jobs;
  guint n_stops;
  guint n_asked;
  guint n_active;
  guint n_ended;

  GQueue requests;   /* of Request: those of which the jobs are to be told */
  GArray *latencies; /* microseconds from its beginning to the signal, once all are active */
  GArray *rests;     /* microseconds from its end to the signal, since then */
  GArray *wholes;    /* microseconds from what it tells to the signal, since then */
  GArray *costs; /* microseconds of CPU time until all are told and it is answered, since then */
  GArray *floor_costs; /* the same of requests to /nothing */
  guint n_webhooks;
  guint n_signals;
} JobsBench;

static void
print_memory (const char *what)
{
  g_autofree char *text = NULL;
  const char *line;

  g_file_get_contents ("/proc/self/status", &text, NULL, NULL);
  line = strstr (text, "VmRSS:");
  printf ("%s %.1f\n", what, g_ascii_strtod (line + strlen ("VmRSS:"), NULL) / 1024);
  fflush (stdout);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const gint64 *left = a, *right = b;

  return (*left > *right) - (*left < *right);
}

static double
get_percentile (GArray *values, guint percent)
{
  if (values->len == 0)
    return 0;

  g_array_sort (values, compare);
  return (double)g_array_index (values, gint64, values->len * percent / 100);
}

static void
report (JobsBench *bench)
{
  printf ("webhooks %u\nsignals %u\ntimed %u\n", bench->n_webhooks, bench->n_signals,
          bench->latencies->len);
  printf ("median %.3f\np99 %.3f\n", get_percentile (bench->latencies, 50) / 1000,
          get_percentile (bench->latencies, 99) / 1000);
  printf ("rest_median %.3f\nrest_p99 %.3f\n", get_percentile (bench->rests, 50) / 1000,
          get_percentile (bench->rests, 99) / 1000);
  printf ("whole_median %.3f\nwhole_p99 %.3f\n", get_percentile (bench->wholes, 50) / 1000,
          get_percentile (bench->wholes, 99) / 1000);
  printf ("cpu %.0f\nfloor_cpu %.0f\n", get_percentile (bench->costs, 50),
          get_percentile (bench->floor_costs, 50));
  print_memory ("ended");
}

static void
all_are_active (JobsBench *bench)
{
  print_memory ("active");
  bench->n_webhooks = bench->n_signals = 0;
  g_array_set_size (bench->latencies, 0);
  g_array_set_size (bench->rests, 0);
  g_array_set_size (bench->wholes, 0);
  g_array_set_size (bench->costs, 0);
}

static void
take_times (JobsBench *bench, const Request *webhook, LkEgressInfo *info)
{
  gint64 now = g_get_monotonic_time ();
  gint64 latency = now - webhook->time;
  gint64 rest = now - webhook->read;
  gint64 whole = g_get_real_time () - lk_egress_info_get_updated_at (info) / 1000;

  g_array_append_val (bench->latencies, latency);
  g_array_append_val (bench->rests, rest);
  g_array_append_val (bench->wholes, whole);
}

static void
on_state_changed (LkEgressJob *job, LkEgressJobState state, JobsBench *bench)
{
  const Request *request = g_queue_peek_head (&bench->requests);

  bench->n_signals++;
  /* A poll may have been first. */
  if (request != NULL && request->tells)
    take_times (bench, request, lk_egress_job_get_info (job));
  if (state == LK_EGRESS_JOB_STATE_ACTIVE && ++bench->n_active == bench->n_jobs)
    all_are_active (bench);
  if (!lk_egress_job_state_is_final (state))
    return;
  if (++bench->n_ended == bench->n_stops)
    report (bench);
  else if (bench->n_ended == bench->n_stops * 3 / 2 || bench->n_ended == bench->n_stops * 2)
    print_memory ("burst");
}

/* Starts */

static void start_next (JobsBench *bench);

static void
started (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  JobsBench *bench = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressJob) job
      = lk_egress_service_start_finish (LK_EGRESS_SERVICE (source_object), result, &error);

  if (job == NULL)
    bench_fail (error);
  g_signal_connect (job, "state-changed", G_CALLBACK (on_state_changed), bench);
  if (lk_egress_job_get_state (job) == LK_EGRESS_JOB_STATE_ACTIVE)
    on_state_changed (job, LK_EGRESS_JOB_STATE_ACTIVE, bench);
  start_next (bench);
}

static void
start_next (JobsBench *bench)
{
  g_autoptr (LkEgressRequest) request = NULL;

  if (bench->n_asked == bench->n_jobs)
    return;

  bench->n_asked++;
  request = lk_egress_request_new_participant ("demo", "alice");
  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, "srt://127.0.0.1:9");
  lk_egress_service_start_async (bench->service, request, NULL, started, bench);
}

/* Webhooks */

static void
on_request_started (SoupServer *server, SoupServerMessage *message)
{
  Request *request = g_new (Request, 1);

  request->time = g_get_monotonic_time ();
  request->cpu = bench_cpu ();
  g_object_set_data_full (G_OBJECT (message), "request", request, g_free);
}

/* It runs after the source with which the service tells its jobs of the webhook. By then the answer
 * is on its way, too. */
static gboolean
all_are_told (gpointer user_data)
{
  JobsBench *bench = user_data;
  Request *request = g_queue_pop_head (&bench->requests);
  gint64 cost = (gint64)(bench_cpu () - request->cpu);

  g_array_append_val (request->tells ? bench->costs : bench->floor_costs, cost);
  g_free (request);

  return G_SOURCE_REMOVE;
}

static void
receive (JobsBench *bench, SoupServerMessage *message)
{
  const char *token = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "Authorization");
  g_autoptr (GBytes) body
      = soup_message_body_flatten (soup_server_message_get_request_body (message));
  guint status = lk_egress_webhook_receiver_receive (bench->receiver, body, token);

  if (status != SOUP_STATUS_OK)
    {
      fprintf (stderr, "A webhook was refused with %u\n", status);
      exit (1);
    }
  bench->n_webhooks++;
}

static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  JobsBench *bench = user_data;
  Request *request = g_object_steal_data (G_OBJECT (message), "request");

  request->read = g_get_monotonic_time ();
  request->tells = !g_str_equal (path, "/nothing");
  if (request->tells)
    receive (bench, message);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  g_queue_push_tail (&bench->requests, request);
  g_idle_add_full (G_PRIORITY_DEFAULT, all_are_told, bench, NULL);
}

static SoupServer *
listen_for_webhooks (JobsBench *bench, guint port)
{
  SoupServer *server = soup_server_new (NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_signal_connect (server, "request-started", G_CALLBACK (on_request_started), NULL);
  soup_server_add_handler (server, NULL, on_request, bench, NULL);
  if (!soup_server_listen_local (server, port, SOUP_SERVER_LISTEN_IPV4_ONLY, &error))
    bench_fail (error);

  return server;
}

static gboolean
on_input_ended (GIOChannel *input, GIOCondition condition, gpointer loop)
{
  g_main_loop_quit (loop);

  return G_SOURCE_REMOVE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressClient) client = NULL;
  g_autoptr (LkEgressWebhookKeys) keys = NULL;
  g_autoptr (SoupServer) server = NULL;
  g_autoptr (GIOChannel) input = NULL;
  JobsBench bench = { 0 };

  if (argc != 5)
    {
      fprintf (stderr, "Usage: %s URL JOBS STOPS PORT\n", argv[0]);
      return 2;
    }

  client = lk_egress_client_new (argv[1], NULL, &error);
  if (client == NULL)
    bench_fail (error);
  bench.service = lk_egress_service_new (client);
  keys = lk_egress_webhook_keys_new_from_environment (&error);
  if (keys == NULL)
    bench_fail (error);
  bench.receiver = lk_egress_webhook_receiver_new (bench.service, keys);
  if (!lk_egress_webhook_receiver_listen (bench.receiver, NULL, 0, NULL, &error))
    bench_fail (error);
  printf ("port %u\n", lk_egress_webhook_receiver_get_port (bench.receiver));
  fflush (stdout);
  bench.n_jobs = (guint)atoi (argv[2]);
  bench.n_stops = (guint)atoi (argv[3]);
  bench.loop = g_main_loop_new (NULL, FALSE);
  bench.latencies = g_array_new (FALSE, FALSE, sizeof (gint64));
  bench.rests = g_array_new (FALSE, FALSE, sizeof (gint64));
  bench.wholes = g_array_new (FALSE, FALSE, sizeof (gint64));
  bench.costs = g_array_new (FALSE, FALSE, sizeof (gint64));
  bench.floor_costs = g_array_new (FALSE, FALSE, sizeof (gint64));
  server = listen_for_webhooks (&bench, (guint)atoi (argv[4]));

  for (guint i = 0; i < CONCURRENT; i++)
    start_next (&bench);
  input = g_io_channel_unix_new (0);
  g_io_add_watch (input, G_IO_HUP, on_input_ended, bench.loop);
  g_main_loop_run (bench.loop);

  return 0;
}
