/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-json-private.h"

#include <gio/gio.h>
#include <string.h>

static LkEgressJson *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  LkEgressJson *json = lk_egress_json_parse (text, -1, &error);

  g_assert_no_error (error);
  g_assert_nonnull (json);

  return json;
}

static void
assert_refused (const char *text, gssize length, const char *message)
{
  g_autofree char *whole = g_strconcat ("Not valid JSON at line ", message, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (lk_egress_json_parse (text, length, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_cmpstr (error->message, ==, whole);
}

typedef struct
{
  const char *text;
  const char *message;
} Refusal;

static void
assert_all_refused (const Refusal *rows, guint n_rows)
{
  for (guint i = 0; i < n_rows; i++)
    assert_refused (rows[i].text, -1, rows[i].message);
}

/* A char many times over, between two texts. */
static char *
repeat (const char *before, char c, guint times, const char *after)
{
  g_autofree char *middle = g_strnfill (times, c);

  return g_strconcat (before, middle, after, NULL);
}

static void
test_depth (void)
{
#define TOO_DEEP "objects and arrays are nested more than 64 deep"
  g_autofree char *opened = repeat ("", '[', LK_EGRESS_JSON_MAX_DEPTH, "");
  g_autofree char *deepest = repeat (opened, ']', LK_EGRESS_JSON_MAX_DEPTH, "");
  g_autofree char *too_deep = repeat ("", '[', LK_EGRESS_JSON_MAX_DEPTH + 1, "");
  g_autofree char *far_too_deep = repeat ("", '[', 1000 * 1000, "");
  g_autofree char *after_quote = repeat ("[\"\\\"\",", '[', LK_EGRESS_JSON_MAX_DEPTH, "");
  g_autofree char *in_string = repeat ("{\"a\":\"", '[', 1000, "\"}");
  GString *wide = g_string_new ("[");

  for (guint i = 0; i < 1000; i++)
    g_string_append (wide, "[{}],");
  g_string_append (wide, "{\"a\":[]}]");

  lk_egress_json_free (parse (deepest));
  lk_egress_json_free (parse (in_string));
  lk_egress_json_free (parse (wide->str));
  assert_refused (too_deep, -1, "1, column 65: " TOO_DEEP);
  assert_refused (far_too_deep, -1, "1, column 65: " TOO_DEEP);
  assert_refused (after_quote, -1, "1, column 70: " TOO_DEEP);
  g_string_free (wide, TRUE);
}

/* What other readers take for JSON. */
static void
test_syntax (void)
{
#define NOTHING "the text ends where a value should be"
  static const Refusal rows[] = {
    { "", "1, column 1: " NOTHING },
    { " \r\n\t", "2, column 2: " NOTHING },
    { "[", "1, column 2: " NOTHING },
    { "]", "1, column 1: expected a value" },
    { "[1", "1, column 3: expected a comma or ]" },
    { "[1}", "1, column 3: expected a comma or ]" },
    { "[1 2]", "1, column 4: expected a comma or ]" },
    { "[1,]", "1, column 4: expected a value" },
    { "[,1]", "1, column 2: expected a value" },
    { "{", "1, column 2: expected the name of a member, in double quotes" },
    { "{\"a\"", "1, column 5: expected a colon" },
    { "{\"a\":", "1, column 6: " NOTHING },
    { "{\"a\":1", "1, column 7: expected a comma or }" },
    { "{\"a\":1]", "1, column 7: expected a comma or }" },
    { "{\"a\":1,}", "1, column 8: expected the name of a member, in double quotes" },
    { "{\"a\" 1}", "1, column 6: expected a colon" },
    { "{a:1}", "1, column 2: expected the name of a member, in double quotes" },
    { "{1:1}", "1, column 2: expected the name of a member, in double quotes" },
    { "{\n\"ä\": secret}", "2, column 6: expected a value" },
    { "'secret'", "1, column 1: expected a value" },
    { "[1, // secret\n2]", "1, column 5: expected a value" },
    { "[1 /* secret */]", "1, column 4: expected a comma or ]" },
    { "# secret\n1", "1, column 1: expected a value" },
    { "True", "1, column 1: expected a value" },
    { "tru", "1, column 1: expected a value" },
    { "NaN", "1, column 1: expected a value" },
    { "Infinity", "1, column 1: expected a value" },
    { "var secret = {\"a\":1};", "1, column 1: expected a value" },
    { "\xef\xbb\xbf{}", "1, column 1: expected a value" },
    { "\f1", "1, column 1: expected a value" },
  };

  assert_all_refused (rows, G_N_ELEMENTS (rows));
  assert_refused (NULL, 0, "1, column 1: " NOTHING);
  lk_egress_json_free (parse ("{\"a\":\"it's http://host/#\"}"));
}

static void
test_one_value (void)
{
#define MORE "there is more behind the value"
  static const Refusal rows[] = {
    { "{\"a\":1}{\"b\":2}", "1, column 8: " MORE },
    { "{} []", "1, column 4: " MORE },
    { "1 2", "1, column 3: " MORE },
    { "\"a\"\"b\"", "1, column 4: " MORE },
    { "nullnull", "1, column 5: " MORE },
    { "truex", "1, column 5: " MORE },
    { "{};", "1, column 3: " MORE },
    { "{},", "1, column 3: " MORE },
    { "true\n{}", "2, column 1: " MORE },
    { "[] // secret", "1, column 4: " MORE },
  };
  static const char *const good[] = { " {} \r\n\t", "null", "\"}{\"", "[{},{}]", "-1 " };

  assert_all_refused (rows, G_N_ELEMENTS (rows));
  assert_refused ("[]\0", 3, "1, column 3: " MORE);
  assert_refused ("[]]", 3, "1, column 3: " MORE);
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    lk_egress_json_free (parse (good[i]));
}

static void
test_strings (void)
{
#define ESCAPE "JSON has no such escape"
#define END "a string has no end, or a control character that is not escaped"
#define NOT_UTF8 "a string is not UTF-8"
  static const Refusal rows[] = {
    { "\"\\q\"", "1, column 2: " ESCAPE },
    { "\"\\'\"", "1, column 2: " ESCAPE },
    { "\"\\377\"", "1, column 2: " ESCAPE },
    { "\"\\u\"", "1, column 2: " ESCAPE },
    { "\"\\u12\"", "1, column 2: " ESCAPE },
    { "\"\\u12g4\"", "1, column 2: " ESCAPE },
    { "\"\\u0000\"", "1, column 2: " ESCAPE },
    { "\"\\ud83dx\"", "1, column 2: " ESCAPE },
    { "\"\\ud83d\\n\"", "1, column 2: " ESCAPE },
    { "\"\\ud83d\\u0041\"", "1, column 2: " ESCAPE },
    { "\"\\ude00\\ud83d\"", "1, column 2: " ESCAPE },
    { "\"\\ud83d\\ude", "1, column 2: " ESCAPE },
    { "\"a\\", "1, column 3: " ESCAPE },
    { "\"", "1, column 2: " END },
    { "\"secret", "1, column 8: " END },
    { "\"a\\\"", "1, column 5: " END },
    { "\"a\nb\"", "1, column 3: " END },
    { "\"a\tb\"", "1, column 3: " END },
    { "\"\xff\"", "1, column 2: " NOT_UTF8 },
    { "\"\xc0\x80\"", "1, column 2: " NOT_UTF8 },
    { "\"\xed\xa0\x80\"", "1, column 2: " NOT_UTF8 },
    { "\"\xe2\x82\"", "1, column 2: " NOT_UTF8 },
    { "\"\xc3\\u00a9\"", "1, column 2: " NOT_UTF8 },
    { "{\"\xff\":1}", "1, column 3: " NOT_UTF8 },
  };
  g_autoptr (LkEgressJson) escapes
      = parse ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00E9\\u20ac\\uD83D\\ude00 \\u0041ä😀\x7f\"");
  g_autoptr (LkEgressJson) empty = parse ("[\"\",\"a\",\"\"]");

  assert_all_refused (rows, G_N_ELEMENTS (rows));
  assert_refused ("\"a\0b\"", 5, "1, column 3: " END);
  g_assert_cmpstr (escapes->string, ==, "\"\\/\b\f\n\r\té€😀 Aä😀\x7f");
  g_assert_cmpstr (empty[1].string, ==, "");
  g_assert_cmpstr (empty[2].string, ==, "a");
  g_assert_cmpstr (empty[3].string, ==, "");
}

static void
test_whole_numbers (void)
{
#define TOO_LARGE "a whole number has more than 64 bits"
  static const struct
  {
    const char *text;
    gint64 value;
  } good[] = {
    { "0", 0 },
    { "-0", 0 },
    { "10", 10 },
    { "9223372036854775807", G_MAXINT64 },
    { "-9223372036854775808", G_MININT64 },
  };
  static const Refusal bad[] = {
    { "9223372036854775808", "1, column 1: " TOO_LARGE },
    { "[-9223372036854775809,1]", "1, column 2: " TOO_LARGE },
    { "18446744073709551615", "1, column 1: " TOO_LARGE },
    { "99999999999999999999", "1, column 1: " TOO_LARGE },
    { "0123", "1, column 2: " MORE },
    { "[-00]", "1, column 4: expected a comma or ]" },
    { "0x10", "1, column 2: " MORE },
    { "+1", "1, column 1: expected a value" },
    { "-", "1, column 2: a number lacks a digit" },
    { "-a", "1, column 2: a number lacks a digit" },
    { "- 1", "1, column 2: a number lacks a digit" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (LkEgressJson) json = parse (good[i].text);

      g_assert_cmpint (json->kind, ==, LK_EGRESS_JSON_KIND_INTEGER);
      g_assert_cmpint (json->integer, ==, good[i].value);
    }
  assert_all_refused (bad, G_N_ELEMENTS (bad));
}

static void
test_other_numbers (void)
{
  static const struct
  {
    const char *text;
    double value;
  } good[] = {
    { "0.5", 0.5 },     { "-0.5", -0.5 },
    { "0e1", 0 },       { "1e3", 1e3 },
    { "1E+3", 1e3 },    { "12.25e-2", 0.1225 },
    { "1e300", 1e300 }, { "18446744073709551616.0", 18446744073709551616.0 },
  };
  static const Refusal bad[] = {
    { "1.", "1, column 3: a number lacks a digit" },
    { ".5", "1, column 1: expected a value" },
    { "1.e5", "1, column 3: a number lacks a digit" },
    { "1e", "1, column 3: a number lacks a digit" },
    { "1e+", "1, column 4: a number lacks a digit" },
    { "1.5.5", "1, column 4: " MORE },
    { "1,5", "1, column 2: " MORE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (LkEgressJson) json = parse (good[i].text);

      g_assert_cmpint (json->kind, ==, LK_EGRESS_JSON_KIND_DOUBLE);
      g_assert_cmpfloat (json->real, ==, good[i].value);
    }
  assert_all_refused (bad, G_N_ELEMENTS (bad));
}

static void
test_values (void)
{
  g_autoptr (LkEgressJson) json
      = parse ("{ \"a\" : [ null , true, false,{\"b\":{}}, [ ] ], \"c\":\"d\", \"a\\u0062\": 1 }");
  const LkEgressJson *array = lk_egress_json_find (json, "a"), *value;
  LkEgressJsonIter iter;
  const char *name;

  g_assert_cmpint (json->kind, ==, LK_EGRESS_JSON_KIND_OBJECT);
  g_assert_cmpint (lk_egress_json_find (json, "ab")->integer, ==, 1);
  g_assert_cmpstr (lk_egress_json_find_string (json, "c"), ==, "d");
  g_assert_null (lk_egress_json_find_string (json, "ab"));
  g_assert_null (lk_egress_json_find (json, "b"));
  g_assert_null (lk_egress_json_find (json, "d"));
  g_assert_null (lk_egress_json_find (array, "a"));
  g_assert_null (lk_egress_json_find (NULL, "a"));

  lk_egress_json_iter_init (&iter, array);
  g_assert_cmpint (lk_egress_json_next_element (&iter)->kind, ==, LK_EGRESS_JSON_KIND_NULL);
  g_assert_true (lk_egress_json_next_element (&iter)->boolean);
  value = lk_egress_json_next_element (&iter);
  g_assert_cmpint (value->kind, ==, LK_EGRESS_JSON_KIND_BOOLEAN);
  g_assert_false (value->boolean);
  value = lk_egress_json_next_element (&iter);
  g_assert_cmpint (lk_egress_json_find (value, "b")->kind, ==, LK_EGRESS_JSON_KIND_OBJECT);
  g_assert_cmpint (lk_egress_json_next_element (&iter)->kind, ==, LK_EGRESS_JSON_KIND_ARRAY);
  g_assert_null (lk_egress_json_next_element (&iter));
  g_assert_null (lk_egress_json_next_element (&iter));

  lk_egress_json_iter_init (&iter, json);
  g_assert_true (lk_egress_json_next_member (&iter, &name) == array);
  g_assert_cmpstr (name, ==, "a");
  lk_egress_json_next_member (&iter, &name);
  g_assert_cmpstr (name, ==, "c");
  lk_egress_json_next_member (&iter, &name);
  g_assert_cmpstr (name, ==, "ab");
  g_assert_null (lk_egress_json_next_member (&iter, &name));

  lk_egress_json_iter_init (&iter, lk_egress_json_find (json, "c"));
  g_assert_null (lk_egress_json_next_element (&iter));
}

/* As the readers of tokens do, so that nobody can show one thing to them and another here. */
static void
test_last_of_a_name (void)
{
  g_autoptr (LkEgressJson) json = parse ("{\"a\":{\"a\":1},\"b\":2,\"\\u0061\":3}");

  g_assert_cmpint (lk_egress_json_find (json, "a")->integer, ==, 3);
}

static void
test_length (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressJson) json = lk_egress_json_parse ("{\"a\":\"\\ud83d\\ude00\"}]", 20, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (lk_egress_json_find_string (json, "a"), ==, "😀");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/json/depth", test_depth);
  g_test_add_func ("/json/syntax", test_syntax);
  g_test_add_func ("/json/one-value", test_one_value);
  g_test_add_func ("/json/strings", test_strings);
  g_test_add_func ("/json/whole-numbers", test_whole_numbers);
  g_test_add_func ("/json/other-numbers", test_other_numbers);
  g_test_add_func ("/json/values", test_values);
  g_test_add_func ("/json/last-of-a-name", test_last_of_a_name);
  g_test_add_func ("/json/length", test_length);

  return g_test_run ();
}
