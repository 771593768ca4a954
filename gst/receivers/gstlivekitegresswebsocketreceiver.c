/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresswebsocketreceiver.h"

#include "gstlivekitegresssecret.h"
#include "gstlivekitegresstcpserver.h"
#include "gstlivekitegresswebsocketaudio.h"
#include "gstlivekitegresswebsocketsession.h"

#define TOKEN_BYTES 16

/* How much is taken from the network before something is given, which is more than is kept. */
#define MAX_READS 64

/* Whoever mutes and unmutes all the time is not told of each. */
#define MUTE_INTERVAL (100 * G_TIME_SPAN_MILLISECOND)

struct _GstLiveKitEgressWebsocketReceiver
{
  GstLiveKitEgressListener parent;

  /* From listen to close. Others than the streaming thread hold the object lock while they use them,
   * and it does while it changes the audio. */
  GstLiveKitEgressTcpServer *server;
  GstLiveKitEgressWebsocketAudio *audio;
  gchar *path;

  /* Of the streaming thread alone. */
  gboolean told_muted;
  gint64 told_time;             /* monotonic */
  gboolean told_dropped;
};

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (GST_LIVEKIT_EGRESS_WEBSOCKET_CAPS));

G_DEFINE_FINAL_TYPE (GstLiveKitEgressWebsocketReceiver,
    gst_livekit_egress_websocket_receiver, GST_TYPE_LIVEKIT_EGRESS_LISTENER);

/* NONE while what comes is dropped. */
static GstClockTime
get_running_time (GstLiveKitEgressWebsocketReceiver * self)
{
  return gst_livekit_egress_live_src_get_state (GST_LIVEKIT_EGRESS_LIVE_SRC
      (self)).playing ?
      gst_element_get_current_running_time (GST_ELEMENT (self)) :
      GST_CLOCK_TIME_NONE;
}

/*** Sessions ***/

static void
on_message (gboolean is_text, const guint8 * data, gsize size,
    gpointer user_data)
{
  GstLiveKitEgressWebsocketReceiver *self = user_data;
  const GstClockTime now = get_running_time (self);

  GST_OBJECT_LOCK (self);
  if (is_text)
    gst_livekit_egress_websocket_audio_take_text (self->audio,
        (const gchar *) data, size);
  else
    gst_livekit_egress_websocket_audio_take_samples (self->audio, data, size,
        now);
  GST_OBJECT_UNLOCK (self);
}

static gpointer
session_new (gpointer user_data)
{
  GstLiveKitEgressWebsocketReceiver *self = user_data;

  return gst_livekit_egress_websocket_session_new (self->path, on_message,
      self);
}

static gboolean
feed (gpointer session, const guint8 * data, gsize size, GError ** error)
{
  return gst_livekit_egress_websocket_session_feed (session, data, size, error);
}

static GBytes *
take_answer (gpointer session)
{
  return gst_livekit_egress_websocket_session_take_answer (session);
}

static GstLiveKitEgressTcpStanding
get_standing (gpointer session)
{
  switch (gst_livekit_egress_websocket_session_get_state (session)) {
    case GST_LIVEKIT_EGRESS_WEBSOCKET_SESSION_HANDSHAKE:
      return GST_LIVEKIT_EGRESS_TCP_STRANGER;
    case GST_LIVEKIT_EGRESS_WEBSOCKET_SESSION_OPEN:
      return GST_LIVEKIT_EGRESS_TCP_SENDER;
    default:
      return GST_LIVEKIT_EGRESS_TCP_OVER;
  }
}

static void
session_free (gpointer session)
{
  gst_livekit_egress_websocket_session_free (session);
}

static void
on_connected (gboolean connected, gpointer user_data)
{
  GstLiveKitEgressWebsocketReceiver *self = user_data;

  if (connected) {
    GST_OBJECT_LOCK (self);
    gst_livekit_egress_websocket_audio_begin (self->audio);
    GST_OBJECT_UNLOCK (self);
  }
  gst_livekit_egress_live_src_set_connected (user_data, connected);
}

static void
on_refused (const gchar * peer, const gchar * why, gpointer user_data)
{
  gst_livekit_egress_listener_refused (user_data, peer, why);
}

/*** Listening ***/

static guint
gst_livekit_egress_websocket_receiver_listen (GstLiveKitEgressListener *
    listener, GSocketAddress * address, guint latency, GError ** error)
{
  static const GstLiveKitEgressTcpFuncs funcs = {
    session_new, feed, take_answer, get_standing, session_free,
    on_connected, on_refused
  };
  GstLiveKitEgressWebsocketReceiver *self =
      GST_LIVEKIT_EGRESS_WEBSOCKET_RECEIVER (listener);
  g_autofree gchar *token = gst_livekit_egress_secret_new (TOKEN_BYTES, error);
  GstLiveKitEgressTcpServer *server;

  if (token == NULL)
    return 0;
  server = gst_livekit_egress_tcp_server_new (address,
      gst_livekit_egress_listener_get_certificate (listener), &funcs, self,
      error);
  if (server == NULL)
    return 0;

  GST_OBJECT_LOCK (self);
  self->server = server;
  self->audio = gst_livekit_egress_websocket_audio_new ();
  self->path = g_strconcat ("/", token, NULL);
  GST_OBJECT_UNLOCK (self);
  self->told_muted = self->told_dropped = FALSE;
  self->told_time = 0;
  return gst_livekit_egress_tcp_server_get_port (server);
}

static void
gst_livekit_egress_websocket_receiver_close (GstLiveKitEgressListener *
    listener)
{
  GstLiveKitEgressWebsocketReceiver *self =
      GST_LIVEKIT_EGRESS_WEBSOCKET_RECEIVER (listener);
  GstLiveKitEgressTcpServer *server;

  GST_OBJECT_LOCK (self);
  server = g_steal_pointer (&self->server);
  g_clear_pointer (&self->audio, gst_livekit_egress_websocket_audio_free);
  g_clear_pointer (&self->path, g_free);
  GST_OBJECT_UNLOCK (self);

  gst_livekit_egress_tcp_server_free (server);
}

static void
    gst_livekit_egress_websocket_receiver_add_output
    (GstLiveKitEgressListener * listener, LkEgressRequest * request,
    const gchar * authority)
{
  GstLiveKitEgressWebsocketReceiver *self =
      GST_LIVEKIT_EGRESS_WEBSOCKET_RECEIVER (listener);
  const gchar *scheme = gst_livekit_egress_listener_get_certificate (listener)
      != NULL ? "wss" : "ws";
  g_autofree gchar *url = NULL;

  GST_OBJECT_LOCK (self);
  if (self->path != NULL)
    url = g_strconcat (scheme, "://", authority, self->path, NULL);
  GST_OBJECT_UNLOCK (self);

  if (url == NULL)
    return;
  /* It carries nothing else. A source that has none is refused before the request is sent. */
  lk_egress_request_apply_source_flags (request, LK_EGRESS_SOURCE_AUDIO_ONLY,
      NULL);
  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_WEBSOCKET,
      url);
}

static void
gst_livekit_egress_websocket_receiver_refuse_all (GstLiveKitEgressListener *
    listener)
{
  GstLiveKitEgressWebsocketReceiver *self =
      GST_LIVEKIT_EGRESS_WEBSOCKET_RECEIVER (listener);

  GST_OBJECT_LOCK (self);
  if (self->server != NULL)
    gst_livekit_egress_tcp_server_refuse_all (self->server);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_livekit_egress_websocket_receiver_add_stats (GstLiveKitEgressListener *
    listener, GstStructure * stats)
{
  GstLiveKitEgressWebsocketReceiver *self =
      GST_LIVEKIT_EGRESS_WEBSOCKET_RECEIVER (listener);

  GST_OBJECT_LOCK (self);
  if (self->audio != NULL)
    gst_livekit_egress_websocket_audio_add_stats (self->audio, stats);
  GST_OBJECT_UNLOCK (self);
}

/*** Reading ***/

static void
tell_dropped (GstLiveKitEgressWebsocketReceiver * self)
{
  if (self->told_dropped)
    return;

  self->told_dropped = TRUE;
  GST_ELEMENT_WARNING (self, CORE, FAILED,
      ("The pipeline does not take the sound in time: the oldest is dropped. "
          "Put a queue behind this element, or make what follows faster."),
      (NULL));
}

static void
tell_muted (GstLiveKitEgressWebsocketReceiver * self, gboolean muted)
{
  const gint64 now = g_get_monotonic_time ();

  if (muted == self->told_muted || now - self->told_time < MUTE_INTERVAL)
    return;

  self->told_muted = muted;
  self->told_time = now;
  gst_livekit_egress_receiver_muted (GST_LIVEKIT_EGRESS_RECEIVER (self), muted);
}

static GstBuffer *
pop (GstLiveKitEgressWebsocketReceiver * self)
{
  const GstClockTime now = get_running_time (self);
  GstClockTime start = 0, duration = 0;
  gboolean muted, silent = FALSE;
  guint64 dropped;
  GstBuffer *buffer;

  GST_OBJECT_LOCK (self);
  buffer = gst_livekit_egress_websocket_audio_pop (self->audio, now);
  if (buffer == NULL)
    silent = gst_livekit_egress_websocket_audio_pop_gap (self->audio, now,
        &start, &duration);
  muted = gst_livekit_egress_websocket_audio_is_muted (self->audio);
  dropped = gst_livekit_egress_websocket_audio_get_dropped (self->audio);
  GST_OBJECT_UNLOCK (self);

  if (dropped > 0)
    tell_dropped (self);
  tell_muted (self, muted);
  if (silent)
    gst_pad_push_event (GST_BASE_SRC_PAD (self), gst_event_new_gap (start,
            duration));
  return buffer;
}

/* What came is taken first: so it is seen whether samples that are late are many. */
static GstBuffer *
gst_livekit_egress_websocket_receiver_read (GstLiveKitEgressListener *
    listener, GstClockTime * age, GError ** error)
{
  GstLiveKitEgressWebsocketReceiver *self =
      GST_LIVEKIT_EGRESS_WEBSOCKET_RECEIVER (listener);
  const gint64 end = g_get_monotonic_time () +
      GST_TIME_AS_USECONDS (GST_LIVEKIT_EGRESS_LIVE_SRC_MOMENT);
  GstBuffer *buffer;
  guint i;

  for (;;) {
    for (i = 0; i < MAX_READS; i++)
      if (!gst_livekit_egress_tcp_server_iterate (self->server, 0))
        break;
    buffer = pop (self);
    if (buffer != NULL || g_get_monotonic_time () >= end)
      return buffer;
    gst_livekit_egress_tcp_server_iterate (self->server, end);
  }
}

static void
    gst_livekit_egress_websocket_receiver_class_init
    (GstLiveKitEgressWebsocketReceiverClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstLiveKitEgressListenerClass *listener_class =
      GST_LIVEKIT_EGRESS_LISTENER_CLASS (klass);

  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "LiveKit egress websocket receiver", "Source/Network",
      "Listens for the sound that a LiveKit egress sends to a websocket",
      "The livekit-egress authors");

  listener_class->listen = gst_livekit_egress_websocket_receiver_listen;
  listener_class->close = gst_livekit_egress_websocket_receiver_close;
  listener_class->read = gst_livekit_egress_websocket_receiver_read;
  listener_class->add_output = gst_livekit_egress_websocket_receiver_add_output;
  listener_class->refuse_all = gst_livekit_egress_websocket_receiver_refuse_all;
  listener_class->add_stats = gst_livekit_egress_websocket_receiver_add_stats;
}

static void
gst_livekit_egress_websocket_receiver_init (GstLiveKitEgressWebsocketReceiver *
    self)
{
}
