/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-service.h"

G_BEGIN_DECLS

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressJob *lk_egress_service_start_room_composite (LkEgressService *self,
                                                     const char *room_name,
                                                     const char *layout,
                                                     LkEgressSourceFlags flags,
                                                     LkEgressOutput *const *outputs,
                                                     gsize n_outputs,
                                                     GCancellable *cancellable,
                                                     GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_service_start_room_composite_async (LkEgressService *self,
                                                   const char *room_name,
                                                   const char *layout,
                                                   LkEgressSourceFlags flags,
                                                   LkEgressOutput *const *outputs,
                                                   gsize n_outputs,
                                                   GCancellable *cancellable,
                                                   GAsyncReadyCallback callback,
                                                   gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressJob *lk_egress_service_start_room_composite_finish (LkEgressService *self,
                                                            GAsyncResult *result,
                                                            GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressJob *lk_egress_service_start_track_composite (LkEgressService *self,
                                                      const char *room_name,
                                                      const char *audio_track_id,
                                                      const char *video_track_id,
                                                      LkEgressOutput *const *outputs,
                                                      gsize n_outputs,
                                                      GCancellable *cancellable,
                                                      GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_service_start_track_composite_async (LkEgressService *self,
                                                    const char *room_name,
                                                    const char *audio_track_id,
                                                    const char *video_track_id,
                                                    LkEgressOutput *const *outputs,
                                                    gsize n_outputs,
                                                    GCancellable *cancellable,
                                                    GAsyncReadyCallback callback,
                                                    gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressJob *lk_egress_service_start_track_composite_finish (LkEgressService *self,
                                                             GAsyncResult *result,
                                                             GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressJob *lk_egress_service_start_participant (LkEgressService *self,
                                                  const char *room_name,
                                                  const char *identity,
                                                  LkEgressSourceFlags flags,
                                                  LkEgressOutput *const *outputs,
                                                  gsize n_outputs,
                                                  GCancellable *cancellable,
                                                  GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_service_start_participant_async (LkEgressService *self,
                                                const char *room_name,
                                                const char *identity,
                                                LkEgressSourceFlags flags,
                                                LkEgressOutput *const *outputs,
                                                gsize n_outputs,
                                                GCancellable *cancellable,
                                                GAsyncReadyCallback callback,
                                                gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressJob *lk_egress_service_start_participant_finish (LkEgressService *self,
                                                         GAsyncResult *result,
                                                         GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressJob *lk_egress_service_start_track (LkEgressService *self,
                                            const char *room_name,
                                            const char *track_id,
                                            LkEgressTrackKind kind,
                                            LkEgressOutput *output,
                                            GCancellable *cancellable,
                                            GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_service_start_track_async (LkEgressService *self,
                                          const char *room_name,
                                          const char *track_id,
                                          LkEgressTrackKind kind,
                                          LkEgressOutput *output,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressJob *
lk_egress_service_start_track_finish (LkEgressService *self, GAsyncResult *result, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressJob *lk_egress_service_start_web (LkEgressService *self,
                                          const char *url,
                                          LkEgressSourceFlags flags,
                                          LkEgressOutput *const *outputs,
                                          gsize n_outputs,
                                          GCancellable *cancellable,
                                          GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_service_start_web_async (LkEgressService *self,
                                        const char *url,
                                        LkEgressSourceFlags flags,
                                        LkEgressOutput *const *outputs,
                                        gsize n_outputs,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressJob *
lk_egress_service_start_web_finish (LkEgressService *self, GAsyncResult *result, GError **error);

G_END_DECLS
