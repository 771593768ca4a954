/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* proto3 JSON to messages. */

#include "lk-egress-wire-json-private.h"

#include <float.h>
#include <math.h>

#include "lk-egress-json-private.h"
#include "lk-egress-wire-field-private.h"

/* Where the parser is: one link per field, on the stack, the first one for the message itself. */
typedef struct _Place Place;
struct _Place
{
  const Place *parent;
  const ProtobufCFieldDescriptor *field; /* NULL for the message itself */
  gssize index;                          /* -1 for a singular field */
  gboolean strict;                       /* what is not known is an error */
};

static gboolean
parse_message (const Place *place, JsonNode *node, ProtobufCMessage *message, GError **error);

static gboolean G_GNUC_PRINTF (3, 4)
    fail (const Place *place, GError **error, const char *format, ...)
{
  g_autoptr (GString) path = g_string_new (NULL);
  g_autofree char *what = NULL;
  va_list args;

  for (; place->field != NULL; place = place->parent)
    {
      if (path->len > 0)
        g_string_prepend_c (path, '.');
      if (place->index >= 0)
        {
          g_autofree char *index = g_strdup_printf ("[%" G_GSSIZE_FORMAT "]", place->index);

          g_string_prepend (path, index);
        }
      g_string_prepend (path, place->field->name);
    }

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  if (path->len > 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: %s", path->str, what);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s", what);

  return FALSE;
}

static const char *
describe_type (GType type)
{
  if (type == JSON_TYPE_OBJECT)
    return "an object";
  if (type == JSON_TYPE_ARRAY)
    return "an array";
  if (type == G_TYPE_STRING)
    return "a string";
  if (type == G_TYPE_BOOLEAN)
    return "a boolean";

  return type == G_TYPE_INVALID ? "null" : "a number";
}

static gboolean
expect (const Place *place, JsonNode *node, GType type, GError **error)
{
  GType found = json_node_get_value_type (node);

  return found == type
         || fail (place, error, "expected %s, found %s", describe_type (type),
                  describe_type (found));
}

static gboolean
is_unsigned (ProtobufCType type)
{
  return type == PROTOBUF_C_TYPE_UINT32 || type == PROTOBUF_C_TYPE_FIXED32
         || type == PROTOBUF_C_TYPE_UINT64 || type == PROTOBUF_C_TYPE_FIXED64;
}

static gboolean
is_wide (ProtobufCType type)
{
  return lk_egress_wire_value_size (type) == sizeof (gint64);
}

static gboolean
text_to_double (const char *text, double *value)
{
  char *end;

  *value = g_ascii_strtod (text, &end);

  /* It takes hexadecimal numbers, leading space and infinity as well. */
  return *text != '\0' && *end == '\0' && text[strspn (text, "0123456789+-.eE")] == '\0';
}

/* 1e3 and 4.0 are whole numbers too. Beyond 2^53 this way of writing is not exact. */
static gboolean
double_to_int (double real, ProtobufCType type, gint64 *value)
{
  double highest = is_wide (type)       ? (double)((gint64)1 << 53)
                   : is_unsigned (type) ? G_MAXUINT32
                                        : G_MAXINT32;
  double lowest = is_unsigned (type) ? 0 : is_wide (type) ? -highest : G_MININT32;

  if (real != floor (real) || real < lowest || real > highest)
    return FALSE;
  *value = (gint64)real;

  return TRUE;
}

static gboolean
text_to_int (const char *text, ProtobufCType type, gint64 *value)
{
  double real;

  if (is_unsigned (type))
    {
      guint64 number;

      if (g_ascii_string_to_unsigned (text, 10, 0, is_wide (type) ? G_MAXUINT64 : G_MAXUINT32,
                                      &number, NULL))
        {
          *value = (gint64)number;
          return TRUE;
        }
    }
  else if (g_ascii_string_to_signed (text, 10, is_wide (type) ? G_MININT64 : G_MININT32,
                                     is_wide (type) ? G_MAXINT64 : G_MAXINT32, value, NULL))
    {
      return TRUE;
    }

  return text_to_double (text, &real) && double_to_int (real, type, value);
}

static gboolean
node_to_int (JsonNode *node, ProtobufCType type, gint64 *value)
{
  GType found = json_node_get_value_type (node);

  if (found == G_TYPE_STRING)
    return text_to_int (json_node_get_string (node), type, value);
  if (found == G_TYPE_DOUBLE)
    return double_to_int (json_node_get_double (node), type, value);

  *value = json_node_get_int (node);
  if (is_unsigned (type))
    return *value >= 0 && (is_wide (type) || *value <= G_MAXUINT32);

  return is_wide (type) || (*value >= G_MININT32 && *value <= G_MAXINT32);
}

/* A number, in quotes or not. */
static gboolean
expect_number (const Place *place, JsonNode *node, GError **error)
{
  GType found = json_node_get_value_type (node);

  return found == G_TYPE_INT64 || found == G_TYPE_STRING
         || expect (place, node, G_TYPE_DOUBLE, error);
}

static gboolean
parse_int (const Place *place, JsonNode *node, ProtobufCType type, gpointer slot, GError **error)
{
  gint64 value;

  if (!expect_number (place, node, error))
    return FALSE;
  if (!node_to_int (node, type, &value))
    return fail (place, error, "expected a whole number%s of %d bits",
                 is_unsigned (type) ? ", not below zero," : "",
                 (int)lk_egress_wire_value_size (type) * 8);
  lk_egress_wire_store_int (type, slot, value);

  return TRUE;
}

static gboolean
is_name_of_double (const char *text, double *value)
{
  if (g_str_equal (text, "NaN"))
    *value = NAN;
  else if (g_str_equal (text, "Infinity"))
    *value = INFINITY;
  else if (g_str_equal (text, "-Infinity"))
    *value = -INFINITY;
  else
    return FALSE;

  return TRUE;
}

static gboolean
parse_double (const Place *place, JsonNode *node, ProtobufCType type, gpointer slot, GError **error)
{
  const char *text;
  double value;

  if (!expect_number (place, node, error))
    return FALSE;

  text = json_node_get_string (node);
  if (text == NULL || !is_name_of_double (text, &value))
    {
      if (text == NULL)
        value = json_node_get_double (node);
      else if (!text_to_double (text, &value))
        return fail (place, error, "expected a number");
      if (fabs (value) > (type == PROTOBUF_C_TYPE_FLOAT ? FLT_MAX : DBL_MAX))
        return fail (place, error, "the number is too large");
    }
  lk_egress_wire_store_double (type, slot, value);

  return TRUE;
}

/* Says which names there are. */
static gboolean
fail_name (const Place *place, const ProtobufCEnumDescriptor *descriptor, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < descriptor->n_values; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", descriptor->values[i].name);
  return fail (place, error, "expected one of %s", names->str);
}

/* A name of a newer protocol is a number without a name, as a number of it would be. */
#define UNKNOWN_NAME (-1)

static gboolean
parse_enum (const Place *place,
            JsonNode *node,
            const ProtobufCEnumDescriptor *descriptor,
            gpointer slot,
            GError **error)
{
  GType found = json_node_get_value_type (node);
  const ProtobufCEnumValue *value;

  if (found == G_TYPE_INT64 || found == G_TYPE_DOUBLE)
    return parse_int (place, node, PROTOBUF_C_TYPE_ENUM, slot, error);
  if (!expect (place, node, G_TYPE_STRING, error))
    return FALSE;

  value = protobuf_c_enum_descriptor_get_value_by_name (descriptor, json_node_get_string (node));
  if (value == NULL && place->strict)
    return fail_name (place, descriptor, error);
  lk_egress_wire_store_int (PROTOBUF_C_TYPE_ENUM, slot,
                            value != NULL ? value->value : UNKNOWN_NAME);

  return TRUE;
}

/* Fills an empty slot. */
static gboolean
parse_value (const Place *place,
             JsonNode *node,
             const ProtobufCFieldDescriptor *field,
             gpointer slot,
             GError **error)
{
  switch (field->type)
    {
    case PROTOBUF_C_TYPE_STRING:
      if (!expect (place, node, G_TYPE_STRING, error))
        return FALSE;
      *(char **)slot = json_node_dup_string (node);
      return TRUE;
    case PROTOBUF_C_TYPE_MESSAGE:
      *(ProtobufCMessage **)slot = lk_egress_wire_new (field->descriptor);
      return parse_message (place, node, *(ProtobufCMessage **)slot, error);
    case PROTOBUF_C_TYPE_BOOL:
      if (!expect (place, node, G_TYPE_BOOLEAN, error))
        return FALSE;
      lk_egress_wire_store_int (field->type, slot, json_node_get_boolean (node));
      return TRUE;
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
      return parse_double (place, node, field->type, slot, error);
    case PROTOBUF_C_TYPE_ENUM:
      return parse_enum (place, node, field->descriptor, slot, error);
    default:
      return parse_int (place, node, field->type, slot, error);
    }
}

static gboolean
parse_map (const Place *place,
           JsonNode *node,
           ProtobufCMessage *message,
           const ProtobufCFieldDescriptor *field,
           GError **error)
{
  JsonObjectIter iter;
  const char *key;
  JsonNode *value;

  if (!expect (place, node, JSON_TYPE_OBJECT, error))
    return FALSE;

  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &key, &value))
    {
      if (!expect (place, value, G_TYPE_STRING, error))
        return FALSE;
      lk_egress_wire_append_entry (message, field, key, json_node_get_string (value));
    }

  return TRUE;
}

static gboolean
parse_array (Place *place,
             JsonNode *node,
             ProtobufCMessage *message,
             const ProtobufCFieldDescriptor *field,
             GError **error)
{
  JsonArray *array;

  if (!expect (place, node, JSON_TYPE_ARRAY, error))
    return FALSE;

  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      place->index = i;
      if (!parse_value (place, json_array_get_element (array, i), field,
                        lk_egress_wire_append (message, field), error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
parse_singular (const Place *place,
                JsonNode *node,
                ProtobufCMessage *message,
                const ProtobufCFieldDescriptor *field,
                GError **error)
{
  if (lk_egress_wire_is_oneof (field))
    {
      guint32 other = lk_egress_wire_oneof_case (message, field);

      if (other != 0)
        return fail (place, error, "cannot be set together with %s",
                     protobuf_c_message_descriptor_get_field (message->descriptor, other)->name);
    }

  return parse_value (place, node, field, lk_egress_wire_select (message, field), error);
}

/* Whether a name in JSON style means the field: "roomName" is room_name. */
static gboolean
json_name_matches (const char *name, const char *proto_name)
{
  for (const char *c = proto_name; *c != '\0'; c++)
    {
      if (*c == '_')
        continue;
      if (*name++ != (c > proto_name && c[-1] == '_' ? g_ascii_toupper (*c) : *c))
        return FALSE;
    }

  return *name == '\0';
}

gboolean
lk_egress_wire_json_name_is (const char *name, const char *proto_name)
{
  return g_str_equal (name, proto_name) || json_name_matches (name, proto_name);
}

static const ProtobufCFieldDescriptor *
find_field (const ProtobufCMessageDescriptor *descriptor, const char *name)
{
  const ProtobufCFieldDescriptor *field
      = protobuf_c_message_descriptor_get_field_by_name (descriptor, name);

  for (guint i = 0; field == NULL && i < descriptor->n_fields; i++)
    {
      if (json_name_matches (name, descriptor->fields[i].name))
        field = &descriptor->fields[i];
    }

  return field;
}

static gboolean
parse_member (const Place *parent,
              JsonNode *node,
              ProtobufCMessage *message,
              const ProtobufCFieldDescriptor *field,
              GError **error)
{
  Place place = { .parent = parent, .field = field, .index = -1, .strict = parent->strict };

  if (JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (lk_egress_wire_has (message, field))
    return fail (&place, error, "appears twice");
  if (lk_egress_wire_is_map (field))
    return parse_map (&place, node, message, field, error);
  if (lk_egress_wire_is_repeated (field))
    return parse_array (&place, node, message, field, error);

  return parse_singular (&place, node, message, field, error);
}

static gboolean
parse_message (const Place *place, JsonNode *node, ProtobufCMessage *message, GError **error)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  if (!expect (place, node, JSON_TYPE_OBJECT, error))
    return FALSE;

  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      const ProtobufCFieldDescriptor *field = find_field (message->descriptor, name);

      if (field == NULL && place->strict)
        return fail (place, error, "there is no field %s", name);
      if (field != NULL && !parse_member (place, member, message, field, error))
        return FALSE;
    }

  return TRUE;
}

static ProtobufCMessage *
from_json (const ProtobufCMessageDescriptor *descriptor,
           const char *json,
           gssize length,
           gboolean strict,
           GError **error)
{
  const Place top = { .index = -1, .strict = strict };
  g_autoptr (JsonNode) root = lk_egress_json_parse (json, length, error);
  ProtobufCMessage *message;

  if (root == NULL)
    return NULL;

  message = lk_egress_wire_new (descriptor);
  if (parse_message (&top, root, message, error))
    return message;
  lk_egress_wire_free (message);

  return NULL;
}

ProtobufCMessage *
lk_egress_wire_from_json (const ProtobufCMessageDescriptor *descriptor,
                          const char *json,
                          gssize length,
                          GError **error)
{
  return from_json (descriptor, json, length, FALSE, error);
}

ProtobufCMessage *
lk_egress_wire_from_json_strict (const ProtobufCMessageDescriptor *descriptor,
                                 const char *json,
                                 gssize length,
                                 GError **error)
{
  return from_json (descriptor, json, length, TRUE, error);
}
