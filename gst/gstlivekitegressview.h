/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>
#include <livekit-egress/livekit-egress.h>

G_BEGIN_DECLS

/* What other threads see of a run, and wait for. The lock is never held while calling out. */
typedef struct
{
  GMutex lock;
  GCond cond;
  gboolean settled;             /* nothing is left to wait for */
  LkEgressJobState state;
  LkEgressInfo *info;
} GstLiveKitEgressView;

void gst_livekit_egress_view_init (GstLiveKitEgressView * self);
void gst_livekit_egress_view_clear (GstLiveKitEgressView * self);

void gst_livekit_egress_view_settle (GstLiveKitEgressView * self);
/* Whether it has settled within this time. */
gboolean gst_livekit_egress_view_wait (GstLiveKitEgressView * self, GTimeSpan time);

/* Gives the state before. */
LkEgressJobState gst_livekit_egress_view_set_state (GstLiveKitEgressView * self,
    LkEgressJobState state);
LkEgressJobState gst_livekit_egress_view_get_state (GstLiveKitEgressView * self);

/* Whether it is the first. */
gboolean gst_livekit_egress_view_set_info (GstLiveKitEgressView * self, LkEgressInfo * info);
LkEgressInfo *gst_livekit_egress_view_dup_info (GstLiveKitEgressView * self);

G_END_DECLS
