/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegressrun.h"

G_BEGIN_DECLS

/* The thread of an element and the lock: runs one egress at a time there. All functions may be called
 * in any thread as long as there is the element, and none blocks but finish(). */
typedef struct _GstLiveKitEgressControl GstLiveKitEgressControl;

typedef void (*GstLiveKitEgressControlFunc) (GstElement * owner, gpointer data);

GstLiveKitEgressControl *gst_livekit_egress_control_new (GstElement * owner,
    const GstLiveKitEgressNewsFuncs * funcs);
void gst_livekit_egress_control_free (GstLiveKitEgressControl * self);

/* The thread: READY is open. */
gboolean gst_livekit_egress_control_open (GstLiveKitEgressControl * self, GError ** error);
void gst_livekit_egress_control_close (GstLiveKitEgressControl * self);

/* The egress: from start, of a request or of an egress that runs already, to finish. That stops the
 * egress and waits until the server has accepted this, at most for the stop timeout; the rest goes on
 * in the background. Takes the client. */
void gst_livekit_egress_control_start (GstLiveKitEgressControl * self, LkEgressClient * client,
    LkEgressRequest * request, const gchar * egress_id, const GstLiveKitEgressLife * life);
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

/* Of the last run. */
LkEgressJobState gst_livekit_egress_control_get_state (GstLiveKitEgressControl * self);
LkEgressInfo *gst_livekit_egress_control_dup_info (GstLiveKitEgressControl * self);

G_END_DECLS
