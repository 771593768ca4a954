/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dev-plan.h"

G_BEGIN_DECLS

/* EgressInfo: what the server tells of an egress, without the results of its outputs. */

/* The time in nanoseconds, as it stands there. */
gint64 dev_info_now (void);

/* STARTING, with the request as it is shown, without its secrets. */
Livekit__EgressInfo *dev_info_new (const DevPlan *plan, const char *room_id);
void dev_info_free (Livekit__EgressInfo *info);

/* For older requests with a single output, which have its result a second time. */
void dev_info_add_older_result (Livekit__EgressInfo *info);

const char *dev_info_get_status_name (const Livekit__EgressInfo *info);

/* To be called on each change. */
void dev_info_touch (Livekit__EgressInfo *info);

/* One of the last states. error and details may be NULL. */
void dev_info_end (Livekit__EgressInfo *info,
                   Livekit__EgressStatus status,
                   const char *error,
                   int error_code,
                   const char *details);

G_END_DECLS
