/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_SEGMENTS_INFO (lk_egress_segments_info_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressSegmentsInfo, lk_egress_segments_info, SEGMENTS_INFO)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressSegmentsInfo *lk_egress_segments_info_new (void);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_segments_info_get_playlist_name (LkEgressSegmentsInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_segments_info_get_live_playlist_name (LkEgressSegmentsInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_segments_info_get_playlist_location (LkEgressSegmentsInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_segments_info_get_live_playlist_location (LkEgressSegmentsInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
gint64 lk_egress_segments_info_get_segment_count (LkEgressSegmentsInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
gint64 lk_egress_segments_info_get_size (LkEgressSegmentsInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
gint64 lk_egress_segments_info_get_duration (LkEgressSegmentsInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
gint64 lk_egress_segments_info_get_started_at (LkEgressSegmentsInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
gint64 lk_egress_segments_info_get_ended_at (LkEgressSegmentsInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
GDateTime *lk_egress_segments_info_dup_started_time (LkEgressSegmentsInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
GDateTime *lk_egress_segments_info_dup_ended_time (LkEgressSegmentsInfo *self);

G_END_DECLS
