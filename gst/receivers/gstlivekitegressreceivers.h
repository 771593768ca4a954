/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegressreceiver.h"

G_BEGIN_DECLS

/* The one table that knows which element receives which protocol. */

/* A receiver with the name "receiver" (floating). */
GstElement *gst_livekit_egress_receiver_new (GstLiveKitEgressProtocol protocol,
    const GstLiveKitEgressReceiverConfig * config);

/* For tests: the type that receives this protocol from now on; G_TYPE_INVALID: the real one again. */
void gst_livekit_egress_receiver_set_type (GstLiveKitEgressProtocol protocol, GType type);

G_END_DECLS
