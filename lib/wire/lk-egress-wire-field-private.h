/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-wire-bytes-private.h"

G_BEGIN_DECLS

/* Values of fields through their descriptors. A slot is the place of one value: the member itself,
 * or one element of a repeated field. A slot of a string holds a char *, of a message a
 * ProtobufCMessage *, both from g_malloc or malloc; the empty string of an unset field is shared
 * and never freed. */

static inline gboolean
lk_egress_wire_is_repeated (const ProtobufCFieldDescriptor *field)
{
  return field->label == PROTOBUF_C_LABEL_REPEATED;
}

static inline gboolean
lk_egress_wire_is_oneof (const ProtobufCFieldDescriptor *field)
{
  return (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

static inline gpointer
lk_egress_wire_slot (const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  return (guint8 *)message + field->offset;
}

/* The number of the oneof member that is set, 0 for none. */
static inline guint32
lk_egress_wire_oneof_case (const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  return *(const guint32 *)(gconstpointer)((const guint8 *)message + field->quantifier_offset);
}

/* How many elements a repeated field has. */
static inline gsize
lk_egress_wire_count (const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  return *(const gsize *)(gconstpointer)((const guint8 *)message + field->quantifier_offset);
}

/* The bytes one value of the type takes in memory. */
gsize lk_egress_wire_value_size (ProtobufCType type);

/* Slot of one element of a repeated field. */
gpointer lk_egress_wire_element (const ProtobufCMessage *message,
                                 const ProtobufCFieldDescriptor *field,
                                 gsize index);

/* A new last element of a repeated field, all zero: the caller fills it at once. */
gpointer lk_egress_wire_append (ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/* Takes the last element, a number, away again. */
void lk_egress_wire_drop_last (ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/* Clears a singular field and, for a member of a oneof, the member set before, and selects it. */
gpointer lk_egress_wire_select (ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/* bool, enum and every integer type; uint64 by its bits. */
gint64 lk_egress_wire_load_int (ProtobufCType type, gconstpointer slot);
void lk_egress_wire_store_int (ProtobufCType type, gpointer slot, gint64 value);

/* float and double */
double lk_egress_wire_load_double (ProtobufCType type, gconstpointer slot);
void lk_egress_wire_store_double (ProtobufCType type, gpointer slot, double value);

/* Never NULL. */
const char *lk_egress_wire_load_string (gconstpointer slot);

/* Whether there is anything in a field. For a oneof member, setting the case makes it present. */
gboolean lk_egress_wire_has (const ProtobufCMessage *message,
                             const ProtobufCFieldDescriptor *field);
void lk_egress_wire_clear (ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/* Whether the field is a map<string, string>, which protobuf-c shows as repeated key and value
 * entries. */
gboolean lk_egress_wire_is_map (const ProtobufCFieldDescriptor *field);

/* The value of a singular field, the default for a oneof member that is not set. */
gint64 lk_egress_wire_get_int (const ProtobufCMessage *message,
                               const ProtobufCFieldDescriptor *field);
double lk_egress_wire_get_double (const ProtobufCMessage *message,
                                  const ProtobufCFieldDescriptor *field);
const char *lk_egress_wire_get_string (const ProtobufCMessage *message,
                                       const ProtobufCFieldDescriptor *field);
ProtobufCMessage *lk_egress_wire_get_message (const ProtobufCMessage *message,
                                              const ProtobufCFieldDescriptor *field);

/* Set a singular field. A NULL string or message clears it. */
void lk_egress_wire_set_int (ProtobufCMessage *message,
                             const ProtobufCFieldDescriptor *field,
                             gint64 value);
void lk_egress_wire_set_double (ProtobufCMessage *message,
                                const ProtobufCFieldDescriptor *field,
                                double value);
void lk_egress_wire_set_string (ProtobufCMessage *message,
                                const ProtobufCFieldDescriptor *field,
                                const char *value);
void lk_egress_wire_take_message (ProtobufCMessage *message,
                                  const ProtobufCFieldDescriptor *field,
                                  ProtobufCMessage *child);

/* Add to a repeated field. */
void lk_egress_wire_append_string (ProtobufCMessage *message,
                                   const ProtobufCFieldDescriptor *field,
                                   const char *value);
void lk_egress_wire_append_message (ProtobufCMessage *message,
                                    const ProtobufCFieldDescriptor *field,
                                    ProtobufCMessage *child);

/* The field of that name, NULL without one. */
const ProtobufCFieldDescriptor *lk_egress_wire_find (const ProtobufCMessage *message,
                                                     const char *name);

/* Copies what a field holds to a field of the same type of another message, whose list it is added
 * to. */
void lk_egress_wire_copy_value (const ProtobufCMessage *from,
                                const ProtobufCFieldDescriptor *source,
                                ProtobufCMessage *to,
                                const ProtobufCFieldDescriptor *target);

/* Entries of a map<string, string>. */
void lk_egress_wire_append_entry (ProtobufCMessage *message,
                                  const ProtobufCFieldDescriptor *field,
                                  const char *key,
                                  const char *value);
void lk_egress_wire_get_entry (const ProtobufCMessage *message,
                               const ProtobufCFieldDescriptor *field,
                               gsize index,
                               const char **key,
                               const char **value);

G_END_DECLS
