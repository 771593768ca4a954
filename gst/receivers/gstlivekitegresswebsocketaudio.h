/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What the worker's messages mean: samples and their time, and whether the track is muted. No socket, no
 * clock, no element; times are running times.
 *
 * The time goes by the number of samples, from the arrival of the first. It is corrected when that and
 * the arrival are apart for longer than jitter explains, and after each gap that is known of. */
typedef struct _GstLiveKitEgressWebsocketAudio GstLiveKitEgressWebsocketAudio;

#define GST_LIVEKIT_EGRESS_WEBSOCKET_CAPS \
    "audio/x-raw, format = (string) S16LE, rate = (int) 48000, channels = (int) 2, " \
    "layout = (string) interleaved, channel-mask = (bitmask) 0x3"

GstLiveKitEgressWebsocketAudio *gst_livekit_egress_websocket_audio_new (void);
void gst_livekit_egress_websocket_audio_free (GstLiveKitEgressWebsocketAudio * self);

/* What comes from now on is from another connection. */
void gst_livekit_egress_websocket_audio_begin (GstLiveKitEgressWebsocketAudio * self);

/* A binary message. Arrival is NONE while nothing plays. At most a second is kept: the oldest goes. */
void gst_livekit_egress_websocket_audio_take_samples (GstLiveKitEgressWebsocketAudio * self,
    const guint8 * data, gsize size, GstClockTime arrival);

/* A text message; one that is not understood is left out. */
void gst_livekit_egress_websocket_audio_take_text (GstLiveKitEgressWebsocketAudio * self,
    const gchar * text, gsize size);

/* The next samples, with DISCONT after a gap; NULL: none now. Now is NONE while nothing plays, and then
 * they have no time. */
GstBuffer *gst_livekit_egress_websocket_audio_pop (GstLiveKitEgressWebsocketAudio * self,
    GstClockTime now);

/* Whether there is silence to be told of, because a muted track sends nothing. */
gboolean gst_livekit_egress_websocket_audio_pop_gap (GstLiveKitEgressWebsocketAudio * self,
    GstClockTime now, GstClockTime * start, GstClockTime * duration);

gboolean gst_livekit_egress_websocket_audio_is_muted (GstLiveKitEgressWebsocketAudio * self);

/* How much was dropped for want of a reader, in bytes. */
guint64 gst_livekit_egress_websocket_audio_get_dropped (GstLiveKitEgressWebsocketAudio * self);

void gst_livekit_egress_websocket_audio_add_stats (GstLiveKitEgressWebsocketAudio * self,
    GstStructure * stats);

G_END_DECLS
