/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The public functions of each call: one that blocks, one that does not, and its end. */

#include "lk-egress-listing-private.h"
#include "lk-egress-operations-private.h"
#include "lk-egress-stop-private.h"

/**
 * lk_egress_client_start:
 * @self: a client
 * @request: what to record and where to
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Starts an egress. The server answers as soon as a worker has taken the request; its info says
 * STARTING most of the time.
 *
 * The request is sent as StartEgress, or in the form of the older API: see
 * [property@Client:api-level]. If the server only speaks the older one, and that cannot express the
 * request, the error is %LK_EGRESS_ERROR_NOT_SUPPORTED_BY_SERVER and names the field. Mistakes
 * found by [property@Client:validate] are errors of [error@ValidationError].
 * %LK_EGRESS_ERROR_NO_WORKER says that nobody took the request.
 *
 * If the answer is lost, the egress is looked for before the request is sent again, as the
 * description of [class@Client] says; that takes up to six seconds each time. After
 * %G_IO_ERROR_CANCELLED and %G_IO_ERROR_TIMED_OUT, and when the server can be asked no more, the
 * egress may have begun all the same. [method@Job.start_async] does not lose it to a cancellation.
 *
 * Returns: (transfer full): what the server says of the new egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_start (LkEgressClient *self,
                        LkEgressRequest *request,
                        GCancellable *cancellable,
                        GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);
  g_return_val_if_fail (LK_EGRESS_IS_REQUEST (request), NULL);

  return lk_egress_call_run (lk_egress_operation_start (self, request, NULL), cancellable, error);
}

/**
 * lk_egress_client_start_async:
 * @self: a client
 * @request: what to record and where to; may be changed as soon as this returns
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Starts an egress, as [method@Client.start] does, without blocking.
 *
 * Since: 1.0
 */
void
lk_egress_client_start_async (LkEgressClient *self,
                              LkEgressRequest *request,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (LK_EGRESS_IS_CLIENT (self));
  g_return_if_fail (LK_EGRESS_IS_REQUEST (request));

  lk_egress_call_run_async (lk_egress_operation_start (self, request, NULL), self,
                            lk_egress_client_start_async, "StartEgress", cancellable, callback,
                            user_data);
}

/**
 * lk_egress_client_start_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Client.start_async].
 *
 * Returns: (transfer full): what the server says of the new egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_start_finish (LkEgressClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);

  return lk_egress_call_run_finish (self, lk_egress_client_start_async, result, error);
}

/**
 * lk_egress_client_list:
 * @self: a client
 * @room_name: (nullable): only egresses of this room, %NULL for all
 * @active: only egresses that have not ended
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Lists the egresses that the server knows, in no order. It forgets an egress 24 hours after its
 * end.
 *
 * All pages are loaded, see [class@Listing] for one at a time. A listing that does not end is
 * %LK_EGRESS_ERROR_BAD_REPLY.
 *
 * Returns: (transfer full): the egresses, or %NULL on error
 * Since: 1.0
 */
LkEgressListing *
lk_egress_client_list (LkEgressClient *self,
                       const char *room_name,
                       gboolean active,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (LkEgressListing) listing = NULL;

  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);

  listing = lk_egress_listing_new (self, room_name, NULL, active);

  return lk_egress_call_run (lk_egress_listing_new_call (listing, TRUE), cancellable, error);
}

/**
 * lk_egress_client_list_async:
 * @self: a client
 * @room_name: (nullable): only egresses of this room, %NULL for all
 * @active: only egresses that have not ended
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Lists egresses, as [method@Client.list] does, without blocking.
 *
 * Since: 1.0
 */
void
lk_egress_client_list_async (LkEgressClient *self,
                             const char *room_name,
                             gboolean active,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (LkEgressListing) listing = NULL;

  g_return_if_fail (LK_EGRESS_IS_CLIENT (self));

  listing = lk_egress_listing_new (self, room_name, NULL, active);
  lk_egress_call_run_async (lk_egress_listing_new_call (listing, TRUE), self,
                            lk_egress_client_list_async, "ListEgress", cancellable, callback,
                            user_data);
}

/**
 * lk_egress_client_list_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Client.list_async].
 *
 * Returns: (transfer full): the egresses, or %NULL on error
 * Since: 1.0
 */
LkEgressListing *
lk_egress_client_list_finish (LkEgressClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);

  return lk_egress_call_run_finish (self, lk_egress_client_list_async, result, error);
}

/**
 * lk_egress_client_get:
 * @self: a client
 * @egress_id: the id of an egress
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Gets what the server says of one egress. For one that it does not know the error is
 * %LK_EGRESS_ERROR_NOT_FOUND.
 *
 * Returns: (transfer full): what the server says of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_get (LkEgressClient *self,
                      const char *egress_id,
                      GCancellable *cancellable,
                      GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);
  g_return_val_if_fail (egress_id != NULL, NULL);

  return lk_egress_call_run (lk_egress_operation_get (self, egress_id), cancellable, error);
}

/**
 * lk_egress_client_get_async:
 * @self: a client
 * @egress_id: the id of an egress
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Gets what the server says of one egress, as [method@Client.get] does, without blocking.
 *
 * Since: 1.0
 */
void
lk_egress_client_get_async (LkEgressClient *self,
                            const char *egress_id,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (LK_EGRESS_IS_CLIENT (self));
  g_return_if_fail (egress_id != NULL);

  lk_egress_call_run_async (lk_egress_operation_get (self, egress_id), self,
                            lk_egress_client_get_async, "ListEgress", cancellable, callback,
                            user_data);
}

/**
 * lk_egress_client_get_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Client.get_async].
 *
 * Returns: (transfer full): what the server says of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_get_finish (LkEgressClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);

  return lk_egress_call_run_finish (self, lk_egress_client_get_async, result, error);
}

/**
 * lk_egress_client_stop:
 * @self: a client
 * @egress_id: the id of an egress
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Asks an egress to end. Its outputs are then finished, which can take long: the info says ENDING
 * most of the time.
 *
 * Stopping an egress that is ending, or has ended, succeeds. When the server does not accept the
 * stop, or the answer is lost, the client looks at what became of the egress and asks again: three
 * times if it runs, with pauses of half a second and one. An egress that is still starting may not
 * hear a stop for half a minute: it is asked up to 16 times, with pauses of up to five seconds.
 * Then the error of the last try is returned; %LK_EGRESS_ERROR_DEADLINE_EXCEEDED of an egress that
 * runs says that its worker is gone. [property@Client:call-timeout] bounds all this together.
 *
 * Returns: (transfer full): what the server says of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_stop (LkEgressClient *self,
                       const char *egress_id,
                       GCancellable *cancellable,
                       GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);
  g_return_val_if_fail (egress_id != NULL, NULL);

  return lk_egress_call_run (lk_egress_stop_new_call (self, egress_id, NULL, NULL, NULL, NULL),
                             cancellable, error);
}

/**
 * lk_egress_client_stop_async:
 * @self: a client
 * @egress_id: the id of an egress
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Asks an egress to end, as [method@Client.stop] does, without blocking.
 *
 * Since: 1.0
 */
void
lk_egress_client_stop_async (LkEgressClient *self,
                             const char *egress_id,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (LK_EGRESS_IS_CLIENT (self));
  g_return_if_fail (egress_id != NULL);

  lk_egress_call_run_async (lk_egress_stop_new_call (self, egress_id, NULL, NULL, NULL, NULL), self,
                            lk_egress_client_stop_async, "StopEgress", cancellable, callback,
                            user_data);
}

/**
 * lk_egress_client_stop_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Client.stop_async].
 *
 * Returns: (transfer full): what the server says of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_stop_finish (LkEgressClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);

  return lk_egress_call_run_finish (self, lk_egress_client_stop_async, result, error);
}

/**
 * lk_egress_client_update_layout:
 * @self: a client
 * @egress_id: the id of an egress
 * @layout: the name of a layout, as the web template knows it
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Changes the layout of a room that is recorded through a web template. The server passes it on
 * without waiting for an effect, and other kinds of egress have none.
 *
 * Returns: (transfer full): what the server says of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_update_layout (LkEgressClient *self,
                                const char *egress_id,
                                const char *layout,
                                GCancellable *cancellable,
                                GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);
  g_return_val_if_fail (egress_id != NULL, NULL);
  g_return_val_if_fail (layout != NULL, NULL);

  return lk_egress_call_run (lk_egress_operation_update_layout (self, egress_id, layout),
                             cancellable, error);
}

/**
 * lk_egress_client_update_layout_async:
 * @self: a client
 * @egress_id: the id of an egress
 * @layout: the name of a layout, as the web template knows it
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Changes the layout, as [method@Client.update_layout] does, without blocking.
 *
 * Since: 1.0
 */
void
lk_egress_client_update_layout_async (LkEgressClient *self,
                                      const char *egress_id,
                                      const char *layout,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_return_if_fail (LK_EGRESS_IS_CLIENT (self));
  g_return_if_fail (egress_id != NULL);
  g_return_if_fail (layout != NULL);

  lk_egress_call_run_async (lk_egress_operation_update_layout (self, egress_id, layout), self,
                            lk_egress_client_update_layout_async, "UpdateLayout", cancellable,
                            callback, user_data);
}

/**
 * lk_egress_client_update_layout_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Client.update_layout_async].
 *
 * Returns: (transfer full): what the server says of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_update_layout_finish (LkEgressClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);

  return lk_egress_call_run_finish (self, lk_egress_client_update_layout_async, result, error);
}

/**
 * lk_egress_client_update_stream:
 * @self: a client
 * @update: which egress, what to add and what to remove
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Adds and removes stream destinations. Additions are done first, and must be of the protocol that
 * the egress already sends. Removing the last output ends the egress.
 * [ctor@StreamUpdate.new_for_urls] makes an update of plain addresses.
 *
 * Mistakes found by [property@Client:validate] are errors of [error@ValidationError].
 *
 * On an error, a part of the changes may have been made: ask with [method@Client.get].
 *
 * Returns: (transfer full): what the server says of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_update_stream (LkEgressClient *self,
                                LkEgressStreamUpdate *update,
                                GCancellable *cancellable,
                                GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);
  g_return_val_if_fail (LK_EGRESS_IS_STREAM_UPDATE (update), NULL);

  return lk_egress_call_run (lk_egress_operation_update_stream (self, update), cancellable, error);
}

/**
 * lk_egress_client_update_stream_async:
 * @self: a client
 * @update: which egress, what to add and what to remove; may be changed as soon as this returns
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the result
 * @user_data: data for @callback
 *
 * Adds and removes stream destinations, as [method@Client.update_stream] does, without blocking.
 *
 * Since: 1.0
 */
void
lk_egress_client_update_stream_async (LkEgressClient *self,
                                      LkEgressStreamUpdate *update,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_return_if_fail (LK_EGRESS_IS_CLIENT (self));
  g_return_if_fail (LK_EGRESS_IS_STREAM_UPDATE (update));

  lk_egress_call_run_async (lk_egress_operation_update_stream (self, update), self,
                            lk_egress_client_update_stream_async, "UpdateStream", cancellable,
                            callback, user_data);
}

/**
 * lk_egress_client_update_stream_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Client.update_stream_async].
 *
 * Returns: (transfer full): what the server says of the egress, or %NULL on error
 * Since: 1.0
 */
LkEgressInfo *
lk_egress_client_update_stream_finish (LkEgressClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (LK_EGRESS_IS_CLIENT (self), NULL);

  return lk_egress_call_run_finish (self, lk_egress_client_update_stream_async, result, error);
}
