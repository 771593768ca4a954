/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* An SRT socket that one sender may connect to: libsrt and nothing of GStreamer's elements.
 *
 * Why not srtsrc: up to at least 1.22 it writes the passphrase into the debug log when it opens,
 * closes its port while it waits for a sender to come back, and cannot pick a free port. */
typedef struct _GstLiveKitEgressSrtListener GstLiveKitEgressSrtListener;

typedef struct
{
  gsize size;
  GstClockTime age;             /* how long ago the sender handed it to SRT; NONE when SRT does not know,
                                 * as after the end of the connection */
  gboolean discont;             /* something before it is missing */
} GstLiveKitEgressSrtPacket;

typedef enum
{
  GST_LIVEKIT_EGRESS_SRT_PACKET,
  GST_LIVEKIT_EGRESS_SRT_END,
  GST_LIVEKIT_EGRESS_SRT_FLUSHING,
  GST_LIVEKIT_EGRESS_SRT_ERROR,
} GstLiveKitEgressSrtResult;

/* The largest packet of SRT's live mode. */
#define GST_LIVEKIT_EGRESS_SRT_MAX_PACKET 1456

/* Called in the reading thread, with no lock held. */
typedef void (*GstLiveKitEgressSrtConnectedFunc) (gboolean connected, gpointer user_data);

GstLiveKitEgressSrtListener *gst_livekit_egress_srt_listener_new (const gchar * address,
    guint port, guint latency, GError ** error);
void gst_livekit_egress_srt_listener_free (GstLiveKitEgressSrtListener * self);

void gst_livekit_egress_srt_listener_set_connected_func (GstLiveKitEgressSrtListener * self,
    GstLiveKitEgressSrtConnectedFunc func, gpointer user_data);

/* The only place where the secrets of this run are written: to be sent to the worker, not logged. */
gchar *gst_livekit_egress_srt_listener_dup_url (GstLiveKitEgressSrtListener * self,
    const gchar * host);
guint gst_livekit_egress_srt_listener_get_port (GstLiveKitEgressSrtListener * self);

/* Blocks until there is a packet or one of the other results. Only from one thread at a time. */
GstLiveKitEgressSrtResult gst_livekit_egress_srt_listener_read (GstLiveKitEgressSrtListener * self,
    guint8 * data, gsize size, GstLiveKitEgressSrtPacket * packet, GError ** error);

/* From any thread. */
void gst_livekit_egress_srt_listener_set_flushing (GstLiveKitEgressSrtListener * self,
    gboolean flushing);
void gst_livekit_egress_srt_listener_end (GstLiveKitEgressSrtListener * self,
    GstClockTime linger);
GstStructure *gst_livekit_egress_srt_listener_get_stats (GstLiveKitEgressSrtListener * self);

G_END_DECLS
