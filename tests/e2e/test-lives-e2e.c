/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Many short lives on the real server, eight at a time: refused, aborted, failed, stopped in any
 * state. Their webhooks reach the service with losses, repeated and late, and its polls race with
 * them; those of every second one come from the server straight to a receiver as well. Each job
 * tells each state once and in order, and ends as the server says.
 *
 *   test-lives-e2e [LIVES] */

#include <gst/gst.h>
#include <json-glib/json-glib.h>
#include <stdlib.h>
#include <string.h>

#include "e2e.h"

#define CONCURRENT 8
#define READ_INTERVAL_MS 20

static guint n_lives = 60;

typedef struct
{
  LkEgressClient *client;
  LkEgressService *service;
  LkEgressWebhookKeys *keys;
  LkEgressWebhookReceiver *receiver;
  GRand *rand;
  GIOChannel *webhooks;
  GPtrArray *lives; /* of Life */
  guint n_started;
  guint n_ended;
  guint n_delivered;
} Fixture;

typedef struct
{
  Fixture *fixture;
  LkEgressJob *job;
  LkEgressJobState state; /* that was told last */
} Life;

static gboolean
chance (Fixture *fixture, guint percent)
{
  return g_rand_int_range (fixture->rand, 0, 100) < (int)percent;
}

static void
life_free (gpointer data)
{
  Life *life = data;

  g_object_unref (life->job);
  g_free (life);
}

/* Webhooks */

typedef struct
{
  Fixture *fixture;
  LkEgressWebhookEvent *event;
} Late;

static gboolean
deliver_late (gpointer user_data)
{
  Late *late = user_data;

  lk_egress_service_deliver (late->fixture->service, late->event);
  late->fixture->n_delivered++;
  g_object_unref (late->event);
  g_free (late);
  return G_SOURCE_REMOVE;
}

static void
take_webhook (Fixture *fixture, const char *line)
{
  g_autoptr (JsonNode) node = json_from_string (line, NULL);
  JsonObject *object = json_node_get_object (node);
  const char *text = json_object_get_string_member (object, "body");
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressWebhookEvent) event = lk_egress_webhook_verify (
      body, json_object_get_string_member (object, "authorization"), fixture->keys, NULL, &error);

  g_assert_no_error (error);
  if (lk_egress_webhook_event_get_egress_info (event) == NULL || chance (fixture, 25))
    return;

  do
    {
      Late *late = g_new (Late, 1);

      *late = (Late){ fixture, g_object_ref (event) };
      g_timeout_add (chance (fixture, 20) ? (guint)g_rand_int_range (fixture->rand, 0, 1000) : 0,
                     deliver_late, late);
    }
  while (chance (fixture, 10));
}

/* What stack.py has written since the last time, in whole lines. */
static gboolean
read_webhooks (gpointer user_data)
{
  Fixture *fixture = user_data;
  char *line;
  gsize end;

  while (g_io_channel_read_line (fixture->webhooks, &line, NULL, &end, NULL) == G_IO_STATUS_NORMAL)
    {
      take_webhook (fixture, line);
      g_free (line);
    }
  return G_SOURCE_CONTINUE;
}

static void
add_receiver (Fixture *fixture, LkEgressRequest *request)
{
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/webhook",
                                          lk_egress_webhook_receiver_get_port (fixture->receiver));
  g_autoptr (LkEgressWebhookConfig) config
      = lk_egress_webhook_config_new (url, g_getenv ("LIVEKIT_API_KEY"));
  g_autoptr (GListStore) webhooks = NULL;

  g_object_get (request, "webhooks", &webhooks, NULL);
  g_list_store_append (webhooks, config);
}

/* Each egress has at least its start and its end told. */
static void
check_receiver (Fixture *fixture)
{
  g_autofree char *text = lk_egress_metrics_to_text (
      lk_egress_service_get_metrics (fixture->service), LK_EGRESS_METRICS_FORMAT_PROMETHEUS);
  static const char name[] = "\negress_webhooks_total{result=\"";
  guint64 n_webhooks = 0;

  for (const char *line = text; (line = strstr (line, name)) != NULL; line++)
    {
      g_assert_false (g_str_has_prefix (line + strlen (name), "refused"));
      n_webhooks += g_ascii_strtoull (strchr (line, '}') + 1, NULL, 10);
    }
  g_test_message ("%" G_GUINT64_FORMAT " webhooks came to the receiver",
                  n_webhooks - fixture->n_delivered);
  g_assert_cmpuint (n_webhooks - fixture->n_delivered, >=, n_lives / 2 * 2);
}

/* Lives */

static void start_next (Fixture *fixture);

/* Once the server knows it too: who stops an egress before it runs hears from the worker how it
 * ended, a moment sooner and in other words. */
static void
check_end (Life *life)
{
  Fixture *fixture = life->fixture;
  const char *id = lk_egress_job_get_egress_id (life->job);
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressInfo) truth = lk_egress_client_get (fixture->client, id, NULL, &error);

  g_assert_no_error (error);
  /* Both enums have the states in one order. */
  g_assert_cmpint (lk_egress_job_get_state (life->job), ==,
                   (int)lk_egress_info_get_status (truth) + 1);
  g_assert_true (lk_egress_info_is_final (truth));
  g_assert_false (lk_egress_job_get_stale (life->job));
}

static void
on_state_changed (LkEgressJob *job, LkEgressJobState state, Life *life)
{
  g_assert_cmpint (state, ==, lk_egress_job_get_state (job));
  g_assert_cmpint (state, >, life->state);
  g_assert_false (lk_egress_job_state_is_final (life->state));
  life->state = state;
  if (!lk_egress_job_state_is_final (state))
    return;

  life->fixture->n_ended++;
  start_next (life->fixture);
}

static void
stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  lk_egress_job_stop_finish (LK_EGRESS_JOB (source), result, &error);
  g_assert_no_error (error);
}

static gboolean
stop (gpointer user_data)
{
  Life *life = user_data;

  lk_egress_job_stop_async (life->job, NULL, stopped, NULL);
  return G_SOURCE_REMOVE;
}

static void
started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressJob) job
      = lk_egress_service_start_finish (LK_EGRESS_SERVICE (source), result, &error);
  Life *life;

  g_assert_no_error (error);
  life = g_new0 (Life, 1);
  life->fixture = fixture;
  life->job = g_object_ref (job);
  life->state = lk_egress_job_get_state (job);
  g_ptr_array_add (fixture->lives, life);
  g_signal_connect (job, "state-changed", G_CALLBACK (on_state_changed), life);
  g_timeout_add ((guint)g_rand_int_range (fixture->rand, 0, 2500), stop, life);
  if (lk_egress_job_state_is_final (life->state))
    {
      fixture->n_ended++;
      start_next (fixture);
    }
}

static void
start_next (Fixture *fixture)
{
  static const char *const lives[]
      = { "fail-starting", "abort", "never-active", "limit", "fail-active", "slow-end" };
  g_autoptr (LkEgressRequest) request = NULL;
  gboolean short_life = chance (fixture, 85);

  if (fixture->n_started == n_lives)
    return;

  fixture->n_started++;
  /* Which of those that start now it hits does not matter. */
  if (short_life)
    e2e_add_life_fault (lives[g_rand_int_range (fixture->rand, 0, 3)]);
  else if (chance (fixture, 50))
    e2e_add_life_fault (lives[g_rand_int_range (fixture->rand, 3, G_N_ELEMENTS (lives))]);

  request = lk_egress_request_new_web ("http://127.0.0.1:9/");
  e2e_make_small (request);
  if (short_life)
    lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, "srt://127.0.0.1:9");
  else
    {
      g_autofree char *playlist
          = g_strdup_printf ("%s/lives/%u/play.m3u8", g_getenv ("LK_E2E_DATA"), fixture->n_started);
      g_autoptr (LkEgressOutput) output
          = lk_egress_output_new_for_format (LK_EGRESS_OUTPUT_FORMAT_HLS, playlist);

      lk_egress_request_add_output (request, output);
    }
  if (fixture->n_started % 2 == 0)
    add_receiver (fixture, request);
  lk_egress_service_start_async (fixture->service, request, NULL, started, fixture);
}

static void
test_lives (void)
{
  Fixture fixture = { .rand = g_rand_new_with_seed (g_test_rand_int ()) };
  g_autoptr (GError) error = NULL;
  guint reader;

  fixture.lives = g_ptr_array_new_with_free_func (life_free);
  fixture.client = e2e_new_client ();
  fixture.service = lk_egress_service_new (fixture.client);
  fixture.keys = lk_egress_webhook_keys_new_from_environment (&error);
  g_assert_no_error (error);
  fixture.receiver = lk_egress_webhook_receiver_new (fixture.service, fixture.keys);
  lk_egress_webhook_receiver_listen (fixture.receiver, NULL, 0, NULL, &error);
  g_assert_no_error (error);
  fixture.webhooks = g_io_channel_new_file (g_getenv ("LK_E2E_WEBHOOKS"), "r", &error);
  g_assert_no_error (error);
  reader = g_timeout_add (READ_INTERVAL_MS, read_webhooks, &fixture);

  for (guint i = 0; i < CONCURRENT; i++)
    start_next (&fixture);
  while (fixture.n_ended < n_lives)
    g_main_context_iteration (NULL, TRUE);
  g_test_message ("%u lives, %u webhooks delivered", fixture.n_ended, fixture.n_delivered);

  /* Nothing that comes late changes what has ended. */
  for (gint64 end = g_get_monotonic_time () + 3 * G_TIME_SPAN_SECOND;
       g_get_monotonic_time () < end;)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < n_lives; i++)
    check_end (g_ptr_array_index (fixture.lives, i));
  check_receiver (&fixture);

  g_source_remove (reader);
  g_io_channel_unref (fixture.webhooks);
  g_ptr_array_unref (fixture.lives);
  g_object_unref (fixture.receiver);
  g_object_unref (fixture.keys);
  g_object_unref (fixture.service);
  g_object_unref (fixture.client);
  g_rand_free (fixture.rand);
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  g_test_init (&argc, &argv, NULL);
  if (argc > 1)
    n_lives = (guint)strtoul (argv[1], NULL, 10);

  g_test_add_func ("/e2e/lives", test_lives);

  return g_test_run ();
}
