/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rtmp-peer.h"

#include <string.h>

#include "gstlivekitegressamf0.h"
#include "gstlivekitegressrtmpchunks.h"

#define HANDSHAKE_SIZE (1 + 1536 + 1536)

GByteArray *
rtmp_recorded (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("LK_EGRESS_TEST_DATA"), "rtmp.rec", NULL);
  g_autofree char *data = NULL;
  g_autoptr (GError) error = NULL;
  GByteArray *out = g_byte_array_new ();
  gsize size, at = 0;

  g_file_get_contents (path, &data, &size, &error);
  g_assert_no_error (error);

  /* Direction, milliseconds, length, bytes. */
  while (at < size)
    {
      const guint32 length = GST_READ_UINT32_BE (data + at + 5);

      if (data[at] == 'C')
        g_byte_array_append (out, (guint8 *)data + at + 9, length);
      at += 9 + length;
    }

  return out;
}

void
rtmp_add_handshake (GByteArray *out)
{
  g_byte_array_set_size (out, out->len + HANDSHAKE_SIZE);
  memset (out->data + out->len - HANDSHAKE_SIZE, 0, HANDSHAKE_SIZE);
  out->data[out->len - HANDSHAKE_SIZE] = 3;
}

void
rtmp_add_header (GByteArray *out,
                 guint kind,
                 guint8 chunk_stream,
                 guint32 time,
                 gsize size,
                 guint8 type)
{
  static const guint sizes[] = { 12, 8, 4, 1 };
  const gboolean extended = time >= 0xffffff;
  guint8 header[12 + 4] = { (guint8)(kind << 6 | chunk_stream) };

  GST_WRITE_UINT24_BE (header + 1, extended ? 0xffffff : time);
  GST_WRITE_UINT24_BE (header + 4, size);
  header[7] = type;
  GST_WRITE_UINT32_LE (header + 8, 1);
  if (extended)
    GST_WRITE_UINT32_BE (header + sizes[kind], time);
  g_byte_array_append (out, header, sizes[kind] + (extended ? 4 : 0));
}

void
rtmp_add_message (GByteArray *out,
                  guint8 chunk_stream,
                  guint8 type,
                  guint32 time,
                  const void *body,
                  gsize size)
{
  const guint8 *data = body;

  rtmp_add_header (out, RTMP_FULL, chunk_stream, time, size, type);
  while (size > 0)
    {
      const gsize n = MIN (size, RTMP_CHUNK_SIZE);

      g_byte_array_append (out, data, (guint)n);
      data += n;
      size -= n;
      if (size > 0)
        rtmp_add_header (out, RTMP_SAME_ALL, chunk_stream, time, 0, 0);
    }
}

void
rtmp_add_control (GByteArray *out, guint8 type, guint32 value)
{
  guint8 body[4];

  GST_WRITE_UINT32_BE (body, value);
  rtmp_add_message (out, 2, type, 0, body, sizeof body);
}

void
rtmp_add_command (GByteArray *out,
                  const char *name,
                  double transaction,
                  const char *app,
                  const char *argument)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();

  gst_livekit_egress_amf0_write_text (body, name);
  gst_livekit_egress_amf0_write_number (body, transaction);
  if (app != NULL)
    {
      gst_livekit_egress_amf0_begin_object (body);
      gst_livekit_egress_amf0_write_name (body, "app");
      gst_livekit_egress_amf0_write_text (body, app);
      gst_livekit_egress_amf0_end_object (body);
    }
  else
    {
      gst_livekit_egress_amf0_write_null (body);
    }
  if (argument != NULL)
    gst_livekit_egress_amf0_write_text (body, argument);
  rtmp_add_message (out, 3, GST_LIVEKIT_EGRESS_RTMP_COMMAND, 0, body->data, body->len);
}

GByteArray *
rtmp_publisher_new (const char *app, const char *key)
{
  GByteArray *out = g_byte_array_new ();

  rtmp_add_handshake (out);
  rtmp_add_command (out, "connect", 1, app, NULL);
  rtmp_add_command (out, "createStream", 2, NULL, NULL);
  rtmp_add_command (out, "publish", 0, NULL, key);
  return out;
}

gboolean
rtmp_feed (GstLiveKitEgressRtmpSession *session, GByteArray *data, GError **error)
{
  return gst_livekit_egress_rtmp_session_feed (session, data->data, data->len, error);
}

GByteArray *
rtmp_take_media (GstLiveKitEgressRtmpSession *session)
{
  GByteArray *out = g_byte_array_new ();

  for (;;)
    {
      g_autoptr (GstBuffer) buffer = gst_livekit_egress_rtmp_session_take_media (session);
      GstMapInfo map;

      if (buffer == NULL)
        return out;
      g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
      g_byte_array_append (out, map.data, (guint)map.size);
      gst_buffer_unmap (buffer, &map);
    }
}

char *
rtmp_print_media (GByteArray *flv)
{
  GString *out = g_string_new (NULL);
  gsize at = 9 + 4;

  if (flv->len == 0)
    return g_string_free (out, FALSE);
  g_assert_cmpmem (flv->data, at, "FLV\1\5\0\0\0\11\0\0\0", at);
  while (at < flv->len)
    {
      const guint8 *tag = flv->data + at;
      const guint32 size = GST_READ_UINT24_BE (tag + 1);
      const guint32 time = GST_READ_UINT24_BE (tag + 4) | (guint32)tag[7] << 24;

      g_assert_cmpuint (at + 11 + size + 4, <=, flv->len);
      g_assert_cmpuint (GST_READ_UINT24_BE (tag + 8), ==, 0);
      g_assert_cmpuint (GST_READ_UINT32_BE (tag + 11 + size), ==, 11 + size);
      g_string_append_printf (out, "%u %u %u\n", tag[0], time, size);
      at += 11 + size + 4;
    }

  return g_string_free (out, FALSE);
}

/* All texts of AMF0 that are values, in their order. */
static void
print_texts (GString *out, const guint8 *data, gsize size)
{
  GstLiveKitEgressAmf0Reader reader = { data, size, 0 };
  static const char *const members[] = { "level", "code" };

  while (reader.size > 0)
    {
      GstLiveKitEgressAmf0Reader again = reader;
      GstLiveKitEgressAmf0Text text;

      if (gst_livekit_egress_amf0_read_text (&again, &text))
        {
          g_string_append_printf (out, " %.*s", (int)text.size, text.text);
          reader = again;
          continue;
        }
      for (guint i = 0; i < G_N_ELEMENTS (members); i++)
        {
          again = reader;
          g_assert_true (gst_livekit_egress_amf0_read_member (&again, members[i], &text));
          if (text.size > 0)
            g_string_append_printf (out, " %.*s", (int)text.size, text.text);
        }
      reader = again;
    }
}

char *
rtmp_take_answer (GstLiveKitEgressRtmpSession *session)
{
  GString *out = g_string_new (NULL);
  GstLiveKitEgressRtmpChunkReader *reader = gst_livekit_egress_rtmp_chunk_reader_new (0, 0);
  g_autoptr (GBytes) bytes = gst_livekit_egress_rtmp_session_take_answer (session);
  g_autoptr (GError) error = NULL;
  const guint8 *data = NULL;
  gsize size = 0;

  if (bytes != NULL)
    data = g_bytes_get_data (bytes, &size);
  if (size >= HANDSHAKE_SIZE && data[0] == 3)
    {
      g_string_append (out, "handshake\n");
      data += HANDSHAKE_SIZE;
      size -= HANDSHAKE_SIZE;
    }
  else
    {
      /* What the session said when it was connected, or says first. */
      gst_livekit_egress_rtmp_chunk_reader_set_chunk_size (reader, 4096, &error);
      g_assert_no_error (error);
    }

  gst_livekit_egress_rtmp_chunk_reader_set_limit (reader, 4096);
  while (size > 0)
    {
      GstLiveKitEgressRtmpMessage message;

      gst_livekit_egress_rtmp_chunk_reader_read (reader, &data, &size, &message, &error);
      g_assert_no_error (error);
      g_assert_nonnull (message.block);
      g_string_append_printf (out, "%u", message.type);
      if (message.type == GST_LIVEKIT_EGRESS_RTMP_COMMAND)
        print_texts (out, message.block, message.size);
      if (message.type == GST_LIVEKIT_EGRESS_RTMP_SET_CHUNK_SIZE)
        {
          gst_livekit_egress_rtmp_chunk_reader_set_chunk_size (
              reader, GST_READ_UINT32_BE (message.block), &error);
          g_assert_no_error (error);
        }
      g_string_append_c (out, '\n');
      g_free (message.block);
    }

  gst_livekit_egress_rtmp_chunk_reader_free (reader);
  return g_string_free (out, FALSE);
}

/*** Sessions ***/

static const guint8 aac_frame[] = { 0xaf, 1, 0x21 };

RtmpSession *
rtmp_session_new (void)
{
  return gst_livekit_egress_rtmp_session_new (RTMP_APP, RTMP_SECRET);
}

void
rtmp_feed_fine (RtmpSession *session, GByteArray *data)
{
  g_autoptr (GError) error = NULL;

  rtmp_feed (session, data, &error);
  g_assert_no_error (error);
}

RtmpSession *
rtmp_publishing_new (void)
{
  RtmpSession *session = rtmp_session_new ();
  g_autoptr (GByteArray) data = rtmp_publisher_new (RTMP_APP, RTMP_SECRET);
  g_autoptr (GByteArray) header = NULL;
  g_autofree char *answer = NULL;

  rtmp_feed_fine (session, data);
  answer = rtmp_take_answer (session);
  g_assert_cmpstr (answer, ==, RTMP_STARTED);
  header = rtmp_take_media (session);
  g_assert_cmpuint (header->len, ==, 13);
  return session;
}

void
rtmp_assert_state (RtmpSession *session, GstLiveKitEgressRtmpSessionState state)
{
  g_assert_cmpint (gst_livekit_egress_rtmp_session_get_state (session), ==, state);
}

void
rtmp_assert_answer (RtmpSession *session, const char *expected)
{
  g_autofree char *answer = rtmp_take_answer (session);

  g_assert_cmpstr (answer, ==, expected);
}

void
rtmp_assert_media (RtmpSession *session, const char *expected)
{
  g_autoptr (GByteArray) media = g_byte_array_new ();
  g_autoptr (GByteArray) tags = rtmp_take_media (session);
  g_autofree char *text = NULL;

  g_byte_array_append (media, (const guint8 *)"FLV\1\5\0\0\0\11\0\0\0\0", 13);
  g_byte_array_append (media, tags->data, tags->len);
  text = rtmp_print_media (media);
  g_assert_cmpstr (text, ==, expected);
}

void
rtmp_assert_fails (RtmpSession *session, GByteArray *data, int code, const char *text)
{
  g_autoptr (GByteArray) good = rtmp_publisher_new (RTMP_APP, RTMP_SECRET);
  g_autoptr (GError) error = NULL, again = NULL;
  g_autoptr (GstBuffer) media = NULL;

  g_assert_false (rtmp_feed (session, data, &error));
  g_assert_error (error, G_IO_ERROR, code);
  if (strstr (error->message, text) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, text);
  g_assert_null (strstr (error->message, RTMP_SECRET));
  rtmp_assert_state (session, GST_LIVEKIT_EGRESS_RTMP_SESSION_FAILED);

  rtmp_add_message (good, 4, GST_LIVEKIT_EGRESS_RTMP_AUDIO, 0, aac_frame, sizeof aac_frame);
  g_assert_false (rtmp_feed (session, good, &again));
  g_assert_cmpstr (again->message, ==, error->message);
  rtmp_assert_state (session, GST_LIVEKIT_EGRESS_RTMP_SESSION_FAILED);
  gst_livekit_egress_rtmp_session_acknowledge (session);
  media = gst_livekit_egress_rtmp_session_take_media (session);
  g_assert_null (media);
}
