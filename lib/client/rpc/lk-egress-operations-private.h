/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-client-private.h"

G_BEGIN_DECLS

/* The calls of the Egress API, each written once for both drivers. */

/* These give an LkEgressInfo. */

/* Once unwanted (may be NULL) is cancelled, the request is not sent any more: it is only looked
 * whether one that was sent, and whose answer is lost, has made an egress. */
LkEgressCall *lk_egress_operation_start (LkEgressClient *client,
                                         LkEgressRequest *request,
                                         GCancellable *unwanted);

/* See lk_egress_reconcile_new_for_past(). LK_EGRESS_ERROR_NOT_FOUND if there is none. */
LkEgressCall *lk_egress_operation_find_start (LkEgressClient *client,
                                              LkEgressRequest *redacted,
                                              gint64 started_at);
LkEgressCall *lk_egress_operation_get (LkEgressClient *client, const char *egress_id);
LkEgressCall *lk_egress_operation_update_layout (LkEgressClient *client,
                                                 const char *egress_id,
                                                 const char *layout);
LkEgressCall *lk_egress_operation_update_stream (LkEgressClient *client,
                                                 LkEgressStreamUpdate *update);

/* FALSE for an empty id, which would mean every egress in a listing: the call has failed. */
gboolean lk_egress_operation_check_id (LkEgressCall *call, const char *egress_id);

/* Single exchanges, for operations that are made of several. Of a listing, that is one page; what
 * is NULL is left out of its request. */
void lk_egress_operation_send_list (LkEgressCall *call,
                                    guint delay,
                                    const char *egress_id,
                                    const char *room_name,
                                    gboolean active,
                                    const char *page_token);
void lk_egress_operation_send_get (LkEgressCall *call, guint delay, const char *egress_id);

/* Whatever changes something and is answered with an EgressInfo, which has an id. */
void lk_egress_operation_send_change (LkEgressCall *call,
                                      LkEgressCallKind kind,
                                      guint delay,
                                      const char *method,
                                      ProtobufCMessage *request);

/* The info in an EgressInfo, and the one of the id in a ListEgressResponse. */
LkEgressInfo *lk_egress_operation_read_info (GBytes *reply);
LkEgressInfo *lk_egress_operation_read_span (LkEgressWireSpan info);
LkEgressInfo *
lk_egress_operation_read_listed (GBytes *reply, const char *egress_id, GError **error);

G_END_DECLS
