/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"
#include "lk-egress-file-output.h"
#include "lk-egress-image-output.h"
#include "lk-egress-segmented-file-output.h"
#include "lk-egress-storage.h"
#include "lk-egress-stream-output.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_OUTPUT (lk_egress_output_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressOutput, lk_egress_output, OUTPUT)

/**
 * LkEgressOutputFormat:
 * @LK_EGRESS_OUTPUT_FORMAT_DEFAULT: a file whose container the server chooses from the codecs
 * @LK_EGRESS_OUTPUT_FORMAT_MP4: an MP4 file
 * @LK_EGRESS_OUTPUT_FORMAT_OGG: an Ogg file, without video
 * @LK_EGRESS_OUTPUT_FORMAT_MP3: an MP3 file, without video
 * @LK_EGRESS_OUTPUT_FORMAT_WEBM: a WebM file with a VP8 or VP9 track as it was published, see
 *   [ctor@Output.new_for_format]
 * @LK_EGRESS_OUTPUT_FORMAT_MCAP: an MCAP file, for data tracks
 * @LK_EGRESS_OUTPUT_FORMAT_TS: MPEG-TS segments with a playlist, the same as
 *   %LK_EGRESS_OUTPUT_FORMAT_HLS
 * @LK_EGRESS_OUTPUT_FORMAT_HLS: MPEG-TS segments with a playlist
 * @LK_EGRESS_OUTPUT_FORMAT_FMP4: fragmented MP4 segments with a playlist; many servers refuse it
 * @LK_EGRESS_OUTPUT_FORMAT_RTMP: a stream over RTMP or RTMPS
 * @LK_EGRESS_OUTPUT_FORMAT_SRT: a stream over SRT
 * @LK_EGRESS_OUTPUT_FORMAT_WEBSOCKET: a stream of raw audio over a websocket
 * @LK_EGRESS_OUTPUT_FORMAT_IMAGES: JPEG pictures
 *
 * What an output is, in one word.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_OUTPUT_FORMAT_DEFAULT,
  LK_EGRESS_OUTPUT_FORMAT_MP4,
  LK_EGRESS_OUTPUT_FORMAT_OGG,
  LK_EGRESS_OUTPUT_FORMAT_MP3,
  LK_EGRESS_OUTPUT_FORMAT_WEBM,
  LK_EGRESS_OUTPUT_FORMAT_MCAP,
  LK_EGRESS_OUTPUT_FORMAT_TS,
  LK_EGRESS_OUTPUT_FORMAT_HLS,
  LK_EGRESS_OUTPUT_FORMAT_FMP4,
  LK_EGRESS_OUTPUT_FORMAT_RTMP,
  LK_EGRESS_OUTPUT_FORMAT_SRT,
  LK_EGRESS_OUTPUT_FORMAT_WEBSOCKET,
  LK_EGRESS_OUTPUT_FORMAT_IMAGES,
} LkEgressOutputFormat;

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressOutput *lk_egress_output_new (void);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressOutput *lk_egress_output_new_file (LkEgressFileOutput *file);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressOutput *lk_egress_output_new_stream (LkEgressStreamOutput *stream);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressOutput *lk_egress_output_new_segments (LkEgressSegmentedFileOutput *segments);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressOutput *lk_egress_output_new_images (LkEgressImageOutput *images);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressOutput *lk_egress_output_new_for_format (LkEgressOutputFormat format, const char *location);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressOutput *lk_egress_output_new_for_location (const char *location,
                                                   LkEgressOutputFormat format,
                                                   GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressOutputFormat lk_egress_output_get_format (LkEgressOutput *self);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_output_prepend_folder (LkEgressOutput *self, const char *folder);

G_END_DECLS
