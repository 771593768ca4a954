/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-stream-update.h"

#include "lk-egress-message-private.h"
#include "lk-egress-validation-private.h"

/**
 * LkEgressStreamUpdate:
 *
 * What to change about the destinations of an egress that streams: addresses to send to as well,
 * and addresses to send to no more. Send it with [method@Client.update_stream].
 *
 * ```c
 * g_autoptr (LkEgressStreamUpdate) update = lk_egress_stream_update_new ("EG_xxxxxxxxxxxx");
 * g_autoptr (LkEgressStreamDestination) second
 *     = lk_egress_stream_destination_new ("second", "srt://198.51.100.7:9000");
 *
 * lk_egress_stream_update_add_destination (update, second);
 * info = lk_egress_client_update_stream (client, update, NULL, &error);
 * ```
 *
 * Since: 1.0
 */

/**
 * LkEgressStreamUpdate:egress-id:
 *
 * The id of the egress, such as `EG_…`. A client needs it, a [class@Job] puts in its own.
 *
 * Since: 1.0
 */

/**
 * LkEgressStreamUpdate:add-output-urls:
 *
 * Addresses to send to as well, of the protocol that the egress already sends; see
 * [property@StreamOutput:urls]. The keys and passphrases in them are secrets. Default: none.
 *
 * Since: 1.0
 */

/**
 * LkEgressStreamUpdate:add-destinations:
 *
 * Addresses to send to as well, with names chosen by the caller, [class@StreamDestination]. A
 * server that is too old to know them does nothing about them. Default: none.
 *
 * Since: 1.0
 */

/**
 * LkEgressStreamUpdate:remove-output-urls:
 *
 * Addresses to send to no more, as they were added and not as the server shows them with their keys
 * redacted. Default: none.
 *
 * Since: 1.0
 */

LK_EGRESS_DEFINE_MESSAGE (LkEgressStreamUpdate,
                          lk_egress_stream_update,
                          livekit__update_stream_request__descriptor)

/**
 * lk_egress_stream_update_new:
 * @egress_id: (nullable): the id of an egress
 *
 * Creates an update that changes nothing yet.
 *
 * Returns: (transfer full): a new [class@StreamUpdate]
 * Since: 1.0
 */
LkEgressStreamUpdate *
lk_egress_stream_update_new (const char *egress_id)
{
  return lk_egress_stream_update_new_for_urls (egress_id, NULL, NULL);
}

/**
 * lk_egress_stream_update_new_for_urls:
 * @egress_id: (nullable): the id of an egress
 * @add_urls: (nullable) (array zero-terminated=1): addresses to send to as well
 * @remove_urls: (nullable) (array zero-terminated=1): addresses to send to no more, as they were
 *   added
 *
 * Creates an update of plain addresses.
 *
 * Returns: (transfer full): a new [class@StreamUpdate]
 * Since: 1.0
 */
LkEgressStreamUpdate *
lk_egress_stream_update_new_for_urls (const char *egress_id,
                                      const char *const *add_urls,
                                      const char *const *remove_urls)
{
  return g_object_new (LK_EGRESS_TYPE_STREAM_UPDATE, "egress-id", egress_id, "add-output-urls",
                       add_urls, "remove-output-urls", remove_urls, NULL);
}

/**
 * lk_egress_stream_update_add_url:
 * @self: an update
 * @url: the address of one more destination
 *
 * Appends to [property@StreamUpdate:add-output-urls].
 *
 * Since: 1.0
 */
void
lk_egress_stream_update_add_url (LkEgressStreamUpdate *self, const char *url)
{
  g_return_if_fail (LK_EGRESS_IS_STREAM_UPDATE (self));
  g_return_if_fail (url != NULL);

  lk_egress_message_append_text (LK_EGRESS_MESSAGE (self), "add-output-urls", url);
}

/**
 * lk_egress_stream_update_add_destination:
 * @self: an update
 * @destination: one more destination
 *
 * Appends to [property@StreamUpdate:add-destinations].
 *
 * Since: 1.0
 */
void
lk_egress_stream_update_add_destination (LkEgressStreamUpdate *self,
                                         LkEgressStreamDestination *destination)
{
  g_return_if_fail (LK_EGRESS_IS_STREAM_UPDATE (self));
  g_return_if_fail (LK_EGRESS_IS_STREAM_DESTINATION (destination));

  g_list_store_append (
      G_LIST_STORE (lk_egress_message_get_list (LK_EGRESS_MESSAGE (self), "add-destinations")),
      destination);
}

/**
 * lk_egress_stream_update_remove_url:
 * @self: an update
 * @url: the address of a destination, as it was added
 *
 * Appends to [property@StreamUpdate:remove-output-urls].
 *
 * Since: 1.0
 */
void
lk_egress_stream_update_remove_url (LkEgressStreamUpdate *self, const char *url)
{
  g_return_if_fail (LK_EGRESS_IS_STREAM_UPDATE (self));
  g_return_if_fail (url != NULL);

  lk_egress_message_append_text (LK_EGRESS_MESSAGE (self), "remove-output-urls", url);
}

/**
 * lk_egress_stream_update_validate:
 * @self: an update
 * @error: return location for a [error@GLib.Error]
 *
 * Checks the update without asking the server: that there is an id and something to change, no
 * address twice and none with a redacted key, and that what is added is of one protocol. The first
 * fault found is told, with the field, what is wrong and how to mend it; secrets are not shown.
 *
 * Whether the egress sends this protocol, or sends to an address that is to be removed, only the
 * server knows.
 *
 * Returns: %TRUE if no fault was found, or %FALSE with an error of [error@ValidationError]
 * Since: 1.0
 */
gboolean
lk_egress_stream_update_validate (LkEgressStreamUpdate *self, GError **error)
{
  const ProtobufCMessage *message;

  g_return_val_if_fail (LK_EGRESS_IS_STREAM_UPDATE (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  message = lk_egress_message_peek (LK_EGRESS_MESSAGE (self));

  return lk_egress_validation_check_update ((const Livekit__UpdateStreamRequest *)message, error);
}
