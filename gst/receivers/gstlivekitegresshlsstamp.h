/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>
#include <sys/stat.h>

G_BEGIN_DECLS

/* What tells one state of a file from the next without reading it. It is taken before the file is read. */
typedef struct
{
  dev_t device;
  ino_t inode;
  off_t size;
  struct timespec written, changed;
  gint64 taken;                 /* real time, in microseconds */
  gboolean settled;             /* whoever writes it from now on leaves another time */
} GstLiveKitEgressHlsStamp;

void gst_livekit_egress_hls_stamp_init (GstLiveKitEgressHlsStamp * self,
    const struct stat *status, gint64 now);

/* Whether a file that was read after the first stamp was taken is surely the same at the second one. To be
 * on the safe side with the times of file servers, none is believed for longer than max_age microseconds. */
gboolean gst_livekit_egress_hls_stamp_holds (const GstLiveKitEgressHlsStamp * self,
    const GstLiveKitEgressHlsStamp * later, gint64 max_age);

G_END_DECLS
