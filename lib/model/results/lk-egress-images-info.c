/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-images-info.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressImagesInfo:
 *
 * What became of one image output.
 *
 * Since: 1.0
 */

/**
 * LkEgressImagesInfo:filename-prefix:
 *
 * What the names of the pictures begin with.
 *
 * Since: 1.0
 */

/**
 * LkEgressImagesInfo:image-count:
 *
 * How many pictures there are.
 *
 * Since: 1.0
 */

/**
 * LkEgressImagesInfo:started-at:
 *
 * When the first picture was taken, in nanoseconds since 1970; 0 if none was.
 *
 * Since: 1.0
 */

/**
 * LkEgressImagesInfo:ended-at:
 *
 * When the output ended, in nanoseconds since 1970; 0 if it did not.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressImagesInfo,
                          lk_egress_images_info,
                          livekit__images_info__descriptor)

/**
 * lk_egress_images_info_new:
 *
 * Creates an empty message; set its properties.
 *
 * Returns: (transfer full): a new [class@ImagesInfo]
 * Since: 1.0
 */
LkEgressImagesInfo *
lk_egress_images_info_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_IMAGES_INFO, NULL);
}

static const Livekit__ImagesInfo *
get_message (LkEgressImagesInfo *self)
{
  return (const Livekit__ImagesInfo *)lk_egress_message_peek_values (LK_EGRESS_MESSAGE (self));
}

/**
 * lk_egress_images_info_get_filename_prefix:
 * @self: a [class@ImagesInfo]
 *
 * Gets [property@ImagesInfo:filename-prefix].
 *
 * Returns: (nullable) (transfer none): what the names of the pictures begin with
 * Since: 1.0
 */
const char *
lk_egress_images_info_get_filename_prefix (LkEgressImagesInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_IMAGES_INFO (self), NULL);

  return lk_egress_message_text (get_message (self)->filename_prefix);
}

/**
 * lk_egress_images_info_get_image_count:
 * @self: a [class@ImagesInfo]
 *
 * Gets [property@ImagesInfo:image-count].
 *
 * Returns: how many pictures there are
 * Since: 1.0
 */
gint64
lk_egress_images_info_get_image_count (LkEgressImagesInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_IMAGES_INFO (self), 0);

  return get_message (self)->image_count;
}

/**
 * lk_egress_images_info_get_started_at:
 * @self: a [class@ImagesInfo]
 *
 * Gets [property@ImagesInfo:started-at].
 *
 * Returns: the time in nanoseconds since 1970, or 0
 * Since: 1.0
 */
gint64
lk_egress_images_info_get_started_at (LkEgressImagesInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_IMAGES_INFO (self), 0);

  return get_message (self)->started_at;
}

/**
 * lk_egress_images_info_get_ended_at:
 * @self: a [class@ImagesInfo]
 *
 * Gets [property@ImagesInfo:ended-at].
 *
 * Returns: the time in nanoseconds since 1970, or 0
 * Since: 1.0
 */
gint64
lk_egress_images_info_get_ended_at (LkEgressImagesInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_IMAGES_INFO (self), 0);

  return get_message (self)->ended_at;
}

/**
 * lk_egress_images_info_dup_started_time:
 * @self: a [class@ImagesInfo]
 *
 * Gets [property@ImagesInfo:started-at] as a time in UTC, to the microsecond.
 *
 * Returns: (nullable) (transfer full): when the first picture was taken, or %NULL
 * Since: 1.0
 */
GDateTime *
lk_egress_images_info_dup_started_time (LkEgressImagesInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_IMAGES_INFO (self), NULL);

  return lk_egress_message_new_time (get_message (self)->started_at);
}

/**
 * lk_egress_images_info_dup_ended_time:
 * @self: a [class@ImagesInfo]
 *
 * Gets [property@ImagesInfo:ended-at] as a time in UTC, to the microsecond.
 *
 * Returns: (nullable) (transfer full): when the output ended, or %NULL
 * Since: 1.0
 */
GDateTime *
lk_egress_images_info_dup_ended_time (LkEgressImagesInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_IMAGES_INFO (self), NULL);

  return lk_egress_message_new_time (get_message (self)->ended_at);
}
