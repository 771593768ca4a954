/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-webhook-event.h"

#include "lk-egress-message-private.h"

#include "livekit_webhook.pb-c.h"

/* Infos are a few kilobytes; a request with the largest names and headers is still far below. */
#define MAX_SIZE (1024 * 1024)

/**
 * LkEgressWebhookEvent:
 *
 * What a LiveKit server posts to the webhook addresses of its configuration and of a request, see
 * [func@webhook_verify].
 *
 * Of rooms, participants, tracks, ingresses and agents an event tells more than is shown here:
 * [method@Message.to_json] has it.
 *
 * Source: `livekit_webhook.proto` of the LiveKit protocol.
 *
 * Since: 1.0
 */

/**
 * LkEgressWebhookEvent:event:
 *
 * What happened, such as `egress_started`, `egress_updated`, `egress_ended`, `room_started` or
 * `participant_left`. Newer servers have more.
 *
 * `egress_started` comes when the egress is accepted: it is %LK_EGRESS_STATUS_STARTING then.
 *
 * Since: 1.0
 */

/**
 * LkEgressWebhookEvent:egress-info:
 *
 * The egress, %NULL in events of other things.
 *
 * Since: 1.0
 */

/**
 * LkEgressWebhookEvent:id:
 *
 * The id of the event, such as `EV_…`. An event that is sent again has the same.
 *
 * Since: 1.0
 */

/**
 * LkEgressWebhookEvent:created-at:
 *
 * When it happened, in seconds since 1970 (the times of an egress are in nanoseconds).
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressWebhookEvent,
                          lk_egress_webhook_event,
                          livekit__webhook_event__descriptor)

/**
 * lk_egress_webhook_event_new_from_json:
 * @json: (array length=length) (element-type guint8): the body of the request
 * @length: the length of @json in bytes, or -1 if a zero byte ends it
 * @error: return location for a [error@GLib.Error]
 *
 * Creates an event from its JSON, of at most 1 MiB. This checks no signature, see
 * [func@webhook_verify].
 *
 * Members that this library does not know are skipped.
 *
 * Returns: (transfer full): a new [class@WebhookEvent], or %NULL with %G_IO_ERROR_INVALID_DATA that
 *   names the member at fault
 * Since: 1.0
 */
LkEgressWebhookEvent *
lk_egress_webhook_event_new_from_json (const char *json, gssize length, GError **error)
{
  LkEgressMessage *event;

  g_return_val_if_fail (json != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  event = lk_egress_message_new_from_text (LK_EGRESS_TYPE_WEBHOOK_EVENT, json, length, MAX_SIZE,
                                           error);
  return event != NULL ? LK_EGRESS_WEBHOOK_EVENT (event) : NULL;
}

static const Livekit__WebhookEvent *
get_message (LkEgressWebhookEvent *self)
{
  return (const Livekit__WebhookEvent *)lk_egress_message_peek_values (LK_EGRESS_MESSAGE (self));
}

/**
 * lk_egress_webhook_event_get_id:
 * @self: a [class@WebhookEvent]
 *
 * Gets [property@WebhookEvent:id].
 *
 * Returns: (nullable) (transfer none): the id of the event
 * Since: 1.0
 */
const char *
lk_egress_webhook_event_get_id (LkEgressWebhookEvent *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_WEBHOOK_EVENT (self), NULL);

  return lk_egress_message_text (get_message (self)->id);
}

/**
 * lk_egress_webhook_event_get_event:
 * @self: a [class@WebhookEvent]
 *
 * Gets [property@WebhookEvent:event].
 *
 * Returns: (nullable) (transfer none): what happened
 * Since: 1.0
 */
const char *
lk_egress_webhook_event_get_event (LkEgressWebhookEvent *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_WEBHOOK_EVENT (self), NULL);

  return lk_egress_message_text (get_message (self)->event);
}

/**
 * lk_egress_webhook_event_get_created_at:
 * @self: a [class@WebhookEvent]
 *
 * Gets [property@WebhookEvent:created-at].
 *
 * Returns: the time in seconds since 1970, or 0
 * Since: 1.0
 */
gint64
lk_egress_webhook_event_get_created_at (LkEgressWebhookEvent *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_WEBHOOK_EVENT (self), 0);

  return get_message (self)->created_at;
}

/**
 * lk_egress_webhook_event_dup_created_time:
 * @self: a [class@WebhookEvent]
 *
 * Gets [property@WebhookEvent:created-at] as a time in UTC.
 *
 * Returns: (nullable) (transfer full): when it happened, or %NULL
 * Since: 1.0
 */
GDateTime *
lk_egress_webhook_event_dup_created_time (LkEgressWebhookEvent *self)
{
  gint64 created_at;

  g_return_val_if_fail (LK_EGRESS_IS_WEBHOOK_EVENT (self), NULL);

  created_at = get_message (self)->created_at;
  return created_at > 0 ? g_date_time_new_from_unix_utc (created_at) : NULL;
}

/**
 * lk_egress_webhook_event_get_egress_info:
 * @self: a [class@WebhookEvent]
 *
 * Gets [property@WebhookEvent:egress-info].
 *
 * Returns: (nullable) (transfer none): the egress
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_webhook_event_get_egress_info (LkEgressWebhookEvent *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_WEBHOOK_EVENT (self), NULL);

  return (LkEgressInfo *)lk_egress_message_get_child (LK_EGRESS_MESSAGE (self), "egress-info");
}
