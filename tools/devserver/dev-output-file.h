/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dev-output.h"
#include "dev-plan.h"

G_BEGIN_DECLS

#define DEV_TYPE_OUTPUT_FILE (dev_output_file_get_type ())
G_DECLARE_FINAL_TYPE (DevOutputFile, dev_output_file, DEV, OUTPUT_FILE, DevOutput)

/* One file below a folder: MP4, or OGG with Opus when there is no video. The name is that of the
 * request with its templates filled in. */
DevOutputFile *dev_output_file_new (const char *folder, const char *name);

/* The name for the destination of a plan, with a leading slash. */
char *dev_output_file_make_name (const DevPlan *plan, const char *filepath, const char *room_id);

const char *dev_output_file_get_name (DevOutputFile *self);
/* Where the file really is. */
const char *dev_output_file_get_location (DevOutputFile *self);
gint64 dev_output_file_get_size (DevOutputFile *self);

G_END_DECLS
