/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-wire-older-private.h"

#include "lk-egress-wire-field-private.h"

/* The list inside of a message that has nothing else, NULL for other messages. */
static const ProtobufCFieldDescriptor *
find_only_list (const ProtobufCMessageDescriptor *descriptor)
{
  if (descriptor->n_fields != 1 || !lk_egress_wire_is_repeated (&descriptor->fields[0]))
    return NULL;

  return &descriptor->fields[0];
}

static gboolean
holds (const ProtobufCFieldDescriptor *older, const ProtobufCMessageDescriptor *item)
{
  const ProtobufCFieldDescriptor *list;

  if (older->type != PROTOBUF_C_TYPE_MESSAGE || lk_egress_wire_is_repeated (older)
      || (older->flags & PROTOBUF_C_FIELD_FLAG_DEPRECATED) == 0)
    return FALSE;
  if (older->descriptor == item)
    return TRUE;

  list = find_only_list (older->descriptor);
  return list != NULL && list->descriptor == item;
}

static const ProtobufCFieldDescriptor *
find_older (const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  const ProtobufCMessageDescriptor *descriptor = message->descriptor;

  if (field->type != PROTOBUF_C_TYPE_MESSAGE || !lk_egress_wire_is_repeated (field))
    return NULL;

  for (guint i = 0; i < descriptor->n_fields; i++)
    {
      if (holds (&descriptor->fields[i], field->descriptor))
        return &descriptor->fields[i];
    }

  return NULL;
}

gsize
lk_egress_wire_peek_older (const ProtobufCMessage *message,
                           const ProtobufCFieldDescriptor *field,
                           ProtobufCMessage ***items)
{
  const ProtobufCFieldDescriptor *older = find_older (message, field);
  const ProtobufCFieldDescriptor *list;
  ProtobufCMessage **slot;

  if (older == NULL || !lk_egress_wire_has (message, older))
    return 0;

  slot = lk_egress_wire_slot (message, older);
  if (older->descriptor == field->descriptor)
    {
      if (items != NULL)
        *items = slot;
      return 1;
    }

  list = find_only_list (older->descriptor);
  if (items != NULL)
    *items = *(ProtobufCMessage ***)lk_egress_wire_slot (*slot, list);

  return lk_egress_wire_count (*slot, list);
}

void
lk_egress_wire_clear_older (ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  const ProtobufCFieldDescriptor *older = find_older (message, field);

  if (older != NULL)
    lk_egress_wire_clear (message, older);
}
