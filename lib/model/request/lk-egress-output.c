/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-output.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressOutput:
 *
 * One output of a request.
 *
 * Since: 1.0
 */

/**
 * LkEgressOutput:file:
 *
 * A file. This excludes the other three.
 *
 * Since: 1.0
 */

/**
 * LkEgressOutput:stream:
 *
 * Streams. This excludes the other three.
 *
 * Since: 1.0
 */

/**
 * LkEgressOutput:segments:
 *
 * Segments and playlists. This excludes the other three.
 *
 * Since: 1.0
 */

/**
 * LkEgressOutput:images:
 *
 * Pictures. This excludes the other three.
 *
 * Since: 1.0
 */

/**
 * LkEgressOutput:storage:
 *
 * Where the files of this output go. Default: %NULL, that is [property@Request:storage], or else
 * what the server is configured with.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressOutput, lk_egress_output, livekit__output__descriptor)

/**
 * lk_egress_output_new:
 *
 * Creates an output that is empty so far.
 *
 * Returns: (transfer full): a new [class@Output]
 * Since: 1.0
 */
LkEgressOutput *
lk_egress_output_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_OUTPUT, NULL);
}

/**
 * lk_egress_output_new_file:
 * @file: a file
 *
 * Creates an output of a file.
 *
 * Returns: (transfer full): a new [class@Output]
 * Since: 1.0
 */
LkEgressOutput *
lk_egress_output_new_file (LkEgressFileOutput *file)
{
  return g_object_new (LK_EGRESS_TYPE_OUTPUT, "file", file, NULL);
}

/**
 * lk_egress_output_new_stream:
 * @stream: streams
 *
 * Creates an output of streams.
 *
 * Returns: (transfer full): a new [class@Output]
 * Since: 1.0
 */
LkEgressOutput *
lk_egress_output_new_stream (LkEgressStreamOutput *stream)
{
  return g_object_new (LK_EGRESS_TYPE_OUTPUT, "stream", stream, NULL);
}

/**
 * lk_egress_output_new_segments:
 * @segments: segments
 *
 * Creates an output of segments.
 *
 * Returns: (transfer full): a new [class@Output]
 * Since: 1.0
 */
LkEgressOutput *
lk_egress_output_new_segments (LkEgressSegmentedFileOutput *segments)
{
  return g_object_new (LK_EGRESS_TYPE_OUTPUT, "segments", segments, NULL);
}

/**
 * lk_egress_output_new_images:
 * @images: pictures
 *
 * Creates an output of pictures.
 *
 * Returns: (transfer full): a new [class@Output]
 * Since: 1.0
 */
LkEgressOutput *
lk_egress_output_new_images (LkEgressImageOutput *images)
{
  return g_object_new (LK_EGRESS_TYPE_OUTPUT, "images", images, NULL);
}
