/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A service that is used from its own handlers, ended in the middle of things, and let go early. */

#include <string.h>

#include "fake-egress.h"
#include "lk-egress-error.h"
#include "lk-egress-service-private.h"

typedef struct
{
  FakeEgress *server;
  LkEgressClient *client;
  LkEgressService *service;
  LkEgressRequest *request;
  GString *events;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = fake_egress_new ();
  fake_egress_always (fixture->server, "ListEgress", 200, "{}");
  fixture->client = fake_egress_new_client (fixture->server);
  fixture->service = lk_egress_service_new (fixture->client);
  fixture->request = fake_egress_new_request ();
  fixture->events = g_string_new (NULL);
}

static void
run_idle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  run_idle ();
  if (fixture->service != NULL)
    g_assert_finalize_object (fixture->service);
  run_idle ();
  g_assert_finalize_object (fixture->client);
  g_object_unref (fixture->request);
  fake_egress_free (fixture->server);
  g_string_free (fixture->events, TRUE);
}

static void
run_until_called (Fixture *fixture, const char *method, guint count)
{
  while (fake_egress_count (fixture->server, method) < count)
    g_main_context_iteration (NULL, TRUE);
}

static void
run_until (LkEgressJob *job, LkEgressJobState state)
{
  while (lk_egress_job_get_state (job) != state)
    g_main_context_iteration (NULL, TRUE);
}

static guint
count_active (Fixture *fixture)
{
  return g_list_model_get_n_items (lk_egress_service_get_active_jobs (fixture->service));
}

/* An attach and a recovery are under way when the service is shut down: nothing is taken any more,
 * and nobody waits for what would not end. */
static void
test_attach_shutdown (Fixture *fixture, gconstpointer recover)
{
  static const char *const ids[] = { "EG_1", "EG_2", NULL };
  const LkEgressShutdown hows[] = { LK_EGRESS_SHUTDOWN_STOP, LK_EGRESS_SHUTDOWN_LEAVE };
  g_autoptr (LkEgressJob) job = NULL;
  g_auto (FakeWait) attached = { NULL };
  g_auto (FakeWait) ended = { NULL };
  GError *error = NULL;

  fake_egress_always_list (fixture->server, "EG_1", "ACTIVE", 1);
  if (recover != NULL)
    lk_egress_service_recover_async (fixture->service, ids, NULL, fake_wait_done, &attached);
  else
    lk_egress_service_attach_async (fixture->service, "EG_1", NULL, fake_wait_done, &attached);
  lk_egress_service_shutdown_async (fixture->service, hows[recover != NULL], 60000, NULL,
                                    fake_wait_done, &ended);
  if (recover != NULL)
    g_assert_false (
        lk_egress_service_recover_finish (fixture->service, fake_wait_for (&attached), &error));
  else
    g_assert_null (
        lk_egress_service_attach_finish (fixture->service, fake_wait_for (&attached), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_true (
      lk_egress_service_shutdown_finish (fixture->service, fake_wait_for (&ended), &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_active (fixture), ==, 0);

  g_assert_null (lk_egress_service_attach (fixture->service, "EG_1", NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_false (lk_egress_service_recover (fixture->service, ids, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_clear_error (&error);
}

/* An attach, a stop of all and the shutdown at once, in this order: what is there is stopped once.
 */
static void
test_orders (Fixture *fixture, gconstpointer data)
{
  const char *order = data;
  g_autoptr (LkEgressJob) job
      = fake_egress_attach (fixture->server, fixture->service, "EG_1", "ACTIVE");
  g_auto (FakeWait) attached = { NULL };
  g_auto (FakeWait) stopped = { NULL };
  g_auto (FakeWait) ended = { NULL };
  g_autoptr (LkEgressJob) again = NULL;
  GError *error = NULL;

  fake_egress_reply_info (fixture->server, "StopEgress", "EG_1", "ENDING", 2);
  for (; *order != '\0'; order++)
    {
      if (*order == 'a')
        lk_egress_service_attach_async (fixture->service, "EG_1", NULL, fake_wait_done, &attached);
      else if (*order == 's')
        lk_egress_service_stop_all_async (fixture->service, NULL, fake_wait_done, &stopped);
      else
        lk_egress_service_shutdown_async (fixture->service, LK_EGRESS_SHUTDOWN_STOP, 60000, NULL,
                                          fake_wait_done, &ended);
    }
  /* One that is there already is given also now. */
  again = lk_egress_service_attach_finish (fixture->service, fake_wait_for (&attached), &error);
  g_assert_no_error (error);
  g_assert_true (again == job);
  g_assert_true (
      lk_egress_service_stop_all_finish (fixture->service, fake_wait_for (&stopped), &error));
  g_assert_no_error (error);
  fake_egress_always_list (fixture->server, "EG_1", "COMPLETE", 3);
  g_assert_true (
      lk_egress_service_shutdown_finish (fixture->service, fake_wait_for (&ended), &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 1);
  g_assert_cmpuint (count_active (fixture), ==, 0);
}

/* Starts are under way: one whose answer comes, one that is tried again later, one that waits. */
static void
test_starts_shutdown (Fixture *fixture, gconstpointer leave)
{
  g_autoptr (LkEgressStartPolicy) policy = lk_egress_start_policy_new ();
  g_autofree char *info = fake_egress_info ("EG_1", "STARTING", 1);
  g_autofree char *busy = fake_egress_error ("unavailable", "no response from servers");
  g_auto (FakeWait) wait_0 = { NULL };
  g_auto (FakeWait) wait_1 = { NULL };
  g_auto (FakeWait) wait_2 = { NULL };
  g_auto (FakeWait) ended = { NULL };
  FakeWait *waits[] = { &wait_0, &wait_1, &wait_2 };
  g_autoptr (LkEgressJob) job = NULL;
  GError *error = NULL;

  g_object_set (policy, "max-concurrent", 2, "max-tries", 9, "retry-delay", 3600000,
                "max-retry-delay", 3600000, "retry-timeout", 0, NULL);
  lk_egress_service_set_start_policy (fixture->service, policy);
  lk_egress_client_set_time_scale (fixture->client, 1);
  fake_egress_reply (fixture->server, "StartEgress", 503, busy);
  fake_egress_reply_gated (fixture->server, "StartEgress", 200, info);
  fake_egress_always_list (fixture->server, "EG_1", "COMPLETE", 3);
  fake_egress_reply_info (fixture->server, "StopEgress", "EG_1", "COMPLETE", 3);

  lk_egress_service_start_async (fixture->service, fixture->request, NULL, fake_wait_done,
                                 waits[0]);
  while (lk_egress_metrics_get_value (lk_egress_service_get_metrics (fixture->service),
                                      "egress_start_retries_total")
         == 0)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 1; i < 3; i++)
    lk_egress_service_start_async (fixture->service, fixture->request, NULL, fake_wait_done,
                                   waits[i]);
  run_until_called (fixture, "StartEgress", 2);
  lk_egress_service_shutdown_async (
      fixture->service, leave != NULL ? LK_EGRESS_SHUTDOWN_LEAVE : LK_EGRESS_SHUTDOWN_STOP, 60000,
      NULL, fake_wait_done, &ended);
  g_assert_null (
      lk_egress_service_start_finish (fixture->service, fake_wait_for (waits[0]), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (
      lk_egress_service_start_finish (fixture->service, fake_wait_for (waits[2]), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_clear_error (&error);

  fake_egress_open_gate (fixture->server);
  g_assert_true (
      lk_egress_service_shutdown_finish (fixture->service, fake_wait_for (&ended), &error));
  g_assert_no_error (error);
  job = lk_egress_service_start_finish (fixture->service, fake_wait_for (waits[1]), NULL);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 2);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 1);
  while (count_active (fixture) > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
started (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressJob) job
      = lk_egress_service_start_finish (LK_EGRESS_SERVICE (source_object), result, &error);

  g_string_append_printf (fixture->events, "%s ",
                          job != NULL ? lk_egress_job_get_egress_id (job) : "refused");
}

static void
start_when_one_goes (GListModel *list, guint position, guint removed, guint added, Fixture *fixture)
{
  if (removed == 0)
    return;
  g_signal_handlers_disconnect_by_data (list, fixture);
  lk_egress_service_start_async (fixture->service, fixture->request, NULL, started, fixture);
}

/* In the middle of the news that an egress has ended, another is started: behind those that wait.
 */
static void
test_start_in_handler (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStartPolicy) policy = lk_egress_start_policy_new ();
  g_autoptr (LkEgressJob) job
      = fake_egress_attach (fixture->server, fixture->service, "EG_0", "ACTIVE");
  g_autoptr (LkEgressJob) first = NULL;

  g_object_set (policy, "max-concurrent", 1, NULL);
  lk_egress_service_set_start_policy (fixture->service, policy);
  lk_egress_service_start_async (fixture->service, fixture->request, NULL, started, fixture);
  first = g_list_model_get_item (lk_egress_service_get_queued_jobs (fixture->service), 0);
  g_signal_connect (lk_egress_service_get_active_jobs (fixture->service), "items-changed",
                    G_CALLBACK (start_when_one_goes), fixture);
  fake_egress_reply_info (fixture->server, "StartEgress", "EG_1", "COMPLETE", 1);
  fake_egress_reply_info (fixture->server, "StartEgress", "EG_2", "COMPLETE", 1);
  fake_egress_always_list (fixture->server, "EG_0", "COMPLETE", 2);
  while (!g_str_equal (fixture->events->str, "EG_1 EG_2 "))
    {
      g_assert_cmpuint (fixture->events->len, <=, strlen ("EG_1 EG_2 "));
      g_main_context_iteration (NULL, TRUE);
    }
  g_assert_cmpstr (lk_egress_job_get_egress_id (first), ==, "EG_1");
  lk_egress_service_set_start_policy (fixture->service, NULL);
}

static void
let_go (LkEgressJob *job, LkEgressJobState state, Fixture *fixture)
{
  g_clear_object (&fixture->service);
}

static void
let_go_in_list (GListModel *list, guint position, guint removed, guint added, Fixture *fixture)
{
  g_clear_object (&fixture->service);
}

static void
let_go_in_start (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  started (source_object, result, user_data);
  let_go (NULL, LK_EGRESS_JOB_STATE_IDLE, user_data);
}

/* The last reference goes in a handler of a job, of a list, and in the callback of a start. */
static void
test_let_go (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressJob) job
      = fake_egress_attach (fixture->server, fixture->service, "EG_1", "ACTIVE");
  gpointer service = fixture->service;

  g_object_add_weak_pointer (service, &service);
  if (g_str_equal (data, "job"))
    g_signal_connect (job, "state-changed", G_CALLBACK (let_go), fixture);
  else if (g_str_equal (data, "list"))
    g_signal_connect (lk_egress_service_get_active_jobs (fixture->service), "items-changed",
                      G_CALLBACK (let_go_in_list), fixture);
  if (g_str_equal (data, "start"))
    {
      fake_egress_reply_info (fixture->server, "StartEgress", "EG_2", "COMPLETE", 1);
      lk_egress_service_start_async (fixture->service, fixture->request, NULL, let_go_in_start,
                                     fixture);
    }
  else
    {
      fake_egress_always_list (fixture->server, "EG_1", "COMPLETE", 2);
    }
  while (service != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (fixture->service);
}

/* While a start waits for its turn the service stays, as long as it runs. */
static void
test_let_go_queued (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStartPolicy) policy = lk_egress_start_policy_new ();
  g_autoptr (LkEgressJob) job
      = fake_egress_attach (fixture->server, fixture->service, "EG_1", "ACTIVE");
  gpointer service = fixture->service;

  g_object_add_weak_pointer (service, &service);
  g_object_set (policy, "max-concurrent", 1, NULL);
  lk_egress_service_set_start_policy (fixture->service, policy);
  lk_egress_service_start_async (fixture->service, fixture->request, NULL, started, fixture);
  if (data != NULL)
    {
      g_object_run_dispose (service);
      while (fixture->events->len == 0)
        g_main_context_iteration (NULL, TRUE);
      g_assert_cmpstr (fixture->events->str, ==, "refused ");
    }
  g_clear_object (&fixture->service);
  fake_egress_reply_info (fixture->server, "StartEgress", "EG_2", "COMPLETE", 1);
  fake_egress_always_list (fixture->server, "EG_1", "COMPLETE", 2);
  while (service != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (fixture->events->str, ==, data != NULL ? "refused " : "EG_2 ");
}

static void
shut_down_in_list (GListModel *list, guint position, guint removed, guint added, Fixture *fixture)
{
  g_signal_handlers_disconnect_by_data (list, fixture);
  lk_egress_service_shutdown_async (fixture->service, LK_EGRESS_SHUTDOWN_STOP, 60000, NULL, NULL,
                                    NULL);
}

/* Whoever sees a start coming ends the service: it is not sent. */
static void
test_shutdown_in_handler (Fixture *fixture, gconstpointer data)
{
  GListModel *list = g_str_equal (data, "jobs")
                         ? lk_egress_service_get_jobs (fixture->service)
                         : lk_egress_service_get_active_jobs (fixture->service);

  g_signal_connect (list, "items-changed", G_CALLBACK (shut_down_in_list), fixture);
  lk_egress_service_start_async (fixture->service, fixture->request, NULL, started, fixture);
  while (fixture->events->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (fixture->events->str, ==, "refused ");
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 0);
  g_assert_cmpuint (count_active (fixture), ==, 0);
}

static void
deliver (LkEgressService *service, LkEgressStatus status)
{
  g_autoptr (LkEgressInfo) info = lk_egress_info_new ();
  g_autoptr (LkEgressWebhookEvent) event = NULL;

  g_object_set (info, "egress-id", "EG_1", "status", status, "updated-at", (gint64)9, NULL);
  event = g_object_new (LK_EGRESS_TYPE_WEBHOOK_EVENT, "event", "egress_ended", "egress-info", info,
                        NULL);
  lk_egress_service_deliver (service, event);
}

/* A webhook says that the egress has ended while its stop is not answered, or fails: that is the
 * end of the stop. */
static void
test_webhook_in_stop (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressJob) job
      = fake_egress_attach (fixture->server, fixture->service, "EG_1", "ACTIVE");
  g_auto (FakeWait) stopped = { NULL };
  GError *error = NULL;

  fake_egress_hold (fixture->server, "StopEgress");
  lk_egress_service_stop_async (fixture->service, "EG_1", NULL, fake_wait_done, &stopped);
  run_until_called (fixture, "StopEgress", 1);
  deliver (fixture->service, LK_EGRESS_STATUS_COMPLETE);
  while (lk_egress_job_get_state (job) != LK_EGRESS_JOB_STATE_COMPLETE)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (count_active (fixture), ==, 0);
  g_assert_true (
      lk_egress_service_stop_finish (fixture->service, fake_wait_for (&stopped), &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (lk_egress_metrics_get_value (lk_egress_service_get_metrics (fixture->service),
                                                  "egress_errors_total"),
                     ==, 0);
}

/* Two services of one client watch the same egress; one of them goes. */
static void
test_two (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressService) other = lk_egress_service_new (fixture->client);
  g_autoptr (LkEgressJob) job
      = fake_egress_attach (fixture->server, fixture->service, "EG_1", "ACTIVE");
  g_autoptr (LkEgressJob) same = lk_egress_service_attach (other, "EG_1", NULL, NULL);

  g_assert_true (same != job);
  deliver (other, LK_EGRESS_STATUS_ENDING);
  while (lk_egress_job_get_state (job) != LK_EGRESS_JOB_STATE_ENDING
         || lk_egress_job_get_state (same) != LK_EGRESS_JOB_STATE_ENDING)
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&other);
  fake_egress_always_list (fixture->server, "EG_1", "COMPLETE", 10);
  while (lk_egress_job_get_state (job) != LK_EGRESS_JOB_STATE_COMPLETE)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (count_active (fixture), ==, 0);
}

/* The server is out of reach for a while: the egress that is to end by its time is asked again
 * until it has, and starts go on. */
static void
test_unreachable (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStartPolicy) policy = lk_egress_start_policy_new ();
  g_autoptr (LkEgressJob) job
      = fake_egress_attach (fixture->server, fixture->service, "EG_1", "ACTIVE");
  g_autofree char *down = fake_egress_error ("unavailable", "restarting");
  g_autoptr (LkEgressHealth) health = NULL;

  g_object_set (fixture->client, "timeout", 50, NULL);
  fake_egress_always (fixture->server, "StopEgress", 503, down);
  fake_egress_always (fixture->server, "ListEgress", 503, down);
  g_object_set (policy, "max-concurrent", 1, "max-tries", 10, "retry-timeout", 0, "max-duration", 1,
                NULL);
  lk_egress_service_set_start_policy (fixture->service, policy);
  for (guint i = 0; i < 5; i++)
    fake_egress_reply (fixture->server, "StartEgress", 503, down);
  fake_egress_reply_info (fixture->server, "StartEgress", "EG_2", "COMPLETE", 1);
  lk_egress_service_start_async (fixture->service, fixture->request, NULL, started, fixture);

  /* A stop is made of three. */
  run_until_called (fixture, "StopEgress", 7);
  for (;;)
    {
      g_clear_object (&health);
      health = lk_egress_service_get_health_status (fixture->service);
      if (lk_egress_health_get_problem (health) == LK_EGRESS_HEALTH_PROBLEM_SERVER_UNREACHABLE)
        break;
      g_main_context_iteration (NULL, TRUE);
    }
  g_object_set (fixture->client, "timeout", 60000, NULL);
  fake_egress_always (fixture->server, "StopEgress", 200, "{\"egressId\":\"EG_1\",\"status\":2}");
  fake_egress_always_list (fixture->server, "EG_1", "COMPLETE", 2);
  while (!g_str_equal (fixture->events->str, "EG_2 "))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (lk_egress_job_get_state (job), ==, LK_EGRESS_JOB_STATE_COMPLETE);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 6);
}

/* What a poll brings should have come by a webhook too, but not what was known when the service
 * learned of the egress, nor that the server has forgotten it. */
static void
test_expected_webhooks (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressJob) first = NULL;
  g_autoptr (LkEgressJob) second = NULL;
  g_autoptr (LkEgressJob) third = NULL;
  g_autoptr (LkEgressJob) started = NULL;

  lk_egress_service_expect_webhooks (fixture->service);
  first = fake_egress_attach (fixture->server, fixture->service, "EG_1", "ACTIVE");
  second = fake_egress_attach (fixture->server, fixture->service, "EG_2", "COMPLETE");
  fake_egress_always (fixture->server, "ListEgress", 200, "{}");
  run_until (first, LK_EGRESS_JOB_STATE_FAILED);
  fake_egress_reply_info (fixture->server, "StartEgress", "EG_4", "ACTIVE", 1);
  started = lk_egress_service_start (fixture->service, fixture->request, NULL, NULL);
  g_assert_nonnull (started);
  g_assert_cmpint (fixture->service->silent_since, ==, 0);

  third = fake_egress_attach (fixture->server, fixture->service, "EG_3", "ACTIVE");
  fake_egress_always_list (fixture->server, "EG_3", "ENDING", 2);
  run_until (third, LK_EGRESS_JOB_STATE_ENDING);
  g_assert_cmpint (fixture->service->silent_since, !=, 0);
}

/* Gives the reason. */
static char *
run_until_problem (Fixture *fixture, LkEgressHealthProblem problem)
{
  for (;;)
    {
      g_autoptr (LkEgressHealth) health = lk_egress_service_get_health_status (fixture->service);

      if (lk_egress_health_get_problem (health) == problem)
        return g_strdup (lk_egress_health_get_reason (health));
      g_main_context_iteration (NULL, TRUE);
    }
}

/* A server that takes a question and says nothing is none that is well. */
static void
test_mute (Fixture *fixture, gconstpointer data)
{
  g_autofree char *reason = NULL;
  g_autofree char *none = NULL;

  fake_egress_hold (fixture->server, "ListEgress");
  lk_egress_answers_set_patience (fixture->service->answers, 20);
  reason = run_until_problem (fixture, LK_EGRESS_HEALTH_PROBLEM_SERVER_UNREACHABLE);
  g_assert_nonnull (strstr (reason, "has no answer after 20 ms"));

  fake_egress_assert_sample (fixture->service, "egress_polls_total{result=\"failed\"} 1\n");

  /* On a busy machine the first question was given up before it reached the server. */
  lk_egress_answers_set_patience (fixture->service->answers, 1000);
  none = run_until_problem (fixture, LK_EGRESS_HEALTH_PROBLEM_NONE);
}

/* What ran for too long already when it was found is stopped at once. */
static void
test_old (Fixture *fixture, gconstpointer data)
{
  const gint64 hour = 3600;
  gint64 begin = g_get_real_time () * 1000 - 2 * hour * 1000000000;
  g_autofree char *listing = g_strdup_printf (
      "{\"items\":[{\"egressId\":\"EG_1\",\"status\":1,\"startedAt\":\"%" G_GINT64_FORMAT "\"}]}",
      begin);
  g_autoptr (LkEgressStartPolicy) policy = lk_egress_start_policy_new ();
  g_autoptr (LkEgressJob) job = NULL;

  fake_egress_always (fixture->server, "ListEgress", 200, listing);
  fake_egress_always (fixture->server, "StopEgress", 200, "{\"egressId\":\"EG_1\",\"status\":3}");
  lk_egress_service_set_start_policy (fixture->service, policy);
  job = lk_egress_service_attach (fixture->service, "EG_1", NULL, NULL);
  g_assert_nonnull (job);
  g_object_set (policy, "max-duration", (guint)(3 * hour * 1000), NULL);
  run_idle ();
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 0);
  g_object_set (policy, "max-duration", (guint)(hour * 1000), NULL);
  while (lk_egress_job_get_state (job) != LK_EGRESS_JOB_STATE_COMPLETE)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 1);
}

/* Whoever heard of an egress by a webhook attaches to it before the start is answered: the one
 * egress counts once, whether it runs still (the data is NULL) or has ended. */
static void
test_attach_unanswered (Fixture *fixture, gconstpointer data)
{
  g_autofree char *info = fake_egress_info ("EG_1", "STARTING", 1);
  g_auto (FakeWait) wait = { NULL };
  g_autoptr (LkEgressJob) attached = NULL;
  g_autoptr (LkEgressJob) started = NULL;
  GError *error = NULL;

  fake_egress_reply_gated (fixture->server, "StartEgress", 200, info);
  lk_egress_service_start_async (fixture->service, fixture->request, NULL, fake_wait_done, &wait);
  attached = fake_egress_attach (fixture->server, fixture->service, "EG_1",
                                 data != NULL ? data : "ACTIVE");
  fake_egress_always_list (fixture->server, "EG_1", data != NULL ? data : "ACTIVE", 2);
  fake_egress_assert_jobs (fixture->service, 2, data != NULL ? 1 : 2);

  fake_egress_open_gate (fixture->server);
  started = lk_egress_service_start_finish (fixture->service, fake_wait_for (&wait), &error);
  g_assert_no_error (error);
  fake_egress_assert_jobs (fixture->service, 1, data != NULL ? 0 : 1);
  g_assert_true (lk_egress_service_get_job (fixture->service, "EG_1")
                 == (data != NULL ? attached : started));

  fake_egress_always_list (fixture->server, "EG_1", "COMPLETE", 3);
  run_until (started, LK_EGRESS_JOB_STATE_COMPLETE);
  fake_egress_assert_jobs (fixture->service, 1, 0);
  fake_egress_assert_count (fixture->service, "egress_started_total", 1);
  fake_egress_assert_count (fixture->service, "egress_stopped_total", 1);
}

/* A stop that cannot wait for the answer to the start is none that failed: it is on its way. */
static void
test_blocking_start (Fixture *fixture, gconstpointer data)
{
  g_autofree char *info = fake_egress_info ("EG_1", "STARTING", 1);
  g_auto (FakeWait) started = { NULL };
  g_autoptr (LkEgressJob) job = NULL;
  GError *error = NULL;

  fake_egress_reply_gated (fixture->server, "StartEgress", 200, info);
  fake_egress_always_list (fixture->server, "EG_1", "COMPLETE", 2);
  fake_egress_always (fixture->server, "StopEgress", 200, "{\"egressId\":\"EG_1\",\"status\":3}");
  lk_egress_service_start_async (fixture->service, fixture->request, NULL, fake_wait_done,
                                 &started);
  g_assert_false (lk_egress_service_stop_all (fixture->service, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&error);
  fake_egress_open_gate (fixture->server);
  job = lk_egress_service_start_finish (fixture->service, fake_wait_for (&started), &error);
  g_assert_no_error (error);
  run_until (job, LK_EGRESS_JOB_STATE_COMPLETE);
  fake_egress_assert_count (fixture->service, "egress_errors_total", 0);
}

#define ADD(name, data, test)                                                                      \
  g_test_add ("/service-edges/" name, Fixture, data, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("attach-shutdown", NULL, test_attach_shutdown);
  ADD ("recover-shutdown", "recover", test_attach_shutdown);
  ADD ("orders/attach-stop-end", "ase", test_orders);
  ADD ("orders/attach-end-stop", "aes", test_orders);
  ADD ("orders/stop-attach-end", "sae", test_orders);
  ADD ("orders/stop-end-attach", "sea", test_orders);
  ADD ("orders/end-attach-stop", "eas", test_orders);
  ADD ("orders/end-stop-attach", "esa", test_orders);
  ADD ("starts-stop", NULL, test_starts_shutdown);
  ADD ("starts-leave", "leave", test_starts_shutdown);
  ADD ("start-in-handler", NULL, test_start_in_handler);
  ADD ("let-go/job", "job", test_let_go);
  ADD ("let-go/list", "list", test_let_go);
  ADD ("let-go/start", "start", test_let_go);
  ADD ("let-go/queued", NULL, test_let_go_queued);
  ADD ("let-go/disposed", "disposed", test_let_go_queued);
  ADD ("shutdown-in-handler/jobs", "jobs", test_shutdown_in_handler);
  ADD ("shutdown-in-handler/active", "active", test_shutdown_in_handler);
  ADD ("webhook-in-stop", NULL, test_webhook_in_stop);
  ADD ("two", NULL, test_two);
  ADD ("unreachable", NULL, test_unreachable);
  ADD ("expected-webhooks", NULL, test_expected_webhooks);
  ADD ("mute", NULL, test_mute);
  ADD ("old", NULL, test_old);
  ADD ("attach-unanswered", NULL, test_attach_unanswered);
  ADD ("attach-unanswered-ended", "COMPLETE", test_attach_unanswered);
  ADD ("blocking-start", NULL, test_blocking_start);

  return g_test_run ();
}
