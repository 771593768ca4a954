/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One connection of a sender by RFC 6455, from its HTTP request on: bytes in, bytes to answer and
 * messages out. No socket, no clock, no element.
 *
 * Why not libsoup: before 3.8 it does not bound a message that comes in parts, it reads for as long as
 * more comes and keeps any number of pongs, and its server has no limit of time for a handshake. */
typedef struct _GstLiveKitEgressWebsocketSession GstLiveKitEgressWebsocketSession;

typedef enum
{
  GST_LIVEKIT_EGRESS_WEBSOCKET_SESSION_HANDSHAKE,
  GST_LIVEKIT_EGRESS_WEBSOCKET_SESSION_OPEN,    /* it has named the secret path */
  GST_LIVEKIT_EGRESS_WEBSOCKET_SESSION_ENDED,   /* the sender said so */
  GST_LIVEKIT_EGRESS_WEBSOCKET_SESSION_FAILED,  /* refused, or broken */
} GstLiveKitEgressWebsocketSessionState;

/* The largest message, in one frame or in many. The worker's have 1920 bytes. */
#define GST_LIVEKIT_EGRESS_WEBSOCKET_MAX_MESSAGE (64 * 1024)

/* A whole message; the data is valid during the call. */
typedef void (*GstLiveKitEgressWebsocketFunc) (gboolean is_text, const guint8 * data, gsize size,
    gpointer user_data);

/* The path begins with a slash and is a secret. */
GstLiveKitEgressWebsocketSession *gst_livekit_egress_websocket_session_new (const gchar * path,
    GstLiveKitEgressWebsocketFunc message, gpointer user_data);
void gst_livekit_egress_websocket_session_free (GstLiveKitEgressWebsocketSession * self);

/* Takes what came from the socket. FALSE with an error, which shows no secret, when the connection is to
 * be closed after what take_answer() gives is sent; nothing that comes afterwards is used. */
gboolean gst_livekit_egress_websocket_session_feed (GstLiveKitEgressWebsocketSession * self,
    const guint8 * data, gsize size, GError ** error);

/* What is to be sent, at most some hundred bytes; NULL: nothing. */
GBytes *gst_livekit_egress_websocket_session_take_answer (GstLiveKitEgressWebsocketSession * self);

GstLiveKitEgressWebsocketSessionState
gst_livekit_egress_websocket_session_get_state (GstLiveKitEgressWebsocketSession * self);

G_END_DECLS
