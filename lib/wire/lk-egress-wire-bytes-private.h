/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <protobuf-c/protobuf-c.h>

G_BEGIN_DECLS

/* Messages in memory and as bytes. Those made here use the default protobuf-c allocator, so
 * protobuf_c_message_free_unpacked (m, NULL) is the other end of each. */

/* A part of packed bytes, lent by them. */
typedef struct
{
  const guint8 *at;
  const guint8 *end;
} LkEgressWireSpan;

static inline LkEgressWireSpan
lk_egress_wire_span (GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  return (LkEgressWireSpan){ data, data != NULL ? data + size : NULL };
}

ProtobufCMessage *lk_egress_wire_new (const ProtobufCMessageDescriptor *descriptor);
void lk_egress_wire_free (ProtobufCMessage *message);

/* Fields of a newer protocol are copied and packed too. */
ProtobufCMessage *lk_egress_wire_copy (const ProtobufCMessage *message);
GBytes *lk_egress_wire_pack (const ProtobufCMessage *message);

/* Unpacks what passed lk_egress_wire_check(), or is a message in what did. */
ProtobufCMessage *lk_egress_wire_unpack_checked (const ProtobufCMessageDescriptor *descriptor,
                                                 LkEgressWireSpan span);

G_END_DECLS
