/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The library on a whole LiveKit: what it does and what it reports. */

#include <gst/gst.h>
#include <signal.h>
#include <stdlib.h>

#include "e2e-relay.h"
#include "e2e.h"

#define NOWHERE "srt://127.0.0.1:9"

static LkEgressClient *
new_client (LkEgressApiLevel level)
{
  LkEgressClient *client = e2e_new_client ();

  g_object_set (client, "api-level", level, NULL);
  return client;
}

static gboolean
is_listed (LkEgressClient *client, const char *room_name, gboolean active, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressListing) list
      = lk_egress_client_list (client, room_name, active, NULL, &error);
  g_autoptr (LkEgressInfo) info = NULL;

  g_assert_no_error (error);
  info = lk_egress_listing_find (list, id);
  return info != NULL;
}

static void
start (LkEgressJob *job)
{
  g_autoptr (GError) error = NULL;

  lk_egress_job_start (job, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (lk_egress_job_get_egress_id (job), "EG_"));
}

static void
wait_for (LkEgressJob *job, LkEgressJobState state)
{
  g_autoptr (GError) error = NULL;

  lk_egress_job_wait (job, state, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (lk_egress_job_get_state (job), ==, state);
}

/* Stops it, and sees it end as asked. */
static void
finish (LkEgressJob *job)
{
  g_autoptr (GError) error = NULL;

  lk_egress_job_stop (job, NULL, &error);
  g_assert_no_error (error);
  wait_for (job, LK_EGRESS_JOB_STATE_COMPLETE);
  g_assert_null (lk_egress_job_get_error (job));
  g_assert_cmpint (lk_egress_info_get_end_reason (lk_egress_job_get_info (job)), ==,
                   LK_EGRESS_END_REASON_STOP_API);
}

static void
assert_stream (LkEgressInfo *info, guint index, const char *url, LkEgressStreamStatus status)
{
  g_autoptr (LkEgressStreamInfo) stream
      = g_list_model_get_item (lk_egress_info_get_stream_results (info), index);

  g_assert_cmpstr (lk_egress_stream_info_get_url (stream), ==, url);
  g_assert_cmpint (lk_egress_stream_info_get_status (stream), ==, status);
}

/* Life */

static LkEgressInfo *
update_stream (LkEgressClient *client, const char *id, const char *add, const char *remove)
{
  const char *const adds[] = { add, NULL };
  const char *const removes[] = { remove, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressStreamUpdate) update
      = lk_egress_stream_update_new_for_urls (id, adds, removes);
  LkEgressInfo *info = lk_egress_client_update_stream (client, update, NULL, &error);

  g_assert_no_error (error);
  return info;
}

static void
check_lists (LkEgressClient *client, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressInfo) info = lk_egress_client_get (client, id, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (lk_egress_info_get_egress_id (info), ==, id);
  g_assert_cmpstr (lk_egress_info_get_room_name (info), ==, "demo");
  g_assert_true (is_listed (client, "demo", TRUE, id));
  g_assert_true (is_listed (client, NULL, FALSE, id));
  g_assert_false (is_listed (client, "lobby", FALSE, id));
}

static void
check_updates (LkEgressClient *client, const char *id, E2eReceiver *first, E2eReceiver *second)
{
  g_autoptr (LkEgressInfo) added = update_stream (client, id, e2e_receiver_get_url (second), NULL);
  g_autoptr (LkEgressInfo) removed = NULL;
  g_autoptr (LkEgressInfo) arranged = NULL;
  g_autoptr (GError) error = NULL;

  assert_stream (added, 0, e2e_receiver_get_url (first), LK_EGRESS_STREAM_STATUS_ACTIVE);
  assert_stream (added, 1, e2e_receiver_get_url (second), LK_EGRESS_STREAM_STATUS_ACTIVE);
  e2e_receiver_wait_media (second);
  removed = update_stream (client, id, NULL, e2e_receiver_get_url (second));
  assert_stream (removed, 0, e2e_receiver_get_url (first), LK_EGRESS_STREAM_STATUS_ACTIVE);
  assert_stream (removed, 1, e2e_receiver_get_url (second), LK_EGRESS_STREAM_STATUS_FINISHED);
  arranged = lk_egress_client_update_layout (client, id, "grid", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (lk_egress_info_get_egress_id (arranged), ==, id);
}

static void
check_refused_updates (LkEgressClient *client, const char *id)
{
  const char *const wrong[] = { "rtmp://127.0.0.1/app/key", NULL };
  const char *const unknown[] = { NOWHERE, NULL };
  g_autoptr (LkEgressStreamUpdate) wrong_added
      = lk_egress_stream_update_new_for_urls (id, wrong, NULL);
  g_autoptr (LkEgressStreamUpdate) unknown_removed
      = lk_egress_stream_update_new_for_urls (id, NULL, unknown);
  g_autoptr (LkEgressInfo) info = NULL;
  g_autoptr (GError) error = NULL;

  info = lk_egress_client_update_stream (client, wrong_added, NULL, &error);
  g_assert_null (info);
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  info = lk_egress_client_update_stream (client, unknown_removed, NULL, &error);
  g_assert_null (info);
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
}

/* To stop what has ended is no error. */
static void
check_ended (LkEgressClient *client, LkEgressJob *job)
{
  const char *id = lk_egress_job_get_egress_id (job);
  g_autoptr (LkEgressJob) again = lk_egress_job_new_for_id (client, id);
  g_autoptr (LkEgressInfo) info = NULL;
  g_autoptr (GError) error = NULL;

  info = lk_egress_client_stop (client, id, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (lk_egress_info_get_status (info), ==, LK_EGRESS_STATUS_COMPLETE);
  lk_egress_job_stop (again, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (lk_egress_job_get_state (again), ==, LK_EGRESS_JOB_STATE_COMPLETE);
  g_assert_false (is_listed (client, "demo", TRUE, id));
  g_assert_true (is_listed (client, "demo", FALSE, id));
}

/* The server shows the request as it was asked: the older ones have fields of their own. */
static void
assert_asked (LkEgressInfo *info, LkEgressApiLevel level)
{
  g_autoptr (LkEgressRequest) request = NULL;

  g_object_get (info, "egress", &request, NULL);
  g_assert_true ((request != NULL) == (level == LK_EGRESS_API_LEVEL_V2));
}

static void
test_life (gconstpointer data)
{
  LkEgressApiLevel level = GPOINTER_TO_INT (data);
  g_autoptr (LkEgressClient) client = new_client (level);
  g_autoptr (E2eReceiver) first = e2e_receiver_new ();
  g_autoptr (E2eReceiver) second = e2e_receiver_new ();
  g_autoptr (LkEgressRequest) request = e2e_new_request ("alice", e2e_receiver_get_url (first));
  g_autoptr (LkEgressJob) job = lk_egress_job_new (client, request);
  const char *id;

  start (job);
  id = lk_egress_job_get_egress_id (job);
  g_assert_cmpint (lk_egress_job_get_state (job), ==, LK_EGRESS_JOB_STATE_STARTING);
  assert_asked (lk_egress_job_get_info (job), level);
  wait_for (job, LK_EGRESS_JOB_STATE_ACTIVE);
  e2e_receiver_wait_media (first);
  check_lists (client, id);
  check_updates (client, id, first, second);
  check_refused_updates (client, id);
  finish (job);
  assert_stream (lk_egress_job_get_info (job), 0, e2e_receiver_get_url (first),
                 LK_EGRESS_STREAM_STATUS_FINISHED);
  check_ended (client, job);
}

/* What can be recorded */

static LkEgressRequest *
new_tracks_request (void)
{
  g_autofree char *audio = e2e_dup_track ("alice", "audio");
  g_autofree char *video = e2e_dup_track ("alice", "video");

  return lk_egress_request_new_track_composite ("demo", audio, video);
}

static void
test_sources (gconstpointer data)
{
  g_autoptr (LkEgressClient) client = new_client (GPOINTER_TO_INT (data));
  LkEgressRequest *requests[] = {
    lk_egress_request_new_room_composite ("demo", "grid"),
    lk_egress_request_new_web ("http://127.0.0.1:9/"),
    new_tracks_request (),
  };
  E2eReceiver *receivers[G_N_ELEMENTS (requests)];
  LkEgressJob *jobs[G_N_ELEMENTS (requests)];

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      receivers[i] = e2e_receiver_new ();
      e2e_make_small (requests[i]);
      lk_egress_request_add_stream (requests[i], LK_EGRESS_STREAM_PROTOCOL_SRT,
                                    e2e_receiver_get_url (receivers[i]));
      jobs[i] = lk_egress_job_new (client, requests[i]);
      start (jobs[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      wait_for (jobs[i], LK_EGRESS_JOB_STATE_ACTIVE);
      e2e_receiver_wait_media (receivers[i]);
      finish (jobs[i]);
      g_object_unref (jobs[i]);
      g_object_unref (requests[i]);
      e2e_receiver_free (receivers[i]);
    }
}

/* Answers that are lost */

static guint
count_active (LkEgressClient *client)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressListing) list = lk_egress_client_list (client, "demo", TRUE, NULL, &error);

  g_assert_no_error (error);

  return g_list_model_get_n_items (G_LIST_MODEL (list));
}

/* The server has the start and the client does not know: it finds the egress by what the server
 * shows of the request, and does not send it again. */
static void
test_lost_start (gconstpointer data)
{
  LkEgressApiLevel level = GPOINTER_TO_INT (data);
  g_autoptr (E2eRelay) relay = e2e_relay_new ();
  g_autoptr (LkEgressClient) client = e2e_relay_new_client (relay);
  g_autoptr (E2eReceiver) receiver = e2e_receiver_new ();
  g_autoptr (LkEgressRequest) request = e2e_new_request ("alice", e2e_receiver_get_url (receiver));
  g_autoptr (LkEgressJob) job = lk_egress_job_new (client, request);

  g_object_set (client, "api-level", level, NULL);
  e2e_relay_lose_starts (relay, 1);
  start (job);
  g_assert_cmpuint (e2e_relay_count_starts (relay), ==, 1);
  assert_asked (lk_egress_job_get_info (job), level);
  wait_for (job, LK_EGRESS_JOB_STATE_ACTIVE);
  e2e_receiver_wait_media (receiver);
  g_assert_cmpuint (count_active (client), ==, 1);
  g_assert_true (is_listed (client, "demo", TRUE, lk_egress_job_get_egress_id (job)));
  finish (job);
  e2e_assert_nothing_active ();
}

/* Errors */

static void
assert_start_error (LkEgressClient *client,
                    LkEgressRequest *request,
                    LkEgressError code,
                    guint http)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressInfo) info = lk_egress_client_start (client, request, NULL, &error);

  g_assert_null (info);
  g_assert_error (error, LK_EGRESS_ERROR, (int)code);
  g_assert_cmpuint (lk_egress_error_get_http_status (error), ==, http);
}

static void
test_wrong_secret (void)
{
  g_autoptr (LkEgressClient) client = e2e_new_client_with_wrong_secret ();
  g_autoptr (LkEgressRequest) request = e2e_new_request ("alice", NOWHERE);
  g_autoptr (LkEgressListing) list = NULL;
  g_autoptr (GError) error = NULL;

  assert_start_error (client, request, LK_EGRESS_ERROR_UNAUTHENTICATED, 401);
  list = lk_egress_client_list (client, NULL, FALSE, NULL, &error);
  g_assert_null (list);
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNAUTHENTICATED);
}

static void
test_unknown_room (gconstpointer data)
{
  g_autoptr (LkEgressClient) client = new_client (GPOINTER_TO_INT (data));
  g_autoptr (LkEgressRequest) request
      = lk_egress_request_new_room_composite ("no-such-room", "grid");

  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, NOWHERE);
  assert_start_error (client, request, LK_EGRESS_ERROR_NOT_FOUND, 404);
}

static void
test_unknown_egress (void)
{
  g_autoptr (LkEgressClient) client = e2e_new_client ();
  g_autoptr (LkEgressJob) job = lk_egress_job_new_for_id (client, "EG_unknown");
  g_autoptr (LkEgressInfo) info = NULL;
  g_autoptr (GError) error = NULL;

  info = lk_egress_client_get (client, "EG_unknown", NULL, &error);
  g_assert_null (info);
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
  g_clear_error (&error);
  info = lk_egress_client_stop (client, "EG_unknown", NULL, &error);
  g_assert_null (info);
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
  g_clear_error (&error);
  /* There is nothing to be stopped. */
  lk_egress_job_stop (job, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (lk_egress_job_get_state (job), ==, LK_EGRESS_JOB_STATE_FAILED);
  g_assert_error (lk_egress_job_get_error (job), LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
}

/* Calls that take long, side by side. */

typedef struct
{
  guint left;
  GError *stop_error;
  GError *call_error;
} Calls;

static void
run (Calls *calls)
{
  while (calls->left > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
calls_clear (Calls *calls)
{
  g_clear_error (&calls->stop_error);
  g_clear_error (&calls->call_error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Calls, calls_clear)

static void
job_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Calls *calls = user_data;

  lk_egress_job_stop_finish (LK_EGRESS_JOB (source), result, &calls->stop_error);
  calls->left--;
}

static void
client_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Calls *calls = user_data;
  g_autoptr (LkEgressInfo) info
      = lk_egress_client_stop_finish (LK_EGRESS_CLIENT (source), result, &calls->call_error);

  g_assert_true ((info != NULL) == (calls->call_error == NULL));
  calls->left--;
}

static void
client_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Calls *calls = user_data;
  g_autoptr (LkEgressInfo) info
      = lk_egress_client_start_finish (LK_EGRESS_CLIENT (source), result, &calls->call_error);

  g_assert_null (info);
  calls->left--;
}

static void
assert_not_found (LkEgressJob *job)
{
  const GError *error = lk_egress_job_get_error (job);

  g_assert_cmpint (lk_egress_job_get_state (job), ==, LK_EGRESS_JOB_STATE_FAILED);
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
  g_assert_cmpstr (lk_egress_error_get_server_text (error), ==, "participant nobody not found");
  g_assert_cmpint (lk_egress_info_get_error_code (lk_egress_job_get_info (job)), ==, 404);
}

/* One job waits for a participant who never comes. Another is stopped meanwhile: a stop is not
 * heard then, so the client and the job go on asking until the egress is over. */
static void
test_stop_while_starting (void)
{
  g_autoptr (LkEgressClient) client = e2e_new_client ();
  g_autoptr (LkEgressRequest) request = e2e_new_request ("nobody", NOWHERE);
  g_autoptr (LkEgressJob) left_alone = lk_egress_job_new (client, request);
  g_autoptr (LkEgressJob) stopped = lk_egress_job_new (client, request);
  g_autoptr (GError) error = NULL;
  g_auto (Calls) calls = { 2 };

  start (left_alone);
  start (stopped);
  lk_egress_client_stop_async (client, lk_egress_job_get_egress_id (stopped), NULL, client_stopped,
                               &calls);
  lk_egress_job_stop_async (stopped, NULL, job_stopped, &calls);
  run (&calls);
  g_assert_no_error (calls.call_error);
  g_assert_no_error (calls.stop_error);
  assert_not_found (stopped);

  g_assert_false (lk_egress_job_wait (left_alone, LK_EGRESS_JOB_STATE_ACTIVE, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
  assert_not_found (left_alone);
}

static void
lose_worker (void)
{
  if (e2e_is_real ())
    g_assert_cmpint (kill (atoi (g_getenv ("LK_E2E_WORKER_PID")), SIGKILL), ==, 0);
  else
    e2e_add_fault ("{\"method\":\"StartEgress\",\"twirp\":{\"code\":\"unavailable\","
                   "\"msg\":\"twirp error unknown: no response from servers\"}}");
}

/* The last test: there is no worker any more. Its egress stays ACTIVE on the server for ever, and
 * nobody takes another one. */
static void
test_worker_lost (void)
{
  g_autoptr (LkEgressClient) client = new_client (LK_EGRESS_API_LEVEL_V2);
  g_autoptr (E2eReceiver) receiver = e2e_receiver_new ();
  g_autoptr (LkEgressRequest) request = e2e_new_request ("alice", e2e_receiver_get_url (receiver));
  g_autoptr (LkEgressJob) job = lk_egress_job_new (client, request);
  g_auto (Calls) calls = { 2 };
  gboolean stale;

  if (!e2e_is_real ())
    e2e_add_life_fault ("worker-lost");
  start (job);
  wait_for (job, LK_EGRESS_JOB_STATE_ACTIVE);
  e2e_receiver_wait_media (receiver);
  lose_worker ();

  lk_egress_client_start_async (client, request, NULL, client_started, &calls);
  lk_egress_job_stop_async (job, NULL, job_stopped, &calls);
  run (&calls);
  g_assert_error (calls.call_error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NO_WORKER);
  g_assert_error (calls.stop_error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_DEADLINE_EXCEEDED);
  g_object_get (job, "stale", &stale, NULL);
  g_assert_true (stale);
  g_assert_cmpint (lk_egress_job_get_state (job), ==, LK_EGRESS_JOB_STATE_ACTIVE);
  g_assert_true (is_listed (client, "demo", TRUE, lk_egress_job_get_egress_id (job)));
}

static void
add_for_levels (const char *path, GTestDataFunc test)
{
  /* Not in folders of their own: those run last. */
  g_autofree char *v1 = g_strconcat (path, "-v1", NULL);
  g_autofree char *v2 = g_strconcat (path, "-v2", NULL);

  g_test_add_data_func (v1, GINT_TO_POINTER (LK_EGRESS_API_LEVEL_V1), test);
  g_test_add_data_func (v2, GINT_TO_POINTER (LK_EGRESS_API_LEVEL_V2), test);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  add_for_levels ("/e2e/client/life", test_life);
  add_for_levels ("/e2e/client/sources", test_sources);
  add_for_levels ("/e2e/client/lost-start", test_lost_start);
  add_for_levels ("/e2e/client/unknown-room", test_unknown_room);
  g_test_add_func ("/e2e/client/wrong-secret", test_wrong_secret);
  g_test_add_func ("/e2e/client/unknown-egress", test_unknown_egress);
  g_test_add_func ("/e2e/client/stop-while-starting", test_stop_while_starting);
  g_test_add_func ("/e2e/client/worker-lost", test_worker_lost);
  return g_test_run ();
}
