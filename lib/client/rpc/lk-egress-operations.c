/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-operations-private.h"

#include <string.h>

#include "livekit_egress.pb-c.h"
#include "lk-egress-error-private.h"
#include "lk-egress-message-private.h"
#include "lk-egress-page-private.h"
#include "lk-egress-wire-bytes-private.h"

LkEgressInfo *
lk_egress_operation_read_span (LkEgressWireSpan info)
{
  return (LkEgressInfo *)lk_egress_message_new_packed (LK_EGRESS_TYPE_INFO, info);
}

LkEgressInfo *
lk_egress_operation_read_info (GBytes *reply)
{
  return lk_egress_operation_read_span (lk_egress_wire_span (reply));
}

LkEgressInfo *
lk_egress_operation_read_listed (GBytes *reply, const char *egress_id, GError **error)
{
  LkEgressWireSpan rest = lk_egress_wire_span (reply);
  LkEgressWireSpan item;
  g_autofree char *text = NULL;

  while (lk_egress_page_next_item (&rest, &item))
    {
      LkEgressWireSpan id = lk_egress_page_get_item_id (item);

      if (strlen (egress_id) == (gsize)(id.end - id.at)
          && memcmp (id.at, egress_id, id.end - id.at) == 0)
        return lk_egress_operation_read_span (item);
    }

  text = g_strdup_printf (
      "The server knows no egress “%s”; it forgets an egress a day after its end", egress_id);
  g_propagate_error (error, lk_egress_error_new (LK_EGRESS_ERROR_NOT_FOUND, 0, NULL, NULL, text));

  return NULL;
}

/* Strings that are empty are left at the default of the message, which is not theirs to free. */
static void
set_string (char **member, const char *value)
{
  if (value != NULL && *value != '\0')
    *member = g_strdup (value);
}

void
lk_egress_operation_send_list (LkEgressCall *call,
                               guint delay,
                               const char *egress_id,
                               const char *room_name,
                               gboolean active,
                               const char *page_token)
{
  ProtobufCMessage *message = lk_egress_wire_new (&livekit__list_egress_request__descriptor);
  Livekit__ListEgressRequest *request = (Livekit__ListEgressRequest *)message;

  set_string (&request->egress_id, egress_id);
  set_string (&request->room_name, room_name);
  request->active = active;
  if (page_token != NULL)
    {
      request->page_token
          = (Livekit__TokenPagination *)lk_egress_wire_new (&livekit__token_pagination__descriptor);
      set_string (&request->page_token->token, page_token);
    }
  lk_egress_call_send (call, LK_EGRESS_CALL_READ, delay, "ListEgress", message,
                       &lk_egress_page_form);
}

void
lk_egress_operation_send_get (LkEgressCall *call, guint delay, const char *egress_id)
{
  lk_egress_operation_send_list (call, delay, egress_id, NULL, FALSE, NULL);
}

/* An empty body is a message too. One in chunks that was cut before the first looks so. */
static gboolean
check_info (GBytes *info, GError **error)
{
  LkEgressWireSpan id = lk_egress_page_get_item_id (lk_egress_wire_span (info));

  if (id.at < id.end && *id.at != '\0')
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "it has no id of an egress");

  return FALSE;
}

void
lk_egress_operation_send_change (LkEgressCall *call,
                                 LkEgressCallKind kind,
                                 guint delay,
                                 const char *method,
                                 ProtobufCMessage *request)
{
  static const LkEgressReplyForm info_form = {
    .type = &livekit__egress_info__descriptor,
    .max_size = LK_EGRESS_PAGE_MAX_ITEM,
    .check = check_info,
  };

  lk_egress_call_send (call, kind, delay, method, request, &info_form);
}

gboolean
lk_egress_operation_check_id (LkEgressCall *call, const char *egress_id)
{
  if (*egress_id != '\0')
    return TRUE;

  lk_egress_call_return_error (call,
                               g_error_new_literal (G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                                                    "The egress id is empty; give one such as "
                                                    "“EG_xxxxxxxxxxxx”, as starting returns it"));

  return FALSE;
}

static void
feed_get (LkEgressCall *call, GBytes *reply, const GError *error, gpointer data)
{
  const char *egress_id = data;
  GError *local = NULL;
  LkEgressInfo *info;

  if (error != NULL)
    {
      lk_egress_call_return_error (call, g_error_copy (error));
      return;
    }

  info = lk_egress_operation_read_listed (reply, egress_id, &local);
  if (info != NULL)
    lk_egress_call_return (call, info, g_object_unref);
  else
    lk_egress_call_return_error (call, local);
}

LkEgressCall *
lk_egress_operation_get (LkEgressClient *client, const char *egress_id)
{
  LkEgressCall *call = lk_egress_client_new_call (client, feed_get, g_strdup (egress_id), g_free);

  if (lk_egress_operation_check_id (call, egress_id))
    lk_egress_operation_send_get (call, 0, egress_id);

  return call;
}

/* For calls whose one answer is the info. */
static void
feed_info (LkEgressCall *call, GBytes *reply, const GError *error, gpointer data)
{
  if (error != NULL)
    lk_egress_call_return_error (call, g_error_copy (error));
  else
    lk_egress_call_return (call, lk_egress_operation_read_info (reply), g_object_unref);
}

LkEgressCall *
lk_egress_operation_update_layout (LkEgressClient *client,
                                   const char *egress_id,
                                   const char *layout)
{
  LkEgressCall *call = lk_egress_client_new_call (client, feed_info, NULL, NULL);
  Livekit__UpdateLayoutRequest *request;

  if (!lk_egress_operation_check_id (call, egress_id))
    return call;

  request = (Livekit__UpdateLayoutRequest *)lk_egress_wire_new (
      &livekit__update_layout_request__descriptor);
  set_string (&request->egress_id, egress_id);
  set_string (&request->layout, layout);
  lk_egress_operation_send_change (call, LK_EGRESS_CALL_REPEATABLE, 0, "UpdateLayout",
                                   &request->base);

  return call;
}

LkEgressCall *
lk_egress_operation_update_stream (LkEgressClient *client, LkEgressStreamUpdate *update)
{
  LkEgressCall *call = lk_egress_client_new_call (client, feed_info, NULL, NULL);
  const ProtobufCMessage *request = lk_egress_message_peek (LK_EGRESS_MESSAGE (update));
  GError *error = NULL;

  if (!lk_egress_operation_check_id (call,
                                     ((const Livekit__UpdateStreamRequest *)request)->egress_id))
    return call;

  if (lk_egress_client_validates (client) && !lk_egress_stream_update_validate (update, &error))
    lk_egress_call_return_error (call, error);
  else
    lk_egress_operation_send_change (call, LK_EGRESS_CALL_ONCE, 0, "UpdateStream",
                                     lk_egress_wire_copy (request));

  return call;
}
