/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressrtmpreceiver.h"

#include <string.h>

#include "gstlivekitegressflvtimeline.h"
#include "gstlivekitegressrtmpsession.h"
#include "gstlivekitegresssecret.h"
#include "gstlivekitegresstcpserver.h"

#define APP "egress"
#define KEY_BYTES 16

/* Some clients give up on a server that says nothing. */
#define ACKNOWLEDGE_TIME G_TIME_SPAN_SECOND

/* An egress sends all the time: who does not has gone, or hangs. */
#define MAX_SILENCE (10 * G_TIME_SPAN_SECOND)

struct _GstLiveKitEgressRtmpReceiver
{
  GstLiveKitEgressListener parent;

  /* From listen to close. Others than the streaming thread hold the object lock while they use them. */
  GstLiveKitEgressTcpServer *server;
  gchar *key;
  guint64 n_messages;

  /* Of the streaming thread alone. */
  GstLiveKitEgressFlvTimeline *timeline;
  GQueue tags;                  /* that came with the last read */
};

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-flv"));

G_DEFINE_FINAL_TYPE (GstLiveKitEgressRtmpReceiver,
    gst_livekit_egress_rtmp_receiver, GST_TYPE_LIVEKIT_EGRESS_LISTENER);

/*** Sessions ***/

typedef struct
{
  GstLiveKitEgressRtmpReceiver *receiver;
  GstLiveKitEgressRtmpSession *rtmp;
  gint64 acknowledged;          /* monotonic */
} Session;

static gpointer
session_new (gpointer user_data)
{
  Session *self = g_new0 (Session, 1);

  self->receiver = user_data;
  self->rtmp = gst_livekit_egress_rtmp_session_new (APP, self->receiver->key);
  self->acknowledged = g_get_monotonic_time ();
  return self;
}

static void
session_free (gpointer session)
{
  Session *self = session;

  gst_livekit_egress_rtmp_session_free (self->rtmp);
  g_free (self);
}

static GstLiveKitEgressTcpStanding
get_standing (gpointer session)
{
  switch (gst_livekit_egress_rtmp_session_get_state (((Session *)
              session)->rtmp)) {
    case GST_LIVEKIT_EGRESS_RTMP_SESSION_HANDSHAKE:
    case GST_LIVEKIT_EGRESS_RTMP_SESSION_OPEN:
      return GST_LIVEKIT_EGRESS_TCP_STRANGER;
    case GST_LIVEKIT_EGRESS_RTMP_SESSION_PUBLISHING:
      return GST_LIVEKIT_EGRESS_TCP_SENDER;
    case GST_LIVEKIT_EGRESS_RTMP_SESSION_ENDED:
      return GST_LIVEKIT_EGRESS_TCP_ENDING;
    default:
      return GST_LIVEKIT_EGRESS_TCP_OVER;
  }
}

static gboolean
feed (gpointer session, const guint8 * data, gsize size, GError ** error)
{
  Session *self = session;
  const gint64 now = g_get_monotonic_time ();
  const gboolean fed =
      gst_livekit_egress_rtmp_session_feed (self->rtmp, data, size, error);
  GstBuffer *tag;

  while ((tag = gst_livekit_egress_rtmp_session_take_media (self->rtmp)) !=
      NULL)
    g_queue_push_tail (&self->receiver->tags, tag);

  if (fed && get_standing (self) == GST_LIVEKIT_EGRESS_TCP_SENDER
      && now - self->acknowledged >= ACKNOWLEDGE_TIME) {
    self->acknowledged = now;
    gst_livekit_egress_rtmp_session_acknowledge (self->rtmp);
  }
  return fed;
}

static GBytes *
take_answer (gpointer session)
{
  return gst_livekit_egress_rtmp_session_take_answer (((Session *)
          session)->rtmp);
}

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

/*** Listening ***/

static guint
gst_livekit_egress_rtmp_receiver_listen (GstLiveKitEgressListener * listener,
    GSocketAddress * address, guint latency, GError ** error)
{
  static const GstLiveKitEgressTcpFuncs funcs = {
    session_new, feed, take_answer, get_standing, session_free,
    on_connected, on_refused, MAX_SILENCE
  };
  GstLiveKitEgressRtmpReceiver *self =
      GST_LIVEKIT_EGRESS_RTMP_RECEIVER (listener);
  gchar *key = gst_livekit_egress_secret_new (KEY_BYTES, error);
  GstLiveKitEgressTcpServer *server = NULL;

  if (key != NULL)
    server = gst_livekit_egress_tcp_server_new (address,
        gst_livekit_egress_listener_get_certificate (listener), &funcs, self,
        error);
  if (server == NULL) {
    g_free (key);
    return 0;
  }

  GST_OBJECT_LOCK (self);
  self->server = server;
  self->key = key;
  self->n_messages = 0;
  GST_OBJECT_UNLOCK (self);
  self->timeline = gst_livekit_egress_flv_timeline_new ();
  return gst_livekit_egress_tcp_server_get_port (server);
}

static void
gst_livekit_egress_rtmp_receiver_close (GstLiveKitEgressListener * listener)
{
  GstLiveKitEgressRtmpReceiver *self =
      GST_LIVEKIT_EGRESS_RTMP_RECEIVER (listener);
  GstLiveKitEgressTcpServer *server;

  GST_OBJECT_LOCK (self);
  server = g_steal_pointer (&self->server);
  explicit_bzero (self->key, strlen (self->key));
  g_clear_pointer (&self->key, g_free);
  GST_OBJECT_UNLOCK (self);

  gst_livekit_egress_tcp_server_free (server);
  g_queue_clear_full (&self->tags, (GDestroyNotify) gst_buffer_unref);
  g_clear_pointer (&self->timeline, gst_livekit_egress_flv_timeline_free);
}

static void
gst_livekit_egress_rtmp_receiver_add_output (GstLiveKitEgressListener *
    listener, LkEgressRequest * request, const gchar * authority)
{
  GstLiveKitEgressRtmpReceiver *self =
      GST_LIVEKIT_EGRESS_RTMP_RECEIVER (listener);
  const gchar *scheme =
      gst_livekit_egress_listener_get_certificate (listener) != NULL ?
      "rtmps" : "rtmp";
  g_autofree gchar *url = NULL;

  GST_OBJECT_LOCK (self);
  if (self->key != NULL)
    url = g_strdup_printf ("%s://%s/" APP "/%s", scheme, authority, self->key);
  GST_OBJECT_UNLOCK (self);

  if (url != NULL)
    lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_RTMP, url);
}

static void
gst_livekit_egress_rtmp_receiver_refuse_all (GstLiveKitEgressListener *
    listener)
{
  GstLiveKitEgressRtmpReceiver *self =
      GST_LIVEKIT_EGRESS_RTMP_RECEIVER (listener);

  GST_OBJECT_LOCK (self);
  if (self->server != NULL)
    gst_livekit_egress_tcp_server_refuse_all (self->server);
  GST_OBJECT_UNLOCK (self);
}

/*** Reading ***/

/* Nothing is read before all that came is taken: TCP holds back what is too much. */
static GstBuffer *
gst_livekit_egress_rtmp_receiver_read (GstLiveKitEgressListener * listener,
    GstClockTime * age, GError ** error)
{
  GstLiveKitEgressRtmpReceiver *self =
      GST_LIVEKIT_EGRESS_RTMP_RECEIVER (listener);
  const gint64 end = g_get_monotonic_time () +
      GST_TIME_AS_USECONDS (GST_LIVEKIT_EGRESS_LIVE_SRC_MOMENT);
  GstBuffer *media = NULL;

  do {
    if (g_queue_is_empty (&self->tags))
      gst_livekit_egress_tcp_server_iterate (self->server, end);
    while (media == NULL && !g_queue_is_empty (&self->tags))
      media = gst_livekit_egress_flv_timeline_take (self->timeline,
          g_queue_pop_head (&self->tags), g_get_monotonic_time (), age);
  } while (media == NULL && g_get_monotonic_time () < end);

  if (media != NULL) {
    /* The demuxer would keep the gap to itself. */
    if (GST_BUFFER_FLAG_IS_SET (media, GST_BUFFER_FLAG_DISCONT))
      gst_livekit_egress_live_src_skip (GST_LIVEKIT_EGRESS_LIVE_SRC (self));
    GST_OBJECT_LOCK (self);
    self->n_messages++;
    GST_OBJECT_UNLOCK (self);
  }
  return media;
}

static GstBuffer *
gst_livekit_egress_rtmp_receiver_place (GstLiveKitEgressLiveSrc * src,
    GstBuffer * buffer)
{
  return
      gst_livekit_egress_flv_timeline_place (GST_LIVEKIT_EGRESS_RTMP_RECEIVER
      (src)->timeline, buffer);
}

static void
gst_livekit_egress_rtmp_receiver_add_stats (GstLiveKitEgressListener * listener,
    GstStructure * stats)
{
  GST_OBJECT_LOCK (listener);
  gst_structure_set (stats, "messages", G_TYPE_UINT64,
      GST_LIVEKIT_EGRESS_RTMP_RECEIVER (listener)->n_messages, NULL);
  GST_OBJECT_UNLOCK (listener);
}

static void
gst_livekit_egress_rtmp_receiver_class_init (GstLiveKitEgressRtmpReceiverClass *
    klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstLiveKitEgressListenerClass *listener_class =
      GST_LIVEKIT_EGRESS_LISTENER_CLASS (klass);

  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "LiveKit egress RTMP receiver", "Source/Network",
      "Listens for the RTMP stream of a LiveKit egress",
      "The livekit-egress authors");

  listener_class->listen = gst_livekit_egress_rtmp_receiver_listen;
  listener_class->close = gst_livekit_egress_rtmp_receiver_close;
  listener_class->read = gst_livekit_egress_rtmp_receiver_read;
  listener_class->add_output = gst_livekit_egress_rtmp_receiver_add_output;
  listener_class->refuse_all = gst_livekit_egress_rtmp_receiver_refuse_all;
  listener_class->add_stats = gst_livekit_egress_rtmp_receiver_add_stats;
  GST_LIVEKIT_EGRESS_LIVE_SRC_CLASS (klass)->place =
      gst_livekit_egress_rtmp_receiver_place;
}

static void
gst_livekit_egress_rtmp_receiver_init (GstLiveKitEgressRtmpReceiver * self)
{
  g_queue_init (&self->tags);
}
