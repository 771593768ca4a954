/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <livekit-egress/livekit-egress.h>

G_BEGIN_DECLS

/* The server that stack.py has started for this test, from its environment. */

/* TRUE for a livekit-server with its worker, FALSE for a livekit-egress-devserver. */
gboolean e2e_is_real (void);

LkEgressClient *e2e_new_client (void);

/* The key is right. */
LkEgressClient *e2e_new_client_with_wrong_secret (void);

/* The next egress goes wrong like this, as "worker-lost". */
void e2e_add_life_fault (const char *life);

/* For the faults endpoint, as JSON. */
void e2e_add_fault (const char *json);

/* The id of the track of a kind, "audio" or "video", that someone publishes in room demo. */
char *e2e_dup_track (const char *identity, const char *kind);

/* alice, in a small picture that costs little to encode, to an SRT URL. */
LkEgressRequest *e2e_new_request (const char *identity, const char *url);
void e2e_make_small (LkEgressRequest *request);

/* Nothing of room demo is starting, active or ending. Who stopped an egress hears that it has ended
 * from the worker, a moment before the server does. */
void e2e_assert_nothing_active (void);

/* Starts to listen at a free port, and counts what it is sent. */
typedef struct _E2eReceiver E2eReceiver;

E2eReceiver *e2e_receiver_new (void);
void e2e_receiver_free (E2eReceiver *self);
const char *e2e_receiver_get_url (E2eReceiver *self);

/* Until more has come than the first packets of a stream. */
void e2e_receiver_wait_media (E2eReceiver *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (E2eReceiver, e2e_receiver_free)

G_END_DECLS
