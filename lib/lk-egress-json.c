/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-json-private.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>

/* So many bytes have the values of the API at least, on average. There is room for them from the
 * beginning, up to so many values. */
#define BYTES_PER_VALUE 8
#define MANY_VALUES 4096

/* An escape has no fewer bytes than what it stands for. So strings are unescaped where they are, in
 * a copy of the text, and the quote behind them becomes the zero byte that ends them. */
typedef struct
{
  const char *text;
  char *copy; /* ends with a zero byte, which nothing in JSON has */
  char *at;   /* in the copy */
  GArray *values;
  guint depth;
  GError **error;
} Parser;

static gboolean
fail (Parser *self, const char *at, const char *what)
{
  /* In the copy strings are changed. */
  const char *end = self->text + (at - self->copy);
  const char *line = self->text;
  guint n_lines = 1;

  for (const char *c = self->text; c < end; c++)
    {
      if (*c == '\n')
        {
          line = c + 1;
          n_lines++;
        }
    }
  g_set_error (self->error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "Not valid JSON at line %u, column %ld: %s", n_lines,
               g_utf8_strlen (line, end - line) + 1, what);

  return FALSE;
}

static void
skip_space (Parser *self)
{
  while (*self->at == ' ' || *self->at == '\t' || *self->at == '\r' || *self->at == '\n')
    self->at++;
}

/* The new value, until there is another. */
static LkEgressJson *
add_value (Parser *self, LkEgressJsonKind kind)
{
  LkEgressJson *value;

  g_array_set_size (self->values, self->values->len + 1);
  value = &g_array_index (self->values, LkEgressJson, self->values->len - 1);
  value->kind = kind;
  value->n_values = 1;

  return value;
}

/* The value of four hexadecimal digits, -1 if the text does not begin with them. */
static int
read_hex4 (const char *text)
{
  int code = 0;

  for (guint i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (text[i]);

      if (digit < 0)
        return -1;
      code = code * 16 + digit;
    }

  return code;
}

/* Reads what is behind the backslash. Gives how many bytes that were, 0 for no escape, and writes
 * those that it stands for. */
static gsize
read_escape (const char *text, char **to)
{
  static const char names[] = "\"\\/bfnrt", chars[] = "\"\\/\b\f\n\r\t";
  const char *name = *text != '\0' ? strchr (names, *text) : NULL;
  int code, low;

  if (name != NULL)
    {
      *(*to)++ = chars[name - names];
      return 1;
    }
  if (*text != 'u')
    return 0;

  code = read_hex4 (text + 1);
  if (code < 0xd800 || code > 0xdfff)
    {
      *to += code > 0 ? g_unichar_to_utf8 ((gunichar)code, *to) : 0;
      return code > 0 ? 5 : 0;
    }
  if (code > 0xdbff || text[5] != '\\' || text[6] != 'u')
    return 0;
  low = read_hex4 (text + 7);
  if (low < 0xdc00 || low > 0xdfff)
    return 0;
  *to += g_unichar_to_utf8 ((gunichar)(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)), *to);

  return 11;
}

static gboolean
parse_string (Parser *self)
{
  char *start = self->at + 1;
  char *to = start;
  guchar all = 0;

  for (self->at = start; *self->at != '"';)
    {
      guchar c = (guchar)*self->at;
      gsize length;

      if (c < ' ')
        return fail (self, self->at,
                     "a string has no end, or a control character that is not escaped");
      if (c != '\\')
        {
          all |= c;
          *to++ = *self->at++;
          continue;
        }
      length = read_escape (self->at + 1, &to);
      if (length == 0)
        return fail (self, self->at, "JSON has no such escape");
      self->at += 1 + length;
    }
  if (all >= 0x80 && !g_utf8_validate_len (start, (gsize)(to - start), NULL))
    return fail (self, start, "a string is not UTF-8");
  *to = '\0';
  self->at++;
  add_value (self, LK_EGRESS_JSON_KIND_STRING)->string = start;

  return TRUE;
}

/* Whether there is one. */
static gboolean
skip_digits (Parser *self)
{
  const char *start = self->at;

  while (g_ascii_isdigit (*self->at))
    self->at++;

  return self->at > start;
}

/* A zero is no beginning of a longer number. */
static gboolean
skip_number (Parser *self, gboolean *is_whole)
{
  self->at += *self->at == '-';
  if (*self->at == '0')
    self->at++;
  else if (!skip_digits (self))
    return FALSE;

  *is_whole = TRUE;
  if (*self->at == '.')
    {
      *is_whole = FALSE;
      self->at++;
      if (!skip_digits (self))
        return FALSE;
    }
  if (*self->at == 'e' || *self->at == 'E')
    {
      *is_whole = FALSE;
      self->at++;
      self->at += *self->at == '+' || *self->at == '-';
      return skip_digits (self);
    }

  return TRUE;
}

static gboolean
parse_number (Parser *self)
{
  const char *start = self->at;
  gboolean is_whole;
  gint64 number;

  if (!skip_number (self, &is_whole))
    return fail (self, self->at, "a number lacks a digit");
  if (!is_whole)
    {
      add_value (self, LK_EGRESS_JSON_KIND_DOUBLE)->real = g_ascii_strtod (start, NULL);
      return TRUE;
    }

  errno = 0;
  number = g_ascii_strtoll (start, NULL, 10);
  if (errno != 0)
    return fail (self, start, "a whole number has more than 64 bits");
  add_value (self, LK_EGRESS_JSON_KIND_INTEGER)->integer = number;

  return TRUE;
}

static gboolean parse_value (Parser *self);

/* Reads the values inside of brackets, each with its name if it has one. */
static gboolean
parse_inside (Parser *self, LkEgressJsonKind kind, char end)
{
  guint index = self->values->len;

  if (++self->depth > LK_EGRESS_JSON_MAX_DEPTH)
    return fail (
        self, self->at,
        "objects and arrays are nested more than " G_STRINGIFY (LK_EGRESS_JSON_MAX_DEPTH) " deep");

  add_value (self, kind);
  do
    {
      self->at++;
      skip_space (self);
      if (*self->at == end && self->values->len == index + 1)
        break;
      if (kind == LK_EGRESS_JSON_KIND_OBJECT)
        {
          if (*self->at != '"')
            return fail (self, self->at, "expected the name of a member, in double quotes");
          if (!parse_string (self))
            return FALSE;
          skip_space (self);
          if (*self->at != ':')
            return fail (self, self->at, "expected a colon");
          self->at++;
          skip_space (self);
        }
      if (!parse_value (self))
        return FALSE;
      skip_space (self);
    }
  while (*self->at == ',');
  if (*self->at != end)
    return fail (self, self->at, end == '}' ? "expected a comma or }" : "expected a comma or ]");

  self->at++;
  self->depth--;
  g_array_index (self->values, LkEgressJson, index).n_values = self->values->len - index;

  return TRUE;
}

static gboolean
skip_word (Parser *self, const char *word)
{
  if (!g_str_has_prefix (self->at, word))
    return FALSE;
  self->at += strlen (word);

  return TRUE;
}

static gboolean
parse_value (Parser *self)
{
  switch (*self->at)
    {
    case '"':
      return parse_string (self);
    case '{':
      return parse_inside (self, LK_EGRESS_JSON_KIND_OBJECT, '}');
    case '[':
      return parse_inside (self, LK_EGRESS_JSON_KIND_ARRAY, ']');
    default:
      break;
    }

  if (*self->at == '-' || g_ascii_isdigit (*self->at))
    return parse_number (self);
  if (skip_word (self, "null"))
    add_value (self, LK_EGRESS_JSON_KIND_NULL);
  else if (skip_word (self, "true"))
    add_value (self, LK_EGRESS_JSON_KIND_BOOLEAN)->boolean = TRUE;
  else if (skip_word (self, "false"))
    add_value (self, LK_EGRESS_JSON_KIND_BOOLEAN)->boolean = FALSE;
  else
    return fail (self, self->at,
                 *self->at == '\0' ? "the text ends where a value should be" : "expected a value");

  return TRUE;
}

static gboolean
parse_text (Parser *self, gsize size)
{
  skip_space (self);
  if (!parse_value (self))
    return FALSE;
  skip_space (self);

  return self->at == self->copy + size || fail (self, self->at, "there is more behind the value");
}

LkEgressJson *
lk_egress_json_parse (const char *text, gssize length, GError **error)
{
  gsize size = length < 0 ? strlen (text) : (gsize)length;
  char *copy = g_malloc (size + 1);
  Parser self = { .text = text, .copy = copy, .at = copy, .error = error };
  gboolean good;

  if (size > 0)
    memcpy (copy, text, size);
  copy[size] = '\0';

  /* The value before the first keeps the copy. */
  self.values = g_array_sized_new (FALSE, FALSE, sizeof (LkEgressJson),
                                   (guint)CLAMP (size / BYTES_PER_VALUE, 2, MANY_VALUES));
  add_value (&self, LK_EGRESS_JSON_KIND_STRING)->string = copy;
  good = parse_text (&self, size);
  if (good)
    return (LkEgressJson *)(gpointer)g_array_free (self.values, FALSE) + 1;

  g_array_unref (self.values);
  g_free (copy);

  return NULL;
}

void
lk_egress_json_free (LkEgressJson *self)
{
  if (self == NULL)
    return;

  g_free (self[-1].string);
  g_free (self - 1);
}

void
lk_egress_json_iter_init (LkEgressJsonIter *iter, const LkEgressJson *json)
{
  iter->next = json + 1;
  iter->end = json + json->n_values;
}

const LkEgressJson *
lk_egress_json_next_element (LkEgressJsonIter *iter)
{
  const LkEgressJson *element = iter->next;

  if (element == iter->end)
    return NULL;
  iter->next += element->n_values;

  return element;
}

const LkEgressJson *
lk_egress_json_next_member (LkEgressJsonIter *iter, const char **name)
{
  const LkEgressJson *member = lk_egress_json_next_element (iter);

  if (member == NULL)
    return NULL;
  *name = member->string;

  return lk_egress_json_next_element (iter);
}

const LkEgressJson *
lk_egress_json_find (const LkEgressJson *json, const char *name)
{
  const LkEgressJson *found = NULL, *member;
  LkEgressJsonIter iter;
  const char *its_name;

  if (!lk_egress_json_is (json, LK_EGRESS_JSON_KIND_OBJECT))
    return NULL;

  lk_egress_json_iter_init (&iter, json);
  while ((member = lk_egress_json_next_member (&iter, &its_name)) != NULL)
    {
      if (g_str_equal (its_name, name))
        found = member;
    }

  return found;
}

const char *
lk_egress_json_find_string (const LkEgressJson *json, const char *name)
{
  const LkEgressJson *member = lk_egress_json_find (json, name);

  return lk_egress_json_is (member, LK_EGRESS_JSON_KIND_STRING) ? member->string : NULL;
}
