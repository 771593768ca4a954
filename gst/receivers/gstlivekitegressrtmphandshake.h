/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The server's side of RTMP's plain handshake. Clients that put digests into theirs take the plain one
 * from a server whose version in S1 is 0. */
typedef struct
{
  guint8 request[1 + 1536];     /* C0 and C1 */
  gsize size;                   /* of all that came */
} GstLiveKitEgressRtmpHandshake;

/* Takes what belongs to the handshake from the front of the data and writes what is to be sent. FALSE
 * with an error when the peer speaks something else. */
gboolean gst_livekit_egress_rtmp_handshake_feed (GstLiveKitEgressRtmpHandshake * self,
    const guint8 ** data, gsize * size, GByteArray * answer, GError ** error);

gboolean gst_livekit_egress_rtmp_handshake_is_done (const GstLiveKitEgressRtmpHandshake * self);

G_END_DECLS
