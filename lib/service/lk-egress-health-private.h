/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-health.h"

G_BEGIN_DECLS

/* reason: a sentence, NULL without a problem. */
LkEgressHealth *lk_egress_health_new (const char *service,
                                      LkEgressHealthProblem problem,
                                      const char *reason,
                                      guint active_count,
                                      guint queued_count,
                                      guint64 completed_count,
                                      guint64 failed_count);

G_END_DECLS
