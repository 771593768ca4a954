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
  g_autoptr (GError) reason = NULL;
  gboolean stale;

  g_object_get (fixture->job, "stale", &stale, "stale-reason", &reason, NULL);
  g_assert_cmpint (lk_egress_job_get_stale (fixture->job), ==, stale);
  g_assert_cmpint (reason != NULL, ==, stale);

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
  g_assert_error (lk_egress_job_get_stale_reason (fixture->job), LK_EGRESS_ERROR,
                  LK_EGRESS_ERROR_DEADLINE_EXCEEDED);
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

#define ADD(name, test)                                                                            \
  g_test_add ("/job-stop/" name "/sync", Fixture, GINT_TO_POINTER (FALSE), set_up, test,           \
              tear_down);                                                                          \
  g_test_add ("/job-stop/" name "/async", Fixture, GINT_TO_POINTER (TRUE), set_up, test, tear_down)

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

  return g_test_run ();
}
