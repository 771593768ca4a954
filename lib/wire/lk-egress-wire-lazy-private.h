/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-wire-bytes-private.h"

G_BEGIN_DECLS

/* A message that is unpacked when it is asked for. Until then it is bytes, and what can be read out
 * of them at little cost: its numbers and texts. To look at it changes nothing for other threads
 * that look at it too. All zero is an empty message. */
typedef struct
{
  ProtobufCMessage *message; /* accessed atomically, NULL until asked for */
  ProtobufCMessage *values;  /* the numbers and texts in the bytes, NULL without bytes */
  LkEgressWireSpan packed;   /* in the memory of values */
} LkEgressWireLazy;

/* Copies bytes that passed lk_egress_wire_check(), or are a message in what did. */
void lk_egress_wire_lazy_init (LkEgressWireLazy *self,
                               const ProtobufCMessageDescriptor *descriptor,
                               LkEgressWireSpan packed);
void lk_egress_wire_lazy_clear (LkEgressWireLazy *self);

/* The whole message, to be read and changed. */
ProtobufCMessage *lk_egress_wire_lazy_unpack (LkEgressWireLazy *self,
                                              const ProtobufCMessageDescriptor *descriptor);

/* The message to read its singular numbers and texts from, and nothing else. */
const ProtobufCMessage *lk_egress_wire_lazy_peek (LkEgressWireLazy *self,
                                                  const ProtobufCMessageDescriptor *descriptor);

G_END_DECLS
