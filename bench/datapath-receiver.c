/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Receives a stream and takes it apart:
 *
 *   PROGRAM srt|rtmp|hls|websocket bare|queues|element [ADDRESS]
 *
 * with GStreamer's own elements, the same with a queue for each stream, or with what is in
 * livekitegresssrc. ADDRESS is where an RTMP server serves the stream to the former, and the
 * playlist of HLS. Prints the address to send to, or an empty line. A line of its input starts the
 * measurement, and the end of its input ends it: then it prints the CPU time of the process for
 * each second of the media that came in between, in microseconds, the latency that its pads report,
 * in microseconds, and then for each picture a number that tells which it is and when it came, in
 * microseconds. What is said of pictures is true of the messages of a websocket. */

#include <gio/gio.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <libsoup/soup.h>
#include <math.h>
#include <stdio.h>
#include <sys/resource.h>

#include "gstlivekitegressdemux.h"
#include "gstlivekitegressplugin.h"
#include "gstlivekitegressreceivers.h"

#define LATENCY 125
#define RAW_CAPS "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=2"

typedef struct
{
  guint64 id;
  gint64 time;
} Picture;

typedef struct
{
  GMutex lock;
  GArray *pictures;
  GstClockTime stamp; /* of the last of them */
} Bench;

/* A moment of the measurement. */
typedef struct
{
  double cpu; /* of the process, in microseconds */
  guint n_pictures;
  GstClockTime stamp;
} Mark;

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
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  Picture picture = { get_id (buffer), g_get_monotonic_time () };

  g_mutex_lock (&self->lock);
  g_array_append_val (self->pictures, picture);
  self->stamp = GST_BUFFER_PTS (buffer);
  g_mutex_unlock (&self->lock);

  return GST_PAD_PROBE_OK;
}

/*** GStreamer's own elements ***/

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
make_line (const char *head, const char *video, const char *audio, gboolean queues)
{
  const char *queue = queues ? "queue ! " : "";
  g_autofree char *line
      = g_strdup_printf ("%s name=d d.%s ! %sh264parse ! fakesink name=v async=false sync=false "
                         "d.%s ! %saacparse ! fakesink async=false sync=false",
                         head, video, queue, audio, queue);

  return gst_parse_launch (line, NULL);
}

static GstElement *
make_bare_srt (gboolean queues, char **url)
{
  guint port = get_free_port ();
  g_autofree char *head = g_strdup_printf (
      "srtsrc uri=srt://127.0.0.1:%u?mode=listener passphrase=benchmark-passphrase pbkeylen=16 "
      "latency=%u ! tsdemux",
      port, LATENCY);

  *url = g_strdup_printf (
      "srt://127.0.0.1:%u?mode=caller&passphrase=benchmark-passphrase&pbkeylen=16&latency=%u", port,
      LATENCY);

  return make_line (head, "", "", queues);
}

static GstElement *
make_bare_rtmp (gboolean queues, const char *address)
{
  g_autofree char *head = g_strdup_printf ("rtmp2src location=%s ! flvdemux", address);

  return make_line (head, "video", "audio", queues);
}

static GstElement *
make_bare_hls (gboolean queues, const char *address)
{
  g_autofree char *head = g_strdup_printf ("filesrc location=%s ! hlsdemux ! tsdemux", address);

  return make_line (head, "", "", queues);
}

static void
on_message (SoupWebsocketConnection *connection, int type, GBytes *message, gpointer user_data)
{
  if (type == SOUP_WEBSOCKET_DATA_BINARY)
    gst_app_src_push_buffer (user_data, gst_buffer_new_wrapped_bytes (message));
}

static void
on_websocket (SoupServer *server,
              SoupServerMessage *message,
              const char *path,
              SoupWebsocketConnection *connection,
              gpointer user_data)
{
  g_signal_connect (connection, "message", G_CALLBACK (on_message), user_data);
  g_object_ref (connection);
}

static gpointer
run_loop (gpointer loop)
{
  g_main_loop_run (loop);
  return NULL;
}

/* What libsoup reads, in a thread of its own. */
static GstElement *
make_bare_websocket (gboolean queues, char **url)
{
  g_autofree char *line
      = g_strdup_printf ("appsrc name=s is-live=true do-timestamp=true format=time caps=" RAW_CAPS
                         " ! %sfakesink name=v async=false sync=false",
                         queues ? "queue ! " : "");
  GstElement *pipeline = gst_parse_launch (line, NULL);
  SoupServer *server = soup_server_new (NULL, NULL);
  g_autoslist (GUri) uris = NULL;

  soup_server_add_websocket_handler (server, NULL, NULL, NULL, on_websocket,
                                     gst_bin_get_by_name (GST_BIN (pipeline), "s"), NULL);
  if (!soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL))
    g_error ("cannot listen");
  uris = soup_server_get_uris (server);
  *url = g_strdup_printf ("ws://127.0.0.1:%d/", g_uri_get_port (uris->data));
  g_thread_unref (g_thread_new ("server", run_loop, g_main_loop_new (NULL, FALSE)));

  return pipeline;
}

/*** What is in livekitegresssrc ***/

static void
on_pad_added (GstElement *demux, GstPad *pad, gpointer pipeline)
{
  /* Of a websocket there is sound alone. */
  const char *name
      = g_str_has_prefix (GST_PAD_NAME (pad), "video") || demux->numsrcpads == 1 ? "v" : "a";
  g_autoptr (GstElement) sink = gst_bin_get_by_name (pipeline, name);
  g_autoptr (GstPad) sink_pad = gst_element_get_static_pad (sink, "sink");

  gst_pad_link (pad, sink_pad);
}

static GstElement *
make_element (GstLiveKitEgressProtocol protocol, const char *address, GstElement **receiver)
{
  GstLiveKitEgressReceiverConfig config = { .latency = LATENCY, .location = address };
  GstElement *pipeline = gst_parse_launch (protocol == GST_LIVEKIT_EGRESS_PROTOCOL_WEBSOCKET
                                               ? "fakesink name=v async=false sync=false"
                                               : "fakesink name=v async=false sync=false "
                                                 "fakesink name=a async=false sync=false",
                                           NULL);
  g_autoptr (GstPad) pad = NULL;
  g_autoptr (GstCaps) caps = NULL;
  GstElement *demux;

  /* A single element is no pipeline. */
  if (!GST_IS_PIPELINE (pipeline))
    {
      GstElement *sink = pipeline;

      pipeline = gst_pipeline_new (NULL);
      gst_bin_add (GST_BIN (pipeline), sink);
    }
  *receiver = gst_livekit_egress_receiver_new (protocol, &config);
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
  const char *end;

  gst_livekit_egress_receiver_add_output (GST_LIVEKIT_EGRESS_RECEIVER (receiver), request, NULL);
  json = lk_egress_message_to_json (LK_EGRESS_MESSAGE (request), LK_EGRESS_JSON_NONE);
  parts = g_strsplit (json, "://", 2);
  if (parts[1] == NULL)
    return g_strdup ("");
  end = strchr (parts[1], '"');

  return g_strdup_printf ("%s://%.*s", strrchr (parts[0], '"') + 1, (int)(end - parts[1]),
                          parts[1]);
}

/*** Figures ***/

static gint64
get_latency (GstPad *pad)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  GstClockTime latency = 0;

  if (gst_pad_peer_query (pad, query))
    gst_query_parse_latency (query, NULL, &latency, NULL);

  return GST_TIME_AS_USECONDS (latency);
}

static Mark
get_mark (Bench *self)
{
  Mark mark = { .cpu = get_cpu () };

  g_mutex_lock (&self->lock);
  mark.n_pictures = self->pictures->len;
  mark.stamp = self->stamp;
  g_mutex_unlock (&self->lock);

  return mark;
}

/* From the line to the end of the input, and only if something came before both. */
static double
measure (Bench *self)
{
  Mark first, last;

  if (getchar () == EOF)
    return NAN;
  first = get_mark (self);
  while (getchar () != EOF)
    ;
  last = get_mark (self);

  if (first.n_pictures == 0 || last.stamp <= first.stamp)
    return NAN;
  return (last.cpu - first.cpu) * GST_SECOND / (double)(last.stamp - first.stamp);
}

static void
print_figures (Bench *self, double cpu, GstPad *pad)
{
  printf ("%.0f\n", cpu);
  printf ("%" G_GINT64_FORMAT "\n", get_latency (pad));
  for (guint i = 0; i < self->pictures->len; i++)
    {
      Picture *picture = &g_array_index (self->pictures, Picture, i);

      printf ("%" G_GUINT64_FORMAT " %" G_GINT64_FORMAT "\n", picture->id, picture->time);
    }
}

static GstElement *
make_bare (GstLiveKitEgressProtocol protocol, gboolean queues, const char *address, char **url)
{
  switch (protocol)
    {
    case GST_LIVEKIT_EGRESS_PROTOCOL_SRT:
      return make_bare_srt (queues, url);
    case GST_LIVEKIT_EGRESS_PROTOCOL_RTMP:
      return make_bare_rtmp (queues, address);
    case GST_LIVEKIT_EGRESS_PROTOCOL_HLS:
      return make_bare_hls (queues, address);
    default:
      return make_bare_websocket (queues, url);
    }
}

int
main (int argc, char **argv)
{
  Bench bench = { .pictures = g_array_new (FALSE, FALSE, sizeof (Picture)) };
  g_autofree char *url = NULL;
  GstElement *pipeline, *receiver = NULL;
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstPad) pad = NULL;
  g_autoptr (GEnumClass) protocols = NULL;
  GEnumValue *protocol;
  double cpu;

  gst_init (&argc, &argv);
  gst_livekit_egress_plugin_init ();
  protocols = g_type_class_ref (gst_livekit_egress_protocol_get_type ());
  protocol = argc >= 3 ? g_enum_get_value_by_nick (protocols, argv[1]) : NULL;
  if (protocol == NULL)
    g_error ("Usage: %s srt|rtmp|hls|websocket bare|queues|element [ADDRESS]", argv[0]);

  if (g_str_equal (argv[2], "element"))
    pipeline = make_element (protocol->value, argv[3], &receiver);
  else
    pipeline = make_bare (protocol->value, g_str_equal (argv[2], "queues"), argv[3], &url);
  if (pipeline == NULL)
    g_error ("an element is missing");
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "v");
  pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_picture, &bench, NULL);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  if (receiver != NULL)
    url = dup_url (receiver);
  printf ("%s\n", url != NULL ? url : "");
  fflush (stdout);
  cpu = measure (&bench);

  g_mutex_lock (&bench.lock);
  print_figures (&bench, cpu, pad);
  g_mutex_unlock (&bench.lock);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_array_unref (bench.pictures);

  return 0;
}
