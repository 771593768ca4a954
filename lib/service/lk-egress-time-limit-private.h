/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-job.h"
#include "lk-egress-metrics-private.h"
#include "lk-egress-start-policy.h"

G_BEGIN_DECLS

/* Stops egresses that run for longer than they may, and goes on until they have ended. */
typedef struct _LkEgressTimeLimit LkEgressTimeLimit;

LkEgressTimeLimit *lk_egress_time_limit_new (GMainContext *context, LkEgressMetrics *metrics);
void lk_egress_time_limit_free (LkEgressTimeLimit *self);

/* In these self may be NULL: then nothing is limited any more. */

/* A job that has a track, and whose egress has begun, is to end when its policy says, or that of
 * all. Once its time is over it is told in the track, and nothing takes that back. */
void lk_egress_time_limit_set (LkEgressTimeLimit *self, LkEgressJob *job);

/* The policy of all that have none of their own, NULL for no limit: it counts at once for these
 * jobs. */
void lk_egress_time_limit_set_policy (LkEgressTimeLimit *self,
                                      LkEgressStartPolicy *policy,
                                      GListModel *jobs);

/* It has ended. */
void lk_egress_time_limit_unset (LkEgressTimeLimit *self, LkEgressJob *job);

G_END_DECLS
