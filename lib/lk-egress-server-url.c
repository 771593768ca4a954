/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-server-url-private.h"

#include <gio/gio.h>
#include <string.h>

#include "lk-egress-redact-private.h"

static const char *
get_http_scheme (const char *scheme)
{
  if (g_str_equal (scheme, "ws") || g_str_equal (scheme, "http"))
    return "http";
  if (g_str_equal (scheme, "wss") || g_str_equal (scheme, "https"))
    return "https";
  return NULL;
}

/* A host can be anything after %-decoding, lines for another HTTP header too. */
static gboolean
is_host (const char *host)
{
  if (host == NULL || host[0] == '\0')
    return FALSE;
  for (; *host != '\0'; host++)
    {
      if ((guchar)*host < 0x80 && !g_ascii_isgraph (*host))
        return FALSE;
    }
  return TRUE;
}

static GUri *
parse (const char *url, GError **error)
{
  g_autoptr (GUri) uri
      = g_uri_parse (url, G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED_PATH, NULL);
  g_autofree char *valid = NULL;
  g_autofree char *shown = NULL;

  if (uri != NULL && is_host (g_uri_get_host (uri)) && g_uri_get_query (uri) == NULL
      && g_uri_get_fragment (uri) == NULL && get_http_scheme (g_uri_get_scheme (uri)) != NULL)
    return g_steal_pointer (&uri);

  valid = g_utf8_make_valid (url, -1);
  shown = lk_egress_redact_text (valid);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "\"%s\" is no address of a LiveKit server: it must be of the form"
               " wss://HOST[:PORT][/PATH], or begin with ws://, https:// or http://",
               shown);
  return NULL;
}

char *
lk_egress_server_url_normalize (const char *url, GError **error)
{
  g_autoptr (GUri) uri = parse (url, error);
  g_autofree char *path = NULL;
  gsize length;

  if (uri == NULL)
    return NULL;

  path = g_strdup (g_uri_get_path (uri));
  for (length = strlen (path); length > 0 && path[length - 1] == '/'; length--)
    path[length - 1] = '\0';

  return g_uri_join (G_URI_FLAGS_ENCODED_PATH, get_http_scheme (g_uri_get_scheme (uri)), NULL,
                     g_uri_get_host (uri), g_uri_get_port (uri), path, NULL, NULL);
}

/* One spelling: an address as GLib writes it, a name in lower case, in ASCII, without the dot that
 * may end it. */
static char *
normalize_host (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);
  char *name;

  if (address != NULL)
    return g_inet_address_to_string (address);

  name = g_hostname_to_ascii (host);
  if (name == NULL)
    return g_ascii_strdown (host, -1);
  if (g_str_has_suffix (name, "."))
    name[strlen (name) - 1] = '\0';
  return name;
}

char *
lk_egress_server_url_get_origin (const char *url, GError **error)
{
  g_autoptr (GUri) uri = parse (url, error);
  g_autofree char *host = NULL;
  const char *scheme;
  int port;

  if (uri == NULL)
    return NULL;

  scheme = get_http_scheme (g_uri_get_scheme (uri));
  host = normalize_host (g_uri_get_host (uri));
  port = g_uri_get_port (uri);
  if (port < 0)
    port = g_str_equal (scheme, "https") ? 443 : 80;

  return g_uri_join (G_URI_FLAGS_NONE, scheme, NULL, host, port, "", NULL, NULL);
}

gboolean
lk_egress_server_url_has_user (const char *url)
{
  g_autoptr (GUri) uri = parse (url, NULL);

  return uri != NULL && g_uri_get_userinfo (uri) != NULL;
}

gboolean
lk_egress_server_url_is_loopback (const char *url)
{
  g_autoptr (GUri) uri = parse (url, NULL);
  g_autofree char *host = uri != NULL ? normalize_host (g_uri_get_host (uri)) : NULL;
  g_autoptr (GInetAddress) address = host != NULL ? g_inet_address_new_from_string (host) : NULL;

  if (address != NULL)
    return g_inet_address_get_is_loopback (address);

  /* RFC 6761 keeps all these names on the machine. */
  return host != NULL && (g_str_equal (host, "localhost") || g_str_has_suffix (host, ".localhost"));
}
