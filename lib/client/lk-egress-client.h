/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-credentials.h"
#include "lk-egress-info.h"
#include "lk-egress-request.h"
#include "lk-egress-stream-update.h"

G_BEGIN_DECLS

/**
 * LkEgressApiLevel:
 * @LK_EGRESS_API_LEVEL_AUTO: the unified StartEgress, or the older calls on a server without it
 * @LK_EGRESS_API_LEVEL_V1: only the older calls, StartRoomCompositeEgress and its siblings
 * @LK_EGRESS_API_LEVEL_V2: only the unified StartEgress
 *
 * Which calls start an egress.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_API_LEVEL_AUTO,
  LK_EGRESS_API_LEVEL_V1,
  LK_EGRESS_API_LEVEL_V2,
} LkEgressApiLevel;

/**
 * LkEgressWireFormat:
 * @LK_EGRESS_WIRE_FORMAT_PROTOBUF: protobuf, small and fast
 * @LK_EGRESS_WIRE_FORMAT_JSON: JSON, which people can read
 *
 * How messages are written on the connection.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_WIRE_FORMAT_PROTOBUF,
  LK_EGRESS_WIRE_FORMAT_JSON,
} LkEgressWireFormat;

typedef struct _LkEgressListing LkEgressListing;

#define LK_EGRESS_TYPE_CLIENT (lk_egress_client_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (LkEgressClient, lk_egress_client, LK_EGRESS, CLIENT, GObject)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressClient *
lk_egress_client_new (const char *url, LkEgressCredentials *credentials, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_client_get_url (LkEgressClient *self);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressCredentials *lk_egress_client_get_credentials (LkEgressClient *self);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressApiLevel lk_egress_client_get_api_level (LkEgressClient *self);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressWireFormat lk_egress_client_get_wire_format (LkEgressClient *self);

LK_EGRESS_AVAILABLE_IN_1_0
guint lk_egress_client_get_timeout (LkEgressClient *self);

LK_EGRESS_AVAILABLE_IN_1_0
guint lk_egress_client_get_call_timeout (LkEgressClient *self);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_client_get_validate (LkEgressClient *self);

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_client_get_failover (LkEgressClient *self);

LK_EGRESS_AVAILABLE_IN_1_0
GProxyResolver *lk_egress_client_get_proxy_resolver (LkEgressClient *self);

LK_EGRESS_AVAILABLE_IN_1_0
GTlsDatabase *lk_egress_client_get_tls_database (LkEgressClient *self);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressInfo *lk_egress_client_start (LkEgressClient *self,
                                      LkEgressRequest *request,
                                      GCancellable *cancellable,
                                      GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_client_start_async (LkEgressClient *self,
                                   LkEgressRequest *request,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressInfo *
lk_egress_client_start_finish (LkEgressClient *self, GAsyncResult *result, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressListing *lk_egress_client_list (LkEgressClient *self,
                                        const char *room_name,
                                        gboolean active,
                                        GCancellable *cancellable,
                                        GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_client_list_async (LkEgressClient *self,
                                  const char *room_name,
                                  gboolean active,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressListing *
lk_egress_client_list_finish (LkEgressClient *self, GAsyncResult *result, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressInfo *lk_egress_client_get (LkEgressClient *self,
                                    const char *egress_id,
                                    GCancellable *cancellable,
                                    GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_client_get_async (LkEgressClient *self,
                                 const char *egress_id,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressInfo *
lk_egress_client_get_finish (LkEgressClient *self, GAsyncResult *result, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressInfo *lk_egress_client_stop (LkEgressClient *self,
                                     const char *egress_id,
                                     GCancellable *cancellable,
                                     GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_client_stop_async (LkEgressClient *self,
                                  const char *egress_id,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressInfo *
lk_egress_client_stop_finish (LkEgressClient *self, GAsyncResult *result, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressInfo *lk_egress_client_update_layout (LkEgressClient *self,
                                              const char *egress_id,
                                              const char *layout,
                                              GCancellable *cancellable,
                                              GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_client_update_layout_async (LkEgressClient *self,
                                           const char *egress_id,
                                           const char *layout,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressInfo *
lk_egress_client_update_layout_finish (LkEgressClient *self, GAsyncResult *result, GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressInfo *lk_egress_client_update_stream (LkEgressClient *self,
                                              LkEgressStreamUpdate *update,
                                              GCancellable *cancellable,
                                              GError **error);

LK_EGRESS_AVAILABLE_IN_1_0
void lk_egress_client_update_stream_async (LkEgressClient *self,
                                           LkEgressStreamUpdate *update,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressInfo *
lk_egress_client_update_stream_finish (LkEgressClient *self, GAsyncResult *result, GError **error);

G_END_DECLS
