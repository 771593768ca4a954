/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-output-srt.h"

struct _DevOutputSrt
{
  DevOutputStream parent_instance;
};

G_DEFINE_FINAL_TYPE (DevOutputSrt, dev_output_srt, DEV_TYPE_OUTPUT_STREAM)

static const char *const elements[] = { DEV_OUTPUT_STREAM_ELEMENTS, "mpegtsmux", "srtsink", NULL };

static GstElement *
dev_output_srt_create_sink (const char *url, GError **error)
{
  GstElement *sink = gst_element_factory_make ("srtsink", NULL);

  /* The element's own error would quote the URL and with it the passphrase. */
  if (!gst_uri_handler_set_uri (GST_URI_HANDLER (sink), url, NULL))
    {
      gst_object_unref (gst_object_ref_sink (sink));
      g_set_error_literal (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
                           "Error on SRT socket: invalid URL");
      return NULL;
    }
  g_object_set (sink, "wait-for-connection", FALSE, "auto-reconnect", FALSE, NULL);
  return sink;
}

/* What the two ends agreed on. */
static guint
dev_output_srt_get_latency (GstElement *sink)
{
  g_autoptr (GstStructure) stats = NULL;
  int latency;

  g_object_get (sink, "stats", &stats, NULL);
  return stats != NULL && gst_structure_get_int (stats, "negotiated-latency-ms", &latency) ? latency
                                                                                           : 0;
}

static void
dev_output_srt_class_init (DevOutputSrtClass *klass)
{
  DevOutputStreamClass *stream_class = DEV_OUTPUT_STREAM_CLASS (klass);

  DEV_OUTPUT_CLASS (klass)->elements = elements;
  stream_class->muxer = "mpegtsmux alignment=7";
  stream_class->video = "queue name=video-in";
  stream_class->create_sink = dev_output_srt_create_sink;
  stream_class->get_latency = dev_output_srt_get_latency;
}

static void
dev_output_srt_init (DevOutputSrt *self)
{
}
