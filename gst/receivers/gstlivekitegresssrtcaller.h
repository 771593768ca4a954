/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <gst/gst.h>

G_BEGIN_DECLS

/* Calls a worker that listens for SRT, until it answers, and again when it has gone: libsrt and nothing of
 * GStreamer's elements. All but dup_url and add_stats are for the reading thread. */
typedef struct _GstLiveKitEgressSrtCaller GstLiveKitEgressSrtCaller;

typedef struct
{
  void (*connected) (gboolean connected, gpointer user_data);
  void (*failed) (const gchar * why, gpointer user_data);       /* a call, which will be tried again */
} GstLiveKitEgressSrtCallerFuncs;

/* With secrets of its own. Location is srt://host:port. Latency in milliseconds. */
GstLiveKitEgressSrtCaller *gst_livekit_egress_srt_caller_new (const gchar * location,
    guint latency, const GstLiveKitEgressSrtCallerFuncs * funcs, gpointer user_data,
    GError ** error);
void gst_livekit_egress_srt_caller_free (GstLiveKitEgressSrtCaller * self);

/* To be sent to the worker, not logged: where it is to listen, and the secrets. */
gchar *gst_livekit_egress_srt_caller_dup_url (GstLiveKitEgressSrtCaller * self);

/* Whether the worker is on this machine. */
gboolean gst_livekit_egress_srt_caller_is_local (GstLiveKitEgressSrtCaller * self);

/* As that of the reader. Waits for the timeout at most, and for the address of the host until it is
 * cancelled. */
GstBuffer *gst_livekit_egress_srt_caller_read (GstLiveKitEgressSrtCaller * self,
    GstClockTime timeout, GstClockTime * age, GCancellable * cancellable, GError ** error);

void gst_livekit_egress_srt_caller_add_stats (GstLiveKitEgressSrtCaller * self,
    GstStructure * stats);

G_END_DECLS
