/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* A live source element that takes the stream of one egress. It knows media and sockets, nothing of
 * the LiveKit API.
 *
 * It listens from READY->PAUSED on, and refuses every sender without the secrets of the run, which
 * it makes itself and tells through dup_url() alone. Its "src" pad carries the container. */

#define GST_TYPE_LIVEKIT_EGRESS_RECEIVER (gst_livekit_egress_receiver_get_type ())
G_DECLARE_INTERFACE (GstLiveKitEgressReceiver, gst_livekit_egress_receiver,
    GST, LIVEKIT_EGRESS_RECEIVER, GstElement)

struct _GstLiveKitEgressReceiverInterface
{
  GTypeInterface parent_iface;

  /* The element that takes the container apart. */
  const gchar *demuxer;

  gchar *(*dup_url) (GstLiveKitEgressReceiver * self, const gchar * host);
  void (*end) (GstLiveKitEgressReceiver * self, GstClockTime linger);
  GstStructure *(*get_stats) (GstLiveKitEgressReceiver * self);
};

const gchar *gst_livekit_egress_receiver_get_demuxer (GstLiveKitEgressReceiver * self);

/* The URL for the egress worker, which reaches this machine as host; NULL when not listening. Holds
 * secrets. */
gchar *gst_livekit_egress_receiver_dup_url (GstLiveKitEgressReceiver * self, const gchar * host);

/* Nothing more is to come: EOS as soon as the sender has gone and all it sent is pushed, or when it
 * stays but was silent for the time of linger. */
void gst_livekit_egress_receiver_end (GstLiveKitEgressReceiver * self, GstClockTime linger);

GstStructure *gst_livekit_egress_receiver_get_stats (GstLiveKitEgressReceiver * self);

/* For implementations: emits GstLiveKitEgressReceiver::connected, with no lock held. */
void gst_livekit_egress_receiver_connected (GstLiveKitEgressReceiver * self, gboolean connected);

G_END_DECLS
