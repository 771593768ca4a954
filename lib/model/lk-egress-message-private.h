/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <protobuf-c/protobuf-c.h>

#include "lk-egress-json-private.h"
#include "lk-egress-message.h"
#include "lk-egress-wire-bytes-private.h"

G_BEGIN_DECLS

struct _LkEgressMessageClass
{
  GObjectClass parent_class;

  const ProtobufCMessageDescriptor *descriptor;
  GParamSpec **properties; /* by field, NULL where there is none */
};

/* A subclass names its descriptor; the base installs a property for each field whose type it can
 * show, named after the field with dashes (room_name -> room-name, aliOSS -> ali-oss):
 *
 *   string, bool, int32, uint32, int64, double   the same type
 *   enum                                          the registered GEnum
 *   repeated string                               GStrv
 *   map<string, string>                           GVariant a{ss}
 *   message                                       the bound GObject class, nullable
 *   repeated message                              GListModel of the bound class
 *
 * Deprecated fields, and messages and enums without a type of their own, get no property; they stay
 * in bytes and JSON.
 *
 * Setting a member of a oneof clears the others. Children are shared, not copied: what is changed
 * in a child shows in its parents.
 *
 * Binds a descriptor in the subclass's class_init. */
void lk_egress_message_class_bind (LkEgressMessageClass *klass,
                                   const ProtobufCMessageDescriptor *descriptor);

/* The message with all children in place, owned by self and valid until self changes. */
const ProtobufCMessage *lk_egress_message_peek (LkEgressMessage *self);

/* The same for reading no more than the numbers and texts of self: what is inside of messages and
 * lists may be out of date. Changes nothing, so infos can be read from several threads. */
const ProtobufCMessage *lk_egress_message_peek_values (LkEgressMessage *self);

/* Wraps a message made by lk_egress_wire_*; takes it over. */
LkEgressMessage *lk_egress_message_take (GType type, ProtobufCMessage *message);

/* Copies a packed message that passed the check, to be unpacked when more of it is asked for than
 * its numbers and texts. */
LkEgressMessage *lk_egress_message_new_packed (GType type, LkEgressWireSpan packed);

/* A message of JSON that comes from outside, of at most max_size bytes. length may be -1. Errors
 * are those of lk_egress_message_new_from_json(). */
LkEgressMessage *lk_egress_message_new_from_text (GType type,
                                                  const char *json,
                                                  gssize length,
                                                  gsize max_size,
                                                  GError **error);

/* The same of what was parsed. */
LkEgressMessage *
lk_egress_message_new_from_json_value (GType type, const LkEgressJson *json, GError **error);

/* Empty text of the wire is no text in the API. */
static inline const char *
lk_egress_message_text (const char *text)
{
  return text != NULL && *text != '\0' ? text : NULL;
}

/* Nanoseconds since 1970, as the API tells times, in UTC; NULL for 0 and less. */
GDateTime *lk_egress_message_new_time (gint64 nanoseconds);

/* The message that a property of a message field shows, owned by self; NULL for none. */
LkEgressMessage *lk_egress_message_get_child (LkEgressMessage *self, const char *property_name);

/* The list that a property of a repeated message field shows, owned by self. */
GListModel *lk_egress_message_get_list (LkEgressMessage *self, const char *property_name);

/* One more text at the end of a property of a repeated string field. */
void
lk_egress_message_append_text (LkEgressMessage *self, const char *property_name, const char *text);

/* The whole .c body of a message class without code of its own. */
#define LK_EGRESS_DEFINE_MESSAGE(TypeName, type_name, DESCRIPTOR)                                  \
  struct _##TypeName                                                                               \
  {                                                                                                \
    LkEgressMessage parent_instance;                                                               \
  };                                                                                               \
  struct _##TypeName##Class                                                                        \
  {                                                                                                \
    LkEgressMessageClass parent_class;                                                             \
  };                                                                                               \
  G_DEFINE_FINAL_TYPE (TypeName, type_name, LK_EGRESS_TYPE_MESSAGE)                                \
  static void type_name##_class_init (TypeName##Class *klass)                                      \
  {                                                                                                \
    lk_egress_message_class_bind (LK_EGRESS_MESSAGE_CLASS (klass), &DESCRIPTOR);                   \
  }                                                                                                \
  static void type_name##_init (TypeName *self) {}

G_END_DECLS
