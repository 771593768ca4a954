/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegresssrtsecrets.h"

G_BEGIN_DECLS

/* Who may begin an SRT connection, decided before libsrt sets memory aside for it: the passphrase is
 * checked after that. The stream id travels in the clear, so that it keeps out who is lost, and nobody
 * who listens in. All functions may be called from any thread. */
typedef struct _GstLiveKitEgressSrtGuard GstLiveKitEgressSrtGuard;

/* The secrets are not copied. */
GstLiveKitEgressSrtGuard *gst_livekit_egress_srt_guard_new (const GstLiveKitEgressSrtSecrets *
    secrets);
void gst_livekit_egress_srt_guard_free (GstLiveKitEgressSrtGuard * self);

/* Lets the kernel drop handshakes whose sizes would make libsrt take any amount of memory, which its
 * listen callback does not see. FALSE where there is no such filter. */
gboolean gst_livekit_egress_srt_guard_filter (int udp_socket);

/* For the listen callback: why it is refused, with the reason as SRT tells it; NULL when it may come. */
const gchar *gst_livekit_egress_srt_guard_check (GstLiveKitEgressSrtGuard * self,
    const struct sockaddr *peer, const gchar * stream_id, int *reason);

/* Who is connected, or SRT_INVALID_SOCK. From the first on, all come from its address. */
void gst_livekit_egress_srt_guard_set_sender (GstLiveKitEgressSrtGuard * self, SRTSOCKET sender);
/* It delivers. */
void gst_livekit_egress_srt_guard_note_data (GstLiveKitEgressSrtGuard * self);
/* It does not, and another may take its place. */
gboolean gst_livekit_egress_srt_guard_is_silent (GstLiveKitEgressSrtGuard * self);

/* From now on nobody may. */
void gst_livekit_egress_srt_guard_close (GstLiveKitEgressSrtGuard * self);

G_END_DECLS
