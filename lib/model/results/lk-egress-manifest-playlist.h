/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_MANIFEST_PLAYLIST (lk_egress_manifest_playlist_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressManifestPlaylist,
                            lk_egress_manifest_playlist,
                            MANIFEST_PLAYLIST)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressManifestPlaylist *lk_egress_manifest_playlist_new (void);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_manifest_playlist_get_location (LkEgressManifestPlaylist *self);

LK_EGRESS_AVAILABLE_IN_1_0
GListModel *lk_egress_manifest_playlist_get_segments (LkEgressManifestPlaylist *self);

G_END_DECLS
