/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Cancels at a time, from a thread of its own, for calls that wait where no main loop runs. All
 * alarms of the process share that thread, which ends by itself when there are none left. */
typedef struct _LkEgressAlarm LkEgressAlarm;

/* at is on the monotonic clock, in microseconds. %NULL if there can be no thread. */
LkEgressAlarm *lk_egress_alarm_new (gint64 at, GCancellable *cancellable, GError **error);

void lk_egress_alarm_free (LkEgressAlarm *self);

/* Whether it was the one who cancelled. */
gboolean lk_egress_alarm_has_rung (LkEgressAlarm *self);

G_END_DECLS
