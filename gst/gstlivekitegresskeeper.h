/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegresscommonsettings.h"
#include "gstlivekitegressnews.h"
#include "gstlivekitegressworker.h"

G_BEGIN_DECLS

/* Keeps the egress of a run with an owner in the store, and sees to what earlier runs of this owner
 * left behind. What is left is seen to in the background, for as long as a run is that nobody waits
 * for. After it is made it is of the worker's thread alone, which it holds up for moments. What does
 * something takes NULL for the keeper of a run without an owner, and does nothing. */
typedef struct _GstLiveKitEgressKeeper GstLiveKitEgressKeeper;

typedef void (*GstLiveKitEgressKeeperFunc) (const gchar * egress_id, gpointer data);

/* can_adopt: whether what an egress sends that runs already comes to the element. */
GstLiveKitEgressKeeper *gst_livekit_egress_keeper_new (GstElement * element, const gchar * owner,
    gboolean can_adopt);
GstLiveKitEgressKeeper *gst_livekit_egress_keeper_ref (GstLiveKitEgressKeeper * self);
void gst_livekit_egress_keeper_unref (GstLiveKitEgressKeeper * self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstLiveKitEgressKeeper, gst_livekit_egress_keeper_unref);

/* Calls func once: when all that was left is seen to, with the id of an egress that is to be adopted
 * in place of a start, or NULL; and after the stop timeout at the latest. egress_id: the one that the
 * run attaches to, which is left alone; may be NULL. */
void gst_livekit_egress_keeper_tend (GstLiveKitEgressKeeper * self, LkEgressClient * client,
    LkEgressRequest * request, const gchar * egress_id, const GstLiveKitEgressLife * life,
    GstLiveKitEgressKeeperFunc func, gpointer data);

/* The egress of the run: before it is started, when its id is known, and at the end of the run. Then it
 * is forgotten if it has ended or is meant to go on; otherwise, and after a crash, the next run finds
 * it. An egress that was adopted is one of the run, one that somebody else has started is none. */
gboolean gst_livekit_egress_keeper_begin (GstLiveKitEgressKeeper * self, LkEgressClient * client,
    LkEgressRequest * request, GError ** error);
void gst_livekit_egress_keeper_set_id (GstLiveKitEgressKeeper * self, const gchar * egress_id);
void gst_livekit_egress_keeper_end (GstLiveKitEgressKeeper * self, LkEgressJob * job,
    gboolean detached);

G_END_DECLS
