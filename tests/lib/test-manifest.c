/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Manifests as workers write them: numbers are numbers, what is empty is left out. */

#include <gio/gio.h>

#include "lk-egress-manifest-file.h"
#include "lk-egress-manifest-image.h"
#include "lk-egress-manifest-playlist.h"
#include "lk-egress-manifest.h"

static const char composite_json[]
    = "{\"egress_id\":\"EG_JCK9YZeup5SB\",\"room_id\":\"RM_kQ7b\",\"room_name\":\"demo\","
      "\"started_at\":1795430246769009084,\"ended_at\":1795430259075574646,"
      "\"files\":[{\"filename\":\"rec/a.mp4\",\"location\":\"https://b.s3.amazonaws.com/rec/a.mp4\"}],"
      "\"playlists\":[{\"location\":\"https://b.s3.amazonaws.com/rec/play.m3u8?X-Amz-Signature=abc\","
      "\"segments\":["
      "{\"filename\":\"rec/s_00000.ts\",\"location\":\"https://b.s3.amazonaws.com/rec/s_00000.ts\"},"
      "{\"filename\":\"rec/s_00002.ts\",\"location\":\"https://b.s3.amazonaws.com/rec/s_00002.ts\"},"
      "{\"filename\":\"rec/s_00001.ts\",\"location\":\"https://b.s3.amazonaws.com/rec/s_00001.ts\"}]},"
      "{}],"
      "\"images\":[{\"filename\":\"i_00000.jpeg\",\"timestamp\":\"2026-11-23T10:37:27.022474188Z\","
      "\"location\":\"/out/i_00000.jpeg\"},"
      "{\"filename\":\"i_00001.jpeg\",\"timestamp\":\"2026-11-23T12:37:37.5+02:00\"},"
      "{\"timestamp\":\"0001-01-01T00:00:00Z\"},{\"timestamp\":\"yesterday\"},{}]}\n";

static const char track_json[]
    = "{\"egress_id\":\"EG_1\",\"room_name\":\"demo\",\"publisher_identity\":\"alice\","
      "\"track_id\":\"TR_AM\",\"track_kind\":\"audio\",\"track_source\":\"screen_share_audio\","
      "\"codec\":{\"of\":[\"a later worker\"]},\"files\":[{\"filename\":\"t.ogg\",\"bytes\":12}]}";

static LkEgressManifest *
parse (const char *json)
{
  g_autoptr (GError) error = NULL;
  LkEgressManifest *manifest = lk_egress_manifest_new_from_json (json, -1, &error);

  g_assert_no_error (error);

  return manifest;
}

static gpointer
get (GListModel *list, guint index, guint n_items)
{
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, n_items);

  return g_list_model_get_item (list, index);
}

static void
test_composite (void)
{
  g_autoptr (LkEgressManifest) manifest = parse (composite_json);
  g_autoptr (LkEgressManifestFile) file = get (lk_egress_manifest_get_files (manifest), 0, 1);
  g_autoptr (LkEgressManifestPlaylist) playlist
      = get (lk_egress_manifest_get_playlists (manifest), 0, 2);
  g_autoptr (LkEgressManifestPlaylist) unwritten
      = get (lk_egress_manifest_get_playlists (manifest), 1, 2);
  g_autoptr (LkEgressManifestFile) segment
      = get (lk_egress_manifest_playlist_get_segments (playlist), 1, 3);
  g_autoptr (GDateTime) started = lk_egress_manifest_dup_started_time (manifest);
  g_autoptr (GDateTime) ended = lk_egress_manifest_dup_ended_time (manifest);

  g_assert_cmpstr (lk_egress_manifest_get_egress_id (manifest), ==, "EG_JCK9YZeup5SB");
  g_assert_cmpstr (lk_egress_manifest_get_room_id (manifest), ==, "RM_kQ7b");
  g_assert_cmpstr (lk_egress_manifest_get_room_name (manifest), ==, "demo");
  g_assert_cmpint (lk_egress_manifest_get_started_at (manifest), ==, 1795430246769009084);
  g_assert_cmpint (lk_egress_manifest_get_ended_at (manifest), ==, 1795430259075574646);
  g_assert_cmpint (g_date_time_to_unix (started), ==, 1795430246);
  g_assert_cmpint (g_date_time_to_unix (ended), ==, 1795430259);
  g_assert_null (lk_egress_manifest_get_url (manifest));
  g_assert_null (lk_egress_manifest_get_publisher_identity (manifest));
  g_assert_null (lk_egress_manifest_get_track_id (manifest));

  g_assert_cmpstr (lk_egress_manifest_file_get_filename (file), ==, "rec/a.mp4");
  g_assert_cmpstr (lk_egress_manifest_file_get_location (file), ==,
                   "https://b.s3.amazonaws.com/rec/a.mp4");
  g_assert_cmpstr (lk_egress_manifest_playlist_get_location (playlist), ==,
                   "https://b.s3.amazonaws.com/rec/play.m3u8?X-Amz-Signature=abc");
  g_assert_cmpstr (lk_egress_manifest_file_get_filename (segment), ==, "rec/s_00002.ts");
  g_assert_cmpstr (lk_egress_manifest_file_get_location (segment), ==,
                   "https://b.s3.amazonaws.com/rec/s_00002.ts");
  g_assert_null (lk_egress_manifest_playlist_get_location (unwritten));
  g_assert_null (get (lk_egress_manifest_playlist_get_segments (unwritten), 0, 0));
}

static void
test_images (void)
{
  g_autoptr (LkEgressManifest) manifest = parse (composite_json);
  GListModel *images = lk_egress_manifest_get_images (manifest);
  const char *const times[]
      = { "2026-11-23T10:37:27.022474Z", "2026-11-23T12:37:37.500000+02", NULL, NULL, NULL };
  g_autoptr (LkEgressManifestImage) first = get (images, 0, G_N_ELEMENTS (times));

  g_assert_cmpstr (lk_egress_manifest_image_get_filename (first), ==, "i_00000.jpeg");
  g_assert_cmpstr (lk_egress_manifest_image_get_location (first), ==, "/out/i_00000.jpeg");
  g_assert_cmpstr (lk_egress_manifest_image_get_timestamp (first), ==,
                   "2026-11-23T10:37:27.022474188Z");

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autoptr (LkEgressManifestImage) image = g_list_model_get_item (images, i);
      g_autoptr (GDateTime) time = lk_egress_manifest_image_dup_time (image);
      g_autofree char *text = time != NULL ? g_date_time_format_iso8601 (time) : NULL;

      g_assert_cmpstr (text, ==, times[i]);
    }
}

static void
test_track (void)
{
  g_autoptr (LkEgressManifest) manifest = parse (track_json);
  g_autoptr (LkEgressManifestFile) file = get (lk_egress_manifest_get_files (manifest), 0, 1);

  g_assert_cmpstr (lk_egress_manifest_get_publisher_identity (manifest), ==, "alice");
  g_assert_cmpstr (lk_egress_manifest_get_track_id (manifest), ==, "TR_AM");
  g_assert_cmpstr (lk_egress_manifest_get_track_kind (manifest), ==, "audio");
  g_assert_cmpstr (lk_egress_manifest_get_track_source (manifest), ==, "screen_share_audio");
  g_assert_cmpint (lk_egress_manifest_get_started_at (manifest), ==, 0);
  g_assert_null (lk_egress_manifest_dup_started_time (manifest));
  g_assert_cmpstr (lk_egress_manifest_file_get_filename (file), ==, "t.ogg");
  g_assert_null (lk_egress_manifest_file_get_location (file));
}

static void
test_rest (void)
{
  g_autoptr (LkEgressManifest) manifest
      = parse ("{\"url\":\"https://page.example/?token=abc\",\"audio_track_id\":\"TR_A\","
               "\"video_track_id\":\"TR_V\",\"files\":null}");
  g_autofree char *text = lk_egress_message_to_string (LK_EGRESS_MESSAGE (manifest));

  g_assert_cmpstr (lk_egress_manifest_get_url (manifest), ==, "https://page.example/?token=abc");
  g_assert_cmpstr (lk_egress_manifest_get_audio_track_id (manifest), ==, "TR_A");
  g_assert_cmpstr (lk_egress_manifest_get_video_track_id (manifest), ==, "TR_V");
  g_assert_null (get (lk_egress_manifest_get_files (manifest), 0, 0));
  g_assert_null (strstr (text, "abc"));
  g_assert_nonnull (strstr (text, "https://page.example/?token={token}"));
}

/* What this library writes, in either style, it reads again. */
static void
test_again (void)
{
  const LkEgressJsonFlags styles[] = { LK_EGRESS_JSON_NONE, LK_EGRESS_JSON_PROTO_NAMES,
                                       LK_EGRESS_JSON_DEFAULTS | LK_EGRESS_JSON_PRETTY };
  g_autoptr (LkEgressManifest) manifest = parse (composite_json);

  for (gsize i = 0; i < G_N_ELEMENTS (styles); i++)
    {
      g_autofree char *json = lk_egress_message_to_json (LK_EGRESS_MESSAGE (manifest), styles[i]);
      g_autoptr (LkEgressManifest) again = parse (json);

      g_assert_true (
          lk_egress_message_equal (LK_EGRESS_MESSAGE (manifest), LK_EGRESS_MESSAGE (again)));
    }
}

/* Exactly the bytes given are read. */
static void
test_length (void)
{
  const char json[] = "{\"room_name\":\"demo\"}{\"no";
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressManifest) manifest
      = lk_egress_manifest_new_from_json (json, strlen ("{\"room_name\":\"demo\"}"), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (lk_egress_manifest_get_room_name (manifest), ==, "demo");
}

static void
test_bad (void)
{
  const struct
  {
    const char *json;
    const char *message;
  } rows[] = {
    { "", "Not valid JSON at line 1, column 1: the text ends where a value should be" },
    { "[]", "expected an object, found an array" },
    { "{\"started_at\":\"soon\"}", "started_at: expected a whole number of 64 bits" },
    { "{\"files\":[{},{\"filename\":7}]}", "files[1].filename: expected a string, found a number" },
    { "{\"playlists\":[{\"segments\":{}}]}",
      "playlists[0].segments: expected an array, found an object" },
    { "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (lk_egress_manifest_new_from_json (rows[i].json, -1, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      if (rows[i].message != NULL)
        g_assert_cmpstr (error->message, ==, rows[i].message);
    }
}

static void
test_large (void)
{
  gsize size = 64 * 1024 * 1024 + 1;
  g_autofree char *json = g_strnfill (size, ' ');
  g_autoptr (GError) error = NULL;

  json[0] = '{';
  json[size - 1] = '}';
  g_assert_null (lk_egress_manifest_new_from_json (json, (gssize)size, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_cmpstr (
      error->message, ==,
      "A Manifest of 67108865 bytes is more than the 67108864 that are read; is it something else?");
}

/* A few hours of segments. */
static void
test_long (void)
{
  g_autoptr (GString) json = g_string_new ("{\"playlists\":[{\"segments\":[");
  g_autoptr (LkEgressManifest) manifest = NULL;
  g_autoptr (LkEgressManifestPlaylist) playlist = NULL;
  g_autoptr (LkEgressManifestFile) last = NULL;
  const guint n_segments = 5000;

  for (guint i = 0; i < n_segments; i++)
    g_string_append_printf (json, "%s{\"filename\":\"s_%05u.ts\"}", i > 0 ? "," : "", i);
  g_string_append (json, "]}]}");

  manifest = parse (json->str);
  playlist = get (lk_egress_manifest_get_playlists (manifest), 0, 1);
  last = get (lk_egress_manifest_playlist_get_segments (playlist), n_segments - 1, n_segments);
  g_assert_cmpstr (lk_egress_manifest_file_get_filename (last), ==, "s_04999.ts");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/manifest/composite", test_composite);
  g_test_add_func ("/manifest/images", test_images);
  g_test_add_func ("/manifest/track", test_track);
  g_test_add_func ("/manifest/rest", test_rest);
  g_test_add_func ("/manifest/again", test_again);
  g_test_add_func ("/manifest/length", test_length);
  g_test_add_func ("/manifest/bad", test_bad);
  g_test_add_func ("/manifest/large", test_large);
  g_test_add_func ("/manifest/long", test_long);

  return g_test_run ();
}
