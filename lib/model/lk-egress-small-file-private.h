/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Reads a regular file of text, UTF-8 without zero bytes, of at most max_size bytes. A byte order
 * mark is left out. Errors are of G_IO_ERROR, name the file and show nothing of what is in it. */
char *lk_egress_small_file_read (const char *path, gsize max_size, gsize *length, GError **error);

/* Begins an error with the name of the file. */
void lk_egress_small_file_prefix_error (const char *path, GError **error);

G_END_DECLS
