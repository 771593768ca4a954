/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What limits the egresses of a service: their number, with a queue, their time, and tries. */

#include <string.h>

#include "fake-egress.h"
#include "lk-egress-error.h"
#include "lk-egress-service-private.h"
#include "lk-egress-validation.h"

#define MAX_EGRESSES 1001

/* One start of a test. */
typedef struct
{
  LkEgressJob *job;
  GError *error;
  gboolean is_over;
  guint place; /* in the order of their ends */
} Start;

static guint n_over;

typedef struct
{
  FakeEgress *server;
  LkEgressClient *client;
  LkEgressService *service;
  LkEgressStartPolicy *policy;
  Start starts[MAX_EGRESSES];

  /* The server: what it says of each egress, whose number is in its request, and in what order they
   * came. */
  GMutex lock;
  const char *states[MAX_EGRESSES];
  gboolean is_lost[MAX_EGRESSES]; /* its worker */
  guint order[MAX_EGRESSES];
  guint n_started;
  guint n_refusals; /* it has no worker so often */
} Fixture;

static char *
dup_listing (Fixture *fixture)
{
  g_autoptr (GString) items = g_string_new ("{\"items\":[");

  for (guint i = 0; i < MAX_EGRESSES; i++)
    {
      g_autofree char *id = NULL;
      g_autofree char *info = NULL;

      if (fixture->states[i] == NULL || g_str_equal (fixture->states[i], "COMPLETE"))
        continue;
      id = g_strdup_printf ("EG_%u", i);
      info = fake_egress_info (id, fixture->states[i], 1);
      g_string_append_printf (items, "%s%s", items->len > 10 ? "," : "", info);
    }
  g_string_append (items, "]}");

  return g_string_free (g_steal_pointer (&items), FALSE);
}

static void
answer (const char *method, const char *request, guint *status, char **json, gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fixture->lock);
  const char *number = strstr (request, "user-");
  const char *id_text = strstr (request, "EG_");
  guint i = number != NULL    ? (guint)g_ascii_strtoull (number + 5, NULL, 10)
            : id_text != NULL ? (guint)g_ascii_strtoull (id_text + 3, NULL, 10)
                              : MAX_EGRESSES;
  g_autofree char *id = g_strdup_printf ("EG_%u", i);

  if (g_str_equal (method, "StartEgress") && fixture->n_refusals > 0)
    {
      fixture->n_refusals--;
      *status = 503;
      *json = fake_egress_error ("unavailable", "no response from servers");
    }
  else if (g_str_equal (method, "StartEgress"))
    {
      fixture->order[fixture->n_started++] = i;
      fixture->states[i] = "ACTIVE";
      *json = fake_egress_info (id, "STARTING", 1);
    }
  else if (g_str_equal (method, "StopEgress") && fixture->is_lost[i])
    {
      *status = 408;
      *json = fake_egress_error ("deadline_exceeded", "request timed out");
    }
  else if (g_str_equal (method, "StopEgress"))
    {
      fixture->states[i] = "COMPLETE";
      *json = fake_egress_info (id, "ENDING", 1);
    }
  else if (i < MAX_EGRESSES)
    {
      g_autofree char *info = fake_egress_info (id, fixture->states[i], 1);

      *json = fake_egress_list (info, NULL);
    }
  else
    {
      *json = dup_listing (fixture);
    }
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_mutex_init (&fixture->lock);
  n_over = 0;
  fixture->server = fake_egress_new ();
  fake_egress_set_answer (fixture->server, answer, fixture);
  fixture->client = fake_egress_new_client (fixture->server);
  fixture->policy = lk_egress_start_policy_new ();
  g_object_set (fixture->policy, "retry-delay", 100, NULL);
  fixture->service = g_object_new (LK_EGRESS_TYPE_SERVICE, "client", fixture->client,
                                   "start-policy", fixture->policy, NULL);
}

static LkEgressJob *
get_queued (Fixture *fixture, guint position)
{
  g_autoptr (LkEgressJob) job
      = g_list_model_get_item (lk_egress_service_get_queued_jobs (fixture->service), position);

  return job;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  while (get_queued (fixture, 0) != NULL)
    lk_egress_service_cancel_queued (fixture->service, get_queued (fixture, 0));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  for (guint i = 0; i < MAX_EGRESSES; i++)
    {
      g_clear_object (&fixture->starts[i].job);
      g_clear_error (&fixture->starts[i].error);
    }
  g_assert_finalize_object (fixture->service);
  g_assert_finalize_object (fixture->policy);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->client);
  fake_egress_free (fixture->server);
  g_mutex_clear (&fixture->lock);
}

static LkEgressRequest *
new_request (guint i)
{
  g_autofree char *identity = g_strdup_printf ("user-%u", i);
  g_autoptr (LkEgressFileOutput) file = lk_egress_file_output_new ("recording.mp4");
  g_autoptr (LkEgressOutput) output = lk_egress_output_new_file (file);
  LkEgressRequest *request = lk_egress_request_new_participant ("demo", identity);

  lk_egress_request_add_output (request, output);

  return request;
}

static void
started (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  Start *start = user_data;

  g_assert_false (start->is_over);
  start->is_over = TRUE;
  start->place = n_over++;
  start->job = lk_egress_service_start_with_policy_finish (LK_EGRESS_SERVICE (source_object),
                                                           result, &start->error);
}

/* Starts egresses first to last, that one not included. */
static void
begin (Fixture *fixture,
       guint first,
       guint last,
       LkEgressStartPolicy *policy,
       GCancellable *cancellable)
{
  for (guint i = first; i < last; i++)
    {
      g_autoptr (LkEgressRequest) request = new_request (i);

      lk_egress_service_start_with_policy_async (fixture->service, request, policy, cancellable,
                                                 started, &fixture->starts[i]);
    }
}

static void
run_until_over (Fixture *fixture, guint i)
{
  while (!fixture->starts[i].is_over)
    g_main_context_iteration (NULL, TRUE);
}

static void
assert_started (Fixture *fixture, guint i)
{
  run_until_over (fixture, i);
  g_assert_no_error (fixture->starts[i].error);
  g_assert_nonnull (fixture->starts[i].job);
}

static void
assert_refused (Fixture *fixture, guint i, GQuark domain, int code)
{
  run_until_over (fixture, i);
  g_assert_error (fixture->starts[i].error, domain, code);
  g_assert_null (fixture->starts[i].job);
}

/* The egress ends on the server, and the service hears of it. */
static void
end_egress (Fixture *fixture, guint i)
{
  g_mutex_lock (&fixture->lock);
  g_assert_cmpstr (fixture->states[i], ==, "ACTIVE");
  fixture->states[i] = "COMPLETE";
  g_mutex_unlock (&fixture->lock);
  lk_egress_job_refresh (fixture->starts[i].job);
  while (lk_egress_job_get_state (fixture->starts[i].job) != LK_EGRESS_JOB_STATE_COMPLETE)
    g_main_context_iteration (NULL, TRUE);
}

static double
get_value (Fixture *fixture, const char *name)
{
  return lk_egress_metrics_get_value (lk_egress_service_get_metrics (fixture->service), name);
}

/* How many run and how many wait, wherever that shows. */
static void
assert_counts (Fixture *fixture, guint n_active, guint n_queued)
{
  g_autoptr (LkEgressHealth) health = lk_egress_service_get_health_status (fixture->service);
  GListModel *queued = lk_egress_service_get_queued_jobs (fixture->service);

  g_assert_cmpuint (g_list_model_get_n_items (queued), ==, n_queued);
  g_assert_cmpfloat (get_value (fixture, "egress_queued_starts"), ==, n_queued);
  g_assert_cmpuint (lk_egress_health_get_queued_count (health), ==, n_queued);
  g_assert_cmpuint (lk_egress_health_get_active_count (health), ==, n_active);
  g_assert_cmpfloat (get_value (fixture, "egress_active_count"), ==, n_active);
}

/* In this order they came to the server; the last number is MAX_EGRESSES. */
static void
assert_order (Fixture *fixture, ...)
{
  va_list numbers;
  guint n_started = 0;

  va_start (numbers, fixture);
  g_mutex_lock (&fixture->lock);
  for (;;)
    {
      guint number = va_arg (numbers, guint);

      if (number == MAX_EGRESSES)
        break;
      g_assert_cmpuint (n_started, <, fixture->n_started);
      g_assert_cmpuint (fixture->order[n_started++], ==, number);
    }
  g_assert_cmpuint (fixture->n_started, ==, n_started);
  g_mutex_unlock (&fixture->lock);
  va_end (numbers);
}

/* A start that waits is never sent when its job is asked to stop. */
static void
test_stopped (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressJob) job = NULL;
  g_auto (FakeWait) wait = { NULL };
  g_autoptr (GError) error = NULL;

  g_object_set (fixture->policy, "max-concurrent", 1, NULL);
  begin (fixture, 0, 1, NULL, NULL);
  assert_started (fixture, 0);
  begin (fixture, 1, 4, NULL, NULL);
  job = g_object_ref (get_queued (fixture, 1));
  lk_egress_job_stop_async (job, NULL, fake_wait_done, &wait);
  g_assert_true (lk_egress_job_stop_finish (job, fake_wait_for (&wait), &error));
  g_assert_no_error (error);
  assert_refused (fixture, 2, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (lk_egress_job_get_state (job), ==, LK_EGRESS_JOB_STATE_FAILED);
  assert_counts (fixture, 1, 2);

  g_assert_true (lk_egress_job_stop (get_queued (fixture, 0), NULL, &error));
  g_assert_no_error (error);
  assert_refused (fixture, 1, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_counts (fixture, 1, 1);

  end_egress (fixture, 0);
  assert_started (fixture, 3);
  assert_order (fixture, 0, 3, MAX_EGRESSES);
  fake_egress_assert_sample (fixture->service, "egress_errors_total{request_type=\"participant\","
                                               "error_code=\"cancelled\"} 2\n");
}

/* Two run and five wait; one of the five is cancelled, and each end lets the next begin. */
static void
test_queue (Fixture *fixture, gconstpointer data)
{
  static const guint ends[] = { 1, 0, 2, 3 };
  static const guint nexts[] = { 2, 3, 5, 6 };

  g_object_set (fixture->policy, "max-concurrent", 2, NULL);
  for (guint i = 0; i < 2; i++)
    {
      begin (fixture, i, i + 1, NULL, NULL);
      assert_started (fixture, i);
    }
  begin (fixture, 2, 7, NULL, NULL);
  assert_counts (fixture, 2, 5);
  g_assert_cmpint (lk_egress_job_get_state (get_queued (fixture, 0)), ==, LK_EGRESS_JOB_STATE_IDLE);

  g_assert_true (lk_egress_service_cancel_queued (fixture->service, get_queued (fixture, 2)));
  assert_refused (fixture, 4, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_counts (fixture, 2, 4);
  g_assert_false (lk_egress_service_cancel_queued (fixture->service, fixture->starts[0].job));

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      end_egress (fixture, ends[i]);
      assert_counts (fixture, 2, 3 - i);
      assert_started (fixture, nexts[i]);
    }
  assert_order (fixture, 0, 1, 2, 3, 5, 6, MAX_EGRESSES);
  end_egress (fixture, 6);
  end_egress (fixture, 5);
  assert_counts (fixture, 0, 0);
  g_assert_cmpfloat (get_value (fixture, "egress_queue_wait_duration"), ==, 4);
  fake_egress_assert_sample (fixture->service, "egress_errors_total{request_type=\"participant\","
                                               "error_code=\"cancelled\"} 1\n");
  g_assert_cmpfloat (get_value (fixture, "egress_errors_total"), ==, 1);
  g_assert_cmpfloat (get_value (fixture, "egress_stopped_total"), ==, 6);
}

/* The limit goes up and down, and away, while egresses run. */
static void
test_change (Fixture *fixture, gconstpointer data)
{
  g_object_set (fixture->policy, "max-concurrent", 1, NULL);
  begin (fixture, 0, 8, NULL, NULL);
  assert_counts (fixture, 1, 7);
  g_object_set (fixture->policy, "max-concurrent", 4, NULL);
  assert_counts (fixture, 4, 4);
  for (guint i = 0; i < 4; i++)
    assert_started (fixture, i);

  /* Nothing is stopped for it, and nothing begins until there are fewer. */
  g_object_set (fixture->policy, "max-concurrent", 2, NULL);
  end_egress (fixture, 0);
  end_egress (fixture, 1);
  assert_counts (fixture, 2, 4);
  end_egress (fixture, 2);
  assert_counts (fixture, 2, 3);
  assert_started (fixture, 4);

  g_object_set (fixture->policy, "max-concurrent", 0, NULL);
  assert_counts (fixture, 5, 0);
  for (guint i = 5; i < 8; i++)
    assert_started (fixture, i);

  g_object_set (fixture->policy, "max-concurrent", 1, NULL);
  begin (fixture, 8, 10, NULL, NULL);
  assert_counts (fixture, 5, 2);
  lk_egress_service_set_start_policy (fixture->service, NULL);
  assert_counts (fixture, 7, 0);
  assert_started (fixture, 8);
  assert_started (fixture, 9);
  g_assert_cmpint (fake_egress_count (fixture->server, "StopEgress"), ==, 0);
}

/* One more than may wait, and one that blocks, are refused; so is a request that is wrong. */
static void
test_full (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressRequest) request = new_request (0);
  g_autoptr (LkEgressRequest) wrong = lk_egress_request_new_participant ("demo", "alice");
  g_autoptr (LkEgressHealth) health = NULL;
  g_autoptr (LkEgressHealth) later = NULL;
  g_autofree char *json = NULL;
  GError *error = NULL;

  g_object_set (fixture->policy, "max-concurrent", 1, "max-queued", 2, NULL);
  begin (fixture, 0, 4, NULL, NULL);
  assert_started (fixture, 0);
  assert_refused (fixture, 3, LK_EGRESS_ERROR, LK_EGRESS_ERROR_QUEUE_FULL);
  assert_counts (fixture, 1, 2);
  health = lk_egress_service_get_health_status (fixture->service);
  g_assert_cmpint (lk_egress_health_get_problem (health), ==, LK_EGRESS_HEALTH_PROBLEM_QUEUE_FULL);
  g_assert_cmpint (lk_egress_health_get_status (health), ==, LK_EGRESS_HEALTH_STATUS_DEGRADED);
  json = lk_egress_health_to_json (health);
  g_assert_nonnull (strstr (json, "\"active_count\":1,\"queued_count\":2,\"completed_count\":0"));
  g_assert_null (lk_egress_service_start (fixture->service, request, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_QUEUE_FULL);
  g_clear_error (&error);
  fake_egress_assert_sample (fixture->service, "egress_errors_total{request_type=\"participant\","
                                               "error_code=\"queue_full\"} 2\n");

  g_assert_true (lk_egress_service_cancel_queued (fixture->service, get_queued (fixture, 1)));
  later = lk_egress_service_get_health_status (fixture->service);
  g_assert_cmpint (lk_egress_health_get_problem (later), ==, LK_EGRESS_HEALTH_PROBLEM_NONE);
  lk_egress_service_start_with_policy_async (fixture->service, wrong, NULL, NULL, started,
                                             &fixture->starts[4]);
  assert_refused (fixture, 4, LK_EGRESS_VALIDATION_ERROR, LK_EGRESS_VALIDATION_ERROR_MISSING);
  assert_counts (fixture, 1, 1);

  /* What is queued is what was asked for. */
  lk_egress_service_start_with_policy_async (fixture->service, request, NULL, NULL, started,
                                             &fixture->starts[5]);
  g_object_set (request, "room-name", "other", NULL);
  assert_counts (fixture, 1, 2);
  g_assert_cmpstr (
      lk_egress_request_get_room_name (lk_egress_job_get_request (get_queued (fixture, 1))), ==,
      "demo");
  assert_order (fixture, 0, MAX_EGRESSES);
}

/* Two wait for no longer than they may, one of them by a policy of its own; the others by no time
 * at all. */
static void
test_timeout (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStartPolicy) own = lk_egress_start_policy_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_object_set (fixture->policy, "max-concurrent", 1, "queue-timeout", 0, NULL);
  g_object_set (own, "queue-timeout", 30, NULL);
  begin (fixture, 0, 2, NULL, NULL);
  begin (fixture, 2, 3, own, NULL);
  begin (fixture, 3, 4, NULL, cancellable);
  assert_counts (fixture, 1, 3);
  assert_refused (fixture, 2, LK_EGRESS_ERROR, LK_EGRESS_ERROR_QUEUE_TIMEOUT);
  assert_counts (fixture, 1, 2);

  g_cancellable_cancel (cancellable);
  assert_refused (fixture, 3, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  begin (fixture, 4, 5, NULL, cancellable);
  assert_refused (fixture, 4, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_counts (fixture, 1, 1);

  g_object_set (fixture->policy, "queue-timeout", 1, NULL);
  assert_refused (fixture, 1, LK_EGRESS_ERROR, LK_EGRESS_ERROR_QUEUE_TIMEOUT);
  assert_counts (fixture, 1, 0);
  fake_egress_assert_sample (fixture->service, "error_code=\"queue_timeout\"} 2\n");
  assert_started (fixture, 0);
  assert_order (fixture, 0, MAX_EGRESSES);
}

/* Whoever waits for a job that is taken out of the queue is told. */
static void
test_wait (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (LkEgressJob) job = NULL;
  g_auto (FakeWait) wait = { NULL };
  g_auto (FakeWait) late = { NULL };
  GError *error = NULL;

  g_object_set (fixture->policy, "max-concurrent", 1, NULL);
  begin (fixture, 0, 2, NULL, NULL);
  assert_started (fixture, 0);
  job = g_object_ref (get_queued (fixture, 0));
  lk_egress_job_wait_async (job, LK_EGRESS_JOB_STATE_ACTIVE, NULL, fake_wait_done, &wait);
  lk_egress_service_cancel_queued (fixture->service, job);
  g_assert_false (lk_egress_job_wait_finish (job, fake_wait_for (&wait), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpint (lk_egress_job_get_state (job), ==, LK_EGRESS_JOB_STATE_FAILED);
  assert_refused (fixture, 1, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (g_list_model_get_n_items (lk_egress_service_get_jobs (fixture->service)), ==,
                    1);

  /* It is cancelled a moment before its turn. */
  begin (fixture, 2, 3, NULL, cancellable);
  g_set_object (&job, get_queued (fixture, 0));
  lk_egress_job_wait_async (job, LK_EGRESS_JOB_STATE_ACTIVE, NULL, fake_wait_done, &late);
  g_cancellable_cancel (cancellable);
  g_object_set (fixture->policy, "max-concurrent", 2, NULL);
  g_assert_false (lk_egress_job_wait_finish (job, fake_wait_for (&late), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  assert_refused (fixture, 2, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_counts (fixture, 1, 0);
  assert_order (fixture, 0, MAX_EGRESSES);
}

/* The service ends: what waits is told so, and nothing begins. All are stopped: the same. */
static void
test_shutdown (Fixture *fixture, gconstpointer data)
{
  g_auto (FakeWait) stopped = { NULL };
  g_auto (FakeWait) wait = { NULL };
  GError *error = NULL;

  g_object_set (fixture->policy, "max-concurrent", 2, NULL);
  begin (fixture, 0, 5, NULL, NULL);
  assert_started (fixture, 0);
  assert_started (fixture, 1);
  lk_egress_service_stop_all_async (fixture->service, NULL, fake_wait_done, &stopped);
  assert_counts (fixture, 2, 0);
  g_assert_true (
      lk_egress_service_stop_all_finish (fixture->service, fake_wait_for (&stopped), &error));
  g_assert_no_error (error);
  for (guint i = 2; i < 5; i++)
    assert_refused (fixture, i, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  for (guint i = 0; i < 2; i++)
    {
      while (lk_egress_job_get_state (fixture->starts[i].job) != LK_EGRESS_JOB_STATE_COMPLETE)
        g_main_context_iteration (NULL, TRUE);
    }

  begin (fixture, 5, 10, NULL, NULL);
  assert_counts (fixture, 2, 3);
  lk_egress_service_shutdown_async (
      fixture->service, data != NULL ? LK_EGRESS_SHUTDOWN_STOP : LK_EGRESS_SHUTDOWN_LEAVE, 60000,
      NULL, fake_wait_done, &wait);
  g_assert_true (
      lk_egress_service_shutdown_finish (fixture->service, fake_wait_for (&wait), &error));
  g_assert_no_error (error);
  for (guint i = 7; i < 10; i++)
    assert_refused (fixture, i, G_IO_ERROR, G_IO_ERROR_CLOSED);
  fake_egress_assert_sample (fixture->service, "error_code=\"cancelled\"} 3\n");
  fake_egress_assert_sample (fixture->service, "error_code=\"shut_down\"} 3\n");
  g_assert_cmpuint (g_list_model_get_n_items (lk_egress_service_get_queued_jobs (fixture->service)),
                    ==, 0);
}

/* What was started elsewhere counts, and is never refused. */
static void
test_attached (Fixture *fixture, gconstpointer data)
{
  g_object_set (fixture->policy, "max-concurrent", 1, NULL);
  fixture->states[0] = fixture->states[1] = "ACTIVE";
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *id = g_strdup_printf ("EG_%u", i);

      fixture->starts[i].job = lk_egress_service_attach (fixture->service, id, NULL, NULL);
      g_assert_nonnull (fixture->starts[i].job);
    }
  begin (fixture, 2, 3, NULL, NULL);
  assert_counts (fixture, 2, 1);
  end_egress (fixture, 0);
  assert_counts (fixture, 1, 1);
  end_egress (fixture, 1);
  assert_counts (fixture, 1, 0);
  assert_started (fixture, 2);
}

/* Of one that nobody obeys it is not known when it will end, so it does not count. */
static void
test_stale (Fixture *fixture, gconstpointer data)
{
  g_auto (FakeWait) stopped = { NULL };

  g_object_set (fixture->policy, "max-concurrent", 1, NULL);
  begin (fixture, 0, 1, NULL, NULL);
  assert_started (fixture, 0);
  begin (fixture, 1, 2, NULL, NULL);
  fixture->is_lost[0] = TRUE;
  while (lk_egress_job_get_state (fixture->starts[0].job) != LK_EGRESS_JOB_STATE_ACTIVE)
    g_main_context_iteration (NULL, TRUE);
  assert_counts (fixture, 1, 1);
  lk_egress_service_stop_async (fixture->service, "EG_0", NULL, fake_wait_done, &stopped);
  g_assert_false (lk_egress_service_stop_finish (fixture->service, fake_wait_for (&stopped), NULL));
  g_assert_true (lk_egress_job_get_stale (fixture->starts[0].job));
  assert_started (fixture, 1);
  assert_counts (fixture, 2, 0);

  /* When it ends after all it is not counted out twice. */
  begin (fixture, 2, 3, NULL, NULL);
  end_egress (fixture, 0);
  assert_counts (fixture, 1, 1);
  end_egress (fixture, 1);
  assert_started (fixture, 2);
}

/* The wait is for those that wait as well. */
static void
test_wait_all (Fixture *fixture, gconstpointer data)
{
  g_auto (FakeWait) waited = { NULL };
  GError *error = NULL;

  g_object_set (fixture->policy, "max-concurrent", 1, NULL);
  begin (fixture, 0, 3, NULL, NULL);
  lk_egress_service_wait_async (fixture->service, NULL, fake_wait_done, &waited);
  for (guint i = 0; i < 3; i++)
    {
      assert_started (fixture, i);
      g_assert_null (waited.result);
      end_egress (fixture, i);
    }
  g_assert_true (lk_egress_service_wait_finish (fixture->service, fake_wait_for (&waited), &error));
  g_assert_no_error (error);

  /* The blocking stop of all takes them out too. */
  begin (fixture, 3, 4, NULL, NULL);
  assert_started (fixture, 3);
  begin (fixture, 4, 6, NULL, NULL);
  g_assert_true (lk_egress_service_stop_all (fixture->service, NULL, &error));
  g_assert_no_error (error);
  assert_refused (fixture, 4, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_refused (fixture, 5, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_order (fixture, 0, 1, 2, 3, MAX_EGRESSES);
}

/* One is stopped by the policy of the service, one by its own, one not at all. */
static void
test_max_duration (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStartPolicy) longer = lk_egress_start_policy_new ();
  g_autoptr (LkEgressStartPolicy) shorter = lk_egress_start_policy_new ();

  g_object_set (shorter, "max-duration", 20, NULL);
  begin (fixture, 0, 1, NULL, NULL);
  begin (fixture, 1, 2, longer, NULL);
  begin (fixture, 2, 3, shorter, NULL);
  for (guint i = 0; i < 3; i++)
    assert_started (fixture, i);
  while (lk_egress_job_get_state (fixture->starts[2].job) != LK_EGRESS_JOB_STATE_COMPLETE)
    g_main_context_iteration (NULL, TRUE);
  fake_egress_assert_sample (fixture->service, "egress_stopped_total{request_type=\"participant\","
                                               "end_reason=\"max_duration\"} 1\n");
  assert_counts (fixture, 2, 0);

  g_object_set (fixture->policy, "max-duration", 1, NULL);
  while (lk_egress_job_get_state (fixture->starts[0].job) != LK_EGRESS_JOB_STATE_COMPLETE)
    g_main_context_iteration (NULL, TRUE);
  fake_egress_assert_sample (fixture->service, "end_reason=\"max_duration\"} 2\n");
  assert_counts (fixture, 1, 0);
  g_assert_cmpfloat (get_value (fixture, "egress_stop_duration"), ==, 2);
  end_egress (fixture, 1);
  fake_egress_assert_sample (fixture->service, "egress_stopped_total{request_type=\"participant\","
                                               "end_reason=\"none\"} 1\n");
}

/* No worker twice, and then there is one; meanwhile the start holds its place. */
static void
test_retry (Fixture *fixture, gconstpointer data)
{
  g_object_set (fixture->policy, "max-concurrent", 1, "max-tries", 3, NULL);
  fixture->n_refusals = 2;
  begin (fixture, 0, 2, NULL, NULL);
  assert_counts (fixture, 1, 1);
  assert_started (fixture, 0);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 3);
  assert_counts (fixture, 1, 1);
  fake_egress_assert_sample (fixture->service,
                             "egress_start_retries_total{request_type=\"participant\","
                             "error_code=\"no_worker\"} 2\n");
  g_assert_cmpfloat (get_value (fixture, "egress_errors_total"), ==, 0);

  /* The tries of the next are used up, and the one after it has its turn at once. */
  begin (fixture, 2, 3, NULL, NULL);
  g_mutex_lock (&fixture->lock);
  fixture->n_refusals = 3;
  g_mutex_unlock (&fixture->lock);
  end_egress (fixture, 0);
  assert_refused (fixture, 1, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NO_WORKER);
  g_assert_nonnull (strstr (fixture->starts[1].error->message, "It was tried 3 times"));
  assert_counts (fixture, 1, 0);
  assert_started (fixture, 2);
  assert_order (fixture, 0, 2, MAX_EGRESSES);
  fake_egress_assert_sample (fixture->service, "egress_errors_total{request_type=\"participant\","
                                               "error_code=\"no_worker\"} 1\n");
}

static void
deliver_end (Fixture *fixture, guint i)
{
  g_autofree char *id = g_strdup_printf ("EG_%u", i);
  g_autoptr (LkEgressInfo) info = lk_egress_info_new ();
  g_autoptr (LkEgressWebhookEvent) event = NULL;

  g_object_set (info, "egress-id", id, "status", LK_EGRESS_STATUS_COMPLETE, NULL);
  event = g_object_new (LK_EGRESS_TYPE_WEBHOOK_EVENT, "event", "egress_ended", "egress-info", info,
                        NULL);
  lk_egress_service_deliver (fixture->service, event);
}

/* Of a thousand that wait a hundred have their turns, in their order, and all others are told, in
 * theirs, that the service ends. Webhooks tell the ends. */
static void
test_many (Fixture *fixture, gconstpointer data)
{
  const guint n_starts = 1001, n_turns = 100;
  g_auto (FakeWait) ended = { NULL };
  GError *error = NULL;

  lk_egress_client_set_time_scale (fixture->client, 1e6);
  g_object_set (fixture->policy, "max-concurrent", 1, NULL);
  begin (fixture, 0, n_starts, NULL, NULL);
  assert_counts (fixture, 1, n_starts - 1);
  for (guint i = 0; i < n_turns; i++)
    {
      assert_started (fixture, i);
      deliver_end (fixture, i);
    }
  assert_started (fixture, n_turns);
  assert_counts (fixture, 1, n_starts - 1 - n_turns);
  for (guint i = 0; i <= n_turns; i++)
    {
      g_assert_cmpuint (fixture->order[i], ==, i);
      g_assert_cmpuint (fixture->starts[i].place, ==, i);
    }

  lk_egress_service_shutdown_async (fixture->service, LK_EGRESS_SHUTDOWN_LEAVE, 60000, NULL,
                                    fake_wait_done, &ended);
  g_assert_true (
      lk_egress_service_shutdown_finish (fixture->service, fake_wait_for (&ended), &error));
  g_assert_no_error (error);
  for (guint i = n_turns + 1; i < n_starts; i++)
    {
      assert_refused (fixture, i, G_IO_ERROR, G_IO_ERROR_CLOSED);
      g_assert_cmpuint (fixture->starts[i].place, ==, i);
    }
  assert_counts (fixture, 1, 0);
  g_assert_cmpuint (fixture->n_started, ==, n_turns + 1);
}

#define ADD(name, data, test)                                                                      \
  g_test_add ("/start-policy/" name, Fixture, data, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("queue", NULL, test_queue);
  ADD ("stopped", NULL, test_stopped);
  ADD ("change", NULL, test_change);
  ADD ("full", NULL, test_full);
  ADD ("timeout", NULL, test_timeout);
  ADD ("wait", NULL, test_wait);
  ADD ("shutdown-leave", NULL, test_shutdown);
  ADD ("shutdown-stop", "stop", test_shutdown);
  ADD ("attached", NULL, test_attached);
  ADD ("stale", NULL, test_stale);
  ADD ("wait-all", NULL, test_wait_all);
  ADD ("max-duration", NULL, test_max_duration);
  ADD ("retry", NULL, test_retry);
  ADD ("many", NULL, test_many);

  return g_test_run ();
}
