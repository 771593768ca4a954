/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-segmented-file-output.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressSegmentedFileOutput:
 *
 * HLS: segments, a playlist of all of them, and optionally a live playlist of the last few.
 *
 * Names may hold the same placeholders as [property@FileOutput:filepath].
 *
 * Since: 1.0
 */

/**
 * LkEgressSegmentedFileOutput:protocol:
 *
 * How segments are made. Default: %LK_EGRESS_SEGMENT_PROTOCOL_DEFAULT.
 *
 * Since: 1.0
 */

/**
 * LkEgressSegmentedFileOutput:filename-prefix:
 *
 * What the names of segments begin with, folder included. Default: %NULL, chosen by the server.
 *
 * Since: 1.0
 */

/**
 * LkEgressSegmentedFileOutput:playlist-name:
 *
 * The file name of the playlist of all segments. Default: %NULL, chosen by the server.
 *
 * Since: 1.0
 */

/**
 * LkEgressSegmentedFileOutput:live-playlist-name:
 *
 * The file name of the playlist of the last five segments, in the folder of the other one and
 * different from it. Default: %NULL, no live playlist.
 *
 * Since: 1.0
 */

/**
 * LkEgressSegmentedFileOutput:segment-duration:
 *
 * Seconds per segment. Default: 0, which means 4.
 *
 * Since: 1.0
 */

/**
 * LkEgressSegmentedFileOutput:filename-suffix:
 *
 * What follows the prefix. Default: %LK_EGRESS_SEGMENT_SUFFIX_INDEX.
 *
 * Since: 1.0
 */

/**
 * LkEgressSegmentedFileOutput:disable-manifest:
 *
 * Whether the server writes no JSON manifest. Default: %FALSE.
 *
 * Since: 1.0
 */

/**
 * LkEgressSegmentedFileOutput:s3:
 *
 * Amazon S3, or a service that speaks its protocol. This excludes the other three. Only the older
 * API reads it; set [property@Output:storage] instead.
 *
 * Since: 1.0
 */

/**
 * LkEgressSegmentedFileOutput:gcp:
 *
 * Google Cloud Storage. This excludes the other three. Only the older API reads it; set
 * [property@Output:storage] instead.
 *
 * Since: 1.0
 */

/**
 * LkEgressSegmentedFileOutput:azure:
 *
 * Azure Blob Storage. This excludes the other three. Only the older API reads it; set
 * [property@Output:storage] instead.
 *
 * Since: 1.0
 */

/**
 * LkEgressSegmentedFileOutput:ali-oss:
 *
 * Alibaba Cloud OSS. This excludes the other three. Only the older API reads it; set
 * [property@Output:storage] instead.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressSegmentedFileOutput,
                          lk_egress_segmented_file_output,
                          livekit__segmented_file_output__descriptor)

/**
 * lk_egress_segmented_file_output_new:
 * @filename_prefix: (nullable): what the names of segments begin with
 * @playlist_name: (nullable): the file name of the playlist
 *
 * Creates a segmented output.
 *
 * Returns: (transfer full): a new [class@SegmentedFileOutput]
 * Since: 1.0
 */
LkEgressSegmentedFileOutput *
lk_egress_segmented_file_output_new (const char *filename_prefix, const char *playlist_name)
{
  return g_object_new (LK_EGRESS_TYPE_SEGMENTED_FILE_OUTPUT, "filename-prefix", filename_prefix,
                       "playlist-name", playlist_name, NULL);
}
