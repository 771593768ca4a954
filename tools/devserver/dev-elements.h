/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether GStreamer has all of these elements. The names end with NULL. */
gboolean dev_elements_check (const char *const *names, GError **error);

G_END_DECLS
