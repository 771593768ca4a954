/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-health.h"
#include "lk-egress-job.h"
#include "lk-egress-metrics.h"
#include "lk-egress-start-policy.h"
#include "lk-egress-store.h"
#include "lk-egress-webhook-event.h"

G_BEGIN_DECLS

/**
 * LkEgressShutdown:
 * @LK_EGRESS_SHUTDOWN_STOP: stop all egresses, and wait until they have ended
 * @LK_EGRESS_SHUTDOWN_LEAVE: let them run
 *
 * What becomes of the egresses of a service that ends.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_SHUTDOWN_STOP,
  LK_EGRESS_SHUTDOWN_LEAVE,
} LkEgressShutdown;

#define LK_EGRESS_TYPE_SERVICE (lk_egress_service_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (LkEgressService, lk_egress_service, LK_EGRESS, SERVICE, GObject)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressService *lk_egress_service_new (LkEgressClient *client);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressClient *lk_egress_service_get_client (LkEgressService *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_service_get_name (LkEgressService *self);

LK_EGRESS_AVAILABLE_IN_1_0
guint lk_egress_service_get_history (LkEgressService *self);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressStore *lk_egress_service_get_store (LkEgressService *self);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressMetrics *lk_egress_service_get_metrics (LkEgressService *self);

LK_EGRESS_AVAILABLE_IN_1_0
GListModel *lk_egress_service_get_jobs (LkEgressService *self);

LK_EGRESS_AVAILABLE_IN_1_0
GListModel *lk_egress_service_get_active_jobs (LkEgressService *self);

LK_EGRESS_AVAILABLE_IN_1_0
GListModel *lk_egress_service_get_queued_jobs (LkEgressService *self);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_service_set_start_policy (LkEgressService *self, LkEgressStartPolicy *policy);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressStartPolicy *lk_egress_service_get_start_policy (LkEgressService *self);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressJob *lk_egress_service_get_job (LkEgressService *self, const char *egress_id);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_service_deliver (LkEgressService *self, LkEgressWebhookEvent *event);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressHealth *lk_egress_service_get_health_status (LkEgressService *self);

/* start: starts an egress, and watches it from then on. */
LK_EGRESS_AVAILABLE_IN_1_0
LkEgressJob *lk_egress_service_start (LkEgressService *self,
                                      LkEgressRequest *request,
                                      GCancellable *cancellable,
                                      GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_service_start_async (LkEgressService *self,
                                    LkEgressRequest *request,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressJob *
lk_egress_service_start_finish (LkEgressService *self, GAsyncResult *result, GError **error);

/* start_with_policy: the same, under limits of its own. */
LK_EGRESS_AVAILABLE_IN_1_0
LkEgressJob *lk_egress_service_start_with_policy (LkEgressService *self,
                                                  LkEgressRequest *request,
                                                  LkEgressStartPolicy *policy,
                                                  GCancellable *cancellable,
                                                  GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_service_start_with_policy_async (LkEgressService *self,
                                                LkEgressRequest *request,
                                                LkEgressStartPolicy *policy,
                                                GCancellable *cancellable,
                                                GAsyncReadyCallback callback,
                                                gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressJob *lk_egress_service_start_with_policy_finish (LkEgressService *self,
                                                         GAsyncResult *result,
                                                         GError **error);

/* cancel_queued: takes back a start that waits. */
LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_service_cancel_queued (LkEgressService *self, LkEgressJob *job);

/* attach: watches an egress that was started before. */
LK_EGRESS_AVAILABLE_IN_1_0
LkEgressJob *lk_egress_service_attach (LkEgressService *self,
                                       const char *egress_id,
                                       GCancellable *cancellable,
                                       GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_service_attach_async (LkEgressService *self,
                                     const char *egress_id,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressJob *
lk_egress_service_attach_finish (LkEgressService *self, GAsyncResult *result, GError **error);

/* recover: watches the egresses of a service that is gone. */
LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_service_recover (LkEgressService *self,
                                    const char *const *egress_ids,
                                    GCancellable *cancellable,
                                    GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_service_recover_async (LkEgressService *self,
                                      const char *const *egress_ids,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean
lk_egress_service_recover_finish (LkEgressService *self, GAsyncResult *result, GError **error);

/* stop: one egress. */
LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_service_stop (LkEgressService *self,
                                 const char *egress_id,
                                 GCancellable *cancellable,
                                 GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_service_stop_async (LkEgressService *self,
                                   const char *egress_id,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean
lk_egress_service_stop_finish (LkEgressService *self, GAsyncResult *result, GError **error);

/* stop_all: all that have not ended. */
LK_EGRESS_AVAILABLE_IN_1_0
gboolean
lk_egress_service_stop_all (LkEgressService *self, GCancellable *cancellable, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_service_stop_all_async (LkEgressService *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean
lk_egress_service_stop_all_finish (LkEgressService *self, GAsyncResult *result, GError **error);

/* wait: until all have ended. */
LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_service_wait (LkEgressService *self, GCancellable *cancellable, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_service_wait_async (LkEgressService *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean
lk_egress_service_wait_finish (LkEgressService *self, GAsyncResult *result, GError **error);

/* shutdown: takes no more starts, and ends. */
LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_service_shutdown_async (LkEgressService *self,
                                       LkEgressShutdown how,
                                       guint deadline,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean
lk_egress_service_shutdown_finish (LkEgressService *self, GAsyncResult *result, GError **error);

G_END_DECLS
