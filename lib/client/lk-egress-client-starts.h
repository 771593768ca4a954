/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-client.h"

G_BEGIN_DECLS

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressInfo *lk_egress_client_start_room_composite (LkEgressClient *self,
                                                     const char *room_name,
                                                     const char *layout,
                                                     LkEgressSourceFlags flags,
                                                     LkEgressOutput *const *outputs,
                                                     gsize n_outputs,
                                                     GCancellable *cancellable,
                                                     GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_client_start_room_composite_async (LkEgressClient *self,
                                                  const char *room_name,
                                                  const char *layout,
                                                  LkEgressSourceFlags flags,
                                                  LkEgressOutput *const *outputs,
                                                  gsize n_outputs,
                                                  GCancellable *cancellable,
                                                  GAsyncReadyCallback callback,
                                                  gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressInfo *lk_egress_client_start_room_composite_finish (LkEgressClient *self,
                                                            GAsyncResult *result,
                                                            GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressInfo *lk_egress_client_start_track_composite (LkEgressClient *self,
                                                      const char *room_name,
                                                      const char *audio_track_id,
                                                      const char *video_track_id,
                                                      LkEgressOutput *const *outputs,
                                                      gsize n_outputs,
                                                      GCancellable *cancellable,
                                                      GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_client_start_track_composite_async (LkEgressClient *self,
                                                   const char *room_name,
                                                   const char *audio_track_id,
                                                   const char *video_track_id,
                                                   LkEgressOutput *const *outputs,
                                                   gsize n_outputs,
                                                   GCancellable *cancellable,
                                                   GAsyncReadyCallback callback,
                                                   gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressInfo *lk_egress_client_start_track_composite_finish (LkEgressClient *self,
                                                             GAsyncResult *result,
                                                             GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressInfo *lk_egress_client_start_room_rtmp (LkEgressClient *self,
                                                const char *room_name,
                                                const char *layout,
                                                const char *const *urls,
                                                GCancellable *cancellable,
                                                GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_client_start_room_rtmp_async (LkEgressClient *self,
                                             const char *room_name,
                                             const char *layout,
                                             const char *const *urls,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressInfo *lk_egress_client_start_room_rtmp_finish (LkEgressClient *self,
                                                       GAsyncResult *result,
                                                       GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressInfo *lk_egress_client_start_room_hls (LkEgressClient *self,
                                               const char *room_name,
                                               const char *layout,
                                               const char *filename_prefix,
                                               const char *playlist_name,
                                               LkEgressStorage *storage,
                                               GCancellable *cancellable,
                                               GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_client_start_room_hls_async (LkEgressClient *self,
                                            const char *room_name,
                                            const char *layout,
                                            const char *filename_prefix,
                                            const char *playlist_name,
                                            LkEgressStorage *storage,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressInfo *
lk_egress_client_start_room_hls_finish (LkEgressClient *self, GAsyncResult *result, GError **error);

G_END_DECLS
