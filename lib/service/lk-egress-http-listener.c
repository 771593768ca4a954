/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-http-listener-private.h"

struct _LkEgressHttpListener
{
  SoupServer *soup; /* NULL once it is closed */
  GSocketService *sockets;
  GTlsCertificate *certificate;
  GMainContext *context;
  guint16 port;
  guint max_time;
  guint n_connections;
};

/* One connection, as long as libsoup keeps it. */
typedef struct
{
  LkEgressHttpListener *listener;
  GSocket *socket;
  GSocketAddress *address; /* by which libsoup's messages tell it */
  GSource *deadline;
} Connection;

static GQuark connection_quark (void);
G_DEFINE_QUARK (lk - egress - http - connection, connection)

static void
listener_clear (gpointer data)
{
  LkEgressHttpListener *self = data;

  g_clear_object (&self->sockets);
  g_clear_object (&self->certificate);
  g_main_context_unref (self->context);
}

static void
end_deadline (Connection *connection)
{
  if (connection->deadline == NULL)
    return;

  g_source_destroy (connection->deadline);
  g_clear_pointer (&connection->deadline, g_source_unref);
}

/* libsoup sees its end then. */
static gboolean
deadline_is_over (gpointer user_data)
{
  Connection *connection = user_data;

  g_socket_shutdown (connection->socket, TRUE, TRUE, NULL);

  return G_SOURCE_REMOVE;
}

static void
begin_deadline (Connection *connection)
{
  end_deadline (connection);
  connection->deadline = g_timeout_source_new (connection->listener->max_time);
  g_source_set_static_name (connection->deadline, "LkEgressHttpListener deadline");
  g_source_set_callback (connection->deadline, deadline_is_over, connection, NULL);
  g_source_attach (connection->deadline, connection->listener->context);
}

static void
connection_gone (gpointer data, GObject *stream)
{
  Connection *connection = data;
  LkEgressHttpListener *self = connection->listener;

  end_deadline (connection);
  g_object_set_qdata (G_OBJECT (connection->address), connection_quark (), NULL);
  g_object_unref (connection->address);
  g_object_unref (connection->socket);
  g_free (connection);
  self->n_connections--;
  if (self->soup != NULL)
    g_socket_service_start (self->sockets);
  g_rc_box_release_full (self, listener_clear);
}

/* The next request has as much time as this one had. */
static void
request_ended (SoupServer *soup, SoupServerMessage *message, gpointer user_data)
{
  GSocketAddress *address = soup_server_message_get_remote_address (message);
  Connection *connection
      = address != NULL ? g_object_get_qdata (G_OBJECT (address), connection_quark ()) : NULL;

  if (connection != NULL)
    begin_deadline (connection);
}

static gboolean
on_incoming (GSocketService *sockets,
             GSocketConnection *tcp,
             GObject *source_object,
             gpointer user_data)
{
  LkEgressHttpListener *self = user_data;
  g_autoptr (GSocketAddress) local = g_socket_connection_get_local_address (tcp, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (tcp, NULL);
  g_autoptr (GIOStream) stream = NULL;
  Connection *connection;

  /* Gone already. */
  if (self->soup == NULL || local == NULL || remote == NULL)
    return TRUE;

  if (self->certificate != NULL)
    stream = g_tls_server_connection_new (G_IO_STREAM (tcp), self->certificate, NULL);
  else
    stream = g_object_ref (G_IO_STREAM (tcp));
  if (stream == NULL)
    return TRUE;

  connection = g_new0 (Connection, 1);
  connection->listener = g_rc_box_acquire (self);
  connection->socket = g_object_ref (g_socket_connection_get_socket (tcp));
  connection->address = g_object_ref (remote);
  g_object_weak_ref (G_OBJECT (stream), connection_gone, connection);
  g_object_set_qdata (G_OBJECT (remote), connection_quark (), connection);
  begin_deadline (connection);

  self->n_connections++;
  if (self->n_connections >= LK_EGRESS_HTTP_MAX_CONNECTIONS)
    g_socket_service_stop (sockets);
  soup_server_accept_iostream (self->soup, stream, local, remote, NULL);

  return TRUE;
}

/* The sender would not see the answer if the connection was closed while it sends. */
static void
skip_rest (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  GInputStream *input = G_INPUT_STREAM (source_object);
  g_autoptr (GIOStream) stream = user_data;

  if (g_input_stream_skip_finish (input, result, NULL) > 0)
    g_input_stream_skip_async (input, LK_EGRESS_HTTP_MAX_BODY, G_PRIORITY_LOW, NULL, skip_rest,
                               g_steal_pointer (&stream));
}

static void
refused (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GIOStream) stream = user_data;
  GInputStream *input = g_io_stream_get_input_stream (stream);

  if (g_output_stream_write_all_finish (G_OUTPUT_STREAM (source_object), result, NULL, NULL))
    g_input_stream_skip_async (input, LK_EGRESS_HTTP_MAX_BODY, G_PRIORITY_LOW, NULL, skip_rest,
                               g_steal_pointer (&stream));
}

/* libsoup answers only when it has all of the body. The deadline of the connection still holds. */
static void
refuse (SoupServerMessage *message, const char *answer)
{
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);
  GOutputStream *output = g_io_stream_get_output_stream (stream);

  g_output_stream_write_all_async (output, answer, strlen (answer), G_PRIORITY_DEFAULT, NULL,
                                   refused, g_steal_pointer (&stream));
}

#define ANSWER(line) "HTTP/1.1 " line "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

/* Nothing is kept of a body that is too large, or does not say how large it is. */
static void
on_headers (SoupServer *soup,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  goffset length = soup_message_headers_get_content_length (headers);

  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CHUNKED)
    refuse (message, ANSWER ("411 Length Required"));
  else if (length < 0)
    refuse (message, ANSWER ("400 Bad Request"));
  else if (length > LK_EGRESS_HTTP_MAX_BODY)
    refuse (message, ANSWER ("413 Content Too Large"));
}

static GSocket *
listen_on (GInetAddress *address, guint16 port, GError **error)
{
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (address, port);
  g_autoptr (GSocket) socket = g_socket_new (g_inet_address_get_family (address),
                                             G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

  if (socket == NULL)
    return NULL;

  g_socket_set_listen_backlog (socket, 2 * LK_EGRESS_HTTP_MAX_CONNECTIONS);
  if (!g_socket_bind (socket, wanted, TRUE, error) || !g_socket_listen (socket, error))
    return NULL;

  return g_steal_pointer (&socket);
}

/* libsoup keeps a connection for its next request only if it listens itself. So it does, but in a
 * context that nobody runs: it accepts nothing. */
static gboolean
keep_connections (SoupServer *soup, GSocket *socket, GError **error)
{
  g_autoptr (GMainContext) idle = g_main_context_new ();
  gboolean listens;

  g_main_context_push_thread_default (idle);
  listens = soup_server_listen_socket (soup, socket, 0, error);
  g_main_context_pop_thread_default (idle);

  return listens;
}

LkEgressHttpListener *
lk_egress_http_listener_new (SoupServer *soup,
                             GInetAddress *address,
                             guint16 port,
                             GTlsCertificate *certificate,
                             guint max_time,
                             GError **error)
{
  g_autoptr (GSocket) socket = listen_on (address, port, error);
  g_autoptr (GSocketService) sockets = g_socket_service_new ();
  g_autoptr (GSocketAddress) effective = NULL;
  LkEgressHttpListener *self;

  if (socket == NULL || !keep_connections (soup, socket, error)
      || !g_socket_listener_add_socket (G_SOCKET_LISTENER (sockets), socket, NULL, error))
    return NULL;
  effective = g_socket_get_local_address (socket, error);
  if (effective == NULL)
    return NULL;

  self = g_rc_box_new0 (LkEgressHttpListener);
  self->soup = g_object_ref (soup);
  self->sockets = g_steal_pointer (&sockets);
  g_set_object (&self->certificate, certificate);
  self->context = g_main_context_ref_thread_default ();
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective));
  self->max_time = max_time;

  soup_server_add_early_handler (soup, NULL, on_headers, NULL, NULL);
  g_signal_connect (soup, "request-finished", G_CALLBACK (request_ended), NULL);
  g_signal_connect (soup, "request-aborted", G_CALLBACK (request_ended), NULL);
  g_signal_connect (self->sockets, "incoming", G_CALLBACK (on_incoming), self);
  g_socket_service_start (self->sockets);

  return self;
}

guint16
lk_egress_http_listener_get_port (LkEgressHttpListener *self)
{
  return self->port;
}

void
lk_egress_http_listener_free (LkEgressHttpListener *self)
{
  g_autoptr (SoupServer) soup = g_steal_pointer (&self->soup);

  g_signal_handlers_disconnect_by_data (self->sockets, self);
  g_socket_service_stop (self->sockets);
  g_socket_listener_close (G_SOCKET_LISTENER (self->sockets));
  soup_server_disconnect (soup);
  g_rc_box_release_full (self, listener_clear);
}
