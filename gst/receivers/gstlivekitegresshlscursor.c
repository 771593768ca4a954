/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresshlscursor.h"

#define MAX_DATE_ERROR G_USEC_PER_SEC
/* More than these is another numbering rather than a loss. */
#define MAX_LOST 1000

gboolean
gst_livekit_egress_hls_cursor_update (GstLiveKitEgressHlsCursor * self,
    GstLiveKitEgressPlaylist * playlist)
{
  GstLiveKitEgressPlaylist *old = self->playlist;

  if (old != NULL) {
    const guint64 old_end = gst_livekit_egress_playlist_get_end (old);
    const guint64 end = gst_livekit_egress_playlist_get_end (playlist);

    if (end < old_end || (end == old_end && (old->ended || !playlist->ended))) {
      gst_livekit_egress_playlist_free (playlist);
      return FALSE;
    }
  }

  g_clear_pointer (&self->playlist, gst_livekit_egress_playlist_free);
  self->playlist = playlist;
  return TRUE;
}

void
gst_livekit_egress_hls_cursor_place (GstLiveKitEgressHlsCursor * self,
    gboolean at_end)
{
  self->next = self->playlist->media_sequence;
  if (at_end && self->playlist->segments->len > 0)
    self->next += self->playlist->segments->len - 1;
  self->placed = TRUE;
  self->begun = FALSE;
}

const GstLiveKitEgressPlaylistSegment *
gst_livekit_egress_hls_cursor_peek (GstLiveKitEgressHlsCursor * self,
    guint64 * n_lost)
{
  *n_lost = 0;
  if (self->playlist == NULL || !self->placed)
    return NULL;

  if (self->next < self->playlist->media_sequence) {
    *n_lost = self->playlist->media_sequence - self->next;
    self->next = self->playlist->media_sequence;
    if (self->begun)
      self->duration += MIN (*n_lost, MAX_LOST)
          * self->playlist->target_duration;
  }
  return gst_livekit_egress_playlist_find (self->playlist, self->next);
}

/* Dates are those of the worker's clock, while the rounding of durations adds up. A date that disagrees
 * by much is of no use. */
GstClockTime
gst_livekit_egress_hls_cursor_get_time (const GstLiveKitEgressHlsCursor * self,
    const GstLiveKitEgressPlaylistSegment * segment)
{
  const gint64 step = GST_TIME_AS_USECONDS (self->duration);

  if (!self->begun)
    return 0;
  if (self->date != GST_LIVEKIT_EGRESS_PLAYLIST_NO_DATE
      && segment->date != GST_LIVEKIT_EGRESS_PLAYLIST_NO_DATE
      && segment->date >= self->date
      && ABS (segment->date - self->date - step) < MAX_DATE_ERROR)
    return self->time + (segment->date - self->date) * GST_USECOND;
  return self->time + self->duration;
}

gboolean
gst_livekit_egress_hls_cursor_is_discontinuous (const GstLiveKitEgressHlsCursor
    * self, const GstLiveKitEgressPlaylistSegment * segment)
{
  return self->begun && self->discontinuity != segment->discontinuity;
}

void
gst_livekit_egress_hls_cursor_advance (GstLiveKitEgressHlsCursor * self)
{
  const GstLiveKitEgressPlaylistSegment *segment =
      gst_livekit_egress_playlist_find (self->playlist, self->next);

  g_return_if_fail (segment != NULL);

  self->time = gst_livekit_egress_hls_cursor_get_time (self, segment);
  self->duration = segment->duration;
  self->date = segment->date;
  self->discontinuity = segment->discontinuity;
  self->begun = TRUE;
  self->next++;
}

void
gst_livekit_egress_hls_cursor_clear (GstLiveKitEgressHlsCursor * self)
{
  g_clear_pointer (&self->playlist, gst_livekit_egress_playlist_free);
  self->placed = FALSE;
}
