/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegressplaylist.h"

G_BEGIN_DECLS

/* Goes through the segments of a playlist that grows, each once. Knows no files and no clock. */
typedef struct
{
  GstLiveKitEgressPlaylist *playlist;   /* NULL before the first */
  gboolean placed;              /* next is known */
  gboolean begun;               /* and the segment before it */
  guint64 next;                 /* media sequence number */

  /* Of the segment before it. */
  guint64 discontinuity;
  GstClockTime time;            /* where it begins, from the first that was read on */
  GstClockTime duration;
  gint64 date;
} GstLiveKitEgressHlsCursor;

/* Takes the playlist if it is news: whether there is a segment in it, or an end, that was not there
 * before. One that goes back is not. */
gboolean gst_livekit_egress_hls_cursor_update (GstLiveKitEgressHlsCursor * self,
    GstLiveKitEgressPlaylist * playlist);

/* Begins anew with the first segment of the playlist, or with the last. */
void gst_livekit_egress_hls_cursor_place (GstLiveKitEgressHlsCursor * self, gboolean at_end);

/* The segment to read next; NULL when the playlist has to grow first. Segments that fell out of the
 * playlist before they were read are passed over, and counted. */
const GstLiveKitEgressPlaylistSegment *gst_livekit_egress_hls_cursor_peek (GstLiveKitEgressHlsCursor *
    self, guint64 * n_lost);

/* Where a segment that was peeked begins, from the first that was read on, as the playlist has it. */
GstClockTime gst_livekit_egress_hls_cursor_get_time (const GstLiveKitEgressHlsCursor * self,
    const GstLiveKitEgressPlaylistSegment * segment);

/* Whether the timestamps in a segment that was peeked do not go on from those before. */
gboolean gst_livekit_egress_hls_cursor_is_discontinuous (const GstLiveKitEgressHlsCursor * self,
    const GstLiveKitEgressPlaylistSegment * segment);

/* That one is read, or given up. */
void gst_livekit_egress_hls_cursor_advance (GstLiveKitEgressHlsCursor * self);

void gst_livekit_egress_hls_cursor_clear (GstLiveKitEgressHlsCursor * self);

G_END_DECLS
