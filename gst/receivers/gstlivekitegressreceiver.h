/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <gst/gst.h>
#include <livekit-egress/livekit-egress.h>

G_BEGIN_DECLS

/**
 * GstLiveKitEgressProtocol:
 * @GST_LIVEKIT_EGRESS_PROTOCOL_SRT: MPEG-TS over SRT, H.264 video and AAC audio
 * @GST_LIVEKIT_EGRESS_PROTOCOL_RTMP: FLV over RTMP, H.264 video and AAC audio
 * @GST_LIVEKIT_EGRESS_PROTOCOL_WEBSOCKET: raw audio over a websocket, and nothing else
 * @GST_LIVEKIT_EGRESS_PROTOCOL_HLS: segments of MPEG-TS or fragmented MP4, H.264 video and AAC audio
 *
 * How the egress sends its stream to the element.
 *
 * Since: 1.0
 */
typedef enum
{
  GST_LIVEKIT_EGRESS_PROTOCOL_SRT,
  GST_LIVEKIT_EGRESS_PROTOCOL_RTMP,
  GST_LIVEKIT_EGRESS_PROTOCOL_WEBSOCKET,
  GST_LIVEKIT_EGRESS_PROTOCOL_HLS,
} GstLiveKitEgressProtocol;

/**
 * GstLiveKitEgressHlsStart:
 * @GST_LIVEKIT_EGRESS_HLS_START_LIVE: with the newest segment, and after a pause too
 * @GST_LIVEKIT_EGRESS_HLS_START_FIRST: with the first segment, and a pause leaves out none
 *
 * Where in the segments of an egress the element begins.
 *
 * Since: 1.0
 */
typedef enum
{
  GST_LIVEKIT_EGRESS_HLS_START_LIVE,
  GST_LIVEKIT_EGRESS_HLS_START_FIRST,
} GstLiveKitEgressHlsStart;

GType gst_livekit_egress_protocol_get_type (void);
GType gst_livekit_egress_hls_start_get_type (void);

/**
 * GstLiveKitEgressSrtMode:
 * @GST_LIVEKIT_EGRESS_SRT_MODE_LISTENER: the element listens and the worker calls
 * @GST_LIVEKIT_EGRESS_SRT_MODE_CALLER: the worker listens and the element calls
 *
 * Who listens for the SRT connection.
 *
 * Since: 1.0
 */
typedef enum
{
  GST_LIVEKIT_EGRESS_SRT_MODE_LISTENER,
  GST_LIVEKIT_EGRESS_SRT_MODE_CALLER,
} GstLiveKitEgressSrtMode;

GType gst_livekit_egress_srt_mode_get_type (void);

/* What users set. */
typedef struct
{
  const gchar *listen_address;  /* of this machine; NULL: loopback, or any with the next */
  guint listen_port;            /* 0: any that is free */
  const gchar *advertise_address;       /* where the worker reaches it; NULL: the one listened on */
  guint latency;                /* how much later than its time data may come (milliseconds) */

  /* Of HLS. */
  const gchar *location;        /* where the worker writes the playlist */
  const gchar *playback_uri;    /* where it is read; NULL: there */
  GstLiveKitEgressHlsStart hls_start;
  LkEgressSegmentedFileOutput *segments;        /* how they are written; NULL: as is best */
  GTlsCertificate *tls_certificate;     /* of this machine, with its key; NULL: no TLS */
  GstLiveKitEgressSrtMode srt_mode;
  const gchar *srt_location;    /* where the worker listens */
  const gchar *rtmp_location;   /* server to which the worker publishes; NULL: here */
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
      GError ** error);
  void (*end) (GstLiveKitEgressReceiver * self, GstClockTime linger);
  GstStructure *(*get_stats) (GstLiveKitEgressReceiver * self);
};

/* Before the first state change. Strings are copied, objects are referenced. */
void gst_livekit_egress_receiver_configure (GstLiveKitEgressReceiver * self,
    const GstLiveKitEgressReceiverConfig * config);

/* Tells the request where to send to, once the receiver is PAUSED. */
gboolean gst_livekit_egress_receiver_add_output (GstLiveKitEgressReceiver * self,
    LkEgressRequest * request, GError ** error);

/* The address that such an output has, for an egress that runs already and so cannot get another
 * output. NULL if it cannot be told to send here. */
gchar *gst_livekit_egress_receiver_dup_stream_url (GstLiveKitEgressReceiver * self,
    GError ** error);

/* Nothing more is to come, and nobody new is let in: EOS as soon as the sender has gone and all it
 * sent is pushed, or when it stays but was silent for the time of linger, or goes on for too long. */
void gst_livekit_egress_receiver_end (GstLiveKitEgressReceiver * self, GstClockTime linger);

/* What is in gstlivekitegresscounters.h and what the protocol counts; NULL when it is not running. */
GstStructure *gst_livekit_egress_receiver_get_stats (GstLiveKitEgressReceiver * self);

/* An error about data that did not come, with what the receiver knows of the cause behind it. */
GError *gst_livekit_egress_receiver_explain (GstLiveKitEgressReceiver * self, const GError * error);

/* For implementations: emits GstLiveKitEgressReceiver::connected, with no lock held. */
void gst_livekit_egress_receiver_connected (GstLiveKitEgressReceiver * self, gboolean connected);
/* The same for GstLiveKitEgressReceiver::muted. */
void gst_livekit_egress_receiver_muted (GstLiveKitEgressReceiver * self, gboolean muted);

G_END_DECLS
