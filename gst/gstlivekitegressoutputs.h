/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegresscommonsettings.h"

G_BEGIN_DECLS

/* Adds what location, locations, outputs, storage and storage-uri say to a request, which is changed
 * even if it fails; not the location if the caller makes an output of it. */
gboolean gst_livekit_egress_outputs_add (GstLiveKitEgressCommonSettings * self,
    gboolean with_location, LkEgressRequest * request, GError ** error);

/* A place, to be shown to users, at which each run of this request stores the same files; NULL if each
 * has its own. */
gchar *gst_livekit_egress_outputs_dup_lasting (LkEgressRequest * request);

/* Takes the output from the request that says how segments are written; NULL without one. */
LkEgressSegmentedFileOutput *gst_livekit_egress_outputs_take_segments (LkEgressRequest * request);

G_END_DECLS
