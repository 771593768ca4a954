/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dev-output-stream.h"

G_BEGIN_DECLS

#define DEV_TYPE_OUTPUT_SRT (dev_output_srt_get_type ())
G_DECLARE_FINAL_TYPE (DevOutputSrt, dev_output_srt, DEV, OUTPUT_SRT, DevOutputStream)

/* MPEG-TS over SRT, whose options are those of the address. */

G_END_DECLS
