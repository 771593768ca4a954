/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-output-rtmp.h"

#include <string.h>

#include "dev-loopback.h"
#include "lk-egress-redact-private.h"

/* More than all that is said before the first media, less than a second of any. */
#define MEDIA_BYTES 4096

struct _DevOutputRtmp
{
  DevOutputStream parent_instance;
};

G_DEFINE_FINAL_TYPE (DevOutputRtmp, dev_output_rtmp, DEV_TYPE_OUTPUT_STREAM)

static const char *const elements[]
    = { DEV_OUTPUT_STREAM_ELEMENTS, "flvmux", "h264parse", "rtmp2sink", NULL };

static gboolean
is_here (const char *url)
{
  return g_str_has_prefix (url, "rtmp://") || g_str_has_prefix (url, "rtmps://");
}

static gboolean
dev_output_rtmp_check (const DevOutputContext *context,
                       const DevDestination *destination,
                       GError **error)
{
  for (guint i = 0; i < destination->streams->len; i++)
    {
      const DevStream *stream = g_ptr_array_index (destination->streams, i);

      if (!is_here (stream->url))
        return dev_output_refuse (
            error, "this development server cannot publish to mux:// and twitch:// addresses");
    }
  return TRUE;
}

static GstElement *
dev_output_rtmp_create_sink (const char *url, GError **error)
{
  GstElement *sink = gst_element_factory_make ("rtmp2sink", NULL);
  /* What may follow the key is meant for other tools than this. */
  g_autofree char *location = g_strndup (url, strcspn (url, " "));
  g_autofree char *host = NULL;

  /* The element's own error would quote the URL and with it the key. */
  if (!is_here (url) || !gst_uri_handler_set_uri (GST_URI_HANDLER (sink), location, NULL))
    {
      gst_object_unref (gst_object_ref_sink (sink));
      g_set_error_literal (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
                           "Error on RTMP connection: invalid URL");
      return NULL;
    }
  g_object_get (sink, "host", &host, NULL);
  g_object_set (sink, "async-connect", FALSE, NULL);
  if (dev_loopback_is_host (host))
    g_object_set (sink, "tls-validation-flags", 0, NULL);
  return sink;
}

static gboolean
dev_output_rtmp_has_sent (GstElement *sink)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 bytes = 0;

  g_object_get (sink, "stats", &stats, NULL);
  return stats != NULL && gst_structure_get_uint64 (stats, "out-bytes-total", &bytes)
         && bytes > MEDIA_BYTES;
}

static void
dev_output_rtmp_class_init (DevOutputRtmpClass *klass)
{
  DevOutputStreamClass *stream_class = DEV_OUTPUT_STREAM_CLASS (klass);

  DEV_OUTPUT_CLASS (klass)->elements = elements;
  DEV_OUTPUT_CLASS (klass)->check = dev_output_rtmp_check;
  /* Of a stream that comes later than the latency, on a busy machine, buffers would be dropped. It
   * delays nothing else: the sinks do not wait for the clock. */
  stream_class->muxer = "flvmux streamable=true skip-backwards-streams=true latency=2000000000";
  stream_class->video = "queue name=video-in ! h264parse";
  stream_class->create_sink = dev_output_rtmp_create_sink;
  stream_class->show_url = lk_egress_redact_url;
  stream_class->has_sent = dev_output_rtmp_has_sent;
}

static void
dev_output_rtmp_init (DevOutputRtmp *self)
{
}
