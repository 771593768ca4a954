/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

#include "livekit_egress.pb-c.h"

G_BEGIN_DECLS

/* The unified request in the form of the older API: gives the message and the call that takes it.
 * Nothing is dropped: what the older form has no place for is
 * LK_EGRESS_ERROR_NOT_SUPPORTED_BY_SERVER naming the field. */
ProtobufCMessage *
lk_egress_lower (const Livekit__StartEgressRequest *request, const char **method, GError **error);

G_END_DECLS
