/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-stream-info.h"

#include "lk-egress-message-private.h"
#include "lk-egress-redact-message-private.h"

#include "livekit_egress.pb-c.h"

/**
 * LkEgressStreamInfo:
 *
 * What became of one destination of a stream.
 *
 * Since: 1.0
 */

/**
 * LkEgressStreamInfo:id:
 *
 * The name given in [property@StreamDestination:id], %NULL without one.
 *
 * Since: 1.0
 */

/**
 * LkEgressStreamInfo:url:
 *
 * The address. Of RTMP addresses the server redacts the key; SRT and websocket addresses come back
 * whole, secrets included.
 *
 * To find the stream that was asked for with an address, do not compare: see
 * [method@StreamInfo.matches_url] and [method@Info.find_stream].
 *
 * Since: 1.0
 */

/**
 * LkEgressStreamInfo:started-at:
 *
 * When sending began, in nanoseconds since 1970; 0 if it did not.
 *
 * Since: 1.0
 */

/**
 * LkEgressStreamInfo:ended-at:
 *
 * When sending ended, in nanoseconds since 1970; 0 if it did not.
 *
 * Since: 1.0
 */

/**
 * LkEgressStreamInfo:duration:
 *
 * How long it was sent, in nanoseconds; 0 until it ended.
 *
 * Since: 1.0
 */

/**
 * LkEgressStreamInfo:status:
 *
 * How the destination is doing.
 *
 * Since: 1.0
 */

/**
 * LkEgressStreamInfo:error:
 *
 * Why it failed, %NULL if it did not.
 *
 * Since: 1.0
 */

/**
 * LkEgressStreamInfo:last-retry-at:
 *
 * When the worker last tried again, in nanoseconds since 1970; 0 if it never did.
 *
 * Since: 1.0
 */

/**
 * LkEgressStreamInfo:retries:
 *
 * How often the worker tried again.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressStreamInfo,
                          lk_egress_stream_info,
                          livekit__stream_info__descriptor)

/**
 * lk_egress_stream_info_new:
 *
 * Creates an empty message; set its properties.
 *
 * Returns: (transfer full): a new [class@StreamInfo]
 * Since: 1.0
 */
LkEgressStreamInfo *
lk_egress_stream_info_new (void)
{
  return g_object_new (LK_EGRESS_TYPE_STREAM_INFO, NULL);
}

static const Livekit__StreamInfo *
get_message (LkEgressStreamInfo *self)
{
  return (const Livekit__StreamInfo *)lk_egress_message_peek_values (LK_EGRESS_MESSAGE (self));
}

/**
 * lk_egress_stream_info_get_id:
 * @self: a [class@StreamInfo]
 *
 * Gets [property@StreamInfo:id].
 *
 * Returns: (nullable) (transfer none): the name of the destination
 * Since: 1.0
 */
const char *
lk_egress_stream_info_get_id (LkEgressStreamInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_STREAM_INFO (self), NULL);

  return lk_egress_message_text (get_message (self)->id);
}

/**
 * lk_egress_stream_info_get_url:
 * @self: a [class@StreamInfo]
 *
 * Gets [property@StreamInfo:url].
 *
 * Returns: (nullable) (transfer none): the address
 * Since: 1.0
 */
const char *
lk_egress_stream_info_get_url (LkEgressStreamInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_STREAM_INFO (self), NULL);

  return lk_egress_message_text (get_message (self)->url);
}

/**
 * lk_egress_stream_info_get_status:
 * @self: a [class@StreamInfo]
 *
 * Gets [property@StreamInfo:status].
 *
 * Returns: how the destination is doing
 * Since: 1.0
 */
LkEgressStreamStatus
lk_egress_stream_info_get_status (LkEgressStreamInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_STREAM_INFO (self), 0);

  return (LkEgressStreamStatus)get_message (self)->status;
}

/**
 * lk_egress_stream_info_get_error:
 * @self: a [class@StreamInfo]
 *
 * Gets [property@StreamInfo:error].
 *
 * Returns: (nullable) (transfer none): why it failed
 * Since: 1.0
 */
const char *
lk_egress_stream_info_get_error (LkEgressStreamInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_STREAM_INFO (self), NULL);

  return lk_egress_message_text (get_message (self)->error);
}

/**
 * lk_egress_stream_info_get_started_at:
 * @self: a [class@StreamInfo]
 *
 * Gets [property@StreamInfo:started-at].
 *
 * Returns: the time in nanoseconds since 1970, or 0
 * Since: 1.0
 */
gint64
lk_egress_stream_info_get_started_at (LkEgressStreamInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_STREAM_INFO (self), 0);

  return get_message (self)->started_at;
}

/**
 * lk_egress_stream_info_get_ended_at:
 * @self: a [class@StreamInfo]
 *
 * Gets [property@StreamInfo:ended-at].
 *
 * Returns: the time in nanoseconds since 1970, or 0
 * Since: 1.0
 */
gint64
lk_egress_stream_info_get_ended_at (LkEgressStreamInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_STREAM_INFO (self), 0);

  return get_message (self)->ended_at;
}

/**
 * lk_egress_stream_info_get_duration:
 * @self: a [class@StreamInfo]
 *
 * Gets [property@StreamInfo:duration].
 *
 * Returns: the duration in nanoseconds, or 0
 * Since: 1.0
 */
gint64
lk_egress_stream_info_get_duration (LkEgressStreamInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_STREAM_INFO (self), 0);

  return get_message (self)->duration;
}

/**
 * lk_egress_stream_info_get_retries:
 * @self: a [class@StreamInfo]
 *
 * Gets [property@StreamInfo:retries].
 *
 * Returns: how often the worker tried again
 * Since: 1.0
 */
guint
lk_egress_stream_info_get_retries (LkEgressStreamInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_STREAM_INFO (self), 0);

  return get_message (self)->retries;
}

/**
 * lk_egress_stream_info_get_last_retry_at:
 * @self: a [class@StreamInfo]
 *
 * Gets [property@StreamInfo:last-retry-at].
 *
 * Returns: the time in nanoseconds since 1970, or 0
 * Since: 1.0
 */
gint64
lk_egress_stream_info_get_last_retry_at (LkEgressStreamInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_STREAM_INFO (self), 0);

  return get_message (self)->last_retry_at;
}

/**
 * lk_egress_stream_info_dup_started_time:
 * @self: a [class@StreamInfo]
 *
 * Gets [property@StreamInfo:started-at] as a time in UTC, to the microsecond.
 *
 * Returns: (nullable) (transfer full): when sending began, or %NULL
 * Since: 1.0
 */
GDateTime *
lk_egress_stream_info_dup_started_time (LkEgressStreamInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_STREAM_INFO (self), NULL);

  return lk_egress_message_new_time (get_message (self)->started_at);
}

/**
 * lk_egress_stream_info_dup_ended_time:
 * @self: a [class@StreamInfo]
 *
 * Gets [property@StreamInfo:ended-at] as a time in UTC, to the microsecond.
 *
 * Returns: (nullable) (transfer full): when sending ended, or %NULL
 * Since: 1.0
 */
GDateTime *
lk_egress_stream_info_dup_ended_time (LkEgressStreamInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_STREAM_INFO (self), NULL);

  return lk_egress_message_new_time (get_message (self)->ended_at);
}

/**
 * lk_egress_stream_info_dup_last_retry_time:
 * @self: a [class@StreamInfo]
 *
 * Gets [property@StreamInfo:last-retry-at] as a time in UTC, to the microsecond.
 *
 * Returns: (nullable) (transfer full): when the worker last tried again, or %NULL
 * Since: 1.0
 */
GDateTime *
lk_egress_stream_info_dup_last_retry_time (LkEgressStreamInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_STREAM_INFO (self), NULL);

  return lk_egress_message_new_time (get_message (self)->last_retry_at);
}

/**
 * lk_egress_stream_info_matches_url:
 * @self: a [class@StreamInfo]
 * @url: an address as it was asked for, or as [property@StreamInfo:url] shows one
 *
 * Gets whether this can be what became of an address.
 *
 * Servers redact the keys of RTMP addresses (`rtmp://host/app/{abc...xyz}`) and show the servers
 * that `mux://` and `twitch://` stand for; this knows these forms, and those of
 * %LK_EGRESS_JSON_REDACTED. SRT and websocket addresses come back whole.
 *
 * A redacted address is that of every key with the same ends. Of two streams to one server this may
 * be true for both, see [method@Info.find_stream].
 *
 * Returns: whether @url is sent to here
 * Since: 1.0
 */
gboolean
lk_egress_stream_info_matches_url (LkEgressStreamInfo *self, const char *url)
{
  g_return_val_if_fail (LK_EGRESS_IS_STREAM_INFO (self), FALSE);
  g_return_val_if_fail (url != NULL, FALSE);

  return lk_egress_redact_matches_url (get_message (self)->url, url);
}
