/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-wire-equal-private.h"

#include "lk-egress-wire-field-private.h"

static gboolean messages_equal (const ProtobufCMessage *a,
                                const ProtobufCMessage *b,
                                LkEgressWireTextFunc text_equal);

static gboolean
values_equal (const ProtobufCMessageDescriptor *descriptor,
              const ProtobufCFieldDescriptor *field,
              gconstpointer a,
              gconstpointer b,
              LkEgressWireTextFunc text_equal)
{
  switch (field->type)
    {
    case PROTOBUF_C_TYPE_STRING:
      return text_equal (descriptor, field, lk_egress_wire_load_string (a),
                         lk_egress_wire_load_string (b));
    case PROTOBUF_C_TYPE_MESSAGE:
      return messages_equal (*(ProtobufCMessage *const *)a, *(ProtobufCMessage *const *)b,
                             text_equal);
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
      {
        double x = lk_egress_wire_load_double (field->type, a);
        double y = lk_egress_wire_load_double (field->type, b);

        /* Not a number equals itself here: a copy equals its model. */
        return x == y || (x != x && y != y);
      }
    default:
      return lk_egress_wire_load_int (field->type, a) == lk_egress_wire_load_int (field->type, b);
    }
}

/* A map has no order. When bytes repeat a key, its last entry counts. */
static GHashTable *
map_to_table (const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  GHashTable *table = g_hash_table_new (g_str_hash, g_str_equal);
  gsize count = lk_egress_wire_count (message, field);

  for (gsize i = 0; i < count; i++)
    {
      const char *key, *value;

      lk_egress_wire_get_entry (message, field, i, &key, &value);
      g_hash_table_insert (table, (gpointer)key, (gpointer)value);
    }

  return table;
}

static gboolean
maps_equal (const ProtobufCMessage *a,
            const ProtobufCMessage *b,
            const ProtobufCFieldDescriptor *field)
{
  g_autoptr (GHashTable) entries = map_to_table (a, field);
  g_autoptr (GHashTable) others = map_to_table (b, field);
  GHashTableIter iter;
  gpointer key, value;

  if (g_hash_table_size (entries) != g_hash_table_size (others))
    return FALSE;

  g_hash_table_iter_init (&iter, entries);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      if (g_strcmp0 (value, g_hash_table_lookup (others, key)) != 0)
        return FALSE;
    }

  return TRUE;
}

static gboolean
fields_equal (const ProtobufCMessage *a,
              const ProtobufCMessage *b,
              const ProtobufCFieldDescriptor *field,
              LkEgressWireTextFunc text_equal)
{
  gsize count;

  if (!lk_egress_wire_is_repeated (field))
    {
      if (lk_egress_wire_has (a, field) != lk_egress_wire_has (b, field))
        return FALSE;
      return !lk_egress_wire_has (a, field)
             || values_equal (a->descriptor, field, lk_egress_wire_slot (a, field),
                              lk_egress_wire_slot (b, field), text_equal);
    }

  if (lk_egress_wire_is_map (field))
    return maps_equal (a, b, field);

  count = lk_egress_wire_count (a, field);
  if (count != lk_egress_wire_count (b, field))
    return FALSE;
  for (gsize i = 0; i < count; i++)
    {
      if (!values_equal (a->descriptor, field, lk_egress_wire_element (a, field, i),
                         lk_egress_wire_element (b, field, i), text_equal))
        return FALSE;
    }

  return TRUE;
}

static gboolean
messages_equal (const ProtobufCMessage *a,
                const ProtobufCMessage *b,
                LkEgressWireTextFunc text_equal)
{
  if (a->descriptor != b->descriptor)
    return FALSE;

  for (guint i = 0; i < a->descriptor->n_fields; i++)
    {
      if (!fields_equal (a, b, &a->descriptor->fields[i], text_equal))
        return FALSE;
    }

  return TRUE;
}

static gboolean
is_same_text (const ProtobufCMessageDescriptor *descriptor,
              const ProtobufCFieldDescriptor *field,
              const char *a,
              const char *b)
{
  return g_str_equal (a, b);
}

gboolean
lk_egress_wire_equal (const ProtobufCMessage *a, const ProtobufCMessage *b)
{
  return messages_equal (a, b, is_same_text);
}

gboolean
lk_egress_wire_equal_but_text (const ProtobufCMessage *a,
                               const ProtobufCMessage *b,
                               LkEgressWireTextFunc text_equal)
{
  return messages_equal (a, b, text_equal);
}

static gboolean
value_covers (const ProtobufCMessageDescriptor *descriptor,
              const ProtobufCFieldDescriptor *field,
              gconstpointer value,
              gconstpointer part,
              LkEgressWireTextFunc text_equal)
{
  if (field->type == PROTOBUF_C_TYPE_MESSAGE)
    return lk_egress_wire_covers (*(ProtobufCMessage *const *)value,
                                  *(ProtobufCMessage *const *)part, text_equal);

  return values_equal (descriptor, field, value, part, text_equal);
}

static gboolean
list_covers (const ProtobufCMessage *message,
             const ProtobufCMessage *part,
             const ProtobufCFieldDescriptor *field,
             LkEgressWireTextFunc text_equal)
{
  gsize count = lk_egress_wire_count (message, field);
  gsize part_count = lk_egress_wire_count (part, field);

  for (gsize i = 0; i < part_count; i++)
    {
      gsize j = 0;

      while (j < count
             && !value_covers (message->descriptor, field,
                               lk_egress_wire_element (message, field, j),
                               lk_egress_wire_element (part, field, i), text_equal))
        j++;
      if (j == count)
        return FALSE;
    }

  return TRUE;
}

static gboolean
field_covers (const ProtobufCMessage *message,
              const ProtobufCMessage *part,
              const ProtobufCFieldDescriptor *field,
              LkEgressWireTextFunc text_equal)
{
  if (!lk_egress_wire_has (part, field))
    return TRUE;
  if (lk_egress_wire_is_map (field))
    return maps_equal (message, part, field);
  if (lk_egress_wire_is_repeated (field))
    return list_covers (message, part, field, text_equal);
  /* A choice that was left to the server may be this one. */
  if (!lk_egress_wire_has (message, field))
    return field->type == PROTOBUF_C_TYPE_ENUM && !lk_egress_wire_is_oneof (field);

  return value_covers (message->descriptor, field, lk_egress_wire_slot (message, field),
                       lk_egress_wire_slot (part, field), text_equal);
}

gboolean
lk_egress_wire_covers (const ProtobufCMessage *message,
                       const ProtobufCMessage *part,
                       LkEgressWireTextFunc text_equal)
{
  if (message->descriptor != part->descriptor)
    return FALSE;

  for (guint i = 0; i < message->descriptor->n_fields; i++)
    {
      if (!field_covers (message, part, &message->descriptor->fields[i], text_equal))
        return FALSE;
    }

  return TRUE;
}
