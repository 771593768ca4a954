/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-manifest-image.h"

#include "lk-egress-message-private.h"

#include "livekit_manifest.pb-c.h"

/**
 * LkEgressManifestImage:
 *
 * One picture of a [class@Manifest].
 *
 * Since: 1.0
 */

/**
 * LkEgressManifestImage:filename:
 *
 * The path in the storage.
 *
 * Since: 1.0
 */

/**
 * LkEgressManifestImage:timestamp:
 *
 * When the picture was taken, as text in the form of RFC 3339; see [method@ManifestImage.dup_time].
 *
 * Since: 1.0
 */

/**
 * LkEgressManifestImage:location:
 *
 * Where the picture can be found: an address or a local path, see [func@location_to_uri].
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressManifestImage,
                          lk_egress_manifest_image,
                          livekit__manifest_image__descriptor)

/**
 * lk_egress_manifest_image_new:
 *
 * Creates an empty message; set its properties.
 *
 * Returns: (transfer full): a new [class@ManifestImage]
 * Since: 1.0
 */
LkEgressManifestImage *
lk_egress_manifest_image_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_MANIFEST_IMAGE, NULL);
}

static const Livekit__ManifestImage *
get_message (LkEgressManifestImage *self)
{
  return (const Livekit__ManifestImage *)lk_egress_message_peek_values (LK_EGRESS_MESSAGE (self));
}

/**
 * lk_egress_manifest_image_get_filename:
 * @self: a [class@ManifestImage]
 *
 * Gets [property@ManifestImage:filename].
 *
 * Returns: (nullable) (transfer none): the path in the storage
 * Since: 1.0
 */
const char *
lk_egress_manifest_image_get_filename (LkEgressManifestImage *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST_IMAGE (self), NULL);

  return lk_egress_message_text (get_message (self)->filename);
}

/**
 * lk_egress_manifest_image_get_timestamp:
 * @self: a [class@ManifestImage]
 *
 * Gets [property@ManifestImage:timestamp].
 *
 * Returns: (nullable) (transfer none): the time as text
 * Since: 1.0
 */
const char *
lk_egress_manifest_image_get_timestamp (LkEgressManifestImage *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST_IMAGE (self), NULL);

  return lk_egress_message_text (get_message (self)->timestamp);
}

/**
 * lk_egress_manifest_image_get_location:
 * @self: a [class@ManifestImage]
 *
 * Gets [property@ManifestImage:location].
 *
 * Returns: (nullable) (transfer none): where the picture can be found
 * Since: 1.0
 */
const char *
lk_egress_manifest_image_get_location (LkEgressManifestImage *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST_IMAGE (self), NULL);

  return lk_egress_message_text (get_message (self)->location);
}

/**
 * lk_egress_manifest_image_dup_time:
 * @self: a [class@ManifestImage]
 *
 * Gets [property@ManifestImage:timestamp] as a time, to the microsecond.
 *
 * Returns: (nullable) (transfer full): when the picture was taken; %NULL if it is not said, or not
 *   in the form of RFC 3339
 * Since: 1.0
 */
GDateTime *
lk_egress_manifest_image_dup_time (LkEgressManifestImage *self)
{
  g_autoptr (GDateTime) time = NULL;

  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST_IMAGE (self), NULL);

  time = g_date_time_new_from_iso8601 (get_message (self)->timestamp, NULL);

  /* Workers write the first second of the year 1 for no time. */
  return time != NULL && g_date_time_to_unix (time) > 0 ? g_steal_pointer (&time) : NULL;
}
