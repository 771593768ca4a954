/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fake-egress.h"
#include "lk-egress-error.h"
#include "lk-egress-job.h"

#define ID "EG_1"

/* Every test is run with the blocking functions and with the others. */
typedef struct
{
  FakeEgress *server;
  LkEgressClient *client;
  LkEgressJob *job;
  gboolean async;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();

  fixture->server = fake_egress_new ();
  fixture->client = fake_egress_new_client (fixture->server);
  fixture->job = lk_egress_job_new (fixture->client, request);
  fixture->async = GPOINTER_TO_INT (data);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->job);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->client);
  fake_egress_free (fixture->server);
}

static void
start (Fixture *fixture, const char *status)
{
  GError *error = NULL;

  fake_egress_reply_info (fixture->server, "StartEgress", ID, status, 1);
  g_assert_true (lk_egress_job_start (fixture->job, NULL, &error));
  g_assert_no_error (error);
}

static gboolean
stop (Fixture *fixture, GCancellable *cancellable, GError **error)
{
  g_auto (FakeWait) wait = { NULL };

  if (!fixture->async)
    return lk_egress_job_stop (fixture->job, cancellable, error);

  lk_egress_job_stop_async (fixture->job, cancellable, fake_wait_done, &wait);
  g_assert_null (wait.result);

  return lk_egress_job_stop_finish (fixture->job, fake_wait_for (&wait), error);
}

static gboolean
is_stale (Fixture *fixture)
{
  gboolean stale;

  g_object_get (fixture->job, "stale", &stale, NULL);
  g_assert_cmpint (lk_egress_job_get_stale (fixture->job), ==, stale);

  return stale;
}

static void
test_accepted (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  start (fixture, "ACTIVE");
  fake_egress_reply_info (fixture->server, "StopEgress", ID, "ENDING", 2);
  g_assert_true (stop (fixture, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_ENDING);
  fake_egress_assert_request (fixture->server, "StopEgress", 0, "{\"egress_id\":\"EG_1\"}");
}

/* More often than a running egress would be asked. */
static void
test_while_starting (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  start (fixture, "STARTING");
  for (guint i = 0; i < 7; i++)
    fake_egress_reply_recorded (fixture->server, "StopEgress", "stop_while_starting");
  fake_egress_reply_info (fixture->server, "StopEgress", ID, "ENDING", 2);
  fake_egress_always_list (fixture->server, ID, "STARTING", 1);

  g_assert_true (stop (fixture, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_ENDING);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 8);
  g_assert_false (is_stale (fixture));
}

static void
test_while_starting_fails (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  start (fixture, "STARTING");
  fake_egress_reply_recorded (fixture->server, "StopEgress", "stop_while_starting");
  fake_egress_reply_list (fixture->server, ID, "FAILED", 2);

  g_assert_true (stop (fixture, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_FAILED);
}

/* The worker gave up and the server lists it a moment later. */
static void
test_gone_before_it_is_listed (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  start (fixture, "STARTING");
  fake_egress_reply_recorded (fixture->server, "StopEgress", "stop_unknown");
  fake_egress_reply_list (fixture->server, ID, "STARTING", 1);
  fake_egress_reply_recorded (fixture->server, "StopEgress", "stop_unknown");
  fake_egress_reply_list (fixture->server, ID, "FAILED", 2);

  g_assert_true (stop (fixture, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_FAILED);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 2);
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GError *error = NULL;

  start (fixture, "STARTING");
  fake_egress_reply_recorded (fixture->server, "StopEgress", "stop_while_starting");
  fake_egress_cancel (fixture->server, "ListEgress", cancellable);

  g_assert_false (stop (fixture, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_STARTING);
}

static void
test_lost_worker (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  start (fixture, "ACTIVE");
  for (guint i = 0; i < 3; i++)
    fake_egress_reply_recorded (fixture->server, "StopEgress", "worker_lost_stop");
  fake_egress_always_list (fixture->server, ID, "ACTIVE", 1);

  g_assert_false (stop (fixture, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_DEADLINE_EXCEEDED);
  g_clear_error (&error);
  g_assert_true (is_stale (fixture));
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_ACTIVE);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 3);

  /* It was only slow after all. */
  fake_egress_reply_info (fixture->server, "StopEgress", ID, "ENDING", 2);
  g_assert_true (stop (fixture, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (is_stale (fixture));
}

static void
test_lost_while_ending (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  start (fixture, "ENDING");
  fake_egress_reply_recorded (fixture->server, "StopEgress", "worker_lost_stop");
  fake_egress_always_list (fixture->server, ID, "ENDING", 1);

  g_assert_true (stop (fixture, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (is_stale (fixture));
}

/* The answer was lost, the stop was not. */
static void
test_heard_all_the_same (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  start (fixture, "ACTIVE");
  for (guint i = 0; i < 3; i++)
    fake_egress_drop (fixture->server, "StopEgress");
  fake_egress_reply_list (fixture->server, ID, "ENDING", 2);

  g_assert_true (stop (fixture, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (is_stale (fixture));
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 3);
}

static void
test_ended (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  start (fixture, "ACTIVE");
  fake_egress_reply_recorded (fixture->server, "StopEgress", "v2_stop_after_end");
  fake_egress_reply_list (fixture->server, ID, "COMPLETE", 2);

  g_assert_true (stop (fixture, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_COMPLETE);
}

static void
test_forgotten (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  start (fixture, "ACTIVE");
  fake_egress_reply_recorded (fixture->server, "StopEgress", "stop_unknown");
  fake_egress_reply_recorded (fixture->server, "ListEgress", "list_by_id_unknown");

  g_assert_true (stop (fixture, NULL, &error));
  g_assert_no_error (error);
  g_assert_error (lk_egress_job_get_error (fixture->job), LK_EGRESS_ERROR,
                  LK_EGRESS_ERROR_NOT_FOUND);
}

static void
test_not_allowed (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  start (fixture, "ACTIVE");
  fake_egress_reply_recorded (fixture->server, "StopEgress", "no_grant");

  g_assert_false (stop (fixture, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNAUTHENTICATED);
  g_clear_error (&error);
  g_assert_false (is_stale (fixture));
}

/* Nothing is known of the egress: neither stale nor stopped. */
static void
test_server_gone (Fixture *fixture, gconstpointer data)
{
  g_autofree char *busy = fake_egress_error ("unavailable", "restarting");
  GError *error = NULL;

  start (fixture, "STARTING");
  fake_egress_always (fixture->server, "StopEgress", 503, busy);
  fake_egress_always (fixture->server, "ListEgress", 503, busy);

  g_assert_false (stop (fixture, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  g_assert_false (is_stale (fixture));
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 3);
}

/* Starts that are cancelled: no egress stays behind. */

static void
test_start_cancelled_before (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (FakeWait) wait = { NULL };
  GError *error = NULL;

  g_cancellable_cancel (cancellable);
  if (fixture->async)
    {
      lk_egress_job_start_async (fixture->job, cancellable, fake_wait_done, &wait);
      g_assert_false (lk_egress_job_start_finish (fixture->job, fake_wait_for (&wait), &error));
    }
  else
    {
      g_assert_false (lk_egress_job_start (fixture->job, cancellable, &error));
    }

  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_IDLE);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 0);
}

static gpointer
cancel_when_sent (gpointer data)
{
  gpointer *what = data;

  fake_egress_wait (what[0], "StartEgress");
  g_cancellable_cancel (what[1]);
  fake_egress_open_gate (what[0]);

  return NULL;
}

static void
test_start_cancelled_sync (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *info = fake_egress_info (ID, "STARTING", 1);
  gpointer what[] = { fixture->server, cancellable };
  GThread *thread = g_thread_new ("cancel", cancel_when_sent, what);
  GError *error = NULL;

  fake_egress_reply_gated (fixture->server, "StartEgress", 200, info);
  fake_egress_reply_info (fixture->server, "StopEgress", ID, "ENDING", 2);

  g_assert_false (lk_egress_job_start (fixture->job, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_thread_join (thread);

  g_assert_cmpstr (lk_egress_job_get_egress_id (fixture->job), ==, ID);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_ENDING);
}

static void
test_start_cancelled_async (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *info = fake_egress_info (ID, "STARTING", 1);
  g_auto (FakeWait) wait = { NULL };
  g_auto (FakeWait) ended = { NULL };
  GError *error = NULL;

  fake_egress_reply_gated (fixture->server, "StartEgress", 200, info);
  fake_egress_reply_recorded (fixture->server, "StopEgress", "stop_while_starting");
  fake_egress_reply_info (fixture->server, "StopEgress", ID, "ENDING", 2);
  fake_egress_always_list (fixture->server, ID, "STARTING", 1);

  lk_egress_job_start_async (fixture->job, cancellable, fake_wait_done, &wait);
  lk_egress_job_wait_async (fixture->job, LK_EGRESS_JOB_STATE_ENDING, NULL, fake_wait_done, &ended);
  while (fake_egress_count (fixture->server, "StartEgress") == 0)
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (cancellable);
  g_assert_false (lk_egress_job_start_finish (fixture->job, fake_wait_for (&wait), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (lk_egress_job_get_egress_id (fixture->job));

  fake_egress_open_gate (fixture->server);
  g_assert_true (lk_egress_job_wait_finish (fixture->job, fake_wait_for (&ended), &error));
  g_assert_no_error (error);
  g_assert_cmpstr (lk_egress_job_get_egress_id (fixture->job), ==, ID);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 2);
}

/* The user lets everything go: the job stays until its egress is stopped. */
static void
test_start_abandoned (void)
{
  g_autoptr (FakeEgress) server = fake_egress_new ();
  g_autoptr (LkEgressClient) client = fake_egress_new_client (server);
  g_autoptr (LkEgressRequest) request = lk_egress_request_new_room_composite ("demo", "grid");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *started = fake_egress_info (ID, "STARTING", 1);
  g_autofree char *ending = fake_egress_info (ID, "ENDING", 2);
  g_autofree char *list = fake_egress_list (started, NULL);
  LkEgressJob *job;

  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, "srt://127.0.0.1:9721");
  fake_egress_reply_gated (server, "StartEgress", 200, started);
  fake_egress_reply (server, "StopEgress", 200, ending);
  fake_egress_always (server, "ListEgress", 200, list);
  job = lk_egress_job_new (client, request);
  lk_egress_job_start_async (job, cancellable, NULL, NULL);
  while (fake_egress_count (server, "StartEgress") == 0)
    g_main_context_iteration (NULL, TRUE);

  g_object_add_weak_pointer (G_OBJECT (job), (gpointer *)&job);
  g_cancellable_cancel (cancellable);
  g_object_unref (job);
  fake_egress_open_gate (server);
  while (job != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fake_egress_count (server, "StopEgress"), ==, 1);
}

/* A stop while the start is under way. */
static void
test_stop_in_start (Fixture *fixture, gconstpointer data)
{
  g_autofree char *info = fake_egress_info (ID, "STARTING", 1);
  g_auto (FakeWait) started = { NULL };
  g_auto (FakeWait) stopped = { NULL };
  g_auto (FakeWait) cancelled = { NULL };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GError *error = NULL;

  fake_egress_reply_gated (fixture->server, "StartEgress", 200, info);
  fake_egress_reply_info (fixture->server, "StopEgress", ID, "ENDING", 2);
  fake_egress_always_list (fixture->server, ID, "ENDING", 2);

  lk_egress_job_start_async (fixture->job, NULL, fake_wait_done, &started);
  lk_egress_job_stop_async (fixture->job, NULL, fake_wait_done, &stopped);
  lk_egress_job_stop_async (fixture->job, cancellable, fake_wait_done, &cancelled);
  g_cancellable_cancel (cancellable);
  g_assert_false (lk_egress_job_stop_finish (fixture->job, fake_wait_for (&cancelled), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  fake_egress_open_gate (fixture->server);
  g_assert_true (lk_egress_job_start_finish (fixture->job, fake_wait_for (&started), &error));
  g_assert_no_error (error);
  g_assert_true (lk_egress_job_stop_finish (fixture->job, fake_wait_for (&stopped), &error));
  g_assert_no_error (error);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_ENDING);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 1);
}

/* The same by the blocking function, which cannot wait for it. */
static void
test_stop_in_start_blocking (Fixture *fixture, gconstpointer data)
{
  g_autofree char *info = fake_egress_info (ID, "STARTING", 1);
  g_auto (FakeWait) ended = { NULL };
  GError *error = NULL;

  fake_egress_reply (fixture->server, "StartEgress", 200, info);
  fake_egress_reply_info (fixture->server, "StopEgress", ID, "ENDING", 2);
  fake_egress_always_list (fixture->server, ID, "STARTING", 1);

  lk_egress_job_start_async (fixture->job, NULL, NULL, NULL);
  g_assert_false (lk_egress_job_stop (fixture->job, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&error);

  lk_egress_job_wait_async (fixture->job, LK_EGRESS_JOB_STATE_ENDING, NULL, fake_wait_done, &ended);
  g_assert_true (lk_egress_job_wait_finish (fixture->job, fake_wait_for (&ended), &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 1);
}

/* There is nothing to stop when the start is refused. */
static void
test_stop_in_refused_start (Fixture *fixture, gconstpointer data)
{
  g_auto (FakeWait) started = { NULL };
  g_auto (FakeWait) stopped = { NULL };
  GError *error = NULL;

  fake_egress_reply_recorded (fixture->server, "StartEgress", "start_no_room");
  lk_egress_job_start_async (fixture->job, NULL, fake_wait_done, &started);
  lk_egress_job_stop_async (fixture->job, NULL, fake_wait_done, &stopped);

  g_assert_false (lk_egress_job_start_finish (fixture->job, fake_wait_for (&started), &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (lk_egress_job_stop_finish (fixture->job, fake_wait_for (&stopped), &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 0);
}

#define ADD(name, test)                                                                            \
  g_test_add ("/job-stop/" name "/sync", Fixture, GINT_TO_POINTER (FALSE), set_up, test,           \
              tear_down);                                                                          \
  g_test_add ("/job-stop/" name "/async", Fixture, GINT_TO_POINTER (TRUE), set_up, test, tear_down)

#define ADD_ONE(name, test)                                                                        \
  g_test_add ("/job-stop/" name, Fixture, GINT_TO_POINTER (FALSE), set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("accepted", test_accepted);
  ADD ("while-starting", test_while_starting);
  ADD ("while-starting-fails", test_while_starting_fails);
  ADD ("gone-before-it-is-listed", test_gone_before_it_is_listed);
  ADD ("cancelled", test_cancelled);
  ADD ("lost-worker", test_lost_worker);
  ADD ("lost-while-ending", test_lost_while_ending);
  ADD ("heard-all-the-same", test_heard_all_the_same);
  ADD ("ended", test_ended);
  ADD ("forgotten", test_forgotten);
  ADD ("not-allowed", test_not_allowed);
  ADD ("server-gone", test_server_gone);
  ADD ("start-cancelled-before", test_start_cancelled_before);
  ADD_ONE ("start-cancelled-sync", test_start_cancelled_sync);
  ADD_ONE ("start-cancelled-async", test_start_cancelled_async);
  ADD_ONE ("in-start", test_stop_in_start);
  ADD_ONE ("in-start-blocking", test_stop_in_start_blocking);
  ADD_ONE ("in-refused-start", test_stop_in_refused_start);
  g_test_add_func ("/job-stop/start-abandoned", test_start_abandoned);

  return g_test_run ();
}
