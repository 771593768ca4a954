/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegresscommonsettings.h"

G_BEGIN_DECLS

/* A second element on GstLiveKitEgressElement: it has no pads, lets the egress write a file, or
 * attaches to one that runs, and ends with it. */
GType fake_sink_get_type (void);

/* What its properties have set. */
GstLiveKitEgressCommonSettings *fake_sink_get_settings (gpointer self);

G_END_DECLS
