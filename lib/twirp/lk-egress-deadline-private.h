/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A cancellable for one call, cancelled when its time is over or when the caller's cancellable is.
 * Since it is a plain GCancellable it bounds synchronous and asynchronous calls alike. */
typedef struct _LkEgressDeadline LkEgressDeadline;

/* timeout in milliseconds, 0 for none; parent may be NULL. With a context, the cancellable is
 * cancelled only by that context's thread, else by any. %NULL if there is no context, and no thread
 * to watch the time can be made. */
LkEgressDeadline *
lk_egress_deadline_new (guint timeout, GCancellable *parent, GMainContext *context, GError **error);

void lk_egress_deadline_free (LkEgressDeadline *self);

GCancellable *lk_egress_deadline_get_cancellable (LkEgressDeadline *self);

/* For what runs in the context and does not let it go on: cancels if it is time. */
void lk_egress_deadline_check (LkEgressDeadline *self);

/* Whether the time was over before the caller cancelled. */
gboolean lk_egress_deadline_has_passed (LkEgressDeadline *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LkEgressDeadline, lk_egress_deadline_free)

G_END_DECLS
