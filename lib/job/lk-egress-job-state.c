/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-job-state.h"

/**
 * lk_egress_job_state_is_final:
 * @state: a state
 *
 * Gets whether an egress in this state has ended.
 *
 * Returns: %TRUE for COMPLETE, FAILED, ABORTED and LIMIT_REACHED
 * Since: 1.0
 */
gboolean
lk_egress_job_state_is_final (LkEgressJobState state)
{
  return state >= LK_EGRESS_JOB_STATE_COMPLETE;
}
