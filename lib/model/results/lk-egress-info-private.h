/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-info.h"
#include "lk-egress-message-private.h"

#include "livekit_egress.pb-c.h"

G_BEGIN_DECLS

/* The numbers and texts of an info. */
static inline const Livekit__EgressInfo *
lk_egress_info_peek (LkEgressInfo *self)
{
  return (const Livekit__EgressInfo *)lk_egress_message_peek_values ((LkEgressMessage *)self);
}

/* Whether the egress does all that the request says. It may do more. */
gboolean lk_egress_info_does (LkEgressInfo *self, LkEgressRequest *request);

G_END_DECLS
