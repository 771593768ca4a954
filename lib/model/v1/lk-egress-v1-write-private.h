/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-v1-writer-private.h"

G_BEGIN_DECLS

/* The unified request as one of the older calls: gives the message and the call that takes it.
 * Nothing is dropped: what the older call has no place for is
 * LK_EGRESS_ERROR_NOT_SUPPORTED_BY_SERVER naming the field. */
ProtobufCMessage *lk_egress_v1_write (const Livekit__StartEgressRequest *request,
                                      LkEgressV1Reason reason,
                                      const char **method,
                                      GError **error);

G_END_DECLS
