/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-job.h"
#include "lk-egress-metrics-private.h"

G_BEGIN_DECLS

/* Stops egresses that run for longer than they may, and goes on until they have ended. */
typedef struct _LkEgressTimeLimit LkEgressTimeLimit;

LkEgressTimeLimit *lk_egress_time_limit_new (GMainContext *context, LkEgressMetrics *metrics);
void lk_egress_time_limit_free (LkEgressTimeLimit *self);

/* A job that has a track is to end so many milliseconds after it began; 0 for no such limit. Once
 * its time is over it is told in the track, and nothing takes that back. */
void lk_egress_time_limit_set (LkEgressTimeLimit *self, LkEgressJob *job, guint milliseconds);

/* It has ended. */
void lk_egress_time_limit_unset (LkEgressTimeLimit *self, LkEgressJob *job);

G_END_DECLS
