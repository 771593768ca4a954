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
 * gst-launch-1.0 -e livekitegresssrc ws-url=wss://livekit.example.com room-name=demo name=e \
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

#include "gstlivekitegresscertificate.h"
#include "gstlivekitegressdemux.h"
#include "gstlivekitegresselement.h"
#include "gstlivekitegresserror.h"
#include "gstlivekitegressghosts.h"
#include "gstlivekitegressmedia.h"
#include "gstlivekitegressmessages.h"
#include "gstlivekitegressoutputs.h"
#include "gstlivekitegressplugin.h"
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

#define WEBSOCKET_AUDIO "audio/x-raw, format = (string) S16LE, rate = (int) 48000, " \
    "channels = (int) 2, layout = (string) interleaved"

/**
 * GstLiveKitEgressSrc!video_%u:
 *
 * A parsed video stream.
 *
 * Since: 1.0
 */
static GstStaticPadTemplate video_template =
GST_STATIC_PAD_TEMPLATE ("video_%u",
    GST_PAD_SRC, GST_PAD_SOMETIMES,
    GST_STATIC_CAPS ("video/x-h264, "
        "stream-format = (string) { avc, avc3, byte-stream }"));

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
    GST_STATIC_CAPS ("audio/mpeg, mpegversion = (int) { 2, 4 }, "
        "stream-format = (string) { raw, adts }; " WEBSOCKET_AUDIO));

/**
 * GstLiveKitEgressSrc!src:
 *
 * The container as it came, with demux=false.
 *
 * Since: 1.0
 */
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_SOMETIMES,
    GST_STATIC_CAPS ("video/mpegts, systemstream = (boolean) true; "
        "video/x-flv; "
        "video/quicktime, variant = (string) iso-fragmented; "
        WEBSOCKET_AUDIO));

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
  g_autoptr (GError) explained = NULL;

  /* What becomes of the last one is no matter any more. */
  if (gst_livekit_egress_control_is_pending (self->control))
    return;
  if (error != NULL && self->ending != NULL)
    explained =
        gst_livekit_egress_receiver_explain (GST_LIVEKIT_EGRESS_RECEIVER
        (self->ending), error);
  if (explained != NULL
      && gst_livekit_egress_element_restart (GST_LIVEKIT_EGRESS_ELEMENT (self),
          explained))
    return;
  end_media (self, explained, 0);
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

static void
on_muted (GstLiveKitEgressReceiver * receiver, gboolean muted,
    GstLiveKitEgressSrc * self)
{
  g_autofree gchar *egress_id = NULL;

  g_object_get (self, "egress-id", &egress_id, NULL);
  gst_livekit_egress_post_mute (GST_ELEMENT (self), egress_id, muted);
}

static GstPadProbeReturn
on_first_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstLiveKitEgressSrc *self = user_data;
  g_autofree gchar *egress_id = NULL;
  gint64 start_time;

  GST_OBJECT_LOCK (self);
  self->has_data = TRUE;
  start_time = self->start_time;
  GST_OBJECT_UNLOCK (self);

  set_media (self, GST_LIVEKIT_EGRESS_MEDIA_ARRIVED);
  g_object_get (self, "egress-id", &egress_id, NULL);
  gst_livekit_egress_post_first_data (GST_ELEMENT (self), egress_id,
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

/*** One run ***/

/* TRUE if what it gives is to be taken apart. */
static gboolean
add_receiver (GstLiveKitEgressSrc * self,
    LkEgressSegmentedFileOutput * segments)
{
  gboolean demux;
  GstElement *receiver =
      gst_livekit_egress_src_settings_create_receiver (&self->settings,
      segments, &demux);
  g_autoptr (GstPad) pad = NULL;

  g_signal_connect_object (receiver, "connected", G_CALLBACK (on_connected),
      self, 0);
  g_signal_connect_object (receiver, "muted", G_CALLBACK (on_muted), self, 0);
  pad = gst_element_get_static_pad (receiver, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_first_buffer, self,
      NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      on_receiver_event, self, NULL);

  GST_OBJECT_LOCK (self);
  self->receiver = gst_object_ref (receiver);
  GST_OBJECT_UNLOCK (self);
  gst_bin_add (GST_BIN (self), receiver);
  if (!demux)
    gst_livekit_egress_ghosts_add (GST_ELEMENT (self), pad, "src", "src");
  return demux;
}

static void
add_demuxer (GstLiveKitEgressSrc * self)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (self->receiver, "src");
  g_autoptr (GstCaps) caps = gst_pad_query_caps (pad, NULL);

  self->demuxer = gst_livekit_egress_demux_new (caps);
  gst_livekit_egress_ghosts_follow (GST_ELEMENT (self), self->demuxer);
  gst_bin_add (GST_BIN (self), self->demuxer);
  gst_element_link (self->receiver, self->demuxer);
}

/* Before the children start: finds what can be wrong on our side, and posts it. */
static gboolean
prepare (GstLiveKitEgressSrc * self)
{
  g_autoptr (LkEgressSegmentedFileOutput) segments = NULL;
  GstLiveKitEgressElement *element = GST_LIVEKIT_EGRESS_ELEMENT (self);
  gboolean reads_segments;
  g_autoptr (GError) error = NULL;

  if (!gst_livekit_egress_src_settings_check (&self->settings, &error)) {
    gst_livekit_egress_element_post_error (element, error);
    return FALSE;
  }

  g_mutex_lock (&self->settings.parent.parent.lock);
  reads_segments = self->settings.protocol == GST_LIVEKIT_EGRESS_PROTOCOL_HLS;
  g_mutex_unlock (&self->settings.parent.parent.lock);

  self->request = gst_livekit_egress_element_prepare (element, !reads_segments,
      &self->client);
  if (self->request == NULL)
    return FALSE;

  if (reads_segments)
    segments = gst_livekit_egress_outputs_take_segments (self->request);
  if (add_receiver (self, segments))
    add_demuxer (self);
  return TRUE;
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

/* The egress is to send to the receiver, as an output or, if it runs already, to an address. */
static LkEgressRequest *
create_request (GstLiveKitEgressSrc * self, gchar ** stream_url,
    GError ** error)
{
  GstLiveKitEgressReceiver *receiver =
      GST_LIVEKIT_EGRESS_RECEIVER (self->receiver);
  g_autoptr (LkEgressRequest) request =
      LK_EGRESS_REQUEST (lk_egress_message_copy (LK_EGRESS_MESSAGE
          (self->request)));
  gboolean added;

  if (gst_livekit_egress_element_attaches (GST_LIVEKIT_EGRESS_ELEMENT (self))) {
    *stream_url = gst_livekit_egress_receiver_dup_stream_url (receiver, error);
    added = *stream_url != NULL;
  } else
    added = gst_livekit_egress_receiver_add_output (receiver, request, error);
  return added ? g_steal_pointer (&request) : NULL;
}

static void
begin_run (GstLiveKitEgressSrc * self)
{
  GST_OBJECT_LOCK (self);
  self->has_data = self->connected = FALSE;
  self->start_time = g_get_monotonic_time ();
  GST_OBJECT_UNLOCK (self);

  gst_livekit_egress_control_call (self->control, do_reset,
      gst_object_ref (self->receiver), gst_object_unref);
}

static gboolean
start (GstLiveKitEgressSrc * self)
{
  GstLiveKitEgressElement *element = GST_LIVEKIT_EGRESS_ELEMENT (self);
  g_autofree gchar *stream_url = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressRequest) request =
      create_request (self, &stream_url, &error);

  if (request == NULL) {
    gst_livekit_egress_element_post_error (element, error);
    return FALSE;
  }

  begin_run (self);
  gst_livekit_egress_element_start (element, g_steal_pointer (&self->client),
      request, stream_url,
      gst_livekit_egress_src_settings_can_adopt (&self->settings));
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
  gst_livekit_egress_ghosts_remove (GST_ELEMENT (self), "src");

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

/*** Another run ***/

/* It listens anew and has secrets of its own, and the last one hears nobody any more. */
static void
replace_receiver (GstLiveKitEgressSrc * self)
{
  g_autoptr (GstElement) last = NULL;

  GST_OBJECT_LOCK (self);
  last = g_steal_pointer (&self->receiver);
  GST_OBJECT_UNLOCK (self);

  gst_element_set_state (last, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self), last);
  if (self->demuxer != NULL)
    gst_livekit_egress_demux_begin_again (GST_LIVEKIT_EGRESS_DEMUX
        (self->demuxer));
  if (add_receiver (self, NULL))
    gst_element_link (self->receiver, self->demuxer);
  gst_element_sync_state_with_parent (self->receiver);
}

static void
begin_again (GstLiveKitEgressSrc * self)
{
  GstLiveKitEgressElement *element = GST_LIVEKIT_EGRESS_ELEMENT (self);
  g_autofree gchar *stream_url = NULL;
  g_autoptr (LkEgressRequest) request = NULL;
  g_autoptr (GError) error = NULL;

  replace_receiver (self);
  request = create_request (self, &stream_url, &error);
  if (request == NULL) {
    /* The receiver may have posted it already. */
    GST_OBJECT_LOCK (self);
    g_clear_error (&self->failure);
    self->failure = g_steal_pointer (&error);
    GST_OBJECT_UNLOCK (self);
    post_failure (self);
    gst_livekit_egress_control_fail (self->control);
    return;
  }

  begin_run (self);
  set_reading (self, GST_STATE (self) == GST_STATE_PLAYING);
  /* Stopped meanwhile, which the last one was told. */
  if (!gst_livekit_egress_element_start_again (element, request))
    gst_livekit_egress_receiver_end (GST_LIVEKIT_EGRESS_RECEIVER
        (self->receiver), 0);
}

static void
do_restart (GstElement * element, gpointer data)
{
  GstLiveKitEgressSrc *self = GST_LIVEKIT_EGRESS_SRC (element);

  GST_STATE_LOCK (element);
  if (gst_livekit_egress_control_is_pending (self->control))
    begin_again (self);
  GST_STATE_UNLOCK (element);
}

/* Whoever changes the state holds its lock, and may be waiting for the thread of the control. */
static void
gst_livekit_egress_src_restart (GstLiveKitEgressElement * element)
{
  gst_element_call_async (GST_ELEMENT (element), do_restart, NULL, NULL);
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

  return !gst_livekit_egress_element_refuse_event (event)
      && GST_ELEMENT_CLASS (gst_livekit_egress_src_parent_class)->send_event
      (element, event);
}

static void
gst_livekit_egress_src_element_init (GstLiveKitEgressElementInterface * iface)
{
  iface->uri_type = GST_URI_SRC;
  iface->state_changed = gst_livekit_egress_src_state_changed;
  iface->ended = gst_livekit_egress_src_ended;
  iface->restart = gst_livekit_egress_src_restart;
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
  gst_livekit_egress_certificate_register ();
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
