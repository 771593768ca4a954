/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresshlsstamp.h"

/* How far apart two writes have to be to get two times: a tick of the kernel's clock, and what file systems
 * keep that have no fractions of a second, such as FAT. */
#define FINE_GRANULE (20 * G_TIME_SPAN_MILLISECOND)
#define COARSE_GRANULE (2 * G_TIME_SPAN_SECOND)

static gint64
get_microseconds (const struct timespec *time)
{
  return time->tv_sec * G_TIME_SPAN_SECOND + time->tv_nsec / 1000;
}

static gboolean
is_past (const struct timespec *time, gint64 now)
{
  return now - get_microseconds (time) >
      (time->tv_nsec != 0 ? FINE_GRANULE : COARSE_GRANULE);
}

static gboolean
is_same (const struct timespec *a, const struct timespec *b)
{
  return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

void
gst_livekit_egress_hls_stamp_init (GstLiveKitEgressHlsStamp * self,
    const struct stat *status, gint64 now)
{
  self->device = status->st_dev;
  self->inode = status->st_ino;
  self->size = status->st_size;
  self->written = status->st_mtim;
  self->changed = status->st_ctim;
  self->taken = now;
  /* The clock of a file server may be ahead, which only means that more is read. */
  self->settled = is_past (&status->st_mtim, now)
      && is_past (&status->st_ctim, now);
}

gboolean
gst_livekit_egress_hls_stamp_holds (const GstLiveKitEgressHlsStamp * self,
    const GstLiveKitEgressHlsStamp * later, gint64 max_age)
{
  return self->settled && later->taken >= self->taken
      && later->taken - self->taken < max_age && self->device == later->device
      && self->inode == later->inode && self->size == later->size
      && is_same (&self->written, &later->written)
      && is_same (&self->changed, &later->changed);
}
