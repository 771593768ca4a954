/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-call-private.h"

#include "lk-egress-error-private.h"
#include "lk-egress-retry-private.h"
#include "lk-egress-route-private.h"
#include "lk-egress-wire-check-private.h"
#include "lk-egress-wire-json-private.h"

/* What fails and may be sent again is sent this often, with pauses of 200 and 400 ms unless the
 * server asks for longer ones. */
#define MAX_TRIES 3
#define FIRST_BACKOFF 200

#define REGIONS_TIMEOUT 2000

struct _LkEgressCall
{
  LkEgressTwirp *twirp;
  LkEgressCallSettings settings;
  LkEgressCallFeed feed;
  gpointer data;
  GDestroyNotify destroy;
  char *request_id;
  GCancellable *held_back; /* once it is cancelled */
  gint64 ends_at; /* of everything together, monotonic, 0 before the first step or for never */

  /* The exchange that is due or under way. */
  LkEgressCallKind kind;
  const char *method;
  ProtobufCMessage *request;
  const LkEgressReplyForm *form;
  guint delay;
  guint tries;
  gint64 deadline; /* monotonic, 0 before the first try */
  SoupMessage *message;
  gint64 sent_at;

  LkEgressRoute *route;  /* NULL without regions */
  gboolean asks_regions; /* the exchange under way is that */
  GError *timed_out;     /* of the region that is to be left */

  gboolean done;
  gpointer result;
  GDestroyNotify result_destroy;
  GError *error;
};

LkEgressCall *
lk_egress_call_new (LkEgressTwirp *twirp,
                    const LkEgressCallSettings *settings,
                    LkEgressCallFeed feed,
                    gpointer data,
                    GDestroyNotify destroy)
{
  LkEgressCall *self = g_new0 (LkEgressCall, 1);

  g_set_object (&self->twirp, twirp);
  self->settings = *settings;
  if (settings->regions != NULL)
    self->route = lk_egress_route_new (settings->regions);
  self->feed = feed;
  self->data = data;
  self->destroy = destroy;

  return self;
}

void
lk_egress_call_free (LkEgressCall *self)
{
  g_clear_object (&self->twirp);
  g_clear_object (&self->message);
  g_clear_pointer (&self->request, lk_egress_wire_free);
  g_free (self->request_id);
  g_clear_object (&self->held_back);
  g_clear_pointer (&self->route, lk_egress_route_free);
  g_clear_error (&self->timed_out);
  if (self->result != NULL && self->result_destroy != NULL)
    self->result_destroy (self->result);
  g_clear_error (&self->error);
  if (self->destroy != NULL)
    self->destroy (self->data);
  g_free (self);
}

void
lk_egress_call_unbound (LkEgressCall *self)
{
  self->settings.call_timeout = 0;
}

void
lk_egress_call_set_request_id (LkEgressCall *self, const char *request_id)
{
  self->request_id = g_strdup (request_id);
}

void
lk_egress_call_hold_back (LkEgressCall *self, GCancellable *cancellable)
{
  g_set_object (&self->held_back, cancellable);
}

gboolean
lk_egress_call_is_held_back (LkEgressCall *self)
{
  return g_cancellable_is_cancelled (self->held_back);
}

GCancellable *
lk_egress_call_get_hold (LkEgressCall *self)
{
  return self->kind == LK_EGRESS_CALL_ONCE ? self->held_back : NULL;
}

void
lk_egress_call_send (LkEgressCall *self,
                     LkEgressCallKind kind,
                     guint delay,
                     const char *method,
                     ProtobufCMessage *request,
                     const LkEgressReplyForm *form)
{
  if (self->done)
    {
      lk_egress_wire_free (request);
      return;
    }

  g_clear_pointer (&self->request, lk_egress_wire_free);
  self->kind = kind;
  self->method = method;
  self->request = request;
  self->form = form;
  self->delay = delay * self->settings.time_scale;
  self->tries = 0;
  self->deadline = 0;
  /* A start that is sent again is the same thing still. */
  if (self->route != NULL)
    lk_egress_route_begin (self->route, kind == LK_EGRESS_CALL_ONCE);
}

void
lk_egress_call_return (LkEgressCall *self, gpointer result, GDestroyNotify destroy)
{
  if (self->done)
    {
      if (destroy != NULL)
        destroy (result);
      return;
    }

  self->result = result;
  self->result_destroy = destroy;
  self->done = TRUE;
}

void
lk_egress_call_return_error (LkEgressCall *self, GError *error)
{
  if (self->done)
    {
      g_error_free (error);
      return;
    }

  self->error = error;
  self->done = TRUE;
}

/* Milliseconds until the time has passed, at least 1; 0 when there is none. */
static guint
get_time_until (gint64 time)
{
  if (time == 0)
    return 0;

  return MAX ((time - g_get_monotonic_time () + 999) / 1000, 1);
}

/* The earlier of the deadlines of the exchange and of the call. */
static guint
get_time_left (LkEgressCall *self)
{
  guint of_exchange = get_time_until (self->settings.timeout > 0 ? self->deadline : 0);
  guint of_call = get_time_until (self->ends_at);

  if (of_exchange == 0 || of_call == 0)
    return MAX (of_exchange, of_call);

  return MIN (of_exchange, of_call);
}

/* Whether the time of the whole call is over in so many milliseconds. */
static gboolean
ends_within (LkEgressCall *self, guint milliseconds)
{
  return self->ends_at != 0
         && g_get_monotonic_time () + milliseconds * G_TIME_SPAN_MILLISECOND >= self->ends_at;
}

static void
return_time_over (LkEgressCall *self)
{
  lk_egress_call_return_error (
      self, g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                         "%s was not over within the %u ms that the property call-timeout of the "
                         "client gives to a whole call",
                         self->method, self->settings.call_timeout));
}

static GBytes *
encode_request (LkEgressCall *self)
{
  g_autofree char *json = NULL;
  gsize length;

  if (!self->settings.json)
    return lk_egress_wire_pack (self->request);

  json = lk_egress_wire_to_json (self->request, LK_EGRESS_WIRE_JSON_PROTO_NAMES);
  length = strlen (json);

  return g_bytes_new_take (g_steal_pointer (&json), length);
}

static SoupMessage *
build_message (LkEgressCall *self, GError **error)
{
  g_autoptr (GBytes) body = encode_request (self);
  LkEgressTwirpFlags flags = LK_EGRESS_TWIRP_NONE;
  SoupMessage *message;

  if (self->settings.json)
    flags |= LK_EGRESS_TWIRP_JSON;
  if (self->kind != LK_EGRESS_CALL_ONCE)
    flags |= LK_EGRESS_TWIRP_IDEMPOTENT;

  message = lk_egress_twirp_build (self->twirp, self->method, flags, body, error);
  if (message == NULL)
    return NULL;

  if (self->request_id != NULL && self->kind == LK_EGRESS_CALL_ONCE)
    soup_message_headers_replace (soup_message_get_request_headers (message),
                                  "X-Livekit-Request-Id", self->request_id);
  if (self->route != NULL)
    lk_egress_route_apply (self->route, message);

  return message;
}

/* Regions */

static void
hand_over (LkEgressCall *self, GBytes *reply, const GError *error)
{
  g_clear_pointer (&self->request, lk_egress_wire_free);
  self->feed (self, reply, error, self->data);
  g_assert (self->done || self->request != NULL);
}

/* To another region, with all its time anew. If there is none, the same is tried again, unless it
 * has had its time. */
static void
change_region (LkEgressCall *self)
{
  g_autoptr (GError) timed_out = g_steal_pointer (&self->timed_out);

  if (lk_egress_route_change (self->route))
    self->deadline = 0;
  else if (timed_out != NULL)
    hand_over (self, NULL, timed_out);
}

static LkEgressStep
ask_regions (LkEgressCall *self, SoupMessage **message, guint *milliseconds)
{
  GError *error = NULL;

  g_clear_object (&self->message);
  self->message = lk_egress_twirp_build_get (self->twirp, LK_EGRESS_REGIONS_PATH, &error);
  if (self->message == NULL)
    {
      lk_egress_call_return_error (self, error);
      return LK_EGRESS_STEP_DONE;
    }

  self->asks_regions = TRUE;
  *message = self->message;
  *milliseconds = self->ends_at == 0 ? REGIONS_TIMEOUT
                                     : MIN (REGIONS_TIMEOUT, get_time_until (self->ends_at));

  return LK_EGRESS_STEP_SEND;
}

/* Takes the error over. */
static void
feed_regions (LkEgressCall *self, GBytes *body, GError *transport_error)
{
  g_autoptr (GError) error = transport_error;

  self->asks_regions = FALSE;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      lk_egress_call_return_error (self, g_steal_pointer (&error));
      return;
    }

  if (body != NULL)
    lk_egress_regions_learn (self->settings.regions, self->message, body);
  change_region (self);
}

static void
hand_over_held_back (LkEgressCall *self)
{
  g_autoptr (GError) error
      = g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                     "%s was cancelled before it was sent, or sent again", self->method);

  hand_over (self, NULL, error);
}

LkEgressStep
lk_egress_call_next (LkEgressCall *self, SoupMessage **message, guint *milliseconds)
{
  GError *error = NULL;

  if (!self->done && self->kind == LK_EGRESS_CALL_ONCE && lk_egress_call_is_held_back (self))
    hand_over_held_back (self);
  if (self->done)
    return LK_EGRESS_STEP_DONE;

  g_assert (self->request != NULL);

  if (self->ends_at == 0 && self->settings.call_timeout > 0)
    self->ends_at = g_get_monotonic_time () + self->settings.call_timeout * G_TIME_SPAN_MILLISECOND;
  if (ends_within (self, self->delay))
    {
      return_time_over (self);
      return LK_EGRESS_STEP_DONE;
    }

  if (self->delay > 0)
    {
      *milliseconds = self->delay;
      self->delay = 0;
      return LK_EGRESS_STEP_WAIT;
    }

  if (self->route != NULL && lk_egress_route_wants_change (self->route))
    {
      if (!lk_egress_regions_is_fresh (self->settings.regions))
        return ask_regions (self, message, milliseconds);

      change_region (self);
      return lk_egress_call_next (self, message, milliseconds);
    }

  g_clear_object (&self->message);
  self->message = build_message (self, &error);
  if (self->message == NULL)
    {
      lk_egress_call_return_error (self, error);
      return LK_EGRESS_STEP_DONE;
    }

  self->sent_at = g_get_monotonic_time ();
  if (self->deadline == 0)
    self->deadline = self->sent_at + self->settings.timeout * G_TIME_SPAN_MILLISECOND;
  self->tries++;
  *message = self->message;
  *milliseconds = get_time_left (self);

  return LK_EGRESS_STEP_SEND;
}

static GBytes *
pack_json (const ProtobufCMessageDescriptor *type, GBytes *body, GError **error)
{
  gsize length;
  const char *json = g_bytes_get_data (body, &length);
  ProtobufCMessage *message = lk_egress_wire_from_json (type, json, length, error);
  GBytes *packed;

  if (message == NULL)
    return NULL;
  packed = lk_egress_wire_pack (message);
  lk_egress_wire_free (message);

  return packed;
}

/* The body as a packed message of the form asked for. */
static GBytes *
decode_body (LkEgressCall *self, GBytes *body, GError **error)
{
  const LkEgressReplyForm *form = self->form;
  g_autoptr (GBytes) packed = NULL;

  if (form->max_size > 0 && g_bytes_get_size (body) > form->max_size)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "it has %" G_GSIZE_FORMAT " bytes, and %" G_GSIZE_FORMAT " is the most",
                   g_bytes_get_size (body), form->max_size);
      return NULL;
    }

  if (self->settings.json)
    packed = pack_json (form->type, body, error);
  else if (lk_egress_wire_check (form->type, body, error))
    packed = g_bytes_ref (body);

  return packed != NULL && form->check (packed, error) ? g_steal_pointer (&packed) : NULL;
}

/* The reply as the operation gets it. */
static GBytes *
check_reply (LkEgressCall *self, GBytes *body, GError **error)
{
  g_autoptr (GBytes) checked = NULL;
  g_autoptr (GError) local = NULL;
  GBytes *reply;

  checked = lk_egress_twirp_check (self->message, body, error);
  if (checked == NULL)
    return NULL;

  reply = decode_body (self, checked, &local);
  if (reply == NULL)
    {
      g_autofree char *text = g_strdup_printf ("The answer to %s could not be decoded: %s",
                                               self->method, local->message);

      g_propagate_error (error, lk_egress_error_new (LK_EGRESS_ERROR_BAD_REPLY,
                                                     soup_message_get_status (self->message), NULL,
                                                     NULL, text));
    }

  return reply;
}

static void
log_exchange (LkEgressCall *self, const GError *error)
{
  g_autofree char *request = NULL;
  g_autofree char *code = NULL;

  if (g_log_writer_default_would_drop (G_LOG_LEVEL_DEBUG, G_LOG_DOMAIN))
    return;

  request = lk_egress_wire_to_json (self->request, LK_EGRESS_WIRE_JSON_REDACTED);
  if (error == NULL)
    code = g_strdup ("ok");
  else if (error->domain == LK_EGRESS_ERROR)
    code = g_strdup (lk_egress_error_to_code (error->code));
  else
    code = g_strdup_printf ("%s %d", g_quark_to_string (error->domain), error->code);

  g_debug ("%s %s: %s, %" G_GINT64_FORMAT " ms", self->method, request, code,
           (g_get_monotonic_time () - self->sent_at) / 1000);
}

static gboolean
may_be_sent_again (LkEgressCall *self, const GError *error)
{
  gboolean elsewhere = self->route != NULL && lk_egress_route_may_change (self->route)
                       && lk_egress_retry_is_of_region (error);

  switch (self->kind)
    {
    case LK_EGRESS_CALL_READ:
      return elsewhere || lk_egress_retry_is_transient (error);
    case LK_EGRESS_CALL_REPEATABLE:
      return elsewhere || lk_egress_retry_is_lost (error);
    case LK_EGRESS_CALL_ONCE:
    default:
      return (elsewhere || lk_egress_retry_is_transient (error)) && !lk_egress_call_was_sent (self);
    }
}

/* Sets up the next try of what failed, unless that makes no sense. */
static gboolean
try_again (LkEgressCall *self, const GError *error)
{
  guint delay;

  if (self->tries >= MAX_TRIES || !may_be_sent_again (self, error))
    return FALSE;

  delay = lk_egress_retry_get_after (self->message);
  if (delay == 0)
    delay = FIRST_BACKOFF << (self->tries - 1);
  delay *= self->settings.time_scale;
  if (ends_within (self, delay))
    return FALSE;
  /* Another region has its own time. */
  if (self->route == NULL && self->settings.timeout > 0 && delay >= get_time_until (self->deadline))
    return FALSE;

  self->delay = delay;
  g_clear_error (&self->timed_out);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    self->timed_out = g_error_copy (error);

  return TRUE;
}

void
lk_egress_call_feed (LkEgressCall *self, GBytes *body, GError *transport_error)
{
  g_autoptr (GError) error = transport_error;
  g_autoptr (GBytes) reply = NULL;

  if (self->asks_regions)
    {
      feed_regions (self, body, g_steal_pointer (&error));
      return;
    }

  if (body != NULL)
    reply = check_reply (self, body, &error);

  log_exchange (self, error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      lk_egress_call_return_error (self, g_steal_pointer (&error));
      return;
    }
  if (error != NULL && ends_within (self, 0))
    {
      return_time_over (self);
      return;
    }
  if (error != NULL && self->route != NULL && lk_egress_retry_is_of_region (error))
    lk_egress_route_failed (self->route);
  if (error != NULL && try_again (self, error))
    return;

  hand_over (self, reply, error);
}

gboolean
lk_egress_call_was_sent (LkEgressCall *self)
{
  return lk_egress_twirp_was_sent (self->message);
}

gint64
lk_egress_call_get_sent_at (LkEgressCall *self)
{
  return self->sent_at;
}

gint64
lk_egress_call_get_server_time (LkEgressCall *self)
{
  const char *text
      = soup_message_headers_get_one (soup_message_get_response_headers (self->message), "Date");
  g_autoptr (GDateTime) date = text != NULL ? soup_date_time_new_from_http_string (text) : NULL;

  return date != NULL ? g_date_time_to_unix (date) * G_USEC_PER_SEC : 0;
}

gboolean
lk_egress_call_has_regions (LkEgressCall *self)
{
  return self->route != NULL;
}

gboolean
lk_egress_call_is_done (LkEgressCall *self)
{
  return self->done;
}

gpointer
lk_egress_call_take_result (LkEgressCall *self, GDestroyNotify *destroy, GError **error)
{
  g_assert (self->done);

  if (self->error != NULL)
    g_propagate_error (error, g_steal_pointer (&self->error));
  if (destroy != NULL)
    *destroy = self->result_destroy;

  return g_steal_pointer (&self->result);
}

LkEgressTwirp *
lk_egress_call_get_twirp (LkEgressCall *self)
{
  return self->twirp;
}
