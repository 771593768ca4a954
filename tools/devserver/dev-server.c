/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-server.h"

#include <string.h>

#include "dev-token.h"
#include "lk-egress-wire-json-private.h"

#define TWIRP_PATH "/twirp/livekit.Egress/"
#define TEXT "text/plain; charset=utf-8"
#define MAX_BODY (4 * 1024 * 1024)

struct _DevServer
{
  DevService *service;
  char *api_key;
  char *api_secret;
  SoupServer *soup;
  GHashTable *calls;  /* of DevCall that are not answered yet */
  JsonObject *counts; /* method -> number of calls */
  JsonObject *last_headers;
};

/* One call of the service on its way through its fault. */
typedef struct
{
  DevServer *server;
  DevCall *call; /* owns this */
  DevFault *fault;
  char *method;
  gboolean may_record;
  guint timer;
} Visit;

static void
visit_free (Visit *visit)
{
  g_clear_handle_id (&visit->timer, g_source_remove);
  g_clear_pointer (&visit->fault, dev_fault_unref);
  g_free (visit->method);
  g_free (visit);
}

static void
visit_handle (Visit *visit)
{
  const DevFault *fault = visit->fault;

  if (fault != NULL && fault->cut == DEV_CUT_BEFORE)
    dev_call_cut (visit->call);
  else if (fault != NULL && fault->body != NULL)
    dev_call_answer (visit->call, fault->status, fault->content_type, fault->body);
  else
    dev_service_handle (visit->server->service, visit->method, visit->may_record, visit->call);
}

static gboolean
visit_delayed (gpointer user_data)
{
  Visit *visit = user_data;

  visit->timer = 0;
  visit_handle (visit);
  return G_SOURCE_REMOVE;
}

static void
on_answered (DevServer *self, DevCall *call)
{
  SoupServerMessage *message = dev_call_get_message (call);
  const char *path = g_uri_get_path (soup_server_message_get_uri (message));
  /* Those who wait for something ask all the time. */
  gboolean poll = g_str_has_suffix (path, "/ListEgress") || g_str_equal (path, "/devserver/state");

  g_log (G_LOG_DOMAIN, poll ? G_LOG_LEVEL_DEBUG : G_LOG_LEVEL_MESSAGE, "%s %s %u",
         soup_server_message_get_method (message), path, soup_server_message_get_status (message));
  g_hash_table_remove (self->calls, call);
}

static DevCall *
new_call (DevServer *self, SoupServerMessage *message)
{
  DevCall *call = dev_call_new (message);

  g_hash_table_add (self->calls, call);
  g_signal_connect_swapped (call, "answered", G_CALLBACK (on_answered), self);
  return call;
}

static void
add_header (const char *name, const char *value, gpointer user_data)
{
  gboolean secret = g_ascii_strcasecmp (name, "Authorization") == 0;

  json_object_set_string_member (user_data, name, secret ? "Bearer <redacted>" : value);
}

static void
count (DevServer *self, const char *method, SoupServerMessage *message)
{
  gint64 calls = json_object_get_int_member_with_default (self->counts, method, 0);

  json_object_set_int_member (self->counts, method, calls + 1);
  json_object_unref (self->last_headers);
  self->last_headers = json_object_new ();
  soup_message_headers_foreach (soup_server_message_get_request_headers (message), add_header,
                                self->last_headers);
}

/* /twirp */

static void
refuse_route (DevCall *call, const char *text)
{
  SoupServerMessage *message = dev_call_get_message (call);
  g_autofree char *route = g_strdup_printf ("%s %s", soup_server_message_get_method (message),
                                            g_uri_get_path (soup_server_message_get_uri (message)));

  dev_call_answer_twirp (call, "bad_route", text, "twirp_invalid_route", route);
}

/* What the Twirp runtime checks before a method sees the call. */
static gboolean
check_route (DevCall *call, const char *path, const char *method)
{
  const char *verb = soup_server_message_get_method (dev_call_get_message (call));
  g_autofree char *type = dev_call_get_content_type (call);
  g_autofree char *text = NULL;

  if (!g_str_equal (verb, "POST"))
    text = g_strdup_printf ("unsupported method \"%s\" (only POST is allowed)", verb);
  else if (!dev_service_has_method (method))
    text = g_strdup_printf ("no handler for path \"%s\"", path);
  else if (!g_str_equal (type, "application/json") && !g_str_equal (type, "application/protobuf"))
    text = g_strdup_printf ("unexpected Content-Type: \"%s\"", type);
  if (text != NULL)
    refuse_route (call, text);
  return text == NULL;
}

static void
visit_start (DevServer *self, DevCall *call, const char *method, gboolean may_record)
{
  Visit *visit = g_new0 (Visit, 1);

  visit->server = self;
  visit->call = call;
  visit->fault = dev_faults_take (self->service->faults, method);
  visit->method = g_strdup (method);
  visit->may_record = may_record;
  g_object_set_data_full (G_OBJECT (call), "visit", visit, (GDestroyNotify)visit_free);
  if (visit->fault != NULL)
    dev_call_set_fault (call, visit->fault);
  if (visit->fault != NULL && visit->fault->delay > 0)
    visit->timer = g_timeout_add (visit->fault->delay, visit_delayed, visit);
  else
    visit_handle (visit);
}

static void
on_twirp (SoupServer *soup,
          SoupServerMessage *message,
          const char *path,
          GHashTable *query,
          gpointer user_data)
{
  DevServer *self = user_data;
  g_autoptr (DevCall) call = g_object_ref (new_call (self, message));
  const char *authorization = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "Authorization");
  gboolean may_record;
  g_autofree char *refusal = NULL;

  if (!dev_token_check (authorization, self->api_key, self->api_secret,
                        g_get_real_time () / G_USEC_PER_SEC, &may_record, &refusal))
    dev_call_answer_text (call, 401, TEXT, refusal);
  else if (!g_str_has_prefix (path, TWIRP_PATH))
    dev_call_answer_text (call, 404, TEXT, "404 page not found\n");
  else if (check_route (call, path, path + strlen (TWIRP_PATH)))
    {
      count (self, path + strlen (TWIRP_PATH), message);
      visit_start (self, call, path + strlen (TWIRP_PATH), may_record);
    }
}

/* /devserver */

static void
on_faults (SoupServer *soup,
           SoupServerMessage *message,
           const char *path,
           GHashTable *query,
           gpointer user_data)
{
  DevServer *self = user_data;
  g_autoptr (DevCall) call = g_object_ref (new_call (self, message));
  const char *verb = soup_server_message_get_method (message);
  g_autoptr (GError) error = NULL;

  if (g_str_equal (verb, "DELETE"))
    {
      dev_faults_clear (self->service->faults);
      dev_call_answer_text (call, 200, TEXT, "");
    }
  else if (g_str_equal (verb, "POST"))
    {
      g_autoptr (GBytes) body
          = soup_message_body_flatten (soup_server_message_get_request_body (message));
      gsize size;
      const char *data = g_bytes_get_data (body, &size);

      if (dev_faults_add (self->service->faults, data != NULL ? data : "", size, &error))
        dev_call_answer_text (call, 200, TEXT, "");
      else
        dev_call_answer_text (call, 400, TEXT, error->message);
    }
  else
    dev_call_answer_text (call, 405, TEXT, "Use POST or DELETE");
}

static JsonNode *
get_egress_node (DevEgress *egress)
{
  Livekit__EgressInfo *info = dev_egress_dup_info (egress);
  g_autofree char *json = lk_egress_wire_to_json (&info->base, LK_EGRESS_WIRE_JSON_PROTO_NAMES
                                                                   | LK_EGRESS_WIRE_JSON_DEFAULTS);

  lk_egress_wire_free (&info->base);
  return json_from_string (json, NULL);
}

static char *
get_state (DevServer *self)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonObject) state = json_object_new ();
  JsonArray *egresses = json_array_new ();
  const GPtrArray *all = dev_registry_get_all (self->service->registry);

  for (guint i = 0; i < all->len; i++)
    json_array_add_element (egresses, get_egress_node (g_ptr_array_index (all, i)));
  json_object_set_object_member (state, "calls", json_object_ref (self->counts));
  json_object_set_array_member (state, "egresses", egresses);
  json_object_set_object_member (state, "webhooks", dev_webhooks_count (self->service->webhooks));
  json_object_set_object_member (state, "last_headers", json_object_ref (self->last_headers));
  json_node_set_object (root, state);
  return json_to_string (root, FALSE);
}

static void
on_state (SoupServer *soup,
          SoupServerMessage *message,
          const char *path,
          GHashTable *query,
          gpointer user_data)
{
  DevServer *self = user_data;
  g_autoptr (DevCall) call = g_object_ref (new_call (self, message));
  g_autofree char *state = get_state (self);

  dev_call_answer_text (call, 200, "application/json", state);
}

static void
on_other (SoupServer *soup,
          SoupServerMessage *message,
          const char *path,
          GHashTable *query,
          gpointer user_data)
{
  g_autoptr (DevCall) call = g_object_ref (new_call (user_data, message));

  if (g_str_equal (path, "/"))
    dev_call_answer_text (call, 200, TEXT, "OK");
  else
    dev_call_answer_text (call, 404, TEXT, "404 page not found\n");
}

/* Keeps what is too large out of the memory: refused by its announcement, or cut when it grows. */
static void
on_chunk (SoupServerMessage *message, GBytes *chunk, gpointer user_data)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);

  if (body->length > MAX_BODY)
    {
      g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);

      g_io_stream_close (stream, NULL, NULL);
    }
}

static void
on_headers (SoupServer *soup,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  if (soup_message_headers_get_content_length (headers) > MAX_BODY)
    {
      soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
      soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                    "Connection", "close");
      soup_server_message_set_status (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, NULL);
    }
  else
    g_signal_connect (message, "got-chunk", G_CALLBACK (on_chunk), NULL);
}

static const struct
{
  const char *path;
  SoupServerCallback callback;
} handlers[] = {
  { "/", on_other },
  { "/twirp", on_twirp },
  { "/devserver/faults", on_faults },
  { "/devserver/state", on_state },
};

DevServer *
dev_server_new (DevService *service, const char *api_key, const char *api_secret)
{
  DevServer *self = g_new0 (DevServer, 1);

  self->service = service;
  self->api_key = g_strdup (api_key);
  self->api_secret = g_strdup (api_secret);
  self->calls = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->counts = json_object_new ();
  self->last_headers = json_object_new ();
  self->soup = soup_server_new (NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (handlers); i++)
    {
      soup_server_add_early_handler (self->soup, handlers[i].path, on_headers, self, NULL);
      soup_server_add_handler (self->soup, handlers[i].path, handlers[i].callback, self, NULL);
    }
  return self;
}

void
dev_server_free (DevServer *self)
{
  soup_server_disconnect (self->soup);
  g_clear_object (&self->soup);
  g_hash_table_unref (self->calls);
  json_object_unref (self->counts);
  json_object_unref (self->last_headers);
  g_free (self->api_key);
  g_free (self->api_secret);
  g_free (self);
}

gboolean
dev_server_listen (DevServer *self, const char *address, guint16 port, GError **error)
{
  g_autoptr (GSocketAddress) socket_address = g_inet_socket_address_new_from_string (address, port);

  if (socket_address == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "\"%s\" is not an IP address; write one such as 127.0.0.1 or ::1", address);
      return FALSE;
    }
  return soup_server_listen (self->soup, socket_address, 0, error);
}

char *
dev_server_get_url (DevServer *self)
{
  GSList *uris = soup_server_get_uris (self->soup);
  GUri *uri = uris->data;
  const char *host = g_uri_get_host (uri);
  g_autofree char *shown
      = strchr (host, ':') != NULL ? g_strdup_printf ("[%s]", host) : g_strdup (host);
  char *url = g_strdup_printf ("http://%s:%d", shown, g_uri_get_port (uri));

  g_slist_free_full (uris, (GDestroyNotify)g_uri_unref);
  return url;
}
