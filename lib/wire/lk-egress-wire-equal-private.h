/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>
#include <protobuf-c/protobuf-c.h>

G_BEGIN_DECLS

/* Fields of a newer protocol are not compared. Maps have no order. */
gboolean lk_egress_wire_equal (const ProtobufCMessage *a, const ProtobufCMessage *b);

/* The same with another idea of which text is equal. Maps are compared as ever. */
typedef gboolean (*LkEgressWireTextFunc) (const ProtobufCMessageDescriptor *descriptor,
                                          const ProtobufCFieldDescriptor *field,
                                          const char *a,
                                          const char *b);
gboolean lk_egress_wire_equal_but_text (const ProtobufCMessage *a,
                                        const ProtobufCMessage *b,
                                        LkEgressWireTextFunc text_equal);

/* Whether all that part says is said by message too, which may say more: what is not set in part
 * does not count, nor what message leaves to the default of an enum, and of lists only that each
 * item has its like. */
gboolean lk_egress_wire_covers (const ProtobufCMessage *message,
                                const ProtobufCMessage *part,
                                LkEgressWireTextFunc text_equal);

G_END_DECLS
