/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_LIVEKIT_EGRESS_SRC (gst_livekit_egress_src_get_type ())
G_DECLARE_FINAL_TYPE (GstLiveKitEgressSrc, gst_livekit_egress_src, GST, LIVEKIT_EGRESS_SRC, GstBin)

G_END_DECLS
