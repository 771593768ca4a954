/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Calls a function once, in the thread of a context: when one of the cancellables that it watches
 * is cancelled, by whatever thread, or when a time is reached. */
typedef struct _LkEgressCancelWatch LkEgressCancelWatch;

/* at is on the monotonic clock in microseconds, -1 for never. */
LkEgressCancelWatch *
lk_egress_cancel_watch_new (GMainContext *context, gint64 at, GSourceOnceFunc func, gpointer data);

/* Watches a cancellable, too; NULL is none. One that is cancelled already counts at once, in the
 * next turn of the context. */
void lk_egress_cancel_watch_add (LkEgressCancelWatch *self, GCancellable *cancellable);

/* In the thread of the context; the function is not called any more. Can be done in the function,
 * and while a cancellable is being cancelled. */
void lk_egress_cancel_watch_free (LkEgressCancelWatch *self);

G_END_DECLS
