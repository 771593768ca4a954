/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstLiveKitEgressProtocol:
 * @GST_LIVEKIT_EGRESS_PROTOCOL_SRT: MPEG-TS over SRT, H.264 video and AAC audio
 *
 * How the egress sends its stream to the element.
 *
 * Since: 1.0
 */
typedef enum
{
  GST_LIVEKIT_EGRESS_PROTOCOL_SRT,
} GstLiveKitEgressProtocol;

#define GST_TYPE_LIVEKIT_EGRESS_SRC (gst_livekit_egress_src_get_type ())
G_DECLARE_FINAL_TYPE (GstLiveKitEgressSrc, gst_livekit_egress_src, GST, LIVEKIT_EGRESS_SRC, GstBin)

GType gst_livekit_egress_protocol_get_type (void);

G_END_DECLS
