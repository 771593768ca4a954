/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fake-egress.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "livekit_egress.pb-c.h"
#include "lk-egress-listing.h"
#include "lk-egress-wire-check-private.h"
#include "lk-egress-wire-json-private.h"
#include "lk-test-server.h"

#define PREFIX "/twirp/livekit.Egress/"
#define TIME_SCALE 0.002

typedef struct
{
  guint status;
  char *json;
  char *retry_after;
  gboolean drop;
  gboolean gated;
  GCancellable *cancellable;
} Reply;

typedef struct
{
  char *json;
  SoupMessageHeaders *headers;
  guint port;
} Request;

struct _FakeEgress
{
  LkTestServer *server;

  GMutex lock;
  GCond changed;
  gboolean gate_is_open;
  gboolean has_clock;
  gint64 clock_offset;
  FakeEgressAnswer answer;
  gpointer answer_data;
  GHashTable *queues;   /* method -> GQueue of Reply */
  GHashTable *defaults; /* method -> Reply */
  GHashTable *requests; /* method -> GPtrArray of Request */
};

static void
reply_free (Reply *reply)
{
  g_free (reply->json);
  g_free (reply->retry_after);
  g_clear_object (&reply->cancellable);
  g_free (reply);
}

static void
request_free (Request *request)
{
  g_free (request->json);
  soup_message_headers_unref (request->headers);
  g_free (request);
}

static void
queue_free (GQueue *queue)
{
  g_queue_free_full (queue, (GDestroyNotify)reply_free);
}

static const ProtobufCMethodDescriptor *
find_method (const char *method)
{
  const ProtobufCMethodDescriptor *found
      = protobuf_c_service_descriptor_get_method_by_name (&livekit__egress__descriptor, method);

  g_assert_nonnull (found);

  return found;
}

static gboolean
is_protobuf (LkTestRequest *request)
{
  return g_strcmp0 (soup_message_headers_get_content_type (request->headers, NULL),
                    "application/protobuf")
         == 0;
}

static char *
to_json (const ProtobufCMessageDescriptor *descriptor, GBytes *bytes, gboolean protobuf)
{
  ProtobufCMessage *message;
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  GError *error = NULL;
  char *json;

  message = protobuf ? lk_egress_wire_unpack (descriptor, bytes, &error)
                     : lk_egress_wire_from_json (descriptor, data, length, &error);
  g_assert_no_error (error);
  json = lk_egress_wire_to_json (message, LK_EGRESS_WIRE_JSON_PROTO_NAMES);
  lk_egress_wire_free (message);

  return json;
}

static Request *
request_new (LkTestRequest *request, const char *method)
{
  Request *self = g_new0 (Request, 1);

  self->json = to_json (find_method (method)->input, request->body, is_protobuf (request));
  self->headers = soup_message_headers_ref (request->headers);
  self->port = request->client_port;

  return self;
}

static void
set_date (FakeEgress *self, LkTestRequest *request)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (request->message);
  g_autoptr (GDateTime) date = NULL;
  g_autofree char *text = NULL;

  soup_message_headers_remove (headers, "Date");
  if (!self->has_clock)
    return;

  date = g_date_time_new_from_unix_utc (g_get_real_time () / G_USEC_PER_SEC + self->clock_offset);
  text = soup_date_time_to_string (date, SOUP_DATE_HTTP);
  soup_message_headers_append (headers, "Date", text);
}

static void
send_reply (LkTestRequest *request, const char *method, const Reply *reply)
{
  ProtobufCMessage *message = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (reply->retry_after != NULL)
    soup_message_headers_append (soup_server_message_get_response_headers (request->message),
                                 "Retry-After", reply->retry_after);

  if (reply->status == 200 && is_protobuf (request))
    message = lk_egress_wire_from_json (find_method (method)->output, reply->json, -1, NULL);
  if (message == NULL)
    {
      lk_test_request_reply (request, reply->status, "application/json", reply->json, -1);
      return;
    }

  bytes = lk_egress_wire_pack (message);
  lk_test_request_reply (request, 200, "application/protobuf", g_bytes_get_data (bytes, NULL),
                         g_bytes_get_size (bytes));
  lk_egress_wire_free (message);
}

/* The reply that the test makes up. */
static Reply *
make_reply (FakeEgress *self, const char *method, const Request *request)
{
  Reply *reply = g_new0 (Reply, 1);

  self->answer (method, request->json, &reply->status, &reply->json, self->answer_data);
  if (reply->json != NULL && reply->status == 0)
    reply->status = 200;
  reply->drop = reply->json == NULL;

  return reply;
}

static void
serve (LkTestRequest *request, gpointer user_data)
{
  FakeEgress *self = user_data;
  const char *method = request->path + strlen (PREFIX);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  GPtrArray *requests;
  GQueue *queue;
  Reply *scripted, *reply;

  g_assert_true (g_str_has_prefix (request->path, PREFIX));

  requests = g_hash_table_lookup (self->requests, method);
  if (requests == NULL)
    {
      requests = g_ptr_array_new_with_free_func ((GDestroyNotify)request_free);
      g_hash_table_insert (self->requests, g_strdup (method), requests);
    }
  g_ptr_array_add (requests, request_new (request, method));
  g_cond_broadcast (&self->changed);
  /* Tests count calls while they run the main context. */
  g_main_context_wakeup (NULL);

  queue = g_hash_table_lookup (self->queues, method);
  scripted = queue != NULL ? g_queue_pop_head (queue) : NULL;
  if (scripted == NULL && self->answer != NULL)
    scripted = make_reply (self, method, g_ptr_array_index (requests, requests->len - 1));
  reply = scripted != NULL ? scripted : g_hash_table_lookup (self->defaults, method);
  if (reply == NULL)
    g_error ("The script has no answer to %s", method);

  set_date (self, request);
  while (reply->gated && !self->gate_is_open)
    g_cond_wait (&self->changed, &self->lock);

  if (reply->cancellable != NULL)
    {
      lk_test_request_reply_raw (request, "", 0, LK_TEST_THEN_HOLD);
      g_cancellable_cancel (reply->cancellable);
    }
  else if (reply->drop)
    lk_test_request_reply_raw (request, "", 0, LK_TEST_THEN_CLOSE);
  else
    send_reply (request, method, reply);

  g_clear_pointer (&scripted, reply_free);
}

void
fake_egress_set_answer (FakeEgress *self, FakeEgressAnswer answer, gpointer data)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->answer = answer;
  self->answer_data = data;
}

FakeEgress *
fake_egress_new (void)
{
  FakeEgress *self = g_new0 (FakeEgress, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->queues
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)queue_free);
  self->defaults
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)reply_free);
  self->requests
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
  self->server = lk_test_server_new (serve, self);

  return self;
}

void
fake_egress_free (FakeEgress *self)
{
  fake_egress_open_gate (self);
  lk_test_server_free (self->server);
  g_hash_table_unref (self->queues);
  g_hash_table_unref (self->defaults);
  g_hash_table_unref (self->requests);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

LkEgressClient *
fake_egress_new_client (FakeEgress *self)
{
  g_autoptr (LkEgressCredentials) credentials
      = lk_egress_credentials_new_for_key ("key", "secretsecretsecretsecretsecretsecret");
  GError *error = NULL;
  LkEgressClient *client;

  client = lk_egress_client_new (lk_test_server_get_url (self->server), credentials, &error);
  g_assert_no_error (error);
  lk_egress_client_set_time_scale (client, TIME_SCALE);

  return client;
}

/* Takes the reply over. */
static void
push (FakeEgress *self, const char *method, Reply *reply)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  GQueue *queue = g_hash_table_lookup (self->queues, method);

  if (queue == NULL)
    {
      queue = g_queue_new ();
      g_hash_table_insert (self->queues, g_strdup (method), queue);
    }
  g_queue_push_tail (queue, reply);
}

static Reply *
reply_new (guint status, const char *json)
{
  Reply *reply = g_new0 (Reply, 1);

  reply->status = status;
  reply->json = g_strdup (json);

  return reply;
}

void
fake_egress_reply (FakeEgress *self, const char *method, guint status, const char *json)
{
  push (self, method, reply_new (status, json));
}

void
fake_egress_reply_retry_after (FakeEgress *self,
                               const char *method,
                               guint status,
                               const char *json,
                               const char *retry_after)
{
  Reply *reply = reply_new (status, json);

  reply->retry_after = g_strdup (retry_after);
  push (self, method, reply);
}

void
fake_egress_reply_gated (FakeEgress *self, const char *method, guint status, const char *json)
{
  Reply *reply = reply_new (status, json);

  reply->gated = TRUE;
  push (self, method, reply);
}

void
fake_egress_open_gate (FakeEgress *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->gate_is_open = TRUE;
  g_cond_broadcast (&self->changed);
}

void
fake_egress_drop (FakeEgress *self, const char *method)
{
  Reply *reply = reply_new (0, NULL);

  reply->drop = TRUE;
  push (self, method, reply);
}

void
fake_egress_drop_gated (FakeEgress *self, const char *method)
{
  Reply *reply = reply_new (0, NULL);

  reply->drop = TRUE;
  reply->gated = TRUE;
  push (self, method, reply);
}

void
fake_egress_hold (FakeEgress *self, const char *method)
{
  g_autoptr (GCancellable) unused = g_cancellable_new ();

  fake_egress_cancel (self, method, unused);
}

void
fake_egress_cancel (FakeEgress *self, const char *method, GCancellable *cancellable)
{
  Reply *reply = reply_new (0, NULL);

  reply->cancellable = g_object_ref (cancellable);
  push (self, method, reply);
}

void
fake_egress_always (FakeEgress *self, const char *method, guint status, const char *json)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_hash_table_insert (self->defaults, g_strdup (method), reply_new (status, json));
}

void
fake_egress_reply_recorded (FakeEgress *self, const char *method, const char *name)
{
  g_autofree char *path
      = g_build_filename (g_getenv ("LK_EGRESS_TEST_DATA"), "twirp-exchanges.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  GError *error = NULL;
  JsonArray *exchanges;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  exchanges = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)),
                                            "exchanges");

  for (guint i = 0; i < json_array_get_length (exchanges); i++)
    {
      JsonObject *exchange = json_array_get_object_element (exchanges, i);
      JsonObject *response = json_object_get_object_member (exchange, "response");
      guint status = json_object_get_int_member (response, "status");
      g_autofree char *json = NULL;

      if (!g_str_equal (json_object_get_string_member (exchange, "case"), name))
        continue;

      if (json_object_get_null_member (response, "body"))
        {
          gsize length;
          guchar *data
              = g_base64_decode (json_object_get_string_member (response, "body_base64"), &length);
          g_autoptr (GBytes) bytes = g_bytes_new_take (data, length);

          json = to_json (find_method (method)->output, bytes, TRUE);
        }
      else
        {
          json = g_strdup (json_object_get_string_member (response, "body"));
        }
      fake_egress_reply (self, method, status, json);
      return;
    }

  g_error ("There is no exchange “%s”", name);
}

guint
fake_egress_count (FakeEgress *self, const char *method)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  GPtrArray *requests = g_hash_table_lookup (self->requests, method);

  return requests != NULL ? requests->len : 0;
}

/* Called with the lock held. */
static const Request *
get_request (FakeEgress *self, const char *method, guint index)
{
  GPtrArray *requests = g_hash_table_lookup (self->requests, method);

  g_assert_nonnull (requests);
  g_assert_cmpuint (requests->len, >, index);

  return g_ptr_array_index (requests, index);
}

char *
fake_egress_dup_request (FakeEgress *self, const char *method, guint index)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return g_strdup (get_request (self, method, index)->json);
}

char *
fake_egress_dup_header (FakeEgress *self, const char *method, guint index, const char *name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return g_strdup (soup_message_headers_get_one (get_request (self, method, index)->headers, name));
}

guint
fake_egress_get_port (FakeEgress *self, const char *method, guint index)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return get_request (self, method, index)->port;
}

void
fake_egress_set_clock (FakeEgress *self, gint64 offset)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->has_clock = TRUE;
  self->clock_offset = offset;
}

void
fake_egress_unset_clock (FakeEgress *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->has_clock = FALSE;
}

void
fake_egress_assert_request (FakeEgress *self, const char *method, guint index, const char *json)
{
  g_autofree char *request = fake_egress_dup_request (self, method, index);

  g_assert_cmpstr (request, ==, json);
}

void
fake_egress_wait (FakeEgress *self, const char *method)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  while (!g_hash_table_contains (self->requests, method))
    g_cond_wait (&self->changed, &self->lock);
}

char *
fake_egress_info (const char *egress_id, const char *status, gint64 updated_at)
{
  return g_strdup_printf ("{\"egress_id\":\"%s\",\"status\":\"EGRESS_%s\","
                          "\"updated_at\":\"%" G_GINT64_FORMAT "\"}",
                          egress_id, status, updated_at);
}

char *
fake_egress_list (const char *first_info, ...)
{
  GString *list = g_string_new ("{\"items\":[");
  va_list args;

  va_start (args, first_info);
  for (const char *info = first_info; info != NULL; info = va_arg (args, const char *))
    g_string_append_printf (list, "%s%s", info == first_info ? "" : ",", info);
  va_end (args);
  g_string_append (list, "]}");

  return g_string_free (list, FALSE);
}

char *
fake_egress_error (const char *code, const char *text)
{
  return g_strdup_printf ("{\"code\":\"%s\",\"msg\":\"%s\"}", code, text);
}

void
fake_wait_done (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  FakeWait *wait = user_data;

  g_assert_null (wait->result);
  wait->result = g_object_ref (result);
}

GAsyncResult *
fake_wait_for (FakeWait *wait)
{
  while (wait->result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return wait->result;
}

void
fake_wait_clear (FakeWait *wait)
{
  g_clear_object (&wait->result);
}

gboolean
fake_wait_list (LkEgressClient *client, gboolean async, GError **error)
{
  g_auto (FakeWait) wait = { NULL };
  g_autoptr (LkEgressListing) listing = NULL;

  if (!async)
    {
      listing = lk_egress_client_list (client, NULL, FALSE, NULL, error);
    }
  else
    {
      lk_egress_client_list_async (client, NULL, FALSE, NULL, fake_wait_done, &wait);
      listing = lk_egress_client_list_finish (client, fake_wait_for (&wait), error);
    }

  return listing != NULL;
}

LkEgressRequest *
fake_egress_new_request (void)
{
  LkEgressRequest *request = lk_egress_request_new_participant ("demo", "alice");

  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, "srt://127.0.0.1:9721");

  return request;
}

void
fake_egress_reply_info (FakeEgress *self,
                        const char *method,
                        const char *egress_id,
                        const char *status,
                        gint64 updated_at)
{
  g_autofree char *info = fake_egress_info (egress_id, status, updated_at);

  fake_egress_reply (self, method, 200, info);
}

static char *
list_one (const char *egress_id, const char *status, gint64 updated_at)
{
  g_autofree char *info = fake_egress_info (egress_id, status, updated_at);

  return fake_egress_list (info, NULL);
}

void
fake_egress_reply_list (FakeEgress *self,
                        const char *egress_id,
                        const char *status,
                        gint64 updated_at)
{
  g_autofree char *list = list_one (egress_id, status, updated_at);

  fake_egress_reply (self, "ListEgress", 200, list);
}

void
fake_egress_always_list (FakeEgress *self,
                         const char *egress_id,
                         const char *status,
                         gint64 updated_at)
{
  g_autofree char *list = list_one (egress_id, status, updated_at);

  fake_egress_always (self, "ListEgress", 200, list);
}

LkEgressJob *
fake_egress_attach (FakeEgress *self,
                    LkEgressService *service,
                    const char *egress_id,
                    const char *status)
{
  g_autoptr (GError) error = NULL;
  LkEgressJob *job;

  fake_egress_always_list (self, egress_id, status, 1);
  job = lk_egress_service_attach (service, egress_id, NULL, &error);
  g_assert_no_error (error);

  return job;
}

void
fake_egress_assert_sample (LkEgressService *service, const char *sample)
{
  g_autofree char *text = lk_egress_metrics_to_text (lk_egress_service_get_metrics (service),
                                                     LK_EGRESS_METRICS_FORMAT_OPENMETRICS);

  if (strstr (text, sample) == NULL)
    g_error ("There is no %s in\n%s", sample, text);
}

void
fake_egress_assert_count (LkEgressService *service, const char *name, int value)
{
  g_assert_cmpfloat (lk_egress_metrics_get_value (lk_egress_service_get_metrics (service), name),
                     ==, value);
}

void
fake_egress_assert_jobs (LkEgressService *service, guint n_jobs, guint n_active)
{
  g_assert_cmpuint (g_list_model_get_n_items (lk_egress_service_get_jobs (service)), ==, n_jobs);
  g_assert_cmpuint (g_list_model_get_n_items (lk_egress_service_get_active_jobs (service)), ==,
                    n_active);
  fake_egress_assert_count (service, "egress_active_count", (int)n_active);
}
