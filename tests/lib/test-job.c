/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fake-egress.h"
#include "lk-egress-enum-types.h"
#include "lk-egress-error.h"
#include "lk-egress-job-private.h"

#define ID "EG_1"

typedef struct
{
  FakeEgress *server;
  LkEgressClient *client;
  LkEgressJob *job;
  GString *seen; /* what was signalled */
} Fixture;

static void
on_state_changed (LkEgressJob *job, LkEgressJobState state, Fixture *fixture)
{
  g_autoptr (GEnumClass) names = g_type_class_ref (LK_EGRESS_TYPE_JOB_STATE);

  g_assert_cmpint (lk_egress_job_get_state (job), ==, state);
  g_string_append_printf (fixture->seen, "%s ", g_enum_get_value (names, state)->value_nick);
}

static void
on_stream_changed (LkEgressJob *job, LkEgressStreamInfo *stream, Fixture *fixture)
{
  g_autofree char *url = NULL;

  g_object_get (stream, "url", &url, NULL);
  g_string_append_printf (fixture->seen, "[%s] ", url);
}

static void
watch_signals (Fixture *fixture)
{
  fixture->seen = g_string_new (NULL);
  g_signal_connect (fixture->job, "state-changed", G_CALLBACK (on_state_changed), fixture);
  g_signal_connect (fixture->job, "stream-changed", G_CALLBACK (on_stream_changed), fixture);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();

  fixture->server = fake_egress_new ();
  fixture->client = fake_egress_new_client (fixture->server);
  fixture->job = lk_egress_job_new (fixture->client, request);
  watch_signals (fixture);
}

static void
set_up_for_id (Fixture *fixture, gconstpointer data)
{
  fixture->server = fake_egress_new ();
  fixture->client = fake_egress_new_client (fixture->server);
  fixture->job = lk_egress_job_new_for_id (fixture->client, ID);
  watch_signals (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->job);
  /* What was cancelled is still to be told so. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->client);
  fake_egress_free (fixture->server);
  g_string_free (fixture->seen, TRUE);
}

static void
reply_error (Fixture *fixture, const char *method, guint status, const char *code)
{
  g_autofree char *json = fake_egress_error (code, "because");

  fake_egress_reply (fixture->server, method, status, json);
}

static void
start (Fixture *fixture)
{
  GError *error = NULL;

  fake_egress_reply_info (fixture->server, "StartEgress", ID, "STARTING", 1);
  g_assert_true (lk_egress_job_start (fixture->job, NULL, &error));
  g_assert_no_error (error);
}

/* What comes in, and what is seen. */

static LkEgressInfo *
parse_info (const char *json)
{
  GError *error = NULL;
  LkEgressMessage *info = lk_egress_message_new_from_json (LK_EGRESS_TYPE_INFO, json, &error);

  g_assert_no_error (error);

  return LK_EGRESS_INFO (info);
}

static void
feed (Fixture *fixture, const char *json)
{
  g_autoptr (LkEgressInfo) info = parse_info (json);

  lk_egress_job_take (fixture->job, info, LK_EGRESS_LIFE_ANSWER, NULL);
}

static void
test_states (Fixture *fixture, gconstpointer data)
{
  static const char *const statuses[]
      = { "STARTING", "STARTING", "ENDING", "ACTIVE", "COMPLETE", "FAILED" };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autofree char *json = fake_egress_info (ID, statuses[i], i + 1);

      feed (fixture, json);
    }
  g_assert_cmpstr (fixture->seen->str, ==, "starting ending complete ");
}

static void
test_other_egress (Fixture *fixture, gconstpointer data)
{
  feed (fixture, "{\"egress_id\":\"EG_2\",\"status\":\"EGRESS_ACTIVE\"}");
  g_assert_cmpstr (fixture->seen->str, ==, "");
  g_assert_null (lk_egress_job_get_info (fixture->job));
}

static void
test_streams (Fixture *fixture, gconstpointer data)
{
  feed (fixture, "{\"egress_id\":\"EG_1\",\"status\":\"EGRESS_ACTIVE\",\"updated_at\":\"1\","
                 "\"stream_results\":[{\"url\":\"a\"},{\"url\":\"b\"}]}");
  g_assert_cmpstr (fixture->seen->str, ==, "[a] [b] active ");
  g_string_truncate (fixture->seen, 0);

  feed (fixture, "{\"egress_id\":\"EG_1\",\"status\":\"EGRESS_ACTIVE\",\"updated_at\":\"2\","
                 "\"stream_results\":[{\"url\":\"a\"},{\"url\":\"b\",\"status\":\"FAILED\","
                 "\"error\":\"gone\"},{\"url\":\"c\"}]}");
  g_assert_cmpstr (fixture->seen->str, ==, "[b] [c] ");
}

/* An old server tells streams elsewhere. */
static void
test_old_streams (Fixture *fixture, gconstpointer data)
{
  feed (fixture, "{\"egress_id\":\"EG_1\",\"status\":\"EGRESS_ACTIVE\",\"updated_at\":\"1\","
                 "\"stream\":{\"info\":[{\"url\":\"a\"},{\"url\":\"b\"}]}}");
  g_assert_cmpstr (fixture->seen->str, ==, "[a] [b] active ");
  g_string_truncate (fixture->seen, 0);

  feed (fixture, "{\"egress_id\":\"EG_1\",\"status\":\"EGRESS_ACTIVE\",\"updated_at\":\"2\","
                 "\"stream\":{\"info\":[{\"url\":\"a\"},{\"url\":\"b\",\"retries\":1}]}}");
  g_assert_cmpstr (fixture->seen->str, ==, "[b] ");
}

/* The blocking functions. No main context is run by these tests. */

static void
test_life (Fixture *fixture, gconstpointer data)
{
  g_autofree char *egress_id = NULL;
  g_autoptr (LkEgressInfo) info = NULL;
  LkEgressJobState state;
  gboolean stale;
  GError *error = NULL;

  g_assert_false (lk_egress_job_get_stale (fixture->job));
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_IDLE);
  g_assert_null (lk_egress_job_get_egress_id (fixture->job));
  g_assert_true (lk_egress_job_get_client (fixture->job) == fixture->client);
  g_assert_nonnull (lk_egress_job_get_request (fixture->job));

  start (fixture);
  g_assert_cmpstr (lk_egress_job_get_egress_id (fixture->job), ==, ID);

  fake_egress_reply_list (fixture->server, ID, "STARTING", 1);
  reply_error (fixture, "ListEgress", 408, "deadline_exceeded");
  fake_egress_reply_list (fixture->server, ID, "ACTIVE", 2);
  g_assert_true (lk_egress_job_wait (fixture->job, LK_EGRESS_JOB_STATE_ACTIVE, NULL, &error));
  g_assert_no_error (error);

  /* Reached already. */
  g_assert_true (lk_egress_job_wait (fixture->job, LK_EGRESS_JOB_STATE_STARTING, NULL, &error));
  g_assert_cmpuint (fake_egress_count (fixture->server, "ListEgress"), ==, 3);

  fake_egress_reply_info (fixture->server, "StopEgress", ID, "ENDING", 3);
  g_assert_true (lk_egress_job_stop (fixture->job, NULL, &error));
  g_assert_no_error (error);

  fake_egress_reply_list (fixture->server, ID, "ENDING", 3);
  fake_egress_reply_list (fixture->server, ID, "COMPLETE", 4);
  g_assert_true (lk_egress_job_wait (fixture->job, LK_EGRESS_JOB_STATE_COMPLETE, NULL, &error));
  g_assert_no_error (error);
  g_assert_null (lk_egress_job_get_error (fixture->job));
  g_assert_cmpstr (fixture->seen->str, ==, "starting active ending complete ");

  /* Nothing is left to stop. */
  g_assert_true (lk_egress_job_stop (fixture->job, NULL, &error));
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 1);

  g_object_get (fixture->job, "egress-id", &egress_id, "info", &info, "state", &state, "stale",
                &stale, NULL);
  g_assert_cmpstr (egress_id, ==, ID);
  g_assert_true (info == lk_egress_job_get_info (fixture->job));
  g_assert_cmpint (state, ==, LK_EGRESS_JOB_STATE_COMPLETE);
  g_assert_false (stale);
}

static void
test_start_refused (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  fake_egress_reply_recorded (fixture->server, "StartEgress", "start_no_room");
  g_assert_false (lk_egress_job_start (fixture->job, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_FAILED);
  g_assert_error (lk_egress_job_get_error (fixture->job), LK_EGRESS_ERROR,
                  LK_EGRESS_ERROR_NOT_FOUND);
  g_assert_cmpstr (fixture->seen->str, ==, "starting failed ");

  g_assert_false (lk_egress_job_start (fixture->job, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_clear_error (&error);
}

static void
test_start_twice (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  start (fixture);
  g_assert_false (lk_egress_job_start (fixture->job, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 1);
}

/* Jobs that only properties can make. */
static void
test_bare (void)
{
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  g_autoptr (LkEgressJob) neither = g_object_new (LK_EGRESS_TYPE_JOB, NULL);
  g_autoptr (LkEgressJob) both
      = g_object_new (LK_EGRESS_TYPE_JOB, "request", request, "egress-id", ID, NULL);
  g_autoptr (LkEgressJob) lost = g_object_new (LK_EGRESS_TYPE_JOB, "egress-id", ID, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (lk_egress_job_start (neither, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "no request to start"));
  g_assert_cmpint (lk_egress_job_get_state (neither), ==, LK_EGRESS_JOB_STATE_IDLE);
  g_clear_error (&error);

  g_assert_false (lk_egress_job_attach (neither, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "neither the id of an egress"));
  g_clear_error (&error);

  g_assert_false (lk_egress_job_wait (neither, LK_EGRESS_JOB_STATE_ACTIVE, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  g_assert_false (lk_egress_job_start (both, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "both a request and the id"));
  g_clear_error (&error);

  /* There is no address in the environment of this test. */
  g_assert_false (lk_egress_job_attach (lost, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "LIVEKIT_URL"));
}

static void
test_not_started (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  g_assert_false (lk_egress_job_wait (fixture->job, LK_EGRESS_JOB_STATE_ACTIVE, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED);
  g_clear_error (&error);
  g_assert_false (lk_egress_job_stop (fixture->job, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED);
  g_clear_error (&error);
  lk_egress_job_refresh (fixture->job);
  g_assert_cmpstr (fixture->seen->str, ==, "");
}

static void
test_wait_fails (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  start (fixture);
  fake_egress_reply_list (fixture->server, ID, "FAILED", 2);
  g_assert_false (lk_egress_job_wait (fixture->job, LK_EGRESS_JOB_STATE_ACTIVE, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNKNOWN);
  g_clear_error (&error);

  /* Who waits for a failure gets it. */
  g_assert_true (lk_egress_job_wait (fixture->job, LK_EGRESS_JOB_STATE_FAILED, NULL, &error));
  g_assert_no_error (error);
}

static void
test_wait_for_forgotten (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  start (fixture);
  fake_egress_reply_recorded (fixture->server, "ListEgress", "list_by_id_unknown");
  g_assert_false (lk_egress_job_wait (fixture->job, LK_EGRESS_JOB_STATE_COMPLETE, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, ID));
  g_clear_error (&error);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_FAILED);
}

static void
test_wait_not_allowed (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  start (fixture);
  fake_egress_reply_recorded (fixture->server, "ListEgress", "no_grant");
  g_assert_false (lk_egress_job_wait (fixture->job, LK_EGRESS_JOB_STATE_ACTIVE, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNAUTHENTICATED);
  g_clear_error (&error);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_STARTING);
}

static void
test_wait_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GError *error = NULL;

  start (fixture);
  fake_egress_reply_list (fixture->server, ID, "ACTIVE", 2);
  fake_egress_cancel (fixture->server, "ListEgress", cancellable);
  g_assert_false (
      lk_egress_job_wait (fixture->job, LK_EGRESS_JOB_STATE_ENDING, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_ACTIVE);
}

static void
test_for_id (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  g_assert_null (lk_egress_job_get_request (fixture->job));
  fake_egress_reply_list (fixture->server, ID, "ACTIVE", 2);
  g_assert_true (lk_egress_job_attach (fixture->job, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (fixture->seen->str, ==, "active ");
  fake_egress_assert_request (fixture->server, "ListEgress", 0, "{\"egress_id\":\"EG_1\"}");
}

/* Each kind of job names the call for the other. */
static void
test_for_id_start (Fixture *fixture, gconstpointer data)
{
  g_auto (FakeWait) wait = { NULL };
  GError *error = NULL;

  g_assert_false (lk_egress_job_start (fixture->job, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "lk_egress_job_attach()"));
  g_clear_error (&error);

  lk_egress_job_start_async (fixture->job, NULL, fake_wait_done, &wait);
  g_assert_false (lk_egress_job_start_finish (fixture->job, fake_wait_for (&wait), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_IDLE);
}

/* It only reads, so it may be done at any time. */
static void
test_attach_twice (Fixture *fixture, gconstpointer data)
{
  g_auto (FakeWait) first = { NULL };
  g_auto (FakeWait) second = { NULL };
  GError *error = NULL;

  fake_egress_always_list (fixture->server, ID, "ACTIVE", 2);
  lk_egress_job_attach_async (fixture->job, NULL, fake_wait_done, &first);
  lk_egress_job_attach_async (fixture->job, NULL, fake_wait_done, &second);
  g_assert_true (lk_egress_job_attach_finish (fixture->job, fake_wait_for (&second), &error));
  g_assert_no_error (error);
  g_assert_true (lk_egress_job_attach_finish (fixture->job, fake_wait_for (&first), &error));
  g_assert_no_error (error);
  g_assert_cmpstr (fixture->seen->str, ==, "active ");

  /* An egress that ended badly says so. */
  fake_egress_always_list (fixture->server, ID, "ABORTED", 3);
  g_assert_false (lk_egress_job_attach (fixture->job, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNKNOWN);
  g_clear_error (&error);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_ABORTED);
}

/* The egress may be there all the same: the job is not spoilt. */
static void
test_for_id_unreadable (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  reply_error (fixture, "ListEgress", 401, "unauthenticated");
  g_assert_false (lk_egress_job_attach (fixture->job, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNAUTHENTICATED);
  g_clear_error (&error);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_IDLE);

  fake_egress_reply_list (fixture->server, ID, "ENDING", 2);
  g_assert_true (lk_egress_job_attach (fixture->job, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_ENDING);
}

static void
test_for_id_unknown (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  fake_egress_reply_recorded (fixture->server, "ListEgress", "list_by_id_unknown");
  g_assert_false (lk_egress_job_attach (fixture->job, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_FAILED);
}

static void
test_for_id_stop (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  fake_egress_reply_info (fixture->server, "StopEgress", ID, "ENDING", 3);
  g_assert_true (lk_egress_job_stop (fixture->job, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_ENDING);
}

/* Waiting looks at the egress by itself, it need not be started first. */
static void
test_for_id_wait (Fixture *fixture, gconstpointer data)
{
  g_auto (FakeWait) wait = { NULL };
  GError *error = NULL;

  fake_egress_always_list (fixture->server, ID, "COMPLETE", 2);
  lk_egress_job_wait_async (fixture->job, LK_EGRESS_JOB_STATE_COMPLETE, NULL, fake_wait_done,
                            &wait);
  g_assert_true (lk_egress_job_wait_finish (fixture->job, fake_wait_for (&wait), &error));
  g_assert_no_error (error);
}

static void
test_for_id_wait_unknown (Fixture *fixture, gconstpointer data)
{
  g_auto (FakeWait) wait = { NULL };
  g_autofree char *unknown = fake_egress_error ("not_found", "egress does not exist");
  GError *error = NULL;

  fake_egress_reply (fixture->server, "ListEgress", 200, "{}");
  fake_egress_always (fixture->server, "ListEgress", 404, unknown);
  lk_egress_job_wait_async (fixture->job, LK_EGRESS_JOB_STATE_ACTIVE, NULL, fake_wait_done, &wait);
  g_assert_false (lk_egress_job_wait_finish (fixture->job, fake_wait_for (&wait), &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
  g_clear_error (&error);
}

/* Each end takes the results of its own call only. */

typedef gboolean (*Finish) (LkEgressJob *job, GAsyncResult *result, GError **error);

static void
test_finish_of_another_call (Fixture *fixture, gconstpointer data)
{
  static const Finish finishes[]
      = { lk_egress_job_start_finish,         lk_egress_job_attach_finish,
          lk_egress_job_wait_finish,          lk_egress_job_stop_finish,
          lk_egress_job_update_layout_finish, lk_egress_job_update_streams_finish };

  for (guint i = 0; i < G_N_ELEMENTS (finishes); i++)
    {
      g_autoptr (GTask) task = g_task_new (fixture->job, NULL, NULL, NULL);

      g_task_set_source_tag (task, test_finish_of_another_call);
      g_task_return_boolean (task, TRUE);
      g_test_expect_message ("LiveKitEgress", G_LOG_LEVEL_CRITICAL, "*g_async_result_is_tagged*");
      g_assert_false (finishes[i](fixture->job, G_ASYNC_RESULT (task), NULL));
      g_test_assert_expected_messages ();
    }
  /* The tasks end by the main context. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

#define ADD(name, set_up_it, test)                                                                 \
  g_test_add ("/job/" name, Fixture, NULL, set_up_it, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_unsetenv ("LIVEKIT_URL");

  ADD ("states", set_up_for_id, test_states);
  ADD ("other-egress", set_up_for_id, test_other_egress);
  ADD ("streams", set_up_for_id, test_streams);
  ADD ("old-streams", set_up_for_id, test_old_streams);
  ADD ("life", set_up, test_life);
  ADD ("start-refused", set_up, test_start_refused);
  ADD ("start-twice", set_up, test_start_twice);
  ADD ("not-started", set_up, test_not_started);
  ADD ("wait-fails", set_up, test_wait_fails);
  ADD ("wait-for-forgotten", set_up, test_wait_for_forgotten);
  ADD ("wait-not-allowed", set_up, test_wait_not_allowed);
  ADD ("wait-cancelled", set_up, test_wait_cancelled);
  ADD ("for-id", set_up_for_id, test_for_id);
  ADD ("for-id-start", set_up_for_id, test_for_id_start);
  ADD ("attach-twice", set_up_for_id, test_attach_twice);
  ADD ("finish-of-another-call", set_up, test_finish_of_another_call);
  ADD ("for-id-unreadable", set_up_for_id, test_for_id_unreadable);
  ADD ("for-id-unknown", set_up_for_id, test_for_id_unknown);
  ADD ("for-id-stop", set_up_for_id, test_for_id_stop);
  ADD ("for-id-wait", set_up_for_id, test_for_id_wait);
  ADD ("for-id-wait-unknown", set_up_for_id, test_for_id_wait_unknown);
  g_test_add_func ("/job/bare", test_bare);

  return g_test_run ();
}
