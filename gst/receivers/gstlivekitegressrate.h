/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How often something happens in a second. Starts as zeros, and has no lock of its own. */
typedef struct
{
  gint64 since;                 /* monotonic */
  guint n;
} GstLiveKitEgressRate;

/* Notes that it happens once more: TRUE when that is more than so often in this second. If the second
 * is a new one, left_out (may be NULL) gets how many were too many in the one before. */
gboolean gst_livekit_egress_rate_exceeds (GstLiveKitEgressRate * self, guint max,
    guint * left_out);

G_END_DECLS
