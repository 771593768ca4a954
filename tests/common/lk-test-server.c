/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-test-server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#define DRIP_INTERVAL_MS 2

struct _LkTestServer
{
  LkTestServerFunc func;
  gpointer user_data;
  GTlsCertificate *certificate; /* NULL for a server without TLS */

  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  char *url;

  /* Of the thread. */
  SoupServer *soup;
  GPtrArray *raw; /* of RawConnection */

  GMutex lock;
  GCond changed;
  gboolean listening;
  guint port;
  guint n_requests;
  guint n_done;
};

typedef struct
{
  GIOStream *stream;
  GSocket *socket;
  GSource *source; /* of what comes later */
  GBytes *bytes;   /* to repeat */
  gsize written;   /* of them */
} RawConnection;

static void
raw_connection_free (RawConnection *self)
{
  if (self->source != NULL)
    {
      g_source_destroy (self->source);
      g_source_unref (self->source);
    }
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_io_stream_close (self->stream, NULL, NULL);
  g_object_unref (self->stream);
  g_object_unref (self->socket);
  g_free (self);
}

/* Ends our side of the connection, and waits until the other side's kernel has confirmed that. */
static void
shut_down (RawConnection *self)
{
  struct tcp_info info;
  socklen_t length = sizeof info;

  g_socket_shutdown (self->socket, FALSE, TRUE, NULL);
  do
    {
      g_thread_yield ();
      g_assert_no_errno (
          getsockopt (g_socket_get_fd (self->socket), IPPROTO_TCP, TCP_INFO, &info, &length));
    }
  while (info.tcpi_state == TCP_FIN_WAIT1 || info.tcpi_state == TCP_LAST_ACK);
}

/* The other side hears nothing but that. */
static void
reset (RawConnection *self)
{
  const struct linger at_once = { .l_onoff = 1 };

  g_assert_no_errno (
      setsockopt (g_socket_get_fd (self->socket), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
}

static gboolean
drip (gpointer user_data)
{
  RawConnection *self = user_data;

  /* Until the other side has had enough. */
  return g_output_stream_write_all (g_io_stream_get_output_stream (self->stream), "x", 1, NULL,
                                    NULL, NULL);
}

static gboolean
repeat (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  RawConnection *self = user_data;
  g_autoptr (GError) error = NULL;
  gsize length;
  const char *bytes = g_bytes_get_data (self->bytes, &length);
  gssize count = g_socket_send_with_blocking (socket, bytes + self->written, length - self->written,
                                              FALSE, NULL, &error);

  if (count > 0)
    self->written = (self->written + (gsize)count) % length;

  return count > 0 || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
}

/* What comes on the connection from now on, by itself. */
static void
attach (LkTestServer *self, RawConnection *raw, const char *bytes, gssize length, LkTestThen then)
{
  if (then == LK_TEST_THEN_DRIP)
    {
      raw->source = g_timeout_source_new (DRIP_INTERVAL_MS);
      g_source_set_callback (raw->source, drip, raw, NULL);
    }
  else if (then == LK_TEST_THEN_REPEAT)
    {
      raw->bytes = g_bytes_new (bytes, length < 0 ? strlen (bytes) : (gsize)length);
      raw->source = g_socket_create_source (raw->socket, G_IO_OUT, NULL);
      g_source_set_callback (raw->source, G_SOURCE_FUNC (repeat), raw, NULL);
    }
  if (raw->source != NULL)
    g_source_attach (raw->source, self->context);
}

static void
handle (SoupServer *soup,
        SoupServerMessage *message,
        const char *path,
        GHashTable *query,
        gpointer user_data)
{
  LkTestServer *self = user_data;
  g_autoptr (GBytes) body
      = soup_message_body_flatten (soup_server_message_get_request_body (message));
  GSocketAddress *address = soup_server_message_get_remote_address (message);
  LkTestRequest request = {
    .index = self->n_requests,
    .method = soup_server_message_get_method (message),
    .path = path,
    .headers = soup_server_message_get_request_headers (message),
    .body = body,
    .client_port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)),
    .server = self,
    .message = message,
  };

  g_mutex_lock (&self->lock);
  self->n_requests++;
  g_mutex_unlock (&self->lock);

  self->func (&request, self->user_data);

  g_mutex_lock (&self->lock);
  self->n_done++;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
set_listening (LkTestServer *self, gboolean listening)
{
  g_mutex_lock (&self->lock);
  self->listening = listening;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* At the port that it has, or the first time at any. */
static gboolean
start_listening (gpointer user_data)
{
  LkTestServer *self = user_data;
  g_autoptr (GError) error = NULL;
  GSList *uris;

  soup_server_listen_local (self->soup, self->port,
                            SOUP_SERVER_LISTEN_IPV4_ONLY
                                | (self->certificate != NULL ? SOUP_SERVER_LISTEN_HTTPS : 0),
                            &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->soup);
  self->port = (guint)g_uri_get_port (uris->data);
  if (self->url == NULL)
    self->url = g_strdup_printf ("%s://127.0.0.1:%u", g_uri_get_scheme (uris->data), self->port);
  g_slist_free_full (uris, (GDestroyNotify)g_uri_unref);
  set_listening (self, TRUE);
  return G_SOURCE_REMOVE;
}

static gboolean
stop_listening (gpointer user_data)
{
  LkTestServer *self = user_data;

  g_ptr_array_set_size (self->raw, 0);
  soup_server_disconnect (self->soup);
  set_listening (self, FALSE);
  return G_SOURCE_REMOVE;
}

static gpointer
run (gpointer user_data)
{
  LkTestServer *self = user_data;

  g_main_context_push_thread_default (self->context);

  self->soup = soup_server_new (NULL, NULL);
  soup_server_add_handler (self->soup, NULL, handle, self, NULL);
  if (self->certificate != NULL)
    soup_server_set_tls_certificate (self->soup, self->certificate);
  start_listening (self);

  g_main_loop_run (self->loop);

  /* libsoup 3.6 crashes when its server goes amid a TLS handshake that it began: it stays then, and
   * nothing runs it any more. */
  if (self->certificate == NULL || soup_get_minor_version () < 6)
    {
      stop_listening (self);
      g_clear_object (&self->soup);
      while (g_main_context_iteration (self->context, FALSE))
        ;
    }
  g_main_context_pop_thread_default (self->context);

  return NULL;
}

static void
wait_listening (LkTestServer *self, gboolean listening)
{
  g_mutex_lock (&self->lock);
  while (self->listening != listening)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

/* Takes the certificate over. */
static LkTestServer *
server_new (LkTestServerFunc func, gpointer user_data, GTlsCertificate *certificate)
{
  LkTestServer *self = g_new0 (LkTestServer, 1);

  self->func = func;
  self->user_data = user_data;
  self->certificate = certificate;
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->raw = g_ptr_array_new_with_free_func ((GDestroyNotify)raw_connection_free);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);

  self->thread = g_thread_new ("lk-test-server", run, self);
  wait_listening (self, TRUE);

  return self;
}

LkTestServer *
lk_test_server_new (LkTestServerFunc func, gpointer user_data)
{
  return server_new (func, user_data, NULL);
}

LkTestServer *
lk_test_server_new_tls (LkTestServerFunc func, gpointer user_data, const char *certificate)
{
  g_autofree char *path = g_build_filename (g_getenv ("LK_EGRESS_TEST_DATA"), certificate, NULL);
  g_autoptr (GError) error = NULL;
  GTlsCertificate *read = g_tls_certificate_new_from_file (path, &error);

  g_assert_no_error (error);

  return server_new (func, user_data, read);
}

/* By a source, for the loop may not run yet. */
static void
run_in_thread (LkTestServer *self, GSourceFunc func, gpointer data)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, func, data, NULL);
  g_source_attach (source, self->context);
}

void
lk_test_server_set_listening (LkTestServer *self, gboolean listening)
{
  run_in_thread (self, listening ? start_listening : stop_listening, self);
  wait_listening (self, listening);
}

static gboolean
quit (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

void
lk_test_server_free (LkTestServer *self)
{
  run_in_thread (self, quit, self->loop);
  g_thread_join (self->thread);

  g_ptr_array_unref (self->raw);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_clear_object (&self->certificate);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self->url);
  g_free (self);
}

const char *
lk_test_server_get_url (LkTestServer *self)
{
  return self->url;
}

guint
lk_test_server_get_n_requests (LkTestServer *self)
{
  guint n_requests;

  g_mutex_lock (&self->lock);
  n_requests = self->n_requests;
  g_mutex_unlock (&self->lock);

  return n_requests;
}

void
lk_test_server_wait (LkTestServer *self, guint n_requests)
{
  g_mutex_lock (&self->lock);
  while (self->n_done < n_requests)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

void
lk_test_request_reply (LkTestRequest *request,
                       guint status,
                       const char *content_type,
                       const char *body,
                       gssize length)
{
  soup_server_message_set_status (request->message, status, NULL);
  soup_server_message_set_response (request->message, content_type, SOUP_MEMORY_COPY, body,
                                    length < 0 ? strlen (body) : (gsize)length);
}

void
lk_test_request_reply_raw (LkTestRequest *request,
                           const char *bytes,
                           gssize length,
                           LkTestThen then)
{
  LkTestServer *self = request->server;
  RawConnection *raw = g_new0 (RawConnection, 1);

  raw->socket = g_object_ref (soup_server_message_get_socket (request->message));
  raw->stream = soup_server_message_steal_connection (request->message);
  /* The client may be gone already, which is what some tests are about. */
  g_output_stream_write_all (g_io_stream_get_output_stream (raw->stream), bytes,
                             length < 0 ? strlen (bytes) : (gsize)length, NULL, NULL, NULL);

  if (then == LK_TEST_THEN_CLOSE || then == LK_TEST_THEN_RESET)
    {
      if (then == LK_TEST_THEN_CLOSE)
        shut_down (raw);
      else
        reset (raw);
      raw_connection_free (raw);
      return;
    }

  g_ptr_array_add (self->raw, raw);
  attach (self, raw, bytes, length, then);
}
