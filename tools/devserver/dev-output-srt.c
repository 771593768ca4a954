/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-output-srt.h"

/* What a receiver may be late before it loses data. */
#define LEG_QUEUE_TIME (2 * GST_SECOND)
#define LEG_QUEUE_BYTES (8 * 1024 * 1024)
/* Beyond the latency that the two ends agreed on, for the last packets to be played. */
#define LINGER_MARGIN_MS 100

/* One address: tee -> queue -> guard -> srtsink. The queue drops what a slow receiver does not take
 * and the guard keeps the flow error of a dead one away from the others. */
typedef struct
{
  char *url;
  GstElement *bin;
  GstElement *queue;
  GstElement *guard;
  GstElement *sink;
  GstPad *tee_pad;
} Leg;

struct _DevOutputSrt
{
  DevOutput parent_instance;

  gboolean started;
  GPtrArray *waiting; /* URLs to open when it has started */
  GPtrArray *legs;
};

G_DEFINE_FINAL_TYPE (DevOutputSrt, dev_output_srt, DEV_TYPE_OUTPUT)

static void
leg_free (Leg *leg)
{
  g_free (leg->url);
  g_clear_object (&leg->tee_pad);
  g_clear_object (&leg->bin);
  g_free (leg);
}

/* In the main context, when nothing flows into the leg any more. */
static gboolean
leg_dismantle (gpointer user_data)
{
  Leg *leg = user_data;
  g_autoptr (GstElement) tee = gst_pad_get_parent_element (leg->tee_pad);
  GstElement *elements[] = { leg->sink, leg->guard, leg->queue };

  if (tee != NULL)
    gst_element_release_request_pad (tee, leg->tee_pad);
  for (guint i = 0; i < G_N_ELEMENTS (elements); i++)
    {
      gst_element_set_state (elements[i], GST_STATE_NULL);
      gst_bin_remove (GST_BIN (leg->bin), elements[i]);
    }
  return G_SOURCE_REMOVE;
}

static GstPadProbeReturn
leg_unlink (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Leg *leg = user_data;
  g_autoptr (GstPad) peer = gst_pad_get_peer (pad);

  if (peer != NULL)
    gst_pad_unlink (pad, peer);
  g_idle_add_full (G_PRIORITY_HIGH, leg_dismantle, leg, (GDestroyNotify)leg_free);
  return GST_PAD_PROBE_REMOVE;
}

/* Takes the leg. */
static void
leg_close (Leg *leg)
{
  gst_pad_add_probe (leg->tee_pad, GST_PAD_PROBE_TYPE_IDLE, leg_unlink, leg, NULL);
}

static Leg *
find_leg (DevOutputSrt *self, const char *url, guint *index)
{
  for (guint i = 0; i < self->legs->len; i++)
    {
      Leg *leg = g_ptr_array_index (self->legs, i);

      if (g_str_equal (leg->url, url))
        {
          *index = i;
          return leg;
        }
    }
  return NULL;
}

static void
open_leg (DevOutputSrt *self, const char *url)
{
  GstElement *bin = dev_output_get_bin (DEV_OUTPUT (self));
  g_autoptr (GstElement) tee = gst_bin_get_by_name (GST_BIN (bin), "ts");
  g_autoptr (GstElement) sink = gst_object_ref_sink (gst_element_factory_make ("srtsink", NULL));
  g_autoptr (GstPad) queue_pad = NULL;
  Leg *leg;

  /* The error of the sink would quote the URL and with it the passphrase. */
  if (!gst_uri_handler_set_uri (GST_URI_HANDLER (sink), url, NULL))
    {
      dev_output_emit_failed (DEV_OUTPUT (self), url, "Error on SRT socket: invalid URL");
      return;
    }

  leg = g_new0 (Leg, 1);
  leg->url = g_strdup (url);
  leg->bin = gst_object_ref (bin);
  leg->queue = gst_element_factory_make ("queue", NULL);
  leg->guard = gst_element_factory_make ("errorignore", NULL);
  leg->sink = g_steal_pointer (&sink);
  gst_util_set_object_arg (G_OBJECT (leg->queue), "leaky", "downstream");
  g_object_set (leg->queue, "max-size-buffers", 0, "max-size-bytes", LEG_QUEUE_BYTES,
                "max-size-time", (guint64)LEG_QUEUE_TIME, NULL);
  gst_util_set_object_arg (G_OBJECT (leg->guard), "convert-to", "ok");
  g_object_set (leg->sink, "wait-for-connection", FALSE, "auto-reconnect", FALSE, "async", FALSE,
                "sync", FALSE, NULL);
  g_ptr_array_add (self->legs, leg);

  gst_bin_add_many (GST_BIN (bin), leg->queue, leg->guard, leg->sink, NULL);
  gst_object_unref (leg->sink); /* ours; the bin holds it */
  gst_element_link_many (leg->queue, leg->guard, leg->sink, NULL);
  leg->tee_pad = gst_element_request_pad_simple (tee, "src_%u");
  gst_element_sync_state_with_parent (leg->sink);
  gst_element_sync_state_with_parent (leg->guard);
  gst_element_sync_state_with_parent (leg->queue);
  queue_pad = gst_element_get_static_pad (leg->queue, "sink");
  gst_pad_link (leg->tee_pad, queue_pad);
}

static GstElement *
dev_output_srt_create_bin (DevOutput *output, const DevEncoding *encoding, GError **error)
{
  g_autoptr (GString) line = g_string_new (
      "mpegtsmux name=mux alignment=7 ! queue max-size-time=0 max-size-bytes=0 max-size-buffers=0 "
      "! tee name=ts allow-not-linked=true ");
  GstElement *bin;

  if (encoding->video)
    g_string_append (line, "queue name=video-in ! mux. ");
  if (encoding->audio)
    g_string_append_printf (line,
                            "queue name=audio-in ! audioconvert ! avenc_aac bitrate=%d ! aacparse "
                            "! queue ! mux. ",
                            encoding->audio_bitrate * 1000);
  bin = gst_parse_bin_from_description (line->str, FALSE, error);
  if (bin == NULL)
    return NULL;
  dev_output_add_pads (output, bin, encoding);
  return bin;
}

static void
dev_output_srt_started (DevOutput *output)
{
  DevOutputSrt *self = DEV_OUTPUT_SRT (output);

  self->started = TRUE;
  for (guint i = 0; i < self->waiting->len; i++)
    open_leg (self, g_ptr_array_index (self->waiting, i));
  g_ptr_array_set_size (self->waiting, 0);
}

static void
dev_output_srt_element_failed (DevOutput *output, GstObject *element, const char *text)
{
  DevOutputSrt *self = DEV_OUTPUT_SRT (output);

  for (guint i = 0; i < self->legs->len; i++)
    {
      Leg *leg = g_ptr_array_index (self->legs, i);

      if (element == GST_OBJECT (leg->sink))
        {
          g_autofree char *url = g_strdup (leg->url);

          dev_output_emit_failed (output, url, text);
          return;
        }
    }
  /* A sink that was removed may have its last word on the bus; anything else is the end. */
  if (!GST_OBJECT_FLAG_IS_SET (element, GST_ELEMENT_FLAG_SINK))
    dev_output_emit_failed (output, NULL, text);
}

static guint
dev_output_srt_get_linger (DevOutput *output)
{
  DevOutputSrt *self = DEV_OUTPUT_SRT (output);
  int longest = 0;

  for (guint i = 0; i < self->legs->len; i++)
    {
      Leg *leg = g_ptr_array_index (self->legs, i);
      g_autoptr (GstStructure) stats = NULL;
      int latency;

      g_object_get (leg->sink, "stats", &stats, NULL);
      if (stats != NULL && gst_structure_get_int (stats, "negotiated-latency-ms", &latency))
        longest = MAX (longest, latency);
    }
  return longest + LINGER_MARGIN_MS;
}

static void
dev_output_srt_finalize (GObject *object)
{
  DevOutputSrt *self = DEV_OUTPUT_SRT (object);

  g_ptr_array_unref (self->waiting);
  g_ptr_array_unref (self->legs);
  G_OBJECT_CLASS (dev_output_srt_parent_class)->finalize (object);
}

static void
dev_output_srt_class_init (DevOutputSrtClass *klass)
{
  DevOutputClass *output_class = DEV_OUTPUT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = dev_output_srt_finalize;
  output_class->create_bin = dev_output_srt_create_bin;
  output_class->started = dev_output_srt_started;
  output_class->element_failed = dev_output_srt_element_failed;
  output_class->get_linger = dev_output_srt_get_linger;
}

static void
dev_output_srt_init (DevOutputSrt *self)
{
  self->waiting = g_ptr_array_new_with_free_func (g_free);
  self->legs = g_ptr_array_new_with_free_func ((GDestroyNotify)leg_free);
}

DevOutputSrt *
dev_output_srt_new (void)
{
  return g_object_new (DEV_TYPE_OUTPUT_SRT, NULL);
}

void
dev_output_srt_add (DevOutputSrt *self, const char *url)
{
  if (self->started)
    open_leg (self, url);
  else
    g_ptr_array_add (self->waiting, g_strdup (url));
}

void
dev_output_srt_remove (DevOutputSrt *self, const char *url)
{
  guint index;

  if (find_leg (self, url, &index) != NULL)
    leg_close (g_ptr_array_steal_index (self->legs, index));
}
