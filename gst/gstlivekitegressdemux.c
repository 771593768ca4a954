/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressdemux.h"

#include "gstlivekitegressplugin.h"
#include "gstlivekitegressbranch.h"

#define GST_CAT_DEFAULT gst_livekit_egress_debug

/* How long a program that has no picture or no sound may still get one before its pads are shown, and
 * a stream that has gone may come back. */
#define SETTLE_TIME (500 * G_TIME_SPAN_MILLISECOND)

/* How long one stream that is not understood holds back the others. */
#define MAX_SETTLE_TIME (5 * G_TIME_SPAN_SECOND)

/* What takes apart what. */
typedef struct
{
  const gchar *caps;
  const gchar *factory;
  /* It takes the first timestamp for the beginning, as in a file, where the timestamps that come are
   * running times: the segment is that of upstream. */
  gboolean keeps_segment;
  /* It tells that there are no more pads when that is clear, not long after. */
  gboolean says_all;
} Demuxer;

struct _GstLiveKitEgressDemux
{
  GstBin parent;

  const Demuxer *kind;          /* of the element inside, NULL before it is known */

  /* Of the demuxer's thread alone, and of state changes while it does not run. */
  GList *branches;
  gboolean no_more_pads;        /* of this program */
  gboolean ended;               /* nothing more comes from upstream */
  gboolean unsettled;           /* something is to be shown or to be removed */
  gint64 since;                 /* monotonic: the first data since it is so, 0 before */
  gint64 settle_time;           /* microseconds */

  /* Guarded by the object lock. */
  GList *leaving;               /* branches whose pads go when they are drained */
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

/* Key of a demuxer's pad: its branch. */
static GQuark branch_quark;

/* Raw streams go through as they are. */
static const Demuxer demuxers[] = {
  {"video/mpegts", "tsdemux", FALSE, TRUE},
  {"video/x-flv", "flvdemux", TRUE, FALSE},
  {"video/quicktime", "qtdemux", FALSE, TRUE},
  {"audio/x-raw", "identity", FALSE, TRUE},
};

static const Demuxer *
find_demuxer (const GstCaps * caps)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (demuxers); i++)
    if (gst_structure_has_name (s, demuxers[i].caps))
      return &demuxers[i];
  g_return_val_if_reached (NULL);
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

/*** Pads ***/

static void
expose (GstLiveKitEgressDemux * self, GstLiveKitEgressBranch * branch)
{
  const gboolean is_video = gst_livekit_egress_branch_is_video (branch);
  g_autofree gchar *name = get_free_name (self, is_video ? "video" : "audio");
  g_autoptr (GstPadTemplate) template =
      gst_static_pad_template_get (is_video ? &video_template :
      &audio_template);

  GST_DEBUG_OBJECT (self, "%s: %" GST_PTR_FORMAT, name,
      gst_livekit_egress_branch_get_caps (branch));
  gst_element_add_pad (GST_ELEMENT (self),
      gst_livekit_egress_branch_make_ghost (branch, name, template));
}

static gboolean
is_hidden (GstLiveKitEgressBranch * branch)
{
  return gst_livekit_egress_branch_get_ghost (branch) == NULL;
}

/* All pads are there before any of them flows: who links them when there are no more has lost
 * nothing. */
static void
expose_all (GstLiveKitEgressDemux * self)
{
  g_autoptr (GList) shown = NULL;
  GList *l;

  for (l = self->branches; l != NULL; l = l->next) {
    if (!is_hidden (l->data)
        || gst_livekit_egress_branch_get_caps (l->data) == NULL)
      continue;
    expose (self, l->data);
    shown = g_list_append (shown, l->data);
  }
  if (shown == NULL)
    return;

  gst_element_no_more_pads (GST_ELEMENT (self));
  for (l = shown; l != NULL; l = l->next)
    gst_livekit_egress_branch_release (l->data);
}

static void
remove_branch (GstElement * element, gpointer data)
{
  GstLiveKitEgressDemux *self = GST_LIVEKIT_EGRESS_DEMUX (element);
  gboolean found;

  GST_OBJECT_LOCK (self);
  found = g_list_find (self->leaving, data) != NULL;
  self->leaving = g_list_remove (self->leaving, data);
  GST_OBJECT_UNLOCK (self);

  if (found)
    gst_livekit_egress_branch_free (data);
}

/* In the thread of its pad, which ends when it is freed. */
static void
on_drained (GstLiveKitEgressBranch * branch, gpointer user_data)
{
  GstLiveKitEgressDemux *self = user_data;
  gboolean leaving;

  GST_OBJECT_LOCK (self);
  leaving = g_list_find (self->leaving, branch) != NULL;
  GST_OBJECT_UNLOCK (self);

  if (leaving)
    gst_element_call_async (GST_ELEMENT (self), remove_branch, branch, NULL);
}

/* The demuxer does not give this stream any more: its pad ends with what came. That may have been
 * the end already; while the branch is not among those that leave, nobody frees it. */
static void
let_go (GstLiveKitEgressDemux * self, GstLiveKitEgressBranch * branch)
{
  gboolean drained;

  self->branches = g_list_remove (self->branches, branch);
  if (is_hidden (branch)) {
    gst_livekit_egress_branch_free (branch);
    return;
  }

  gst_livekit_egress_branch_end (branch, gst_event_new_eos ());
  GST_OBJECT_LOCK (self);
  self->leaving = g_list_prepend (self->leaving, branch);
  drained = gst_livekit_egress_branch_is_drained (branch);
  GST_OBJECT_UNLOCK (self);
  if (drained)
    gst_element_call_async (GST_ELEMENT (self), remove_branch, branch, NULL);
}

/*** The program ***/

typedef struct
{
  gboolean has_video, has_audio;
  gboolean understood;          /* all streams are */
  gboolean hides;               /* a stream that is understood */
  gboolean lost;                /* a stream */
} Program;

static Program
look_at_program (GstLiveKitEgressDemux * self)
{
  Program program = {.understood = TRUE };
  GList *l;

  for (l = self->branches; l != NULL; l = l->next) {
    const gboolean known = gst_livekit_egress_branch_get_caps (l->data) != NULL;

    if (gst_livekit_egress_branch_get_pad (l->data) == NULL) {
      program.lost = TRUE;
      continue;
    }
    if (gst_livekit_egress_branch_is_video (l->data))
      program.has_video = TRUE;
    else
      program.has_audio = TRUE;
    program.understood = program.understood && known;
    program.hides = program.hides || (known && is_hidden (l->data));
  }
  return program;
}

static void
let_lost_go (GstLiveKitEgressDemux * self)
{
  GList *l, *next;

  for (l = self->branches; l != NULL; l = next) {
    next = l->next;
    if (gst_livekit_egress_branch_get_pad (l->data) == NULL)
      let_go (self, l->data);
  }
}

/* Some muxers begin with a program that has only the first of its streams. */
static void
settle (GstLiveKitEgressDemux * self)
{
  const gint64 now = g_get_monotonic_time ();
  Program program = look_at_program (self);
  gint64 waited;

  if (self->since == 0)
    self->since = now;
  waited = now - self->since;

  if (program.lost && waited >= self->settle_time) {
    let_lost_go (self);
    program.lost = FALSE;
  }
  if (!self->no_more_pads)
    return;

  if ((program.understood && ((program.has_video && program.has_audio)
              || waited >= self->settle_time)) || waited >= MAX_SETTLE_TIME) {
    expose_all (self);
    program.hides = FALSE;
  }
  self->unsettled = program.lost || program.hides || !program.understood;
}

static void
unsettle (GstLiveKitEgressDemux * self)
{
  self->unsettled = TRUE;
  self->since = 0;
}

/*** The demuxer ***/

static void
end_all (GstLiveKitEgressDemux * self, GstMiniObject * eos)
{
  GList *l;

  let_lost_go (self);
  for (l = self->branches; l != NULL; l = l->next)
    gst_livekit_egress_branch_look_at (l->data, eos);
  expose_all (self);
  self->unsettled = FALSE;
}

static GstPadProbeReturn
on_data (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstLiveKitEgressDemux *self = user_data;
  GstLiveKitEgressBranch *branch = g_object_get_qdata (G_OBJECT (pad),
      branch_quark);
  GstMiniObject *item = info->data;

  /* Another pad gives it now. */
  if (branch == NULL)
    return GST_PAD_PROBE_DROP;
  if (GST_IS_EVENT (item) && GST_EVENT_TYPE (item) == GST_EVENT_EOS) {
    /* The end of a program is not that of its streams. */
    if (!self->ended)
      return GST_PAD_PROBE_DROP;
    if (self->unsettled)
      end_all (self, item);
    gst_livekit_egress_branch_end (branch, GST_EVENT (item));
    return GST_PAD_PROBE_HANDLED;
  }
  if (!self->unsettled)
    return GST_PAD_PROBE_OK;

  gst_livekit_egress_branch_look_at (branch, item);
  settle (self);
  /* That nothing comes is no news while it is not known what will. */
  return GST_IS_EVENT (item) && GST_EVENT_TYPE (item) == GST_EVENT_GAP
      && is_hidden (branch) ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
keep_segment (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  g_autoptr (GstPad) sink = NULL;
  GstEvent *upstream;

  if (GST_EVENT_TYPE (event) != GST_EVENT_SEGMENT)
    return GST_PAD_PROBE_OK;

  sink = gst_element_get_static_pad (user_data, "sink");
  upstream = gst_pad_get_sticky_event (sink, GST_EVENT_SEGMENT, 0);
  if (upstream != NULL) {
    gst_event_unref (event);
    GST_PAD_PROBE_INFO_DATA (info) = upstream;
  }
  return GST_PAD_PROBE_OK;
}

static GstLiveKitEgressBranch *
find_branch (GstLiveKitEgressDemux * self, GstPad * pad, const GstCaps * caps)
{
  GList *l;

  for (l = self->branches; l != NULL; l = l->next)
    if (gst_livekit_egress_branch_is (l->data, pad, caps))
      return l->data;
  return NULL;
}

/* A stream that is there, or was a moment ago, goes on. */
static void
add_pad (GstLiveKitEgressDemux * self, GstPad * pad, GstCaps * caps)
{
  GstLiveKitEgressBranch *branch = find_branch (self, pad, caps);
  GstPad *old_pad;

  if (branch == NULL) {
    branch = gst_livekit_egress_branch_new (GST_BIN (self), caps, on_drained,
        self);
    if (branch == NULL)
      return;
    self->branches = g_list_append (self->branches, branch);
  }

  old_pad = gst_livekit_egress_branch_get_pad (branch);
  if (old_pad != NULL)
    g_object_set_qdata (G_OBJECT (old_pad), branch_quark, NULL);
  g_object_set_qdata (G_OBJECT (pad), branch_quark, branch);
  if (self->kind->keeps_segment)
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, keep_segment,
        self, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_DATA_DOWNSTREAM, on_data, self,
      NULL);
  gst_livekit_egress_branch_attach (branch, pad);
  unsettle (self);
}

static void
on_pad_added (GstElement * demuxer, GstPad * pad, gpointer user_data)
{
  GstLiveKitEgressDemux *self = user_data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

  if (caps == NULL)
    caps = gst_pad_query_caps (pad, NULL);
  if (gst_caps_is_empty (caps) || gst_caps_is_any (caps))
    return;

  self->no_more_pads = !self->kind->says_all;
  add_pad (self, pad, caps);
}

static void
on_pad_removed (GstElement * demuxer, GstPad * pad, gpointer user_data)
{
  GstLiveKitEgressDemux *self = user_data;
  GstLiveKitEgressBranch *branch = g_object_steal_qdata (G_OBJECT (pad),
      branch_quark);

  if (branch != NULL) {
    gst_livekit_egress_branch_detach (branch);
    unsettle (self);
  }
}

static void
on_no_more_pads (GstElement * demuxer, gpointer user_data)
{
  GST_LIVEKIT_EGRESS_DEMUX (user_data)->no_more_pads = TRUE;
}

/* A stream that nothing takes apart is known as soon as it has caps. */
static GstPadProbeReturn
on_raw_event (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstLiveKitEgressDemux *self = user_data;
  GstCaps *caps;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;

  gst_event_parse_caps (GST_PAD_PROBE_INFO_EVENT (info), &caps);
  self->no_more_pads = TRUE;
  self->settle_time = 0;
  add_pad (self, pad, caps);
  return GST_PAD_PROBE_REMOVE;
}

static GstPadProbeReturn
on_sink_event (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS)
    GST_LIVEKIT_EGRESS_DEMUX (user_data)->ended = TRUE;
  return GST_PAD_PROBE_OK;
}

void
gst_livekit_egress_demux_show (GstLiveKitEgressDemux * self)
{
  expose_all (self);
}

void
gst_livekit_egress_demux_begin_again (GstLiveKitEgressDemux * self)
{
  g_autoptr (GstElement) demuxer = gst_bin_get_by_name (GST_BIN (self),
      "demuxer");

  if (demuxer == NULL)
    return;
  gst_element_set_state (demuxer, GST_STATE_READY);
  gst_element_sync_state_with_parent (demuxer);
}

/*** Object ***/

static void
reset (GstLiveKitEgressDemux * self)
{
  GList *leaving;

  GST_OBJECT_LOCK (self);
  leaving = g_steal_pointer (&self->leaving);
  GST_OBJECT_UNLOCK (self);

  self->branches = g_list_concat (self->branches, leaving);
  g_list_free_full (g_steal_pointer (&self->branches),
      (GDestroyNotify) gst_livekit_egress_branch_free);
  self->no_more_pads = self->ended = self->unsettled = FALSE;
  self->settle_time = SETTLE_TIME;
}

/* At its end a queue takes it for an error that nobody reads from it. Whoever wants no sound need not
 * link it, and if nobody links anything the receiver says so. */
static gboolean
is_unread_queue (GstMessage * message)
{
  const GstStructure *details;
  gint flow = GST_FLOW_OK;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    return FALSE;

  gst_message_parse_error_details (message, &details);
  return details != NULL && gst_structure_get_int (details, "flow-return",
      &flow) && flow == GST_FLOW_NOT_LINKED;
}

static void
gst_livekit_egress_demux_handle_message (GstBin * bin, GstMessage * message)
{
  if (is_unread_queue (message))
    gst_message_unref (message);
  else
    GST_BIN_CLASS (gst_livekit_egress_demux_parent_class)->handle_message (bin,
        message);
}

static GstStateChangeReturn
gst_livekit_egress_demux_change_state (GstElement * element,
    GstStateChange transition)
{
  GstLiveKitEgressDemux *self = GST_LIVEKIT_EGRESS_DEMUX (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && self->kind != NULL
      && GST_BIN_NUMCHILDREN (self) == 0) {
    gst_livekit_egress_post_missing (element, self->kind->factory);
    return GST_STATE_CHANGE_FAILURE;
  }

  ret = GST_ELEMENT_CLASS (gst_livekit_egress_demux_parent_class)->change_state
      (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    reset (self);
  return ret;
}

static void
gst_livekit_egress_demux_class_init (GstLiveKitEgressDemuxClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  element_class->change_state = gst_livekit_egress_demux_change_state;
  GST_BIN_CLASS (klass)->handle_message =
      gst_livekit_egress_demux_handle_message;

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &video_template);
  gst_element_class_add_static_pad_template (element_class, &audio_template);
  gst_element_class_set_static_metadata (element_class,
      "LiveKit egress demuxer", "Codec/Demuxer/Parser",
      "Takes the container of a LiveKit egress apart and parses its streams",
      "The livekit-egress authors");

  branch_quark = g_quark_from_static_string ("livekit-egress-branch");
}

static void
gst_livekit_egress_demux_init (GstLiveKitEgressDemux * self)
{
  self->settle_time = SETTLE_TIME;
}

static void
set_demuxer (GstLiveKitEgressDemux * self, GstElement * demuxer, GstPad * ghost)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (demuxer, "sink");
  g_autoptr (GstPad) src = gst_element_get_static_pad (demuxer, "src");

  gst_bin_add (GST_BIN (self), demuxer);
  gst_ghost_pad_set_target (GST_GHOST_PAD (ghost), sink);
  gst_pad_add_probe (sink, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_sink_event,
      self, NULL);
  if (src != NULL) {
    gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_raw_event,
        self, NULL);
    return;
  }

  g_signal_connect_object (demuxer, "pad-added", G_CALLBACK (on_pad_added),
      self, 0);
  g_signal_connect_object (demuxer, "pad-removed", G_CALLBACK (on_pad_removed),
      self, 0);
  g_signal_connect_object (demuxer, "no-more-pads",
      G_CALLBACK (on_no_more_pads), self, 0);
}

/* FALSE if the element is not installed. */
static gboolean
choose_demuxer (GstLiveKitEgressDemux * self, const GstCaps * caps,
    GstPad * ghost)
{
  GstElement *demuxer;

  self->kind = find_demuxer (caps);
  demuxer = gst_element_factory_make (self->kind->factory, "demuxer");
  if (demuxer != NULL)
    set_demuxer (self, demuxer, ghost);
  return demuxer != NULL;
}

/* What comes is known when it comes. */
static GstPadProbeReturn
on_first_caps (GstPad * ghost, GstPadProbeInfo * info, gpointer user_data)
{
  GstLiveKitEgressDemux *self = user_data;
  g_autoptr (GstElement) demuxer = NULL;
  GstCaps *caps;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;

  gst_event_parse_caps (GST_PAD_PROBE_INFO_EVENT (info), &caps);
  if (choose_demuxer (self, caps, ghost)) {
    demuxer = gst_bin_get_by_name (GST_BIN (self), "demuxer");
    gst_element_sync_state_with_parent (demuxer);
  } else
    gst_livekit_egress_post_missing (GST_ELEMENT (self), self->kind->factory);
  return GST_PAD_PROBE_REMOVE;
}

GstElement *
gst_livekit_egress_demux_new (const GstCaps * caps)
{
  GstLiveKitEgressDemux *self =
      g_object_new (GST_TYPE_LIVEKIT_EGRESS_DEMUX, "name", "demux", NULL);
  g_autoptr (GstPadTemplate) template =
      gst_static_pad_template_get (&sink_template);
  GstPad *ghost = gst_ghost_pad_new_no_target_from_template ("sink", template);

  if (gst_caps_get_size (caps) == 1)
    choose_demuxer (self, caps, ghost);
  else
    gst_pad_add_probe (ghost, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
        on_first_caps, self, NULL);

  gst_element_add_pad (GST_ELEMENT (self), ghost);
  return GST_ELEMENT (self);
}
