/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-service-private.h"

G_BEGIN_DECLS

/* Whether it takes egresses: it was not shut down. */
gboolean lk_egress_service_may_take (LkEgressService *self, GError **error);

/* All starts, with a policy of their own or NULL: the blocking form. */
LkEgressJob *lk_egress_service_run_start (LkEgressService *self,
                                          LkEgressRequest *request,
                                          LkEgressStartPolicy *policy,
                                          GCancellable *cancellable,
                                          GError **error);

/* The other form, with the function that began it. */
void lk_egress_service_begin_start (LkEgressService *self,
                                    LkEgressRequest *request,
                                    LkEgressStartPolicy *policy,
                                    gpointer source_tag,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);

LkEgressJob *lk_egress_service_end_start (LkEgressService *self,
                                          gpointer source_tag,
                                          GAsyncResult *result,
                                          GError **error);

G_END_DECLS
