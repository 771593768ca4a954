/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegresscommonsettings.h"
#include "gstlivekitegresskeeper.h"
#include "gstlivekitegressnews.h"
#include "gstlivekitegressworker.h"

G_BEGIN_DECLS

/* One egress, from its start to its end. It lives in the thread of a worker, and there it goes on
 * until the egress has ended or a bound of its own has passed, whatever becomes of its owner: that is
 * the element which it tells its news, on the bus and by functions, for as long as there is one.
 *
 * All functions may be called in any thread; none blocks but wait(). */

typedef struct _GstLiveKitEgressRun GstLiveKitEgressRun;

/* Of a request to start; of the egress with the id; or of the one that does what the request says, as
 * life has it. One that is attached to is told to send to the stream URL too, unless that is NULL. Takes the
 * keeper, which is NULL without an owner. runs are structures about those before. */
GstLiveKitEgressRun *gst_livekit_egress_run_new (GstElement * owner,
    const GstLiveKitEgressNewsFuncs * funcs, GstLiveKitEgressWorker * worker,
    LkEgressClient * client, LkEgressRequest * request, const gchar * egress_id,
    const gchar * stream_url, const GstLiveKitEgressLife * life, GstLiveKitEgressKeeper * keeper,
    GPtrArray * runs);
GstLiveKitEgressRun *gst_livekit_egress_run_ref (GstLiveKitEgressRun * self);
void gst_livekit_egress_run_unref (GstLiveKitEgressRun * self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstLiveKitEgressRun, gst_livekit_egress_run_unref);

void gst_livekit_egress_run_start (GstLiveKitEgressRun * self);

/* stop: on behalf of the user, as on-stop says. fail: because of an error that the owner posts. An
 * egress that is attached to goes on in both, unless on-stop says otherwise. */
void gst_livekit_egress_run_stop (GstLiveKitEgressRun * self);
void gst_livekit_egress_run_fail (GstLiveKitEgressRun * self);

/* After stop: until the server has accepted it or there is nothing to stop, at most for the stop
 * timeout. Returns at once in the worker's thread. */
void gst_livekit_egress_run_wait (GstLiveKitEgressRun * self);

/* The run is to end without being waited for; muted, it tells its owner nothing any more. */
void gst_livekit_egress_run_leave (GstLiveKitEgressRun * self);
void gst_livekit_egress_run_mute (GstLiveKitEgressRun * self);

/* Looks at the server now. */
void gst_livekit_egress_run_refresh (GstLiveKitEgressRun * self);

/* What fails is a warning of the owner. */
void gst_livekit_egress_run_set_layout (GstLiveKitEgressRun * self, const gchar * layout);
void gst_livekit_egress_run_update_streams (GstLiveKitEgressRun * self, const gchar * add,
    const gchar * remove);

LkEgressJobState gst_livekit_egress_run_get_state (GstLiveKitEgressRun * self);
LkEgressInfo *gst_livekit_egress_run_dup_info (GstLiveKitEgressRun * self);

G_END_DECLS
