/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressaddress.h"

#include <string.h>

#define LOOPBACK "127.0.0.1"
#define ANY_IPV4 "0.0.0.0"
#define ANY "::"

/* Of a host, and of an interface. */
#define NAME_CHARS G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-._"
#define MAX_NAME 253            /* RFC 1035, section 2.3.4 */

static gboolean
has_ipv6 (void)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV6,
      G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);

  return socket != NULL;
}

GSocketAddress *
gst_livekit_egress_address_new_to_listen (const gchar * listen,
    const gchar * advertise, guint port, GError ** error)
{
  GSocketAddress *address;

  if (listen == NULL && advertise == NULL)
    listen = LOOPBACK;
  /* "::" is both families, as a name may be either. */
  else if (listen == NULL)
    listen = has_ipv6 ()? ANY : ANY_IPV4;

  address = g_inet_socket_address_new_from_string (listen, port);
  if (address == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "listen-address \"%s\" is not an IP address; use for example "
        "\"127.0.0.1\", \"0.0.0.0\" or \"::\"", listen);
  return address;
}

/*** Who is told ***/

/* The zone names an interface of the machine where the address is used. */
static gchar *
to_host (GInetAddress * address, const gchar * zone)
{
  g_autofree gchar *text = g_inet_address_to_string (address);

  if (g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6)
    return g_steal_pointer (&text);
  /* The sign before a zone is escaped in a URL (RFC 6874). */
  return zone != NULL ? g_strdup_printf ("[%s%%25%s]", text, zone) :
      g_strdup_printf ("[%s]", text);
}

static gchar *
get_listening_host (GInetSocketAddress * listening, GError ** error)
{
  GInetAddress *address = g_inet_socket_address_get_address (listening);
  g_autofree gchar *zone = NULL;

  if (g_inet_address_get_is_any (address)) {
    g_autofree gchar *text = g_inet_address_to_string (address);

    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "listen-address is \"%s\", every address of this machine; set "
        "advertise-address to the one at which the egress worker reaches it",
        text);
    return NULL;
  }

  if (g_inet_address_get_is_link_local (address)
      && g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
    zone = g_strdup_printf ("%u",
        g_inet_socket_address_get_scope_id (listening));
  return to_host (address, zone);
}

/* NULL when the text is none. */
static gchar *
parse_ip (const gchar * text)
{
  g_autoptr (GInetAddress) address = NULL;
  g_auto (GStrv) parts = NULL;
  g_autofree gchar *bare = NULL;
  const gsize length = strlen (text);

  bare = text[0] == '[' && text[length - 1] == ']' ?
      g_strndup (text + 1, length - 2) : g_strdup (text);
  parts = g_strsplit (bare, "%", 2);
  address = parts[0] != NULL ? g_inet_address_new_from_string (parts[0]) : NULL;
  if (address == NULL || g_inet_address_get_is_any (address))
    return NULL;
  if (parts[1] != NULL
      && (!g_inet_address_get_is_link_local (address) || *parts[1] == '\0'
          || strspn (parts[1], NAME_CHARS) != strlen (parts[1])))
    return NULL;

  return to_host (address, parts[1]);
}

/* NULL when the text is none. */
static gchar *
parse_name (const gchar * text)
{
  g_autofree gchar *name = g_hostname_to_ascii (text);
  const gchar *last_label;

  if (name == NULL || strlen (name) > MAX_NAME || strstr (name, "..") != NULL
      || strspn (name, NAME_CHARS) != strlen (name)
      || !g_ascii_isalnum (name[0]))
    return NULL;

  /* What ends in a number is an address with a mistake. */
  last_label = strrchr (name, '.');
  last_label = last_label != NULL ? last_label + 1 : name;
  if (strspn (last_label, G_CSET_DIGITS) == strlen (last_label)
      && *last_label != '\0')
    return NULL;

  return g_steal_pointer (&name);
}

static gchar *
get_advertised_host (const gchar * text, GError ** error)
{
  gchar *host = parse_ip (text);

  if (host == NULL)
    host = parse_name (text);
  if (host == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "advertise-address \"%s\" is neither the name nor an IP address of a "
        "host; use for example \"203.0.113.5\", \"2001:db8::5\" or "
        "\"media.example.com\", and listen-port for the port", text);
  return host;
}

gchar *
gst_livekit_egress_address_get_authority (GSocketAddress * listening,
    const gchar * advertise, guint port, GError ** error)
{
  g_autofree gchar *host = advertise != NULL ?
      get_advertised_host (advertise, error) :
      get_listening_host (G_INET_SOCKET_ADDRESS (listening), error);

  return host != NULL ? g_strdup_printf ("%s:%u", host, port) : NULL;
}
