/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegressrun.h"

G_BEGIN_DECLS

/* The thread of an element and the lock: runs one egress at a time there. All functions may be called
 * in any thread as long as there is the element, and none blocks but finish(). */
typedef struct _GstLiveKitEgressControl GstLiveKitEgressControl;

typedef void (*GstLiveKitEgressControlFunc) (GstElement * owner, gpointer data);

typedef void (*GstLiveKitEgressControlRestartFunc) (GstElement * owner);

GstLiveKitEgressControl *gst_livekit_egress_control_new (GstElement * owner,
    const GstLiveKitEgressNewsFuncs * funcs);
void gst_livekit_egress_control_free (GstLiveKitEgressControl * self);

/* The thread: READY is open. */
gboolean gst_livekit_egress_control_open (GstLiveKitEgressControl * self, GError ** error);
void gst_livekit_egress_control_close (GstLiveKitEgressControl * self);

/* The egress: from start, of a request or of an egress that runs already, to finish. That stops the
 * egress and waits until the server has accepted this, at most for the stop timeout; the rest goes on
 * in the background. Takes the client and the keeper, see GstLiveKitEgressRun. */
void gst_livekit_egress_control_start (GstLiveKitEgressControl * self, LkEgressClient * client,
    LkEgressRequest * request, const gchar * egress_id, const gchar * stream_url,
    const GstLiveKitEgressLife * life, GstLiveKitEgressKeeper * keeper);
void gst_livekit_egress_control_finish (GstLiveKitEgressControl * self);

/* See GstLiveKitEgressRun; without a run nothing happens. */
void gst_livekit_egress_control_stop (GstLiveKitEgressControl * self);
void gst_livekit_egress_control_fail (GstLiveKitEgressControl * self);
void gst_livekit_egress_control_refresh (GstLiveKitEgressControl * self);
void gst_livekit_egress_control_set_layout (GstLiveKitEgressControl * self, const gchar * layout);
void gst_livekit_egress_control_update_streams (GstLiveKitEgressControl * self, const gchar * add,
    const gchar * remove);

/* Lets the thread call func, if there is still the owner then. Takes data. */
void gst_livekit_egress_control_call (GstLiveKitEgressControl * self,
    GstLiveKitEgressControlFunc func, gpointer data, GDestroyNotify destroy);

/* In the thread: the run has ended, for this reason if it failed, or is of no use any more. TRUE if it
 * is followed by another, as the life of the start says, and none does after stop, fail or finish.
 * Then a warning is posted, the egress is stopped if it still runs, and after a pause func is called:
 * it is to let the next run start, of the same request or of another one, in any thread. That does
 * not happen, and gives FALSE, if the run was stopped meanwhile. Takes the keeper. */
gboolean gst_livekit_egress_control_restart (GstLiveKitEgressControl * self, const GError * error,
    GstLiveKitEgressControlRestartFunc func);
gboolean gst_livekit_egress_control_start_again (GstLiveKitEgressControl * self,
    LkEgressRequest * request, GstLiveKitEgressKeeper * keeper);

/* Whether the next run is waited for. */
gboolean gst_livekit_egress_control_is_pending (GstLiveKitEgressControl * self);

/* Where the run is now: one that was active for long makes up for those that were not. */
void gst_livekit_egress_control_set_state (GstLiveKitEgressControl * self, LkEgressJobState state);

/* Of the last run. */
LkEgressJobState gst_livekit_egress_control_get_state (GstLiveKitEgressControl * self);
LkEgressInfo *gst_livekit_egress_control_dup_info (GstLiveKitEgressControl * self);

G_END_DECLS
