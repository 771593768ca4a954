/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressrtmpchunks.h"

#include <string.h>

#include <gst/gst.h>

/* Publishers use up to five. */
#define MAX_STREAMS 16

/* The specification's advice; nobody goes below, and each chunk costs time. */
#define MIN_CHUNK_SIZE 128
#define MAX_CHUNK_SIZE 0x7fffffff

#define MAX_BASIC_HEADER 3
#define MAX_MESSAGE_HEADER 11
#define EXTENDED_SIZE 4
#define EXTENDED 0xffffff       /* in place of a timestamp: it follows, in four bytes */

/* How much of the message header each type of chunk has. */
static const guint message_header_sizes[] = { 11, 7, 3, 0 };

#define FULL 0                  /* has all */
#define SAME_STREAM 1           /* ... but the message stream */
#define SAME_SIZE 2             /* ... and the size and the type */
#define SAME_ALL 3              /* nothing: more of the message, or one more like the last */

typedef struct
{
  guint32 id;
  /* of the last header */
  gboolean known;
  gboolean extended;
  guint32 time_field;           /* a timestamp, or the time since the last one */
  guint32 size;
  guint8 type;

  guint32 timestamp;
  guint8 *block;                /* of a message that is not whole */
  guint32 filled;
} ChunkStream;

struct _GstLiveKitEgressRtmpChunkReader
{
  gsize room_before;
  gsize room_after;
  gsize limit;
  gsize unfinished;             /* sum of the sizes of all messages that are not whole */
  guint32 chunk_size;
  /* Whether type 3 comes without the extended timestamp, against the specification. */
  gboolean omits_extended;

  guint8 header[MAX_BASIC_HEADER + MAX_MESSAGE_HEADER + EXTENDED_SIZE];
  guint header_size;            /* what is there of it */

  ChunkStream *current;         /* whose chunk comes; NULL: a header comes */
  guint32 chunk_left;
  guint n_streams;
  ChunkStream streams[MAX_STREAMS];
};

GstLiveKitEgressRtmpChunkReader *
gst_livekit_egress_rtmp_chunk_reader_new (gsize room_before, gsize room_after)
{
  GstLiveKitEgressRtmpChunkReader *self =
      g_new0 (GstLiveKitEgressRtmpChunkReader, 1);

  self->room_before = room_before;
  self->room_after = room_after;
  self->chunk_size = GST_LIVEKIT_EGRESS_RTMP_DEFAULT_CHUNK_SIZE;
  return self;
}

void
gst_livekit_egress_rtmp_chunk_reader_free (GstLiveKitEgressRtmpChunkReader *
    self)
{
  guint i;

  for (i = 0; i < self->n_streams; i++)
    g_free (self->streams[i].block);
  g_free (self);
}

void
gst_livekit_egress_rtmp_chunk_reader_set_limit (GstLiveKitEgressRtmpChunkReader
    * self, gsize limit)
{
  self->limit = limit;
}

gboolean
    gst_livekit_egress_rtmp_chunk_reader_set_chunk_size
    (GstLiveKitEgressRtmpChunkReader * self, guint32 chunk_size,
    GError ** error) {
  if (chunk_size < MIN_CHUNK_SIZE || chunk_size > MAX_CHUNK_SIZE) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
        "The peer wants chunks of %u bytes: %d is the least", chunk_size,
        MIN_CHUNK_SIZE);
    return FALSE;
  }
  self->chunk_size = chunk_size;
  return TRUE;
}

static ChunkStream *
find_stream (GstLiveKitEgressRtmpChunkReader * self, guint32 id)
{
  guint i;

  for (i = 0; i < self->n_streams; i++)
    if (self->streams[i].id == id)
      return &self->streams[i];
  return NULL;
}

static guint8 *
end_message (GstLiveKitEgressRtmpChunkReader * self, ChunkStream * stream)
{
  self->unfinished -= stream->size;
  return g_steal_pointer (&stream->block);
}

void
gst_livekit_egress_rtmp_chunk_reader_abort (GstLiveKitEgressRtmpChunkReader *
    self, guint32 chunk_stream)
{
  ChunkStream *stream = find_stream (self, chunk_stream);

  if (stream != NULL && stream->block != NULL)
    g_free (end_message (self, stream));
}

/*** Headers ***/

static guint
get_basic_size (const guint8 * header)
{
  switch (header[0] & 0x3f) {
    case 0:
      return 2;
    case 1:
      return 3;
    default:
      return 1;
  }
}

static guint32
get_id (const guint8 * header)
{
  switch (header[0] & 0x3f) {
    case 0:
      return 64 + header[1];
    case 1:
      return 64 + GST_READ_UINT16_LE (header + 1);
    default:
      return header[0] & 0x3f;
  }
}

static guint32
get_chunk_size (GstLiveKitEgressRtmpChunkReader * self, ChunkStream * stream)
{
  const guint32 filled = stream->block != NULL ? stream->filled : 0;

  return MIN (self->chunk_size, stream->size - filled);
}

/* How large the header is, as far as can be told from what is there of it. */
static guint
get_header_size (GstLiveKitEgressRtmpChunkReader * self)
{
  ChunkStream *stream;
  guint basic, size;
  gboolean extended;

  if (self->header_size < 1)
    return 1;
  basic = get_basic_size (self->header);
  size = basic + message_header_sizes[self->header[0] >> 6];
  if (self->header_size < size)
    return size;

  if (self->header[0] >> 6 != SAME_ALL) {
    extended = GST_READ_UINT24_BE (self->header + basic) == EXTENDED;
  } else {
    stream = find_stream (self, get_id (self->header));
    extended = stream != NULL && stream->extended
        && (!self->omits_extended
        || get_chunk_size (self, stream) >= EXTENDED_SIZE);
  }
  return extended ? size + EXTENDED_SIZE : size;
}

static ChunkStream *
add_stream (GstLiveKitEgressRtmpChunkReader * self, guint32 id, GError ** error)
{
  ChunkStream *stream;

  if (self->n_streams == MAX_STREAMS) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
        "The peer uses more than %d chunk streams", MAX_STREAMS);
    return NULL;
  }
  stream = &self->streams[self->n_streams++];
  stream->id = id;
  return stream;
}

/* The stream of the header, if such a header may come now. */
static ChunkStream *
get_stream (GstLiveKitEgressRtmpChunkReader * self, guint kind, GError ** error)
{
  const guint32 id = get_id (self->header);
  ChunkStream *stream = find_stream (self, id);

  /* Some begin with SAME_STREAM where the stream is 0. */
  if (kind >= SAME_SIZE && (stream == NULL || !stream->known)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
        "A chunk of type %u came on chunk stream %u with no header before it",
        kind, id);
    return NULL;
  }
  if (kind != SAME_ALL && stream != NULL && stream->block != NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
        "A header came on chunk stream %u amid a message", id);
    return NULL;
  }
  return stream != NULL ? stream : add_stream (self, id, error);
}

static gboolean
begin_message (GstLiveKitEgressRtmpChunkReader * self, ChunkStream * stream,
    guint kind, GError ** error)
{
  if (stream->size > self->limit - self->unfinished) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE,
        "The peer begins a message of %u bytes: %" G_GSIZE_FORMAT
        " is the most now", stream->size, self->limit - self->unfinished);
    return FALSE;
  }

  stream->timestamp = kind == FULL ? stream->time_field
      : stream->timestamp + stream->time_field;
  stream->block =
      g_malloc (self->room_before + stream->size + self->room_after);
  stream->filled = 0;
  self->unfinished += stream->size;
  return TRUE;
}

static void
fill (GstLiveKitEgressRtmpChunkReader * self, const guint8 * data, gsize size)
{
  ChunkStream *stream = self->current;

  if (size > 0)
    memcpy (stream->block + self->room_before + stream->filled, data, size);
  stream->filled += size;
  self->chunk_left -= size;
}

/* The header is whole. */
static gboolean
handle_header (GstLiveKitEgressRtmpChunkReader * self, GError ** error)
{
  const guint kind = self->header[0] >> 6;
  const guint8 *header = self->header + get_basic_size (self->header);
  const guint8 *extended = header + message_header_sizes[kind];
  const gboolean has_extended =
      extended + EXTENDED_SIZE <= self->header + self->header_size;
  ChunkStream *stream = get_stream (self, kind, error);

  if (stream == NULL)
    return FALSE;

  if (kind <= SAME_STREAM) {
    stream->size = GST_READ_UINT24_BE (header + 3);
    stream->type = header[6];
    stream->known = TRUE;
  }
  if (kind <= SAME_SIZE) {
    stream->extended = has_extended;
    stream->time_field = has_extended ? GST_READ_UINT32_BE (extended)
        : GST_READ_UINT24_BE (header);
  }
  if (stream->block == NULL && !begin_message (self, stream, kind, error))
    return FALSE;

  self->current = stream;
  self->chunk_left = get_chunk_size (self, stream);
  self->header_size = 0;
  if (kind == SAME_ALL && has_extended && self->chunk_left >= EXTENDED_SIZE) {
    self->omits_extended = GST_READ_UINT32_BE (extended) != stream->time_field;
    if (self->omits_extended)
      fill (self, extended, EXTENDED_SIZE);
  }
  return TRUE;
}

static gboolean
read_header (GstLiveKitEgressRtmpChunkReader * self, const guint8 ** data,
    gsize * size, GError ** error)
{
  for (;;) {
    const guint missing = get_header_size (self) - self->header_size;
    const gsize n = MIN (missing, *size);

    if (missing == 0)
      return handle_header (self, error);
    if (n == 0)
      return TRUE;
    memcpy (self->header + self->header_size, *data, n);
    self->header_size += n;
    *data += n;
    *size -= n;
  }
}

/*** Messages ***/

gboolean
gst_livekit_egress_rtmp_chunk_reader_read (GstLiveKitEgressRtmpChunkReader *
    self, const guint8 ** data, gsize * size,
    GstLiveKitEgressRtmpMessage * message, GError ** error)
{
  message->block = NULL;

  while (*size > 0) {
    ChunkStream *stream;
    gsize n;

    if (self->current == NULL && !read_header (self, data, size, error))
      return FALSE;
    stream = self->current;
    if (stream == NULL)
      return TRUE;

    n = MIN (self->chunk_left, *size);
    fill (self, *data, n);
    *data += n;
    *size -= n;
    if (self->chunk_left > 0)
      return TRUE;
    self->current = NULL;

    if (stream->filled == stream->size) {
      message->type = stream->type;
      message->timestamp = stream->timestamp;
      message->start = self->room_before;
      message->size = stream->size;
      message->block = end_message (self, stream);
      return TRUE;
    }
  }

  return TRUE;
}

void
gst_livekit_egress_rtmp_write_message (GByteArray * out, gsize chunk_size,
    guint8 chunk_stream, guint8 type, guint32 message_stream,
    const guint8 * body, gsize size)
{
  const guint8 more = SAME_ALL << 6 | chunk_stream;
  guint8 header[1 + MAX_MESSAGE_HEADER] = { FULL << 6 | chunk_stream };
  gsize n;

  GST_WRITE_UINT24_BE (header + 4, size);
  header[7] = type;
  GST_WRITE_UINT32_LE (header + 8, message_stream);
  g_byte_array_append (out, header, sizeof header);

  for (n = MIN (size, chunk_size); size > 0; n = MIN (size, chunk_size)) {
    g_byte_array_append (out, body, n);
    body += n;
    size -= n;
    if (size > 0)
      g_byte_array_append (out, &more, 1);
  }
}
