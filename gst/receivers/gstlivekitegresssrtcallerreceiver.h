/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegresslivesrc.h"

G_BEGIN_DECLS

#define GST_TYPE_LIVEKIT_EGRESS_SRT_CALLER_RECEIVER \
    (gst_livekit_egress_srt_caller_receiver_get_type ())
G_DECLARE_FINAL_TYPE (GstLiveKitEgressSrtCallerReceiver,
    gst_livekit_egress_srt_caller_receiver, GST, LIVEKIT_EGRESS_SRT_CALLER_RECEIVER,
    GstLiveKitEgressLiveSrc)

G_END_DECLS
