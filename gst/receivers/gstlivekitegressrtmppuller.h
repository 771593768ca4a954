/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegresslivesrc.h"

G_BEGIN_DECLS

/* Reads the stream of the egress from an RTMP server, to which the egress publishes it. */

#define GST_TYPE_LIVEKIT_EGRESS_RTMP_PULLER (gst_livekit_egress_rtmp_puller_get_type ())
G_DECLARE_FINAL_TYPE (GstLiveKitEgressRtmpPuller, gst_livekit_egress_rtmp_puller,
    GST, LIVEKIT_EGRESS_RTMP_PULLER, GstLiveKitEgressLiveSrc)

G_END_DECLS
