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

#include "gstlivekitegresssrc.h"

#include "gstlivekitegressdemux.h"
#include "gstlivekitegresselement.h"
#include "gstlivekitegresserror.h"
#include "gstlivekitegressmedia.h"
#include "gstlivekitegressmessages.h"
#include "gstlivekitegressplugin.h"
#include "gstlivekitegressreceivers.h"
#include "gstlivekitegresssrcsettings.h"

#define GST_CAT_DEFAULT gst_livekit_egress_debug

/* How long a sender that stays connected may be silent before its stream counts as drained. */
#define DRAIN_TIME GST_SECOND
/* How long an error waits for what came before it to be pushed. */
#define DRAIN_TIMEOUT_MS 2000
/* How long going down waits for the sender of an egress that ends to go first. */
#define GOODBYE_TIME (500 * G_TIME_SPAN_MILLISECOND)

struct _GstLiveKitEgressSrc
{
  GstBin parent;

  GstLiveKitEgressSrcSettings settings;
  GstLiveKitEgressControl *control;     /* of the element that we are */

  /* Of state changes alone. */
  LkEgressClient *client;
  LkEgressRequest *request;
  GstElement *demuxer;

  /* Of the control's thread alone. */
  GstElement *ending;           /* the receiver of this run, to be told its end */
  GstLiveKitEgressMedia media;
  GSource *drain_timer;

  /* Guarded by the object lock, which is never held while calling out. */
  GstElement *receiver;         /* from READY->PAUSED to PAUSED->READY */
  GError *failure;              /* to be posted when all that came is pushed */
  gboolean errored;             /* one error message is enough for a run */
  gboolean has_data;
  gboolean connected;
  GCond goodbye;                /* connected, or the state of the egress, has changed */
  gint64 start_time;
};

/**
 * GstLiveKitEgressSrc!video_%u:
 *
 * A parsed video stream.
 *
 * Since: 1.0
 */
static GstStaticPadTemplate video_template =
GST_STATIC_PAD_TEMPLATE ("video_%u",
    GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS ("video/x-h264"));

/**
 * GstLiveKitEgressSrc!audio_%u:
 *
 * A parsed audio stream.
 *
 * Since: 1.0
 */
static GstStaticPadTemplate audio_template =
    GST_STATIC_PAD_TEMPLATE ("audio_%u",
    GST_PAD_SRC, GST_PAD_SOMETIMES,
    GST_STATIC_CAPS ("audio/mpeg, mpegversion = (int) { 2, 4 }; audio/x-raw"));

/**
 * GstLiveKitEgressSrc!src:
 *
 * The container as it came, with demux=false.
 *
 * Since: 1.0
 */
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_SOMETIMES,
    GST_STATIC_CAPS ("video/mpegts, systemstream = (boolean) true"));

static void gst_livekit_egress_src_element_init
    (GstLiveKitEgressElementInterface * iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstLiveKitEgressSrc, gst_livekit_egress_src,
    GST_TYPE_BIN,
    GST_LIVEKIT_EGRESS_IMPLEMENT_ELEMENT (gst_livekit_egress_src_element_init));

GST_ELEMENT_REGISTER_DEFINE_WITH_CODE (livekitegresssrc, "livekitegresssrc",
    GST_RANK_PRIMARY, GST_TYPE_LIVEKIT_EGRESS_SRC,
    gst_livekit_egress_plugin_init ());

/*** Properties ***/

static void
get_stats (GstElement * element, GValue * value)
{
  GstLiveKitEgressSrc *self = GST_LIVEKIT_EGRESS_SRC (element);
  g_autoptr (GstElement) receiver = NULL;

  GST_OBJECT_LOCK (self);
  g_set_object (&receiver, self->receiver);
  GST_OBJECT_UNLOCK (self);

  if (receiver != NULL)
    g_value_take_boxed (value,
        gst_livekit_egress_receiver_get_stats (GST_LIVEKIT_EGRESS_RECEIVER
            (receiver)));
}

/* *INDENT-OFF* */
static const GstLiveKitEgressSetting rows[] = {
  /**
   * GstLiveKitEgressSrc:stats:
   *
   * Statistics of the connection; NULL while nothing listens.
   *
   * Since: 1.0
   */
  {"stats", "Statistics",
      "Statistics of the connection",
      G_TYPE_BOXED, gst_structure_get_type, 0, 0, 0, G_PARAM_READABLE, get_stats},
};
/* *INDENT-ON* */

static const GstLiveKitEgressSettingTable settings_table = {
  &gst_livekit_egress_src_settings, rows, G_N_ELEMENTS (rows)
};

/*** The end ***/

/* Posts what failed, if something did and no other error went before it. */
static void
post_failure (GstLiveKitEgressSrc * self)
{
  g_autoptr (GError) failure = NULL;

  GST_OBJECT_LOCK (self);
  failure = g_steal_pointer (&self->failure);
  if (self->errored)
    g_clear_error (&failure);
  else if (failure != NULL)
    self->errored = TRUE;
  GST_OBJECT_UNLOCK (self);

  if (failure != NULL)
    gst_livekit_egress_element_post_error (GST_LIVEKIT_EGRESS_ELEMENT (self),
        failure);
}

static gboolean
on_drain_timeout (gpointer data)
{
  GstLiveKitEgressSrc *self = data;

  gst_livekit_egress_timer_disarm (&self->drain_timer);
  post_failure (self);
  return G_SOURCE_REMOVE;
}

/* Ends the stream after what came, for an egress that is over with the linger that its sender may
 * need. */
static void
end_media (GstLiveKitEgressSrc * self, const GError * error,
    GstClockTime linger)
{
  /* A run that ends in the background has nothing to do with the next. */
  if (self->ending == NULL)
    return;

  GST_OBJECT_LOCK (self);
  if (error != NULL && self->failure == NULL)
    self->failure = g_error_copy (error);
  GST_OBJECT_UNLOCK (self);

  if (error != NULL && self->drain_timer == NULL)
    gst_livekit_egress_timer_arm (&self->drain_timer, DRAIN_TIMEOUT_MS,
        on_drain_timeout, gst_object_ref (self), gst_object_unref);
  gst_livekit_egress_receiver_end (GST_LIVEKIT_EGRESS_RECEIVER (self->ending),
      linger);
}

/* An egress that goes on, because it is left or does not obey, may send for ever. */
static void
gst_livekit_egress_src_ended (GstLiveKitEgressElement * element,
    const GError * error)
{
  GstLiveKitEgressSrc *self = GST_LIVEKIT_EGRESS_SRC (element);

  end_media (self, error,
      lk_egress_job_state_is_final (gst_livekit_egress_control_get_state
          (self->control)) ? DRAIN_TIME : 0);
}

/*** Media ***/

static void
gst_livekit_egress_src_state_changed (GstLiveKitEgressElement * element,
    LkEgressJobState state)
{
  GstLiveKitEgressSrc *self = GST_LIVEKIT_EGRESS_SRC (element);

  gst_livekit_egress_media_set_egress (&self->media, GST_ELEMENT (self), state);

  GST_OBJECT_LOCK (self);
  g_cond_broadcast (&self->goodbye);
  GST_OBJECT_UNLOCK (self);
}

static void
on_media_timeout (GstElement * owner, const GError * error)
{
  GstLiveKitEgressSrc *self = GST_LIVEKIT_EGRESS_SRC (owner);

  end_media (self, error, 0);
  /* The server does not know that nobody wants the egress any more. */
  if (error != NULL)
    gst_livekit_egress_control_fail (self->control);
}

static void
do_set_media (GstElement * owner, gpointer state)
{
  GstLiveKitEgressSrc *self = GST_LIVEKIT_EGRESS_SRC (owner);

  gst_livekit_egress_media_set_media (&self->media, owner,
      GPOINTER_TO_UINT (state));
}

static void
set_media (GstLiveKitEgressSrc * self, GstLiveKitEgressMediaState state)
{
  gst_livekit_egress_control_call (self->control, do_set_media,
      GUINT_TO_POINTER (state), NULL);
  /* Media comes and goes before the next poll tells why. */
  if (state == GST_LIVEKIT_EGRESS_MEDIA_ARRIVED
      || state == GST_LIVEKIT_EGRESS_MEDIA_LOST)
    gst_livekit_egress_control_refresh (self->control);
}

static gboolean
has_data (GstLiveKitEgressSrc * self)
{
  gboolean has_data;

  GST_OBJECT_LOCK (self);
  has_data = self->has_data;
  GST_OBJECT_UNLOCK (self);

  return has_data;
}

static void
on_connected (GstLiveKitEgressReceiver * receiver, gboolean connected,
    GstLiveKitEgressSrc * self)
{
  GST_OBJECT_LOCK (self);
  self->connected = connected;
  g_cond_broadcast (&self->goodbye);
  GST_OBJECT_UNLOCK (self);

  /* Whoever connects for the first time still has to send something. */
  if (has_data (self))
    set_media (self, connected ? GST_LIVEKIT_EGRESS_MEDIA_ARRIVED :
        GST_LIVEKIT_EGRESS_MEDIA_LOST);
  g_object_notify (G_OBJECT (self), "stats");
}

static GstPadProbeReturn
on_first_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstLiveKitEgressSrc *self = user_data;
  g_autoptr (LkEgressInfo) egress =
      gst_livekit_egress_control_dup_info (self->control);
  gint64 start_time;

  GST_OBJECT_LOCK (self);
  self->has_data = TRUE;
  start_time = self->start_time;
  GST_OBJECT_UNLOCK (self);

  set_media (self, GST_LIVEKIT_EGRESS_MEDIA_ARRIVED);
  gst_livekit_egress_post_first_data (GST_ELEMENT (self),
      egress != NULL ? lk_egress_info_get_egress_id (egress) : NULL,
      (g_get_monotonic_time () - start_time) * GST_USECOND);

  return GST_PAD_PROBE_REMOVE;
}

static GstPadProbeReturn
on_receiver_event (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstLiveKitEgressSrc *self = user_data;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS) {
    if (self->demuxer != NULL)
      gst_livekit_egress_demux_show (GST_LIVEKIT_EGRESS_DEMUX (self->demuxer));

    GST_OBJECT_LOCK (self);
    /* Nobody downstream can see this end: there is no pad to send EOS on. */
    if (self->failure == NULL && GST_ELEMENT (self)->numsrcpads == 0)
      self->failure = g_error_new_literal (GST_LIVEKIT_EGRESS_ERROR,
          GST_LIVEKIT_EGRESS_ERROR_NO_MEDIA,
          "The egress ended before it sent any media");
    GST_OBJECT_UNLOCK (self);

    post_failure (self);
  }
  return GST_PAD_PROBE_OK;
}

/*** Pads ***/

/* The stream is live: there is no other place or pace in it. */
static gboolean
ghost_pad_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_SEEK) {
    gst_event_unref (event);
    return FALSE;
  }
  return gst_pad_event_default (pad, parent, event);
}

static void
add_ghost_pad (GstLiveKitEgressSrc * self, GstPad * pad, const gchar * name,
    GstStaticPadTemplate * static_template)
{
  g_autoptr (GstPadTemplate) template =
      gst_static_pad_template_get (static_template);
  GstPad *ghost = gst_ghost_pad_new_from_template (name, pad, template);

  gst_pad_set_event_function (ghost, ghost_pad_event);
  gst_pad_set_active (ghost, TRUE);
  gst_livekit_egress_copy_sticky_events (pad, ghost);
  gst_element_add_pad (GST_ELEMENT (self), ghost);
}

static void
on_pad_added (GstElement * demuxer, GstPad * pad, GstLiveKitEgressSrc * self)
{
  GstStaticPadTemplate *template = &audio_template;

  if (g_str_has_prefix (GST_PAD_NAME (pad), "video_"))
    template = &video_template;
  if (GST_PAD_IS_SRC (pad))
    add_ghost_pad (self, pad, GST_PAD_NAME (pad), template);
}

static void
remove_ghost_pad (GstLiveKitEgressSrc * self, const gchar * name)
{
  g_autoptr (GstPad) ghost = gst_element_get_static_pad (GST_ELEMENT (self),
      name);

  if (ghost != NULL) {
    gst_pad_set_active (ghost, FALSE);
    gst_element_remove_pad (GST_ELEMENT (self), ghost);
  }
}

static void
on_pad_removed (GstElement * demuxer, GstPad * pad, GstLiveKitEgressSrc * self)
{
  remove_ghost_pad (self, GST_PAD_NAME (pad));
}

static void
on_no_more_pads (GstElement * demuxer, GstLiveKitEgressSrc * self)
{
  gst_element_no_more_pads (GST_ELEMENT (self));
}

/*** One run ***/

static gboolean
add_receiver (GstLiveKitEgressSrc * self, gboolean * demux)
{
  GstLiveKitEgressReceiverConfig config = { NULL };
  GstLiveKitEgressProtocol protocol;
  g_autofree gchar *listen = NULL, *advertise = NULL;
  g_autoptr (GstPad) pad = NULL;
  GstElement *receiver;

  g_mutex_lock (&self->settings.parent.parent.lock);
  protocol = self->settings.protocol;
  listen = g_strdup (self->settings.listen_address);
  advertise = g_strdup (self->settings.advertise_address);
  config.listen_address = listen;
  config.advertise_address = advertise;
  config.listen_port = self->settings.listen_port;
  config.latency = self->settings.latency;
  *demux = self->settings.demux;
  g_mutex_unlock (&self->settings.parent.parent.lock);

  receiver = gst_livekit_egress_receiver_new (protocol, &config);
  g_signal_connect_object (receiver, "connected", G_CALLBACK (on_connected),
      self, 0);
  pad = gst_element_get_static_pad (receiver, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_first_buffer, self,
      NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      on_receiver_event, self, NULL);

  GST_OBJECT_LOCK (self);
  self->receiver = gst_object_ref (receiver);
  GST_OBJECT_UNLOCK (self);
  if (!gst_bin_add (GST_BIN (self), receiver))
    return FALSE;
  if (!*demux)
    add_ghost_pad (self, pad, "src", &src_template);
  return TRUE;
}

static gboolean
add_demuxer (GstLiveKitEgressSrc * self)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (self->receiver, "src");
  g_autoptr (GstCaps) caps = gst_pad_query_caps (pad, NULL);

  self->demuxer = gst_livekit_egress_demux_new (caps);
  g_signal_connect_object (self->demuxer, "pad-added",
      G_CALLBACK (on_pad_added), self, 0);
  g_signal_connect_object (self->demuxer, "pad-removed",
      G_CALLBACK (on_pad_removed), self, 0);
  g_signal_connect_object (self->demuxer, "no-more-pads",
      G_CALLBACK (on_no_more_pads), self, 0);
  return gst_bin_add (GST_BIN (self), self->demuxer)
      && gst_element_link (self->receiver, self->demuxer);
}

/* Before the children start: finds what can be wrong on our side, and posts it. */
static gboolean
prepare (GstLiveKitEgressSrc * self)
{
  gboolean demux;

  self->request =
      gst_livekit_egress_element_prepare (GST_LIVEKIT_EGRESS_ELEMENT (self),
      &self->client);
  return self->request != NULL && add_receiver (self, &demux)
      && (!demux || add_demuxer (self));
}

/* The thread of the control is told where a run begins and ends: it may be behind. */
static void
do_reset (GstElement * owner, gpointer receiver)
{
  GstLiveKitEgressSrc *self = GST_LIVEKIT_EGRESS_SRC (owner);

  g_set_object (&self->ending, receiver);
  gst_livekit_egress_media_reset (&self->media);
  gst_livekit_egress_timer_disarm (&self->drain_timer);

  g_mutex_lock (&self->settings.parent.parent.lock);
  self->media.first_data_timeout = self->settings.first_data_timeout;
  self->media.reconnect_window = self->settings.reconnect_window;
  g_mutex_unlock (&self->settings.parent.parent.lock);

  GST_OBJECT_LOCK (self);
  g_clear_error (&self->failure);
  GST_OBJECT_UNLOCK (self);
}

/* After they did, as then somebody listens: posts what is wrong with the addresses. */
static gboolean
start (GstLiveKitEgressSrc * self)
{
  GstLiveKitEgressElement *element = GST_LIVEKIT_EGRESS_ELEMENT (self);
  g_autoptr (GError) error = NULL;

  if (!gst_livekit_egress_receiver_add_output (GST_LIVEKIT_EGRESS_RECEIVER
          (self->receiver), self->request, &error)) {
    gst_livekit_egress_element_post_error (element, error);
    return FALSE;
  }

  GST_OBJECT_LOCK (self);
  self->start_time = g_get_monotonic_time ();
  GST_OBJECT_UNLOCK (self);

  gst_livekit_egress_control_call (self->control, do_reset,
      gst_object_ref (self->receiver), gst_object_unref);
  gst_livekit_egress_element_start (element, g_steal_pointer (&self->client),
      self->request, NULL);
  return TRUE;
}

/* A worker whose receiver goes before it has sent all says that the egress failed. */
static void
wait_for_goodbye (GstLiveKitEgressSrc * self)
{
  const gint64 end = g_get_monotonic_time () + GOODBYE_TIME;

  GST_OBJECT_LOCK (self);
  while (self->connected
      && gst_livekit_egress_control_get_state (self->control) ==
      LK_EGRESS_JOB_STATE_ENDING
      && g_cond_wait_until (&self->goodbye, GST_OBJECT_GET_LOCK (self), end));
  GST_OBJECT_UNLOCK (self);
}

static void
clean_up (GstLiveKitEgressSrc * self)
{
  g_autoptr (GstElement) receiver = NULL;

  gst_livekit_egress_control_call (self->control, do_reset, NULL, NULL);

  GST_OBJECT_LOCK (self);
  receiver = g_steal_pointer (&self->receiver);
  g_clear_error (&self->failure);
  self->errored = FALSE;
  self->has_data = FALSE;
  self->connected = FALSE;
  GST_OBJECT_UNLOCK (self);

  if (self->demuxer != NULL) {
    gst_element_set_state (self->demuxer, GST_STATE_NULL);
    gst_bin_remove (GST_BIN (self), self->demuxer);
    self->demuxer = NULL;
  }
  if (receiver != NULL) {
    gst_element_set_state (receiver, GST_STATE_NULL);
    gst_bin_remove (GST_BIN (self), receiver);
  }
  remove_ghost_pad (self, "src");

  g_clear_object (&self->client);
  g_clear_object (&self->request);
}

/* Waiting for data makes sense only while it is read. */
static void
set_reading (GstLiveKitEgressSrc * self, gboolean reading)
{
  if (!has_data (self))
    set_media (self, reading ? GST_LIVEKIT_EGRESS_MEDIA_EXPECTED :
        GST_LIVEKIT_EGRESS_MEDIA_NONE);
}

/*** Element ***/

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
  g_autoptr (GError) error = NULL;
  GstStateChangeReturn ret;

  switch (transition) {
    case GST_STATE_CHANGE_NULL_TO_READY:
      if (!gst_livekit_egress_control_open (self->control, &error)) {
        gst_livekit_egress_element_post_error (GST_LIVEKIT_EGRESS_ELEMENT
            (self), error);
        return GST_STATE_CHANGE_FAILURE;
      }
      break;
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      if (!prepare (self)) {
        clean_up (self);
        return GST_STATE_CHANGE_FAILURE;
      }
      break;
    case GST_STATE_CHANGE_PAUSED_TO_PLAYING:
      set_reading (self, TRUE);
      break;
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      set_reading (self, FALSE);
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      gst_livekit_egress_control_finish (self->control);
      wait_for_goodbye (self);
      break;
    default:
      break;
  }

  ret = GST_ELEMENT_CLASS (gst_livekit_egress_src_parent_class)->change_state
      (element, transition);

  switch (transition) {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      if (ret != GST_STATE_CHANGE_FAILURE && !start (self))
        ret = GST_STATE_CHANGE_FAILURE;
      if (ret == GST_STATE_CHANGE_FAILURE)
        clean_up (self);
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      clean_up (self);
      break;
    case GST_STATE_CHANGE_READY_TO_NULL:
      gst_livekit_egress_control_close (self->control);
      break;
    default:
      break;
  }

  return ret;
}

/* The end of the egress makes the EOS, after all that it sent. A live stream is not to be sought in. */
static gboolean
gst_livekit_egress_src_send_event (GstElement * element, GstEvent * event)
{
  GstLiveKitEgressSrc *self = GST_LIVEKIT_EGRESS_SRC (element);

  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS) {
    gst_livekit_egress_control_stop (self->control);
    gst_event_unref (event);
    return TRUE;
  }
  if (GST_EVENT_TYPE (event) == GST_EVENT_SEEK) {
    gst_event_unref (event);
    return FALSE;
  }

  return GST_ELEMENT_CLASS (gst_livekit_egress_src_parent_class)->send_event
      (element, event);
}

static void
gst_livekit_egress_src_element_init (GstLiveKitEgressElementInterface * iface)
{
  iface->uri_type = GST_URI_SRC;
  iface->state_changed = gst_livekit_egress_src_state_changed;
  iface->ended = gst_livekit_egress_src_ended;
}

static void
gst_livekit_egress_src_finalize (GObject * object)
{
  GstLiveKitEgressSrc *self = GST_LIVEKIT_EGRESS_SRC (object);

  g_clear_object (&self->ending);
  g_cond_clear (&self->goodbye);

  G_OBJECT_CLASS (gst_livekit_egress_src_parent_class)->finalize (object);
}

static void
gst_livekit_egress_src_class_init (GstLiveKitEgressSrcClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_livekit_egress_src_finalize;
  gst_livekit_egress_element_class_init (element_class, &settings_table);

  gst_element_class_add_static_pad_template (element_class, &video_template);
  gst_element_class_add_static_pad_template (element_class, &audio_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "LiveKit egress source", "Source/Network",
      "Starts an egress of a LiveKit room, participant, tracks or web page, "
      "and receives the audio and video that it sends",
      "The livekit-egress authors");

  element_class->change_state = gst_livekit_egress_src_change_state;
  element_class->send_event = gst_livekit_egress_src_send_event;
  GST_BIN_CLASS (klass)->handle_message = gst_livekit_egress_src_handle_message;
}

static void
gst_livekit_egress_src_init (GstLiveKitEgressSrc * self)
{
  GstLiveKitEgressElement *element = GST_LIVEKIT_EGRESS_ELEMENT (self);

  gst_livekit_egress_element_init (element, &self->settings.parent,
      &settings_table);
  self->control = gst_livekit_egress_element_get_control (element);
  self->media.timed_out = on_media_timeout;
  g_cond_init (&self->goodbye);

  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
  gst_bin_set_suppressed_flags (GST_BIN (self),
      GST_ELEMENT_FLAG_SOURCE | GST_ELEMENT_FLAG_SINK);
}
