/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Tasks of one object that wait for it. They end when they are told to, or are cancelled. */
typedef struct _LkEgressWaits LkEgressWaits;

/* What follows when a task was cancelled, whose source object it is given. TRUE if that takes a
 * moment, and the task is to wait for it: it is ended as the others are. */
typedef gboolean (*LkEgressWaitsCancelled) (gpointer source_object);

/* cancelled: may be NULL. */
LkEgressWaits *lk_egress_waits_new (LkEgressWaitsCancelled cancelled);
void lk_egress_waits_free (LkEgressWaits *self);

/* Takes the task over. until: what it waits for, by the numbers of the caller. */
void lk_egress_waits_add (LkEgressWaits *self, GTask *task, guint until);

/* Whether anything waits that was not cancelled. */
gboolean lk_egress_waits_is_wanted (LkEgressWaits *self);

/* Whether what a task waits for is over: by the error, which is lent, or else as wished. */
typedef gboolean (*LkEgressWaitsIsOver) (guint until, const GError **error, gpointer data);

/* Ends what is over. */
void lk_egress_waits_end (LkEgressWaits *self, LkEgressWaitsIsOver is_over, gpointer data);

/* Ends all. */
void lk_egress_waits_end_all (LkEgressWaits *self, const GError *error);

G_END_DECLS
