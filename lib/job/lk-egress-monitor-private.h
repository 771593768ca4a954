/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-client.h"
#include "lk-egress-life-private.h"

G_BEGIN_DECLS

/* Asks the server for all egresses that are watched with one client in one main context, with one
 * question. It knows nothing of those who watch but the callback, which is called in that context;
 * they are told as well what is learned elsewhere. A monitor is there as long as anything is
 * watched. */

/* One egress that is watched, in the thread that runs the context. */
typedef struct _LkEgressWatch LkEgressWatch;

/* Takes what the server says of the egress: its info, and where that comes from; nothing at all if
 * the server does not know it, or if it says what it said last (LK_EGRESS_LIFE_REPEAT); the error
 * if it could not be asked. Gives in how many milliseconds it is to be asked again; others that are
 * watched may have it asked sooner. May end this watch, and begin or end others. */
typedef guint (*LkEgressWatchFunc) (LkEgressInfo *info,
                                    LkEgressLifeOrigin origin,
                                    const GError *error,
                                    gpointer data);

/* interval: milliseconds until the first question. A watch without an id has nothing asked, but its
 * callback is told of every question to the server whether that failed. */
LkEgressWatch *lk_egress_monitor_watch (LkEgressClient *client,
                                        GMainContext *context,
                                        const char *egress_id,
                                        guint interval,
                                        LkEgressWatchFunc func,
                                        gpointer data);

/* Nothing is called any more. */
void lk_egress_monitor_unwatch (LkEgressWatch *watch);

/* News came by another way: the answer to a question that is under way may be older, and one that
 * says what the last one said is news again. */
void lk_egress_monitor_overtake (LkEgressWatch *watch);

/* Asks now, and once more if a question is under way. */
void lk_egress_monitor_refresh (LkEgressWatch *watch);

/* Tells all who watch the egress with this client, each in its context, what the server said of it
 * by a webhook; those of the context that calls this, if it is named, at once, and they keep info.
 * While webhooks arrive for an egress the polls for it are a safety net; one that
 * brings what no webhook brings makes them what they were. From any thread. */
void lk_egress_monitor_deliver (LkEgressClient *client, GMainContext *here, LkEgressInfo *info);

G_END_DECLS
