/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-reconcile-private.h"

#include "lk-egress-message-private.h"
#include "lk-egress-operations-private.h"
#include "lk-egress-page-private.h"
#include "lk-egress-redact-message-private.h"
#include "lk-egress-redact.h"
#include "lk-egress-retry-private.h"
#include "lk-egress-v1-write-private.h"
#include "lk-egress-wire-field-private.h"

/* Milliseconds before each listing. */
static const guint pauses[] = { 250, 500, 1000, 2000, 2000 };

/* How long after it was begun a start of another process may lead to an egress, microseconds: the
 * server looks for a worker for half a minute, after other tries perhaps. */
#define START_TIME (60 * G_USEC_PER_SEC)

/* A listing of more pages than this is not read to its end. */
#define MAX_PAGES 1000

/* How far the clocks of the server and its workers may be apart, microseconds. */
#define SLACK (3 * G_USEC_PER_SEC)

struct _LkEgressReconcile
{
  LkEgressClient *client; /* of the call, which lives longer */
  GPtrArray *sent;        /* the message in each form that it may have been sent in */
  char *room_name;
  GPtrArray *urls;
  gint64 sent_at; /* monotonic */
  gboolean past;  /* by another process; the rest is redacted then */

  guint looks; /* listings that were asked for */
  guint max_looks;
  guint pages;           /* of this listing */
  GPtrArray *candidates; /* in it, of LkEgressInfo */
  LkEgressInfo *found;
};

static void
add_stream_urls (GPtrArray *urls, const Livekit__StreamOutput *stream)
{
  for (gsize i = 0; i < stream->n_urls; i++)
    g_ptr_array_add (urls, g_strdup (stream->urls[i]));
  for (gsize i = 0; i < stream->n_destinations; i++)
    g_ptr_array_add (urls, g_strdup (stream->destinations[i]->url));
}

static LkEgressReconcile *
new_reconcile (LkEgressClient *client, const Livekit__StartEgressRequest *request, gint64 sent_at)
{
  LkEgressReconcile *self = g_new0 (LkEgressReconcile, 1);

  self->client = client;
  self->sent = g_ptr_array_new_with_free_func ((GDestroyNotify)lk_egress_wire_free);
  self->room_name = g_strdup (request->room_name);
  self->urls = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; i < request->n_outputs; i++)
    {
      if (request->outputs[i]->config_case == LIVEKIT__OUTPUT__CONFIG_STREAM)
        add_stream_urls (self->urls, request->outputs[i]->stream);
    }
  self->sent_at = sent_at;
  self->candidates = g_ptr_array_new_with_free_func (g_object_unref);

  return self;
}

LkEgressReconcile *
lk_egress_reconcile_new (LkEgressClient *client,
                         const Livekit__StartEgressRequest *request,
                         const ProtobufCMessage *sent,
                         gint64 sent_at)
{
  LkEgressReconcile *self = new_reconcile (client, request, sent_at);

  g_ptr_array_add (self->sent, lk_egress_wire_copy (sent));

  return self;
}

LkEgressReconcile *
lk_egress_reconcile_new_for_past (LkEgressClient *client,
                                  const Livekit__StartEgressRequest *redacted,
                                  gint64 started_at)
{
  gint64 age = g_get_real_time () - started_at;
  LkEgressReconcile *self = new_reconcile (client, redacted, g_get_monotonic_time () - age);
  const char *method;
  ProtobufCMessage *older = lk_egress_v1_write (redacted, LK_EGRESS_V1_OLD_SERVER, &method, NULL);

  self->past = TRUE;
  g_ptr_array_add (self->sent, lk_egress_wire_copy (&redacted->base));
  if (older != NULL)
    g_ptr_array_add (self->sent, older);

  return self;
}

void
lk_egress_reconcile_free (LkEgressReconcile *self)
{
  g_ptr_array_unref (self->sent);
  g_free (self->room_name);
  g_ptr_array_unref (self->urls);
  g_ptr_array_unref (self->candidates);
  g_clear_object (&self->found);
  g_free (self);
}

static void
look (LkEgressReconcile *self, LkEgressCall *call, guint delay)
{
  self->looks++;
  self->pages = 1;
  g_ptr_array_set_size (self->candidates, 0);
  /* One that failed at once has its info too, so not only the active ones. */
  lk_egress_operation_send_list (call, delay, NULL, self->room_name, FALSE, NULL);
}

void
lk_egress_reconcile_begin (LkEgressReconcile *self, LkEgressCall *call, gboolean once)
{
  self->looks = 0;
  self->max_looks = once ? 1 : G_N_ELEMENTS (pauses);
  look (self, call, once ? 0 : pauses[0]);
}

/* The request that the info shows, NULL if it shows none or of a kind not known here. */
static const ProtobufCMessage *
get_request (const Livekit__EgressInfo *info)
{
  const ProtobufCFieldDescriptor *field;

  if (info->request_case == LIVEKIT__EGRESS_INFO__REQUEST__NOT_SET)
    return NULL;

  field = protobuf_c_message_descriptor_get_field (info->base.descriptor, info->request_case);

  return field != NULL ? *(ProtobufCMessage **)lk_egress_wire_slot (&info->base, field) : NULL;
}

static gboolean
is_our_request (LkEgressReconcile *self, const Livekit__EgressInfo *info)
{
  const ProtobufCMessage *request = get_request (info);

  for (guint i = 0; request != NULL && i < self->sent->len; i++)
    {
      if (lk_egress_redact_matches_message (request, g_ptr_array_index (self->sent, i)))
        return TRUE;
    }

  return FALSE;
}

/* Addresses of SRT and of websockets are shown whole, and the passphrase in them often tells one
 * request from the next. */
static gboolean
has_our_streams (LkEgressReconcile *self, const Livekit__EgressInfo *info)
{
  for (gsize i = 0; i < info->n_stream_results; i++)
    {
      const char *url = info->stream_results[i]->url;
      g_autofree char *redacted = self->past ? lk_egress_redact_url (url) : NULL;

      if (*url != '\0' && strchr (url, '{') == NULL
          && !g_ptr_array_find_with_equal_func (self->urls, self->past ? redacted : url,
                                                g_str_equal, NULL))
        return FALSE;
    }

  return TRUE;
}

/* When the request was sent, by the clock of the server and at the latest, in its nanoseconds. The
 * answer to the listing has its time, rounded down; without that the own clock is the best there
 * is. */
static gint64
get_earliest (LkEgressReconcile *self, LkEgressCall *call)
{
  gint64 now = lk_egress_call_get_server_time (call);

  if (now == 0)
    now = g_get_real_time ();

  return (now - (g_get_monotonic_time () - self->sent_at) - SLACK) * 1000;
}

static gboolean
is_ours (LkEgressReconcile *self, LkEgressInfo *info, gint64 earliest)
{
  const ProtobufCMessage *message = lk_egress_message_peek (LK_EGRESS_MESSAGE (info));
  const Livekit__EgressInfo *shown = (const Livekit__EgressInfo *)message;

  if (shown->started_at < earliest)
    return FALSE;
  /* It may be of an earlier run with the same request. */
  if (self->past && shown->ended_at > 0)
    return FALSE;
  if (self->past && shown->started_at > earliest + (gint64)1000 * (START_TIME + 2 * SLACK))
    return FALSE;

  return is_our_request (self, shown) && has_our_streams (self, shown);
}

static void
collect (LkEgressReconcile *self, LkEgressCall *call, GBytes *page)
{
  gint64 earliest = get_earliest (self, call);
  LkEgressWireSpan rest = lk_egress_wire_span (page);
  LkEgressWireSpan item;

  while (lk_egress_page_next_item (&rest, &item))
    {
      g_autoptr (LkEgressInfo) info = lk_egress_operation_read_span (item);

      if (is_ours (self, info, earliest))
        g_ptr_array_add (self->candidates, g_steal_pointer (&info));
    }
}

/* The newest first. */
static int
compare_by_age (gconstpointer a, gconstpointer b)
{
  gint64 first = lk_egress_info_get_started_at (*(LkEgressInfo *const *)a);
  gint64 second = lk_egress_info_get_started_at (*(LkEgressInfo *const *)b);

  return (first < second) - (first > second);
}

static int
compare_by_age_reversed (gconstpointer a, gconstpointer b)
{
  return compare_by_age (b, a);
}

static gboolean
choose (LkEgressReconcile *self)
{
  g_ptr_array_sort (self->candidates, self->past ? compare_by_age_reversed : compare_by_age);
  for (guint i = 0; i < self->candidates->len; i++)
    {
      LkEgressInfo *info = g_ptr_array_index (self->candidates, i);
      const char *egress_id = lk_egress_info_get_egress_id (info);

      if (egress_id != NULL && lk_egress_client_claim (self->client, egress_id))
        {
          self->found = g_object_ref (info);
          return TRUE;
        }
    }

  return FALSE;
}

static gboolean
may_look_again (LkEgressReconcile *self, const GError *error)
{
  if (error != NULL && !lk_egress_retry_is_transient (error))
    return FALSE;
  if (self->past && g_get_monotonic_time () - self->sent_at < START_TIME)
    return TRUE;

  return self->looks < self->max_looks;
}

LkEgressReconcileOutcome
lk_egress_reconcile_feed (LkEgressReconcile *self,
                          LkEgressCall *call,
                          GBytes *reply,
                          const GError *error)
{
  if (error == NULL)
    {
      g_autofree char *token = lk_egress_page_dup_next_token (reply);

      collect (self, call, reply);
      if (token != NULL && self->pages < MAX_PAGES)
        {
          self->pages++;
          lk_egress_operation_send_list (call, 0, NULL, self->room_name, FALSE, token);
          return LK_EGRESS_RECONCILE_LOOKING;
        }
      if (choose (self))
        return LK_EGRESS_RECONCILE_FOUND;
    }

  if (may_look_again (self, error))
    {
      look (self, call, pauses[MIN (self->looks, G_N_ELEMENTS (pauses) - 1)]);
      return LK_EGRESS_RECONCILE_LOOKING;
    }

  return error == NULL ? LK_EGRESS_RECONCILE_ABSENT : LK_EGRESS_RECONCILE_UNKNOWN;
}

LkEgressInfo *
lk_egress_reconcile_steal_info (LkEgressReconcile *self)
{
  return g_steal_pointer (&self->found);
}
