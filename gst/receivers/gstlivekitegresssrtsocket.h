/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <gst/gst.h>

G_BEGIN_DECLS

/* An SRT socket that one sender may connect to: libsrt and nothing of GStreamer's elements.
 *
 * Why not srtsrc: up to at least 1.22 it writes the passphrase into the debug log when it opens,
 * closes its port while it waits for a sender to come back, and cannot pick a free port. */
typedef struct _GstLiveKitEgressSrtSocket GstLiveKitEgressSrtSocket;

typedef struct
{
  /* In the reading thread, with no lock held. */
  void (*connected) (gboolean connected, gpointer user_data);
  /* In a thread of libsrt: somebody was not let in. */
  void (*refused) (const gchar * peer, const gchar * why, gpointer user_data);
} GstLiveKitEgressSrtFuncs;

/* Listens, with secrets of its own. Latency in milliseconds. */
GstLiveKitEgressSrtSocket *gst_livekit_egress_srt_socket_new (GSocketAddress * address,
    guint latency, const GstLiveKitEgressSrtFuncs * funcs, gpointer funcs_data, GError ** error);
void gst_livekit_egress_srt_socket_free (GstLiveKitEgressSrtSocket * self);

guint gst_livekit_egress_srt_socket_get_port (GstLiveKitEgressSrtSocket * self);

/* The only place where the secrets are written: to be sent to the worker, not logged. The authority
 * is host and port. */
gchar *gst_livekit_egress_srt_socket_dup_url (GstLiveKitEgressSrtSocket * self,
    const gchar * authority);

/* What came, with DISCONT if something before it is missing; its age is how long ago the sender
 * handed it to SRT, NONE when SRT does not know, as after the end of the connection. NULL when
 * nothing came within the timeout, and with an error when nothing will. Only from one thread. */
GstBuffer *gst_livekit_egress_srt_socket_read (GstLiveKitEgressSrtSocket * self,
    GstClockTime timeout, GstClockTime * age, GError ** error);

/* From any thread. */
void gst_livekit_egress_srt_socket_refuse_all (GstLiveKitEgressSrtSocket * self);
void gst_livekit_egress_srt_socket_add_stats (GstLiveKitEgressSrtSocket * self,
    GstStructure * stats);

G_END_DECLS
