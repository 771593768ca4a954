/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-validation-private.h"

#include <string.h>

#include "lk-egress-redact-message-private.h"
#include "lk-egress-redact.h"

#define RTMP_FORM                                                                                  \
  "rtmp urls must be of format rtmp(s)://{host}(/{path})/{app}/{stream_key}( live=1)"

/* What is wrong with an address: for the person who wrote it, and what the server would say. */
typedef struct
{
  LkEgressValidationError code;
  const char *sentence;
  const char *server_reason; /* NULL if it does not check */
  gboolean is_unreadable;
} Fault;

static const char *
find_authority (const char *url)
{
  const char *colon = strchr (url, ':');

  return colon != NULL && g_str_has_prefix (colon, "://") ? colon + 3 : NULL;
}

/* Whether percent signs are followed by two digits where the server decodes them: not in the
 * query. */
static gboolean
has_good_escapes (const char *url)
{
  gboolean in_query = FALSE, in_fragment = FALSE;

  for (const char *at = url; *at != '\0'; at++)
    {
      if (*at == '#')
        in_fragment = TRUE;
      if (*at == '?')
        in_query = TRUE;
      if (*at == '%' && (!in_query || in_fragment)
          && (!g_ascii_isxdigit (at[1]) || !g_ascii_isxdigit (at[2])))
        return FALSE;
    }

  return TRUE;
}

/* Whether the port, if there is one, is a number. */
static gboolean
has_good_port (const char *url)
{
  const char *authority = find_authority (url);
  g_autofree char *host = NULL;
  const char *start, *colon;

  if (authority == NULL)
    return TRUE;

  host = g_strndup (authority, strcspn (authority, "/?#"));
  start = strrchr (host, '@') != NULL ? strrchr (host, '@') + 1 : host;
  start = strrchr (start, ']') != NULL ? strrchr (start, ']') : start;
  colon = strchr (start, ':');

  return colon == NULL || strspn (colon + 1, "0123456789") == strlen (colon + 1);
}

/* What the parser of the server stumbles over. */
static gboolean
find_parse_fault (const char *url, Fault *fault)
{
  fault->code = LK_EGRESS_VALIDATION_ERROR_INVALID;
  fault->is_unreadable = TRUE;

  for (const char *at = url; *at != '\0'; at++)
    {
      if (!g_ascii_iscntrl (*at))
        continue;

      fault->sentence = "The address holds a line break or another control character; take it out";
      fault->server_reason = "net/url: invalid control character in URL";
      return TRUE;
    }

  if (!has_good_escapes (url))
    {
      fault->sentence = "The address holds a percent sign that begins no escape; write it as %25";
      fault->server_reason = "invalid URL escape";
      return TRUE;
    }

  if (!has_good_port (url))
    {
      fault->sentence = "The port is no number; give one";
      fault->server_reason = "invalid port after host";
      return TRUE;
    }

  fault->is_unreadable = FALSE;

  return FALSE;
}

gboolean
lk_egress_validation_is_web_url (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_PARSE_RELAXED | G_URI_FLAGS_ENCODED, NULL);
  Fault fault;

  if (uri == NULL || find_parse_fault (url, &fault))
    return FALSE;

  return g_str_equal (g_uri_get_scheme (uri), "http")
         || g_str_equal (g_uri_get_scheme (uri), "https");
}

static gboolean
is_short_form (const char *url)
{
  return g_ascii_strncasecmp (url, "rtmp", 4) != 0; /* mux and twitch have a key only */
}

/* The stream key, NULL if the address is not of the form that the server wants. */
static char *
find_rtmp_key (const char *url)
{
  const char *authority = find_authority (url);
  const char *key;
  gsize length;

  if (is_short_form (url))
    return authority != NULL ? g_strndup (authority, strcspn (authority, "/?#")) : g_strdup ("");

  key = lk_egress_redact_find_rtmp_key (url, &length);

  return key != NULL ? g_strndup (key, length) : NULL;
}

static gboolean
find_rtmp_fault (const char *url, Fault *fault)
{
  g_autofree char *key = find_rtmp_key (url);

  fault->code = LK_EGRESS_VALIDATION_ERROR_INVALID;
  if (key == NULL)
    {
      fault->sentence = "The address is not of the form rtmp://host/app/key; an RTMP address needs "
                        "the name of the application and the stream key";
      fault->server_reason = RTMP_FORM;
      return TRUE;
    }

  if (!is_short_form (url) && *find_authority (url) == '/')
    {
      fault->sentence = "The address has no host; write rtmp://host/app/key";
      fault->server_reason = NULL;
      return TRUE;
    }

  return FALSE;
}

static const char *
find_srt_option_fault (GUri *uri)
{
  g_autoptr (GHashTable) options = NULL;
  const char *text;
  gint64 number;

  if (g_uri_get_query (uri) == NULL)
    return NULL;

  options = g_uri_parse_params (g_uri_get_query (uri), -1, "&", G_URI_PARAMS_NONE, NULL);
  if (options == NULL)
    return "The options after the question mark are not of the form name=value&name=value; percent-"
           "encode what is special in them";

  text = g_hash_table_lookup (options, "passphrase");
  if (text != NULL && *text != '\0' && (strlen (text) < 10 || strlen (text) > 79))
    return "The passphrase is not of 10 to 79 characters; give one that is";

  text = g_hash_table_lookup (options, "pbkeylen");
  if (text != NULL && !g_strv_contains ((const char *const[]){ "0", "16", "24", "32", NULL }, text))
    return "The pbkeylen is not one of 0, 16, 24 and 32; give one of these";

  text = g_hash_table_lookup (options, "latency");
  if (text != NULL && !g_ascii_string_to_signed (text, 10, 0, G_MAXINT, &number, NULL))
    return "The latency is no number of milliseconds; give one of at least 0";

  return NULL;
}

static gboolean
is_srt_listener (GUri *uri)
{
  const char *query = g_uri_get_query (uri);
  g_autoptr (GHashTable) options = NULL;

  if (query != NULL)
    options = g_uri_parse_params (query, -1, "&", G_URI_PARAMS_NONE, NULL);

  return options != NULL && g_strcmp0 (g_hash_table_lookup (options, "mode"), "listener") == 0;
}

static const char *
find_srt_fault (const char *url)
{
  g_autoptr (GUri) uri
      = g_uri_parse (url, G_URI_FLAGS_PARSE_RELAXED | G_URI_FLAGS_ENCODED_QUERY, NULL);
  const char *fault;

  if (uri == NULL)
    return "The address cannot be read; write srt://host:port?option=value";
  if (g_uri_get_fragment (uri) != NULL)
    return "The address holds a '#', which cuts it off; write it as %23";

  fault = find_srt_option_fault (uri);
  if (fault != NULL)
    return fault;

  if (g_uri_get_port (uri) <= 0)
    return "The address has no port; write srt://host:port";
  if ((g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0') && !is_srt_listener (uri))
    return "The address has no host; name one, or let the worker listen with mode=listener";

  return NULL;
}

static const char *
find_websocket_fault (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_PARSE_RELAXED | G_URI_FLAGS_ENCODED, NULL);

  if (uri != NULL && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0')
    return NULL;

  return "The address has no host; write ws://host:port/path or wss://host/path";
}

/* R19: the server wants the scheme to be of the protocol. */
static gboolean
find_scheme_fault (const char *url, Livekit__StreamProtocol protocol, Fault *fault)
{
  Livekit__StreamProtocol its_own = lk_egress_stream_protocol_of_url (url);

  if (its_own == protocol && its_own != LIVEKIT__STREAM_PROTOCOL__DEFAULT_PROTOCOL)
    return FALSE;

  if (its_own == LIVEKIT__STREAM_PROTOCOL__DEFAULT_PROTOCOL)
    {
      fault->code = LK_EGRESS_VALIDATION_ERROR_INVALID;
      fault->is_unreadable = TRUE; /* of rtmpt://h/a/b, b is a key all the same */
      fault->sentence = "The address does not begin with a protocol that streams can be sent by; "
                        "write rtmp://, rtmps://, srt://, ws://, wss://, mux:// or twitch://";
    }
  else
    {
      fault->code = LK_EGRESS_VALIDATION_ERROR_CONFLICT;
      fault->sentence
          = "The address is not of the protocol of the other addresses or of the one "
            "that is declared, and a stream output has only one; start an egress of its "
            "own for it";
    }

  fault->server_reason = protocol == LIVEKIT__STREAM_PROTOCOL__DEFAULT_PROTOCOL ? "invalid protocol"
                                                                                : "invalid scheme";
  return TRUE;
}

/* R21 and R22 */
static gboolean
find_form_fault (const char *url, Livekit__StreamProtocol protocol, Fault *fault)
{
  if (protocol == LIVEKIT__STREAM_PROTOCOL__RTMP)
    return find_rtmp_fault (url, fault);

  fault->code = LK_EGRESS_VALIDATION_ERROR_INVALID;
  fault->server_reason = NULL;
  fault->sentence = protocol == LIVEKIT__STREAM_PROTOCOL__SRT ? find_srt_fault (url)
                                                              : find_websocket_fault (url);

  return fault->sentence != NULL;
}

/* The address without its secrets. Where they are is not sure when it cannot be parsed, or is of no
 * protocol that is known. */
static char *
show (const char *url, const Fault *fault)
{
  const char *authority = find_authority (url);
  g_autofree char *scheme = authority != NULL ? g_uri_parse_scheme (url) : NULL;

  if (!fault->is_unreadable)
    return lk_egress_redact_url (url);

  return g_strconcat (scheme != NULL ? scheme : "", scheme != NULL ? "://" : "", "{...}", NULL);
}

static void
tell (LkEgressValidation *self, const char *field, const char *url, const Fault *fault)
{
  g_autofree char *shown = show (url, fault);
  g_autofree char *said = NULL;

  if (fault->server_reason != NULL)
    said = g_strdup_printf ("invalid url %s: %s", shown, fault->server_reason);

  lk_egress_validation_fault (self, fault->code, field, said, "%s: %s", shown, fault->sentence);
}

static void
warn_of_empty_key (LkEgressValidation *self, const char *field, const char *url)
{
  g_autofree char *key = find_rtmp_key (url);

  if (key != NULL && *key == '\0')
    lk_egress_validation_warn (self, field,
                               "The stream key is empty, which few servers take; write it after "
                               "the last slash");
}

void
lk_egress_validation_stream_url (LkEgressValidation *self,
                                 const char *field,
                                 const char *url,
                                 Livekit__StreamProtocol protocol)
{
  Fault fault;

  if (find_parse_fault (url, &fault) || find_scheme_fault (url, protocol, &fault)
      || find_form_fault (url, protocol, &fault))
    tell (self, field, url, &fault);
  else if (protocol == LIVEKIT__STREAM_PROTOCOL__RTMP)
    warn_of_empty_key (self, field, url);
}
