/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressbranch.h"

#include <string.h>

#include "gstlivekitegressplugin.h"
#include "gstlivekitegressscout.h"
#include "gstlivekitegressreceiver.h"

#define GST_CAT_DEFAULT gst_livekit_egress_debug

/* A reader that is slower than the stream loses the oldest, and holds no other pad up. */
#define MAX_TIME (5 * GST_SECOND)
#define MAX_BYTES (16 * 1024 * 1024)

/* How long a stream that goes on after a gap may be without a key frame. */
#define MAX_KEY_FRAME_TIME (10 * GST_SECOND)

struct _GstLiveKitEgressBranch
{
  GstBin *bin;                  /* not owned */
  GstLiveKitEgressBranchFunc drained;
  gint is_drained;              /* accessed atomically */
  gpointer user_data;

  GstCaps *demuxer_caps;
  gchar *id;                    /* the end of the name of the demuxer's pad, which is its PID */
  GstPad *pad;                  /* of the demuxer, NULL after it has gone */
  gulong pad_probe;

  GstElement *queue;
  GstElement *parser;           /* NULL: there is none for this stream */
  GstPad *sink;                 /* of the queue */
  GstPad *src;                  /* of the last of them */
  GstPad *ghost;                /* not owned, belongs to the bin */
  gulong block;

  GMutex limit_lock;            /* guards the limit of the queue and the next three */
  gboolean released;
  GstClockTime latency;         /* of the pipeline; 0 before it is told */
  GstClockTime held;            /* by the queue before anything left it */

  GstLiveKitEgressScout *scout; /* until the caps are known */
  GstCaps *caps;
  gboolean aligned;

  gboolean warned;              /* that its reader is slow; of the demuxer's thread alone */

  /* Of the pad's thread alone. */
  gboolean awaits_key_frame;
  GstClockTime awaited_since;
};

static const struct
{
  const gchar *caps;
  const gchar *parser;
} parsers[] = {
  {"video/x-h264", "h264parse"},
  {"video/x-h265", "h265parse"},
  {"audio/mpeg, mpegversion = (int) 1", "mpegaudioparse"},
  {"audio/mpeg", "aacparse"},
};

static const gchar *
get_parser_name (const GstCaps * caps)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (parsers); i++) {
    g_autoptr (GstCaps) parsed = gst_caps_from_string (parsers[i].caps);

    if (gst_caps_can_intersect (caps, parsed))
      return parsers[i].parser;
  }
  return NULL;
}

static gboolean
has_media_type (const GstCaps * caps, const gchar * prefix)
{
  return g_str_has_prefix (gst_structure_get_name (gst_caps_get_structure (caps,
              0)), prefix);
}

/* "video_0_0041": the number in the middle is that of the program, which changes. */
static const gchar *
get_id (GstPad * pad)
{
  const gchar *underscore = strrchr (GST_PAD_NAME (pad), '_');

  return underscore != NULL ? underscore + 1 : GST_PAD_NAME (pad);
}

/*** What leaves ***/

/* After a gap that is no loss, video goes on with a whole picture. */
static GstPadProbeReturn
skip_to_key_frame (GstLiveKitEgressBranch * self, GstBuffer * buffer)
{
  const GstClockTime time = GST_BUFFER_DTS_OR_PTS (buffer);

  if (!GST_CLOCK_TIME_IS_VALID (self->awaited_since))
    self->awaited_since = time;
  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT)
      && GST_CLOCK_TIME_IS_VALID (time)
      && time < self->awaited_since + MAX_KEY_FRAME_TIME)
    return GST_PAD_PROBE_DROP;

  self->awaits_key_frame = FALSE;
  return GST_PAD_PROBE_OK;
}

/* What the parser first says of video does not tell its size. */
static gboolean
is_complete (GstLiveKitEgressBranch * self, GstEvent * event)
{
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  return !gst_structure_has_field (gst_caps_get_structure (self->caps, 0),
      "width") || gst_structure_has_field (gst_caps_get_structure (caps, 0),
      "width");
}

static GstPadProbeReturn
on_leaving_event (GstLiveKitEgressBranch * self, GstEvent * event)
{
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      return is_complete (self, event) ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
    case GST_EVENT_CUSTOM_DOWNSTREAM:
      if (!gst_event_has_name (event, GST_LIVEKIT_EGRESS_RECEIVER_SKIPPED))
        return GST_PAD_PROBE_OK;
      self->awaits_key_frame = TRUE;
      self->awaited_since = GST_CLOCK_TIME_NONE;
      return GST_PAD_PROBE_DROP;
    case GST_EVENT_EOS:
      g_atomic_int_set (&self->is_drained, TRUE);
      self->drained (self, self->user_data);
      return GST_PAD_PROBE_OK;
    default:
      return GST_PAD_PROBE_OK;
  }
}

static GstPadProbeReturn
on_leaving (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstLiveKitEgressBranch *self = user_data;
  GstPadProbeReturn ret;

  if (info->type & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM)
    return on_leaving_event (self, GST_PAD_PROBE_INFO_EVENT (info));
  if (!self->awaits_key_frame)
    return GST_PAD_PROBE_OK;

  ret = skip_to_key_frame (self, GST_PAD_PROBE_INFO_BUFFER (info));
  if (ret == GST_PAD_PROBE_OK) {
    GST_PAD_PROBE_INFO_DATA (info) =
        gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
    GST_BUFFER_FLAG_SET (GST_PAD_PROBE_INFO_BUFFER (info),
        GST_BUFFER_FLAG_DISCONT);
  }
  return ret;
}

/*** What comes ***/

/* Where the demuxer's packets were seen to be access units, the parser needs not wait for the next to
 * know the end of one. The frame rate that a demuxer of fragments tells is a guess, which changes with the
 * first of them, and some muxers take no change: the stream tells its own. */
static GstPadProbeReturn
correct_caps (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstLiveKitEgressBranch *self = user_data;
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  g_autoptr (GstCaps) corrected = NULL;
  GstCaps *caps;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;

  gst_event_parse_caps (event, &caps);
  corrected = gst_caps_copy (caps);
  gst_structure_remove_field (gst_caps_get_structure (corrected, 0),
      "framerate");
  if (self->aligned)
    gst_caps_set_simple (corrected, "alignment", G_TYPE_STRING, "au", NULL);
  GST_PAD_PROBE_INFO_DATA (info) = gst_event_new_caps (corrected);
  gst_event_set_seqnum (GST_PAD_PROBE_INFO_EVENT (info),
      gst_event_get_seqnum (event));
  gst_event_unref (event);
  return GST_PAD_PROBE_OK;
}

/* A parser whose input could be passed on as it is prefers that to what its reader names first, so that
 * the promise would change the form of the stream. The reader is asked for the first that it names. */
static GstPadProbeReturn
on_query (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstLiveKitEgressBranch *self = user_data;
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
  g_autoptr (GstCaps) allowed = NULL;
  g_autoptr (GstCaps) ours = NULL;
  GstStructure *first;
  GstCaps *caps;

  if (!self->aligned || GST_QUERY_TYPE (query) != GST_QUERY_CAPS
      || !(info->type & GST_PAD_PROBE_TYPE_PULL))
    return GST_PAD_PROBE_OK;

  gst_query_parse_caps_result (query, &caps);
  ours = gst_pad_get_pad_template_caps (pad);
  allowed = gst_caps_make_writable (gst_caps_truncate
      (gst_caps_intersect_full (ours, caps, GST_CAPS_INTERSECT_ZIG_ZAG)));
  if (!gst_caps_is_empty (allowed)) {
    first = gst_caps_get_structure (allowed, 0);
    gst_structure_fixate_field (first, "stream-format");
    gst_structure_fixate_field (first, "alignment");
    gst_query_set_caps_result (query, allowed);
  }
  return GST_PAD_PROBE_OK;
}

/* A pad that takes over from another says again what was said. */
static gboolean
is_news (GstLiveKitEgressBranch * self, GstEvent * event)
{
  g_autoptr (GstEvent) told = NULL;
  const GstSegment *old_segment, *segment;
  GstCaps *old_caps, *caps;

  if (!GST_EVENT_IS_STICKY (event))
    return TRUE;
  told = gst_pad_get_sticky_event (self->sink, GST_EVENT_TYPE (event), 0);
  if (told == NULL)
    return TRUE;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      return FALSE;
    case GST_EVENT_CAPS:
      gst_event_parse_caps (told, &old_caps);
      gst_event_parse_caps (event, &caps);
      return !gst_caps_is_equal (old_caps, caps);
    case GST_EVENT_SEGMENT:
      gst_event_parse_segment (told, &old_segment);
      gst_event_parse_segment (event, &segment);
      return !gst_segment_is_equal (old_segment, segment);
    default:
      return TRUE;
  }
}

static GstPadProbeReturn
on_coming_event (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstLiveKitEgressBranch *self = user_data;

  return is_news (self, GST_PAD_PROBE_INFO_EVENT (info)) ?
      GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

void
gst_livekit_egress_branch_detach (GstLiveKitEgressBranch * self)
{
  if (self->pad == NULL)
    return;

  gst_pad_remove_probe (self->pad, self->pad_probe);
  gst_pad_unlink (self->pad, self->sink);
  gst_clear_object (&self->pad);
}

void
gst_livekit_egress_branch_attach (GstLiveKitEgressBranch * self, GstPad * pad)
{
  gst_livekit_egress_branch_detach (self);

  if (self->id == NULL)
    self->id = g_strdup (get_id (pad));
  self->pad = gst_object_ref (pad);
  self->pad_probe = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      on_coming_event, self, NULL);
  gst_pad_link (pad, self->sink);
}

GstPad *
gst_livekit_egress_branch_get_pad (GstLiveKitEgressBranch * self)
{
  return self->pad;
}

gboolean
gst_livekit_egress_branch_is (GstLiveKitEgressBranch * self, GstPad * pad,
    const GstCaps * caps)
{
  return g_strcmp0 (self->id, get_id (pad)) == 0
      && gst_caps_is_equal (self->demuxer_caps, caps);
}

gboolean
gst_livekit_egress_branch_is_video (GstLiveKitEgressBranch * self)
{
  return has_media_type (self->demuxer_caps, "video/");
}

void
gst_livekit_egress_branch_look_at (GstLiveKitEgressBranch * self,
    GstMiniObject * item)
{
  if (self->scout == NULL)
    return;

  gst_livekit_egress_scout_look_at (self->scout, item);
  if (gst_livekit_egress_scout_get_caps (self->scout) == NULL)
    return;

  self->caps = gst_caps_ref (gst_livekit_egress_scout_get_caps (self->scout));
  self->aligned = gst_livekit_egress_branch_is_video (self)
      && gst_livekit_egress_scout_is_aligned (self->scout);
  g_clear_pointer (&self->scout, gst_livekit_egress_scout_free);
}

GstCaps *
gst_livekit_egress_branch_get_caps (GstLiveKitEgressBranch * self)
{
  return self->caps;
}

/*** The pad ***/

/* A reader that is taken away while it takes something, or that is linked before it is up, does not stop
 * the stream, which would stop the other pads with it. Whoever reads after it begins with a key frame. */
static GstFlowReturn
give_to_reader (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  GstLiveKitEgressBranch *self = pad->chaindata;
  const GstFlowReturn ret = gst_proxy_pad_chain_default (pad, parent, buffer);

  if (ret != GST_FLOW_FLUSHING && ret != GST_FLOW_NOT_LINKED)
    return ret;

  self->awaits_key_frame = TRUE;
  self->awaited_since = GST_CLOCK_TIME_NONE;
  return ret == GST_FLOW_FLUSHING && !GST_PAD_IS_FLUSHING (self->ghost) ?
      GST_FLOW_OK : ret;
}

GstPad *
gst_livekit_egress_branch_make_ghost (GstLiveKitEgressBranch * self,
    const gchar * name, GstPadTemplate * template)
{
  g_autoptr (GstEvent) start = gst_pad_get_sticky_event (self->pad,
      GST_EVENT_STREAM_START, 0);
  g_autoptr (GstEvent) caps = gst_event_new_caps (self->caps);
  g_autoptr (GstProxyPad) inner = NULL;

  self->ghost = gst_ghost_pad_new_from_template (name, self->src, template);
  inner = gst_proxy_pad_get_internal (GST_PROXY_PAD (self->ghost));
  gst_pad_set_chain_function_full (GST_PAD (inner), give_to_reader, self, NULL);
  gst_pad_set_active (self->ghost, TRUE);
  /* Who looks at the new pad finds them. The parser tells them anew, in the form that was asked for,
   * before anything else leaves. */
  if (start != NULL)
    gst_pad_store_sticky_event (self->ghost, start);
  gst_pad_store_sticky_event (self->ghost, caps);

  return self->ghost;
}

GstPad *
gst_livekit_egress_branch_get_ghost (GstLiveKitEgressBranch * self)
{
  return self->ghost;
}

/* That of the stream alone, before the pipeline has told its own. */
static GstClockTime
get_latency (GstLiveKitEgressBranch * self)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  GstClockTime latency = 0;

  if (gst_pad_peer_query (self->sink, query))
    gst_query_parse_latency (query, NULL, &latency, NULL);
  return latency;
}

/* With the lock. */
static void
limit_queue (GstLiveKitEgressBranch * self)
{
  g_object_set (self->queue, "max-size-time",
      MAX_TIME + self->latency + self->held, "max-size-bytes", MAX_BYTES, NULL);
  gst_util_set_object_arg (G_OBJECT (self->queue), "leaky", "downstream");
}

/* A reader that keeps up is behind the stream by the latency of the pipeline. */
static GstPadProbeReturn
on_upstream_event (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstLiveKitEgressBranch *self = user_data;
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);

  if (GST_EVENT_TYPE (event) == GST_EVENT_LATENCY) {
    g_mutex_lock (&self->limit_lock);
    gst_event_parse_latency (event, &self->latency);
    if (self->released)
      limit_queue (self);
    g_mutex_unlock (&self->limit_lock);
  }
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_first_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstLiveKitEgressBranch *self = user_data;

  g_mutex_lock (&self->limit_lock);
  self->held = 0;
  limit_queue (self);
  g_mutex_unlock (&self->limit_lock);
  return GST_PAD_PROBE_REMOVE;
}

/* Before anything has left it, the queue takes the running time of what came last for the time that it
 * holds. */
void
gst_livekit_egress_branch_release (GstLiveKitEgressBranch * self)
{
  g_autoptr (GstPad) src = gst_element_get_static_pad (self->queue, "src");
  const GstClockTime latency = get_latency (self);

  g_mutex_lock (&self->limit_lock);
  self->released = TRUE;
  self->latency = MAX (self->latency, latency);
  g_object_get (self->queue, "current-level-time", &self->held, NULL);
  limit_queue (self);
  g_mutex_unlock (&self->limit_lock);
  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BUFFER, on_first_buffer, self,
      NULL);
  gst_pad_remove_probe (src, self->block);
  self->block = 0;
}

/* A queue that nobody reads from does not take the end. Who does not want this stream may wait for it all
 * the same, to end the others. */
void
gst_livekit_egress_branch_end (GstLiveKitEgressBranch * self, GstEvent * eos)
{
  if (!gst_pad_send_event (self->sink, gst_event_ref (eos)))
    gst_pad_push_event (self->src, gst_event_ref (eos));
  gst_event_unref (eos);
}

gboolean
gst_livekit_egress_branch_is_drained (GstLiveKitEgressBranch * self)
{
  return g_atomic_int_get (&self->is_drained);
}

/*** Object ***/

/* In the thread of the demuxer, each time the queue is full. */
static void
on_overrun (GstElement * queue, gpointer user_data)
{
  GstLiveKitEgressBranch *self = user_data;

  GST_INFO_OBJECT (queue, "full");
  if (self->warned)
    return;

  self->warned = TRUE;
  GST_ELEMENT_WARNING (queue, CORE, FAILED,
      ("What is linked to %s reads more slowly than the stream comes: the "
          "oldest is dropped.", self->ghost != NULL ?
          GST_PAD_NAME (self->ghost) : "a pad"), (NULL));
}

static GstElement *
add_element (GstLiveKitEgressBranch * self, GstElement * element)
{
  gst_bin_add (self->bin, element);
  return element;
}

static void
set_up_queue (GstLiveKitEgressBranch * self)
{
  g_autoptr (GstPad) src = NULL;

  self->queue = add_element (self, gst_element_factory_make ("queue", NULL));
  g_object_set (self->queue, "max-size-buffers", 0, "max-size-bytes", 0,
      "max-size-time", (guint64) 0, NULL);
  g_signal_connect (self->queue, "overrun", G_CALLBACK (on_overrun), self);
  self->sink = gst_element_get_static_pad (self->queue, "sink");
  src = gst_element_get_static_pad (self->queue, "src");
  self->block = gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM,
      NULL, NULL, NULL);
}

static void
set_up_parser (GstLiveKitEgressBranch * self, GstElementFactory * factory)
{
  g_autoptr (GstPad) sink = NULL;

  self->parser = add_element (self, gst_element_factory_create (factory, NULL));
  self->scout = gst_livekit_egress_scout_new (factory);
  sink = gst_element_get_static_pad (self->parser, "sink");
  gst_pad_add_probe (sink, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, correct_caps,
      self, NULL);
  gst_element_link (self->queue, self->parser);
}

GstLiveKitEgressBranch *
gst_livekit_egress_branch_new (GstBin * bin, GstCaps * caps,
    GstLiveKitEgressBranchFunc drained, gpointer user_data)
{
  const gchar *name = get_parser_name (caps);
  g_autoptr (GstElementFactory) factory = NULL;
  GstLiveKitEgressBranch *self;

  if (!has_media_type (caps, "video/") && !has_media_type (caps, "audio/")) {
    GST_INFO_OBJECT (bin, "leaving out %" GST_PTR_FORMAT, caps);
    return NULL;
  }
  factory = name != NULL ? gst_element_factory_find (name) : NULL;
  if (name != NULL && factory == NULL) {
    gst_livekit_egress_post_missing (GST_ELEMENT (bin), name);
    return NULL;
  }

  self = g_new0 (GstLiveKitEgressBranch, 1);
  self->bin = bin;
  self->drained = drained;
  self->user_data = user_data;
  self->demuxer_caps = gst_caps_ref (caps);
  g_mutex_init (&self->limit_lock);
  set_up_queue (self);
  if (factory != NULL)
    set_up_parser (self, factory);
  else
    self->caps = gst_caps_ref (caps);
  self->src = gst_element_get_static_pad (self->parser != NULL ? self->parser :
      self->queue, "src");
  gst_pad_add_probe (self->src, GST_PAD_PROBE_TYPE_DATA_DOWNSTREAM, on_leaving,
      self, NULL);
  gst_pad_add_probe (self->src, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, on_query,
      self, NULL);
  gst_pad_add_probe (self->src, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM,
      on_upstream_event, self, NULL);

  if (self->parser != NULL)
    gst_element_sync_state_with_parent (self->parser);
  gst_element_sync_state_with_parent (self->queue);
  return self;
}

static void
remove_element (GstLiveKitEgressBranch * self, GstElement * element)
{
  gst_element_set_locked_state (element, TRUE);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_bin_remove (self->bin, element);
}

void
gst_livekit_egress_branch_free (GstLiveKitEgressBranch * self)
{
  gst_livekit_egress_branch_detach (self);

  /* Its thread has ended when the queue is down, and what it was about to push is pushed. */
  remove_element (self, self->queue);
  if (self->parser != NULL)
    remove_element (self, self->parser);
  if (self->ghost != NULL) {
    gst_pad_set_active (self->ghost, FALSE);
    gst_element_remove_pad (GST_ELEMENT (self->bin), self->ghost);
  }

  g_clear_pointer (&self->scout, gst_livekit_egress_scout_free);
  gst_clear_object (&self->sink);
  gst_clear_object (&self->src);
  gst_clear_caps (&self->demuxer_caps);
  gst_clear_caps (&self->caps);
  g_mutex_clear (&self->limit_lock);
  g_free (self->id);
  g_free (self);
}
