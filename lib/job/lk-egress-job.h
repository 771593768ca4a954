/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-client.h"
#include "lk-egress-job-state.h"
#include "lk-egress-store-entry.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_JOB (lk_egress_job_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (LkEgressJob, lk_egress_job, LK_EGRESS, JOB, GObject)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressJob *lk_egress_job_new (LkEgressClient *client, LkEgressRequest *request);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressJob *lk_egress_job_new_for_id (LkEgressClient *client, const char *egress_id);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressJob *lk_egress_job_new_for_entry (LkEgressClient *client, LkEgressStoreEntry *entry);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressClient *lk_egress_job_get_client (LkEgressJob *self);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressRequest *lk_egress_job_get_request (LkEgressJob *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_job_get_egress_id (LkEgressJob *self);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressInfo *lk_egress_job_get_info (LkEgressJob *self);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressJobState lk_egress_job_get_state (LkEgressJob *self);

LK_EGRESS_AVAILABLE_IN_1_0
const GError *lk_egress_job_get_error (LkEgressJob *self);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_job_get_stale (LkEgressJob *self);

LK_EGRESS_AVAILABLE_IN_1_0
const GError *lk_egress_job_get_stale_reason (LkEgressJob *self);

/* start: sends the request; for a job made with one. */
LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_job_start (LkEgressJob *self, GCancellable *cancellable, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_job_start_async (LkEgressJob *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_job_start_finish (LkEgressJob *self, GAsyncResult *result, GError **error);

/* attach: reads the info of an egress that was started before; for a job made from its id. */
LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_job_attach (LkEgressJob *self, GCancellable *cancellable, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_job_attach_async (LkEgressJob *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_job_attach_finish (LkEgressJob *self, GAsyncResult *result, GError **error);

/* wait: until the job is in the state or past it. A job that ends by an error before gives that
 * error. */
LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_job_wait (LkEgressJob *self,
                             LkEgressJobState until,
                             GCancellable *cancellable,
                             GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_job_wait_async (LkEgressJob *self,
                               LkEgressJobState until,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_job_wait_finish (LkEgressJob *self, GAsyncResult *result, GError **error);

/* stop: asks the server until it accepts (ENDING) or the job has ended anyway. */
LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_job_stop (LkEgressJob *self, GCancellable *cancellable, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_job_stop_async (LkEgressJob *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_job_stop_finish (LkEgressJob *self, GAsyncResult *result, GError **error);

/* update_layout, update_streams: change a running egress. */
LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_job_update_layout (LkEgressJob *self,
                                      const char *layout,
                                      GCancellable *cancellable,
                                      GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_job_update_layout_async (LkEgressJob *self,
                                        const char *layout,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean
lk_egress_job_update_layout_finish (LkEgressJob *self, GAsyncResult *result, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_job_update_streams (LkEgressJob *self,
                                       LkEgressStreamUpdate *update,
                                       GCancellable *cancellable,
                                       GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_job_update_streams_async (LkEgressJob *self,
                                         LkEgressStreamUpdate *update,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean
lk_egress_job_update_streams_finish (LkEgressJob *self, GAsyncResult *result, GError **error);

/* refresh: ask the server now instead of at the next poll. */
LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_job_refresh (LkEgressJob *self);

G_END_DECLS
