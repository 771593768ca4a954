/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressdemux.h"

#include "gstlivekitegressplugin.h"

#define GST_CAT_DEFAULT gst_livekit_egress_debug

struct _GstLiveKitEgressDemux
{
  GstBin parent;

  const gchar *factory;         /* of the element inside */

  /* Guarded by the object lock. */
  guint n_waiting;              /* streams whose parser does not know their caps yet */
  gboolean no_more_streams;
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static GstStaticPadTemplate video_template =
GST_STATIC_PAD_TEMPLATE ("video_%u",
    GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS_ANY);

static GstStaticPadTemplate audio_template =
GST_STATIC_PAD_TEMPLATE ("audio_%u",
    GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS_ANY);

G_DEFINE_FINAL_TYPE (GstLiveKitEgressDemux, gst_livekit_egress_demux,
    GST_TYPE_BIN);

/* Keys of the demuxer's pads: the parser behind it, and the ghost pad once there is one. */
static GQuark parser_quark, ghost_quark;

/* What takes apart what; raw streams go through as they are. */
static const struct
{
  const gchar *caps;
  const gchar *factory;
} demuxers[] = {
  {"video/mpegts", "tsdemux"},
  {"video/x-flv", "flvdemux"},
  {"audio/x-raw", "identity"},
};

static const gchar *
get_demuxer_name (const GstCaps * caps)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (demuxers); i++)
    if (gst_structure_has_name (s, demuxers[i].caps))
      return demuxers[i].factory;
  g_return_val_if_reached (NULL);
}

static const gchar *
get_parser_name (const GstStructure * s)
{
  gint version = 0;

  if (gst_structure_has_name (s, "video/x-h264"))
    return "h264parse";
  if (gst_structure_has_name (s, "video/x-h265"))
    return "h265parse";
  if (gst_structure_has_name (s, "audio/mpeg")
      && gst_structure_get_int (s, "mpegversion", &version))
    return version == 1 ? "mpegaudioparse" : "aacparse";
  return NULL;
}

/* A pad of this name that went, when the worker came back with a new program, is free again. */
static gchar *
get_free_name (GstLiveKitEgressDemux * self, const gchar * kind)
{
  guint i;

  for (i = 0;; i++) {
    g_autofree gchar *name = g_strdup_printf ("%s_%u", kind, i);
    g_autoptr (GstPad) taken = gst_element_get_static_pad (GST_ELEMENT (self),
        name);

    if (taken == NULL)
      return g_steal_pointer (&name);
  }
}

static void
expose (GstLiveKitEgressDemux * self, GstPad * demux_pad, GstPad * pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  const gboolean is_video = caps != NULL
      && g_str_has_prefix (gst_structure_get_name (gst_caps_get_structure (caps,
              0)), "video/");
  g_autofree gchar *name = get_free_name (self, is_video ? "video" : "audio");
  g_autoptr (GstPadTemplate) template =
      gst_static_pad_template_get (is_video ? &video_template :
      &audio_template);
  GstPad *ghost = gst_ghost_pad_new_from_template (name, pad, template);

  GST_DEBUG_OBJECT (self, "%s: %" GST_PTR_FORMAT, name, caps);

  g_object_set_qdata (G_OBJECT (demux_pad), ghost_quark, ghost);
  gst_pad_set_active (ghost, TRUE);
  /* Who looks at the new pad's caps shall find them. */
  gst_livekit_egress_copy_sticky_events (pad, ghost);
  gst_element_add_pad (GST_ELEMENT (self), ghost);
}

static void
signal_no_more_pads (GstLiveKitEgressDemux * self)
{
  gboolean complete;

  GST_OBJECT_LOCK (self);
  complete = self->no_more_streams && self->n_waiting == 0;
  GST_OBJECT_UNLOCK (self);

  if (complete)
    gst_element_no_more_pads (GST_ELEMENT (self));
}

static void
count_waiting (GstLiveKitEgressDemux * self, gint change)
{
  GST_OBJECT_LOCK (self);
  self->n_waiting += change;
  GST_OBJECT_UNLOCK (self);
}

static GstPadProbeReturn
on_parsed_event (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstPad *demux_pad = user_data;
  g_autoptr (GstObject) parser = NULL;
  g_autoptr (GstObject) self = NULL;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;

  parser = gst_object_get_parent (GST_OBJECT (pad));
  self = parser != NULL ? gst_object_get_parent (parser) : NULL;
  if (self != NULL) {
    expose (GST_LIVEKIT_EGRESS_DEMUX (self), demux_pad, pad);
    count_waiting (GST_LIVEKIT_EGRESS_DEMUX (self), -1);
    signal_no_more_pads (GST_LIVEKIT_EGRESS_DEMUX (self));
  }

  return GST_PAD_PROBE_REMOVE;
}

/* The worker's muxer puts one access unit in each packet of the elementary stream, which the demuxer
 * does not promise. Promised, the parser needs not wait for the next unit to know the end of one. */
static GstPadProbeReturn
promise_alignment (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  g_autoptr (GstCaps) aligned = NULL;
  GstCaps *caps;
  GstEvent *changed;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;

  gst_event_parse_caps (event, &caps);
  if (gst_structure_has_field (gst_caps_get_structure (caps, 0), "alignment"))
    return GST_PAD_PROBE_OK;

  aligned = gst_caps_copy (caps);
  gst_caps_set_simple (aligned, "alignment", G_TYPE_STRING, "au", NULL);
  changed = gst_event_new_caps (aligned);
  gst_event_set_seqnum (changed, gst_event_get_seqnum (event));
  gst_event_unref (event);
  GST_PAD_PROBE_INFO_DATA (info) = changed;

  return GST_PAD_PROBE_OK;
}

static void
release_unit (gpointer data)
{
  gst_clear_buffer ((GstBuffer **) data);
  g_free (data);
}

/* The parser writes all start codes anew, with four bytes. The unit that it was given goes out
 * instead: nobody shall wonder why the stream is not the one that was sent. */
static GstPadProbeReturn
keep_unit (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  gst_buffer_replace (user_data, GST_PAD_PROBE_INFO_BUFFER (info));
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
restore_unit (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  g_autoptr (GstBuffer) unit = g_steal_pointer ((GstBuffer **) user_data);
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  const GstStructure *s = gst_caps_get_structure (caps, 0);

  if (unit == NULL || GST_BUFFER_PTS (unit) != GST_BUFFER_PTS (buffer)
      || g_strcmp0 (gst_structure_get_string (s, "stream-format"),
          "byte-stream") != 0
      || g_strcmp0 (gst_structure_get_string (s, "alignment"), "au") != 0)
    return GST_PAD_PROBE_OK;

  buffer = gst_buffer_make_writable (buffer);
  gst_buffer_remove_all_memory (buffer);
  gst_buffer_copy_into (buffer, unit, GST_BUFFER_COPY_MEMORY, 0, -1);
  GST_PAD_PROBE_INFO_DATA (info) = buffer;

  return GST_PAD_PROBE_OK;
}

/* Only the streaming thread touches the unit, within one call of the parser. */
static void
keep_bytes (GstPad * demux_pad, GstPad * parsed_pad)
{
  GstBuffer **unit = g_new0 (GstBuffer *, 1);

  gst_pad_add_probe (demux_pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      promise_alignment, NULL, NULL);
  gst_pad_add_probe (demux_pad, GST_PAD_PROBE_TYPE_BUFFER, keep_unit, unit,
      NULL);
  gst_pad_add_probe (parsed_pad, GST_PAD_PROBE_TYPE_BUFFER, restore_unit, unit,
      release_unit);
}

/* The pad is exposed when its parser knows what is in it, before it sends the first buffer. */
static void
add_parser (GstLiveKitEgressDemux * self, GstPad * demux_pad,
    const GstStructure * s, const gchar * factory)
{
  GstElement *parser = gst_element_factory_make (factory, NULL);
  g_autoptr (GstPad) sink = NULL;
  g_autoptr (GstPad) src = NULL;

  if (parser == NULL) {
    gst_livekit_egress_post_missing (GST_ELEMENT (self), factory);
    return;
  }

  count_waiting (self, 1);
  g_object_set_qdata (G_OBJECT (demux_pad), parser_quark, parser);
  gst_bin_add (GST_BIN (self), parser);

  src = gst_element_get_static_pad (parser, "src");
  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_parsed_event,
      gst_object_ref (demux_pad), gst_object_unref);
  if (g_strcmp0 (gst_structure_get_string (s, "stream-format"),
          "byte-stream") == 0)
    keep_bytes (demux_pad, src);

  sink = gst_element_get_static_pad (parser, "sink");
  gst_element_sync_state_with_parent (parser);
  gst_pad_link (demux_pad, sink);
}

static void
on_pad_added (GstElement * demuxer, GstPad * pad, gpointer user_data)
{
  GstLiveKitEgressDemux *self = user_data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  const GstStructure *s;
  const gchar *parser;

  if (caps == NULL)
    caps = gst_pad_query_caps (pad, NULL);
  if (gst_caps_is_empty (caps) || gst_caps_is_any (caps))
    return;

  s = gst_caps_get_structure (caps, 0);
  parser = get_parser_name (s);
  if (parser != NULL)
    add_parser (self, pad, s, parser);
  else if (g_str_has_prefix (gst_structure_get_name (s), "video/")
      || g_str_has_prefix (gst_structure_get_name (s), "audio/"))
    expose (self, pad, pad);
  else
    GST_INFO_OBJECT (self, "leaving out %" GST_PTR_FORMAT, caps);
}

static void
on_pad_removed (GstElement * demuxer, GstPad * pad, gpointer user_data)
{
  GstLiveKitEgressDemux *self = user_data;
  GstElement *parser = g_object_steal_qdata (G_OBJECT (pad), parser_quark);
  GstPad *ghost = g_object_steal_qdata (G_OBJECT (pad), ghost_quark);

  if (ghost != NULL) {
    gst_pad_set_active (ghost, FALSE);
    gst_element_remove_pad (GST_ELEMENT (self), ghost);
  } else if (parser != NULL) {
    count_waiting (self, -1);
  }

  if (parser != NULL) {
    gst_element_set_locked_state (parser, TRUE);
    gst_element_set_state (parser, GST_STATE_NULL);
    gst_bin_remove (GST_BIN (self), parser);
  }
}

/* A stream that nothing takes apart is known as soon as it has caps. */
static GstPadProbeReturn
on_raw_event (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  g_autoptr (GstElement) element = NULL;
  g_autoptr (GstObject) self = NULL;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;

  element = gst_pad_get_parent_element (pad);
  self = gst_object_get_parent (GST_OBJECT (element));
  gst_pad_store_sticky_event (pad, GST_PAD_PROBE_INFO_EVENT (info));
  expose (GST_LIVEKIT_EGRESS_DEMUX (self), pad, pad);
  gst_element_no_more_pads (GST_ELEMENT (self));
  return GST_PAD_PROBE_REMOVE;
}

static void
on_no_more_pads (GstElement * demuxer, gpointer user_data)
{
  GstLiveKitEgressDemux *self = user_data;

  GST_OBJECT_LOCK (self);
  self->no_more_streams = TRUE;
  GST_OBJECT_UNLOCK (self);

  signal_no_more_pads (self);
}

static GstStateChangeReturn
gst_livekit_egress_demux_change_state (GstElement * element,
    GstStateChange transition)
{
  GstLiveKitEgressDemux *self = GST_LIVEKIT_EGRESS_DEMUX (element);

  if (transition == GST_STATE_CHANGE_NULL_TO_READY
      && GST_BIN_NUMCHILDREN (self) == 0) {
    gst_livekit_egress_post_missing (element, self->factory);
    return GST_STATE_CHANGE_FAILURE;
  }

  return GST_ELEMENT_CLASS (gst_livekit_egress_demux_parent_class)->change_state
      (element, transition);
}

static void
gst_livekit_egress_demux_class_init (GstLiveKitEgressDemuxClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  element_class->change_state = gst_livekit_egress_demux_change_state;

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &video_template);
  gst_element_class_add_static_pad_template (element_class, &audio_template);
  gst_element_class_set_static_metadata (element_class,
      "LiveKit egress demuxer", "Codec/Demuxer/Parser",
      "Takes the container of a LiveKit egress apart and parses its streams",
      "The livekit-egress authors");

  parser_quark = g_quark_from_static_string ("livekit-egress-parser");
  ghost_quark = g_quark_from_static_string ("livekit-egress-ghost");
}

static void
gst_livekit_egress_demux_init (GstLiveKitEgressDemux * self)
{
}

static void
set_demuxer (GstLiveKitEgressDemux * self, GstElement * demuxer, GstPad * ghost)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (demuxer, "sink");
  g_autoptr (GstPad) src = gst_element_get_static_pad (demuxer, "src");

  gst_bin_add (GST_BIN (self), demuxer);
  gst_ghost_pad_set_target (GST_GHOST_PAD (ghost), sink);
  if (src != NULL) {
    gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_raw_event,
        NULL, NULL);
    return;
  }

  g_signal_connect_object (demuxer, "pad-added", G_CALLBACK (on_pad_added),
      self, 0);
  g_signal_connect_object (demuxer, "pad-removed", G_CALLBACK (on_pad_removed),
      self, 0);
  g_signal_connect_object (demuxer, "no-more-pads",
      G_CALLBACK (on_no_more_pads), self, 0);
}

GstElement *
gst_livekit_egress_demux_new (const GstCaps * caps)
{
  GstLiveKitEgressDemux *self =
      g_object_new (GST_TYPE_LIVEKIT_EGRESS_DEMUX, "name", "demux", NULL);
  g_autoptr (GstPadTemplate) template =
      gst_static_pad_template_get (&sink_template);
  GstPad *ghost = gst_ghost_pad_new_no_target_from_template ("sink", template);
  GstElement *demuxer;

  self->factory = get_demuxer_name (caps);
  demuxer = gst_element_factory_make (self->factory, "demuxer");
  if (demuxer != NULL)
    set_demuxer (self, demuxer, ghost);

  gst_element_add_pad (GST_ELEMENT (self), ghost);
  return GST_ELEMENT (self);
}
