/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresswebsocketaudio.h"

#include <string.h>

#define RATE 48000
#define FRAME_BYTES 4

/* A second waits at most. Small messages share a chunk, so that their number is bounded, too. */
#define MAX_BYTES (RATE * FRAME_BYTES)
#define CHUNK_BYTES 1920

/* How much later samples may come than their time, and how much earlier: what was once late is ahead of
 * its time when it is no longer, and a second time it is not missed. */
#define MAX_LATE (100 * GST_MSECOND)
#define MAX_EARLY (500 * GST_MSECOND)

/* How long samples that are later, and the first of another connection, are held back to see how many
 * follow at once; and how much silence is told at once. */
#define PATIENCE (500 * GST_MSECOND)
#define COLLECT_TIME (200 * GST_MSECOND)
#define GAP_TIME (50 * GST_MSECOND)

typedef struct
{
  GByteArray *bytes;
  GstClockTime arrival;
} Chunk;

struct _GstLiveKitEgressWebsocketAudio
{
  GQueue chunks;
  gsize n_bytes;                /* in all of them */
  guint64 dropped;              /* bytes */
  guint64 n_messages;
  guint n_corrections;
  gboolean muted;

  GstClockTime anchor;          /* NONE: the next samples set it */
  guint64 n_frames;             /* since then */
  GstClockTime end;             /* of what was given; 0 at first, when nothing was */
  gboolean begun;
  gboolean skipping;            /* until samples and arrival are in line again */
  gboolean collecting;          /* what the sender kept while it was away */
};

static void
chunk_free (Chunk * self)
{
  g_byte_array_unref (self->bytes);
  g_free (self);
}

GstLiveKitEgressWebsocketAudio *
gst_livekit_egress_websocket_audio_new (void)
{
  GstLiveKitEgressWebsocketAudio *self =
      g_new0 (GstLiveKitEgressWebsocketAudio, 1);

  g_queue_init (&self->chunks);
  self->anchor = GST_CLOCK_TIME_NONE;
  return self;
}

void
gst_livekit_egress_websocket_audio_free (GstLiveKitEgressWebsocketAudio * self)
{
  g_queue_clear_full (&self->chunks, (GDestroyNotify) chunk_free);
  g_free (self);
}

gboolean
gst_livekit_egress_websocket_audio_is_muted (GstLiveKitEgressWebsocketAudio *
    self)
{
  return self->muted;
}

guint64
gst_livekit_egress_websocket_audio_get_dropped (GstLiveKitEgressWebsocketAudio *
    self)
{
  return self->dropped;
}

/*** What comes ***/

static void
loosen (GstLiveKitEgressWebsocketAudio * self)
{
  self->anchor = GST_CLOCK_TIME_NONE;
  self->skipping = FALSE;
}

void
gst_livekit_egress_websocket_audio_begin (GstLiveKitEgressWebsocketAudio * self)
{
  loosen (self);
  self->collecting = self->begun;
}

static GByteArray *
take_head (GstLiveKitEgressWebsocketAudio * self)
{
  Chunk *head = g_queue_pop_head (&self->chunks);
  GByteArray *bytes = g_byte_array_ref (head->bytes);

  self->n_bytes -= bytes->len;
  chunk_free (head);
  return bytes;
}

static void
drop_head (GstLiveKitEgressWebsocketAudio * self)
{
  g_byte_array_unref (take_head (self));
}

void
gst_livekit_egress_websocket_audio_take_samples (GstLiveKitEgressWebsocketAudio
    * self, const guint8 * data, gsize size, GstClockTime arrival)
{
  Chunk *tail = g_queue_peek_tail (&self->chunks);

  self->n_messages++;
  /* Each message begins with a whole frame, even after one that was cut. */
  size -= size % FRAME_BYTES;
  if (size == 0)
    return;

  if (tail == NULL || tail->bytes->len + size > CHUNK_BYTES) {
    tail = g_new0 (Chunk, 1);
    tail->bytes = g_byte_array_sized_new (size);
    tail->arrival = arrival;
    g_queue_push_tail (&self->chunks, tail);
  }
  g_byte_array_append (tail->bytes, data, size);
  self->n_bytes += size;

  while (self->n_bytes > MAX_BYTES) {
    self->dropped += ((Chunk *) g_queue_peek_head (&self->chunks))->bytes->len;
    drop_head (self);
    loosen (self);
  }
}

static gboolean
take_word (const gchar ** text, const gchar * end, const gchar * word)
{
  const gsize length = strlen (word);

  while (*text < end && strchr (" \t\r\n", **text) != NULL && **text != '\0')
    (*text)++;
  if ((gsize) (end - *text) < length || memcmp (*text, word, length) != 0)
    return FALSE;
  *text += length;
  return TRUE;
}

/* The worker sends {"muted":true} and {"muted":false}, and nothing else. */
void
gst_livekit_egress_websocket_audio_take_text (GstLiveKitEgressWebsocketAudio *
    self, const gchar * text, gsize size)
{
  const gchar *end = text + size;
  gboolean muted;

  self->n_messages++;
  if (!take_word (&text, end, "{") || !take_word (&text, end, "\"muted\"")
      || !take_word (&text, end, ":"))
    return;
  muted = take_word (&text, end, "true");
  if ((!muted && !take_word (&text, end, "false"))
      || !take_word (&text, end, "}"))
    return;
  take_word (&text, end, "");
  if (text == end)
    self->muted = muted;
}

/*** What goes ***/

static GstClockTime
to_time (guint64 n_frames)
{
  return gst_util_uint64_scale (n_frames, GST_SECOND, RATE);
}

/* When the first of them was sent at the latest: none of the others had arrived before it was sent. */
static GstClockTime
get_due (GstLiveKitEgressWebsocketAudio * self, GstClockTime now)
{
  GstClockTime due = now;
  guint64 n_frames = 0;
  GList *l;

  for (l = self->chunks.head; l != NULL; l = l->next) {
    const Chunk *chunk = l->data;
    const GstClockTime arrival = GST_CLOCK_TIME_IS_VALID (chunk->arrival) ?
        chunk->arrival : now;
    const GstClockTime offset = to_time (n_frames);

    due = MIN (due, arrival > offset ? arrival - offset : 0);
    n_frames += chunk->bytes->len / FRAME_BYTES;
  }
  return due;
}

static gboolean
is_fresh (const Chunk * chunk, GstClockTime now, GstClockTime limit)
{
  return GST_CLOCK_TIME_IS_VALID (chunk->arrival)
      && now < chunk->arrival + limit;
}

/* Holds the number of samples against their arrival. FALSE if nothing is to be given yet. */
static gboolean
correct (GstLiveKitEgressWebsocketAudio * self, GstClockTime now)
{
  const Chunk *head;

  while ((head = g_queue_peek_head (&self->chunks)) != NULL) {
    const GstClockTime due = get_due (self, now);

    if (!GST_CLOCK_TIME_IS_VALID (self->anchor))
      return !self->collecting || !is_fresh (head, now, COLLECT_TIME);

    if (self->end > due + (self->skipping ? 0 : MAX_EARLY)) {
      /* There are more samples than time. */
      self->skipping = TRUE;
      drop_head (self);
      continue;
    }
    if (due <= self->end + MAX_LATE && !self->skipping)
      return TRUE;
    if (!self->skipping && is_fresh (head, now, PATIENCE))
      return FALSE;
    loosen (self);
    self->n_corrections++;
  }
  return FALSE;
}

static void
stamp (GstLiveKitEgressWebsocketAudio * self, GstBuffer * buffer)
{
  const GstClockTime start = self->anchor + to_time (self->n_frames);

  if (self->n_frames == 0)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  self->n_frames += gst_buffer_get_size (buffer) / FRAME_BYTES;
  self->end = self->anchor + to_time (self->n_frames);
  GST_BUFFER_PTS (buffer) = start;
  GST_BUFFER_DURATION (buffer) = self->end - start;
  self->begun = TRUE;
}

GstBuffer *
gst_livekit_egress_websocket_audio_pop (GstLiveKitEgressWebsocketAudio * self,
    GstClockTime now)
{
  const gboolean plays = GST_CLOCK_TIME_IS_VALID (now);
  GByteArray *bytes;
  GstBuffer *buffer;

  if (g_queue_is_empty (&self->chunks) || (plays && !correct (self, now)))
    return NULL;

  if (!plays) {
    loosen (self);
  } else if (!GST_CLOCK_TIME_IS_VALID (self->anchor)) {
    self->anchor = MAX (get_due (self, now), self->end);
    self->n_frames = 0;
    self->collecting = FALSE;
  }
  bytes = take_head (self);
  buffer = gst_buffer_new_wrapped_full (0, bytes->data, bytes->len, 0,
      bytes->len, bytes, (GDestroyNotify) g_byte_array_unref);
  if (plays)
    stamp (self, buffer);
  return buffer;
}

gboolean
gst_livekit_egress_websocket_audio_pop_gap (GstLiveKitEgressWebsocketAudio *
    self, GstClockTime now, GstClockTime * start, GstClockTime * duration)
{
  /* Silence that is sent may be late like any other sound. */
  const GstClockTime wait = GST_CLOCK_TIME_IS_VALID (self->anchor) ?
      PATIENCE : GAP_TIME;

  if (!self->muted || !self->begun || !g_queue_is_empty (&self->chunks)
      || !GST_CLOCK_TIME_IS_VALID (now) || now < self->end + wait)
    return FALSE;

  *start = self->end;
  *duration = now - self->end;
  self->end = now;
  loosen (self);
  return TRUE;
}

void
gst_livekit_egress_websocket_audio_add_stats (GstLiveKitEgressWebsocketAudio *
    self, GstStructure * stats)
{
  gst_structure_set (stats, "messages", G_TYPE_UINT64, self->n_messages,
      "bytes-dropped", G_TYPE_UINT64, self->dropped,
      "corrections", G_TYPE_UINT, self->n_corrections,
      "muted", G_TYPE_BOOLEAN, self->muted, NULL);
}
