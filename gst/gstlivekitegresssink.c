/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-livekitegresssink
 * @title: livekitegresssink
 *
 * Lets a LiveKit server record or stream a room, participant, set of tracks or web page, with the life
 * of a pipeline. It has no pads: the media never comes here. The egress starts on the way to PAUSED,
 * which is reached when it is active, and is stopped by an EOS event or on the way to READY. EOS is
 * posted when the recording is complete, as by every sink, and a pipeline with others waits for all.
 *
 * ## Example
 * |[
 * gst-launch-1.0 -e livekitegresssink room-name=demo location=rec/{room_name}-{time}.mp4
 * ]| Records the room demo until Ctrl-C, and ends when the file is complete. Server and credentials
 * come from LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET.
 * |[
 * gst-launch-1.0 -e livekitegresssink room-name=demo participant-identity=alice \
 *     outputs="<[output,format=hls,location=live/play.m3u8,segment-duration=2], [output,format=images,location=shots/img.jpg,capture-interval=5]>"
 * ]| Makes HLS segments of what alice publishes, and a picture every five seconds.
 *
 * Since: 1.0
 */

#include "gstlivekitegresssink.h"

#include "gstlivekitegresselement.h"
#include "gstlivekitegresserror.h"
#include "gstlivekitegressplugin.h"

#define GST_CAT_DEFAULT gst_livekit_egress_debug

struct _GstLiveKitEgressSink
{
  GstElement parent;

  GstLiveKitEgressCommonSettings settings;
  GstLiveKitEgressControl *control;     /* of the element that we are */

  /* Guarded by the object lock, which is never held while calling out. */
  guint run;                    /* counts the starts */
  gboolean starting;            /* PAUSED is not reached yet */
  gboolean playing;
  gboolean ended;               /* EOS is to be posted, or was */
};

/* *INDENT-OFF* */
static const GstLiveKitEgressSetting rows[] = {
  /**
   * GstLiveKitEgressSink:complete-timeout:
   *
   * How long after a stop EOS waits for the recording to be complete, in milliseconds. It may have to
   * be uploaded. After that the element warns and posts EOS all the same. With 0 it waits no longer
   * than #GstLiveKitEgressSrc:stop-timeout.
   *
   * Since: 1.0
   */
  {"complete-timeout", "Complete timeout",
      "How long after a stop EOS waits for the recording to be complete (milliseconds, "
      "0 = no longer than stop-timeout)",
      G_TYPE_UINT, NULL,
      G_STRUCT_OFFSET (GstLiveKitEgressCommonSettings, life.complete_timeout), 300000, 0,
      GST_LIVEKIT_EGRESS_PARAM_READY | GST_LIVEKIT_EGRESS_PARAM_IN_URI},
};
/* *INDENT-ON* */

static const GstLiveKitEgressSettingTable settings_table = {
  &gst_livekit_egress_element_settings, rows, G_N_ELEMENTS (rows)
};

static void gst_livekit_egress_sink_element_init
    (GstLiveKitEgressElementInterface * iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstLiveKitEgressSink, gst_livekit_egress_sink,
    GST_TYPE_ELEMENT,
    GST_LIVEKIT_EGRESS_IMPLEMENT_ELEMENT
    (gst_livekit_egress_sink_element_init));

GST_ELEMENT_REGISTER_DEFINE_WITH_CODE (livekitegresssink, "livekitegresssink",
    GST_RANK_NONE, GST_TYPE_LIVEKIT_EGRESS_SINK,
    gst_livekit_egress_plugin_init ());

/*** Reaching PAUSED ***/

/* FALSE when it was reached, or is not to be reached any more. */
static gboolean
finish_starting (GstLiveKitEgressSink * self, guint run)
{
  gboolean starting;

  GST_OBJECT_LOCK (self);
  starting = self->starting && self->run == run;
  if (starting)
    self->starting = FALSE;
  GST_OBJECT_UNLOCK (self);

  return starting;
}

static void
post_async_done (GstElement * element)
{
  gst_element_post_message (element,
      gst_message_new_async_done (GST_OBJECT (element), GST_CLOCK_TIME_NONE));
}

static void
commit_paused (GstElement * element, gpointer run)
{
  GstLiveKitEgressSink *self = GST_LIVEKIT_EGRESS_SINK (element);

  GST_STATE_LOCK (element);
  if (finish_starting (self, GPOINTER_TO_UINT (run))) {
    gst_element_continue_state (element, GST_STATE_CHANGE_SUCCESS);
    post_async_done (element);
  }
  GST_STATE_UNLOCK (element);
}

/* Whoever changes the state holds its lock, and may be waiting for the thread of the control: the lock
 * is for another thread. */
static void
reach_paused (GstLiveKitEgressSink * self)
{
  guint run;
  gboolean starting;

  GST_OBJECT_LOCK (self);
  run = self->run;
  starting = self->starting;
  GST_OBJECT_UNLOCK (self);

  if (starting)
    gst_element_call_async (GST_ELEMENT (self), commit_paused,
        GUINT_TO_POINTER (run), NULL);
}

/*** The run ***/

static void
post_eos (GstLiveKitEgressSink * self)
{
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_eos (GST_OBJECT (self)));
}

static void
gst_livekit_egress_sink_state_changed (GstLiveKitEgressElement * element,
    LkEgressJobState state)
{
  if (state == LK_EGRESS_JOB_STATE_ACTIVE
      || state == LK_EGRESS_JOB_STATE_ENDING)
    reach_paused (GST_LIVEKIT_EGRESS_SINK (element));
}

/* EOS is for PLAYING, as that of every sink. */
static void
gst_livekit_egress_sink_ended (GstLiveKitEgressElement * element,
    const GError * error)
{
  GstLiveKitEgressSink *self = GST_LIVEKIT_EGRESS_SINK (element);
  gboolean playing, starting;

  if (error != NULL) {
    GST_OBJECT_LOCK (self);
    starting = self->starting;
    self->starting = FALSE;
    GST_OBJECT_UNLOCK (self);

    if (starting)
      gst_element_abort_state (GST_ELEMENT (self));
    gst_livekit_egress_element_post_error (element, error);
    return;
  }

  GST_OBJECT_LOCK (self);
  self->ended = TRUE;
  playing = self->playing;
  GST_OBJECT_UNLOCK (self);

  reach_paused (self);
  if (playing)
    post_eos (self);
}

static gboolean
start (GstLiveKitEgressSink * self)
{
  GstLiveKitEgressElement *element = GST_LIVEKIT_EGRESS_ELEMENT (self);
  LkEgressClient *client;
  g_autoptr (LkEgressRequest) request =
      gst_livekit_egress_element_prepare (element, TRUE, &client);
  g_autoptr (GError) error = NULL;

  if (request == NULL)
    return FALSE;
  if (!gst_livekit_egress_element_attaches (element)
      && g_list_model_get_n_items (lk_egress_request_get_outputs (request)) ==
      0) {
    g_object_unref (client);
    gst_livekit_egress_refuse (&error, "nothing says where the recording "
        "goes; set location, locations, outputs or request");
    gst_livekit_egress_element_post_error (element, error);
    return FALSE;
  }

  GST_OBJECT_LOCK (self);
  self->run++;
  self->starting = TRUE;
  self->ended = FALSE;
  GST_OBJECT_UNLOCK (self);

  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_async_start (GST_OBJECT (self)));
  gst_livekit_egress_element_start (element, client, request, NULL, TRUE);
  return TRUE;
}

/* Whoever waits for PAUSED waits no more. */
static void
clean_up (GstLiveKitEgressSink * self)
{
  if (finish_starting (self, self->run))
    post_async_done (GST_ELEMENT (self));
}

static void
set_playing (GstLiveKitEgressSink * self, gboolean playing)
{
  gboolean ended;

  GST_OBJECT_LOCK (self);
  self->playing = playing;
  ended = self->ended;
  GST_OBJECT_UNLOCK (self);

  if (playing && ended)
    post_eos (self);
}

/*** Element ***/

static GstStateChangeReturn
gst_livekit_egress_sink_change_state (GstElement * element,
    GstStateChange transition)
{
  GstLiveKitEgressSink *self = GST_LIVEKIT_EGRESS_SINK (element);
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
      if (!start (self))
        return GST_STATE_CHANGE_FAILURE;
      break;
    case GST_STATE_CHANGE_PAUSED_TO_PLAYING:
      set_playing (self, TRUE);
      break;
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      set_playing (self, FALSE);
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      gst_livekit_egress_control_finish (self->control);
      clean_up (self);
      break;
    case GST_STATE_CHANGE_READY_TO_NULL:
      gst_livekit_egress_control_close (self->control);
      break;
    default:
      break;
  }

  ret = GST_ELEMENT_CLASS (gst_livekit_egress_sink_parent_class)->change_state
      (element, transition);

  if (ret == GST_STATE_CHANGE_SUCCESS
      && transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    return GST_STATE_CHANGE_ASYNC;
  return ret;
}

/* The end of the egress makes the EOS. There is no other place or pace in what is recorded live, and
 * the latency of a pipeline is of no concern to what does not pass through it. */
static gboolean
gst_livekit_egress_sink_send_event (GstElement * element, GstEvent * event)
{
  const GstEventType type = GST_EVENT_TYPE (event);

  gst_event_unref (event);
  if (type == GST_EVENT_EOS)
    gst_livekit_egress_control_stop (GST_LIVEKIT_EGRESS_SINK
        (element)->control);
  return type == GST_EVENT_EOS || type == GST_EVENT_LATENCY;
}

/* Nothing flows here, so nothing is late. */
static gboolean
gst_livekit_egress_sink_query (GstElement * element, GstQuery * query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY) {
    gst_query_set_latency (query, FALSE, 0, GST_CLOCK_TIME_NONE);
    return TRUE;
  }

  return GST_ELEMENT_CLASS (gst_livekit_egress_sink_parent_class)->query
      (element, query);
}

static void
gst_livekit_egress_sink_element_init (GstLiveKitEgressElementInterface * iface)
{
  iface->uri_type = GST_URI_SINK;
  iface->state_changed = gst_livekit_egress_sink_state_changed;
  iface->ended = gst_livekit_egress_sink_ended;
}

static void
gst_livekit_egress_sink_class_init (GstLiveKitEgressSinkClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  gst_livekit_egress_element_class_init (element_class, &settings_table);

  gst_element_class_set_static_metadata (element_class,
      "LiveKit egress sink", "Sink/Network",
      "Records or streams a LiveKit room, participant, tracks or web page to "
      "files, HLS segments, pictures or addresses",
      "The livekit-egress authors");

  element_class->change_state = gst_livekit_egress_sink_change_state;
  element_class->send_event = gst_livekit_egress_sink_send_event;
  element_class->query = gst_livekit_egress_sink_query;
}

static void
gst_livekit_egress_sink_init (GstLiveKitEgressSink * self)
{
  GstLiveKitEgressElement *element = GST_LIVEKIT_EGRESS_ELEMENT (self);

  gst_livekit_egress_element_init (element, &self->settings, &settings_table);
  self->control = gst_livekit_egress_element_get_control (element);

  /* A pipeline waits for the EOS of its sinks, and sends that of its user to its sources: this is
   * both where the recording ends and what makes it end. */
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
}
