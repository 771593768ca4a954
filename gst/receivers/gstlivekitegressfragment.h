/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* The time in the stream's own clock at which a fragment of MP4 (ISO/IEC 14496-12) begins: the smallest
 * of its tracks, in a stream that begins with this header. NONE if they do not say. */
GstClockTime gst_livekit_egress_fragment_get_time (GBytes * header, GBytes * fragment);

G_END_DECLS
