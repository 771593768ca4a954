/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>
#include <srt.h>

G_BEGIN_DECLS

/* Reads one SRT connection after the other. Of one thread, but for the statistics. */
typedef struct _GstLiveKitEgressSrtReader GstLiveKitEgressSrtReader;

/* The epoll of its owner, which it adds the connection to. */
GstLiveKitEgressSrtReader *gst_livekit_egress_srt_reader_new (int epoll);
void gst_livekit_egress_srt_reader_free (GstLiveKitEgressSrtReader * self);

/* Reads this connection from now on, which it closes at the end, and closes the one before;
 * SRT_INVALID_SOCK: none. */
void gst_livekit_egress_srt_reader_take (GstLiveKitEgressSrtReader * self, SRTSOCKET socket);
SRTSOCKET gst_livekit_egress_srt_reader_get_socket (GstLiveKitEgressSrtReader * self);

/* What came, with DISCONT if something before it is missing; its age is how long ago the sender handed it
 * to SRT, NONE when SRT does not know, as after the end of the connection. NULL when nothing is there, or
 * when the connection is over. Does not wait. */
GstBuffer *gst_livekit_egress_srt_reader_read (GstLiveKitEgressSrtReader * self,
    GstClockTime * age, gboolean * over);

/* From any thread. */
void gst_livekit_egress_srt_reader_add_stats (GstLiveKitEgressSrtReader * self,
    GstStructure * stats);

G_END_DECLS
