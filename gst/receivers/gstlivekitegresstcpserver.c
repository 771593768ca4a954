/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresstcpserver.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <glib-unix.h>
#include <gst/gst.h>

#include "gstlivekitegressplugin.h"

#define GST_CAT_DEFAULT gst_livekit_egress_debug

/* How many may be there without having shown the secret, the newest, and how long each. */
#define MAX_STRANGERS 64
#define SECRET_TIME (5 * G_TIME_SPAN_SECOND)

/* A TLS handshake keeps a thread of GIO busy, of which there are few for the whole process. */
#define MAX_HANDSHAKES 4

/* How long what is sent last may take to be read. */
#define GOODBYE_TIME G_TIME_SPAN_SECOND

#define READ_BYTES (16 * 1024)
#define MAX_UNSENT (64 * 1024)
#define MAX_ACCEPTS 8           /* before others have their turn */
#define ACCEPT_PAUSE (100 * G_TIME_SPAN_MILLISECOND)

/* A sender whose machine has gone is missed after half a minute (seconds). */
#define KEEPALIVE_IDLE 10
#define KEEPALIVE_INTERVAL 5
#define KEEPALIVE_COUNT 4

/* Counts references, as it may be dropped while a thread of GIO works on its handshake. */
typedef struct
{
  GstLiveKitEgressTcpServer *server;
  gboolean dropped;
  gboolean shakes_hands;
  gchar *peer;
  GSocket *socket;
  GIOStream *stream;
  GCancellable *cancellable;
  GSource *input;
  GSource *output;
  GByteArray *unsent;
  gpointer session;
  gint64 deadline;              /* monotonic; of the sender none */
  gint64 heard;                 /* monotonic: when it last said something */
  gboolean leaving;             /* it is over: nothing that comes is used */
  gboolean closes;              /* the connection itself, and would mind that we did */
} Connection;

/* Ends the wait. A ready time would wake up the context each time that it is set. */
typedef struct
{
  GSource parent;
  gint64 end_time;              /* monotonic */
} Alarm;

struct _GstLiveKitEgressTcpServer
{
  GMainContext *context;
  GTlsCertificate *certificate;
  GstLiveKitEgressTcpFuncs funcs;
  gpointer funcs_data;
  guint port;
  gint refusing;                /* atomic */

  GSocket *socket;
  GSource *accept;              /* NULL: paused, or nobody is let in */
  gint64 accept_time;           /* when it goes on after a pause */
  Alarm *alarm;
  Connection *sender;
  GQueue others;                /* the oldest first */
  guint n_handshakes;           /* under way */
};

static void
clear_source (GSource ** source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static GSource *
attach (GstLiveKitEgressTcpServer * self, GSource * source, GSourceFunc func,
    gpointer data)
{
  g_source_set_callback (source, func, data, NULL);
  /* None does, and to see to that wakes up the context as well. */
  g_source_set_can_recurse (source, TRUE);
  g_source_attach (source, self->context);
  return source;
}

/*** Connections ***/

static void
connection_clear (gpointer data)
{
  Connection *self = data;

  g_clear_object (&self->stream);
  g_clear_object (&self->socket);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->unsent, g_byte_array_unref);
  g_free (self->peer);
}

/* Whoever holds no reference must not use it any more. */
static void
close_connection (Connection * self)
{
  GstLiveKitEgressTcpServer *server = self->server;

  if (self == server->sender)
    server->sender = NULL;
  else
    g_queue_remove (&server->others, self);

  self->dropped = TRUE;
  g_cancellable_cancel (self->cancellable);
  clear_source (&self->input);
  clear_source (&self->output);
  /* It is closed when nobody uses it any more. */
  g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
  g_clear_pointer (&self->session, server->funcs.session_free);
  g_rc_box_release_full (self, connection_clear);
}

/* The same, and tells of it. */
static void
drop (Connection * self, const gchar * why)
{
  GstLiveKitEgressTcpServer *server = self->server;
  const gboolean was_sender = self == server->sender;

  if (!was_sender && !self->leaving)
    server->funcs.refused (self->peer, why, server->funcs_data);
  close_connection (self);
  if (was_sender)
    server->funcs.connected (FALSE, server->funcs_data);
}

static gboolean on_output (GObject * stream, gpointer data);

/* FALSE if it is dropped. */
static gboolean
send_unsent (Connection * self)
{
  GPollableOutputStream *output =
      G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (self->stream));

  while (self->unsent->len > 0) {
    g_autoptr (GError) error = NULL;
    gssize n = g_pollable_output_stream_write_nonblocking (output,
        self->unsent->data, self->unsent->len, NULL, &error);

    if (n > 0) {
      g_byte_array_remove_range (self->unsent, 0, n);
      continue;
    }
    if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)
        || self->unsent->len > MAX_UNSENT) {
      drop (self, error->message);
      return FALSE;
    }
    if (self->output == NULL)
      self->output = attach (self->server,
          g_pollable_output_stream_create_source (output, NULL),
          G_SOURCE_FUNC (on_output), self);
    return TRUE;
  }

  clear_source (&self->output);
  if (self->leaving && !self->closes)
    g_socket_shutdown (self->socket, FALSE, TRUE, NULL);
  return TRUE;
}

static gboolean
on_output (GObject * stream, gpointer data)
{
  send_unsent (data);
  return G_SOURCE_CONTINUE;
}

/* It has the secret: whoever had it before has lost its connection, whether it knows that or not. */
static void
take_over (Connection * self)
{
  GstLiveKitEgressTcpServer *server = self->server;
  Connection *old = server->sender;

  if (old != NULL)
    close_connection (old);
  g_queue_remove (&server->others, self);
  server->sender = self;
  server->funcs.connected (TRUE, server->funcs_data);
}

/* Nothing more is read of it, and it has a moment to read what it is told. */
static void
leave (Connection * self)
{
  GstLiveKitEgressTcpServer *server = self->server;
  const gboolean was_sender = self == server->sender;

  if (self->leaving)
    return;
  self->leaving = TRUE;
  self->deadline = g_get_monotonic_time () + GOODBYE_TIME;
  if (!was_sender)
    return;

  server->sender = NULL;
  g_queue_push_tail (&server->others, self);
  server->funcs.connected (FALSE, server->funcs_data);
}

/* FALSE if it is dropped. */
static gboolean
feed (Connection * self, const guint8 * data, gsize size)
{
  GstLiveKitEgressTcpServer *server = self->server;
  const GstLiveKitEgressTcpFuncs *funcs = &server->funcs;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = NULL;
  GstLiveKitEgressTcpStanding standing;

  if (self->leaving)
    return TRUE;

  funcs->feed (self->session, data, size, &error);
  if (error != NULL && self == server->sender)
    GST_WARNING ("the sender %s: %s", self->peer, error->message);
  else if (error != NULL)
    funcs->refused (self->peer, error->message, server->funcs_data);

  standing = funcs->get_standing (self->session);
  if (standing == GST_LIVEKIT_EGRESS_TCP_SENDER && self != server->sender)
    take_over (self);
  self->closes = standing == GST_LIVEKIT_EGRESS_TCP_ENDING;
  if (self->closes || standing == GST_LIVEKIT_EGRESS_TCP_OVER)
    leave (self);

  answer = funcs->take_answer (self->session);
  if (answer != NULL)
    g_byte_array_append (self->unsent, g_bytes_get_data (answer, NULL),
        g_bytes_get_size (answer));
  return send_unsent (self);
}

/* All that came is read. A sender holds back the next small piece until it knows that (RFC 896), and the
 * kernel may be in no hurry to tell it: a picture came up to 40 milliseconds later. The option is Linux'
 * own, and does not stay set. */
static void
acknowledge (Connection * self)
{
#ifdef TCP_QUICKACK
  g_socket_set_option (self->socket, IPPROTO_TCP, TCP_QUICKACK, TRUE, NULL);
#endif
}

static GPollableInputStream *
get_input (Connection * self)
{
  return G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (self->stream));
}

static gboolean
on_input (GObject * stream, gpointer data)
{
  Connection *self = data;
  guint8 bytes[READ_BYTES];
  g_autoptr (GError) error = NULL;
  gssize n = g_pollable_input_stream_read_nonblocking (get_input (self), bytes,
      sizeof bytes, NULL, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;
  if (n > 0) {
    self->heard = g_get_monotonic_time ();
    if (n < READ_BYTES)
      acknowledge (self);
    return feed (self, bytes, n);
  }

  drop (self, error != NULL ? error->message : "it has gone");
  return G_SOURCE_REMOVE;
}

static gboolean
on_readable (gint fd, GIOCondition condition, gpointer data)
{
  return on_input (NULL, data);
}

/* The sources of streams wake up their own context several times for each piece, which costs as much as
 * to read it. */
static void
read_input (Connection * self)
{
  clear_source (&self->input);
  if (self->server->certificate == NULL)
    self->input = attach (self->server,
        g_unix_fd_source_new (g_socket_get_fd (self->socket), G_IO_IN),
        G_SOURCE_FUNC (on_readable), self);
  else
    self->input = attach (self->server,
        g_pollable_input_stream_create_source (get_input (self), NULL),
        G_SOURCE_FUNC (on_input), self);
}

/*** TLS ***/

static void
on_handshake (GObject * tls, GAsyncResult * result, gpointer data)
{
  Connection *self = data;
  g_autoptr (GError) error = NULL;

  self->server->n_handshakes--;
  self->shakes_hands = FALSE;
  g_tls_connection_handshake_finish (G_TLS_CONNECTION (tls), result, &error);
  if (!self->dropped && error == NULL) {
    read_input (self);
  } else if (!self->dropped) {
    drop (self, error->message);
  }
  g_rc_box_release_full (self, connection_clear);
}

/* Nobody is asked for a certificate. With the authorities of the system, which it would read each time,
 * it would take a thousand times as long. */
static GIOStream *
create_tls (Connection * self, GError ** error)
{
  return g_initable_new (g_tls_backend_get_server_connection_type
      (g_tls_backend_get_default ()), NULL, error,
      "base-io-stream", self->stream,
      "certificate", self->server->certificate, "database", NULL, NULL);
}

/* The newest go on, as with strangers. */
static void
limit_handshakes (GstLiveKitEgressTcpServer * self)
{
  Connection *oldest = NULL;
  guint n = 0;
  GList *l;

  for (l = self->others.tail; l != NULL; l = l->prev) {
    if (((Connection *) l->data)->shakes_hands) {
      oldest = l->data;
      n++;
    }
  }
  if (n >= MAX_HANDSHAKES)
    drop (oldest, "too many others shake hands after it");
}

/* Whoever says nothing costs no thread. */
static gboolean
on_hello (GSocket * socket, GIOCondition condition, gpointer data)
{
  Connection *self = data;
  g_autoptr (GError) error = NULL;
  GIOStream *tls = create_tls (self, &error);

  clear_source (&self->input);
  if (tls == NULL) {
    drop (self, error->message);
    return G_SOURCE_REMOVE;
  }

  limit_handshakes (self->server);
  g_object_unref (self->stream);
  self->stream = tls;
  self->shakes_hands = TRUE;
  self->server->n_handshakes++;
  g_tls_connection_handshake_async (G_TLS_CONNECTION (tls), G_PRIORITY_DEFAULT,
      self->cancellable, on_handshake, g_rc_box_acquire (self));
  return G_SOURCE_REMOVE;
}

/*** Listening ***/

static gchar *
describe (GSocket * socket)
{
  g_autoptr (GSocketAddress) address =
      g_socket_get_remote_address (socket, NULL);

  return address != NULL ?
      g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address)) :
      g_strdup ("somebody");
}

static void
add_connection (GstLiveKitEgressTcpServer * self, GSocket * socket)
{
  Connection *connection = g_rc_box_new0 (Connection);

  g_socket_set_blocking (socket, FALSE);
  g_socket_set_keepalive (socket, TRUE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL,
      NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT, NULL);

  connection->server = self;
  connection->peer = describe (socket);
  connection->socket = g_object_ref (socket);
  connection->stream =
      G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
  connection->cancellable = g_cancellable_new ();
  connection->unsent = g_byte_array_new ();
  connection->session = self->funcs.session_new (self->funcs_data);
  connection->deadline = g_get_monotonic_time () + SECRET_TIME;
  g_queue_push_tail (&self->others, connection);

  if (self->certificate == NULL)
    read_input (connection);
  else
    connection->input = attach (self, g_socket_create_source (socket, G_IO_IN,
            NULL), G_SOURCE_FUNC (on_hello), connection);
}

static gboolean
on_accept (GSocket * socket, GIOCondition condition, gpointer data)
{
  GstLiveKitEgressTcpServer *self = data;
  guint i;

  for (i = 0; i < MAX_ACCEPTS; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GSocket) accepted = g_socket_accept (socket, NULL, &error);

    if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      break;
    if (accepted == NULL) {
      /* There may be no file descriptor left, and it would be said at once again. */
      GST_WARNING ("cannot let anybody connect: %s", error->message);
      clear_source (&self->accept);
      self->accept_time = g_get_monotonic_time () + ACCEPT_PAUSE;
      break;
    }

    if (g_queue_get_length (&self->others) >= MAX_STRANGERS)
      drop (g_queue_peek_head (&self->others),
          "too many others have come after it");
    add_connection (self, accepted);
  }
  return G_SOURCE_CONTINUE;
}

/* The end of a pause, the end of the patience with strangers, and the end of it all. */
static void
look_around (GstLiveKitEgressTcpServer * self)
{
  const gint64 now = g_get_monotonic_time ();
  GList *l, *next;

  for (l = self->others.head; l != NULL; l = next) {
    Connection *connection = l->data;

    next = l->next;
    if (connection->deadline <= now)
      drop (connection, "it did not show the secret of this run in time");
  }

  if (g_atomic_int_get (&self->refusing)) {
    clear_source (&self->accept);
    g_socket_close (self->socket, NULL);
  } else if (self->accept == NULL && now >= self->accept_time) {
    self->accept = attach (self, g_socket_create_source (self->socket, G_IO_IN,
            NULL), G_SOURCE_FUNC (on_accept), self);
  }
}

/* After it was looked whether there is something: nobody may have looked for long. */
static void
look_at_silence (GstLiveKitEgressTcpServer * self)
{
  if (self->sender == NULL || self->funcs.max_silence == 0
      || g_get_monotonic_time () - self->sender->heard <
      self->funcs.max_silence)
    return;

  GST_WARNING ("the sender %s: said nothing for too long", self->sender->peer);
  drop (self->sender, NULL);
}

gboolean
gst_livekit_egress_tcp_server_iterate (GstLiveKitEgressTcpServer * self,
    gint64 end_time)
{
  gboolean busy;

  g_main_context_push_thread_default (self->context);
  look_around (self);
  self->alarm->end_time = end_time;
  busy = g_main_context_iteration (self->context, end_time != 0);
  look_at_silence (self);
  g_main_context_pop_thread_default (self->context);
  return busy;
}

void
gst_livekit_egress_tcp_server_refuse_all (GstLiveKitEgressTcpServer * self)
{
  g_atomic_int_set (&self->refusing, TRUE);
}

guint
gst_livekit_egress_tcp_server_get_port (GstLiveKitEgressTcpServer * self)
{
  return self->port;
}

/*** Object ***/

static gboolean
alarm_prepare (GSource * source, gint * timeout)
{
  const gint64 left = ((Alarm *) source)->end_time - g_get_monotonic_time ();

  *timeout = left > 0 ? (left + 999) / 1000 : 0;
  return FALSE;
}

static GSourceFuncs alarm_funcs = {.prepare = alarm_prepare };

static GSocket *
create_socket (GSocketAddress * address, guint * port, GError ** error)
{
  g_autoptr (GSocket) socket =
      g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, error);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autofree gchar *text = NULL;

  if (socket != NULL) {
    g_socket_set_blocking (socket, FALSE);
    if (g_socket_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
      g_socket_set_option (socket, IPPROTO_IPV6, IPV6_V6ONLY, 0, NULL);
    g_socket_set_listen_backlog (socket, MAX_STRANGERS);
    if (g_socket_bind (socket, address, TRUE, error)
        && g_socket_listen (socket, error))
      bound = g_socket_get_local_address (socket, error);
  }
  if (bound == NULL) {
    text = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));
    g_prefix_error (error, "Cannot listen on %s: ", text);
    return NULL;
  }

  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return g_steal_pointer (&socket);
}

GstLiveKitEgressTcpServer *
gst_livekit_egress_tcp_server_new (GSocketAddress * address,
    GTlsCertificate * certificate, const GstLiveKitEgressTcpFuncs * funcs,
    gpointer funcs_data, GError ** error)
{
  guint port;
  GSocket *socket = create_socket (address, &port, error);
  GstLiveKitEgressTcpServer *self;

  if (socket == NULL)
    return NULL;

  self = g_new0 (GstLiveKitEgressTcpServer, 1);
  self->socket = socket;
  self->port = port;
  self->context = g_main_context_new ();
  g_set_object (&self->certificate, certificate);
  self->funcs = *funcs;
  self->funcs_data = funcs_data;
  g_queue_init (&self->others);
  self->alarm = (Alarm *) g_source_new (&alarm_funcs, sizeof (Alarm));
  g_source_attach (&self->alarm->parent, self->context);
  return self;
}

void
gst_livekit_egress_tcp_server_free (GstLiveKitEgressTcpServer * self)
{
  while (!g_queue_is_empty (&self->others))
    close_connection (g_queue_peek_head (&self->others));
  if (self->sender != NULL)
    close_connection (self->sender);
  g_source_destroy (&self->alarm->parent);
  g_source_unref (&self->alarm->parent);
  /* They were cancelled. */
  while (self->n_handshakes > 0)
    g_main_context_iteration (self->context, TRUE);

  clear_source (&self->accept);
  g_object_unref (self->socket);
  g_clear_object (&self->certificate);
  g_main_context_unref (self->context);
  g_free (self);
}
