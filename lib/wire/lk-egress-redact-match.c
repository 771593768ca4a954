/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-redact-message-private.h"
#include "lk-egress-redact.h"

#include <string.h>

#include "lk-egress-wire-equal-private.h"

/* What LiveKit makes of the shorthand mux://KEY. */
#define MUX_START "rtmps://global-live.mux.com:443/app/"

#define LIVE " live=1"

/* Hosts that take streams for Twitch, and what is between host and key. */
#define TWITCH_HOST ".contribute.live-video.net"
#define TWITCH_OLD_HOST ".twitch.tv"
#define TWITCH_PATH "/app/"

/* As LiveKit covers a key: bytes, not characters, and a missing key too. */
static char *
cover_key (const char *key, gsize length)
{
  int shown = (int)MIN (length / 3, 3);

  return g_strdup_printf ("{%.*s...%.*s}", shown, key, shown, key + length - shown);
}

const char *
lk_egress_redact_find_rtmp_key (const char *url, gsize *length)
{
  gsize end = strlen (url);
  const char *host, *slash;

  if (!g_str_has_prefix (url, "rtmp://") && !g_str_has_prefix (url, "rtmps://"))
    return NULL;

  if (g_str_has_suffix (url, LIVE))
    end -= strlen (LIVE);
  host = strstr (url, "://") + 3;
  slash = g_strrstr_len (url, (gssize)end, "/");
  if (slash <= host || memchr (host, '/', (gsize)(slash - host)) == NULL)
    return NULL;
  for (const char *c = slash; c < url + end; c++)
    {
      if (g_ascii_isspace (*c))
        return NULL;
    }

  *length = (gsize)(url + end - (slash + 1));
  return slash + 1;
}

/* An RTMP address with its key covered, as LiveKit does it. NULL for what LiveKit does not take. */
static char *
cover_rtmp (const char *url)
{
  gsize length;
  const char *key = lk_egress_redact_find_rtmp_key (url, &length);
  g_autofree char *covered = NULL;

  if (key == NULL)
    return NULL;

  covered = cover_key (key, length);
  return g_strdup_printf ("%.*s%s%s", (int)(key - url), url, covered, key + length);
}

/* Any address with the values of its query covered, as LiveKit does it. */
static char *
cover_query (const char *url)
{
  const char *mark = strchr (url, '?');
  g_auto (GStrv) parameters = NULL;
  GString *out;

  if (mark == NULL)
    return g_strdup (url);

  out = g_string_new_len (url, mark + 1 - url);
  parameters = g_strsplit (mark + 1, "&", -1);
  for (guint i = 0; parameters[i] != NULL; i++)
    {
      const char *equals = strchr (parameters[i], '=');

      if (i > 0)
        g_string_append_c (out, '&');
      if (equals == NULL || equals[1] == '\0')
        g_string_append (out, parameters[i]);
      else
        g_string_append_printf (out, "%.*s={...}", (int)(equals - parameters[i]), parameters[i]);
    }

  return g_string_free (out, FALSE);
}

static gboolean
is_covered_form (const char *shown, const char *url)
{
  g_autofree char *rtmp = cover_rtmp (url);
  g_autofree char *query = cover_query (url);
  g_autofree char *own = lk_egress_redact_url (url);

  return g_strcmp0 (shown, rtmp) == 0 || g_str_equal (shown, query) || g_str_equal (shown, own);
}

/* What follows the scheme, NULL if it is another one. */
static const char *
skip_scheme (const char *url, const char *scheme)
{
  gsize length = strlen (scheme);

  return g_ascii_strncasecmp (url, scheme, length) == 0 && g_str_has_prefix (url + length, "://")
             ? url + length + 3
             : NULL;
}

/* The path of an RTMP address whose host ends as given, NULL for other addresses. */
static const char *
find_path (const char *url, const char *host_end)
{
  const char *host = skip_scheme (url, "rtmp");
  g_autofree char *name = NULL;

  if (host == NULL)
    host = skip_scheme (url, "rtmps");
  if (host == NULL)
    return NULL;

  name = g_strndup (host, strcspn (host, ":/"));
  return g_str_has_suffix (name, host_end) ? strchr (host, '/') : NULL;
}

/* The key of an address of Twitch, NULL if it is another's. */
static char *
find_twitch_key (const char *url)
{
  const char *key = skip_scheme (url, "twitch");
  const char *path;

  if (key != NULL)
    return g_strndup (key, strcspn (key, "/?#"));

  path = find_path (url, TWITCH_HOST);
  if (path == NULL || !g_str_has_prefix (path, TWITCH_PATH))
    return NULL;

  return g_strdup (path + strlen (TWITCH_PATH));
}

/* The address that the worker uses in place of the one asked for, NULL if it uses that one. The
 * worker asks Twitch for a server, whichever was named: shown has it. */
static char *
expand (const char *url, const char *shown)
{
  const char *mux = skip_scheme (url, "mux");
  g_autofree char *twitch_key = find_twitch_key (url);
  const char *path;

  if (mux != NULL)
    return g_strdup_printf (MUX_START "%.*s", (int)strcspn (mux, "/?#"), mux);
  if (twitch_key == NULL)
    return NULL;

  path = find_path (shown, TWITCH_HOST);
  if (path == NULL)
    path = find_path (shown, TWITCH_OLD_HOST);
  if (path == NULL)
    return NULL;

  return g_strdup_printf ("%.*s" TWITCH_PATH "%s", (int)(path - shown), shown, twitch_key);
}

gboolean
lk_egress_redact_matches_url (const char *shown, const char *url)
{
  g_autofree char *expanded = NULL;

  if (g_str_equal (shown, url))
    return TRUE;

  expanded = expand (url, shown);
  return is_covered_form (shown, url) || (expanded != NULL && is_covered_form (shown, expanded));
}

/* A part of the address is covered perhaps, and in what way is not known here. */
static gboolean
matches_address (const char *shown, const char *url)
{
  g_autofree char *shown_covered = NULL;
  g_autofree char *covered = NULL;

  if (lk_egress_redact_matches_url (shown, url))
    return TRUE;
  if (strchr (shown, '{') == NULL)
    return FALSE;

  shown_covered = lk_egress_redact_url (shown);
  covered = lk_egress_redact_url (url);

  return g_str_equal (shown_covered, covered);
}

static gboolean
matches_text (const ProtobufCMessageDescriptor *descriptor,
              const ProtobufCFieldDescriptor *field,
              const char *shown,
              const char *text)
{
  switch (lk_egress_redact_kind (descriptor, field))
    {
    case LK_EGRESS_SECRET_VALUE:
      return (*shown == '\0') == (*text == '\0');
    case LK_EGRESS_SECRET_URL:
    case LK_EGRESS_SECRET_LOCATION:
      return matches_address (shown, text);
    case LK_EGRESS_SECRET_NO:
    default:
      return g_str_equal (shown, text);
    }
}

gboolean
lk_egress_redact_matches_message (const ProtobufCMessage *shown, const ProtobufCMessage *message)
{
  return lk_egress_wire_equal_but_text (shown, message, matches_text);
}

gboolean
lk_egress_redact_covers_message (const ProtobufCMessage *shown, const ProtobufCMessage *part)
{
  return lk_egress_wire_covers (shown, part, matches_text);
}
