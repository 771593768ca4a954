/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The request in an info, in the unified form and back. */

#include "lk-egress-info.h"
#include "lk-egress-v1-write-private.h"
#include "lk-egress-message-private.h"
#include "lk-egress-wire-json-private.h"
#include "lk-test-recorded.h"

#define FILES_TO_SEGMENTS_V1                                                                       \
  "\"file_outputs\":[{\"file_type\":\"MP4\",\"filepath\":\"f\",\"s3\":{\"bucket\":\"b\"},"         \
  "\"disable_manifest\":true}],"                                                                   \
  "\"stream_outputs\":[{\"protocol\":\"SRT\",\"urls\":[\"srt://h:1\",\"srt://h:2\"]}],"            \
  "\"segment_outputs\":[{\"filename_prefix\":\"s\",\"gcp\":{\"bucket\":\"b\"}},"                   \
  "{\"playlist_name\":\"p\"}],"
#define IMAGES_V1 "\"image_outputs\":[{\"capture_interval\":5,\"aliOSS\":{\"bucket\":\"b\"}}]"
#define OUTPUTS_V1 FILES_TO_SEGMENTS_V1 IMAGES_V1
#define OUTPUTS_V2                                                                                 \
  "\"outputs\":["                                                                                  \
  "{\"file\":{\"file_type\":\"MP4\",\"filepath\":\"f\",\"disable_manifest\":true},"                \
  "\"storage\":{\"s3\":{\"bucket\":\"b\"}}},"                                                      \
  "{\"stream\":{\"protocol\":\"SRT\",\"urls\":[\"srt://h:1\",\"srt://h:2\"]}},"                    \
  "{\"segments\":{\"filename_prefix\":\"s\"},\"storage\":{\"gcp\":{\"bucket\":\"b\"}}},"           \
  "{\"segments\":{\"playlist_name\":\"p\"}},"                                                      \
  "{\"images\":{\"capture_interval\":5},\"storage\":{\"aliOSS\":{\"bucket\":\"b\"}}}]"
#define WEBHOOKS "\"webhooks\":[{\"url\":\"http://w\",\"signing_key\":\"k\"}]"

typedef struct
{
  const char *name;
  const char *member; /* of the info */
  const char *request;
  const char *read;
  const char *method;  /* NULL when it is not the older API's */
  const char *written; /* NULL for the request itself */
} Case;

static const Case cases[] = {
  { "egress", "egress", "{\"room_name\":\"r\",\"media\":{\"video_track_id\":\"v\"}}",
    "{\"room_name\":\"r\",\"media\":{\"video_track_id\":\"v\"}}", NULL, NULL },
  { "replay", "replay",
    "{\"replay_id\":\"i\",\"start_offset_ms\":\"1\",\"end_offset_ms\":\"2\",\"template\":"
    "{\"layout\":\"grid\"},\"advanced\":{\"width\":640},\"outputs\":[{\"file\":{}}],"
    "\"storage\":{\"s3\":{}}," WEBHOOKS "}",
    "{\"template\":{\"layout\":\"grid\"},\"advanced\":{\"width\":640},\"outputs\":[{\"file\":{}}],"
    "\"storage\":{\"s3\":{}}," WEBHOOKS "}",
    NULL, NULL },
  { "room-composite", "room_composite",
    "{\"room_name\":\"r\",\"layout\":\"grid\",\"audio_only\":true,\"video_only\":true,"
    "\"custom_base_url\":\"http://t\",\"advanced\":{\"width\":640}," OUTPUTS_V1
    ",\"audio_mixing\":\"DUAL_CHANNEL_AGENT\"," WEBHOOKS "}",
    "{\"room_name\":\"r\",\"template\":{\"layout\":\"grid\",\"audio_only\":true,\"video_only\":true,"
    "\"custom_base_url\":\"http://t\",\"audio_mixing\":\"DUAL_CHANNEL_AGENT\"},"
    "\"advanced\":{\"width\":640}," OUTPUTS_V2 "," WEBHOOKS "}",
    "StartRoomCompositeEgress", NULL },
  { "preset-of-value-zero", "room_composite", "{\"preset\":\"H264_720P_30\"}",
    "{\"template\":{},\"preset\":\"H264_720P_30\"}", "StartRoomCompositeEgress", NULL },
  { "empty", "room_composite", "{}", "{\"template\":{}}", "StartRoomCompositeEgress", NULL },
  { "web", "web",
    "{\"url\":\"http://p\",\"audio_only\":true,\"video_only\":true,\"preset\":\"PASSTHROUGH\"," FILES_TO_SEGMENTS_V1
    "\"await_start_signal\":true," IMAGES_V1 "," WEBHOOKS "}",
    "{\"web\":{\"url\":\"http://p\",\"audio_only\":true,\"video_only\":true,"
    "\"await_start_signal\":true},\"preset\":\"PASSTHROUGH\"," OUTPUTS_V2 "," WEBHOOKS "}",
    "StartWebEgress", NULL },
  { "participant", "participant",
    "{\"room_name\":\"r\",\"identity\":\"alice\",\"screen_share\":true,\"preset\":\"H264_720P_60\"," OUTPUTS_V1
    "," WEBHOOKS "}",
    "{\"room_name\":\"r\",\"media\":{\"participant_video\":{\"identity\":\"alice\","
    "\"prefer_screen_share\":true},\"audio\":{\"routes\":[{\"participant_identity\":\"alice\"}]}},"
    "\"preset\":\"H264_720P_60\"," OUTPUTS_V2 "," WEBHOOKS "}",
    "StartParticipantEgress", NULL },
  { "participant-without-identity", "participant", "{}",
    "{\"media\":{\"participant_video\":{},\"audio\":{\"routes\":[{\"participant_identity\":\"\"}]}}"
    "}",
    "StartParticipantEgress", NULL },
  { "tracks", "track_composite",
    "{\"room_name\":\"r\",\"audio_track_id\":\"TR_A\",\"video_track_id\":\"TR_V\","
    "\"preset\":\"PASSTHROUGH\"," OUTPUTS_V1 "," WEBHOOKS "}",
    "{\"room_name\":\"r\",\"media\":{\"video_track_id\":\"TR_V\",\"audio\":{\"routes\":"
    "[{\"track_id\":\"TR_A\"}]}},\"preset\":\"PASSTHROUGH\"," OUTPUTS_V2 "," WEBHOOKS "}",
    "StartTrackCompositeEgress", NULL },
  { "audio-track", "track_composite", "{\"audio_track_id\":\"TR_A\"}",
    "{\"media\":{\"audio\":{\"routes\":[{\"track_id\":\"TR_A\"}]}}}", "StartTrackCompositeEgress",
    NULL },
  { "track-of-video", "track",
    "{\"room_name\":\"r\",\"track_id\":\"TR_Vx\",\"file\":{\"filepath\":\"f\",\"azure\":"
    "{\"container_name\":\"c\"},\"disable_manifest\":true}," WEBHOOKS "}",
    "{\"room_name\":\"r\",\"media\":{\"video_track_id\":\"TR_Vx\"},\"preset\":\"PASSTHROUGH\","
    "\"outputs\":[{\"file\":{\"filepath\":\"f\",\"disable_manifest\":true},\"storage\":{\"azure\":"
    "{\"container_name\":\"c\"}}}]," WEBHOOKS "}",
    "StartTrackEgress", NULL },
  { "track-of-audio", "track", "{\"track_id\":\"TR_Ax\",\"file\":{}}",
    "{\"media\":{\"audio\":{\"routes\":[{\"track_id\":\"TR_Ax\"}]}},\"preset\":\"PASSTHROUGH\","
    "\"outputs\":[{\"file\":{}}]}",
    "StartTrackEgress", NULL },
  /* Whatever the id looks like, a websocket gets audio. */
  { "track-to-websocket", "track",
    "{\"track_id\":\"TR_Vx\",\"websocket_url\":\"wss://h/{tok...ken}\"}",
    "{\"media\":{\"audio\":{\"routes\":[{\"track_id\":\"TR_Vx\"}]}},\"outputs\":[{\"stream\":"
    "{\"protocol\":\"WEBSOCKET\",\"urls\":[\"wss://h/{tok...ken}\"]}}]}",
    "StartTrackEgress", NULL },
  { "track-to-nothing", "track", "{\"track_id\":\"TR_Vx\"}",
    "{\"media\":{\"video_track_id\":\"TR_Vx\"},\"preset\":\"PASSTHROUGH\"}", NULL, NULL },

  { "single-file", "room_composite", "{\"file\":{\"filepath\":\"f\",\"s3\":{\"bucket\":\"b\"}}}",
    "{\"template\":{},\"outputs\":[{\"file\":{\"filepath\":\"f\"},\"storage\":{\"s3\":"
    "{\"bucket\":\"b\"}}}]}",
    "StartRoomCompositeEgress",
    "{\"file_outputs\":[{\"filepath\":\"f\",\"s3\":{\"bucket\":\"b\"}}]}" },
  { "single-stream", "web", "{\"stream\":{\"urls\":[\"srt://h:1\"]}}",
    "{\"web\":{},\"outputs\":[{\"stream\":{\"urls\":[\"srt://h:1\"]}}]}", "StartWebEgress",
    "{\"stream_outputs\":[{\"urls\":[\"srt://h:1\"]}]}" },
  { "single-segments", "track_composite",
    "{\"audio_track_id\":\"a\",\"video_track_id\":\"v\",\"segments\":{\"gcp\":{\"bucket\":\"b\"}},"
    "\"file_outputs\":[{\"filepath\":\"f\"}]}",
    "{\"media\":{\"video_track_id\":\"v\",\"audio\":{\"routes\":[{\"track_id\":\"a\"}]}},"
    "\"outputs\":[{\"file\":{\"filepath\":\"f\"}},{\"segments\":{},\"storage\":{\"gcp\":"
    "{\"bucket\":\"b\"}}}]}",
    "StartTrackCompositeEgress",
    "{\"audio_track_id\":\"a\",\"video_track_id\":\"v\",\"file_outputs\":[{\"filepath\":\"f\"}],"
    "\"segment_outputs\":[{\"gcp\":{\"bucket\":\"b\"}}]}" },
  /* The server does not look at it either. */
  { "single-file-beside-a-list", "web",
    "{\"file\":{\"filepath\":\"single\"},\"file_outputs\":[{\"filepath\":\"list\"}]}",
    "{\"web\":{},\"outputs\":[{\"file\":{\"filepath\":\"list\"}}]}", "StartWebEgress",
    "{\"file_outputs\":[{\"filepath\":\"list\"}]}" },
};

static LkEgressInfo *
parse_info (const char *json)
{
  GError *error = NULL;
  LkEgressMessage *info = lk_egress_message_new_from_json (LK_EGRESS_TYPE_INFO, json, &error);

  g_assert_no_error (error);

  return LK_EGRESS_INFO (info);
}

static void
assert_written (LkEgressRequest *request, const char *method, const char *expected)
{
  const ProtobufCMessage *message = lk_egress_message_peek (LK_EGRESS_MESSAGE (request));
  const char *its_method = NULL;
  g_autofree char *json = NULL;
  ProtobufCMessage *written;
  GError *error = NULL;

  written = lk_egress_v1_write ((const Livekit__StartEgressRequest *)message, LK_EGRESS_V1_ASKED,
                                &its_method, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (its_method, ==, method);
  json = lk_egress_wire_to_json (written, LK_EGRESS_WIRE_JSON_PROTO_NAMES);
  g_assert_cmpstr (json, ==, expected);
  lk_egress_wire_free (written);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autofree char *text
      = g_strdup_printf ("{\"egress_id\":\"EG_1\",\"%s\":%s}", c->member, c->request);
  g_autoptr (LkEgressInfo) info = parse_info (text);
  g_autoptr (LkEgressRequest) request = lk_egress_info_dup_request (info);
  g_autofree char *read
      = lk_egress_message_to_json (LK_EGRESS_MESSAGE (request), LK_EGRESS_JSON_PROTO_NAMES);
  g_autofree char *after
      = lk_egress_message_to_json (LK_EGRESS_MESSAGE (info), LK_EGRESS_JSON_PROTO_NAMES);

  g_assert_cmpstr (read, ==, c->read);
  g_assert_cmpstr (after, ==, text);
  if (c->method != NULL)
    assert_written (request, c->method, c->written != NULL ? c->written : c->request);
}

static void
test_none (void)
{
  g_autoptr (LkEgressInfo) info = parse_info ("{\"egress_id\":\"EG_1\"}");

  g_assert_null (lk_egress_info_dup_request (info));
}

/* The copy shares nothing with the info. */
static void
test_copy (void)
{
  const char *json = "{\"egress\":{\"room_name\":\"r\",\"media\":{\"video_track_id\":\"v\"}}}";
  g_autoptr (LkEgressInfo) info = parse_info (json);
  g_autoptr (LkEgressRequest) request = lk_egress_info_dup_request (info);
  g_autoptr (LkEgressMediaSource) media = NULL;
  g_autofree char *after = NULL;

  g_object_get (request, "media", &media, NULL);
  g_object_set (media, "video-track-id", "other", NULL);
  after = lk_egress_message_to_json (LK_EGRESS_MESSAGE (info), LK_EGRESS_JSON_PROTO_NAMES);
  g_assert_cmpstr (after, ==, json);
}

static void
test_replay (void)
{
  g_autoptr (LkEgressInfo) info
      = parse_info ("{\"replay\":{\"replay_id\":\"i\",\"start_offset_ms\":\"9007199254740993\","
                    "\"end_offset_ms\":\"2\"}}");
  g_autoptr (LkEgressReplayRequest) replay = NULL;
  g_autofree char *id = NULL;
  gint64 start, end;

  g_object_get (info, "replay", &replay, NULL);
  g_object_get (replay, "replay-id", &id, "start-offset-ms", &start, "end-offset-ms", &end, NULL);
  g_assert_cmpstr (id, ==, "i");
  g_assert_cmpint (start, ==, G_GINT64_CONSTANT (9007199254740993));
  g_assert_cmpint (end, ==, 2);
}

static guint n_recorded;

/* The request of the info, in JSON, under the name that it has there. */
static char *
dup_older_request (LkEgressInfo *info)
{
  g_autofree char *json
      = lk_egress_message_to_json (LK_EGRESS_MESSAGE (info), LK_EGRESS_JSON_PROTO_NAMES);
  g_autoptr (JsonNode) root = json_from_string (json, NULL);
  JsonObject *object = json_node_get_object (root);
  static const char *const members[]
      = { "room_composite", "web", "participant", "track_composite", "track" };

  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    {
      if (json_object_has_member (object, members[i]))
        return json_to_string (json_object_get_member (object, members[i]), FALSE);
    }

  return NULL;
}

static void
check_recorded (const char *name, JsonObject *exchange)
{
  JsonObject *response = json_object_get_object_member (exchange, "response");
  const char *path
      = json_object_get_string_member (json_object_get_object_member (exchange, "request"), "path");
  g_autoptr (LkEgressInfo) info = NULL;
  g_autoptr (LkEgressRequest) request = NULL;
  g_autofree char *older = NULL;

  if (json_object_get_int_member (response, "status") != 200
      || json_object_get_null_member (response, "body") || strstr (path, "/List") != NULL)
    return;

  g_test_message ("%s", name);
  info = parse_info (json_object_get_string_member (response, "body"));
  request = lk_egress_info_dup_request (info);
  g_assert_nonnull (request);
  older = dup_older_request (info);
  if (older != NULL)
    {
      g_autofree char *method = g_strdup (strrchr (path, '/') + 1);

      if (g_str_has_prefix (method, "Start"))
        {
          assert_written (request, method, older);
          n_recorded++;
        }
    }
}

/* What the real server repeated of the requests that it took. */
static void
test_recorded (void)
{
  g_autoptr (JsonArray) exchanges = lk_test_load_exchanges ();

  for (guint i = 0; i < json_array_get_length (exchanges); i++)
    {
      JsonObject *exchange = json_array_get_object_element (exchanges, i);

      check_recorded (json_object_get_string_member (exchange, "case"), exchange);
    }
  g_assert_cmpuint (n_recorded, >=, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/v1-read/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/v1-read/none", test_none);
  g_test_add_func ("/v1-read/copy", test_copy);
  g_test_add_func ("/v1-read/replay-offsets", test_replay);
  g_test_add_func ("/v1-read/recorded", test_recorded);

  return g_test_run ();
}
