/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dev-output-stream.h"

G_BEGIN_DECLS

#define DEV_TYPE_OUTPUT_RTMP (dev_output_rtmp_get_type ())
G_DECLARE_FINAL_TYPE (DevOutputRtmp, dev_output_rtmp, DEV, OUTPUT_RTMP, DevOutputStream)

/* FLV published to RTMP servers. */

G_END_DECLS
