/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dev-output.h"

G_BEGIN_DECLS

#define DEV_TYPE_OUTPUT_SEGMENTS (dev_output_segments_get_type ())
G_DECLARE_FINAL_TYPE (DevOutputSegments, dev_output_segments, DEV, OUTPUT_SEGMENTS, DevOutput)

/* HLS below the server's folder: segments of MPEG-TS, the main playlist with all of them and, if it
 * has a name, the live playlist with the last ones. */

G_END_DECLS
