/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-manifest-playlist.h"

#include "lk-egress-message-private.h"

#include "livekit_manifest.pb-c.h"

/**
 * LkEgressManifestPlaylist:
 *
 * One playlist of a [class@Manifest].
 *
 * Since: 1.0
 */

/**
 * LkEgressManifestPlaylist:location:
 *
 * Where the playlist can be found: an address or a local path, see [func@location_to_uri]. %NULL if
 * it was never stored.
 *
 * Since: 1.0
 */

/**
 * LkEgressManifestPlaylist:segments:
 *
 * Its segments, [class@ManifestFile], in the order in which they were stored. Several are stored at
 * a time, so that need not be the order in which they are played.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressManifestPlaylist,
                          lk_egress_manifest_playlist,
                          livekit__manifest_playlist__descriptor)

/**
 * lk_egress_manifest_playlist_new:
 *
 * Creates an empty message; set its properties.
 *
 * Returns: (transfer full): a new [class@ManifestPlaylist]
 * Since: 1.0
 */
LkEgressManifestPlaylist *
lk_egress_manifest_playlist_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_MANIFEST_PLAYLIST, NULL);
}

static const Livekit__ManifestPlaylist *
get_message (LkEgressManifestPlaylist *self)
{
  return (const Livekit__ManifestPlaylist *)lk_egress_message_peek_values (
      LK_EGRESS_MESSAGE (self));
}

/**
 * lk_egress_manifest_playlist_get_location:
 * @self: a [class@ManifestPlaylist]
 *
 * Gets [property@ManifestPlaylist:location].
 *
 * Returns: (nullable) (transfer none): where the playlist can be found
 * Since: 1.0
 */
const char *
lk_egress_manifest_playlist_get_location (LkEgressManifestPlaylist *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST_PLAYLIST (self), NULL);

  return lk_egress_message_text (get_message (self)->location);
}

/**
 * lk_egress_manifest_playlist_get_segments:
 * @self: a [class@ManifestPlaylist]
 *
 * Gets [property@ManifestPlaylist:segments].
 *
 * Returns: (transfer none): a list of [class@ManifestFile]
 * Since: 1.0
 */
GListModel *
lk_egress_manifest_playlist_get_segments (LkEgressManifestPlaylist *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST_PLAYLIST (self), NULL);

  return lk_egress_message_get_list (LK_EGRESS_MESSAGE (self), "segments");
}
