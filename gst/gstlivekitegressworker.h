/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* A thread with a main context of its own, which is the thread-default one in it. The thread ends
 * when it was told to quit and nothing is held any more; nobody waits for that. */
typedef struct _GstLiveKitEgressWorker GstLiveKitEgressWorker;

/* NULL when there can be no more threads. */
GstLiveKitEgressWorker *gst_livekit_egress_worker_new (const gchar * name, GError ** error);
GstLiveKitEgressWorker *gst_livekit_egress_worker_ref (GstLiveKitEgressWorker * self);
void gst_livekit_egress_worker_unref (GstLiveKitEgressWorker * self);

/* Lets the thread call func (data), after what was queued before. Takes data, also when the thread
 * has ended and func is not called any more. */
void gst_livekit_egress_worker_run (GstLiveKitEgressWorker * self, GSourceOnceFunc func,
    gpointer data, GDestroyNotify destroy);

/* The thread may end. */
void gst_livekit_egress_worker_quit (GstLiveKitEgressWorker * self);

/* Whether this is the thread, which must not wait for itself. */
gboolean gst_livekit_egress_worker_is_current (GstLiveKitEgressWorker * self);

/* In the thread: it stays until as often released. */
void gst_livekit_egress_worker_hold (GstLiveKitEgressWorker * self);
void gst_livekit_egress_worker_release (GstLiveKitEgressWorker * self);
/* The same until the object is gone, in whatever thread. */
void gst_livekit_egress_worker_hold_for (GstLiveKitEgressWorker * self, GObject * object);

/* In a thread-default main context: func (data) is called once after this time, never for 0. Takes
 * data. */
void gst_livekit_egress_timer_arm (GSource ** timer, guint milliseconds, GSourceFunc func,
    gpointer data, GDestroyNotify destroy);
void gst_livekit_egress_timer_disarm (GSource ** timer);

G_END_DECLS
