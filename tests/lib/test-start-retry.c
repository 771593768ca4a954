/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Starts that nobody takes: they are tried again, with pauses, and no egress is made twice. */

#include <string.h>

#include "fake-egress.h"
#include "lk-egress-error.h"
#include "lk-egress-job-private.h"

typedef struct
{
  FakeEgress *server;
  LkEgressClient *client;
  LkEgressJob *job;
  gboolean async;
  GCancellable *cancellable;

  /* What the pauses were, and what is to happen in the first. */
  GArray *pauses;
  void (*in_pause) (gpointer fixture);
} Fixture;

static void
retrying (const GError *error, guint delay, gpointer data)
{
  Fixture *fixture = data;

  g_array_append_val (fixture->pauses, delay);
  if (fixture->pauses->len == 1 && fixture->in_pause != NULL)
    fixture->in_pause (fixture);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();

  fixture->server = fake_egress_new ();
  fixture->client = fake_egress_new_client (fixture->server);
  fixture->job = lk_egress_job_new (fixture->client, request);
  fixture->async = data != NULL;
  fixture->cancellable = g_cancellable_new ();
  fixture->pauses = g_array_new (FALSE, FALSE, sizeof (guint));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->job);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->client);
  g_assert_finalize_object (fixture->cancellable);
  fake_egress_free (fixture->server);
  g_array_unref (fixture->pauses);
}

static void
refuse (Fixture *fixture, guint times, guint status, const char *code, const char *text)
{
  g_autofree char *refusal = fake_egress_error (code, text);

  for (guint i = 0; i < times; i++)
    fake_egress_reply (fixture->server, "StartEgress", status, refusal);
}

static void
no_worker (Fixture *fixture, guint times)
{
  refuse (fixture, times, 503, "unavailable", "no response from servers");
}

static gboolean
start (Fixture *fixture, LkEgressStartRetry retry, GError **error)
{
  g_auto (FakeWait) wait = { NULL };

  retry.retrying = retrying;
  retry.data = fixture;
  lk_egress_job_set_retry (fixture->job, &retry);
  if (!fixture->async)
    return lk_egress_job_start (fixture->job, fixture->cancellable, error);

  lk_egress_job_start_async (fixture->job, fixture->cancellable, fake_wait_done, &wait);
  return lk_egress_job_start_finish (fixture->job, fake_wait_for (&wait), error);
}

static void
assert_sent (Fixture *fixture, guint count)
{
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, count);
}

/* The pauses double, to the longest; here each is a thousandth of what it is elsewhere. */
static void
test_good (Fixture *fixture, gconstpointer data)
{
  static const guint pauses[] = { 10, 20, 35, 35 };
  GError *error = NULL;

  lk_egress_client_set_time_scale (fixture->client, 1e-3);
  no_worker (fixture, 2);
  refuse (fixture, 1, 503, "unavailable", "the server is going down");
  refuse (fixture, 1, 429, "resource_exhausted", "too many");
  fake_egress_reply_info (fixture->server, "StartEgress", "EG_1", "STARTING", 1);
  fake_egress_always_list (fixture->server, "EG_1", "STARTING", 1);
  g_assert_true (start (
      fixture,
      (LkEgressStartRetry){
          .max_tries = 5, .delay = 10000, .factor = 2, .max_delay = 35000, .timeout = 600000 },
      &error));
  g_assert_no_error (error);
  assert_sent (fixture, 5);
  g_assert_cmpmem (fixture->pauses->data, fixture->pauses->len * sizeof (guint), pauses,
                   sizeof pauses);

  /* To a server that heeds it they are one. */
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *first
          = fake_egress_dup_header (fixture->server, "StartEgress", 0, "X-Livekit-Request-Id");
      g_autofree char *id
          = fake_egress_dup_header (fixture->server, "StartEgress", i, "X-Livekit-Request-Id");

      g_assert_nonnull (id);
      g_assert_cmpstr (id, ==, first);
    }
}

/* The last refusal is told, and how often it was tried; and the time may be over before. */
static void
test_quota (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  no_worker (fixture, 3);
  g_assert_false (start (
      fixture, (LkEgressStartRetry){ .max_tries = 3, .delay = 1, .factor = 1, .max_delay = 1 },
      &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NO_WORKER);
  g_assert_nonnull (strstr (error->message, "It was tried 3 times"));
  g_clear_error (&error);
  assert_sent (fixture, 3);
  g_assert_cmpint (lk_egress_job_get_state (fixture->job), ==, LK_EGRESS_JOB_STATE_FAILED);
}

static void
test_time (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  no_worker (fixture, 1);
  g_assert_false (
      start (fixture,
             (LkEgressStartRetry){
                 .max_tries = 3, .delay = 2000, .factor = 1, .max_delay = 2000, .timeout = 1999 },
             &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NO_WORKER);
  g_clear_error (&error);
  assert_sent (fixture, 1);
  g_assert_cmpuint (fixture->pauses->len, ==, 0);
}

/* Chance only shortens a pause. */
static void
test_jitter (Fixture *fixture, gconstpointer data)
{
  guint n_shorter = 0;
  GError *error = NULL;

  lk_egress_client_set_time_scale (fixture->client, 1e-3);
  no_worker (fixture, 20);
  g_assert_false (
      start (fixture,
             (LkEgressStartRetry){
                 .max_tries = 20, .delay = 4000, .factor = 1, .max_delay = 4000, .jitter = 0.5 },
             &error));
  g_clear_error (&error);
  g_assert_cmpuint (fixture->pauses->len, ==, 19);
  for (guint i = 0; i < fixture->pauses->len; i++)
    {
      guint pause = g_array_index (fixture->pauses, guint, i);

      g_assert_cmpuint (pause, >=, 2);
      g_assert_cmpuint (pause, <=, 4);
      n_shorter += pause < 4;
    }
  g_assert_cmpuint (n_shorter, >, 0);
}

/* What no worker can mend is not tried again. */
static void
test_others (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  refuse (fixture, 1, 500, "internal", "no");
  g_assert_false (start (
      fixture, (LkEgressStartRetry){ .max_tries = 9, .delay = 1, .factor = 1, .max_delay = 1 },
      &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_INTERNAL);
  g_clear_error (&error);
  assert_sent (fixture, 1);
  g_assert_cmpuint (fixture->pauses->len, ==, 0);
}

/* An answer is lost after a refusal: the egress is looked for, and found. */
static void
test_lost (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  no_worker (fixture, 1);
  fake_egress_drop (fixture->server, "StartEgress");
  fake_egress_always (fixture->server, "ListEgress", 200, "{}");
  refuse (fixture, 1, 404, "not_found", "requested room does not exist");
  g_assert_false (start (
      fixture, (LkEgressStartRetry){ .max_tries = 9, .delay = 1, .factor = 1, .max_delay = 1 },
      &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
  g_clear_error (&error);
  /* The third is that of the client, after it has looked. */
  assert_sent (fixture, 3);
  g_assert_cmpuint (fake_egress_count (fixture->server, "ListEgress"), >, 0);
  g_assert_cmpuint (fixture->pauses->len, ==, 1);
}

static void
cancel (gpointer data)
{
  Fixture *fixture = data;

  g_cancellable_cancel (fixture->cancellable);
}

static void
stop (gpointer data)
{
  Fixture *fixture = data;

  lk_egress_job_stop_async (fixture->job, NULL, NULL, NULL);
}

/* A pause of an hour ends at once, and nothing is sent any more. */
static void
check_given_up (Fixture *fixture)
{
  const gint64 begin = g_get_monotonic_time ();
  GError *error = NULL;

  lk_egress_client_set_time_scale (fixture->client, 1);
  no_worker (fixture, 1);
  g_assert_false (start (
      fixture,
      (LkEgressStartRetry){ .max_tries = 9, .delay = 3600000, .factor = 1, .max_delay = 3600000 },
      &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 60 * G_TIME_SPAN_SECOND);
  while (lk_egress_job_get_state (fixture->job) != LK_EGRESS_JOB_STATE_FAILED)
    g_main_context_iteration (NULL, TRUE);
  assert_sent (fixture, 1);
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  fixture->in_pause = cancel;
  check_given_up (fixture);
}

static void
test_stop (Fixture *fixture, gconstpointer data)
{
  fixture->in_pause = stop;
  check_given_up (fixture);
}

#define ADD(name, test)                                                                            \
  g_test_add ("/start-retry/" name "/sync", Fixture, NULL, set_up, test, tear_down);               \
  g_test_add ("/start-retry/" name "/async", Fixture, "async", set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("good", test_good);
  ADD ("quota", test_quota);
  ADD ("time", test_time);
  ADD ("jitter", test_jitter);
  ADD ("others", test_others);
  ADD ("lost", test_lost);
  ADD ("cancel", test_cancel);
  g_test_add ("/start-retry/stop/async", Fixture, "async", set_up, test_stop, tear_down);

  return g_test_run ();
}
