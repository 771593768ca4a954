/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-output-segments.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

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

static const char *const elements[] = { "aacparse",  "audioconvert", "avenc_aac",    "h264parse",
                                        "mpegtsmux", "queue",        "splitmuxsink", NULL };

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

/* Any text behind the last dot is dropped, as the worker does it. */
static char *
make_playlist_name (const char *folder, const char *base)
{
  const char *dot = strrchr (base, '.');
  g_autofree char *name = g_strdup_printf (
      "%s%.*s.m3u8", folder, (int)(dot != NULL ? dot - base : (int)strlen (base)), base);

  return dev_output_name_confine (name);
}

static char *
get_location (DevOutputSegments *self, const char *name)
{
  return g_build_filename (dev_output_get_context (DEV_OUTPUT (self))->folder, name, NULL);
}

static char *
get_segment_location (DevOutputSegments *self, const char *segment)
{
  g_autofree char *name = g_strconcat (self->folder, segment, NULL);
  g_autofree char *confined = dev_output_name_confine (name);

  return get_location (self, confined);
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
  g_autofree char *base = g_strdup (get_base (playlist));

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
  if (*base == '\0')
    {
      g_free (base);
      base = *get_base (prefix) != '\0'
                 ? g_strdup (get_base (prefix))
                 : dev_output_name_fill (dev_output_get_context (output), "");
    }
  self->prefix = g_strconcat (prefix_folder != NULL ? prefix_folder : "",
                              *get_base (prefix) != '\0' ? get_base (prefix) : base, NULL);

  self->whole.playlist = dev_playlist_new (self->seconds, 0);
  self->whole.name = make_playlist_name (self->folder, base);
  if (*get_base (live) != '\0')
    {
      self->live.playlist = dev_playlist_new (self->seconds, LIVE_WINDOW);
      self->live.name = make_playlist_name (self->folder, get_base (live));
    }
}

/* The pipeline */

static gboolean
dev_output_segments_check (const DevOutputContext *context,
                           const DevDestination *destination,
                           GError **error)
{
  return context->folder != NULL
         || dev_output_refuse (
             error, "this development server writes segments only if it is started with --out");
}

/* In a streaming thread. */
static char *
on_format_location (GstElement *sink, guint fragment, GstSample *first, gpointer user_data)
{
  DevOutputSegments *self = user_data;
  GstBuffer *buffer = first != NULL ? gst_sample_get_buffer (first) : NULL;
  gint64 pts = buffer != NULL && GST_BUFFER_PTS_IS_VALID (buffer) ? GST_BUFFER_PTS (buffer) : 0;
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

      name = g_strdup_printf ("%s_%s%03d.ts", self->prefix, text,
                              (int)(time / (1000 * 1000) % 1000));
    }
  else
    name = g_strdup_printf ("%s_%05u.ts", self->prefix, fragment);
  return get_segment_location (self, name);
}

static GstElement *
dev_output_segments_create (DevOutput *output, GError **error)
{
  DevOutputSegments *self = DEV_OUTPUT_SEGMENTS (output);
  const DevEncoding *encoding = &dev_output_get_context (output)->plan->encoding;
  g_autofree char *first = get_segment_location (self, self->prefix);
  g_autofree char *playlist = get_location (self, self->whole.name);
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (GstElement) sink = NULL;
  GstElement *bin;

  if (!dev_output_name_make_folder (first, error) || !dev_output_name_make_folder (playlist, error))
    return NULL;
  g_string_append_printf (line,
                          "splitmuxsink name=sink muxer-factory=mpegtsmux "
                          "send-keyframe-requests=true max-size-time=%" G_GUINT64_FORMAT " ",
                          self->seconds * GST_SECOND);
  if (encoding->video)
    g_string_append (line, "queue name=video-in ! h264parse ! sink.video ");
  if (encoding->audio)
    g_string_append_printf (line,
                            "queue name=audio-in ! audioconvert ! avenc_aac bitrate=%d ! aacparse "
                            "! queue ! sink.audio_0 ",
                            encoding->audio_bitrate * 1000);
  bin = gst_parse_bin_from_description (line->str, FALSE, error);
  if (bin == NULL)
    return NULL;
  sink = gst_bin_get_by_name (GST_BIN (bin), "sink");
  g_signal_connect_object (sink, "format-location-full", G_CALLBACK (on_format_location), self, 0);
  dev_output_add_pads (bin);
  return bin;
}

static void
write_list (DevOutputSegments *self, const List *list)
{
  g_autofree char *text = NULL;
  g_autofree char *location = NULL;
  g_autoptr (GError) error = NULL;

  if (list->playlist == NULL)
    return;
  text = dev_playlist_to_text (list->playlist);
  location = get_location (self, list->name);
  if (!g_file_set_contents (location, text, -1, &error))
    dev_output_emit_failed (DEV_OUTPUT (self), DEV_OUTPUT_UNAVAILABLE, error->message);
}

static void
on_segment_closed (DevOutputSegments *self, const char *location, GstClockTime running_time)
{
  g_autofree char *folder = get_segment_location (self, "");
  /* Each is below the folder of the playlists. */
  const char *name = location + strlen (folder) + 1;
  gint64 began = self->origin + (gint64)(self->running_time - self->first_running_time);
  gint64 duration = running_time - self->running_time;
  GStatBuf status;

  if (g_stat (location, &status) == 0)
    self->size += status.st_size;
  if (self->lose_next)
    g_unlink (location);
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
      g_autofree char *segment_location = get_segment_location (self, segment);

      dev_message_append (&playlist->segments, &playlist->n_segments,
                          dev_manifest_file_new (filename, segment_location));
    }
  dev_message_append (&manifest->playlists, &manifest->n_playlists, playlist);
}

static char *
dev_output_segments_get_manifest_folder (DevOutput *output)
{
  DevOutputSegments *self = DEV_OUTPUT_SEGMENTS (output);
  g_autofree char *location = get_location (self, self->whole.name);

  return g_path_get_dirname (location);
}

static void
dev_output_segments_finalize (GObject *object)
{
  DevOutputSegments *self = DEV_OUTPUT_SEGMENTS (object);

  g_free (self->folder);
  g_free (self->prefix);
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
  output_class->check = dev_output_segments_check;
  output_class->set_up = dev_output_segments_set_up;
  output_class->create = dev_output_segments_create;
  output_class->handle_message = dev_output_segments_handle_message;
  output_class->element_failed = dev_output_segments_element_failed;
  output_class->cut = dev_output_segments_cut;
  output_class->end = dev_output_segments_end;
  output_class->fill_result = dev_output_segments_fill_result;
  output_class->fill_manifest = dev_output_segments_fill_manifest;
  output_class->get_manifest_folder = dev_output_segments_get_manifest_folder;
}

static void
dev_output_segments_init (DevOutputSegments *self)
{
  self->first_running_time = GST_CLOCK_TIME_NONE;
  self->segments = g_ptr_array_new_with_free_func (g_free);
}
