/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-client-private.h"
#include "lk-egress-service.h"

G_BEGIN_DECLS

/* The server side of the Egress API as a script: the test says what each call is answered with, and
 * asks afterwards what came. Bodies are JSON here whatever is on the wire. */

typedef struct _FakeEgress FakeEgress;

FakeEgress *fake_egress_new (void);
void fake_egress_free (FakeEgress *self);

/* A client of it whose pauses are short. */
LkEgressClient *fake_egress_new_client (FakeEgress *self);

/* A request that has all it needs. */
LkEgressRequest *fake_egress_new_request (void);

/* The next call of the method is answered so, in the order given. */
void fake_egress_reply (FakeEgress *self, const char *method, guint status, const char *json);
void fake_egress_reply_recorded (FakeEgress *self, const char *method, const char *name);
void fake_egress_reply_retry_after (FakeEgress *self,
                                    const char *method,
                                    guint status,
                                    const char *json,
                                    const char *retry_after);
/* The connection is closed instead. */
void fake_egress_drop (FakeEgress *self, const char *method);
/* Something is cancelled when the call arrives, which is never answered. */
void fake_egress_cancel (FakeEgress *self, const char *method, GCancellable *cancellable);
/* The connection is held, and the call never answered. */
void fake_egress_hold (FakeEgress *self, const char *method);
/* As the above, but not before the gate is opened. */
void fake_egress_drop_gated (FakeEgress *self, const char *method);
void fake_egress_reply_gated (FakeEgress *self, const char *method, guint status, const char *json);
void fake_egress_open_gate (FakeEgress *self);

/* What calls of the method are answered with when nothing is left of the above. */
void fake_egress_always (FakeEgress *self, const char *method, guint status, const char *json);

/* Or what the test makes up: for a call of the method with this request it sets the JSON of the
 * answer, for 200, or the status too; neither closes the connection. Called in the thread of the
 * server, for one call at a time. */
typedef void (*FakeEgressAnswer) (const char *method,
                                  const char *request,
                                  guint *status,
                                  char **json,
                                  gpointer data);
void fake_egress_set_answer (FakeEgress *self, FakeEgressAnswer answer, gpointer data);

/* The same with what is known of an egress, alone or as a listing of one. */
void fake_egress_reply_info (FakeEgress *self,
                             const char *method,
                             const char *egress_id,
                             const char *status,
                             gint64 updated_at);
void fake_egress_reply_list (FakeEgress *self,
                             const char *egress_id,
                             const char *status,
                             gint64 updated_at);
void fake_egress_always_list (FakeEgress *self,
                              const char *egress_id,
                              const char *status,
                              gint64 updated_at);

/* Tells of an egress with this status, and makes it one of the service. */
LkEgressJob *fake_egress_attach (FakeEgress *self,
                                 LkEgressService *service,
                                 const char *egress_id,
                                 const char *status);

/* That this stands in the metrics of the service, in OpenMetrics. */
void fake_egress_assert_sample (LkEgressService *service, const char *sample);

/* The sum of the samples of one of its metrics, whatever their labels. */
void fake_egress_assert_count (LkEgressService *service, const char *name, int value);

/* How many jobs it has, and how many of them are active, wherever that shows. */
void fake_egress_assert_jobs (LkEgressService *service, guint n_jobs, guint n_active);

/* How often the method was called, and with what: single-line JSON with the names of the .proto. */
guint fake_egress_count (FakeEgress *self, const char *method);
char *fake_egress_dup_request (FakeEgress *self, const char *method, guint index);
void
fake_egress_assert_request (FakeEgress *self, const char *method, guint index, const char *json);

/* A header that came with it, NULL if it lacked that, and the port that tells its connection. */
char *fake_egress_dup_header (FakeEgress *self, const char *method, guint index, const char *name);
guint fake_egress_get_port (FakeEgress *self, const char *method, guint index);

/* The clock that the server shows in its answers, in seconds from the real one, or none. */
void fake_egress_set_clock (FakeEgress *self, gint64 offset);
void fake_egress_unset_clock (FakeEgress *self);

/* Blocks until the method is called for the first time. */
void fake_egress_wait (FakeEgress *self, const char *method);

/* Texts to answer with. */
char *fake_egress_info (const char *egress_id, const char *status, gint64 updated_at);
char *fake_egress_list (const char *first_info, ...) G_GNUC_NULL_TERMINATED;
char *fake_egress_error (const char *code, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeEgress, fake_egress_free)

/* Runs the default main context until an async call is over. */
typedef struct
{
  GAsyncResult *result;
} FakeWait;

void fake_wait_done (GObject *source_object, GAsyncResult *result, gpointer user_data);
GAsyncResult *fake_wait_for (FakeWait *wait);
void fake_wait_clear (FakeWait *wait);

/* Lists all egresses, in the one way or the other, and tells whether that went well. */
gboolean fake_wait_list (LkEgressClient *client, gboolean async, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FakeWait, fake_wait_clear)

G_END_DECLS
