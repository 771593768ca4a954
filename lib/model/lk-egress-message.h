/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-macros.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_MESSAGE (lk_egress_message_get_type ())

/**
 * LkEgressMessageClass:
 *
 * The class of messages. What is in it is the library's own: nothing outside of it can be derived
 * from a message.
 *
 * Since: 1.0
 */
LK_EGRESS_AVAILABLE_IN_1_0
G_DECLARE_DERIVABLE_TYPE (LkEgressMessage, lk_egress_message, LK_EGRESS, MESSAGE, GObject)

/* What G_DECLARE_FINAL_TYPE() does, for classes whose base has a class that only the library knows.
 */
#define _LK_EGRESS_DECLARE_MESSAGE(TypeName, type_name, NAME)                                      \
  GType type_name##_get_type (void);                                                               \
  typedef struct _##TypeName TypeName;                                                             \
  typedef struct _##TypeName##Class TypeName##Class;                                               \
  G_DEFINE_AUTOPTR_CLEANUP_FUNC (TypeName, g_object_unref)                                         \
  G_GNUC_UNUSED static inline TypeName *LK_EGRESS_##NAME (gpointer ptr)                            \
  {                                                                                                \
    return G_TYPE_CHECK_INSTANCE_CAST (ptr, type_name##_get_type (), TypeName);                    \
  }                                                                                                \
  G_GNUC_UNUSED static inline gboolean LK_EGRESS_IS_##NAME (gpointer ptr)                          \
  {                                                                                                \
    return G_TYPE_CHECK_INSTANCE_TYPE (ptr, type_name##_get_type ());                              \
  }

/**
 * LkEgressJsonFlags:
 * @LK_EGRESS_JSON_NONE: lowerCamelCase names, default values left out, on one line
 * @LK_EGRESS_JSON_PROTO_NAMES: the names of the .proto files (room_name), as the server prints them
 * @LK_EGRESS_JSON_DEFAULTS: fields of value zero too
 * @LK_EGRESS_JSON_PRETTY: indented, for people
 * @LK_EGRESS_JSON_REDACTED: secrets and stream keys redacted
 *
 * How [method@Message.to_json] writes.
 *
 * Since: 1.0
 */
typedef enum /*< flags >*/
{
  LK_EGRESS_JSON_NONE = 0,
  LK_EGRESS_JSON_PROTO_NAMES = 1 << 0,
  LK_EGRESS_JSON_DEFAULTS = 1 << 1,
  LK_EGRESS_JSON_PRETTY = 1 << 2,
  LK_EGRESS_JSON_REDACTED = 1 << 3,
} LkEgressJsonFlags;

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressMessage *lk_egress_message_new_from_json (GType type, const char *json, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressMessage *lk_egress_message_new_from_bytes (GType type, GBytes *bytes, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
char *lk_egress_message_to_json (LkEgressMessage *self, LkEgressJsonFlags flags);

LK_EGRESS_AVAILABLE_IN_1_0
GBytes *lk_egress_message_to_bytes (LkEgressMessage *self);

LK_EGRESS_AVAILABLE_IN_1_0
char *lk_egress_message_to_string (LkEgressMessage *self);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressMessage *lk_egress_message_copy (LkEgressMessage *self);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_message_equal (LkEgressMessage *self, LkEgressMessage *other);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_message_has (LkEgressMessage *self, const char *property_name);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_message_clear (LkEgressMessage *self, const char *property_name);

G_END_DECLS
