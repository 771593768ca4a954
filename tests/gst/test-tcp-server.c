/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a TCP server does before anybody has said anything, and how it hears a sender. What it does
 * with sessions is in the receivers' tests. */

#include <gst/gst.h>
#include <linux/tcp.h>
#include <netinet/in.h>

#include "gstlivekitegressplugin.h"
#include "gstlivekitegresstcpserver.h"

#define MAX_STRANGERS 64
#define TIMEOUT (30 * G_TIME_SPAN_SECOND)

static GstLiveKitEgressTcpServer *
make_server_with (guint port,
                  const GstLiveKitEgressTcpFuncs *funcs,
                  gpointer funcs_data,
                  GError **error)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", port);

  return gst_livekit_egress_tcp_server_new (address, NULL, funcs, funcs_data, error);
}

static GstLiveKitEgressTcpServer *
make_server (guint port, GError **error)
{
  static const GstLiveKitEgressTcpFuncs no_funcs = { NULL };

  return make_server_with (port, &no_funcs, NULL, error);
}

/* A wait lasts until its end, and not to wait in between does not wake up the next. */
static void
test_waits (void)
{
  g_autoptr (GError) error = NULL;
  GstLiveKitEgressTcpServer *server = make_server (0, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < 5; i++)
    {
      gint64 end = g_get_monotonic_time () + 10 * G_TIME_SPAN_MILLISECOND;

      g_assert_false (gst_livekit_egress_tcp_server_iterate (server, 0));
      g_assert_false (gst_livekit_egress_tcp_server_iterate (server, end));
      g_assert_cmpint (g_get_monotonic_time (), >=, end);
    }
  gst_livekit_egress_tcp_server_free (server);
}

/* A port belongs to one, as long as that one is there, and can be had again at once. */
static void
test_port (void)
{
  GstLiveKitEgressTcpServer *server = make_server (0, NULL);
  guint port = gst_livekit_egress_tcp_server_get_port (server);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (make_server (port, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
      gst_livekit_egress_tcp_server_free (server);
      server = make_server (port, NULL);
      g_assert_nonnull (server);
    }
  gst_livekit_egress_tcp_server_free (server);
}

/*** A sender ***/

#define N_MESSAGES 100

/* What came, and what is to be answered. */
typedef struct
{
  gsize size;
  GBytes *answer;
} Heard;

static gpointer
session_new (gpointer heard)
{
  return heard;
}

static gboolean
feed (gpointer heard, const guint8 *data, gsize size, GError **error)
{
  ((Heard *)heard)->size += size;
  return TRUE;
}

static GBytes *
take_answer (gpointer heard)
{
  return g_steal_pointer (&((Heard *)heard)->answer);
}

static GstLiveKitEgressTcpStanding
get_standing (gpointer heard)
{
  return GST_LIVEKIT_EGRESS_TCP_SENDER;
}

static void
session_free (gpointer heard)
{
}

static void
on_connected (gboolean connected, gpointer user_data)
{
}

static GSocket *
connect_sender (guint port)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", port);
  g_autoptr (GError) error = NULL;
  GSocket *socket
      = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);

  g_assert_no_error (error);
  g_assert_true (g_socket_connect (socket, address, NULL, &error));
  g_assert_no_error (error);
  /* So that all is sent at once although it may not be acknowledged. */
  g_assert_true (g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, &error));
  return socket;
}

static struct tcp_info
get_info (GSocket *socket)
{
  struct tcp_info info = { 0 };
  socklen_t size = sizeof info;

  g_assert_cmpint (getsockopt (g_socket_get_fd (socket), IPPROTO_TCP, TCP_INFO, &info, &size), ==,
                   0);
  return info;
}

/* The kernel holds acknowledgements back for a while, which a sender may wait for before it goes
 * on. So each message is acknowledged by itself. */
static void
test_acknowledges_at_once (void)
{
  static const GstLiveKitEgressTcpFuncs funcs = {
    .session_new = session_new,
    .feed = feed,
    .take_answer = take_answer,
    .get_standing = get_standing,
    .session_free = session_free,
    .connected = on_connected,
  };
  static const char message[100];
  Heard heard = { .answer = g_bytes_new_static ("answer", 6) };
  GstLiveKitEgressTcpServer *server = make_server_with (0, &funcs, &heard, NULL);
  g_autoptr (GSocket) socket = connect_sender (gst_livekit_egress_tcp_server_get_port (server));
  guint n_before = get_info (socket).tcpi_segs_in;

  for (guint i = 1; i <= N_MESSAGES; i++)
    {
      g_assert_cmpint (g_socket_send (socket, message, sizeof message, NULL, NULL), ==,
                       sizeof message);
      while (heard.size < i * sizeof message)
        gst_livekit_egress_tcp_server_iterate (server,
                                               g_get_monotonic_time () + G_TIME_SPAN_SECOND);
    }
  while (get_info (socket).tcpi_unacked > 0)
    g_usleep (1000);
  g_assert_cmpuint (get_info (socket).tcpi_segs_in - n_before, >=, N_MESSAGES);
  gst_livekit_egress_tcp_server_free (server);
}

/*** Strangers who say nothing ***/

typedef struct
{
  guint n_come, n_there;
  GQueue refused; /* their addresses */
} Strangers;

static gpointer
on_come (gpointer user_data)
{
  Strangers *self = user_data;

  self->n_come++;
  self->n_there++;
  return self;
}

static void
on_gone (gpointer session)
{
  ((Strangers *)session)->n_there--;
}

static void
on_refused (const gchar *peer, const gchar *why, gpointer user_data)
{
  g_queue_push_tail (&((Strangers *)user_data)->refused, g_strdup (peer));
}

/* However many come, no more are kept: the oldest have to go. */
static void
test_bounds_strangers (void)
{
  static const GstLiveKitEgressTcpFuncs funcs
      = { .session_new = on_come, .session_free = on_gone, .refused = on_refused };
  Strangers strangers = { 0, 0, G_QUEUE_INIT };
  GstLiveKitEgressTcpServer *server = make_server_with (0, &funcs, &strangers, NULL);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GPtrArray) peers = g_ptr_array_new_with_free_func (g_object_unref);

  g_socket_client_set_enable_proxy (client, FALSE);
  for (guint i = 1; i <= 2 * MAX_STRANGERS; i++)
    {
      g_autoptr (GError) error = NULL;
      gint64 end;

      g_ptr_array_add (peers,
                       g_socket_client_connect_to_host (
                           client, "127.0.0.1",
                           (guint16)gst_livekit_egress_tcp_server_get_port (server), NULL, &error));
      g_assert_no_error (error);
      end = g_get_monotonic_time () + TIMEOUT;
      while (strangers.n_come < i && g_get_monotonic_time () < end)
        gst_livekit_egress_tcp_server_iterate (server, end);
      g_assert_cmpuint (strangers.n_come, ==, i);
      g_assert_cmpuint (strangers.n_there, <=, MAX_STRANGERS);
    }

  g_assert_cmpuint (g_queue_get_length (&strangers.refused), >=, MAX_STRANGERS);
  for (guint i = 0; i < MAX_STRANGERS; i++)
    {
      g_autoptr (GSocketAddress) address
          = g_socket_connection_get_local_address (g_ptr_array_index (peers, i), NULL);
      g_autofree char *expected = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));

      g_assert_cmpstr (g_queue_peek_nth (&strangers.refused, i), ==, expected);
    }
  gst_livekit_egress_tcp_server_free (server);
  g_assert_cmpuint (strangers.n_there, ==, 0);
  g_queue_clear_full (&strangers.refused, g_free);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  gst_livekit_egress_plugin_init ();

  g_test_add_func ("/tcp-server/waits", test_waits);
  g_test_add_func ("/tcp-server/port", test_port);
  g_test_add_func ("/tcp-server/acknowledges-at-once", test_acknowledges_at_once);
  g_test_add_func ("/tcp-server/bounds-strangers", test_bounds_strangers);

  return g_test_run ();
}
