/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-output-segments.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "dev-fragments.h"
#include "dev-gate.h"
#include "dev-info.h"
#include "dev-manifest.h"
#include "dev-message.h"
#include "dev-output-name.h"
#include "dev-playlist.h"

#define DEFAULT_SECONDS 4
#define LIVE_WINDOW 5
#define NANOSECONDS (1000 * 1000 * 1000)

typedef struct
{
  DevPlaylist *playlist;
  char *name; /* as the results show it */
} List;

struct _DevOutputSegments
{
  DevOutput parent_instance;

  guint seconds; /* of a segment */
  gboolean timestamps;
  char *folder; /* of the playlists, as the results show it; empty if none */
  char *prefix; /* of segments, below that folder */
  char *map;    /* the same of the initialization segment of MP4; NULL for MPEG-TS */
  List whole;
  List live; /* without a playlist if not asked for */

  gint64 origin;    /* the time of the first sample; both are set before a segment is told of */
  gint64 first_pts; /* of that sample */
  GstClockTime first_running_time;
  GstClockTime running_time; /* when the open segment began */

  GPtrArray *segments; /* names of those that are complete */
  gint64 size;
  gboolean lose_next; /* a fault */
};

G_DEFINE_FINAL_TYPE (DevOutputSegments, dev_output_segments, DEV_TYPE_OUTPUT)

static const char *const elements[]
    = { "aacparse", "appsink",   "audioconvert", "avenc_aac",    "h264parse",
        "mp4mux",   "mpegtsmux", "queue",        "splitmuxsink", NULL };

/* Names */

static char *
fill (DevOutputSegments *self, const char *field)
{
  DevOutput *output = DEV_OUTPUT (self);
  const char *name = dev_message_string (dev_output_get_destination (output)->config, field);

  return dev_output_name_replace (dev_output_get_context (output), name);
}

/* The part behind the last slash. */
static const char *
get_base (const char *name)
{
  const char *slash = strrchr (name, '/');

  return slash != NULL ? slash + 1 : name;
}

/* What is in front of it, with the slash. */
static char *
dup_folder (const char *name)
{
  return g_strndup (name, get_base (name) - name);
}

/* The part behind the last slash, of a playlist: any text behind the last dot is dropped, as the
 * worker does it. */
static char *
dup_stem (const char *name)
{
  const char *base = get_base (name);
  const char *dot = strrchr (base, '.');

  return dot != NULL ? g_strndup (base, dot - base) : g_strdup (base);
}

static char *
make_playlist_name (const char *folder, const char *stem)
{
  g_autofree char *name = g_strconcat (folder, stem, ".m3u8", NULL);

  return dev_output_name_confine (name);
}

static DevStore *
get_store (DevOutputSegments *self)
{
  return dev_output_get_store (DEV_OUTPUT (self));
}

static char *
get_path (DevOutputSegments *self, const char *name)
{
  return dev_store_get_path (get_store (self), name);
}

static char *
get_location (DevOutputSegments *self, const char *name)
{
  return dev_store_get_location (get_store (self), name);
}

/* The name that a segment has in the store; in the playlist it is one below theirs. */
static char *
get_segment_name (DevOutputSegments *self, const char *segment)
{
  g_autofree char *name = g_strconcat (self->folder, segment, NULL);

  return dev_output_name_confine (name);
}

static char *
get_segment_path (DevOutputSegments *self, const char *segment)
{
  g_autofree char *name = get_segment_name (self, segment);

  return get_path (self, name);
}

static void
dev_output_segments_set_up (DevOutput *output)
{
  DevOutputSegments *self = DEV_OUTPUT_SEGMENTS (output);
  const ProtobufCMessage *config = dev_output_get_destination (output)->config;
  g_autofree char *prefix = fill (self, "filename_prefix");
  g_autofree char *playlist = fill (self, "playlist_name");
  g_autofree char *live = fill (self, "live_playlist_name");
  g_autofree char *prefix_folder = dup_folder (prefix);
  g_autofree char *stem = dup_stem (playlist);
  g_autofree char *live_stem = dup_stem (live);

  self->seconds = dev_message_number (config, "segment_duration");
  if (self->seconds == 0)
    self->seconds = DEFAULT_SECONDS;
  self->timestamps
      = dev_message_number (config, "filename_suffix") == LIVEKIT__SEGMENTED_FILE_SUFFIX__TIMESTAMP;
  /* The segments are beside the playlist or below it. */
  self->folder = dup_folder (playlist);
  if (*self->folder == '\0')
    {
      g_free (self->folder);
      self->folder = g_steal_pointer (&prefix_folder);
    }
  else if (g_str_equal (self->folder, prefix_folder))
    g_clear_pointer (&prefix_folder, g_free);
  if (*stem == '\0')
    {
      g_free (stem);
      stem = *get_base (prefix) != '\0'
                 ? g_strdup (get_base (prefix))
                 : dev_output_name_fill (dev_output_get_context (output), "");
    }
  self->prefix = g_strconcat (prefix_folder != NULL ? prefix_folder : "",
                              *get_base (prefix) != '\0' ? get_base (prefix) : stem, NULL);

  if (dev_message_number (config, "protocol")
      == LIVEKIT__SEGMENTED_FILE_PROTOCOL__HLS_FMP4_PROTOCOL)
    self->map = g_strconcat (self->prefix, "_init.mp4", NULL);

  self->whole.playlist = dev_playlist_new (self->seconds, 0, self->map);
  self->whole.name = make_playlist_name (self->folder, stem);
  if (*live_stem != '\0')
    {
      self->live.playlist = dev_playlist_new (self->seconds, LIVE_WINDOW, self->map);
      self->live.name = make_playlist_name (self->folder, live_stem);
    }
}

/* The pipeline */

/* In a streaming thread. */
static char *
make_segment_path (guint number, GstClockTime first_time, gpointer user_data)
{
  DevOutputSegments *self = user_data;
  gint64 pts = GST_CLOCK_TIME_IS_VALID (first_time) ? (gint64)first_time : 0;
  const char *extension = self->map != NULL ? "m4s" : "ts";
  g_autofree char *name = NULL;

  if (self->origin == 0)
    {
      self->origin = dev_info_now ();
      self->first_pts = pts;
    }
  if (self->timestamps)
    {
      gint64 time = self->origin + pts - self->first_pts;
      g_autoptr (GDateTime) seconds = g_date_time_new_from_unix_utc (time / NANOSECONDS);
      g_autofree char *text = g_date_time_format (seconds, "%Y%m%d%H%M%S");

      name = g_strdup_printf ("%s_%s%03d.%s", self->prefix, text,
                              (int)(time / (1000 * 1000) % 1000), extension);
    }
  else
    name = g_strdup_printf ("%s_%05u.%s", self->prefix, number, extension);
  return get_segment_path (self, name);
}

static char *
on_format_location (GstElement *sink, guint fragment, GstSample *first, gpointer user_data)
{
  GstBuffer *buffer = first != NULL ? gst_sample_get_buffer (first) : NULL;

  return make_segment_path (fragment, buffer != NULL ? GST_BUFFER_PTS (buffer) : 0, user_data);
}

static void
append_muxer (DevOutputSegments *self, GString *line)
{
  if (self->map != NULL)
    g_string_append (line,
                     "mp4mux name=mux fragment-duration=1 streamable=true ! appsink name=sink "
                     "sync=false async=false ");
  else
    g_string_append_printf (line,
                            "splitmuxsink name=sink muxer-factory=mpegtsmux "
                            "send-keyframe-requests=true max-size-time=%" G_GUINT64_FORMAT " ",
                            self->seconds * GST_SECOND);
}

static void
attach (DevOutputSegments *self, GstElement *bin)
{
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (bin), "sink");
  g_autoptr (GstElement) mux = gst_bin_get_by_name (GST_BIN (bin), "mux");
  g_autofree char *init_path = self->map != NULL ? get_segment_path (self, self->map) : NULL;

  if (self->map == NULL)
    {
      g_signal_connect_object (sink, "format-location-full", G_CALLBACK (on_format_location), self,
                               0);
      return;
    }
  dev_gate_add (mux);
  dev_fragments_attach (mux, sink, self->seconds * GST_SECOND, init_path, make_segment_path, self);
}

static GstElement *
dev_output_segments_create (DevOutput *output, GError **error)
{
  DevOutputSegments *self = DEV_OUTPUT_SEGMENTS (output);
  const DevEncoding *encoding = &dev_output_get_context (output)->plan->encoding;
  g_autofree char *first = get_segment_path (self, self->prefix);
  g_autofree char *playlist = get_path (self, self->whole.name);
  const char *muxer = self->map != NULL ? "mux." : "sink.";
  g_autoptr (GString) line = g_string_new (NULL);
  GstElement *bin;

  if (!dev_output_name_make_folder (first, error) || !dev_output_name_make_folder (playlist, error))
    return NULL;
  append_muxer (self, line);
  if (encoding->video)
    g_string_append_printf (line, "queue name=video-in ! h264parse ! %s%s ", muxer,
                            self->map != NULL ? "" : "video");
  if (encoding->audio)
    g_string_append_printf (line,
                            "queue name=audio-in ! audioconvert ! avenc_aac bitrate=%d ! aacparse "
                            "! queue ! %s%s ",
                            encoding->audio_bitrate * 1000, muxer,
                            self->map != NULL ? "" : "audio_0");
  bin = gst_parse_bin_from_description (line->str, FALSE, error);
  if (bin == NULL)
    return NULL;
  attach (self, bin);
  dev_output_add_pads (bin);
  return bin;
}

static void
write_list (DevOutputSegments *self, const List *list)
{
  g_autofree char *text = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  if (list->playlist == NULL)
    return;
  text = dev_playlist_to_text (list->playlist);
  path = get_path (self, list->name);
  if (g_file_set_contents (path, text, -1, &error))
    dev_store_put (get_store (self), list->name);
  else
    dev_output_emit_failed (DEV_OUTPUT (self), DEV_OUTPUT_UNAVAILABLE, error->message);
}

static void
put_map (DevOutputSegments *self)
{
  g_autofree char *name = get_segment_name (self, self->map);

  dev_store_put (get_store (self), name);
}

static void
on_segment_closed (DevOutputSegments *self, const char *path, GstClockTime running_time)
{
  g_autofree char *folder = get_segment_path (self, "");
  /* Each is below the folder of the playlists. */
  const char *name = path + strlen (folder) + 1;
  g_autofree char *stored_name = get_segment_name (self, name);
  gint64 began = self->origin + (gint64)(self->running_time - self->first_running_time);
  gint64 duration = running_time - self->running_time;
  GStatBuf status;

  if (self->map != NULL && self->segments->len == 0)
    put_map (self);
  if (g_stat (path, &status) == 0)
    self->size += status.st_size;
  if (self->lose_next)
    g_unlink (path);
  else
    dev_store_put (get_store (self), stored_name);
  self->lose_next = FALSE;
  g_ptr_array_add (self->segments, g_strdup (name));
  dev_playlist_append (self->whole.playlist, began, duration, name);
  if (self->live.playlist != NULL)
    dev_playlist_append (self->live.playlist, began, duration, name);
  write_list (self, &self->whole);
  write_list (self, &self->live);
}

static void
dev_output_segments_handle_message (DevOutput *output, const GstStructure *message)
{
  DevOutputSegments *self = DEV_OUTPUT_SEGMENTS (output);
  const char *location = gst_structure_get_string (message, "location");
  GstClockTime running_time;

  if (location == NULL || !gst_structure_get_clock_time (message, "running-time", &running_time))
    return;
  if (gst_structure_has_name (message, "splitmuxsink-fragment-opened"))
    {
      if (!GST_CLOCK_TIME_IS_VALID (self->first_running_time))
        self->first_running_time = running_time;
      self->running_time = running_time;
    }
  else if (gst_structure_has_name (message, "splitmuxsink-fragment-closed"))
    on_segment_closed (self, location, running_time);
}

static void
dev_output_segments_element_failed (DevOutput *output, GstObject *element, const char *text)
{
  dev_output_emit_failed (output, DEV_OUTPUT_UNAVAILABLE, text);
}

static void
dev_output_segments_cut (DevOutput *output)
{
  DEV_OUTPUT_SEGMENTS (output)->lose_next = TRUE;
}

/* Results */

static void
dev_output_segments_end (DevOutput *output, const char *error)
{
  DevOutputSegments *self = DEV_OUTPUT_SEGMENTS (output);

  if (error != NULL || self->segments->len == 0)
    return;
  dev_playlist_end (self->whole.playlist);
  write_list (self, &self->whole);
  if (self->live.playlist != NULL)
    dev_playlist_end (self->live.playlist);
  write_list (self, &self->live);
}

static void
dev_output_segments_fill_result (DevOutput *output, Livekit__EgressInfo *info)
{
  DevOutputSegments *self = DEV_OUTPUT_SEGMENTS (output);
  Livekit__SegmentsInfo *segments
      = (Livekit__SegmentsInfo *)lk_egress_wire_new (&livekit__segments_info__descriptor);

  dev_message_set_string (&segments->playlist_name, self->whole.name);
  if (self->live.name != NULL)
    dev_message_set_string (&segments->live_playlist_name, self->live.name);
  segments->started_at = dev_output_get_began (output);
  /* While it runs nothing of this is told, though it is there. */
  if (segments->started_at != 0 && dev_output_get_ended (output) != 0)
    {
      g_autofree char *location = get_location (self, self->whole.name);

      segments->ended_at = dev_output_get_ended (output);
      segments->duration = segments->ended_at - segments->started_at;
      segments->size = self->size;
      segments->segment_count = self->segments->len;
      dev_message_set_string (&segments->playlist_location, location);
      if (self->live.name != NULL)
        {
          g_autofree char *live_location = get_location (self, self->live.name);

          dev_message_set_string (&segments->live_playlist_location, live_location);
        }
    }
  dev_message_append (&info->segment_results, &info->n_segment_results, segments);
}

static void
dev_output_segments_fill_manifest (DevOutput *output, Livekit__Manifest *manifest)
{
  DevOutputSegments *self = DEV_OUTPUT_SEGMENTS (output);
  Livekit__ManifestPlaylist *playlist
      = (Livekit__ManifestPlaylist *)lk_egress_wire_new (&livekit__manifest_playlist__descriptor);
  g_autofree char *location = get_location (self, self->whole.name);

  dev_message_set_string (&playlist->location, location);
  for (guint i = 0; i < self->segments->len; i++)
    {
      const char *segment = g_ptr_array_index (self->segments, i);
      g_autofree char *filename = g_strconcat (self->folder, segment, NULL);
      g_autofree char *stored_name = get_segment_name (self, segment);
      g_autofree char *segment_location = get_location (self, stored_name);

      dev_message_append (&playlist->segments, &playlist->n_segments,
                          dev_manifest_file_new (filename, segment_location));
    }
  dev_message_append (&manifest->playlists, &manifest->n_playlists, playlist);
}

static const char *
dev_output_segments_get_manifest_neighbour (DevOutput *output)
{
  return DEV_OUTPUT_SEGMENTS (output)->whole.name;
}

static void
dev_output_segments_finalize (GObject *object)
{
  DevOutputSegments *self = DEV_OUTPUT_SEGMENTS (object);

  g_free (self->folder);
  g_free (self->prefix);
  g_free (self->map);
  dev_playlist_free (self->whole.playlist);
  g_free (self->whole.name);
  g_clear_pointer (&self->live.playlist, dev_playlist_free);
  g_free (self->live.name);
  g_ptr_array_unref (self->segments);
  G_OBJECT_CLASS (dev_output_segments_parent_class)->finalize (object);
}

static void
dev_output_segments_class_init (DevOutputSegmentsClass *klass)
{
  DevOutputClass *output_class = DEV_OUTPUT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = dev_output_segments_finalize;
  output_class->elements = elements;
  output_class->check = dev_output_check_store;
  output_class->set_up = dev_output_segments_set_up;
  output_class->create = dev_output_segments_create;
  output_class->handle_message = dev_output_segments_handle_message;
  output_class->element_failed = dev_output_segments_element_failed;
  output_class->cut = dev_output_segments_cut;
  output_class->end = dev_output_segments_end;
  output_class->fill_result = dev_output_segments_fill_result;
  output_class->fill_manifest = dev_output_segments_fill_manifest;
  output_class->get_manifest_neighbour = dev_output_segments_get_manifest_neighbour;
}

static void
dev_output_segments_init (DevOutputSegments *self)
{
  self->first_running_time = GST_CLOCK_TIME_NONE;
  self->segments = g_ptr_array_new_with_free_func (g_free);
}
