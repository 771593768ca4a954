/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-wire-bytes-private.h"

ProtobufCMessage *
lk_egress_wire_new (const ProtobufCMessageDescriptor *descriptor)
{
  ProtobufCMessage *message = g_malloc0 (descriptor->sizeof_message);

  protobuf_c_message_init (descriptor, message);

  return message;
}

void
lk_egress_wire_free (ProtobufCMessage *message)
{
  protobuf_c_message_free_unpacked (message, NULL);
}

GBytes *
lk_egress_wire_pack (const ProtobufCMessage *message)
{
  gsize size = protobuf_c_message_get_packed_size (message);
  guint8 *data = g_malloc (size);

  protobuf_c_message_pack (message, data);

  return g_bytes_new_take (data, size);
}

ProtobufCMessage *
lk_egress_wire_unpack_checked (const ProtobufCMessageDescriptor *descriptor, LkEgressWireSpan span)
{
  ProtobufCMessage *message
      = protobuf_c_message_unpack (descriptor, NULL, span.end - span.at, span.at);

  g_assert (message != NULL);

  return message;
}

ProtobufCMessage *
lk_egress_wire_copy (const ProtobufCMessage *message)
{
  g_autoptr (GBytes) bytes = lk_egress_wire_pack (message);

  return lk_egress_wire_unpack_checked (message->descriptor, lk_egress_wire_span (bytes));
}
