/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <srt.h>

G_BEGIN_DECLS

/* What the two ends of a run's SRT connection must have in common: the passphrase and the stream id, which
 * are made here, and the latency. Never changes. */
typedef struct
{
  guint latency;                /* in milliseconds */
  gchar *passphrase;
  gchar *stream_id;
} GstLiveKitEgressSrtSecrets;

GstLiveKitEgressSrtSecrets *gst_livekit_egress_srt_secrets_new (guint latency, GError ** error);
void gst_livekit_egress_srt_secrets_free (GstLiveKitEgressSrtSecrets * self);

/* Sets up a socket that neither listens nor connects yet, and never blocks. */
gboolean gst_livekit_egress_srt_secrets_apply (const GstLiveKitEgressSrtSecrets * self,
    SRTSOCKET socket, GError ** error);

/* The only place where the secrets are written: to be sent to the worker, not logged. The authority is
 * host and port; the mode is that of the worker. */
gchar *gst_livekit_egress_srt_secrets_dup_url (const GstLiveKitEgressSrtSecrets * self,
    const gchar * authority, const gchar * mode);

/* Whether a caller has this stream id, plain or as the resource of a structured one. */
gboolean gst_livekit_egress_srt_secrets_has_stream_id (const GstLiveKitEgressSrtSecrets * self,
    const gchar * stream_id);

G_END_DECLS
