/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "gstlivekitegresselement.h"
#include "gstlivekitegressreceiver.h"

G_BEGIN_DECLS

/* What livekitegresssrc adds to the settings of all elements. Times in milliseconds. */
typedef struct
{
  GstLiveKitEgressCommonSettings parent;

  GstLiveKitEgressProtocol protocol;
  gboolean demux;
  gchar *listen_address;
  guint listen_port;
  gchar *advertise_address;
  guint latency;
  GstLiveKitEgressSrtMode srt_mode;
  gchar *srt_location;
  gchar *rtmp_location;
  GTlsCertificate *tls_certificate;
  gchar *playback_uri;
  GstLiveKitEgressHlsStart hls_start;
  guint first_data_timeout;
  guint reconnect_window;
} GstLiveKitEgressSrcSettings;

extern const GstLiveKitEgressSettingTable gst_livekit_egress_src_settings;

/* Whether all that was set fits the protocol. */
gboolean gst_livekit_egress_src_settings_check (GstLiveKitEgressSrcSettings * self,
    GError ** error);

/* Whether what an egress sends that runs already comes here. A worker that sends to us needs the secrets
 * of this run; what is stored, or is with a server in between, is there for the next run too. */
gboolean gst_livekit_egress_src_settings_can_adopt (GstLiveKitEgressSrcSettings * self);

/* The receiver that they describe, which writes the segments so (NULL: as is best), and whether what it
 * gives is to be taken apart. */
GstElement *gst_livekit_egress_src_settings_create_receiver (GstLiveKitEgressSrcSettings * self,
    LkEgressSegmentedFileOutput * segments, gboolean * demux);

G_END_DECLS
