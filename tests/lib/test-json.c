/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-json-private.h"

#include <gio/gio.h>
#include <string.h>

#define REFUSED                                                                                    \
  "Not valid JSON: it has a comment, quote, word or escape that JSON does not know, or objects"    \
  " and arrays nested more than 64 deep"
#define REST "Not valid JSON: there is more text behind the value"

/* Whether the text gets as far as the parser, which may still not like it. */
static gboolean
is_shallow (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = lk_egress_json_parse (text, -1, &error);

  return root != NULL || !g_str_equal (error->message, REFUSED);
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
  g_autofree char *deepest = repeat ("", '[', LK_EGRESS_JSON_MAX_DEPTH, "");
  g_autofree char *too_deep = repeat ("", '[', LK_EGRESS_JSON_MAX_DEPTH + 1, "");
  g_autofree char *far_too_deep = repeat ("", '{', 1000 * 1000, "");
  g_autofree char *in_string = repeat ("{\"a\":\"", '[', 1000, "\"}");
  g_autofree char *after_escape = repeat ("[\"\\\"\",", '[', LK_EGRESS_JSON_MAX_DEPTH, "");
  GString *wide = g_string_new ("[");

  for (guint i = 0; i < 1000; i++)
    g_string_append (wide, "[{}],");

  g_assert_true (is_shallow (""));
  g_assert_true (is_shallow ("]]]]"));
  g_assert_true (is_shallow (deepest));
  g_assert_true (is_shallow (in_string));
  g_assert_true (is_shallow (wide->str));
  g_assert_false (is_shallow (too_deep));
  g_assert_false (is_shallow (far_too_deep));
  g_assert_false (is_shallow (after_escape));
  g_string_free (wide, TRUE);
}

/* json-glib would read these, and see the quote as text. */
static void
test_no_hiding_place (void)
{
  g_autofree char *single = repeat ("'\"',", '[', LK_EGRESS_JSON_MAX_DEPTH + 1, "");
  g_autofree char *line = repeat ("//\"\n", '[', LK_EGRESS_JSON_MAX_DEPTH + 1, "");
  g_autofree char *block = repeat ("/*\"*/", '[', LK_EGRESS_JSON_MAX_DEPTH + 1, "");

  g_assert_false (is_shallow (single));
  g_assert_false (is_shallow (line));
  g_assert_false (is_shallow (block));
  g_assert_true (is_shallow ("{\"a\":\"it's http://host/#\"}"));
}

/* Escapes that json-glib takes, and makes of them another string or bytes that are not UTF-8. */
static void
test_escapes (void)
{
  static const char *const bad[] = {
    "\"\\q\"",
    "\"\\377\"",
    "\"\\u\"",
    "\"\\u12g4\"",
    "\"\\u0000\"",
    "\"\\ud83dx\"",
    "\"\\ud83d\\n\"",
    "\"\\ud83d\\u0041\"",
    "\"\\ude00\\ud83d\"",
    "\"\\ud83d\\ude",
    "\"\\",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (is_shallow (bad[i]));
  g_assert_true (is_shallow ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00E9\\uD83D\\ude00\""));
}

static void
assert_refused (const char *text, gssize length, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (lk_egress_json_parse (text, length, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_parse (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = lk_egress_json_parse ("{\"a\":\"\\ud83d\\ude00\"}]", 20, &error);

  g_assert_no_error (error);
  g_assert_true (json_node_is_immutable (root));
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (root), "a"), ==, "😀");

  assert_refused ("", -1, "Not valid JSON: there is no value in the text");
  assert_refused ("\"\xff\"", -1, "Not valid JSON: the text is not UTF-8");
  assert_refused ("[]\0", 3, "Not valid JSON: the text is not UTF-8");
  assert_refused ("{\n\"a\": secret}", -1, "Not valid JSON: cannot go on at line 2, column 11");
  assert_refused ("[1, // secret", -1, REFUSED);
  assert_refused (NULL, 0, "Not valid JSON: there is no value in the text");
}

/* json-glib would take the last of several values, and JavaScript. */
static void
test_one_value (void)
{
  static const char *const more[]
      = { "{\"a\":1}{\"b\":2}", "{} []",       "1 2", "\"a\"\"b\"", "[]null", "{};", "{},",
          "true\n{}",           "[] // secret" };
  static const char *const good[] = { " {} \r\n\t", "null", "\"}{\"", "[{},{}]", "-1 " };

  for (guint i = 0; i < G_N_ELEMENTS (more); i++)
    assert_refused (more[i], -1, REST);
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) root = lk_egress_json_parse (good[i], -1, &error);

      g_assert_no_error (error);
    }
  assert_refused ("var secret = {\"a\":1};", -1, REFUSED);
  assert_refused ("nullnull", -1, REFUSED);
  assert_refused ("True", -1, REFUSED);
}

/* json-glib would read octal and hexadecimal numbers, and of one that is too large make another. */
static void
test_numbers (void)
{
  static const char *const good[] = {
    "9223372036854775807",
    "-9223372036854775808",
    "0",
    "-0",
    "10",
    "0.5",
    "0e1",
    "18446744073709551616.0",
    "1e300",
    "\"0123\"",
    "\"99999999999999999999\"",
  };
  static const char *const bad[] = {
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "99999999999999999999",
    "0123",
    "-00",
    "0x10",
    "0X1",
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"a\":%s}", good[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) root = lk_egress_json_parse (text, -1, &error);

      g_assert_no_error (error);
    }

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *text = g_strdup_printf ("[%s,1]", bad[i]);

      assert_refused (text, -1,
                      "Not valid JSON: it has a number that JSON does not know, or a whole one of"
                      " more than 64 bits");
      assert_refused (bad[i], -1,
                      "Not valid JSON: it has a number that JSON does not know, or a whole one of"
                      " more than 64 bits");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/json/depth", test_depth);
  g_test_add_func ("/json/no-hiding-place", test_no_hiding_place);
  g_test_add_func ("/json/escapes", test_escapes);
  g_test_add_func ("/json/numbers", test_numbers);
  g_test_add_func ("/json/one-value", test_one_value);
  g_test_add_func ("/json/parse", test_parse);

  return g_test_run ();
}
