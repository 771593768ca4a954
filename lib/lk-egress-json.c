/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-json-private.h"

#include <gio/gio.h>
#include <string.h>

/* The value of four hexadecimal digits, -1 if the text does not begin with them. */
static int
read_hex4 (const char *text, gsize length)
{
  int code = 0;

  if (length < 4)
    return -1;

  for (guint i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (text[i]);

      if (digit < 0)
        return -1;
      code = code * 16 + digit;
    }

  return code;
}

/* The bytes of the escape that the text begins with, 0 for one that JSON does not have, or of which
 * json-glib would make another string: it ends at \u0000, and half of a surrogate pair or an octal
 * escape leave it with bytes that are not UTF-8. */
static gsize
measure_escape (const char *text, gsize length)
{
  int code, low;

  if (length < 2)
    return 0;
  if (text[1] != 'u')
    return memchr ("\"\\/bfnrt", text[1], 8) != NULL ? 2 : 0;

  code = read_hex4 (text + 2, length - 2);
  if (code < 0xd800 || code > 0xdfff)
    return code > 0 ? 6 : 0;

  if (code >= 0xdc00 || length < 12 || text[6] != '\\' || text[7] != 'u')
    return 0;
  low = read_hex4 (text + 8, length - 8);

  return low >= 0xdc00 && low <= 0xdfff ? 12 : 0;
}

static gboolean
begins_number (char c)
{
  return c == '-' || g_ascii_isdigit (c);
}

/* The bytes of what begins as a number. */
static gsize
measure_number (const char *text, gsize length)
{
  gsize end = 1;

  while (end < length && (g_ascii_isalnum (text[end]) || strchr (".+-", text[end]) != NULL))
    end++;

  return end;
}

/* Whether json-glib makes this number of it: it takes octal and hexadecimal ones too, and lets
 * those of more than 64 bits flow over. Other faults it finds itself. */
static gboolean
is_number (const char *text, gsize length)
{
  gsize start = *text == '-' ? 1 : 0;
  g_autofree char *copy = NULL;
  gsize n_digits = 0;

  while (start + n_digits < length && g_ascii_isdigit (text[start + n_digits]))
    n_digits++;

  if (n_digits > 0 && text[start] == '0' && start + 1 < length
      && strchr ("0123456789xX", text[start + 1]) != NULL)
    return FALSE;
  if (start + n_digits < length || n_digits < 19)
    return TRUE;

  copy = g_strndup (text, length);
  return g_ascii_string_to_signed (copy, 10, G_MININT64, G_MAXINT64, NULL, NULL);
}

/* The bytes of what begins as a word, 0 for none that JSON has. */
static gsize
measure_word (const char *text, gsize length)
{
  static const char *const words[] = { "true", "false", "null" };
  gsize end = 0;

  while (end < length && g_ascii_isalnum (text[end]))
    end++;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      if (end == strlen (words[i]) && memcmp (text, words[i], end) == 0)
        return end;
    }

  return 0;
}

/* What json-glib would not do well with, NULL for nothing. It parses by recursion without a limit,
 * has additions to the syntax, and of several values takes the last; so text from outside is looked
 * at first. */
static const char *
find_fault (const char *text, gsize length)
{
  static const char syntax[]
      = "Not valid JSON: it has a comment, quote, word or escape that JSON does not know, or objects "
        "and arrays nested more than " G_STRINGIFY (LK_EGRESS_JSON_MAX_DEPTH) " deep";
  static const char number[]
      = "Not valid JSON: it has a number that JSON does not know, or a whole one of more than 64 "
        "bits";
  static const char rest[] = "Not valid JSON: there is more text behind the value";

  gboolean in_string = FALSE;
  gboolean begun = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < length; i++)
    {
      char c = text[i];
      gsize size = 1;

      if (in_string)
        {
          size = c == '\\' ? measure_escape (text + i, length - i) : 1;
          in_string = c != '"';
        }
      else if (strchr (" \t\r\n", c) != NULL)
        {
          continue;
        }
      else if (begun && depth == 0)
        {
          return rest;
        }
      else
        {
          begun = TRUE;
          in_string = c == '"';
          if (begins_number (c))
            {
              size = measure_number (text + i, length - i);
              if (!is_number (text + i, size))
                return number;
            }
          else if (depth == 0 && g_ascii_isalpha (c))
            size = measure_word (text + i, length - i);
          else if (c == '[' || c == '{')
            depth++;
          else if ((c == ']' || c == '}') && depth > 0)
            depth--;
          /* The parser would take comments and single quotes, and find brackets where there are
           * none. */
          else if (strchr ("'/#", c) != NULL)
            return syntax;
        }

      if (size == 0 || depth > LK_EGRESS_JSON_MAX_DEPTH)
        return syntax;
      i += size - 1;
    }

  return NULL;
}

typedef struct
{
  guint line;
  guint column;
} Position;

static void
note_position (JsonParser *parser, const GError *error, Position *position)
{
  position->line = json_parser_get_current_line (parser);
  position->column = json_parser_get_current_pos (parser);
}

JsonNode *
lk_egress_json_parse (const char *text, gssize length, GError **error)
{
  gsize size = length < 0 ? strlen (text) : (gsize)length;
  g_autoptr (JsonParser) parser = NULL;
  Position position = { 0 };
  const char *fault;
  JsonNode *root;

  /* Bytes that are none have no place either. */
  if (size == 0)
    text = "";
  if (!g_utf8_validate_len (text, size, NULL))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           "Not valid JSON: the text is not UTF-8");
      return NULL;
    }
  fault = find_fault (text, size);
  if (fault != NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, fault);
      return NULL;
    }

  /* The parser's own message quotes the text. */
  parser = json_parser_new_immutable ();
  g_signal_connect (parser, "error", G_CALLBACK (note_position), &position);
  if (!json_parser_load_from_data (parser, text, (gssize)size, NULL))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "Not valid JSON: cannot go on at line %u, column %u", position.line,
                   position.column);
      return NULL;
    }

  root = json_parser_steal_root (parser);
  if (root == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                         "Not valid JSON: there is no value in the text");

  return root;
}
