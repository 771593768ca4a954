/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-wire-bytes-private.h"

G_BEGIN_DECLS

/* Packed messages of whatever origin, looked at where they are. */

/* G_IO_ERROR_INVALID_DATA for bytes that are no such message or hold text that is no UTF-8. What
 * passes the check can be unpacked, and so can each message in it. */
gboolean
lk_egress_wire_check (const ProtobufCMessageDescriptor *descriptor, GBytes *bytes, GError **error);

/* Unpacks what passes the check. */
ProtobufCMessage *
lk_egress_wire_unpack (const ProtobufCMessageDescriptor *descriptor, GBytes *bytes, GError **error);

/* One field of a packed message. */
typedef struct
{
  guint32 number;
  ProtobufCWireType type;
  LkEgressWireSpan value; /* without the length before it */
} LkEgressWireField;

/* Takes the first field off the span; FALSE at its end. */
gboolean lk_egress_wire_span_next (LkEgressWireSpan *span, LkEgressWireField *field);

/* The value of a field that is there once at most; of several it is the last that counts. */
gboolean lk_egress_wire_span_find (LkEgressWireSpan span, guint32 number, LkEgressWireSpan *value);

G_END_DECLS
