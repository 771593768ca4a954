/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dev-plan.h"

G_BEGIN_DECLS

/* EgressInfo: what the server tells of an egress. */

/* STARTING, with the request as it is shown, without its secrets. */
Livekit__EgressInfo *dev_info_new (const DevPlan *plan, const char *room_id);
void dev_info_free (Livekit__EgressInfo *info);

/* A copy to be sent. Older requests with a single output have its result a second time. */
Livekit__EgressInfo *dev_info_copy (const Livekit__EgressInfo *info, const DevPlan *plan);

const char *dev_info_get_status_name (const Livekit__EgressInfo *info);

/* To be called on each change. */
void dev_info_touch (Livekit__EgressInfo *info);

/* A stream is known by its URL while it is active. */
Livekit__StreamInfo *dev_info_find_stream (Livekit__EgressInfo *info, const char *url);
guint dev_info_count_streams (const Livekit__EgressInfo *info);
void dev_info_add_stream (Livekit__EgressInfo *info, const char *id, const char *url);
/* error is NULL for one that ended well. */
void dev_info_end_stream (Livekit__StreamInfo *stream, const char *error);
void dev_info_end_streams (Livekit__EgressInfo *info, const char *error);

void dev_info_add_file (Livekit__EgressInfo *info, const char *name);
void dev_info_end_file (Livekit__EgressInfo *info, const char *location, gint64 size);

/* ACTIVE: all results begin now. */
void dev_info_begin (Livekit__EgressInfo *info);

/* One of the last states. error and details may be NULL. */
void dev_info_end (Livekit__EgressInfo *info,
                   Livekit__EgressStatus status,
                   const char *error,
                   int error_code,
                   const char *details);

G_END_DECLS
