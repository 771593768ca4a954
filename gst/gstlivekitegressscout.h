/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Looks at the beginning of an elementary stream to know what is in it before anybody is linked: the
 * parser that is linked later decides the form of the stream by who reads it, and once it has caps it
 * does not change them. */
typedef struct _GstLiveKitEgressScout GstLiveKitEgressScout;

/* With a parser of its own. */
GstLiveKitEgressScout *gst_livekit_egress_scout_new (GstElementFactory * parser);
void gst_livekit_egress_scout_free (GstLiveKitEgressScout * self);

/* Events and buffers in the order of the stream, which are not taken. */
void gst_livekit_egress_scout_look_at (GstLiveKitEgressScout * self, GstMiniObject * item);

/* The complete caps, NULL as long as they are not known. */
GstCaps *gst_livekit_egress_scout_get_caps (GstLiveKitEgressScout * self);

/* Whether each buffer was one unit of the stream (an access unit of video), as far as was seen. */
gboolean gst_livekit_egress_scout_is_aligned (GstLiveKitEgressScout * self);

G_END_DECLS
