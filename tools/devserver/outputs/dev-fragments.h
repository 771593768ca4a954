/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Where a segment is written whose first sample has this time. Called in the streaming thread. */
typedef char *(*DevFragmentsGetPath) (guint number, GstClockTime pts, gpointer user_data);

/* Writes segments of fragmented MP4 for HLS: an initialization segment first, then a segment
 * whenever the first track has a key frame and the target is reached. The sink is an appsink behind
 * "mp4mux fragment-duration=1", which makes a fragment of each sample, and whose sinks are linked.
 * isofmp4mux, which LiveKit's worker has for this, is missing in Debian 12.
 *
 * The sink posts the messages of splitmuxsink, splitmuxsink-fragment-opened and -closed. */
void dev_fragments_attach (GstElement *muxer,
                           GstElement *sink,
                           GstClockTime target,
                           const char *init_path,
                           DevFragmentsGetPath get_path,
                           gpointer user_data);

G_END_DECLS
