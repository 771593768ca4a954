/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib-object.h>

#include "lk-egress-macros.h"

G_BEGIN_DECLS

/**
 * LkEgressMetricsFormat:
 * @LK_EGRESS_METRICS_FORMAT_OPENMETRICS: OpenMetrics 1.0, whose media type is
 *   `application/openmetrics-text; version=1.0.0; charset=utf-8`
 * @LK_EGRESS_METRICS_FORMAT_PROMETHEUS: the older text format of Prometheus, whose media type is
 *   `text/plain; version=0.0.4; charset=utf-8`
 *
 * How metrics are written as text. Both have the same samples with the same names.
 *
 * Since: 1.0
 */
typedef enum
{
  LK_EGRESS_METRICS_FORMAT_OPENMETRICS,
  LK_EGRESS_METRICS_FORMAT_PROMETHEUS,
} LkEgressMetricsFormat;

#define LK_EGRESS_TYPE_METRICS (lk_egress_metrics_get_type ())

LK_EGRESS_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (LkEgressMetrics, lk_egress_metrics, LK_EGRESS, METRICS, GObject)

LK_EGRESS_AVAILABLE_IN_1_0
double lk_egress_metrics_get_value (LkEgressMetrics *self, const char *name);

LK_EGRESS_AVAILABLE_IN_1_0
char *lk_egress_metrics_to_text (LkEgressMetrics *self, LkEgressMetricsFormat format);

G_END_DECLS
