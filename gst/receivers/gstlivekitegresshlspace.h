/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegressplaylist.h"

G_BEGIN_DECLS

/* When a playlist is looked at again. All times are monotonic, in microseconds. */
typedef struct
{
  gboolean is_folder;           /* of this machine, where a look costs little */
  gint64 polled;                /* when it was last looked at */
  gint64 next;                  /* when it is to be looked at again */
  gboolean in_time;             /* a look before what is new, so that it is known when that came */
} GstLiveKitEgressHlsPace;

void gst_livekit_egress_hls_pace_init (GstLiveKitEgressHlsPace * self, gboolean is_folder);

/* How long what is new may be there before it is seen, in microseconds. */
gint64 gst_livekit_egress_hls_pace_get_interval (const GstLiveKitEgressHlsPace * self,
    GstClockTime target_duration);

/* What the look at polled found: a playlist with something new in it, nothing new, or no playlist at all
 * although there has been one or, with NULL, before the first. */
void gst_livekit_egress_hls_pace_set_grown (GstLiveKitEgressHlsPace * self,
    const GstLiveKitEgressPlaylist * playlist);
void gst_livekit_egress_hls_pace_set_same (GstLiveKitEgressHlsPace * self,
    const GstLiveKitEgressPlaylist * playlist);

G_END_DECLS
