/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegressnews.h"

G_BEGIN_DECLS

/* What a running egress is told to do otherwise. What fails is a warning of the news, which owner
 * keeps. It takes a reference of owner, and gives it back with unref. */

void gst_livekit_egress_change_layout (LkEgressJob * job, const gchar * layout,
    GCancellable * cancellable, GstLiveKitEgressNews * news, gpointer owner,
    GDestroyNotify unref);

/* Either URL may be NULL. */
void gst_livekit_egress_change_streams (LkEgressJob * job, const gchar * add,
    const gchar * remove, GCancellable * cancellable, GstLiveKitEgressNews * news, gpointer owner,
    GDestroyNotify unref);

/* The warning alone. */
void gst_livekit_egress_change_fail (GstLiveKitEgressNews * news, const gchar * reason);

G_END_DECLS
