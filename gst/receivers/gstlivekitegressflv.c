/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressflv.h"

#include <string.h>

#include "gstlivekitegressamf0.h"

#define FOURCC_SIZE 4

/* Classic audio: the codec is in the upper half of the first byte. */
#define AAC 10
#define EX_AUDIO 9
#define AAC_CONFIG 0
#define AAC_FRAME 1

/* Classic video: the codec is in the lower half of the first byte. */
#define AVC 7
#define COMMAND_FRAME 5
#define AVC_CONFIG 0
#define AVC_FRAME 1
#define AVC_END 2
#define AVC_HEADER_SIZE 5

/* Enhanced RTMP: the first byte has the type of the packet, a FourCC follows. */
#define EX_VIDEO 0x80
#define EX_METADATA 4

typedef struct
{
  guint8 multitrack;
  guint8 modifier;
} ExTypes;

static const ExTypes ex_audio = { 5, 7 };
static const ExTypes ex_video = { 6, 7 };

static const gchar *const audio_codecs[16] = {
  "PCM", "ADPCM", "MP3", "PCM", "Nellymoser", "Nellymoser", "Nellymoser",
  "G.711 A-law", "G.711 mu-law", NULL, "AAC", "Speex", NULL, NULL, "MP3",
  "device-specific sound",
};

static const gchar *const video_codecs[16] = {
  NULL, "JPEG", "Sorenson H.263", "Screen Video", "VP6", "VP6 with alpha",
  "Screen Video 2", "H.264", NULL, NULL, NULL, NULL, "H.265", "AV1",
};

static const struct
{
  gchar fourcc[FOURCC_SIZE + 1];
  const gchar *codec;
} ex_codecs[] = {
  /* *INDENT-OFF* */
  {"hvc1", "H.265"}, {"vvc1", "H.266"}, {"av01", "AV1"}, {"vp08", "VP8"}, {"vp09", "VP9"},
  {"avc1", "H.264 with enhanced headers"}, {"mp4a", "AAC with enhanced headers"}, {"Opus", "Opus"},
  {"fLaC", "FLAC"}, {"ac-3", "AC-3"}, {"ec-3", "E-AC-3"}, {".mp3", "MP3"},
  /* *INDENT-ON* */
};

static GstLiveKitEgressFlvVerdict
refuse (const gchar * kind, const gchar * codec, GError ** error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
      "The publisher sends %s as %s: it has to send H.264 and AAC", kind,
      codec);
  return GST_LIVEKIT_EGRESS_FLV_REFUSED;
}

static GstLiveKitEgressFlvVerdict
refuse_number (const gchar * kind, const gchar * const codecs[16], guint number,
    GError ** error)
{
  g_autofree gchar *unknown = g_strdup_printf ("codec %u of FLV", number);

  return refuse (kind, codecs[number] != NULL ? codecs[number] : unknown,
      error);
}

static GstLiveKitEgressFlvVerdict
refuse_fourcc (const gchar * kind, const guint8 * fourcc, GError ** error)
{
  gchar text[FOURCC_SIZE + 1] = { 0 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (ex_codecs); i++)
    if (memcmp (ex_codecs[i].fourcc, fourcc, FOURCC_SIZE) == 0)
      return refuse (kind, ex_codecs[i].codec, error);

  for (i = 0; i < FOURCC_SIZE; i++)
    text[i] = g_ascii_isalnum (fourcc[i]) ? fourcc[i] : '?';
  return refuse (kind, text, error);
}

/* Finds the FourCC behind what may be before it: modifiers, each with its size, and the kind of
 * multitrack. NULL: it is cut short. */
static const guint8 *
find_fourcc (const ExTypes * types, const guint8 * body, gsize size)
{
  guint8 packet = body[0] & 0x0f;
  gsize at = 1;

  while (packet == types->modifier) {
    gsize n;

    if (at + 1 > size)
      return NULL;
    n = body[at++] + 1;
    if (n == 256) {
      if (at + 2 > size)
        return NULL;
      n = GST_READ_UINT16_BE (body + at) + 1;
      at += 2;
    }
    at += n;
    if (at + 1 > size)
      return NULL;
    packet = body[at++] & 0x0f;
  }
  if (packet == types->multitrack)
    at++;

  return at + FOURCC_SIZE <= size ? body + at : NULL;
}

static GstLiveKitEgressFlvVerdict
check_audio (const guint8 * body, gsize size, GError ** error)
{
  const guint8 *fourcc;
  const guint codec = body[0] >> 4;

  if (codec == EX_AUDIO) {
    fourcc = find_fourcc (&ex_audio, body, size);
    return fourcc == NULL ? GST_LIVEKIT_EGRESS_FLV_BROKEN
        : refuse_fourcc ("its audio", fourcc, error);
  }
  if (codec != AAC)
    return refuse_number ("its audio", audio_codecs, codec, error);

  /* A configuration has two bytes at least, a frame one. */
  if (size >= 4 && body[1] == AAC_CONFIG)
    return GST_LIVEKIT_EGRESS_FLV_GOOD;
  if (size >= 3 && body[1] == AAC_FRAME)
    return GST_LIVEKIT_EGRESS_FLV_GOOD;
  return GST_LIVEKIT_EGRESS_FLV_BROKEN;
}

/* Steps over parameter sets, each with its length. */
static gboolean
skip_sets (const guint8 ** data, gsize * size, guint8 count_mask)
{
  guint n;

  if (*size < 1)
    return FALSE;
  n = **data & count_mask;
  (*data)++;
  (*size)--;

  for (; n > 0; n--) {
    gsize length;

    if (*size < 2)
      return FALSE;
    length = 2 + GST_READ_UINT16_BE (*data);
    if (*size < length)
      return FALSE;
    *data += length;
    *size -= length;
  }
  return TRUE;
}

/* An AVCDecoderConfigurationRecord. */
static GstLiveKitEgressFlvVerdict
check_avc_config (GstLiveKitEgressFlvStream * self, const guint8 * data,
    gsize size)
{
  guint nal_length_size;

  if (size < 5 || data[0] != 1)
    return GST_LIVEKIT_EGRESS_FLV_BROKEN;
  nal_length_size = (data[4] & 0x03) + 1;
  data += 5;
  size -= 5;
  if (nal_length_size == 3 || !skip_sets (&data, &size, 0x1f)
      || !skip_sets (&data, &size, 0xff))
    return GST_LIVEKIT_EGRESS_FLV_BROKEN;

  self->nal_length_size = nal_length_size;
  return GST_LIVEKIT_EGRESS_FLV_GOOD;
}

/* NAL units, each with its length. */
static GstLiveKitEgressFlvVerdict
check_avc_frame (GstLiveKitEgressFlvStream * self, const guint8 * data,
    gsize size)
{
  if (self->nal_length_size == 0 || size == 0)
    return GST_LIVEKIT_EGRESS_FLV_BROKEN;

  while (size >= self->nal_length_size) {
    guint32 length = 0;
    guint i;

    for (i = 0; i < self->nal_length_size; i++)
      length = length << 8 | data[i];
    data += self->nal_length_size;
    size -= self->nal_length_size;
    if (length > size)
      return GST_LIVEKIT_EGRESS_FLV_BROKEN;
    data += length;
    size -= length;
  }
  return GST_LIVEKIT_EGRESS_FLV_GOOD;
}

static GstLiveKitEgressFlvVerdict
check_video (GstLiveKitEgressFlvStream * self, const guint8 * body, gsize size,
    GError ** error)
{
  const guint8 *fourcc;
  const guint codec = body[0] & 0x0f;
  const guint frame = body[0] >> 4 & 0x07;

  if (body[0] & EX_VIDEO) {
    if (frame == COMMAND_FRAME && codec != EX_METADATA)
      return GST_LIVEKIT_EGRESS_FLV_IDLE;
    fourcc = find_fourcc (&ex_video, body, size);
    return fourcc == NULL ? GST_LIVEKIT_EGRESS_FLV_BROKEN
        : refuse_fourcc ("its video", fourcc, error);
  }
  if (frame == COMMAND_FRAME)
    return GST_LIVEKIT_EGRESS_FLV_IDLE;
  if (codec != AVC)
    return refuse_number ("its video", video_codecs, codec, error);
  if (size < AVC_HEADER_SIZE)
    return GST_LIVEKIT_EGRESS_FLV_BROKEN;

  switch (body[1]) {
    case AVC_CONFIG:
      return check_avc_config (self, body + AVC_HEADER_SIZE,
          size - AVC_HEADER_SIZE);
    case AVC_FRAME:
      return check_avc_frame (self, body + AVC_HEADER_SIZE,
          size - AVC_HEADER_SIZE);
    case AVC_END:
      return GST_LIVEKIT_EGRESS_FLV_IDLE;
    default:
      return GST_LIVEKIT_EGRESS_FLV_BROKEN;
  }
}

/* A name and its values. */
static GstLiveKitEgressFlvVerdict
check_script (const guint8 * body, gsize size)
{
  GstLiveKitEgressAmf0Reader reader = { body, size, 0 };
  GstLiveKitEgressAmf0Text name;

  if (!gst_livekit_egress_amf0_read_text (&reader, &name))
    return GST_LIVEKIT_EGRESS_FLV_BROKEN;
  while (reader.size > 0)
    if (!gst_livekit_egress_amf0_skip (&reader))
      return GST_LIVEKIT_EGRESS_FLV_BROKEN;
  return GST_LIVEKIT_EGRESS_FLV_GOOD;
}

GstLiveKitEgressFlvVerdict
gst_livekit_egress_flv_check (GstLiveKitEgressFlvStream * self,
    GstLiveKitEgressFlvType type, const guint8 * body, gsize size,
    GError ** error)
{
  if (size == 0)
    return GST_LIVEKIT_EGRESS_FLV_IDLE;

  switch (type) {
    case GST_LIVEKIT_EGRESS_FLV_AUDIO:
      return check_audio (body, size, error);
    case GST_LIVEKIT_EGRESS_FLV_VIDEO:
      return check_video (self, body, size, error);
    case GST_LIVEKIT_EGRESS_FLV_SCRIPT:
      return check_script (body, size);
    default:
      return GST_LIVEKIT_EGRESS_FLV_BROKEN;
  }
}

GstBuffer *
gst_livekit_egress_flv_new_header (void)
{
  /* Version 1; has audio and video, so that a demuxer waits for both. */
  static const guint8 header[] =
      { 'F', 'L', 'V', 1, 5, 0, 0, 0, 9, 0, 0, 0, 0 };
  GstBuffer *buffer = gst_buffer_new_memdup (header, sizeof header);

  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_HEADER);
  return buffer;
}

GstBuffer *
gst_livekit_egress_flv_new_tag (GstLiveKitEgressFlvType type, guint32 timestamp,
    guint8 * block, gsize start, gsize size)
{
  const gsize whole = GST_LIVEKIT_EGRESS_FLV_HEADER_SIZE + size;
  guint8 *tag = block + start - GST_LIVEKIT_EGRESS_FLV_HEADER_SIZE;

  tag[0] = type;
  GST_WRITE_UINT24_BE (tag + 1, size);
  GST_WRITE_UINT24_BE (tag + 4, timestamp & 0xffffff);
  tag[7] = timestamp >> 24;
  GST_WRITE_UINT24_BE (tag + 8, 0);
  GST_WRITE_UINT32_BE (tag + whole, whole);

  return gst_buffer_new_wrapped_full (0, block,
      start + size + GST_LIVEKIT_EGRESS_FLV_POINTER_SIZE,
      start - GST_LIVEKIT_EGRESS_FLV_HEADER_SIZE,
      whole + GST_LIVEKIT_EGRESS_FLV_POINTER_SIZE, block, g_free);
}
