/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>
#include <livekit-egress/livekit-egress.h>

G_BEGIN_DECLS

/* What an egress has stored: an array (empty) gets a structure for each file, playlist and series of
 * pictures. */
void gst_livekit_egress_results_get (LkEgressInfo * info, GValue * array);

/* One of several runs of an element: its egress, how that ended, and what it has stored. */
GstStructure *gst_livekit_egress_results_new_run (LkEgressJobState state, LkEgressInfo * info);

/* What an egress has stored, for people, such as "rec/demo.mp4 (1.2 MB, 12.0 s)"; NULL if there is nothing. */
gchar *gst_livekit_egress_results_describe (LkEgressInfo * info);

/* The sentence that an egress has ended, and what it has stored. info may be NULL. */
gchar *gst_livekit_egress_results_describe_end (LkEgressInfo * info);

G_END_DECLS
