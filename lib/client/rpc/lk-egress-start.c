/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-operations-private.h"

#include <unistd.h>

#include "livekit_egress.pb-c.h"
#include "lk-egress-error-private.h"
#include "lk-egress-v1-write-private.h"
#include "lk-egress-message-private.h"
#include "lk-egress-reconcile-private.h"
#include "lk-egress-retry-private.h"
#include "lk-egress-validation-private.h"
#include "lk-egress-wire-bytes-private.h"

/* How often a start is sent whose answers are lost. */
#define MAX_SENDS 3

/* What is known when the answer to a start is lost and nothing was found. */
#define NOTHING_THERE "The server shows no egress of this request so far"

typedef struct
{
  LkEgressClient *client;
  ProtobufCMessage *request; /* as it was when the call began */
  gboolean older;            /* sent as an older call, and why */
  LkEgressV1Reason reason;
  gboolean may_fall_back;
  gboolean fell_back;

  /* When answers were lost. */
  guint n_lost;
  gint64 first_sent_at;         /* of them, monotonic */
  GError *loss;                 /* of the last */
  LkEgressReconcile *reconcile; /* while it looks for the egress */

  /* When nobody takes it. */
  LkEgressStartRetry retry;
  guint n_refused;
  gint64 begun_at; /* monotonic */
  double delay;    /* the next pause, milliseconds */
} StartData;

static void
start_data_free (StartData *start)
{
  g_object_unref (start->client);
  g_clear_pointer (&start->request, lk_egress_wire_free);
  g_clear_error (&start->loss);
  g_clear_pointer (&start->reconcile, lk_egress_reconcile_free);
  g_free (start);
}

static void
use_v1 (StartData *start, LkEgressV1Reason reason)
{
  start->older = TRUE;
  start->reason = reason;
}

/* The message in the form to send, and the call that takes it. */
static ProtobufCMessage *
build_message (StartData *start, const char **method, GError **error)
{
  if (start->older)
    return lk_egress_v1_write ((const Livekit__StartEgressRequest *)start->request, start->reason,
                               method, error);

  *method = "StartEgress";

  return lk_egress_wire_copy (start->request);
}

static void
send_start (LkEgressCall *call, StartData *start, guint delay)
{
  GError *error = NULL;
  const char *method;
  ProtobufCMessage *message = build_message (start, &method, &error);

  if (message != NULL)
    lk_egress_operation_send_change (call, LK_EGRESS_CALL_ONCE, delay, method, message);
  else
    lk_egress_call_return_error (call, error);
}

static gboolean
is_unknown_call (const GError *error)
{
  return g_error_matches (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_BAD_ROUTE)
         || g_error_matches (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNIMPLEMENTED);
}

/* Status, text and meta stay with the error. Takes the text over. */
static void
set_message (GError *error, char *text)
{
  g_free (error->message);
  error->message = text;
}

/* The same error, under the name of what it means for a start. */
static GError *
explain (const GError *error)
{
  GError *copy = g_error_copy (error);

  if (!lk_egress_retry_is_no_worker (error))
    return copy;

  copy->code = LK_EGRESS_ERROR_NO_WORKER;
  set_message (
      copy,
      g_strdup_printf (
          "No egress worker took the request. Either no worker is running or it is not connected "
          "to the Redis of this server; or every worker is busy, short of CPU, or shutting down; "
          "or the workers do not accept this kind of request or its web address (the server says "
          "“%s”)",
          lk_egress_error_get_server_text (error)));

  return copy;
}

/* Whether an egress may have begun although the start failed. */
static gboolean
is_uncertain (LkEgressCall *call, const GError *error)
{
  /* A proxy may have its own words for that. */
  if (!lk_egress_call_was_sent (call) || lk_egress_retry_is_no_worker (error))
    return FALSE;
  if (error->domain != LK_EGRESS_ERROR || lk_egress_error_is_uncertain (error))
    return TRUE;

  /* To be tried in another region. */
  return error->code != LK_EGRESS_ERROR_UNIMPLEMENTED && lk_egress_call_has_regions (call)
         && lk_egress_error_get_http_status (error) >= 500;
}

/* Whether a refusal that is certain may be none a little later: nobody took the request. */
static gboolean
may_be_taken_later (LkEgressCall *call, const GError *error)
{
  if (error->domain != LK_EGRESS_ERROR)
    return !lk_egress_call_was_sent (call) && lk_egress_retry_may_recover (error);

  return lk_egress_retry_is_no_worker (error) || error->code == LK_EGRESS_ERROR_UNAVAILABLE
         || error->code == LK_EGRESS_ERROR_RESOURCE_EXHAUSTED;
}

/* Sends it again after a pause, if there is a try left for it. The error is what the caller would
 * be told. */
static gboolean
try_later (LkEgressCall *call, StartData *start, const GError *error)
{
  const LkEgressStartRetry *retry = &start->retry;
  double scale = lk_egress_client_get_time_scale (start->client);
  gint64 passed = g_get_monotonic_time () - start->begun_at;
  guint delay;

  start->n_refused++;
  if (start->n_refused >= retry->max_tries)
    return FALSE;

  delay = (guint)(start->delay * (1 - retry->jitter * g_random_double ()));
  start->delay = MIN (start->delay * retry->factor, retry->max_delay);
  if (retry->timeout > 0
      && (double)passed / G_TIME_SPAN_MILLISECOND + delay * scale > retry->timeout * scale)
    return FALSE;

  if (retry->retrying != NULL)
    retry->retrying (error, (guint)(delay * scale), retry->data);
  send_start (call, start, delay);

  return TRUE;
}

/* Goes on without its answer. */
static void
lose (LkEgressCall *call, StartData *start, const GError *error)
{
  gboolean timed_out = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  ProtobufCMessage *sent;
  const char *method;

  if (start->n_lost++ == 0)
    start->first_sent_at = lk_egress_call_get_sent_at (call);
  g_clear_error (&start->loss);
  start->loss = g_error_copy (error);
  g_debug ("The answer to a start was lost (%s), looking for its egress", error->message);

  sent = build_message (start, &method, NULL);
  start->reconcile
      = lk_egress_reconcile_new (start->client, (const Livekit__StartEgressRequest *)start->request,
                                 sent, start->first_sent_at);
  lk_egress_wire_free (sent);
  /* The caller's time is not used twice, but the caller of an unwanted start waits no more. */
  lk_egress_reconcile_begin (start->reconcile, call,
                             timed_out && !lk_egress_call_is_held_back (call));
}

/* Gives the error of the start, with what is known besides. */
static void
give_up (LkEgressCall *call, StartData *start, const char *text)
{
  GError *error = g_steal_pointer (&start->loss);

  set_message (error, g_strdup_printf ("%s. %s", error->message, text));
  lk_egress_call_return_error (call, error);
}

/* The same when the look failed too. */
static void
give_up_looking (LkEgressCall *call, StartData *start, const GError *error)
{
  g_autofree char *text = NULL;

  /* Two answers that cannot be read are from no LiveKit server, which the first says already. */
  if (g_error_matches (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_BAD_REPLY)
      && g_error_matches (start->loss, LK_EGRESS_ERROR, LK_EGRESS_ERROR_BAD_REPLY))
    {
      lk_egress_call_return_error (call, g_steal_pointer (&start->loss));
      return;
    }

  text
      = g_strdup_printf ("An egress may have begun all the same: the server could not be asked for "
                         "it (%s)",
                         error->message);
  give_up (call, start, text);
}

static void
succeed (LkEgressCall *call, StartData *start, LkEgressInfo *info)
{
  if (start->fell_back)
    lk_egress_client_remember_v1 (start->client);
  lk_egress_call_return (call, info, g_object_unref);
}

static void
feed_listing (LkEgressCall *call, GBytes *reply, const GError *error, StartData *start)
{
  g_autoptr (LkEgressReconcile) reconcile = g_steal_pointer (&start->reconcile);

  switch (lk_egress_reconcile_feed (reconcile, call, reply, error))
    {
    case LK_EGRESS_RECONCILE_LOOKING:
      start->reconcile = g_steal_pointer (&reconcile);
      break;
    case LK_EGRESS_RECONCILE_FOUND:
      succeed (call, start, lk_egress_reconcile_steal_info (reconcile));
      break;
    case LK_EGRESS_RECONCILE_ABSENT:
      if (start->n_lost < MAX_SENDS
          && !g_error_matches (start->loss, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        send_start (call, start, 0);
      else
        give_up (call, start, NOTHING_THERE);
      break;
    case LK_EGRESS_RECONCILE_UNKNOWN:
    default:
      give_up_looking (call, start, error);
    }
}

static void
feed_start (LkEgressCall *call, GBytes *reply, const GError *error, gpointer data)
{
  StartData *start = data;

  if (start->reconcile != NULL)
    {
      feed_listing (call, reply, error, start);
      return;
    }

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      if (start->loss != NULL)
        give_up (call, start, NOTHING_THERE);
      else
        lk_egress_call_return_error (call, g_error_copy (error));
      return;
    }

  if (start->may_fall_back && is_unknown_call (error))
    {
      start->may_fall_back = FALSE;
      start->fell_back = TRUE;
      use_v1 (start, LK_EGRESS_V1_OLD_SERVER);
      send_start (call, start, 0);
      return;
    }

  if (error == NULL)
    {
      LkEgressInfo *info = lk_egress_operation_read_info (reply);

      lk_egress_client_claim (start->client, lk_egress_info_get_egress_id (info));
      succeed (call, start, info);
    }
  else if (is_uncertain (call, error))
    {
      lose (call, start, error);
    }
  else if (may_be_taken_later (call, error))
    {
      g_autoptr (GError) refusal = explain (error);

      if (try_later (call, start, refusal))
        return;
      if (start->n_refused > 1)
        set_message (refusal, g_strdup_printf ("%s. It was tried %u times within %.0f s",
                                               refusal->message, start->n_refused,
                                               (double)(g_get_monotonic_time () - start->begun_at)
                                                   / G_TIME_SPAN_SECOND));
      lk_egress_call_return_error (call, g_steal_pointer (&refusal));
    }
  else
    {
      /* A server that knows neither form is no server of the older API, but something else. */
      if (start->fell_back && error->domain == LK_EGRESS_ERROR && !is_unknown_call (error))
        lk_egress_client_remember_v1 (start->client);
      lk_egress_call_return_error (call, explain (error));
    }
}

/* Runs the rules once, for what is wrong and for what looks wrong. */
static gboolean
check_request (const StartData *start, GError **error)
{
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  gboolean good = lk_egress_validation_check ((const Livekit__StartEgressRequest *)start->request,
                                              warnings, error);

  for (guint i = 0; i < warnings->len; i++)
    g_info ("StartEgress: %s", (const char *)g_ptr_array_index (warnings, i));

  return good;
}

/* Whether the request has something that only the older API knows. */
static gboolean
needs_v1 (const StartData *start)
{
  const Livekit__StartEgressRequest *request = (const Livekit__StartEgressRequest *)start->request;

  return request->source_case == LIVEKIT__START_EGRESS_REQUEST__SOURCE_TEMPLATE
         && request->template_->audio_mixing != LIVEKIT__AUDIO_MIXING__DEFAULT_MIXING;
}

/* In which form it goes out. */
static gboolean
choose_form (StartData *start, GError **error)
{
  LkEgressApiLevel level = lk_egress_client_get_start_level (start->client);

  if (level == LK_EGRESS_API_LEVEL_V1)
    {
      use_v1 (start, LK_EGRESS_V1_ASKED);
    }
  else if (level == LK_EGRESS_API_LEVEL_AUTO && lk_egress_client_remembers_v1 (start->client))
    {
      use_v1 (start, LK_EGRESS_V1_OLD_SERVER);
    }
  else if (level == LK_EGRESS_API_LEVEL_AUTO && needs_v1 (start))
    {
      use_v1 (start, LK_EGRESS_V1_AUDIO_MIXING);
    }
  else if (needs_v1 (start))
    {
      g_propagate_error (
          error, lk_egress_error_new (LK_EGRESS_ERROR_NOT_SUPPORTED_BY_SERVER, 0, NULL, NULL,
                                      "StartEgress, which api-level asks for, has no place for "
                                      "“template.audio_mixing”: set api-level to auto or v1, or "
                                      "give audio routes with channels in a media source"));
      return FALSE;
    }
  else
    {
      start->may_fall_back = level == LK_EGRESS_API_LEVEL_AUTO;
    }

  return TRUE;
}

/* Whether the request may be sent. */
static gboolean
prepare (StartData *start, GError **error)
{
  if (lk_egress_client_validates (start->client) && !check_request (start, error))
    return FALSE;

  return choose_form (start, error);
}

/* A UUID of random numbers. Those of g_uuid_string_random() come again in a child made by fork(),
 * and two starts of one id are one to a server that heeds it. */
static char *
new_request_id (void)
{
  guint32 random[4];

  if (getentropy (random, sizeof random) != 0)
    return g_uuid_string_random ();

  return g_strdup_printf ("%08x-%04x-4%03x-%04x-%04x%08x", random[0], random[1] >> 16,
                          random[1] & 0xfff, 0x8000 | (random[2] >> 16 & 0x3fff),
                          random[2] & 0xffff, random[3]);
}

LkEgressCall *
lk_egress_operation_start_with_retry (LkEgressClient *client,
                                      LkEgressRequest *request,
                                      GCancellable *unwanted,
                                      const LkEgressStartRetry *retry)
{
  StartData *start = g_new0 (StartData, 1);
  g_autofree char *request_id = new_request_id ();
  LkEgressCall *call;
  GError *error = NULL;

  start->client = g_object_ref (client);
  start->request = lk_egress_wire_copy (lk_egress_message_peek (LK_EGRESS_MESSAGE (request)));
  start->begun_at = g_get_monotonic_time ();
  if (retry != NULL)
    start->retry = *retry;
  start->delay = MIN (start->retry.delay, start->retry.max_delay);
  call = lk_egress_client_new_call (client, feed_start, start, (GDestroyNotify)start_data_free);
  lk_egress_call_set_request_id (call, request_id);
  lk_egress_call_hold_back (call, unwanted);

  if (prepare (start, &error))
    send_start (call, start, 0);
  else
    lk_egress_call_return_error (call, error);

  return call;
}

LkEgressCall *
lk_egress_operation_start (LkEgressClient *client, LkEgressRequest *request, GCancellable *unwanted)
{
  return lk_egress_operation_start_with_retry (client, request, unwanted, NULL);
}
