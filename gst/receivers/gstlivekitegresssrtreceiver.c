/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresssrtreceiver.h"

#include "gstlivekitegressplugin.h"
#include "gstlivekitegressreceiver.h"
#include "gstlivekitegresssrtlistener.h"

#define GST_CAT_DEFAULT gst_livekit_egress_srt_debug

struct _GstLiveKitEgressSrtReceiver
{
  GstPushSrc parent;

  gchar *listen_address;
  guint listen_port;
  guint latency;

  /* Made in start and freed in stop, when nothing streams. Others take the object lock to be sure
   * that it is there. */
  GstLiveKitEgressSrtListener *listener;

  gint playing_again;           /* atomic: the pipeline starts, for the first time or after a pause */
  GstClockTime last_pts;        /* of the streaming thread alone */
  GstClockTime lag;             /* under the object lock */
};

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/mpegts, systemstream = (boolean) true, "
        "packetsize = (int) 188"));

static void gst_livekit_egress_srt_receiver_iface_init
    (GstLiveKitEgressReceiverInterface * iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstLiveKitEgressSrtReceiver,
    gst_livekit_egress_srt_receiver, GST_TYPE_PUSH_SRC,
    G_IMPLEMENT_INTERFACE (GST_TYPE_LIVEKIT_EGRESS_RECEIVER,
        gst_livekit_egress_srt_receiver_iface_init));

static void
on_connected (gboolean connected, gpointer user_data)
{
  gst_livekit_egress_receiver_connected (user_data, connected);
}

static gboolean
gst_livekit_egress_srt_receiver_start (GstBaseSrc * src)
{
  GstLiveKitEgressSrtReceiver *self = GST_LIVEKIT_EGRESS_SRT_RECEIVER (src);
  GstLiveKitEgressSrtListener *listener;
  g_autoptr (GError) error = NULL;

  listener = gst_livekit_egress_srt_listener_new (self->listen_address,
      self->listen_port, self->latency, &error);
  if (listener == NULL) {
    GST_ELEMENT_ERROR (self, RESOURCE, OPEN_READ, ("%s.", error->message),
        (NULL));
    return FALSE;
  }
  gst_livekit_egress_srt_listener_set_connected_func (listener, on_connected,
      self);

  GST_OBJECT_LOCK (self);
  self->listener = listener;
  GST_OBJECT_UNLOCK (self);

  return TRUE;
}

static gboolean
gst_livekit_egress_srt_receiver_stop (GstBaseSrc * src)
{
  GstLiveKitEgressSrtReceiver *self = GST_LIVEKIT_EGRESS_SRT_RECEIVER (src);
  GstLiveKitEgressSrtListener *listener;

  GST_OBJECT_LOCK (self);
  listener = g_steal_pointer (&self->listener);
  GST_OBJECT_UNLOCK (self);

  g_clear_pointer (&listener, gst_livekit_egress_srt_listener_free);
  return TRUE;
}

static void
set_flushing (GstLiveKitEgressSrtReceiver * self, gboolean flushing)
{
  GST_OBJECT_LOCK (self);
  if (self->listener != NULL)
    gst_livekit_egress_srt_listener_set_flushing (self->listener, flushing);
  GST_OBJECT_UNLOCK (self);
}

static gboolean
gst_livekit_egress_srt_receiver_unlock (GstBaseSrc * src)
{
  set_flushing (GST_LIVEKIT_EGRESS_SRT_RECEIVER (src), TRUE);
  return TRUE;
}

static gboolean
gst_livekit_egress_srt_receiver_unlock_stop (GstBaseSrc * src)
{
  set_flushing (GST_LIVEKIT_EGRESS_SRT_RECEIVER (src), FALSE);
  return TRUE;
}

/* What came before the pipeline was playing is older than its running time, and is kept: then the
 * whole stream is played that much later. */
static void
set_lag (GstLiveKitEgressSrtReceiver * self, GstClockTime now, GstClockTime age)
{
  const GstClockTime earliest = self->last_pts + age;
  const GstClockTime lag = earliest > now ? earliest - now : 0;
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = lag != self->lag;
  self->lag = lag;
  GST_OBJECT_UNLOCK (self);

  if (changed) {
    GST_INFO_OBJECT (self, "the stream lags by %" GST_TIME_FORMAT,
        GST_TIME_ARGS (lag));
    gst_element_post_message (GST_ELEMENT (self),
        gst_message_new_latency (GST_OBJECT (self)));
  }
}

/* The running time at which the sender handed the packet to SRT, and the lag. */
static void
set_timestamp (GstLiveKitEgressSrtReceiver * self, GstBuffer * buffer,
    GstClockTime age)
{
  GstClockTime now = gst_element_get_current_running_time (GST_ELEMENT (self));

  /* Without one the demuxer goes by the clock of the stream. */
  if (!GST_CLOCK_TIME_IS_VALID (now) || !GST_CLOCK_TIME_IS_VALID (age))
    return;

  if (g_atomic_int_compare_and_exchange (&self->playing_again, TRUE, FALSE))
    set_lag (self, now, age);
  now += self->lag;
  self->last_pts = now > age ? now - age : 0;
  GST_BUFFER_PTS (buffer) = self->last_pts;
}

static GstFlowReturn
gst_livekit_egress_srt_receiver_create (GstPushSrc * src, GstBuffer ** out)
{
  GstLiveKitEgressSrtReceiver *self = GST_LIVEKIT_EGRESS_SRT_RECEIVER (src);
  g_autoptr (GstBuffer) buffer = NULL;
  g_autoptr (GError) error = NULL;
  GstLiveKitEgressSrtPacket packet;
  GstLiveKitEgressSrtResult result;
  GstMapInfo map;

  buffer = gst_buffer_new_allocate (NULL, GST_LIVEKIT_EGRESS_SRT_MAX_PACKET,
      NULL);
  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  result = gst_livekit_egress_srt_listener_read (self->listener, map.data,
      map.size, &packet, &error);
  gst_buffer_unmap (buffer, &map);

  switch (result) {
    case GST_LIVEKIT_EGRESS_SRT_PACKET:
      break;
    case GST_LIVEKIT_EGRESS_SRT_END:
      return GST_FLOW_EOS;
    case GST_LIVEKIT_EGRESS_SRT_FLUSHING:
      return GST_FLOW_FLUSHING;
    case GST_LIVEKIT_EGRESS_SRT_ERROR:
      GST_ELEMENT_ERROR (self, RESOURCE, READ, ("%s.", error->message), (NULL));
      return GST_FLOW_ERROR;
  }

  gst_buffer_resize (buffer, 0, packet.size);
  if (packet.discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  set_timestamp (self, buffer, packet.age);

  *out = g_steal_pointer (&buffer);
  return GST_FLOW_OK;
}

static gboolean
gst_livekit_egress_srt_receiver_query (GstBaseSrc * src, GstQuery * query)
{
  GstLiveKitEgressSrtReceiver *self = GST_LIVEKIT_EGRESS_SRT_RECEIVER (src);

  /* SRT holds each packet back for its latency, to have time for sending it again. */
  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY) {
    GstClockTime latency = self->latency * GST_MSECOND;

    GST_OBJECT_LOCK (self);
    latency += self->lag;
    GST_OBJECT_UNLOCK (self);
    gst_query_set_latency (query, TRUE, latency, latency);
    return TRUE;
  }

  return GST_BASE_SRC_CLASS
      (gst_livekit_egress_srt_receiver_parent_class)->query (src, query);
}

static GstStateChangeReturn
gst_livekit_egress_srt_receiver_change_state (GstElement * element,
    GstStateChange transition)
{
  GstLiveKitEgressSrtReceiver *self = GST_LIVEKIT_EGRESS_SRT_RECEIVER (element);

  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    g_atomic_int_set (&self->playing_again, TRUE);

  return
      GST_ELEMENT_CLASS
      (gst_livekit_egress_srt_receiver_parent_class)->change_state (element,
      transition);
}

static gchar *
gst_livekit_egress_srt_receiver_dup_url (GstLiveKitEgressReceiver * receiver,
    const gchar * host)
{
  GstLiveKitEgressSrtReceiver *self =
      GST_LIVEKIT_EGRESS_SRT_RECEIVER (receiver);
  gchar *url = NULL;

  GST_OBJECT_LOCK (self);
  if (self->listener != NULL)
    url = gst_livekit_egress_srt_listener_dup_url (self->listener, host);
  GST_OBJECT_UNLOCK (self);

  return url;
}

static void
gst_livekit_egress_srt_receiver_end (GstLiveKitEgressReceiver * receiver,
    GstClockTime linger)
{
  GstLiveKitEgressSrtReceiver *self =
      GST_LIVEKIT_EGRESS_SRT_RECEIVER (receiver);

  GST_OBJECT_LOCK (self);
  if (self->listener != NULL)
    gst_livekit_egress_srt_listener_end (self->listener, linger);
  GST_OBJECT_UNLOCK (self);
}

static GstStructure *
gst_livekit_egress_srt_receiver_get_stats (GstLiveKitEgressReceiver * receiver)
{
  GstLiveKitEgressSrtReceiver *self =
      GST_LIVEKIT_EGRESS_SRT_RECEIVER (receiver);
  GstStructure *stats = NULL;

  GST_OBJECT_LOCK (self);
  if (self->listener != NULL)
    stats = gst_livekit_egress_srt_listener_get_stats (self->listener);
  GST_OBJECT_UNLOCK (self);

  return stats;
}

static void
gst_livekit_egress_srt_receiver_finalize (GObject * object)
{
  GstLiveKitEgressSrtReceiver *self = GST_LIVEKIT_EGRESS_SRT_RECEIVER (object);

  g_free (self->listen_address);
  G_OBJECT_CLASS (gst_livekit_egress_srt_receiver_parent_class)->finalize
      (object);
}

static void
gst_livekit_egress_srt_receiver_iface_init (GstLiveKitEgressReceiverInterface *
    iface)
{
  iface->demuxer = "tsdemux";
  iface->dup_url = gst_livekit_egress_srt_receiver_dup_url;
  iface->end = gst_livekit_egress_srt_receiver_end;
  iface->get_stats = gst_livekit_egress_srt_receiver_get_stats;
}

static void
gst_livekit_egress_srt_receiver_class_init (GstLiveKitEgressSrtReceiverClass *
    klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *src_class = GST_BASE_SRC_CLASS (klass);

  object_class->finalize = gst_livekit_egress_srt_receiver_finalize;

  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "LiveKit egress SRT receiver", "Source/Network",
      "Listens for the SRT stream of a LiveKit egress",
      "The livekit-egress authors");

  element_class->change_state = gst_livekit_egress_srt_receiver_change_state;

  src_class->start = gst_livekit_egress_srt_receiver_start;
  src_class->stop = gst_livekit_egress_srt_receiver_stop;
  src_class->unlock = gst_livekit_egress_srt_receiver_unlock;
  src_class->unlock_stop = gst_livekit_egress_srt_receiver_unlock_stop;
  src_class->query = gst_livekit_egress_srt_receiver_query;
  GST_PUSH_SRC_CLASS (klass)->create = gst_livekit_egress_srt_receiver_create;
}

static void
gst_livekit_egress_srt_receiver_init (GstLiveKitEgressSrtReceiver * self)
{
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
}

/* Latency in milliseconds. */
GstElement *
gst_livekit_egress_srt_receiver_new (const gchar * listen_address,
    guint listen_port, guint latency)
{
  GstLiveKitEgressSrtReceiver *self =
      g_object_new (GST_TYPE_LIVEKIT_EGRESS_SRT_RECEIVER, "name", "receiver",
      NULL);

  self->listen_address = g_strdup (listen_address);
  self->listen_port = listen_port;
  self->latency = latency;

  return GST_ELEMENT (self);
}
