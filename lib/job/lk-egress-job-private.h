/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-job.h"
#include "lk-egress-monitor-private.h"
#include "lk-egress-wire-bytes-private.h"

G_BEGIN_DECLS

struct _LkEgressJob
{
  GObject parent_instance;

  LkEgressClient *client;
  LkEgressRequest *request;
  GMainContext *context; /* where it was made; its monitor polls there */

  /* What the state machine knows. */
  char *egress_id;
  LkEgressInfo *info;
  LkEgressJobState state;
  GError *error;
  gboolean stale;

  LkEgressMonitor *monitor; /* while it is in one */
  gboolean watched;         /* to be in one as long as there is something to watch */
  gboolean asking;          /* a start is under way */
  gboolean unwanted;        /* the egress is to be stopped as soon as its id is known */
  GPtrArray *waiters;       /* of GTask, see lk-egress-job-calls.c */
};

/* The state machine of a job. All that is learned of its egress comes in here, from replies and
 * from polls. TRUE if the info was news. */
gboolean lk_egress_job_feed (LkEgressJob *self, LkEgressInfo *info);

/* The server does not know the egress any more. */
void lk_egress_job_feed_gone (LkEgressJob *self);

/* The server could not be asked. Leaves the job as it is, but ends its waits by an error that no
 * later poll can mend. */
void lk_egress_job_feed_failure (LkEgressJob *self, const GError *error);

/* A start was sent; was refused. */
void lk_egress_job_feed_asked (LkEgressJob *self);
void lk_egress_job_feed_refused (LkEgressJob *self, const GError *error);

/* The server shows the egress as running, but nobody obeys. */
void lk_egress_job_feed_stale (LkEgressJob *self);

/* Whether the job is in the state or past it. By an error of its own when error is set, which is
 * lent. */
gboolean
lk_egress_job_has_reached (LkEgressJob *self, LkEgressJobState until, const GError **error);

/* Sees to it that a monitor polls for the job, as long as there is anything to come. */
void lk_egress_job_watch (LkEgressJob *self);

/* Ends what waits for a state that is reached, or for anything when there is a failure. */
void lk_egress_job_wake (LkEgressJob *self, const GError *failure);

/* Takes the answer to a ListEgress by the id of the job. FALSE if it says nothing of the egress. */
gboolean lk_egress_job_feed_listing (LkEgressJob *self,
                                     GBytes *reply,
                                     const GError *error,
                                     gboolean *changed);

/* A task of the job whose result counts even when it is cancelled a moment later. */
GTask *lk_egress_job_new_task (LkEgressJob *self,
                               gpointer source_tag,
                               const char *name,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);

/* Stops for the task; the same once the start is answered, which takes the task over. */
void lk_egress_job_begin_stop (LkEgressJob *self, GTask *task);
void lk_egress_job_wait_to_stop (LkEgressJob *self, GTask *task);

G_END_DECLS
