/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresshlspace.h"

/* How often a playlist is looked for that is not there yet. */
#define MISSING_TIME (250 * G_TIME_SPAN_MILLISECOND)
/* How often one in a folder of this machine is looked at. */
#define FOLDER_TIME (100 * G_TIME_SPAN_MILLISECOND)
/* How much sooner than expected a segment may be there and is still seen as soon as it is. */
#define EARLY_TIME (2 * FOLDER_TIME)

void
gst_livekit_egress_hls_pace_init (GstLiveKitEgressHlsPace * self,
    gboolean is_folder)
{
  *self = (GstLiveKitEgressHlsPace) {
  .is_folder = is_folder};
}

gint64
gst_livekit_egress_hls_pace_get_interval (const GstLiveKitEgressHlsPace * self,
    GstClockTime target_duration)
{
  return self->is_folder ? FOLDER_TIME :
      (gint64) GST_TIME_AS_USECONDS (target_duration / 2);
}

/* The next segment takes about as long to be written as the last one did. If it is shorter it is seen later
 * than it could be, but not later than one of the target duration. */
static gint64
get_writing_time (const GstLiveKitEgressPlaylist * playlist)
{
  const GArray *segments = playlist->segments;
  GstClockTime duration;

  if (segments->len == 0)
    return 0;
  duration = MIN (playlist->target_duration, g_array_index (segments,
          GstLiveKitEgressPlaylistSegment, segments->len - 1).duration);
  return GST_TIME_AS_USECONDS (duration);
}

void
gst_livekit_egress_hls_pace_set_grown (GstLiveKitEgressHlsPace * self,
    const GstLiveKitEgressPlaylist * playlist)
{
  gint64 wait;

  /* RFC 8216, section 6.3.4, is for servers. */
  if (!self->is_folder)
    wait = GST_TIME_AS_USECONDS (playlist->target_duration);
  else if (self->in_time)
    wait = MAX (get_writing_time (playlist) - EARLY_TIME, FOLDER_TIME);
  else
    wait = FOLDER_TIME;

  self->next = self->polled + wait;
  self->in_time = FALSE;
}

void
gst_livekit_egress_hls_pace_set_same (GstLiveKitEgressHlsPace * self,
    const GstLiveKitEgressPlaylist * playlist)
{
  self->next = self->polled + (playlist == NULL ? MISSING_TIME :
      gst_livekit_egress_hls_pace_get_interval (self,
          playlist->target_duration));
  self->in_time = playlist != NULL;
}
