/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-job.h"
#include "lk-egress-metrics-private.h"
#include "lk-egress-start-policy.h"

G_BEGIN_DECLS

/* How many egresses run, and the starts that wait until one of them has ended: first come, first
 * served. It knows nothing of what a start is. */
typedef struct _LkEgressStartQueue LkEgressStartQueue;

/* Called once for each start that was added, which is not in the queue any more: its turn has come,
 * or it never will, because of the error. */
typedef void (*LkEgressStartQueueTurn) (LkEgressJob *job, const GError *error, gpointer data);

LkEgressStartQueue *lk_egress_start_queue_new (GMainContext *context, LkEgressMetrics *metrics);

/* What is in it is to be taken out before. */
void lk_egress_start_queue_free (LkEgressStartQueue *self);

/* The jobs that wait, the first first. */
GListModel *lk_egress_start_queue_get_jobs (LkEgressStartQueue *self);

/* The limits; NULL for none. What they let begin begins at once. */
void lk_egress_start_queue_set_policy (LkEgressStartQueue *self, LkEgressStartPolicy *policy);

/* An egress runs; does not any more. What may begin then does not, but when it is told to go on. */
void lk_egress_start_queue_enter (LkEgressStartQueue *self);
void lk_egress_start_queue_leave (LkEgressStartQueue *self);
void lk_egress_start_queue_go_on (LkEgressStartQueue *self);

/* Whether a start need not wait: one more may run, and nobody waits for that. */
gboolean lk_egress_start_queue_is_open (LkEgressStartQueue *self);

/* Whether a start that had to wait would be refused. */
gboolean lk_egress_start_queue_is_full (LkEgressStartQueue *self);

/* Adds a start that has to wait, unless that is an error. With a policy of its own it waits for as
 * long as that says. */
gboolean lk_egress_start_queue_add (LkEgressStartQueue *self,
                                    LkEgressJob *job,
                                    const char *type,
                                    LkEgressStartPolicy *policy,
                                    GCancellable *cancellable,
                                    LkEgressStartQueueTurn turn,
                                    gpointer data,
                                    GError **error);

/* Takes one out, or all. FALSE if it is not there. */
gboolean
lk_egress_start_queue_remove (LkEgressStartQueue *self, LkEgressJob *job, const GError *error);
void lk_egress_start_queue_clear (LkEgressStartQueue *self, const GError *error);

G_END_DECLS
