/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressrate.h"

gboolean
gst_livekit_egress_rate_exceeds (GstLiveKitEgressRate * self, guint max,
    guint * left_out)
{
  const gint64 now = g_get_monotonic_time ();
  guint before = 0;

  if (now - self->since >= G_TIME_SPAN_SECOND) {
    before = self->n > max ? self->n - max : 0;
    self->since = now;
    self->n = 0;
  }
  if (left_out != NULL)
    *left_out = before;
  return ++self->n > max;
}
