/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The whole form of the update of streams; the simple one is beside the other calls. */

#include "lk-egress-operations-private.h"

/**
 * lk_egress_client_update_stream_full:
 * @self: a client
 * @update: what to add and to remove
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Adds and removes stream destinations, with all that the API has for it. What
 * [method@Client.update_stream] says holds here too.
 *
 * Returns: (transfer full): what the server says of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_update_stream_full (LkEgressClient *self,
                                     LkEgressStreamUpdate *update,
                                     GCancellable *cancellable,
                                     GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);
  g_return_val_if_fail (LK_EGRESS_IS_STREAM_UPDATE (update), NULL);

  return lk_egress_call_run (lk_egress_operation_update_stream_full (self, update), cancellable,
                             error);
}

/**
 * lk_egress_client_update_stream_full_async:
 * @self: a client
 * @update: what to add and to remove; may be changed as soon as this returns
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Adds and removes stream destinations, as [method@Client.update_stream_full] does, without
 * blocking.
 *
 * Since: 1.0
 */
void
lk_egress_client_update_stream_full_async (LkEgressClient *self,
                                           LkEgressStreamUpdate *update,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data)
{
  g_return_if_fail (LK_EGRESS_IS_CLIENT (self));
  g_return_if_fail (LK_EGRESS_IS_STREAM_UPDATE (update));

  lk_egress_call_run_async (lk_egress_operation_update_stream_full (self, update), self,
                            lk_egress_client_update_stream_full_async, "UpdateStream", cancellable,
                            callback, user_data);
}

/**
 * lk_egress_client_update_stream_full_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Client.update_stream_full_async].
 *
 * Returns: (transfer full): what the server says of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_update_stream_full_finish (LkEgressClient *self,
                                            GAsyncResult *result,
                                            GError **error)
{
  return lk_egress_call_run_finish (self, result, error);
}
