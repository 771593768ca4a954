/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <livekit-egress/livekit-egress.h>

G_BEGIN_DECLS

/* Waiting for what an egress is to be of: there is no call that tells when a room, participant or track
 * comes, so a start that did not find it is tried again. All zero before begin(). */
typedef struct
{
  gint64 end;                   /* monotonic */
  guint interval;               /* milliseconds */
  GSource *timer;               /* while nothing is asked */
} GstLiveKitEgressWait;

void gst_livekit_egress_wait_begin (GstLiveKitEgressWait * self, guint milliseconds);

/* Whether this is about something that is not there, by the error of the call or by the end of an
 * egress that never was active, and there is time left: then func (data) is called in a moment. */
gboolean gst_livekit_egress_wait_again (GstLiveKitEgressWait * self, LkEgressJob * job,
    const GError * error, GSourceFunc func, gpointer data);

G_END_DECLS
