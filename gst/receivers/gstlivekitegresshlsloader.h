/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegresshlsorigin.h"

G_BEGIN_DECLS

/* Reads one file of an origin after the other in the streaming thread, none for too long, until another
 * thread says that it is to stop. */
typedef struct
{
  GstLiveKitEgressHlsOrigin *origin;

  GMutex lock;
  GCancellable *cancellable;    /* of the file that is read */
  gboolean stopped;
} GstLiveKitEgressHlsLoader;

void gst_livekit_egress_hls_loader_init (GstLiveKitEgressHlsLoader * self);
void gst_livekit_egress_hls_loader_clear (GstLiveKitEgressHlsLoader * self);

/* As gst_livekit_egress_hls_origin_load(). What is stopped is G_IO_ERROR_CANCELLED. */
GBytes *gst_livekit_egress_hls_loader_load (GstLiveKitEgressHlsLoader * self, const gchar * name,
    gsize max_size, GError ** error);

/* From any thread: ends what is read, and lets nothing more be read until it is allowed again. */
void gst_livekit_egress_hls_loader_set_stopped (GstLiveKitEgressHlsLoader * self,
    gboolean stopped);

G_END_DECLS
