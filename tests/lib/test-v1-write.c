/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-v1-write-private.h"

#include "fake-egress.h"
#include "lk-egress-error.h"
#include "lk-egress-wire-json-private.h"

#define SRT_V2 "\"outputs\":[{\"stream\":{\"protocol\":\"SRT\",\"urls\":[\"srt://h:1\"]}}]"
#define SRT_V1 "\"stream_outputs\":[{\"protocol\":\"SRT\",\"urls\":[\"srt://h:1\"]}]"
#define ALICE                                                                                      \
  "\"participant_video\":{\"identity\":\"alice\"},"                                                \
  "\"audio\":{\"routes\":[{\"participant_identity\":\"alice\"}]}"

typedef struct
{
  const char *name;
  const char *request;
  const char *method; /* NULL when the request cannot be written so */
  const char *written;
} Case;

static const Case good[] = {
  { "template",
    "{\"room_name\":\"r\",\"template\":{\"layout\":\"grid\",\"audio_only\":true,"
    "\"video_only\":false,\"custom_base_url\":\"https://t\"},\"preset\":\"H264_1080P_30\"," SRT_V2
    ",\"webhooks\":[{\"url\":\"http://w\",\"signing_key\":\"k\"},{\"url\":\"http://v\"}]}",
    "StartRoomCompositeEgress",
    "{\"room_name\":\"r\",\"layout\":\"grid\",\"audio_only\":true,"
    "\"custom_base_url\":\"https://t\",\"preset\":\"H264_1080P_30\"," SRT_V1
    ",\"webhooks\":[{\"url\":\"http://w\",\"signing_key\":\"k\"},{\"url\":\"http://v\"}]}" },
  { "preset-of-value-zero",
    "{\"room_name\":\"r\",\"template\":{},\"preset\":\"H264_720P_30\"," SRT_V2 "}",
    "StartRoomCompositeEgress", "{\"room_name\":\"r\",\"preset\":\"H264_720P_30\"," SRT_V1 "}" },
  { "web",
    "{\"web\":{\"url\":\"https://p\",\"video_only\":true,\"await_start_signal\":true},"
    "\"advanced\":{\"width\":640,\"height\":360,\"key_frame_interval\":2.5}," SRT_V2 "}",
    "StartWebEgress",
    "{\"url\":\"https://p\",\"video_only\":true,"
    "\"advanced\":{\"width\":640,\"height\":360,\"key_frame_interval\":2.5}," SRT_V1
    ",\"await_start_signal\":true}" },
  { "participant", "{\"room_name\":\"r\",\"media\":{" ALICE "}," SRT_V2 "}",
    "StartParticipantEgress", "{\"room_name\":\"r\",\"identity\":\"alice\"," SRT_V1 "}" },
  { "participant-screen",
    "{\"room_name\":\"r\",\"media\":{\"participant_video\":{\"identity\":\"alice\","
    "\"prefer_screen_share\":true},\"audio\":{\"routes\":[{\"participant_identity\":\"alice\"}]}}"
    "," SRT_V2 ",\"webhooks\":[{\"url\":\"http://w\"}]}",
    "StartParticipantEgress",
    "{\"room_name\":\"r\",\"identity\":\"alice\",\"screen_share\":true," SRT_V1
    ",\"webhooks\":[{\"url\":\"http://w\"}]}" },
  { "tracks",
    "{\"room_name\":\"r\",\"media\":{\"video_track_id\":\"TR_V\",\"audio\":{\"routes\":"
    "[{\"track_id\":\"TR_A\"}]}}," SRT_V2 "}",
    "StartTrackCompositeEgress",
    "{\"room_name\":\"r\",\"audio_track_id\":\"TR_A\",\"video_track_id\":\"TR_V\"," SRT_V1 "}" },
  { "video-track", "{\"room_name\":\"r\",\"media\":{\"video_track_id\":\"TR_V\"}," SRT_V2 "}",
    "StartTrackCompositeEgress", "{\"room_name\":\"r\",\"video_track_id\":\"TR_V\"," SRT_V1 "}" },
  { "audio-track",
    "{\"room_name\":\"r\",\"media\":{\"audio\":{\"routes\":[{\"track_id\":\"TR_A\"}]}}," SRT_V2 "}",
    "StartTrackCompositeEgress", "{\"room_name\":\"r\",\"audio_track_id\":\"TR_A\"," SRT_V1 "}" },
  { "track-to-file",
    "{\"room_name\":\"r\",\"media\":{\"video_track_id\":\"TR_V\"},\"preset\":\"PASSTHROUGH\","
    "\"outputs\":[{\"file\":{\"filepath\":\"a\",\"disable_manifest\":true}}],"
    "\"storage\":{\"gcp\":{\"bucket\":\"b\"}},\"webhooks\":[{\"url\":\"http://w\"}]}",
    "StartTrackEgress",
    "{\"room_name\":\"r\",\"track_id\":\"TR_V\",\"file\":{\"filepath\":\"a\","
    "\"gcp\":{\"bucket\":\"b\"},\"disable_manifest\":true},\"webhooks\":[{\"url\":\"http://w\"}]"
    "}" },
  { "track-to-websocket",
    "{\"room_name\":\"r\",\"media\":{\"audio\":{\"routes\":[{\"track_id\":\"TR_A\"}]}},"
    "\"outputs\":[{\"stream\":{\"protocol\":\"WEBSOCKET\",\"urls\":[\"ws://h/x\"]}}]}",
    "StartTrackEgress",
    "{\"room_name\":\"r\",\"track_id\":\"TR_A\",\"websocket_url\":\"ws://h/x\"}" },
  { "track-to-websocket-by-scheme",
    "{\"room_name\":\"r\",\"media\":{\"audio\":{\"routes\":[{\"track_id\":\"TR_A\"}]}},"
    "\"outputs\":[{\"stream\":{\"urls\":[\"WSS://h/x\"]}}]}",
    "StartTrackEgress",
    "{\"room_name\":\"r\",\"track_id\":\"TR_A\",\"websocket_url\":\"WSS://h/x\"}" },
  { "outputs-and-storages",
    "{\"room_name\":\"r\",\"template\":{},\"outputs\":["
    "{\"file\":{\"file_type\":\"MP4\",\"filepath\":\"a\"},\"storage\":{\"azure\":"
    "{\"account_name\":\"n\",\"account_key\":\"k\",\"container_name\":\"c\"}}},"
    "{\"segments\":{\"filename_prefix\":\"s\",\"segment_duration\":2}},"
    "{\"images\":{\"capture_interval\":5}},"
    "{\"images\":{\"capture_interval\":6},\"storage\":{\"aliOSS\":{\"bucket\":\"o\"}}},"
    "{\"segments\":{\"playlist_name\":\"p\",\"gcp\":{\"bucket\":\"own\"}}},"
    "{\"stream\":{\"protocol\":\"RTMP\",\"urls\":[\"rtmp://h/a/k\"]}}],"
    "\"storage\":{\"s3\":{\"bucket\":\"b\",\"metadata\":{\"x\":\"y\"}}}}",
    "StartRoomCompositeEgress",
    "{\"room_name\":\"r\","
    "\"file_outputs\":[{\"file_type\":\"MP4\",\"filepath\":\"a\",\"azure\":"
    "{\"account_name\":\"n\",\"account_key\":\"k\",\"container_name\":\"c\"}}],"
    "\"stream_outputs\":[{\"protocol\":\"RTMP\",\"urls\":[\"rtmp://h/a/k\"]}],"
    "\"segment_outputs\":["
    "{\"filename_prefix\":\"s\",\"segment_duration\":2,\"s3\":{\"bucket\":\"b\","
    "\"metadata\":{\"x\":\"y\"}}},"
    "{\"playlist_name\":\"p\",\"gcp\":{\"bucket\":\"own\"}}],"
    "\"image_outputs\":["
    "{\"capture_interval\":5,\"s3\":{\"bucket\":\"b\",\"metadata\":{\"x\":\"y\"}}},"
    "{\"capture_interval\":6,\"aliOSS\":{\"bucket\":\"o\"}}]}" },
  { "audio-mixing",
    "{\"room_name\":\"r\",\"template\":{\"audio_only\":true,"
    "\"audio_mixing\":\"DUAL_CHANNEL_AGENT\"}," SRT_V2 "}",
    "StartRoomCompositeEgress",
    "{\"room_name\":\"r\",\"audio_only\":true," SRT_V1
    ",\"audio_mixing\":\"DUAL_CHANNEL_AGENT\"}" },
  { "segments-storage-of-output",
    "{\"template\":{},\"outputs\":[{\"segments\":{\"gcp\":{\"bucket\":\"own\"}},"
    "\"storage\":{\"s3\":{\"bucket\":\"b\"}}}]}",
    "StartRoomCompositeEgress", "{\"segment_outputs\":[{\"s3\":{\"bucket\":\"b\"}}]}" },
};

/* What only an explicit wish for the older API sends. */
static const Case asked[] = {
  { "named-destinations",
    "{\"template\":{},\"outputs\":[{\"stream\":{\"destinations\":[{\"id\":\"a\","
    "\"url\":\"srt://h:1\"}]}}]}",
    "StartRoomCompositeEgress",
    "{\"stream_outputs\":[{\"destinations\":[{\"id\":\"a\",\"url\":\"srt://h:1\"}]}]}" },
  { "mcap", "{\"template\":{},\"outputs\":[{\"file\":{\"file_type\":\"MCAP\"}}]}",
    "StartRoomCompositeEgress", "{\"file_outputs\":[{\"file_type\":\"MCAP\"}]}" },
  { "fmp4", "{\"web\":{},\"outputs\":[{\"segments\":{\"protocol\":\"HLS_FMP4_PROTOCOL\"}}]}",
    "StartWebEgress", "{\"segment_outputs\":[{\"protocol\":\"HLS_FMP4_PROTOCOL\"}]}" },
  { "websocket-of-room",
    "{\"template\":{},\"outputs\":[{\"stream\":{\"protocol\":\"WEBSOCKET\"}}]}",
    "StartRoomCompositeEgress", "{\"stream_outputs\":[{\"protocol\":\"WEBSOCKET\"}]}" },
  { "passthrough-of-room", "{\"template\":{},\"preset\":\"PASSTHROUGH\"," SRT_V2 "}",
    "StartRoomCompositeEgress", "{\"preset\":\"PASSTHROUGH\"," SRT_V1 "}" },
  { "passthrough-of-two-tracks",
    "{\"media\":{\"video_track_id\":\"v\",\"audio\":{\"routes\":[{\"track_id\":\"a\"}]}},"
    "\"preset\":\"PASSTHROUGH\"," SRT_V2 "}",
    "StartTrackCompositeEgress",
    "{\"audio_track_id\":\"a\",\"video_track_id\":\"v\",\"preset\":\"PASSTHROUGH\"," SRT_V1 "}" },
  { "passthrough-to-two-files",
    "{\"media\":{\"video_track_id\":\"v\"},\"preset\":\"PASSTHROUGH\","
    "\"outputs\":[{\"file\":{}},{\"file\":{}}]}",
    "StartTrackCompositeEgress",
    "{\"video_track_id\":\"v\",\"preset\":\"PASSTHROUGH\",\"file_outputs\":[{},{}]}" },
};

/* written is the field that the error names. */
static const Case bad[] = {
  { "no-source", "{\"room_name\":\"r\"," SRT_V2 "}", NULL, "“source”" },
  { "web-of-room", "{\"room_name\":\"r\",\"web\":{\"url\":\"https://p\"}," SRT_V2 "}", NULL,
    "“room_name”" },
  { "participant-without-audio",
    "{\"media\":{\"participant_video\":{\"identity\":\"alice\"}}," SRT_V2 "}", NULL,
    "“media.audio”" },
  { "participant-with-audio-of-all",
    "{\"media\":{\"participant_video\":{\"identity\":\"alice\"},\"audio\":{\"capture_all\":true}}"
    "," SRT_V2 "}",
    NULL, "“media.audio”" },
  { "participant-with-audio-of-another",
    "{\"media\":{\"participant_video\":{\"identity\":\"alice\"},\"audio\":{\"routes\":"
    "[{\"participant_identity\":\"bob\"}]}}," SRT_V2 "}",
    NULL, "“media.audio”" },
  { "participant-with-audio-on-the-left",
    "{\"media\":{\"participant_video\":{\"identity\":\"alice\"},\"audio\":{\"routes\":"
    "[{\"participant_identity\":\"alice\",\"channel\":\"AUDIO_CHANNEL_LEFT\"}]}}," SRT_V2 "}",
    NULL, "“media.audio”" },
  { "participant-with-excluded-audio",
    "{\"media\":{\"participant_video\":{\"identity\":\"alice\"},\"audio\":{\"routes\":"
    "[{\"participant_identity\":\"alice\",\"exclude\":true}]}}," SRT_V2 "}",
    NULL, "“media.audio”" },
  { "participant-with-named-audio",
    "{\"media\":{\"participant_video\":{\"identity\":\"alice\"},\"audio\":{\"routes\":"
    "[{\"participant_identity\":\"alice\",\"track_name\":\"mic\"}]}}," SRT_V2 "}",
    NULL, "“media.audio”" },
  { "two-audio-tracks",
    "{\"media\":{\"audio\":{\"routes\":[{\"track_id\":\"a\"},{\"track_id\":\"b\"}]}}," SRT_V2 "}",
    NULL, "“media.audio”" },
  { "audio-of-a-participant",
    "{\"media\":{\"audio\":{\"routes\":[{\"participant_identity\":\"alice\"}]}}," SRT_V2 "}", NULL,
    "“media.audio”" },
  { "data", "{\"media\":{" ALICE ",\"data\":{\"capture_all\":true}}," SRT_V2 "}", NULL,
    "“media.data”" },
  { "videos", "{\"media\":{\"videos\":{\"capture_all\":true}}," SRT_V2 "}", NULL,
    "“media.videos”" },
  { "passthrough-of-room", "{\"template\":{},\"preset\":\"PASSTHROUGH\"," SRT_V2 "}", NULL,
    "“preset”" },
  { "passthrough-of-two-tracks",
    "{\"media\":{\"video_track_id\":\"v\",\"audio\":{\"routes\":[{\"track_id\":\"a\"}]}},"
    "\"preset\":\"PASSTHROUGH\",\"outputs\":[{\"file\":{}}]}",
    NULL, "“media”" },
  { "passthrough-to-two-files",
    "{\"media\":{\"video_track_id\":\"v\"},\"preset\":\"PASSTHROUGH\","
    "\"outputs\":[{\"file\":{}},{\"file\":{}}]}",
    NULL, "“outputs”" },
  { "passthrough-to-srt",
    "{\"media\":{\"video_track_id\":\"v\"},\"preset\":\"PASSTHROUGH\"," SRT_V2 "}", NULL,
    "“outputs[0]”" },
  { "passthrough-to-typed-file",
    "{\"media\":{\"video_track_id\":\"v\"},\"preset\":\"PASSTHROUGH\","
    "\"outputs\":[{\"file\":{\"file_type\":\"MP4\"}}]}",
    NULL, "“outputs[0].file.file_type”" },
  { "websocket-of-room",
    "{\"template\":{},\"outputs\":[{\"file\":{}},{\"stream\":{\"protocol\":\"WEBSOCKET\","
    "\"urls\":[\"ws://h\"]}}]}",
    NULL, "“outputs[1].stream.protocol”" },
  { "two-websockets",
    "{\"media\":{\"audio\":{\"routes\":[{\"track_id\":\"a\"}]}},\"outputs\":"
    "[{\"stream\":{\"protocol\":\"WEBSOCKET\",\"urls\":[\"ws://h\",\"ws://i\"]}}]}",
    NULL, "“outputs[0]”" },
  { "named-destinations",
    "{\"template\":{},\"outputs\":[{\"stream\":{\"destinations\":[{\"id\":\"a\","
    "\"url\":\"srt://h:1\"}]}}]}",
    NULL, "“outputs[0].stream.destinations”" },
  { "mcap", "{\"template\":{},\"outputs\":[{\"file\":{\"file_type\":\"MCAP\"}}]}", NULL,
    "“outputs[0].file.file_type”" },
  { "fmp4", "{\"template\":{},\"outputs\":[{\"segments\":{\"protocol\":\"HLS_FMP4_PROTOCOL\"}}]}",
    NULL, "“outputs[0].segments.protocol”" },
  { "empty-output", "{\"template\":{},\"outputs\":[{\"file\":{}},{}]}", NULL,
    "“outputs[1].config”" },
};

static ProtobufCMessage *
write_case (const Case *c, LkEgressV1Reason reason, const char **method, GError **error)
{
  ProtobufCMessage *request;
  ProtobufCMessage *written;
  GError *local = NULL;

  request = lk_egress_wire_from_json (&livekit__start_egress_request__descriptor, c->request, -1,
                                      &local);
  g_assert_no_error (local);
  written
      = lk_egress_v1_write ((const Livekit__StartEgressRequest *)request, reason, method, error);
  lk_egress_wire_free (request);

  return written;
}

static void
assert_written (const Case *c, LkEgressV1Reason reason)
{
  g_autofree char *json = NULL;
  GError *error = NULL;
  const char *method;
  ProtobufCMessage *written = write_case (c, reason, &method, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (method, ==, c->method);
  json = lk_egress_wire_to_json (written, LK_EGRESS_WIRE_JSON_PROTO_NAMES);
  g_assert_cmpstr (json, ==, c->written);
  lk_egress_wire_free (written);
}

static void
assert_refused (const Case *c, LkEgressV1Reason reason, const char *opening)
{
  GError *error = NULL;
  const char *method;

  g_assert_null (write_case (c, reason, &method, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_SUPPORTED_BY_SERVER);
  if (strstr (error->message, c->written) == NULL)
    g_error ("“%s” does not name %s", error->message, c->written);
  g_assert_true (g_str_has_prefix (error->message, opening));
  g_clear_error (&error);
}

static void
test_good (gconstpointer data)
{
  assert_written (data, LK_EGRESS_V1_ASKED);
  assert_written (data, LK_EGRESS_V1_OLD_SERVER);
  assert_written (data, LK_EGRESS_V1_AUDIO_MIXING);
}

static void
test_asked (gconstpointer data)
{
  assert_written (data, LK_EGRESS_V1_ASKED);
}

static void
test_bad (gconstpointer data)
{
  const Case *c = data;
  gboolean may_be_asked = FALSE;

  assert_refused (c, LK_EGRESS_V1_OLD_SERVER, "The server only speaks the older Egress API, ");
  assert_refused (c, LK_EGRESS_V1_AUDIO_MIXING,
                  "“template.audio_mixing” only exists in the older Egress API, ");

  for (guint i = 0; i < G_N_ELEMENTS (asked); i++)
    may_be_asked = may_be_asked || g_str_equal (c->name, asked[i].name);
  if (!may_be_asked)
    assert_refused (c, LK_EGRESS_V1_ASKED, "api-level asks for the older Egress API, ");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *path = g_strconcat ("/v1-write/good/", good[i].name, NULL);

      g_test_add_data_func (path, &good[i], test_good);
    }
  for (guint i = 0; i < G_N_ELEMENTS (asked); i++)
    {
      g_autofree char *path = g_strconcat ("/v1-write/asked/", asked[i].name, NULL);

      g_test_add_data_func (path, &asked[i], test_asked);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *path = g_strconcat ("/v1-write/bad/", bad[i].name, NULL);

      g_test_add_data_func (path, &bad[i], test_bad);
    }

  return g_test_run ();
}
