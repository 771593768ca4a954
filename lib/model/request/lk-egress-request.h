/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-message.h"
#include "lk-egress-encoding-options.h"
#include "lk-egress-enums.h"
#include "lk-egress-media-source.h"
#include "lk-egress-output.h"
#include "lk-egress-source-flags.h"
#include "lk-egress-storage.h"
#include "lk-egress-template-source.h"
#include "lk-egress-validation.h"
#include "lk-egress-web-source.h"
#include "lk-egress-webhook-config.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_REQUEST (lk_egress_request_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
_LK_EGRESS_DECLARE_MESSAGE (LkEgressRequest, lk_egress_request, REQUEST)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressRequest *lk_egress_request_new (void);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressRequest *lk_egress_request_new_room_composite (const char *room_name, const char *layout);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressRequest *lk_egress_request_new_web (const char *url);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressRequest *lk_egress_request_new_participant (const char *room_name, const char *identity);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressRequest *lk_egress_request_new_track_composite (const char *room_name,
                                                        const char *audio_track_id,
                                                        const char *video_track_id);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressRequest *
lk_egress_request_new_track (const char *room_name, const char *track_id, LkEgressTrackKind kind);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressRequest *lk_egress_request_new_media (const char *room_name, LkEgressMediaSource *media);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressRequest *lk_egress_request_new_from_json (const char *json, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressRequest *lk_egress_request_new_from_file (const char *path, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_request_get_room_name (LkEgressRequest *self);

LK_EGRESS_AVAILABLE_IN_1_0
GListModel *lk_egress_request_get_outputs (LkEgressRequest *self);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_request_add_output (LkEgressRequest *self, LkEgressOutput *output);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_request_add_stream (LkEgressRequest *self,
                                   LkEgressStreamProtocol protocol,
                                   const char *url);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_request_apply_source_flags (LkEgressRequest *self,
                                               LkEgressSourceFlags flags,
                                               GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_request_validate (LkEgressRequest *self, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
char **lk_egress_request_get_warnings (LkEgressRequest *self);

G_END_DECLS
