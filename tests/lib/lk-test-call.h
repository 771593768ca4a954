/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-twirp-private.h"
#include "lk-test-server.h"

G_BEGIN_DECLS

#define LK_TEST_TOKEN "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJrIn0.c2lnbmF0dXJl"

/* A client of the test server's livekit.Egress, with LK_TEST_TOKEN. */
LkEgressTwirp *lk_test_twirp_new (const char *url);

/* Sends in one of the two ways: tests run each case in both. The asynchronous way has a main
 * context of its own, which is checked to be empty at the end. */
typedef GBytes *(*LkTestSend) (LkEgressTwirp *twirp,
                               SoupMessage *message,
                               guint timeout,
                               GCancellable *cancellable,
                               GError **error);

GBytes *lk_test_send_async (LkEgressTwirp *twirp,
                            SoupMessage *message,
                            guint timeout,
                            GCancellable *cancellable,
                            GError **error);

/* Builds, sends and checks one call of ListEgress with an empty body. */
GBytes *lk_test_call (LkTestSend send,
                      LkEgressTwirp *twirp,
                      LkEgressTwirpFlags flags,
                      guint timeout,
                      GCancellable *cancellable,
                      GError **error);

/* Adds a test that is given an LkTestSend, as PATH/sync and PATH/async. */
void lk_test_add (const char *path, void (*test) (LkTestSend send));

G_END_DECLS
