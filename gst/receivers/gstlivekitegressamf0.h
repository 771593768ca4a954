/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* AMF0, in which RTMP has its commands and metadata. Reading sets nothing aside and has bounds for how
 * deep and how many values are; a function that returns FALSE has read something that is not there, or
 * not so, and the reader is of no use from then on. */
typedef struct
{
  const guint8 *data;           /* what is left */
  gsize size;
  guint n_values;               /* how many were read */
} GstLiveKitEgressAmf0Reader;

/* Points into what is read; not terminated. */
typedef struct
{
  const gchar *text;
  gsize size;
} GstLiveKitEgressAmf0Text;

gboolean gst_livekit_egress_amf0_read_text (GstLiveKitEgressAmf0Reader * self,
    GstLiveKitEgressAmf0Text * text);
gboolean gst_livekit_egress_amf0_read_number (GstLiveKitEgressAmf0Reader * self, gdouble * number);

/* Reads any value whole. Of an object or array, gives its member of this name if that is a text, otherwise
 * the empty text. */
gboolean gst_livekit_egress_amf0_read_member (GstLiveKitEgressAmf0Reader * self,
    const gchar * name, GstLiveKitEgressAmf0Text * text);

/* Reads any value whole. */
gboolean gst_livekit_egress_amf0_skip (GstLiveKitEgressAmf0Reader * self);

gboolean gst_livekit_egress_amf0_text_is (const GstLiveKitEgressAmf0Text * self,
    const gchar * text);

/* Writing. An object is begun, has a name before each value, and is ended. Texts have less than 64 KiB. */
void gst_livekit_egress_amf0_write_text (GByteArray * out, const gchar * text);
void gst_livekit_egress_amf0_write_number (GByteArray * out, gdouble number);
void gst_livekit_egress_amf0_write_null (GByteArray * out);
void gst_livekit_egress_amf0_begin_object (GByteArray * out);
void gst_livekit_egress_amf0_write_name (GByteArray * out, const gchar * name);
void gst_livekit_egress_amf0_end_object (GByteArray * out);

G_END_DECLS
