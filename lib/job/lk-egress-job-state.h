/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

#include "lk-egress-macros.h"

G_BEGIN_DECLS

/**
 * LkEgressJobState:
 * @LK_EGRESS_JOB_STATE_IDLE: nothing was sent yet
 * @LK_EGRESS_JOB_STATE_STARTING: asked for, or accepted by the server and waiting for its media
 * @LK_EGRESS_JOB_STATE_ACTIVE: recording or streaming
 * @LK_EGRESS_JOB_STATE_ENDING: finishing its outputs; uploads can take long
 * @LK_EGRESS_JOB_STATE_COMPLETE: ended as asked
 * @LK_EGRESS_JOB_STATE_FAILED: ended by an error
 * @LK_EGRESS_JOB_STATE_ABORTED: ended before it was active
 * @LK_EGRESS_JOB_STATE_LIMIT_REACHED: ended by a limit of time or size
 *
 * Where an egress is in its life. States only move forward; the last four are final.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_JOB_STATE_IDLE,
  LK_EGRESS_JOB_STATE_STARTING,
  LK_EGRESS_JOB_STATE_ACTIVE,
  LK_EGRESS_JOB_STATE_ENDING,
  LK_EGRESS_JOB_STATE_COMPLETE,
  LK_EGRESS_JOB_STATE_FAILED,
  LK_EGRESS_JOB_STATE_ABORTED,
  LK_EGRESS_JOB_STATE_LIMIT_REACHED,
} LkEgressJobState;

LK_EGRESS_AVAILABLE_IN_1_0
gboolean lk_egress_job_state_is_final (LkEgressJobState state);

G_END_DECLS
