/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <protobuf-c/protobuf-c.h>

G_BEGIN_DECLS

/* Everything about messages that their descriptors say: memory, bytes, comparison. Messages made
 * here use the default protobuf-c allocator, so protobuf_c_message_free_unpacked (m, NULL) is the
 * other end of each. */

ProtobufCMessage *lk_egress_wire_new (const ProtobufCMessageDescriptor *descriptor);
void lk_egress_wire_free (ProtobufCMessage *message);
ProtobufCMessage *lk_egress_wire_copy (const ProtobufCMessage *message);

/* Fields of a newer protocol are copied and packed, but not compared. Maps have no order. */
gboolean lk_egress_wire_equal (const ProtobufCMessage *a, const ProtobufCMessage *b);

/* The same with another idea of which text is equal. Maps are compared as ever. */
typedef gboolean (*LkEgressWireTextFunc) (const ProtobufCMessageDescriptor *descriptor,
                                          const ProtobufCFieldDescriptor *field,
                                          const char *a,
                                          const char *b);
gboolean lk_egress_wire_equal_but_text (const ProtobufCMessage *a,
                                        const ProtobufCMessage *b,
                                        LkEgressWireTextFunc text_equal);

GBytes *lk_egress_wire_pack (const ProtobufCMessage *message);

/* G_IO_ERROR_INVALID_DATA for bytes that are no such message or hold text that is no UTF-8. What
 * passes the check can be unpacked, and so can each message in it. */
gboolean
lk_egress_wire_check (const ProtobufCMessageDescriptor *descriptor, GBytes *bytes, GError **error);
ProtobufCMessage *
lk_egress_wire_unpack (const ProtobufCMessageDescriptor *descriptor, GBytes *bytes, GError **error);

/* A part of packed bytes, lent by them, and one field in it. */
typedef struct
{
  const guint8 *at;
  const guint8 *end;
} LkEgressWireSpan;

typedef struct
{
  guint32 number;
  ProtobufCWireType type;
  LkEgressWireSpan value; /* without the length before it */
} LkEgressWireField;

static inline LkEgressWireSpan
lk_egress_wire_span (GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  return (LkEgressWireSpan){ data, data != NULL ? data + size : NULL };
}

/* Takes the first field off the span; FALSE at its end. */
gboolean lk_egress_wire_span_next (LkEgressWireSpan *span, LkEgressWireField *field);

/* The value of a field that is there once at most; of several it is the last that counts. */
gboolean lk_egress_wire_span_find (LkEgressWireSpan span, guint32 number, LkEgressWireSpan *value);

/* Unpacks what passed the check, or is a message in what did. */
ProtobufCMessage *lk_egress_wire_unpack_checked (const ProtobufCMessageDescriptor *descriptor,
                                                 LkEgressWireSpan span);

/* One field of a message. For a oneof member, setting the case makes it present. */
gboolean lk_egress_wire_has (const ProtobufCMessage *message,
                             const ProtobufCFieldDescriptor *field);
void lk_egress_wire_clear (ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/* Whether the field is a map<string, string>, which protobuf-c shows as repeated key and value
 * entries. */
gboolean lk_egress_wire_is_map (const ProtobufCFieldDescriptor *field);

G_END_DECLS
