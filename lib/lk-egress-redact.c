/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-redact-private.h"

#include <string.h>

/* What stands for something of which nothing may be shown, and for a JSON web token. */
#define REDACTED "{...}"
#define TOKEN "{token}"

#define WHITE_SPACE " \t\r\n"

/* Every JSON web token starts with the base64url form of {" and is longer than this. */
#define TOKEN_START "eyJ"
#define TOKEN_MIN_LENGTH 16

/* How much is shown of each end of a stream key, as LiveKit does. */
#define MAX_SHOWN 3

/* How many addresses may be in the path of another. Each is searched to its end. */
#define MAX_INNER 8

/* What is looked at of a text from outside, and what is kept of it. */
#define MAX_SERVER_BODY (64 * 1024)
#define MAX_SERVER_TEXT 1024

/* The first of the characters from text on, or end. */
static const char *
find (const char *text, const char *end, const char *characters)
{
  while (text < end && strchr (characters, *text) == NULL)
    text++;
  return text;
}

/* The last character of this kind, or NULL. */
static const char *
find_last (const char *text, const char *end, char character)
{
  while (end > text && end[-1] != character)
    end--;
  return end > text ? end - 1 : NULL;
}

/*** Schemes and names ***/

static gboolean
is_scheme_char (char c)
{
  return g_ascii_isalnum (c) || c == '+' || c == '-' || c == '.';
}

static gboolean
is_name_char (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '-' || c == '.';
}

/* The scheme that ends at the colon. It may be empty. */
static const char *
find_scheme (const char *text, const char *colon)
{
  while (colon > text && is_scheme_char (colon[-1]))
    colon--;
  return colon;
}

static gboolean
contains (const char *text, const char *end, const char *lower_case_word)
{
  const gsize length = strlen (lower_case_word);

  for (; (gsize)(end - text) >= length; text++)
    {
      if (g_ascii_strncasecmp (text, lower_case_word, length) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Its sisters rtmps, rtmpt, rtmpe and so on too, which LiveKit does not take. */
static gboolean
is_rtmp (const char *scheme, const char *colon)
{
  return contains (scheme, colon, "rtmp");
}

/* Of ws and wss: the path is all that keeps others from sending to such an address. */
static gboolean
is_websocket (const char *scheme, const char *colon)
{
  return colon - scheme >= 2
         && (g_ascii_strncasecmp (colon - 2, "ws", 2) == 0
             || (colon - scheme >= 3 && g_ascii_strncasecmp (colon - 3, "wss", 3) == 0));
}

/* Of these the key is all there is. */
static gboolean
is_shorthand (const char *scheme, const char *colon)
{
  return contains (scheme, colon, "mux") || contains (scheme, colon, "twitch");
}

/*** Addresses ***/

/* Whether a key is one of which the middle was redacted: {abc...xyz}. */
static gboolean
is_redacted_key (const char *key, gsize length)
{
  const glong characters = g_utf8_strlen (key, (gssize)length);
  const glong shown = (characters - (glong)strlen (REDACTED)) / 2;

  return characters % 2 == 1 && shown >= 0 && shown <= MAX_SHOWN && key[0] == '{'
         && key[length - 1] == '}'
         && g_str_has_prefix (g_utf8_offset_to_pointer (key, 1 + shown), "...");
}

/* Up to three characters of each end stay, never more than two thirds of the key, to tell one from
 * another. Nothing stays of a key that looks like another part of an address. */
static void
append_key (GString *out, const char *key, const char *end)
{
  const gsize length = (gsize)(end - key);
  const glong characters = g_utf8_strlen (key, (gssize)length);
  const glong shown = MIN (characters / 3, MAX_SHOWN);
  const char *head_end, *tail;

  if (length == 0)
    return;

  if (is_redacted_key (key, length) || (length == strlen (TOKEN) && g_str_has_prefix (key, TOKEN)))
    {
      g_string_append_len (out, key, (gssize)length);
      return;
    }

  head_end = g_utf8_offset_to_pointer (key, shown);
  tail = g_utf8_offset_to_pointer (key, characters - shown);
  if (find (key, end, "/?# ") < end)
    g_string_append (out, REDACTED);
  else
    g_string_append_printf (out, "{%.*s...%.*s}", (int)(head_end - key), key, (int)(end - tail),
                            tail);
}

/* "passphrase=x" becomes "passphrase={passphrase}", what has no plain name "{...}". */
static void
append_parameter (GString *out, const char *parameter, const char *end)
{
  const char *equals = parameter;
  int length;

  while (equals < end && is_name_char (*equals))
    equals++;
  length = (int)(equals - parameter);

  if (length == 0 || equals == end || *equals != '=')
    g_string_append (out, end > parameter ? REDACTED : "");
  else if (equals + 1 == end)
    g_string_append_len (out, parameter, end - parameter);
  else
    g_string_append_printf (out, "%.*s={%.*s}", length, parameter, length, parameter);
}

/* From the ? on. */
static void
append_query (GString *out, const char *query, const char *end)
{
  while (query < end)
    {
      const char *next = find (query + 1, end, "&");

      g_string_append_c (out, *query);
      append_parameter (out, query + 1, next);
      query = next;
    }
}

/* The options of librtmp, from the space before them on. LiveKit knows one, and it is no secret. */
static void
append_options (GString *out, const char *options, const char *end)
{
  static const char live[] = "live=1";

  while (options < end)
    {
      const char *next = find (options + 1, end, " ");

      g_string_append_c (out, *options);
      if (next == options + 1 + strlen (live) && g_str_has_prefix (options + 1, live))
        g_string_append (out, live);
      else
        append_parameter (out, options + 1, next);
      options = next;
    }
}

/* Whether it may be a host, with a port or without. */
static gboolean
is_host (const char *text, const char *end)
{
  const char *port = find (text < end && *text == '[' ? find (text, end, "]") : text, end, ":");

  while (port < end && ++port < end)
    {
      if (!g_ascii_isdigit (*port))
        return FALSE;
    }
  return TRUE;
}

/* The @ before the host, or NULL. A password may have anything in it, whatever the rules say: then
 * what is before the path is no host. */
static const char *
find_user_end (const char *authority, const char *end)
{
  const char *path = find (authority, end, "/?#");
  const char *at = find_last (authority, path, '@');

  return at != NULL || is_host (authority, path) ? at : find_last (authority, end, '@');
}

/* Gives where another address begins in the path of this one, or NULL if all is appended. */
static const char *
append_one_address (GString *out, const char *scheme, const char *colon, const char *end)
{
  const gboolean rtmp = is_rtmp (scheme, colon);
  const gboolean has_key = rtmp || is_websocket (scheme, colon);
  const char *authority = colon + strlen ("://");
  const char *options, *fragment, *query, *path, *user_end, *inner;

  g_string_append_len (out, scheme, authority - scheme);
  if (is_shorthand (scheme, colon))
    {
      append_key (out, authority, end);
      return NULL;
    }

  user_end = find_user_end (authority, end);
  if (user_end != NULL)
    {
      g_string_append (out, user_end > authority ? "{user}" : "");
      authority = user_end;
    }
  options = rtmp ? find (authority, end, " ") : end;
  fragment = find (authority, options, "#");
  query = find (authority, fragment, "?");
  path = find (authority, query, "/");

  inner = g_strstr_len (authority, query - authority, "://");
  if (inner != NULL && (inner < path || !has_key))
    {
      const char *next = find_scheme (authority, inner);

      g_string_append_len (out, authority, next - authority);
      return next;
    }

  if (has_key && path < query)
    {
      /* The last part of the path, or all from the one on that has an address in it. */
      const char *key = find_last (path, inner != NULL ? inner : query, '/') + 1;

      g_string_append_len (out, authority, key - authority);
      append_key (out, key, query);
    }
  else
    {
      g_string_append_len (out, authority, query - authority);
    }
  append_query (out, query, fragment);
  if (fragment < options)
    g_string_append_printf (out, "#%s", fragment + 1 < options ? REDACTED : "");
  append_options (out, options, end);

  return NULL;
}

static void
append_address (GString *out, const char *scheme, const char *end)
{
  for (guint i = 0; scheme != NULL; i++)
    {
      if (i == MAX_INNER)
        {
          g_string_append (out, REDACTED);
          return;
        }
      scheme = append_one_address (out, scheme, strstr (scheme, "://"), end);
    }
}

/*** Texts ***/

static gboolean
is_token_char (char c)
{
  return g_ascii_isalnum (c) || c == '-' || c == '_';
}

/* Takes the text. */
static char *
redact_tokens (char *text)
{
  GString *out = g_string_sized_new (strlen (text));

  for (const char *word = text; *word != '\0';)
    {
      const char *end = word;
      const char *token;

      while (is_token_char (*end))
        end++;

      token = g_strstr_len (word, end - word, TOKEN_START);
      if (token != NULL && end - token >= TOKEN_MIN_LENGTH)
        {
          while (is_token_char (*end) || (*end == '.' && is_token_char (end[1])))
            end++;
          g_string_append_len (out, word, token - word);
          g_string_append (out, TOKEN);
        }
      else
        {
          /* With the character that ended the word, to get on. */
          if (*end != '\0')
            end++;
          g_string_append_len (out, word, end - word);
        }
      word = end;
    }
  g_free (text);

  return g_string_free (out, FALSE);
}

static gboolean
is_layout (const char *p)
{
  return *p == '\t' || *p == '\n' || g_str_has_prefix (p, "\r\n");
}

/* What a terminal would obey, or a log take for another line. Takes the text. */
static char *
escape_controls (char *text, gboolean keep_layout)
{
  GString *out = g_string_sized_new (strlen (text));

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      const gunichar c = g_utf8_get_char (p);

      if (g_unichar_type (c) == G_UNICODE_CONTROL && !(keep_layout && is_layout (p)))
        g_string_append_printf (out, "\\x%02x", c);
      else
        g_string_append_len (out, p, g_utf8_next_char (p) - p);
    }
  g_free (text);

  return g_string_free (out, FALSE);
}

/* Whether an option of librtmp, " name=value", begins there. */
static gboolean
is_option (const char *space)
{
  const char *name = space + strspn (space, " ");
  const char *end = name;

  while (is_name_char (*end))
    end++;
  return name > space && end > name && *end == '=';
}

/* How far an address may reach in a text. It ends at white space: whether a quote or a bracket is
 * of the text or of a key cannot be told. No more of those at its end is taken for the text than
 * would be shown of a key. */
static const char *
find_address_end (const char *scheme, const char *authority)
{
  const char *end = authority + strcspn (authority, WHITE_SPACE);

  if (contains (scheme, end, "rtmp"))
    {
      while (is_option (end))
        {
          end += strspn (end, " ");
          end += strcspn (end, WHITE_SPACE);
        }
    }

  for (guint i = 0; i < MAX_SHOWN && end > authority && strchr (".,:;!?)]>\"'`", end[-1]) != NULL
                    && strchr ("/=&?#@", end[-2]) == NULL;
       i++)
    end--;

  return end;
}

static char *
redact_addresses (const char *text)
{
  GString *out = g_string_sized_new (strlen (text));
  const char *colon;

  while ((colon = strstr (text, "://")) != NULL)
    {
      const char *scheme = find_scheme (text, colon);
      const char *end = find_address_end (scheme, colon + strlen ("://"));

      g_string_append_len (out, text, scheme - text);
      append_address (out, scheme, end);
      text = end;
    }
  g_string_append (out, text);

  return g_string_free (out, FALSE);
}

/*** What others call ***/

/**
 * lk_egress_redact_url:
 * @url: an address
 *
 * Redacts an address, so that it may be shown.
 *
 * The stream key of `rtmp` and its sisters, which is the last part of the path, and that of `mux`
 * and `twitch` keep up to three characters of each end, as LiveKit shows them:
 * `rtmp://host/app/{abc...xyz}`. So does the last part of the path of `ws` and `wss`, which may be
 * all that keeps others from sending there; host, port and the rest of the path stay. The values of
 * the query become their name in braces, such as `passphrase={passphrase}`, and so do options that
 * follow the address after a space. User name and password become `{user}`, JSON web tokens
 * `{token}`, and a fragment `{...}`. What is not an address becomes `{...}` as a whole. Control
 * characters are escaped: `\x1b`.
 *
 * Redacting twice changes nothing.
 *
 * Returns: (transfer full): what may be shown of @url
 * Since: 1.0
 */
char *
lk_egress_redact_url (const char *url)
{
  g_autofree char *shown = NULL;
  const char *colon;
  GString *out;

  g_return_val_if_fail (url != NULL, NULL);

  if (url[0] == '\0')
    return g_strdup ("");
  if (!g_utf8_validate (url, -1, NULL))
    return g_strdup (REDACTED);

  shown = redact_tokens (escape_controls (g_strdup (url), FALSE));
  colon = strstr (shown, "://");
  if (colon == NULL || colon == shown || find_scheme (shown, colon) != shown)
    return g_strdup (REDACTED);

  out = g_string_sized_new (strlen (shown));
  append_address (out, shown, shown + strlen (shown));

  return g_string_free (out, FALSE);
}

/**
 * lk_egress_redact_text:
 * @text: any text
 *
 * Redacts the secrets in a text that can be told by their form, so that it may be shown: JSON web
 * tokens become `{token}`, and addresses what [func@redact_url] makes of them.
 * Control characters, except tabs and line ends, are escaped, so that no terminal obeys them.
 *
 * A server may put anything into its texts, even the request. The errors of this library are
 * already redacted. Properties of messages, such as [property@Info:error], are not.
 *
 * An address ends at white space, except before options of RTMP such as ` live=1`. A secret with
 * white space in it, or outside of an address, is not recognised. Redacting twice changes nothing.
 *
 * Returns: (transfer full): what may be shown of @text
 * Since: 1.0
 */
char *
lk_egress_redact_text (const char *text)
{
  g_autofree char *no_tokens = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  no_tokens = redact_tokens (escape_controls (g_utf8_make_valid (text, -1), TRUE));

  return redact_addresses (no_tokens);
}

char *
lk_egress_redact_server_text (const char *text, gsize length)
{
  g_autofree char *valid = NULL;
  char *clean;

  g_return_val_if_fail (text != NULL, NULL);

  valid = g_utf8_make_valid (text, (gssize)MIN (length, MAX_SERVER_BODY));
  /* Before it is cut, or half of a token might stay. */
  clean = g_strstrip (lk_egress_redact_text (valid));
  if (strlen (clean) > MAX_SERVER_TEXT)
    *g_utf8_find_prev_char (clean, clean + MAX_SERVER_TEXT + 1) = '\0';

  return clean;
}
