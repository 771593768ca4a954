/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-info-private.h"

/**
 * LkEgressInfo:
 *
 * What the server knows of one egress: its status, and what became of its outputs.
 *
 * An info is a snapshot; it does not change when the egress does. As long as nobody changes it, its
 * numbers and texts, and what is made of them (times, [method@Info.get_duration],
 * [method@Info.get_end_reason], [method@Info.propagate_error]), can be read from several threads at
 * the same time. Lists, and the messages in them, are for one thread at a time, as is usual: give
 * each a [method@Message.copy].
 *
 * Old servers tell one result in a field that is deprecated now, newer ones tell it in lists or in
 * both. The lists of an info show what was told, wherever that was; JSON and bytes keep the form in
 * which the server sent it.
 *
 * Since: 1.0
 */

/**
 * LkEgressInfo:egress-id:
 *
 * The id of the egress, such as `EG_…`.
 *
 * Since: 1.0
 */

/**
 * LkEgressInfo:room-id:
 *
 * The id of the room, such as `RM_…`; %NULL without a room.
 *
 * Since: 1.0
 */

/**
 * LkEgressInfo:room-name:
 *
 * The name of the room; %NULL without a room.
 *
 * Since: 1.0
 */

/**
 * LkEgressInfo:source-type:
 *
 * How the worker gets the media.
 *
 * Since: 1.0
 */

/**
 * LkEgressInfo:status:
 *
 * Where the egress is in its life.
 *
 * Since: 1.0
 */

/**
 * LkEgressInfo:started-at:
 *
 * When it became active, in nanoseconds since 1970; before that, when it was asked for; 0 if
 * unknown.
 *
 * Since: 1.0
 */

/**
 * LkEgressInfo:ended-at:
 *
 * When it ended, in nanoseconds since 1970; 0 while it runs.
 *
 * Since: 1.0
 */

/**
 * LkEgressInfo:updated-at:
 *
 * When the server last heard of it, in nanoseconds since 1970. Of two messages about one egress the
 * one with the higher number is the newer.
 *
 * Since: 1.0
 */

/**
 * LkEgressInfo:egress:
 *
 * The request as the server repeats it, secrets redacted: do not start another egress from it.
 * %NULL if the egress was started through the older API; [method@Info.dup_request] gives every
 * request.
 *
 * Since: 1.0
 */

/**
 * LkEgressInfo:stream-results:
 *
 * What became of the streams, [class@StreamInfo].
 *
 * Since: 1.0
 */

/**
 * LkEgressInfo:file-results:
 *
 * What became of the files, [class@FileInfo].
 *
 * Since: 1.0
 */

/**
 * LkEgressInfo:segment-results:
 *
 * What became of the segmented outputs, [class@SegmentsInfo].
 *
 * Since: 1.0
 */

/**
 * LkEgressInfo:image-results:
 *
 * What became of the image outputs, [class@ImagesInfo].
 *
 * Since: 1.0
 */

/**
 * LkEgressInfo:error:
 *
 * What went wrong, in the words of the server; %NULL if nothing did.
 *
 * Since: 1.0
 */

/**
 * LkEgressInfo:error-code:
 *
 * A number for [property@Info:error], chosen as HTTP statuses are: 400 for a request that cannot
 * work, 404 for a participant or track that is not there, 503 for a connection that failed. It may
 * be 0 even if there is an error. [method@Info.propagate_error] makes an error code of it.
 *
 * Since: 1.0
 */

/**
 * LkEgressInfo:details:
 *
 * Why it ended, in the words of the server; see [method@Info.get_end_reason].
 *
 * Since: 1.0
 */

/**
 * LkEgressInfo:manifest-location:
 *
 * Where the manifest can be found, %NULL without one: an address or a local path, see
 * [func@location_to_uri]. [class@Manifest] reads it.
 *
 * Since: 1.0
 */

/**
 * LkEgressInfo:backup-storage-used:
 *
 * Whether the storage was out of reach, so that the backup of the server has the files.
 *
 * Since: 1.0
 */

/**
 * LkEgressInfo:retry-count:
 *
 * How often the server began the egress anew.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressInfo, lk_egress_info, livekit__egress_info__descriptor)

/**
 * lk_egress_info_new:
 *
 * Creates an empty message; set its properties.
 *
 * Returns: (transfer full): a new [class@Info]
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_info_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_INFO, NULL);
}

/**
 * lk_egress_info_get_egress_id:
 * @self: a [class@Info]
 *
 * Gets [property@Info:egress-id].
 *
 * Returns: (nullable) (transfer none): the id of the egress
 * Since: 1.0
 */
const char *
lk_egress_info_get_egress_id (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), NULL);

  return lk_egress_message_text (lk_egress_info_peek (self)->egress_id);
}

/**
 * lk_egress_info_get_room_id:
 * @self: a [class@Info]
 *
 * Gets [property@Info:room-id].
 *
 * Returns: (nullable) (transfer none): the id of the room
 * Since: 1.0
 */
const char *
lk_egress_info_get_room_id (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), NULL);

  return lk_egress_message_text (lk_egress_info_peek (self)->room_id);
}

/**
 * lk_egress_info_get_room_name:
 * @self: a [class@Info]
 *
 * Gets [property@Info:room-name].
 *
 * Returns: (nullable) (transfer none): the name of the room
 * Since: 1.0
 */
const char *
lk_egress_info_get_room_name (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), NULL);

  return lk_egress_message_text (lk_egress_info_peek (self)->room_name);
}

/**
 * lk_egress_info_get_source_type:
 * @self: a [class@Info]
 *
 * Gets [property@Info:source-type].
 *
 * Returns: how the worker gets the media
 * Since: 1.0
 */
LkEgressSourceType
lk_egress_info_get_source_type (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), 0);

  return (LkEgressSourceType)lk_egress_info_peek (self)->source_type;
}

/**
 * lk_egress_info_get_status:
 * @self: a [class@Info]
 *
 * Gets [property@Info:status].
 *
 * Returns: where the egress is in its life; from a newer server possibly a number without a name
 * Since: 1.0
 */
LkEgressStatus
lk_egress_info_get_status (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), 0);

  return (LkEgressStatus)lk_egress_info_peek (self)->status;
}

/**
 * lk_egress_info_is_final:
 * @self: a [class@Info]
 *
 * Gets whether the egress has ended and will not change any more.
 *
 * A status of a later protocol, which this library has no name for, is final if the server tells
 * when the egress ended.
 *
 * Returns: whether it has ended
 * Since: 1.0
 */
gboolean
lk_egress_info_is_final (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), FALSE);

  switch (lk_egress_info_get_status (self))
    {
    case LK_EGRESS_STATUS_STARTING:
    case LK_EGRESS_STATUS_ACTIVE:
    case LK_EGRESS_STATUS_ENDING:
      return FALSE;
    case LK_EGRESS_STATUS_COMPLETE:
    case LK_EGRESS_STATUS_FAILED:
    case LK_EGRESS_STATUS_ABORTED:
    case LK_EGRESS_STATUS_LIMIT_REACHED:
      return TRUE;
    default:
      return lk_egress_info_peek (self)->ended_at != 0;
    }
}

/**
 * lk_egress_info_get_egress:
 * @self: a [class@Info]
 *
 * Gets [property@Info:egress].
 *
 * Returns: (nullable) (transfer none): the request as the server repeats it
 * Since: 1.0
 */
LkEgressRequest *
lk_egress_info_get_egress (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), NULL);

  return (LkEgressRequest *)lk_egress_message_get_child (LK_EGRESS_MESSAGE (self), "egress");
}

/**
 * lk_egress_info_get_manifest_location:
 * @self: a [class@Info]
 *
 * Gets [property@Info:manifest-location].
 *
 * Returns: (nullable) (transfer none): where the manifest can be found
 * Since: 1.0
 */
const char *
lk_egress_info_get_manifest_location (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), NULL);

  return lk_egress_message_text (lk_egress_info_peek (self)->manifest_location);
}

/**
 * lk_egress_info_get_backup_storage_used:
 * @self: a [class@Info]
 *
 * Gets [property@Info:backup-storage-used].
 *
 * Returns: whether the backup has the files
 * Since: 1.0
 */
gboolean
lk_egress_info_get_backup_storage_used (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), FALSE);

  return lk_egress_info_peek (self)->backup_storage_used;
}

/**
 * lk_egress_info_get_retry_count:
 * @self: a [class@Info]
 *
 * Gets [property@Info:retry-count].
 *
 * Returns: how often the server began the egress anew
 * Since: 1.0
 */
int
lk_egress_info_get_retry_count (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), 0);

  return lk_egress_info_peek (self)->retry_count;
}
