/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-outcome-private.h"

LkEgressJobState
lk_egress_outcome_get_state (LkEgressInfo *info)
{
  switch (lk_egress_info_get_status (info))
    {
    case LK_EGRESS_STATUS_ACTIVE:
      return LK_EGRESS_JOB_STATE_ACTIVE;
    case LK_EGRESS_STATUS_ENDING:
      return LK_EGRESS_JOB_STATE_ENDING;
    case LK_EGRESS_STATUS_COMPLETE:
      return LK_EGRESS_JOB_STATE_COMPLETE;
    case LK_EGRESS_STATUS_FAILED:
      return LK_EGRESS_JOB_STATE_FAILED;
    case LK_EGRESS_STATUS_ABORTED:
      return LK_EGRESS_JOB_STATE_ABORTED;
    case LK_EGRESS_STATUS_LIMIT_REACHED:
      return LK_EGRESS_JOB_STATE_LIMIT_REACHED;
    case LK_EGRESS_STATUS_STARTING:
    default:
      /* A status of a later protocol says nothing that moves the job. */
      return LK_EGRESS_JOB_STATE_STARTING;
    }
}

guint
lk_egress_outcome_get_rank (LkEgressJobState state)
{
  return MIN (state, LK_EGRESS_JOB_STATE_COMPLETE);
}
