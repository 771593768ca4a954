/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-job.h"

G_BEGIN_DECLS

/* What an info says of the life of its egress. */
LkEgressJobState lk_egress_outcome_get_state (LkEgressInfo *info);

/* IDLE < STARTING < ACTIVE < ENDING < all final states, which are equal. */
guint lk_egress_outcome_get_rank (LkEgressJobState state);

G_END_DECLS
