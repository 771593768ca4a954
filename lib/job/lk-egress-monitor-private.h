/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-job.h"

G_BEGIN_DECLS

/* Watches the server for all jobs of one client and one main context, with one poll. Is there as
 * long as a job is in it, and works in the thread that runs the context. */
typedef struct _LkEgressMonitor LkEgressMonitor;

/* A job is in a monitor once, is not kept alive by it, and leaves before it goes. What join gives
 * is good until then. */
LkEgressMonitor *
lk_egress_monitor_join (LkEgressClient *client, GMainContext *context, LkEgressJob *job);
void lk_egress_monitor_leave (LkEgressMonitor *self, LkEgressJob *job);

/* Polls now, and once more if a poll is under way. */
void lk_egress_monitor_refresh (LkEgressMonitor *self);

/* The rule for the time between polls, in milliseconds. */
#define LK_EGRESS_POLL_MIN_INTERVAL 500
#define LK_EGRESS_POLL_MAX_INTERVAL 10000

typedef enum
{
  LK_EGRESS_POLL_QUIET,  /* nothing happened, and nothing is about to */
  LK_EGRESS_POLL_BUSY,   /* something changed, or a job is on its way into or out of ACTIVE */
  LK_EGRESS_POLL_FAILED, /* the server could not be asked */
} LkEgressPollOutcome;

guint lk_egress_poll_next_interval (guint interval, LkEgressPollOutcome outcome);

/* The outcome for a job that was polled for with success. */
LkEgressPollOutcome lk_egress_poll_get_outcome (LkEgressJob *job, gboolean changed);

G_END_DECLS
