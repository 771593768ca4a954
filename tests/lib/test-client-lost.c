/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a start does whose answer was lost. */

#include "lost-start.h"

#include "lk-egress-error.h"
#include "lk-egress-operations-private.h"

/* What the answer was, if not cut: nothing that can be read, or that says what happened. */
static void
test_other_losses (LostStart *fixture, gconstpointer data)
{
  static const struct
  {
    guint status;
    const char *body;
  } losses[] = {
    { 200, "{\"status\":[]}" },
    { 200, "{}" },
    { 502, "bad gateway" },
    { 504, "<html>" },
    { 520, "" },
    { 408, "{\"code\":\"deadline_exceeded\",\"msg\":\"request timed out\"}" },
    { 408, "{\"code\":\"canceled\",\"msg\":\"context canceled\"}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (losses); i++)
    {
      lost_start_tear_down (fixture, data);
      lost_start_set_up (fixture, data);
      g_object_set (fixture->client, "wire-format", LK_EGRESS_WIRE_FORMAT_JSON, NULL);
      fake_egress_reply (fixture->server, "StartEgress", losses[i].status, losses[i].body);
      lost_start_list (fixture, "egress", LOST_START_REQUEST, "");

      lost_start_assert_id (fixture, LOST_START_ID);
      lost_start_assert_count (fixture, "StartEgress", 1);
      lost_start_assert_count (fixture, "ListEgress", 1);
    }
}

/* What the server itself says is so. */
static void
test_refusals (LostStart *fixture, gconstpointer data)
{
  static const struct
  {
    guint status;
    const char *body;
    LkEgressError code;
  } refusals[] = {
    { 404, "{\"code\":\"not_found\"}", LK_EGRESS_ERROR_NOT_FOUND },
    { 409, "{\"code\":\"already_exists\"}", LK_EGRESS_ERROR_ALREADY_EXISTS },
    { 429, "{\"code\":\"resource_exhausted\"}", LK_EGRESS_ERROR_RESOURCE_EXHAUSTED },
    { 500, "{\"code\":\"internal\"}", LK_EGRESS_ERROR_INTERNAL },
    { 500, "{\"code\":\"unknown\"}", LK_EGRESS_ERROR_UNKNOWN },
    { 503, "{\"code\":\"unavailable\"}", LK_EGRESS_ERROR_UNAVAILABLE },
    { 503, "{\"code\":\"unavailable\",\"msg\":\"no response from servers\"}",
      LK_EGRESS_ERROR_NO_WORKER },
    { 408, "{\"code\":\"deadline_exceeded\",\"msg\":\"no response from servers\"}",
      LK_EGRESS_ERROR_NO_WORKER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      fake_egress_reply (fixture->server, "StartEgress", refusals[i].status, refusals[i].body);
      lost_start_assert_fails (fixture, LK_EGRESS_ERROR, refusals[i].code);
    }
  lost_start_assert_count (fixture, "StartEgress", G_N_ELEMENTS (refusals));
  lost_start_assert_count (fixture, "ListEgress", 0);
}

static void
test_sent_again (LostStart *fixture, gconstpointer data)
{
  g_autofree char *first_id = NULL;
  g_autofree char *second_id = NULL;

  fake_egress_drop (fixture->server, "StartEgress");
  fake_egress_reply_info (fixture->server, "StartEgress", LOST_START_ID, "STARTING", 1);
  fake_egress_always (fixture->server, "ListEgress", 200, "{}");

  lost_start_assert_id (fixture, LOST_START_ID);
  lost_start_assert_count (fixture, "StartEgress", 2);
  lost_start_assert_count (fixture, "ListEgress", LOST_START_LOOKS);
  fake_egress_assert_request (fixture->server, "StartEgress", 0, LOST_START_REQUEST);
  fake_egress_assert_request (fixture->server, "StartEgress", 1, LOST_START_REQUEST);

  first_id = fake_egress_dup_header (fixture->server, "StartEgress", 0, "X-Livekit-Request-Id");
  second_id = fake_egress_dup_header (fixture->server, "StartEgress", 1, "X-Livekit-Request-Id");
  g_assert_nonnull (first_id);
  g_assert_cmpstr (first_id, ==, second_id);
}

static void
test_lost_three_times (LostStart *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 4; i++)
    fake_egress_drop (fixture->server, "StartEgress");
  fake_egress_always (fixture->server, "ListEgress", 200, "{}");

  g_assert_null (lost_start_run (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
  g_assert_nonnull (strstr (error->message, "StartEgress at http://127.0.0.1:"));
  g_assert_nonnull (strstr (error->message, "shows no egress"));
  lost_start_assert_count (fixture, "StartEgress", 3);
  lost_start_assert_count (fixture, "ListEgress", 3 * LOST_START_LOOKS);
}

/* A refusal of the second is the answer. */
static void
test_refused_then (LostStart *fixture, gconstpointer data)
{
  fake_egress_drop (fixture->server, "StartEgress");
  fake_egress_reply_recorded (fixture->server, "StartEgress", "start_no_room");
  fake_egress_always (fixture->server, "ListEgress", 200, "{}");
  lost_start_assert_fails (fixture, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
  lost_start_assert_count (fixture, "StartEgress", 2);
}

/* Without an answer to the question it is not sent again. */
static void
test_cannot_look (LostStart *fixture, gconstpointer data)
{
  g_autofree char *busy = fake_egress_error ("unavailable", "restarting");
  g_autoptr (GError) error = NULL;

  fake_egress_drop (fixture->server, "StartEgress");
  /* One look that says that there is none does not help when the last one fails. */
  fake_egress_reply (fixture->server, "ListEgress", 200, "{}");
  fake_egress_always (fixture->server, "ListEgress", 503, busy);

  g_assert_null (lost_start_run (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
  g_assert_nonnull (strstr (error->message, "may have begun"));
  g_assert_nonnull (strstr (error->message, "restarting"));
  lost_start_assert_count (fixture, "StartEgress", 1);
  lost_start_assert_count (fixture, "ListEgress", 1 + 3 * (LOST_START_LOOKS - 1));
}

static void
test_may_not_look (LostStart *fixture, gconstpointer data)
{
  g_autofree char *no = fake_egress_error ("unauthenticated", "permissions denied");

  fake_egress_drop (fixture->server, "StartEgress");
  fake_egress_always (fixture->server, "ListEgress", 401, no);
  lost_start_assert_fails (fixture, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
  lost_start_assert_count (fixture, "StartEgress", 1);
  lost_start_assert_count (fixture, "ListEgress", 1);
}

/* An address where something else answers: that is all there is to say. */
static void
test_no_livekit_server (LostStart *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_object_set (fixture->client, "wire-format", LK_EGRESS_WIRE_FORMAT_JSON, NULL);
  fake_egress_reply (fixture->server, "StartEgress", 200, "<html>");
  fake_egress_always (fixture->server, "ListEgress", 200, "<html>");
  g_assert_null (lost_start_run (fixture, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_BAD_REPLY);
  g_assert_null (strstr (error->message, "ListEgress"));
  lost_start_assert_count (fixture, "StartEgress", 1);
  lost_start_assert_count (fixture, "ListEgress", 1);
}

static void
test_looks_fail_first (LostStart *fixture, gconstpointer data)
{
  fake_egress_drop (fixture->server, "StartEgress");
  for (guint i = 0; i < 3; i++)
    fake_egress_drop (fixture->server, "ListEgress");
  lost_start_list (fixture, "egress", LOST_START_REQUEST, "");
  lost_start_assert_id (fixture, LOST_START_ID);
  lost_start_assert_count (fixture, "StartEgress", 1);
}

/* A start that was sent, so far by hand, and failed. */
static LkEgressCall *
lose (LostStart *fixture, GIOErrorEnum code)
{
  LkEgressCall *call = lk_egress_operation_start (fixture->client, fixture->request, NULL);
  SoupMessage *message;
  guint milliseconds;

  g_assert_cmpint (lk_egress_call_next (call, &message, &milliseconds), ==, LK_EGRESS_STEP_SEND);
  g_signal_emit_by_name (message, "starting");
  lk_egress_call_feed (call, NULL, g_error_new_literal (G_IO_ERROR, code, "lost by hand"));

  return call;
}

/* The rest of a call. */
static LkEgressInfo *
run (LostStart *fixture, LkEgressCall *call, GCancellable *cancellable, GError **error)
{
  g_auto (FakeWait) wait = { NULL };

  if (!fixture->async)
    return lk_egress_call_run (call, cancellable, error);

  lk_egress_call_run_async (call, fixture->client, run, "start", cancellable, fake_wait_done,
                            &wait);

  return lk_egress_call_run_finish (fixture->client, run, fake_wait_for (&wait), error);
}

/* The time that the caller gave is over: one look at once, and no second request. */
static void
test_timeout (LostStart *fixture, gconstpointer data)
{
  g_autoptr (LkEgressInfo) info = NULL;
  g_autoptr (GError) error = NULL;
  LkEgressCall *call;

  lk_egress_client_set_time_scale (fixture->client, 1000);
  lost_start_list (fixture, "egress", LOST_START_REQUEST, "");

  call = lose (fixture, G_IO_ERROR_TIMED_OUT);
  info = run (fixture, call, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (lk_egress_info_get_egress_id (info), ==, LOST_START_ID);
  lost_start_assert_count (fixture, "ListEgress", 1);

  call = lose (fixture, G_IO_ERROR_TIMED_OUT);
  g_assert_null (run (fixture, call, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  lost_start_assert_count (fixture, "ListEgress", 2);
  lost_start_assert_count (fixture, "StartEgress", 0);
}

/* The time of the whole call ends it while it waits for the egress to show. */
static void
test_call_timeout (LostStart *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  lk_egress_client_set_time_scale (fixture->client, 1000);
  g_object_set (fixture->client, "call-timeout", 60000, NULL);
  fake_egress_drop (fixture->server, "StartEgress");

  g_assert_null (lost_start_run (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (error->message, "60000 ms"));
  g_assert_nonnull (strstr (error->message, "call-timeout"));
  lost_start_assert_count (fixture, "ListEgress", 0);
}

static gpointer
cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);

  return NULL;
}

/* In a pause of minutes. */
static void
test_cancelled_in_pause (LostStart *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  LkEgressCall *call;
  GThread *thread;

  lk_egress_client_set_time_scale (fixture->client, 1000);
  call = lose (fixture, G_IO_ERROR_CONNECTION_CLOSED);
  thread = g_thread_new ("cancel", cancel, cancellable);
  g_assert_null (run (fixture, call, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  lost_start_assert_count (fixture, "ListEgress", 0);
}

/* How long the pauses are, by the two ends of the call. */
static void
test_pauses (LostStart *fixture, gconstpointer data)
{
  static const guint pauses[LOST_START_LOOKS] = { 250, 500, 1000, 2000, 2000 };
  g_autoptr (LkEgressCall) call = NULL;
  SoupMessage *message;
  guint milliseconds;

  lk_egress_client_set_time_scale (fixture->client, 1);
  call = lose (fixture, G_IO_ERROR_CONNECTION_CLOSED);

  for (guint i = 0; i < LOST_START_LOOKS; i++)
    {
      g_assert_cmpint (lk_egress_call_next (call, &message, &milliseconds), ==,
                       LK_EGRESS_STEP_WAIT);
      g_assert_cmpuint (milliseconds, ==, pauses[i]);
      g_assert_cmpint (lk_egress_call_next (call, &message, &milliseconds), ==,
                       LK_EGRESS_STEP_SEND);
      lk_egress_call_feed (
          call, NULL,
          g_error_new_literal (LK_EGRESS_ERROR, LK_EGRESS_ERROR_RESOURCE_EXHAUSTED, "slowly"));
      for (guint again = 1; again < 3; again++)
        {
          g_assert_cmpint (lk_egress_call_next (call, &message, &milliseconds), ==,
                           LK_EGRESS_STEP_WAIT);
          g_assert_cmpint (lk_egress_call_next (call, &message, &milliseconds), ==,
                           LK_EGRESS_STEP_SEND);
          lk_egress_call_feed (
              call, NULL,
              g_error_new_literal (LK_EGRESS_ERROR, LK_EGRESS_ERROR_RESOURCE_EXHAUSTED, "slowly"));
        }
    }
  g_assert_cmpint (lk_egress_call_next (call, &message, &milliseconds), ==, LK_EGRESS_STEP_DONE);
}

/* Nothing that certainly never got there is looked for. */
static void
test_refused_connection (LostStart *fixture, gconstpointer data)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autofree char *url = g_strdup_printf ("ws://127.0.0.1:%u", port);
  g_autoptr (LkEgressCredentials) credentials = lk_egress_credentials_new_for_token ("a.b.c");

  g_socket_listener_close (listener);
  g_object_unref (fixture->client);
  fixture->client = lk_egress_client_new (url, credentials, NULL);
  lk_egress_client_set_time_scale (fixture->client, 0.002);
  lost_start_assert_fails (fixture, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

/* By hand, with no time passing: what did not get there would be sent again, unless nobody wants it
 * any more. */
static void
test_unwanted (LostStart *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) unwanted = g_cancellable_new ();
  g_autoptr (LkEgressCall) call = NULL;
  g_autoptr (GError) error = NULL;
  SoupMessage *message;
  guint milliseconds;

  lk_egress_client_set_time_scale (fixture->client, 1);
  call = lk_egress_operation_start (fixture->client, fixture->request, unwanted);
  g_assert_cmpint (lk_egress_call_next (call, &message, &milliseconds), ==, LK_EGRESS_STEP_SEND);
  lk_egress_call_feed (call, NULL,
                       g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "closed"));
  g_assert_cmpint (lk_egress_call_next (call, &message, &milliseconds), ==, LK_EGRESS_STEP_WAIT);
  g_cancellable_cancel (unwanted);
  g_assert_cmpint (lk_egress_call_next (call, &message, &milliseconds), ==, LK_EGRESS_STEP_DONE);
  g_assert_null (lk_egress_call_take_result (call, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  lost_start_add ("/client-lost/other-losses", test_other_losses);
  lost_start_add ("/client-lost/refusals", test_refusals);
  lost_start_add ("/client-lost/sent-again", test_sent_again);
  lost_start_add ("/client-lost/lost-three-times", test_lost_three_times);
  lost_start_add ("/client-lost/refused-then", test_refused_then);
  lost_start_add ("/client-lost/cannot-look", test_cannot_look);
  lost_start_add ("/client-lost/may-not-look", test_may_not_look);
  lost_start_add ("/client-lost/no-livekit-server", test_no_livekit_server);
  lost_start_add ("/client-lost/looks-fail-first", test_looks_fail_first);
  lost_start_add ("/client-lost/timeout", test_timeout);
  lost_start_add ("/client-lost/call-timeout", test_call_timeout);
  lost_start_add ("/client-lost/cancelled-in-pause", test_cancelled_in_pause);
  g_test_add ("/client-lost/pauses", LostStart, NULL, lost_start_set_up, test_pauses,
              lost_start_tear_down);
  g_test_add ("/client-lost/unwanted", LostStart, NULL, lost_start_set_up, test_unwanted,
              lost_start_tear_down);
  lost_start_add ("/client-lost/refused-connection", test_refused_connection);

  return g_test_run ();
}
