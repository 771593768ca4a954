/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether a host is this machine. There a certificate that nobody signed will do. */
gboolean dev_loopback_is_host (const char *host);

G_END_DECLS
