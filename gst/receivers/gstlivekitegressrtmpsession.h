/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <gst/gst.h>

G_BEGIN_DECLS

/* The server's side of one RTMP connection on which somebody publishes a stream of H.264 and AAC:
 * bytes come in, bytes to send back and FLV come out. It knows no socket, no clock and no element.
 *
 * All that is set aside is bounded: before the stream key is known to be right to some KiB, later to
 * one message of 8 MiB, and what waits to be taken besides. Take both after each feed(), and do not feed
 * while the peer has not read its answers. The key is in no error and no log. One thread at a time. */
typedef struct _GstLiveKitEgressRtmpSession GstLiveKitEgressRtmpSession;

typedef enum
{
  GST_LIVEKIT_EGRESS_RTMP_SESSION_HANDSHAKE,
  GST_LIVEKIT_EGRESS_RTMP_SESSION_OPEN, /* speaks RTMP; the key was not seen yet */
  GST_LIVEKIT_EGRESS_RTMP_SESSION_PUBLISHING,
  GST_LIVEKIT_EGRESS_RTMP_SESSION_ENDED,        /* the publisher said so */
  GST_LIVEKIT_EGRESS_RTMP_SESSION_FAILED,       /* it was denied, or what it sent is broken */
} GstLiveKitEgressRtmpSessionState;

/* For a publisher to rtmp://HOST/app/key. Both are copied. */
GstLiveKitEgressRtmpSession *gst_livekit_egress_rtmp_session_new (const gchar * app,
    const gchar * key);
void gst_livekit_egress_rtmp_session_free (GstLiveKitEgressRtmpSession * self);

GstLiveKitEgressRtmpSessionState
gst_livekit_egress_rtmp_session_get_state (GstLiveKitEgressRtmpSession * self);

/* Takes what came from the peer, cut anywhere. FALSE with an error of G_IO_ERROR when the connection is
 * to be closed after what take_answer() gives is sent: PERMISSION_DENIED for a wrong application or
 * key, NOT_SUPPORTED for what is not taken here, such as a codec, otherwise INVALID_DATA and the like.
 * Nothing that is fed afterwards is used, nor what is fed after the end. */
gboolean gst_livekit_egress_rtmp_session_feed (GstLiveKitEgressRtmpSession * self,
    const guint8 * data, gsize size, GError ** error);

/* What to send to the peer; NULL: nothing. */
GBytes *gst_livekit_egress_rtmp_session_take_answer (GstLiveKitEgressRtmpSession * self);

/* Puts an acknowledgement into the answer. Each 16 KiB that come do that by themselves; this is for when
 * little comes, because some clients give up on a server that says nothing for some seconds. */
void gst_livekit_egress_rtmp_session_acknowledge (GstLiveKitEgressRtmpSession * self);

/* The first buffer is the header of FLV, with the flag HEADER, and each later one is a whole tag with its
 * back pointer and the publisher's timestamp. NULL: none. */
GstBuffer *gst_livekit_egress_rtmp_session_take_media (GstLiveKitEgressRtmpSession * self);

/* How many audio, video and data messages made no tag because they were cut short or contradict
 * themselves. */
guint64 gst_livekit_egress_rtmp_session_get_dropped (GstLiveKitEgressRtmpSession * self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstLiveKitEgressRtmpSession, gst_livekit_egress_rtmp_session_free)
G_END_DECLS
