/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegresshlsorigin.h"
#include "gstlivekitegressreceiver.h"

G_BEGIN_DECLS

/* What the settings make of an HLS egress: what the worker is asked to write, and where it is read. */
typedef struct
{
  LkEgressOutput *output;
  GstLiveKitEgressHlsOrigin *origin;
  gchar *playlist;              /* the name in there of the one that is read */
  GstClockTime segment_duration;
} GstLiveKitEgressHlsPlan;

/* Errors name the property that is wrong. Reads credentials from the environment, and small files. */
gboolean gst_livekit_egress_hls_plan_init (GstLiveKitEgressHlsPlan * self,
    const GstLiveKitEgressReceiverConfig * config, GError ** error);

void gst_livekit_egress_hls_plan_clear (GstLiveKitEgressHlsPlan * self);

G_END_DECLS
