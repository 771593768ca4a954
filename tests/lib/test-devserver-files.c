/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gstdio.h>
#include <string.h>

#include "decoder.h"
#include "devserver-egress.h"
#include "lk-test-folder.h"

/* What the dev server writes to its folder. */

#define POLL_INTERVAL_US 20000
#define LIVE_WINDOW 5

typedef struct
{
  LkTestDevserver *server;
  char *folder;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const char *arguments[] = { "--out", NULL, data != NULL ? "--fault" : NULL, data, NULL };

  fixture->folder = g_dir_make_tmp ("devserver-XXXXXX", NULL);
  arguments[1] = fixture->folder;
  fixture->server = lk_test_devserver_new (arguments);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  lk_test_devserver_free (fixture->server);
  lk_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static char *
get_path (Fixture *fixture, const char *name)
{
  return g_build_filename (fixture->folder, name, NULL);
}

/* NULL if there is no such file. */
static char *
read_file (Fixture *fixture, const char *name)
{
  g_autofree char *path = get_path (fixture, name);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

static JsonObject *
get_result (JsonObject *info, const char *list)
{
  return json_array_get_object_element (json_object_get_array_member (info, list), 0);
}

/* The form of an egress with one output that went to its end. */
static JsonObject *
finish (Fixture *fixture, const char *id)
{
  g_autoptr (JsonObject) ending = egress_stop (fixture->server, id);

  egress_assert_end (fixture->server, id, "EGRESS_COMPLETE", "", 0, "End reason: StopEgress API");
  return egress_get_info (fixture->server, id);
}

static JsonObject *
read_manifest (Fixture *fixture, JsonObject *info)
{
  const char *location = json_object_get_string_member (info, "manifest_location");
  g_autofree char *name
      = g_strconcat (json_object_get_string_member (info, "egress_id"), ".json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;

  g_assert_true (g_str_has_prefix (location, fixture->folder));
  g_assert_true (g_str_has_suffix (location, name));
  g_assert_true (g_file_get_contents (location, &text, NULL, NULL));
  node = json_from_string (text, NULL);
  return json_object_ref (json_node_get_object (node));
}

/* Segments */

static guint
count (const char *text, const char *part)
{
  guint n = 0;

  for (; text != NULL && (text = strstr (text, part)) != NULL; text++)
    n++;
  return n;
}

/* Waits until a playlist names that many segments; gives it. */
static char *
wait_for_segments (Fixture *fixture, const char *playlist, guint segments)
{
  char *text = read_file (fixture, playlist);

  while (count (text, "#EXTINF") < segments)
    {
      g_free (text);
      g_usleep (POLL_INTERVAL_US);
      text = read_file (fixture, playlist);
    }
  return text;
}

/* What a playlist looks like with all numbers and names taken out. */
static char *
get_form (const char *text)
{
  g_autoptr (GRegex) numbers = g_regex_new ("[0-9]+", 0, 0, NULL);
  g_autoptr (GRegex) fractions = g_regex_new ("\\.NZ", 0, 0, NULL);
  g_autofree char *without_numbers = g_regex_replace_literal (numbers, text, -1, 0, "N", 0, NULL);

  /* Milliseconds that are 0 are not written. */
  return g_regex_replace_literal (fractions, without_numbers, -1, 0, "Z", 0, NULL);
}

/* The same head, entries and foot as what a real worker wrote. */
static void
assert_form (const char *text, const char *recorded_name)
{
  g_autofree char *path
      = g_build_filename (g_getenv ("LK_EGRESS_TEST_DATA"), "hls", recorded_name, NULL);
  g_autofree char *recorded = NULL;
  g_autofree char *form = get_form (text);
  g_autofree char *recorded_form = NULL;
  const char *entry;

  g_assert_true (g_file_get_contents (path, &recorded, NULL, NULL));
  recorded_form = get_form (recorded);
  entry = strstr (recorded_form, "#EXT-X-PROGRAM");
  g_assert_cmpmem (form, MIN (strlen (form), (gsize)(entry - recorded_form)), recorded_form,
                   (gsize)(entry - recorded_form));
  entry = strstr (form, "#EXT-X-PROGRAM");
  g_assert_nonnull (entry);
  /* From here on the one with more segments only goes on longer in front of its end. */
  while (g_str_has_prefix (entry, "#EXT-X-PROGRAM"))
    {
      static const char expected[]
          = "#EXT-X-PROGRAM-DATE-TIME:N-N-NTN:N:NZ\n#EXTINF:N.N,\nseg_N.ts\n";

      g_assert_true (g_str_has_prefix (entry, expected));
      g_assert_nonnull (strstr (recorded_form, expected));
      entry += strlen (expected);
    }
  g_assert_cmpstr (entry, ==, "#EXT-X-ENDLIST\n");
  g_assert_true (g_str_has_suffix (recorded_form, entry));
}

/* Each segment begins when the one before has ended. */
static void
assert_times (const char *playlist)
{
  g_auto (GStrv) lines = g_strsplit (playlist, "\n", -1);
  gint64 end = 0;
  gint64 began = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "#EXT-X-PROGRAM-DATE-TIME:"))
      {
        g_autoptr (GDateTime) time
            = g_date_time_new_from_iso8601 (strchr (lines[i], ':') + 1, NULL);

        began = g_date_time_to_unix (time) * 1000 + g_date_time_get_microsecond (time) / 1000;
        if (end == 0)
          g_assert_cmpint (ABS (began - g_get_real_time () / 1000), <, 60 * 1000);
        else
          g_assert_cmpint (ABS (began - end), <=, 1);
      }
    else if (g_str_has_prefix (lines[i], "#EXTINF:"))
      end = began + (gint64)(g_ascii_strtod (strchr (lines[i], ':') + 1, NULL) * 1000 + 0.5);
}

#define SEGMENTS                                                                                   \
  "{\"segments\":{\"filename_prefix\":\"rec/{room_name}/seg\",\"playlist_name\":\"play.m3u8\","    \
  "\"live_playlist_name\":\"live.m3u8\",\"segment_duration\":1}}"

static void
test_segments (Fixture *fixture, gconstpointer data)
{
  static const char *const no_options[] = { NULL };
  g_autofree char *id = egress_start (fixture->server, SEGMENTS);
  g_autofree char *main_path = get_path (fixture, "rec/demo/play.m3u8");
  g_autofree char *live_path = get_path (fixture, "rec/demo/live.m3u8");
  g_autofree char *main_list = wait_for_segments (fixture, "rec/demo/play.m3u8", LIVE_WINDOW + 2);
  g_autofree char *live_list = read_file (fixture, "rec/demo/live.m3u8");
  g_autoptr (JsonObject) active = egress_get_info (fixture->server, id);
  g_autoptr (JsonObject) info = NULL;
  g_autoptr (JsonObject) manifest = NULL;
  JsonArray *segments;
  JsonObject *result;
  gint64 size = 0;

  /* While it runs: a window of the last segments, and an info that tells nothing of them. */
  g_assert_null (strstr (main_list, "#EXT-X-ENDLIST"));
  g_assert_cmpuint (count (live_list, "#EXTINF"), ==, LIVE_WINDOW);
  g_assert_null (strstr (live_list, "#EXT-X-MEDIA-SEQUENCE:0"));
  result = get_result (active, "segment_results");
  g_assert_cmpstr (json_object_get_string_member (result, "playlist_location"), ==, "");
  g_assert_cmpstr (json_object_get_string_member (result, "segment_count"), ==, "0");

  info = finish (fixture, id);
  g_free (main_list);
  g_free (live_list);
  main_list = read_file (fixture, "rec/demo/play.m3u8");
  live_list = read_file (fixture, "rec/demo/live.m3u8");
  assert_form (main_list, "play.m3u8");
  assert_form (live_list, "live.m3u8");
  assert_times (main_list);
  assert_times (live_list);

  manifest = read_manifest (fixture, info);
  result = get_result (manifest, "playlists");
  g_assert_cmpstr (json_object_get_string_member (result, "location"), ==, main_path);
  segments = json_object_get_array_member (result, "segments");
  g_assert_cmpuint (json_array_get_length (segments), ==, count (main_list, "#EXTINF"));
  for (guint i = 0; i < json_array_get_length (segments); i++)
    {
      JsonObject *segment = json_array_get_object_element (segments, i);
      g_autofree char *name = g_strdup_printf ("rec/demo/seg_%05u.ts", i);
      GStatBuf status;

      g_assert_cmpstr (json_object_get_string_member (segment, "filename"), ==, name);
      g_assert_cmpint (g_stat (json_object_get_string_member (segment, "location"), &status), ==,
                       0);
      size += status.st_size;
    }
  result = get_result (info, "segment_results");
  g_assert_cmpstr (json_object_get_string_member (result, "playlist_name"), ==,
                   "rec/demo/play.m3u8");
  g_assert_cmpstr (json_object_get_string_member (result, "playlist_location"), ==, main_path);
  g_assert_cmpstr (json_object_get_string_member (result, "live_playlist_location"), ==, live_path);
  g_assert_cmpint (
      g_ascii_strtoll (json_object_get_string_member (result, "segment_count"), NULL, 10), ==,
      json_array_get_length (segments));
  g_assert_cmpint (g_ascii_strtoll (json_object_get_string_member (result, "size"), NULL, 10), ==,
                   size);

  if (decoder_is_here ())
    {
      g_autoptr (Decoder) decoder = decoder_new (no_options, main_path);

      decoder_wait_for_end (decoder);
      g_assert_cmpuint (decoder_get_pictures (decoder), >, 15 * LIVE_WINDOW);
      g_assert_cmpuint (decoder_get_sounds (decoder), >, 40 * LIVE_WINDOW);
      g_assert_cmpfloat (decoder_get_gap (decoder), <, 0.1);
    }
}

/* An initialization segment that the playlists name and the manifest does not, and segments of one
 * form that can be decoded in a row. */
static void
test_segments_mp4 (Fixture *fixture, gconstpointer data)
{
  static const char *const no_options[] = { NULL };
  static const char request[]
      = "{\"segments\":{\"protocol\":\"HLS_FMP4_PROTOCOL\",\"filename_prefix\":\"rec/seg\","
        "\"playlist_name\":\"play.m3u8\",\"live_playlist_name\":\"live.m3u8\","
        "\"segment_duration\":1}}";
  static const char head[] = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-PLAYLIST-TYPE:EVENT\n"
                             "#EXT-X-ALLOW-CACHE:NO\n#EXT-X-TARGETDURATION:1\n"
                             "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-MAP:URI=\"seg_init.mp4\"\n"
                             "#EXT-X-PROGRAM-DATE-TIME:";
  g_autofree char *id = egress_start (fixture->server, request);
  g_autofree char *main_path = get_path (fixture, "rec/play.m3u8");
  g_autofree char *main_list = wait_for_segments (fixture, "rec/play.m3u8", LIVE_WINDOW + 1);
  g_autofree char *live_list = read_file (fixture, "rec/live.m3u8");
  g_autofree char *init = read_file (fixture, "rec/seg_init.mp4");
  g_autoptr (JsonObject) info = finish (fixture, id);
  g_autoptr (JsonObject) manifest = read_manifest (fixture, info);
  JsonArray *segments
      = json_object_get_array_member (get_result (manifest, "playlists"), "segments");

  g_assert_cmpmem (main_list, MIN (strlen (main_list), strlen (head)), head, strlen (head));
  g_assert_nonnull (strstr (live_list, "#EXT-X-MAP:URI=\"seg_init.mp4\"\n"));
  g_assert_cmpmem (init + 4, 4, "ftyp", 4);
  for (guint i = 0; i < json_array_get_length (segments); i++)
    {
      g_autofree char *name = g_strdup_printf ("rec/seg_%05u.m4s", i);
      g_autofree char *segment = read_file (fixture, name);
      JsonObject *entry = json_array_get_object_element (segments, i);

      g_assert_cmpstr (json_object_get_string_member (entry, "filename"), ==, name);
      g_assert_nonnull (segment);
      g_assert_cmpmem (segment + 4, 4, "styp", 4);
    }

  if (decoder_is_here ())
    {
      g_autoptr (Decoder) decoder = decoder_new (no_options, main_path);

      decoder_wait_for_end (decoder);
      g_assert_cmpuint (decoder_get_pictures (decoder), >, 15 * LIVE_WINDOW);
      g_assert_cmpuint (decoder_get_sounds (decoder), >, 40 * LIVE_WINDOW);
      g_assert_cmpfloat (decoder_get_gap (decoder), <, 0.1);
    }
}

/* A recording has every picture, also of a machine that had no time for it meanwhile. */
static void
test_held_up (Fixture *fixture, gconstpointer data)
{
  static const char *const no_options[] = { NULL };
  g_autofree char *id
      = egress_start (fixture->server, "{\"segments\":{\"protocol\":\"HLS_FMP4_PROTOCOL\","
                                       "\"filename_prefix\":\"rec/seg\","
                                       "\"playlist_name\":\"play.m3u8\",\"segment_duration\":1}}");
  g_autofree char *path = get_path (fixture, "rec/play.m3u8");
  g_autofree char *before = wait_for_segments (fixture, "rec/play.m3u8", 1);
  g_autofree char *after = NULL;
  g_autoptr (JsonObject) info = NULL;

  lk_test_devserver_hold_up (fixture->server, 3 * G_TIME_SPAN_SECOND / 2);
  after = wait_for_segments (fixture, "rec/play.m3u8", count (before, "#EXTINF") + 3);
  info = finish (fixture, id);
  if (decoder_is_here ())
    {
      g_autoptr (Decoder) decoder = decoder_new (no_options, path);

      decoder_wait_for_end (decoder);
      g_assert_cmpfloat (decoder_get_gap (decoder), <, 0.1);
    }
}

/* The names of playlists that a request gets, as R32 and R35 of the worker's rules have it. */
static void
test_segment_names (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *prefix, *playlist, *live;
    const char *shown, *live_shown;
  } cases[] = {
    { "seg", "", "", "seg.m3u8", "" },
    { "a/seg", "", "", "a/seg.m3u8", "" },
    { "a/seg", "play", "live", "a/play.m3u8", "a/live.m3u8" },
    { "", "b/play.m3u8", "b/live.m3u8", "b/play.m3u8", "b/live.m3u8" },
    { "a/seg", "b/play.v2.m3u8", "", "b/play.v2.m3u8", "" },
    { "", "rec.v2", "", "rec.m3u8", "" },
    { "/abs/seg", "play.m3u8", "", "/abs/play.m3u8", "" },
    { "../../out/seg", "", "", "out/seg.m3u8", "" },
    { "", "{room_name}/{publisher_identity}", "", "demo/alice.m3u8", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *output
          = g_strdup_printf ("{\"segments\":{\"filename_prefix\":\"%s\",\"playlist_name\":\"%s\","
                             "\"live_playlist_name\":\"%s\"}}",
                             cases[i].prefix, cases[i].playlist, cases[i].live);
      g_autofree char *id = egress_start (fixture->server, output);
      g_autoptr (JsonObject) info = egress_get_info (fixture->server, id);
      JsonObject *result = get_result (info, "segment_results");

      g_assert_cmpstr (json_object_get_string_member (result, "playlist_name"), ==, cases[i].shown);
      g_assert_cmpstr (json_object_get_string_member (result, "live_playlist_name"), ==,
                       cases[i].live_shown);
    }
}

/* A file that the playlist names and nobody finds. */
static void
test_segment_missing (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = egress_start (fixture->server, SEGMENTS);
  g_autofree char *list = wait_for_segments (fixture, "rec/demo/play.m3u8", 4);
  g_autoptr (JsonObject) info = finish (fixture, id);
  guint missing = 0;

  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *name = g_strdup_printf ("rec/demo/seg_%05u.ts", i);
      g_autofree char *path = get_path (fixture, name);

      missing += !g_file_test (path, G_FILE_TEST_EXISTS);
    }
  g_assert_cmpuint (missing, ==, 1);
}

/* Two seconds in which nothing comes make one segment longer. */
static void
test_segment_stall (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = egress_start (fixture->server, SEGMENTS);
  g_autofree char *list = wait_for_segments (fixture, "rec/demo/play.m3u8", 4);
  g_autoptr (JsonObject) info = finish (fixture, id);
  double longest = 0;

  assert_times (list);
  for (const char *entry = list; (entry = strstr (entry, "#EXTINF:")) != NULL;)
    {
      entry += strlen ("#EXTINF:");
      longest = MAX (longest, g_ascii_strtod (entry, NULL));
    }
  g_assert_cmpfloat (longest, >, 1.9);
}

/* A worker that fails leaves a playlist that has no end. */
static void
test_segments_fail (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = egress_start (fixture->server, SEGMENTS);
  g_autofree char *list = NULL;

  lk_test_devserver_wait (fixture->server, "EGRESS_FAILED", 1);
  list = read_file (fixture, "rec/demo/play.m3u8");
  g_assert_true (list == NULL || strstr (list, "#EXT-X-ENDLIST") == NULL);
}

/* Images */

static guint
count_files (Fixture *fixture, const char *suffix)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (folder)) != NULL)
    n += g_str_has_suffix (name, suffix);
  return n;
}

/* The size that the first frame header of a JPEG picture tells. */
static void
assert_size (const char *path, guint width, guint height)
{
  g_autofree char *text = NULL;
  const guint8 *data;
  gsize size;
  gsize i = 2;

  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  data = (const guint8 *)text;
  g_assert_cmphex (data[0] << 8 | data[1], ==, 0xffd8);
  while (i + 9 < size && data[i + 1] != 0xc0)
    i += 2 + (data[i + 2] << 8 | data[i + 3]);
  g_assert_cmpuint (i + 9, <, size);
  g_assert_cmpuint (data[i + 5] << 8 | data[i + 6], ==, height);
  g_assert_cmpuint (data[i + 7] << 8 | data[i + 8], ==, width);
}

static void
test_images (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id
      = egress_start (fixture->server, "{\"images\":{\"filename_prefix\":\"50%/{room_name}/shot\","
                                       "\"capture_interval\":1,\"width\":160,\"height\":90}}");
  g_autofree char *third = get_path (fixture, "50%/demo/shot_00002.jpeg");
  g_autoptr (JsonObject) active = NULL;
  g_autoptr (JsonObject) info = NULL;
  g_autoptr (JsonObject) manifest = NULL;
  JsonArray *images;
  JsonObject *result;
  gint64 last = 0;

  while (!g_file_test (third, G_FILE_TEST_EXISTS))
    g_usleep (POLL_INTERVAL_US);
  active = egress_get_info (fixture->server, id);
  result = get_result (active, "image_results");
  g_assert_cmpstr (json_object_get_string_member (result, "image_count"), ==, "0");

  info = finish (fixture, id);
  manifest = read_manifest (fixture, info);
  images = json_object_get_array_member (manifest, "images");
  g_assert_cmpuint (json_array_get_length (images), >=, 3);
  for (guint i = 0; i < json_array_get_length (images); i++)
    {
      JsonObject *image = json_array_get_object_element (images, i);
      g_autofree char *name = g_strdup_printf ("50%%/demo/shot_%05u.jpeg", i);
      g_autoptr (GDateTime) time
          = g_date_time_new_from_iso8601 (json_object_get_string_member (image, "timestamp"), NULL);
      gint64 milliseconds
          = g_date_time_to_unix (time) * 1000 + g_date_time_get_microsecond (time) / 1000;

      g_assert_cmpstr (json_object_get_string_member (image, "filename"), ==, name);
      assert_size (json_object_get_string_member (image, "location"), 160, 90);
      if (i > 1)
        g_assert_cmpint (milliseconds - last, ==, 1000);
      last = milliseconds;
    }
  result = get_result (info, "image_results");
  g_assert_cmpstr (json_object_get_string_member (result, "filename_prefix"), ==, "50%/demo/shot");
  g_assert_cmpint (
      g_ascii_strtoll (json_object_get_string_member (result, "image_count"), NULL, 10), ==,
      json_array_get_length (images));
}

/* Two outputs of pictures alone: one file that is always the last, and names that tell the time. */
static void
test_image_suffixes (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id
      = egress_start (fixture->server,
                      "{\"images\":{\"filename_prefix\":\"last\",\"capture_interval\":1,"
                      "\"filename_suffix\":\"IMAGE_SUFFIX_NONE_OVERWRITE\"}},"
                      "{\"images\":{\"filename_prefix\":\"at\",\"capture_interval\":1,"
                      "\"filename_suffix\":\"IMAGE_SUFFIX_TIMESTAMP\",\"disable_manifest\":true}}");
  g_autofree char *last = get_path (fixture, "last.jpeg");
  g_autoptr (JsonObject) info = NULL;
  g_autoptr (JsonObject) manifest = NULL;
  JsonArray *images;

  while (count_files (fixture, ".jpeg") < 4 || !g_file_test (last, G_FILE_TEST_EXISTS))
    g_usleep (POLL_INTERVAL_US);
  assert_size (last, 320, 240);
  info = finish (fixture, id);
  g_assert_cmpuint (count_files (fixture, ".json"), ==, 1);
  manifest = read_manifest (fixture, info);
  images = json_object_get_array_member (manifest, "images");
  for (guint i = 0; i < json_array_get_length (images); i++)
    {
      JsonObject *image = json_array_get_object_element (images, i);

      g_assert_true (g_regex_match_simple (
          "^(last|at_[0-9]{17})\\.jpeg$", json_object_get_string_member (image, "filename"), 0, 0));
      g_assert_true (
          g_file_test (json_object_get_string_member (image, "location"), G_FILE_TEST_EXISTS));
    }
}

/* Files */

/* Each form as its decoder sees it, under the name that the worker gives it. */
static void
test_file (Fixture *fixture, gconstpointer data)
{
  static const char *const no_options[] = { NULL };
  static const struct
  {
    const char *only;
    const char *type;
    const char *name;
    const char *written;
    guint pictures, sounds;
  } cases[] = {
    { "", "DEFAULT_FILETYPE", "rec.webm", "rec.mp4", 15, 20 },
    { ",\"audio_only\":true", "DEFAULT_FILETYPE", "rec", "rec.ogg", 0, 20 },
    { ",\"audio_only\":true", "OGG", "a.b", "a.b.ogg", 0, 20 },
    { ",\"audio_only\":true", "MP3", "{room_name}/x.mp4", "demo/x.mp3", 0, 20 },
    { ",\"audio_only\":true", "MP4", "sound.mp4", "sound.mp4", 0, 20 },
    { ",\"video_only\":true", "MP4", "silent", "silent.mp4", 15, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = get_path (fixture, cases[i].written);
      g_autoptr (JsonObject) started = egress_call (
          fixture->server, "StartRoomCompositeEgress", 200,
          "{\"room_name\":\"demo\"%s,\"file_outputs\":[{\"file_type\":\"%s\",\"filepath\":\"%s\"}],"
          "\"advanced\":{\"width\":320,\"height\":240,\"framerate\":15,\"video_bitrate\":500}}",
          cases[i].only, cases[i].type, cases[i].name);
      const char *id = json_object_get_string_member (started, "egress_id");
      g_autoptr (JsonObject) ending = NULL;
      g_autoptr (JsonObject) info = NULL;
      g_autoptr (JsonObject) manifest = NULL;
      JsonObject *result;
      GStatBuf status;

      while (g_stat (path, &status) != 0 || status.st_size < 10000)
        g_usleep (POLL_INTERVAL_US);
      ending = egress_stop (fixture->server, id);
      lk_test_devserver_wait (fixture->server, "EGRESS_COMPLETE", i + 1);
      info = egress_get_info (fixture->server, id);
      result = get_result (info, "file_results");
      g_assert_cmpint (g_stat (path, &status), ==, 0);
      g_assert_cmpstr (json_object_get_string_member (result, "filename"), ==, cases[i].written);
      g_assert_cmpstr (json_object_get_string_member (result, "location"), ==, path);
      g_assert_cmpint (g_ascii_strtoll (json_object_get_string_member (result, "size"), NULL, 10),
                       ==, status.st_size);
      manifest = read_manifest (fixture, info);
      g_assert_cmpstr (json_object_get_string_member (get_result (manifest, "files"), "location"),
                       ==, path);
      if (decoder_is_here ())
        {
          g_autoptr (Decoder) decoder = decoder_new (no_options, path);

          decoder_wait_for_end (decoder);
          g_assert_cmpuint (decoder_get_pictures (decoder), >=, cases[i].pictures);
          g_assert_cmpuint (decoder_get_sounds (decoder), >=, cases[i].sounds);
          g_assert_cmpuint (decoder_get_pictures (decoder) > 0, ==, cases[i].pictures > 0);
          g_assert_cmpuint (decoder_get_sounds (decoder) > 0, ==, cases[i].sounds > 0);
        }
    }
}

#define ADD(name, fault, test)                                                                     \
  g_test_add ("/devserver/files/" name, Fixture, fault, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("segments", NULL, test_segments);
  ADD ("segments-mp4", NULL, test_segments_mp4);
  ADD ("held-up", NULL, test_held_up);
  ADD ("segment-names", "{\"life\":\"never-active\",\"count\":0}", test_segment_names);
  ADD ("segment-missing", "{\"life\":\"cut\"}", test_segment_missing);
  ADD ("segment-stall", "{\"life\":\"stall\"}", test_segment_stall);
  ADD ("segments-fail", "{\"life\":\"fail-active\"}", test_segments_fail);
  ADD ("images", NULL, test_images);
  ADD ("image-suffixes", NULL, test_image_suffixes);
  ADD ("file", NULL, test_file);
  return g_test_run ();
}
