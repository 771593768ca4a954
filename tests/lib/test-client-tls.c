/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Servers with certificates of an authority of their own, and the proxy in between. */

#include "fake-egress.h"

#include "lk-test-server.h"

static void
serve (LkTestRequest *request, gpointer user_data)
{
  lk_test_request_reply (request, 200, "application/json", "{}", -1);
}

static LkEgressClient *
new_client (const char *url, gboolean knows_authority, const char *proxy)
{
  g_autofree char *path
      = g_build_filename (g_getenv ("LK_EGRESS_TEST_DATA"), "tls-authority.pem", NULL);
  g_autoptr (LkEgressCredentials) credentials = lk_egress_credentials_new_for_token ("a.b.c");
  g_autoptr (GTlsDatabase) database = NULL;
  g_autoptr (GProxyResolver) resolver = g_simple_proxy_resolver_new (proxy, NULL);
  g_autoptr (GError) error = NULL;

  if (knows_authority)
    {
      database = g_tls_file_database_new (path, &error);
      g_assert_no_error (error);
    }

  return g_object_new (LK_EGRESS_TYPE_CLIENT, "url", url, "credentials", credentials,
                       "tls-database", database, "proxy-resolver", resolver, "wire-format",
                       LK_EGRESS_WIRE_FORMAT_JSON, NULL);
}

static void
assert_refuses (LkEgressClient *client, const char *reason)
{
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  g_autoptr (GError) error = NULL;

  for (guint async = 0; async < 2; async++)
    {
      g_assert_false (fake_wait_list (client, async, &error));
      g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
      g_assert_nonnull (strstr (error->message, "ListEgress at https://127.0.0.1:"));
      g_assert_nonnull (strstr (error->message, reason));
      g_clear_error (&error);
    }

  /* Nothing was sent, so there is nothing to look for. */
  g_assert_null (lk_egress_client_start (client, request, NULL, &error));
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
}

static void
test_own_authority (void)
{
  g_autoptr (LkTestServer) server = lk_test_server_new_tls (serve, NULL, "tls-server.pem");
  g_autoptr (LkEgressClient) client = new_client (lk_test_server_get_url (server), TRUE, NULL);
  g_autoptr (GError) error = NULL;

  for (guint async = 0; async < 2; async++)
    {
      g_assert_true (fake_wait_list (client, async, &error));
      g_assert_no_error (error);
    }
  g_assert_cmpuint (lk_test_server_get_n_requests (server), ==, 2);
}

static void
test_unknown_authority (void)
{
  g_autoptr (LkTestServer) server = lk_test_server_new_tls (serve, NULL, "tls-server.pem");
  g_autoptr (LkEgressClient) client = new_client (lk_test_server_get_url (server), FALSE, NULL);

  assert_refuses (client, "tls-database");
  g_assert_cmpuint (lk_test_server_get_n_requests (server), ==, 0);
}

static void
test_other_host (void)
{
  g_autoptr (LkTestServer) server = lk_test_server_new_tls (serve, NULL, "tls-other.pem");
  g_autoptr (LkEgressClient) client = new_client (lk_test_server_get_url (server), TRUE, NULL);

  assert_refuses (client, "host name");
  g_assert_cmpuint (lk_test_server_get_n_requests (server), ==, 0);
}

static gboolean
close_at_once (GThreadedSocketService *service,
               GSocketConnection *connection,
               GObject *source,
               gpointer n_connections)
{
  g_atomic_int_inc ((int *)n_connections);

  return TRUE;
}

/* A server that is about to go or to come takes connections and drops them. Nothing was sent. */
static void
test_dropped (void)
{
  int n_connections = 0;
  GSocketService *service = g_threaded_socket_service_new (10);
  guint16 port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, NULL);
  g_autofree char *url = g_strdup_printf ("wss://127.0.0.1:%u", port);
  g_autoptr (LkEgressClient) client = new_client (url, TRUE, NULL);
  g_autoptr (LkEgressRequest) request = fake_egress_new_request ();
  g_auto (FakeWait) wait = { NULL };
  GError *error = NULL;

  g_signal_connect (service, "run", G_CALLBACK (close_at_once), &n_connections);
  g_assert_false (fake_wait_list (client, TRUE, &error));
  g_assert_true (error->domain == G_TLS_ERROR);
  g_clear_error (&error);
  g_assert_cmpint (g_atomic_int_get (&n_connections), ==, 3);

  lk_egress_client_start_async (client, request, NULL, fake_wait_done, &wait);
  g_assert_null (lk_egress_client_start_finish (client, fake_wait_for (&wait), &error));
  g_assert_true (error->domain == G_TLS_ERROR);
  g_clear_error (&error);
  g_assert_cmpint (g_atomic_int_get (&n_connections), ==, 6);

  g_socket_service_stop (service);
  g_socket_listener_close (G_SOCKET_LISTENER (service));
  g_object_unref (service);
}

/* An HTTP proxy for TLS: answers CONNECT and passes on what comes. It connects to the server
 * whatever name is asked for, and remembers that. */
typedef struct
{
  GSocketService *service;
  const char *server_url;
  GMutex lock;
  char *asked_for;
} Tunnel;

static gboolean
tunnel_run (GThreadedSocketService *service,
            GSocketConnection *connection,
            GObject *source,
            gpointer user_data)
{
  Tunnel *self = user_data;
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (input);
  g_autoptr (GSocketClient) connector = g_socket_client_new ();
  g_autoptr (GSocketConnection) server = NULL;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_auto (FakeWait) wait = { NULL };
  g_autofree char *line = NULL;

  g_data_input_stream_set_newline_type (lines, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (lines), FALSE);
  g_mutex_lock (&self->lock);
  g_free (self->asked_for);
  self->asked_for = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
  g_mutex_unlock (&self->lock);
  while ((line = g_data_input_stream_read_line (lines, NULL, NULL, NULL)) != NULL && *line != '\0')
    g_clear_pointer (&line, g_free);

  g_socket_client_set_proxy_resolver (connector, NULL);
  g_socket_client_set_enable_proxy (connector, FALSE);
  server = g_socket_client_connect_to_uri (connector, self->server_url, 443, NULL, NULL);
  g_assert_nonnull (server);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                             "HTTP/1.1 200 OK\r\n\r\n", 19, NULL, NULL, NULL);

  g_main_context_push_thread_default (context);
  g_io_stream_splice_async (G_IO_STREAM (connection), G_IO_STREAM (server),
                            G_IO_STREAM_SPLICE_CLOSE_STREAM1 | G_IO_STREAM_SPLICE_CLOSE_STREAM2,
                            G_PRIORITY_DEFAULT, NULL, fake_wait_done, &wait);
  while (wait.result == NULL)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);

  return TRUE;
}

static void
test_tunnel (void)
{
  g_autoptr (LkTestServer) server = lk_test_server_new_tls (serve, NULL, "tls-other.pem");
  Tunnel tunnel = { .service = g_threaded_socket_service_new (10),
                    .server_url = lk_test_server_get_url (server) };
  guint16 port
      = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (tunnel.service), NULL, NULL);
  g_autofree char *proxy = g_strdup_printf ("http://127.0.0.1:%u", port);
  g_autoptr (LkEgressClient) client = new_client ("wss://other.example", TRUE, proxy);
  g_autoptr (GError) error = NULL;

  g_mutex_init (&tunnel.lock);
  g_signal_connect (tunnel.service, "run", G_CALLBACK (tunnel_run), &tunnel);
  /* The service accepts in this main context. */
  g_assert_true (fake_wait_list (client, TRUE, &error));
  g_assert_no_error (error);
  g_mutex_lock (&tunnel.lock);
  g_assert_cmpstr (tunnel.asked_for, ==, "CONNECT other.example:443 HTTP/1.1");
  g_mutex_unlock (&tunnel.lock);
  g_assert_cmpuint (lk_test_server_get_n_requests (server), ==, 1);

  /* Ends the connection, and the tunnel with it. */
  g_clear_object (&client);
  g_socket_service_stop (tunnel.service);
  g_socket_listener_close (G_SOCKET_LISTENER (tunnel.service));
  g_object_unref (tunnel.service);
  g_free (tunnel.asked_for);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/client-tls/own-authority", test_own_authority);
  g_test_add_func ("/client-tls/unknown-authority", test_unknown_authority);
  g_test_add_func ("/client-tls/other-host", test_other_host);
  g_test_add_func ("/client-tls/dropped", test_dropped);
  g_test_add_func ("/client-tls/tunnel", test_tunnel);

  return g_test_run ();
}
