/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Many times at which something is to be done, each for a key, with one source of a main context.
 * Times are monotonic, so that no change of the date moves them. */
typedef struct _LkEgressAlarms LkEgressAlarms;

/* Called in the context for one key whose time has come, which has no alarm any more. It may free
 * the alarms. */
typedef void (*LkEgressAlarmsRing) (gpointer key, gpointer data);

LkEgressAlarms *
lk_egress_alarms_new (GMainContext *context, LkEgressAlarmsRing ring, gpointer data);
void lk_egress_alarms_free (LkEgressAlarms *self);

/* Instead of the alarm that the key has, if any. */
void lk_egress_alarms_set (LkEgressAlarms *self, gpointer key, gint64 time);
void lk_egress_alarms_unset (LkEgressAlarms *self, gpointer key);

G_END_DECLS
