/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_LIVEKIT_EGRESS_DEMUX (gst_livekit_egress_demux_get_type ())
G_DECLARE_FINAL_TYPE (GstLiveKitEgressDemux, gst_livekit_egress_demux,
    GST, LIVEKIT_EGRESS_DEMUX, GstBin)

/* Takes what has these caps on "sink" apart and gives parsed elementary streams on sometimes pads
 * video_%u and audio_%u. If an element for it is missing, that is posted from NULL to READY, or with the
 * first caps if there are several that may come. */
GstElement *gst_livekit_egress_demux_new (const GstCaps * caps);

/* In the thread that pushes into it, before EOS: shows the pads that it holds back, as nothing more is
 * to come. */
void gst_livekit_egress_demux_show (GstLiveKitEgressDemux * self);

/* While nothing is pushed into it: what comes next begins anew. Streams of the same kind go on on the
 * pads that there are. */
void gst_livekit_egress_demux_begin_again (GstLiveKitEgressDemux * self);

G_END_DECLS
