/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-test-properties.h"

#include <dlfcn.h>
#include <json-glib/json-glib.h>

static gboolean
is_message (GParamSpec *pspec)
{
  return g_type_is_a (pspec->value_type, LK_EGRESS_TYPE_MESSAGE);
}

static GListModel *
rebuild_list (GListModel *from)
{
  GListStore *to = g_list_store_new (g_list_model_get_item_type (from));

  for (guint i = 0; i < g_list_model_get_n_items (from); i++)
    {
      g_autoptr (LkEgressMessage) item = g_list_model_get_item (from, i);
      g_autoptr (LkEgressMessage) copy = lk_test_rebuild (item);

      g_list_store_append (to, copy);
    }

  return G_LIST_MODEL (to);
}

/* The properties that are fields of the message: those that can be set. */
static GPtrArray *
list_fields (LkEgressMessage *message)
{
  GPtrArray *fields = g_ptr_array_new ();
  g_autofree GParamSpec **pspecs = NULL;
  guint n_pspecs;

  pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (message), &n_pspecs);
  for (guint i = 0; i < n_pspecs; i++)
    {
      if (pspecs[i]->flags & G_PARAM_WRITABLE)
        g_ptr_array_add (fields, pspecs[i]);
    }

  return fields;
}

LkEgressMessage *
lk_test_rebuild (LkEgressMessage *message)
{
  LkEgressMessage *copy = g_object_new (G_OBJECT_TYPE (message), NULL);
  g_autoptr (GPtrArray) fields = list_fields (message);

  for (guint i = 0; i < fields->len; i++)
    {
      GParamSpec *pspec = g_ptr_array_index (fields, i);
      g_auto (GValue) value = G_VALUE_INIT;

      /* Setting a member of a oneof to what it is by default would make it the chosen one. */
      if (!lk_egress_message_has (message, pspec->name))
        continue;

      g_value_init (&value, pspec->value_type);
      g_object_get_property (G_OBJECT (message), pspec->name, &value);
      if (is_message (pspec))
        g_value_take_object (&value, lk_test_rebuild (g_value_get_object (&value)));
      else if (pspec->value_type == G_TYPE_LIST_MODEL)
        g_value_take_object (&value, rebuild_list (g_value_get_object (&value)));
      g_object_set_property (G_OBJECT (copy), pspec->name, &value);
    }

  return copy;
}

/* LkEgressS3Storage, access-key -> lk_egress_s3_storage_get_access_key */
static char *
getter_name (LkEgressMessage *message, GParamSpec *pspec)
{
  GString *name = g_string_new (NULL);

  for (const char *c = G_OBJECT_TYPE_NAME (message); *c != '\0'; c++)
    {
      if (g_ascii_isupper (*c) && name->len > 0 && !g_ascii_isupper (c[-1]))
        g_string_append_c (name, '_');
      g_string_append_c (name, g_ascii_tolower (*c));
    }
  g_string_append_printf (name, "_get_%s", pspec->name);

  return g_strdelimit (g_string_free (name, FALSE), "-", '_');
}

static guint n_getters;

/* Where there is a getter beside the property. */
static void
check_getter (LkEgressMessage *message, GParamSpec *pspec, const GValue *value)
{
  g_autofree char *name = getter_name (message, pspec);
  gpointer getter = dlsym (RTLD_DEFAULT, name);
  gboolean same;

  if (getter == NULL)
    return;

  if (G_VALUE_HOLDS_STRING (value))
    same = g_strcmp0 (((const char *(*)(gpointer))getter) (message), g_value_get_string (value))
           == 0;
  else if (G_VALUE_HOLDS_ENUM (value))
    same = ((int (*) (gpointer))getter) (message) == g_value_get_enum (value);
  else if (G_VALUE_HOLDS_BOOLEAN (value))
    same = ((gboolean (*) (gpointer))getter) (message) == g_value_get_boolean (value);
  else if (G_VALUE_HOLDS_INT (value))
    same = ((int (*) (gpointer))getter) (message) == g_value_get_int (value);
  else if (G_VALUE_HOLDS_UINT (value))
    same = ((guint (*) (gpointer))getter) (message) == g_value_get_uint (value);
  else if (G_VALUE_HOLDS_INT64 (value))
    same = ((gint64 (*) (gpointer))getter) (message) == g_value_get_int64 (value);
  else
    return;

  n_getters++;
  if (!same)
    g_error ("%s() does not give what the property says", name);
}

static JsonNode *show_message (LkEgressMessage *message);

static JsonNode *
show_list (GListModel *list)
{
  JsonArray *array = json_array_new ();
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (LkEgressMessage) item = g_list_model_get_item (list, i);

      json_array_add_element (array, show_message (item));
    }
  json_node_take_array (node, array);

  return node;
}

static JsonNode *
show_texts (const char *const *texts)
{
  JsonArray *array = json_array_new ();
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);

  for (gsize i = 0; texts != NULL && texts[i] != NULL; i++)
    json_array_add_string_element (array, texts[i]);
  json_node_take_array (node, array);

  return node;
}

static JsonNode *
show_value (GParamSpec *pspec, const GValue *value)
{
  JsonNode *node;

  if (is_message (pspec))
    {
      LkEgressMessage *child = g_value_get_object (value);

      return child != NULL ? show_message (child) : json_node_new (JSON_NODE_NULL);
    }
  if (pspec->value_type == G_TYPE_LIST_MODEL)
    return show_list (g_value_get_object (value));
  if (G_VALUE_HOLDS (value, G_TYPE_STRV))
    return show_texts (g_value_get_boxed (value));
  if (G_VALUE_HOLDS_VARIANT (value) && g_value_get_variant (value) != NULL)
    return json_gvariant_serialize (g_value_get_variant (value));
  if (G_VALUE_HOLDS_VARIANT (value)
      || (G_VALUE_HOLDS_STRING (value) && g_value_get_string (value) == NULL))
    return json_node_new (JSON_NODE_NULL);

  node = json_node_new (JSON_NODE_VALUE);
  if (G_VALUE_HOLDS_ENUM (value))
    json_node_set_int (node, g_value_get_enum (value));
  else if (G_VALUE_HOLDS_INT (value))
    json_node_set_int (node, g_value_get_int (value));
  else if (G_VALUE_HOLDS_UINT (value))
    json_node_set_int (node, g_value_get_uint (value));
  else
    json_node_set_value (node, value);

  return node;
}

static JsonNode *
show_message (LkEgressMessage *message)
{
  g_autoptr (GPtrArray) fields = list_fields (message);
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  for (guint i = 0; i < fields->len; i++)
    {
      GParamSpec *pspec = g_ptr_array_index (fields, i);
      g_auto (GValue) value = G_VALUE_INIT;

      g_value_init (&value, pspec->value_type);
      g_object_get_property (G_OBJECT (message), pspec->name, &value);
      check_getter (message, pspec, &value);
      json_object_set_member (object, pspec->name, show_value (pspec, &value));
    }
  json_node_take_object (node, object);

  return node;
}

static void
add_json (JsonObject *object, const char *name, LkEgressMessage *message, LkEgressJsonFlags flags)
{
  g_autofree char *json = lk_egress_message_to_json (message, flags);

  json_object_set_string_member (object, name, json);
}

char *
lk_test_describe (LkEgressMessage *message)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autoptr (GBytes) bytes = lk_egress_message_to_bytes (message);
  g_autofree char *base64
      = g_base64_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  json_node_take_object (node, object);
  json_object_set_member (object, "properties", show_message (message));
  json_object_set_int_member (object, "getters", n_getters);
  add_json (object, "json", message, LK_EGRESS_JSON_NONE);
  add_json (object, "proto_names", message, LK_EGRESS_JSON_PROTO_NAMES | LK_EGRESS_JSON_DEFAULTS);
  json_object_set_string_member (object, "bytes", base64);

  return json_to_string (node, FALSE);
}
