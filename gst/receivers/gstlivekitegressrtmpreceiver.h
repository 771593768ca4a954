/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegresslistener.h"

G_BEGIN_DECLS

#define GST_TYPE_LIVEKIT_EGRESS_RTMP_RECEIVER (gst_livekit_egress_rtmp_receiver_get_type ())
G_DECLARE_FINAL_TYPE (GstLiveKitEgressRtmpReceiver, gst_livekit_egress_rtmp_receiver,
    GST, LIVEKIT_EGRESS_RTMP_RECEIVER, GstLiveKitEgressListener)

G_END_DECLS
