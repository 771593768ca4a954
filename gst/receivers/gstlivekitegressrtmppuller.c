/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressrtmppuller.h"

#include <string.h>

#include "gstlivekitegresserror.h"
#include "gstlivekitegressflv.h"
#include "gstlivekitegressflvtimeline.h"
#include "gstlivekitegressplugin.h"

/* An egress sends all the time: who does not has gone, or hangs. In seconds. */
#define MAX_SILENCE 10

#define RETRY_TIME (G_TIME_SPAN_SECOND / 2)

/* As many may wait to be read. */
#define MAX_TAGS 16

#define FLV_START_SIZE 13       /* the header of FLV and the back pointer after it */

struct _GstLiveKitEgressRtmpPuller
{
  GstLiveKitEgressLiveSrc parent;

  gchar *location;              /* set before the first state change */
  gchar *key;                   /* of it; from start to stop */

  /* From start to stop, and of the streaming thread alone in between. The pipeline, which is ours alone,
   * plays while there is a connection or one is tried. */
  GstElement *pipeline, *sink;
  gboolean playing;
  gint64 next_try;              /* monotonic */
  GstLiveKitEgressFlvTimeline *timeline;
  GstLiveKitEgressFlvStream flv;
  gboolean begun;               /* the connection gave something, */
  gboolean connected;           /* and media */
  gboolean waited;              /* the last read was in vain */

  guint64 n_messages;           /* guarded by the object lock */
};

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-flv"));

static void gst_livekit_egress_rtmp_puller_iface_init
    (GstLiveKitEgressReceiverInterface * iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstLiveKitEgressRtmpPuller,
    gst_livekit_egress_rtmp_puller, GST_TYPE_LIVEKIT_EGRESS_LIVE_SRC,
    G_IMPLEMENT_INTERFACE (GST_TYPE_LIVEKIT_EGRESS_RECEIVER,
        gst_livekit_egress_rtmp_puller_iface_init));

#define parent_class gst_livekit_egress_rtmp_puller_parent_class

/*** The location ***/

/* The key is what is behind the last slash: it is in no sentence. */
static gboolean
set_location (GstLiveKitEgressRtmpPuller * self, GstElement * src,
    GError ** error)
{
  g_autoptr (GUri) uri =
      g_uri_parse (self->location, G_URI_FLAGS_ENCODED, NULL);
  g_autofree gchar *application = NULL;
  const gchar *path, *key;
  gboolean tls;

  if (uri == NULL)
    goto refused;
  tls = g_str_equal (g_uri_get_scheme (uri), "rtmps");
  path = g_uri_get_path (uri);
  key = strrchr (path, '/');
  if ((!tls && !g_str_equal (g_uri_get_scheme (uri), "rtmp"))
      || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0'
      || g_uri_get_port (uri) == 0 || g_uri_get_userinfo (uri) != NULL
      || g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL
      || key == NULL || key - path < 2 || key[1] == '\0')
    goto refused;

  self->key = g_strdup (key + 1);
  application = g_strndup (path + 1, (gsize) (key - path) - 1);
  gst_util_set_object_arg (G_OBJECT (src), "scheme", tls ? "rtmps" : "rtmp");
  g_object_set (src, "host", g_uri_get_host (uri),
      "port", g_uri_get_port (uri) > 0 ? g_uri_get_port (uri) :
      tls ? 443 : 1935, "application", application, "stream", self->key, NULL);
  return TRUE;

refused:
  return gst_livekit_egress_refuse (error,
      "rtmp-location is not rtmp://HOST[:PORT]/APPLICATION/KEY, or the same "
      "with rtmps");
}

/*** Logs ***/

/* These parts of rtmp2src write the key into their logs, in what is no warning. They have no category
 * before they are used, and take one that is there. */
static void
limit_logs (gboolean limited)
{
  static const gchar *const names[] = { "rtmpclient", "rtmpconnection",
    "rtmpmessage", "rtmpchunkstream", "rtmpamf"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    GstDebugCategory *category = NULL;

    GST_DEBUG_CATEGORY_INIT (category, names[i], 0, "RTMP");
    if (!limited)
      gst_debug_category_reset_threshold (category);
    else if (gst_debug_category_get_threshold (category) > GST_LEVEL_WARNING)
      gst_debug_category_set_threshold (category, GST_LEVEL_WARNING);
  }
}

/* As long as one of us may connect, in the whole process: there are no other categories. */
static void
count_users (gint change)
{
  static GMutex lock;
  static gint n_users;

  g_mutex_lock (&lock);
  n_users += change;
  limit_logs (n_users > 0);
  g_mutex_unlock (&lock);
}

/*** Start and stop ***/

static GstElement *
make (GstLiveKitEgressRtmpPuller * self, const gchar * factory)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element == NULL)
    gst_livekit_egress_post_missing (GST_ELEMENT (self), factory);
  else
    gst_bin_add (GST_BIN (self->pipeline), element);
  return element;
}

static gboolean
build (GstLiveKitEgressRtmpPuller * self)
{
  g_autoptr (GError) error = NULL;
  GstElement *src;

  self->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  src = make (self, "rtmp2src");
  self->sink = src != NULL ? make (self, "appsink") : NULL;
  if (self->sink == NULL)
    return FALSE;
  if (!set_location (self, src, &error)) {
    gst_livekit_egress_post_error (GST_ELEMENT (self), error, NULL, NULL);
    return FALSE;
  }

  g_object_set (src, "idle-timeout", MAX_SILENCE, NULL);
  /* When it is full, TCP holds back what is too much. */
  g_object_set (self->sink, "sync", FALSE, "async", FALSE,
      "max-buffers", MAX_TAGS, NULL);
  return gst_element_link (src, self->sink);
}

static gboolean
gst_livekit_egress_rtmp_puller_start (GstBaseSrc * src)
{
  GstLiveKitEgressRtmpPuller *self = GST_LIVEKIT_EGRESS_RTMP_PULLER (src);

  if (!build (self)) {
    gst_clear_object (&self->pipeline);
    return FALSE;
  }
  count_users (1);
  self->timeline = gst_livekit_egress_flv_timeline_new ();
  self->playing = self->begun = self->connected = self->waited = FALSE;
  self->next_try = 0;
  GST_OBJECT_LOCK (self);
  self->n_messages = 0;
  GST_OBJECT_UNLOCK (self);
  return GST_BASE_SRC_CLASS (parent_class)->start (src);
}

static gboolean
gst_livekit_egress_rtmp_puller_stop (GstBaseSrc * src)
{
  GstLiveKitEgressRtmpPuller *self = GST_LIVEKIT_EGRESS_RTMP_PULLER (src);

  GST_BASE_SRC_CLASS (parent_class)->stop (src);

  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_clear_object (&self->pipeline);
  count_users (-1);
  g_clear_pointer (&self->timeline, gst_livekit_egress_flv_timeline_free);
  g_clear_pointer (&self->key, g_free);
  return TRUE;
}

/*** Connections ***/

static void
connect_to_server (GstLiveKitEgressRtmpPuller * self)
{
  count_users (0);
  memset (&self->flv, 0, sizeof self->flv);
  self->playing = TRUE;
  self->begun = FALSE;
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
}

static void
disconnect (GstLiveKitEgressRtmpPuller * self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  self->playing = FALSE;
  self->next_try = g_get_monotonic_time () + RETRY_TIME;
  if (self->connected)
    gst_livekit_egress_live_src_set_connected (GST_LIVEKIT_EGRESS_LIVE_SRC
        (self), FALSE);
  self->connected = FALSE;
}

/* What a server or rtmp2src says may have the key in it. */
static void
tell_failure (GstLiveKitEgressRtmpPuller * self, GstMessage * message)
{
  g_autoptr (GString) text = g_string_new ("the server ended the stream");
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    g_string_assign (text, error->message);
  }
  g_string_replace (text, self->key, "{...}", 0);
  g_string_prepend (text, "rtmp-location cannot be read: ");
  gst_livekit_egress_live_src_set_failure (GST_LIVEKIT_EGRESS_LIVE_SRC (self),
      text->str);
}

/* Whether the server ended the stream, or cannot be reached. */
static gboolean
is_over (GstLiveKitEgressRtmpPuller * self)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  g_autoptr (GstMessage) message = gst_bus_pop_filtered (bus,
      GST_MESSAGE_ERROR | GST_MESSAGE_EOS);

  if (message != NULL)
    tell_failure (self, message);
  return message != NULL;
}

/*** Data ***/

static gboolean
is_good (GstLiveKitEgressRtmpPuller * self, GstBuffer * tag, GError ** error)
{
  gboolean good = FALSE;
  GstMapInfo map;

  if (!gst_buffer_map (tag, &map, GST_MAP_READ))
    return FALSE;
  if (map.size >= GST_LIVEKIT_EGRESS_FLV_HEADER_SIZE
      + GST_LIVEKIT_EGRESS_FLV_POINTER_SIZE
      && GST_READ_UINT24_BE (map.data + 1) == map.size
      - GST_LIVEKIT_EGRESS_FLV_HEADER_SIZE
      - GST_LIVEKIT_EGRESS_FLV_POINTER_SIZE)
    good = gst_livekit_egress_flv_check (&self->flv, map.data[0],
        map.data + GST_LIVEKIT_EGRESS_FLV_HEADER_SIZE,
        GST_READ_UINT24_BE (map.data + 1),
        error) == GST_LIVEKIT_EGRESS_FLV_GOOD;
  gst_buffer_unmap (tag, &map);
  return good;
}

/* The first tag of a connection comes together with the header of FLV. */
static GstBuffer *
take_tag (GstLiveKitEgressRtmpPuller * self, GstBuffer * tag,
    GstClockTime * age, GError ** error)
{
  const gint64 now = g_get_monotonic_time ();

  tag = gst_buffer_make_writable (tag);
  GST_BUFFER_PTS (tag) = GST_BUFFER_DTS (tag) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_FLAG_UNSET (tag, GST_BUFFER_FLAG_DISCONT);
  if (!self->begun) {
    self->begun = TRUE;
    gst_livekit_egress_flv_timeline_take (self->timeline,
        gst_livekit_egress_flv_new_header (), now, age);
    if (gst_buffer_memcmp (tag, 0, "FLV", 3) == 0
        && gst_buffer_get_size (tag) >= FLV_START_SIZE)
      gst_buffer_resize (tag, FLV_START_SIZE, -1);
  }
  if (!is_good (self, tag, error)) {
    gst_buffer_unref (tag);
    return NULL;
  }
  return gst_livekit_egress_flv_timeline_take (self->timeline, tag, now, age);
}

static void
note_media (GstLiveKitEgressRtmpPuller * self, GstBuffer * media)
{
  GstLiveKitEgressLiveSrc *src = GST_LIVEKIT_EGRESS_LIVE_SRC (self);

  if (!self->connected) {
    gst_livekit_egress_live_src_set_failure (src, NULL);
    gst_livekit_egress_live_src_set_connected (src, TRUE);
  }
  self->connected = TRUE;
  /* The demuxer would keep the gap to itself. */
  if (GST_BUFFER_FLAG_IS_SET (media, GST_BUFFER_FLAG_DISCONT))
    gst_livekit_egress_live_src_skip (src);
  GST_OBJECT_LOCK (self);
  self->n_messages++;
  GST_OBJECT_UNLOCK (self);
}

static GstFlowReturn
gst_livekit_egress_rtmp_puller_next (GstLiveKitEgressLiveSrc * src,
    GstBuffer ** buffer, GstClockTime * age)
{
  GstLiveKitEgressRtmpPuller *self = GST_LIVEKIT_EGRESS_RTMP_PULLER (src);
  g_autoptr (GstSample) sample = NULL;
  g_autoptr (GError) error = NULL;

  if (gst_livekit_egress_live_src_is_drained (src, self->waited))
    return GST_FLOW_EOS;

  self->waited = FALSE;
  if (!self->playing && g_get_monotonic_time () >= self->next_try
      && !gst_livekit_egress_live_src_get_state (src).ended)
    connect_to_server (self);
  if (self->playing)
    g_signal_emit_by_name (self->sink, "try-pull-sample",
        GST_LIVEKIT_EGRESS_LIVE_SRC_MOMENT, &sample);
  if (sample != NULL) {
    *buffer =
        take_tag (self, gst_buffer_ref (gst_sample_get_buffer (sample)), age,
        &error);
  } else {
    if (!self->playing)
      gst_livekit_egress_live_src_wait (src, self->next_try);
    else if (is_over (self))
      disconnect (self);
    self->waited = TRUE;
  }

  if (error != NULL) {
    gst_livekit_egress_post_error (GST_ELEMENT (self), error, NULL, NULL);
    return GST_FLOW_ERROR;
  }
  if (*buffer != NULL)
    note_media (self, *buffer);
  return GST_FLOW_OK;
}

static GstBuffer *
gst_livekit_egress_rtmp_puller_place (GstLiveKitEgressLiveSrc * src,
    GstBuffer * buffer)
{
  return
      gst_livekit_egress_flv_timeline_place (GST_LIVEKIT_EGRESS_RTMP_PULLER
      (src)->timeline, buffer);
}

static void
gst_livekit_egress_rtmp_puller_add_stats (GstLiveKitEgressLiveSrc * src,
    GstStructure * stats)
{
  GST_OBJECT_LOCK (src);
  gst_structure_set (stats, "messages", G_TYPE_UINT64,
      GST_LIVEKIT_EGRESS_RTMP_PULLER (src)->n_messages, NULL);
  GST_OBJECT_UNLOCK (src);
}

/*** Receiver ***/

static void
gst_livekit_egress_rtmp_puller_configure (GstLiveKitEgressReceiver * receiver,
    const GstLiveKitEgressReceiverConfig * config)
{
  GstLiveKitEgressRtmpPuller *self = GST_LIVEKIT_EGRESS_RTMP_PULLER (receiver);

  g_free (self->location);
  self->location = g_strdup (config->rtmp_location);
  gst_livekit_egress_live_src_set_latency (GST_LIVEKIT_EGRESS_LIVE_SRC (self),
      config->latency * GST_MSECOND);
}

static gboolean
gst_livekit_egress_rtmp_puller_add_output (GstLiveKitEgressReceiver * receiver,
    LkEgressRequest * request, GError ** error)
{
  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_RTMP,
      GST_LIVEKIT_EGRESS_RTMP_PULLER (receiver)->location);
  return TRUE;
}

static void
gst_livekit_egress_rtmp_puller_iface_init (GstLiveKitEgressReceiverInterface *
    iface)
{
  iface->configure = gst_livekit_egress_rtmp_puller_configure;
  iface->add_output = gst_livekit_egress_rtmp_puller_add_output;
}

/*** Object ***/

static void
gst_livekit_egress_rtmp_puller_finalize (GObject * object)
{
  g_free (GST_LIVEKIT_EGRESS_RTMP_PULLER (object)->location);

  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_livekit_egress_rtmp_puller_class_init (GstLiveKitEgressRtmpPullerClass *
    klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *src_class = GST_BASE_SRC_CLASS (klass);
  GstLiveKitEgressLiveSrcClass *live_class =
      GST_LIVEKIT_EGRESS_LIVE_SRC_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_livekit_egress_rtmp_puller_finalize;
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "LiveKit egress RTMP puller", "Source/Network",
      "Reads the stream of a LiveKit egress from an RTMP server",
      "The livekit-egress authors");

  src_class->start = gst_livekit_egress_rtmp_puller_start;
  src_class->stop = gst_livekit_egress_rtmp_puller_stop;
  live_class->next = gst_livekit_egress_rtmp_puller_next;
  live_class->place = gst_livekit_egress_rtmp_puller_place;
  live_class->add_stats = gst_livekit_egress_rtmp_puller_add_stats;
}

static void
gst_livekit_egress_rtmp_puller_init (GstLiveKitEgressRtmpPuller * self)
{
}
