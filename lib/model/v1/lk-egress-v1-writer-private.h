/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

#include "livekit_egress.pb-c.h"

G_BEGIN_DECLS

/* Why a request is written as an older call. Some values have a place in its messages but came
 * with the newer API; a server that is old would drop or refuse them in its own words. */
typedef enum
{
  LK_EGRESS_V1_ASKED,        /* the caller wants it so: these values are sent as they are */
  LK_EGRESS_V1_OLD_SERVER,   /* the server has no other: they are refused here */
  LK_EGRESS_V1_AUDIO_MIXING, /* only the older API has it: the same */
} LkEgressV1Reason;

/* One request on its way into an older call. */
typedef struct
{
  const Livekit__StartEgressRequest *request;
  LkEgressV1Reason reason;
  GError **error;
} LkEgressV1Writer;

/* Sets the error and returns FALSE. why says how to mend it. */
gboolean lk_egress_v1_writer_refuse (const LkEgressV1Writer *self,
                                     const char *path,
                                     const char *name,
                                     const char *why);

/* Copies one field, if set, to the field of the same name. */
gboolean lk_egress_v1_writer_field (const LkEgressV1Writer *self,
                                    const ProtobufCMessage *from,
                                    const ProtobufCFieldDescriptor *source,
                                    const char *path,
                                    ProtobufCMessage *to);

/* Copies every field that is set to the one of the same name, so that a field which a later
 * protocol adds to one side only is refused and not lost. */
gboolean lk_egress_v1_writer_fields (const LkEgressV1Writer *self,
                                     const ProtobufCMessage *from,
                                     const char *path,
                                     ProtobufCMessage *to);

G_END_DECLS
