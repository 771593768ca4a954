/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresssrcsettings.h"

#include "gstlivekitegresserror.h"
#include "gstlivekitegressreceivers.h"

#define DEFAULT_LATENCY 125

#define READY GST_LIVEKIT_EGRESS_PARAM_READY
#define IN_URI GST_LIVEKIT_EGRESS_PARAM_IN_URI
#define URL GST_LIVEKIT_EGRESS_PARAM_URL
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
   * The IP address of this machine to listen on. The default is 127.0.0.1, or every address
   * ("::") when #GstLiveKitEgressSrc:advertise-address is set.
   *
   * Since: 1.0
   */
  {"listen-address", "Listen address",
      "IP address of this machine to listen on (default: 127.0.0.1, or all when "
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
   * The name or the IP address at which the egress worker reaches this machine. The default is
   * #GstLiveKitEgressSrc:listen-address.
   *
   * Since: 1.0
   */
  {"advertise-address", "Advertise address",
      "Name or IP address at which the egress worker reaches this machine (default: "
      "listen-address)",
      G_TYPE_STRING, NULL, AT (advertise_address), 0, 0, READY},
  /**
   * GstLiveKitEgressSrc:latency:
   *
   * How much later than its time data may come without being missed downstream, in milliseconds: what
   * waits for it, such as a mixer or a sink, waits so long. SRT replaces lost packets in that time. Not
   * for protocol hls, which knows it from the segments.
   *
   * Since: 1.0
   */
  {"latency", "Latency",
      "How much later than its time data may come without being missed, and how long SRT "
      "holds packets back to replace lost ones (milliseconds)",
      G_TYPE_UINT, NULL, AT (latency), DEFAULT_LATENCY, G_MAXINT16, READY | IN_URI},
  /**
   * GstLiveKitEgressSrc:tls-certificate:
   *
   * The certificate of this machine, with its key: the egress then sends RTMP, or to a websocket, over
   * TLS. As text it is the path of a PEM file with both. It cannot be read.
   *
   * Since: 1.0
   */
  {"tls-certificate", "TLS certificate",
      "Certificate of this machine and its key, to receive RTMP or a websocket over TLS (as text: "
      "path of a PEM file)",
      G_TYPE_OBJECT, g_tls_certificate_get_type, AT (tls_certificate), 0, 0,
      GST_LIVEKIT_EGRESS_PARAM_SECRET},
  /**
   * GstLiveKitEgressSrc:playback-uri:
   *
   * Where the playlist is read if that is not #GstLiveKitEgressSrc:location itself, for example at a CDN:
   * its address, or with a slash at its end that of its folder. http or https. What is read is without
   * the secrets in it.
   *
   * Since: 1.0
   */
  {"playback-uri", "Playback URI",
      "Where the playlist is read, with protocol=hls: http or https (default: location)",
      G_TYPE_STRING, NULL, AT (playback_uri), 0, 0, READY | URL},
  /**
   * GstLiveKitEgressSrc:hls-start:
   *
   * Where the element begins in the segments of the egress, with protocol=hls.
   *
   * Since: 1.0
   */
  {"hls-start", "HLS start",
      "Where to begin in the segments of the egress, with protocol=hls",
      G_TYPE_ENUM, gst_livekit_egress_hls_start_get_type, AT (hls_start),
      GST_LIVEKIT_EGRESS_HLS_START_LIVE, 0, READY | IN_URI},
  /**
   * GstLiveKitEgressSrc:srt-mode:
   *
   * Who listens for the SRT connection. A worker can only listen on a self-hosted server.
   *
   * Since: 1.0
   */
  {"srt-mode", "SRT mode",
      "Who listens for the SRT connection: this element, or the egress worker",
      G_TYPE_ENUM, gst_livekit_egress_srt_mode_get_type, AT (srt_mode),
      GST_LIVEKIT_EGRESS_SRT_MODE_LISTENER, 0, READY},
  /**
   * GstLiveKitEgressSrc:srt-location:
   *
   * Where the egress worker listens, with #GstLiveKitEgressSrc:srt-mode caller: srt://host:port. The
   * host is the name or the IP address at which this machine reaches the worker.
   *
   * Since: 1.0
   */
  {"srt-location", "SRT location",
      "Where the egress worker listens, for srt-mode=caller: srt://host:port",
      G_TYPE_STRING, NULL, AT (srt_location), 0, 0, READY},
  /**
   * GstLiveKitEgressSrc:rtmp-location:
   *
   * An RTMP server to which the egress publishes, and from which the element reads it, with
   * #GstLiveKitEgressSrc:protocol rtmp: rtmp or rtmps://host/application/key. Without it the element is the
   * server. What is read is without the key.
   *
   * Since: 1.0
   */
  {"rtmp-location", "RTMP location",
      "Where the egress publishes and the element reads, with protocol=rtmp: "
      "rtmp://host/application/key (default: the element is the server)",
      G_TYPE_STRING, NULL, AT (rtmp_location), 0, 0, READY | URL},
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

#define ONLY(protocol) (1 << GST_LIVEKIT_EGRESS_PROTOCOL_##protocol)
#define LISTENERS (ONLY (SRT) | ONLY (RTMP) | ONLY (WEBSOCKET))

static const GstLiveKitEgressFit fits[] = {
  {"listen-address", LISTENERS},
  {"listen-port", LISTENERS},
  {"advertise-address", LISTENERS},
  {"tls-certificate", ONLY (RTMP) | ONLY (WEBSOCKET)},
  {"latency", LISTENERS},
  {"srt-mode", ONLY (SRT)},
  {"srt-location", ONLY (SRT)},
  {"rtmp-location", ONLY (RTMP)},
  {"playback-uri", ONLY (HLS)},
  {"hls-start", ONLY (HLS)},
};

static gboolean
check_restart (GstLiveKitEgressSrcSettings * self, GError ** error)
{
  if (self->protocol == GST_LIVEKIT_EGRESS_PROTOCOL_HLS)
    return gst_livekit_egress_refuse (error,
        "restart does not go together with protocol hls: the next run would "
        "write over the segments that are still read; set restart to never, or "
        "another protocol");
  if (self->protocol == GST_LIVEKIT_EGRESS_PROTOCOL_RTMP && !self->demux)
    return gst_livekit_egress_refuse (error,
        "restart does not go together with protocol rtmp and demux=false: "
        "the next run would begin a new file in the middle of the first; set "
        "demux to true, restart to never, or protocol to srt");
  return TRUE;
}

gboolean
gst_livekit_egress_src_settings_check (GstLiveKitEgressSrcSettings * self,
    GError ** error)
{
  GstLiveKitEgressSettings *settings = &self->parent.parent;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&settings->lock);

  if (self->srt_mode == GST_LIVEKIT_EGRESS_SRT_MODE_LISTENER
      && self->srt_location != NULL)
    return gst_livekit_egress_refuse (error,
        "srt-location has no meaning with srt-mode listener; set srt-mode to "
        "caller, or unset it");
  if (self->parent.life.restart != GST_LIVEKIT_EGRESS_RESTART_NEVER
      && !check_restart (self, error))
    return FALSE;

  return gst_livekit_egress_settings_fit (settings, fits, G_N_ELEMENTS (fits),
      "protocol", self->protocol, error);
}

gboolean
gst_livekit_egress_src_settings_can_adopt (GstLiveKitEgressSrcSettings * self)
{
  gboolean can_adopt;

  g_mutex_lock (&self->parent.parent.lock);
  can_adopt = self->protocol == GST_LIVEKIT_EGRESS_PROTOCOL_HLS
      || (self->protocol == GST_LIVEKIT_EGRESS_PROTOCOL_RTMP
      && self->rtmp_location != NULL);
  g_mutex_unlock (&self->parent.parent.lock);

  return can_adopt;
}

GstElement *
gst_livekit_egress_src_settings_create_receiver (GstLiveKitEgressSrcSettings *
    self, LkEgressSegmentedFileOutput * segments, gboolean * demux)
{
  GstLiveKitEgressReceiverConfig config = { NULL };
  GstLiveKitEgressProtocol protocol;
  g_autofree gchar *listen = NULL, *advertise = NULL, *srt_location = NULL;
  g_autofree gchar *rtmp_location = NULL;
  g_autofree gchar *location = NULL, *playback_uri = NULL;
  g_autoptr (GTlsCertificate) certificate = NULL;

  g_mutex_lock (&self->parent.parent.lock);
  protocol = self->protocol;
  config.listen_address = listen = g_strdup (self->listen_address);
  config.listen_port = self->listen_port;
  config.advertise_address = advertise = g_strdup (self->advertise_address);
  config.latency = self->latency;
  config.location = location = g_strdup (self->parent.location);
  config.playback_uri = playback_uri = g_strdup (self->playback_uri);
  config.hls_start = self->hls_start;
  config.segments = segments;
  config.srt_mode = self->srt_mode;
  config.srt_location = srt_location = g_strdup (self->srt_location);
  config.rtmp_location = rtmp_location = g_strdup (self->rtmp_location);
  g_set_object (&certificate, self->tls_certificate);
  config.tls_certificate = certificate;
  *demux = self->demux;
  g_mutex_unlock (&self->parent.parent.lock);

  return gst_livekit_egress_receiver_new (protocol, &config);
}
