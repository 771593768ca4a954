/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegresslivesrc.h"

G_BEGIN_DECLS

/* Reads the segments that an egress writes, one after the other. */

#define GST_TYPE_LIVEKIT_EGRESS_HLS_RECEIVER (gst_livekit_egress_hls_receiver_get_type ())
G_DECLARE_FINAL_TYPE (GstLiveKitEgressHlsReceiver, gst_livekit_egress_hls_receiver,
    GST, LIVEKIT_EGRESS_HLS_RECEIVER, GstLiveKitEgressLiveSrc)

G_END_DECLS
