/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressreceivers.h"

#include "gstlivekitegresshlsreceiver.h"
#include "gstlivekitegressrtmppuller.h"
#include "gstlivekitegressrtmpreceiver.h"
#include "gstlivekitegresssrtcallerreceiver.h"
#include "gstlivekitegresssrtreceiver.h"
#include "gstlivekitegresswebsocketreceiver.h"

static struct
{
  GType (*get_type) (void);
  GType replaced;               /* by a test */
} receivers[] = {
  [GST_LIVEKIT_EGRESS_PROTOCOL_SRT] =
      {gst_livekit_egress_srt_receiver_get_type},
  [GST_LIVEKIT_EGRESS_PROTOCOL_RTMP] =
      {gst_livekit_egress_rtmp_receiver_get_type},
  [GST_LIVEKIT_EGRESS_PROTOCOL_WEBSOCKET] =
      {gst_livekit_egress_websocket_receiver_get_type},
  [GST_LIVEKIT_EGRESS_PROTOCOL_HLS] =
      {gst_livekit_egress_hls_receiver_get_type},
};

static GType
get_type (GstLiveKitEgressProtocol protocol,
    const GstLiveKitEgressReceiverConfig * config)
{
  if (receivers[protocol].replaced != G_TYPE_INVALID)
    return receivers[protocol].replaced;
  if (protocol == GST_LIVEKIT_EGRESS_PROTOCOL_SRT
      && config->srt_mode == GST_LIVEKIT_EGRESS_SRT_MODE_CALLER)
    return gst_livekit_egress_srt_caller_receiver_get_type ();
  if (protocol == GST_LIVEKIT_EGRESS_PROTOCOL_RTMP
      && config->rtmp_location != NULL)
    return gst_livekit_egress_rtmp_puller_get_type ();
  return receivers[protocol].get_type ();
}

GstElement *
gst_livekit_egress_receiver_new (GstLiveKitEgressProtocol protocol,
    const GstLiveKitEgressReceiverConfig * config)
{
  GstElement *receiver;

  g_return_val_if_fail (protocol < G_N_ELEMENTS (receivers), NULL);

  receiver =
      g_object_new (get_type (protocol, config), "name", "receiver", NULL);
  gst_livekit_egress_receiver_configure (GST_LIVEKIT_EGRESS_RECEIVER (receiver),
      config);
  return receiver;
}

void
gst_livekit_egress_receiver_set_type (GstLiveKitEgressProtocol protocol,
    GType type)
{
  g_return_if_fail (protocol < G_N_ELEMENTS (receivers));

  receivers[protocol].replaced = type;
}
