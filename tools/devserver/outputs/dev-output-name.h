/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dev-output.h"

G_BEGIN_DECLS

/* The name of a request with its templates filled in. */
char *dev_output_name_replace (const DevOutputContext *context, const char *name);

/* The same, and one that is empty or ends with a slash is completed by who or what is recorded and
 * the time. */
char *dev_output_name_fill (const DevOutputContext *context, const char *name);

/* Puts an extension in place of one that is known; any other text stays in front of it. */
char *dev_output_name_set_extension (const char *name, const char *extension);

/* The name without any way out of the folder that it is put below. */
char *dev_output_name_confine (const char *name);

/* Makes the folder that a file is to be in. */
gboolean dev_output_name_make_folder (const char *location, GError **error);

G_END_DECLS
