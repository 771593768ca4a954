/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What becomes of audio, video and data, and that nobody can make a session hold more than its
 * bounds. */

#include "gstlivekitegressflv.h"
#include "gstlivekitegressrtmpchunks.h"

#include "rtmp-peer.h"

#define AUDIO GST_LIVEKIT_EGRESS_RTMP_AUDIO
#define VIDEO GST_LIVEKIT_EGRESS_RTMP_VIDEO
#define DATA GST_LIVEKIT_EGRESS_RTMP_DATA

static const guint8 aac_frame[] = { 0xaf, 1, 0x21 };
static const guint8 avc_config[] = { 0x17, 0, 0, 0, 0, 1, 0x42, 0, 0x1e, 0xff, 0xe0, 0 };
static const guint8 avc_frame[] = { 0x17, 1, 0, 0, 0, 0, 0, 0, 1, 0x65 };
static const char metadata[] = "\2\0\12onMetaData\10\0\0\0\0\0\0\11";

/*** Media ***/

static void
test_media (void)
{
  g_autoptr (RtmpSession) session = rtmp_publishing_new ();
  g_autoptr (GByteArray) data = g_byte_array_new (), all = NULL;

  rtmp_add_message (data, 4, DATA, 0, metadata, sizeof metadata - 1);
  rtmp_add_message (data, 4, VIDEO, 1000, avc_config, sizeof avc_config);
  rtmp_add_message (data, 4, VIDEO, 0x01020304, avc_frame, sizeof avc_frame);
  rtmp_add_message (data, 4, AUDIO, 0xffffffff, aac_frame, sizeof aac_frame);
  rtmp_feed_fine (session, data);
  rtmp_assert_media (session, "18 0 21\n9 1000 12\n9 16909060 10\n8 4294967295 3\n");
  rtmp_assert_answer (session, "");
  g_assert_cmpuint (gst_livekit_egress_rtmp_session_get_dropped (session), ==, 0);
}

static void
test_set_data_frame (gconstpointer type)
{
  g_autoptr (RtmpSession) session = rtmp_publishing_new ();
  g_autoptr (GByteArray) data = g_byte_array_new (), body = g_byte_array_new ();
  g_autoptr (GByteArray) media = NULL;

  if (GPOINTER_TO_UINT (type) == GST_LIVEKIT_EGRESS_RTMP_DATA_AMF3)
    g_byte_array_append (body, (const guint8 *)"\0", 1);
  g_byte_array_append (body, (const guint8 *)"\2\0\15@setDataFrame", 16);
  g_byte_array_append (body, (const guint8 *)metadata, sizeof metadata - 1);
  rtmp_add_message (data, 4, (guint8)GPOINTER_TO_UINT (type), 5, body->data, body->len);
  rtmp_feed_fine (session, data);

  media = rtmp_take_media (session);
  g_assert_cmpuint (media->len, ==, 11 + sizeof metadata - 1 + 4);
  g_assert_cmpmem (media->data, 11, "\22\0\0\25\0\0\5\0\0\0\0", 11);
  g_assert_cmpmem (media->data + 11, sizeof metadata - 1, metadata, sizeof metadata - 1);
}

/* Nothing of it may reach a demuxer: cut short, empty, or it contradicts itself. The class of
 * GStreamer-SA-2026-0020. */
static void
test_truncated_tags (void)
{
  static const struct
  {
    guint8 type;
    const char *body;
    gsize size;
    gboolean counts;
  } rows[] = {
    { AUDIO, "\257", 1, TRUE },
    { AUDIO, "\257\1", 2, TRUE },
    { AUDIO, "\257\0\22", 3, TRUE },
    { AUDIO, "\257\2\0\0", 4, TRUE },
    { AUDIO, "\225", 1, TRUE },
    { AUDIO, "", 0, FALSE },
    { VIDEO, "", 0, FALSE },
    { VIDEO, "\27", 1, TRUE },
    { VIDEO, "\27\1\0\0", 4, TRUE },
    { VIDEO, "\27\0\0\0\0", 5, TRUE },
    { VIDEO, "\27\0\0\0\0\1\102\0\36\377\341\0\10g", 14, TRUE },
    { VIDEO, "\27\0\0\0\0\1\102\0\36\377\340\1\0\1", 14, TRUE },
    { VIDEO, "\27\0\0\0\0\2\102\0\36\377\340\0", 12, TRUE },
    { VIDEO, "\27\0\0\0\0\1\102\0\36\376\340\0", 12, TRUE },
    { VIDEO, "\27\1\0\0\0", 5, TRUE },
    { VIDEO, "\27\1\0\0\0\0\0\0\2\145", 10, TRUE },
    { VIDEO, "\27\1\0\0\0\377\377\377\377\145", 10, TRUE },
    { VIDEO, "\27\2\0\0\0", 5, FALSE },
    { VIDEO, "\27\7\0\0\0", 5, TRUE },
    { VIDEO, "\127\0", 2, FALSE },
    { VIDEO, "\221hvc", 4, TRUE },
    { VIDEO, "\227", 1, TRUE },
    { VIDEO, "\227\0a", 3, TRUE },
    { VIDEO, "\227\377", 2, TRUE },
    { VIDEO, "\227\377\377", 3, TRUE },
    { VIDEO, "\227\377\377\377", 4, TRUE },
    { VIDEO, "\226\20hvc", 5, TRUE },
    { DATA, "", 0, FALSE },
    { DATA, "\2\0\12onMeta", 9, TRUE },
    { DATA, "\2\0\12onMetaData\10\0\0\0\1\0", 19, TRUE },
    { DATA, "\2\0\15@setDataFrame", 16, FALSE },
    { DATA, "\5\2\0\1a", 5, TRUE },
  };
  g_autoptr (RtmpSession) session = rtmp_publishing_new ();
  g_autoptr (GByteArray) data = g_byte_array_new ();
  GstLiveKitEgressFlvStream stream = { 4 };
  guint counted = 0;

  rtmp_add_message (data, 4, VIDEO, 0, avc_config, sizeof avc_config);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      /* In memory of its own, so that a sanitizer sees what is read behind it. */
      g_autofree guint8 *body = g_memdup2 (rows[i].body, rows[i].size);

      g_assert_cmpint (
          gst_livekit_egress_flv_check (&stream, rows[i].type, body, rows[i].size, NULL), !=,
          GST_LIVEKIT_EGRESS_FLV_REFUSED);
      rtmp_add_message (data, 4, rows[i].type, 1 + i, rows[i].body, rows[i].size);
      counted += rows[i].counts;
    }
  rtmp_add_message (data, 4, VIDEO, 99, avc_frame, sizeof avc_frame);
  rtmp_feed_fine (session, data);
  rtmp_assert_media (session, "9 0 12\n9 99 10\n");
  g_assert_cmpuint (gst_livekit_egress_rtmp_session_get_dropped (session), ==, counted);
}

/* A demuxer can do nothing with them. */
static void
test_frames_before_config (void)
{
  g_autoptr (RtmpSession) session = rtmp_publishing_new ();
  g_autoptr (GByteArray) data = g_byte_array_new ();

  rtmp_add_message (data, 4, VIDEO, 0, avc_frame, sizeof avc_frame);
  rtmp_feed_fine (session, data);
  rtmp_assert_media (session, "");
}

static void
test_other_codecs (void)
{
  static const struct
  {
    guint8 type;
    const char *body;
    const char *says;
  } rows[] = {
    { AUDIO, "\57\377", "its audio as MP3" },
    { AUDIO, "\262\377", "its audio as Speex" },
    { AUDIO, "\142\377", "its audio as Nellymoser" },
    { AUDIO, "\300\377", "its audio as codec 12 of FLV" },
    { VIDEO, "\24\1", "its video as VP6" },
    { VIDEO, "\22\1", "its video as Sorenson H.263" },
    { VIDEO, "\34\1", "its video as H.265" },
    { VIDEO, "\30\1", "its video as codec 8 of FLV" },
    /* Enhanced RTMP: start of a sequence, frames, metadata; multitrack, with a modifier before it.
     */
    { VIDEO, "\220hvc1\1", "its video as H.265" },
    { VIDEO, "\221av01\1", "its video as AV1" },
    { VIDEO, "\223vp09\1", "its video as VP9" },
    { VIDEO, "\324hvc1\1", "its video as H.265" },
    { VIDEO, "\226\20vvc1\1", "its video as H.266" },
    { VIDEO, "\227\2abc\6\20av01\1", "its video as AV1" },
    { VIDEO, "\221avc1\1", "its video as H.264 with enhanced headers" },
    { VIDEO, "\221\33[1mx", "its video as ??1m" },
    { AUDIO, "\220Opus\1", "its audio as Opus" },
    { AUDIO, "\225\20fLaC\1", "its audio as FLAC" },
    { AUDIO, "\220mp4a\1", "its audio as AAC with enhanced headers" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RtmpSession) session = rtmp_publishing_new ();
      g_autoptr (GByteArray) data = g_byte_array_new ();

      rtmp_add_message (data, 4, rows[i].type, 0, rows[i].body, strlen (rows[i].body));
      rtmp_assert_fails (session, data, G_IO_ERROR_NOT_SUPPORTED, rows[i].says);
      rtmp_assert_answer (session, "20 onStatus error NetStream.Publish.Denied\n");
    }
}

/* FLV in FLV, whose timestamps begin with the message's. */
static void
test_aggregate (void)
{
  static const char body[] = "\22\0\0\25\0\0\144\0\0\0\0"
                             "\2\0\12onMetaData\10\0\0\0\0\0\0\11"
                             "\0\0\0\40"
                             "\10\0\0\3\0\0\170\0\0\0\0\257\1\41\0\0\0\16"
                             "\10\0\0\2\0\0\170\0\0\0\0\257\1\0\0\0\15";
  g_autoptr (RtmpSession) session = rtmp_publishing_new ();
  g_autoptr (GByteArray) data = g_byte_array_new ();

  rtmp_add_message (data, 4, GST_LIVEKIT_EGRESS_RTMP_AGGREGATE, 5000, body, sizeof body - 1);
  rtmp_feed_fine (session, data);
  rtmp_assert_media (session, "18 5000 21\n8 5020 3\n");
  g_assert_cmpuint (gst_livekit_egress_rtmp_session_get_dropped (session), ==, 1);
}

static void
test_broken_aggregates (void)
{
  static const struct
  {
    const char *body;
    gsize size;
  } rows[] = {
    { "\10", 1 },
    { "\10\0\0\3\0\0\0\0\0\0\0\257\1\41\0\0\0", 17 },
    { "\10\377\377\377\0\0\0\0\0\0\0\257\1\41\0\0\0\16", 18 },
    { "\26\0\0\0\0\0\0\0\0\0\0\0\0\0\13", 15 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RtmpSession) session = rtmp_publishing_new ();
      g_autoptr (GByteArray) data = g_byte_array_new ();

      rtmp_add_message (data, 4, GST_LIVEKIT_EGRESS_RTMP_AGGREGATE, 0, rows[i].body, rows[i].size);
      rtmp_feed_fine (session, data);
      rtmp_assert_media (session, "");
    }
}

static void
test_end (gconstpointer command)
{
  g_autoptr (RtmpSession) session = rtmp_publishing_new ();
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autofree char *answer = NULL;

  rtmp_add_message (data, 4, AUDIO, 7, aac_frame, sizeof aac_frame);
  rtmp_add_command (data, command, 0, NULL, RTMP_SECRET);
  rtmp_add_message (data, 4, AUDIO, 8, aac_frame, sizeof aac_frame);
  rtmp_feed_fine (session, data);
  rtmp_feed_fine (session, data);
  rtmp_assert_state (session, GST_LIVEKIT_EGRESS_RTMP_SESSION_ENDED);
  rtmp_assert_media (session, "8 7 3\n");
  answer = rtmp_take_answer (session);
  g_assert_true (g_str_has_suffix (answer, "20 onStatus status NetStream.Unpublish.Success\n"));
}

/*** Bounds ***/

static void
test_declared_size (void)
{
  g_autoptr (RtmpSession) stranger = rtmp_session_new (), publisher = rtmp_publishing_new ();
  g_autoptr (GByteArray) data = g_byte_array_new (), most = g_byte_array_new ();

  rtmp_add_handshake (data);
  rtmp_add_header (data, RTMP_FULL, 3, 0, 16 * 1024 + 1, GST_LIVEKIT_EGRESS_RTMP_COMMAND);
  rtmp_assert_fails (stranger, data, G_IO_ERROR_MESSAGE_TOO_LARGE, "16385 bytes");

  rtmp_add_header (most, RTMP_FULL, 3, 0, 8 * 1024 * 1024, VIDEO);
  g_byte_array_set_size (most, most->len + RTMP_CHUNK_SIZE);
  rtmp_feed_fine (publisher, most);
  g_byte_array_set_size (most, 0);
  rtmp_add_header (most, RTMP_FULL, 4, 0, 1, VIDEO);
  rtmp_assert_fails (publisher, most, G_IO_ERROR_MESSAGE_TOO_LARGE, "1 bytes");
}

/* Bytes that nobody takes, or tiny tags. */
static void
test_media_that_waits (gconstpointer data)
{
  const guint size = GPOINTER_TO_UINT (data);
  g_autoptr (RtmpSession) session = rtmp_publishing_new ();
  g_autoptr (GByteArray) message = g_byte_array_new ();
  g_autofree guint8 *body = g_malloc0 (size);
  g_autoptr (GError) error = NULL;
  gsize n = 0;

  body[0] = 0xaf;
  body[1] = 1;
  rtmp_add_message (message, 4, AUDIO, 0, body, size);
  while (rtmp_feed (session, message, &error))
    {
      g_autoptr (GBytes) answer = gst_livekit_egress_rtmp_session_take_answer (session);

      n++;
      g_assert_cmpuint (n * (size + 512), <, 33 * 1024 * 1024);
    }
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpuint (n * (size + 600), >, 31 * 1024 * 1024);
}

static void
test_answers_that_wait (void)
{
  g_autoptr (RtmpSession) session = rtmp_publishing_new ();
  g_autoptr (GByteArray) ping = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  guint n = 0;

  rtmp_add_message (ping, 2, GST_LIVEKIT_EGRESS_RTMP_USER_CONTROL, 0, "\0\6\0\0\0\0", 6);
  while (rtmp_feed (session, ping, &error))
    g_assert_cmpuint (++n, <, 64 * 1024 / 18 + 1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
}

int
main (int argc, char **argv)
{
  static const char *const ends[] = { "FCUnpublish", "deleteStream", "closeStream" };

  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rtmp-media/tags", test_media);
  g_test_add_data_func ("/rtmp-media/set-data-frame", GUINT_TO_POINTER (DATA), test_set_data_frame);
  g_test_add_data_func ("/rtmp-media/set-data-frame-amf3",
                        GUINT_TO_POINTER (GST_LIVEKIT_EGRESS_RTMP_DATA_AMF3), test_set_data_frame);
  g_test_add_func ("/rtmp-media/truncated-tags", test_truncated_tags);
  g_test_add_func ("/rtmp-media/frames-before-config", test_frames_before_config);
  g_test_add_func ("/rtmp-media/other-codecs", test_other_codecs);
  g_test_add_func ("/rtmp-media/aggregate", test_aggregate);
  g_test_add_func ("/rtmp-media/broken-aggregates", test_broken_aggregates);
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *path = g_strconcat ("/rtmp-media/ends-with/", ends[i], NULL);

      g_test_add_data_func (path, ends[i], test_end);
    }

  g_test_add_func ("/rtmp-media/bounds/declared-size", test_declared_size);
  g_test_add_data_func ("/rtmp-media/bounds/media-that-waits", GUINT_TO_POINTER (1 << 20),
                        test_media_that_waits);
  g_test_add_data_func ("/rtmp-media/bounds/tiny-tags-that-wait", GUINT_TO_POINTER (3),
                        test_media_that_waits);
  g_test_add_func ("/rtmp-media/bounds/answers-that-wait", test_answers_that_wait);
  return g_test_run ();
}
