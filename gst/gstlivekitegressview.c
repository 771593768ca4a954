/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressview.h"

void
gst_livekit_egress_view_init (GstLiveKitEgressView * self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
}

void
gst_livekit_egress_view_clear (GstLiveKitEgressView * self)
{
  g_clear_object (&self->info);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
}

void
gst_livekit_egress_view_settle (GstLiveKitEgressView * self)
{
  g_mutex_lock (&self->lock);
  self->settled = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

gboolean
gst_livekit_egress_view_wait (GstLiveKitEgressView * self, GTimeSpan time)
{
  const gint64 end = g_get_monotonic_time () + time;
  gboolean settled;

  g_mutex_lock (&self->lock);
  while (!self->settled && g_cond_wait_until (&self->cond, &self->lock, end));
  settled = self->settled;
  g_mutex_unlock (&self->lock);

  return settled;
}

LkEgressJobState
gst_livekit_egress_view_set_state (GstLiveKitEgressView * self,
    LkEgressJobState state)
{
  LkEgressJobState previous;

  g_mutex_lock (&self->lock);
  previous = self->state;
  self->state = state;
  g_mutex_unlock (&self->lock);

  return previous;
}

LkEgressJobState
gst_livekit_egress_view_get_state (GstLiveKitEgressView * self)
{
  LkEgressJobState state;

  g_mutex_lock (&self->lock);
  state = self->state;
  g_mutex_unlock (&self->lock);

  return state;
}

gboolean
gst_livekit_egress_view_set_info (GstLiveKitEgressView * self,
    LkEgressInfo * info)
{
  gboolean is_first;

  g_mutex_lock (&self->lock);
  is_first = self->info == NULL;
  g_set_object (&self->info, info);
  g_mutex_unlock (&self->lock);

  return is_first;
}

LkEgressInfo *
gst_livekit_egress_view_dup_info (GstLiveKitEgressView * self)
{
  LkEgressInfo *info = NULL;

  g_mutex_lock (&self->lock);
  g_set_object (&info, self->info);
  g_mutex_unlock (&self->lock);

  return info;
}
