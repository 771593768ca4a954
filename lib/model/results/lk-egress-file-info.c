/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-file-info.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressFileInfo:
 *
 * What became of one file.
 *
 * Since: 1.0
 */

/**
 * LkEgressFileInfo:filename:
 *
 * The path in the storage.
 *
 * Since: 1.0
 */

/**
 * LkEgressFileInfo:started-at:
 *
 * When the recording began, in nanoseconds since 1970; 0 if it did not.
 *
 * Since: 1.0
 */

/**
 * LkEgressFileInfo:ended-at:
 *
 * When the recording ended, in nanoseconds since 1970; 0 if it did not.
 *
 * Since: 1.0
 */

/**
 * LkEgressFileInfo:duration:
 *
 * The length of the recording in nanoseconds.
 *
 * Since: 1.0
 */

/**
 * LkEgressFileInfo:size:
 *
 * The size of the file in bytes; 0 until it is written.
 *
 * Since: 1.0
 */

/**
 * LkEgressFileInfo:location:
 *
 * Where the file can be found: an address or a local path, see
 * [func@location_to_uri]. %NULL until it is there.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressFileInfo, lk_egress_file_info, livekit__file_info__descriptor)

/**
 * lk_egress_file_info_new:
 *
 * Creates an empty message; set its properties.
 *
 * Returns: (transfer full): a new [class@FileInfo]
 * Since: 1.0
 */
LkEgressFileInfo *
lk_egress_file_info_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_FILE_INFO, NULL);
}

static const Livekit__FileInfo *
get_message (LkEgressFileInfo *self)
{
  return (const Livekit__FileInfo *)lk_egress_message_peek_values (LK_EGRESS_MESSAGE (self));
}

/**
 * lk_egress_file_info_get_filename:
 * @self: a [class@FileInfo]
 *
 * Gets [property@FileInfo:filename].
 *
 * Returns: (nullable) (transfer none): the path in the storage
 * Since: 1.0
 */
const char *
lk_egress_file_info_get_filename (LkEgressFileInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_FILE_INFO (self), NULL);

  return lk_egress_message_text (get_message (self)->filename);
}

/**
 * lk_egress_file_info_get_location:
 * @self: a [class@FileInfo]
 *
 * Gets [property@FileInfo:location].
 *
 * Returns: (nullable) (transfer none): where the file can be found
 * Since: 1.0
 */
const char *
lk_egress_file_info_get_location (LkEgressFileInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_FILE_INFO (self), NULL);

  return lk_egress_message_text (get_message (self)->location);
}

/**
 * lk_egress_file_info_get_size:
 * @self: a [class@FileInfo]
 *
 * Gets [property@FileInfo:size].
 *
 * Returns: the size in bytes
 * Since: 1.0
 */
gint64
lk_egress_file_info_get_size (LkEgressFileInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_FILE_INFO (self), 0);

  return get_message (self)->size;
}

/**
 * lk_egress_file_info_get_duration:
 * @self: a [class@FileInfo]
 *
 * Gets [property@FileInfo:duration].
 *
 * Returns: the duration in nanoseconds
 * Since: 1.0
 */
gint64
lk_egress_file_info_get_duration (LkEgressFileInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_FILE_INFO (self), 0);

  return get_message (self)->duration;
}

/**
 * lk_egress_file_info_get_started_at:
 * @self: a [class@FileInfo]
 *
 * Gets [property@FileInfo:started-at].
 *
 * Returns: the time in nanoseconds since 1970, or 0
 * Since: 1.0
 */
gint64
lk_egress_file_info_get_started_at (LkEgressFileInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_FILE_INFO (self), 0);

  return get_message (self)->started_at;
}

/**
 * lk_egress_file_info_get_ended_at:
 * @self: a [class@FileInfo]
 *
 * Gets [property@FileInfo:ended-at].
 *
 * Returns: the time in nanoseconds since 1970, or 0
 * Since: 1.0
 */
gint64
lk_egress_file_info_get_ended_at (LkEgressFileInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_FILE_INFO (self), 0);

  return get_message (self)->ended_at;
}

/**
 * lk_egress_file_info_dup_started_time:
 * @self: a [class@FileInfo]
 *
 * Gets [property@FileInfo:started-at] as a time in UTC, to the microsecond.
 *
 * Returns: (nullable) (transfer full): when the recording began, or %NULL
 * Since: 1.0
 */
GDateTime *
lk_egress_file_info_dup_started_time (LkEgressFileInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_FILE_INFO (self), NULL);

  return lk_egress_message_new_time (get_message (self)->started_at);
}

/**
 * lk_egress_file_info_dup_ended_time:
 * @self: a [class@FileInfo]
 *
 * Gets [property@FileInfo:ended-at] as a time in UTC, to the microsecond.
 *
 * Returns: (nullable) (transfer full): when the recording ended, or %NULL
 * Since: 1.0
 */
GDateTime *
lk_egress_file_info_dup_ended_time (LkEgressFileInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_FILE_INFO (self), NULL);

  return lk_egress_message_new_time (get_message (self)->ended_at);
}
