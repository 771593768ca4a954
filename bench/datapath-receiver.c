/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Receives an SRT stream and takes it apart:
 *
 *   PROGRAM bare|queues|element
 *
 * with srtsrc ! tsdemux ! parsers, the same with a queue for each stream, or with what is in
 * livekitegresssrc. Prints the address to send to. When its input ends it prints the CPU time of
 * the process for each second of its wall time from the thirtieth picture on, in microseconds, and
 * then for each picture a number that tells which it is and when it came, in microseconds. */

#include <gio/gio.h>
#include <gst/gst.h>
#include <stdio.h>
#include <sys/resource.h>

#include "gstlivekitegressdemux.h"
#include "gstlivekitegressplugin.h"
#include "gstlivekitegressreceivers.h"

#define LATENCY 125
#define WARM_UP 30

typedef struct
{
  guint64 id;
  gint64 time;
} Picture;

typedef struct
{
  GMutex lock;
  GArray *pictures;
  double cpu, first_cpu;
  gint64 time, first_time;
} Bench;

static double
get_cpu (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);

  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + usage.ru_utime.tv_usec
         + usage.ru_stime.tv_usec;
}

static guint64
get_id (GstBuffer *buffer)
{
  guint8 head[256];
  gsize n = gst_buffer_extract (buffer, 0, head, sizeof head);
  guint64 id = 14695981039346656037u ^ gst_buffer_get_size (buffer);

  for (gsize i = 0; i < n; i++)
    id = (id ^ head[i]) * 1099511628211u;

  return id;
}

static GstPadProbeReturn
on_picture (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Bench *self = user_data;
  Picture picture = { get_id (GST_PAD_PROBE_INFO_BUFFER (info)), g_get_monotonic_time () };

  g_mutex_lock (&self->lock);
  g_array_append_val (self->pictures, picture);
  self->cpu = get_cpu ();
  self->time = picture.time;
  if (self->pictures->len == WARM_UP)
    {
      self->first_cpu = self->cpu;
      self->first_time = self->time;
    }
  g_mutex_unlock (&self->lock);

  return GST_PAD_PROBE_OK;
}

/* A port for srtsrc, which cannot choose one. */
static guint
get_free_port (void)
{
  g_autoptr (GSocket) socket
      = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;

  if (!g_socket_bind (socket, any, FALSE, NULL))
    g_error ("no port is free");
  bound = g_socket_get_local_address (socket, NULL);

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

static GstElement *
make_bare (gboolean queues, char **url)
{
  const char *queue = queues ? "queue ! " : "";
  guint port = get_free_port ();
  g_autofree char *line = g_strdup_printf (
      "srtsrc uri=srt://127.0.0.1:%u?mode=listener passphrase=benchmark-passphrase pbkeylen=16 "
      "latency=%u ! tsdemux name=d d. ! %sh264parse ! fakesink name=v async=false sync=false "
      "d. ! %saacparse ! fakesink async=false sync=false",
      port, LATENCY, queue, queue);

  *url = g_strdup_printf (
      "srt://127.0.0.1:%u?mode=caller&passphrase=benchmark-passphrase&pbkeylen=16&latency=%u", port,
      LATENCY);

  return gst_parse_launch (line, NULL);
}

static void
on_pad_added (GstElement *demux, GstPad *pad, gpointer pipeline)
{
  const char *name = g_str_has_prefix (GST_PAD_NAME (pad), "video") ? "v" : "a";
  g_autoptr (GstElement) sink = gst_bin_get_by_name (pipeline, name);
  g_autoptr (GstPad) sink_pad = gst_element_get_static_pad (sink, "sink");

  gst_pad_link (pad, sink_pad);
}

static GstElement *
make_element (GstElement **receiver)
{
  GstLiveKitEgressReceiverConfig config = { .latency = LATENCY };
  GstElement *pipeline = gst_parse_launch ("fakesink name=v async=false sync=false "
                                           "fakesink name=a async=false sync=false",
                                           NULL);
  g_autoptr (GstPad) pad = NULL;
  g_autoptr (GstCaps) caps = NULL;
  GstElement *demux;

  *receiver = gst_livekit_egress_receiver_new (GST_LIVEKIT_EGRESS_PROTOCOL_SRT, &config);
  pad = gst_element_get_static_pad (*receiver, "src");
  caps = gst_pad_query_caps (pad, NULL);
  demux = gst_livekit_egress_demux_new (caps);
  g_signal_connect (demux, "pad-added", G_CALLBACK (on_pad_added), pipeline);
  gst_bin_add_many (GST_BIN (pipeline), *receiver, demux, NULL);
  gst_element_link (*receiver, demux);

  return pipeline;
}

static char *
dup_url (GstElement *receiver)
{
  g_autoptr (LkEgressRequest) request = lk_egress_request_new_participant ("demo", "alice");
  g_autofree char *json = NULL;
  g_auto (GStrv) parts = NULL;

  gst_livekit_egress_receiver_add_output (GST_LIVEKIT_EGRESS_RECEIVER (receiver), request,
                                          NULL);
  json = lk_egress_message_to_json (LK_EGRESS_MESSAGE (request), LK_EGRESS_JSON_NONE);
  parts = g_strsplit (strstr (json, "srt://"), "\"", 2);

  return g_strdup (parts[0]);
}

int
main (int argc, char **argv)
{
  Bench bench = { .pictures = g_array_new (FALSE, FALSE, sizeof (Picture)) };
  g_autofree char *url = NULL;
  GstElement *pipeline, *receiver = NULL;
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstPad) pad = NULL;

  gst_init (&argc, &argv);
  gst_livekit_egress_plugin_init ();
  if (argc != 2)
    g_error ("Usage: %s bare|queues|element", argv[0]);

  if (g_str_equal (argv[1], "element"))
    pipeline = make_element (&receiver);
  else
    pipeline = make_bare (g_str_equal (argv[1], "queues"), &url);
  if (pipeline == NULL)
    g_error ("an element is missing");
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "v");
  pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_picture, &bench, NULL);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  if (receiver != NULL)
    url = dup_url (receiver);
  printf ("%s\n", url);
  fflush (stdout);
  while (getchar () != EOF)
    ;

  g_mutex_lock (&bench.lock);
  printf ("%.0f\n",
          (bench.cpu - bench.first_cpu)
              / MAX ((double)(bench.time - bench.first_time) / G_TIME_SPAN_SECOND, 0.001));
  for (guint i = 0; i < bench.pictures->len; i++)
    {
      Picture *picture = &g_array_index (bench.pictures, Picture, i);

      printf ("%" G_GUINT64_FORMAT " %" G_GINT64_FORMAT "\n", picture->id, picture->time);
    }
  g_mutex_unlock (&bench.lock);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_array_unref (bench.pictures);

  return 0;
}
