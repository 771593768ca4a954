/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* A thread with a main context of its own, which is the thread-default one in it. */
typedef struct _GstLiveKitEgressWorker GstLiveKitEgressWorker;

typedef void (*GstLiveKitEgressWorkerFunc) (gpointer owner, gpointer data);

GstLiveKitEgressWorker *gst_livekit_egress_worker_new (const gchar * name, gpointer owner);

/* Waits for what was queued and for what is held. Not from the thread itself. */
void gst_livekit_egress_worker_free (GstLiveKitEgressWorker * self);

/* Lets the thread call func (owner, data), after what was queued before. Takes data. */
void gst_livekit_egress_worker_run (GstLiveKitEgressWorker * self,
    GstLiveKitEgressWorkerFunc func, gpointer data, GDestroyNotify destroy);

/* In the thread: an asynchronous call was begun, or came back. */
void gst_livekit_egress_worker_hold (GstLiveKitEgressWorker * self);
void gst_livekit_egress_worker_release (GstLiveKitEgressWorker * self);

/* In the thread: func (owner) is called once after this time, never for 0. */
void gst_livekit_egress_worker_arm (GstLiveKitEgressWorker * self, GSource ** timer,
    guint milliseconds, GSourceFunc func);
void gst_livekit_egress_worker_disarm (GSource ** timer);

G_END_DECLS
