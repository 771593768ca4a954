/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-stop-private.h"

#include "livekit_egress.pb-c.h"
#include "lk-egress-error-private.h"
#include "lk-egress-operations-private.h"
#include "lk-egress-retry-private.h"
#include "lk-egress-wire-bytes-private.h"

/* An egress that runs is asked so often. One that is starting is asked more often, for a worker
 * that waits for its media hears nothing: for a minute at least, and five if each answer takes as
 * long as that of a real server does. */
#define MAX_TRIES 3
#define MAX_SENDS 16

/* Milliseconds before a stop is sent again: from the first on twice as long each time. */
#define FIRST_PAUSE 500
#define MAX_PAUSE 5000

typedef struct
{
  char *egress_id;
  LkEgressStopTell tell;
  gpointer data;
  GDestroyNotify destroy;

  gboolean was_ending; /* as far as was known when the stop was sent */
  gboolean is_ending;
  guint sends;
  guint tries;     /* of them, those that an egress that runs should have heard */
  GError *refusal; /* of the last, while it is looked what came of it */
} Stop;

static void
stop_free (Stop *stop)
{
  g_free (stop->egress_id);
  if (stop->destroy != NULL)
    stop->destroy (stop->data);
  g_clear_error (&stop->refusal);
  g_free (stop);
}

static gboolean
is_ending (LkEgressInfo *info)
{
  return lk_egress_info_get_status (info) == LK_EGRESS_STATUS_ENDING
         || lk_egress_info_is_final (info);
}

static void
hear (Stop *stop, LkEgressInfo *info, const GError *unheard)
{
  if (info != NULL)
    stop->is_ending = is_ending (info);
  if (stop->tell != NULL)
    stop->tell (info, unheard, stop->data);
}

static void
send_stop (LkEgressCall *call, Stop *stop)
{
  ProtobufCMessage *request = lk_egress_wire_new (&livekit__stop_egress_request__descriptor);
  guint delay = stop->sends == 0 ? 0 : MIN (FIRST_PAUSE << (stop->sends - 1), MAX_PAUSE);

  ((Livekit__StopEgressRequest *)request)->egress_id = g_strdup (stop->egress_id);
  g_clear_error (&stop->refusal);
  stop->was_ending = stop->is_ending;
  stop->sends++;
  lk_egress_operation_send_change (call, LK_EGRESS_CALL_REPEATABLE, delay, "StopEgress", request);
}

/* Takes the info over. */
static void
succeed (LkEgressCall *call, LkEgressInfo *info)
{
  lk_egress_call_return (call, info, g_object_unref);
}

static LkEgressInfo *
read_answer (Stop *stop, GBytes *reply, GError **error)
{
  g_autoptr (LkEgressInfo) info = lk_egress_operation_read_info (reply);

  if (g_strcmp0 (lk_egress_info_get_egress_id (info), stop->egress_id) == 0)
    return g_steal_pointer (&info);

  g_propagate_error (error,
                     lk_egress_error_new (LK_EGRESS_ERROR_BAD_REPLY, 0, NULL, NULL,
                                          "The answer to StopEgress is about another egress than "
                                          "the one that was to be stopped"));

  return NULL;
}

/* Whether the egress may be ending, or will be asked for it with more luck. */
static gboolean
is_worth_a_look (const GError *error)
{
  return lk_egress_retry_may_recover (error)
         || g_error_matches (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_FAILED_PRECONDITION)
         || g_error_matches (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
}

static void
feed_answer (LkEgressCall *call, Stop *stop, GBytes *reply, const GError *error)
{
  g_autoptr (LkEgressInfo) info = NULL;

  if (error == NULL)
    info = read_answer (stop, reply, &stop->refusal);
  else
    stop->refusal = g_error_copy (error);

  if (info != NULL)
    {
      hear (stop, info, NULL);
      succeed (call, g_steal_pointer (&info));
    }
  else if (is_worth_a_look (stop->refusal))
    lk_egress_operation_send_get (call, 0, stop->egress_id);
  else
    lk_egress_call_return_error (call, g_steal_pointer (&stop->refusal));
}

/* The server itself says that no worker answered. */
static gboolean
was_unheard (Stop *stop)
{
  return g_error_matches (stop->refusal, LK_EGRESS_ERROR, LK_EGRESS_ERROR_DEADLINE_EXCEEDED)
         || g_error_matches (stop->refusal, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNAVAILABLE);
}

/* The egress goes on as far as is known; info is NULL if the server could not be asked. */
static void
try_again (LkEgressCall *call, Stop *stop, LkEgressInfo *info)
{
  gboolean starting = info != NULL && lk_egress_info_get_status (info) == LK_EGRESS_STATUS_STARTING;

  /* A worker knows that the egress is over a moment before the server does, and refuses then. */
  if (!starting || !lk_egress_retry_may_recover (stop->refusal))
    stop->tries++;
  if (stop->tries < MAX_TRIES && stop->sends < MAX_SENDS)
    {
      send_stop (call, stop);
      return;
    }

  if (info != NULL && !starting && was_unheard (stop))
    hear (stop, info, stop->refusal);
  lk_egress_call_return_error (call, g_steal_pointer (&stop->refusal));
}

static void
feed_look (LkEgressCall *call, Stop *stop, GBytes *reply, const GError *error)
{
  g_autoptr (LkEgressInfo) info = NULL;
  g_autoptr (GError) missing = NULL;

  if (error == NULL)
    info = lk_egress_operation_read_listed (reply, stop->egress_id, &missing);
  else if (g_error_matches (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND))
    missing = g_error_copy (error);

  if (missing != NULL)
    {
      hear (stop, NULL, NULL);
      lk_egress_call_return_error (call, g_steal_pointer (&missing));
      return;
    }

  if (info != NULL)
    hear (stop, info, NULL);
  if (info == NULL || !stop->is_ending)
    {
      try_again (call, stop, info);
      return;
    }

  if (stop->was_ending && !lk_egress_info_is_final (info) && was_unheard (stop))
    hear (stop, info, stop->refusal);
  succeed (call, g_steal_pointer (&info));
}

static void
feed (LkEgressCall *call, GBytes *reply, const GError *error, gpointer data)
{
  Stop *stop = data;

  if (stop->refusal == NULL)
    feed_answer (call, stop, reply, error);
  else
    feed_look (call, stop, reply, error);
}

LkEgressCall *
lk_egress_stop_new_call (LkEgressClient *client,
                         const char *egress_id,
                         LkEgressInfo *known,
                         LkEgressStopTell tell,
                         gpointer data,
                         GDestroyNotify destroy)
{
  Stop *stop = g_new0 (Stop, 1);
  LkEgressCall *call;

  stop->egress_id = g_strdup (egress_id);
  stop->tell = tell;
  stop->data = data;
  stop->destroy = destroy;
  stop->is_ending = known != NULL && is_ending (known);

  call = lk_egress_client_new_call (client, feed, stop, (GDestroyNotify)stop_free);
  if (lk_egress_operation_check_id (call, egress_id))
    send_stop (call, stop);

  return call;
}
