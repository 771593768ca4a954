/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresssrtreceiver.h"

#include "gstlivekitegresssrtlibrary.h"
#include "gstlivekitegresssrtsocket.h"

struct _GstLiveKitEgressSrtReceiver
{
  GstLiveKitEgressListener parent;

  /* From listen to close. Others than the streaming thread hold the object lock while they use it. */
  GstLiveKitEgressSrtSocket *socket;
};

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/mpegts, systemstream = (boolean) true, "
        "packetsize = (int) 188"));

G_DEFINE_FINAL_TYPE (GstLiveKitEgressSrtReceiver,
    gst_livekit_egress_srt_receiver, GST_TYPE_LIVEKIT_EGRESS_LISTENER);

static void
on_connected (gboolean connected, gpointer user_data)
{
  gst_livekit_egress_live_src_set_connected (user_data, connected);
}

static void
on_refused (const gchar * peer, const gchar * why, gpointer user_data)
{
  gst_livekit_egress_listener_refused (user_data, peer, why);
}

static guint
gst_livekit_egress_srt_receiver_listen (GstLiveKitEgressListener * listener,
    GSocketAddress * address, guint latency, GError ** error)
{
  GstLiveKitEgressSrtReceiver *self =
      GST_LIVEKIT_EGRESS_SRT_RECEIVER (listener);
  const GstLiveKitEgressSrtFuncs funcs = { on_connected, on_refused };
  GstLiveKitEgressSrtSocket *socket =
      gst_livekit_egress_srt_socket_new (address, latency, &funcs, self, error);

  if (socket == NULL)
    return 0;

  GST_OBJECT_LOCK (self);
  self->socket = socket;
  GST_OBJECT_UNLOCK (self);
  if (!g_inet_address_get_is_loopback (g_inet_socket_address_get_address
          (G_INET_SOCKET_ADDRESS (address))))
    gst_livekit_egress_srt_library_check (GST_ELEMENT (self));
  return gst_livekit_egress_srt_socket_get_port (socket);
}

static void
gst_livekit_egress_srt_receiver_close (GstLiveKitEgressListener * listener)
{
  GstLiveKitEgressSrtReceiver *self =
      GST_LIVEKIT_EGRESS_SRT_RECEIVER (listener);
  GstLiveKitEgressSrtSocket *socket;

  GST_OBJECT_LOCK (self);
  socket = g_steal_pointer (&self->socket);
  GST_OBJECT_UNLOCK (self);

  gst_livekit_egress_srt_socket_free (socket);
}

static GstBuffer *
gst_livekit_egress_srt_receiver_read (GstLiveKitEgressListener * listener,
    GstClockTime * age, GError ** error)
{
  return gst_livekit_egress_srt_socket_read (GST_LIVEKIT_EGRESS_SRT_RECEIVER
      (listener)->socket, GST_LIVEKIT_EGRESS_LIVE_SRC_MOMENT, age, error);
}

static void
gst_livekit_egress_srt_receiver_add_output (GstLiveKitEgressListener * listener,
    LkEgressRequest * request, const gchar * authority)
{
  GstLiveKitEgressSrtReceiver *self =
      GST_LIVEKIT_EGRESS_SRT_RECEIVER (listener);
  g_autofree gchar *url = NULL;

  GST_OBJECT_LOCK (self);
  if (self->socket != NULL)
    url = gst_livekit_egress_srt_socket_dup_url (self->socket, authority);
  GST_OBJECT_UNLOCK (self);

  if (url != NULL)
    lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, url);
}

static void
gst_livekit_egress_srt_receiver_refuse_all (GstLiveKitEgressListener * listener)
{
  GstLiveKitEgressSrtReceiver *self =
      GST_LIVEKIT_EGRESS_SRT_RECEIVER (listener);

  GST_OBJECT_LOCK (self);
  if (self->socket != NULL)
    gst_livekit_egress_srt_socket_refuse_all (self->socket);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_livekit_egress_srt_receiver_add_stats (GstLiveKitEgressListener * listener,
    GstStructure * stats)
{
  GstLiveKitEgressSrtReceiver *self =
      GST_LIVEKIT_EGRESS_SRT_RECEIVER (listener);

  GST_OBJECT_LOCK (self);
  if (self->socket != NULL)
    gst_livekit_egress_srt_socket_add_stats (self->socket, stats);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_livekit_egress_srt_receiver_class_init (GstLiveKitEgressSrtReceiverClass *
    klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstLiveKitEgressListenerClass *listener_class =
      GST_LIVEKIT_EGRESS_LISTENER_CLASS (klass);

  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "LiveKit egress SRT receiver", "Source/Network",
      "Listens for the SRT stream of a LiveKit egress",
      "The livekit-egress authors");

  listener_class->listen = gst_livekit_egress_srt_receiver_listen;
  listener_class->close = gst_livekit_egress_srt_receiver_close;
  listener_class->read = gst_livekit_egress_srt_receiver_read;
  listener_class->add_output = gst_livekit_egress_srt_receiver_add_output;
  listener_class->refuse_all = gst_livekit_egress_srt_receiver_refuse_all;
  listener_class->add_stats = gst_livekit_egress_srt_receiver_add_stats;
}

static void
gst_livekit_egress_srt_receiver_init (GstLiveKitEgressSrtReceiver * self)
{
}
