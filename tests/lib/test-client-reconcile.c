/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which egress is taken for the one of a start whose answer was lost. */

#include "lost-start.h"

static void
test_adopted (LostStart *fixture, gconstpointer data)
{
  for (guint json = 0; json < 2; json++)
    {
      g_autofree char *request_id = NULL;

      lost_start_tear_down (fixture, data);
      lost_start_set_up (fixture, data);
      g_object_set (fixture->client, "wire-format", json, NULL);
      fake_egress_drop (fixture->server, "StartEgress");
      lost_start_list_decoys (fixture, TRUE);

      lost_start_assert_id (fixture, LOST_START_ID);
      lost_start_assert_count (fixture, "StartEgress", 1);
      lost_start_assert_count (fixture, "ListEgress", 1);
      /* One that failed at once is of interest too. */
      fake_egress_assert_request (fixture->server, "ListEgress", 0, "{\"room_name\":\"demo\"}");
      request_id
          = fake_egress_dup_header (fixture->server, "StartEgress", 0, "X-Livekit-Request-Id");
      g_assert_true (g_uuid_string_is_valid (request_id));
    }
}

/* By whatever clock, none of the others is taken for it. */
static void
test_decoys (LostStart *fixture, gconstpointer data)
{
  static const gint64 clocks[] = { 0, 3600, -3600 };

  for (guint i = 0; i < G_N_ELEMENTS (clocks); i++)
    {
      lost_start_tear_down (fixture, data);
      lost_start_set_up (fixture, data);
      fixture->clock = clocks[i];
      fake_egress_set_clock (fixture->server, clocks[i]);
      fake_egress_drop (fixture->server, "StartEgress");
      fake_egress_reply_info (fixture->server, "StartEgress", "EG_again", "STARTING", 1);
      lost_start_list_decoys (fixture, FALSE);

      lost_start_assert_id (fixture, "EG_again");
      lost_start_assert_count (fixture, "StartEgress", 2);
    }
}

/* An egress that another start was answered with is not the one. */
static void
test_known (LostStart *fixture, gconstpointer data)
{
  g_autofree char *first = lost_start_make_egress (fixture, "EG_first", 0.5, LOST_START_REQUEST);
  g_autofree char *ours = lost_start_make_egress (fixture, LOST_START_ID, 0, LOST_START_REQUEST);
  g_autofree char *first_only = fake_egress_list (first, NULL);
  g_autofree char *both = fake_egress_list (first, ours, NULL);

  fake_egress_reply (fixture->server, "StartEgress", 200, first);
  lost_start_assert_id (fixture, "EG_first");

  fake_egress_drop (fixture->server, "StartEgress");
  fake_egress_reply (fixture->server, "ListEgress", 200, first_only);
  fake_egress_always (fixture->server, "ListEgress", 200, both);
  lost_start_assert_id (fixture, LOST_START_ID);
  lost_start_assert_count (fixture, "StartEgress", 2);
  lost_start_assert_count (fixture, "ListEgress", 2);

  /* Nor is one that was found before. */
  fake_egress_drop (fixture->server, "StartEgress");
  fake_egress_reply_info (fixture->server, "StartEgress", "EG_third", "STARTING", 1);
  lost_start_assert_id (fixture, "EG_third");
  lost_start_assert_count (fixture, "StartEgress", 4);
}

static void
test_newest (LostStart *fixture, gconstpointer data)
{
  g_autofree char *first = lost_start_make_egress (fixture, "EG_first", -2, LOST_START_REQUEST);
  g_autofree char *ours = lost_start_make_egress (fixture, LOST_START_ID, 0.1, LOST_START_REQUEST);
  g_autofree char *second = lost_start_make_egress (fixture, "EG_second", -1, LOST_START_REQUEST);
  g_autofree char *list = fake_egress_list (first, ours, second, NULL);

  fake_egress_drop (fixture->server, "StartEgress");
  fake_egress_always (fixture->server, "ListEgress", 200, list);
  lost_start_assert_id (fixture, LOST_START_ID);
}

/* The clocks differ by an hour, either way. */
static void
test_clock_skew (LostStart *fixture, gconstpointer data)
{
  static const gint64 clocks[] = { 3600, -3600 };

  for (guint i = 0; i < G_N_ELEMENTS (clocks); i++)
    {
      lost_start_tear_down (fixture, data);
      lost_start_set_up (fixture, data);
      fixture->clock = clocks[i];
      fake_egress_set_clock (fixture->server, clocks[i]);
      fake_egress_drop (fixture->server, "StartEgress");
      lost_start_list_decoys (fixture, TRUE);

      lost_start_assert_id (fixture, LOST_START_ID);
      lost_start_assert_count (fixture, "StartEgress", 1);
    }
}

/* A server that does not say what time it is: then it should be the same as here. */
static void
test_no_date (LostStart *fixture, gconstpointer data)
{
  fake_egress_unset_clock (fixture->server);
  fake_egress_drop (fixture->server, "StartEgress");
  lost_start_list_decoys (fixture, TRUE);
  lost_start_assert_id (fixture, LOST_START_ID);

  fake_egress_drop (fixture->server, "StartEgress");
  fake_egress_reply_info (fixture->server, "StartEgress", "EG_again", "STARTING", 1);
  lost_start_list_decoys (fixture, FALSE);
  lost_start_assert_id (fixture, "EG_again");
}

/* The worker takes its time to register. */
static void
test_late (LostStart *fixture, gconstpointer data)
{
  fake_egress_drop (fixture->server, "StartEgress");
  for (guint i = 1; i < LOST_START_LOOKS; i++)
    fake_egress_reply (fixture->server, "ListEgress", 200, "{}");
  lost_start_list (fixture, "egress", LOST_START_REQUEST, "");

  lost_start_assert_id (fixture, LOST_START_ID);
  lost_start_assert_count (fixture, "StartEgress", 1);
  lost_start_assert_count (fixture, "ListEgress", LOST_START_LOOKS);
}

static void
test_on_second_page (LostStart *fixture, gconstpointer data)
{
  fake_egress_drop (fixture->server, "StartEgress");
  fake_egress_reply (fixture->server, "ListEgress", 200,
                     "{\"next_page_token\":{\"token\":\"two\"}}");
  lost_start_list (fixture, "egress", LOST_START_REQUEST, "");

  lost_start_assert_id (fixture, LOST_START_ID);
  fake_egress_assert_request (fixture->server, "ListEgress", 1,
                              "{\"room_name\":\"demo\",\"page_token\":{\"token\":\"two\"}}");
}

/* The older calls. */
static void
test_v1 (LostStart *fixture, gconstpointer data)
{
  g_object_set (fixture->client, "api-level", LK_EGRESS_API_LEVEL_V1, NULL);
  fake_egress_drop (fixture->server, "StartParticipantEgress");
  lost_start_list (fixture, "participant", LOST_START_V1_REQUEST, "");
  lost_start_assert_id (fixture, LOST_START_ID);
  lost_start_assert_count (fixture, "StartParticipantEgress", 1);
}

/* The loss comes after the fall back, which is remembered. */
static void
test_fallback (LostStart *fixture, gconstpointer data)
{
  fake_egress_reply_recorded (fixture->server, "StartEgress", "bad_method");
  fake_egress_drop (fixture->server, "StartParticipantEgress");
  lost_start_list (fixture, "participant", LOST_START_V1_REQUEST, "");
  lost_start_assert_id (fixture, LOST_START_ID);
  lost_start_assert_count (fixture, "StartParticipantEgress", 1);

  fake_egress_reply_info (fixture->server, "StartParticipantEgress", "EG_2", "STARTING", 1);
  lost_start_assert_id (fixture, "EG_2");
  lost_start_assert_count (fixture, "StartEgress", 1);
}

/* The loss comes before. */
static void
test_fallback_later (LostStart *fixture, gconstpointer data)
{
  g_autofree char *first_id = NULL;
  g_autofree char *last_id = NULL;

  fake_egress_drop (fixture->server, "StartEgress");
  fake_egress_reply_recorded (fixture->server, "StartEgress", "bad_method");
  fake_egress_drop (fixture->server, "StartParticipantEgress");
  fake_egress_reply_info (fixture->server, "StartParticipantEgress", LOST_START_ID, "STARTING", 1);
  fake_egress_always (fixture->server, "ListEgress", 200, "{}");
  lost_start_assert_id (fixture, LOST_START_ID);
  lost_start_assert_count (fixture, "StartEgress", 2);
  lost_start_assert_count (fixture, "StartParticipantEgress", 2);

  first_id = fake_egress_dup_header (fixture->server, "StartEgress", 0, "X-Livekit-Request-Id");
  last_id = fake_egress_dup_header (fixture->server, "StartParticipantEgress", 1,
                                    "X-Livekit-Request-Id");
  g_assert_cmpstr (first_id, ==, last_id);
}

/* A web page belongs to no room. */
static void
test_web (LostStart *fixture, gconstpointer data)
{
  g_object_unref (fixture->request);
  fixture->request = lk_egress_request_new_web ("https://example.org/?token=secret");
  lk_egress_request_add_stream (fixture->request, LK_EGRESS_STREAM_PROTOCOL_SRT,
                                "srt://127.0.0.1:9721");
  fake_egress_drop (fixture->server, "StartEgress");
  lost_start_list (fixture, "egress",
                   "{\"web\":{\"url\":\"https://example.org/?token=secret\"},"
                   "\"outputs\":[{\"stream\":{\"protocol\":\"SRT\",\"urls\":"
                   "[\"srt://127.0.0.1:9721\"]}}]}",
                   "");
  lost_start_assert_id (fixture, LOST_START_ID);
  fake_egress_assert_request (fixture->server, "ListEgress", 0, "{}");
}

/* Pages that differ by their query only are different pages, and that is shown. */
static void
test_other_page (LostStart *fixture, gconstpointer data)
{
  g_object_unref (fixture->request);
  fixture->request = lk_egress_request_new_web ("https://example.org/?meeting=1");
  lk_egress_request_add_stream (fixture->request, LK_EGRESS_STREAM_PROTOCOL_SRT,
                                "srt://127.0.0.1:9721");
  fake_egress_drop (fixture->server, "StartEgress");
  fake_egress_reply_info (fixture->server, "StartEgress", "EG_again", "STARTING", 1);
  lost_start_list (fixture, "egress",
                   "{\"web\":{\"url\":\"https://example.org/?meeting=2\"},"
                   "\"outputs\":[{\"stream\":{\"protocol\":\"SRT\",\"urls\":"
                   "[\"srt://127.0.0.1:9721\"]}}]}",
                   "");
  lost_start_assert_id (fixture, "EG_again");
}

/* Servers show secrets covered in their own way, and the addresses of SRT also as they are. */
static void
test_secrets (LostStart *fixture, gconstpointer data)
{
#define SECRET_REQUEST(protocol, url)                                                              \
  "{\"room_name\":\"demo\",\"media\":{\"participant_video\":{\"identity\":\"alice\"},"             \
  "\"audio\":{\"routes\":[{\"participant_identity\":\"alice\"}]}},"                                \
  "\"outputs\":[{\"stream\":{\"protocol\":\"" protocol "\",\"urls\":[\"" url "\"]}}]}"
#define RESULT(url) ",\"stream_results\":[{\"url\":\"" url "\"}]"
  static const struct
  {
    const char *sent;
    const char *request;
    const char *more;
    gboolean ours;
  } cases[] = {
    { "srt://h:1?passphrase=0123456789", SECRET_REQUEST ("SRT", "srt://h:1?passphrase={...}"),
      RESULT ("srt://h:1?passphrase=0123456789"), TRUE },
    { "srt://h:1?passphrase=0123456789",
      SECRET_REQUEST ("SRT", "srt://h:1?passphrase={passphrase}"), "", TRUE },
    { "srt://h:1?passphrase=0123456789", SECRET_REQUEST ("SRT", "srt://h:1?passphrase=0123456789"),
      "", TRUE },
    { "srt://h:1?passphrase=0123456789", SECRET_REQUEST ("SRT", "srt://h:1?passphrase={...}"),
      RESULT ("srt://h:1?passphrase=9876543210"), FALSE },
    { "srt://h:1?passphrase=0123456789", SECRET_REQUEST ("SRT", "srt://h:2?passphrase={...}"), "",
      FALSE },
    { "rtmp://h/app/secretkey", SECRET_REQUEST ("RTMP", "rtmp://h/app/{sec...key}"),
      RESULT ("rtmp://h/app/{sec...key}"), TRUE },
    { "rtmp://h/app/secretkey", SECRET_REQUEST ("RTMP", "rtmp://h/app/{sec...yek}"), "", FALSE },
    { "mux://secretkey", SECRET_REQUEST ("RTMP", "mux://{sec...key}"),
      RESULT ("rtmps://global-live.mux.com:443/app/{sec...key}"), TRUE },
    /* What follows the last slash is the key to the server, whatever it is. */
    { "rtmp://h/app/secretkey?sign=0123", SECRET_REQUEST ("RTMP", "rtmp://h/app/{sec...123}"),
      RESULT ("rtmp://h/app/{sec...123}"), TRUE },
    { "rtmp://h/app/secretkey?sign=ab/cd",
      SECRET_REQUEST ("RTMP", "rtmp://h/app/secretkey?sign=ab/{...}"), "", TRUE },
    { "rtmp://h/app/secretkey?sign=0123", SECRET_REQUEST ("RTMP", "rtmp://h/app/{sec...124}"), "",
      FALSE },
    { "rtmp://h/app/", SECRET_REQUEST ("RTMP", "rtmp://h/app/{...}"), "", TRUE },
    { "srt://h:1?passphrase=0123456789", SECRET_REQUEST ("SRT", "srt://h:1?passphrase=9876543210"),
      "", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      LkEgressStreamProtocol protocol = g_str_has_prefix (cases[i].sent, "srt")
                                            ? LK_EGRESS_STREAM_PROTOCOL_SRT
                                            : LK_EGRESS_STREAM_PROTOCOL_RTMP;

      lost_start_tear_down (fixture, data);
      lost_start_set_up (fixture, data);
      g_object_unref (fixture->request);
      fixture->request = lk_egress_request_new_participant ("demo", "alice");
      lk_egress_request_add_stream (fixture->request, protocol, cases[i].sent);
      fake_egress_drop (fixture->server, "StartEgress");
      fake_egress_reply_info (fixture->server, "StartEgress", "EG_again", "STARTING", 1);
      lost_start_list (fixture, "egress", cases[i].request, cases[i].more);
      lost_start_assert_id (fixture, cases[i].ours ? LOST_START_ID : "EG_again");
    }
}

/* A storage is covered otherwise by the server than by this library. */
static void
test_storage (LostStart *fixture, gconstpointer data)
{
  g_autoptr (LkEgressS3Storage) s3
      = lk_egress_s3_storage_new ("bucket", "AKIDEXAMPLE", "wJalrXUtnFEMI");
  g_autoptr (LkEgressStorage) storage = lk_egress_storage_new_s3 (s3);
  g_autoptr (LkEgressFileOutput) file = lk_egress_file_output_new ("a-{time}.mp4");
  g_autoptr (LkEgressOutput) output = lk_egress_output_new_file (file);

  g_object_set (s3, "assume-role-arn", "arn:aws:iam::123456789012:role/recorder",
                "assume-role-external-id", "external", NULL);
  g_object_unref (fixture->request);
  fixture->request = lk_egress_request_new_participant ("demo", "alice");
  lk_egress_request_add_output (fixture->request, output);
  g_object_set (fixture->request, "storage", storage, NULL);
  fake_egress_drop (fixture->server, "StartEgress");
  lost_start_list (
      fixture, "egress",
      "{\"room_name\":\"demo\",\"media\":{\"participant_video\":{\"identity\":\"alice\"},"
      "\"audio\":{\"routes\":[{\"participant_identity\":\"alice\"}]}},"
      "\"outputs\":[{\"file\":{\"filepath\":\"a-{time}.mp4\"}}],"
      "\"storage\":{\"s3\":{\"access_key\":\"{access_key}\",\"secret\":\"{secret}\","
      "\"assume_role_arn\":\"arn:aws:iam::123456789012:role/recorder\","
      "\"assume_role_external_id\":\"{external_id}\","
      "\"bucket\":\"bucket\"}}}",
      "");
  lost_start_assert_id (fixture, LOST_START_ID);
}

/* What the real server showed of requests that it had taken. */

static LkEgressRequest *
new_recorded_v2 (void)
{
  static const char recorded[] = "CgRkZW1vIg0SBwoFYWxpY2UaAggBKAA6JBoiEggvb3V0L3NlZxoJcGxheS5tM3U4"
                                 "IAJaCWxpdmUubTN1ODoaEhgIAhIUc3J0Oi8vMTI3LjAuMC4xOjk3MjE=";
  gsize length;
  guchar *data = g_base64_decode (recorded, &length);
  g_autoptr (GBytes) bytes = g_bytes_new_take (data, length);

  return LK_EGRESS_REQUEST (lk_egress_message_new_from_bytes (LK_EGRESS_TYPE_REQUEST, bytes, NULL));
}

static LkEgressRequest *
new_recorded_composite (void)
{
  LkEgressRequest *request = lk_egress_request_new_room_composite ("demo", "grid");

  g_object_set (request, "preset", LK_EGRESS_ENCODING_PRESET_H264_720P_30, NULL);
  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, "srt://127.0.0.1:9741");

  return request;
}

static void
add_file (LkEgressRequest *request, LkEgressFileType type, const char *path)
{
  g_autoptr (LkEgressFileOutput) file = lk_egress_file_output_new (path);
  g_autoptr (LkEgressOutput) output = lk_egress_output_new_file (file);

  g_object_set (file, "file-type", type, NULL);
  lk_egress_request_add_output (request, output);
}

static LkEgressRequest *
new_recorded_tracks (void)
{
  LkEgressRequest *request
      = lk_egress_request_new_track_composite ("demo", "TR_AMBtyq4Mhryqz2", "TR_VCb4wCpxnTCsGr");

  g_object_set (request, "preset", LK_EGRESS_ENCODING_PRESET_H264_720P_30, NULL);
  add_file (request, LK_EGRESS_FILE_TYPE_MP4, "/out/tc-{time}.mp4");

  return request;
}

static LkEgressRequest *
new_recorded_web (void)
{
  LkEgressRequest *request = lk_egress_request_new_web ("http://127.0.0.1:7980/");

  add_file (request, LK_EGRESS_FILE_TYPE_DEFAULT, "/out/web-{time}.mp4");

  return request;
}

static LkEgressRequest *
new_recorded_participant (void)
{
  LkEgressRequest *request = lk_egress_request_new_participant ("demo", "nobody");

  add_file (request, LK_EGRESS_FILE_TYPE_DEFAULT, "/out/n.mp4");

  return request;
}

static void
test_recorded (LostStart *fixture, gconstpointer data)
{
  static const struct
  {
    LkEgressRequest *(*make) (void);
    LkEgressApiLevel level;
    const char *method;
    const char *listing;
    gint64 started_at; /* seconds */
    const char *egress_id;
  } cases[] = {
    { new_recorded_v2, LK_EGRESS_API_LEVEL_V2, "StartEgress", "v2_list_active", 1795430246,
      "EG_JCK9YZeup5SB" },
    { new_recorded_composite, LK_EGRESS_API_LEVEL_V1, "StartRoomCompositeEgress",
      "room_composite_active", 1795431437, "EG_eNMB2KR57sLa" },
    { new_recorded_tracks, LK_EGRESS_API_LEVEL_V1, "StartTrackCompositeEgress",
      "track_composite_active", 1795431448, "EG_jjUr8ihh3qCh" },
    { new_recorded_web, LK_EGRESS_API_LEVEL_V1, "StartWebEgress", "web_end", 1795431466,
      "EG_xC8mpVTSoHsV" },
    { new_recorded_participant, LK_EGRESS_API_LEVEL_V1, "StartParticipantEgress",
      "stop_while_starting_after", 1795431477, "EG_GhynAHVQX65J" },
    { new_recorded_participant, LK_EGRESS_API_LEVEL_V1, "StartParticipantEgress",
      "participant_missing_end", 1795431477, "EG_GhynAHVQX65J" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      lost_start_tear_down (fixture, data);
      lost_start_set_up (fixture, data);
      g_object_unref (fixture->request);
      fixture->request = cases[i].make ();
      g_object_set (fixture->client, "api-level", cases[i].level, NULL);
      fake_egress_set_clock (fixture->server,
                             cases[i].started_at - g_get_real_time () / G_USEC_PER_SEC);
      fake_egress_drop (fixture->server, cases[i].method);
      fake_egress_reply_recorded (fixture->server, "ListEgress", cases[i].listing);
      lost_start_assert_id (fixture, cases[i].egress_id);
    }
}

/* Two starts in threads, both answers lost: each gets an egress of its own. */
static gpointer
start_in_thread (gpointer client)
{
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  g_autoptr (GError) error = NULL;
  LkEgressInfo *info = lk_egress_client_start (client, request, NULL, &error);

  g_assert_no_error (error);

  return info;
}

static void
test_threads (LostStart *fixture, gconstpointer data)
{
  g_autofree char *first = lost_start_make_egress (fixture, "EG_1", 0, LOST_START_REQUEST);
  g_autofree char *second = lost_start_make_egress (fixture, "EG_2", 0, LOST_START_REQUEST);
  g_autofree char *list = fake_egress_list (first, second, NULL);
  g_autoptr (LkEgressInfo) one = NULL;
  g_autoptr (LkEgressInfo) other = NULL;
  GThread *threads[2];

  fake_egress_drop (fixture->server, "StartEgress");
  fake_egress_drop (fixture->server, "StartEgress");
  fake_egress_always (fixture->server, "ListEgress", 200, list);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("start", start_in_thread, fixture->client);
  one = g_thread_join (threads[0]);
  other = g_thread_join (threads[1]);
  g_assert_cmpstr (lk_egress_info_get_egress_id (one), !=, lk_egress_info_get_egress_id (other));
  lost_start_assert_count (fixture, "StartEgress", 2);
}

/* What is remembered is bounded. */
static void
test_claims (LostStart *fixture, gconstpointer data)
{
  for (guint i = 0; i <= LK_EGRESS_CLIENT_MAX_CLAIMS; i++)
    {
      g_autofree char *egress_id = g_strdup_printf ("EG_%u", i);

      g_assert_true (lk_egress_client_claim (fixture->client, egress_id));
      g_assert_false (lk_egress_client_claim (fixture->client, egress_id));
    }
  g_assert_false (lk_egress_client_claim (fixture->client, "EG_1"));
  g_assert_true (lk_egress_client_claim (fixture->client, "EG_0"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  lost_start_add ("/client-reconcile/adopted", test_adopted);
  lost_start_add ("/client-reconcile/decoys", test_decoys);
  lost_start_add ("/client-reconcile/known", test_known);
  lost_start_add ("/client-reconcile/newest", test_newest);
  lost_start_add ("/client-reconcile/clock-skew", test_clock_skew);
  lost_start_add ("/client-reconcile/no-date", test_no_date);
  lost_start_add ("/client-reconcile/late", test_late);
  lost_start_add ("/client-reconcile/on-second-page", test_on_second_page);
  lost_start_add ("/client-reconcile/v1", test_v1);
  lost_start_add ("/client-reconcile/fallback", test_fallback);
  lost_start_add ("/client-reconcile/fallback-later", test_fallback_later);
  lost_start_add ("/client-reconcile/web", test_web);
  lost_start_add ("/client-reconcile/other-page", test_other_page);
  lost_start_add ("/client-reconcile/secrets", test_secrets);
  lost_start_add ("/client-reconcile/storage", test_storage);
  lost_start_add ("/client-reconcile/recorded", test_recorded);
  g_test_add ("/client-reconcile/threads", LostStart, NULL, lost_start_set_up, test_threads,
              lost_start_tear_down);
  g_test_add ("/client-reconcile/claims", LostStart, NULL, lost_start_set_up, test_claims,
              lost_start_tear_down);

  return g_test_run ();
}
