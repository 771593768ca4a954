/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegresscommonsettings.h"

G_BEGIN_DECLS

/* From the properties to what the library takes. */

LkEgressClient *gst_livekit_egress_create_client (GstLiveKitEgressCommonSettings * settings,
    GError ** error);

/* The request without an output. */
LkEgressRequest *gst_livekit_egress_create_request (GstLiveKitEgressCommonSettings * settings,
    GError ** error);

G_END_DECLS
