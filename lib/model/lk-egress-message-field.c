/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-message-field-private.h"

#include "lk-egress-wire-field-private.h"

#define MAP_TYPE ((const GVariantType *)"a{ss}")

LkEgressFieldKind
lk_egress_field_kind (const ProtobufCFieldDescriptor *field)
{
  gboolean repeated = lk_egress_wire_is_repeated (field);

  if (field->flags & PROTOBUF_C_FIELD_FLAG_DEPRECATED)
    return LK_EGRESS_FIELD_HIDDEN;

  switch (field->type)
    {
    case PROTOBUF_C_TYPE_STRING:
      return LK_EGRESS_FIELD_VALUE;
    case PROTOBUF_C_TYPE_BOOL:
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_DOUBLE:
      return repeated ? LK_EGRESS_FIELD_HIDDEN : LK_EGRESS_FIELD_VALUE;
    case PROTOBUF_C_TYPE_ENUM:
      if (repeated || lk_egress_enum_type_for_descriptor (field->descriptor) == G_TYPE_INVALID)
        return LK_EGRESS_FIELD_HIDDEN;
      return LK_EGRESS_FIELD_VALUE;
    case PROTOBUF_C_TYPE_MESSAGE:
      if (lk_egress_wire_is_map (field))
        return LK_EGRESS_FIELD_VALUE;
      if (lk_egress_message_type_for_descriptor (field->descriptor) == G_TYPE_INVALID)
        return LK_EGRESS_FIELD_HIDDEN;
      return repeated ? LK_EGRESS_FIELD_LIST : LK_EGRESS_FIELD_CHILD;
    default:
      return LK_EGRESS_FIELD_HIDDEN;
    }
}

/* room_name -> room-name, aliOSS -> ali-oss */
static const char *
property_name (const ProtobufCFieldDescriptor *field)
{
  g_autoptr (GString) name = g_string_new (NULL);

  for (const char *c = field->name; *c != '\0'; c++)
    {
      if (*c == '_')
        g_string_append_c (name, '-');
      else
        {
          if (g_ascii_isupper (*c) && c != field->name && g_ascii_islower (c[-1]))
            g_string_append_c (name, '-');
          g_string_append_c (name, g_ascii_tolower (*c));
        }
    }

  return g_intern_string (name->str);
}

GParamSpec *
lk_egress_field_create_pspec (const ProtobufCFieldDescriptor *field)
{
  const char *name = property_name (field);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  switch (lk_egress_field_kind (field))
    {
    case LK_EGRESS_FIELD_HIDDEN:
      return NULL;
    case LK_EGRESS_FIELD_CHILD:
      return g_param_spec_object (name, NULL, NULL,
                                  lk_egress_message_type_for_descriptor (field->descriptor), flags);
    case LK_EGRESS_FIELD_LIST:
      return g_param_spec_object (name, NULL, NULL, G_TYPE_LIST_MODEL, flags);
    case LK_EGRESS_FIELD_VALUE:
      break;
    }

  switch (field->type)
    {
    case PROTOBUF_C_TYPE_BOOL:
      return g_param_spec_boolean (name, NULL, NULL, FALSE, flags);
    case PROTOBUF_C_TYPE_INT32:
      return g_param_spec_int (name, NULL, NULL, G_MININT32, G_MAXINT32, 0, flags);
    case PROTOBUF_C_TYPE_UINT32:
      return g_param_spec_uint (name, NULL, NULL, 0, G_MAXUINT32, 0, flags);
    case PROTOBUF_C_TYPE_INT64:
      return g_param_spec_int64 (name, NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
    case PROTOBUF_C_TYPE_DOUBLE:
      return g_param_spec_double (name, NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, 0, flags);
    case PROTOBUF_C_TYPE_ENUM:
      return g_param_spec_enum (name, NULL, NULL,
                                lk_egress_enum_type_for_descriptor (field->descriptor), 0, flags);
    case PROTOBUF_C_TYPE_MESSAGE:
      return g_param_spec_variant (name, NULL, NULL, MAP_TYPE, NULL, flags);
    default:
      if (lk_egress_wire_is_repeated (field))
        return g_param_spec_boxed (name, NULL, NULL, G_TYPE_STRV, flags);
      return g_param_spec_string (name, NULL, NULL, NULL, flags);
    }
}

static GStrv
get_texts (const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  gsize count = lk_egress_wire_count (message, field);
  GStrv texts = g_new0 (char *, count + 1);

  for (gsize i = 0; i < count; i++)
    texts[i] = g_strdup (lk_egress_wire_load_string (lk_egress_wire_element (message, field, i)));

  return texts;
}

static GVariant *
get_map (const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  gsize count = lk_egress_wire_count (message, field);
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (MAP_TYPE);

  if (count == 0)
    return NULL;

  for (gsize i = 0; i < count; i++)
    {
      const char *key, *value;

      lk_egress_wire_get_entry (message, field, i, &key, &value);
      g_variant_builder_add (&builder, "{ss}", key, value);
    }

  return g_variant_builder_end (&builder);
}

/* The empty text of a plain field is the same as none on the wire; in a oneof it is not. */
static const char *
get_text (const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  return lk_egress_wire_has (message, field) ? lk_egress_wire_get_string (message, field) : NULL;
}

void
lk_egress_field_get_value (const ProtobufCMessage *message,
                           const ProtobufCFieldDescriptor *field,
                           GValue *value)
{
  switch (field->type)
    {
    case PROTOBUF_C_TYPE_BOOL:
      g_value_set_boolean (value, lk_egress_wire_get_int (message, field) != 0);
      break;
    case PROTOBUF_C_TYPE_INT32:
      g_value_set_int (value, (int)lk_egress_wire_get_int (message, field));
      break;
    case PROTOBUF_C_TYPE_UINT32:
      g_value_set_uint (value, (guint)lk_egress_wire_get_int (message, field));
      break;
    case PROTOBUF_C_TYPE_INT64:
      g_value_set_int64 (value, lk_egress_wire_get_int (message, field));
      break;
    case PROTOBUF_C_TYPE_DOUBLE:
      g_value_set_double (value, lk_egress_wire_get_double (message, field));
      break;
    case PROTOBUF_C_TYPE_ENUM:
      g_value_set_enum (value, (int)lk_egress_wire_get_int (message, field));
      break;
    case PROTOBUF_C_TYPE_MESSAGE:
      g_value_set_variant (value, get_map (message, field));
      break;
    default:
      if (lk_egress_wire_is_repeated (field))
        g_value_take_boxed (value, get_texts (message, field));
      else
        g_value_set_string (value, get_text (message, field));
      break;
    }
}

static char *
copy_text (const char *text)
{
  if (text == NULL || g_utf8_validate (text, -1, NULL))
    return g_strdup (text);

  return g_utf8_make_valid (text, -1);
}

static void
set_text (ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, const char *text)
{
  g_autofree char *copy = copy_text (text);

  lk_egress_wire_set_string (message, field, copy);
}

static void
set_texts (ProtobufCMessage *message,
           const ProtobufCFieldDescriptor *field,
           const char *const *texts)
{
  lk_egress_wire_clear (message, field);

  for (gsize i = 0; texts != NULL && texts[i] != NULL; i++)
    {
      g_autofree char *copy = copy_text (texts[i]);

      lk_egress_wire_append_string (message, field, copy);
    }
}

static void
set_map (ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, GVariant *map)
{
  GVariantIter iter;
  const char *key, *value;

  lk_egress_wire_clear (message, field);
  if (map == NULL)
    return;

  g_variant_iter_init (&iter, map);
  while (g_variant_iter_next (&iter, "{&s&s}", &key, &value))
    lk_egress_wire_append_entry (message, field, key, value);
}

void
lk_egress_field_set_value (ProtobufCMessage *message,
                           const ProtobufCFieldDescriptor *field,
                           const GValue *value)
{
  switch (field->type)
    {
    case PROTOBUF_C_TYPE_BOOL:
      lk_egress_wire_set_int (message, field, g_value_get_boolean (value));
      break;
    case PROTOBUF_C_TYPE_INT32:
      lk_egress_wire_set_int (message, field, g_value_get_int (value));
      break;
    case PROTOBUF_C_TYPE_UINT32:
      lk_egress_wire_set_int (message, field, g_value_get_uint (value));
      break;
    case PROTOBUF_C_TYPE_INT64:
      lk_egress_wire_set_int (message, field, g_value_get_int64 (value));
      break;
    case PROTOBUF_C_TYPE_DOUBLE:
      lk_egress_wire_set_double (message, field, g_value_get_double (value));
      break;
    case PROTOBUF_C_TYPE_ENUM:
      lk_egress_wire_set_int (message, field, g_value_get_enum (value));
      break;
    case PROTOBUF_C_TYPE_MESSAGE:
      set_map (message, field, g_value_get_variant (value));
      break;
    default:
      if (lk_egress_wire_is_repeated (field))
        set_texts (message, field, g_value_get_boxed (value));
      else
        set_text (message, field, g_value_get_string (value));
      break;
    }
}
