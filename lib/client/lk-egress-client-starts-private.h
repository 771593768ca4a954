/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-client-starts.h"

G_BEGIN_DECLS

/* The requests of the shorthands, which a service has too. */
LkEgressRequest *lk_egress_client_starts_new_room_composite (const char *room_name,
                                                             const char *layout,
                                                             LkEgressSourceFlags flags,
                                                             LkEgressOutput *const *outputs,
                                                             gsize n_outputs,
                                                             GError **error);

LkEgressRequest *lk_egress_client_starts_new_track_composite (const char *room_name,
                                                              const char *audio_track_id,
                                                              const char *video_track_id,
                                                              LkEgressOutput *const *outputs,
                                                              gsize n_outputs);

/* Gives the request with the outputs. */
LkEgressRequest *lk_egress_client_starts_add_outputs (LkEgressRequest *request,
                                                      LkEgressOutput *const *outputs,
                                                      gsize n_outputs);

/* The same with the flags of the source; takes the request over, which is lost on error. */
LkEgressRequest *lk_egress_client_starts_complete (LkEgressRequest *taken,
                                                   LkEgressSourceFlags flags,
                                                   LkEgressOutput *const *outputs,
                                                   gsize n_outputs,
                                                   GError **error);

G_END_DECLS
