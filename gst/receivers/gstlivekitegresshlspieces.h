/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* A segment, and what may have to go ahead of it, in the pieces in which they are pushed. All zero is none;
 * media is not NULL as long as there is something. */
typedef struct
{
  GBytes *head, *media;
  gsize offset;                 /* in media */
} GstLiveKitEgressHlsPieces;

/* Takes both. head may be NULL. */
void gst_livekit_egress_hls_pieces_set (GstLiveKitEgressHlsPieces * self, GBytes * head,
    GBytes * media);

/* The next. */
GstBuffer *gst_livekit_egress_hls_pieces_take (GstLiveKitEgressHlsPieces * self);

void gst_livekit_egress_hls_pieces_clear (GstLiveKitEgressHlsPieces * self);

G_END_DECLS
