/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresssrcsettings.h"

#define DEFAULT_LATENCY 125

#define READY GST_LIVEKIT_EGRESS_PARAM_READY
#define IN_URI GST_LIVEKIT_EGRESS_PARAM_IN_URI
#define AT(field) G_STRUCT_OFFSET (GstLiveKitEgressSrcSettings, field)

/* *INDENT-OFF* */
static const GstLiveKitEgressSetting rows[] = {
  /**
   * GstLiveKitEgressSrc:protocol:
   *
   * How the egress sends its stream to this element.
   *
   * Since: 1.0
   */
  {"protocol", "Protocol",
      "How the egress sends its stream to this element",
      G_TYPE_ENUM, gst_livekit_egress_protocol_get_type, AT (protocol),
      GST_LIVEKIT_EGRESS_PROTOCOL_SRT, 0, READY | IN_URI},
  /**
   * GstLiveKitEgressSrc:demux:
   *
   * Give parsed elementary streams on the pads video_%u and audio_%u; otherwise the container as it
   * comes, on the pad src.
   *
   * Since: 1.0
   */
  {"demux", "Demux",
      "Give parsed elementary streams; otherwise the container as it comes",
      G_TYPE_BOOLEAN, NULL, AT (demux), TRUE, 0, READY | IN_URI},
  /**
   * GstLiveKitEgressSrc:listen-address:
   *
   * The IP address of this machine to listen on. The default is 127.0.0.1, or 0.0.0.0 when
   * #GstLiveKitEgressSrc:advertise-address is set.
   *
   * Since: 1.0
   */
  {"listen-address", "Listen address",
      "IP address of this machine to listen on (default: 127.0.0.1, or 0.0.0.0 when "
      "advertise-address is set)",
      G_TYPE_STRING, NULL, AT (listen_address), 0, 0, READY},
  /**
   * GstLiveKitEgressSrc:listen-port:
   *
   * The port to listen on; 0 for any that is free.
   *
   * Since: 1.0
   */
  {"listen-port", "Listen port",
      "Port to listen on (0 = any that is free)",
      G_TYPE_UINT, NULL, AT (listen_port), 0, G_MAXUINT16, READY},
  /**
   * GstLiveKitEgressSrc:advertise-address:
   *
   * The address at which the egress worker reaches this machine. The default is
   * #GstLiveKitEgressSrc:listen-address.
   *
   * Since: 1.0
   */
  {"advertise-address", "Advertise address",
      "Address at which the egress worker reaches this machine (default: listen-address)",
      G_TYPE_STRING, NULL, AT (advertise_address), 0, 0, READY},
  /**
   * GstLiveKitEgressSrc:latency:
   *
   * How long the transport holds packets back to replace lost ones, in milliseconds.
   *
   * Since: 1.0
   */
  {"latency", "Latency",
      "How long the transport holds packets back to replace lost ones (milliseconds)",
      G_TYPE_UINT, NULL, AT (latency), DEFAULT_LATENCY, G_MAXINT16, READY | IN_URI},
  /**
   * GstLiveKitEgressSrc:first-data-timeout:
   *
   * How long an active egress may take to send its first data, in milliseconds; 0 for no limit.
   *
   * Since: 1.0
   */
  {"first-data-timeout", "First data timeout",
      "How long an active egress may take to send its first data (milliseconds, 0 = no limit)",
      G_TYPE_UINT, NULL, AT (first_data_timeout), 15000, 0, READY | IN_URI},
  /**
   * GstLiveKitEgressSrc:reconnect-window:
   *
   * How long an active egress that lost its connection may take to come back, in milliseconds; 0
   * for no limit.
   *
   * Since: 1.0
   */
  {"reconnect-window", "Reconnect window",
      "How long an active egress that lost its connection may take to come back (milliseconds, "
      "0 = no limit)",
      G_TYPE_UINT, NULL, AT (reconnect_window), 10000, 0, READY | IN_URI},
};
/* *INDENT-ON* */

const GstLiveKitEgressSettingTable gst_livekit_egress_src_settings = {
  &gst_livekit_egress_element_settings, rows, G_N_ELEMENTS (rows)
};
