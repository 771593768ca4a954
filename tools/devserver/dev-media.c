/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-media.h"

#include "dev-elements.h"

/* For outputs that do not finish: receivers may never, and files are there in the end. */
#define LIVE_END_TIMEOUT_MS 3000
#define RECORDED_END_TIMEOUT_MS 10000
/* How far the picture may fall behind the sound on a busy machine before pictures are left out:
 * more in a recording, which nobody looks at meanwhile; and how much memory that may take. */
#define LIVE_SLACK (500 * GST_MSECOND)
#define RECORDED_SLACK (3 * GST_SECOND)
#define MAX_SLACK_BYTES (64 * 1024 * 1024)
#define VOLUME 0.2

struct _DevMedia
{
  GObject parent_instance;

  GstElement *pipeline;
  gboolean live;
  char *title;
  GPtrArray *outputs;
  guint bus_watch;
  guint end_timer;
};

G_DEFINE_FINAL_TYPE (DevMedia, dev_media, G_TYPE_OBJECT)

enum
{
  SIGNAL_RUNNING,
  SIGNAL_FAILED,
  SIGNAL_ENDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static const char *const elements[]
    = { "audiotestsrc", "capsfilter",  "clockoverlay", "h264parse",    "queue",   "tee",
        "textoverlay",  "timeoverlay", "valve",        "videotestsrc", "x264enc", NULL };

gboolean
dev_media_check (GError **error)
{
  return dev_elements_check (elements, error);
}

static GstPadProbeReturn
wait_for_media (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  g_autoptr (GstElement) element = NULL;

  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT))
    return GST_PAD_PROBE_OK;
  element = gst_pad_get_parent_element (pad);
  gst_element_post_message (
      element, gst_message_new_application (GST_OBJECT (element),
                                            gst_structure_new_empty ("livekit-devserver-running")));
  return GST_PAD_PROBE_REMOVE;
}

static void
add_probe (DevMedia *self,
           const char *element_name,
           const char *pad_name,
           GstPadProbeCallback probe)
{
  g_autoptr (GstElement) element = gst_bin_get_by_name (GST_BIN (self->pipeline), element_name);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, pad_name);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, probe, self, NULL);
}

static void
finish (DevMedia *self)
{
  dev_media_close (self);
  g_signal_emit (self, signals[SIGNAL_ENDED], 0);
}

static gboolean
on_end_timer (gpointer user_data)
{
  DevMedia *self = user_data;

  self->end_timer = 0;
  finish (self);
  return G_SOURCE_REMOVE;
}

/* All sinks have the end; what is on its way to a receiver still needs its latency. */
static void
on_eos (DevMedia *self)
{
  guint linger = 0;

  if (self->end_timer == 0)
    return;
  for (guint i = 0; i < self->outputs->len; i++)
    linger = MAX (linger, dev_output_get_linger (g_ptr_array_index (self->outputs, i)));
  g_source_remove (self->end_timer);
  self->end_timer = g_timeout_add (linger, on_end_timer, self);
}

static void
on_element_failed (DevMedia *self, GstMessage *message)
{
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  else
    gst_message_parse_warning (message, &error, NULL);
  for (guint i = 0; i < self->outputs->len; i++)
    if (dev_output_element_failed (g_ptr_array_index (self->outputs, i), GST_MESSAGE_SRC (message),
                                   error->message))
      return;
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    g_signal_emit (self, signals[SIGNAL_FAILED], 0, error->message);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  /* A handler may drop the media. */
  g_autoptr (DevMedia) self = g_object_ref (user_data);

  switch (GST_MESSAGE_TYPE (message))
    {
    case GST_MESSAGE_ERROR:
    case GST_MESSAGE_WARNING:
      on_element_failed (self, message);
      break;
    case GST_MESSAGE_EOS:
      on_eos (self);
      break;
    case GST_MESSAGE_ELEMENT:
      for (guint i = 0; i < self->outputs->len; i++)
        dev_output_handle_message (g_ptr_array_index (self->outputs, i), message);
      break;
    case GST_MESSAGE_APPLICATION:
      g_signal_emit (self, signals[SIGNAL_RUNNING], 0);
      break;
    default:
      break;
    }
  return G_SOURCE_CONTINUE;
}

static void
dev_media_finalize (GObject *object)
{
  DevMedia *self = DEV_MEDIA (object);

  dev_media_close (self);
  g_clear_object (&self->pipeline);
  g_clear_pointer (&self->outputs, g_ptr_array_unref);
  g_clear_pointer (&self->title, g_free);
  G_OBJECT_CLASS (dev_media_parent_class)->finalize (object);
}

static void
dev_media_class_init (DevMediaClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = dev_media_finalize;
  signals[SIGNAL_RUNNING] = g_signal_new ("running", DEV_TYPE_MEDIA, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_FAILED] = g_signal_new ("failed", DEV_TYPE_MEDIA, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_ENDED] = g_signal_new ("ended", DEV_TYPE_MEDIA, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 0);
}

static void
dev_media_init (DevMedia *self)
{
  self->outputs = g_ptr_array_new_with_free_func (g_object_unref);
}

#define WRITING "font-desc=\"Monospace 20\" xpad=8 ypad=8 shaded-background=true "

/* Nothing but numbers goes into the description. On a machine that is too busy to draw and encode
 * each picture, pictures are left out before that: a live source that is held up falls behind the
 * sound. */
static GstElement *
create_pipeline (const DevEncoding *encoding, GstClockTime slack)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  GstElement *pipeline;

  if (encoding->video)
    g_string_append_printf (
        line,
        "videotestsrc is-live=true pattern=ball background-color=0xff24405c "
        "! video/x-raw,format=I420,width=%d,height=%d,framerate=%d/1 "
        "! queue max-size-buffers=0 max-size-bytes=%u max-size-time=%" G_GUINT64_FORMAT
        " leaky=downstream "
        "! textoverlay name=writing " WRITING "valignment=top halignment=left line-alignment=left "
        "! clockoverlay " WRITING "valignment=bottom halignment=left "
        "! timeoverlay " WRITING "valignment=bottom halignment=right "
        "! tee name=raw raw. ! valve name=picture-valve drop-mode=forward-sticky-events "
        "! tee name=picture allow-not-linked=true "
        "raw. ! queue max-size-buffers=3 "
        "! x264enc tune=zerolatency speed-preset=ultrafast threads=1 bitrate=%d key-int-max=%d "
        "! h264parse config-interval=-1 "
        "! capsfilter name=h264 caps=video/x-h264,stream-format=byte-stream,alignment=au "
        "! valve name=video-valve drop-mode=forward-sticky-events ! tee name=video allow-not-linked=true ",
        encoding->width, encoding->height, encoding->framerate, MAX_SLACK_BYTES, slack,
        encoding->video_bitrate,
        MAX ((int)(encoding->framerate * encoding->key_frame_interval), 1));
  if (encoding->audio)
    g_string_append_printf (
        line,
        "audiotestsrc name=source is-live=true freq=440 "
        "! capsfilter name=tone caps=audio/x-raw,rate=%d,channels=2 "
        "! valve name=audio-valve drop-mode=forward-sticky-events ! tee name=audio allow-not-linked=true ",
        encoding->audio_frequency);
  pipeline = gst_parse_launch_full (line->str, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  if (pipeline == NULL)
    g_error ("Cannot build the pipeline: %s", error->message);
  return gst_object_ref_sink (pipeline);
}

DevMedia *
dev_media_new (const DevEncoding *encoding, gboolean live, const char *title, const char *subtitle)
{
  DevMedia *self = g_object_new (DEV_TYPE_MEDIA, NULL);
  g_autoptr (GstBus) bus = NULL;

  self->pipeline = create_pipeline (encoding, live ? LIVE_SLACK : RECORDED_SLACK);
  self->live = live;
  self->title = g_strdup (title);
  dev_media_set_subtitle (self, subtitle);
  dev_media_set_silent (self, FALSE);
  add_probe (self, encoding->video ? "h264" : "tone", "src", wait_for_media);
  bus = gst_element_get_bus (self->pipeline);
  self->bus_watch = gst_bus_add_watch (bus, on_message, self);
  return self;
}

gboolean
dev_media_add_output (DevMedia *self, DevOutput *output, GError **error)
{
  static const char *const pads[] = { "video", "picture", "audio" };
  GstElement *bin = dev_output_create (output, error);

  if (bin == NULL)
    return FALSE;
  gst_bin_add (GST_BIN (self->pipeline), bin);
  g_ptr_array_add (self->outputs, g_object_ref (output));
  for (guint i = 0; i < G_N_ELEMENTS (pads); i++)
    {
      g_autoptr (GstElement) tee = gst_bin_get_by_name (GST_BIN (self->pipeline), pads[i]);
      g_autoptr (GstPad) pad = gst_element_get_static_pad (bin, pads[i]);

      if (pad != NULL)
        gst_element_link_pads (tee, "src_%u", bin, pads[i]);
    }
  return TRUE;
}

void
dev_media_start (DevMedia *self)
{
  /* An output that fails at once may be the end of the egress. */
  g_autoptr (DevMedia) alive = g_object_ref (self);

  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < self->outputs->len; i++)
    dev_output_started (g_ptr_array_index (self->outputs, i));
}

void
dev_media_end (DevMedia *self)
{
  if (self->end_timer != 0)
    return;
  self->end_timer = g_timeout_add (self->live ? LIVE_END_TIMEOUT_MS : RECORDED_END_TIMEOUT_MS,
                                   on_end_timer, self);
  gst_element_send_event (self->pipeline, gst_event_new_eos ());
}

static void
flush_source (const GValue *value, gpointer user_data)
{
  gst_element_send_event (g_value_get_object (value), gst_event_new_flush_start ());
}

/* While a splitmuxsink waits for what is to come it does not stop (GStreamer 1.22): a flush wakes
 * it. */
static void
flush (DevMedia *self)
{
  g_autoptr (GstIterator) sources = gst_bin_iterate_sources (GST_BIN (self->pipeline));

  gst_iterator_foreach (sources, flush_source, NULL);
}

void
dev_media_close (DevMedia *self)
{
  g_clear_handle_id (&self->end_timer, g_source_remove);
  g_clear_handle_id (&self->bus_watch, g_source_remove);
  flush (self);
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  for (guint i = 0; i < self->outputs->len; i++)
    dev_output_close (g_ptr_array_index (self->outputs, i));
}

void
dev_media_set_muted (DevMedia *self, gboolean muted)
{
  const char *const valves[] = { "video-valve", "picture-valve", "audio-valve" };

  for (guint i = 0; i < G_N_ELEMENTS (valves); i++)
    {
      g_autoptr (GstElement) valve = gst_bin_get_by_name (GST_BIN (self->pipeline), valves[i]);

      if (valve != NULL)
        g_object_set (valve, "drop", muted, NULL);
    }
}

void
dev_media_set_silent (DevMedia *self, gboolean silent)
{
  g_autoptr (GstElement) source = gst_bin_get_by_name (GST_BIN (self->pipeline), "source");

  if (source != NULL)
    g_object_set (source, "volume", silent ? 0 : VOLUME, NULL);
}

void
dev_media_set_subtitle (DevMedia *self, const char *subtitle)
{
  g_autoptr (GstElement) writing = gst_bin_get_by_name (GST_BIN (self->pipeline), "writing");
  g_autofree char *text = g_markup_printf_escaped ("%s\n%s", self->title, subtitle);

  if (writing != NULL)
    g_object_set (writing, "text", text, NULL);
}
