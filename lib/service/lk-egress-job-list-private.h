/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-job.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_JOB_LIST (lk_egress_job_list_get_type ())

/* A GListModel of jobs, each of which is in it once at most. Unlike a GListStore it finds a job
 * without a look at the others, of which there may be thousands. */
G_DECLARE_FINAL_TYPE (LkEgressJobList, lk_egress_job_list, LK_EGRESS, JOB_LIST, GObject)

LkEgressJobList *lk_egress_job_list_new (void);

void lk_egress_job_list_append (LkEgressJobList *self, LkEgressJob *job);

/* Has no effect if the job is not in it. */
void lk_egress_job_list_remove (LkEgressJobList *self, LkEgressJob *job);

G_END_DECLS
