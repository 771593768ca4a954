/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fake-egress.h"

#include "lk-egress-error.h"
#include "lk-egress-validation.h"

#define ID "EG_JCK9YZeup5SB"

typedef struct
{
  FakeEgress *server;
  LkEgressClient *client;
  LkEgressRequest *request;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = fake_egress_new ();
  fixture->client = fake_egress_new_client (fixture->server);
  fixture->request = fake_egress_new_request ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->request);
  g_assert_finalize_object (fixture->client);
  fake_egress_free (fixture->server);
}

static void
test_no_worker (Fixture *fixture, gconstpointer data)
{
  static const char *const urls[] = { "srt://127.0.0.1:9722", NULL };
  g_autoptr (LkEgressStreamUpdate) update = lk_egress_stream_update_new_for_urls (ID, urls, NULL);
  GError *error = NULL;

  fake_egress_reply_recorded (fixture->server, "StartEgress", "start_web_bad_url");
  g_assert_null (lk_egress_client_start (fixture->client, fixture->request, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NO_WORKER);
  g_assert_cmpuint (lk_egress_error_get_http_status (error), ==, 503);
  g_assert_cmpstr (lk_egress_error_get_server_text (error), ==, "no response from servers");
  g_assert_nonnull (strstr (error->message, "Redis"));
  g_assert_nonnull (strstr (error->message, "CPU"));
  g_assert_nonnull (strstr (error->message, "kind of request"));
  g_clear_error (&error);

  /* Only a start needs a free worker. */
  fake_egress_reply_recorded (fixture->server, "UpdateStream", "worker_lost_update");
  g_assert_null (lk_egress_client_update_stream (fixture->client, update, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNAVAILABLE);
  g_clear_error (&error);
}

static void
test_fallback (Fixture *fixture, gconstpointer data)
{
  g_autofree char *info = fake_egress_info (ID, "STARTING", 1);
  GError *error = NULL;

  fake_egress_reply_recorded (fixture->server, "StartEgress", "bad_method");
  fake_egress_always (fixture->server, "StartParticipantEgress", 200, info);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (LkEgressInfo) started
          = lk_egress_client_start (fixture->client, fixture->request, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (lk_egress_info_get_egress_id (started), ==, ID);
    }

  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 1);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartParticipantEgress"), ==, 3);
  fake_egress_assert_request (fixture->server, "StartParticipantEgress", 0,
                              "{\"room_name\":\"demo\",\"identity\":\"alice\",\"stream_outputs\":"
                              "[{\"protocol\":\"SRT\",\"urls\":[\"srt://127.0.0.1:9721\"]}]}");
}

/* An address that knows neither form is not taken for an old server. */
static void
test_fallback_in_vain (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  for (guint i = 0; i < 2; i++)
    {
      fake_egress_reply_recorded (fixture->server, "StartEgress", "bad_method");
      fake_egress_reply_recorded (fixture->server, "StartParticipantEgress", "bad_method");
      g_assert_null (lk_egress_client_start (fixture->client, fixture->request, NULL, &error));
      g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_BAD_ROUTE);
      g_clear_error (&error);
    }

  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 2);
}

/* An old server that refuses the request is an old server all the same. */
static void
test_fallback_refused (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  fake_egress_reply_recorded (fixture->server, "StartEgress", "bad_method");
  for (guint i = 0; i < 2; i++)
    {
      fake_egress_reply_recorded (fixture->server, "StartParticipantEgress", "start_no_room");
      g_assert_null (lk_egress_client_start (fixture->client, fixture->request, NULL, &error));
      g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
      g_clear_error (&error);
    }

  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 1);
}

static void
test_fallback_impossible (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressMediaSource) media = NULL;
  GError *error = NULL;

  g_object_get (fixture->request, "media", &media, NULL);
  g_object_set (media, "audio", NULL, NULL);
  fake_egress_reply_recorded (fixture->server, "StartEgress", "bad_method");

  g_assert_null (lk_egress_client_start (fixture->client, fixture->request, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_SUPPORTED_BY_SERVER);
  g_assert_nonnull (strstr (error->message, "media.audio"));
  g_clear_error (&error);
}

static void
test_api_level (Fixture *fixture, gconstpointer data)
{
  g_autofree char *json = fake_egress_info (ID, "STARTING", 1);
  g_autoptr (LkEgressInfo) info = NULL;
  GError *error = NULL;

  g_object_set (fixture->client, "api-level", LK_EGRESS_API_LEVEL_V2, NULL);
  fake_egress_reply_recorded (fixture->server, "StartEgress", "bad_method");
  g_assert_null (lk_egress_client_start (fixture->client, fixture->request, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_BAD_ROUTE);
  g_clear_error (&error);

  g_object_set (fixture->client, "api-level", LK_EGRESS_API_LEVEL_V1, NULL);
  fake_egress_reply (fixture->server, "StartParticipantEgress", 200, json);
  info = lk_egress_client_start (fixture->client, fixture->request, NULL, &error);
  g_assert_no_error (error);
}

static LkEgressRequest *
new_mixed_request (void)
{
  LkEgressRequest *request = lk_egress_request_new_room_composite ("demo", NULL);
  g_autoptr (LkEgressTemplateSource) source = NULL;

  g_object_get (request, "template", &source, NULL);
  g_object_set (source, "audio-only", TRUE, "audio-mixing",
                LK_EGRESS_AUDIO_MIXING_DUAL_CHANNEL_AGENT, NULL);
  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, "srt://127.0.0.1:9721");

  return request;
}

/* Only the older call has it, so the newer one is not tried; the server is not old for that. */
static void
test_audio_mixing (Fixture *fixture, gconstpointer data)
{
  g_autofree char *json = fake_egress_info (ID, "STARTING", 1);
  g_autoptr (LkEgressRequest) request = new_mixed_request ();
  g_autoptr (LkEgressInfo) mixed = NULL;
  g_autoptr (LkEgressInfo) other = NULL;
  GError *error = NULL;

  fake_egress_reply (fixture->server, "StartRoomCompositeEgress", 200, json);
  mixed = lk_egress_client_start (fixture->client, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 0);
  fake_egress_assert_request (fixture->server, "StartRoomCompositeEgress", 0,
                              "{\"room_name\":\"demo\",\"audio_only\":true,\"stream_outputs\":"
                              "[{\"protocol\":\"SRT\",\"urls\":[\"srt://127.0.0.1:9721\"]}],"
                              "\"audio_mixing\":\"DUAL_CHANNEL_AGENT\"}");

  fake_egress_reply (fixture->server, "StartEgress", 200, json);
  other = lk_egress_client_start (fixture->client, fixture->request, NULL, &error);
  g_assert_no_error (error);

  g_object_set (fixture->client, "api-level", LK_EGRESS_API_LEVEL_V2, NULL);
  g_assert_null (lk_egress_client_start (fixture->client, request, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_SUPPORTED_BY_SERVER);
  g_assert_nonnull (strstr (error->message, "template.audio_mixing"));
  g_clear_error (&error);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 1);
}

static LkEgressRequest *
new_named_request (void)
{
  LkEgressRequest *request = lk_egress_request_new_participant ("demo", "alice");
  g_autoptr (LkEgressMessage) output = NULL;
  GError *error = NULL;

  output = lk_egress_message_new_from_json (
      LK_EGRESS_TYPE_OUTPUT,
      "{\"stream\":{\"protocol\":\"SRT\",\"destinations\":[{\"id\":\"a\",\"url\":\"srt://h:1\"}]}}",
      &error);
  g_assert_no_error (error);
  lk_egress_request_add_output (request, LK_EGRESS_OUTPUT (output));

  return request;
}

/* What came with the newer API is sent in the older form to who asks for it, not to a server that
 * is old. */
static void
test_newer_values (Fixture *fixture, gconstpointer data)
{
  g_autofree char *json = fake_egress_info (ID, "STARTING", 1);
  g_autoptr (LkEgressRequest) request = new_named_request ();
  g_autoptr (LkEgressInfo) plain = NULL;
  g_autoptr (LkEgressInfo) named = NULL;
  GError *error = NULL;

  fake_egress_reply_recorded (fixture->server, "StartEgress", "bad_method");
  fake_egress_always (fixture->server, "StartParticipantEgress", 200, json);

  for (guint i = 0; i < 2; i++)
    {
      /* The second time it is remembered. */
      g_assert_null (lk_egress_client_start (fixture->client, request, NULL, &error));
      g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_SUPPORTED_BY_SERVER);
      g_assert_nonnull (strstr (error->message, "outputs[0].stream.destinations"));
      g_clear_error (&error);

      if (i == 0)
        {
          fake_egress_reply_recorded (fixture->server, "StartEgress", "bad_method");
          plain = lk_egress_client_start (fixture->client, fixture->request, NULL, &error);
          g_assert_no_error (error);
        }
    }
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 2);

  g_object_set (fixture->client, "api-level", LK_EGRESS_API_LEVEL_V1, NULL);
  named = lk_egress_client_start (fixture->client, request, NULL, &error);
  g_assert_no_error (error);
  fake_egress_assert_request (fixture->server, "StartParticipantEgress", 1,
                              "{\"room_name\":\"demo\",\"identity\":\"alice\",\"stream_outputs\":"
                              "[{\"protocol\":\"SRT\",\"destinations\":"
                              "[{\"id\":\"a\",\"url\":\"srt://h:1\"}]}]}");
}

static void
test_start_without_id (Fixture *fixture, gconstpointer data)
{
  GError *error = NULL;

  fake_egress_always (fixture->server, "StartEgress", 200, "{}");
  fake_egress_always (fixture->server, "ListEgress", 200, "{}");
  g_assert_null (lk_egress_client_start (fixture->client, fixture->request, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_BAD_REPLY);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 3);
  g_clear_error (&error);
}

static void
test_validation (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressRequest) request = lk_egress_request_new_participant ("demo", "");
  GError *error = NULL;

  g_assert_null (lk_egress_client_start (fixture->client, request, NULL, &error));
  g_assert_true (error->domain == LK_EGRESS_VALIDATION_ERROR);
  g_clear_error (&error);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), ==, 0);

  g_object_set (fixture->client, "validate", FALSE, NULL);
  fake_egress_reply_recorded (fixture->server, "StartEgress", "start_participant_no_identity");
  g_assert_null (lk_egress_client_start (fixture->client, request, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
}

/* A request belongs to its caller again as soon as the call is begun. */
static void
test_request_changed_meanwhile (Fixture *fixture, gconstpointer data)
{
  g_auto (FakeWait) wait = { NULL };
  g_autoptr (LkEgressInfo) info = NULL;
  g_autofree char *sent = NULL;
  GError *error = NULL;

  fake_egress_reply_recorded (fixture->server, "StartEgress", "v2_start");
  lk_egress_client_start_async (fixture->client, fixture->request, NULL, fake_wait_done, &wait);
  g_object_set (fixture->request, "room-name", "other", NULL);
  info = lk_egress_client_start_finish (fixture->client, fake_wait_for (&wait), &error);
  g_assert_no_error (error);

  sent = fake_egress_dup_request (fixture->server, "StartEgress", 0);
  g_assert_true (g_str_has_prefix (sent, "{\"room_name\":\"demo\""));
}

static gpointer
start_in_thread (gpointer data)
{
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  LkEgressClient *client = data;

  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (LkEgressInfo) info = NULL;
      GError *error = NULL;

      info = lk_egress_client_start (client, request, NULL, &error);
      g_assert_no_error (error);
      g_assert_nonnull (info);
    }

  return NULL;
}

static void
test_threads (Fixture *fixture, gconstpointer data)
{
  g_autofree char *info = fake_egress_info (ID, "STARTING", 1);
  g_autofree char *unknown = fake_egress_error ("unimplemented", "no StartEgress");
  GThread *threads[4];

  fake_egress_always (fixture->server, "StartEgress", 501, unknown);
  fake_egress_always (fixture->server, "StartParticipantEgress", 200, info);

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("start", start_in_thread, fixture->client);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  /* Each thread may find out for itself, once. */
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartEgress"), <=, 4);
  g_assert_cmpuint (fake_egress_count (fixture->server, "StartParticipantEgress"), ==, 20);
}

#define ADD(name, test) g_test_add ("/client-start/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("no-worker", test_no_worker);
  ADD ("fallback", test_fallback);
  ADD ("fallback-in-vain", test_fallback_in_vain);
  ADD ("fallback-refused", test_fallback_refused);
  ADD ("fallback-impossible", test_fallback_impossible);
  ADD ("api-level", test_api_level);
  ADD ("audio-mixing", test_audio_mixing);
  ADD ("newer-values", test_newer_values);
  ADD ("start-without-id", test_start_without_id);
  ADD ("validation", test_validation);
  ADD ("request-changed-meanwhile", test_request_changed_meanwhile);
  ADD ("threads", test_threads);

  return g_test_run ();
}
