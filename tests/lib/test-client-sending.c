/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How often calls are sent, how long they take and over which connections, beyond what
 * test-client.c shows of each call by itself. */

#include "fake-egress.h"

#include "lk-egress-error.h"
#include "lk-egress-job.h"
#include "lk-egress-operations-private.h"

#define ID "EG_JCK9YZeup5SB"
#define PAGE "{\"items\":[{\"egress_id\":\"EG_1\"}],\"next_page_token\":{\"token\":\"two\"}}"

typedef struct
{
  FakeEgress *server;
  LkEgressClient *client;
  gboolean async;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = fake_egress_new ();
  fixture->client = fake_egress_new_client (fixture->server);
  fixture->async = GPOINTER_TO_INT (data);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->client);
  fake_egress_free (fixture->server);
}

static void
assert_count (Fixture *fixture, const char *method, guint count)
{
  g_assert_cmpuint (fake_egress_count (fixture->server, method), ==, count);
}

static gboolean
list (Fixture *fixture, GError **error)
{
  return fake_wait_list (fixture->client, fixture->async, error);
}

static LkEgressInfo *
stop (Fixture *fixture, GError **error)
{
  g_auto (FakeWait) wait = { NULL };

  if (!fixture->async)
    return lk_egress_client_stop (fixture->client, ID, NULL, error);

  lk_egress_client_stop_async (fixture->client, ID, NULL, fake_wait_done, &wait);

  return lk_egress_client_stop_finish (fixture->client, fake_wait_for (&wait), error);
}

static void
assert_time_over (const GError *error, const char *method)
{
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_true (g_str_has_prefix (error->message, method));
  g_assert_nonnull (strstr (error->message, "500 ms"));
  g_assert_nonnull (strstr (error->message, "call-timeout"));
}

/* The second of the pages never comes. */
static void
test_call_timeout (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) unused = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_object_set (fixture->client, "call-timeout", 500, NULL);
  fake_egress_reply (fixture->server, "ListEgress", 200, PAGE);
  fake_egress_cancel (fixture->server, "ListEgress", unused);
  g_assert_false (list (fixture, &error));
  assert_time_over (error, "ListEgress");
  assert_count (fixture, "ListEgress", 2);
  g_clear_error (&error);

  /* The next call has its own time. */
  fake_egress_always (fixture->server, "ListEgress", 200, "{}");
  g_assert_true (list (fixture, &error));
  g_assert_no_error (error);
}

/* The shorter of the two times is the one. */
static void
test_both_timeouts (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) unused = g_cancellable_new ();
  g_autoptr (GCancellable) unused_too = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_object_set (fixture->client, "timeout", 100, "call-timeout", 100000, NULL);
  fake_egress_cancel (fixture->server, "ListEgress", unused);
  g_assert_false (list (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (error->message, "no complete answer within 100 ms"));
  g_clear_error (&error);

  g_object_set (fixture->client, "timeout", 0, "call-timeout", 500, NULL);
  fake_egress_cancel (fixture->server, "ListEgress", unused_too);
  g_assert_false (list (fixture, &error));
  assert_time_over (error, "ListEgress");
}

/* A pause that would last beyond the end is not begun, and what failed is told. */
static void
test_retry_after_beyond (Fixture *fixture, gconstpointer data)
{
  g_autofree char *busy = fake_egress_error ("unavailable", "later");
  g_autoptr (GError) error = NULL;

  lk_egress_client_set_time_scale (fixture->client, 1);
  g_object_set (fixture->client, "call-timeout", 5000, NULL);
  fake_egress_reply_retry_after (fixture->server, "ListEgress", 503, busy, "7");
  g_assert_false (list (fixture, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNAVAILABLE);
  assert_count (fixture, "ListEgress", 1);
}

static gpointer
open_gate_later (gpointer server)
{
  fake_egress_wait (server, "ListEgress");
  g_usleep (100 * 1000);
  fake_egress_open_gate (server);

  return NULL;
}

/* What waits for an egress is no call in this sense. */
static void
test_call_timeout_of_job (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressJob) job = lk_egress_job_new_for_id (fixture->client, ID);
  g_autofree char *info = fake_egress_info (ID, "ACTIVE", 1);
  g_autofree char *active = fake_egress_list (info, NULL);
  g_autoptr (GError) error = NULL;
  GThread *thread;

  g_object_set (fixture->client, "call-timeout", 50, NULL);
  fake_egress_reply_gated (fixture->server, "ListEgress", 200, active);
  thread = g_thread_new ("gate", open_gate_later, fixture->server);
  g_assert_true (lk_egress_job_wait (job, LK_EGRESS_JOB_STATE_ACTIVE, NULL, &error));
  g_assert_no_error (error);
  g_thread_join (thread);
}

static void
test_properties (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GProxyResolver) resolver = g_simple_proxy_resolver_new (NULL, NULL);
  g_autoptr (GProxyResolver) kept = NULL;
  g_autoptr (GTlsDatabase) database = NULL;
  g_autoptr (LkEgressClient) client = NULL;
  guint call_timeout;
  gboolean failover;

  client = g_object_new (LK_EGRESS_TYPE_CLIENT, "url", "ws://127.0.0.1", "proxy-resolver", resolver,
                         NULL);
  g_object_get (client, "call-timeout", &call_timeout, "failover", &failover, "proxy-resolver",
                &kept, "tls-database", &database, NULL);
  g_assert_cmpuint (call_timeout, ==, 0);
  g_assert_true (failover);
  g_assert_true (kept == resolver);
  g_assert_null (database);
}

/* The first stop was heard, and its answer lost; the second finds the egress ended. */
static void
test_stop_lost (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressInfo) info = NULL;
  g_autoptr (GError) error = NULL;

  fake_egress_drop (fixture->server, "StopEgress");
  fake_egress_reply_recorded (fixture->server, "StopEgress", "v2_stop_after_end");
  fake_egress_reply_recorded (fixture->server, "ListEgress", "v2_list_end");
  info = stop (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpint (lk_egress_info_get_status (info), ==, LK_EGRESS_STATUS_COMPLETE);
  assert_count (fixture, "StopEgress", 2);
}

static void
test_stop_always_lost (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  /* Three times three, and it is looked in between. */
  for (guint i = 0; i < 10; i++)
    fake_egress_drop (fixture->server, "StopEgress");
  fake_egress_always_list (fixture->server, ID, "ACTIVE", 1);
  g_assert_null (stop (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
  assert_count (fixture, "StopEgress", 9);
  assert_count (fixture, "ListEgress", 3);
}

/* By hand: whether the message got as far as to a connection is what counts. */
static void
test_update_stream_unsent (Fixture *fixture, gconstpointer data)
{
  static const char *const urls[] = { "srt://127.0.0.1:9722", NULL };
  g_autoptr (LkEgressStreamUpdate) update = lk_egress_stream_update_new_for_urls (ID, urls, NULL);
  static const guint pauses[] = { 200, 400 };
  SoupMessage *message;
  guint milliseconds;

  lk_egress_client_set_time_scale (fixture->client, 1);
  for (guint sent = 0; sent < 3; sent++)
    {
      g_autoptr (LkEgressCall) call = lk_egress_operation_update_stream (fixture->client, update);

      for (guint i = 0; i < sent; i++)
        {
          g_assert_cmpint (lk_egress_call_next (call, &message, &milliseconds), ==,
                           LK_EGRESS_STEP_SEND);
          lk_egress_call_feed (
              call, NULL,
              g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "closed"));
          g_assert_cmpint (lk_egress_call_next (call, &message, &milliseconds), ==,
                           LK_EGRESS_STEP_WAIT);
          g_assert_cmpuint (milliseconds, ==, pauses[i]);
        }
      g_assert_cmpint (lk_egress_call_next (call, &message, &milliseconds), ==,
                       LK_EGRESS_STEP_SEND);
      g_signal_emit_by_name (message, "starting");
      lk_egress_call_feed (call, NULL,
                           g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "cut"));
      g_assert_cmpint (lk_egress_call_next (call, &message, &milliseconds), ==,
                       LK_EGRESS_STEP_DONE);
    }
}

/* Reads, and what may be repeated like them, share a connection. A start has one of its own, so
 * there is none that the server may be about to close. */
static void
test_connections (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  g_autoptr (LkEgressInfo) started = NULL;
  g_autoptr (LkEgressInfo) stopped = NULL;
  g_autoptr (GError) error = NULL;
  guint port;

  fake_egress_always (fixture->server, "ListEgress", 200, "{}");
  fake_egress_reply_recorded (fixture->server, "StopEgress", "v2_stop");
  fake_egress_reply_recorded (fixture->server, "StartEgress", "v2_start");

  for (guint i = 0; i < 3; i++)
    g_assert_true (list (fixture, NULL));
  stopped = stop (fixture, &error);
  g_assert_no_error (error);
  started = lk_egress_client_start (fixture->client, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (list (fixture, NULL));

  port = fake_egress_get_port (fixture->server, "ListEgress", 0);
  for (guint i = 1; i < 4; i++)
    g_assert_cmpuint (fake_egress_get_port (fixture->server, "ListEgress", i), ==, port);
  g_assert_cmpuint (fake_egress_get_port (fixture->server, "StopEgress", 0), ==, port);
  g_assert_cmpuint (fake_egress_get_port (fixture->server, "StartEgress", 0), !=, port);
}

/* The server closes what it kept when the next call comes, as it does with one that it has just
 * given up: a read comes again by itself, a start only after a look. */
static void
test_stale_connection (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  g_autoptr (LkEgressInfo) started = NULL;
  g_autoptr (GError) error = NULL;

  fake_egress_reply (fixture->server, "ListEgress", 200, "{}");
  fake_egress_drop (fixture->server, "ListEgress");
  fake_egress_reply (fixture->server, "ListEgress", 200, "{}");
  g_assert_true (list (fixture, NULL));
  g_assert_true (list (fixture, &error));
  g_assert_no_error (error);
  assert_count (fixture, "ListEgress", 3);
  g_assert_cmpuint (fake_egress_get_port (fixture->server, "ListEgress", 1), ==,
                    fake_egress_get_port (fixture->server, "ListEgress", 0));

  fake_egress_drop (fixture->server, "StartEgress");
  fake_egress_reply_recorded (fixture->server, "StartEgress", "v2_start");
  fake_egress_always (fixture->server, "ListEgress", 200, "{}");
  started = lk_egress_client_start (fixture->client, request, NULL, &error);
  g_assert_no_error (error);
  assert_count (fixture, "StartEgress", 2);
  assert_count (fixture, "ListEgress", 3 + 5);
}

/* The id is of starts. */
static void
test_request_id (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  char *ids[2];

  fake_egress_always (fixture->server, "ListEgress", 200, "{}");
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (LkEgressInfo) info = NULL;

      fake_egress_reply_recorded (fixture->server, "StartEgress", "v2_start");
      info = lk_egress_client_start (fixture->client, request, NULL, NULL);
      g_assert_nonnull (info);
      ids[i] = fake_egress_dup_header (fixture->server, "StartEgress", i, "X-Livekit-Request-Id");
      g_assert_true (g_uuid_string_is_valid (ids[i]));
    }
  g_assert_cmpstr (ids[0], !=, ids[1]);
  g_free (ids[0]);
  g_free (ids[1]);

  g_assert_true (list (fixture, NULL));
  g_assert_null (fake_egress_dup_header (fixture->server, "ListEgress", 0, "X-Livekit-Request-Id"));
}

static void
add (const char *name, void (*test) (Fixture *, gconstpointer))
{
  g_autofree char *sync = g_strdup_printf ("/client-sending/%s/sync", name);
  g_autofree char *async = g_strdup_printf ("/client-sending/%s/async", name);

  g_test_add (sync, Fixture, GINT_TO_POINTER (FALSE), set_up, test, tear_down);
  g_test_add (async, Fixture, GINT_TO_POINTER (TRUE), set_up, test, tear_down);
}

#define ADD(name, test) g_test_add ("/client-sending/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("call-timeout", test_call_timeout);
  add ("both-timeouts", test_both_timeouts);
  add ("retry-after-beyond", test_retry_after_beyond);
  ADD ("call-timeout-of-job", test_call_timeout_of_job);
  ADD ("properties", test_properties);
  add ("stop-lost", test_stop_lost);
  add ("stop-always-lost", test_stop_always_lost);
  ADD ("update-stream-unsent", test_update_stream_unsent);
  add ("connections", test_connections);
  add ("stale-connection", test_stale_connection);
  ADD ("request-id", test_request_id);

  return g_test_run ();
}
