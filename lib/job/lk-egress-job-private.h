/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-job.h"
#include "lk-egress-life-private.h"
#include "lk-egress-monitor-private.h"
#include "lk-egress-operations-private.h"
#include "lk-egress-store-entry.h"
#include "lk-egress-waits-private.h"

G_BEGIN_DECLS

/* lk-egress-job.c is the object: what it knows, who is told, and who waits for its states. The
 * calls are on top of it, each in a file of its own that the object knows nothing of. */
struct _LkEgressJob
{
  GObject parent_instance;

  LkEgressClient *client;
  LkEgressRequest *request;
  LkEgressStoreEntry *entry; /* of a start whose egress is to be found */
  GMainContext *context;     /* where it was made; its watch is told there */
  LkEgressLife life;

  /* What of it was told. */
  GPtrArray *told_streams;
  LkEgressJobState told_state;
  guint emitting; /* handlers of how many states are running */

  LkEgressWatch *watch; /* while it is watched */
  gboolean watched;     /* to be so as long as there is something to come */
  LkEgressWaits *waits; /* for a state */

  /* Of lk-egress-job-start.c. */
  GCancellable *starting; /* gives up a start that is under way */
  GCancellable *unwanted; /* the same start is not to make an egress any more */
  LkEgressWaits *starts;  /* that wait for its answer */
  gboolean start_waits;   /* it will be sent later, if it is not taken back */
  LkEgressStartRetry retry;

  /* Of lk-egress-job-stop.c. */
  GCancellable *stopping; /* gives up a stop that is under way */
  LkEgressWaits *stops;   /* that wait for the egress to end */
  GSource *patience;      /* for a start or stop that nobody waits for */
  guint max_patience;     /* milliseconds */
};

/* Tells everybody what news of the life changed. */
void lk_egress_job_tell (LkEgressJob *self, LkEgressLifeNews news);

/* Takes the answer to a question for the egress, as an LkEgressWatchFunc of the job does, and tells
 * everybody. Gives how soon to ask again. */
guint lk_egress_job_take (LkEgressJob *self,
                          LkEgressInfo *info,
                          LkEgressLifeOrigin origin,
                          const GError *error);

/* Added to the state that lk_egress_job_wait_async() waits for: it is over as well when nobody
 * obeys any more. */
#define LK_EGRESS_JOB_OR_STALE 0x100

/* From now on the egress is watched, as long as there is anything to come. */
void lk_egress_job_watch (LkEgressJob *self);

/* Looks at once what became of a change, if the egress is watched. */
void lk_egress_job_look (LkEgressJob *self);

/* A task of the job whose result counts even when it is cancelled a moment later. */
GTask *lk_egress_job_new_task (LkEgressJob *self,
                               gpointer source_tag,
                               const char *name,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);

/* lk-egress-job-start.c: a start that is still to come is tried again so. */
void lk_egress_job_set_retry (LkEgressJob *self, const LkEgressStartRetry *retry);

/* A start waits to be sent. A stop until then takes it back: the job has FAILED, and the start
 * waits for ever. */
void lk_egress_job_let_start_wait (LkEgressJob *self);
gboolean lk_egress_job_start_waits (LkEgressJob *self);

/* The start will never be sent, because of the error: the job has FAILED. */
void lk_egress_job_refuse (LkEgressJob *self, const GError *error);

/* lk-egress-job-stop.c: a start that is under way is not to make an egress any more, and if it has
 * made one, that is stopped. */
void lk_egress_job_unwant (LkEgressJob *self);

/* The start is answered. If nobody wants its egress any more that is stopped: before this returns,
 * or in the background. */
void lk_egress_job_end_start (LkEgressJob *self, gboolean blocking);

G_END_DECLS
