/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-redact-text-private.h"

#include <string.h>

/* Every JSON web token starts with the base64url form of {" and is longer than this. */
#define TOKEN_START "eyJ"
#define TOKEN_MIN_LENGTH 16

/* What is looked at of a text from outside, and what is kept of it. */
#define MAX_SERVER_BODY (64 * 1024)
#define MAX_SERVER_TEXT 1024

static gboolean
is_token_char (char c)
{
  return g_ascii_isalnum (c) || c == '-' || c == '_';
}

static gboolean
is_scheme_char (char c)
{
  return g_ascii_isalnum (c) || c == '+' || c == '-' || c == '.';
}

static gboolean
is_scheme (const char *text, gsize length, const char *name)
{
  return length == strlen (name) && g_ascii_strncasecmp (text, name, length) == 0;
}

static gboolean
ends_address (char c)
{
  return (guchar)c <= ' ' || strchr ("\"'`<>", c) != NULL;
}

/* name is shown in place of a value, unless that was done before. */
static void
append_covered (GString *out, const char *value, gsize length, const char *name, gsize name_length)
{
  if (length == 0 || value[0] == '{')
    g_string_append_len (out, value, (gssize)length);
  else
    g_string_append_printf (out, "{%.*s}", (int)name_length, name);
}

static void
append_query (GString *out, const char *query, const char *end)
{
  while (query < end)
    {
      const char *next = query + 1;
      const char *equals;

      while (next < end && *next != '&')
        next++;

      /* query stands on the ? or & before the name. */
      equals = memchr (query, '=', (gsize)(next - query));
      if (equals == NULL)
        {
          g_string_append_len (out, query, next - query);
        }
      else
        {
          g_string_append_len (out, query, equals + 1 - query);
          append_covered (out, equals + 1, (gsize)(next - equals - 1), query + 1,
                          (gsize)(equals - query - 1));
        }
      query = next;
    }
}

/* scheme points at the scheme, colon at its ://, end behind the address. */
static void
append_address (GString *out, const char *scheme, const char *colon, const char *end)
{
  static const char key[] = "stream_key";
  gsize scheme_length = (gsize)(colon - scheme);
  const char *authority = colon + 3;
  const char *path = authority;
  const char *query, *last, *fragment;

  g_string_append_len (out, scheme, authority - scheme);

  if (is_scheme (scheme, scheme_length, "mux") || is_scheme (scheme, scheme_length, "twitch"))
    {
      append_covered (out, authority, (gsize)(end - authority), key, strlen (key));
      return;
    }

  while (path < end && strchr ("/?#", *path) == NULL)
    path++;
  for (const char *p = path; p > authority; p--)
    {
      if (p[-1] == '@')
        {
          append_covered (out, authority, (gsize)(p - 1 - authority), "user", strlen ("user"));
          authority = p - 1;
          break;
        }
    }
  g_string_append_len (out, authority, path - authority);

  fragment = path;
  while (fragment < end && *fragment != '#')
    fragment++;
  query = path;
  while (query < fragment && *query != '?')
    query++;

  last = query;
  if (is_scheme (scheme, scheme_length, "rtmp") || is_scheme (scheme, scheme_length, "rtmps"))
    {
      while (last > path && last[-1] != '/')
        last--;
    }
  g_string_append_len (out, path, last - path);
  append_covered (out, last, (gsize)(query - last), key, strlen (key));
  append_query (out, query, fragment);
  if (fragment < end)
    {
      g_string_append_c (out, '#');
      append_covered (out, fragment + 1, (gsize)(end - fragment - 1), "...", strlen ("..."));
    }
}

static const char *
find_scheme (const char *text, const char *colon)
{
  const char *scheme = colon;

  while (scheme > text && is_scheme_char (scheme[-1]))
    scheme--;
  return scheme;
}

static GString *
cover_addresses (const char *text)
{
  GString *out = g_string_sized_new (strlen (text));
  const char *colon = strstr (text, "://");

  while (colon != NULL)
    {
      const char *scheme = find_scheme (text, colon);
      const char *next = strstr (colon + 3, "://");
      const char *stop = next ? find_scheme (colon + 3, next) : NULL;
      const char *end = colon + 3;

      g_string_append_len (out, text, scheme - text);

      while (end != stop && !ends_address (*end))
        end++;
      /* What ends a sentence is not part of the address. */
      while (end > colon + 3 && strchr (".,:;!?)", end[-1]) != NULL)
        end--;

      append_address (out, scheme, colon, end);
      text = end;
      colon = next;
    }
  g_string_append (out, text);

  return out;
}

static GString *
cover_tokens (const char *text)
{
  GString *out = g_string_sized_new (strlen (text));

  while (*text != '\0')
    {
      const char *end = text;

      while (is_token_char (*end))
        end++;

      if (end - text >= TOKEN_MIN_LENGTH && g_str_has_prefix (text, TOKEN_START))
        {
          while (is_token_char (*end) || (*end == '.' && is_token_char (end[1])))
            end++;
          g_string_append (out, "{token}");
        }
      else
        {
          /* With the character that ended the word, to get on. */
          if (*end != '\0')
            end++;
          g_string_append_len (out, text, end - text);
        }
      text = end;
    }

  return out;
}

char *
lk_egress_redact_text (const char *text)
{
  GString *no_keys, *no_tokens;

  g_return_val_if_fail (text != NULL, NULL);

  no_keys = cover_addresses (text);
  no_tokens = cover_tokens (no_keys->str);
  g_string_free (no_keys, TRUE);

  return g_string_free (no_tokens, FALSE);
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
  /* What a terminal would obey. */
  for (char *p = clean; *p != '\0'; p++)
    {
      if (g_ascii_iscntrl (*p) && *p != '\n')
        *p = ' ';
    }
  if (strlen (clean) > MAX_SERVER_TEXT)
    *g_utf8_find_prev_char (clean, clean + MAX_SERVER_TEXT + 1) = '\0';

  return clean;
}
