/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <livekit-egress/livekit-egress.h>

#include "gstlivekitegresssettings.h"

G_BEGIN_DECLS

/* Runs one egress at a time for an element, in a thread of its own, and tells it on the element's
 * bus. No function blocks but finish() and close().
 *
 * Signal "ended" (const GError *error, nullable): once per run, from the control thread. Without an
 * error no more media is to come and what came is to be played to its end; with one the element
 * posts it. */

#define GST_TYPE_LIVEKIT_EGRESS_CONTROL (gst_livekit_egress_control_get_type ())
G_DECLARE_FINAL_TYPE (GstLiveKitEgressControl, gst_livekit_egress_control,
    GST, LIVEKIT_EGRESS_CONTROL, GObject)

/* What the element knows of the media. */
typedef enum
{
  GST_LIVEKIT_EGRESS_MEDIA_NONE,        /* none, and none is waited for */
  GST_LIVEKIT_EGRESS_MEDIA_EXPECTED,    /* none yet */
  GST_LIVEKIT_EGRESS_MEDIA_ARRIVED,
  GST_LIVEKIT_EGRESS_MEDIA_LOST,        /* the sender went, and may come back */
} GstLiveKitEgressMedia;

/* The owner must outlive the control. */
GstLiveKitEgressControl *gst_livekit_egress_control_new (GstElement * owner);

/* The thread: READY is open. */
void gst_livekit_egress_control_open (GstLiveKitEgressControl * self);
void gst_livekit_egress_control_close (GstLiveKitEgressControl * self);

/* The egress: from start, which returns at once, to finish, which stops the egress and waits until it
 * has ended, at most for the stop timeout. */
void gst_livekit_egress_control_start (GstLiveKitEgressControl * self, LkEgressClient * client,
    LkEgressRequest * request, const GstLiveKitEgressLife * life);
void gst_livekit_egress_control_finish (GstLiveKitEgressControl * self);

/* stop: on behalf of the user. fail: because of an error that the element posts. */
void gst_livekit_egress_control_stop (GstLiveKitEgressControl * self);
void gst_livekit_egress_control_fail (GstLiveKitEgressControl * self);
void gst_livekit_egress_control_set_media (GstLiveKitEgressControl * self,
    GstLiveKitEgressMedia media);
void gst_livekit_egress_control_set_layout (GstLiveKitEgressControl * self, const gchar * layout);
void gst_livekit_egress_control_update_streams (GstLiveKitEgressControl * self, const gchar * add,
    const gchar * remove);

LkEgressJobState gst_livekit_egress_control_get_state (GstLiveKitEgressControl * self);
LkEgressInfo *gst_livekit_egress_control_dup_info (GstLiveKitEgressControl * self);
gchar *gst_livekit_egress_control_dup_egress_id (GstLiveKitEgressControl * self);

G_END_DECLS
