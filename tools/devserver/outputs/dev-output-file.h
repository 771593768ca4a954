/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dev-output.h"

G_BEGIN_DECLS

#define DEV_TYPE_OUTPUT_FILE (dev_output_file_get_type ())
G_DECLARE_FINAL_TYPE (DevOutputFile, dev_output_file, DEV, OUTPUT_FILE, DevOutput)

/* One file below the server's folder: MP4, or for sound alone OGG with Opus or MP3. */

G_END_DECLS
