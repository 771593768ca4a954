/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-request.h"
#include "lk-test-recorded.h"

static void
assert_json (LkEgressRequest *request, const char *expected)
{
  g_autofree char *json
      = lk_egress_message_to_json (LK_EGRESS_MESSAGE (request), LK_EGRESS_JSON_PROTO_NAMES);

  g_assert_cmpstr (json, ==, expected);
}

static void
test_constructors (void)
{
  g_autoptr (LkEgressRequest) composite = lk_egress_request_new_room_composite ("demo", "grid");
  g_autoptr (LkEgressRequest) plain = lk_egress_request_new_room_composite ("demo", NULL);
  g_autoptr (LkEgressRequest) web = lk_egress_request_new_web ("https://example.org/");
  g_autoptr (LkEgressRequest) participant = lk_egress_request_new_participant ("demo", "alice");
  g_autoptr (LkEgressRequest) tracks
      = lk_egress_request_new_track_composite ("demo", "TR_A", "TR_V");
  g_autoptr (LkEgressRequest) audio = lk_egress_request_new_track_composite ("demo", "TR_A", NULL);
  g_autoptr (LkEgressRequest) video = lk_egress_request_new_track_composite ("demo", NULL, "TR_V");

  assert_json (composite, "{\"room_name\":\"demo\",\"template\":{\"layout\":\"grid\"}}");
  assert_json (plain, "{\"room_name\":\"demo\",\"template\":{}}");
  assert_json (web, "{\"web\":{\"url\":\"https://example.org/\"}}");
  assert_json (participant,
               "{\"room_name\":\"demo\",\"media\":{\"participant_video\":{\"identity\":"
               "\"alice\"},\"audio\":{\"routes\":[{\"participant_identity\":"
               "\"alice\"}]}}}");
  assert_json (tracks, "{\"room_name\":\"demo\",\"media\":{\"video_track_id\":\"TR_V\",\"audio\":{"
                       "\"routes\":[{\"track_id\":\"TR_A\"}]}}}");
  assert_json (audio, "{\"room_name\":\"demo\",\"media\":{\"audio\":{\"routes\":[{\"track_id\":"
                      "\"TR_A\"}]}}}");
  assert_json (video, "{\"room_name\":\"demo\",\"media\":{\"video_track_id\":\"TR_V\"}}");

  g_assert_cmpstr (lk_egress_request_get_room_name (composite), ==, "demo");
  g_assert_null (lk_egress_request_get_room_name (web));
}

static void
test_add_stream (void)
{
  g_autoptr (LkEgressRequest) request = lk_egress_request_new ();

  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, "srt://a:1");
  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, "srt://b:2");
  assert_json (request, "{\"outputs\":[{\"stream\":{\"protocol\":\"SRT\",\"urls\":[\"srt://a:1\","
                        "\"srt://b:2\"]}}]}");

  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_RTMP, "rtmp://a/b/c");
  g_assert_cmpuint (g_list_model_get_n_items (lk_egress_request_get_outputs (request)), ==, 2);
}

#define GOOD ((LkEgressValidationError)-1)

/* A rule of the server by its number, a request, and what is told: the code, the field at the start
 * of the message, and a word of the server. */
typedef struct
{
  const char *rule;
  const char *json;
  LkEgressValidationError code;
  const char *field;
  const char *server_word;
} Row;

#define MEDIA "\"room_name\":\"demo\",\"media\":{\"participant_video\":{\"identity\":\"alice\"}}"
#define AUDIO "\"room_name\":\"demo\",\"media\":{\"audio\":{\"capture_all\":true}}"
#define FILE_OUTPUT "\"outputs\":[{\"file\":{\"filepath\":\"a.mp4\"}}]"
#define URLS(PROTOCOL, ...)                                                                        \
  "{" MEDIA ",\"outputs\":[{\"stream\":{\"protocol\":\"" PROTOCOL "\",\"urls\":[" __VA_ARGS__      \
  "]}}]}"
#define AUDIO_URLS(...) "{" AUDIO ",\"outputs\":[{\"stream\":{\"urls\":[" __VA_ARGS__ "]}}]}"
#define ADVANCED(...) "{" MEDIA "," FILE_OUTPUT ",\"advanced\":{" __VA_ARGS__ "}}"

#define MISSING LK_EGRESS_VALIDATION_ERROR_MISSING
#define INVALID LK_EGRESS_VALIDATION_ERROR_INVALID
#define CONFLICT LK_EGRESS_VALIDATION_ERROR_CONFLICT
#define UNSUPPORTED LK_EGRESS_VALIDATION_ERROR_UNSUPPORTED

static const Row rows[] = {
  { "R1", "{" MEDIA "," FILE_OUTPUT "}", GOOD, NULL, NULL },
  { "R1", "{\"room_name\":\"demo\"," FILE_OUTPUT "}", MISSING, "source", "source" },

  { "R3", "{\"web\":{\"url\":\"http://h/\"}," FILE_OUTPUT "}", GOOD, NULL, NULL },
  { "R3", "{\"template\":{}," FILE_OUTPUT "}", MISSING, "room_name",
    "requested room does not exist" },

  { "R4", "{\"room_name\":\"d\",\"template\":{\"audio_only\":true}," FILE_OUTPUT "}", GOOD, NULL,
    NULL },
  { "R4",
    "{\"room_name\":\"d\",\"template\":{\"audio_only\":true,\"video_only\":true}," FILE_OUTPUT "}",
    CONFLICT, "template.audio_only", "audio_only and video_only" },
  { "R4",
    "{\"web\":{\"url\":\"http://h/\",\"audio_only\":true,\"video_only\":true}," FILE_OUTPUT "}",
    CONFLICT, "web.audio_only", "audio_only and video_only" },

  { "R5",
    "{\"room_name\":\"d\",\"template\":{\"custom_base_url\":\"https://h/t\"}," FILE_OUTPUT "}",
    GOOD, NULL, NULL },
  { "R5", "{\"room_name\":\"d\",\"template\":{\"custom_base_url\":\"h/t\"}," FILE_OUTPUT "}",
    INVALID, "template.custom_base_url", "template base url" },

  { "R6", "{\"web\":{\"url\":\"https://h:8/x?y=%zz\"}," FILE_OUTPUT "}", GOOD, NULL, NULL },
  { "R6", "{\"web\":{\"url\":\"ftp://x/y\"}," FILE_OUTPUT "}", INVALID, "web.url", "web url" },
  { "R6", "{\"web\":{}," FILE_OUTPUT "}", MISSING, "web.url", "web url" },

  { "R7", "{\"room_name\":\"d\",\"media\":{\"participant_video\":{}}," FILE_OUTPUT "}", MISSING,
    "media.participant_video.identity", "identity" },
  { "R7",
    "{\"room_name\":\"d\",\"media\":{\"audio\":{\"routes\":[{\"participant_identity\":\"\"}]}}," FILE_OUTPUT
    "}",
    MISSING, "media.audio.routes[0].participant_identity", "identity" },
  { "R7",
    "{\"room_name\":\"d\",\"media\":{\"audio\":{\"routes\":[{\"participant_identity\":\"a\"}]}}," FILE_OUTPUT
    "}",
    GOOD, NULL, NULL },

  { "R8", "{\"room_name\":\"d\",\"media\":{\"video_track_id\":\"TR_V\"}," FILE_OUTPUT "}", GOOD,
    NULL, NULL },
  { "R8", "{\"room_name\":\"d\",\"media\":{\"video_track_id\":\"\"}," FILE_OUTPUT "}", MISSING,
    "media.video_track_id", "video_track_id" },
  { "R8",
    "{\"room_name\":\"d\",\"media\":{\"audio\":{\"routes\":[{\"participant_kind\":\"AGENT\"},"
    "{\"track_id\":\"\"}]}}," FILE_OUTPUT "}",
    MISSING, "media.audio.routes[1].track_id", "audio_track_id" },

  { "R10", "{" AUDIO "," FILE_OUTPUT "}", GOOD, NULL, NULL },
  { "R10", "{\"room_name\":\"d\",\"media\":{\"videos\":{\"capture_all\":true}}," FILE_OUTPUT "}",
    GOOD, NULL, NULL },
  { "R10", "{\"room_name\":\"d\",\"media\":{\"audio\":{}}," FILE_OUTPUT "}", MISSING, "media",
    "audio or video" },
  { "R10", "{\"room_name\":\"d\",\"media\":{\"videos\":{}}," FILE_OUTPUT "}", MISSING, "media",
    "audio or video" },

  { "R12", "{" MEDIA "}", MISSING, "outputs", "output" },
  { "R12", URLS ("SRT", ""), MISSING, "outputs[0].stream.urls", "stream url" },
  { "R12", "{" MEDIA ",\"outputs\":[{\"file\":{}},{\"stream\":{\"protocol\":\"RTMP\"}}]}", GOOD,
    NULL, NULL },

  { "R13", "{" MEDIA ",\"outputs\":[{\"file\":{}},{\"file\":{}}]}", CONFLICT, "outputs[1]",
    "multiple file outputs" },
  { "R13",
    "{" MEDIA ",\"outputs\":[{\"stream\":{\"urls\":[\"srt://h:1\"]}},{\"images\":{}},"
    "{\"stream\":{\"urls\":[\"rtmp://h/a/b\"]}}]}",
    CONFLICT, "outputs[2]", "multiple stream outputs" },
  { "R13", "{" MEDIA ",\"outputs\":[{\"segments\":{}},{\"segments\":{}}]}", CONFLICT, "outputs[1]",
    "multiple segmented file outputs" },
  { "R13",
    "{" MEDIA ",\"outputs\":[{\"images\":{}},{\"images\":{}},{\"file\":{}},{\"segments\":{}},"
    "{\"stream\":{\"urls\":[\"srt://h:1\"]}}]}",
    GOOD, NULL, NULL },

  { "R15", "{" MEDIA ",\"outputs\":[{\"file\":{}},{}]}", MISSING, "outputs[1]", "output config" },

  { "R19", "{" MEDIA ",\"outputs\":[{\"file\":{}},{\"stream\":{}}]}", MISSING,
    "outputs[1].stream.protocol", "stream protocol" },
  { "R19", URLS ("DEFAULT_PROTOCOL", "\"http://h/x\""), INVALID, "outputs[0].stream.urls[0]",
    "invalid protocol" },
  { "R19", URLS ("SRT", "\"no url\""), INVALID, "outputs[0].stream.urls[0]", "invalid protocol" },
  { "R19", URLS ("SRT", "\"srt://h:1\",\"rtmp://h/a/b\""), CONFLICT, "outputs[0].stream.urls[1]",
    "invalid scheme" },
  { "R19", URLS ("DEFAULT_PROTOCOL", "\"rtmp://h/a/b\",\"srt://h:1\""), CONFLICT,
    "outputs[0].stream.urls[1]", "invalid scheme" },
  { "R19", URLS ("SRT", "\"SRT://h:1\""), GOOD, NULL, NULL },

  { "R20", URLS ("RTMP", "\"rtmps://h/a/b\",\"mux://key\",\"twitch://key\""), GOOD, NULL, NULL },
  { "R20", URLS ("RTMP", "\"wss://h/a\""), CONFLICT, "outputs[0].stream.urls[0]",
    "invalid scheme" },

  { "R21", URLS ("RTMP", "\"rtmp://h/app/\",\"rtmp://h:1935/a/b/c live=1\""), GOOD, NULL, NULL },
  { "R21", URLS ("RTMP", "\"rtmp://127.0.0.1/x\""), INVALID, "outputs[0].stream.urls[0]",
    "rtmp urls must be of format" },

  { "R22", URLS ("SRT", "\"srt://h:1?passphrase=0123456789&pbkeylen=16&latency=0&streamid=a%23b\""),
    GOOD, NULL, NULL },
  { "R22", URLS ("SRT", "\"srt://:1?mode=listener\",\"srt://[::1]:2\""), GOOD, NULL, NULL },
  { "R22", URLS ("SRT", "\"srt://h\""), INVALID, "outputs[0].stream.urls[0]", "" },
  { "R22", URLS ("SRT", "\"srt://:1\""), INVALID, "outputs[0].stream.urls[0]", "" },
  { "R22", URLS ("SRT", "\"srt://h:1?passphrase=short\""), INVALID, "outputs[0].stream.urls[0]",
    "" },
  { "R22", URLS ("SRT", "\"srt://h:1?pbkeylen=17\""), INVALID, "outputs[0].stream.urls[0]", "" },
  { "R22", URLS ("SRT", "\"srt://h:1?latency=-1\""), INVALID, "outputs[0].stream.urls[0]", "" },
  { "R22", URLS ("SRT", "\"srt://h:1?streamid=#!::r=x\""), INVALID, "outputs[0].stream.urls[0]",
    "" },
  { "R22", URLS ("SRT", "\"srt://h:99999\""), INVALID, "outputs[0].stream.urls[0]", "" },
  { "R22", AUDIO_URLS ("\"ws:///x\""), INVALID, "outputs[0].stream.urls[0]", "" },

  { "R23", URLS ("SRT", "\"srt://h:1\",\"srt://h:2\",\"srt://h:1\""), CONFLICT,
    "outputs[0].stream.urls[2]", "" },
  { "R23",
    "{" MEDIA ",\"outputs\":[{\"stream\":{\"urls\":[\"srt://h:1\"],\"destinations\":[{\"id\":\"a\","
    "\"url\":\"srt://h:1\"}]}}]}",
    CONFLICT, "outputs[0].stream.destinations[0].url", "" },

  { "R24", AUDIO_URLS ("\"ws://h/x\",\"wss://h/y\""), GOOD, NULL, NULL },
  { "R24", URLS ("WEBSOCKET", "\"ws://h/x\""), CONFLICT, "outputs[0].stream", "" },
  { "R24",
    "{" AUDIO ",\"outputs\":[{\"stream\":{\"urls\":[\"ws://h/x\"]}},{\"file\":{\"file_type\":"
    "\"MP3\"}}]}",
    GOOD, NULL, NULL },
  { "R24", "{" AUDIO ",\"outputs\":[{\"stream\":{\"urls\":[\"ws://h/x\"]}},{\"segments\":{}}]}",
    UNSUPPORTED, "outputs[0].stream", "no supported codec" },

  { "R25",
    ADVANCED ("\"width\":640,\"height\":16,\"depth\":24,\"framerate\":60,\"video_bitrate\":1,"
              "\"audio_bitrate\":1,\"audio_frequency\":8000,\"key_frame_interval\":0.5"),
    GOOD, NULL, NULL },
  { "R25", ADVANCED ("\"audio_codec\":\"OPUS\",\"audio_frequency\":48000"), GOOD, NULL, NULL },
  { "R25", ADVANCED ("\"width\":641"), INVALID, "advanced.width", "width" },
  { "R25", ADVANCED ("\"height\":14"), INVALID, "advanced.height", "height" },
  { "R25", ADVANCED ("\"height\":-16"), INVALID, "advanced.height", "height" },
  { "R25", ADVANCED ("\"depth\":32"), INVALID, "advanced.depth", "depth" },
  { "R25", ADVANCED ("\"framerate\":61"), INVALID, "advanced.framerate", "" },
  { "R25", ADVANCED ("\"framerate\":-1"), INVALID, "advanced.framerate", "" },
  { "R25", ADVANCED ("\"video_bitrate\":-1"), INVALID, "advanced.video_bitrate", "" },
  { "R25", ADVANCED ("\"audio_bitrate\":-1"), INVALID, "advanced.audio_bitrate", "" },
  { "R25", ADVANCED ("\"audio_frequency\":7999"), INVALID, "advanced.audio_frequency", "" },
  { "R25", ADVANCED ("\"audio_codec\":\"OPUS\",\"audio_frequency\":44100"), CONFLICT,
    "advanced.audio_frequency", "" },
  { "R25", ADVANCED ("\"key_frame_interval\":-0.1"), INVALID, "advanced.key_frame_interval", "" },
  { "R25", ADVANCED ("\"key_frame_interval\":\"NaN\""), INVALID, "advanced.key_frame_interval",
    "" },
};

static LkEgressRequest *
parse (const char *json)
{
  g_autoptr (GError) error = NULL;
  LkEgressMessage *request = lk_egress_message_new_from_json (LK_EGRESS_TYPE_REQUEST, json, &error);

  g_assert_no_error (error);

  return LK_EGRESS_REQUEST (request);
}

static void
test_rules (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Row *row = &rows[i];
      g_autoptr (LkEgressRequest) request = parse (row->json);
      g_autoptr (GError) error = NULL;
      g_autofree char *start = NULL;

      g_test_message ("%s %s", row->rule, row->json);
      if (row->code == GOOD)
        {
          lk_egress_request_validate (request, &error);
          g_assert_no_error (error);
          continue;
        }

      g_assert_false (lk_egress_request_validate (request, &error));
      g_test_message ("%s", error->message);
      g_assert_error (error, LK_EGRESS_VALIDATION_ERROR, (int)row->code);
      start = g_strconcat (row->field, ": ", NULL);
      g_assert_true (g_str_has_prefix (error->message, start));
      g_assert_nonnull (strstr (error->message, row->server_word));
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
}

static void
test_domain (void)
{
  g_assert_cmpstr (g_quark_to_string (LK_EGRESS_VALIDATION_ERROR), ==,
                   "lk_egress_validation_error_quark");
}

static void
test_no_secrets (void)
{
  const char *const urls[] = {
    "srt://h:1?passphrase=hush",
    "srt://user:hush@h?latency=hush",
    "rtmp://h/hushhush",
    "http://h/app/key?token=hush",
    "hush",
    "srt://h:1?streamid=hush#hush",
    "rtmp://h/app/key?secret=hush",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      g_autoptr (LkEgressRequest) request = lk_egress_request_new_participant ("demo", "alice");
      g_autoptr (GError) error = NULL;

      lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, urls[i]);
      g_assert_false (lk_egress_request_validate (request, &error));
      g_test_message ("%s", error->message);
      g_assert_null (strstr (error->message, "hush"));
    }
}

static LkEgressRequest *
load_request (JsonObject *recorded)
{
  g_autoptr (GBytes) json = lk_test_get_body (recorded, "body");
  g_autoptr (GBytes) bytes = lk_test_get_body (recorded, "body_base64");
  g_autoptr (GError) error = NULL;
  LkEgressMessage *request;

  if (bytes != NULL)
    {
      request = lk_egress_message_new_from_bytes (LK_EGRESS_TYPE_REQUEST, bytes, &error);
    }
  else
    {
      g_autofree char *text = g_strndup (g_bytes_get_data (json, NULL), g_bytes_get_size (json));

      request = lk_egress_message_new_from_json (LK_EGRESS_TYPE_REQUEST, text, &error);
    }

  g_assert_no_error (error);

  return LK_EGRESS_REQUEST (request);
}

/* What the server took is good; what it called invalid is not. */
static void
test_recorded (void)
{
  g_autoptr (JsonArray) exchanges = lk_test_load_exchanges ();
  guint n_taken = 0, n_refused = 0;

  for (guint i = 0; i < json_array_get_length (exchanges); i++)
    {
      JsonObject *exchange = json_array_get_object_element (exchanges, i);
      JsonObject *recorded = json_object_get_object_member (exchange, "request");
      JsonObject *response = json_object_get_object_member (exchange, "response");
      gint64 status = json_object_get_int_member (response, "status");
      g_autoptr (LkEgressRequest) request = NULL;
      g_autoptr (GError) error = NULL;

      if (!g_str_has_suffix (json_object_get_string_member (recorded, "path"), "/StartEgress"))
        continue;

      g_test_message ("%s", json_object_get_string_member (exchange, "case"));
      request = load_request (recorded);
      if (status == 200)
        {
          lk_egress_request_validate (request, &error);
          g_assert_no_error (error);
          n_taken++;
        }
      else
        {
          g_autoptr (JsonNode) root
              = json_from_string (json_object_get_string_member (response, "body"), NULL);
          const char *said = json_object_get_string_member (json_node_get_object (root), "msg");

          g_assert_false (lk_egress_request_validate (request, &error));
          g_assert_nonnull (strstr (error->message, strstr (said, "request has missing")));
          n_refused++;
        }
    }

  g_assert_cmpuint (n_taken, ==, 1);
  g_assert_cmpuint (n_refused, ==, 2);
}

/* The requests of the older API that the server took, in the form of the unified one. */
static void
test_accepted_by_v1 (void)
{
  g_autoptr (LkEgressRequest) composite = lk_egress_request_new_room_composite ("demo", "grid");
  g_autoptr (LkEgressRequest) tracks
      = lk_egress_request_new_track_composite ("demo", "TR_AMBtyq4Mhryqz2", "TR_VCb4wCpxnTCsGr");
  g_autoptr (LkEgressRequest) web = lk_egress_request_new_web ("http://127.0.0.1:7980/");
  g_autoptr (LkEgressRequest) participant = lk_egress_request_new_participant ("demo", "nobody");
  g_autoptr (LkEgressFileOutput) file = lk_egress_file_output_new ("/out/tc-{time}.mp4");
  g_autoptr (LkEgressOutput) output = lk_egress_output_new_file (file);
  LkEgressRequest *requests[] = { composite, tracks, web, participant };

  lk_egress_request_add_stream (composite, LK_EGRESS_STREAM_PROTOCOL_SRT, "srt://127.0.0.1:9741");
  lk_egress_request_add_output (tracks, output);
  lk_egress_request_add_output (web, output);
  lk_egress_request_add_output (participant, output);

  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr (GError) error = NULL;

      lk_egress_request_validate (requests[i], &error);
      g_assert_no_error (error);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/request/constructors", test_constructors);
  g_test_add_func ("/request/add-stream", test_add_stream);
  g_test_add_func ("/request/rules", test_rules);
  g_test_add_func ("/request/domain", test_domain);
  g_test_add_func ("/request/no-secrets", test_no_secrets);
  g_test_add_func ("/request/recorded", test_recorded);
  g_test_add_func ("/request/accepted-by-v1", test_accepted_by_v1);

  return g_test_run ();
}
