/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-answers-private.h"
#include "lk-egress-job-list-private.h"
#include "lk-egress-ledger-private.h"
#include "lk-egress-metrics-private.h"
#include "lk-egress-service.h"
#include "lk-egress-start-queue-private.h"
#include "lk-egress-time-limit-private.h"
#include "lk-egress-track-private.h"

G_BEGIN_DECLS

/* lk-egress-service.c is the object and its properties. What happens to its jobs is on top of it,
 * in lk-egress-service-jobs.c, and on top of that are the calls, each in a file that the object
 * knows nothing of. */
struct _LkEgressService
{
  GObject parent_instance;

  LkEgressClient *client;
  char *name;
  guint history;
  LkEgressStore *store;   /* may be NULL */
  LkEgressLedger *ledger; /* NULL without a store */
  GMainContext *context;  /* where it was made */

  LkEgressMetrics *metrics;
  LkEgressJobList *jobs;
  LkEgressJobList *active_jobs;
  GHashTable *tracks; /* by egress id: the jobs, which the list owns */
  GQueue ended;       /* jobs, the oldest first */
  guint64 completed_count, failed_count;
  gboolean shut_down;

  LkEgressStartPolicy *policy; /* may be NULL */
  LkEgressStartQueue *queue;
  LkEgressTimeLimit *time_limit;

  LkEgressAnswers *answers;
  gboolean expects_webhook; /* at all */
  gint64 silent_since;      /* an egress changed and no webhook came since; 0: none is missing */
};

/* What the ledger tells a service. It stands in lk-egress-service-jobs.c, with all else that
 * happens to jobs. */
extern const LkEgressLedgerEvents lk_egress_service_ledger_events;

/* The egresses that run are for somebody else to tend. */
void lk_egress_service_leave_all (LkEgressService *self);

/* Webhooks are to come, so their silence is news. */
void lk_egress_service_expect_webhooks (LkEgressService *self);

/* A verified webhook has come, with an info that nobody else has (transfer full), or with NULL. Any
 * thread. */
void lk_egress_service_take_webhook (LkEgressService *self, LkEgressInfo *info);

G_END_DECLS
