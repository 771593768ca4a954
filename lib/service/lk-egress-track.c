/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a service knows of one of its jobs, and what it logs and counts of it. */

#include "lk-egress-track-private.h"

#include "lk-egress-enum-types.h"
#include "lk-egress-error.h"
#include "lk-egress-job-private.h"
#include "lk-egress-redact.h"
#include "lk-egress-request-type-private.h"
#include "lk-egress-validation.h"

static GQuark track_quark (void);
G_DEFINE_QUARK (lk - egress - track, track)

LkEgressTrack *
lk_egress_track_of (LkEgressJob *job)
{
  return g_object_get_qdata (G_OBJECT (job), track_quark ());
}

static void
track_free (gpointer data)
{
  LkEgressTrack *track = data;

  g_object_unref (track->metrics);
  g_clear_object (&track->policy);
  g_free (track);
}

/* The one time that the date is asked for: there is no other clock that two machines have. */
static gint64
get_begin (LkEgressInfo *info)
{
  gint64 age = g_get_real_time () - lk_egress_info_get_started_at (info) / 1000;

  return g_get_monotonic_time () - (lk_egress_info_get_started_at (info) > 0 ? MAX (age, 0) : 0);
}

LkEgressTrack *
lk_egress_track_new (LkEgressJob *job, LkEgressMetrics *metrics, LkEgressStartPolicy *policy)
{
  LkEgressRequest *request = lk_egress_job_get_request (job);
  LkEgressInfo *info = lk_egress_job_get_info (job);
  LkEgressTrack *track = g_new0 (LkEgressTrack, 1);

  track->asked = g_get_monotonic_time ();
  track->heard = info != NULL ? (int)lk_egress_info_get_status (info) : -1;
  track->metrics = g_object_ref (metrics);
  g_set_object (&track->policy, policy);
  if (info != NULL)
    track->began = get_begin (info);
  if (request != NULL)
    track->type = lk_egress_request_type_of (request);
  else
    track->type = info != NULL ? lk_egress_request_type_of_info (info) : "other";
  g_object_set_qdata_full (G_OBJECT (job), track_quark (), track, track_free);

  return track;
}

const char *
lk_egress_track_get_error_code (const GError *error)
{
  if (error->domain == LK_EGRESS_ERROR)
    return lk_egress_error_to_code (error->code);
  if (error->domain == LK_EGRESS_VALIDATION_ERROR)
    return "invalid_request";
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return "timed_out";
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return "cancelled";
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    return "shut_down";
  return "connection";
}

void
lk_egress_track_log (LkEgressJob *job, GLogLevelFlags level, const char *what, const GError *error)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (LK_EGRESS_TYPE_JOB_STATE);
  const char *state = g_enum_get_value (klass, lk_egress_job_get_state (job))->value_nick;
  LkEgressInfo *info = lk_egress_job_get_info (job);
  LkEgressRequest *request = lk_egress_job_get_request (job);
  const char *id = lk_egress_job_get_egress_id (job);
  const char *room = NULL;
  g_autofree char *text = error != NULL ? lk_egress_redact_text (error->message) : NULL;

  if (info != NULL)
    room = lk_egress_info_get_room_name (info);
  else if (request != NULL)
    room = lk_egress_request_get_room_name (request);

  g_log_structured (G_LOG_DOMAIN, level, "EGRESS_ID", id != NULL ? id : "", "ROOM",
                    room != NULL ? room : "", "STATE", state, "CODE",
                    error != NULL ? lk_egress_track_get_error_code (error) : "", "MESSAGE",
                    "Egress %s is %s%s%s%s", id != NULL ? id : "without an id", state, what,
                    text != NULL ? ": " : "", text != NULL ? text : "");
}

static void
retrying (const GError *error, guint delay, gpointer data)
{
  LkEgressJob *job = data;
  LkEgressTrack *track = lk_egress_track_of (job);
  g_autofree char *text = g_strdup_printf (", tried again in %u ms", delay);

  lk_egress_track_log (job, G_LOG_LEVEL_INFO, text, error);
  lk_egress_metrics_add (track->metrics, LK_EGRESS_METRIC_RETRIES, 1, track->type,
                         lk_egress_track_get_error_code (error));
}

void
lk_egress_track_set_retry (LkEgressJob *job, LkEgressStartPolicy *policy)
{
  LkEgressStartRetry retry;

  if (policy == NULL)
    return;

  retry = (LkEgressStartRetry){ .max_tries = lk_egress_start_policy_get_max_tries (policy),
                                .delay = lk_egress_start_policy_get_retry_delay (policy),
                                .factor = lk_egress_start_policy_get_retry_factor (policy),
                                .max_delay = lk_egress_start_policy_get_max_retry_delay (policy),
                                .jitter = lk_egress_start_policy_get_retry_jitter (policy),
                                .timeout = lk_egress_start_policy_get_retry_timeout (policy),
                                .retrying = retrying,
                                .data = job };
  lk_egress_job_set_retry (job, &retry);
}

void
lk_egress_track_count_error (LkEgressMetrics *metrics, LkEgressJob *job, const GError *error)
{
  lk_egress_metrics_add (metrics, LK_EGRESS_METRIC_ERRORS, 1, lk_egress_track_of (job)->type,
                         lk_egress_track_get_error_code (error));
}

void
lk_egress_track_count_start (LkEgressMetrics *metrics, LkEgressJob *job)
{
  LkEgressTrack *track = lk_egress_track_of (job);
  double seconds = (double)(g_get_monotonic_time () - track->asked) / G_TIME_SPAN_SECOND;

  lk_egress_metrics_add (metrics, LK_EGRESS_METRIC_STARTED, 1, track->type, NULL);
  if (g_str_equal (track->type, "room_composite"))
    lk_egress_metrics_observe (metrics, LK_EGRESS_METRIC_START_ROOM_COMPOSITE, seconds);
  else if (g_str_equal (track->type, "track_composite"))
    lk_egress_metrics_observe (metrics, LK_EGRESS_METRIC_START_TRACK_COMPOSITE, seconds);
}

gboolean
lk_egress_track_count_end (LkEgressMetrics *metrics, LkEgressJob *job)
{
  LkEgressTrack *track = lk_egress_track_of (job);
  LkEgressJobState state = lk_egress_job_get_state (job);
  const GError *error = lk_egress_job_get_error (job);
  LkEgressInfo *info = lk_egress_job_get_info (job);
  g_autoptr (GEnumClass) klass = g_type_class_ref (LK_EGRESS_TYPE_END_REASON);
  LkEgressEndReason reason
      = info != NULL ? lk_egress_info_get_end_reason (info) : LK_EGRESS_END_REASON_NONE;
  g_autofree char *nick
      = g_strdelimit (g_strdup (g_enum_get_value (klass, reason)->value_nick), "-", '_');

  lk_egress_metrics_add (metrics, LK_EGRESS_METRIC_STOPPED, 1, track->type,
                         track->too_long && state != LK_EGRESS_JOB_STATE_FAILED
                             ? LK_EGRESS_METRIC_MAX_DURATION
                             : nick);
  if (state == LK_EGRESS_JOB_STATE_COMPLETE || state == LK_EGRESS_JOB_STATE_LIMIT_REACHED)
    return TRUE;
  if (error != NULL)
    lk_egress_track_count_error (metrics, job, error);

  return FALSE;
}

void
lk_egress_track_count_stop (LkEgressMetrics *metrics,
                            LkEgressJob *job,
                            gint64 asked,
                            const GError *error)
{
  if (error == NULL)
    lk_egress_metrics_observe (metrics, LK_EGRESS_METRIC_STOP,
                               (double)(g_get_monotonic_time () - asked) / G_TIME_SPAN_SECOND);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
           && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PENDING))
    lk_egress_track_count_error (metrics, job, error);
}
