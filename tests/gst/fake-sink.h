/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* A second element on GstLiveKitEgressElement: it has no pads, lets the egress write a file, or
 * attaches to one that runs, and ends with it. */
GType fake_sink_get_type (void);

G_END_DECLS
