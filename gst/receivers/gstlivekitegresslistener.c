/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresslistener.h"

#include <string.h>

#include "gstlivekitegresserror.h"
#include "gstlivekitegressplugin.h"

#define GST_CAT_DEFAULT gst_livekit_egress_debug

#define DEFAULT_ADDRESS "127.0.0.1"
#define STATS_NAME "application/x-livekit-egress-stats"

/* After the end, a sender that goes on is heard for so long. */
#define MAX_DRAIN_TIME (10 * G_TIME_SPAN_SECOND)

typedef struct
{
  /* Set before the first state change. */
  gchar *listen_address;
  guint listen_port;
  guint latency;                /* in milliseconds */

  /* Of the streaming thread alone. */
  gboolean waited;              /* the last read was in vain */
  gboolean dropped;             /* what comes next has a gap before it */
  gboolean begun;               /* something was pushed */

  /* Guarded by the object lock, which is held for nothing that can block. */
  guint port;                   /* 0 when not listening */
  gboolean flushing;
  gboolean playing;
  gboolean ended;
  gint64 linger;                /* in microseconds */
  gint64 end_time;              /* monotonic */
  GstClockTime lag;
  gboolean connected;
  gint64 last_data;             /* monotonic */
  guint64 bytes;
  guint connections;
  guint refused;
} GstLiveKitEgressListenerPrivate;

static void gst_livekit_egress_listener_iface_init
    (GstLiveKitEgressReceiverInterface * iface);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (GstLiveKitEgressListener,
    gst_livekit_egress_listener, GST_TYPE_PUSH_SRC,
    G_ADD_PRIVATE (GstLiveKitEgressListener)
    G_IMPLEMENT_INTERFACE (GST_TYPE_LIVEKIT_EGRESS_RECEIVER,
        gst_livekit_egress_listener_iface_init));

#define PRIVATE(self) ((GstLiveKitEgressListenerPrivate *) \
    gst_livekit_egress_listener_get_instance_private (self))

/*** Listening ***/

static GSocketAddress *
parse_address (const gchar * text, guint port, GError ** error)
{
  GSocketAddress *address = g_inet_socket_address_new_from_string (text, port);

  if (address == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "listen-address \"%s\" is not an IP address; use for example "
        "\"127.0.0.1\", \"0.0.0.0\" or \"::\"", text);
  return address;
}

static gboolean
gst_livekit_egress_listener_start (GstBaseSrc * src)
{
  GstLiveKitEgressListener *self = GST_LIVEKIT_EGRESS_LISTENER (src);
  GstLiveKitEgressListenerPrivate *priv = PRIVATE (self);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;
  guint port = 0;

  address = parse_address (priv->listen_address, priv->listen_port, &error);
  if (address != NULL)
    port = GST_LIVEKIT_EGRESS_LISTENER_GET_CLASS (self)->listen (self, address,
        priv->latency, &error);
  if (port == 0) {
    gst_livekit_egress_post_error (GST_ELEMENT (self), error, NULL, NULL);
    return FALSE;
  }

  GST_OBJECT_LOCK (self);
  priv->port = port;
  priv->ended = priv->connected = FALSE;
  priv->lag = 0;
  priv->bytes = priv->connections = priv->refused = 0;
  GST_OBJECT_UNLOCK (self);
  priv->waited = priv->dropped = priv->begun = FALSE;

  GST_INFO_OBJECT (self, "listening on %s port %u", priv->listen_address, port);
  return TRUE;
}

static gboolean
gst_livekit_egress_listener_stop (GstBaseSrc * src)
{
  GstLiveKitEgressListener *self = GST_LIVEKIT_EGRESS_LISTENER (src);

  GST_OBJECT_LOCK (self);
  PRIVATE (self)->port = 0;
  GST_OBJECT_UNLOCK (self);

  GST_LIVEKIT_EGRESS_LISTENER_GET_CLASS (self)->close (self);
  return TRUE;
}

static void
set_flushing (GstBaseSrc * src, gboolean flushing)
{
  GST_OBJECT_LOCK (src);
  PRIVATE (GST_LIVEKIT_EGRESS_LISTENER (src))->flushing = flushing;
  GST_OBJECT_UNLOCK (src);
}

static gboolean
gst_livekit_egress_listener_unlock (GstBaseSrc * src)
{
  set_flushing (src, TRUE);
  return TRUE;
}

static gboolean
gst_livekit_egress_listener_unlock_stop (GstBaseSrc * src)
{
  set_flushing (src, FALSE);
  return TRUE;
}

/*** Time ***/

/* The running time at which the sender sent it. The first data is older than the running time if it
 * was on its way when the pipeline began to play: then the whole stream is played that much later. */
static void
set_timestamp (GstLiveKitEgressListener * self, GstBuffer * buffer,
    GstClockTime age)
{
  GstLiveKitEgressListenerPrivate *priv = PRIVATE (self);
  GstClockTime now = gst_element_get_current_running_time (GST_ELEMENT (self));
  gboolean lags = FALSE;

  /* Without one the demuxer goes by the clock of the stream. */
  if (!GST_CLOCK_TIME_IS_VALID (now) || !GST_CLOCK_TIME_IS_VALID (age))
    return;

  GST_OBJECT_LOCK (self);
  if (!priv->begun && age > now) {
    priv->lag = age - now;
    lags = TRUE;
  }
  now += priv->lag;
  GST_OBJECT_UNLOCK (self);

  GST_BUFFER_PTS (buffer) = now > age ? now - age : 0;
  if (lags)
    gst_element_post_message (GST_ELEMENT (self),
        gst_message_new_latency (GST_OBJECT (self)));
}

/* The transport holds data back for its latency, to have time for sending it again. */
static gboolean
gst_livekit_egress_listener_query (GstBaseSrc * src, GstQuery * query)
{
  GstLiveKitEgressListenerPrivate *priv =
      PRIVATE (GST_LIVEKIT_EGRESS_LISTENER (src));

  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY) {
    GstClockTime latency = priv->latency * GST_MSECOND;

    GST_OBJECT_LOCK (src);
    latency += priv->lag;
    GST_OBJECT_UNLOCK (src);
    gst_query_set_latency (query, TRUE, latency, latency);
    return TRUE;
  }

  return GST_BASE_SRC_CLASS (gst_livekit_egress_listener_parent_class)->query
      (src, query);
}

/*** Data ***/

/* GST_FLOW_OK while there is something to read or to wait for. */
static GstFlowReturn
check_flow (GstLiveKitEgressListener * self)
{
  GstLiveKitEgressListenerPrivate *priv = PRIVATE (self);
  const gint64 now = g_get_monotonic_time ();
  GstFlowReturn ret = GST_FLOW_OK;

  GST_OBJECT_LOCK (self);
  if (priv->flushing)
    ret = GST_FLOW_FLUSHING;
  /* Who was let in before the end may still be about to be seen, unless the last wait was in vain. */
  else if (priv->ended && (priv->connected ?
          now - priv->last_data >= priv->linger : priv->waited))
    ret = GST_FLOW_EOS;
  else if (priv->ended && now - priv->end_time >= MAX_DRAIN_TIME)
    ret = GST_FLOW_EOS;
  GST_OBJECT_UNLOCK (self);

  return ret;
}

/* FALSE when it is to be dropped. */
static gboolean
count_data (GstLiveKitEgressListener * self, gsize size)
{
  GstLiveKitEgressListenerPrivate *priv = PRIVATE (self);
  gboolean playing;

  GST_OBJECT_LOCK (self);
  priv->bytes += size;
  priv->last_data = g_get_monotonic_time ();
  playing = priv->playing;
  GST_OBJECT_UNLOCK (self);

  return playing;
}

static void
tell_gap (GstLiveKitEgressListener * self, GstBuffer * buffer)
{
  GstLiveKitEgressListenerPrivate *priv = PRIVATE (self);

  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  if (priv->begun)
    gst_pad_push_event (GST_BASE_SRC_PAD (self),
        gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
            gst_structure_new_empty (GST_LIVEKIT_EGRESS_RECEIVER_SKIPPED)));
  priv->dropped = FALSE;
}

static GstFlowReturn
gst_livekit_egress_listener_create (GstPushSrc * src, GstBuffer ** out)
{
  GstLiveKitEgressListener *self = GST_LIVEKIT_EGRESS_LISTENER (src);
  GstLiveKitEgressListenerPrivate *priv = PRIVATE (self);
  GstFlowReturn ret;

  while ((ret = check_flow (self)) == GST_FLOW_OK) {
    GstClockTime age = GST_CLOCK_TIME_NONE;
    g_autoptr (GError) error = NULL;
    g_autoptr (GstBuffer) buffer =
        GST_LIVEKIT_EGRESS_LISTENER_GET_CLASS (self)->read (self, &age, &error);

    if (error != NULL) {
      gst_livekit_egress_post_error (GST_ELEMENT (self), error, NULL, NULL);
      return GST_FLOW_ERROR;
    }

    priv->waited = buffer == NULL;
    if (buffer == NULL)
      continue;
    if (!count_data (self, gst_buffer_get_size (buffer))) {
      priv->dropped = TRUE;
      continue;
    }

    if (priv->dropped)
      tell_gap (self, buffer);
    set_timestamp (self, buffer, age);
    priv->begun = TRUE;
    *out = g_steal_pointer (&buffer);
    return GST_FLOW_OK;
  }

  return ret;
}

void
gst_livekit_egress_listener_set_connected (GstLiveKitEgressListener * self,
    gboolean connected)
{
  GstLiveKitEgressListenerPrivate *priv = PRIVATE (self);

  GST_OBJECT_LOCK (self);
  priv->connected = connected;
  if (connected)
    priv->connections++;
  GST_OBJECT_UNLOCK (self);

  GST_INFO_OBJECT (self, "sender %s", connected ? "connected" : "gone");
  gst_livekit_egress_receiver_connected (GST_LIVEKIT_EGRESS_RECEIVER (self),
      connected);
}

void
gst_livekit_egress_listener_count_refused (GstLiveKitEgressListener * self)
{
  GST_OBJECT_LOCK (self);
  PRIVATE (self)->refused++;
  GST_OBJECT_UNLOCK (self);
}

static void
set_playing (GstElement * element, gboolean playing)
{
  GST_OBJECT_LOCK (element);
  PRIVATE (GST_LIVEKIT_EGRESS_LISTENER (element))->playing = playing;
  GST_OBJECT_UNLOCK (element);
}

/* Live for everybody else. The base class would not read while the pipeline is paused. */
static GstStateChangeReturn
gst_livekit_egress_listener_change_state (GstElement * element,
    GstStateChange transition)
{
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    set_playing (element, TRUE);
  else if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    set_playing (element, FALSE);

  ret = GST_ELEMENT_CLASS
      (gst_livekit_egress_listener_parent_class)->change_state (element,
      transition);

  if (ret == GST_STATE_CHANGE_SUCCESS
      && (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          || transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED))
    return GST_STATE_CHANGE_NO_PREROLL;
  return ret;
}

/*** Receiver ***/

static void
gst_livekit_egress_listener_configure (GstLiveKitEgressReceiver * receiver,
    const GstLiveKitEgressReceiverConfig * config)
{
  GstLiveKitEgressListenerPrivate *priv =
      PRIVATE (GST_LIVEKIT_EGRESS_LISTENER (receiver));

  g_free (priv->listen_address);
  priv->listen_address = g_strdup (config->listen_address != NULL ?
      config->listen_address : DEFAULT_ADDRESS);
  priv->listen_port = config->listen_port;
  priv->latency = config->latency;
}

/* Nobody but this machine reaches us unless a user says so. */
static const gchar *
get_own_host (GstLiveKitEgressListener * self, GError ** error)
{
  const gchar *host = PRIVATE (self)->listen_address;
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address == NULL || !g_inet_address_get_is_any (address))
    return host;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
      "listen-address is \"%s\", every address of this machine; set "
      "advertise-address to the one at which the egress worker reaches it",
      host);
  return NULL;
}

static gboolean
gst_livekit_egress_listener_add_output (GstLiveKitEgressReceiver * receiver,
    LkEgressRequest * request, const gchar * host, GError ** error)
{
  GstLiveKitEgressListener *self = GST_LIVEKIT_EGRESS_LISTENER (receiver);
  GstLiveKitEgressListenerPrivate *priv = PRIVATE (self);
  g_autofree gchar *authority = NULL;

  g_return_val_if_fail (priv->port != 0, FALSE);

  if (host == NULL)
    host = get_own_host (self, error);
  if (host == NULL)
    return FALSE;

  authority = g_strdup_printf (strchr (host, ':') != NULL ? "[%s]:%u" : "%s:%u",
      host, priv->port);
  GST_LIVEKIT_EGRESS_LISTENER_GET_CLASS (self)->add_output (self, request,
      authority);
  return TRUE;
}

static void
gst_livekit_egress_listener_end (GstLiveKitEgressReceiver * receiver,
    GstClockTime linger)
{
  GstLiveKitEgressListener *self = GST_LIVEKIT_EGRESS_LISTENER (receiver);
  GstLiveKitEgressListenerPrivate *priv = PRIVATE (self);

  GST_LIVEKIT_EGRESS_LISTENER_GET_CLASS (self)->refuse_all (self);

  GST_OBJECT_LOCK (self);
  if (!priv->ended)
    priv->end_time = g_get_monotonic_time ();
  priv->ended = TRUE;
  priv->linger = GST_TIME_AS_USECONDS (linger);
  GST_OBJECT_UNLOCK (self);
}

static GstStructure *
gst_livekit_egress_listener_get_stats (GstLiveKitEgressReceiver * receiver)
{
  GstLiveKitEgressListener *self = GST_LIVEKIT_EGRESS_LISTENER (receiver);
  GstLiveKitEgressListenerPrivate *priv = PRIVATE (self);
  GstStructure *stats = NULL;

  GST_OBJECT_LOCK (self);
  if (priv->port != 0)
    stats = gst_structure_new (STATS_NAME,
        "connected", G_TYPE_BOOLEAN, priv->connected,
        "connections", G_TYPE_UINT, priv->connections,
        "refused", G_TYPE_UINT, priv->refused,
        "bytes-received", G_TYPE_UINT64, priv->bytes, NULL);
  GST_OBJECT_UNLOCK (self);

  if (stats != NULL)
    GST_LIVEKIT_EGRESS_LISTENER_GET_CLASS (self)->add_stats (self, stats);
  return stats;
}

static void
gst_livekit_egress_listener_iface_init (GstLiveKitEgressReceiverInterface *
    iface)
{
  iface->configure = gst_livekit_egress_listener_configure;
  iface->add_output = gst_livekit_egress_listener_add_output;
  iface->end = gst_livekit_egress_listener_end;
  iface->get_stats = gst_livekit_egress_listener_get_stats;
}

/*** Object ***/

static void
gst_livekit_egress_listener_finalize (GObject * object)
{
  g_free (PRIVATE (GST_LIVEKIT_EGRESS_LISTENER (object))->listen_address);

  G_OBJECT_CLASS (gst_livekit_egress_listener_parent_class)->finalize (object);
}

static void
gst_livekit_egress_listener_class_init (GstLiveKitEgressListenerClass * klass)
{
  GstBaseSrcClass *src_class = GST_BASE_SRC_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_livekit_egress_listener_finalize;
  GST_ELEMENT_CLASS (klass)->change_state =
      gst_livekit_egress_listener_change_state;
  src_class->start = gst_livekit_egress_listener_start;
  src_class->stop = gst_livekit_egress_listener_stop;
  src_class->unlock = gst_livekit_egress_listener_unlock;
  src_class->unlock_stop = gst_livekit_egress_listener_unlock_stop;
  src_class->query = gst_livekit_egress_listener_query;
  GST_PUSH_SRC_CLASS (klass)->create = gst_livekit_egress_listener_create;
}

static void
gst_livekit_egress_listener_init (GstLiveKitEgressListener * self)
{
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
}
