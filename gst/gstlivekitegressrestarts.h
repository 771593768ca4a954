/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegresscommonsettings.h"

G_BEGIN_DECLS

/* How often an egress that ended was started again, and whether and when it is next. */
typedef struct
{
  guint count;                  /* since the last that was active for long */
  guint pause;                  /* the last one, in milliseconds */
  gint64 active_since;          /* monotonic; 0: it is not yet */
  GPtrArray *runs;              /* structures: the runs before this one, the oldest left out */
} GstLiveKitEgressRestarts;

void gst_livekit_egress_restarts_reset (GstLiveKitEgressRestarts * self);
void gst_livekit_egress_restarts_clear (GstLiveKitEgressRestarts * self);

void gst_livekit_egress_restarts_set_state (GstLiveKitEgressRestarts * self,
    LkEgressJobState state);

/* How many milliseconds after an end for this reason (NULL: it was none to worry about) it is to be
 * started again; 0: not at all. */
guint gst_livekit_egress_restarts_next (GstLiveKitEgressRestarts * self,
    const GstLiveKitEgressLife * life, const GError * error);

/* A run is over for us. info may be NULL. */
void gst_livekit_egress_restarts_keep (GstLiveKitEgressRestarts * self, LkEgressJobState state,
    LkEgressInfo * info);

G_END_DECLS
