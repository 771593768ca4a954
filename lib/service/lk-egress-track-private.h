/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-job.h"
#include "lk-egress-metrics-private.h"
#include "lk-egress-start-policy.h"

G_BEGIN_DECLS

/* What a service knows of a job of its own, as data of that. */
typedef struct
{
  const char *type;
  gint64 asked;     /* when its start was asked for */
  int heard;        /* the furthest status that no webhook is to tell any more */
  gboolean active;  /* its start was sent, and more */
  gboolean counted; /* as one that runs, for the start queue */
  gboolean ended;
  gboolean uncounted; /* its end, until the store says whose it is */

  /* For its limits. */
  LkEgressMetrics *metrics;
  LkEgressStartPolicy *policy; /* of this start alone, or NULL */
  gint64 began;                /* when the server accepted it, monotonic; 0: not yet */
  gboolean too_long;           /* it was to end because it ran for too long */
  guint stop_pause;            /* before that is tried again, milliseconds */
} LkEgressTrack;

/* Times of an egress that the server knows already count from when that began, as far as clocks
 * agree. */
LkEgressTrack *
lk_egress_track_new (LkEgressJob *job, LkEgressMetrics *metrics, LkEgressStartPolicy *policy);
LkEgressTrack *lk_egress_track_of (LkEgressJob *job);

/* The name of an error for the metrics and the log. */
const char *lk_egress_track_get_error_code (const GError *error);

/* Writes "Egress ID is STATE" with what comes after it, and the error if there is one. */
void
lk_egress_track_log (LkEgressJob *job, GLogLevelFlags level, const char *what, const GError *error);

/* The start of the job is tried again as the policy says, which may be NULL. */
void lk_egress_track_set_retry (LkEgressJob *job, LkEgressStartPolicy *policy);

/* Counts a failed call for the job. */
void lk_egress_track_count_error (LkEgressMetrics *metrics, LkEgressJob *job, const GError *error);

/* Counts a start that the server has accepted. */
void lk_egress_track_count_start (LkEgressMetrics *metrics, LkEgressJob *job);

/* Counts the end of the egress; FALSE if that was by an error or before it was active. */
gboolean lk_egress_track_count_end (LkEgressMetrics *metrics, LkEgressJob *job);

/* Counts a stop that was asked for at this time (monotonic), and has succeeded or failed. */
void lk_egress_track_count_stop (LkEgressMetrics *metrics,
                                 LkEgressJob *job,
                                 gint64 asked,
                                 const GError *error);

G_END_DECLS
