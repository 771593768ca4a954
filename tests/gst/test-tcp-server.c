/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a TCP server does while nothing happens. Its sessions are those of the receivers' tests. */

#include <gst/gst.h>

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  gst_livekit_egress_plugin_init ();

  g_test_add_func ("/tcp-server/waits", test_waits);
  g_test_add_func ("/tcp-server/port", test_port);

  return g_test_run ();
}
