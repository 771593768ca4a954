/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where receivers listen, and what the worker is told of it. */

#include <gio/gio.h>
#include <gst/gst.h>
#include <stdio.h>

#include "gstlivekitegressaddress.h"
#include "gstlivekitegresslistener.h"
#include "gstlivekitegressplugin.h"
#include "gstlivekitegressreceivers.h"

/*** Texts ***/

static const struct
{
  const char *listen, *advertise;
  const char *host;  /* what is listened on */
  const char *heard; /* what the worker is told */
} good[] = {
  { NULL, NULL, "127.0.0.1", "127.0.0.1:5" },
  { "127.0.0.2", NULL, "127.0.0.2", "127.0.0.2:5" },
  { "::1", NULL, "::1", "[::1]:5" },
  { "0:0:0:0:0:0:0:1", NULL, "::1", "[::1]:5" },
  { "fd00::2", NULL, "fd00::2", "[fd00::2]:5" },
  { "fe80::2%1", NULL, "fe80::2", "[fe80::2%251]:5" },
  { "127.0.0.1", "203.0.113.5", "127.0.0.1", "203.0.113.5:5" },
  { "0.0.0.0", "media.example.com", "0.0.0.0", "media.example.com:5" },
  { "::", "localhost", "::", "localhost:5" },
  { "::", "my_host-1.local.", "::", "my_host-1.local.:5" },
  { "::", "b\303\274cher.example", "::", "xn--bcher-kva.example:5" },
  { "::", "1.example", "::", "1.example:5" },
  { "::", "2001:db8::5", "::", "[2001:db8::5]:5" },
  { "::", "[2001:DB8::5]", "::", "[2001:db8::5]:5" },
  { "::", "fe80::5%eth7", "::", "[fe80::5%25eth7]:5" },
  { "::", "::ffff:192.0.2.1", "::", "[::ffff:192.0.2.1]:5" },
};

static const struct
{
  const char *listen, *advertise;
  const char *named; /* in the error */
} bad[] = {
  { "", NULL, "listen-address \"\"" },
  { "localhost", NULL, "listen-address \"localhost\"" },
  { "[::1]", NULL, "listen-address \"[::1]\"" },
  { "127.0.0.1:80", NULL, "listen-address \"127.0.0.1:80\"" },
  { "fe80::2%no-such-interface", NULL, "listen-address \"fe80::2%no-such-interface\"" },
  { "0.0.0.0", NULL, "set advertise-address" },
  { "::", NULL, "set advertise-address" },
  { "::", "", "advertise-address \"\"" },
  { "::", "0.0.0.0", "advertise-address \"0.0.0.0\"" },
  { "::", "[::]", "advertise-address \"[::]\"" },
  { "::", "256.0.0.1", "advertise-address \"256.0.0.1\"" },
  { "::", "127.1", "advertise-address \"127.1\"" },
  { "::", "example.com:80", "advertise-address \"example.com:80\"" },
  { "::", "http://example.com", "advertise-address \"http://example.com\"" },
  { "::", "user@example.com", "advertise-address \"user@example.com\"" },
  { "::", "example.com?x=y", "advertise-address \"example.com?x=y\"" },
  { "::", "a..b", "advertise-address \"a..b\"" },
  { "::", "-x.example", "advertise-address \"-x.example\"" },
  { "::", "2001:db8::g", "advertise-address \"2001:db8::g\"" },
  { "::", "2001:db8::5%eth0", "advertise-address \"2001:db8::5%eth0\"" },
  { "::", "fe80::5%", "advertise-address \"fe80::5%\"" },
  { "::", "fe80::5%a/b", "advertise-address \"fe80::5%a/b\"" },
  { "::", "192.0.2.1%1", "advertise-address \"192.0.2.1%1\"" },
};

static void
test_good (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSocketAddress) address
          = gst_livekit_egress_address_new_to_listen (good[i].listen, good[i].advertise, 5, &error);
      g_autofree char *host = NULL, *heard = NULL;

      g_assert_no_error (error);
      host = g_inet_address_to_string (
          g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
      g_assert_cmpstr (host, ==, good[i].host);
      heard = gst_livekit_egress_address_get_authority (address, good[i].advertise, 5, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (heard, ==, good[i].heard);
    }
}

static void
test_bad (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSocketAddress) address
          = gst_livekit_egress_address_new_to_listen (bad[i].listen, bad[i].advertise, 5, &error);

      if (address != NULL)
        g_assert_null (
            gst_livekit_egress_address_get_authority (address, bad[i].advertise, 5, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, bad[i].named));
    }
}

/* A name may stand for both families. */
static void
test_advertised_alone (void)
{
  g_autoptr (GSocketAddress) address
      = gst_livekit_egress_address_new_to_listen (NULL, "example.com", 5, NULL);

  g_assert_true (g_inet_address_get_is_any (
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address))));
}

/*** Sockets ***/

static gboolean
is_ours (const char *inode)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  g_autofree char *wanted = g_strdup_printf ("socket:[%s]", inode);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/fd", name, NULL);
      g_autofree char *target = g_file_read_link (path, NULL);

      if (g_strcmp0 (target, wanted) == 0)
        return TRUE;
    }

  return FALSE;
}

static gboolean
is_loopback (const char *hex)
{
  static const char *const ipv6 = "00000000000000000000000001000000";
  static const char *const mapped = "0000000000000000FFFF0000";

  if (g_str_equal (hex, ipv6))
    return TRUE;
  if (g_str_has_prefix (hex, mapped))
    hex += strlen (mapped);

  return strlen (hex) == 8 && g_str_has_suffix (hex, "7F");
}

/* Counts our sockets that others can reach: TCP that listens, and UDP that has a port. */
static void
count_sockets (guint *n_loopback, guint *n_others)
{
  static const char *const tables[] = { "tcp", "tcp6", "udp", "udp6" };

  *n_loopback = *n_others = 0;
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autofree char *path = g_build_filename ("/proc/net", tables[i], NULL);
      const char *state = tables[i][0] == 't' ? "0A" : "07";
      g_autofree char *text = NULL;
      g_auto (GStrv) lines = NULL;

      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      lines = g_strsplit (text, "\n", -1);
      for (guint j = 1; lines[j] != NULL && *lines[j] != '\0'; j++)
        {
          char address[33], found[3], inode[21];
          guint port;

          g_assert_cmpint (sscanf (lines[j],
                                   " %*d: %32[0-9A-F]:%X %*s %2s %*s %*s %*s %*s %*s %20s", address,
                                   &port, found, inode),
                           ==, 4);
          if (g_str_equal (found, state) && port != 0 && is_ours (inode))
            *(is_loopback (address) ? n_loopback : n_others) += 1;
        }
    }
}

static void
assert_listens (GstLiveKitEgressProtocol protocol,
                const char *listen,
                const char *advertise,
                gboolean loopback)
{
  GstLiveKitEgressReceiverConfig config
      = { .listen_address = listen, .advertise_address = advertise };
  g_autoptr (GstElement) receiver
      = gst_object_ref_sink (gst_livekit_egress_receiver_new (protocol, &config));
  guint n_loopback, n_others;

  if (!GST_IS_LIVEKIT_EGRESS_LISTENER (receiver))
    return;

  g_assert_cmpint (gst_element_set_state (receiver, GST_STATE_PAUSED), ==,
                   GST_STATE_CHANGE_NO_PREROLL);
  count_sockets (&n_loopback, &n_others);
  g_assert_cmpuint (n_loopback, ==, loopback ? 1 : 0);
  g_assert_cmpuint (n_others, ==, loopback ? 0 : 1);

  gst_element_set_state (receiver, GST_STATE_NULL);
  /* A thread of libsrt may be about to let go of it. */
  do
    count_sockets (&n_loopback, &n_others);
  while (n_loopback + n_others > 0);
}

/* Whatever the protocol, others reach us only when a user said so. */
static void
test_loopback_alone (void)
{
  g_autoptr (GEnumClass) protocols = g_type_class_ref (gst_livekit_egress_protocol_get_type ());

  for (guint i = 0; i < protocols->n_values; i++)
    {
      GstLiveKitEgressProtocol protocol = protocols->values[i].value;

      g_test_message ("%s", protocols->values[i].value_nick);
      assert_listens (protocol, NULL, NULL, TRUE);
      assert_listens (protocol, "127.0.0.2", NULL, TRUE);
      assert_listens (protocol, "::1", NULL, TRUE);
      assert_listens (protocol, "127.0.0.1", "media.example.com", TRUE);
      assert_listens (protocol, "0.0.0.0", "media.example.com", FALSE);
      assert_listens (protocol, NULL, "media.example.com", FALSE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  gst_livekit_egress_plugin_init ();

  g_test_add_func ("/receiver-addresses/good", test_good);
  g_test_add_func ("/receiver-addresses/bad", test_bad);
  g_test_add_func ("/receiver-addresses/advertised-alone", test_advertised_alone);
  g_test_add_func ("/receiver-addresses/loopback-alone", test_loopback_alone);

  return g_test_run ();
}
