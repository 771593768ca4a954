/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-livekitegresssrc
 * @title: livekitegresssrc
 *
 * Starts an egress of a LiveKit room, participant, set of tracks or web page, receives the stream
 * that the egress sends, and gives it as parsed elementary streams on the pads video_%u and audio_%u,
 * or with demux=false as it came on the pad src.
 *
 * The element listens before the egress is started. Each run has secrets of its own, and a sender
 * without them is refused. Whatever ends the run ends the egress too, unless on-stop is detach.
 *
 * ## Example
 * |[
 * gst-launch-1.0 livekitegresssrc ws-url=wss://livekit.example.com room-name=demo name=e \
 *     e.video_0 ! queue ! avdec_h264 ! autovideosink e.audio_0 ! queue ! avdec_aac ! autoaudiosink
 * ]| Shows the room demo. Key and secret come from LIVEKIT_API_KEY and LIVEKIT_API_SECRET: a command
 * line is seen by others.
 * |[
 * gst-launch-1.0 -e livekitegresssrc room-name=demo participant-identity=alice demux=false ! \
 *     filesink location=alice.ts
 * ]| Writes what alice publishes to a file. Ctrl-C stops the egress and ends the file.
 *
 * Since: 1.0
 */

#include "gstlivekitegresssrcprivate.h"

#include "gstlivekitegressplugin.h"
#include "gstlivekitegressenumtypes.h"
#include "gstlivekitegressuri.h"

#define GST_CAT_DEFAULT gst_livekit_egress_debug

#define DEFAULT_LATENCY 125

enum
{
  PROP_PROTOCOL = GST_LIVEKIT_EGRESS_SETTINGS_N_PROPS,
  PROP_DEMUX,
  PROP_LISTEN_ADDRESS,
  PROP_LISTEN_PORT,
  PROP_ADVERTISE_ADDRESS,
  PROP_LATENCY,
  PROP_EGRESS_ID,
  PROP_STATUS,
  PROP_INFO,
  PROP_STATS,
};

enum
{
  SIGNAL_ADD_STREAM,
  SIGNAL_REMOVE_STREAM,
  SIGNAL_STOP,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/**
 * GstLiveKitEgressSrc!video_%u:
 *
 * A parsed video stream.
 *
 * Since: 1.0
 */
GstStaticPadTemplate gst_livekit_egress_src_video_template =
GST_STATIC_PAD_TEMPLATE ("video_%u",
    GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS_ANY);

/**
 * GstLiveKitEgressSrc!audio_%u:
 *
 * A parsed audio stream.
 *
 * Since: 1.0
 */
GstStaticPadTemplate gst_livekit_egress_src_audio_template =
GST_STATIC_PAD_TEMPLATE ("audio_%u",
    GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS_ANY);

/**
 * GstLiveKitEgressSrc!src:
 *
 * The container as it came, with demux=false.
 *
 * Since: 1.0
 */
GstStaticPadTemplate gst_livekit_egress_src_src_template =
GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS_ANY);

static void gst_livekit_egress_src_uri_handler_init (gpointer iface,
    gpointer data);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstLiveKitEgressSrc, gst_livekit_egress_src,
    GST_TYPE_BIN, G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER,
        gst_livekit_egress_src_uri_handler_init));

GST_ELEMENT_REGISTER_DEFINE_WITH_CODE (livekitegresssrc, "livekitegresssrc",
    GST_RANK_PRIMARY, GST_TYPE_LIVEKIT_EGRESS_SRC,
    gst_livekit_egress_plugin_init ());

static void
gst_livekit_egress_src_handle_message (GstBin * bin, GstMessage * message)
{
  GstLiveKitEgressSrc *self = GST_LIVEKIT_EGRESS_SRC (bin);
  gboolean errored;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    GST_OBJECT_LOCK (self);
    errored = self->errored;
    self->errored = TRUE;
    GST_OBJECT_UNLOCK (self);

    if (errored) {
      GST_INFO_OBJECT (self, "holding back %" GST_PTR_FORMAT, message);
      gst_message_unref (message);
      return;
    }
    gst_livekit_egress_control_fail (self->control);
  }

  GST_BIN_CLASS (gst_livekit_egress_src_parent_class)->handle_message (bin,
      message);
}

static GstStateChangeReturn
gst_livekit_egress_src_change_state (GstElement * element,
    GstStateChange transition)
{
  GstLiveKitEgressSrc *self = GST_LIVEKIT_EGRESS_SRC (element);
  GstStateChangeReturn ret;

  switch (transition) {
    case GST_STATE_CHANGE_NULL_TO_READY:
      gst_livekit_egress_control_open (self->control);
      break;
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      if (!gst_livekit_egress_src_prepare (self)) {
        gst_livekit_egress_src_clean_up (self);
        return GST_STATE_CHANGE_FAILURE;
      }
      break;
    case GST_STATE_CHANGE_PAUSED_TO_PLAYING:
      gst_livekit_egress_src_set_reading (self, TRUE);
      break;
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      gst_livekit_egress_src_set_reading (self, FALSE);
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      gst_livekit_egress_control_finish (self->control);
      break;
    default:
      break;
  }

  ret = GST_ELEMENT_CLASS (gst_livekit_egress_src_parent_class)->change_state
      (element, transition);

  switch (transition) {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      if (ret != GST_STATE_CHANGE_FAILURE
          && !gst_livekit_egress_src_start (self))
        ret = GST_STATE_CHANGE_FAILURE;
      if (ret == GST_STATE_CHANGE_FAILURE)
        gst_livekit_egress_src_clean_up (self);
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      gst_livekit_egress_src_clean_up (self);
      break;
    case GST_STATE_CHANGE_READY_TO_NULL:
      gst_livekit_egress_control_close (self->control);
      break;
    default:
      break;
  }

  return ret;
}

/* The end of the egress makes the EOS, after all that it sent. */
static gboolean
gst_livekit_egress_src_send_event (GstElement * element, GstEvent * event)
{
  GstLiveKitEgressSrc *self = GST_LIVEKIT_EGRESS_SRC (element);

  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS) {
    gst_livekit_egress_control_stop (self->control);
    gst_event_unref (event);
    return TRUE;
  }

  return GST_ELEMENT_CLASS (gst_livekit_egress_src_parent_class)->send_event
      (element, event);
}

/*** URI ***/

static GstURIType
gst_livekit_egress_src_uri_get_type (GType type)
{
  return GST_URI_SRC;
}

static const gchar *const *
gst_livekit_egress_src_uri_get_protocols (GType type)
{
  return gst_livekit_egress_uri_schemes;
}

static gchar *
gst_livekit_egress_src_uri_get_uri (GstURIHandler * handler)
{
  GstLiveKitEgressSrc *self = GST_LIVEKIT_EGRESS_SRC (handler);
  gchar *uri;

  GST_OBJECT_LOCK (self);
  uri = g_strdup (self->uri);
  GST_OBJECT_UNLOCK (self);

  return uri;
}

static gboolean
gst_livekit_egress_src_uri_set_uri (GstURIHandler * handler, const gchar * uri,
    GError ** error)
{
  GstLiveKitEgressSrc *self = GST_LIVEKIT_EGRESS_SRC (handler);

  if (GST_STATE (self) > GST_STATE_READY) {
    g_set_error_literal (error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE,
        "The URI cannot be changed while the egress runs");
    return FALSE;
  }
  if (!gst_livekit_egress_uri_apply (uri, GST_ELEMENT (self), error))
    return FALSE;
  gst_livekit_egress_settings_set_url_from_uri (&self->settings);

  GST_OBJECT_LOCK (self);
  g_free (self->uri);
  self->uri = g_strdup (uri);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static void
gst_livekit_egress_src_uri_handler_init (gpointer iface, gpointer data)
{
  GstURIHandlerInterface *handler = iface;

  handler->get_type = gst_livekit_egress_src_uri_get_type;
  handler->get_protocols = gst_livekit_egress_src_uri_get_protocols;
  handler->get_uri = gst_livekit_egress_src_uri_get_uri;
  handler->set_uri = gst_livekit_egress_src_uri_set_uri;
}

/*** Object ***/

static void
gst_livekit_egress_src_add_stream (GstLiveKitEgressSrc * self,
    const gchar * url)
{
  gst_livekit_egress_control_update_streams (self->control, url, NULL);
}

static void
gst_livekit_egress_src_remove_stream (GstLiveKitEgressSrc * self,
    const gchar * url)
{
  gst_livekit_egress_control_update_streams (self->control, NULL, url);
}

static void
gst_livekit_egress_src_request_stop (GstLiveKitEgressSrc * self)
{
  gst_livekit_egress_control_stop (self->control);
}

static void
set_string (gchar ** field, const GValue * value)
{
  const gchar *string = g_value_get_string (value);

  g_free (*field);
  *field = string != NULL && *string != '\0' ? g_strdup (string) : NULL;
}

static void
gst_livekit_egress_src_set_property (GObject * object, guint prop_id,
    const GValue * value, GParamSpec * pspec)
{
  GstLiveKitEgressSrc *self = GST_LIVEKIT_EGRESS_SRC (object);

  if (gst_livekit_egress_settings_set_property (&self->settings, prop_id,
          value)) {
    if (g_str_equal (pspec->name, "layout"))
      gst_livekit_egress_control_set_layout (self->control,
          g_value_get_string (value));
    return;
  }

  GST_OBJECT_LOCK (self);
  switch (prop_id) {
    case PROP_PROTOCOL:
      self->protocol = g_value_get_enum (value);
      break;
    case PROP_DEMUX:
      self->demux = g_value_get_boolean (value);
      break;
    case PROP_LISTEN_ADDRESS:
      set_string (&self->listen_address, value);
      break;
    case PROP_LISTEN_PORT:
      self->listen_port = g_value_get_uint (value);
      break;
    case PROP_ADVERTISE_ADDRESS:
      set_string (&self->advertise_address, value);
      break;
    case PROP_LATENCY:
      self->latency = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static GstStructure *
get_stats (GstLiveKitEgressSrc * self)
{
  g_autoptr (GstElement) receiver = NULL;

  GST_OBJECT_LOCK (self);
  g_set_object (&receiver, self->receiver);
  GST_OBJECT_UNLOCK (self);

  return receiver != NULL ?
      gst_livekit_egress_receiver_get_stats (GST_LIVEKIT_EGRESS_RECEIVER
      (receiver)) : NULL;
}

static void
gst_livekit_egress_src_get_property (GObject * object, guint prop_id,
    GValue * value, GParamSpec * pspec)
{
  GstLiveKitEgressSrc *self = GST_LIVEKIT_EGRESS_SRC (object);

  if (gst_livekit_egress_settings_get_property (&self->settings, prop_id,
          value))
    return;

  switch (prop_id) {
    case PROP_EGRESS_ID:
      g_value_take_string (value,
          gst_livekit_egress_control_dup_egress_id (self->control));
      return;
    case PROP_STATUS:
      g_value_set_enum (value,
          gst_livekit_egress_control_get_state (self->control));
      return;
    case PROP_INFO:
      g_value_take_object (value,
          gst_livekit_egress_control_dup_info (self->control));
      return;
    case PROP_STATS:
      g_value_take_boxed (value, get_stats (self));
      return;
    default:
      break;
  }

  GST_OBJECT_LOCK (self);
  switch (prop_id) {
    case PROP_PROTOCOL:
      g_value_set_enum (value, self->protocol);
      break;
    case PROP_DEMUX:
      g_value_set_boolean (value, self->demux);
      break;
    case PROP_LISTEN_ADDRESS:
      g_value_set_string (value, self->listen_address);
      break;
    case PROP_LISTEN_PORT:
      g_value_set_uint (value, self->listen_port);
      break;
    case PROP_ADVERTISE_ADDRESS:
      g_value_set_string (value, self->advertise_address);
      break;
    case PROP_LATENCY:
      g_value_set_uint (value, self->latency);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_livekit_egress_src_finalize (GObject * object)
{
  GstLiveKitEgressSrc *self = GST_LIVEKIT_EGRESS_SRC (object);

  gst_livekit_egress_control_close (self->control);
  g_clear_object (&self->control);
  gst_livekit_egress_settings_clear (&self->settings);
  g_free (self->uri);
  g_free (self->listen_address);
  g_free (self->advertise_address);

  G_OBJECT_CLASS (gst_livekit_egress_src_parent_class)->finalize (object);
}

/* *INDENT-OFF* */
static void
install_properties (GObjectClass * object_class)
{
  const GParamFlags ready =
      G_PARAM_READWRITE | GST_PARAM_MUTABLE_READY | G_PARAM_STATIC_STRINGS;
  const GParamFlags state = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  gst_livekit_egress_settings_install_properties (object_class);

  g_object_class_install_property (object_class, PROP_PROTOCOL,
      g_param_spec_enum ("protocol", "Protocol",
          "How the egress sends its stream to this element",
          gst_livekit_egress_protocol_get_type (),
          GST_LIVEKIT_EGRESS_PROTOCOL_SRT, ready));
  g_object_class_install_property (object_class, PROP_DEMUX,
      g_param_spec_boolean ("demux", "Demux",
          "Give parsed elementary streams; otherwise the container as it comes",
          TRUE, ready));
  g_object_class_install_property (object_class, PROP_LISTEN_ADDRESS,
      g_param_spec_string ("listen-address", "Listen address",
          "IP address of this machine to listen on (default: 127.0.0.1, or "
          "0.0.0.0 when advertise-address is set)", NULL, ready));
  g_object_class_install_property (object_class, PROP_LISTEN_PORT,
      g_param_spec_uint ("listen-port", "Listen port",
          "Port to listen on (0 = any that is free)", 0, G_MAXUINT16, 0,
          ready));
  g_object_class_install_property (object_class, PROP_ADVERTISE_ADDRESS,
      g_param_spec_string ("advertise-address", "Advertise address",
          "Address at which the egress worker reaches this machine (default: "
          "listen-address)", NULL, ready));
  g_object_class_install_property (object_class, PROP_LATENCY,
      g_param_spec_uint ("latency", "Latency",
          "How long the transport holds packets back to replace lost ones "
          "(milliseconds)", 0, G_MAXINT16, DEFAULT_LATENCY, ready));
  g_object_class_install_property (object_class, PROP_EGRESS_ID,
      g_param_spec_string ("egress-id", "Egress id",
          "Id of the egress, once the server has given it one", NULL, state));
  g_object_class_install_property (object_class, PROP_STATUS,
      g_param_spec_enum ("status", "Status", "State of the egress",
          LK_EGRESS_TYPE_JOB_STATE, LK_EGRESS_JOB_STATE_IDLE, state));
  g_object_class_install_property (object_class, PROP_INFO,
      g_param_spec_object ("info", "Info",
          "All that the server last told about the egress",
          LK_EGRESS_TYPE_INFO, state));
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Statistics of the connection", GST_TYPE_STRUCTURE, state));
}

static void
install_signals (GObjectClass * object_class)
{
  const GType type = G_TYPE_FROM_CLASS (object_class);
  const GSignalFlags action = G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION;

  /**
   * GstLiveKitEgressSrc::add-stream:
   * @url: another destination, of the protocol of the egress
   *
   * Lets the running egress send its stream there too. A failure is a warning message.
   *
   * Since: 1.0
   */
  signals[SIGNAL_ADD_STREAM] = g_signal_new_class_handler ("add-stream", type,
      action, G_CALLBACK (gst_livekit_egress_src_add_stream), NULL, NULL, NULL,
      G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * GstLiveKitEgressSrc::remove-stream:
   * @url: a destination that was added
   *
   * Ends what add-stream began. A failure is a warning message.
   *
   * Since: 1.0
   */
  signals[SIGNAL_REMOVE_STREAM] = g_signal_new_class_handler ("remove-stream",
      type, action, G_CALLBACK (gst_livekit_egress_src_remove_stream), NULL,
      NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * GstLiveKitEgressSrc::stop:
   *
   * Stops the egress; EOS comes after all that it sent.
   *
   * Since: 1.0
   */
  signals[SIGNAL_STOP] = g_signal_new_class_handler ("stop", type, action,
      G_CALLBACK (gst_livekit_egress_src_request_stop), NULL, NULL, NULL,
      G_TYPE_NONE, 0);
}
/* *INDENT-ON* */

static void
gst_livekit_egress_src_class_init (GstLiveKitEgressSrcClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->set_property = gst_livekit_egress_src_set_property;
  object_class->get_property = gst_livekit_egress_src_get_property;
  object_class->finalize = gst_livekit_egress_src_finalize;
  install_properties (object_class);
  install_signals (object_class);

  gst_element_class_add_static_pad_template (element_class,
      &gst_livekit_egress_src_video_template);
  gst_element_class_add_static_pad_template (element_class,
      &gst_livekit_egress_src_audio_template);
  gst_element_class_add_static_pad_template (element_class,
      &gst_livekit_egress_src_src_template);
  gst_element_class_set_static_metadata (element_class,
      "LiveKit egress source", "Source/Network/Bin",
      "Starts a LiveKit egress and receives its stream",
      "The livekit-egress authors");

  element_class->change_state = gst_livekit_egress_src_change_state;
  element_class->send_event = gst_livekit_egress_src_send_event;
  GST_BIN_CLASS (klass)->handle_message = gst_livekit_egress_src_handle_message;

  gst_type_mark_as_plugin_api (gst_livekit_egress_protocol_get_type (), 0);
  gst_type_mark_as_plugin_api (gst_livekit_egress_source_get_type (), 0);
  gst_type_mark_as_plugin_api (gst_livekit_egress_on_stop_get_type (), 0);
}

static void
gst_livekit_egress_src_init (GstLiveKitEgressSrc * self)
{
  self->control = gst_livekit_egress_control_new (GST_ELEMENT (self));
  g_signal_connect (self->control, "ended",
      G_CALLBACK (gst_livekit_egress_src_ended), self);
  gst_livekit_egress_settings_init (&self->settings);
  self->demux = TRUE;
  self->latency = DEFAULT_LATENCY;

  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
  gst_bin_set_suppressed_flags (GST_BIN (self),
      GST_ELEMENT_FLAG_SOURCE | GST_ELEMENT_FLAG_SINK);
}
