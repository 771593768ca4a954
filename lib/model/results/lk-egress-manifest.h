/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_MANIFEST (lk_egress_manifest_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressManifest, lk_egress_manifest, MANIFEST)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressManifest *lk_egress_manifest_new (void);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressManifest *
lk_egress_manifest_new_from_json (const char *json, gssize length, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_manifest_get_egress_id (LkEgressManifest *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_manifest_get_room_id (LkEgressManifest *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_manifest_get_room_name (LkEgressManifest *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_manifest_get_url (LkEgressManifest *self);

LK_EGRESS_AVAILABLE_IN_1_0
gint64 lk_egress_manifest_get_started_at (LkEgressManifest *self);

LK_EGRESS_AVAILABLE_IN_1_0
gint64 lk_egress_manifest_get_ended_at (LkEgressManifest *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_manifest_get_publisher_identity (LkEgressManifest *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_manifest_get_track_id (LkEgressManifest *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_manifest_get_track_kind (LkEgressManifest *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_manifest_get_track_source (LkEgressManifest *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_manifest_get_audio_track_id (LkEgressManifest *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_manifest_get_video_track_id (LkEgressManifest *self);

LK_EGRESS_AVAILABLE_IN_1_0
GListModel *lk_egress_manifest_get_files (LkEgressManifest *self);

LK_EGRESS_AVAILABLE_IN_1_0
GListModel *lk_egress_manifest_get_playlists (LkEgressManifest *self);

LK_EGRESS_AVAILABLE_IN_1_0
GListModel *lk_egress_manifest_get_images (LkEgressManifest *self);

LK_EGRESS_AVAILABLE_IN_1_0
GDateTime *lk_egress_manifest_dup_started_time (LkEgressManifest *self);

LK_EGRESS_AVAILABLE_IN_1_0
GDateTime *lk_egress_manifest_dup_ended_time (LkEgressManifest *self);

G_END_DECLS
