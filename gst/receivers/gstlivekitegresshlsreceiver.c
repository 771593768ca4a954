/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresshlsreceiver.h"

#include <string.h>

#include "gstlivekitegresserror.h"
#include "gstlivekitegressfragment.h"
#include "gstlivekitegresshlscontainer.h"
#include "gstlivekitegresshlscursor.h"
#include "gstlivekitegresshlsloader.h"
#include "gstlivekitegresshlspace.h"
#include "gstlivekitegresshlspieces.h"
#include "gstlivekitegresshlsplan.h"
#include "gstlivekitegressplugin.h"

#define GST_CAT_DEFAULT gst_livekit_egress_debug

#define MAX_SEGMENT_SIZE (64 * 1024 * 1024)

/* How often a segment is looked for that should be there, and the last of them at the end. */
#define RETRY_TIME (250 * G_TIME_SPAN_MILLISECOND)
/* How much of the latency is for reading and for the worker's own delays. */
#define READ_TIME (250 * GST_MSECOND)
/* How long a playlist that is not understood may still be one that is being written. */
#define MAX_GARBLED_TIME (5 * G_TIME_SPAN_SECOND)
/* How long the end of the playlist waits for the server to say how the egress ended. */
#define END_TIME (5 * G_TIME_SPAN_SECOND)
/* A playlist that does not grow for so many target durations has lost its worker, and a segment that is
 * not there for so many is given up. */
#define MAX_STILL_TARGETS 3
#define MAX_MISSING_TARGETS 2

struct _GstLiveKitEgressHlsReceiver
{
  GstLiveKitEgressLiveSrc parent;

  /* Set before the first state change. */
  GstLiveKitEgressReceiverConfig config;
  GstLiveKitEgressHlsPlan plan; /* from start to stop */
  GstLiveKitEgressHlsLoader loader;

  /* Of the streaming thread alone. */
  GstLiveKitEgressHlsCursor cursor;
  GBytes *leftover;             /* the playlist of an earlier egress */
  gboolean looked;              /* for one */
  guint plays;                  /* how often it began to, as far as is known here */
  GstLiveKitEgressHlsPace pace; /* at which the playlist is looked at */
  GstLiveKitEgressHlsStamp stamp;       /* of the file that was read and understood */
  gint64 grown;                 /* when there last was something new, in it or behind it */
  gint64 garbled;               /* since when it is not understood, 0 if it is */
  gint64 retry_time;            /* when to read the next segment again */
  gint64 give_up_time;          /* 0 while it was not missing */

  const gchar *container;       /* the media type, NULL before the first */
  gchar *map;                   /* the name of the header that was pushed */
  GBytes *header;               /* its content */
  GstLiveKitEgressHlsPieces pieces;     /* to be pushed */
  gboolean begun;               /* something of it was pushed */
  gboolean gap;                 /* before it */
  gboolean restarts;            /* its timestamps do not go on */
  GstClockTime time, duration;  /* of it, since the first */
  GstClockTime origin;          /* the running time of the first, NONE before it */
  GstClockTime latency;

  /* Guarded by the object lock. */
  guint polls, segments, missing;
};

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/mpegts, systemstream = (boolean) true; "
        "video/quicktime, variant = (string) iso-fragmented"));

static void gst_livekit_egress_hls_receiver_iface_init
    (GstLiveKitEgressReceiverInterface * iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstLiveKitEgressHlsReceiver,
    gst_livekit_egress_hls_receiver, GST_TYPE_LIVEKIT_EGRESS_LIVE_SRC,
    G_IMPLEMENT_INTERFACE (GST_TYPE_LIVEKIT_EGRESS_RECEIVER,
        gst_livekit_egress_hls_receiver_iface_init));

/*** Reading ***/

/* A name without what may be a token. */
static gchar *
show (const gchar * name)
{
  return g_strndup (name, strcspn (name, "?"));
}

static GBytes *
load (GstLiveKitEgressHlsReceiver * self, const gchar * name, gsize max_size,
    GError ** error)
{
  return gst_livekit_egress_hls_loader_load (&self->loader, name, max_size,
      error);
}

static GstFlowReturn
fail (GstLiveKitEgressHlsReceiver * self, const GError * error)
{
  gst_livekit_egress_post_error (GST_ELEMENT (self), error, NULL, NULL);
  return GST_FLOW_ERROR;
}

/*** The playlist ***/

static gint64
in_targets (GstLiveKitEgressHlsReceiver * self, guint n)
{
  return GST_TIME_AS_USECONDS (n * self->cursor.playlist->target_duration);
}

/* A frame is there when its segment has been written, which takes a target duration, and when the
 * playlist has been looked at. */
static GstClockTime
get_latency (GstLiveKitEgressHlsReceiver * self, GstClockTime target_duration)
{
  return target_duration + READ_TIME
      + gst_livekit_egress_hls_pace_get_interval (&self->pace,
      target_duration) * GST_USECOND;
}

static void
set_latency (GstLiveKitEgressHlsReceiver * self, GstClockTime latency)
{
  self->latency = latency;
  gst_livekit_egress_live_src_set_latency (GST_LIVEKIT_EGRESS_LIVE_SRC (self),
      latency);
}

static void
count (GstLiveKitEgressHlsReceiver * self, guint * counter, guint n)
{
  GST_OBJECT_LOCK (self);
  *counter += n;
  GST_OBJECT_UNLOCK (self);
}

static GBytes *
load_text (GstLiveKitEgressHlsReceiver * self, GError ** error)
{
  return load (self, self->plan.playlist, GST_LIVEKIT_EGRESS_PLAYLIST_MAX_SIZE,
      error);
}

/* A playlist that is there before the egress is started is of another one. */
static void
look_for_leftover (GstLiveKitEgressHlsReceiver * self)
{
  g_autoptr (GError) error = NULL;

  count (self, &self->polls, 1);
  self->leftover = load_text (self, &error);
  self->looked = !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  GST_DEBUG_OBJECT (self, "%s", error != NULL ? error->message :
      "there is a playlist of an earlier egress");
}

/* The worker writes, and it can be read. */
static void
note_growth (GstLiveKitEgressHlsReceiver * self)
{
  GstLiveKitEgressLiveSrc *src = GST_LIVEKIT_EGRESS_LIVE_SRC (self);

  self->grown = g_get_monotonic_time ();
  gst_livekit_egress_live_src_set_failure (src, NULL);
  if (!gst_livekit_egress_live_src_get_state (src).connected)
    gst_livekit_egress_live_src_set_connected (src, TRUE);
}

/* Nothing new came for too long: nothing is written, or it cannot be read. */
static gboolean
is_still (GstLiveKitEgressHlsReceiver * self)
{
  return self->cursor.playlist != NULL
      && g_get_monotonic_time () - self->grown >=
      in_targets (self, MAX_STILL_TARGETS);
}

static void
set_lost (GstLiveKitEgressHlsReceiver * self,
    const GstLiveKitEgressLiveSrcState * state)
{
  if (state->connected)
    gst_livekit_egress_live_src_set_connected (GST_LIVEKIT_EGRESS_LIVE_SRC
        (self), FALSE);
}

static void
tell_nothing_new (GstLiveKitEgressHlsReceiver * self)
{
  g_autofree gchar *shown = show (self->plan.playlist);
  g_autofree gchar *failure = g_strconcat (shown, " has nothing new", NULL);

  gst_livekit_egress_live_src_set_failure (GST_LIVEKIT_EGRESS_LIVE_SRC (self),
      failure);
}

static void
take_playlist (GstLiveKitEgressHlsReceiver * self,
    GstLiveKitEgressPlaylist * playlist)
{
  const gboolean is_first = self->cursor.playlist == NULL;

  if (is_first)
    set_latency (self, get_latency (self, playlist->target_duration));
  if (gst_livekit_egress_hls_cursor_update (&self->cursor, playlist)) {
    gst_livekit_egress_hls_pace_set_grown (&self->pace, self->cursor.playlist);
    note_growth (self);
  } else {
    gst_livekit_egress_hls_pace_set_same (&self->pace, self->cursor.playlist);
    tell_nothing_new (self);
  }

  if (!self->cursor.placed && self->cursor.playlist->segments->len > 0)
    gst_livekit_egress_hls_cursor_place (&self->cursor,
        self->config.hls_start == GST_LIVEKIT_EGRESS_HLS_START_LIVE);
}

static GstLiveKitEgressPlaylist *
load_playlist (GstLiveKitEgressHlsReceiver * self, GError ** error)
{
  g_autoptr (GBytes) bytes = load_text (self, error);
  GstLiveKitEgressPlaylist *playlist = NULL;
  g_autofree gchar *shown = NULL;
  gsize size;

  if (bytes == NULL)
    return NULL;
  if (self->leftover != NULL && g_bytes_equal (self->leftover, bytes)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
        "the playlist that is there is of an earlier egress");
    return NULL;
  }
  g_clear_pointer (&self->leftover, g_bytes_unref);

  playlist = gst_livekit_egress_playlist_parse (g_bytes_get_data (bytes, &size),
      g_bytes_get_size (bytes), error);
  if (playlist == NULL) {
    shown = show (self->plan.playlist);
    g_prefix_error (error, "%s is no playlist that can be played: ", shown);
  }
  return playlist;
}

/* A worker may be writing it: then it makes sense the next time. */
static gboolean
may_be_unfinished (GstLiveKitEgressHlsReceiver * self, const GError * error)
{
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA)) {
    self->garbled = 0;
    return TRUE;
  }
  if (self->garbled == 0)
    self->garbled = self->pace.polled;
  return self->pace.polled - self->garbled < MAX_GARBLED_TIME;
}

/* A file that need not be read again, but as often as one on a web server. */
static gboolean
is_unchanged (GstLiveKitEgressHlsReceiver * self,
    const GstLiveKitEgressHlsStamp * stamp)
{
  return self->cursor.placed
      && gst_livekit_egress_hls_stamp_holds (&self->stamp, stamp,
      in_targets (self, 1) / 2);
}

static GstFlowReturn
poll_playlist (GstLiveKitEgressHlsReceiver * self)
{
  GstLiveKitEgressHlsStamp stamp = { 0 };
  g_autoptr (GError) error = NULL;
  GstLiveKitEgressPlaylist *playlist;

  self->pace.polled = g_get_monotonic_time ();
  count (self, &self->polls, 1);
  gst_livekit_egress_hls_origin_stamp (self->plan.origin, self->plan.playlist,
      &stamp);
  if (is_unchanged (self, &stamp)) {
    gst_livekit_egress_hls_pace_set_same (&self->pace, self->cursor.playlist);
    tell_nothing_new (self);
    return GST_FLOW_OK;
  }

  playlist = load_playlist (self, &error);
  if (playlist != NULL) {
    self->garbled = 0;
    self->stamp = stamp;
    take_playlist (self, playlist);
    return GST_FLOW_OK;
  }
  self->stamp.settled = FALSE;

  gst_livekit_egress_hls_pace_set_same (&self->pace, self->cursor.playlist);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return GST_FLOW_OK;

  gst_livekit_egress_live_src_set_failure (GST_LIVEKIT_EGRESS_LIVE_SRC (self),
      error->message);
  return gst_livekit_egress_hls_origin_is_final (error)
      || !may_be_unfinished (self, error) ? fail (self, error) : GST_FLOW_OK;
}

/*** Segments ***/

static gboolean
load_segment (GstLiveKitEgressHlsReceiver * self,
    const GstLiveKitEgressPlaylistSegment * segment, GError ** error)
{
  g_autoptr (GBytes) head = NULL;
  g_autoptr (GBytes) media = NULL;

  if (segment->gap) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
        "the playlist says so");
    return FALSE;
  }
  if (segment->map != NULL && g_strcmp0 (segment->map, self->map) != 0) {
    head = load (self, segment->map, MAX_SEGMENT_SIZE, error);
    if (head == NULL
        || !gst_livekit_egress_hls_container_check (self->container,
            segment->map, head, error))
      return FALSE;
  }
  media = load (self, segment->uri, MAX_SEGMENT_SIZE, error);
  if (media == NULL
      || !gst_livekit_egress_hls_container_check (self->container,
          segment->uri, media, error))
    return FALSE;

  if (head != NULL) {
    g_free (self->map);
    self->map = g_strdup (segment->map);
    g_clear_pointer (&self->header, g_bytes_unref);
    self->header = g_bytes_ref (head);
  }
  gst_livekit_egress_hls_pieces_set (&self->pieces, g_steal_pointer (&head),
      g_steal_pointer (&media));
  self->begun = FALSE;
  return TRUE;
}

static void
give_up (GstLiveKitEgressHlsReceiver * self, const GError * error)
{
  g_autofree gchar *shown = lk_egress_redact_text (error->message);

  count (self, &self->missing, 1);
  self->gap = TRUE;
  GST_ELEMENT_WARNING (self, RESOURCE, READ,
      ("A segment is missing, and the stream goes on behind it: %s.", shown),
      (NULL));
}

static void
advance (GstLiveKitEgressHlsReceiver * self)
{
  self->retry_time = self->give_up_time = 0;
  gst_livekit_egress_hls_cursor_advance (&self->cursor);
}

static GstFlowReturn
fetch (GstLiveKitEgressHlsReceiver * self,
    const GstLiveKitEgressPlaylistSegment * segment,
    const GstLiveKitEgressLiveSrcState * state)
{
  g_autoptr (GError) error = NULL;
  gint64 now;

  if (load_segment (self, segment, &error)) {
    self->time =
        gst_livekit_egress_hls_cursor_get_time (&self->cursor, segment);
    self->duration = segment->duration;
    self->restarts =
        gst_livekit_egress_hls_cursor_is_discontinuous (&self->cursor, segment);
    count (self, &self->segments, 1);
    note_growth (self);
    advance (self);
    return GST_FLOW_OK;
  }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return GST_FLOW_OK;
  if (gst_livekit_egress_hls_origin_is_final (error))
    return fail (self, error);

  gst_livekit_egress_live_src_set_failure (GST_LIVEKIT_EGRESS_LIVE_SRC (self),
      error->message);
  now = g_get_monotonic_time ();
  if (self->give_up_time == 0)
    self->give_up_time = now + in_targets (self, MAX_MISSING_TARGETS);
  self->retry_time = now + RETRY_TIME;
  if (segment->gap || now >= self->give_up_time) {
    give_up (self, error);
    advance (self);
  }
  if (is_still (self)) {
    if (state->ended)
      return GST_FLOW_EOS;
    set_lost (self, state);
  }
  return GST_FLOW_OK;
}

static void
tell_lost (GstLiveKitEgressHlsReceiver * self, guint64 n_lost)
{
  count (self, &self->missing, MIN (n_lost, G_MAXUINT));
  self->retry_time = self->give_up_time = 0;
  self->gap = TRUE;
  GST_ELEMENT_WARNING (self, RESOURCE, READ,
      ("%" G_GUINT64_FORMAT " segments left the playlist before they were "
          "read, and the stream goes on behind them: reading is too slow, or "
          "the worker has begun anew.", n_lost), (NULL));
}

/*** What is pushed ***/

/* How long it is until it is time for a segment, which is when it would have been written. */
static GstClockTime
get_early_time (GstLiveKitEgressHlsReceiver * self, GstClockTime now)
{
  const GstClockTime end = self->origin + self->time + self->duration;

  now += self->cursor.playlist->target_duration / 2;
  return end - MIN (end, now);
}

/* What comes later than was promised is played later from then on. */
static void
check_lateness (GstLiveKitEgressHlsReceiver * self, GstClockTime now)
{
  const GstClockTime begin = self->origin + self->time;

  if (now > begin + self->latency)
    set_latency (self, now - begin + READ_TIME);
}

static void
set_caps (GstLiveKitEgressHlsReceiver * self)
{
  g_autoptr (GstCaps) all = gst_static_pad_template_get_caps (&src_template);
  g_autoptr (GstCaps) own = NULL, caps = NULL;

  if (self->container != NULL)
    return;

  self->container = gst_livekit_egress_hls_container_sniff (self->pieces.media);
  own = gst_caps_new_empty_simple (self->container);
  caps = gst_caps_intersect (all, own);
  gst_base_src_set_caps (GST_BASE_SRC (self), caps);
}

/* The first piece of a segment. A stream that goes on needs no timestamps: it has its own. */
static GstBuffer *
begin_segment (GstLiveKitEgressHlsReceiver * self, GstClockTime now,
    GstClockTime * age)
{
  const gboolean is_first = !GST_CLOCK_TIME_IS_VALID (self->origin);
  GstClockTime own_time = GST_CLOCK_TIME_NONE;
  GstBuffer *buffer;

  if (GST_CLOCK_TIME_IS_VALID (now)) {
    if (is_first)
      self->origin = (now > self->duration ? now - self->duration : 0);
    check_lateness (self, now);
    if (is_first || self->restarts)
      *age = now - MIN (now, self->origin + self->time);
  }
  set_caps (self);
  if (GST_CLOCK_TIME_IS_VALID (*age) && self->header != NULL)
    own_time = gst_livekit_egress_fragment_get_time (self->header,
        self->pieces.media);

  buffer = gst_livekit_egress_hls_pieces_take (&self->pieces);
  GST_BUFFER_PTS (buffer) = own_time;
  if (self->gap || self->restarts)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  self->gap = self->restarts = FALSE;
  return buffer;
}

static void
wait_until (GstLiveKitEgressHlsReceiver * self, gint64 time)
{
  gst_livekit_egress_live_src_wait (GST_LIVEKIT_EGRESS_LIVE_SRC (self), time);
}

static void
push (GstLiveKitEgressHlsReceiver * self, GstBuffer ** buffer,
    GstClockTime * age)
{
  const GstClockTime now =
      gst_element_get_current_running_time (GST_ELEMENT (self));
  const GstClockTime early = GST_CLOCK_TIME_IS_VALID (now)
      && GST_CLOCK_TIME_IS_VALID (self->origin) ?
      get_early_time (self, now) : 0;

  if (self->begun)
    *buffer = gst_livekit_egress_hls_pieces_take (&self->pieces);
  else if (early > 0)
    wait_until (self, g_get_monotonic_time () + early / GST_USECOND + 1);
  else {
    self->begun = TRUE;
    *buffer = begin_segment (self, now, age);
  }
}

/*** The stream ***/

/* Whoever was paused goes on at the live edge, unless all is to be read. */
static void
follow_state (GstLiveKitEgressHlsReceiver * self, guint plays)
{
  if (plays == self->plays)
    return;

  self->plays = plays;
  self->grown = g_get_monotonic_time ();
  if (self->config.hls_start != GST_LIVEKIT_EGRESS_HLS_START_LIVE
      || !GST_CLOCK_TIME_IS_VALID (self->origin))
    return;

  /* A header that was not pushed has to be read again. */
  if (self->pieces.head != NULL)
    g_clear_pointer (&self->map, g_free);
  gst_livekit_egress_hls_pieces_clear (&self->pieces);
  self->cursor.placed = FALSE;
  self->origin = GST_CLOCK_TIME_NONE;
  self->pace.next = self->retry_time = self->give_up_time = 0;
  gst_livekit_egress_live_src_skip (GST_LIVEKIT_EGRESS_LIVE_SRC (self));
}

/* The server says how the egress ended, and an error of it goes before EOS. The last segment is written
 * before it says so. */
static gboolean
is_over (GstLiveKitEgressHlsReceiver * self,
    const GstLiveKitEgressLiveSrcState * state)
{
  const gboolean list_ended = self->cursor.playlist != NULL
      && self->cursor.playlist->ended;

  if (state->ended)
    return list_ended || self->pace.polled >= state->end_time + state->linger;
  return list_ended && g_get_monotonic_time () - self->grown >= END_TIME;
}

/* When it is to be looked at that nothing new has come, which may be before the next poll. */
static gint64
get_wait_end (GstLiveKitEgressHlsReceiver * self, gint64 now, gint64 poll_time)
{
  gint64 end;

  if (self->cursor.playlist == NULL)
    return poll_time;
  end = self->grown + (self->cursor.playlist->ended ? END_TIME :
      in_targets (self, MAX_STILL_TARGETS));
  return end > now ? MIN (poll_time, end) : poll_time;
}

/* All that is there is read. */
static GstFlowReturn
wait_for_more (GstLiveKitEgressHlsReceiver * self,
    const GstLiveKitEgressLiveSrcState * state)
{
  const gint64 now = g_get_monotonic_time ();
  gint64 poll_time = self->pace.next;

  if (is_over (self, state))
    return GST_FLOW_EOS;
  if (state->ended)
    poll_time = self->pace.polled > state->end_time ?
        MIN (poll_time, self->pace.polled + RETRY_TIME) : 0;
  if (!state->ended && is_still (self) && !self->cursor.playlist->ended)
    set_lost (self, state);
  if (now >= poll_time)
    return poll_playlist (self);

  wait_until (self, get_wait_end (self, now, poll_time));
  return GST_FLOW_OK;
}

static GstFlowReturn
gst_livekit_egress_hls_receiver_next (GstLiveKitEgressLiveSrc * src,
    GstBuffer ** buffer, GstClockTime * age)
{
  GstLiveKitEgressHlsReceiver *self = GST_LIVEKIT_EGRESS_HLS_RECEIVER (src);
  const GstLiveKitEgressLiveSrcState state =
      gst_livekit_egress_live_src_get_state (src);
  const GstLiveKitEgressPlaylistSegment *segment;
  guint64 n_lost;

  follow_state (self, state.plays);
  if (!self->looked)
    look_for_leftover (self);
  else if (!state.playing)
    wait_until (self, G_MAXINT64);
  else if (self->pieces.media != NULL)
    push (self, buffer, age);
  else {
    segment = gst_livekit_egress_hls_cursor_peek (&self->cursor, &n_lost);
    if (n_lost > 0)
      tell_lost (self, n_lost);
    if (segment == NULL)
      return wait_for_more (self, &state);
    if (g_get_monotonic_time () >= self->retry_time)
      return fetch (self, segment, &state);
    wait_until (self, self->retry_time);
  }
  return GST_FLOW_OK;
}

static void
gst_livekit_egress_hls_receiver_add_stats (GstLiveKitEgressLiveSrc * src,
    GstStructure * stats)
{
  GstLiveKitEgressHlsReceiver *self = GST_LIVEKIT_EGRESS_HLS_RECEIVER (src);

  GST_OBJECT_LOCK (self);
  gst_structure_set (stats, "polls", G_TYPE_UINT, self->polls, "segments",
      G_TYPE_UINT, self->segments, "segments-missing", G_TYPE_UINT,
      self->missing, NULL);
  GST_OBJECT_UNLOCK (self);
}

/*** Start and stop ***/

static gboolean
gst_livekit_egress_hls_receiver_start (GstBaseSrc * src)
{
  GstLiveKitEgressHlsReceiver *self = GST_LIVEKIT_EGRESS_HLS_RECEIVER (src);
  g_autoptr (GError) error = NULL;

  if (!gst_livekit_egress_hls_plan_init (&self->plan, &self->config, &error)) {
    gst_livekit_egress_post_error (GST_ELEMENT (self), error, NULL, NULL);
    return FALSE;
  }

  self->loader.origin = self->plan.origin;
  self->looked = self->gap = self->restarts = FALSE;
  gst_livekit_egress_hls_pace_init (&self->pace,
      gst_livekit_egress_hls_origin_is_folder (self->plan.origin));
  self->grown = self->garbled = 0;
  self->stamp.settled = FALSE;
  self->retry_time = self->give_up_time = 0;
  self->container = NULL;
  self->origin = GST_CLOCK_TIME_NONE;
  GST_OBJECT_LOCK (self);
  self->polls = self->segments = self->missing = 0;
  GST_OBJECT_UNLOCK (self);
  set_latency (self, get_latency (self, self->plan.segment_duration));

  return GST_BASE_SRC_CLASS
      (gst_livekit_egress_hls_receiver_parent_class)->start (src);
}

static gboolean
gst_livekit_egress_hls_receiver_stop (GstBaseSrc * src)
{
  GstLiveKitEgressHlsReceiver *self = GST_LIVEKIT_EGRESS_HLS_RECEIVER (src);

  gst_livekit_egress_hls_cursor_clear (&self->cursor);
  g_clear_pointer (&self->leftover, g_bytes_unref);
  g_clear_pointer (&self->header, g_bytes_unref);
  gst_livekit_egress_hls_pieces_clear (&self->pieces);
  g_clear_pointer (&self->map, g_free);
  gst_livekit_egress_hls_plan_clear (&self->plan);

  return GST_BASE_SRC_CLASS
      (gst_livekit_egress_hls_receiver_parent_class)->stop (src);
}

static gboolean
gst_livekit_egress_hls_receiver_unlock (GstBaseSrc * src)
{
  gst_livekit_egress_hls_loader_set_stopped (&GST_LIVEKIT_EGRESS_HLS_RECEIVER
      (src)->loader, TRUE);
  return GST_BASE_SRC_CLASS
      (gst_livekit_egress_hls_receiver_parent_class)->unlock (src);
}

static gboolean
gst_livekit_egress_hls_receiver_unlock_stop (GstBaseSrc * src)
{
  gst_livekit_egress_hls_loader_set_stopped (&GST_LIVEKIT_EGRESS_HLS_RECEIVER
      (src)->loader, FALSE);
  return GST_BASE_SRC_CLASS
      (gst_livekit_egress_hls_receiver_parent_class)->unlock_stop (src);
}

/* What it carries is known when it is read. */
static gboolean
gst_livekit_egress_hls_receiver_negotiate (GstBaseSrc * src)
{
  return TRUE;
}

/*** Receiver ***/

static void
gst_livekit_egress_hls_receiver_configure (GstLiveKitEgressReceiver * receiver,
    const GstLiveKitEgressReceiverConfig * config)
{
  GstLiveKitEgressHlsReceiver *self =
      GST_LIVEKIT_EGRESS_HLS_RECEIVER (receiver);

  self->config = (GstLiveKitEgressReceiverConfig) {
  .location = g_strdup (config->location),.playback_uri =
        g_strdup (config->playback_uri),.hls_start =
        config->hls_start,.segments = config->segments};
  if (self->config.segments != NULL)
    g_object_ref (self->config.segments);
}

static gboolean
gst_livekit_egress_hls_receiver_add_output (GstLiveKitEgressReceiver * receiver,
    LkEgressRequest * request, GError ** error)
{
  lk_egress_request_add_output (request,
      GST_LIVEKIT_EGRESS_HLS_RECEIVER (receiver)->plan.output);
  return TRUE;
}

static void
gst_livekit_egress_hls_receiver_iface_init (GstLiveKitEgressReceiverInterface *
    iface)
{
  iface->configure = gst_livekit_egress_hls_receiver_configure;
  iface->add_output = gst_livekit_egress_hls_receiver_add_output;
}

/*** Object ***/

static void
gst_livekit_egress_hls_receiver_finalize (GObject * object)
{
  GstLiveKitEgressHlsReceiver *self = GST_LIVEKIT_EGRESS_HLS_RECEIVER (object);

  g_free ((gchar *) self->config.location);
  g_free ((gchar *) self->config.playback_uri);
  g_clear_object (&self->config.segments);
  gst_livekit_egress_hls_loader_clear (&self->loader);

  G_OBJECT_CLASS (gst_livekit_egress_hls_receiver_parent_class)->finalize
      (object);
}

static void
gst_livekit_egress_hls_receiver_class_init (GstLiveKitEgressHlsReceiverClass *
    klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *src_class = GST_BASE_SRC_CLASS (klass);
  GstLiveKitEgressLiveSrcClass *live_class =
      GST_LIVEKIT_EGRESS_LIVE_SRC_CLASS (klass);

  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "LiveKit egress HLS receiver", "Source/Network",
      "Reads the segments that a LiveKit egress writes",
      "The livekit-egress authors");

  G_OBJECT_CLASS (klass)->finalize = gst_livekit_egress_hls_receiver_finalize;
  src_class->start = gst_livekit_egress_hls_receiver_start;
  src_class->stop = gst_livekit_egress_hls_receiver_stop;
  src_class->unlock = gst_livekit_egress_hls_receiver_unlock;
  src_class->unlock_stop = gst_livekit_egress_hls_receiver_unlock_stop;
  src_class->negotiate = gst_livekit_egress_hls_receiver_negotiate;
  live_class->next = gst_livekit_egress_hls_receiver_next;
  live_class->add_stats = gst_livekit_egress_hls_receiver_add_stats;
}

static void
gst_livekit_egress_hls_receiver_init (GstLiveKitEgressHlsReceiver * self)
{
  gst_livekit_egress_hls_loader_init (&self->loader);
}
