/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(LK_EGRESS_INSIDE) && !defined(LK_EGRESS_COMPILATION)
#error "Only <livekit-egress/livekit-egress.h> can be included directly."
#endif

#include <glib-object.h>
#include <gio/gio.h>

#include "lk-egress-version.h"

/* Everything public carries one of the macros below; all other symbols are hidden. */
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

/* The stable release that these headers are of, or will become. Odd minors lead to one. */
#define LK_EGRESS_VERSION_CURRENT                                                                  \
  (G_ENCODE_VERSION (LK_EGRESS_MAJOR_VERSION,                                                      \
                     LK_EGRESS_MINOR_VERSION + LK_EGRESS_MINOR_VERSION % 2))

/**
 * LK_EGRESS_VERSION_1_0:
 *
 * The release 1.0, for `LK_EGRESS_VERSION_MIN_REQUIRED` and `LK_EGRESS_VERSION_MAX_ALLOWED`.
 *
 * Since: 1.0
 */
#define LK_EGRESS_VERSION_1_0 (G_ENCODE_VERSION (1, 0))

/**
 * LK_EGRESS_VERSION_MIN_REQUIRED:
 *
 * The oldest release that a program is to work with. Define it as one of `LK_EGRESS_VERSION_1_0`
 * and its like before the header is included. What was deprecated after that release gives no
 * warning. Default: the release of the headers.
 *
 * Since: 1.0
 */
#ifndef LK_EGRESS_VERSION_MIN_REQUIRED
#define LK_EGRESS_VERSION_MIN_REQUIRED LK_EGRESS_VERSION_CURRENT
#endif

/**
 * LK_EGRESS_VERSION_MAX_ALLOWED:
 *
 * The newest release whose functions a program may use. Define it as one of
 * `LK_EGRESS_VERSION_1_0` and its like before the header is included. What came after that release
 * gives a warning. Default: the release of the headers.
 *
 * Since: 1.0
 */
#ifndef LK_EGRESS_VERSION_MAX_ALLOWED
#define LK_EGRESS_VERSION_MAX_ALLOWED LK_EGRESS_VERSION_CURRENT
#endif

#if LK_EGRESS_VERSION_MIN_REQUIRED < LK_EGRESS_VERSION_1_0
#error "LK_EGRESS_VERSION_MIN_REQUIRED must be LK_EGRESS_VERSION_1_0 or later."
#endif
#if LK_EGRESS_VERSION_MAX_ALLOWED < LK_EGRESS_VERSION_MIN_REQUIRED
#error "LK_EGRESS_VERSION_MAX_ALLOWED must not be before LK_EGRESS_VERSION_MIN_REQUIRED."
#endif

/* Each stable release adds its version above and its macros here. */

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
