/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-manifest.h"

#include "lk-egress-message-private.h"

#include "livekit_manifest.pb-c.h"

/* A day of segments whose locations are signed, or a week of others, is below. */
#define MAX_SIZE (64 * 1024 * 1024)

/**
 * LkEgressManifest:
 *
 * What an egress stored, as the worker lists it in a file beside the recording: `ID.json`, where ID
 * is the id of the egress. [property@Info:manifest-location] tells where it is.
 *
 * The list is written at the end of the egress, unless the outputs say that there should be none
 * (such as by [property@FileOutput:disable-manifest]); if a backup storage was used, there is
 * always one. It is the only place that names each segment and each picture.
 *
 * Since: 1.0
 */

/**
 * LkEgressManifest:egress-id:
 *
 * The id of the egress, such as `EG_…`.
 *
 * Since: 1.0
 */

/**
 * LkEgressManifest:room-id:
 *
 * The id of the room, such as `RM_…`; %NULL without a room.
 *
 * Since: 1.0
 */

/**
 * LkEgressManifest:room-name:
 *
 * The name of the room; %NULL without a room.
 *
 * Since: 1.0
 */

/**
 * LkEgressManifest:url:
 *
 * The page that was recorded, %NULL if no page was.
 *
 * Since: 1.0
 */

/**
 * LkEgressManifest:started-at:
 *
 * When the egress was asked for, in nanoseconds since 1970; 0 if unknown.
 *
 * Since: 1.0
 */

/**
 * LkEgressManifest:ended-at:
 *
 * When it ended, in nanoseconds since 1970; 0 if unknown.
 *
 * Since: 1.0
 */

/**
 * LkEgressManifest:publisher-identity:
 *
 * The participant that was recorded, %NULL if none was asked for by name.
 *
 * Since: 1.0
 */

/**
 * LkEgressManifest:track-id:
 *
 * The track of a track egress, such as `TR_…`; %NULL for others.
 *
 * Since: 1.0
 */

/**
 * LkEgressManifest:track-kind:
 *
 * What the track of a track egress holds, `audio` or `video`; %NULL for others.
 *
 * Since: 1.0
 */

/**
 * LkEgressManifest:track-source:
 *
 * Where the track of a track egress comes from: `camera`, `microphone`, `screen_share` or
 * `screen_share_audio`; %NULL for others.
 *
 * Since: 1.0
 */

/**
 * LkEgressManifest:audio-track-id:
 *
 * The audio track that was asked for by its id, such as `TR_…`; %NULL without one.
 *
 * Since: 1.0
 */

/**
 * LkEgressManifest:video-track-id:
 *
 * The video track that was asked for by its id, such as `TR_…`; %NULL without one.
 *
 * Since: 1.0
 */

/**
 * LkEgressManifest:files:
 *
 * The files, [class@ManifestFile]. Segments are in [property@Manifest:playlists].
 *
 * Since: 1.0
 */

/**
 * LkEgressManifest:playlists:
 *
 * The playlists, [class@ManifestPlaylist].
 *
 * Since: 1.0
 */

/**
 * LkEgressManifest:images:
 *
 * The pictures, [class@ManifestImage].
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressManifest, lk_egress_manifest, livekit__manifest__descriptor)

/**
 * lk_egress_manifest_new:
 *
 * Creates an empty message; set its properties.
 *
 * Returns: (transfer full): a new [class@Manifest]
 * Since: 1.0
 */
LkEgressManifest *
lk_egress_manifest_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_MANIFEST, NULL);
}

/**
 * lk_egress_manifest_new_from_json:
 * @json: (array length=length) (element-type guint8): the manifest
 * @length: the length of @json in bytes, or -1 if a zero byte ends it
 * @error: return location for a [error@GLib.Error]
 *
 * Creates a manifest from its JSON, of at most 64 MiB.
 *
 * Members that this library does not know are skipped.
 *
 * Returns: (transfer full): a new [class@Manifest], or %NULL with %G_IO_ERROR_INVALID_DATA that
 *   names the member at fault
 * Since: 1.0
 */
LkEgressManifest *
lk_egress_manifest_new_from_json (const char *json, gssize length, GError **error)
{
  LkEgressMessage *manifest;

  g_return_val_if_fail (json != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  manifest
      = lk_egress_message_new_from_text (LK_EGRESS_TYPE_MANIFEST, json, length, MAX_SIZE, error);
  return manifest != NULL ? LK_EGRESS_MANIFEST (manifest) : NULL;
}

static const Livekit__Manifest *
get_message (LkEgressManifest *self)
{
  return (const Livekit__Manifest *)lk_egress_message_peek_values (LK_EGRESS_MESSAGE (self));
}

/**
 * lk_egress_manifest_get_egress_id:
 * @self: a [class@Manifest]
 *
 * Gets [property@Manifest:egress-id].
 *
 * Returns: (nullable) (transfer none): the id of the egress
 * Since: 1.0
 */
const char *
lk_egress_manifest_get_egress_id (LkEgressManifest *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST (self), NULL);

  return lk_egress_message_text (get_message (self)->egress_id);
}

/**
 * lk_egress_manifest_get_room_id:
 * @self: a [class@Manifest]
 *
 * Gets [property@Manifest:room-id].
 *
 * Returns: (nullable) (transfer none): the id of the room
 * Since: 1.0
 */
const char *
lk_egress_manifest_get_room_id (LkEgressManifest *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST (self), NULL);

  return lk_egress_message_text (get_message (self)->room_id);
}

/**
 * lk_egress_manifest_get_room_name:
 * @self: a [class@Manifest]
 *
 * Gets [property@Manifest:room-name].
 *
 * Returns: (nullable) (transfer none): the name of the room
 * Since: 1.0
 */
const char *
lk_egress_manifest_get_room_name (LkEgressManifest *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST (self), NULL);

  return lk_egress_message_text (get_message (self)->room_name);
}

/**
 * lk_egress_manifest_get_url:
 * @self: a [class@Manifest]
 *
 * Gets [property@Manifest:url].
 *
 * Returns: (nullable) (transfer none): the page
 * Since: 1.0
 */
const char *
lk_egress_manifest_get_url (LkEgressManifest *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST (self), NULL);

  return lk_egress_message_text (get_message (self)->url);
}

/**
 * lk_egress_manifest_get_started_at:
 * @self: a [class@Manifest]
 *
 * Gets [property@Manifest:started-at].
 *
 * Returns: the time in nanoseconds since 1970, or 0
 * Since: 1.0
 */
gint64
lk_egress_manifest_get_started_at (LkEgressManifest *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST (self), 0);

  return get_message (self)->started_at;
}

/**
 * lk_egress_manifest_get_ended_at:
 * @self: a [class@Manifest]
 *
 * Gets [property@Manifest:ended-at].
 *
 * Returns: the time in nanoseconds since 1970, or 0
 * Since: 1.0
 */
gint64
lk_egress_manifest_get_ended_at (LkEgressManifest *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST (self), 0);

  return get_message (self)->ended_at;
}

/**
 * lk_egress_manifest_get_publisher_identity:
 * @self: a [class@Manifest]
 *
 * Gets [property@Manifest:publisher-identity].
 *
 * Returns: (nullable) (transfer none): the identity of the participant
 * Since: 1.0
 */
const char *
lk_egress_manifest_get_publisher_identity (LkEgressManifest *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST (self), NULL);

  return lk_egress_message_text (get_message (self)->publisher_identity);
}

/**
 * lk_egress_manifest_get_track_id:
 * @self: a [class@Manifest]
 *
 * Gets [property@Manifest:track-id].
 *
 * Returns: (nullable) (transfer none): the id of the track
 * Since: 1.0
 */
const char *
lk_egress_manifest_get_track_id (LkEgressManifest *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST (self), NULL);

  return lk_egress_message_text (get_message (self)->track_id);
}

/**
 * lk_egress_manifest_get_track_kind:
 * @self: a [class@Manifest]
 *
 * Gets [property@Manifest:track-kind].
 *
 * Returns: (nullable) (transfer none): what the track holds
 * Since: 1.0
 */
const char *
lk_egress_manifest_get_track_kind (LkEgressManifest *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST (self), NULL);

  return lk_egress_message_text (get_message (self)->track_kind);
}

/**
 * lk_egress_manifest_get_track_source:
 * @self: a [class@Manifest]
 *
 * Gets [property@Manifest:track-source].
 *
 * Returns: (nullable) (transfer none): where the track comes from
 * Since: 1.0
 */
const char *
lk_egress_manifest_get_track_source (LkEgressManifest *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST (self), NULL);

  return lk_egress_message_text (get_message (self)->track_source);
}

/**
 * lk_egress_manifest_get_audio_track_id:
 * @self: a [class@Manifest]
 *
 * Gets [property@Manifest:audio-track-id].
 *
 * Returns: (nullable) (transfer none): the id of the audio track
 * Since: 1.0
 */
const char *
lk_egress_manifest_get_audio_track_id (LkEgressManifest *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST (self), NULL);

  return lk_egress_message_text (get_message (self)->audio_track_id);
}

/**
 * lk_egress_manifest_get_video_track_id:
 * @self: a [class@Manifest]
 *
 * Gets [property@Manifest:video-track-id].
 *
 * Returns: (nullable) (transfer none): the id of the video track
 * Since: 1.0
 */
const char *
lk_egress_manifest_get_video_track_id (LkEgressManifest *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST (self), NULL);

  return lk_egress_message_text (get_message (self)->video_track_id);
}

/**
 * lk_egress_manifest_get_files:
 * @self: a [class@Manifest]
 *
 * Gets [property@Manifest:files].
 *
 * Returns: (transfer none): a list of [class@ManifestFile]
 * Since: 1.0
 */
GListModel *
lk_egress_manifest_get_files (LkEgressManifest *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST (self), NULL);

  return lk_egress_message_get_list (LK_EGRESS_MESSAGE (self), "files");
}

/**
 * lk_egress_manifest_get_playlists:
 * @self: a [class@Manifest]
 *
 * Gets [property@Manifest:playlists].
 *
 * Returns: (transfer none): a list of [class@ManifestPlaylist]
 * Since: 1.0
 */
GListModel *
lk_egress_manifest_get_playlists (LkEgressManifest *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST (self), NULL);

  return lk_egress_message_get_list (LK_EGRESS_MESSAGE (self), "playlists");
}

/**
 * lk_egress_manifest_get_images:
 * @self: a [class@Manifest]
 *
 * Gets [property@Manifest:images].
 *
 * Returns: (transfer none): a list of [class@ManifestImage]
 * Since: 1.0
 */
GListModel *
lk_egress_manifest_get_images (LkEgressManifest *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST (self), NULL);

  return lk_egress_message_get_list (LK_EGRESS_MESSAGE (self), "images");
}

/**
 * lk_egress_manifest_dup_started_time:
 * @self: a [class@Manifest]
 *
 * Gets [property@Manifest:started-at] as a time in UTC, to the microsecond.
 *
 * Returns: (nullable) (transfer full): when the egress was asked for, or %NULL
 * Since: 1.0
 */
GDateTime *
lk_egress_manifest_dup_started_time (LkEgressManifest *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST (self), NULL);

  return lk_egress_message_new_time (get_message (self)->started_at);
}

/**
 * lk_egress_manifest_dup_ended_time:
 * @self: a [class@Manifest]
 *
 * Gets [property@Manifest:ended-at] as a time in UTC, to the microsecond.
 *
 * Returns: (nullable) (transfer full): when it ended, or %NULL
 * Since: 1.0
 */
GDateTime *
lk_egress_manifest_dup_ended_time (LkEgressManifest *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_MANIFEST (self), NULL);

  return lk_egress_message_new_time (get_message (self)->ended_at);
}
