/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressflvtimeline.h"

#include "gstlivekitegressflv.h"

#define TAG_HEADER GST_LIVEKIT_EGRESS_FLV_HEADER_SIZE

#define CODEC_H264 7
#define CODEC_AAC 10

/* Description that is kept. */
#define MAX_KEPT (64 * 1024)

/* A publisher whose timestamps go back so far, or are so far ahead of the time, has begun anew. */
#define MAX_BACK_MS 2000
#define MAX_AHEAD (5 * G_TIME_SPAN_SECOND)

/* How long a picture may be awaited that needs none before it. */
#define MAX_KEY_FRAME_MS 10000

typedef enum
{
  KIND_METADATA,
  KIND_VIDEO,
  KIND_AUDIO,
  N_KINDS
} Kind;

struct _GstLiveKitEgressFlvTimeline
{
  GstBuffer *kept[N_KINDS];     /* what describes the stream */
  gboolean is_news[N_KINDS];    /* and was not passed on */

  /* What comes, in the time of the publisher. */
  gboolean anchored;
  gint64 anchor;                /* monotonic time of the timestamp 0 */
  gint64 last_come;             /* milliseconds, not cut to 32 bits */

  /* What leaves, in milliseconds of running time. */
  gboolean begun;
  gint64 shift;                 /* from the time of the publisher */
  gint64 last_left[N_KINDS];
  gboolean discont;             /* what leaves next has a gap before it */
  gboolean awaits_key_frame;
  gint64 key_frame_deadline;
};

GstLiveKitEgressFlvTimeline *
gst_livekit_egress_flv_timeline_new (void)
{
  return g_new0 (GstLiveKitEgressFlvTimeline, 1);
}

static void
begin_connection (GstLiveKitEgressFlvTimeline * self)
{
  guint i;

  self->anchored = FALSE;
  for (i = 0; i < N_KINDS; i++) {
    gst_clear_buffer (&self->kept[i]);
    self->is_news[i] = FALSE;
  }
}

void
gst_livekit_egress_flv_timeline_free (GstLiveKitEgressFlvTimeline * self)
{
  begin_connection (self);
  g_free (self);
}

/*** Tags ***/

typedef struct
{
  Kind kind;
  gboolean describes;           /* the stream; it is no part of it */
  gboolean needs_others;        /* a picture that is not whole by itself */
  guint32 time;                 /* milliseconds */
} Tag;

/* FALSE for what is no tag that anybody shows. */
static gboolean
parse (GstBuffer * buffer, Tag * tag)
{
  guint8 data[TAG_HEADER + 2];

  if (gst_buffer_extract (buffer, 0, data, sizeof data) < sizeof data)
    return FALSE;

  tag->time = (guint32) data[7] << 24 | GST_READ_UINT24_BE (data + 4);
  tag->needs_others = FALSE;
  switch (data[0]) {
    case GST_LIVEKIT_EGRESS_FLV_AUDIO:
      tag->kind = KIND_AUDIO;
      tag->describes = data[TAG_HEADER] >> 4 == CODEC_AAC
          && data[TAG_HEADER + 1] == 0;
      return TRUE;
    case GST_LIVEKIT_EGRESS_FLV_VIDEO:
      tag->kind = KIND_VIDEO;
      tag->describes = (data[TAG_HEADER] & 0x0f) == CODEC_H264
          && data[TAG_HEADER + 1] == 0;
      tag->needs_others = data[TAG_HEADER] >> 4 != 1;
      return TRUE;
    case GST_LIVEKIT_EGRESS_FLV_SCRIPT:
      tag->kind = KIND_METADATA;
      tag->describes = TRUE;
      return TRUE;
    default:
      return FALSE;
  }
}

static GstBuffer *
set_time (GstBuffer * buffer, gint64 time)
{
  const guint32 ms = (guint32) time;
  guint8 bytes[4];

  GST_WRITE_UINT24_BE (bytes, ms & 0xffffff);
  bytes[3] = ms >> 24;
  buffer = gst_buffer_make_writable (buffer);
  gst_buffer_fill (buffer, 4, bytes, sizeof bytes);
  return buffer;
}

/*** What comes ***/

static void
keep (GstLiveKitEgressFlvTimeline * self, Kind kind, GstBuffer * tag)
{
  if (gst_buffer_get_size (tag) <= MAX_KEPT) {
    gst_buffer_replace (&self->kept[kind], tag);
    self->is_news[kind] = TRUE;
  }
  gst_buffer_unref (tag);
}

/* The timestamp 0, as the timestamps and the time that it is now have it. */
static gint64
get_anchor (gint64 come, gint64 now)
{
  return now - come * G_TIME_SPAN_MILLISECOND;
}

GstBuffer *
gst_livekit_egress_flv_timeline_take (GstLiveKitEgressFlvTimeline * self,
    GstBuffer * buffer, gint64 now, GstClockTime * age)
{
  gint64 come;
  Tag tag;

  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_HEADER)
      || !parse (buffer, &tag)) {
    if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_HEADER))
      begin_connection (self);
    gst_buffer_unref (buffer);
    return NULL;
  }
  if (tag.describes) {
    keep (self, tag.kind, buffer);
    return NULL;
  }

  come = self->last_come + (gint32) (tag.time - (guint32) self->last_come);
  if (!self->anchored || come < self->last_come - MAX_BACK_MS
      || get_anchor (come, now) < self->anchor - MAX_AHEAD) {
    self->anchored = TRUE;
    come = tag.time;
    self->anchor = get_anchor (come, now);
    buffer = gst_buffer_make_writable (buffer);
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  }
  self->last_come = come;
  *age = MAX (get_anchor (come, now) - self->anchor, 0) * GST_USECOND;
  return buffer;
}

/*** What leaves ***/

static void
begin_stretch (GstLiveKitEgressFlvTimeline * self, GstClockTime pts)
{
  const gint64 last = MAX (self->last_left[KIND_VIDEO],
      self->last_left[KIND_AUDIO]);
  gint64 time = self->begun ? last + 1 : 0;
  guint i;

  if (GST_CLOCK_TIME_IS_VALID (pts))
    time = MAX (time, (gint64) (pts / GST_MSECOND));
  self->shift = time - self->last_come;
  self->discont = TRUE;
  self->awaits_key_frame = TRUE;
  self->key_frame_deadline = time + MAX_KEY_FRAME_MS;
  for (i = 0; i < N_KINDS; i++)
    self->is_news[i] = self->kept[i] != NULL;
}

/* What has to be told before this tag, and the tag. */
static GstBuffer *
add_news (GstLiveKitEgressFlvTimeline * self, GstBuffer * tag, gint64 time)
{
  GstBuffer *news = NULL;
  guint i;

  if (!self->begun)
    news = gst_livekit_egress_flv_new_header ();
  self->begun = TRUE;
  for (i = 0; i < N_KINDS; i++) {
    if (self->is_news[i]) {
      GstBuffer *told = set_time (gst_buffer_copy_deep (self->kept[i]), time);

      news = news != NULL ? gst_buffer_append (news, told) : told;
    }
    self->is_news[i] = FALSE;
  }
  return news != NULL ? gst_buffer_append (news, tag) : tag;
}

/* Nothing is shown before the first whole picture, so that sound and picture begin together; later the
 * sound goes on at once. */
static gboolean
is_early (GstLiveKitEgressFlvTimeline * self, const Tag * tag, gint64 time)
{
  const gboolean is_sound = tag->kind == KIND_AUDIO;

  if (!self->awaits_key_frame || time >= self->key_frame_deadline)
    return FALSE;
  return is_sound ? !self->begun && self->kept[KIND_VIDEO] != NULL :
      tag->needs_others;
}

GstBuffer *
gst_livekit_egress_flv_timeline_place (GstLiveKitEgressFlvTimeline * self,
    GstBuffer * buffer)
{
  gint64 time;
  Tag tag = { 0 };

  parse (buffer, &tag);
  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT))
    begin_stretch (self, GST_BUFFER_PTS (buffer));

  time = self->last_come + self->shift;
  if (is_early (self, &tag, time)) {
    gst_buffer_unref (buffer);
    return NULL;
  }
  if (tag.kind == KIND_VIDEO)
    self->awaits_key_frame = FALSE;

  /* Who muxes a stream again minds timestamps that go back. */
  time = MAX (time, self->last_left[tag.kind]);
  self->last_left[tag.kind] = time;
  buffer = add_news (self, set_time (buffer, time), time);
  GST_BUFFER_PTS (buffer) = time * GST_MSECOND;
  if (self->discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  self->discont = FALSE;
  return buffer;
}
