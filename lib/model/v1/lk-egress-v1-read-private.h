/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

#include "livekit_egress.pb-c.h"

G_BEGIN_DECLS

/* The request that an info repeats, whichever of its seven forms it has, in the unified one; NULL
 * without any. The other end of lk_egress_v1_write(): writing what was read gives the request back,
 * but for the deprecated single outputs, which come back in their lists, and for a track composite
 * of one audio track and one websocket, which is what a track egress is.
 *
 * Of a replay, the id and the offsets have no place in it. */
ProtobufCMessage *lk_egress_v1_read (const Livekit__EgressInfo *info);

G_END_DECLS
