/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-metrics.h"

G_BEGIN_DECLS

/* What is counted. Any thread may count. */
typedef enum
{
  LK_EGRESS_METRIC_STARTED,  /* request_type */
  LK_EGRESS_METRIC_STOPPED,  /* request_type, end_reason */
  LK_EGRESS_METRIC_ERRORS,   /* request_type, error_code */
  LK_EGRESS_METRIC_ACTIVE,   /* request_type */
  LK_EGRESS_METRIC_POLLS,    /* result: LK_EGRESS_METRIC_OK, LK_EGRESS_METRIC_FAILED */
  LK_EGRESS_METRIC_WEBHOOKS, /* result: one of those below */
  LK_EGRESS_METRIC_START_ROOM_COMPOSITE,
  LK_EGRESS_METRIC_START_TRACK_COMPOSITE,
  LK_EGRESS_METRIC_STOP,
  LK_EGRESS_METRIC_RETRIES, /* request_type, error_code */
  LK_EGRESS_METRIC_QUEUED,  /* request_type */
  LK_EGRESS_METRIC_QUEUE_WAIT,
} LkEgressMetric;

#define LK_EGRESS_METRIC_OK "ok"
#define LK_EGRESS_METRIC_FAILED "failed"

#define LK_EGRESS_METRIC_TAKEN "taken"         /* news of an egress of the service */
#define LK_EGRESS_METRIC_LATE "late"           /* of one, but a poll or a reply was faster */
#define LK_EGRESS_METRIC_DUPLICATE "duplicate" /* came before */
#define LK_EGRESS_METRIC_UNRELATED "unrelated" /* of no egress of the service */
#define LK_EGRESS_METRIC_REFUSED "refused"     /* not signed, too large, no webhook */

/* An end reason besides those of the server. */
#define LK_EGRESS_METRIC_MAX_DURATION "max_duration"

LkEgressMetrics *lk_egress_metrics_new (void);

/* Adds to a counter or gauge. A value of a label that is not among those it can have counts as
 * "other"; labels that the metric lacks are NULL. */
void lk_egress_metrics_add (LkEgressMetrics *self,
                            LkEgressMetric metric,
                            int amount,
                            const char *first,
                            const char *second);

/* One more value of a histogram. */
void lk_egress_metrics_observe (LkEgressMetrics *self, LkEgressMetric metric, double seconds);

G_END_DECLS
