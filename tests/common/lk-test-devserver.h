/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A livekit-egress-devserver in a process of its own, on a port of its own, for one test. The
 * program is named by the environment variable LK_EGRESS_DEVSERVER. */

typedef struct _LkTestDevserver LkTestDevserver;

#define LK_TEST_API_KEY "testkey"
#define LK_TEST_API_SECRET "testsecrettestsecrettestsecrettest"

/* Starts it with further arguments (NULL-terminated, may be NULL) and waits for its ready line. */
LkTestDevserver *lk_test_devserver_new (const char *const *arguments);

/* SIGTERM, waits, and asserts that it ended with exit status 0. */
void lk_test_devserver_free (LkTestDevserver *self);

/* http://127.0.0.1:PORT */
const char *lk_test_devserver_get_url (LkTestDevserver *self);

/* POST /devserver/faults with the JSON text given. */
void lk_test_devserver_add_fault (LkTestDevserver *self, const char *json);

/* Forgets the faults that have not happened yet. */
void lk_test_devserver_clear_faults (LkTestDevserver *self);

/* GET /devserver/state: JSON text, see the server's manual. */
char *lk_test_devserver_get_state (LkTestDevserver *self);

/* How many of the server's egresses have this status name, as EGRESS_ACTIVE. */
guint lk_test_devserver_count (LkTestDevserver *self, const char *status);

/* A token with the roomRecord grant. */
char *lk_test_make_token (const char *key, const char *secret);

/* Calls an RPC, as "ListEgress", with a good token. Gives the body of whatever answer. */
char *
lk_test_devserver_call (LkTestDevserver *self, const char *method, const char *json, guint *status);

/* Until that many egresses have this status. */
void lk_test_devserver_wait (LkTestDevserver *self, const char *status, guint count);

/* Until that many have ended, whichever way: one whose receiver goes before its worker is done has
 * failed. */
void lk_test_devserver_wait_ended (LkTestDevserver *self, guint count);

/* How many file descriptors its process has open. */
guint lk_test_devserver_count_descriptors (LkTestDevserver *self);

/* Its process does nothing for so long, as on a machine that is busy with something else. */
void lk_test_devserver_hold_up (LkTestDevserver *self, gint64 microseconds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LkTestDevserver, lk_test_devserver_free)

G_END_DECLS
