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

/* How a start is tried again that nobody took: no worker was free, or the server was out of reach
 * or had no capacity. What becomes of one whose answer was lost does not depend on it. */
typedef struct
{
  guint max_tries; /* in all; 0 and 1: not again */
  guint delay;     /* the first pause, milliseconds */
  double factor;   /* how much longer each pause is than the one before */
  guint max_delay; /* the longest pause, milliseconds */
  double jitter;   /* how much of a pause is left to chance, 0 to 1 */
  guint timeout;   /* of all tries, after which none begins, milliseconds; 0: none */

  /* Told before each pause, why, and how long that is in milliseconds. May be NULL. */
  void (*retrying) (const GError *error, guint delay, gpointer data);
  gpointer data;
} LkEgressStartRetry;

LkEgressCall *lk_egress_operation_start_with_retry (LkEgressClient *client,
                                                    LkEgressRequest *request,
                                                    GCancellable *unwanted,
                                                    const LkEgressStartRetry *retry);

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
