/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fake-egress.h"
#include "lk-egress-error.h"
#include "lk-egress-job.h"
#include "lk-egress-monitor-private.h"

#define N_JOBS 50

typedef struct
{
  FakeEgress *server;
  LkEgressClient *client;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = fake_egress_new ();
  fixture->client = fake_egress_new_client (fixture->server);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->client);
  fake_egress_free (fixture->server);
}

/* A job whose egress runs, and that is polled for. */
static LkEgressJob *
new_job (Fixture *fixture, const char *egress_id)
{
  LkEgressJob *job = lk_egress_job_new_for_id (fixture->client, egress_id);
  g_autofree char *info = fake_egress_info (egress_id, "ACTIVE", 1);
  g_autofree char *list = fake_egress_list (info, NULL);
  GError *error = NULL;

  fake_egress_reply (fixture->server, "ListEgress", 200, list);
  g_assert_true (lk_egress_job_attach (job, NULL, &error));
  g_assert_no_error (error);

  return job;
}

static void
wait_for (LkEgressJob *job, LkEgressJobState state)
{
  g_auto (FakeWait) wait = { NULL };
  GError *error = NULL;

  lk_egress_job_wait_async (job, state, NULL, fake_wait_done, &wait);
  g_assert_true (lk_egress_job_wait_finish (job, fake_wait_for (&wait), &error));
  g_assert_no_error (error);
}

/* Runs the main context until the server was asked so often. */
static void
run_until_polled (Fixture *fixture, guint n_polls)
{
  while (fake_egress_count (fixture->server, "ListEgress") < n_polls)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_life (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressRequest) request = lk_egress_request_new_participant ("demo", "alice");
  g_autoptr (LkEgressJob) job = NULL;
  g_autofree char *starting = fake_egress_info ("EG_1", "STARTING", 1);
  g_autofree char *ending = fake_egress_info ("EG_1", "ENDING", 3);
  g_auto (FakeWait) started = { NULL };
  g_auto (FakeWait) stopped = { NULL };
  GError *error = NULL;

  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, "srt://127.0.0.1:9721");
  job = lk_egress_job_new (fixture->client, request);

  fake_egress_reply (fixture->server, "StartEgress", 200, starting);
  fake_egress_always_list (fixture->server, "EG_1", "ACTIVE", 2);
  lk_egress_job_start_async (job, NULL, fake_wait_done, &started);
  g_assert_cmpint (lk_egress_job_get_state (job), ==, LK_EGRESS_JOB_STATE_STARTING);
  g_assert_true (lk_egress_job_start_finish (job, fake_wait_for (&started), &error));
  g_assert_no_error (error);
  wait_for (job, LK_EGRESS_JOB_STATE_ACTIVE);
  fake_egress_assert_request (fixture->server, "ListEgress", 0, "{\"egress_id\":\"EG_1\"}");

  fake_egress_reply (fixture->server, "StopEgress", 200, ending);
  lk_egress_job_stop_async (job, NULL, fake_wait_done, &stopped);
  g_assert_true (lk_egress_job_stop_finish (job, fake_wait_for (&stopped), &error));
  g_assert_no_error (error);
  g_assert_cmpint (lk_egress_job_get_state (job), ==, LK_EGRESS_JOB_STATE_ENDING);

  fake_egress_always_list (fixture->server, "EG_1", "COMPLETE", 4);
  wait_for (job, LK_EGRESS_JOB_STATE_COMPLETE);
}

/* Fifty jobs, one question; then one more for each that has ended. */
static void
test_many (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GString) listing = g_string_new ("{\"items\":[");
  g_autofree char *ended = NULL;
  guint before;

  for (guint i = 0; i < N_JOBS; i++)
    {
      g_autofree char *egress_id = g_strdup_printf ("EG_%u", i);
      g_autofree char *info = fake_egress_info (egress_id, "ENDING", 2);

      g_ptr_array_add (jobs, new_job (fixture, egress_id));
      if (i > 0)
        g_string_append_printf (listing, "%s%s", i > 1 ? "," : "", info);
    }
  g_string_append (listing, "]}");

  before = fake_egress_count (fixture->server, "ListEgress");
  g_assert_cmpuint (before, ==, N_JOBS);
  fake_egress_reply (fixture->server, "ListEgress", 200, listing->str);
  fake_egress_always_list (fixture->server, "EG_0", "COMPLETE", 2);
  for (guint i = 0; i < N_JOBS; i++)
    lk_egress_job_refresh (g_ptr_array_index (jobs, i));

  while (lk_egress_job_get_state (g_ptr_array_index (jobs, 0)) != LK_EGRESS_JOB_STATE_COMPLETE)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 1; i < N_JOBS; i++)
    g_assert_cmpint (lk_egress_job_get_state (g_ptr_array_index (jobs, i)), ==,
                     LK_EGRESS_JOB_STATE_ENDING);

  g_assert_cmpuint (fake_egress_count (fixture->server, "ListEgress"), ==, before + 2);
  fake_egress_assert_request (fixture->server, "ListEgress", before, "{\"active\":true}");
  fake_egress_assert_request (fixture->server, "ListEgress", before + 1,
                              "{\"egress_id\":\"EG_0\"}");
}

/* Two jobs of one egress both hear of it. */
static void
test_same_egress (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressJob) first = new_job (fixture, "EG_1");
  g_autoptr (LkEgressJob) second = new_job (fixture, "EG_1");

  fake_egress_always_list (fixture->server, "EG_1", "ENDING", 2);
  lk_egress_job_refresh (first);
  wait_for (second, LK_EGRESS_JOB_STATE_ENDING);
  g_assert_cmpint (lk_egress_job_get_state (first), ==, LK_EGRESS_JOB_STATE_ENDING);
}

/* All of them have ended: two questions, not one for each. */
static void
test_many_ended (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GString) listing = g_string_new ("{\"items\":[");

  for (guint i = 0; i < N_JOBS; i++)
    {
      g_autofree char *egress_id = g_strdup_printf ("EG_%u", i);
      g_autofree char *info = fake_egress_info (egress_id, "COMPLETE", 2);

      g_ptr_array_add (jobs, new_job (fixture, egress_id));
      g_string_append_printf (listing, "%s%s", i > 0 ? "," : "", info);
    }
  g_string_append (listing, "]}");

  fake_egress_reply (fixture->server, "ListEgress", 200, "{\"items\":[]}");
  fake_egress_reply (fixture->server, "ListEgress", 200, listing->str);
  for (guint i = 0; i < N_JOBS; i++)
    lk_egress_job_refresh (g_ptr_array_index (jobs, i));
  for (guint i = 0; i < N_JOBS; i++)
    {
      LkEgressJob *job = g_ptr_array_index (jobs, i);

      while (lk_egress_job_get_state (job) != LK_EGRESS_JOB_STATE_COMPLETE)
        g_main_context_iteration (NULL, TRUE);
    }
  g_assert_cmpuint (fake_egress_count (fixture->server, "ListEgress"), ==, N_JOBS + 2);
}

static void
test_forgotten (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressJob) job = new_job (fixture, "EG_1");
  g_auto (FakeWait) wait = { NULL };
  GError *error = NULL;

  fake_egress_reply_recorded (fixture->server, "ListEgress", "list_by_id_unknown");
  lk_egress_job_wait_async (job, LK_EGRESS_JOB_STATE_COMPLETE, NULL, fake_wait_done, &wait);
  g_assert_false (lk_egress_job_wait_finish (job, fake_wait_for (&wait), &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpint (lk_egress_job_get_state (job), ==, LK_EGRESS_JOB_STATE_FAILED);
}

/* A server that is away for a while changes nothing. */
static void
test_failures (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressJob) first = new_job (fixture, "EG_1");
  g_autoptr (LkEgressJob) second = new_job (fixture, "EG_2");
  g_autofree char *busy = fake_egress_error ("unavailable", "restarting");
  g_autofree char *one = fake_egress_info ("EG_1", "ENDING", 2);
  g_autofree char *two = fake_egress_info ("EG_2", "ENDING", 2);
  g_autofree char *list = fake_egress_list (one, two, NULL);

  /* Two polls, tried three times each. */
  for (guint i = 0; i < 6; i++)
    fake_egress_reply (fixture->server, "ListEgress", 503, busy);
  fake_egress_always (fixture->server, "ListEgress", 200, list);

  lk_egress_job_refresh (second);
  wait_for (first, LK_EGRESS_JOB_STATE_ENDING);
  g_assert_cmpint (lk_egress_job_get_state (second), ==, LK_EGRESS_JOB_STATE_ENDING);
  g_assert_cmpuint (fake_egress_count (fixture->server, "ListEgress"), >=, 2 + 7);
}

/* One that will not answer ends the waits, for one job and for several. */
static void
test_not_allowed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressJob) first = new_job (fixture, "EG_1");
  g_autoptr (LkEgressJob) second = NULL;
  g_autofree char *refusal = fake_egress_error ("unauthenticated", "permissions denied");
  GError *error = NULL;

  for (guint i = 0; i < 2; i++)
    {
      g_auto (FakeWait) wait = { NULL };

      fake_egress_always (fixture->server, "ListEgress", 401, refusal);
      lk_egress_job_wait_async (first, LK_EGRESS_JOB_STATE_ENDING, NULL, fake_wait_done, &wait);
      g_assert_false (lk_egress_job_wait_finish (first, fake_wait_for (&wait), &error));
      g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNAUTHENTICATED);
      g_clear_error (&error);
      g_assert_cmpint (lk_egress_job_get_state (first), ==, LK_EGRESS_JOB_STATE_ACTIVE);

      if (second == NULL)
        {
          second = new_job (fixture, "EG_2");
          lk_egress_job_refresh (second);
        }
    }
}

static void
test_wait_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressJob) job = new_job (fixture, "EG_1");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (FakeWait) wait = { NULL };
  GError *error = NULL;

  fake_egress_always_list (fixture->server, "EG_1", "ACTIVE", 1);
  lk_egress_job_wait_async (job, LK_EGRESS_JOB_STATE_ENDING, cancellable, fake_wait_done, &wait);
  run_until_polled (fixture, 3);
  g_assert_null (wait.result);
  g_cancellable_cancel (cancellable);
  g_assert_false (lk_egress_job_wait_finish (job, fake_wait_for (&wait), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
}

/* A job may be waited for before it is attached. */
static void
test_wait_before_attach (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressJob) job = lk_egress_job_new_for_id (fixture->client, "EG_1");
  g_auto (FakeWait) wait = { NULL };
  g_auto (FakeWait) attached = { NULL };
  GError *error = NULL;

  fake_egress_always_list (fixture->server, "EG_1", "ACTIVE", 1);
  lk_egress_job_wait_async (job, LK_EGRESS_JOB_STATE_ACTIVE, NULL, fake_wait_done, &wait);
  lk_egress_job_attach_async (job, NULL, fake_wait_done, &attached);
  g_assert_true (lk_egress_job_wait_finish (job, fake_wait_for (&wait), &error));
  g_assert_no_error (error);
  g_assert_true (lk_egress_job_attach_finish (job, fake_wait_for (&attached), &error));
  g_assert_no_error (error);
}

/* Jobs that go while the server is asked about them. */
static void
test_dropped (Fixture *fixture, gconstpointer data)
{
  LkEgressJob *first = new_job (fixture, "EG_1");
  LkEgressJob *second = new_job (fixture, "EG_2");
  g_autofree char *one = fake_egress_info ("EG_1", "ENDING", 2);
  g_autofree char *list = fake_egress_list (one, NULL);

  /* One of two: the other learns what there is to learn. */
  fake_egress_reply_gated (fixture->server, "ListEgress", 200, list);
  fake_egress_always (fixture->server, "ListEgress", 200, list);
  lk_egress_job_refresh (first);
  lk_egress_job_refresh (second);
  run_until_polled (fixture, 3);
  g_assert_finalize_object (second);
  fake_egress_open_gate (fixture->server);
  wait_for (first, LK_EGRESS_JOB_STATE_ENDING);

  /* The last one: the poll goes with it. */
  fake_egress_always (fixture->server, "ListEgress", 200, list);
  lk_egress_job_refresh (first);
  run_until_polled (fixture, fake_egress_count (fixture->server, "ListEgress") + 1);
  g_assert_finalize_object (first);
}

static void
drop_job (LkEgressJob *job, LkEgressJobState state, LkEgressJob **other)
{
  g_clear_object (other);
}

/* The handler of one job lets the other go in the middle of the news. */
static void
test_dropped_by_handler (Fixture *fixture, gconstpointer data)
{
  LkEgressJob *jobs[] = { new_job (fixture, "EG_1"), new_job (fixture, "EG_2") };
  g_autofree char *one = fake_egress_info ("EG_1", "ENDING", 2);
  g_autofree char *two = fake_egress_info ("EG_2", "ENDING", 2);
  g_autofree char *list = fake_egress_list (one, two, NULL);

  fake_egress_always (fixture->server, "ListEgress", 200, list);
  for (guint i = 0; i < 2; i++)
    {
      g_signal_connect (jobs[i], "state-changed", G_CALLBACK (drop_job), &jobs[1 - i]);
      lk_egress_job_refresh (jobs[i]);
    }
  while (jobs[0] != NULL && jobs[1] != NULL)
    g_main_context_iteration (NULL, TRUE);

  for (guint i = 0; i < 2; i++)
    {
      if (jobs[i] != NULL)
        g_assert_cmpint (lk_egress_job_get_state (jobs[i]), ==, LK_EGRESS_JOB_STATE_ENDING);
      g_clear_object (&jobs[i]);
    }
}

/* A refresh during a poll: what was asked before does not answer it. */
static void
test_refresh_again (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressJob) job = new_job (fixture, "EG_1");
  g_autofree char *old = fake_egress_info ("EG_1", "ACTIVE", 2);
  g_autofree char *list = fake_egress_list (old, NULL);

  /* With these pauses nothing else would make it ask again. */
  lk_egress_client_set_time_scale (fixture->client, 1e6);
  fake_egress_reply_gated (fixture->server, "ListEgress", 200, list);
  fake_egress_always_list (fixture->server, "EG_1", "COMPLETE", 3);

  lk_egress_job_refresh (job);
  run_until_polled (fixture, 2);
  lk_egress_job_refresh (job);
  /* The source of the second refresh is seen before the answer to the first. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  fake_egress_open_gate (fixture->server);
  wait_for (job, LK_EGRESS_JOB_STATE_COMPLETE);
  g_assert_cmpuint (fake_egress_count (fixture->server, "ListEgress"), ==, 3);
}

/* Nobody waits for the end of a pause to see what became of a stop or a change. */
static void
test_look_after_change (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressJob) job = new_job (fixture, "EG_1");
  g_autofree char *active = fake_egress_info ("EG_1", "ACTIVE", 2);
  g_auto (FakeWait) updated = { NULL };
  g_auto (FakeWait) stopped = { NULL };
  GError *error = NULL;

  /* With these pauses nothing else would make it ask again. */
  lk_egress_client_set_time_scale (fixture->client, 1e6);
  fake_egress_always_list (fixture->server, "EG_1", "ACTIVE", 3);
  lk_egress_job_refresh (job);
  run_until_polled (fixture, 2);

  fake_egress_reply (fixture->server, "UpdateLayout", 200, active);
  lk_egress_job_update_layout_async (job, "grid", NULL, fake_wait_done, &updated);
  g_assert_true (lk_egress_job_update_layout_finish (job, fake_wait_for (&updated), &error));
  g_assert_no_error (error);
  run_until_polled (fixture, 3);

  fake_egress_reply_info (fixture->server, "StopEgress", "EG_1", "ENDING", 4);
  fake_egress_always_list (fixture->server, "EG_1", "COMPLETE", 5);
  lk_egress_job_stop_async (job, NULL, fake_wait_done, &stopped);
  g_assert_true (lk_egress_job_stop_finish (job, fake_wait_for (&stopped), &error));
  g_assert_no_error (error);
  g_assert_cmpint (lk_egress_job_get_state (job), ==, LK_EGRESS_JOB_STATE_ENDING);
  wait_for (job, LK_EGRESS_JOB_STATE_COMPLETE);
}

/* The watches alone, without a job. */

typedef struct
{
  LkEgressWatch *watch;
  guint n_infos;
  guint n_lost;
  guint n_errors;
  guint n_repeats;
  LkEgressStatus status;
  GMainContext *context;
  gboolean ends; /* with the first news */
} Watcher;

static guint
take_news (LkEgressInfo *info, LkEgressLifeOrigin origin, const GError *error, gpointer data)
{
  Watcher *watcher = data;

  g_assert_true (g_main_context_is_owner (watcher->context));
  if (info != NULL)
    watcher->status = lk_egress_info_get_status (info);
  watcher->n_infos += info != NULL;
  watcher->n_errors += error != NULL;
  watcher->n_repeats += origin == LK_EGRESS_LIFE_REPEAT;
  watcher->n_lost += info == NULL && error == NULL && origin != LK_EGRESS_LIFE_REPEAT;
  if (watcher->ends)
    g_clear_pointer (&watcher->watch, lk_egress_monitor_unwatch);

  return 500;
}

static void
begin_watch (Fixture *fixture, Watcher *watcher, GMainContext *context, const char *egress_id)
{
  watcher->context = context;
  watcher->watch
      = lk_egress_monitor_watch (fixture->client, context, egress_id, 500, take_news, watcher);
}

/* News from elsewhere are told to those who watch the egress, and to nobody else. */
static void
test_delivered (Fixture *fixture, gconstpointer data)
{
  GMainContext *context = g_main_context_default ();
  Watcher first = { .ends = TRUE };
  Watcher second = { .ends = TRUE };
  Watcher other = { .ends = TRUE };
  g_autoptr (LkEgressInfo) info = lk_egress_info_new ();

  lk_egress_client_set_time_scale (fixture->client, 1e6);
  g_object_set (info, "egress-id", "EG_1", "status", LK_EGRESS_STATUS_ENDING, NULL);
  /* Nobody is there. */
  lk_egress_monitor_deliver (fixture->client, NULL, info);

  begin_watch (fixture, &first, context, "EG_1");
  begin_watch (fixture, &second, context, "EG_1");
  begin_watch (fixture, &other, context, "EG_2");
  lk_egress_monitor_deliver (fixture->client, NULL, info);
  /* It is told in its turn, and as it was. */
  g_assert_cmpuint (first.n_infos, ==, 0);
  g_object_set (info, "status", LK_EGRESS_STATUS_FAILED, NULL);
  while (first.n_infos == 0 || second.n_infos == 0)
    g_main_context_iteration (context, TRUE);
  g_assert_cmpint (first.status, ==, LK_EGRESS_STATUS_ENDING);
  g_assert_cmpuint (other.n_infos, ==, 0);

  /* Those who have left hear nothing. */
  lk_egress_monitor_deliver (fixture->client, NULL, info);
  lk_egress_monitor_unwatch (other.watch);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_assert_cmpuint (first.n_infos + second.n_infos + other.n_infos, ==, 2);
  g_assert_cmpuint (fake_egress_count (fixture->server, "ListEgress"), ==, 0);
}

/* A listing that fails says nothing of any egress, whatever the error is. */
static void
test_lost_listing (Fixture *fixture, gconstpointer data)
{
  GMainContext *context = g_main_context_default ();
  g_autofree char *missing = fake_egress_error ("not_found", "no such thing");
  Watcher watchers[2] = { { .ends = TRUE }, { .ends = TRUE } };

  fake_egress_always (fixture->server, "ListEgress", 404, missing);
  begin_watch (fixture, &watchers[0], context, "EG_1");
  begin_watch (fixture, &watchers[1], context, "EG_2");
  while (watchers[0].n_errors == 0 || watchers[1].n_errors == 0)
    g_main_context_iteration (context, TRUE);
  g_assert_cmpuint (watchers[0].n_lost + watchers[1].n_lost, ==, 0);
}

static void
wait_for_polls (Fixture *fixture, Watcher *watchers, guint n_polls)
{
  lk_egress_monitor_refresh (watchers[0].watch);
  while (watchers[0].n_infos + watchers[0].n_repeats < n_polls
         || watchers[1].n_infos + watchers[1].n_repeats < n_polls)
    g_main_context_iteration (NULL, TRUE);
}

/* What a poll brings again is not read again, but for those who heard of other news meanwhile. */
static void
test_repeat (Fixture *fixture, gconstpointer data)
{
  GMainContext *context = g_main_context_default ();
  g_autofree char *one = fake_egress_info ("EG_1", "ACTIVE", 1);
  g_autofree char *two = fake_egress_info ("EG_2", "ACTIVE", 1);
  g_autofree char *later = fake_egress_info ("EG_2", "ENDING", 2);
  g_autofree char *list = fake_egress_list (one, two, NULL);
  g_autofree char *later_list = fake_egress_list (one, later, NULL);
  Watcher watchers[2] = { 0 };

  lk_egress_client_set_time_scale (fixture->client, 1e6);
  fake_egress_always (fixture->server, "ListEgress", 200, list);
  begin_watch (fixture, &watchers[0], context, "EG_1");
  begin_watch (fixture, &watchers[1], context, "EG_2");
  wait_for_polls (fixture, watchers, 1);
  g_assert_cmpuint (watchers[0].n_infos + watchers[1].n_infos, ==, 2);
  wait_for_polls (fixture, watchers, 2);
  g_assert_cmpuint (watchers[0].n_repeats, ==, 1);
  g_assert_cmpuint (watchers[1].n_repeats, ==, 1);

  lk_egress_monitor_overtake (watchers[1].watch);
  wait_for_polls (fixture, watchers, 3);
  g_assert_cmpuint (watchers[0].n_repeats, ==, 2);
  g_assert_cmpuint (watchers[1].n_repeats, ==, 1);

  fake_egress_always (fixture->server, "ListEgress", 200, later_list);
  wait_for_polls (fixture, watchers, 4);
  g_assert_cmpuint (watchers[0].n_repeats, ==, 3);
  g_assert_cmpuint (watchers[1].n_repeats, ==, 1);
  g_assert_cmpint (watchers[1].status, ==, LK_EGRESS_STATUS_ENDING);
  g_assert_cmpuint (watchers[0].n_lost + watchers[1].n_lost, ==, 0);

  lk_egress_monitor_unwatch (watchers[0].watch);
  lk_egress_monitor_unwatch (watchers[1].watch);
}

/* One that is in no listing is asked for once, however many watch it. */
static void
test_missing_once (Fixture *fixture, gconstpointer data)
{
  GMainContext *context = g_main_context_default ();
  g_autofree char *missing = fake_egress_error ("not_found", "no such egress");
  Watcher watchers[3] = { { .ends = TRUE }, { .ends = TRUE }, { .ends = TRUE } };

  fake_egress_reply_list (fixture->server, "EG_2", "ACTIVE", 1);
  fake_egress_always (fixture->server, "ListEgress", 404, missing);
  begin_watch (fixture, &watchers[0], context, "EG_1");
  begin_watch (fixture, &watchers[1], context, "EG_1");
  begin_watch (fixture, &watchers[2], context, "EG_2");
  while (watchers[0].n_lost == 0 || watchers[1].n_lost == 0)
    g_main_context_iteration (context, TRUE);
  g_assert_cmpuint (watchers[2].n_infos, ==, 1);
  g_assert_cmpuint (fake_egress_count (fixture->server, "ListEgress"), ==, 2);
  fake_egress_assert_request (fixture->server, "ListEgress", 1, "{\"egress_id\":\"EG_1\"}");
}

typedef struct
{
  Fixture *fixture;
  LkEgressJob *other;
} ThreadData;

/* With a context of its own, and a monitor of its own. */
static gpointer
watch_in_thread (gpointer data)
{
  ThreadData *thread_data = data;
  Fixture *fixture = thread_data->fixture;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (LkEgressJob) job = NULL;

  g_main_context_push_thread_default (context);
  job = new_job (fixture, "EG_1");
  fake_egress_always_list (fixture->server, "EG_1", "COMPLETE", 2);
  lk_egress_job_refresh (job);
  while (lk_egress_job_get_state (job) != LK_EGRESS_JOB_STATE_COMPLETE)
    g_main_context_iteration (context, TRUE);
  g_assert_cmpint (lk_egress_job_get_state (thread_data->other), ==, LK_EGRESS_JOB_STATE_ACTIVE);
  g_clear_object (&job);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_main_context_pop_thread_default (context);

  return NULL;
}

static void
test_contexts (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressJob) job = new_job (fixture, "EG_1");
  ThreadData thread_data = { fixture, job };

  lk_egress_job_refresh (job);
  g_thread_join (g_thread_new ("watch", watch_in_thread, &thread_data));
  wait_for (job, LK_EGRESS_JOB_STATE_COMPLETE);
}

#define ADD(name, test) g_test_add ("/monitor/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("life", test_life);
  ADD ("many", test_many);
  ADD ("same-egress", test_same_egress);
  ADD ("many-ended", test_many_ended);
  ADD ("repeat", test_repeat);
  ADD ("forgotten", test_forgotten);
  ADD ("failures", test_failures);
  ADD ("not-allowed", test_not_allowed);
  ADD ("wait-cancelled", test_wait_cancelled);
  ADD ("wait-before-attach", test_wait_before_attach);
  ADD ("dropped", test_dropped);
  ADD ("dropped-by-handler", test_dropped_by_handler);
  ADD ("refresh-again", test_refresh_again);
  ADD ("look-after-change", test_look_after_change);
  ADD ("delivered", test_delivered);
  ADD ("lost-listing", test_lost_listing);
  ADD ("missing-once", test_missing_once);
  ADD ("contexts", test_contexts);

  return g_test_run ();
}
