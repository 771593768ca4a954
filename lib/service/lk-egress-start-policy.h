/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib-object.h>

#include "lk-egress-macros.h"

G_BEGIN_DECLS

#define LK_EGRESS_TYPE_START_POLICY (lk_egress_start_policy_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (LkEgressStartPolicy, lk_egress_start_policy, LK_EGRESS, START_POLICY, GObject)

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressStartPolicy *lk_egress_start_policy_new (void);

LK_EGRESS_AVAILABLE_IN_1_0
guint lk_egress_start_policy_get_max_duration (LkEgressStartPolicy *self);

LK_EGRESS_AVAILABLE_IN_1_0
guint lk_egress_start_policy_get_max_concurrent (LkEgressStartPolicy *self);

LK_EGRESS_AVAILABLE_IN_1_0
guint lk_egress_start_policy_get_max_queued (LkEgressStartPolicy *self);

LK_EGRESS_AVAILABLE_IN_1_0
guint lk_egress_start_policy_get_queue_timeout (LkEgressStartPolicy *self);

LK_EGRESS_AVAILABLE_IN_1_0
guint lk_egress_start_policy_get_max_tries (LkEgressStartPolicy *self);

LK_EGRESS_AVAILABLE_IN_1_0
guint lk_egress_start_policy_get_retry_delay (LkEgressStartPolicy *self);

LK_EGRESS_AVAILABLE_IN_1_0
double lk_egress_start_policy_get_retry_factor (LkEgressStartPolicy *self);

LK_EGRESS_AVAILABLE_IN_1_0
guint lk_egress_start_policy_get_max_retry_delay (LkEgressStartPolicy *self);

LK_EGRESS_AVAILABLE_IN_1_0
double lk_egress_start_policy_get_retry_jitter (LkEgressStartPolicy *self);

LK_EGRESS_AVAILABLE_IN_1_0
guint lk_egress_start_policy_get_retry_timeout (LkEgressStartPolicy *self);

G_END_DECLS
