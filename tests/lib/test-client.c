/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fake-egress.h"

#include "lk-egress-error.h"
#include "lk-egress-listing.h"
#include "lk-egress-operations-private.h"

#define ID "EG_JCK9YZeup5SB"

typedef struct
{
  FakeEgress *server;
  LkEgressClient *client;
  LkEgressRequest *request;
  LkEgressStreamUpdate *update;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressStreamDestination) second
      = lk_egress_stream_destination_new ("second", "srt://127.0.0.1:9723");

  fixture->server = fake_egress_new ();
  fixture->client = fake_egress_new_client (fixture->server);
  fixture->request = fake_egress_new_request ();
  fixture->update = lk_egress_stream_update_new (ID);
  lk_egress_stream_update_add_url (fixture->update, "srt://127.0.0.1:9722");
  lk_egress_stream_update_remove_url (fixture->update, "srt://127.0.0.1:1");
  lk_egress_stream_update_add_destination (fixture->update, second);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->update);
  g_assert_finalize_object (fixture->request);
  g_assert_finalize_object (fixture->client);
  fake_egress_free (fixture->server);
}

/* Every call in both forms, from one table. */

typedef gpointer (*SyncCall) (Fixture *fixture, GCancellable *cancellable, GError **error);
typedef void (*AsyncCall) (Fixture *fixture, GCancellable *cancellable, FakeWait *wait);
typedef gpointer (*FinishCall) (LkEgressClient *client, GAsyncResult *result, GError **error);

#define CALL(name, ...)                                                                            \
  static gpointer name##_sync (Fixture *fixture, GCancellable *cancellable, GError **error)        \
  {                                                                                                \
    return lk_egress_client_##name (fixture->client, __VA_ARGS__, cancellable, error);             \
  }                                                                                                \
  static void name##_async (Fixture *fixture, GCancellable *cancellable, FakeWait *wait)           \
  {                                                                                                \
    lk_egress_client_##name##_async (fixture->client, __VA_ARGS__, cancellable, fake_wait_done,    \
                                     wait);                                                        \
  }                                                                                                \
  static gpointer name##_finish (LkEgressClient *client, GAsyncResult *result, GError **error)     \
  {                                                                                                \
    return lk_egress_client_##name##_finish (client, result, error);                               \
  }

CALL (start, fixture->request)
CALL (list, "demo", TRUE)
CALL (get, ID)
CALL (stop, ID)
CALL (update_layout, ID, "grid")
CALL (update_stream, fixture->update)

typedef struct
{
  const char *name;
  const char *method;
  const char *recorded;
  const char *request;
  SyncCall sync;
  AsyncCall async;
  FinishCall finish;
  gboolean is_list;
  LkEgressCallKind kind;
} Case;

static const Case cases[] = {
  { "start", "StartEgress", "v2_start",
    "{\"room_name\":\"demo\",\"media\":{\"participant_video\":{\"identity\":\"alice\"},"
    "\"audio\":{\"routes\":[{\"participant_identity\":\"alice\"}]}},"
    "\"outputs\":[{\"stream\":{\"protocol\":\"SRT\",\"urls\":[\"srt://127.0.0.1:9721\"]}}]}",
    start_sync, start_async, start_finish, FALSE, LK_EGRESS_CALL_ONCE },
  { "list", "ListEgress", "v2_list_active_proto", "{\"room_name\":\"demo\",\"active\":true}",
    list_sync, list_async, list_finish, TRUE, LK_EGRESS_CALL_READ },
  { "get", "ListEgress", "v2_list_end_proto", "{\"egress_id\":\"" ID "\"}", get_sync, get_async,
    get_finish, FALSE, LK_EGRESS_CALL_READ },
  { "stop", "StopEgress", "v2_stop", "{\"egress_id\":\"" ID "\"}", stop_sync, stop_async,
    stop_finish, FALSE, LK_EGRESS_CALL_REPEATABLE },
  { "update-layout", "UpdateLayout", "v2_update_layout",
    "{\"egress_id\":\"" ID "\",\"layout\":\"grid\"}", update_layout_sync, update_layout_async,
    update_layout_finish, FALSE, LK_EGRESS_CALL_REPEATABLE },
  { "update-stream", "UpdateStream", "v2_add_stream",
    "{\"egress_id\":\"" ID "\",\"add_output_urls\":[\"srt://127.0.0.1:9722\"],"
    "\"remove_output_urls\":[\"srt://127.0.0.1:1\"],"
    "\"add_destinations\":[{\"id\":\"second\",\"url\":\"srt://127.0.0.1:9723\"}]}",
    update_stream_sync, update_stream_async, update_stream_finish, FALSE, LK_EGRESS_CALL_ONCE },
};

static gpointer
run_async (Fixture *fixture, const Case *c, GCancellable *cancellable, GError **error)
{
  g_auto (FakeWait) wait = { NULL };

  c->async (fixture, cancellable, &wait);
  g_assert_null (wait.result);

  return c->finish (fixture->client, fake_wait_for (&wait), error);
}

/* Takes the result over. */
static void
assert_result (const Case *c, gpointer result)
{
  g_autoptr (LkEgressInfo) info = NULL;

  if (c->is_list)
    {
      g_autoptr (LkEgressListing) listing = result;

      g_assert_true (lk_egress_listing_is_complete (listing));
      g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (listing)), ==, 1);
      info = g_list_model_get_item (G_LIST_MODEL (listing), 0);
    }
  else
    {
      info = result;
    }

  g_assert_true (LK_EGRESS_IS_INFO (info));
  g_assert_cmpstr (lk_egress_info_get_egress_id (info), ==, ID);
  g_assert_cmpstr (lk_egress_info_get_room_name (info), ==, "demo");
}

static void
test_call (Fixture *fixture, gconstpointer data)
{
  const Case *c = data;
  GError *error = NULL;
  gpointer result;

  for (guint i = 0; i < 4; i++)
    fake_egress_reply_recorded (fixture->server, c->method, c->recorded);

  for (guint json = 0; json < 2; json++)
    {
      g_object_set (fixture->client, "wire-format", json, NULL);

      result = c->sync (fixture, NULL, &error);
      g_assert_no_error (error);
      assert_result (c, result);

      result = run_async (fixture, c, NULL, &error);
      g_assert_no_error (error);
      assert_result (c, result);
    }

  for (guint i = 0; i < 4; i++)
    fake_egress_assert_request (fixture->server, c->method, i, c->request);
  g_assert_cmpuint (fake_egress_count (fixture->server, c->method), ==, 4);
}

static void
test_cancel_before (Fixture *fixture, gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GError *error = NULL;

  g_cancellable_cancel (cancellable);

  g_assert_null (c->sync (fixture, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  g_assert_null (run_async (fixture, c, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  g_assert_cmpuint (fake_egress_count (fixture->server, c->method), ==, 0);
}

static void
test_cancel_during (Fixture *fixture, gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GCancellable) first = g_cancellable_new ();
  g_autoptr (GCancellable) second = g_cancellable_new ();
  GError *error = NULL;

  fake_egress_cancel (fixture->server, c->method, first);
  g_assert_null (c->sync (fixture, first, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  fake_egress_cancel (fixture->server, c->method, second);
  g_assert_null (run_async (fixture, c, second, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  g_assert_cmpuint (fake_egress_count (fixture->server, c->method), ==, 2);
}

static void
test_error (Fixture *fixture, gconstpointer data)
{
  const Case *c = data;
  g_autofree char *json = fake_egress_error ("permission_denied", "no");
  GError *error = NULL;

  fake_egress_always (fixture->server, c->method, 403, json);

  g_assert_null (c->sync (fixture, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_PERMISSION_DENIED);
  g_assert_cmpuint (lk_egress_error_get_http_status (error), ==, 403);
  g_assert_cmpstr (lk_egress_error_get_server_text (error), ==, "no");
  g_clear_error (&error);

  g_assert_null (run_async (fixture, c, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_PERMISSION_DENIED);
  g_clear_error (&error);

  g_assert_cmpuint (fake_egress_count (fixture->server, c->method), ==, 2);
}

/* Sets what the client sees when it looks what came of a call without a good answer: whether there
 * is an egress of a start, and that the one to be stopped goes on. Gives how often the call is
 * sent. */
static guint
set_look (Fixture *fixture, const Case *c, const char *look_of_start)
{
  if (g_str_equal (c->name, "start"))
    fake_egress_always (fixture->server, "ListEgress", 200, look_of_start);
  if (!g_str_equal (c->name, "stop"))
    return 1;

  fake_egress_always_list (fixture->server, ID, "ACTIVE", 1);

  return 3;
}

/* A fault that may pass: reads and stops are tried three times, everything else once. */
static void
test_unavailable (Fixture *fixture, gconstpointer data)
{
  const Case *c = data;
  guint tries = c->kind == LK_EGRESS_CALL_READ ? 3 : set_look (fixture, c, "{}");
  g_autofree char *json = fake_egress_error ("unavailable", "busy");
  GError *error = NULL;

  fake_egress_always (fixture->server, c->method, 503, json);

  g_assert_null (c->sync (fixture, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  g_assert_cmpuint (fake_egress_count (fixture->server, c->method), ==, tries);

  g_assert_null (run_async (fixture, c, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  g_assert_cmpuint (fake_egress_count (fixture->server, c->method), ==, 2 * tries);
}

/* Two answers were lost, the third is there. What does the same however often it comes is sent
 * again; so is a start, once it is known that there is no egress of it: see test-client-lost.c. */
static void
assert_after_loss (Fixture *fixture, const Case *c, GQuark domain)
{
  gboolean is_start = g_str_equal (c->name, "start");
  GError *error = NULL;
  gpointer result;

  fake_egress_reply_recorded (fixture->server, c->method, c->recorded);
  if (is_start)
    fake_egress_always (fixture->server, "ListEgress", 200, "{}");

  result = c->sync (fixture, NULL, &error);
  if (c->kind != LK_EGRESS_CALL_ONCE || is_start)
    {
      g_assert_no_error (error);
      assert_result (c, result);
      g_assert_cmpuint (fake_egress_count (fixture->server, c->method), ==, 3);
    }
  else
    {
      g_assert_null (result);
      g_assert_true (error->domain == domain);
      g_clear_error (&error);
      g_assert_cmpuint (fake_egress_count (fixture->server, c->method), ==, 1);
    }
}

static void
test_connection_lost (Fixture *fixture, gconstpointer data)
{
  const Case *c = data;

  fake_egress_drop (fixture->server, c->method);
  fake_egress_drop (fixture->server, c->method);
  assert_after_loss (fixture, c, G_IO_ERROR);
}

/* Something before the server lost the answer. */
static void
test_bad_gateway (Fixture *fixture, gconstpointer data)
{
  const Case *c = data;

  fake_egress_reply (fixture->server, c->method, 502, "upstream went away");
  fake_egress_reply (fixture->server, c->method, 504, "upstream is slow");
  assert_after_loss (fixture, c, LK_EGRESS_ERROR);
}

/* What is wrong with the answer. */
static void
test_garbage (Fixture *fixture, gconstpointer data)
{
  const Case *c = data;
  guint sends = set_look (fixture, c, "{\"items\":7}");
  GError *error = NULL;

  g_object_set (fixture->client, "wire-format", LK_EGRESS_WIRE_FORMAT_JSON, NULL);
  fake_egress_always (fixture->server, c->method, 200, "{\"items\":7,\"status\":[]}");

  g_assert_null (c->sync (fixture, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_BAD_REPLY);
  g_assert_nonnull (strstr (error->message, c->method));
  g_clear_error (&error);
  g_assert_cmpuint (fake_egress_count (fixture->server, c->method), ==, sends);
}

/* An egress of more than a megabyte, alone or in a listing. */
static void
test_too_large (Fixture *fixture, gconstpointer data)
{
  const Case *c = data;
  g_autofree char *details = g_strnfill (1024 * 1024, 'x');
  g_autofree char *info
      = g_strdup_printf ("{\"egress_id\":\"" ID "\",\"details\":\"%s\"}", details);
  g_autofree char *list = fake_egress_list (info, NULL);
  gboolean listed = g_str_equal (c->method, "ListEgress");
  guint sends = set_look (fixture, c, "{\"items\":7}");

  fake_egress_always (fixture->server, c->method, 200, listed ? list : info);

  for (guint json = 0; json < 2; json++)
    {
      GError *error = NULL;

      g_object_set (fixture->client, "wire-format", json, NULL);
      g_assert_null (c->sync (fixture, NULL, &error));
      g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_BAD_REPLY);
      g_assert_nonnull (strstr (error->message, "1048576 is the most"));
      g_clear_error (&error);
      g_assert_cmpuint (fake_egress_count (fixture->server, c->method), ==, sends * (json + 1));
    }
}

/* A body that is empty, as one in chunks is that was cut before the first, or that names none, is
 * no answer of what has one egress for answer. */
static void
test_no_id (Fixture *fixture, gconstpointer data)
{
  const Case *c = data;
  static const char *const replies[]
      = { "{}", "{\"room_name\":\"demo\"}", "{\"egress_id\":\"\\u0000\"}" };

  guint sends;

  if (g_str_equal (c->method, "ListEgress"))
    return;
  sends = set_look (fixture, c, "{\"items\":7}");

  for (guint i = 0; i < 2 * G_N_ELEMENTS (replies); i++)
    {
      GError *error = NULL;

      g_object_set (fixture->client, "wire-format", i % 2, NULL);
      fake_egress_always (fixture->server, c->method, 200, replies[i / 2]);
      g_assert_null (c->sync (fixture, NULL, &error));
      g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_BAD_REPLY);
      g_assert_nonnull (strstr (error->message, c->method));
      g_clear_error (&error);
      g_assert_cmpuint (fake_egress_count (fixture->server, c->method), ==, sends * (i + 1));
    }
}

static void
test_timeout (Fixture *fixture, gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GCancellable) unused = g_cancellable_new ();
  guint sends = set_look (fixture, c, "{}");
  GError *error = NULL;

  g_object_set (fixture->client, "timeout", 50, NULL);
  for (guint i = 0; i < sends; i++)
    fake_egress_cancel (fixture->server, c->method, unused);

  g_assert_null (c->sync (fixture, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&error);
  g_assert_cmpuint (fake_egress_count (fixture->server, c->method), ==, sends);
}

static void
test_read_recovers (Fixture *fixture, gconstpointer data)
{
  g_autofree char *busy = fake_egress_error ("resource_exhausted", "slowly");
  g_autofree char *broken = fake_egress_error ("internal", "oops");
  g_autoptr (LkEgressInfo) info = NULL;
  GError *error = NULL;

  /* The date is long past, the time is not a minute: neither may hold the test up. */
  fake_egress_reply_retry_after (fixture->server, "ListEgress", 429, busy,
                                 "Wed, 21 Oct 2015 07:28:00 GMT");
  fake_egress_reply_retry_after (fixture->server, "ListEgress", 500, broken,
                                 "99999999999999999999");
  fake_egress_reply_recorded (fixture->server, "ListEgress", "v2_list_active");

  info = lk_egress_client_get (fixture->client, ID, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (lk_egress_info_get_status (info), ==, LK_EGRESS_STATUS_ACTIVE);
  g_assert_cmpuint (fake_egress_count (fixture->server, "ListEgress"), ==, 3);
}

/* A pause that would last beyond the timeout is not begun. */
static void
test_retry_after_beyond_timeout (Fixture *fixture, gconstpointer data)
{
  g_autofree char *busy = fake_egress_error ("unavailable", "later");
  GError *error = NULL;

  lk_egress_client_set_time_scale (fixture->client, 1);
  g_object_set (fixture->client, "timeout", 5000, NULL);
  fake_egress_reply_retry_after (fixture->server, "ListEgress", 503, busy, "7");

  g_assert_null (lk_egress_client_get (fixture->client, ID, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  g_assert_cmpuint (fake_egress_count (fixture->server, "ListEgress"), ==, 1);
}

static void
feed_nothing (LkEgressCall *call, GBytes *reply, const GError *error, gpointer data)
{
  lk_egress_call_return_error (call, g_error_copy (error));
}

/* The two ends of a call by hand: how long the pauses between tries of a read are. */
static void
test_pauses (Fixture *fixture, gconstpointer data)
{
  static const guint pauses[] = { 200, 400 };
  g_autoptr (LkEgressCall) call = NULL;
  SoupMessage *message;
  guint milliseconds;

  lk_egress_client_set_time_scale (fixture->client, 1);
  call = lk_egress_client_new_call (fixture->client, feed_nothing, NULL, NULL);
  lk_egress_operation_send_get (call, 0, ID);

  for (guint i = 0; i < G_N_ELEMENTS (pauses); i++)
    {
      g_assert_cmpint (lk_egress_call_next (call, &message, &milliseconds), ==,
                       LK_EGRESS_STEP_SEND);
      g_assert_cmpuint (milliseconds, <=, 60000);
      lk_egress_call_feed (
          call, NULL, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "closed"));
      g_assert_cmpint (lk_egress_call_next (call, &message, &milliseconds), ==,
                       LK_EGRESS_STEP_WAIT);
      g_assert_cmpuint (milliseconds, ==, pauses[i]);
    }

  g_assert_cmpint (lk_egress_call_next (call, &message, &milliseconds), ==, LK_EGRESS_STEP_SEND);
  lk_egress_call_feed (call, NULL,
                       g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "closed"));
  g_assert_cmpint (lk_egress_call_next (call, &message, &milliseconds), ==, LK_EGRESS_STEP_DONE);
}

static void
test_get_unknown (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  fake_egress_reply_recorded (fixture->server, "ListEgress", "list_by_id_unknown");
  g_assert_null (lk_egress_client_get (fixture->client, "EG_nope", NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
  g_assert_cmpuint (lk_egress_error_get_http_status (error), ==, 404);
  g_clear_error (&error);

  /* A server that ignores the filter. */
  fake_egress_reply_recorded (fixture->server, "ListEgress", "v2_list_active");
  g_assert_null (lk_egress_client_get (fixture->client, "EG_nope", NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "EG_nope"));
  g_clear_error (&error);
}

static void
test_empty_id (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  g_assert_null (lk_egress_client_get (fixture->client, "", NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (lk_egress_client_stop (fixture->client, "", NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_cmpuint (fake_egress_count (fixture->server, "ListEgress"), ==, 0);
}

static void
test_stop_ended (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressInfo) info = NULL;
  GError *error = NULL;

  fake_egress_reply_recorded (fixture->server, "StopEgress", "v2_stop_after_end");
  fake_egress_reply_recorded (fixture->server, "ListEgress", "v2_list_end");
  info = lk_egress_client_stop (fixture->client, ID, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (lk_egress_info_get_status (info), ==, LK_EGRESS_STATUS_COMPLETE);

  /* Refused for another reason. */
  for (guint i = 0; i < 3; i++)
    {
      fake_egress_reply_recorded (fixture->server, "StopEgress", "v2_stop_after_end");
      fake_egress_reply_recorded (fixture->server, "ListEgress", "v2_list_active");
    }
  g_assert_null (lk_egress_client_stop (fixture->client, ID, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_FAILED_PRECONDITION);
  g_assert_cmpuint (lk_egress_error_get_http_status (error), ==, 412);
  g_clear_error (&error);
}

/* The answer is about an egress that nobody asked for: what was asked for goes on, or has ended. */
static void
test_stop_another (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressInfo) info = NULL;
  GError *error = NULL;

  for (guint i = 0; i < 3; i++)
    fake_egress_reply_info (fixture->server, "StopEgress", "EG_another", "ENDING", 2);
  fake_egress_always_list (fixture->server, ID, "ACTIVE", 1);
  g_assert_null (lk_egress_client_stop (fixture->client, ID, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_BAD_REPLY);
  g_assert_nonnull (strstr (error->message, "another egress"));
  g_clear_error (&error);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 3);

  fake_egress_reply_info (fixture->server, "StopEgress", "EG_another", "ENDING", 2);
  fake_egress_always_list (fixture->server, ID, "COMPLETE", 3);
  info = lk_egress_client_stop (fixture->client, ID, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (lk_egress_info_get_egress_id (info), ==, ID);
}

/* As a job does it: a worker that waits for its media hears nothing, and is asked until it does. */
static void
test_stop_starting (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressInfo) info = NULL;
  g_autofree char *deaf = fake_egress_error ("deadline_exceeded", "request timed out");
  GError *error = NULL;

  for (guint i = 0; i < 7; i++)
    fake_egress_reply (fixture->server, "StopEgress", 408, deaf);
  fake_egress_reply_info (fixture->server, "StopEgress", ID, "ENDING", 2);
  fake_egress_always_list (fixture->server, ID, "STARTING", 1);
  info = lk_egress_client_stop (fixture->client, ID, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (lk_egress_info_get_status (info), ==, LK_EGRESS_STATUS_ENDING);

  /* But not for ever. */
  fake_egress_always (fixture->server, "StopEgress", 408, deaf);
  g_assert_null (lk_egress_client_stop (fixture->client, ID, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_DEADLINE_EXCEEDED);
  g_clear_error (&error);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StopEgress"), ==, 8 + 16);
}

/* The client may go while its call is under way. */
static void
test_client_dropped (void)
{
  g_autoptr (FakeEgress) server = fake_egress_new ();
  g_auto (FakeWait) wait = { NULL };
  g_autoptr (LkEgressInfo) info = NULL;
  LkEgressClient *client = fake_egress_new_client (server);
  GError *error = NULL;

  fake_egress_reply_recorded (server, "ListEgress", "v2_list_active");
  lk_egress_client_get_async (client, ID, NULL, fake_wait_done, &wait);
  g_object_unref (client);
  fake_wait_for (&wait);
  info = lk_egress_client_get_finish (client, wait.result, &error);
  g_assert_no_error (error);
  g_assert_nonnull (info);
}

static void
test_bad_address (void)
{
  g_autoptr (LkEgressCredentials) credentials = lk_egress_credentials_new_for_token ("a.b.c");
  g_autoptr (LkEgressClient) client = NULL;
  g_autoptr (LkEgressClient) hollow = NULL;
  g_autoptr (LkEgressListing) listing = NULL;
  g_autofree char *url = NULL;
  GError *error = NULL;

  client = lk_egress_client_new ("ftp://127.0.0.1", credentials, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_null (client);
  g_clear_error (&error);

  client = lk_egress_client_new (NULL, credentials, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "LIVEKIT_URL"));
  g_assert_null (client);
  g_clear_error (&error);

  hollow = g_object_new (LK_EGRESS_TYPE_CLIENT, NULL);
  listing = lk_egress_client_list (hollow, NULL, FALSE, NULL, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_null (listing);
  g_clear_error (&error);
  g_object_get (hollow, "url", &url, NULL);
  g_assert_null (url);
}

static void
test_properties (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressCredentials) credentials = lk_egress_credentials_new_for_token ("a.b.c");
  g_autoptr (LkEgressClient) client = NULL;
  g_autofree char *url = NULL;
  guint timeout;
  gboolean validate;
  LkEgressApiLevel level;
  LkEgressWireFormat format;
  GError *error = NULL;

  client = lk_egress_client_new ("wss://livekit.example.org/lk", credentials, &error);
  g_assert_no_error (error);
  g_object_get (client, "url", &url, "timeout", &timeout, "validate", &validate, "api-level",
                &level, "wire-format", &format, NULL);
  g_assert_cmpstr (url, ==, "https://livekit.example.org/lk");
  g_assert_cmpuint (timeout, ==, 60000);
  g_assert_true (validate);
  g_assert_cmpint (level, ==, LK_EGRESS_API_LEVEL_AUTO);
  g_assert_cmpint (format, ==, LK_EGRESS_WIRE_FORMAT_PROTOBUF);
}

/* Each property has a function that reads it. */
static void
test_getters (void)
{
  g_autoptr (LkEgressCredentials) credentials
      = lk_egress_credentials_new_for_key ("k", "secret-secret-secret-secret-secret");
  g_autoptr (GProxyResolver) resolver = g_simple_proxy_resolver_new (NULL, NULL);
  g_autoptr (LkEgressClient) client
      = g_object_new (LK_EGRESS_TYPE_CLIENT, "url", "ws://127.0.0.1:1", "credentials", credentials,
                      "proxy-resolver", resolver, "api-level", LK_EGRESS_API_LEVEL_V2,
                      "wire-format", LK_EGRESS_WIRE_FORMAT_JSON, "timeout", 7, "call-timeout", 8,
                      "validate", FALSE, "failover", FALSE, NULL);
  g_autoptr (LkEgressClient) nowhere = g_object_new (LK_EGRESS_TYPE_CLIENT, "url", "x", NULL);
  g_autoptr (LkEgressCredentials) read = NULL;

  g_assert_cmpstr (lk_egress_client_get_url (client), ==, "http://127.0.0.1:1");
  g_assert_true (lk_egress_client_get_credentials (client) == credentials);
  g_assert_cmpint (lk_egress_client_get_api_level (client), ==, LK_EGRESS_API_LEVEL_V2);
  g_assert_cmpint (lk_egress_client_get_wire_format (client), ==, LK_EGRESS_WIRE_FORMAT_JSON);
  g_assert_cmpuint (lk_egress_client_get_timeout (client), ==, 7);
  g_assert_cmpuint (lk_egress_client_get_call_timeout (client), ==, 8);
  g_assert_false (lk_egress_client_get_validate (client));
  g_assert_false (lk_egress_client_get_failover (client));
  g_assert_true (lk_egress_client_get_proxy_resolver (client) == resolver);
  g_assert_null (lk_egress_client_get_tls_database (client));
  g_assert_null (lk_egress_client_get_url (nowhere));

  g_object_get (client, "credentials", &read, NULL);
  g_assert_true (read == credentials);
}

static void
add_cases (const char *name, void (*test) (Fixture *, gconstpointer))
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/client/%s/%s", cases[i].name, name);

      g_test_add (path, Fixture, &cases[i], set_up, test, tear_down);
    }
}

#define ADD(name, test) g_test_add ("/client/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_unsetenv ("LIVEKIT_URL");

  add_cases ("call", test_call);
  add_cases ("cancel-before", test_cancel_before);
  add_cases ("cancel-during", test_cancel_during);
  add_cases ("error", test_error);
  add_cases ("unavailable", test_unavailable);
  add_cases ("connection-lost", test_connection_lost);
  add_cases ("bad-gateway", test_bad_gateway);
  add_cases ("garbage", test_garbage);
  add_cases ("too-large", test_too_large);
  add_cases ("no-id", test_no_id);
  add_cases ("timeout", test_timeout);
  ADD ("read-recovers", test_read_recovers);
  ADD ("retry-after-beyond-timeout", test_retry_after_beyond_timeout);
  ADD ("pauses", test_pauses);
  ADD ("get-unknown", test_get_unknown);
  ADD ("empty-id", test_empty_id);
  ADD ("stop-ended", test_stop_ended);
  ADD ("stop-another", test_stop_another);
  ADD ("stop-starting", test_stop_starting);
  ADD ("properties", test_properties);
  g_test_add_func ("/client/getters", test_getters);
  g_test_add_func ("/client/client-dropped", test_client_dropped);
  g_test_add_func ("/client/bad-address", test_bad_address);

  return g_test_run ();
}
