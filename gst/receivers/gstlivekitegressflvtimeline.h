/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Makes one FLV stream, with timestamps of the pipeline, out of the tags of one publisher after another.
 *
 * Each connection has a time line of its own, which may begin at 0 again. What describes the streams
 * (metadata, configuration of the codecs) comes when a connection begins, perhaps while nobody listens:
 * it is kept, and goes ahead of the first media after each gap. It knows no clock and no element. */
typedef struct _GstLiveKitEgressFlvTimeline GstLiveKitEgressFlvTimeline;

GstLiveKitEgressFlvTimeline *gst_livekit_egress_flv_timeline_new (void);
void gst_livekit_egress_flv_timeline_free (GstLiveKitEgressFlvTimeline * self);

/* Takes one whole tag that came at this monotonic time, or the header of FLV (with the flag HEADER), with
 * which the tags of each connection begin. Media comes back, with DISCONT after a gap, and how long ago
 * the publisher sent it; what else there is is kept (NULL). */
GstBuffer *gst_livekit_egress_flv_timeline_take (GstLiveKitEgressFlvTimeline * self,
    GstBuffer * tag, gint64 now, GstClockTime * age);

/* Takes the media that take() gave last, if it is to be shown: with DISCONT after a gap, and its running
 * time as PTS. It comes back with the timestamps that go with that. NULL for what is not to be
 * shown before the next whole picture. */
GstBuffer *gst_livekit_egress_flv_timeline_place (GstLiveKitEgressFlvTimeline * self,
    GstBuffer * tag);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstLiveKitEgressFlvTimeline, gst_livekit_egress_flv_timeline_free)

G_END_DECLS
