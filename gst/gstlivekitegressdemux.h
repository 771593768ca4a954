/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_LIVEKIT_EGRESS_DEMUX (gst_livekit_egress_demux_get_type ())
G_DECLARE_FINAL_TYPE (GstLiveKitEgressDemux, gst_livekit_egress_demux,
    GST, LIVEKIT_EGRESS_DEMUX, GstBin)

/* Takes the container on "sink" apart with the element of this name and gives parsed elementary
 * streams on sometimes pads video_%u and audio_%u. NULL when the element is missing. */
GstElement *gst_livekit_egress_demux_new (const gchar * demuxer);

G_END_DECLS
