/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressresults.h"

#include "gstlivekitegressenums.h"

/* A location may be signed, and is a server's word. */
static gchar *
show (const gchar * location, const gchar * name)
{
  const gchar *text = location != NULL ? location : name;

  return lk_egress_redact_text (text != NULL ? text : "");
}

static void
append (GValue * array, GstStructure * structure)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed (&value, structure);
  gst_value_array_append_and_take_value (array, &value);
}

static void
append_file (GValue * array, LkEgressFileInfo * file)
{
  g_autofree gchar *location = show (lk_egress_file_info_get_location (file),
      lk_egress_file_info_get_filename (file));

  append (array, gst_structure_new ("file",
          "location", G_TYPE_STRING, location,
          "size", G_TYPE_INT64, lk_egress_file_info_get_size (file),
          "duration", G_TYPE_INT64, lk_egress_file_info_get_duration (file),
          NULL));
}

static void
append_segments (GValue * array, LkEgressSegmentsInfo * segments)
{
  g_autofree gchar *location =
      show (lk_egress_segments_info_get_playlist_location (segments),
      lk_egress_segments_info_get_playlist_name (segments));
  g_autofree gchar *live =
      show (lk_egress_segments_info_get_live_playlist_location (segments),
      lk_egress_segments_info_get_live_playlist_name (segments));

  append (array, gst_structure_new ("segments",
          "location", G_TYPE_STRING, location,
          "live-location", G_TYPE_STRING, live,
          "size", G_TYPE_INT64, lk_egress_segments_info_get_size (segments),
          "duration", G_TYPE_INT64,
          lk_egress_segments_info_get_duration (segments),
          "count", G_TYPE_INT64,
          lk_egress_segments_info_get_segment_count (segments), NULL));
}

static void
append_images (GValue * array, LkEgressImagesInfo * images)
{
  g_autofree gchar *location =
      show (NULL, lk_egress_images_info_get_filename_prefix (images));

  append (array, gst_structure_new ("images",
          "location", G_TYPE_STRING, location,
          "count", G_TYPE_INT64, lk_egress_images_info_get_image_count (images),
          NULL));
}

void
gst_livekit_egress_results_get (LkEgressInfo * info, GValue * array)
{
  GListModel *files = lk_egress_info_get_file_results (info);
  GListModel *playlists = lk_egress_info_get_segment_results (info);
  GListModel *images = lk_egress_info_get_image_results (info);
  guint i;

  for (i = 0; i < g_list_model_get_n_items (files); i++) {
    g_autoptr (LkEgressFileInfo) file = g_list_model_get_item (files, i);

    append_file (array, file);
  }
  for (i = 0; i < g_list_model_get_n_items (playlists); i++) {
    g_autoptr (LkEgressSegmentsInfo) segments =
        g_list_model_get_item (playlists, i);

    append_segments (array, segments);
  }
  for (i = 0; i < g_list_model_get_n_items (images); i++) {
    g_autoptr (LkEgressImagesInfo) series = g_list_model_get_item (images, i);

    append_images (array, series);
  }
}

GstStructure *
gst_livekit_egress_results_new_run (LkEgressJobState state, LkEgressInfo * info)
{
  g_autofree gchar *shown_id =
      lk_egress_redact_text (lk_egress_info_get_egress_id (info));
  GstStructure *run = gst_structure_new ("run",
      "egress-id", G_TYPE_STRING, shown_id,
      "state", G_TYPE_STRING,
      gst_livekit_egress_enum_get_nick (LK_EGRESS_TYPE_JOB_STATE, state), NULL);
  GValue results = G_VALUE_INIT;

  g_value_init (&results, GST_TYPE_ARRAY);
  gst_livekit_egress_results_get (info, &results);
  gst_structure_take_value (run, "results", &results);
  return run;
}

static void
describe (const GstStructure * result, GString * text)
{
  gint64 size = 0, duration = 0, count = 0;
  g_autofree gchar *shown_size = NULL;

  gst_structure_get (result, "size", G_TYPE_INT64, &size, NULL);
  gst_structure_get (result, "duration", G_TYPE_INT64, &duration, NULL);
  gst_structure_get (result, "count", G_TYPE_INT64, &count, NULL);

  g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "",
      gst_structure_get_string (result, "location"));
  if (gst_structure_has_name (result, "images")) {
    g_string_append_printf (text, " (%" G_GINT64_FORMAT " pictures)", count);
    return;
  }

  shown_size = g_format_size (size > 0 ? size : 0);
  g_string_append_printf (text, " (%s, %.1f s)", shown_size,
      (gdouble) duration / GST_SECOND);
}

gchar *
gst_livekit_egress_results_describe (LkEgressInfo * info)
{
  g_auto (GValue) array = G_VALUE_INIT;
  GString *text = g_string_new (NULL);
  guint i;

  g_value_init (&array, GST_TYPE_ARRAY);
  gst_livekit_egress_results_get (info, &array);
  for (i = 0; i < gst_value_array_get_size (&array); i++)
    describe (gst_value_get_structure (gst_value_array_get_value (&array, i)),
        text);

  return g_string_free (text, text->len == 0);
}

gchar *
gst_livekit_egress_results_describe_end (LkEgressInfo * info)
{
  g_autofree gchar *results =
      info != NULL ? gst_livekit_egress_results_describe (info) : NULL;

  return g_strconcat ("The egress has ended", results != NULL ? ": " : NULL,
      results, NULL);
}
