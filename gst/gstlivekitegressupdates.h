/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <livekit-egress/livekit-egress.h>

#include "gstlivekitegressworker.h"

G_BEGIN_DECLS

/* Changes of an egress that runs, for the worker's thread. What fails is a warning of the element. */

void gst_livekit_egress_update_layout (GstLiveKitEgressWorker * worker, GstElement * element,
    LkEgressJob * job, const gchar * layout, GCancellable * cancellable);

/* add and remove may be NULL. */
void gst_livekit_egress_update_streams (GstLiveKitEgressWorker * worker, GstElement * element,
    LkEgressJob * job, const gchar * add, const gchar * remove, GCancellable * cancellable);

G_END_DECLS
