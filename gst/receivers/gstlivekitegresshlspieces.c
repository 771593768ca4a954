/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresshlspieces.h"

/* Whole packets of MPEG-TS. */
#define PIECE_SIZE (188 * 348)

void
gst_livekit_egress_hls_pieces_set (GstLiveKitEgressHlsPieces * self,
    GBytes * head, GBytes * media)
{
  gst_livekit_egress_hls_pieces_clear (self);
  self->head = head;
  self->media = media;
  self->offset = 0;
}

GstBuffer *
gst_livekit_egress_hls_pieces_take (GstLiveKitEgressHlsPieces * self)
{
  g_autoptr (GBytes) piece = NULL;
  gsize size;

  if (self->head != NULL) {
    piece = g_steal_pointer (&self->head);
    return gst_buffer_new_wrapped_bytes (piece);
  }

  size = MIN (g_bytes_get_size (self->media) - self->offset, PIECE_SIZE);
  piece = g_bytes_new_from_bytes (self->media, self->offset, size);
  self->offset += size;
  if (self->offset == g_bytes_get_size (self->media))
    g_clear_pointer (&self->media, g_bytes_unref);
  return gst_buffer_new_wrapped_bytes (piece);
}

void
gst_livekit_egress_hls_pieces_clear (GstLiveKitEgressHlsPieces * self)
{
  g_clear_pointer (&self->head, g_bytes_unref);
  g_clear_pointer (&self->media, g_bytes_unref);
}
