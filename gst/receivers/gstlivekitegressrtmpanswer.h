/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a server of RTMP says: messages one after the other, cut into chunks. */
typedef struct
{
  GByteArray *bytes;
  gsize chunk_size;
} GstLiveKitEgressRtmpAnswer;

void gst_livekit_egress_rtmp_answer_init (GstLiveKitEgressRtmpAnswer * self);
void gst_livekit_egress_rtmp_answer_clear (GstLiveKitEgressRtmpAnswer * self);

/* NULL: there is nothing to say. */
GBytes *gst_livekit_egress_rtmp_answer_take (GstLiveKitEgressRtmpAnswer * self);

/* So many bytes have come. */
void gst_livekit_egress_rtmp_answer_acknowledge (GstLiveKitEgressRtmpAnswer * self,
    guint32 n_bytes);
/* After how many the peer is to acknowledge what it got. */
void gst_livekit_egress_rtmp_answer_window (GstLiveKitEgressRtmpAnswer * self);
void gst_livekit_egress_rtmp_answer_pong (GstLiveKitEgressRtmpAnswer * self, guint32 timestamp);

/* To connect; to createStream; to what has no answer of its own. */
void gst_livekit_egress_rtmp_answer_connected (GstLiveKitEgressRtmpAnswer * self,
    gdouble transaction);
void gst_livekit_egress_rtmp_answer_stream (GstLiveKitEgressRtmpAnswer * self,
    gdouble transaction);
void gst_livekit_egress_rtmp_answer_result (GstLiveKitEgressRtmpAnswer * self,
    gdouble transaction);
void gst_livekit_egress_rtmp_answer_error (GstLiveKitEgressRtmpAnswer * self,
    gdouble transaction, const gchar * code, const gchar * description);

/* onFCPublish and its like. */
void gst_livekit_egress_rtmp_answer_notice (GstLiveKitEgressRtmpAnswer * self,
    const gchar * name);

/* Of the one stream that a connection has: it begins; onStatus with the level "status" or "error". */
void gst_livekit_egress_rtmp_answer_begin (GstLiveKitEgressRtmpAnswer * self);
void gst_livekit_egress_rtmp_answer_status (GstLiveKitEgressRtmpAnswer * self,
    const gchar * level, const gchar * code, const gchar * description);

G_END_DECLS
