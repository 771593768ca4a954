/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <livekit-egress/livekit-egress.h>

#include <string.h>

#include "lk-test-storage.h"

static const struct
{
  const char *location;
  LkEgressOutputFormat format;
  const char *json;
} good[] = {
  { "rec/{room_name}-{time}.mp4", 0,
    "{\"file\":{\"file_type\":\"MP4\",\"filepath\":\"rec/{room_name}-{time}.mp4\"}}" },
  { "a.OGG", 0, "{\"file\":{\"file_type\":\"OGG\",\"filepath\":\"a.OGG\"}}" },
  { "demo-2026-11-29T12:08:43.mp3", 0,
    "{\"file\":{\"file_type\":\"MP3\",\"filepath\":\"demo-2026-11-29T12:08:43.mp3\"}}" },
  { "a.webm", 0, "{\"file\":{\"filepath\":\"a.webm\"}}" },
  { "a.mcap", 0, "{\"file\":{\"file_type\":\"MCAP\",\"filepath\":\"a.mcap\"}}" },
  { "talks/", 0, "{\"file\":{\"filepath\":\"talks/\"}}" },
  { "v1.2/talk", 0, "{\"file\":{\"filepath\":\"v1.2/talk\"}}" },
  { "talk.v2", 0, "{\"file\":{\"filepath\":\"talk.v2\"}}" },
  { "", 0, "{\"file\":{}}" },
  { "live/play.m3u8", 0,
    "{\"segments\":{\"protocol\":\"HLS_PROTOCOL\",\"playlist_name\":\"live/play.m3u8\"}}" },
  { "live/play.m3u8", LK_EGRESS_OUTPUT_FORMAT_FMP4,
    "{\"segments\":{\"protocol\":\"HLS_FMP4_PROTOCOL\",\"playlist_name\":\"live/play.m3u8\"}}" },
  { "shots/img.jpg", 0, "{\"images\":{\"filename_prefix\":\"shots/img\"}}" },
  { "shots/img.JPEG", 0, "{\"images\":{\"filename_prefix\":\"shots/img\"}}" },
  { "shots/v1.2", LK_EGRESS_OUTPUT_FORMAT_IMAGES,
    "{\"images\":{\"filename_prefix\":\"shots/v1.2\"}}" },
  { "talk", LK_EGRESS_OUTPUT_FORMAT_MP4,
    "{\"file\":{\"file_type\":\"MP4\",\"filepath\":\"talk\"}}" },
  { "talk.ts", LK_EGRESS_OUTPUT_FORMAT_MP4,
    "{\"file\":{\"file_type\":\"MP4\",\"filepath\":\"talk.ts\"}}" },
  { "rtmp://h/app/key", 0, "{\"stream\":{\"protocol\":\"RTMP\",\"urls\":[\"rtmp://h/app/key\"]}}" },
  { "MUX://key", 0, "{\"stream\":{\"protocol\":\"RTMP\",\"urls\":[\"MUX://key\"]}}" },
  { "srt://h:1?mode=listener", LK_EGRESS_OUTPUT_FORMAT_SRT,
    "{\"stream\":{\"protocol\":\"SRT\",\"urls\":[\"srt://h:1?mode=listener\"]}}" },
  { "wss://h/p", 0, "{\"stream\":{\"protocol\":\"WEBSOCKET\",\"urls\":[\"wss://h/p\"]}}" },
  { "s3://bucket/live/play.m3u8?region=eu-central-1", 0,
    "{\"segments\":{\"protocol\":\"HLS_PROTOCOL\",\"playlist_name\":\"live/play.m3u8\"},"
    "\"storage\":{\"s3\":{\"access_key\":\"AKID\",\"secret\":\"hush\",\"region\":\"eu-central-1\","
    "\"bucket\":\"bucket\"}}}" },
  { "s3://bucket/a%20b/", 0,
    "{\"file\":{\"filepath\":\"a b/\"},\"storage\":{\"s3\":{\"access_key\":\"AKID\","
    "\"secret\":\"hush\",\"bucket\":\"bucket\"}}}" },
  { "S3://bucket", LK_EGRESS_OUTPUT_FORMAT_MP4,
    "{\"file\":{\"file_type\":\"MP4\"},\"storage\":{\"s3\":{\"access_key\":\"AKID\","
    "\"secret\":\"hush\",\"bucket\":\"bucket\"}}}" },
};

static void
test_good (void)
{
  lk_test_storage_clear_environment ();
  g_setenv ("AWS_ACCESS_KEY_ID", "AKID", TRUE);
  g_setenv ("AWS_SECRET_ACCESS_KEY", "hush", TRUE);

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LkEgressOutput) output
          = lk_egress_output_new_for_location (good[i].location, good[i].format, &error);
      g_autofree char *json = NULL;

      g_assert_no_error (error);
      json = lk_egress_message_to_json (LK_EGRESS_MESSAGE (output), LK_EGRESS_JSON_PROTO_NAMES);
      g_assert_cmpstr (json, ==, good[i].json);
    }
}

static const struct
{
  const char *location;
  LkEgressOutputFormat format;
  const char *said;
} bad[] = {
  { "http://host/a.mp4", 0, "http://" },
  { "file:///a.mp4", 0, "file://" },
  { "a.ts", 0, ".ts" },
  { "s3://bucket/a.MKV", 0, ".mkv" },
  { "rtmp://h/app/key", LK_EGRESS_OUTPUT_FORMAT_SRT, "rtmp" },
  { "rtmp://h/app/key", LK_EGRESS_OUTPUT_FORMAT_MP4, "rtmp" },
  { "a.mp4", LK_EGRESS_OUTPUT_FORMAT_RTMP, "no address of a stream" },
  { "s3://", 0, "bucket" },
  { "s3://AKID:hushhush@bucket/a.mp4", 0, "credentials" },
};

static void
test_bad (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LkEgressOutput) output
          = lk_egress_output_new_for_location (bad[i].location, bad[i].format, &error);

      g_assert_null (output);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, bad[i].said));
      g_assert_null (strstr (error->message, "key"));
      g_assert_null (strstr (error->message, "hushhush"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/output-location/good", test_good);
  g_test_add_func ("/output-location/bad", test_bad);

  return g_test_run ();
}
