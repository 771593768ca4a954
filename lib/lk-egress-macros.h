/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(LK_EGRESS_INSIDE) && !defined(LK_EGRESS_COMPILATION)
#error "Only <livekit-egress/livekit-egress.h> can be included directly."
#endif

#include <glib-object.h>
#include <gio/gio.h>

#include "lk-egress-version.h"

/* Everything public carries one of the macros below; all other symbols are hidden. g-ir-scanner
 * does not look at them: it would take those with arguments for a part of the library. */
#define LK_EGRESS_API __attribute__ ((visibility ("default"))) extern

#ifdef LK_EGRESS_DISABLE_DEPRECATION_WARNINGS
#define LK_EGRESS_DEPRECATED LK_EGRESS_API
#define LK_EGRESS_DEPRECATED_FOR(f) LK_EGRESS_API
#define LK_EGRESS_UNAVAILABLE(major, minor) LK_EGRESS_API
#else
#define LK_EGRESS_DEPRECATED G_DEPRECATED LK_EGRESS_API
#define LK_EGRESS_DEPRECATED_FOR(f) G_DEPRECATED_FOR (f) LK_EGRESS_API
#define LK_EGRESS_UNAVAILABLE(major, minor) G_UNAVAILABLE (major, minor) LK_EGRESS_API
#endif

/* Each stable release adds its macros here, and its version to lk-egress-version.h. */

#if LK_EGRESS_VERSION_MIN_REQUIRED >= LK_EGRESS_VERSION_1_0
#define LK_EGRESS_DEPRECATED_IN_1_0 LK_EGRESS_DEPRECATED
#define LK_EGRESS_DEPRECATED_IN_1_0_FOR(f) LK_EGRESS_DEPRECATED_FOR (f)
#else
#define LK_EGRESS_DEPRECATED_IN_1_0 LK_EGRESS_API
#define LK_EGRESS_DEPRECATED_IN_1_0_FOR(f) LK_EGRESS_API
#endif

#if LK_EGRESS_VERSION_MAX_ALLOWED < LK_EGRESS_VERSION_1_0
#define LK_EGRESS_AVAILABLE_IN_1_0 LK_EGRESS_UNAVAILABLE (1, 0)
#else
#define LK_EGRESS_AVAILABLE_IN_1_0 LK_EGRESS_API
#endif
