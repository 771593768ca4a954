/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-wire-bytes-private.h"

G_BEGIN_DECLS

/* Some lists took the place of a single field, which is deprecated since: file_results of file. Old
 * servers fill that one, new ones both. The older field is told by its type: that of the items, or
 * a message with nothing but such a list, as StreamInfoList. */

/* How many items the message says in the older field, and through items, if it is not NULL, where
 * they are: owned by the message. 0 for fields that took no one's place. */
gsize lk_egress_wire_peek_older (const ProtobufCMessage *message,
                                 const ProtobufCFieldDescriptor *field,
                                 ProtobufCMessage ***items);

/* Clears the older field. */
void lk_egress_wire_clear_older (ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

G_END_DECLS
