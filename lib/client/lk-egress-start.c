/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-operations-private.h"

#include "livekit_egress.pb-c.h"
#include "lk-egress-error-private.h"
#include "lk-egress-lower-private.h"
#include "lk-egress-message-private.h"
#include "lk-egress-wire-private.h"

/* What the server says when no worker took a request, whatever the code beside it. */
#define NO_WORKER_TEXT "no response from servers"

typedef struct
{
  LkEgressClient *client;
  ProtobufCMessage *request; /* as it was when the call began */
  gboolean may_fall_back;
  gboolean fell_back;
} StartData;

static void
start_data_free (StartData *start)
{
  g_object_unref (start->client);
  g_clear_pointer (&start->request, lk_egress_wire_free);
  g_free (start);
}

/* Takes the message over. */
static void
send_start (LkEgressCall *call, const char *method, ProtobufCMessage *message)
{
  lk_egress_call_send (call, LK_EGRESS_CALL_ONCE, 0, method, message,
                       &livekit__egress_info__descriptor);
}

static void
send_lowered (LkEgressCall *call, StartData *start, LkEgressLowerReason reason)
{
  GError *error = NULL;
  const char *method;
  ProtobufCMessage *message;

  message = lk_egress_lower ((const Livekit__StartEgressRequest *)start->request, reason, &method,
                             &error);
  if (message != NULL)
    send_start (call, method, message);
  else
    lk_egress_call_return_error (call, error);
}

static gboolean
is_unknown_call (const GError *error)
{
  return g_error_matches (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_BAD_ROUTE)
         || g_error_matches (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNIMPLEMENTED);
}

/* The same error, under the name of what it means for a start. */
static GError *
explain (const GError *error)
{
  GError *copy = g_error_copy (error);
  const char *text;

  if (error->domain != LK_EGRESS_ERROR)
    return copy;

  text = lk_egress_error_get_server_text (error);
  if (text == NULL || strstr (text, NO_WORKER_TEXT) == NULL)
    return copy;

  /* Status, text and meta stay with the error. */
  copy->code = LK_EGRESS_ERROR_NO_WORKER;
  g_free (copy->message);
  copy->message = g_strdup_printf (
      "No egress worker took the request. Either no worker is running or it is not connected to "
      "the Redis of this server; or every worker is busy, short of CPU, or shutting down; or the "
      "workers do not accept this kind of request or its web address (the server says “%s”)",
      text);

  return copy;
}

static void
feed_start (LkEgressCall *call, GBytes *reply, const GError *error, gpointer data)
{
  StartData *start = data;
  g_autoptr (LkEgressInfo) info = NULL;

  if (start->may_fall_back && is_unknown_call (error))
    {
      start->may_fall_back = FALSE;
      start->fell_back = TRUE;
      send_lowered (call, start, LK_EGRESS_LOWER_OLD_SERVER);
      return;
    }

  /* A server that knows neither form is no server of the older API, but something else. */
  if (start->fell_back && (error == NULL || error->domain == LK_EGRESS_ERROR)
      && !is_unknown_call (error))
    lk_egress_client_remember_v1 (start->client);

  if (error != NULL)
    {
      lk_egress_call_return_error (call, explain (error));
      return;
    }

  info = lk_egress_operation_read_info (reply);
  if (lk_egress_info_get_egress_id (info) != NULL)
    lk_egress_call_return (call, g_steal_pointer (&info), g_object_unref);
  else
    lk_egress_call_return_error (call,
                                 lk_egress_error_new (LK_EGRESS_ERROR_BAD_REPLY, 0, NULL, NULL,
                                                      "The server started an egress without saying "
                                                      "its id"));
}

static void
log_warnings (LkEgressRequest *request)
{
  g_auto (GStrv) warnings = lk_egress_request_get_warnings (request);

  for (guint i = 0; warnings[i] != NULL; i++)
    g_info ("StartEgress: %s", warnings[i]);
}

/* Whether the request may be sent. */
static gboolean
check_request (LkEgressClient *client, LkEgressRequest *request, GError **error)
{
  if (!lk_egress_client_validates (client))
    return TRUE;

  log_warnings (request);

  return lk_egress_request_validate (request, error);
}

/* Whether the request has something that only the older API knows. */
static gboolean
needs_v1 (const StartData *start)
{
  const Livekit__StartEgressRequest *request = (const Livekit__StartEgressRequest *)start->request;

  return request->source_case == LIVEKIT__START_EGRESS_REQUEST__SOURCE_TEMPLATE
         && request->template_->audio_mixing != LIVEKIT__AUDIO_MIXING__DEFAULT_MIXING;
}

static void
send_unified (LkEgressCall *call, StartData *start)
{
  if (needs_v1 (start))
    lk_egress_call_return_error (
        call, lk_egress_error_new (LK_EGRESS_ERROR_NOT_SUPPORTED_BY_SERVER, 0, NULL, NULL,
                                   "StartEgress, which api-level asks for, has no place for "
                                   "“template.audio_mixing”: set api-level to auto or v1, or give "
                                   "audio routes with channels in a media source"));
  else
    send_start (call, "StartEgress", lk_egress_wire_copy (start->request));
}

LkEgressCall *
lk_egress_operation_start (LkEgressClient *client, LkEgressRequest *request)
{
  StartData *start = g_new0 (StartData, 1);
  LkEgressCall *call;
  LkEgressApiLevel level;
  GError *error = NULL;

  start->client = g_object_ref (client);
  start->request = lk_egress_wire_copy (lk_egress_message_peek (LK_EGRESS_MESSAGE (request)));
  call = lk_egress_client_new_call (client, feed_start, start, (GDestroyNotify)start_data_free);

  if (!check_request (client, request, &error))
    {
      lk_egress_call_return_error (call, error);
      return call;
    }

  level = lk_egress_client_get_start_level (client);
  if (level == LK_EGRESS_API_LEVEL_V1)
    send_lowered (call, start, LK_EGRESS_LOWER_ASKED);
  else if (level == LK_EGRESS_API_LEVEL_AUTO && lk_egress_client_remembers_v1 (client))
    send_lowered (call, start, LK_EGRESS_LOWER_OLD_SERVER);
  else if (level == LK_EGRESS_API_LEVEL_AUTO && needs_v1 (start))
    send_lowered (call, start, LK_EGRESS_LOWER_AUDIO_MIXING);
  else
    {
      start->may_fall_back = level == LK_EGRESS_API_LEVEL_AUTO;
      send_unified (call, start);
    }

  return call;
}
