/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any text is JSON or refused, and what is read of JSON is what json-glib reads of it, which takes
 * more than that. */

#include "fuzz.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "lk-egress-json-private.h"

static void check_same (const LkEgressJson *json, JsonNode *node);

static void
check_array (const LkEgressJson *json, JsonArray *array)
{
  const LkEgressJson *element;
  LkEgressJsonIter iter;
  guint index = 0;

  lk_egress_json_iter_init (&iter, json);
  while ((element = lk_egress_json_next_element (&iter)) != NULL)
    check_same (element, json_array_get_element (array, index++));
  g_assert_cmpuint (json_array_get_length (array), ==, index);
}

static void
check_object (const LkEgressJson *json, JsonObject *object)
{
  LkEgressJsonIter iter;
  const char *name;

  lk_egress_json_iter_init (&iter, json);
  while (lk_egress_json_next_member (&iter, &name) != NULL)
    check_same (lk_egress_json_find (json, name), json_object_get_member (object, name));
}

static void
check_same (const LkEgressJson *json, JsonNode *node)
{
  switch (json->kind)
    {
    case LK_EGRESS_JSON_KIND_NULL:
      g_assert_true (JSON_NODE_HOLDS_NULL (node));
      break;
    case LK_EGRESS_JSON_KIND_BOOLEAN:
      g_assert_cmpint (json_node_get_boolean (node), ==, json->boolean);
      break;
    case LK_EGRESS_JSON_KIND_INTEGER:
      g_assert_true (json_node_get_value_type (node) == G_TYPE_INT64);
      g_assert_cmpint (json_node_get_int (node), ==, json->integer);
      break;
    case LK_EGRESS_JSON_KIND_DOUBLE:
      g_assert_true (json_node_get_value_type (node) == G_TYPE_DOUBLE);
      g_assert_cmpfloat (json_node_get_double (node), ==, json->real);
      break;
    case LK_EGRESS_JSON_KIND_STRING:
      g_assert_cmpstr (json_node_get_string (node), ==, json->string);
      break;
    case LK_EGRESS_JSON_KIND_ARRAY:
      check_array (json, json_node_get_array (node));
      break;
    case LK_EGRESS_JSON_KIND_OBJECT:
      check_object (json, json_node_get_object (node));
      break;
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  const char *text = size > 0 ? (const char *)data : "";
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressJson) json = lk_egress_json_parse (text, (gssize)size, &error);

  g_assert_true ((json != NULL) == (error == NULL));
  if (json == NULL)
    return 0;

  json_parser_load_from_data (parser, text, (gssize)size, &error);
  g_assert_no_error (error);
  check_same (json, json_parser_get_root (parser));
  return 0;
}
