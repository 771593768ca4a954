/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-image-output.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressImageOutput:
 *
 * Pictures taken from the video at regular times.
 *
 * Since: 1.0
 */

/**
 * LkEgressImageOutput:capture-interval:
 *
 * Seconds from one picture to the next. Default: 0, which means 10.
 *
 * Since: 1.0
 */

/**
 * LkEgressImageOutput:width:
 *
 * Width in pixels. Default: 0, that of the video.
 *
 * Since: 1.0
 */

/**
 * LkEgressImageOutput:height:
 *
 * Height in pixels. Default: 0, that of the video.
 *
 * Since: 1.0
 */

/**
 * LkEgressImageOutput:filename-prefix:
 *
 * What the names of pictures begin with, folder included. Default: %NULL, chosen by the server.
 *
 * Since: 1.0
 */

/**
 * LkEgressImageOutput:filename-suffix:
 *
 * What follows the prefix. Default: %LK_EGRESS_IMAGE_SUFFIX_INDEX.
 *
 * Since: 1.0
 */

/**
 * LkEgressImageOutput:image-codec:
 *
 * How pictures are encoded. Default: %LK_EGRESS_IMAGE_CODEC_DEFAULT.
 *
 * Since: 1.0
 */

/**
 * LkEgressImageOutput:disable-manifest:
 *
 * Whether the server writes no JSON manifest. Default: %FALSE.
 *
 * Since: 1.0
 */

/**
 * LkEgressImageOutput:s3:
 *
 * Amazon S3, or a service that speaks its protocol. This excludes the other three. Only the older
 * API reads it; set [property@Output:storage] instead.
 *
 * Since: 1.0
 */

/**
 * LkEgressImageOutput:gcp:
 *
 * Google Cloud Storage. This excludes the other three. Only the older API reads it; set
 * [property@Output:storage] instead.
 *
 * Since: 1.0
 */

/**
 * LkEgressImageOutput:azure:
 *
 * Azure Blob Storage. This excludes the other three. Only the older API reads it; set
 * [property@Output:storage] instead.
 *
 * Since: 1.0
 */

/**
 * LkEgressImageOutput:ali-oss:
 *
 * Alibaba Cloud OSS. This excludes the other three. Only the older API reads it; set
 * [property@Output:storage] instead.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressImageOutput,
                          lk_egress_image_output,
                          livekit__image_output__descriptor)

/**
 * lk_egress_image_output_new:
 * @capture_interval: seconds from one picture to the next, 0 for 10
 * @filename_prefix: (nullable): what the names of pictures begin with
 *
 * Creates an image output.
 *
 * Returns: (transfer full): a new [class@ImageOutput]
 * Since: 1.0
 */
LkEgressImageOutput *
lk_egress_image_output_new (guint capture_interval, const char *filename_prefix)
{
  return g_object_new (LK_EGRESS_TYPE_IMAGE_OUTPUT, "capture-interval", capture_interval,
                       "filename-prefix", filename_prefix, NULL);
}
