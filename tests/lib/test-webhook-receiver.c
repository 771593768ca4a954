/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Webhooks over real sockets, from good senders and from others. */

#include <json-glib/json-glib.h>
#include <string.h>

#include "fake-egress.h"
#include "lk-egress-access-token-private.h"
#include "lk-egress-http-listener-private.h"
#include "lk-egress-webhook-receiver-private.h"

#define KEY "devkey"
#define SECRET "devsecretdevsecretdevsecretdevsecret"

typedef struct
{
  FakeEgress *server;
  LkEgressClient *client;
  LkEgressService *service;
  LkEgressWebhookReceiver *receiver;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressWebhookKeys) keys = lk_egress_webhook_keys_new ();
  GError *error = NULL;

  lk_egress_webhook_keys_add (keys, KEY, SECRET);
  fixture->server = fake_egress_new ();
  fixture->client = fake_egress_new_client (fixture->server);
  lk_egress_client_set_time_scale (fixture->client, 1e6);
  fixture->service = lk_egress_service_new (fixture->client);
  fixture->receiver = lk_egress_webhook_receiver_new (fixture->service, keys);
  g_assert_cmpuint (lk_egress_webhook_receiver_get_port (fixture->receiver), ==, 0);
  g_assert_true (lk_egress_webhook_receiver_listen (fixture->receiver, NULL, 0, NULL, &error));
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->receiver);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->service);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->client);
  fake_egress_free (fixture->server);
}

static char *
sign (const char *body, gsize length, const char *secret, gint64 age)
{
  g_autoptr (JsonObject) claims = json_object_new ();
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *sha256 = NULL;
  guint8 digest[32];
  gsize size = sizeof digest;

  g_checksum_update (checksum, (const guint8 *)body, (gssize)length);
  g_checksum_get_digest (checksum, digest, &size);
  sha256 = g_base64_encode (digest, size);
  json_object_set_string_member (claims, "sha256", sha256);

  return lk_egress_access_token_sign (KEY, secret, claims,
                                      g_get_real_time () / G_USEC_PER_SEC - age, 300);
}

static char *
new_body (const char *event_id, const char *status)
{
  return g_strdup_printf ("{\"event\":\"egress_updated\",\"id\":\"%s\",\"egressInfo\":"
                          "{\"egressId\":\"EG_1\",\"status\":\"EGRESS_%s\",\"updatedAt\":\"5\"}}",
                          event_id, status);
}

typedef struct
{
  guint port;
  const char *request;
  gsize length;
  GString *answer;
  gboolean done;
} Exchange;

/* Sends, and reads to the end. */
static gpointer
exchange (gpointer data)
{
  Exchange *self = data;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection
      = g_socket_client_connect_to_host (client, "127.0.0.1", (guint16)self->port, NULL, NULL);
  char buffer[4096];
  gssize n_read = 0;

  if (connection != NULL)
    {
      g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                                 self->request, self->length, NULL, NULL, NULL);
      while ((n_read = g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)),
                                            buffer, sizeof buffer, NULL, NULL))
             > 0)
        g_string_append_len (self->answer, buffer, n_read);
    }
  g_atomic_int_set (&self->done, TRUE);
  g_main_context_wakeup (NULL);

  return NULL;
}

static char *
ask_bytes (Fixture *fixture, const char *request, gsize length)
{
  Exchange self = {
    .port = lk_egress_webhook_receiver_get_port (fixture->receiver),
    .request = request,
    .length = length,
    .answer = g_string_new (NULL),
  };
  GThread *thread = g_thread_new ("sender", exchange, &self);

  while (!g_atomic_int_get (&self.done))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);

  return g_string_free (self.answer, FALSE);
}

static char *
ask (Fixture *fixture, const char *request)
{
  return ask_bytes (fixture, request, strlen (request));
}

static void
assert_post (Fixture *fixture, const char *body, const char *token, guint status)
{
  g_autofree char *request = g_strdup_printf (
      "POST /webhook HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
      "Content-Type: application/webhook+json\r\n%s%s%sContent-Length: %zu\r\n\r\n%s",
      token != NULL ? "Authorization: " : "", token != NULL ? token : "",
      token != NULL ? "\r\n" : "", strlen (body), body);
  g_autofree char *answer = ask (fixture, request);
  g_autofree char *line = g_strdup_printf ("HTTP/1.1 %u ", status);

  if (!g_str_has_prefix (answer, line))
    g_error ("The answer to %s is not %u but %s", request, status, answer);
}

static void
assert_count (Fixture *fixture, const char *result, guint n)
{
  g_autofree char *sample
      = g_strdup_printf ("egress_webhooks_total{result=\"%s\"} %u\n", result, n);

  fake_egress_assert_sample (fixture->service, sample);
}

static void
test_taken (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressJob) job
      = fake_egress_attach (fixture->server, fixture->service, "EG_1", "ACTIVE");
  g_autofree char *body = new_body ("EV_1", "ENDING");
  g_autofree char *token = sign (body, strlen (body), SECRET, 0);

  assert_post (fixture, body, token, 200);
  while (lk_egress_job_get_state (job) != LK_EGRESS_JOB_STATE_ENDING)
    g_main_context_iteration (NULL, TRUE);
  assert_count (fixture, "taken", 1);

  /* The same again, as a server that had no answer sends it. */
  assert_post (fixture, body, token, 200);
  assert_count (fixture, "taken", 1);
  assert_count (fixture, "duplicate", 1);
}

/* Later servers tell of more, which is no business of egresses. */
static void
test_unknown_event (Fixture *fixture, gconstpointer data)
{
  static const char body[]
      = "{\"event\":\"agent_job_started\",\"id\":\"EV_1\",\"agentJob\":{\"id\":"
        "\"AJ_1\"},\"createdAt\":\"1795430846\"}";
  g_autofree char *token = sign (body, strlen (body), SECRET, 0);

  assert_post (fixture, body, token, 200);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  assert_count (fixture, "unrelated", 1);
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *body = new_body ("EV_1", "ENDING");
  g_autofree char *other = new_body ("EV_2", "ENDING");
  g_autofree char *token = sign (body, strlen (body), SECRET, 0);
  g_autofree char *forged = sign (body, strlen (body), "another", 0);
  g_autofree char *expired = sign (body, strlen (body), SECRET, 600);
  g_autofree char *of_text = sign ("hello", 5, SECRET, 0);

  assert_post (fixture, body, NULL, 401);
  assert_post (fixture, body, "Bearer", 400);
  assert_post (fixture, body, forged, 401);
  assert_post (fixture, body, expired, 401);
  assert_post (fixture, other, token, 401);
  assert_post (fixture, "hello", of_text, 400);
  assert_count (fixture, "refused", 6);
  g_assert_cmpfloat (lk_egress_metrics_get_value (lk_egress_service_get_metrics (fixture->service),
                                                  "egress_webhooks_total"),
                     ==, 6);
}

/* What the log says of webhooks that are refused. */
static GString *refusals;

static GLogWriterOutput
take_refusal (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  const char *code = "";
  const char *text = "";

  for (gsize i = 0; i < n_fields; i++)
    {
      if (g_str_equal (fields[i].key, "CODE"))
        code = fields[i].value;
      if (g_str_equal (fields[i].key, "MESSAGE"))
        text = fields[i].value;
    }
  if (!g_str_equal (code, "webhook_refused"))
    return g_log_writer_default (level, fields, n_fields, data);

  g_assert_cmpint (level & G_LOG_LEVEL_MASK, ==, G_LOG_LEVEL_INFO);
  g_string_append_printf (refusals, "%s\n", text);
  return G_LOG_WRITER_HANDLED;
}

/* Posts what is to be refused, and gives the one line that the log has of it, without any part of
 * the token or of the body. */
static void
assert_logged (Fixture *fixture,
               const char *body,
               const char *token,
               guint status,
               const char *reason)
{
  g_auto (GStrv) parts = g_strsplit (token, ".", -1);
  const char *end;

  g_string_truncate (refusals, 0);
  assert_post (fixture, body, token, status);
  end = strchr (refusals->str, '\n');
  g_assert_nonnull (end);
  g_assert_cmpstr (end, ==, "\n");
  if (strstr (refusals->str, reason) == NULL)
    g_error ("There is no “%s” in %s", reason, refusals->str);
  g_assert_null (strstr (refusals->str, SECRET));
  g_assert_null (strstr (refusals->str, "hush"));
  for (guint i = 0; parts[i] != NULL; i++)
    {
      if (*parts[i] != '\0')
        g_assert_null (strstr (refusals->str, parts[i]));
    }
}

#define ALG_NONE "eyJhbGciOiJub25lIn0"
#define ALG_RS256 "eyJhbGciOiJSUzI1NiJ9"

/* Forged, expired, with another body, cut, too large, or signed in a way that is none. */
static void
test_logged (Fixture *fixture, gconstpointer data)
{
  const char *body = "{\"event\":\"egress_updated\",\"id\":\"EV_hush\",\"egressInfo\":{"
                     "\"egressId\":\"EG_1\",\"error\":\"srt://h:1?passphrase=hush\"}}";
  gsize length = strlen (body);
  g_autofree char *cut = g_strndup (body, length - 1);
  g_autofree char *bad = g_strconcat (body, "hush", NULL);
  g_autofree char *good = sign (body, length, SECRET, 0);
  g_autofree char *of_bad = sign (bad, strlen (bad), SECRET, 0);
  g_autofree char *forged = sign (body, length, "hushhushhush", 0);
  g_autofree char *expired = sign (body, length, SECRET, 600);
  g_autofree char *early = sign (body, length, SECRET, -600);
  g_autofree char *unsigned_part = g_strndup (good, (gsize)(strrchr (good, '.') - good));
  g_autofree char *none = g_strconcat (ALG_NONE, strchr (unsigned_part, '.'), ".", NULL);
  g_autofree char *rs256 = g_strconcat (ALG_RS256, strchr (good, '.'), NULL);
  g_autofree char *zeros = g_malloc0 (LK_EGRESS_HTTP_MAX_BODY + 1);
  g_autoptr (GBytes) large = g_bytes_new (zeros, LK_EGRESS_HTTP_MAX_BODY + 1);

  assert_logged (fixture, body, forged, 401, "401: The signature of the access token is wrong");
  assert_logged (fixture, body, expired, 401, "401: The access token expired");
  assert_logged (fixture, body, early, 401, "401: The access token is valid in");
  assert_logged (fixture, cut, good, 401, "401: The body of the webhook is not the one");
  assert_logged (fixture, body, unsigned_part, 400,
                 "400: The access token is not a JSON web token");
  assert_logged (fixture, body, none, 401, "401: The access token is not signed by plain HS256");
  assert_logged (fixture, body, rs256, 401, "401: The access token is not signed by plain HS256");
  assert_logged (fixture, bad, of_bad, 400, "400: ");

  g_string_truncate (refusals, 0);
  g_assert_cmpuint (lk_egress_webhook_receiver_receive (fixture->receiver, large, good), ==, 413);
  g_assert_cmpstr (refusals->str, ==, "A webhook was refused with 413: its body is too large\n");
  assert_count (fixture, "refused", 9);
  g_assert_cmpfloat (lk_egress_metrics_get_value (lk_egress_service_get_metrics (fixture->service),
                                                  "egress_webhooks_total"),
                     ==, 9);
}

static void
test_receive (Fixture *fixture, gconstpointer data)
{
  g_autofree char *body = new_body ("EV_1", "ENDING");
  g_autofree char *token = sign (body, strlen (body), SECRET, 0);
  g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));
  g_autofree char *zeros = g_malloc0 (LK_EGRESS_HTTP_MAX_BODY + 1);
  g_autoptr (GBytes) large = g_bytes_new (zeros, LK_EGRESS_HTTP_MAX_BODY + 1);
  g_autofree char *large_token = sign (zeros, LK_EGRESS_HTTP_MAX_BODY + 1, SECRET, 0);
  LkEgressWebhookReceiver *receiver = fixture->receiver;

  g_assert_cmpuint (lk_egress_webhook_receiver_receive (receiver, bytes, token), ==, 200);
  g_assert_cmpuint (lk_egress_webhook_receiver_receive (receiver, bytes, token), ==, 200);
  g_assert_cmpuint (lk_egress_webhook_receiver_receive (receiver, bytes, NULL), ==, 401);
  g_assert_cmpuint (lk_egress_webhook_receiver_receive (receiver, large, large_token), ==, 413);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  assert_count (fixture, "unrelated", 1);
  assert_count (fixture, "duplicate", 1);
  assert_count (fixture, "refused", 2);
}

/* What comes once more than the ids that are kept is known no more, and nothing grows. */
static void
test_many (Fixture *fixture, gconstpointer data)
{
  const guint n = 8192 + 1;

  for (guint i = 0; i <= n; i++)
    {
      g_autofree char *id = g_strdup_printf ("EV_%u", i % n);
      g_autofree char *body = new_body (id, "ENDING");
      g_autofree char *token = sign (body, strlen (body), SECRET, 0);
      g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

      g_assert_cmpuint (lk_egress_webhook_receiver_receive (fixture->receiver, bytes, token), ==,
                        200);
    }
  while (g_main_context_iteration (NULL, FALSE))
    ;
  assert_count (fixture, "unrelated", n + 1);
}

#define GET(path, more) "GET " path " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" more "\r\n"

static void
assert_answer (Fixture *fixture, const char *request, const char *beginning, const char *part)
{
  g_autofree char *answer = ask (fixture, request);

  if (!g_str_has_prefix (answer, beginning) || strstr (answer, part) == NULL)
    g_error ("The answer to %s is\n%s", request, answer);
}

static void
test_endpoints (Fixture *fixture, gconstpointer data)
{
  g_auto (FakeWait) wait = { NULL };

  assert_answer (fixture, GET ("/health/live", ""), "HTTP/1.1 200 ", "{\"status\":\"live\"}");
  assert_answer (fixture, GET ("/health/ready", ""), "HTTP/1.1 200 ", "\"status\":\"healthy\"");
  assert_answer (fixture, GET ("/metrics", ""), "HTTP/1.1 200 ",
                 "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n");
  assert_answer (fixture, GET ("/metrics", ""), "HTTP/1.1 200 ",
                 "# TYPE egress_started_total counter\n");
  assert_answer (
      fixture, GET ("/metrics", "Accept: application/openmetrics-text;version=1.0.0,*/*;q=0.1\r\n"),
      "HTTP/1.1 200 ",
      "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n");
  assert_answer (fixture, GET ("/metrics", "Accept: application/openmetrics-text\r\n"),
                 "HTTP/1.1 200 ", "\n# EOF\n");
  assert_answer (fixture, "HEAD /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
                 "HTTP/1.1 200 ", "Content-Length: ");
  assert_answer (fixture, GET ("/webhook", ""), "HTTP/1.1 405 ", "Allow: POST\r\n");
  assert_answer (fixture, GET ("/webhook/", ""), "HTTP/1.1 404 ", "");
  assert_answer (fixture, GET ("/", ""), "HTTP/1.1 404 ", "");

  lk_egress_service_shutdown_async (fixture->service, LK_EGRESS_SHUTDOWN_LEAVE, 1000, NULL,
                                    fake_wait_done, &wait);
  g_assert_true (lk_egress_service_shutdown_finish (fixture->service, fake_wait_for (&wait), NULL));
  assert_answer (fixture, GET ("/health/ready", ""), "HTTP/1.1 503 ", "\"status\":\"unhealthy\"");
}

/* Bodies that are too large, or do not say how large they are, are not read into memory. */
static void
test_bodies (Fixture *fixture, gconstpointer data)
{
  lk_egress_webhook_receiver_close (fixture->receiver);
  lk_egress_webhook_receiver_set_max_time (fixture->receiver, 200);
  g_assert_true (lk_egress_webhook_receiver_listen (fixture->receiver, NULL, 0, NULL, NULL));
  assert_answer (fixture, "POST /webhook HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n\r\nabc",
                 "HTTP/1.1 413 ", "Connection: close\r\n");
  assert_answer (
      fixture, "POST /webhook HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello",
      "HTTP/1.1 411 ", "Connection: close\r\n");
  assert_answer (fixture, "POST /webhook HTTP/1.1\r\nHost: h\r\nContent-Length: -5\r\n\r\n",
                 "HTTP/1.1 400 ", "Connection: close\r\n");
  assert_answer (fixture, "POST /webhook HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
                 "HTTP/1.1 401 ", "");
}

/* Who sends nothing, or half of a request, is not waited for. */
static void
test_slow (Fixture *fixture, gconstpointer data)
{
  static const char *const beginnings[] = {
    "",
    "POST /webhook HT",
    "POST /webhook HTTP/1.1\r\nHost: h\r\n",
    "POST /webhook HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf",
  };

  lk_egress_webhook_receiver_close (fixture->receiver);
  lk_egress_webhook_receiver_set_max_time (fixture->receiver, 100);
  g_assert_true (lk_egress_webhook_receiver_listen (fixture->receiver, NULL, 0, NULL, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (beginnings); i++)
    {
      g_autofree char *answer = ask (fixture, beginnings[i]);

      g_assert_null (strstr (answer, " 200 "));
    }
  assert_answer (fixture, GET ("/health/live", ""), "HTTP/1.1 200 ", "");
}

#define KEPT "GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n"

/* A connection is kept for the next request, but not for ever. */
static void
test_kept (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *requests;
    const char *statuses;
  } rows[] = {
    { KEPT KEPT GET ("/health/live", ""), "200 200 200 " },
    { "POST /webhook HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc" KEPT, "401 200 " },
    { KEPT "POST /webhook HT", "200 " },
    { GET ("/health/live", "") KEPT, "200 " },
    { "GET /health/live HTTP/1.0\r\n\r\n" KEPT, "200 " },
    { "POST /webhook HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n\r\nabc" KEPT, "413 " },
  };

  lk_egress_webhook_receiver_close (fixture->receiver);
  lk_egress_webhook_receiver_set_max_time (fixture->receiver, 200);
  g_assert_true (lk_egress_webhook_receiver_listen (fixture->receiver, NULL, 0, NULL, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *answers = ask (fixture, rows[i].requests);
      g_autoptr (GString) statuses = g_string_new (NULL);

      for (const char *at = answers; (at = strstr (at, "HTTP/1.")) != NULL; at++)
        g_string_append_len (statuses, at + strlen ("HTTP/1.x "), 4);
      g_assert_cmpstr (statuses->str, ==, rows[i].statuses);
    }
}

/* More strangers than there may be connections: the good sender gets its turn. */
static void
test_crowd (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) strangers = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  lk_egress_webhook_receiver_close (fixture->receiver);
  lk_egress_webhook_receiver_set_max_time (fixture->receiver, 200);
  g_assert_true (lk_egress_webhook_receiver_listen (fixture->receiver, NULL, 0, NULL, NULL));
  for (guint i = 0; i < LK_EGRESS_HTTP_MAX_CONNECTIONS + 20; i++)
    g_ptr_array_add (strangers,
                     g_socket_client_connect_to_host (
                         client, "127.0.0.1",
                         (guint16)lk_egress_webhook_receiver_get_port (fixture->receiver), NULL,
                         NULL));
  assert_answer (fixture, GET ("/health/live", ""), "HTTP/1.1 200 ", "");
}

static void
test_listen (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LkEgressWebhookReceiver) second = lk_egress_webhook_receiver_new (
      fixture->service, lk_egress_webhook_receiver_get_keys (fixture->receiver));
  guint port = lk_egress_webhook_receiver_get_port (fixture->receiver);
  GError *error = NULL;

  g_assert_false (lk_egress_webhook_receiver_listen (fixture->receiver, NULL, 0, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_false (lk_egress_webhook_receiver_listen (second, NULL, port, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_clear_error (&error);
  g_assert_false (lk_egress_webhook_receiver_listen (second, "localhost", 0, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  lk_egress_webhook_receiver_close (fixture->receiver);
  lk_egress_webhook_receiver_close (fixture->receiver);
  g_assert_cmpuint (lk_egress_webhook_receiver_get_port (fixture->receiver), ==, 0);
  g_assert_true (lk_egress_webhook_receiver_listen (second, NULL, port, NULL, &error));
  g_assert_no_error (error);
}

typedef struct
{
  guint port;
  GTlsDatabase *database;
  GString *answer;
  gboolean done;
} TlsExchange;

static gpointer
exchange_tls (gpointer data)
{
  TlsExchange *self = data;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) tcp
      = g_socket_client_connect_to_host (client, "127.0.0.1", (guint16)self->port, NULL, NULL);
  g_autoptr (GSocketConnectable) name = g_network_address_new ("localhost", 443);
  g_autoptr (GIOStream) stream = g_tls_client_connection_new (G_IO_STREAM (tcp), name, NULL);
  const char *request = GET ("/health/live", "");
  char buffer[4096];
  gssize n_read;

  g_tls_connection_set_database (G_TLS_CONNECTION (stream), self->database);
  if (g_output_stream_write_all (g_io_stream_get_output_stream (stream), request, strlen (request),
                                 NULL, NULL, NULL))
    {
      while ((n_read = g_input_stream_read (g_io_stream_get_input_stream (stream), buffer,
                                            sizeof buffer, NULL, NULL))
             > 0)
        g_string_append_len (self->answer, buffer, n_read);
    }
  g_atomic_int_set (&self->done, TRUE);
  g_main_context_wakeup (NULL);

  return NULL;
}

static void
test_tls (Fixture *fixture, gconstpointer data)
{
  const char *folder = g_getenv ("LK_EGRESS_TEST_DATA");
  g_autofree char *server = g_build_filename (folder, "tls-server.pem", NULL);
  g_autofree char *authority = g_build_filename (folder, "tls-authority.pem", NULL);
  GError *error = NULL;
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_file (server, &error);
  g_autoptr (GTlsDatabase) database = g_tls_file_database_new (authority, NULL);
  TlsExchange self = { .database = database, .answer = g_string_new (NULL) };
  GThread *thread;

  g_assert_no_error (error);
  lk_egress_webhook_receiver_close (fixture->receiver);
  g_assert_true (
      lk_egress_webhook_receiver_listen (fixture->receiver, "127.0.0.1", 0, certificate, &error));
  g_assert_no_error (error);
  self.port = lk_egress_webhook_receiver_get_port (fixture->receiver);
  thread = g_thread_new ("sender", exchange_tls, &self);
  while (!g_atomic_int_get (&self.done))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  g_assert_true (g_str_has_prefix (self.answer->str, "HTTP/1.1 200 "));
  g_string_free (self.answer, TRUE);
}

#define ADD(name, test)                                                                            \
  g_test_add ("/webhook-receiver/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  refusals = g_string_new (NULL);
  g_log_set_writer_func (take_refusal, NULL, NULL);

  ADD ("taken", test_taken);
  ADD ("unknown-event", test_unknown_event);
  ADD ("refused", test_refused);
  ADD ("logged", test_logged);
  ADD ("receive", test_receive);
  ADD ("many", test_many);
  ADD ("endpoints", test_endpoints);
  ADD ("bodies", test_bodies);
  ADD ("slow", test_slow);
  ADD ("kept", test_kept);
  ADD ("crowd", test_crowd);
  ADD ("listen", test_listen);
  ADD ("tls", test_tls);

  result = g_test_run ();
  g_string_free (refusals, TRUE);

  return result;
}
