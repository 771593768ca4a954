/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-outcome-private.h"

#include "lk-egress-error-private.h"
#include "lk-egress-redact-text-private.h"

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

/* error_code is the HTTP number that psrpc maps its codes to, another one than that of Twirp. */
static LkEgressError
get_code (LkEgressInfo *info)
{
  switch (lk_egress_info_get_error_code (info))
    {
    case 400:
    case 406:
    case 422:
      return LK_EGRESS_ERROR_INVALID_ARGUMENT;
    case 401:
      return LK_EGRESS_ERROR_UNAUTHENTICATED;
    case 403:
      return LK_EGRESS_ERROR_PERMISSION_DENIED;
    case 404:
      return LK_EGRESS_ERROR_NOT_FOUND;
    case 409:
      return LK_EGRESS_ERROR_ABORTED;
    case 412:
    case 424:
      return LK_EGRESS_ERROR_FAILED_PRECONDITION;
    case 413:
    case 429:
      return LK_EGRESS_ERROR_RESOURCE_EXHAUSTED;
    case 416:
      return LK_EGRESS_ERROR_OUT_OF_RANGE;
    case 500:
      return LK_EGRESS_ERROR_INTERNAL;
    case 501:
      return LK_EGRESS_ERROR_UNIMPLEMENTED;
    case 502:
    case 503:
      return LK_EGRESS_ERROR_UNAVAILABLE;
    default:
      return LK_EGRESS_ERROR_UNKNOWN;
    }
}

GError *
lk_egress_outcome_get_error (LkEgressInfo *info)
{
  const char *said = lk_egress_info_get_error (info);
  const char *details = lk_egress_info_get_details (info);
  g_autofree char *text = NULL;
  g_autofree char *sentence = NULL;
  g_autofree char *message = NULL;
  const char *what;

  switch (lk_egress_outcome_get_state (info))
    {
    case LK_EGRESS_JOB_STATE_FAILED:
      what = "failed";
      break;
    case LK_EGRESS_JOB_STATE_ABORTED:
      what = "was aborted before it was active";
      break;
    case LK_EGRESS_JOB_STATE_LIMIT_REACHED:
      what = "reached a limit of time or size";
      break;
    default:
      return NULL;
    }

  /* Workers put the addresses that they could not reach into their texts. */
  if (said != NULL)
    text = lk_egress_redact_text (said);
  sentence = g_strdup_printf ("Egress %s %s: %s%s%s%s", lk_egress_info_get_egress_id (info), what,
                              said != NULL ? said : "the server does not say why",
                              details != NULL ? " (" : "", details != NULL ? details : "",
                              details != NULL ? ")" : "");
  message = lk_egress_redact_text (sentence);

  return lk_egress_error_new (get_code (info), 0, text, NULL, message);
}
