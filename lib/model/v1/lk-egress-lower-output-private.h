/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-lower-private.h"

G_BEGIN_DECLS

/* What the parts of one lowering share. */
typedef struct
{
  const Livekit__StartEgressRequest *request;
  LkEgressLowerReason reason;
  GError **error;
} LkEgressLower;

/* Sets the error and returns FALSE. why says how to mend it. */
gboolean lk_egress_lower_refuse (const LkEgressLower *self,
                                 const char *path,
                                 const char *name,
                                 const char *why);

/* Copies one field, if set, to the field of the same name. */
gboolean lk_egress_lower_field (const LkEgressLower *self,
                                const ProtobufCMessage *from,
                                const ProtobufCFieldDescriptor *source,
                                const char *path,
                                ProtobufCMessage *to);

/* Copies every field that is set to the one of the same name, so that a field which a later
 * protocol adds to one side only is refused and not lost. */
gboolean lk_egress_lower_fields (const LkEgressLower *self,
                                 const ProtobufCMessage *from,
                                 const char *path,
                                 ProtobufCMessage *to);

/* All outputs, into the four lists of an older request. */
gboolean lk_egress_lower_outputs (const LkEgressLower *self, ProtobufCMessage *to);

/* A file output with its storage. */
gboolean lk_egress_lower_file (const LkEgressLower *self,
                               const Livekit__Output *from,
                               const char *path,
                               ProtobufCMessage *to);

gboolean lk_egress_lower_is_websocket (const Livekit__Output *output);

G_END_DECLS
