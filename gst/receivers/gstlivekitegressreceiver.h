/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>
#include <livekit-egress/livekit-egress.h>

G_BEGIN_DECLS

/**
 * GstLiveKitEgressProtocol:
 * @GST_LIVEKIT_EGRESS_PROTOCOL_SRT: MPEG-TS over SRT, H.264 video and AAC audio
 *
 * How the egress sends its stream to the element.
 *
 * Since: 1.0
 */
typedef enum
{
  GST_LIVEKIT_EGRESS_PROTOCOL_SRT,
} GstLiveKitEgressProtocol;

GType gst_livekit_egress_protocol_get_type (void);

/* What users set. */
typedef struct
{
  const gchar *listen_address;  /* of this machine; NULL: loopback */
  guint listen_port;            /* 0: any that is free */
  guint latency;                /* how long the transport holds data back (milliseconds) */
} GstLiveKitEgressReceiverConfig;

/* A live source element that takes the stream of one egress. It knows media and sockets, nothing of
 * the calls of the LiveKit API.
 *
 * It is ready to receive from READY->PAUSED on, and refuses every sender without the secrets of the
 * run, which it makes itself and writes into the request alone. What comes while it is not PLAYING is
 * dropped: a live stream goes on at its live edge. The caps of its pad "src" say what it carries: a
 * container, or raw audio. */

/* The name of an event that goes before what comes after such a gap. */
#define GST_LIVEKIT_EGRESS_RECEIVER_SKIPPED "livekit-egress-skipped"

#define GST_TYPE_LIVEKIT_EGRESS_RECEIVER (gst_livekit_egress_receiver_get_type ())
G_DECLARE_INTERFACE (GstLiveKitEgressReceiver, gst_livekit_egress_receiver,
    GST, LIVEKIT_EGRESS_RECEIVER, GstElement)

struct _GstLiveKitEgressReceiverInterface
{
  GTypeInterface parent_iface;

  void (*configure) (GstLiveKitEgressReceiver * self,
      const GstLiveKitEgressReceiverConfig * config);
  gboolean (*add_output) (GstLiveKitEgressReceiver * self, LkEgressRequest * request,
      const gchar * host, GError ** error);
  void (*set_info) (GstLiveKitEgressReceiver * self, LkEgressInfo * info);      /* optional */
  void (*end) (GstLiveKitEgressReceiver * self, GstClockTime linger);
  GstStructure *(*get_stats) (GstLiveKitEgressReceiver * self);
};

/* Before the first state change. The strings are copied. */
void gst_livekit_egress_receiver_configure (GstLiveKitEgressReceiver * self,
    const GstLiveKitEgressReceiverConfig * config);

/* Tells the request where to send to, once the receiver is PAUSED. The host is the one at which the
 * worker reaches this machine, NULL for the address that is listened on. */
gboolean gst_livekit_egress_receiver_add_output (GstLiveKitEgressReceiver * self,
    LkEgressRequest * request, const gchar * host, GError ** error);

/* What the server says about the egress. */
void gst_livekit_egress_receiver_set_info (GstLiveKitEgressReceiver * self, LkEgressInfo * info);

/* Nothing more is to come, and nobody new is let in: EOS as soon as the sender has gone and all it
 * sent is pushed, or when it stays but was silent for the time of linger, or goes on for too long. */
void gst_livekit_egress_receiver_end (GstLiveKitEgressReceiver * self, GstClockTime linger);

/* NULL when it is not running. */
GstStructure *gst_livekit_egress_receiver_get_stats (GstLiveKitEgressReceiver * self);

/* For implementations: emits GstLiveKitEgressReceiver::connected, with no lock held. */
void gst_livekit_egress_receiver_connected (GstLiveKitEgressReceiver * self, gboolean connected);

G_END_DECLS
