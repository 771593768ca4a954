/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a TCP server does while nothing happens, and how it hears a sender. What it does with
 * sessions is in the receivers' tests. */

#include <gst/gst.h>
#include <linux/tcp.h>
#include <netinet/in.h>

#include "gstlivekitegressplugin.h"
#include "gstlivekitegresstcpserver.h"

static GstLiveKitEgressTcpServer *
make_server (guint port, GError **error)
{
  static const GstLiveKitEgressTcpFuncs no_funcs = { NULL };
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", port);

  return gst_livekit_egress_tcp_server_new (address, NULL, &no_funcs, NULL, error);
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
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  Heard heard = { .answer = g_bytes_new_static ("answer", 6) };
  GstLiveKitEgressTcpServer *server
      = gst_livekit_egress_tcp_server_new (address, NULL, &funcs, &heard, NULL);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  gst_livekit_egress_plugin_init ();

  g_test_add_func ("/tcp-server/waits", test_waits);
  g_test_add_func ("/tcp-server/port", test_port);
  g_test_add_func ("/tcp-server/acknowledges-at-once", test_acknowledges_at_once);

  return g_test_run ();
}
