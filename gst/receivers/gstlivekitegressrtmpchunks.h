/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* RTMP's chunk streams: messages are cut into chunks, so that those of several streams can take turns. */

typedef enum
{
  GST_LIVEKIT_EGRESS_RTMP_SET_CHUNK_SIZE = 1,
  GST_LIVEKIT_EGRESS_RTMP_ABORT = 2,
  GST_LIVEKIT_EGRESS_RTMP_ACKNOWLEDGEMENT = 3,
  GST_LIVEKIT_EGRESS_RTMP_USER_CONTROL = 4,
  GST_LIVEKIT_EGRESS_RTMP_WINDOW_ACK_SIZE = 5,
  GST_LIVEKIT_EGRESS_RTMP_SET_PEER_BANDWIDTH = 6,
  GST_LIVEKIT_EGRESS_RTMP_AUDIO = 8,
  GST_LIVEKIT_EGRESS_RTMP_VIDEO = 9,
  GST_LIVEKIT_EGRESS_RTMP_DATA_AMF3 = 15,
  GST_LIVEKIT_EGRESS_RTMP_COMMAND_AMF3 = 17,
  GST_LIVEKIT_EGRESS_RTMP_DATA = 18,
  GST_LIVEKIT_EGRESS_RTMP_COMMAND = 20,
  GST_LIVEKIT_EGRESS_RTMP_AGGREGATE = 22,
} GstLiveKitEgressRtmpMessageType;

typedef struct
{
  guint8 type;
  guint32 timestamp;            /* milliseconds, wraps */
  guint8 *block;                /* free with g_free(): room, the body, room */
  gsize start;                  /* where in the block the body begins */
  gsize size;                   /* of the body */
} GstLiveKitEgressRtmpMessage;

typedef struct _GstLiveKitEgressRtmpChunkReader GstLiveKitEgressRtmpChunkReader;

/* Each block has room for so many bytes before and after the body. */
GstLiveKitEgressRtmpChunkReader *gst_livekit_egress_rtmp_chunk_reader_new (gsize room_before,
    gsize room_after);
void gst_livekit_egress_rtmp_chunk_reader_free (GstLiveKitEgressRtmpChunkReader * self);

/* How large all messages that are not whole yet may be together. */
void gst_livekit_egress_rtmp_chunk_reader_set_limit (GstLiveKitEgressRtmpChunkReader * self,
    gsize limit);

/* Takes from the front of the data up to the end of the next message, or all. The block is NULL when none
 * is whole. FALSE with an error when it is no chunk stream, or more than the limit. */
gboolean gst_livekit_egress_rtmp_chunk_reader_read (GstLiveKitEgressRtmpChunkReader * self,
    const guint8 ** data, gsize * size, GstLiveKitEgressRtmpMessage * message, GError ** error);

/* What the messages for this layer say. */
gboolean gst_livekit_egress_rtmp_chunk_reader_set_chunk_size (GstLiveKitEgressRtmpChunkReader *
    self, guint32 chunk_size, GError ** error);
void gst_livekit_egress_rtmp_chunk_reader_abort (GstLiveKitEgressRtmpChunkReader * self,
    guint32 chunk_stream);

/* Of both sides, until they say otherwise. */
#define GST_LIVEKIT_EGRESS_RTMP_DEFAULT_CHUNK_SIZE 128

/* Writes a message. Chunk stream is 2 to 63. */
void gst_livekit_egress_rtmp_write_message (GByteArray * out, gsize chunk_size,
    guint8 chunk_stream, guint8 type, guint32 message_stream, const guint8 * body, gsize size);

G_END_DECLS
