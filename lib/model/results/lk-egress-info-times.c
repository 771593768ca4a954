/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-info-private.h"

/**
 * lk_egress_info_get_started_at:
 * @self: a [class@Info]
 *
 * Gets [property@Info:started-at].
 *
 * Returns: the time in nanoseconds since 1970, or 0
 * Since: 1.0
 */
gint64
lk_egress_info_get_started_at (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), 0);

  return lk_egress_info_peek (self)->started_at;
}

/**
 * lk_egress_info_get_ended_at:
 * @self: a [class@Info]
 *
 * Gets [property@Info:ended-at].
 *
 * Returns: the time in nanoseconds since 1970, or 0
 * Since: 1.0
 */
gint64
lk_egress_info_get_ended_at (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), 0);

  return lk_egress_info_peek (self)->ended_at;
}

/**
 * lk_egress_info_get_updated_at:
 * @self: a [class@Info]
 *
 * Gets [property@Info:updated-at].
 *
 * Returns: the time in nanoseconds since 1970, or 0
 * Since: 1.0
 */
gint64
lk_egress_info_get_updated_at (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), 0);

  return lk_egress_info_peek (self)->updated_at;
}

/**
 * lk_egress_info_get_duration:
 * @self: a [class@Info]
 *
 * Gets how long the egress took: from [property@Info:started-at] to [property@Info:ended-at]. That
 * is longer than what was recorded, by the time that it took to begin and to store; for an egress
 * that never became active it is the time that it was tried. The results have durations of their
 * own.
 *
 * Returns: the duration in nanoseconds; 0 while it runs, like the durations of the results
 * Since: 1.0
 */
gint64
lk_egress_info_get_duration (LkEgressInfo *self)
{
  gint64 started_at, ended_at;

  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), 0);

  started_at = lk_egress_info_peek (self)->started_at;
  ended_at = lk_egress_info_peek (self)->ended_at;

  /* Each was told by a clock of its own perhaps. */
  return started_at > 0 && ended_at > started_at ? ended_at - started_at : 0;
}

/**
 * lk_egress_info_dup_started_time:
 * @self: a [class@Info]
 *
 * Gets [property@Info:started-at] as a time in UTC, to the microsecond.
 *
 * Returns: (nullable) (transfer full): when it became active, or %NULL
 * Since: 1.0
 */
GDateTime *
lk_egress_info_dup_started_time (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), NULL);

  return lk_egress_message_new_time (lk_egress_info_peek (self)->started_at);
}

/**
 * lk_egress_info_dup_ended_time:
 * @self: a [class@Info]
 *
 * Gets [property@Info:ended-at] as a time in UTC, to the microsecond.
 *
 * Returns: (nullable) (transfer full): when it ended, or %NULL
 * Since: 1.0
 */
GDateTime *
lk_egress_info_dup_ended_time (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), NULL);

  return lk_egress_message_new_time (lk_egress_info_peek (self)->ended_at);
}

/**
 * lk_egress_info_dup_updated_time:
 * @self: a [class@Info]
 *
 * Gets [property@Info:updated-at] as a time in UTC, to the microsecond.
 *
 * Returns: (nullable) (transfer full): when the server last heard of it, or %NULL
 * Since: 1.0
 */
GDateTime *
lk_egress_info_dup_updated_time (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), NULL);

  return lk_egress_message_new_time (lk_egress_info_peek (self)->updated_at);
}
