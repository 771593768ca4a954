/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-message.h"

#include "lk-egress-wire-field-private.h"

static const ProtobufCFieldDescriptor *
find (const ProtobufCMessage *message, const char *name)
{
  const ProtobufCFieldDescriptor *field
      = protobuf_c_message_descriptor_get_field_by_name (message->descriptor, name);

  return field != NULL && lk_egress_wire_has (message, field) ? field : NULL;
}

static gconstpointer
member (const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  return (const guint8 *)message + field->offset;
}

gboolean
dev_message_has (const ProtobufCMessage *message, const char *name)
{
  return find (message, name) != NULL;
}

const char *
dev_message_string (const ProtobufCMessage *message, const char *name)
{
  const ProtobufCFieldDescriptor *field = find (message, name);

  return field != NULL ? *(const char *const *)member (message, field) : "";
}

int
dev_message_number (const ProtobufCMessage *message, const char *name)
{
  const ProtobufCFieldDescriptor *field = find (message, name);

  return field != NULL ? *(const gint32 *)member (message, field) : 0;
}

const ProtobufCMessage *
dev_message_child (const ProtobufCMessage *message, const char *name)
{
  const ProtobufCFieldDescriptor *field = find (message, name);

  return field != NULL ? *(const ProtobufCMessage *const *)member (message, field) : NULL;
}

guint
dev_message_list (const ProtobufCMessage *message, const char *name, gpointer **items)
{
  const ProtobufCFieldDescriptor *field = find (message, name);

  if (field == NULL)
    return 0;
  *items = *(gpointer *const *)member (message, field);
  return *(const size_t *)((const guint8 *)message + field->quantifier_offset);
}

void
dev_message_set_string (char **field, const char *value)
{
  if (*field != protobuf_c_empty_string)
    g_free (*field);
  *field = g_strdup (value);
}

void
dev_message_append (gpointer items, size_t *n_items, gpointer item)
{
  gpointer **array = items;

  *array = g_renew (gpointer, *array, *n_items + 1);
  (*array)[(*n_items)++] = item;
}
