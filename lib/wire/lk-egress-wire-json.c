/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Messages to proto3 JSON. */

#include "lk-egress-wire-json-private.h"

#include <json-glib/json-glib.h>
#include <math.h>

#include "lk-egress-redact-message-private.h"
#include "lk-egress-wire-field-private.h"

static JsonNode *message_to_node (const ProtobufCMessage *message, LkEgressWireJsonFlags flags);

char *
lk_egress_wire_json_name (const char *proto_name)
{
  char *name = g_malloc (strlen (proto_name) + 1);
  char *end = name;

  for (const char *c = proto_name; *c != '\0'; c++)
    {
      if (*c != '_')
        *end++ = c > proto_name && c[-1] == '_' ? g_ascii_toupper (*c) : *c;
    }
  *end = '\0';

  return name;
}

static JsonNode *
string_to_node (const char *text)
{
  return json_node_init_string (json_node_alloc (), text);
}

static JsonNode *
int_to_node (gint64 number)
{
  return json_node_init_int (json_node_alloc (), number);
}

static JsonNode *
double_to_node (double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value))
    return string_to_node ("NaN");
  if (isinf (value))
    return string_to_node (value > 0 ? "Infinity" : "-Infinity");

  /* json-glib 1.6 appends ".0" to what has no point, and 1e+30.0 is no number. In quotes it is as
   * good to proto3. */
  g_ascii_dtostr (text, sizeof text, value);
  if (strchr (text, '.') == NULL && strchr (text, 'e') != NULL)
    return string_to_node (text);

  return json_node_init_double (json_node_alloc (), value);
}

static JsonNode *
enum_to_node (const ProtobufCEnumDescriptor *descriptor, gint64 number)
{
  const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value (descriptor, (int)number);

  /* A newer server's value keeps its number. */
  return value != NULL ? string_to_node (value->name) : int_to_node (number);
}

/* A number of 64 bits is text: many readers of JSON have doubles only. */
static JsonNode *
wide_to_node (ProtobufCType type, gint64 number)
{
  g_autofree char *text = type == PROTOBUF_C_TYPE_UINT64 || type == PROTOBUF_C_TYPE_FIXED64
                              ? g_strdup_printf ("%" G_GUINT64_FORMAT, (guint64)number)
                              : g_strdup_printf ("%" G_GINT64_FORMAT, number);

  return string_to_node (text);
}

static JsonNode *
value_to_node (const ProtobufCFieldDescriptor *field,
               gconstpointer slot,
               LkEgressWireJsonFlags flags)
{
  gint64 number;

  switch (field->type)
    {
    case PROTOBUF_C_TYPE_STRING:
      return string_to_node (lk_egress_wire_load_string (slot));
    case PROTOBUF_C_TYPE_MESSAGE:
      return message_to_node (*(ProtobufCMessage *const *)slot, flags);
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
      return double_to_node (lk_egress_wire_load_double (field->type, slot));
    default:
      break;
    }

  number = lk_egress_wire_load_int (field->type, slot);
  if (field->type == PROTOBUF_C_TYPE_BOOL)
    return json_node_init_boolean (json_node_alloc (), number != 0);
  if (field->type == PROTOBUF_C_TYPE_ENUM)
    return enum_to_node (field->descriptor, number);
  if (lk_egress_wire_value_size (field->type) == sizeof (gint64))
    return wide_to_node (field->type, number);

  return int_to_node (number);
}

static JsonNode *
map_to_node (const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_node_take_object (node, object);
  for (gsize i = 0; i < lk_egress_wire_count (message, field); i++)
    {
      const char *key, *value;

      lk_egress_wire_get_entry (message, field, i, &key, &value);
      json_object_set_string_member (object, key, value);
    }

  return node;
}

static JsonNode *
array_to_node (const ProtobufCMessage *message,
               const ProtobufCFieldDescriptor *field,
               LkEgressWireJsonFlags flags)
{
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();

  json_node_take_array (node, array);
  for (gsize i = 0; i < lk_egress_wire_count (message, field); i++)
    json_array_add_element (
        array, value_to_node (field, lk_egress_wire_element (message, field, i), flags));

  return node;
}

static JsonNode *
field_to_node (const ProtobufCMessage *message,
               const ProtobufCFieldDescriptor *field,
               LkEgressWireJsonFlags flags)
{
  if (lk_egress_wire_is_map (field))
    return map_to_node (message, field);
  if (lk_egress_wire_is_repeated (field))
    return array_to_node (message, field, flags);
  if (field->type == PROTOBUF_C_TYPE_MESSAGE && !lk_egress_wire_has (message, field))
    return json_node_new (JSON_NODE_NULL);

  return value_to_node (field, lk_egress_wire_slot (message, field), flags);
}

static JsonNode *
message_to_node (const ProtobufCMessage *message, LkEgressWireJsonFlags flags)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_node_take_object (node, object);
  for (guint i = 0; i < message->descriptor->n_fields; i++)
    {
      const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
      g_autofree char *name = NULL;

      /* A oneof says which of its members is meant: the others never show. */
      if (!lk_egress_wire_has (message, field)
          && ((flags & LK_EGRESS_WIRE_JSON_DEFAULTS) == 0 || lk_egress_wire_is_oneof (field)))
        continue;

      name = (flags & LK_EGRESS_WIRE_JSON_PROTO_NAMES) != 0
                 ? g_strdup (field->name)
                 : lk_egress_wire_json_name (field->name);
      json_object_set_member (object, name, field_to_node (message, field, flags));
    }

  return node;
}

char *
lk_egress_wire_to_json (const ProtobufCMessage *message, LkEgressWireJsonFlags flags)
{
  ProtobufCMessage *redacted
      = (flags & LK_EGRESS_WIRE_JSON_REDACTED) != 0 ? lk_egress_redact_message (message) : NULL;
  g_autoptr (JsonNode) root = message_to_node (redacted != NULL ? redacted : message, flags);

  g_clear_pointer (&redacted, lk_egress_wire_free);

  return json_to_string (root, (flags & LK_EGRESS_WIRE_JSON_PRETTY) != 0);
}
