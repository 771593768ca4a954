/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-wire-field-private.h"

gsize
lk_egress_wire_value_size (ProtobufCType type)
{
  switch (type)
    {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_ENUM:
      return 4;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
      return 8;
    case PROTOBUF_C_TYPE_BOOL:
      return sizeof (protobuf_c_boolean);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
      return sizeof (gpointer);
    case PROTOBUF_C_TYPE_BYTES:
    default:
      /* The API has no bytes fields; test-descriptors keeps it so. */
      g_assert_not_reached ();
    }
}

static void
free_value (const ProtobufCFieldDescriptor *field, gpointer slot)
{
  if (field->type == PROTOBUF_C_TYPE_STRING)
    {
      char *text = *(char **)slot;

      if (text != field->default_value)
        g_free (text);
    }
  else if (field->type == PROTOBUF_C_TYPE_MESSAGE)
    {
      lk_egress_wire_free (*(ProtobufCMessage **)slot);
    }
}

gpointer
lk_egress_wire_element (const ProtobufCMessage *message,
                        const ProtobufCFieldDescriptor *field,
                        gsize index)
{
  guint8 *elements = *(guint8 **)lk_egress_wire_slot (message, field);

  return elements + index * lk_egress_wire_value_size (field->type);
}

gpointer
lk_egress_wire_append (ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  gsize size = lk_egress_wire_value_size (field->type);
  gsize *count = (gsize *)(gpointer)((guint8 *)message + field->quantifier_offset);
  guint8 **elements = lk_egress_wire_slot (message, field);

  /* An unpacked array is exactly as long as its count says, so there is no telling the room left:
   * ask for the next power of two each time, which costs nothing when it is the size already. */
  *elements = g_realloc_n (*elements, (gsize)1 << g_bit_storage (*count), size);
  *count += 1;

  return memset (lk_egress_wire_element (message, field, *count - 1), 0, size);
}

void
lk_egress_wire_drop_last (ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  gsize *count = (gsize *)(gpointer)((guint8 *)message + field->quantifier_offset);

  *count -= 1;
}

void
lk_egress_wire_clear (ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  gpointer slot = lk_egress_wire_slot (message, field);

  if (lk_egress_wire_is_repeated (field))
    {
      gsize *count = (gsize *)(gpointer)((guint8 *)message + field->quantifier_offset);

      for (gsize i = 0; i < *count; i++)
        free_value (field, lk_egress_wire_element (message, field, i));
      g_free (*(gpointer *)slot);
      *(gpointer *)slot = NULL;
      *count = 0;
      return;
    }

  if (lk_egress_wire_is_oneof (field))
    {
      guint32 *selected = (guint32 *)(gpointer)((guint8 *)message + field->quantifier_offset);

      /* The members share their memory: it is another's. */
      if (*selected != field->id)
        return;
      *selected = 0;
    }

  free_value (field, slot);
  memset (slot, 0, lk_egress_wire_value_size (field->type));
  if (field->type == PROTOBUF_C_TYPE_STRING && !lk_egress_wire_is_oneof (field))
    *(const char **)slot = field->default_value;
}

gpointer
lk_egress_wire_select (ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  if (lk_egress_wire_is_oneof (field))
    {
      guint32 *selected = (guint32 *)(gpointer)((guint8 *)message + field->quantifier_offset);

      if (*selected != 0)
        lk_egress_wire_clear (
            message, protobuf_c_message_descriptor_get_field (message->descriptor, *selected));
      *selected = field->id;
    }
  else
    {
      lk_egress_wire_clear (message, field);
    }

  return lk_egress_wire_slot (message, field);
}

gint64
lk_egress_wire_load_int (ProtobufCType type, gconstpointer slot)
{
  switch (type)
    {
    case PROTOBUF_C_TYPE_BOOL:
      return *(const protobuf_c_boolean *)slot;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
      return *(const guint32 *)slot;
    default:
      if (lk_egress_wire_value_size (type) == sizeof (gint32))
        return *(const gint32 *)slot;
      return *(const gint64 *)slot;
    }
}

void
lk_egress_wire_store_int (ProtobufCType type, gpointer slot, gint64 value)
{
  if (type == PROTOBUF_C_TYPE_BOOL)
    *(protobuf_c_boolean *)slot = value != 0;
  else if (lk_egress_wire_value_size (type) == sizeof (gint32))
    *(gint32 *)slot = (gint32)value;
  else
    *(gint64 *)slot = value;
}

double
lk_egress_wire_load_double (ProtobufCType type, gconstpointer slot)
{
  return type == PROTOBUF_C_TYPE_FLOAT ? (double)*(const float *)slot : *(const double *)slot;
}

void
lk_egress_wire_store_double (ProtobufCType type, gpointer slot, double value)
{
  if (type == PROTOBUF_C_TYPE_FLOAT)
    *(float *)slot = (float)value;
  else
    *(double *)slot = value;
}

const char *
lk_egress_wire_load_string (gconstpointer slot)
{
  const char *text = *(const char *const *)slot;

  return text != NULL ? text : "";
}

/* Whether the memory of the field is its own. */
static gboolean
is_selected (const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  return !lk_egress_wire_is_oneof (field)
         || lk_egress_wire_oneof_case (message, field) == field->id;
}

gboolean
lk_egress_wire_has (const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  gconstpointer slot = lk_egress_wire_slot (message, field);

  if (lk_egress_wire_is_repeated (field))
    return lk_egress_wire_count (message, field) > 0;
  if (!is_selected (message, field))
    return FALSE;

  switch (field->type)
    {
    case PROTOBUF_C_TYPE_MESSAGE:
      return *(const ProtobufCMessage *const *)slot != NULL;
    case PROTOBUF_C_TYPE_STRING:
      return lk_egress_wire_is_oneof (field) || *lk_egress_wire_load_string (slot) != '\0';
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
      return lk_egress_wire_is_oneof (field)
             || lk_egress_wire_load_double (field->type, slot) != 0.0;
    default:
      return lk_egress_wire_is_oneof (field) || lk_egress_wire_load_int (field->type, slot) != 0;
    }
}

gint64
lk_egress_wire_get_int (const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  if (!is_selected (message, field))
    return 0;
  return lk_egress_wire_load_int (field->type, lk_egress_wire_slot (message, field));
}

double
lk_egress_wire_get_double (const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  if (!is_selected (message, field))
    return 0.0;
  return lk_egress_wire_load_double (field->type, lk_egress_wire_slot (message, field));
}

const char *
lk_egress_wire_get_string (const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  if (!is_selected (message, field))
    return "";
  return lk_egress_wire_load_string (lk_egress_wire_slot (message, field));
}

ProtobufCMessage *
lk_egress_wire_get_message (const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  if (!is_selected (message, field))
    return NULL;
  return *(ProtobufCMessage **)lk_egress_wire_slot (message, field);
}

void
lk_egress_wire_set_int (ProtobufCMessage *message,
                        const ProtobufCFieldDescriptor *field,
                        gint64 value)
{
  lk_egress_wire_store_int (field->type, lk_egress_wire_select (message, field), value);
}

void
lk_egress_wire_set_double (ProtobufCMessage *message,
                           const ProtobufCFieldDescriptor *field,
                           double value)
{
  lk_egress_wire_store_double (field->type, lk_egress_wire_select (message, field), value);
}

void
lk_egress_wire_set_string (ProtobufCMessage *message,
                           const ProtobufCFieldDescriptor *field,
                           const char *value)
{
  /* value may be the one in place. */
  g_autofree char *copy = g_strdup (value);

  if (copy == NULL)
    lk_egress_wire_clear (message, field);
  else
    *(char **)lk_egress_wire_select (message, field) = g_steal_pointer (&copy);
}

void
lk_egress_wire_take_message (ProtobufCMessage *message,
                             const ProtobufCFieldDescriptor *field,
                             ProtobufCMessage *child)
{
  if (child == NULL)
    lk_egress_wire_clear (message, field);
  else
    *(ProtobufCMessage **)lk_egress_wire_select (message, field) = child;
}

void
lk_egress_wire_append_string (ProtobufCMessage *message,
                              const ProtobufCFieldDescriptor *field,
                              const char *value)
{
  *(char **)lk_egress_wire_append (message, field) = g_strdup (value);
}

void
lk_egress_wire_append_message (ProtobufCMessage *message,
                               const ProtobufCFieldDescriptor *field,
                               ProtobufCMessage *child)
{
  *(ProtobufCMessage **)lk_egress_wire_append (message, field) = child;
}

const ProtobufCFieldDescriptor *
lk_egress_wire_find (const ProtobufCMessage *message, const char *name)
{
  return protobuf_c_message_descriptor_get_field_by_name (message->descriptor, name);
}

/* Lists of numbers are in no message. */
static void
copy_elements (const ProtobufCMessage *from,
               const ProtobufCFieldDescriptor *source,
               ProtobufCMessage *to,
               const ProtobufCFieldDescriptor *target)
{
  for (gsize i = 0; i < lk_egress_wire_count (from, source); i++)
    {
      gpointer slot = lk_egress_wire_element (from, source, i);

      if (source->type == PROTOBUF_C_TYPE_MESSAGE)
        lk_egress_wire_append_message (to, target,
                                       lk_egress_wire_copy (*(ProtobufCMessage **)slot));
      else
        lk_egress_wire_append_string (to, target, lk_egress_wire_load_string (slot));
    }
}

void
lk_egress_wire_copy_value (const ProtobufCMessage *from,
                           const ProtobufCFieldDescriptor *source,
                           ProtobufCMessage *to,
                           const ProtobufCFieldDescriptor *target)
{
  const ProtobufCMessage *child;

  g_assert (source->type == target->type && source->descriptor == target->descriptor);

  if (lk_egress_wire_is_repeated (source))
    {
      copy_elements (from, source, to, target);
      return;
    }

  switch (source->type)
    {
    case PROTOBUF_C_TYPE_MESSAGE:
      child = lk_egress_wire_get_message (from, source);
      lk_egress_wire_take_message (to, target, child != NULL ? lk_egress_wire_copy (child) : NULL);
      break;
    case PROTOBUF_C_TYPE_STRING:
      lk_egress_wire_set_string (to, target, lk_egress_wire_get_string (from, source));
      break;
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
      lk_egress_wire_set_double (to, target, lk_egress_wire_get_double (from, source));
      break;
    default:
      lk_egress_wire_set_int (to, target, lk_egress_wire_get_int (from, source));
      break;
    }
}

gboolean
lk_egress_wire_is_map (const ProtobufCFieldDescriptor *field)
{
  const ProtobufCMessageDescriptor *entry = field->descriptor;
  const char *name;
  gboolean upper = TRUE;

  if (!lk_egress_wire_is_repeated (field) || field->type != PROTOBUF_C_TYPE_MESSAGE)
    return FALSE;

  if (entry->n_fields != 2 || entry->fields[0].id != 1 || entry->fields[1].id != 2
      || entry->fields[0].type != PROTOBUF_C_TYPE_STRING
      || entry->fields[1].type != PROTOBUF_C_TYPE_STRING
      || !g_str_equal (entry->fields[0].name, "key")
      || !g_str_equal (entry->fields[1].name, "value"))
    return FALSE;

  /* protoc names the entry of "some_field" SomeFieldEntry. */
  name = entry->short_name;
  for (const char *c = field->name; *c != '\0'; c++)
    {
      if (*c == '_')
        {
          upper = TRUE;
          continue;
        }
      if (*name++ != (upper ? g_ascii_toupper (*c) : *c))
        return FALSE;
      upper = FALSE;
    }

  return g_str_equal (name, "Entry");
}

void
lk_egress_wire_append_entry (ProtobufCMessage *message,
                             const ProtobufCFieldDescriptor *field,
                             const char *key,
                             const char *value)
{
  ProtobufCMessage *entry = lk_egress_wire_new (field->descriptor);

  lk_egress_wire_set_string (entry, &entry->descriptor->fields[0], key);
  lk_egress_wire_set_string (entry, &entry->descriptor->fields[1], value);
  lk_egress_wire_append_message (message, field, entry);
}

void
lk_egress_wire_get_entry (const ProtobufCMessage *message,
                          const ProtobufCFieldDescriptor *field,
                          gsize index,
                          const char **key,
                          const char **value)
{
  const ProtobufCMessage *entry
      = *(ProtobufCMessage **)lk_egress_wire_element (message, field, index);

  *key = lk_egress_wire_get_string (entry, &entry->descriptor->fields[0]);
  *value = lk_egress_wire_get_string (entry, &entry->descriptor->fields[1]);
}
