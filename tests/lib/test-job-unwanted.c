/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Starts that nobody wants any more when they are answered: no egress stays behind. */

#include "lk-egress-error.h"
#include "lk-egress-job-private.h"
#include "lost-start.h"

#define ID LOST_START_ID

typedef struct
{
  LostStart lost;
  FakeEgress *server;
  LkEgressClient *client;
  LkEgressJob *job;
  gboolean async;
} Fixture;

/* Warnings that the test is to see; others end it as usual. */
static char *warning;

static GLogWriterOutput
take_warning (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  if ((level & G_LOG_LEVEL_MASK) != G_LOG_LEVEL_WARNING || warning != NULL)
    return g_log_writer_default (level, fields, n_fields, data);

  for (gsize i = 0; i < n_fields; i++)
    {
      if (g_str_equal (fields[i].key, "MESSAGE"))
        warning = g_strdup (fields[i].value);
    }

  return G_LOG_WRITER_HANDLED;
}

static void
assert_warned (const char *pattern)
{
  g_assert_nonnull (warning);
  g_assert_true (g_pattern_match_simple (pattern, warning));
  g_clear_pointer (&warning, g_free);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  lost_start_set_up (&fixture->lost, data);
  fixture->server = fixture->lost.server;
  fixture->client = fixture->lost.client;
  fixture->async = fixture->lost.async;
  fixture->job = lk_egress_job_new (fixture->client, fixture->lost.request);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->job != NULL)
    g_assert_finalize_object (fixture->job);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  lost_start_tear_down (&fixture->lost, data);
  g_assert_null (warning);
}

/* Runs the main context until the method was called so often. */
static void
run_until_called (Fixture *fixture, const char *method, guint count)
{
  while (fake_egress_count (fixture->server, method) < count)
    g_main_context_iteration (NULL, TRUE);
}

/* Cancels the start, and sees to it that this is noticed before any answer comes. */
static void
cancel_start (Fixture *fixture, GCancellable *cancellable)
{
  g_cancellable_cancel (cancellable);
  while (!g_cancellable_is_cancelled (fixture->job->unwanted))
    g_main_context_iteration (NULL, TRUE);
}

/* Nobody holds the job but what it does in the background. */
static void
let_go (Fixture *fixture)
{
  g_object_add_weak_pointer (G_OBJECT (fixture->job), (gpointer *)&fixture->job);
  g_object_unref (fixture->job);
}

static void
run_until_gone (Fixture *fixture)
{
  while (fixture->job != NULL)
    g_main_context_iteration (NULL, TRUE);
}

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
test_start_abandoned (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *info = fake_egress_info (ID, "STARTING", 1);

  fake_egress_reply_gated (fixture->server, "StartEgress", 200, info);
  fake_egress_reply_info (fixture->server, "StopEgress", ID, "ENDING", 2);
  fake_egress_always_list (fixture->server, ID, "STARTING", 1);
  lk_egress_job_start_async (fixture->job, cancellable, NULL, NULL);
  run_until_called (fixture, "StartEgress", 1);
  cancel_start (fixture, cancellable);
  let_go (fixture);
  fake_egress_open_gate (fixture->server);
  run_until_gone (fixture);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 1);
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

/* The answer is lost after a stop was asked for: the start is only looked for, and not sent again.
 */
static void
test_lost (Fixture *fixture, gconstpointer data)
{
  g_auto (FakeWait) stopped = { NULL };
  GError *error = NULL;

  fake_egress_drop_gated (fixture->server, "StartEgress");
  fake_egress_always (fixture->server, "ListEgress", 200, "{}");
  lk_egress_job_start_async (fixture->job, NULL, NULL, NULL);
  run_until_called (fixture, "StartEgress", 1);
  lk_egress_job_stop_async (fixture->job, NULL, fake_wait_done, &stopped);
  fake_egress_open_gate (fixture->server);

  g_assert_true (lk_egress_job_stop_finish (fixture->job, fake_wait_for (&stopped), &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 1);
  g_assert_cmpuint (fake_egress_count (fixture->server, "ListEgress"), ==, LOST_START_LOOKS);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 0);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_FAILED);
  g_assert_nonnull (strstr (lk_egress_job_get_error (fixture->job)->message, "shows no egress"));
}

static void
test_lost_sync (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  gpointer what[] = { fixture->server, cancellable };
  GThread *thread = g_thread_new ("cancel", cancel_when_sent, what);
  GError *error = NULL;

  fake_egress_drop_gated (fixture->server, "StartEgress");
  fake_egress_always (fixture->server, "ListEgress", 200, "{}");
  g_assert_false (lk_egress_job_start (fixture->job, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
  g_clear_error (&error);
  g_thread_join (thread);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 1);
}

/* The same, and it had made an egress. */
static void
test_lost_and_found (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  fake_egress_drop_gated (fixture->server, "StartEgress");
  lost_start_list (&fixture->lost, "egress", LOST_START_REQUEST, "");
  fake_egress_reply_info (fixture->server, "StopEgress", ID, "ENDING", 2);
  lk_egress_job_start_async (fixture->job, cancellable, NULL, NULL);
  run_until_called (fixture, "StartEgress", 1);
  cancel_start (fixture, cancellable);
  let_go (fixture);
  fake_egress_open_gate (fixture->server);
  run_until_gone (fixture);

  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 1);
  fake_egress_assert_request (fixture->server, "StopEgress", 0, "{\"egress_id\":\"" ID "\"}");
}

/* Nobody waits for the answer of an unwanted start any more, so there is time to look for long. */
static void
test_timed_out (Fixture *fixture, gconstpointer data)
{
  g_auto (FakeWait) stopped = { NULL };
  GError *error = NULL;

  g_object_set (fixture->client, "timeout", 300, NULL);
  fake_egress_hold (fixture->server, "StartEgress");
  for (guint i = 0; i < LOST_START_LOOKS - 1; i++)
    fake_egress_reply (fixture->server, "ListEgress", 200, "{}");
  lost_start_list (&fixture->lost, "egress", LOST_START_REQUEST, "");
  fake_egress_reply_info (fixture->server, "StopEgress", ID, "ENDING", 2);

  lk_egress_job_start_async (fixture->job, NULL, NULL, NULL);
  lk_egress_job_stop_async (fixture->job, NULL, fake_wait_done, &stopped);
  g_assert_true (lk_egress_job_stop_finish (fixture->job, fake_wait_for (&stopped), &error));
  g_assert_no_error (error);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_ENDING);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 1);
}

/* When the last who waits for the stop takes it back, nothing is under way any more as soon as he
 * is told. */
static void
test_given_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) first = g_cancellable_new ();
  g_autoptr (GCancellable) second = g_cancellable_new ();
  g_auto (FakeWait) started = { NULL };
  FakeWait stopped[] = { { NULL }, { NULL } };
  GError *error = NULL;

  fake_egress_hold (fixture->server, "StartEgress");
  lk_egress_job_start_async (fixture->job, NULL, fake_wait_done, &started);
  lk_egress_job_stop_async (fixture->job, first, fake_wait_done, &stopped[0]);
  lk_egress_job_stop_async (fixture->job, second, fake_wait_done, &stopped[1]);
  run_until_called (fixture, "StartEgress", 1);

  g_cancellable_cancel (first);
  g_assert_false (lk_egress_job_stop_finish (fixture->job, fake_wait_for (&stopped[0]), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (started.result);
  g_assert_null (stopped[1].result);

  g_cancellable_cancel (second);
  g_assert_false (lk_egress_job_stop_finish (fixture->job, fake_wait_for (&stopped[1]), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_false (lk_egress_job_start_finish (fixture->job, fake_wait_for (&started), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_FAILED);

  for (guint i = 0; i < G_N_ELEMENTS (stopped); i++)
    fake_wait_clear (&stopped[i]);
  fake_wait_clear (&started);
  g_assert_finalize_object (g_steal_pointer (&fixture->job));
}

/* A stop that was given up is wanted again before that is through. */
static void
test_given_up_and_wanted (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (FakeWait) first = { NULL };
  g_auto (FakeWait) second = { NULL };
  GError *error = NULL;

  fake_egress_reply_info (fixture->server, "StartEgress", ID, "ACTIVE", 1);
  g_assert_true (lk_egress_job_start (fixture->job, NULL, &error));
  fake_egress_hold (fixture->server, "StopEgress");
  fake_egress_reply_info (fixture->server, "StopEgress", ID, "ENDING", 2);
  lk_egress_job_stop_async (fixture->job, cancellable, fake_wait_done, &first);
  run_until_called (fixture, "StopEgress", 1);
  g_cancellable_cancel (cancellable);
  while (!g_cancellable_is_cancelled (fixture->job->stopping))
    g_main_context_iteration (NULL, TRUE);

  lk_egress_job_stop_async (fixture->job, NULL, fake_wait_done, &second);
  g_assert_true (lk_egress_job_stop_finish (fixture->job, fake_wait_for (&second), &error));
  g_assert_no_error (error);
  fake_wait_for (&first);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 2);
}

/* A server that never answers, and nobody who waits: there is a bound all the same. */
static void
test_patience (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  fixture->job->max_patience = 50;
  fake_egress_hold (fixture->server, "StartEgress");
  lk_egress_job_start_async (fixture->job, cancellable, NULL, NULL);
  run_until_called (fixture, "StartEgress", 1);
  g_cancellable_cancel (cancellable);
  let_go (fixture);
  run_until_gone (fixture);
  assert_warned ("*nobody wants*may still run*");
}

/* Who waits for the stop waits as long as he wants to. */
static void
test_patience_of_others (Fixture *fixture, gconstpointer data)
{
  g_auto (FakeWait) stopped = { NULL };
  g_autofree char *info = fake_egress_info (ID, "STARTING", 1);
  guint n_over = 0;
  GError *error = NULL;

  fixture->job->max_patience = 1;
  fake_egress_reply_gated (fixture->server, "StartEgress", 200, info);
  fake_egress_always_list (fixture->server, ID, "ENDING", 2);
  fake_egress_reply_info (fixture->server, "StopEgress", ID, "ENDING", 2);
  lk_egress_job_start_async (fixture->job, NULL, NULL, NULL);
  lk_egress_job_stop_async (fixture->job, NULL, fake_wait_done, &stopped);
  run_until_called (fixture, "StartEgress", 1);
  for (gint64 due = g_source_get_ready_time (fixture->job->patience); n_over < 3; n_over++)
    {
      while (g_source_get_ready_time (fixture->job->patience) == due)
        g_main_context_iteration (NULL, TRUE);
      due = g_source_get_ready_time (fixture->job->patience);
    }
  fake_egress_open_gate (fixture->server);
  g_assert_true (lk_egress_job_stop_finish (fixture->job, fake_wait_for (&stopped), &error));
  g_assert_no_error (error);
}

/* The egress goes on for want of rights: that is told where nobody waits for it. */
static void
test_not_stopped (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *info = fake_egress_info (ID, "STARTING", 1);

  fake_egress_reply_gated (fixture->server, "StartEgress", 200, info);
  fake_egress_reply_recorded (fixture->server, "StopEgress", "no_grant");
  fake_egress_always_list (fixture->server, ID, "STARTING", 1);
  lk_egress_job_start_async (fixture->job, cancellable, NULL, NULL);
  run_until_called (fixture, "StartEgress", 1);
  cancel_start (fixture, cancellable);
  let_go (fixture);
  fake_egress_open_gate (fixture->server);
  run_until_gone (fixture);
  assert_warned ("*" ID "*could not be stopped*");
}

static void
test_not_stopped_sync (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *info = fake_egress_info (ID, "STARTING", 1);
  gpointer what[] = { fixture->server, cancellable };
  GThread *thread = g_thread_new ("cancel", cancel_when_sent, what);
  GError *error = NULL;

  fake_egress_reply_gated (fixture->server, "StartEgress", 200, info);
  fake_egress_reply_recorded (fixture->server, "StopEgress", "no_grant");
  g_assert_false (lk_egress_job_start (fixture->job, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  assert_warned ("*" ID "*could not be stopped*");
  g_thread_join (thread);
}

static void
stop_when_starting (LkEgressJob *job, LkEgressJobState state, FakeWait *stopped)
{
  g_autoptr (GError) error = NULL;

  if (state != LK_EGRESS_JOB_STATE_STARTING)
    return;

  g_assert_false (lk_egress_job_stop (job, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  lk_egress_job_stop_async (job, NULL, fake_wait_done, stopped);
}

/* A handler stops the job before its blocking start has sent anything. */
static void
test_stopped_by_handler_sync (Fixture *fixture, gconstpointer data)
{
  g_auto (FakeWait) stopped = { NULL };
  GError *error = NULL;

  g_signal_connect (fixture->job, "state-changed", G_CALLBACK (stop_when_starting), &stopped);
  g_assert_false (lk_egress_job_start (fixture->job, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 0);
  fake_wait_for (&stopped);
}

/* The other start is on its way by then. */
static void
test_stopped_by_handler_async (Fixture *fixture, gconstpointer data)
{
  g_auto (FakeWait) started = { NULL };
  g_auto (FakeWait) stopped = { NULL };
  GError *error = NULL;

  fake_egress_reply_info (fixture->server, "StartEgress", ID, "STARTING", 1);
  fake_egress_reply_info (fixture->server, "StopEgress", ID, "ENDING", 2);
  fake_egress_always_list (fixture->server, ID, "ENDING", 2);
  g_signal_connect (fixture->job, "state-changed", G_CALLBACK (stop_when_starting), &stopped);
  lk_egress_job_start_async (fixture->job, NULL, fake_wait_done, &started);
  g_assert_true (lk_egress_job_start_finish (fixture->job, fake_wait_for (&started), &error));
  g_assert_no_error (error);
  g_assert_true (lk_egress_job_stop_finish (fixture->job, fake_wait_for (&stopped), &error));
  g_assert_no_error (error);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_ENDING);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 1);
}

/* As bindings do it that take objects apart at the end. */
static void
test_disposed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *info = fake_egress_info (ID, "STARTING", 1);

  fake_egress_reply_gated (fixture->server, "StartEgress", 200, info);
  fake_egress_reply_info (fixture->server, "StopEgress", ID, "ENDING", 2);
  lk_egress_job_start_async (fixture->job, cancellable, NULL, NULL);
  run_until_called (fixture, "StartEgress", 1);
  cancel_start (fixture, cancellable);
  g_object_run_dispose (G_OBJECT (fixture->job));
  let_go (fixture);
  fake_egress_open_gate (fixture->server);
  run_until_gone (fixture);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 1);
}

/* A thread that is about to end sees its stop through, as the description of the class says. */

typedef struct
{
  LkEgressRequest *request;
  FakeEgress *server;
  guint milliseconds; /* its bound */
} Thread;

static gboolean
cancel_bound (gpointer bound)
{
  g_cancellable_cancel (bound);

  return G_SOURCE_REMOVE;
}

static gpointer
start_and_end (gpointer data)
{
  Thread *thread = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GCancellable) bound = g_cancellable_new ();
  g_autoptr (GSource) timer = g_timeout_source_new (thread->milliseconds);
  g_auto (FakeWait) stopped = { NULL };
  g_autoptr (GError) error = NULL;
  LkEgressClient *client = fake_egress_new_client (thread->server);
  LkEgressJob *job;

  g_main_context_push_thread_default (context);
  g_source_set_callback (timer, cancel_bound, bound, NULL);
  g_source_attach (timer, context);

  job = lk_egress_job_new (client, thread->request);
  lk_egress_job_start_async (job, NULL, NULL, NULL);
  lk_egress_job_stop_async (job, bound, fake_wait_done, &stopped);
  while (stopped.result == NULL)
    g_main_context_iteration (context, TRUE);
  lk_egress_job_stop_finish (job, stopped.result, &error);
  fake_wait_clear (&stopped);
  g_assert_finalize_object (job);

  /* A question that was under way for the job ends now, and lets the client go. */
  g_object_add_weak_pointer (G_OBJECT (client), (gpointer *)&client);
  g_object_unref (client);
  while (client != NULL)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);

  return g_steal_pointer (&error);
}

static void
test_thread (Fixture *fixture, gconstpointer data)
{
  Thread thread = { fixture->lost.request, fixture->server, 60000 };
  g_autoptr (GError) error = NULL;

  fake_egress_reply_info (fixture->server, "StartEgress", ID, "STARTING", 1);
  fake_egress_reply_info (fixture->server, "StopEgress", ID, "ENDING", 2);
  fake_egress_always_list (fixture->server, ID, "ENDING", 2);
  error = g_thread_join (g_thread_new ("start", start_and_end, &thread));
  g_assert_no_error (error);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 1);
}

static void
test_thread_with_bound (Fixture *fixture, gconstpointer data)
{
  Thread thread = { fixture->lost.request, fixture->server, 50 };
  g_autoptr (GError) error = NULL;

  fake_egress_hold (fixture->server, "StartEgress");
  error = g_thread_join (g_thread_new ("start", start_and_end, &thread));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

#define ADD(name, test)                                                                            \
  g_test_add ("/job-unwanted/" name, Fixture, GINT_TO_POINTER (FALSE), set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (take_warning, NULL, NULL);

  ADD ("cancelled-before/sync", test_start_cancelled_before);
  g_test_add ("/job-unwanted/cancelled-before/async", Fixture, GINT_TO_POINTER (TRUE), set_up,
              test_start_cancelled_before, tear_down);
  ADD ("cancelled-sync", test_start_cancelled_sync);
  ADD ("cancelled-async", test_start_cancelled_async);
  ADD ("abandoned", test_start_abandoned);
  ADD ("stop", test_stop_in_start);
  ADD ("stop-blocking", test_stop_in_start_blocking);
  ADD ("stop-of-refused", test_stop_in_refused_start);
  ADD ("lost", test_lost);
  ADD ("lost-sync", test_lost_sync);
  ADD ("lost-and-found", test_lost_and_found);
  ADD ("timed-out", test_timed_out);
  ADD ("given-up", test_given_up);
  ADD ("given-up-and-wanted", test_given_up_and_wanted);
  ADD ("patience", test_patience);
  ADD ("patience-of-others", test_patience_of_others);
  ADD ("not-stopped", test_not_stopped);
  ADD ("not-stopped-sync", test_not_stopped_sync);
  ADD ("stopped-by-handler-sync", test_stopped_by_handler_sync);
  ADD ("stopped-by-handler-async", test_stopped_by_handler_async);
  ADD ("disposed", test_disposed);
  ADD ("thread", test_thread);
  ADD ("thread-with-bound", test_thread_with_bound);

  return g_test_run ();
}
