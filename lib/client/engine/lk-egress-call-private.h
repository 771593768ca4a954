/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-regions-private.h"
#include "lk-egress-twirp-private.h"
#include "lk-egress-wire-bytes-private.h"

G_BEGIN_DECLS

/* Something asked of the server, in one or more exchanges: a state machine with two ends. next says
 * what to do, feed takes what came of it. Neither of them waits, so the synchronous and the
 * asynchronous driver run the same operations.
 *
 * An operation is a feed function over its own data. It is called with the reply to each exchange,
 * a packed message of the form asked for, whatever was on the wire, or with the error. It answers
 * with exactly one of send, return and return_error; nothing counts after the first return. Reads
 * are sent again on their own before the function hears of a failure. */
typedef struct _LkEgressCall LkEgressCall;

typedef void (*LkEgressCallFeed) (LkEgressCall *call,
                                  GBytes *reply,
                                  const GError *error,
                                  gpointer data);

typedef enum
{
  LK_EGRESS_STEP_SEND, /* send the message */
  LK_EGRESS_STEP_WAIT, /* wait, then ask again */
  LK_EGRESS_STEP_DONE, /* there is a result or an error */
} LkEgressStep;

typedef struct
{
  guint timeout;            /* of one exchange with its repetitions, milliseconds, 0 = none */
  guint call_timeout;       /* of everything together, milliseconds, 0 = none */
  gboolean json;            /* JSON on the wire instead of protobuf */
  double time_scale;        /* what pauses are multiplied with: 1, but for tests */
  LkEgressRegions *regions; /* where else to send to, or NULL */
} LkEgressCallSettings;

LkEgressCall *lk_egress_call_new (LkEgressTwirp *twirp,
                                  const LkEgressCallSettings *settings,
                                  LkEgressCallFeed feed,
                                  gpointer data,
                                  GDestroyNotify destroy);

void lk_egress_call_free (LkEgressCall *self);

/* For what waits for more than answers: no time for everything together. */
void lk_egress_call_unbound (LkEgressCall *self);

/* Goes along with what is sent as LK_EGRESS_CALL_ONCE. */
void lk_egress_call_set_request_id (LkEgressCall *self, const char *request_id);

/* What a good reply is. */
typedef struct
{
  const ProtobufCMessageDescriptor *type; /* lk_egress_wire_check() is content with it */
  gsize max_size; /* of the body, bytes; 0 for as much as any reply may have */

  /* Looks at the packed message. What it finds wrong is G_IO_ERROR_INVALID_DATA. */
  gboolean (*check) (GBytes *reply, GError **error);
} LkEgressReplyForm;

/* Once it is cancelled, what is LK_EGRESS_CALL_ONCE is not sent any more: the operation hears
 * G_IO_ERROR_CANCELLED instead, and may go on with other things. May be NULL. */
void lk_egress_call_hold_back (LkEgressCall *self, GCancellable *cancellable);
gboolean lk_egress_call_is_held_back (LkEgressCall *self);

/* What ends the pause before what is to be sent now, or NULL: nothing holds that back. */
GCancellable *lk_egress_call_get_hold (LkEgressCall *self);

/* What operations say. send takes the request over, but not the form; delay is a pause before it in
 * milliseconds. */
typedef enum
{
  LK_EGRESS_CALL_ONCE,       /* changes something: again only if it never got to the server */
  LK_EGRESS_CALL_REPEATABLE, /* changes the same however often: again if the answer is lost */
  LK_EGRESS_CALL_READ,       /* changes nothing: again if the server may do better then */
} LkEgressCallKind;

void lk_egress_call_send (LkEgressCall *self,
                          LkEgressCallKind kind,
                          guint delay,
                          const char *method,
                          ProtobufCMessage *request,
                          const LkEgressReplyForm *form);
void lk_egress_call_return (LkEgressCall *self, gpointer result, GDestroyNotify destroy);
void lk_egress_call_return_error (LkEgressCall *self, GError *error);

/* The two ends. A message is lent, and its milliseconds are how long it may take (0 = for ever);
 * feed gets its reply or takes the error over. */
LkEgressStep lk_egress_call_next (LkEgressCall *self, SoupMessage **message, guint *milliseconds);
void lk_egress_call_feed (LkEgressCall *self, GBytes *body, GError *error);

/* When it is done: gives what the operation returned, once, and how to free it (destroy may be
 * NULL), or sets the error. */
gboolean lk_egress_call_is_done (LkEgressCall *self);
gpointer lk_egress_call_take_result (LkEgressCall *self, GDestroyNotify *destroy, GError **error);

/* Whom messages are sent by. */
LkEgressTwirp *lk_egress_call_get_twirp (LkEgressCall *self);

/* For feed functions, of the exchange that they are told of: whether it can have reached the
 * server, when it was sent (monotonic), and the time of the server with the answer (since 1970, 0
 * if it does not say), both in microseconds. */
gboolean lk_egress_call_was_sent (LkEgressCall *self);
gint64 lk_egress_call_get_sent_at (LkEgressCall *self);
gint64 lk_egress_call_get_server_time (LkEgressCall *self);

/* Whether there may be other regions to send to. */
gboolean lk_egress_call_has_regions (LkEgressCall *self);

/* The two drivers; both take the call over. The result is what the operation returned. The tag is
 * that of the function which began it, for its end to know it by. */
gpointer lk_egress_call_run (LkEgressCall *self, GCancellable *cancellable, GError **error);
void lk_egress_call_run_async (LkEgressCall *self,
                               gpointer source_object,
                               gpointer source_tag,
                               const char *name,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gpointer lk_egress_call_run_finish (gpointer source_object,
                                    gpointer source_tag,
                                    GAsyncResult *result,
                                    GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LkEgressCall, lk_egress_call_free)

G_END_DECLS
