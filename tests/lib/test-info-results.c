/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What became of the outputs, as getters, properties and JSON tell it. */

#include <gio/gio.h>

#include "lk-egress-error.h"
#include "lk-egress-info.h"
#include "lk-egress-location.h"
#include "lk-egress-manifest.h"
#include "lk-egress-manifest-file.h"
#include "lk-egress-manifest-image.h"
#include "lk-egress-manifest-playlist.h"
#include "lk-test-recorded.h"

static LkEgressInfo *
parse_info (const char *json)
{
  g_autoptr (GError) error = NULL;
  LkEgressMessage *message = lk_egress_message_new_from_json (LK_EGRESS_TYPE_INFO, json, &error);

  g_assert_no_error (error);

  return LK_EGRESS_INFO (message);
}

static void
assert_json (LkEgressInfo *info, const char *expected)
{
  g_autofree char *json = lk_egress_message_to_json (LK_EGRESS_MESSAGE (info), LK_EGRESS_JSON_NONE);

  g_assert_cmpstr (json, ==, expected);
}

static guint n_recorded;

static void
test_times (void)
{
  g_autoptr (LkEgressInfo) info = lk_egress_info_new ();
  g_autoptr (GDateTime) none = NULL;
  g_autoptr (GDateTime) started = NULL;
  g_autoptr (GDateTime) ended = NULL;
  g_autofree char *text = NULL;

  none = lk_egress_info_dup_started_time (info);
  g_assert_null (none);

  g_object_set (info, "started-at", G_GINT64_CONSTANT (1795430246769009084), "ended-at", G_MAXINT64,
                "updated-at", (gint64)-1, NULL);
  started = lk_egress_info_dup_started_time (info);
  text = g_date_time_format_iso8601 (started);
  g_assert_cmpstr (text, ==, "2026-11-23T10:37:26.769009Z");
  ended = lk_egress_info_dup_ended_time (info);
  g_assert_cmpint (g_date_time_to_unix (ended), ==, G_MAXINT64 / 1000000000);
  none = lk_egress_info_dup_updated_time (info);
  g_assert_null (none);
}

/* Of each kind of result: the times that are there, and in an empty one none. */
static void
assert_times (gpointer result, GDateTime *(*const *dup) (gpointer), const char *const *names)
{
  g_autoptr (LkEgressMessage) empty = g_object_new (G_OBJECT_TYPE (result), NULL);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (GDateTime) time = NULL;

      g_object_set (result, names[i], (gint64)(i + 1) * 1000000000 + 500001999, NULL);
      time = dup[i](result);
      g_assert_cmpint (g_date_time_to_unix (time), ==, i + 1);
      g_assert_cmpint (g_date_time_get_microsecond (time), ==, 500001);
      g_assert_null (dup[i](empty));
    }
}

#define DUP(name) ((GDateTime * (*)(gpointer)) lk_egress_##name)

static void
test_result_times (void)
{
  const char *const names[] = { "started-at", "ended-at", NULL };
  const char *const stream_names[] = { "started-at", "ended-at", "last-retry-at", NULL };
  GDateTime *(*const of_stream[]) (gpointer)
      = { DUP (stream_info_dup_started_time), DUP (stream_info_dup_ended_time),
          DUP (stream_info_dup_last_retry_time) };
  GDateTime *(*const of_file[]) (gpointer)
      = { DUP (file_info_dup_started_time), DUP (file_info_dup_ended_time) };
  GDateTime *(*const of_segments[]) (gpointer)
      = { DUP (segments_info_dup_started_time), DUP (segments_info_dup_ended_time) };
  GDateTime *(*const of_images[]) (gpointer)
      = { DUP (images_info_dup_started_time), DUP (images_info_dup_ended_time) };
  g_autoptr (LkEgressStreamInfo) stream = lk_egress_stream_info_new ();
  g_autoptr (LkEgressFileInfo) file = lk_egress_file_info_new ();
  g_autoptr (LkEgressSegmentsInfo) segments = lk_egress_segments_info_new ();
  g_autoptr (LkEgressImagesInfo) images = lk_egress_images_info_new ();

  assert_times (stream, of_stream, stream_names);
  assert_times (file, of_file, names);
  assert_times (segments, of_segments, names);
  assert_times (images, of_images, names);
}

static void
test_results (void)
{
  const char *json
      = "{\"stream_results\":[{\"id\":\"main\",\"url\":\"srt://h:1\",\"status\":\"FAILED\","
        "\"error\":\"gone\",\"retries\":3,\"last_retry_at\":\"4\",\"started_at\":\"1\",\"ended_at\":\"2\",\"duration\":"
        "\"3\"}],"
        "\"file_results\":[{\"filename\":\"a.mp4\",\"location\":\"https://x/a.mp4\","
        "\"size\":\"5000000000\",\"duration\":\"6\",\"started_at\":\"7\",\"ended_at\":\"8\"}],"
        "\"segment_results\":[{\"playlist_name\":\"p\",\"live_playlist_name\":\"l\","
        "\"playlist_location\":\"P\",\"live_playlist_location\":\"L\",\"segment_count\":\"9\","
        "\"size\":\"10\",\"duration\":\"11\",\"started_at\":\"12\",\"ended_at\":\"13\"}],"
        "\"image_results\":[{\"filename_prefix\":\"i\",\"image_count\":\"14\",\"started_at\":"
        "\"15\",\"ended_at\":\"16\"}]}";
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressMessage) info
      = lk_egress_message_new_from_json (LK_EGRESS_TYPE_INFO, json, &error);
  g_autoptr (LkEgressStreamInfo) stream = NULL;
  g_autoptr (LkEgressFileInfo) file = NULL;
  g_autoptr (LkEgressSegmentsInfo) segments = NULL;
  g_autoptr (LkEgressImagesInfo) images = NULL;

  g_assert_no_error (error);
  stream = g_list_model_get_item (lk_egress_info_get_stream_results (LK_EGRESS_INFO (info)), 0);
  g_assert_cmpstr (lk_egress_stream_info_get_id (stream), ==, "main");
  g_assert_cmpstr (lk_egress_stream_info_get_url (stream), ==, "srt://h:1");
  g_assert_cmpint (lk_egress_stream_info_get_status (stream), ==, LK_EGRESS_STREAM_STATUS_FAILED);
  g_assert_cmpstr (lk_egress_stream_info_get_error (stream), ==, "gone");
  g_assert_cmpuint (lk_egress_stream_info_get_retries (stream), ==, 3);
  g_assert_cmpint (lk_egress_stream_info_get_started_at (stream), ==, 1);
  g_assert_cmpint (lk_egress_stream_info_get_ended_at (stream), ==, 2);
  g_assert_cmpint (lk_egress_stream_info_get_duration (stream), ==, 3);
  g_assert_cmpint (lk_egress_stream_info_get_last_retry_at (stream), ==, 4);

  file = g_list_model_get_item (lk_egress_info_get_file_results (LK_EGRESS_INFO (info)), 0);
  g_assert_cmpstr (lk_egress_file_info_get_filename (file), ==, "a.mp4");
  g_assert_cmpstr (lk_egress_file_info_get_location (file), ==, "https://x/a.mp4");
  g_assert_cmpint (lk_egress_file_info_get_size (file), ==, G_GINT64_CONSTANT (5000000000));
  g_assert_cmpint (lk_egress_file_info_get_duration (file), ==, 6);
  g_assert_cmpint (lk_egress_file_info_get_started_at (file), ==, 7);
  g_assert_cmpint (lk_egress_file_info_get_ended_at (file), ==, 8);

  segments = g_list_model_get_item (lk_egress_info_get_segment_results (LK_EGRESS_INFO (info)), 0);
  g_assert_cmpstr (lk_egress_segments_info_get_playlist_name (segments), ==, "p");
  g_assert_cmpstr (lk_egress_segments_info_get_live_playlist_name (segments), ==, "l");
  g_assert_cmpstr (lk_egress_segments_info_get_playlist_location (segments), ==, "P");
  g_assert_cmpstr (lk_egress_segments_info_get_live_playlist_location (segments), ==, "L");
  g_assert_cmpint (lk_egress_segments_info_get_segment_count (segments), ==, 9);
  g_assert_cmpint (lk_egress_segments_info_get_size (segments), ==, 10);
  g_assert_cmpint (lk_egress_segments_info_get_duration (segments), ==, 11);
  g_assert_cmpint (lk_egress_segments_info_get_started_at (segments), ==, 12);
  g_assert_cmpint (lk_egress_segments_info_get_ended_at (segments), ==, 13);

  images = g_list_model_get_item (lk_egress_info_get_image_results (LK_EGRESS_INFO (info)), 0);
  g_assert_cmpstr (lk_egress_images_info_get_filename_prefix (images), ==, "i");
  g_assert_cmpint (lk_egress_images_info_get_image_count (images), ==, 14);
  g_assert_cmpint (lk_egress_images_info_get_started_at (images), ==, 15);
  g_assert_cmpint (lk_egress_images_info_get_ended_at (images), ==, 16);
}

/* No field of a result is without a getter of its own. */
static void
test_getters (void)
{
  const struct
  {
    GType type;
    const char *prefix;
  } classes[] = {
    { LK_EGRESS_TYPE_INFO, "info" },
    { LK_EGRESS_TYPE_STREAM_INFO, "stream_info" },
    { LK_EGRESS_TYPE_FILE_INFO, "file_info" },
    { LK_EGRESS_TYPE_SEGMENTS_INFO, "segments_info" },
    { LK_EGRESS_TYPE_IMAGES_INFO, "images_info" },
    { LK_EGRESS_TYPE_MANIFEST, "manifest" },
    { LK_EGRESS_TYPE_MANIFEST_FILE, "manifest_file" },
    { LK_EGRESS_TYPE_MANIFEST_IMAGE, "manifest_image" },
    { LK_EGRESS_TYPE_MANIFEST_PLAYLIST, "manifest_playlist" },
  };
  g_autofree char *path = lk_test_data_path ("../../lib/livekit-egress-1.0.symbols");
  g_autofree char *text = NULL;
  g_auto (GStrv) symbols = NULL;
  g_autoptr (GError) error = NULL;
  guint n_checked = 0;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  symbols = g_strsplit (text, "\n", -1);

  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    {
      g_autoptr (LkEgressMessageClass) klass = g_type_class_ref (classes[i].type);
      guint n_properties;
      g_autofree GParamSpec **properties
          = g_object_class_list_properties (G_OBJECT_CLASS (klass), &n_properties);

      for (guint j = 0; j < n_properties; j++)
        {
          g_autofree char *name = g_strdelimit (g_strdup (properties[j]->name), "-", '_');
          g_autofree char *symbol
              = g_strdup_printf ("lk_egress_%s_get_%s", classes[i].prefix, name);

          g_test_message ("%s", symbol);
          g_assert_true (g_strv_contains ((const char *const *)symbols, symbol));
          n_checked++;
          if (g_str_has_suffix (name, "_at"))
            {
              g_autofree char *dup = NULL;

              name[strlen (name) - strlen ("_at")] = '\0';
              dup = g_strdup_printf ("lk_egress_%s_dup_%s_time", classes[i].prefix, name);
              g_assert_true (g_strv_contains ((const char *const *)symbols, dup));
            }
        }
    }

  g_assert_cmpuint (n_checked, >, 60);
}

/* Numbers of an info that are not among its results. */
static void
test_rest (void)
{
  g_autoptr (LkEgressInfo) none = lk_egress_info_new ();
  g_autoptr (LkEgressInfo) info
      = parse_info ("{\"manifest_location\":\"/out/EG_1.json\",\"backup_storage_used\":true,"
                    "\"retry_count\":2,\"source_type\":\"EGRESS_SOURCE_TYPE_SDK\","
                    "\"egress\":{\"room_name\":\"demo\"}}");
  g_autofree char *room = NULL;

  g_assert_cmpstr (lk_egress_info_get_manifest_location (info), ==, "/out/EG_1.json");
  g_assert_true (lk_egress_info_get_backup_storage_used (info));
  g_assert_cmpint (lk_egress_info_get_retry_count (info), ==, 2);
  g_assert_cmpint (lk_egress_info_get_source_type (info), ==, LK_EGRESS_SOURCE_TYPE_SDK);
  g_object_get (lk_egress_info_get_egress (info), "room-name", &room, NULL);
  g_assert_cmpstr (room, ==, "demo");

  g_assert_null (lk_egress_info_get_manifest_location (none));
  g_assert_false (lk_egress_info_get_backup_storage_used (none));
  g_assert_cmpint (lk_egress_info_get_retry_count (none), ==, 0);
  g_assert_null (lk_egress_info_get_egress (none));
}

static void
test_durations (void)
{
  const struct
  {
    gint64 started_at, ended_at, duration;
  } rows[] = {
    { 0, 0, 0 },
    { 1795430246813835995, 0, 0 },
    { 1795430246813835995, 1795430259075574646, 12261738651 },
    { 1795430246813835995, 1795430246813835995, 0 },
    { 1795430246813835995, 1795430246813835994, 0 },
    { 0, 1795430259075574646, 0 },
    { G_MININT64, G_MAXINT64, 0 },
    { 1, G_MAXINT64, G_MAXINT64 - 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (LkEgressInfo) info = lk_egress_info_new ();

      g_object_set (info, "started-at", rows[i].started_at, "ended-at", rows[i].ended_at, NULL);
      g_assert_cmpint (lk_egress_info_get_duration (info), ==, rows[i].duration);
    }
}

/* What old servers say */

static const char old_stream[] = "{\"egressId\":\"EG_1\",\"stream\":{\"info\":["
                                 "{\"url\":\"srt://h:1\"},{\"url\":\"srt://h:2\"}]}}";

static const struct
{
  const char *json;
  const char *property;
  guint n_items;
} old_infos[] = {
  { old_stream, "stream-results", 2 },
  { "{\"file\":{\"filename\":\"a.mp4\",\"size\":\"7\"}}", "file-results", 1 },
  { "{\"file\":{}}", "file-results", 1 },
  { "{\"segments\":{\"playlistName\":\"p.m3u8\",\"segmentCount\":\"3\"}}", "segment-results", 1 },
  { "{\"stream\":{}}", "stream-results", 0 },
  { "{}", "stream-results", 0 },

  /* Newer ones say it twice, and what there is of other outputs once. */
  { "{\"stream\":{\"info\":[{\"url\":\"a\"}]},\"streamResults\":[{\"url\":\"a\"}]}",
    "stream-results", 1 },
  { "{\"file\":{\"filename\":\"a\"},\"fileResults\":[{\"filename\":\"a\"},{\"filename\":\"b\"}]}",
    "file-results", 2 },
  { "{\"file\":{\"filename\":\"a\"},\"segmentResults\":[{\"playlistName\":\"p\"}]}",
    "segment-results", 1 },
  { "{\"file\":{\"filename\":\"a\"},\"segmentResults\":[{\"playlistName\":\"p\"}]}", "file-results",
    1 },
};

/* Lists show it, and nothing that is only read changes what is written. */
static void
test_old (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (old_infos); i++)
    {
      g_autoptr (LkEgressInfo) info = parse_info (old_infos[i].json);
      g_autoptr (LkEgressInfo) untouched = parse_info (old_infos[i].json);
      g_autoptr (GBytes) before = lk_egress_message_to_bytes (LK_EGRESS_MESSAGE (info));
      g_autoptr (GBytes) after = NULL;
      g_autoptr (GListModel) list = NULL;
      g_autoptr (LkEgressMessage) copy = NULL;
      g_autoptr (GListModel) of_copy = NULL;

      g_test_message ("%s", old_infos[i].json);
      g_assert_cmpint (lk_egress_message_has (LK_EGRESS_MESSAGE (info), old_infos[i].property), ==,
                       old_infos[i].n_items > 0);
      g_object_get (info, old_infos[i].property, &list, NULL);
      g_assert_cmpuint (g_list_model_get_n_items (list), ==, old_infos[i].n_items);
      g_assert_cmpint (lk_egress_message_has (LK_EGRESS_MESSAGE (info), old_infos[i].property), ==,
                       old_infos[i].n_items > 0);

      assert_json (info, old_infos[i].json);
      after = lk_egress_message_to_bytes (LK_EGRESS_MESSAGE (info));
      g_assert_true (g_bytes_equal (before, after));
      g_assert_true (
          lk_egress_message_equal (LK_EGRESS_MESSAGE (info), LK_EGRESS_MESSAGE (untouched)));

      copy = lk_egress_message_copy (LK_EGRESS_MESSAGE (info));
      g_object_get (copy, old_infos[i].property, &of_copy, NULL);
      g_assert_cmpuint (g_list_model_get_n_items (of_copy), ==, old_infos[i].n_items);
    }
}

static void
test_old_values (void)
{
  g_autoptr (LkEgressInfo) streams = parse_info (old_stream);
  g_autoptr (LkEgressInfo) segments = parse_info (old_infos[3].json);
  GListModel *list = lk_egress_info_get_stream_results (streams);
  g_autoptr (LkEgressStreamInfo) first = g_list_model_get_item (list, 0);
  g_autoptr (LkEgressStreamInfo) second = g_list_model_get_item (list, 1);
  g_autoptr (LkEgressSegmentsInfo) playlist
      = g_list_model_get_item (lk_egress_info_get_segment_results (segments), 0);

  g_assert_true (list == lk_egress_info_get_stream_results (streams));
  g_assert_cmpstr (lk_egress_stream_info_get_url (first), ==, "srt://h:1");
  g_assert_cmpstr (lk_egress_stream_info_get_url (second), ==, "srt://h:2");
  g_assert_cmpstr (lk_egress_segments_info_get_playlist_name (playlist), ==, "p.m3u8");
  g_assert_cmpint (lk_egress_segments_info_get_segment_count (playlist), ==, 3);
}

/* What is changed in such a list is not lost. */
static void
test_old_changed (void)
{
  g_autoptr (LkEgressInfo) changed = parse_info (old_stream);
  g_autoptr (LkEgressInfo) shorter = parse_info (old_stream);
  g_autoptr (LkEgressInfo) emptied = parse_info (old_stream);
  g_autoptr (LkEgressInfo) cleared = parse_info (old_stream);
  g_autoptr (LkEgressInfo) replaced = parse_info (old_stream);
  g_autoptr (GListStore) list = g_list_store_new (LK_EGRESS_TYPE_STREAM_INFO);
  g_autoptr (LkEgressStreamInfo) item = lk_egress_stream_info_new ();
  g_autoptr (LkEgressStreamInfo) second
      = g_list_model_get_item (lk_egress_info_get_stream_results (changed), 1);

  g_object_set (second, "retries", 3, NULL);
  assert_json (changed, "{\"egressId\":\"EG_1\",\"stream\":{\"info\":["
                        "{\"url\":\"srt://h:1\"},{\"url\":\"srt://h:2\"}]},\"streamResults\":["
                        "{\"url\":\"srt://h:1\"},{\"url\":\"srt://h:2\",\"retries\":3}]}");

  g_list_store_remove (G_LIST_STORE (lk_egress_info_get_stream_results (shorter)), 0);
  assert_json (shorter, "{\"egressId\":\"EG_1\",\"stream\":{\"info\":["
                        "{\"url\":\"srt://h:1\"},{\"url\":\"srt://h:2\"}]},\"streamResults\":["
                        "{\"url\":\"srt://h:2\"}]}");

  g_list_store_remove_all (G_LIST_STORE (lk_egress_info_get_stream_results (emptied)));
  assert_json (emptied, "{\"egressId\":\"EG_1\"}");

  lk_egress_message_clear (LK_EGRESS_MESSAGE (cleared), "stream-results");
  g_assert_false (lk_egress_message_has (LK_EGRESS_MESSAGE (cleared), "stream-results"));
  assert_json (cleared, "{\"egressId\":\"EG_1\"}");
  g_assert_cmpuint (g_list_model_get_n_items (lk_egress_info_get_stream_results (cleared)), ==, 0);

  g_object_set (item, "url", "srt://h:3", NULL);
  g_list_store_append (list, item);
  g_object_set (replaced, "stream-results", list, NULL);
  assert_json (replaced, "{\"egressId\":\"EG_1\",\"stream\":{\"info\":["
                         "{\"url\":\"srt://h:1\"},{\"url\":\"srt://h:2\"}]},\"streamResults\":["
                         "{\"url\":\"srt://h:3\"}]}");
}

/* Without its lists, what a newer server said reads the same as with them. */
static void
check_recorded (const char *name,
                const ProtobufCMethodDescriptor *method,
                JsonObject *request,
                JsonObject *response)
{
  static const struct
  {
    const char *older;
    const char *list;
  } pairs[] = {
    { "stream", "stream_results" },
    { "file", "file_results" },
    { "segments", "segment_results" },
  };
  g_autoptr (JsonNode) root = NULL;
  JsonObject *recorded;

  if (method->output != &livekit__egress_info__descriptor
      || json_object_get_null_member (response, "body"))
    return;

  root = json_from_string (json_object_get_string_member (response, "body"), NULL);
  recorded = json_node_get_object (root);
  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autofree char *property = g_strdelimit (g_strdup (pairs[i].list), "_", '-');
      g_autofree char *both_json = json_to_string (root, FALSE);
      g_autofree char *old_json = NULL;
      g_autoptr (LkEgressInfo) both = NULL;
      g_autoptr (LkEgressInfo) old = NULL;
      g_autoptr (GListModel) both_list = NULL;
      g_autoptr (GListModel) old_list = NULL;

      if (!json_object_has_member (recorded, pairs[i].older)
          || json_object_get_null_member (recorded, pairs[i].older))
        continue;

      json_object_set_array_member (recorded, pairs[i].list, json_array_new ());
      old_json = json_to_string (root, FALSE);
      both = parse_info (both_json);
      old = parse_info (old_json);
      g_object_get (both, property, &both_list, NULL);
      g_object_get (old, property, &old_list, NULL);
      g_assert_cmpuint (g_list_model_get_n_items (both_list), >, 0);
      g_assert_cmpuint (g_list_model_get_n_items (both_list), ==,
                        g_list_model_get_n_items (old_list));
      for (guint j = 0; j < g_list_model_get_n_items (both_list); j++)
        {
          g_autoptr (LkEgressMessage) a = g_list_model_get_item (both_list, j);
          g_autoptr (LkEgressMessage) b = g_list_model_get_item (old_list, j);

          g_assert_true (lk_egress_message_equal (a, b));
        }
      g_test_message ("%s: %s", name, pairs[i].older);
      n_recorded++;
    }
}

static void
test_old_recorded (void)
{
  n_recorded = 0;
  lk_test_foreach_reply (check_recorded);
  g_assert_cmpuint (n_recorded, >=, 8);
}

/* Streams by address */

static void
assert_found (LkEgressInfo *info, const char *url, guint n_found, const char *error)
{
  g_autoptr (GListModel) found = lk_egress_info_find_streams (info, url);
  g_autoptr (LkEgressStreamInfo) stream = lk_egress_info_find_stream (info, url);

  g_test_message ("%s", url);
  g_assert_cmpuint (g_list_model_get_n_items (found), ==, n_found);
  g_assert_cmpstr (stream != NULL ? lk_egress_stream_info_get_error (stream) : NULL, ==, error);
}

/* error names the streams. */
static const char streams_json[]
    = "{\"stream_results\":["
      "{\"error\":\"srt, ended\",\"url\":\"srt://h:1?passphrase=0123456789\",\"status\":"
      "\"FINISHED\"},"
      "{\"error\":\"one\",\"url\":\"rtmp://h/app/{cam...ain}\",\"id\":\"first\"},"
      "{\"error\":\"two\",\"url\":\"rtmp://h/app/{cam...ain}\",\"id\":\"second\"},"
      "{\"error\":\"other server\",\"url\":\"rtmp://h2/app/{cam...ain}\"},"
      "{\"error\":\"mux\",\"url\":\"rtmps://global-live.mux.com:443/app/{012...9ab}\"},"
      "{\"error\":\"srt, again\",\"url\":\"srt://h:1?passphrase=0123456789\"},"
      "{\"error\":\"second, again\",\"url\":\"srt://h:2\",\"id\":\"second\"}]}";

static void
test_find (void)
{
  g_autoptr (LkEgressInfo) info = parse_info (streams_json);
  g_autoptr (LkEgressInfo) empty = lk_egress_info_new ();
  g_autoptr (LkEgressStreamInfo) nameless = lk_egress_stream_info_new ();

  /* Added twice, and shown whole: the newer one. */
  assert_found (info, "srt://h:1?passphrase=0123456789", 2, "srt, again");
  assert_found (info, "srt://h:1?passphrase=0123456788", 0, NULL);

  /* Keys with the same ends: no guess. */
  assert_found (info, "rtmp://h/app/cam-a-main", 2, NULL);
  assert_found (info, "rtmp://h/app/cam-b-main", 2, NULL);
  assert_found (info, "rtmp://h/app/{cam...ain}", 2, NULL);
  assert_found (info, "rtmp://h/app/cam-a-side", 0, NULL);
  assert_found (info, "rtmp://h2/app/cam-a-main", 1, "other server");

  assert_found (info, "mux://0123-4567-89ab", 1, "mux");
  assert_found (info, "mux://0123-4567-89ac", 0, NULL);
  assert_found (empty, "srt://h:1", 0, NULL);
  g_assert_false (lk_egress_stream_info_matches_url (nameless, "srt://h:1"));
}

static void
test_find_by_id (void)
{
  g_autoptr (LkEgressInfo) info = parse_info (streams_json);
  g_autoptr (LkEgressStreamInfo) first = lk_egress_info_find_stream_by_id (info, "first");
  g_autoptr (LkEgressStreamInfo) second = lk_egress_info_find_stream_by_id (info, "second");

  g_assert_cmpstr (lk_egress_stream_info_get_error (first), ==, "one");
  g_assert_cmpstr (lk_egress_stream_info_get_error (second), ==, "second, again");
  g_assert_null (lk_egress_info_find_stream_by_id (info, "third"));
  g_assert_null (lk_egress_info_find_stream_by_id (info, ""));
}

/* The results of old servers are found as well. */
static void
test_find_old (void)
{
  g_autoptr (LkEgressInfo) info = parse_info (old_stream);
  g_autoptr (LkEgressStreamInfo) stream = lk_egress_info_find_stream (info, "srt://h:2");

  g_assert_cmpstr (lk_egress_stream_info_get_url (stream), ==, "srt://h:2");
}

static void
test_locations (void)
{
  const struct
  {
    const char *location;
    const char *uri;
  } rows[] = {
    { "/out/a b.mp4", "file:///out/a%20b.mp4" },
    { "https://bucket.s3.amazonaws.com/a/b.mp4", "https://bucket.s3.amazonaws.com/a/b.mp4" },
    { "https://storage:9000/bucket/a?X-Amz-Signature=b:c",
      "https://storage:9000/bucket/a?X-Amz-Signature=b:c" },
    { "https://bucket.https://storage.example/a.mp4", "https://bucket.storage.example/a.mp4" },
    { "https://my.bucket.https://storage:9000/a/b", "https://my.bucket.storage:9000/a/b" },
    { "https://bucket.http://storage:9000/a.mp4", "http://bucket.storage:9000/a.mp4" },
    { "http://storage/bucket/a?u=x.https://h", "http://storage/bucket/a?u=x.https://h" },
    { "https://bucket.ftp://host/a", "https://bucket.ftp://host/a" },
    { "https://.https://host/a", "https://.https://host/a" },
    { "https://https://host/a", "https://https://host/a" },
    { "gs://bucket/a", "gs://bucket/a" },
    { "https://", "https://" },
    { "scheme-of-nobody://bucket/a", "scheme-of-nobody://bucket/a" },
    { "a.mp4", NULL },
    { "demo-2026-11-29T12:08:43.mp4", NULL },
    { "rec/demo:1.mp4", NULL },
    { "rec/a://b", NULL },
    { "1x://b", NULL },
    { "://b", NULL },
    { "", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *uri = lk_egress_location_to_uri (rows[i].location);

      g_assert_cmpstr (uri, ==, rows[i].uri);
    }

  /* A server cannot fill the memory with names of schemes. */
  g_assert_cmpuint (g_quark_try_string ("scheme-of-nobody"), ==, 0);
}

/* Numbers and texts, and what is made of them, from several threads at the same time. */
static gpointer
read_info (gpointer data)
{
  LkEgressInfo *info = data;

  for (guint i = 0; i < 2000; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GDateTime) ended = lk_egress_info_dup_ended_time (info);

      g_assert_false (lk_egress_info_propagate_error (info, &error));
      g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
      g_assert_cmpint (g_date_time_to_unix (ended), ==, 7);
      g_assert_cmpint (lk_egress_info_get_duration (info), ==, 2000000000);
      g_assert_cmpint (lk_egress_info_get_end_reason (info), ==, LK_EGRESS_END_REASON_FAILURE);
      g_assert_cmpstr (lk_egress_info_get_room_name (info), ==, "demo");
      g_assert_cmpstr (lk_egress_info_get_manifest_location (info), ==, "/m");
      g_assert_true (lk_egress_info_is_final (info));
    }

  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (LkEgressInfo) info = parse_info (
      "{\"status\":\"EGRESS_FAILED\",\"error\":\"track TR_1 not found\",\"error_code\":404,"
      "\"details\":\"End reason: Failure\",\"started_at\":\"5000000000\",\"ended_at\":"
      "\"7000000000\",\"room_name\":\"demo\",\"manifest_location\":\"/m\","
      "\"file\":{\"filename\":\"a\"}}");
  GThread *threads[8];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("reader", read_info, info);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  assert_json (info, "{\"status\":\"EGRESS_FAILED\",\"file\":{\"filename\":\"a\"},"
                     "\"error\":\"track TR_1 not found\",\"startedAt\":\"5000000000\",\"endedAt\":"
                     "\"7000000000\",\"roomName\":\"demo\",\"details\":\"End reason: Failure\","
                     "\"errorCode\":404,\"manifestLocation\":\"/m\"}");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/info-results/times", test_times);
  g_test_add_func ("/info-results/result-times", test_result_times);
  g_test_add_func ("/info-results/results", test_results);
  g_test_add_func ("/info-results/getters", test_getters);
  g_test_add_func ("/info-results/rest", test_rest);
  g_test_add_func ("/info-results/durations", test_durations);
  g_test_add_func ("/info-results/old", test_old);
  g_test_add_func ("/info-results/old-values", test_old_values);
  g_test_add_func ("/info-results/old-changed", test_old_changed);
  g_test_add_func ("/info-results/old-recorded", test_old_recorded);
  g_test_add_func ("/info-results/find", test_find);
  g_test_add_func ("/info-results/find-by-id", test_find_by_id);
  g_test_add_func ("/info-results/find-old", test_find_old);
  g_test_add_func ("/info-results/locations", test_locations);
  g_test_add_func ("/info-results/threads", test_threads);

  return g_test_run ();
}
