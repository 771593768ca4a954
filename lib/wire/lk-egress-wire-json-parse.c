/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* proto3 JSON to messages. */

#include "lk-egress-wire-json-private.h"

#include <float.h>
#include <math.h>

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

static gboolean parse_message (const Place *place,
                               const LkEgressJson *json,
                               ProtobufCMessage *message,
                               GError **error);

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
describe_kind (LkEgressJsonKind kind)
{
  static const char *const names[] = {
    [LK_EGRESS_JSON_KIND_NULL] = "null",        [LK_EGRESS_JSON_KIND_BOOLEAN] = "a boolean",
    [LK_EGRESS_JSON_KIND_INTEGER] = "a number", [LK_EGRESS_JSON_KIND_DOUBLE] = "a number",
    [LK_EGRESS_JSON_KIND_STRING] = "a string",  [LK_EGRESS_JSON_KIND_ARRAY] = "an array",
    [LK_EGRESS_JSON_KIND_OBJECT] = "an object",
  };

  return names[kind];
}

static gboolean
expect (const Place *place, const LkEgressJson *json, LkEgressJsonKind kind, GError **error)
{
  return json->kind == kind
         || fail (place, error, "expected %s, found %s", describe_kind (kind),
                  describe_kind (json->kind));
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
json_to_int (const LkEgressJson *json, ProtobufCType type, gint64 *value)
{
  if (json->kind == LK_EGRESS_JSON_KIND_STRING)
    return text_to_int (json->string, type, value);
  if (json->kind == LK_EGRESS_JSON_KIND_DOUBLE)
    return double_to_int (json->real, type, value);

  *value = json->integer;
  if (is_unsigned (type))
    return *value >= 0 && (is_wide (type) || *value <= G_MAXUINT32);

  return is_wide (type) || (*value >= G_MININT32 && *value <= G_MAXINT32);
}

/* A number, in quotes or not. */
static gboolean
expect_number (const Place *place, const LkEgressJson *json, GError **error)
{
  return json->kind == LK_EGRESS_JSON_KIND_INTEGER || json->kind == LK_EGRESS_JSON_KIND_STRING
         || expect (place, json, LK_EGRESS_JSON_KIND_DOUBLE, error);
}

static gboolean
parse_int (const Place *place,
           const LkEgressJson *json,
           ProtobufCType type,
           gpointer slot,
           GError **error)
{
  gint64 value;

  if (!expect_number (place, json, error))
    return FALSE;
  if (!json_to_int (json, type, &value))
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
parse_double (const Place *place,
              const LkEgressJson *json,
              ProtobufCType type,
              gpointer slot,
              GError **error)
{
  double value;

  if (!expect_number (place, json, error))
    return FALSE;

  if (json->kind != LK_EGRESS_JSON_KIND_STRING || !is_name_of_double (json->string, &value))
    {
      if (json->kind == LK_EGRESS_JSON_KIND_INTEGER)
        value = (double)json->integer;
      else if (json->kind == LK_EGRESS_JSON_KIND_DOUBLE)
        value = json->real;
      else if (!text_to_double (json->string, &value))
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
            const LkEgressJson *json,
            const ProtobufCEnumDescriptor *descriptor,
            gpointer slot,
            GError **error)
{
  const ProtobufCEnumValue *value;

  if (json->kind == LK_EGRESS_JSON_KIND_INTEGER || json->kind == LK_EGRESS_JSON_KIND_DOUBLE)
    return parse_int (place, json, PROTOBUF_C_TYPE_ENUM, slot, error);
  if (!expect (place, json, LK_EGRESS_JSON_KIND_STRING, error))
    return FALSE;

  value = protobuf_c_enum_descriptor_get_value_by_name (descriptor, json->string);
  if (value == NULL && place->strict)
    return fail_name (place, descriptor, error);
  lk_egress_wire_store_int (PROTOBUF_C_TYPE_ENUM, slot,
                            value != NULL ? value->value : UNKNOWN_NAME);

  return TRUE;
}

/* Fills an empty slot. */
static gboolean
parse_value (const Place *place,
             const LkEgressJson *json,
             const ProtobufCFieldDescriptor *field,
             gpointer slot,
             GError **error)
{
  switch (field->type)
    {
    case PROTOBUF_C_TYPE_STRING:
      if (!expect (place, json, LK_EGRESS_JSON_KIND_STRING, error))
        return FALSE;
      *(char **)slot = g_strdup (json->string);
      return TRUE;
    case PROTOBUF_C_TYPE_MESSAGE:
      *(ProtobufCMessage **)slot = lk_egress_wire_new (field->descriptor);
      return parse_message (place, json, *(ProtobufCMessage **)slot, error);
    case PROTOBUF_C_TYPE_BOOL:
      if (!expect (place, json, LK_EGRESS_JSON_KIND_BOOLEAN, error))
        return FALSE;
      lk_egress_wire_store_int (field->type, slot, json->boolean);
      return TRUE;
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
      return parse_double (place, json, field->type, slot, error);
    case PROTOBUF_C_TYPE_ENUM:
      return parse_enum (place, json, field->descriptor, slot, error);
    default:
      return parse_int (place, json, field->type, slot, error);
    }
}

static gboolean
parse_map (const Place *place,
           const LkEgressJson *json,
           ProtobufCMessage *message,
           const ProtobufCFieldDescriptor *field,
           GError **error)
{
  g_autoptr (GHashTable) keys = g_hash_table_new (g_str_hash, g_str_equal);
  LkEgressJsonIter iter;
  const LkEgressJson *value;
  const char *key;

  if (!expect (place, json, LK_EGRESS_JSON_KIND_OBJECT, error))
    return FALSE;

  lk_egress_json_iter_init (&iter, json);
  while ((value = lk_egress_json_next_member (&iter, &key)) != NULL)
    {
      if (!expect (place, value, LK_EGRESS_JSON_KIND_STRING, error))
        return FALSE;
      if (!g_hash_table_add (keys, (gpointer)key))
        return fail (place, error, "a key appears twice");
      lk_egress_wire_append_entry (message, field, key, value->string);
    }

  return TRUE;
}

static gboolean
parse_array (Place *place,
             const LkEgressJson *json,
             ProtobufCMessage *message,
             const ProtobufCFieldDescriptor *field,
             GError **error)
{
  LkEgressJsonIter iter;
  const LkEgressJson *element;

  if (!expect (place, json, LK_EGRESS_JSON_KIND_ARRAY, error))
    return FALSE;

  lk_egress_json_iter_init (&iter, json);
  for (place->index = 0; (element = lk_egress_json_next_element (&iter)) != NULL; place->index++)
    {
      if (!parse_value (place, element, field, lk_egress_wire_append (message, field), error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
parse_singular (const Place *place,
                const LkEgressJson *json,
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

  return parse_value (place, json, field, lk_egress_wire_select (message, field), error);
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
              const LkEgressJson *json,
              ProtobufCMessage *message,
              const ProtobufCFieldDescriptor *field,
              gboolean *seen,
              GError **error)
{
  Place place = { .parent = parent, .field = field, .index = -1, .strict = parent->strict };

  if (*seen)
    return fail (&place, error, "appears twice");
  *seen = TRUE;
  if (json->kind == LK_EGRESS_JSON_KIND_NULL)
    return TRUE;
  if (lk_egress_wire_is_map (field))
    return parse_map (&place, json, message, field, error);
  if (lk_egress_wire_is_repeated (field))
    return parse_array (&place, json, message, field, error);

  return parse_singular (&place, json, message, field, error);
}

static gboolean
parse_message (const Place *place,
               const LkEgressJson *json,
               ProtobufCMessage *message,
               GError **error)
{
  const ProtobufCMessageDescriptor *descriptor = message->descriptor;
  gboolean *seen = g_newa0 (gboolean, MAX (descriptor->n_fields, 1));
  LkEgressJsonIter iter;
  const LkEgressJson *member;
  const char *name;

  if (!expect (place, json, LK_EGRESS_JSON_KIND_OBJECT, error))
    return FALSE;

  lk_egress_json_iter_init (&iter, json);
  while ((member = lk_egress_json_next_member (&iter, &name)) != NULL)
    {
      const ProtobufCFieldDescriptor *field = find_field (descriptor, name);

      if (field == NULL && place->strict)
        return fail (place, error, "there is no field %s", name);
      if (field != NULL
          && !parse_member (place, member, message, field, &seen[field - descriptor->fields],
                            error))
        return FALSE;
    }

  return TRUE;
}

ProtobufCMessage *
lk_egress_wire_from_json_value (const ProtobufCMessageDescriptor *descriptor,
                                const LkEgressJson *json,
                                gboolean strict,
                                GError **error)
{
  const Place top = { .index = -1, .strict = strict };
  ProtobufCMessage *message = lk_egress_wire_new (descriptor);

  if (parse_message (&top, json, message, error))
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
  g_autoptr (LkEgressJson) root = lk_egress_json_parse (json, length, error);

  return root != NULL ? lk_egress_wire_from_json_value (descriptor, root, FALSE, error) : NULL;
}
