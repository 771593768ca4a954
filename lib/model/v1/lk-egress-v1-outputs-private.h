/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-v1-writer-private.h"

G_BEGIN_DECLS

/* All outputs, into the four lists of an older request. */
gboolean lk_egress_v1_outputs_write (const LkEgressV1Writer *writer, ProtobufCMessage *to);

/* A file output with its storage. */
gboolean lk_egress_v1_outputs_write_file (const LkEgressV1Writer *writer,
                                          const Livekit__Output *from,
                                          const char *path,
                                          ProtobufCMessage *to);

gboolean lk_egress_v1_outputs_is_websocket (const Livekit__Output *output);

G_END_DECLS
