/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-request.h"

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
test_track (void)
{
  static const struct
  {
    const char *id;
    LkEgressTrackKind kind;
    gboolean video;
  } cases[] = {
    { "TR_VCb4wCpxnTCsGr", LK_EGRESS_TRACK_KIND_AUTO, TRUE },
    { "TR_VSb4wCpxnTCsGr", LK_EGRESS_TRACK_KIND_AUTO, TRUE },
    { "TR_AMBtyq4Mhryqz2", LK_EGRESS_TRACK_KIND_AUTO, FALSE },
    { "other", LK_EGRESS_TRACK_KIND_AUTO, FALSE },
    { "other", LK_EGRESS_TRACK_KIND_VIDEO, TRUE },
    { "TR_VCb4wCpxnTCsGr", LK_EGRESS_TRACK_KIND_AUDIO, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (LkEgressRequest) request
          = lk_egress_request_new_track ("demo", cases[i].id, cases[i].kind);
      g_autoptr (LkEgressFileOutput) file = lk_egress_file_output_new ("a");
      g_autoptr (LkEgressOutput) output = lk_egress_output_new_file (file);
      g_autofree char *expected = g_strdup_printf (
          cases[i].video ? "{\"room_name\":\"demo\",\"media\":{\"video_track_id\":\"%s\"},"
                           "\"preset\":\"PASSTHROUGH\"}"
                         : "{\"room_name\":\"demo\",\"media\":{\"audio\":{\"routes\":["
                           "{\"track_id\":\"%s\"}]}},\"preset\":\"PASSTHROUGH\"}",
          cases[i].id);
      g_autoptr (GError) error = NULL;

      assert_json (request, expected);
      lk_egress_request_add_output (request, output);
      lk_egress_request_validate (request, &error);
      g_assert_no_error (error);
    }
}

/* The websocket_url of a track egress. */
static void
test_track_websocket (void)
{
  static const struct
  {
    LkEgressStreamProtocol protocol;
    const char *stream;
  } cases[] = {
    { LK_EGRESS_STREAM_PROTOCOL_WEBSOCKET, "\"protocol\":\"WEBSOCKET\",\"urls\":[\"wss://h/x\"]" },
    { LK_EGRESS_STREAM_PROTOCOL_DEFAULT, "\"urls\":[\"wss://h/x\"]" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (LkEgressRequest) request
          = lk_egress_request_new_track ("demo", "TR_A", LK_EGRESS_TRACK_KIND_AUTO);
      g_autofree char *expected = g_strdup_printf (
          "{\"room_name\":\"demo\",\"media\":{\"audio\":{\"routes\":[{\"track_id\":\"TR_A\"}]}},"
          "\"outputs\":[{\"stream\":{%s}}]}",
          cases[i].stream);
      g_autoptr (GError) error = NULL;

      lk_egress_request_add_stream (request, cases[i].protocol, "wss://h/x");
      assert_json (request, expected);
      lk_egress_request_validate (request, &error);
      g_assert_no_error (error);
    }
}

static void
test_screen_share (void)
{
  g_autoptr (LkEgressRequest) request = lk_egress_request_new_participant ("demo", "alice");
  g_autoptr (LkEgressMediaSource) media = NULL;
  g_autoptr (LkEgressParticipantVideo) video = NULL;

  g_object_get (request, "media", &media, NULL);
  g_object_get (media, "participant-video", &video, NULL);
  g_object_set (video, "prefer-screen-share", TRUE, NULL);
  assert_json (request, "{\"room_name\":\"demo\",\"media\":{\"participant_video\":{\"identity\":"
                        "\"alice\",\"prefer_screen_share\":true},\"audio\":{\"routes\":[{"
                        "\"participant_identity\":\"alice\"}]}}}");
}

/* What comes of a source, or the code of the error and what it must say. */
static void
assert_flags (LkEgressRequest *taken, LkEgressSourceFlags flags, const char *json)
{
  g_autoptr (LkEgressRequest) request = taken;
  g_autoptr (GError) error = NULL;

  g_assert_true (lk_egress_request_apply_source_flags (request, flags, &error));
  g_assert_no_error (error);
  assert_json (request, json);
}

static void
assert_flags_refused (LkEgressRequest *taken,
                      LkEgressSourceFlags flags,
                      LkEgressValidationError code,
                      const char *word)
{
  g_autoptr (LkEgressRequest) request = taken;
  g_autofree char *before
      = lk_egress_message_to_json (LK_EGRESS_MESSAGE (request), LK_EGRESS_JSON_PROTO_NAMES);
  g_autoptr (GError) error = NULL;

  g_assert_false (lk_egress_request_apply_source_flags (request, flags, &error));
  g_assert_error (error, LK_EGRESS_VALIDATION_ERROR, (int)code);
  g_assert_nonnull (strstr (error->message, word));
  assert_json (request, before);
}

static void
test_source_flags (void)
{
  const LkEgressSourceFlags audio = LK_EGRESS_SOURCE_AUDIO_ONLY;
  const LkEgressSourceFlags video = LK_EGRESS_SOURCE_VIDEO_ONLY;
  const LkEgressSourceFlags screen = LK_EGRESS_SOURCE_SCREEN_SHARE;
  g_autoptr (LkEgressMessage) all = NULL;
  g_autoptr (GError) error = NULL;

  /* Pages. */
  assert_flags (lk_egress_request_new_room_composite ("demo", "grid"), LK_EGRESS_SOURCE_ALL,
                "{\"room_name\":\"demo\",\"template\":{\"layout\":\"grid\"}}");
  assert_flags (lk_egress_request_new_room_composite ("demo", NULL), audio,
                "{\"room_name\":\"demo\",\"template\":{\"audio_only\":true}}");
  assert_flags (lk_egress_request_new_web ("https://h/"), video,
                "{\"web\":{\"url\":\"https://h/\",\"video_only\":true}}");

  /* Tracks. */
  assert_flags (lk_egress_request_new_participant ("demo", "alice"), audio,
                "{\"room_name\":\"demo\",\"media\":{\"audio\":{\"routes\":[{"
                "\"participant_identity\":\"alice\"}]}}}");
  assert_flags (lk_egress_request_new_participant ("demo", "alice"), video | screen,
                "{\"room_name\":\"demo\",\"media\":{\"participant_video\":{\"identity\":"
                "\"alice\",\"prefer_screen_share\":true}}}");
  assert_flags (lk_egress_request_new_track_composite ("demo", "TR_A", "TR_V"), audio,
                "{\"room_name\":\"demo\",\"media\":{\"audio\":{\"routes\":[{"
                "\"track_id\":\"TR_A\"}]}}}");
  assert_flags (lk_egress_request_new_track_composite ("demo", "TR_A", "TR_V"), video,
                "{\"room_name\":\"demo\",\"media\":{\"video_track_id\":\"TR_V\"}}");
  all = lk_egress_message_new_from_json (
      LK_EGRESS_TYPE_REQUEST,
      "{\"media\":{\"videos\":{\"capture_all\":true},\"audio\":{\"capture_all\":true}}}", &error);
  g_assert_no_error (error);
  assert_flags (LK_EGRESS_REQUEST (g_object_ref (all)), audio,
                "{\"media\":{\"audio\":{\"capture_all\":true}}}");

  /* What cannot be. */
  assert_flags_refused (lk_egress_request_new_participant ("demo", "alice"), audio | video,
                        LK_EGRESS_VALIDATION_ERROR_CONFLICT, "audio-only and video-only");
  assert_flags_refused (lk_egress_request_new_participant ("demo", "alice"), audio | screen,
                        LK_EGRESS_VALIDATION_ERROR_CONFLICT, "screen-share");
  assert_flags_refused (lk_egress_request_new_web ("https://h/"), screen,
                        LK_EGRESS_VALIDATION_ERROR_UNSUPPORTED, "web: ");
  assert_flags_refused (lk_egress_request_new_room_composite ("demo", NULL), screen,
                        LK_EGRESS_VALIDATION_ERROR_UNSUPPORTED, "template: ");
  assert_flags_refused (lk_egress_request_new_track_composite ("demo", "TR_A", NULL), video,
                        LK_EGRESS_VALIDATION_ERROR_UNSUPPORTED, "no video");
  assert_flags_refused (lk_egress_request_new_track_composite ("demo", NULL, "TR_V"), audio,
                        LK_EGRESS_VALIDATION_ERROR_UNSUPPORTED, "no audio");
  assert_flags_refused (lk_egress_request_new_track_composite ("demo", "TR_A", "TR_V"), screen,
                        LK_EGRESS_VALIDATION_ERROR_UNSUPPORTED, "participant");
  assert_flags_refused (lk_egress_request_new (), audio, LK_EGRESS_VALIDATION_ERROR_MISSING,
                        "no source");
}

static void
test_add_stream (void)
{
  g_autoptr (LkEgressRequest) request = lk_egress_request_new ();

  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, "srt://a:1");
  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, "srt://b:2");
  assert_json (request, "{\"outputs\":[{\"stream\":{\"protocol\":\"SRT\",\"urls\":[\"srt://a:1\","
                        "\"srt://b:2\"]}}]}");

  g_object_set (request, "preset", LK_EGRESS_ENCODING_PRESET_H264_1080P_30, NULL);
  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_WEBSOCKET, "ws://a/");
  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_RTMP, "rtmp://a/b/c");
  g_assert_true (lk_egress_message_has (LK_EGRESS_MESSAGE (request), "preset"));
  g_assert_cmpuint (g_list_model_get_n_items (lk_egress_request_get_outputs (request)), ==, 3);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/request/constructors", test_constructors);
  g_test_add_func ("/request/track", test_track);
  g_test_add_func ("/request/track-websocket", test_track_websocket);
  g_test_add_func ("/request/screen-share", test_screen_share);
  g_test_add_func ("/request/source-flags", test_source_flags);
  g_test_add_func ("/request/add-stream", test_add_stream);

  return g_test_run ();
}
