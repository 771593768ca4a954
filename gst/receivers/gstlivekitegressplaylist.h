/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* A media playlist of HLS (RFC 8216, section 4): text in, segments out. It reads nothing but its text,
 * all that it holds is bounded, and every address in it is one in the playlist's own folder. */

#define GST_LIVEKIT_EGRESS_PLAYLIST_MAX_SIZE (4 * 1024 * 1024)
#define GST_LIVEKIT_EGRESS_PLAYLIST_MAX_SEGMENTS 100000
#define GST_LIVEKIT_EGRESS_PLAYLIST_MAX_LINE 4096
#define GST_LIVEKIT_EGRESS_PLAYLIST_MAX_DURATION (3600 * GST_SECOND)

/* No date and time is known. */
#define GST_LIVEKIT_EGRESS_PLAYLIST_NO_DATE G_MININT64

typedef struct
{
  guint64 sequence;             /* media sequence number */
  guint64 discontinuity;        /* discontinuity sequence number */
  gboolean discontinuous;       /* EXT-X-DISCONTINUITY stands before it */
  gboolean gap;                 /* EXT-X-GAP: it is known to be missing */
  GstClockTime duration;
  gint64 date;                  /* EXT-X-PROGRAM-DATE-TIME, microseconds since 1970 */
  const gchar *uri;             /* below the playlist's folder */
  const gchar *map;             /* the same of EXT-X-MAP, NULL if there is none */
} GstLiveKitEgressPlaylistSegment;

typedef struct
{
  guint64 media_sequence;       /* of the first segment */
  GstClockTime target_duration;
  gboolean ended;               /* EXT-X-ENDLIST */
  GArray *segments;             /* of GstLiveKitEgressPlaylistSegment */
  GStringChunk *texts;
} GstLiveKitEgressPlaylist;

/* What is malformed, as a playlist that is still being written may be, is G_IO_ERROR_INVALID_DATA. What
 * no later version of it will mend is G_IO_ERROR_NOT_SUPPORTED, and an address that leads out of the
 * folder G_IO_ERROR_INVALID_FILENAME. */
GstLiveKitEgressPlaylist *gst_livekit_egress_playlist_parse (const gchar * text, gsize length,
    GError ** error);

void gst_livekit_egress_playlist_free (GstLiveKitEgressPlaylist * self);

/* NULL if it is not in there. */
const GstLiveKitEgressPlaylistSegment *gst_livekit_egress_playlist_find (const
    GstLiveKitEgressPlaylist * self, guint64 sequence);

/* The media sequence number behind the last segment. */
guint64 gst_livekit_egress_playlist_get_end (const GstLiveKitEgressPlaylist * self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstLiveKitEgressPlaylist, gst_livekit_egress_playlist_free)

G_END_DECLS
