/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A LiveKit id: the prefix and 12 random characters of A-Z, a-z, 0-9. */
char *dev_id_new (const char *prefix);

G_END_DECLS
