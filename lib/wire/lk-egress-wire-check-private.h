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

/* How much longer a copy of a packed message may be. */
#define LK_EGRESS_WIRE_COPY_EXTRA 64

/* Copies bytes that passed the check, and sets the singular numbers and texts of an empty message
 * from them; lists and messages are left out. In the copy a zero is the last character of each of
 * these texts, so that they can be used where they are. Gives the end of the copy, NULL if it would
 * be longer than that. */
guint8 *lk_egress_wire_copy_values (LkEgressWireSpan span, guint8 *copy, ProtobufCMessage *message);

G_END_DECLS
