/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegressnews.h"

G_BEGIN_DECLS

/* An address of ours that an egress which somebody else has started is to send to as well, until we
 * leave. All is for one thread. */
typedef struct _GstLiveKitEgressJoin GstLiveKitEgressJoin;

typedef void (*GstLiveKitEgressJoinFunc) (const GError * error, gpointer data);

/* func is called when the egress sends, or does not because of error. The news are for as long as this
 * or leave() is not over. */
GstLiveKitEgressJoin *gst_livekit_egress_join_new (LkEgressJob * job, GstLiveKitEgressNews * news,
    const gchar * url, GstLiveKitEgressJoinFunc func, gpointer data);
void gst_livekit_egress_join_free (GstLiveKitEgressJoin * self);

/* Once: func is called when the egress sends no more, or nobody knows after so many milliseconds (0 =
 * no limit), which is a warning. */
void gst_livekit_egress_join_leave (GstLiveKitEgressJoin * self, guint timeout,
    GSourceOnceFunc func, gpointer data);

G_END_DECLS
