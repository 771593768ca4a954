/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "gstlivekitegresslivesrc.h"

G_BEGIN_DECLS

/* What all receivers share that wait for the worker to connect: where to listen, and when to end. A
 * subclass knows one transport. */

#define GST_TYPE_LIVEKIT_EGRESS_LISTENER (gst_livekit_egress_listener_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstLiveKitEgressListener, gst_livekit_egress_listener,
    GST, LIVEKIT_EGRESS_LISTENER, GstLiveKitEgressLiveSrc)

struct _GstLiveKitEgressListenerClass
{
  GstLiveKitEgressLiveSrcClass parent_class;

  /* Begins to listen and makes the secrets of this run. Returns the port, or 0 with an error. */
  guint (*listen) (GstLiveKitEgressListener * self, GSocketAddress * address, guint latency,
      GError ** error);

  /* Undoes listen. Nobody reads any more; whatever else may be called still is. */
  void (*close) (GstLiveKitEgressListener * self);

  /* Adds the output to the request. The authority is that of the URL: host and port. */
  void (*add_output) (GstLiveKitEgressListener * self, LkEgressRequest * request,
      const gchar * authority);

  /* In the streaming thread: what came, with DISCONT if something before it is missing, and how long
   * ago the sender sent it (NONE when the transport does not know, or has set the timestamp). Waits a
   * moment, at most for GST_LIVEKIT_EGRESS_LIVE_SRC_MOMENT; NULL when nothing came, and with an error when nothing will. */
  GstBuffer *(*read) (GstLiveKitEgressListener * self, GstClockTime * age, GError ** error);

  /* From any thread: lets nobody in any more. */
  void (*refuse_all) (GstLiveKitEgressListener * self);

  /* From any thread: adds what the transport counts, "packets" or "messages" at least. */
  void (*add_stats) (GstLiveKitEgressListener * self, GstStructure * stats);
};

/* For subclasses. */

/* NULL: no TLS. From the first state change on it is always the same. */
GTlsCertificate *gst_livekit_egress_listener_get_certificate (GstLiveKitEgressListener * self);

/* From any thread: somebody was not let in. Goes into the log with address and reason, not too often. */
void gst_livekit_egress_listener_refused (GstLiveKitEgressListener * self, const gchar * peer,
    const gchar * why);

G_END_DECLS
