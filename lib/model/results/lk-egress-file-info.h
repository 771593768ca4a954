/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_FILE_INFO (lk_egress_file_info_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressFileInfo, lk_egress_file_info, FILE_INFO)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressFileInfo *lk_egress_file_info_new (void);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_file_info_get_filename (LkEgressFileInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_file_info_get_location (LkEgressFileInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
gint64 lk_egress_file_info_get_size (LkEgressFileInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
gint64 lk_egress_file_info_get_duration (LkEgressFileInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
gint64 lk_egress_file_info_get_started_at (LkEgressFileInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
gint64 lk_egress_file_info_get_ended_at (LkEgressFileInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
GDateTime *lk_egress_file_info_dup_started_time (LkEgressFileInfo *self);

LK_EGRESS_AVAILABLE_IN_1_0
GDateTime *lk_egress_file_info_dup_ended_time (LkEgressFileInfo *self);

G_END_DECLS
