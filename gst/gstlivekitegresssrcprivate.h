/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegresscontrol.h"
#include "gstlivekitegressreceiver.h"
#include "gstlivekitegresssettings.h"
#include "gstlivekitegresssrc.h"

G_BEGIN_DECLS

struct _GstLiveKitEgressSrc
{
  GstBin parent;

  GstLiveKitEgressControl *control;
  GstLiveKitEgressSettings settings;

  /* Of state changes alone. */
  LkEgressClient *client;
  LkEgressRequest *request;
  GstElement *demuxer;

  /* Guarded by the object lock, which is never held while calling out. */
  gchar *uri;                   /* as it was set */
  GstLiveKitEgressProtocol protocol;
  gboolean demux;
  gchar *listen_address;
  guint listen_port;
  gchar *advertise_address;
  guint latency;

  GstElement *receiver;         /* from READY->PAUSED to PAUSED->READY */
  GSource *drain_timer;
  GError *failure;              /* to be posted when all that came is pushed */
  gboolean errored;             /* one error message is enough for a run */
  gboolean has_data;
  gint64 start_time;
};

extern GstStaticPadTemplate gst_livekit_egress_src_video_template;
extern GstStaticPadTemplate gst_livekit_egress_src_audio_template;
extern GstStaticPadTemplate gst_livekit_egress_src_src_template;

/* One run of the element, from READY to PAUSED and back. */

/* Before the children start: finds all that can be wrong on our side, and posts it. */
gboolean gst_livekit_egress_src_prepare (GstLiveKitEgressSrc * self);
/* After they did, as then somebody listens: posts what is wrong with the addresses. */
gboolean gst_livekit_egress_src_start (GstLiveKitEgressSrc * self);
void gst_livekit_egress_src_clean_up (GstLiveKitEgressSrc * self);

/* Whether data is read now, so that waiting for it makes sense. */
void gst_livekit_egress_src_set_reading (GstLiveKitEgressSrc * self, gboolean reading);

/* For "ended" of the control. */
void gst_livekit_egress_src_ended (GstLiveKitEgressControl * control, const GError * error,
    GstLiveKitEgressSrc * self);

G_END_DECLS
