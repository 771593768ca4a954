/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-service-private.h"

G_BEGIN_DECLS

/* From now on the job is one of the service; it has a policy of its own, or NULL. It is not active
 * yet if its start may have to wait. */
void lk_egress_service_track (LkEgressService *self, LkEgressJob *job, LkEgressStartPolicy *policy);
void lk_egress_service_activate (LkEgressService *self, LkEgressJob *job);

/* The job is none of the service any more, or never was because its start was not sent. */
void lk_egress_service_untrack (LkEgressService *self, LkEgressJob *job);

/* What is known of the job of an egress that was started before makes it one of the service, also
 * when it has ended meanwhile. FALSE if that is nothing. */
gboolean lk_egress_service_take (LkEgressJob *job, gpointer service);

G_END_DECLS
