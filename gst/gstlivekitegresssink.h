/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_LIVEKIT_EGRESS_SINK (gst_livekit_egress_sink_get_type ())
G_DECLARE_FINAL_TYPE (GstLiveKitEgressSink, gst_livekit_egress_sink,
    GST, LIVEKIT_EGRESS_SINK, GstElement)

G_END_DECLS
