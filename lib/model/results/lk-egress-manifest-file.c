/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-manifest-file.h"

#include "lk-egress-message-private.h"

#include "livekit_manifest.pb-c.h"

/**
 * LkEgressManifestFile:
 *
 * One stored file of a [class@Manifest]: a recording, or a segment of a playlist.
 *
 * Since: 1.0
 */

/**
 * LkEgressManifestFile:filename:
 *
 * The path in the storage.
 *
 * Since: 1.0
 */

/**
 * LkEgressManifestFile:location:
 *
 * Where the file can be found: an address or a local path, see [func@location_to_uri].
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressManifestFile,
                          lk_egress_manifest_file,
                          livekit__manifest_file__descriptor)

/**
 * lk_egress_manifest_file_new:
 *
 * Creates an empty message; set its properties.
 *
 * Returns: (transfer full): a new [class@ManifestFile]
 * Since: 1.0
 */
LkEgressManifestFile *
lk_egress_manifest_file_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_MANIFEST_FILE, NULL);
}

static const Livekit__ManifestFile *
get_message (LkEgressManifestFile *self)
{
  return (const Livekit__ManifestFile *)lk_egress_message_peek_values (LK_EGRESS_MESSAGE (self));
}

/**
 * lk_egress_manifest_file_get_filename:
 * @self: a [class@ManifestFile]
 *
 * Gets [property@ManifestFile:filename].
 *
 * Returns: (nullable) (transfer none): the path in the storage
 * Since: 1.0
 */
const char *
lk_egress_manifest_file_get_filename (LkEgressManifestFile *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST_FILE (self), NULL);

  return lk_egress_message_text (get_message (self)->filename);
}

/**
 * lk_egress_manifest_file_get_location:
 * @self: a [class@ManifestFile]
 *
 * Gets [property@ManifestFile:location].
 *
 * Returns: (nullable) (transfer none): where the file can be found
 * Since: 1.0
 */
const char *
lk_egress_manifest_file_get_location (LkEgressManifestFile *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST_FILE (self), NULL);

  return lk_egress_message_text (get_message (self)->location);
}
