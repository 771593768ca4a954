/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Jobs that are asked at odd times: from handlers, before and after their egress, and wrongly. */

#include "fake-egress.h"
#include "lk-egress-error.h"
#include "lk-egress-job-private.h"

#define ID "EG_1"

typedef struct
{
  FakeEgress *server;
  LkEgressClient *client;
  LkEgressRequest *request;
  LkEgressJob *job;
  LkEgressJob *attached;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = fake_egress_new ();
  fixture->client = fake_egress_new_client (fixture->server);
  fixture->request = fake_egress_new_request ();
  fixture->job = lk_egress_job_new (fixture->client, fixture->request);
  fixture->attached = lk_egress_job_new_for_id (fixture->client, ID);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->job);
  g_assert_finalize_object (fixture->attached);
  g_assert_finalize_object (fixture->request);
  g_assert_finalize_object (fixture->client);
  fake_egress_free (fixture->server);
}

static void
test_properties (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressClient) client = NULL;
  g_autoptr (LkEgressRequest) request = NULL;
  g_autoptr (GError) error = NULL;

  g_object_get (fixture->job, "client", &client, "request", &request, "error", &error, NULL);
  g_assert_true (client == fixture->client);
  g_assert_true (request == fixture->request);
  g_assert_no_error (error);
  g_assert_null (lk_egress_job_get_request (fixture->attached));

  fake_egress_reply_list (fixture->server, ID, "ABORTED", 1);
  g_assert_false (lk_egress_job_attach (fixture->attached, NULL, NULL));
  g_object_get (fixture->attached, "error", &error, NULL);
  g_assert_true (g_error_matches (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNKNOWN));
  g_assert_cmpstr (error->message, ==, lk_egress_job_get_error (fixture->attached)->message);
}

/* Handlers */

static void
stop_when_active (LkEgressJob *job, LkEgressJobState state, gpointer data)
{
  GError *error = NULL;

  if (state != LK_EGRESS_JOB_STATE_ACTIVE)
    return;

  g_assert_true (lk_egress_job_stop (job, NULL, &error));
  g_assert_no_error (error);
}

static void
note_state (LkEgressJob *job, LkEgressJobState state, GString *seen)
{
  g_assert_cmpint (state, ==, lk_egress_job_get_state (job));
  g_string_append_printf (seen, "%d ", state);
}

/* A handler goes on before the next has heard of the state: that hears of the later one only. */
static void
test_stop_in_handler (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) before = g_string_new (NULL);
  g_autoptr (GString) after = g_string_new (NULL);
  GError *error = NULL;

  g_signal_connect (fixture->attached, "state-changed", G_CALLBACK (note_state), before);
  g_signal_connect (fixture->attached, "state-changed", G_CALLBACK (stop_when_active), NULL);
  g_signal_connect (fixture->attached, "state-changed", G_CALLBACK (note_state), after);

  fake_egress_reply_list (fixture->server, ID, "ACTIVE", 1);
  fake_egress_reply_info (fixture->server, "StopEgress", ID, "ENDING", 2);
  g_assert_true (lk_egress_job_attach (fixture->attached, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (before->str, ==, "2 3 ");
  g_assert_cmpstr (after->str, ==, "3 ");
}

static void
unref_job (LkEgressJob *job, LkEgressJobState state, LkEgressJob **held)
{
  g_clear_object (held);
}

static void
test_let_go_in_handler (Fixture *fixture, gconstpointer data)
{
  LkEgressJob *job = lk_egress_job_new_for_id (fixture->client, ID);

  g_object_add_weak_pointer (G_OBJECT (job), (gpointer *)&job);
  g_signal_connect (job, "state-changed", G_CALLBACK (unref_job), &job);
  fake_egress_always_list (fixture->server, ID, "ACTIVE", 1);
  lk_egress_job_refresh (job);
  while (job != NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
take_more (LkEgressJob *job, LkEgressStreamInfo *stream, GString *seen)
{
  g_autofree char *url = NULL;

  g_object_get (stream, "url", &url, NULL);
  g_string_append_printf (seen, "%s ", url);
  if (g_str_equal (url, "a"))
    {
      g_autoptr (LkEgressMessage) info = lk_egress_message_new_from_json (
          LK_EGRESS_TYPE_INFO,
          "{\"egress_id\":\"EG_1\",\"status\":\"EGRESS_ACTIVE\",\"updated_at\":\"2\","
          "\"stream_results\":[{\"url\":\"A\"},{\"url\":\"b\"},{\"url\":\"c\"}]}",
          NULL);

      lk_egress_job_take (job, LK_EGRESS_INFO (info), LK_EGRESS_LIFE_ANSWER, NULL);
    }
}

/* A handler brings newer streams: each is told once, and none is told in its old form after that.
 */
static void
test_streams_in_handler (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (LkEgressMessage) info = lk_egress_message_new_from_json (
      LK_EGRESS_TYPE_INFO,
      "{\"egress_id\":\"EG_1\",\"status\":\"EGRESS_ACTIVE\",\"updated_at\":\"1\","
      "\"stream_results\":[{\"url\":\"a\"},{\"url\":\"b\"},{\"url\":\"C\"}]}",
      NULL);

  g_signal_connect (fixture->attached, "stream-changed", G_CALLBACK (take_more), seen);
  lk_egress_job_take (fixture->attached, LK_EGRESS_INFO (info), LK_EGRESS_LIFE_ANSWER, NULL);
  g_assert_cmpstr (seen->str, ==, "a A b c ");
}

/* Before and after */

static void
test_stop_too_soon (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (FakeWait) early = { NULL };
  g_auto (FakeWait) cancelled = { NULL };
  GError *error = NULL;

  lk_egress_job_stop_async (fixture->job, NULL, fake_wait_done, &early);
  g_assert_false (lk_egress_job_stop_finish (fixture->job, fake_wait_for (&early), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED);
  g_clear_error (&error);

  g_cancellable_cancel (cancellable);
  lk_egress_job_stop_async (fixture->attached, cancellable, fake_wait_done, &cancelled);
  g_assert_false (
      lk_egress_job_stop_finish (fixture->attached, fake_wait_for (&cancelled), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
}

static void
test_after_the_end (Fixture *fixture, gconstpointer data)
{
  g_auto (FakeWait) stopped = { NULL };
  g_auto (FakeWait) attached = { NULL };
  GError *error = NULL;

  fake_egress_always_list (fixture->server, ID, "FAILED", 1);
  lk_egress_job_attach_async (fixture->attached, NULL, fake_wait_done, &attached);
  g_assert_false (
      lk_egress_job_attach_finish (fixture->attached, fake_wait_for (&attached), &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNKNOWN);
  g_clear_error (&error);

  lk_egress_job_stop_async (fixture->attached, NULL, fake_wait_done, &stopped);
  g_assert_true (lk_egress_job_stop_finish (fixture->attached, fake_wait_for (&stopped), &error));
  g_assert_no_error (error);
  g_assert_true (lk_egress_job_stop (fixture->attached, NULL, &error));
  g_assert_no_error (error);
}

static void
test_wait_cancelled_before (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (FakeWait) wait = { NULL };
  GError *error = NULL;

  g_cancellable_cancel (cancellable);
  lk_egress_job_wait_async (fixture->attached, LK_EGRESS_JOB_STATE_ACTIVE, cancellable,
                            fake_wait_done, &wait);
  g_assert_false (lk_egress_job_wait_finish (fixture->attached, fake_wait_for (&wait), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
}

/* A start that goes on is no reason to begin another. */
static void
test_start_in_start (Fixture *fixture, gconstpointer data)
{
  g_auto (FakeWait) first = { NULL };
  g_auto (FakeWait) second = { NULL };
  GError *error = NULL;

  fake_egress_reply_info (fixture->server, "StartEgress", ID, "FAILED", 1);
  lk_egress_job_start_async (fixture->job, NULL, fake_wait_done, &first);
  lk_egress_job_start_async (fixture->job, NULL, fake_wait_done, &second);
  g_assert_false (lk_egress_job_start_finish (fixture->job, fake_wait_for (&second), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_clear_error (&error);
  /* It was accepted, and failed at once. */
  g_assert_false (lk_egress_job_start_finish (fixture->job, fake_wait_for (&first), &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNKNOWN);
  g_clear_error (&error);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 1);
}

/* What programs must not do is told them, and does nothing. */

#define CRITICAL(call)                                                                             \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_test_expect_message ("LiveKitEgress", G_LOG_LEVEL_CRITICAL, "*assertion*failed*");           \
    call;                                                                                          \
    g_test_assert_expected_messages ();                                                            \
  }                                                                                                \
  G_STMT_END

static void
test_misuse (Fixture *fixture, gconstpointer data)
{
  LkEgressJob *none = NULL;
  g_autoptr (LkEgressStreamUpdate) update = g_object_new (LK_EGRESS_TYPE_STREAM_UPDATE, NULL);
  g_autoptr (GTask) other = g_task_new (fixture->client, NULL, NULL, NULL);
  GAsyncResult *result = G_ASYNC_RESULT (other);
  LkEgressJob *job = fixture->attached;

  CRITICAL (g_assert_null (lk_egress_job_new (NULL, fixture->request)));
  CRITICAL (g_assert_null (lk_egress_job_new (fixture->client, NULL)));
  CRITICAL (g_assert_null (lk_egress_job_new_for_id (NULL, ID)));
  CRITICAL (g_assert_null (lk_egress_job_new_for_id (fixture->client, NULL)));
  CRITICAL (g_assert_null (lk_egress_job_get_client (none)));
  CRITICAL (g_assert_null (lk_egress_job_get_request (none)));
  CRITICAL (g_assert_null (lk_egress_job_get_egress_id (none)));
  CRITICAL (g_assert_null (lk_egress_job_get_info (none)));
  CRITICAL (g_assert_cmpint (lk_egress_job_get_state (none), ==, LK_EGRESS_JOB_STATE_IDLE));
  CRITICAL (g_assert_null (lk_egress_job_get_error (none)));
  CRITICAL (g_assert_false (lk_egress_job_get_stale (none)));
  CRITICAL (lk_egress_job_refresh (none));

  CRITICAL (g_assert_false (lk_egress_job_start (none, NULL, NULL)));
  CRITICAL (lk_egress_job_start_async (none, NULL, NULL, NULL));
  CRITICAL (g_assert_false (lk_egress_job_start_finish (job, result, NULL)));
  CRITICAL (g_assert_false (lk_egress_job_attach (none, NULL, NULL)));
  CRITICAL (lk_egress_job_attach_async (none, NULL, NULL, NULL));
  CRITICAL (g_assert_false (lk_egress_job_attach_finish (job, result, NULL)));
  CRITICAL (g_assert_false (lk_egress_job_wait (none, 0, NULL, NULL)));
  CRITICAL (lk_egress_job_wait_async (none, 0, NULL, NULL, NULL));
  CRITICAL (g_assert_false (lk_egress_job_wait_finish (job, result, NULL)));
  CRITICAL (g_assert_false (lk_egress_job_stop (none, NULL, NULL)));
  CRITICAL (lk_egress_job_stop_async (none, NULL, NULL, NULL));
  CRITICAL (g_assert_false (lk_egress_job_stop_finish (job, result, NULL)));

  CRITICAL (g_assert_false (lk_egress_job_update_layout (none, "grid", NULL, NULL)));
  CRITICAL (g_assert_false (lk_egress_job_update_layout (job, NULL, NULL, NULL)));
  CRITICAL (lk_egress_job_update_layout_async (none, "grid", NULL, NULL, NULL));
  CRITICAL (lk_egress_job_update_layout_async (job, NULL, NULL, NULL, NULL));
  CRITICAL (g_assert_false (lk_egress_job_update_layout_finish (job, result, NULL)));
  CRITICAL (g_assert_false (lk_egress_job_update_streams (none, update, NULL, NULL)));
  CRITICAL (g_assert_false (lk_egress_job_update_streams (job, NULL, NULL, NULL)));
  CRITICAL (lk_egress_job_update_streams_async (none, update, NULL, NULL, NULL));
  CRITICAL (lk_egress_job_update_streams_async (job, NULL, NULL, NULL, NULL));
  CRITICAL (g_assert_false (lk_egress_job_update_streams_finish (job, result, NULL)));
}

#define ADD(name, test) g_test_add ("/job-edges/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("properties", test_properties);
  ADD ("stop-in-handler", test_stop_in_handler);
  ADD ("let-go-in-handler", test_let_go_in_handler);
  ADD ("streams-in-handler", test_streams_in_handler);
  ADD ("stop-too-soon", test_stop_too_soon);
  ADD ("after-the-end", test_after_the_end);
  ADD ("wait-cancelled-before", test_wait_cancelled_before);
  ADD ("start-in-start", test_start_in_start);
  ADD ("misuse", test_misuse);

  return g_test_run ();
}
