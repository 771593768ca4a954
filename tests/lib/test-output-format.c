/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-enum-types.h"
#include "lk-egress-output.h"

static void
assert_json (LkEgressOutput *output, const char *expected)
{
  g_autofree char *json
      = lk_egress_message_to_json (LK_EGRESS_MESSAGE (output), LK_EGRESS_JSON_PROTO_NAMES);

  g_assert_cmpstr (json, ==, expected);
}

static LkEgressOutput *
new_from_json (const char *json)
{
  g_autoptr (GError) error = NULL;
  LkEgressMessage *output = lk_egress_message_new_from_json (LK_EGRESS_TYPE_OUTPUT, json, &error);

  g_assert_no_error (error);
  return LK_EGRESS_OUTPUT (output);
}

/* The names are what people write on a command line. */
static const struct
{
  const char *nick;
  const char *location;
  const char *json;
  const char *nick_back;
} formats[] = {
  { "mp4", "a.mp4", "{\"file\":{\"file_type\":\"MP4\",\"filepath\":\"a.mp4\"}}", "mp4" },
  { "ogg", "a.ogg", "{\"file\":{\"file_type\":\"OGG\",\"filepath\":\"a.ogg\"}}", "ogg" },
  { "mp3", NULL, "{\"file\":{\"file_type\":\"MP3\"}}", "mp3" },
  { "mcap", "a/", "{\"file\":{\"file_type\":\"MCAP\",\"filepath\":\"a/\"}}", "mcap" },
  { "webm", "a.webm", "{\"file\":{\"filepath\":\"a.webm\"}}", "webm" },
  { "webm", "A.WebM", "{\"file\":{\"filepath\":\"A.WebM\"}}", "webm" },
  { "webm", "a", "{\"file\":{\"filepath\":\"a\"}}", "default" },
  { "default", "a.mp4", "{\"file\":{\"filepath\":\"a.mp4\"}}", "default" },
  { "default", NULL, "{\"file\":{}}", "default" },
  { "hls", "a/p.m3u8",
    "{\"segments\":{\"protocol\":\"HLS_PROTOCOL\",\"playlist_name\":\"a/p.m3u8\"}}", "hls" },
  { "hls", "a/v1.2",
    "{\"segments\":{\"protocol\":\"HLS_PROTOCOL\",\"filename_prefix\":\"a/v1.2\"}}", "hls" },
  { "hls", NULL, "{\"segments\":{\"protocol\":\"HLS_PROTOCOL\"}}", "hls" },
  { "ts", "P.M3U8", "{\"segments\":{\"protocol\":\"HLS_PROTOCOL\",\"playlist_name\":\"P.M3U8\"}}",
    "hls" },
  { "fmp4", "a/p.m3u8",
    "{\"segments\":{\"protocol\":\"HLS_FMP4_PROTOCOL\",\"playlist_name\":\"a/p.m3u8\"}}", "fmp4" },
  { "rtmp", "rtmps://h/a/k", "{\"stream\":{\"protocol\":\"RTMP\",\"urls\":[\"rtmps://h/a/k\"]}}",
    "rtmp" },
  { "srt", "srt://h:1", "{\"stream\":{\"protocol\":\"SRT\",\"urls\":[\"srt://h:1\"]}}", "srt" },
  { "srt", NULL, "{\"stream\":{\"protocol\":\"SRT\"}}", "srt" },
  { "websocket", "wss://h/p", "{\"stream\":{\"protocol\":\"WEBSOCKET\",\"urls\":[\"wss://h/p\"]}}",
    "websocket" },
  { "images", "a/i", "{\"images\":{\"filename_prefix\":\"a/i\"}}", "images" },
};

static void
test_formats (void)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (LK_EGRESS_TYPE_OUTPUT_FORMAT);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      GEnumValue *value = g_enum_get_value_by_nick (class, formats[i].nick);
      GEnumValue *back = g_enum_get_value_by_nick (class, formats[i].nick_back);
      g_autoptr (LkEgressOutput) output = NULL;

      g_assert_nonnull (value);
      g_assert_nonnull (back);
      output = lk_egress_output_new_for_format (value->value, formats[i].location);
      assert_json (output, formats[i].json);
      g_assert_cmpint (lk_egress_output_get_format (output), ==, back->value);
    }

  /* A format that is added belongs into the table. */
  for (guint i = 0; i < class->n_values; i++)
    {
      gboolean is_there = FALSE;

      for (guint k = 0; k < G_N_ELEMENTS (formats); k++)
        is_there |= g_str_equal (formats[k].nick, class->values[i].value_nick);
      g_assert_true (is_there);
    }
}

/* Outputs that were made in another way. */
static void
test_get_format (void)
{
  static const struct
  {
    const char *json;
    LkEgressOutputFormat format;
  } rows[] = {
    { "{}", LK_EGRESS_OUTPUT_FORMAT_DEFAULT },
    { "{\"stream\":{}}", LK_EGRESS_OUTPUT_FORMAT_DEFAULT },
    { "{\"stream\":{\"urls\":[\"rtmps://h/a/k\"]}}", LK_EGRESS_OUTPUT_FORMAT_RTMP },
    { "{\"stream\":{\"urls\":[\"RTMP://h/a/k\",\"x\"]}}", LK_EGRESS_OUTPUT_FORMAT_RTMP },
    { "{\"stream\":{\"urls\":[\"mux://k\"]}}", LK_EGRESS_OUTPUT_FORMAT_RTMP },
    { "{\"stream\":{\"urls\":[\"twitch://k\"]}}", LK_EGRESS_OUTPUT_FORMAT_RTMP },
    { "{\"stream\":{\"urls\":[\"srt://h:1\"]}}", LK_EGRESS_OUTPUT_FORMAT_SRT },
    { "{\"stream\":{\"urls\":[\"ws://h\"]}}", LK_EGRESS_OUTPUT_FORMAT_WEBSOCKET },
    { "{\"stream\":{\"urls\":[\"http://h\"]}}", LK_EGRESS_OUTPUT_FORMAT_DEFAULT },
    { "{\"stream\":{\"urls\":[\"\"]}}", LK_EGRESS_OUTPUT_FORMAT_DEFAULT },
    { "{\"stream\":{\"destinations\":[{\"url\":\"wss://h\"}]}}",
      LK_EGRESS_OUTPUT_FORMAT_WEBSOCKET },
    { "{\"stream\":{\"destinations\":[{\"id\":\"a\"}]}}", LK_EGRESS_OUTPUT_FORMAT_DEFAULT },
    { "{\"segments\":{}}", LK_EGRESS_OUTPUT_FORMAT_HLS },
    { "{\"segments\":{\"protocol\":99}}", LK_EGRESS_OUTPUT_FORMAT_HLS },
    { "{\"file\":{\"file_type\":99,\"filepath\":\"a.webm\"}}", LK_EGRESS_OUTPUT_FORMAT_DEFAULT },
    { "{\"images\":{}}", LK_EGRESS_OUTPUT_FORMAT_IMAGES },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (LkEgressOutput) output = new_from_json (rows[i].json);

      g_test_message ("%s", rows[i].json);
      g_assert_cmpint (lk_egress_output_get_format (output), ==, rows[i].format);
    }
}

/* In the comments, where a server puts segments and playlist before and after. */
static void
test_prepend_folder (void)
{
  static const struct
  {
    const char *before;
    const char *after;
  } rows[] = {
    { "{\"file\":{\"filepath\":\"a.mp4\"}}", "{\"file\":{\"filepath\":\"x/y/a.mp4\"}}" },
    { "{\"file\":{\"filepath\":\"/a/b.mp4\"}}", "{\"file\":{\"filepath\":\"x/y/a/b.mp4\"}}" },
    { "{\"file\":{}}", "{\"file\":{\"filepath\":\"x/y/\"}}" },
    /* Servers take out "..", which would lead out of the folder. */
    { "{\"file\":{\"filepath\":\"../a.mp4\"}}", "{\"file\":{\"filepath\":\"x/y/a.mp4\"}}" },
    { "{\"file\":{\"filepath\":\"/a/.././../b//\"}}", "{\"file\":{\"filepath\":\"x/y/b/\"}}" },
    { "{\"file\":{\"filepath\":\"..\"}}", "{\"file\":{\"filepath\":\"x/y/\"}}" },
    { "{\"images\":{\"filename_prefix\":\"../../i\"}}",
      "{\"images\":{\"filename_prefix\":\"x/y/i\"}}" },
    { "{\"images\":{\"filename_prefix\":\"i\"}}", "{\"images\":{\"filename_prefix\":\"x/y/i\"}}" },
    { "{\"images\":{}}", "{\"images\":{\"filename_prefix\":\"x/y/\"}}" },
    { "{\"stream\":{\"urls\":[\"srt://h:1\"]}}", "{\"stream\":{\"urls\":[\"srt://h:1\"]}}" },
    { "{}", "{}" },
    /* a/s_0.ts a/p.m3u8 a/l.m3u8, however they are written */
    { "{\"segments\":{\"filename_prefix\":\"./a/s\",\"playlist_name\":\"a//p.m3u8\","
      "\"live_playlist_name\":\"../a/l.m3u8\"}}",
      "{\"segments\":{\"filename_prefix\":\"x/y/a/s\",\"playlist_name\":\"x/y/a/p.m3u8\","
      "\"live_playlist_name\":\"x/y/a/l.m3u8\"}}" },
    { "{\"segments\":{\"playlist_name\":\"./p.m3u8\",\"live_playlist_name\":\"./l.m3u8\"}}",
      "{\"segments\":{\"playlist_name\":\"x/y/p.m3u8\",\"live_playlist_name\":\"./l.m3u8\"}}" },
    { "{\"segments\":{\"filename_prefix\":\"./\",\"playlist_name\":\"p\"}}",
      "{\"segments\":{\"filename_prefix\":\"./\",\"playlist_name\":\"x/y/p\"}}" },
    /* s_0.ts p.m3u8 l.m3u8 */
    { "{\"segments\":{\"filename_prefix\":\"s\",\"playlist_name\":\"p\",\"live_playlist_name\":"
      "\"l\"}}",
      "{\"segments\":{\"filename_prefix\":\"x/y/s\",\"playlist_name\":\"p\","
      "\"live_playlist_name\":\"l\"}}" },
    /* a/s_0.ts a/p.m3u8: the playlist follows the segments */
    { "{\"segments\":{\"filename_prefix\":\"a/s\",\"playlist_name\":\"p\"}}",
      "{\"segments\":{\"filename_prefix\":\"x/y/a/s\",\"playlist_name\":\"p\"}}" },
    /* a/s_0.ts a/p.m3u8 a/l.m3u8 */
    { "{\"segments\":{\"filename_prefix\":\"a/s\",\"playlist_name\":\"a/p\",\"live_playlist_name\":"
      "\"a/l\"}}",
      "{\"segments\":{\"filename_prefix\":\"x/y/a/s\",\"playlist_name\":\"x/y/a/p\","
      "\"live_playlist_name\":\"x/y/a/l\"}}" },
    /* b/s_0.ts b/p.m3u8: the segments follow the playlist */
    { "{\"segments\":{\"filename_prefix\":\"s\",\"playlist_name\":\"b/p\",\"live_playlist_name\":"
      "\"l\"}}",
      "{\"segments\":{\"filename_prefix\":\"s\",\"playlist_name\":\"x/y/b/p\","
      "\"live_playlist_name\":\"l\"}}" },
    /* b/a/s_0.ts b/p.m3u8: the folder of the segments is inside the other */
    { "{\"segments\":{\"filename_prefix\":\"a/s\",\"playlist_name\":\"b/p\"}}",
      "{\"segments\":{\"filename_prefix\":\"a/s\",\"playlist_name\":\"x/y/b/p\"}}" },
    { "{\"segments\":{\"playlist_name\":\"p\"}}", "{\"segments\":{\"playlist_name\":\"x/y/p\"}}" },
    { "{\"segments\":{}}", "{\"segments\":{\"filename_prefix\":\"x/y/\"}}" },
  };
  static const char *const folders[] = { "x/y", "x/y/", "x/y//" };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      for (guint k = 0; k < G_N_ELEMENTS (folders); k++)
        {
          g_autoptr (LkEgressOutput) output = new_from_json (rows[i].before);

          lk_egress_output_prepend_folder (output, folders[k]);
          assert_json (output, rows[i].after);

          /* No folder. */
          lk_egress_output_prepend_folder (output, NULL);
          lk_egress_output_prepend_folder (output, "");
          lk_egress_output_prepend_folder (output, "/");
          assert_json (output, rows[i].after);
        }
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/output/formats", test_formats);
  g_test_add_func ("/output/get-format", test_get_format);
  g_test_add_func ("/output/prepend-folder", test_prepend_folder);

  return g_test_run ();
}
