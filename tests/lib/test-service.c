/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A service and its egresses: what it counts, how it is doing, and how it ends. */

#include <string.h>

#include "fake-egress.h"
#include "lk-egress-error.h"
#include "lk-egress-service-private.h"
#include "lk-egress-service-starts.h"
#include "lk-egress-validation.h"
#include "lk-egress-redis-store.h"
#include "lk-test-redis.h"

typedef struct
{
  FakeEgress *server;
  LkEgressClient *client;
  LkEgressService *service;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = fake_egress_new ();
  fixture->client = fake_egress_new_client (fixture->server);
  fixture->service = lk_egress_service_new (fixture->client);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->service);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->client);
  fake_egress_free (fixture->server);
}

static void
run_until (LkEgressJob *job, LkEgressJobState state)
{
  while (lk_egress_job_get_state (job) != state)
    g_main_context_iteration (NULL, TRUE);
}

static void
assert_problem (Fixture *fixture, LkEgressHealthStatus status, LkEgressHealthProblem problem)
{
  g_autoptr (LkEgressHealth) health = lk_egress_service_get_health_status (fixture->service);

  g_assert_cmpint (lk_egress_health_get_problem (health), ==, problem);
  g_assert_cmpint (lk_egress_health_get_status (health), ==, status);
  g_assert_cmpint (lk_egress_health_get_reason (health) != NULL, ==,
                   problem != LK_EGRESS_HEALTH_PROBLEM_NONE);
}

static void
run_until_problem (Fixture *fixture, LkEgressHealthProblem problem)
{
  for (;;)
    {
      g_autoptr (LkEgressHealth) health = lk_egress_service_get_health_status (fixture->service);

      if (lk_egress_health_get_problem (health) == problem)
        return;
      g_main_context_iteration (NULL, TRUE);
    }
}

/* With these pauses nothing is asked that the test does not ask. */
static void
no_polls (Fixture *fixture)
{
  lk_egress_client_set_time_scale (fixture->client, 1e6);
}

static void
test_life (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  g_autoptr (LkEgressJob) job = NULL;
  g_auto (FakeWait) started = { NULL };
  g_auto (FakeWait) stopped = { NULL };
  g_auto (FakeWait) waited = { NULL };
  g_autoptr (LkEgressHealth) health = NULL;
  GError *error = NULL;

  fake_egress_reply_info (fixture->server, "StartEgress", "EG_1", "STARTING", 1);
  fake_egress_always_list (fixture->server, "EG_1", "ACTIVE", 2);
  lk_egress_service_start_async (fixture->service, request, NULL, fake_wait_done, &started);
  fake_egress_assert_jobs (fixture->service, 1, 1);
  fake_egress_assert_count (fixture->service, "egress_started_total", 0);
  job = lk_egress_service_start_finish (fixture->service, fake_wait_for (&started), &error);
  g_assert_no_error (error);
  fake_egress_assert_sample (fixture->service,
                             "egress_started_total{request_type=\"participant\"} 1\n");
  g_assert_true (lk_egress_service_get_job (fixture->service, "EG_1") == job);
  run_until (job, LK_EGRESS_JOB_STATE_ACTIVE);

  fake_egress_reply_info (fixture->server, "StopEgress", "EG_1", "ENDING", 3);
  lk_egress_service_stop_async (fixture->service, "EG_1", NULL, fake_wait_done, &stopped);
  g_assert_true (
      lk_egress_service_stop_finish (fixture->service, fake_wait_for (&stopped), &error));
  g_assert_no_error (error);
  fake_egress_assert_count (fixture->service, "egress_stop_duration", 1);

  lk_egress_service_wait_async (fixture->service, NULL, fake_wait_done, &waited);
  fake_egress_always_list (fixture->server, "EG_1", "COMPLETE", 4);
  g_assert_true (lk_egress_service_wait_finish (fixture->service, fake_wait_for (&waited), &error));
  g_assert_no_error (error);
  fake_egress_assert_jobs (fixture->service, 1, 0);
  fake_egress_assert_sample (
      fixture->service,
      "egress_stopped_total{request_type=\"participant\",end_reason=\"none\"} 1\n");
  fake_egress_assert_count (fixture->service, "egress_errors_total", 0);

  health = lk_egress_service_get_health_status (fixture->service);
  g_assert_cmpuint (lk_egress_health_get_completed_count (health), ==, 1);
  g_assert_cmpuint (lk_egress_health_get_failed_count (health), ==, 0);
  g_assert_cmpint (lk_egress_health_get_status (health), ==, LK_EGRESS_HEALTH_STATUS_HEALTHY);
}

/* Each shorthand, blocking and not, with the type that it is counted by. */
static void
test_starts (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressFileOutput) file = lk_egress_file_output_new ("recording.mp4");
  g_autoptr (LkEgressOutput) output = lk_egress_output_new_file (file);
  LkEgressService *service = fixture->service;
  const LkEgressSourceFlags all = LK_EGRESS_SOURCE_ALL;
  GError *error = NULL;

  no_polls (fixture);
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *id = g_strdup_printf ("EG_%u", i);
      g_auto (FakeWait) wait = { NULL };
      g_autoptr (LkEgressJob) job = NULL;

      fake_egress_reply_info (fixture->server, "StartEgress", id, "STARTING", 1);
      switch (i)
        {
        case 0:
          job = lk_egress_service_start_room_composite (service, "demo", "grid", all, &output, 1,
                                                        NULL, &error);
          break;
        case 1:
          job = lk_egress_service_start_track_composite (service, "demo", "TR_A", "TR_V", &output,
                                                         1, NULL, &error);
          break;
        case 2:
          job = lk_egress_service_start_participant (service, "demo", "alice", all, &output, 1,
                                                     NULL, &error);
          break;
        case 3:
          job = lk_egress_service_start_track (service, "demo", "TR_V", LK_EGRESS_TRACK_KIND_AUTO,
                                               output, NULL, &error);
          break;
        case 4:
          job = lk_egress_service_start_web (service, "https://example.com", all, &output, 1, NULL,
                                             &error);
          break;
        case 5:
          lk_egress_service_start_room_composite_async (service, "demo", NULL, all, &output, 1,
                                                        NULL, fake_wait_done, &wait);
          job = lk_egress_service_start_room_composite_finish (service, fake_wait_for (&wait),
                                                               &error);
          break;
        case 6:
          lk_egress_service_start_track_composite_async (service, "demo", "TR_A", NULL, &output, 1,
                                                         NULL, fake_wait_done, &wait);
          job = lk_egress_service_start_track_composite_finish (service, fake_wait_for (&wait),
                                                                &error);
          break;
        case 7:
          lk_egress_service_start_participant_async (service, "demo", "alice",
                                                     LK_EGRESS_SOURCE_SCREEN_SHARE, &output, 1,
                                                     NULL, fake_wait_done, &wait);
          job = lk_egress_service_start_participant_finish (service, fake_wait_for (&wait), &error);
          break;
        case 8:
          lk_egress_service_start_track_async (service, "demo", "TR_A", LK_EGRESS_TRACK_KIND_AUDIO,
                                               output, NULL, fake_wait_done, &wait);
          job = lk_egress_service_start_track_finish (service, fake_wait_for (&wait), &error);
          break;
        default:
          lk_egress_service_start_web_async (service, "https://example.com", all, &output, 1, NULL,
                                             fake_wait_done, &wait);
          job = lk_egress_service_start_web_finish (service, fake_wait_for (&wait), &error);
        }
      g_assert_no_error (error);
      g_assert_cmpstr (lk_egress_job_get_egress_id (job), ==, id);
    }

  fake_egress_assert_sample (fixture->service,
                             "egress_started_total{request_type=\"room_composite\"} 2\n"
                             "egress_started_total{request_type=\"web\"} 2\n"
                             "egress_started_total{request_type=\"participant\"} 2\n"
                             "egress_started_total{request_type=\"track_composite\"} 2\n"
                             "egress_started_total{request_type=\"track\"} 2\n");
  fake_egress_assert_count (fixture->service, "egress_start_room_composite_duration", 2);
  fake_egress_assert_count (fixture->service, "egress_start_track_composite_duration", 2);
}

/* What is not an egress is none of the service, but is counted. */
static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  g_autoptr (LkEgressRequest) wrong = lk_egress_request_new_participant ("demo", "alice");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *missing = fake_egress_error ("not_found", "requested room does not exist");
  g_auto (FakeWait) wait = { NULL };
  g_auto (FakeWait) cancelled = { NULL };
  GError *error = NULL;

  no_polls (fixture);
  fake_egress_reply (fixture->server, "StartEgress", 404, missing);
  g_assert_null (lk_egress_service_start (fixture->service, request, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
  g_clear_error (&error);
  fake_egress_assert_jobs (fixture->service, 0, 0);

  lk_egress_service_start_async (fixture->service, wrong, NULL, fake_wait_done, &wait);
  g_assert_null (lk_egress_service_start_finish (fixture->service, fake_wait_for (&wait), &error));
  g_assert_error (error, LK_EGRESS_VALIDATION_ERROR, LK_EGRESS_VALIDATION_ERROR_MISSING);
  g_clear_error (&error);
  fake_egress_assert_jobs (fixture->service, 0, 0);

  g_cancellable_cancel (cancellable);
  g_assert_null (lk_egress_service_start (fixture->service, request, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  lk_egress_service_start_async (fixture->service, request, cancellable, fake_wait_done,
                                 &cancelled);
  g_assert_null (
      lk_egress_service_start_finish (fixture->service, fake_wait_for (&cancelled), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  fake_egress_assert_jobs (fixture->service, 0, 0);

  fake_egress_assert_sample (
      fixture->service,
      "egress_errors_total{request_type=\"participant\",error_code=\"not_found\"} 1\n"
      "egress_errors_total{request_type=\"participant\",error_code=\"invalid_request\"}"
      " 1\n"
      "egress_errors_total{request_type=\"participant\",error_code=\"cancelled\"} 2\n");
  assert_problem (fixture, LK_EGRESS_HEALTH_STATUS_HEALTHY, LK_EGRESS_HEALTH_PROBLEM_NONE);
}

/* One that runs, one that has ended, one that is forgotten, and one that is there already. */
static void
check_recovered (Fixture *fixture)
{
  LkEgressJob *running = lk_egress_service_get_job (fixture->service, "EG_1");
  LkEgressJob *ended = lk_egress_service_get_job (fixture->service, "EG_2");

  g_assert_cmpint (lk_egress_job_get_state (running), ==, LK_EGRESS_JOB_STATE_ACTIVE);
  g_assert_cmpint (lk_egress_job_get_state (ended), ==, LK_EGRESS_JOB_STATE_COMPLETE);
  g_assert_null (lk_egress_service_get_job (fixture->service, "EG_3"));
  fake_egress_assert_jobs (fixture->service, 2, 1);
  fake_egress_assert_count (fixture->service, "egress_stopped_total", 1);
  fake_egress_assert_count (fixture->service, "egress_started_total", 0);
}

static void
test_recover (Fixture *fixture, gconstpointer async)
{
  static const char *const ids[] = { "EG_1", "EG_2", "EG_3", NULL };
  g_autofree char *missing = fake_egress_error ("not_found", "egress does not exist");
  g_autofree char *busy = fake_egress_error ("unauthenticated", "no");
  GError *error = NULL;

  no_polls (fixture);
  /* What fails can be done again, and what is done is not done twice. */
  for (guint i = 0; i < 3; i++)
    {
      g_auto (FakeWait) wait = { NULL };
      gboolean good;

      if (i == 0)
        fake_egress_reply (fixture->server, "ListEgress", 401, busy);
      else
        fake_egress_reply_list (fixture->server, "EG_1", "ACTIVE", 1);
      if (i == 1)
        fake_egress_reply_list (fixture->server, "EG_2", "COMPLETE", 1);
      fake_egress_always (fixture->server, "ListEgress", 404, missing);

      if (async == NULL)
        {
          good = lk_egress_service_recover (fixture->service, ids, NULL, &error);
        }
      else
        {
          lk_egress_service_recover_async (fixture->service, ids, NULL, fake_wait_done, &wait);
          good = lk_egress_service_recover_finish (fixture->service, fake_wait_for (&wait), &error);
        }
      g_assert_cmpint (good, ==, i > 0);
      g_clear_error (&error);
      if (i > 0)
        check_recovered (fixture);
    }
}

static void
test_attach (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressJob) job = NULL;
  g_autoptr (LkEgressJob) again = NULL;
  g_autoptr (LkEgressJob) other_0 = NULL;
  g_autoptr (LkEgressJob) other_1 = NULL;
  g_autofree char *missing = fake_egress_error ("not_found", "egress does not exist");
  g_auto (FakeWait) wait_0 = { NULL };
  g_auto (FakeWait) wait_1 = { NULL };
  g_auto (FakeWait) wait_2 = { NULL };
  FakeWait *waits[] = { &wait_0, &wait_1, &wait_2 };
  GError *error = NULL;

  no_polls (fixture);
  job = fake_egress_attach (fixture->server, fixture->service, "EG_1", "ACTIVE");
  lk_egress_service_attach_async (fixture->service, "EG_1", NULL, fake_wait_done, waits[0]);
  again = lk_egress_service_attach_finish (fixture->service, fake_wait_for (waits[0]), &error);
  g_assert_no_error (error);
  g_assert_true (again == job);

  /* Two at the same time are one. */
  fake_egress_always_list (fixture->server, "EG_2", "ENDING", 1);
  for (guint i = 0; i < 2; i++)
    lk_egress_service_attach_async (fixture->service, "EG_2", NULL, fake_wait_done, waits[1 + i]);
  other_0 = lk_egress_service_attach_finish (fixture->service, fake_wait_for (waits[1]), NULL);
  other_1 = lk_egress_service_attach_finish (fixture->service, fake_wait_for (waits[2]), NULL);
  g_assert_nonnull (other_0);
  g_assert_true (other_0 == other_1);
  fake_egress_assert_jobs (fixture->service, 2, 2);

  fake_egress_always (fixture->server, "ListEgress", 404, missing);
  g_assert_null (lk_egress_service_attach (fixture->service, "EG_3", NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (lk_egress_service_stop (fixture->service, "EG_3", NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
}

static void
answer_stops (const char *method, const char *request, guint *status, char **json, gpointer data)
{
  const char *stopped = data;
  g_autofree char *one = fake_egress_info ("EG_1", "COMPLETE", 3);
  g_autofree char *two = fake_egress_info ("EG_2", stopped != NULL ? stopped : "ACTIVE", 3);
  gboolean second = strstr (request, "EG_2") != NULL;

  if (g_str_equal (method, "ListEgress"))
    {
      *json = strstr (request, "EG_") == NULL ? fake_egress_list (one, two, NULL)
                                              : fake_egress_list (second ? two : one, NULL);
    }
  else if (second && stopped == NULL)
    {
      *status = 408;
      *json = fake_egress_error ("deadline_exceeded", "request timed out");
    }
  else
    {
      *json = fake_egress_info (second ? "EG_2" : "EG_1", "ENDING", 2);
    }
}

/* Both are stopped, and the worker of the second is gone or not. */
static void
test_shutdown (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressJob) first
      = fake_egress_attach (fixture->server, fixture->service, "EG_1", "ACTIVE");
  g_autoptr (LkEgressJob) second
      = fake_egress_attach (fixture->server, fixture->service, "EG_2", "ACTIVE");
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  g_auto (FakeWait) wait = { NULL };
  GError *error = NULL;
  gboolean good;

  fake_egress_set_answer (fixture->server, answer_stops, (gpointer)data);
  lk_egress_service_shutdown_async (fixture->service, LK_EGRESS_SHUTDOWN_STOP, 60000, NULL,
                                    fake_wait_done, &wait);
  g_assert_null (lk_egress_service_start (fixture->service, request, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_clear_error (&error);

  good = lk_egress_service_shutdown_finish (fixture->service, fake_wait_for (&wait), &error);
  g_assert_cmpint (lk_egress_job_get_state (first), ==, LK_EGRESS_JOB_STATE_COMPLETE);
  if (data != NULL)
    {
      g_assert_no_error (error);
      g_assert_true (good);
      fake_egress_assert_jobs (fixture->service, 2, 0);
      assert_problem (fixture, LK_EGRESS_HEALTH_STATUS_UNHEALTHY,
                      LK_EGRESS_HEALTH_PROBLEM_SHUT_DOWN);
      return;
    }
  /* It is not waited for: nothing will be heard of it. */
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&error);
  g_assert_true (lk_egress_job_get_stale (second));
  fake_egress_assert_sample (fixture->service, "error_code=\"deadline_exceeded\"} 1\n");
}

/* The deadline is over while an egress uploads; the caller gives up before. */
static void
test_shutdown_bounds (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressJob) job
      = fake_egress_attach (fixture->server, fixture->service, "EG_1", "ENDING");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (FakeWait) wait_0 = { NULL };
  g_auto (FakeWait) wait_1 = { NULL };
  g_auto (FakeWait) wait_2 = { NULL };
  FakeWait *waits[] = { &wait_0, &wait_1, &wait_2 };
  GError *error = NULL;

  fake_egress_always (fixture->server, "StopEgress", 200, "{\"egressId\":\"EG_1\",\"status\":2}");
  lk_egress_service_shutdown_async (fixture->service, LK_EGRESS_SHUTDOWN_STOP, 50, NULL,
                                    fake_wait_done, waits[0]);
  g_assert_false (
      lk_egress_service_shutdown_finish (fixture->service, fake_wait_for (waits[0]), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&error);

  lk_egress_service_shutdown_async (fixture->service, LK_EGRESS_SHUTDOWN_STOP, 60000, cancellable,
                                    fake_wait_done, waits[1]);
  g_cancellable_cancel (cancellable);
  g_assert_false (
      lk_egress_service_shutdown_finish (fixture->service, fake_wait_for (waits[1]), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  lk_egress_service_shutdown_async (fixture->service, LK_EGRESS_SHUTDOWN_LEAVE, 60000, NULL,
                                    fake_wait_done, waits[2]);
  g_assert_true (
      lk_egress_service_shutdown_finish (fixture->service, fake_wait_for (waits[2]), &error));
  g_assert_no_error (error);
  g_assert_cmpint (lk_egress_job_get_state (job), ==, LK_EGRESS_JOB_STATE_ENDING);
}

/* What nobody would find again is not left behind. */
static void
test_shutdown_start (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  g_autofree char *info = fake_egress_info ("EG_1", "STARTING", 1);
  g_auto (FakeWait) started = { NULL };
  g_auto (FakeWait) left = { NULL };
  g_autoptr (LkEgressJob) job = NULL;
  GError *error = NULL;

  fake_egress_reply_gated (fixture->server, "StartEgress", 200, info);
  fake_egress_always_list (fixture->server, "EG_1", "STARTING", 1);
  fake_egress_always (fixture->server, "StopEgress", 200, "{\"egressId\":\"EG_1\",\"status\":2}");
  lk_egress_service_start_async (fixture->service, request, NULL, fake_wait_done, &started);
  lk_egress_service_shutdown_async (fixture->service, LK_EGRESS_SHUTDOWN_LEAVE, 60000, NULL,
                                    fake_wait_done, &left);
  fake_egress_open_gate (fixture->server);
  g_assert_true (
      lk_egress_service_shutdown_finish (fixture->service, fake_wait_for (&left), &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 1);
  job = lk_egress_service_start_finish (fixture->service, fake_wait_for (&started), NULL);
}

static void
test_blocking (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressJob) first
      = fake_egress_attach (fixture->server, fixture->service, "EG_1", "ACTIVE");
  g_autoptr (LkEgressJob) second
      = fake_egress_attach (fixture->server, fixture->service, "EG_2", "ACTIVE");
  GError *error = NULL;

  fake_egress_set_answer (fixture->server, answer_stops, (gpointer) "FAILED");
  g_assert_true (lk_egress_service_stop (fixture->service, "EG_1", NULL, &error));
  g_assert_no_error (error);
  g_assert_true (lk_egress_service_stop_all (fixture->service, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (lk_egress_service_wait (fixture->service, NULL, &error));
  g_assert_no_error (error);
  fake_egress_assert_jobs (fixture->service, 2, 0);
  g_assert_cmpint (lk_egress_job_get_state (second), ==, LK_EGRESS_JOB_STATE_FAILED);
  fake_egress_assert_count (fixture->service, "egress_errors_total", 1);
}

/* One that nobody obeys does not keep the other from being stopped. */
static void
test_stale (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressJob) second
      = fake_egress_attach (fixture->server, fixture->service, "EG_2", "ACTIVE");
  g_autoptr (LkEgressJob) first
      = fake_egress_attach (fixture->server, fixture->service, "EG_1", "ACTIVE");
  g_auto (FakeWait) wait = { NULL };
  GError *error = NULL;

  fake_egress_set_answer (fixture->server, answer_stops, NULL);
  lk_egress_service_stop_all_async (fixture->service, NULL, fake_wait_done, &wait);
  g_assert_false (
      lk_egress_service_stop_all_finish (fixture->service, fake_wait_for (&wait), &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_DEADLINE_EXCEEDED);
  g_clear_error (&error);
  run_until (first, LK_EGRESS_JOB_STATE_COMPLETE);
  assert_problem (fixture, LK_EGRESS_HEALTH_STATUS_DEGRADED,
                  LK_EGRESS_HEALTH_PROBLEM_STALE_EGRESSES);
  g_assert_true (lk_egress_service_wait (fixture->service, NULL, &error));
  g_assert_no_error (error);
}

/* Nor is it waited for, although it was none that nobody obeys when the wait began. */
static void
test_wait_stale (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressJob) second
      = fake_egress_attach (fixture->server, fixture->service, "EG_2", "ACTIVE");
  g_autoptr (LkEgressJob) first
      = fake_egress_attach (fixture->server, fixture->service, "EG_1", "ACTIVE");
  g_auto (FakeWait) waited = { NULL };
  g_auto (FakeWait) stopped = { NULL };
  GError *error = NULL;

  fake_egress_set_answer (fixture->server, answer_stops, NULL);
  lk_egress_service_wait_async (fixture->service, NULL, fake_wait_done, &waited);
  lk_egress_service_stop_all_async (fixture->service, NULL, fake_wait_done, &stopped);
  g_assert_true (lk_egress_service_wait_finish (fixture->service, fake_wait_for (&waited), &error));
  g_assert_no_error (error);
  g_assert_true (lk_egress_job_get_stale (second));
  g_assert_cmpint (lk_egress_job_get_state (first), ==, LK_EGRESS_JOB_STATE_COMPLETE);
  fake_wait_for (&stopped);
}

static void
test_history (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressService) service
      = g_object_new (LK_EGRESS_TYPE_SERVICE, "client", fixture->client, "history", 2, NULL);
  GListModel *jobs = lk_egress_service_get_jobs (service);

  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *id = g_strdup_printf ("EG_%u", i);
      g_autoptr (LkEgressJob) job = NULL;

      fake_egress_always_list (fixture->server, id, "COMPLETE", 1);
      job = lk_egress_service_attach (service, id, NULL, NULL);
      g_assert_nonnull (job);
    }
  g_assert_cmpuint (g_list_model_get_n_items (jobs), ==, 2);
  g_assert_nonnull (lk_egress_service_get_job (service, "EG_3"));
  g_assert_null (lk_egress_service_get_job (service, "EG_2"));
}

/* Nothing runs, and still it is known whether the server answers. */
static void
test_server (Fixture *fixture, gconstpointer data)
{
  g_autofree char *refusal = fake_egress_error ("unauthenticated", "invalid API key");
  g_autofree char *busy = fake_egress_error ("unavailable", "restarting");

  fake_egress_always (fixture->server, "ListEgress", 401, refusal);
  run_until_problem (fixture, LK_EGRESS_HEALTH_PROBLEM_KEY_REFUSED);
  fake_egress_always (fixture->server, "ListEgress", 503, busy);
  run_until_problem (fixture, LK_EGRESS_HEALTH_PROBLEM_SERVER_UNREACHABLE);
  assert_problem (fixture, LK_EGRESS_HEALTH_STATUS_UNHEALTHY,
                  LK_EGRESS_HEALTH_PROBLEM_SERVER_UNREACHABLE);
  fake_egress_always (fixture->server, "ListEgress", 200, "{}");
  run_until_problem (fixture, LK_EGRESS_HEALTH_PROBLEM_NONE);
  fake_egress_assert_sample (fixture->service, "egress_polls_total{result=\"ok\"}");
  fake_egress_assert_sample (fixture->service, "egress_polls_total{result=\"failed\"}");
}

static void
deliver (Fixture *fixture, const char *egress_id, LkEgressStatus status, gint64 updated_at)
{
  g_autoptr (LkEgressInfo) info = lk_egress_info_new ();
  g_autoptr (LkEgressWebhookEvent) event = NULL;

  g_object_set (info, "egress-id", egress_id, "status", status, "updated-at", updated_at, NULL);
  event = g_object_new (LK_EGRESS_TYPE_WEBHOOK_EVENT, "event", "egress_updated", "egress-info",
                        egress_id != NULL ? info : NULL, NULL);
  lk_egress_service_deliver (fixture->service, event);
}

static gpointer
deliver_elsewhere (gpointer data)
{
  deliver (data, "EG_1", LK_EGRESS_STATUS_COMPLETE, 3);

  return NULL;
}

static void
test_webhooks (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressJob) job
      = fake_egress_attach (fixture->server, fixture->service, "EG_1", "ACTIVE");

  deliver (fixture, "EG_1", LK_EGRESS_STATUS_STARTING, 1);
  deliver (fixture, "EG_1", LK_EGRESS_STATUS_ENDING, 2);
  deliver (fixture, "EG_9", LK_EGRESS_STATUS_ENDING, 2);
  deliver (fixture, NULL, LK_EGRESS_STATUS_ENDING, 2);
  run_until (job, LK_EGRESS_JOB_STATE_ENDING);
  g_thread_join (g_thread_new ("server", deliver_elsewhere, fixture));
  run_until (job, LK_EGRESS_JOB_STATE_COMPLETE);
  fake_egress_assert_sample (fixture->service, "egress_webhooks_total{result=\"taken\"} 2\n"
                                               "egress_webhooks_total{result=\"late\"} 1\n"
                                               "egress_webhooks_total{result=\"unrelated\"} 2\n");
}

/* Polls bring what webhooks should, and then webhooks come again. */
static void
test_silence (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressJob) job
      = fake_egress_attach (fixture->server, fixture->service, "EG_1", "ACTIVE");

  deliver (fixture, "EG_1", LK_EGRESS_STATUS_ACTIVE, 1);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  fake_egress_always_list (fixture->server, "EG_1", "ENDING", 2);
  run_until (job, LK_EGRESS_JOB_STATE_ENDING);
  run_until_problem (fixture, LK_EGRESS_HEALTH_PROBLEM_WEBHOOKS_SILENT);
  assert_problem (fixture, LK_EGRESS_HEALTH_STATUS_DEGRADED,
                  LK_EGRESS_HEALTH_PROBLEM_WEBHOOKS_SILENT);
  deliver (fixture, "EG_1", LK_EGRESS_STATUS_ENDING, 2);
  run_until_problem (fixture, LK_EGRESS_HEALTH_PROBLEM_NONE);
}

/* Replicas share the webhooks: one that another gets is not missed. */
static void
test_silence_of_replica (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkTestRedis) redis = lk_test_redis_new (NULL);
  g_autoptr (LkEgressStore) store = NULL;
  g_autoptr (LkEgressJob) job = NULL;
  g_autoptr (LkEgressJob) other = NULL;
  Fixture replica = *fixture;

  if (redis == NULL)
    return;

  store = g_object_new (LK_EGRESS_TYPE_REDIS_STORE, "address", lk_test_redis_get_address (redis),
                        NULL);
  replica.service = g_object_new (LK_EGRESS_TYPE_SERVICE, "client", fixture->client, "name",
                                  "recorder", "store", store, NULL);
  /* It is told everything before the one that is alone. */
  job = fake_egress_attach (replica.server, replica.service, "EG_1", "ACTIVE");
  other = fake_egress_attach (fixture->server, fixture->service, "EG_1", "ACTIVE");
  deliver (&replica, "EG_1", LK_EGRESS_STATUS_ACTIVE, 1);
  deliver (fixture, "EG_1", LK_EGRESS_STATUS_ACTIVE, 1);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  fake_egress_always_list (fixture->server, "EG_1", "ENDING", 2);
  run_until (job, LK_EGRESS_JOB_STATE_ENDING);
  run_until (other, LK_EGRESS_JOB_STATE_ENDING);
  run_until_problem (fixture, LK_EGRESS_HEALTH_PROBLEM_WEBHOOKS_SILENT);
  assert_problem (&replica, LK_EGRESS_HEALTH_STATUS_HEALTHY, LK_EGRESS_HEALTH_PROBLEM_NONE);
  g_assert_finalize_object (replica.service);
}

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  static const char *const names[] = { "EGRESS_ID", "ROOM", "STATE", "CODE", "MESSAGE" };
  GString *log = data;

  if (level == G_LOG_LEVEL_DEBUG)
    return G_LOG_WRITER_HANDLED;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      for (gsize j = 0; j < n_fields; j++)
        {
          if (g_str_equal (fields[j].key, names[i]))
            g_string_append_printf (log, "%s|", (const char *)fields[j].value);
        }
    }
  g_string_append_c (log, '\n');

  return G_LOG_WRITER_HANDLED;
}

static void
test_log (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (GString) log = g_string_new (NULL);
      g_autoptr (LkEgressJob) job = NULL;
      Fixture fixture;

      set_up (&fixture, NULL);
      g_log_set_writer_func (write_log, log, NULL);
      fake_egress_always (fixture.server, "ListEgress", 200,
                          "{\"items\":[{\"egressId\":\"EG_1\",\"roomName\":\"demo\","
                          "\"status\":4,\"errorCode\":503,\"error\":\"srt://h:1?passphrase=hush"
                          " does not answer\"}]}");
      job = lk_egress_service_attach (fixture.service, "EG_1", NULL, NULL);
      g_assert_nonnull (job);
      g_assert_true (
          g_str_has_prefix (log->str, "EG_1|demo|failed|unavailable|Egress EG_1 is failed: "));
      g_assert_null (strstr (log->str, "hush"));
      g_clear_object (&job);
      tear_down (&fixture, NULL);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

/* The members, their order and their names. */
static void
test_health_text (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressHealth) health = lk_egress_service_get_health_status (fixture->service);
  g_autofree char *json = lk_egress_health_to_json (health);
  g_autoptr (GVariant) variant = lk_egress_health_to_variant (health);

  g_assert_cmpstr (json, ==,
                   "{\"service\":\"livekit-egress\",\"status\":\"healthy\",\"active_count\":0,"
                   "\"completed_count\":0,\"failed_count\":0,\"supported_formats\":[\"mp4\","
                   "\"ogg\",\"mp3\",\"mcap\",\"hls\",\"hls-fmp4\",\"rtmp\",\"srt\","
                   "\"websocket\",\"jpeg\"],\"supported_storages\":[\"s3\",\"gcp\",\"azure\","
                   "\"ali-oss\"]}");
  g_assert_cmpuint (g_variant_n_children (variant), ==, 7);
  g_assert_cmpstr (lk_egress_health_get_service (health), ==, "livekit-egress");
  g_assert_cmpuint (lk_egress_health_get_active_count (health), ==, 0);
}

#define ADD(name, data, test) g_test_add ("/service/" name, Fixture, data, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("life", NULL, test_life);
  ADD ("starts", NULL, test_starts);
  ADD ("refused", NULL, test_refused);
  ADD ("recover", NULL, test_recover);
  ADD ("recover-async", "async", test_recover);
  ADD ("attach", NULL, test_attach);
  ADD ("shutdown", "COMPLETE", test_shutdown);
  ADD ("shutdown-stale", NULL, test_shutdown);
  ADD ("shutdown-bounds", NULL, test_shutdown_bounds);
  ADD ("shutdown-start", NULL, test_shutdown_start);
  ADD ("blocking", NULL, test_blocking);
  ADD ("stale", NULL, test_stale);
  ADD ("wait-stale", NULL, test_wait_stale);
  ADD ("history", NULL, test_history);
  ADD ("server", NULL, test_server);
  ADD ("webhooks", NULL, test_webhooks);
  ADD ("silence", NULL, test_silence);
  ADD ("silence/replica", NULL, test_silence_of_replica);
  ADD ("health-text", NULL, test_health_text);
  g_test_add_func ("/service/log", test_log);

  return g_test_run ();
}
