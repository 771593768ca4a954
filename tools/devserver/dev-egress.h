/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dev-faults.h"
#include "dev-plan.h"

G_BEGIN_DECLS

#define DEV_TYPE_EGRESS (dev_egress_get_type ())
G_DECLARE_FINAL_TYPE (DevEgress, dev_egress, DEV, EGRESS, GObject)

typedef struct
{
  guint start_delay;   /* milliseconds from STARTING to ACTIVE, at least */
  guint track_timeout; /* seconds to wait for a track that is not there */
  const char *out;     /* folder for files; NULL if none are written */
} DevEgressSettings;

/* One egress and its worker. Takes the plan. missing says which participant or track the room
 * lacks, NULL if all is there; fault what goes wrong, NULL if nothing does. The signal "changed"
 * follows each change of the info. Errors are in LK_EGRESS_ERROR: the plan asks for an output that
 * this server does not have. */
DevEgress *dev_egress_new (DevPlan *plan,
                           const char *room_id,
                           const char *missing,
                           const DevFault *fault,
                           const DevEgressSettings *settings,
                           GError **error);

const char *dev_egress_get_id (DevEgress *self);
const char *dev_egress_get_room_name (DevEgress *self);
Livekit__EgressStatus dev_egress_get_status (DevEgress *self);
gboolean dev_egress_is_ended (DevEgress *self);
const char *dev_egress_get_status_name (DevEgress *self);
Livekit__EgressInfo *dev_egress_dup_info (DevEgress *self);

/* What it was started with, secrets and all. */
const ProtobufCMessage *dev_egress_get_request (DevEgress *self);

/* Whether the worker answers: not before its pipeline is built, not when it is lost. */
gboolean dev_egress_is_reachable (DevEgress *self);

/* For a reachable, ACTIVE or ENDING egress. */
void dev_egress_stop (DevEgress *self);
gboolean dev_egress_update_stream (DevEgress *self,
                                   const Livekit__UpdateStreamRequest *request,
                                   GError **error);
void dev_egress_set_layout (DevEgress *self, const char *layout);

G_END_DECLS
