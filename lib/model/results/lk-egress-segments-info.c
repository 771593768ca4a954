/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-segments-info.h"

#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressSegmentsInfo:
 *
 * What became of one segmented output.
 *
 * Since: 1.0
 */

/**
 * LkEgressSegmentsInfo:playlist-name:
 *
 * The path of the playlist in the storage.
 *
 * Since: 1.0
 */

/**
 * LkEgressSegmentsInfo:live-playlist-name:
 *
 * The path of the live playlist in the storage, %NULL without one.
 *
 * Since: 1.0
 */

/**
 * LkEgressSegmentsInfo:duration:
 *
 * The length of the recording in nanoseconds.
 *
 * Since: 1.0
 */

/**
 * LkEgressSegmentsInfo:size:
 *
 * The size of all segments in bytes.
 *
 * Since: 1.0
 */

/**
 * LkEgressSegmentsInfo:playlist-location:
 *
 * Where the playlist can be found: an address or a local path, see
 * [func@location_to_uri]. Often %NULL until the egress ends.
 *
 * Since: 1.0
 */

/**
 * LkEgressSegmentsInfo:live-playlist-location:
 *
 * Where the live playlist can be found: an address or a local path, see
 * [func@location_to_uri]. Often %NULL until the egress ends.
 *
 * Since: 1.0
 */

/**
 * LkEgressSegmentsInfo:segment-count:
 *
 * How many segments there are.
 *
 * Since: 1.0
 */

/**
 * LkEgressSegmentsInfo:started-at:
 *
 * When the recording began, in nanoseconds since 1970; 0 if it did not.
 *
 * Since: 1.0
 */

/**
 * LkEgressSegmentsInfo:ended-at:
 *
 * When the recording ended, in nanoseconds since 1970; 0 if it did not.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressSegmentsInfo,
                          lk_egress_segments_info,
                          livekit__segments_info__descriptor)

/**
 * lk_egress_segments_info_new:
 *
 * Creates an empty message; set its properties.
 *
 * Returns: (transfer full): a new [class@SegmentsInfo]
 * Since: 1.0
 */
LkEgressSegmentsInfo *
lk_egress_segments_info_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_SEGMENTS_INFO, NULL);
}

static const Livekit__SegmentsInfo *
get_message (LkEgressSegmentsInfo *self)
{
  return (const Livekit__SegmentsInfo *)lk_egress_message_peek_values (LK_EGRESS_MESSAGE (self));
}

/**
 * lk_egress_segments_info_get_playlist_name:
 * @self: a [class@SegmentsInfo]
 *
 * Gets [property@SegmentsInfo:playlist-name].
 *
 * Returns: (nullable) (transfer none): the path in the storage
 * Since: 1.0
 */
const char *
lk_egress_segments_info_get_playlist_name (LkEgressSegmentsInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_SEGMENTS_INFO (self), NULL);

  return lk_egress_message_text (get_message (self)->playlist_name);
}

/**
 * lk_egress_segments_info_get_live_playlist_name:
 * @self: a [class@SegmentsInfo]
 *
 * Gets [property@SegmentsInfo:live-playlist-name].
 *
 * Returns: (nullable) (transfer none): the path in the storage
 * Since: 1.0
 */
const char *
lk_egress_segments_info_get_live_playlist_name (LkEgressSegmentsInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_SEGMENTS_INFO (self), NULL);

  return lk_egress_message_text (get_message (self)->live_playlist_name);
}

/**
 * lk_egress_segments_info_get_playlist_location:
 * @self: a [class@SegmentsInfo]
 *
 * Gets [property@SegmentsInfo:playlist-location].
 *
 * Returns: (nullable) (transfer none): where the playlist can be found
 * Since: 1.0
 */
const char *
lk_egress_segments_info_get_playlist_location (LkEgressSegmentsInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_SEGMENTS_INFO (self), NULL);

  return lk_egress_message_text (get_message (self)->playlist_location);
}

/**
 * lk_egress_segments_info_get_live_playlist_location:
 * @self: a [class@SegmentsInfo]
 *
 * Gets [property@SegmentsInfo:live-playlist-location].
 *
 * Returns: (nullable) (transfer none): where the live playlist can be found
 * Since: 1.0
 */
const char *
lk_egress_segments_info_get_live_playlist_location (LkEgressSegmentsInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_SEGMENTS_INFO (self), NULL);

  return lk_egress_message_text (get_message (self)->live_playlist_location);
}

/**
 * lk_egress_segments_info_get_segment_count:
 * @self: a [class@SegmentsInfo]
 *
 * Gets [property@SegmentsInfo:segment-count].
 *
 * Returns: how many segments there are
 * Since: 1.0
 */
gint64
lk_egress_segments_info_get_segment_count (LkEgressSegmentsInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_SEGMENTS_INFO (self), 0);

  return get_message (self)->segment_count;
}

/**
 * lk_egress_segments_info_get_size:
 * @self: a [class@SegmentsInfo]
 *
 * Gets [property@SegmentsInfo:size].
 *
 * Returns: the size in bytes
 * Since: 1.0
 */
gint64
lk_egress_segments_info_get_size (LkEgressSegmentsInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_SEGMENTS_INFO (self), 0);

  return get_message (self)->size;
}

/**
 * lk_egress_segments_info_get_duration:
 * @self: a [class@SegmentsInfo]
 *
 * Gets [property@SegmentsInfo:duration].
 *
 * Returns: the duration in nanoseconds
 * Since: 1.0
 */
gint64
lk_egress_segments_info_get_duration (LkEgressSegmentsInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_SEGMENTS_INFO (self), 0);

  return get_message (self)->duration;
}

/**
 * lk_egress_segments_info_get_started_at:
 * @self: a [class@SegmentsInfo]
 *
 * Gets [property@SegmentsInfo:started-at].
 *
 * Returns: the time in nanoseconds since 1970, or 0
 * Since: 1.0
 */
gint64
lk_egress_segments_info_get_started_at (LkEgressSegmentsInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_SEGMENTS_INFO (self), 0);

  return get_message (self)->started_at;
}

/**
 * lk_egress_segments_info_get_ended_at:
 * @self: a [class@SegmentsInfo]
 *
 * Gets [property@SegmentsInfo:ended-at].
 *
 * Returns: the time in nanoseconds since 1970, or 0
 * Since: 1.0
 */
gint64
lk_egress_segments_info_get_ended_at (LkEgressSegmentsInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_SEGMENTS_INFO (self), 0);

  return get_message (self)->ended_at;
}

/**
 * lk_egress_segments_info_dup_started_time:
 * @self: a [class@SegmentsInfo]
 *
 * Gets [property@SegmentsInfo:started-at] as a time in UTC, to the microsecond.
 *
 * Returns: (nullable) (transfer full): when the recording began, or %NULL
 * Since: 1.0
 */
GDateTime *
lk_egress_segments_info_dup_started_time (LkEgressSegmentsInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_SEGMENTS_INFO (self), NULL);

  return lk_egress_message_new_time (get_message (self)->started_at);
}

/**
 * lk_egress_segments_info_dup_ended_time:
 * @self: a [class@SegmentsInfo]
 *
 * Gets [property@SegmentsInfo:ended-at] as a time in UTC, to the microsecond.
 *
 * Returns: (nullable) (transfer full): when the recording ended, or %NULL
 * Since: 1.0
 */
GDateTime *
lk_egress_segments_info_dup_ended_time (LkEgressSegmentsInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_SEGMENTS_INFO (self), NULL);

  return lk_egress_message_new_time (get_message (self)->ended_at);
}
