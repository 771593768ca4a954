/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-wire-lazy-private.h"

#include "lk-egress-wire-check-private.h"

void
lk_egress_wire_lazy_init (LkEgressWireLazy *self,
                          const ProtobufCMessageDescriptor *descriptor,
                          LkEgressWireSpan packed)
{
  gsize size = descriptor->sizeof_message + (packed.end - packed.at) + LK_EGRESS_WIRE_COPY_EXTRA;
  guint8 *memory = g_malloc (size);
  guint8 *copy = memory + descriptor->sizeof_message;
  guint8 *end;

  self->values = (ProtobufCMessage *)(gpointer)memory;
  protobuf_c_message_init (descriptor, self->values);
  end = lk_egress_wire_copy_values (packed, copy, self->values);
  self->packed = (LkEgressWireSpan){ copy, end };
  self->message = NULL;

  /* One with the same text over and over, which nobody sends. */
  if (end == NULL)
    {
      g_clear_pointer (&self->values, g_free);
      self->message = lk_egress_wire_unpack_checked (descriptor, packed);
    }
}

void
lk_egress_wire_lazy_clear (LkEgressWireLazy *self)
{
  g_clear_pointer (&self->message, lk_egress_wire_free);
  g_clear_pointer (&self->values, g_free);
}

ProtobufCMessage *
lk_egress_wire_lazy_unpack (LkEgressWireLazy *self, const ProtobufCMessageDescriptor *descriptor)
{
  ProtobufCMessage *message = g_atomic_pointer_get (&self->message);

  if (message != NULL)
    return message;

  message = self->values != NULL ? lk_egress_wire_unpack_checked (descriptor, self->packed)
                                 : lk_egress_wire_new (descriptor);
  if (!g_atomic_pointer_compare_and_exchange (&self->message, NULL, message))
    lk_egress_wire_free (message);

  return g_atomic_pointer_get (&self->message);
}

const ProtobufCMessage *
lk_egress_wire_lazy_peek (LkEgressWireLazy *self, const ProtobufCMessageDescriptor *descriptor)
{
  if (self->values != NULL && g_atomic_pointer_get (&self->message) == NULL)
    return self->values;

  return lk_egress_wire_lazy_unpack (self, descriptor);
}
