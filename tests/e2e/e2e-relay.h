/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <livekit-egress/livekit-egress.h>

G_BEGIN_DECLS

/* Stands before the server that stack.py has started: passes calls on and their answers back, but
 * loses answers to starts, when the server has handled them. */
typedef struct _E2eRelay E2eRelay;

E2eRelay *e2e_relay_new (void);
void e2e_relay_free (E2eRelay *self);

/* A client that calls through it. */
LkEgressClient *e2e_relay_new_client (E2eRelay *self);

/* The answers to the next starts, whatever their call. Not while one is under way. */
void e2e_relay_lose_starts (E2eRelay *self, guint count);

/* How many starts came so far. */
guint e2e_relay_count_starts (E2eRelay *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (E2eRelay, e2e_relay_free)

G_END_DECLS
