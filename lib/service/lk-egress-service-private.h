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

/* lk-egress-service.c is the object: which jobs there are, what is counted of them, and how the
 * service is doing. The calls are on top of it, each in a file that the object knows nothing of. */
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

/* From now on the job is one of the service; it has a policy of its own, or NULL. It is not active
 * yet if its start may have to wait. */
void lk_egress_service_track (LkEgressService *self, LkEgressJob *job, LkEgressStartPolicy *policy);
void lk_egress_service_activate (LkEgressService *self, LkEgressJob *job);

/* The job is none of the service: its start was never sent. */
void lk_egress_service_untrack (LkEgressService *self, LkEgressJob *job);

/* The egresses that run are for somebody else to tend. */
void lk_egress_service_leave_all (LkEgressService *self);

/* What is known of the job of an egress that was started before makes it one of the service, also
 * when it has ended meanwhile. FALSE if that is nothing. */
gboolean lk_egress_service_take (LkEgressJob *job, gpointer service);

/* Webhooks are to come, so their silence is news. */
void lk_egress_service_expect_webhooks (LkEgressService *self);

/* A verified webhook has come, with an info that nobody else has (transfer full), or with NULL. Any
 * thread. */
void lk_egress_service_take_webhook (LkEgressService *self, LkEgressInfo *info);

G_END_DECLS
