/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegresssettings.h"

G_BEGIN_DECLS

/* livekit-egress://host[:port]/ROOM?property=value&…, with livekit-egresss for a server with TLS. The
 * query sets properties of the element that are marked with GST_LIVEKIT_EGRESS_PARAM_IN_URI in its
 * table, and no others. */

extern const gchar *const gst_livekit_egress_uri_schemes[];

/* Sets all that the URI says, or nothing. For an element that is not beyond READY. */
gboolean gst_livekit_egress_uri_apply (const gchar * uri, GstElement * element,
    const GstLiveKitEgressSettingTable * table, GError ** error);

G_END_DECLS
