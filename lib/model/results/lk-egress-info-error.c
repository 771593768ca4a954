/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-info-private.h"

#include "lk-egress-error-private.h"
#include "lk-egress-redact-private.h"

/* How the text of an error reads (with * for what differs), and what helps. The first that fits. */
static const struct
{
  const char *pattern;
  const char *hint;
} hints[] = {
  /* Sources */
  { "participant * not found",
    "A worker waits 30 seconds for the participant: check the identity, and start the egress when "
    "the participant is in the room" },
  { "track * not found",
    "A worker waits 30 seconds for the track: check that the id is that of a track that is "
    "published in this room now" },
  { "failed to subscribe to track*", "The room did not give the worker the track: start again" },
  { "page load error*",
    "The worker's browser could not open the page within 30 seconds: check that its address can be "
    "reached from the worker and answers with a status below 400" },
  { "template error*", "The page itself reported this: look there" },
  { "failed to launch *", "The worker cannot run what it needs: see its log" },
  { "Start signal not received",
    "The page never wrote START_RECORDING to its console: make it do so, or do not wait for it "
    "(await-start-signal)" },
  { "Session limit reached before start signal",
    "The page did not write START_RECORDING to its console in time: make it do so sooner, or do "
    "not wait for it (await-start-signal)" },
  { "Stop called before pipeline could start", "Nothing was recorded: it was stopped too soon" },
  { "*connection to room failed*",
    "What was recorded until then is kept: start again for the rest" },

  /* Outputs */
  { "*upload queue full*", "The storage takes in less than is recorded: lower the bit rate" },
  { "*upload failed*",
    "Check bucket, region, endpoint and credentials of the storage, that the credentials may write "
    "there, and that the worker can reach it" },
  { "*SRT socket*",
    "Check that the receiver listens before the egress is started, that the worker can reach its "
    "address, and that the passphrase is the same" },
  { "*is compatible with *", "Ask for other codecs or another type of file" },
  { "format * incompatible with codec *", "Ask for other codecs or another type of file" },
  { "output configuration does not support retry",
    "The server begins a failed egress anew only if file names have {retry} in them" },

  /* Workers */
  { "Session limit reached",
    "The limit is in the configuration of the workers; what was recorded until then is kept" },
  { "CPU exhausted*", "The worker has too little processor time for this and what else it does" },
  { "OOM*", "The worker has too little memory for this and what else it does" },
  { "not enough CPU*", "The workers are busy: start again later, or run more of them" },
  { "server is shutting down*", "The worker is being stopped: start again on another" },
};

static const char *
find_hint (const char *said)
{
  for (gsize i = 0; said != NULL && i < G_N_ELEMENTS (hints); i++)
    {
      if (g_pattern_match_simple (hints[i].pattern, said))
        return hints[i].hint;
    }

  return NULL;
}

/* error_code is the HTTP number that psrpc maps its codes to, another one than that of Twirp. */
static LkEgressError
get_code (LkEgressInfo *self)
{
  switch (lk_egress_info_peek (self)->error_code)
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

/* What happened to an egress that did not end as wished, NULL for others. */
static const char *
describe_end (LkEgressInfo *self)
{
  switch (lk_egress_info_get_status (self))
    {
    case LK_EGRESS_STATUS_STARTING:
    case LK_EGRESS_STATUS_ACTIVE:
    case LK_EGRESS_STATUS_ENDING:
    case LK_EGRESS_STATUS_COMPLETE:
      return NULL;
    case LK_EGRESS_STATUS_FAILED:
      return "failed";
    case LK_EGRESS_STATUS_ABORTED:
      return "was aborted before it was active";
    case LK_EGRESS_STATUS_LIMIT_REACHED:
      return "reached a limit of time or size";
    default:
      /* Of a later protocol: whether that is good or bad, only the text can say. */
      return lk_egress_info_is_final (self) && lk_egress_info_get_error (self) != NULL ? "ended"
                                                                                       : NULL;
    }
}

static LkEgressEndReason
parse_end_reason (const char *details)
{
  static const struct
  {
    const char *text;
    LkEgressEndReason reason;
  } reasons[] = {
    { "StopEgress API", LK_EGRESS_END_REASON_STOP_API },
    { "Process killed", LK_EGRESS_END_REASON_KILLED },
    { "Source closed", LK_EGRESS_END_REASON_SOURCE_CLOSED },
    { "Session limit reached", LK_EGRESS_END_REASON_LIMIT_REACHED },
    { "All streams stopped", LK_EGRESS_END_REASON_STREAMS_STOPPED },
    { "CPU exhausted", LK_EGRESS_END_REASON_CPU_EXHAUSTED },
    { "Failure", LK_EGRESS_END_REASON_FAILURE },
  };
  const char *prefix = "End reason: ";

  if (details == NULL || !g_str_has_prefix (details, prefix))
    return LK_EGRESS_END_REASON_NONE;

  details += strlen (prefix);
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      if (g_str_has_prefix (details, reasons[i].text))
        return reasons[i].reason;
    }

  return LK_EGRESS_END_REASON_UNKNOWN;
}

/**
 * lk_egress_info_get_error:
 * @self: a [class@Info]
 *
 * Gets [property@Info:error].
 *
 * Returns: (nullable) (transfer none): what went wrong
 * Since: 1.0
 */
const char *
lk_egress_info_get_error (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), NULL);

  return lk_egress_message_text (lk_egress_info_peek (self)->error);
}

/**
 * lk_egress_info_get_error_code:
 * @self: a [class@Info]
 *
 * Gets [property@Info:error-code].
 *
 * Returns: a number such as HTTP statuses have
 * Since: 1.0
 */
int
lk_egress_info_get_error_code (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), 0);

  return lk_egress_info_peek (self)->error_code;
}

/**
 * lk_egress_info_get_details:
 * @self: a [class@Info]
 *
 * Gets [property@Info:details].
 *
 * Returns: (nullable) (transfer none): why it ended
 * Since: 1.0
 */
const char *
lk_egress_info_get_details (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), NULL);

  return lk_egress_message_text (lk_egress_info_peek (self)->details);
}

/**
 * lk_egress_info_get_end_reason:
 * @self: a [class@Info]
 *
 * Gets why the egress ended, from [property@Info:details].
 *
 * Returns: the reason, %LK_EGRESS_END_REASON_NONE if the server gives none
 * Since: 1.0
 */
LkEgressEndReason
lk_egress_info_get_end_reason (LkEgressInfo *self)
{
  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), 0);

  return parse_end_reason (lk_egress_info_peek (self)->details);
}

/**
 * lk_egress_info_propagate_error:
 * @self: a [class@Info]
 * @error: return location for why the egress did not end as it should
 *
 * Checks whether the egress ended as it should. If it did not, sets an error of the domain
 * %LK_EGRESS_ERROR that says why. [method@Info.get_error] has the server's words alone.
 *
 * Its message says what happened, in the server's words too, and for the usual causes how to mend
 * it; `lk_egress_error_get_server_text()` has the server's words alone. Addresses and tokens in
 * both are redacted. Its code is made of [property@Info:error-code]:
 *
 * | number        | code                                   |
 * |---------------|----------------------------------------|
 * | 400, 406, 422 | %LK_EGRESS_ERROR_INVALID_ARGUMENT      |
 * | 401           | %LK_EGRESS_ERROR_UNAUTHENTICATED       |
 * | 403           | %LK_EGRESS_ERROR_PERMISSION_DENIED     |
 * | 404           | %LK_EGRESS_ERROR_NOT_FOUND             |
 * | 409           | %LK_EGRESS_ERROR_ABORTED               |
 * | 412, 424      | %LK_EGRESS_ERROR_FAILED_PRECONDITION   |
 * | 413, 429      | %LK_EGRESS_ERROR_RESOURCE_EXHAUSTED    |
 * | 416           | %LK_EGRESS_ERROR_OUT_OF_RANGE          |
 * | 500           | %LK_EGRESS_ERROR_INTERNAL              |
 * | 501           | %LK_EGRESS_ERROR_UNIMPLEMENTED         |
 * | 502, 503      | %LK_EGRESS_ERROR_UNAVAILABLE           |
 * | 0 and others  | %LK_EGRESS_ERROR_UNKNOWN               |
 *
 * An egress that reached a limit has files all the same: an error is no proof that there are none.
 * Nor are all streams sent when there is no error; each tells its own end in
 * [method@StreamInfo.get_error].
 *
 * Returns: %TRUE for an egress that runs or is complete; %FALSE, with @error set, for one that
 *   failed, was aborted or reached a limit
 * Since: 1.0
 */
gboolean
lk_egress_info_propagate_error (LkEgressInfo *self, GError **error)
{
  const char *what, *said, *details, *hint;
  g_autofree char *id = NULL;
  g_autofree char *text = NULL;
  g_autofree char *reason = NULL;
  g_autofree char *message = NULL;

  g_return_val_if_fail (LK_EGRESS_IS_INFO (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  what = describe_end (self);
  if (what == NULL)
    return TRUE;

  said = lk_egress_info_get_error (self);
  details = lk_egress_info_get_details (self);
  hint = find_hint (said);

  /* Workers put the addresses that they could not reach into their texts. An id may be anything. */
  if (lk_egress_info_get_egress_id (self) != NULL)
    id = lk_egress_redact_text (lk_egress_info_get_egress_id (self));
  if (said != NULL)
    text = lk_egress_redact_server_text (said, strlen (said));
  if (details != NULL)
    reason = lk_egress_redact_server_text (details, strlen (details));

  message = g_strdup_printf (
      "%s%s %s: %s%s%s%s%s%s", id != NULL ? "Egress " : "An egress", id != NULL ? id : "", what,
      text != NULL ? text : "the server does not say why", reason != NULL ? " (" : "",
      reason != NULL ? reason : "", reason != NULL ? ")" : "", hint != NULL ? ". " : "",
      hint != NULL ? hint : "");

  g_propagate_error (error, lk_egress_error_new (get_code (self), 0, text, NULL, message));

  return FALSE;
}
