/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fake-egress.h"
#include "lk-egress-error.h"
#include "lk-egress-job.h"
#include "lk-egress-validation.h"

#define ID "EG_1"
#define URL "srt://127.0.0.1:9722"
#define INFO                                                                                       \
  "{\"egress_id\":\"EG_1\",\"status\":\"EGRESS_ACTIVE\",\"updated_at\":\"2\","                     \
  "\"stream_results\":[{\"url\":\"" URL "\"}]}"

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
  fixture->server = fake_egress_new ();
  fixture->client = fake_egress_new_client (fixture->server);
  fixture->job = lk_egress_job_new_for_id (fixture->client, ID);
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

static gboolean
update_layout (Fixture *fixture, LkEgressJob *job, GCancellable *cancellable, GError **error)
{
  g_auto (FakeWait) wait = { NULL };

  if (!fixture->async)
    return lk_egress_job_update_layout (job, "speaker", cancellable, error);

  lk_egress_job_update_layout_async (job, "speaker", cancellable, fake_wait_done, &wait);

  return lk_egress_job_update_layout_finish (job, fake_wait_for (&wait), error);
}

static gboolean
update_streams (Fixture *fixture, LkEgressJob *job, LkEgressStreamUpdate *update, GError **error)
{
  g_auto (FakeWait) wait = { NULL };

  if (!fixture->async)
    return lk_egress_job_update_streams (job, update, NULL, error);

  lk_egress_job_update_streams_async (job, update, NULL, fake_wait_done, &wait);

  return lk_egress_job_update_streams_finish (job, fake_wait_for (&wait), error);
}

static LkEgressStreamUpdate *
new_update (const char *egress_id)
{
  LkEgressStreamUpdate *update = g_object_new (LK_EGRESS_TYPE_STREAM_UPDATE, NULL);
  const char *const urls[] = { URL, NULL };

  g_object_set (update, "egress-id", egress_id, "add-output-urls", urls, NULL);

  return update;
}

static void
count_stream (LkEgressJob *job, LkEgressStreamInfo *stream, guint *n_streams)
{
  (*n_streams)++;
}

static void
test_layout (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  fake_egress_reply (fixture->server, "UpdateLayout", 200, INFO);
  g_assert_true (update_layout (fixture, fixture->job, NULL, &error));
  g_assert_no_error (error);
  fake_egress_assert_request (fixture->server, "UpdateLayout", 0,
                              "{\"egress_id\":\"EG_1\",\"layout\":\"speaker\"}");
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_ACTIVE);
}

/* The id is filled in, on a copy, and what the server answers is news. */
static void
test_streams (Fixture *fixture, gconstpointer data)
{
  const char *const ids[] = { NULL, ID };
  guint n_streams = 0;
  GError *error = NULL;

  g_signal_connect (fixture->job, "stream-changed", G_CALLBACK (count_stream), &n_streams);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (LkEgressStreamUpdate) update = new_update (ids[i]);
      g_autofree char *egress_id = NULL;

      fake_egress_reply (fixture->server, "UpdateStream", 200, INFO);
      g_assert_true (update_streams (fixture, fixture->job, update, &error));
      g_assert_no_error (error);
      fake_egress_assert_request (fixture->server, "UpdateStream", i,
                                  "{\"egress_id\":\"EG_1\",\"add_output_urls\":[\"" URL "\"]}");
      g_object_get (update, "egress-id", &egress_id, NULL);
      g_assert_cmpstr (egress_id, ==, ids[i]);
    }
  g_assert_cmpuint (n_streams, ==, 1);
}

static void
test_streams_of_another_egress (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStreamUpdate) update = new_update ("EG_2");
  GError *error = NULL;

  g_assert_false (update_streams (fixture, fixture->job, update, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "EG_2"));
  g_clear_error (&error);
  g_assert_cmpuint (fake_egress_count (fixture->server, "UpdateStream"), ==, 0);
}

static void
test_streams_with_a_mistake (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStreamUpdate) update = g_object_new (LK_EGRESS_TYPE_STREAM_UPDATE, NULL);
  GError *error = NULL;

  g_assert_false (update_streams (fixture, fixture->job, update, &error));
  g_assert_true (error->domain == LK_EGRESS_VALIDATION_ERROR);
  g_clear_error (&error);
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *refusal = fake_egress_error ("not_found", "egress does not exist");
  GError *error = NULL;

  fake_egress_reply (fixture->server, "UpdateLayout", 404, refusal);
  g_assert_false (update_layout (fixture, fixture->job, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_IDLE);
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GError *error = NULL;

  fake_egress_cancel (fixture->server, "UpdateLayout", cancellable);
  g_assert_false (update_layout (fixture, fixture->job, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
}

static void
test_without_egress (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  g_autoptr (LkEgressJob) job = lk_egress_job_new (fixture->client, request);
  g_autoptr (LkEgressStreamUpdate) update = new_update (NULL);
  GError *error = NULL;

  g_assert_false (update_layout (fixture, job, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED);
  g_clear_error (&error);
  g_assert_false (update_streams (fixture, job, update, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED);
  g_clear_error (&error);
}

#define ADD(name, test)                                                                            \
  g_test_add ("/job-update/" name "/sync", Fixture, GINT_TO_POINTER (FALSE), set_up, test,         \
              tear_down);                                                                          \
  g_test_add ("/job-update/" name "/async", Fixture, GINT_TO_POINTER (TRUE), set_up, test,         \
              tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("layout", test_layout);
  ADD ("streams", test_streams);
  ADD ("streams-of-another-egress", test_streams_of_another_egress);
  ADD ("streams-with-a-mistake", test_streams_with_a_mistake);
  ADD ("refused", test_refused);
  ADD ("cancelled", test_cancelled);
  ADD ("without-egress", test_without_egress);

  return g_test_run ();
}
