/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegresslistener.h"

G_BEGIN_DECLS

#define GST_TYPE_LIVEKIT_EGRESS_WEBSOCKET_RECEIVER \
    (gst_livekit_egress_websocket_receiver_get_type ())
G_DECLARE_FINAL_TYPE (GstLiveKitEgressWebsocketReceiver, gst_livekit_egress_websocket_receiver,
    GST, LIVEKIT_EGRESS_WEBSOCKET_RECEIVER, GstLiveKitEgressListener)

G_END_DECLS
