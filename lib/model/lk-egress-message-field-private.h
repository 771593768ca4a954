/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <protobuf-c/protobuf-c.h>

G_BEGIN_DECLS

/* The class bound to a descriptor and the GEnum of an enum; G_TYPE_INVALID for what has none. They
 * are in lk-egress-message-types.c, which knows all classes; nothing below it does. */
GType lk_egress_message_type_for_descriptor (const ProtobufCMessageDescriptor *descriptor);
GType lk_egress_enum_type_for_descriptor (const ProtobufCEnumDescriptor *descriptor);

/* What a property made of a field holds. */
typedef enum
{
  LK_EGRESS_FIELD_HIDDEN, /* deprecated, or of a type without a class: no property */
  LK_EGRESS_FIELD_VALUE,  /* lives in the message itself */
  LK_EGRESS_FIELD_CHILD,  /* an LkEgressMessage */
  LK_EGRESS_FIELD_LIST,   /* a GListStore of LkEgressMessage */
} LkEgressFieldKind;

LkEgressFieldKind lk_egress_field_kind (const ProtobufCFieldDescriptor *field);

/* NULL for hidden fields. */
GParamSpec *lk_egress_field_create_pspec (const ProtobufCFieldDescriptor *field);

/* For fields of kind VALUE. The value is initialised to the type of the property. */
void lk_egress_field_get_value (const ProtobufCMessage *message,
                                const ProtobufCFieldDescriptor *field,
                                GValue *value);

/* Replaces what was there, also another member of the same oneof. */
void lk_egress_field_set_value (ProtobufCMessage *message,
                                const ProtobufCFieldDescriptor *field,
                                const GValue *value);

G_END_DECLS
