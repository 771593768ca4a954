/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <gst/base/gstpushsrc.h>

#include "gstlivekitegressreceiver.h"

G_BEGIN_DECLS

/* What all receivers share that wait for the worker to connect: where to listen, when to drop, when
 * to end, timestamps and latency, counters. A subclass knows one transport. */

#define GST_TYPE_LIVEKIT_EGRESS_LISTENER (gst_livekit_egress_listener_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstLiveKitEgressListener, gst_livekit_egress_listener,
    GST, LIVEKIT_EGRESS_LISTENER, GstPushSrc)

struct _GstLiveKitEgressListenerClass
{
  GstPushSrcClass parent_class;

  /* Begins to listen and makes the secrets of this run. Returns the port, or 0 with an error. */
  guint (*listen) (GstLiveKitEgressListener * self, GSocketAddress * address, guint latency,
      GError ** error);

  /* Undoes listen. Nobody reads any more; whatever else may be called still is. */
  void (*close) (GstLiveKitEgressListener * self);

  /* Adds the output to the request. The authority is that of the URL: host and port. */
  void (*add_output) (GstLiveKitEgressListener * self, LkEgressRequest * request,
      const gchar * authority);

  /* In the streaming thread: what came, with DISCONT if something before it is missing, and how long
   * ago the sender sent it (NONE when the transport does not know). Waits a moment, at most for
   * GST_LIVEKIT_EGRESS_LISTENER_MOMENT; NULL when nothing came, and with an error when nothing will. */
  GstBuffer *(*read) (GstLiveKitEgressListener * self, GstClockTime * age, GError ** error);

  /* From any thread: lets nobody in any more. */
  void (*refuse_all) (GstLiveKitEgressListener * self);

  /* From any thread: adds what the transport counts. */
  void (*add_stats) (GstLiveKitEgressListener * self, GstStructure * stats);
};

#define GST_LIVEKIT_EGRESS_LISTENER_MOMENT (50 * GST_MSECOND)

/* For subclasses. */

/* In the streaming thread, with no lock held: the sender is there, or has gone. */
void gst_livekit_egress_listener_set_connected (GstLiveKitEgressListener * self,
    gboolean connected);

/* From any thread: somebody was not let in. */
void gst_livekit_egress_listener_count_refused (GstLiveKitEgressListener * self);

G_END_DECLS
