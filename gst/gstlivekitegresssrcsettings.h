/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

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
  guint first_data_timeout;
  guint reconnect_window;
} GstLiveKitEgressSrcSettings;

extern const GstLiveKitEgressSettingTable gst_livekit_egress_src_settings;

G_END_DECLS
