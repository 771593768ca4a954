/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* One elementary stream on its way from the demuxer to a pad: a queue, so that the pad has a thread of
 * its own and holds nobody up, and a parser, which gives the stream the form that its reader wants.
 *
 * Until it is released it keeps what comes; then nothing of it is lost. All functions are called in
 * the demuxer's thread but for free(). */
typedef struct _GstLiveKitEgressBranch GstLiveKitEgressBranch;

/* Called in the thread of the pad when the last data has gone. */
typedef void (*GstLiveKitEgressBranchFunc) (GstLiveKitEgressBranch * self, gpointer user_data);

/* In the bin, for a pad with these caps. NULL when nobody has a use for such a stream, or when its
 * parser is missing, which is posted. */
GstLiveKitEgressBranch *gst_livekit_egress_branch_new (GstBin * bin, GstCaps * caps,
    GstLiveKitEgressBranchFunc drained, gpointer user_data);
void gst_livekit_egress_branch_free (GstLiveKitEgressBranch * self);

/* The demuxer gives the stream on this pad now, and on none after detach. */
void gst_livekit_egress_branch_attach (GstLiveKitEgressBranch * self, GstPad * pad);
GstPad *gst_livekit_egress_branch_get_pad (GstLiveKitEgressBranch * self);
void gst_livekit_egress_branch_detach (GstLiveKitEgressBranch * self);

/* Whether it is the stream that a pad with these caps and this name of the demuxer gives. */
gboolean gst_livekit_egress_branch_is (GstLiveKitEgressBranch * self, GstPad * pad,
    const GstCaps * caps);
gboolean gst_livekit_egress_branch_is_video (GstLiveKitEgressBranch * self);

/* Looks at what comes on its pad until its caps are known. */
void gst_livekit_egress_branch_look_at (GstLiveKitEgressBranch * self, GstMiniObject * item);
GstCaps *gst_livekit_egress_branch_get_caps (GstLiveKitEgressBranch * self);

/* A ghost pad with the caps, and the events before them, for the bin. It belongs to the bin, which
 * adds it. */
GstPad *gst_livekit_egress_branch_make_ghost (GstLiveKitEgressBranch * self, const gchar * name,
    GstPadTemplate * template);
GstPad *gst_livekit_egress_branch_get_ghost (GstLiveKitEgressBranch * self);

/* Lets it flow. */
void gst_livekit_egress_branch_release (GstLiveKitEgressBranch * self);

/* Ends it, for good, and takes the EOS. */
void gst_livekit_egress_branch_end (GstLiveKitEgressBranch * self, GstEvent * eos);

/* Whether its end has left it. */
gboolean gst_livekit_egress_branch_is_drained (GstLiveKitEgressBranch * self);

G_END_DECLS
