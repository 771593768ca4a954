/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <livekit-egress/livekit-egress.h>

#include <gst/gst.h>

G_BEGIN_DECLS

/* Waits for the media of an active egress: for the first, and for a sender that went to come back. For
 * the thread of the control alone. */

typedef enum
{
  GST_LIVEKIT_EGRESS_MEDIA_NONE,        /* none, and none is waited for */
  GST_LIVEKIT_EGRESS_MEDIA_EXPECTED,    /* none yet */
  GST_LIVEKIT_EGRESS_MEDIA_ARRIVED,
  GST_LIVEKIT_EGRESS_MEDIA_LOST,        /* the sender went, and may come back */
} GstLiveKitEgressMediaState;

/* The error is NULL when the egress only finishes its outputs and sends no more media. */
typedef void (*GstLiveKitEgressMediaFunc) (GstElement * owner, const GError * error);

typedef struct
{
  guint first_data_timeout;     /* milliseconds, 0 = no limit */
  guint reconnect_window;
  GstLiveKitEgressMediaFunc timed_out;

  GstLiveKitEgressMediaState media;
  LkEgressJobState egress;
  GSource *timer;
} GstLiveKitEgressMedia;

/* For a new run; nothing is waited for. */
void gst_livekit_egress_media_reset (GstLiveKitEgressMedia * self);

void gst_livekit_egress_media_set_media (GstLiveKitEgressMedia * self, GstElement * owner,
    GstLiveKitEgressMediaState state);
void gst_livekit_egress_media_set_egress (GstLiveKitEgressMedia * self, GstElement * owner,
    LkEgressJobState state);

G_END_DECLS
