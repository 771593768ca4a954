/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>
#include <livekit-egress/livekit-egress.h>

G_BEGIN_DECLS

/* What was told of the streams of one egress. Servers say more than once that a stream is active, also
 * before and after it is; each of its states is told once, and only forward. */
typedef struct _GstLiveKitEgressStreams GstLiveKitEgressStreams;

GstLiveKitEgressStreams *gst_livekit_egress_streams_new (void);
void gst_livekit_egress_streams_free (GstLiveKitEgressStreams * self);

/* Posts for the element what is new in the info: of streams that are active when begun is TRUE, of
 * those that are over otherwise. */
void gst_livekit_egress_streams_tell (GstLiveKitEgressStreams * self, GstElement * element,
    LkEgressInfo * info, gboolean begun);

G_END_DECLS
