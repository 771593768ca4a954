/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dev-call.h"
#include "dev-registry.h"
#include "dev-webhooks.h"

G_BEGIN_DECLS

/* The ten calls of livekit.Egress, on the egresses of a registry. */
typedef struct
{
  DevRegistry *registry;
  DevFaults *faults;
  DevWebhooks *webhooks;
  DevEgressSettings egress;
  guint rpc_timeout; /* seconds that the answer of a worker is waited for */
} DevService;

gboolean dev_service_has_method (const char *method);

/* Decodes the request and answers it, now or later. */
void dev_service_handle (DevService *self, const char *method, gboolean may_record, DevCall *call);

G_END_DECLS
