/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressamf0.h"

#include <string.h>

#include <gst/gst.h>

/* As GStreamer has it; what publishers send is 3 deep. */
#define MAX_DEPTH 16
#define MAX_VALUES 1024

typedef enum
{
  NUMBER = 0,
  BOOLEAN = 1,
  STRING = 2,
  OBJECT = 3,
  NULL_VALUE = 5,
  UNDEFINED = 6,
  REFERENCE = 7,
  ECMA_ARRAY = 8,
  OBJECT_END = 9,
  STRICT_ARRAY = 10,
  DATE = 11,
  LONG_STRING = 12,
  UNSUPPORTED = 13,
  XML_DOCUMENT = 15,
  TYPED_OBJECT = 16,
} Marker;

static const guint8 *
take (GstLiveKitEgressAmf0Reader * self, gsize size)
{
  const guint8 *data = self->data;

  if (size > self->size)
    return NULL;
  self->data += size;
  self->size -= size;
  return data;
}

static gboolean
take_text (GstLiveKitEgressAmf0Reader * self, gboolean is_long,
    GstLiveKitEgressAmf0Text * text)
{
  const guint8 *size = take (self, is_long ? 4 : 2);

  if (size == NULL)
    return FALSE;
  text->size = is_long ? GST_READ_UINT32_BE (size) : GST_READ_UINT16_BE (size);
  text->text = (const gchar *) take (self, text->size);
  return text->text != NULL;
}

static gboolean
take_marker (GstLiveKitEgressAmf0Reader * self, guint8 * marker)
{
  const guint8 *byte = take (self, 1);

  if (byte == NULL || self->n_values == MAX_VALUES)
    return FALSE;
  self->n_values++;
  *marker = *byte;
  return TRUE;
}

static gboolean
read_value (GstLiveKitEgressAmf0Reader * self, guint depth, const gchar * name,
    GstLiveKitEgressAmf0Text * member);

static gboolean
read_members (GstLiveKitEgressAmf0Reader * self, guint depth,
    const gchar * wanted, GstLiveKitEgressAmf0Text * member)
{
  for (;;) {
    GstLiveKitEgressAmf0Text name;

    if (!take_text (self, FALSE, &name) || self->size == 0)
      return FALSE;
    if (name.size == 0 && self->data[0] == OBJECT_END)
      return take (self, 1) != NULL;

    if (wanted != NULL && gst_livekit_egress_amf0_text_is (&name, wanted)
        && (self->data[0] == STRING || self->data[0] == LONG_STRING)) {
      if (!gst_livekit_egress_amf0_read_text (self, member))
        return FALSE;
    } else if (!read_value (self, depth + 1, NULL, NULL)) {
      return FALSE;
    }
  }
}

static gboolean
read_items (GstLiveKitEgressAmf0Reader * self, guint depth)
{
  const guint8 *count = take (self, 4);
  guint32 n;

  if (count == NULL)
    return FALSE;
  /* Each takes a byte at least, so that a wrong count ends soon. */
  for (n = GST_READ_UINT32_BE (count); n > 0; n--)
    if (!read_value (self, depth + 1, NULL, NULL))
      return FALSE;
  return TRUE;
}

static gboolean
read_value (GstLiveKitEgressAmf0Reader * self, guint depth, const gchar * name,
    GstLiveKitEgressAmf0Text * member)
{
  GstLiveKitEgressAmf0Text text;
  guint8 marker;

  if (depth == MAX_DEPTH || !take_marker (self, &marker))
    return FALSE;

  switch (marker) {
    case NUMBER:
      return take (self, 8) != NULL;
    case BOOLEAN:
      return take (self, 1) != NULL;
    case STRING:
      return take_text (self, FALSE, &text);
    case LONG_STRING:
    case XML_DOCUMENT:
      return take_text (self, TRUE, &text);
    case NULL_VALUE:
    case UNDEFINED:
    case UNSUPPORTED:
      return TRUE;
    case REFERENCE:
      return take (self, 2) != NULL;
    case DATE:
      return take (self, 8 + 2) != NULL;
    case OBJECT:
      return read_members (self, depth, name, member);
    case TYPED_OBJECT:
      return take_text (self, FALSE, &text)
          && read_members (self, depth, name, member);
    case ECMA_ARRAY:
      /* Its count is a hint. */
      return take (self, 4) != NULL && read_members (self, depth, name, member);
    case STRICT_ARRAY:
      return read_items (self, depth);
    default:                   /* AMF3, and what is reserved */
      return FALSE;
  }
}

gboolean
gst_livekit_egress_amf0_read_text (GstLiveKitEgressAmf0Reader * self,
    GstLiveKitEgressAmf0Text * text)
{
  guint8 marker;

  return take_marker (self, &marker)
      && (marker == STRING || marker == LONG_STRING)
      && take_text (self, marker == LONG_STRING, text);
}

gboolean
gst_livekit_egress_amf0_read_number (GstLiveKitEgressAmf0Reader * self,
    gdouble * number)
{
  const guint8 *data;
  guint8 marker;

  if (!take_marker (self, &marker) || marker != NUMBER)
    return FALSE;
  data = take (self, 8);
  if (data == NULL)
    return FALSE;
  *number = GST_READ_DOUBLE_BE (data);
  return TRUE;
}

gboolean
gst_livekit_egress_amf0_read_member (GstLiveKitEgressAmf0Reader * self,
    const gchar * name, GstLiveKitEgressAmf0Text * text)
{
  text->text = "";
  text->size = 0;
  return read_value (self, 0, name, text);
}

gboolean
gst_livekit_egress_amf0_skip (GstLiveKitEgressAmf0Reader * self)
{
  return read_value (self, 0, NULL, NULL);
}

gboolean
gst_livekit_egress_amf0_text_is (const GstLiveKitEgressAmf0Text * self,
    const gchar * text)
{
  return self->size == strlen (text)
      && memcmp (self->text, text, self->size) == 0;
}

/*** Writing ***/

static void
write_byte (GByteArray * out, guint8 byte)
{
  g_byte_array_append (out, &byte, 1);
}

void
gst_livekit_egress_amf0_write_name (GByteArray * out, const gchar * name)
{
  const gsize size = strlen (name);
  guint8 head[2];

  GST_WRITE_UINT16_BE (head, size);
  g_byte_array_append (out, head, sizeof head);
  g_byte_array_append (out, (const guint8 *) name, size);
}

void
gst_livekit_egress_amf0_write_text (GByteArray * out, const gchar * text)
{
  write_byte (out, STRING);
  gst_livekit_egress_amf0_write_name (out, text);
}

void
gst_livekit_egress_amf0_write_number (GByteArray * out, gdouble number)
{
  guint8 data[8];

  write_byte (out, NUMBER);
  GST_WRITE_DOUBLE_BE (data, number);
  g_byte_array_append (out, data, sizeof data);
}

void
gst_livekit_egress_amf0_write_null (GByteArray * out)
{
  write_byte (out, NULL_VALUE);
}

void
gst_livekit_egress_amf0_begin_object (GByteArray * out)
{
  write_byte (out, OBJECT);
}

void
gst_livekit_egress_amf0_end_object (GByteArray * out)
{
  gst_livekit_egress_amf0_write_name (out, "");
  write_byte (out, OBJECT_END);
}
