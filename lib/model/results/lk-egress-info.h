/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"
#include "lk-egress-enums.h"
#include "lk-egress-file-info.h"
#include "lk-egress-images-info.h"
#include "lk-egress-replay-request.h"
#include "lk-egress-request.h"
#include "lk-egress-segments-info.h"
#include "lk-egress-stream-info.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_INFO (lk_egress_info_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressInfo, lk_egress_info, INFO)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressInfo *lk_egress_info_new (void);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_info_get_egress_id (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_info_get_room_id (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_info_get_room_name (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressSourceType lk_egress_info_get_source_type (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressStatus lk_egress_info_get_status (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_info_is_final (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressRequest *lk_egress_info_get_egress (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_info_get_manifest_location (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_info_get_backup_storage_used (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
int lk_egress_info_get_retry_count (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_info_get_error (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
int lk_egress_info_get_error_code (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_info_get_details (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressEndReason lk_egress_info_get_end_reason (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_info_propagate_error (LkEgressInfo *self, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
gint64 lk_egress_info_get_started_at (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
gint64 lk_egress_info_get_ended_at (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
gint64 lk_egress_info_get_updated_at (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
gint64 lk_egress_info_get_duration (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
GDateTime *lk_egress_info_dup_started_time (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
GDateTime *lk_egress_info_dup_ended_time (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
GDateTime *lk_egress_info_dup_updated_time (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
GListModel *lk_egress_info_get_stream_results (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
GListModel *lk_egress_info_get_file_results (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
GListModel *lk_egress_info_get_segment_results (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
GListModel *lk_egress_info_get_image_results (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressStreamInfo *lk_egress_info_find_stream (LkEgressInfo *self, const char *url);

LK_EGRESS_AVAILABLE_IN_1_0
GListModel *lk_egress_info_find_streams (LkEgressInfo *self, const char *url);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressStreamInfo *lk_egress_info_find_stream_by_id (LkEgressInfo *self, const char *id);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressRequest *lk_egress_info_dup_request (LkEgressInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressReplayRequest *lk_egress_info_get_replay (LkEgressInfo *self);

G_END_DECLS
