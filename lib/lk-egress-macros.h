/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(LK_EGRESS_INSIDE) && !defined(LK_EGRESS_COMPILATION)
#error "Only <livekit-egress/livekit-egress.h> can be included directly."
#endif

#include <glib-object.h>
#include <gio/gio.h>

#include "lk-egress-version.h"

/* Everything public carries one of these; all other symbols are hidden. A later
 * release adds LK_EGRESS_AVAILABLE_IN_1_2 and so on. */
#define LK_EGRESS_API __attribute__ ((visibility ("default")))
#define LK_EGRESS_AVAILABLE_IN_1_0 LK_EGRESS_API extern
