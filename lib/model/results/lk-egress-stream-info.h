/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"
#include "lk-egress-enums.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_STREAM_INFO (lk_egress_stream_info_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressStreamInfo, lk_egress_stream_info, STREAM_INFO)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressStreamInfo *lk_egress_stream_info_new (void);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_stream_info_get_id (LkEgressStreamInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_stream_info_get_url (LkEgressStreamInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressStreamStatus lk_egress_stream_info_get_status (LkEgressStreamInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_stream_info_get_error (LkEgressStreamInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
gint64 lk_egress_stream_info_get_started_at (LkEgressStreamInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
gint64 lk_egress_stream_info_get_ended_at (LkEgressStreamInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
gint64 lk_egress_stream_info_get_duration (LkEgressStreamInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
guint lk_egress_stream_info_get_retries (LkEgressStreamInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
gint64 lk_egress_stream_info_get_last_retry_at (LkEgressStreamInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
GDateTime *lk_egress_stream_info_dup_started_time (LkEgressStreamInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
GDateTime *lk_egress_stream_info_dup_ended_time (LkEgressStreamInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
GDateTime *lk_egress_stream_info_dup_last_retry_time (LkEgressStreamInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_stream_info_matches_url (LkEgressStreamInfo *self, const char *url);

G_END_DECLS
