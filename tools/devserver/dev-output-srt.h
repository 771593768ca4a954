/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dev-output.h"

G_BEGIN_DECLS

#define DEV_TYPE_OUTPUT_SRT (dev_output_srt_get_type ())
G_DECLARE_FINAL_TYPE (DevOutputSrt, dev_output_srt, DEV, OUTPUT_SRT, DevOutput)

/* MPEG-TS to any number of SRT addresses. */
DevOutputSrt *dev_output_srt_new (void);

/* The address is named by the URL as the request has it. Adding before the output has started waits
 * for that. Failing later is told by the signal "failed". */
void dev_output_srt_add (DevOutputSrt *self, const char *url);
void dev_output_srt_remove (DevOutputSrt *self, const char *url);

G_END_DECLS
