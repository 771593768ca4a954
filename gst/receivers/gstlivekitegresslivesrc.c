/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresslivesrc.h"

#include "gstlivekitegressplugin.h"

#define GST_CAT_DEFAULT gst_livekit_egress_debug

#define STATS_NAME "application/x-livekit-egress-stats"

/* After the end, a sender that goes on is heard for so long. */
#define MAX_DRAIN_TIME (10 * G_TIME_SPAN_SECOND)

typedef struct
{
  /* Of the streaming thread alone. */
  gboolean dropped;             /* what comes next has a gap before it */
  gboolean begun;               /* something was pushed */

  GCond unlocked;               /* flushing began, or the state has changed */

  /* Guarded by the object lock, which is held for nothing that can block. */
  gboolean running;
  gboolean flushing;
  gboolean changed;             /* the state, since the last wait ended */
  GstClockTime latency;
  GstClockTime lag;
  GstLiveKitEgressLiveSrcState state;
  guint64 bytes;
  guint connections;
  gchar *failure;               /* of the last attempt to get at the data */
  gchar *said;                  /* the same, before secrets were taken out: not to be shown */
} GstLiveKitEgressLiveSrcPrivate;

static void gst_livekit_egress_live_src_iface_init
    (GstLiveKitEgressReceiverInterface * iface);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (GstLiveKitEgressLiveSrc,
    gst_livekit_egress_live_src, GST_TYPE_PUSH_SRC,
    G_ADD_PRIVATE (GstLiveKitEgressLiveSrc)
    G_IMPLEMENT_INTERFACE (GST_TYPE_LIVEKIT_EGRESS_RECEIVER,
        gst_livekit_egress_live_src_iface_init));

#define PRIVATE(self) ((GstLiveKitEgressLiveSrcPrivate *) \
    gst_livekit_egress_live_src_get_instance_private (self))

/*** Start and stop ***/

static gboolean
gst_livekit_egress_live_src_start (GstBaseSrc * src)
{
  GstLiveKitEgressLiveSrcPrivate *priv =
      PRIVATE (GST_LIVEKIT_EGRESS_LIVE_SRC (src));

  GST_OBJECT_LOCK (src);
  priv->running = TRUE;
  priv->state.ended = priv->state.connected = FALSE;
  priv->state.last_data = 0;
  priv->lag = 0;
  priv->bytes = priv->connections = 0;
  g_clear_pointer (&priv->failure, g_free);
  g_clear_pointer (&priv->said, g_free);
  GST_OBJECT_UNLOCK (src);
  priv->dropped = priv->begun = FALSE;
  return TRUE;
}

static gboolean
gst_livekit_egress_live_src_stop (GstBaseSrc * src)
{
  GST_OBJECT_LOCK (src);
  PRIVATE (GST_LIVEKIT_EGRESS_LIVE_SRC (src))->running = FALSE;
  GST_OBJECT_UNLOCK (src);
  return TRUE;
}

static void
set_flushing (GstBaseSrc * src, gboolean flushing)
{
  GstLiveKitEgressLiveSrcPrivate *priv =
      PRIVATE (GST_LIVEKIT_EGRESS_LIVE_SRC (src));

  GST_OBJECT_LOCK (src);
  priv->flushing = flushing;
  g_cond_broadcast (&priv->unlocked);
  GST_OBJECT_UNLOCK (src);
}

static gboolean
gst_livekit_egress_live_src_unlock (GstBaseSrc * src)
{
  set_flushing (src, TRUE);
  return TRUE;
}

static gboolean
gst_livekit_egress_live_src_unlock_stop (GstBaseSrc * src)
{
  set_flushing (src, FALSE);
  return TRUE;
}

static gboolean
is_flushing (GstLiveKitEgressLiveSrc * self)
{
  gboolean flushing;

  GST_OBJECT_LOCK (self);
  flushing = PRIVATE (self)->flushing;
  GST_OBJECT_UNLOCK (self);

  return flushing;
}

void
gst_livekit_egress_live_src_wait (GstLiveKitEgressLiveSrc * self, gint64 time)
{
  GstLiveKitEgressLiveSrcPrivate *priv = PRIVATE (self);

  GST_OBJECT_LOCK (self);
  while (!priv->flushing && !priv->changed
      && g_cond_wait_until (&priv->unlocked, GST_OBJECT_GET_LOCK (self), time));
  priv->changed = FALSE;
  GST_OBJECT_UNLOCK (self);
}

/* With the object lock. */
static void
tell_change (GstLiveKitEgressLiveSrcPrivate * priv)
{
  priv->changed = TRUE;
  g_cond_broadcast (&priv->unlocked);
}

/*** Time ***/

static void
post_latency (GstLiveKitEgressLiveSrc * self)
{
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_latency (GST_OBJECT (self)));
}

/* Containers whose own times the demuxer passes on are moved by the segment. */
static void
map_time (GstLiveKitEgressLiveSrc * self, GstClockTime time,
    GstClockTime running_time)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = segment.position = time;
  segment.base = running_time;
  gst_base_src_new_segment (GST_BASE_SRC (self), &segment);
}

/* The running time at which the sender sent it. The first data is older than the running time if it
 * was on its way when the pipeline began to play: then the whole stream is played that much later. */
static void
set_timestamp (GstLiveKitEgressLiveSrc * self, GstBuffer * buffer,
    GstClockTime age)
{
  GstLiveKitEgressLiveSrcPrivate *priv = PRIVATE (self);
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

  now = now > age ? now - age : 0;
  if (GST_BUFFER_PTS_IS_VALID (buffer))
    map_time (self, GST_BUFFER_PTS (buffer), now);
  else
    GST_BUFFER_PTS (buffer) = now;
  if (lags)
    post_latency (self);
}

void
gst_livekit_egress_live_src_set_latency (GstLiveKitEgressLiveSrc * self,
    GstClockTime latency)
{
  GstLiveKitEgressLiveSrcPrivate *priv = PRIVATE (self);
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = priv->running && priv->latency != latency;
  priv->latency = latency;
  GST_OBJECT_UNLOCK (self);

  if (changed)
    post_latency (self);
}

/* What is not read waits: in a folder, at the sender, or where the transport keeps it. */
static gboolean
gst_livekit_egress_live_src_query (GstBaseSrc * src, GstQuery * query)
{
  GstLiveKitEgressLiveSrcPrivate *priv =
      PRIVATE (GST_LIVEKIT_EGRESS_LIVE_SRC (src));
  GstClockTime latency;

  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY) {
    GST_OBJECT_LOCK (src);
    latency = priv->latency + priv->lag;
    GST_OBJECT_UNLOCK (src);
    gst_query_set_latency (query, TRUE, latency, GST_CLOCK_TIME_NONE);
    return TRUE;
  }

  return GST_BASE_SRC_CLASS (gst_livekit_egress_live_src_parent_class)->query
      (src, query);
}

/*** Data ***/

/* FALSE when it is to be dropped. */
static gboolean
count_data (GstLiveKitEgressLiveSrc * self, gsize size)
{
  GstLiveKitEgressLiveSrcPrivate *priv = PRIVATE (self);
  gboolean playing;

  GST_OBJECT_LOCK (self);
  priv->bytes += size;
  priv->state.last_data = g_get_monotonic_time ();
  playing = priv->state.playing;
  GST_OBJECT_UNLOCK (self);

  return playing;
}

void
gst_livekit_egress_live_src_skip (GstLiveKitEgressLiveSrc * self)
{
  PRIVATE (self)->dropped = TRUE;
}

static void
tell_gap (GstLiveKitEgressLiveSrc * self, GstBuffer * buffer)
{
  GstLiveKitEgressLiveSrcPrivate *priv = PRIVATE (self);

  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  if (priv->begun)
    gst_pad_push_event (GST_BASE_SRC_PAD (self),
        gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
            gst_structure_new_empty (GST_LIVEKIT_EGRESS_RECEIVER_SKIPPED)));
  priv->dropped = FALSE;
}

static GstBuffer *
place (GstLiveKitEgressLiveSrc * self, GstBuffer * buffer)
{
  GstLiveKitEgressLiveSrcClass *klass =
      GST_LIVEKIT_EGRESS_LIVE_SRC_GET_CLASS (self);

  return klass->place != NULL ? klass->place (self, buffer) : buffer;
}

static GstFlowReturn
gst_livekit_egress_live_src_create (GstPushSrc * src, GstBuffer ** out)
{
  GstLiveKitEgressLiveSrc *self = GST_LIVEKIT_EGRESS_LIVE_SRC (src);
  GstLiveKitEgressLiveSrcPrivate *priv = PRIVATE (self);

  while (!is_flushing (self)) {
    GstClockTime age = GST_CLOCK_TIME_NONE;
    g_autoptr (GstBuffer) buffer = NULL;
    GstFlowReturn ret =
        GST_LIVEKIT_EGRESS_LIVE_SRC_GET_CLASS (self)->next (self, &buffer,
        &age);

    if (ret != GST_FLOW_OK)
      return ret;
    if (buffer == NULL)
      continue;
    if (!count_data (self, gst_buffer_get_size (buffer))) {
      priv->dropped = TRUE;
      continue;
    }

    if (priv->dropped)
      tell_gap (self, buffer);
    set_timestamp (self, buffer, age);
    *out = place (self, g_steal_pointer (&buffer));
    if (*out == NULL)
      continue;
    priv->begun = TRUE;
    return GST_FLOW_OK;
  }

  return GST_FLOW_FLUSHING;
}

void
gst_livekit_egress_live_src_set_connected (GstLiveKitEgressLiveSrc * self,
    gboolean connected)
{
  GstLiveKitEgressLiveSrcPrivate *priv = PRIVATE (self);

  GST_OBJECT_LOCK (self);
  priv->state.connected = connected;
  if (connected)
    priv->connections++;
  GST_OBJECT_UNLOCK (self);

  GST_INFO_OBJECT (self, "sender %s", connected ? "connected" : "gone");
  gst_livekit_egress_receiver_connected (GST_LIVEKIT_EGRESS_RECEIVER (self),
      connected);
}

static gboolean
is_said (GstLiveKitEgressLiveSrc * self, const gchar * failure)
{
  gboolean said;

  GST_OBJECT_LOCK (self);
  said = g_strcmp0 (PRIVATE (self)->said, failure) == 0;
  GST_OBJECT_UNLOCK (self);
  return said;
}

/* The same again, which comes with each attempt, costs next to nothing. */
void
gst_livekit_egress_live_src_set_failure (GstLiveKitEgressLiveSrc * self,
    const gchar * failure)
{
  GstLiveKitEgressLiveSrcPrivate *priv = PRIVATE (self);
  g_autofree gchar *shown = NULL;

  if (is_said (self, failure))
    return;

  shown = failure != NULL ? lk_egress_redact_text (failure) : NULL;
  GST_OBJECT_LOCK (self);
  g_free (priv->said);
  priv->said = g_strdup (failure);
  g_free (priv->failure);
  priv->failure = g_strdup (shown);
  GST_OBJECT_UNLOCK (self);

  if (shown != NULL)
    GST_INFO_OBJECT (self, "%s", shown);
}

GstLiveKitEgressLiveSrcState
gst_livekit_egress_live_src_get_state (GstLiveKitEgressLiveSrc * self)
{
  GstLiveKitEgressLiveSrcState state;

  GST_OBJECT_LOCK (self);
  state = PRIVATE (self)->state;
  GST_OBJECT_UNLOCK (self);

  return state;
}

gboolean
gst_livekit_egress_live_src_is_drained (GstLiveKitEgressLiveSrc * self,
    gboolean waited)
{
  const GstLiveKitEgressLiveSrcState state =
      gst_livekit_egress_live_src_get_state (self);
  const gint64 now = g_get_monotonic_time ();

  if (!state.ended)
    return FALSE;
  if (now - state.end_time >= MAX_DRAIN_TIME)
    return TRUE;
  /* Who was let in before the end may still be about to be seen, unless the last wait was in vain. */
  return state.connected ? now - state.last_data >= state.linger : waited;
}

static void
set_playing (GstElement * element, gboolean playing)
{
  GstLiveKitEgressLiveSrcPrivate *priv =
      PRIVATE (GST_LIVEKIT_EGRESS_LIVE_SRC (element));

  GST_OBJECT_LOCK (element);
  priv->state.playing = playing;
  if (playing)
    priv->state.plays++;
  tell_change (priv);
  GST_OBJECT_UNLOCK (element);
}

/* Live for everybody else. The base class would not read while the pipeline is paused. */
static GstStateChangeReturn
gst_livekit_egress_live_src_change_state (GstElement * element,
    GstStateChange transition)
{
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    set_playing (element, TRUE);
  else if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    set_playing (element, FALSE);

  ret = GST_ELEMENT_CLASS
      (gst_livekit_egress_live_src_parent_class)->change_state (element,
      transition);

  if (ret == GST_STATE_CHANGE_SUCCESS
      && (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          || transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED))
    return GST_STATE_CHANGE_NO_PREROLL;
  return ret;
}

/*** Receiver ***/

static void
gst_livekit_egress_live_src_end (GstLiveKitEgressReceiver * receiver,
    GstClockTime linger)
{
  GstLiveKitEgressLiveSrc *self = GST_LIVEKIT_EGRESS_LIVE_SRC (receiver);
  GstLiveKitEgressLiveSrcState *state = &PRIVATE (self)->state;

  if (GST_LIVEKIT_EGRESS_LIVE_SRC_GET_CLASS (self)->end != NULL)
    GST_LIVEKIT_EGRESS_LIVE_SRC_GET_CLASS (self)->end (self);

  GST_OBJECT_LOCK (self);
  if (!state->ended)
    state->end_time = g_get_monotonic_time ();
  state->ended = TRUE;
  state->linger = GST_TIME_AS_USECONDS (linger);
  tell_change (PRIVATE (self));
  GST_OBJECT_UNLOCK (self);
}

/* How long ago. */
static GstClockTime
get_age (gint64 time)
{
  return time == 0 ? GST_CLOCK_TIME_NONE :
      (guint64) (g_get_monotonic_time () - time) * GST_USECOND;
}

static GstStructure *
gst_livekit_egress_live_src_get_stats (GstLiveKitEgressReceiver * receiver)
{
  GstLiveKitEgressLiveSrc *self = GST_LIVEKIT_EGRESS_LIVE_SRC (receiver);
  GstLiveKitEgressLiveSrcPrivate *priv = PRIVATE (self);
  GstStructure *stats = NULL;

  GST_OBJECT_LOCK (self);
  if (priv->running)
    stats = gst_structure_new (STATS_NAME,
        "connected", G_TYPE_BOOLEAN, priv->state.connected,
        "reconnects", G_TYPE_UINT, MAX (priv->connections, 1) - 1,
        "bytes", G_TYPE_UINT64, priv->bytes,
        "last-data", G_TYPE_UINT64, get_age (priv->state.last_data), NULL);
  if (stats != NULL && priv->failure != NULL)
    gst_structure_set (stats, "last-failure", G_TYPE_STRING, priv->failure,
        NULL);
  GST_OBJECT_UNLOCK (self);

  if (stats != NULL)
    GST_LIVEKIT_EGRESS_LIVE_SRC_GET_CLASS (self)->add_stats (self, stats);
  return stats;
}

static void
gst_livekit_egress_live_src_iface_init (GstLiveKitEgressReceiverInterface *
    iface)
{
  iface->end = gst_livekit_egress_live_src_end;
  iface->get_stats = gst_livekit_egress_live_src_get_stats;
}

/*** Object ***/

static void
gst_livekit_egress_live_src_finalize (GObject * object)
{
  GstLiveKitEgressLiveSrcPrivate *priv =
      PRIVATE (GST_LIVEKIT_EGRESS_LIVE_SRC (object));

  g_cond_clear (&priv->unlocked);
  g_free (priv->failure);
  g_free (priv->said);

  G_OBJECT_CLASS (gst_livekit_egress_live_src_parent_class)->finalize (object);
}

static void
gst_livekit_egress_live_src_class_init (GstLiveKitEgressLiveSrcClass * klass)
{
  GstBaseSrcClass *src_class = GST_BASE_SRC_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_livekit_egress_live_src_finalize;
  GST_ELEMENT_CLASS (klass)->change_state =
      gst_livekit_egress_live_src_change_state;
  src_class->start = gst_livekit_egress_live_src_start;
  src_class->stop = gst_livekit_egress_live_src_stop;
  src_class->unlock = gst_livekit_egress_live_src_unlock;
  src_class->unlock_stop = gst_livekit_egress_live_src_unlock_stop;
  src_class->query = gst_livekit_egress_live_src_query;
  GST_PUSH_SRC_CLASS (klass)->create = gst_livekit_egress_live_src_create;
}

static void
gst_livekit_egress_live_src_init (GstLiveKitEgressLiveSrc * self)
{
  g_cond_init (&PRIVATE (self)->unlocked);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
}
