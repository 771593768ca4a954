/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressreceiver.h"

G_DEFINE_INTERFACE (GstLiveKitEgressReceiver, gst_livekit_egress_receiver,
    GST_TYPE_ELEMENT);

static guint connected_signal;

static void
gst_livekit_egress_receiver_default_init (GstLiveKitEgressReceiverInterface *
    iface)
{
  /* A sender came (TRUE) or went (FALSE). Emitted from the streaming thread. */
  connected_signal = g_signal_new ("connected",
      GST_TYPE_LIVEKIT_EGRESS_RECEIVER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

void
gst_livekit_egress_receiver_configure (GstLiveKitEgressReceiver * self,
    const GstLiveKitEgressReceiverConfig * config)
{
  GST_LIVEKIT_EGRESS_RECEIVER_GET_IFACE (self)->configure (self, config);
}

gboolean
gst_livekit_egress_receiver_add_output (GstLiveKitEgressReceiver * self,
    LkEgressRequest * request, const gchar * host, GError ** error)
{
  return GST_LIVEKIT_EGRESS_RECEIVER_GET_IFACE (self)->add_output (self,
      request, host, error);
}

void
gst_livekit_egress_receiver_set_info (GstLiveKitEgressReceiver * self,
    LkEgressInfo * info)
{
  GstLiveKitEgressReceiverInterface *iface =
      GST_LIVEKIT_EGRESS_RECEIVER_GET_IFACE (self);

  if (iface->set_info != NULL)
    iface->set_info (self, info);
}

void
gst_livekit_egress_receiver_end (GstLiveKitEgressReceiver * self,
    GstClockTime linger)
{
  GST_LIVEKIT_EGRESS_RECEIVER_GET_IFACE (self)->end (self, linger);
}

GstStructure *
gst_livekit_egress_receiver_get_stats (GstLiveKitEgressReceiver * self)
{
  return GST_LIVEKIT_EGRESS_RECEIVER_GET_IFACE (self)->get_stats (self);
}

void
gst_livekit_egress_receiver_connected (GstLiveKitEgressReceiver * self,
    gboolean connected)
{
  g_signal_emit (self, connected_signal, 0, connected);
}
