/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <gst/gst.h>

G_BEGIN_DECLS

/* FLV, which is what RTMP carries: tags of H.264, AAC and metadata, and nothing else. */

typedef enum
{
  GST_LIVEKIT_EGRESS_FLV_AUDIO = 8,
  GST_LIVEKIT_EGRESS_FLV_VIDEO = 9,
  GST_LIVEKIT_EGRESS_FLV_SCRIPT = 18,
} GstLiveKitEgressFlvType;

#define GST_LIVEKIT_EGRESS_FLV_HEADER_SIZE 11
#define GST_LIVEKIT_EGRESS_FLV_POINTER_SIZE 4

typedef enum
{
  GST_LIVEKIT_EGRESS_FLV_GOOD,
  GST_LIVEKIT_EGRESS_FLV_IDLE,  /* there is nothing in it for a demuxer */
  GST_LIVEKIT_EGRESS_FLV_BROKEN,        /* cut short, or it contradicts itself */
  GST_LIVEKIT_EGRESS_FLV_REFUSED,       /* another codec: there is an error that names it */
} GstLiveKitEgressFlvVerdict;

/* What is known of the stream from its earlier tags. Begins with zeros. */
typedef struct
{
  guint nal_length_size;        /* of H.264; 0: its parameters have not come */
} GstLiveKitEgressFlvStream;

/* Looks at the body of a tag before a demuxer does. */
GstLiveKitEgressFlvVerdict gst_livekit_egress_flv_check (GstLiveKitEgressFlvStream * self,
    GstLiveKitEgressFlvType type, const guint8 * body, gsize size, GError ** error);

/* The header of FLV and the back pointer after it. */
GstBuffer *gst_livekit_egress_flv_new_header (void);

/* Makes a tag of the body in place: the block, which it takes, has room for header and back pointer. */
GstBuffer *gst_livekit_egress_flv_new_tag (GstLiveKitEgressFlvType type, guint32 timestamp,
    guint8 * block, gsize start, gsize size);

G_END_DECLS
