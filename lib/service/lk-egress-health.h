/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib-object.h>

#include "lk-egress-macros.h"

G_BEGIN_DECLS

/**
 * LkEgressHealthStatus:
 * @LK_EGRESS_HEALTH_STATUS_HEALTHY: all is well
 * @LK_EGRESS_HEALTH_STATUS_DEGRADED: it works, but something needs a look
 * @LK_EGRESS_HEALTH_STATUS_UNHEALTHY: no egress can be started
 *
 * How a service is doing.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_HEALTH_STATUS_HEALTHY,
  LK_EGRESS_HEALTH_STATUS_DEGRADED,
  LK_EGRESS_HEALTH_STATUS_UNHEALTHY,
} LkEgressHealthStatus;

/**
 * LkEgressHealthProblem:
 * @LK_EGRESS_HEALTH_PROBLEM_NONE: there is none
 * @LK_EGRESS_HEALTH_PROBLEM_STALE_EGRESSES: the server shows egresses as running that nobody can
 *   stop, see [property@Job:stale]; degraded
 * @LK_EGRESS_HEALTH_PROBLEM_WEBHOOKS_SILENT: egresses change, but no webhook tells of it; degraded
 * @LK_EGRESS_HEALTH_PROBLEM_QUEUE_FULL: as many starts wait as may, and more are refused, see
 *   [property@StartPolicy:max-queued]; degraded
 * @LK_EGRESS_HEALTH_PROBLEM_STORE_FAILED: what the service has to remember could not be stored, see
 *   [property@Service:store]; degraded
 * @LK_EGRESS_HEALTH_PROBLEM_SHUT_DOWN: the service takes no more starts; unhealthy
 * @LK_EGRESS_HEALTH_PROBLEM_KEY_REFUSED: the server does not take the API key; unhealthy
 * @LK_EGRESS_HEALTH_PROBLEM_SERVER_UNREACHABLE: the server does not answer; unhealthy
 *
 * Why a service is not healthy. The worst comes last.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_HEALTH_PROBLEM_NONE,
  LK_EGRESS_HEALTH_PROBLEM_STALE_EGRESSES,
  LK_EGRESS_HEALTH_PROBLEM_WEBHOOKS_SILENT,
  LK_EGRESS_HEALTH_PROBLEM_QUEUE_FULL,
  LK_EGRESS_HEALTH_PROBLEM_STORE_FAILED,
  LK_EGRESS_HEALTH_PROBLEM_SHUT_DOWN,
  LK_EGRESS_HEALTH_PROBLEM_KEY_REFUSED,
  LK_EGRESS_HEALTH_PROBLEM_SERVER_UNREACHABLE,
} LkEgressHealthProblem;

#define LK_EGRESS_TYPE_HEALTH (lk_egress_health_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (LkEgressHealth, lk_egress_health, LK_EGRESS, HEALTH, GObject)

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_health_get_service (LkEgressHealth *self);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressHealthStatus lk_egress_health_get_status (LkEgressHealth *self);

LK_EGRESS_AVAILABLE_IN_1_0
LkEgressHealthProblem lk_egress_health_get_problem (LkEgressHealth *self);

LK_EGRESS_AVAILABLE_IN_1_0
const char *lk_egress_health_get_reason (LkEgressHealth *self);

LK_EGRESS_AVAILABLE_IN_1_0
guint lk_egress_health_get_active_count (LkEgressHealth *self);

LK_EGRESS_AVAILABLE_IN_1_0
guint lk_egress_health_get_queued_count (LkEgressHealth *self);

LK_EGRESS_AVAILABLE_IN_1_0
guint64 lk_egress_health_get_completed_count (LkEgressHealth *self);

LK_EGRESS_AVAILABLE_IN_1_0
guint64 lk_egress_health_get_failed_count (LkEgressHealth *self);

LK_EGRESS_AVAILABLE_IN_1_0
char **lk_egress_health_dup_supported_formats (LkEgressHealth *self);

LK_EGRESS_AVAILABLE_IN_1_0
char **lk_egress_health_dup_supported_storages (LkEgressHealth *self);

LK_EGRESS_AVAILABLE_IN_1_0
GVariant *lk_egress_health_to_variant (LkEgressHealth *self);

LK_EGRESS_AVAILABLE_IN_1_0
char *lk_egress_health_to_json (LkEgressHealth *self);

G_END_DECLS
