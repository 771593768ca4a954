/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/base/gstpushsrc.h>

#include "gstlivekitegressreceiver.h"

G_BEGIN_DECLS

/* What all receivers share: a live source that drops what comes while it is not PLAYING, timestamps and
 * latency, the end, counters. A subclass knows where the data comes from. */

#define GST_TYPE_LIVEKIT_EGRESS_LIVE_SRC (gst_livekit_egress_live_src_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstLiveKitEgressLiveSrc, gst_livekit_egress_live_src,
    GST, LIVEKIT_EGRESS_LIVE_SRC, GstPushSrc)

struct _GstLiveKitEgressLiveSrcClass
{
  GstPushSrcClass parent_class;

  /* In the streaming thread: what came, with DISCONT if something before it is missing, and how long
   * ago the sender sent it (NONE to give it no timestamp). A buffer that has a timestamp of its own
   * keeps it, and the segment says what running time that is. Waits no longer than
   * GST_LIVEKIT_EGRESS_LIVE_SRC_MOMENT for anything but gst_livekit_egress_live_src_wait(), which a
   * change of the state ends; no buffer when nothing came. Posts the error before it returns one. */
  GstFlowReturn (*next) (GstLiveKitEgressLiveSrc * self, GstBuffer ** buffer, GstClockTime * age);

  /* Optional, in the streaming thread, for a container that has timestamps of its own: takes what is
   * about to be pushed, with its running time as PTS and DISCONT if something before it is missing, and
   * makes it fit. NULL to leave it out. */
  GstBuffer *(*place) (GstLiveKitEgressLiveSrc * self, GstBuffer * buffer);

  /* From any thread: nothing more is to come. Optional. */
  void (*end) (GstLiveKitEgressLiveSrc * self);

  /* From any thread: adds what the transport counts. */
  void (*add_stats) (GstLiveKitEgressLiveSrc * self, GstStructure * stats);
};

#define GST_LIVEKIT_EGRESS_LIVE_SRC_MOMENT (50 * GST_MSECOND)

/* For subclasses. */

/* How much later than its time data may come; while it runs the pipeline is told. */
void gst_livekit_egress_live_src_set_latency (GstLiveKitEgressLiveSrc * self,
    GstClockTime latency);

/* In the streaming thread, with no lock held: the sender is there, or has gone. */
void gst_livekit_egress_live_src_set_connected (GstLiveKitEgressLiveSrc * self,
    gboolean connected);

/* In the streaming thread: waits until then (monotonic), or until the state changes; unlock() ends it. It
 * may return early. */
void gst_livekit_egress_live_src_wait (GstLiveKitEgressLiveSrc * self, gint64 time);

/* From any thread: what the last attempt to get at the data failed on, to be shown to users; NULL when it
 * did not. */
void gst_livekit_egress_live_src_set_failure (GstLiveKitEgressLiveSrc * self,
    const gchar * failure);

/* In the streaming thread: what comes next has a gap before it that is no loss. */
void gst_livekit_egress_live_src_skip (GstLiveKitEgressLiveSrc * self);

typedef struct
{
  gboolean playing;
  guint plays;                  /* how often it began to */
  gboolean connected;
  gboolean ended;               /* nothing more is to come */
  gint64 end_time;              /* monotonic: since when it is so */
  gint64 linger;                /* in microseconds: how long the sender may be silent after that */
  gint64 last_data;             /* monotonic */
} GstLiveKitEgressLiveSrcState;

GstLiveKitEgressLiveSrcState gst_livekit_egress_live_src_get_state (GstLiveKitEgressLiveSrc *
    self);

/* For those with a connection: whether after the end nothing more is to be waited for. The last read may
 * have waited in vain. */
gboolean gst_livekit_egress_live_src_is_drained (GstLiveKitEgressLiveSrc * self, gboolean waited);

G_END_DECLS
