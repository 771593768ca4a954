/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The threads of GLib in a process made by fork(). GIO leaves work to them, such as looking names
 * up and the handshakes of TLS, and goes on to count on those of the parent, which the child has
 * not. So a thread of ours sees to it that there are others, while calls are made.
 *
 * Any other process has its threads: there these two do nothing. */

/* Before each call, in whatever thread; waits until GLib can do its work, as long as timeout
 * (milliseconds, 0 for no limit) and as long as there is hope. */
gboolean lk_egress_forked_begin_call (guint timeout, GError **error);

/* After each that was begun. */
void lk_egress_forked_end_call (void);

G_END_DECLS
