/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Chunks of all kinds, cut anywhere, and what is refused before memory is set aside for it. */

#include <malloc.h>

#include "gstlivekitegressrtmpchunks.h"

#include "rtmp-peer.h"

#define LIMIT 4096
#define TYPE 9

typedef GstLiveKitEgressRtmpChunkReader Reader;

static Reader *
reader_new (void)
{
  Reader *reader = gst_livekit_egress_rtmp_chunk_reader_new (11, 4);

  gst_livekit_egress_rtmp_chunk_reader_set_limit (reader, LIMIT);
  return reader;
}

/* One line a message: type, timestamp, size and the sum of its bytes. */
static void
read_all (Reader *reader, const guint8 *data, gsize size, GString *out, GError **error)
{
  while (size > 0)
    {
      GstLiveKitEgressRtmpMessage message;
      guint sum = 0;

      if (!gst_livekit_egress_rtmp_chunk_reader_read (reader, &data, &size, &message, error))
        return;
      if (message.block == NULL)
        break;
      for (gsize i = 0; i < message.size; i++)
        sum += message.block[message.start + i];
      g_string_append_printf (out, "%u %u %" G_GSIZE_FORMAT " %u\n", message.type,
                              message.timestamp, message.size, sum);
      g_free (message.block);
    }
  g_assert_cmpuint (size, ==, 0);
}

/* Takes the data: the messages in it are these, whether it comes at once or in pieces of any size.
 */
static void
assert_messages (GByteArray *data, const char *expected)
{
  for (gsize piece = data->len; piece > 0; piece = piece > 40 ? piece / 3 : piece - 1)
    {
      Reader *reader = reader_new ();
      g_autoptr (GString) out = g_string_new (NULL);
      g_autoptr (GError) error = NULL;

      for (gsize at = 0; at < data->len; at += piece)
        read_all (reader, data->data + at, MIN (piece, data->len - at), out, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (out->str, ==, expected);
      gst_livekit_egress_rtmp_chunk_reader_free (reader);
    }
  g_byte_array_unref (data);
}

/* Takes the data. */
static void
assert_refused (GByteArray *data, int code, const char *text)
{
  Reader *reader = reader_new ();
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  read_all (reader, data->data, data->len, out, &error);
  g_assert_error (error, G_IO_ERROR, code);
  g_assert_nonnull (strstr (error->message, text));
  g_assert_cmpstr (out->str, ==, "");
  gst_livekit_egress_rtmp_chunk_reader_free (reader);
  g_byte_array_unref (data);
}

/* So many bytes of 1. */
static void
add_bytes (GByteArray *out, guint n)
{
  g_byte_array_set_size (out, out->len + n);
  memset (out->data + out->len - n, 1, n);
}

static void
test_kinds (void)
{
  GByteArray *out = g_byte_array_new ();

  rtmp_add_header (out, RTMP_FULL, 4, 1000, 3, TYPE);
  add_bytes (out, 3);
  rtmp_add_header (out, RTMP_SAME_STREAM, 4, 40, 2, 8);
  add_bytes (out, 2);
  rtmp_add_header (out, RTMP_SAME_SIZE, 4, 20, 0, 0);
  add_bytes (out, 2);
  rtmp_add_header (out, RTMP_SAME_ALL, 4, 0, 0, 0);
  add_bytes (out, 2);
  assert_messages (out, "9 1000 3 3\n8 1040 2 2\n8 1060 2 2\n8 1080 2 2\n");
}

static void
test_same_as_full (void)
{
  GByteArray *out = g_byte_array_new ();

  /* A timestamp is the difference to the next, says the specification. */
  rtmp_add_header (out, RTMP_FULL, 4, 23, 1, TYPE);
  add_bytes (out, 1);
  rtmp_add_header (out, RTMP_SAME_ALL, 4, 0, 0, 0);
  add_bytes (out, 1);
  assert_messages (out, "9 23 1 1\n9 46 1 1\n");
}

static void
test_interleaved (void)
{
  GByteArray *out = g_byte_array_new ();

  rtmp_add_header (out, RTMP_FULL, 4, 1, 300, TYPE);
  add_bytes (out, 128);
  rtmp_add_header (out, RTMP_FULL, 5, 2, 130, 8);
  add_bytes (out, 128);
  rtmp_add_header (out, RTMP_SAME_ALL, 4, 0, 0, 0);
  add_bytes (out, 128);
  rtmp_add_header (out, RTMP_SAME_ALL, 5, 0, 0, 0);
  add_bytes (out, 2);
  rtmp_add_header (out, RTMP_SAME_ALL, 4, 0, 0, 0);
  add_bytes (out, 44);
  assert_messages (out, "8 2 130 130\n9 1 300 300\n");
}

static void
test_empty (void)
{
  GByteArray *out = g_byte_array_new ();

  rtmp_add_header (out, RTMP_FULL, 4, 5, 0, 8);
  rtmp_add_header (out, RTMP_SAME_ALL, 4, 0, 0, 0);
  assert_messages (out, "8 5 0 0\n8 10 0 0\n");
}

/* Chunk streams from 64 on have a byte more, from 320 on two. */
static void
test_large_ids (void)
{
  static const guint8 two[] = { 0x00, 0xff, 0, 0, 1, 0, 0, 1, 8, 1, 0, 0, 0, 7 };
  static const guint8 two_more[] = { 0xc0, 0xff, 6 };
  static const guint8 three[] = { 0x01, 0xff, 0xff, 0, 0, 2, 0, 0, 1, 9, 1, 0, 0, 0, 5 };
  static const guint8 three_more[] = { 0xc1, 0xff, 0xff, 4 };
  GByteArray *out = g_byte_array_new ();

  g_byte_array_append (out, two, sizeof two);
  g_byte_array_append (out, three, sizeof three);
  g_byte_array_append (out, two_more, sizeof two_more);
  g_byte_array_append (out, three_more, sizeof three_more);
  assert_messages (out, "8 1 1 7\n9 2 1 5\n8 2 1 6\n9 4 1 4\n");
}

static void
test_extended (void)
{
  GByteArray *out = g_byte_array_new ();

  rtmp_add_header (out, RTMP_FULL, 4, 0x01020304, 130, TYPE);
  add_bytes (out, 128);
  rtmp_add_header (out, RTMP_SAME_ALL, 4, 0x01020304, 0, 0);
  add_bytes (out, 2);
  rtmp_add_header (out, RTMP_SAME_STREAM, 4, 40, 1, TYPE);
  add_bytes (out, 1);
  /* 0xffffff itself has to be written so; a difference can be, too; it wraps. */
  rtmp_add_header (out, RTMP_FULL, 4, 0xffffff, 1, TYPE);
  add_bytes (out, 1);
  rtmp_add_header (out, RTMP_SAME_SIZE, 4, 0xff000002, 0, 0);
  add_bytes (out, 1);
  assert_messages (out, "9 16909060 130 130\n9 16909100 1 1\n9 16777215 1 1\n9 1 1 1\n");
}

/* Some old publishers leave it out of chunks that go on, even of those that have less than its
 * size. */
static void
test_extended_left_out (void)
{
  GByteArray *out = g_byte_array_new ();

  for (guint i = 0; i < 2; i++)
    {
      rtmp_add_header (out, RTMP_FULL, 4, 0x01000000, 258, TYPE);
      add_bytes (out, 128);
      rtmp_add_header (out, RTMP_SAME_ALL, 4, 0, 0, 0);
      add_bytes (out, 128);
      rtmp_add_header (out, RTMP_SAME_ALL, 4, 0, 0, 0);
      add_bytes (out, 2);
    }
  assert_messages (out, "9 16777216 258 258\n9 16777216 258 258\n");
}

static void
test_fresh_without_stream (void)
{
  GByteArray *out = g_byte_array_new ();

  /* librtmp begins its control messages so. */
  rtmp_add_header (out, RTMP_SAME_STREAM, 2, 0, 4, 1);
  add_bytes (out, 4);
  assert_messages (out, "1 0 4 4\n");
}

static void
test_no_header_before (gconstpointer kind)
{
  GByteArray *out = g_byte_array_new ();

  rtmp_add_header (out, GPOINTER_TO_UINT (kind), 4, 0, 0, 0);
  add_bytes (out, 1);
  assert_refused (out, G_IO_ERROR_INVALID_DATA, "with no header before it");
}

/* The rest would be written behind what was set aside: the class of CVE-2016-10191. */
static void
test_size_changes (gconstpointer kind)
{
  GByteArray *out = g_byte_array_new ();

  rtmp_add_header (out, RTMP_FULL, 4, 0, 200, TYPE);
  add_bytes (out, 128);
  rtmp_add_header (out, GPOINTER_TO_UINT (kind), 4, 0, 3000, TYPE);
  add_bytes (out, 128);
  assert_refused (out, G_IO_ERROR_INVALID_DATA, "amid a message");
}

static void
test_declared_size (void)
{
  GByteArray *out = g_byte_array_new ();

  rtmp_add_header (out, RTMP_FULL, 4, 0, LIMIT + 1, TYPE);
  assert_refused (out, G_IO_ERROR_MESSAGE_TOO_LARGE, "4097 bytes");
}

/* Nothing where a sanitizer has its own malloc(). */
static gsize
get_allocated (void)
{
  const struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

/* The header is enough to refuse it: no memory was set aside for what it declares. */
static void
test_declared_size_is_checked_first (void)
{
  Reader *reader = reader_new ();
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gsize before;

  rtmp_add_header (data, RTMP_FULL, 4, 0, 0xffffff, TYPE);
  before = get_allocated ();
  read_all (reader, data->data, data->len, out, &error);
  g_assert_cmpuint (get_allocated (), <, before + 1024 * 1024);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE);
  gst_livekit_egress_rtmp_chunk_reader_free (reader);
}

static void
test_declared_sizes_together (void)
{
  GByteArray *out = g_byte_array_new ();

  rtmp_add_header (out, RTMP_FULL, 4, 0, LIMIT - 200, TYPE);
  add_bytes (out, 128);
  rtmp_add_header (out, RTMP_FULL, 5, 0, 201, TYPE);
  assert_refused (out, G_IO_ERROR_MESSAGE_TOO_LARGE, "201 bytes");
}

static void
test_many_streams (void)
{
  Reader *reader = reader_new ();
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  for (guint8 i = 2; i < 2 + 16; i++)
    {
      rtmp_add_header (data, RTMP_FULL, i, 0, 129, TYPE);
      add_bytes (data, 128);
    }
  read_all (reader, data->data, data->len, out, &error);
  g_assert_no_error (error);

  g_byte_array_set_size (data, 0);
  rtmp_add_header (data, RTMP_FULL, 2 + 16, 0, 129, TYPE);
  read_all (reader, data->data, data->len, out, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (error->message, "more than 16 chunk streams"));
  gst_livekit_egress_rtmp_chunk_reader_free (reader);
}

static void
test_chunk_sizes (void)
{
  static const guint32 wrong[] = { 0, 1, 127, 0x80000000, 0xffffffff };
  Reader *reader = reader_new ();
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_assert_false (
          gst_livekit_egress_rtmp_chunk_reader_set_chunk_size (reader, wrong[i], &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_clear_error (&error);
    }

  gst_livekit_egress_rtmp_chunk_reader_set_chunk_size (reader, 0x7fffffff, &error);
  g_assert_no_error (error);
  rtmp_add_header (data, RTMP_FULL, 4, 0, LIMIT, TYPE);
  add_bytes (data, LIMIT);
  read_all (reader, data->data, data->len, out, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (out->str, ==, "9 0 4096 4096\n");
  gst_livekit_egress_rtmp_chunk_reader_free (reader);
}

/* It counts from the next chunk on, also of messages that have begun. */
static void
test_chunk_size_amid_message (void)
{
  Reader *reader = reader_new ();
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  rtmp_add_header (data, RTMP_FULL, 4, 0, 1000, TYPE);
  add_bytes (data, 128);
  read_all (reader, data->data, data->len, out, &error);
  gst_livekit_egress_rtmp_chunk_reader_set_chunk_size (reader, 872, &error);
  g_byte_array_set_size (data, 0);
  rtmp_add_header (data, RTMP_SAME_ALL, 4, 0, 0, 0);
  add_bytes (data, 872);
  read_all (reader, data->data, data->len, out, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (out->str, ==, "9 0 1000 1000\n");
  gst_livekit_egress_rtmp_chunk_reader_free (reader);
}

/* What was begun is given up, and what it took is free for others. */
static void
test_abort (void)
{
  Reader *reader = reader_new ();
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  rtmp_add_header (data, RTMP_FULL, 4, 0, LIMIT, TYPE);
  add_bytes (data, 128);
  read_all (reader, data->data, data->len, out, &error);
  gst_livekit_egress_rtmp_chunk_reader_abort (reader, 5);
  gst_livekit_egress_rtmp_chunk_reader_abort (reader, 4);
  gst_livekit_egress_rtmp_chunk_reader_abort (reader, 4);

  g_byte_array_set_size (data, 0);
  rtmp_add_message (data, 4, TYPE, 7, data->data, 0);
  rtmp_add_header (data, RTMP_FULL, 5, 0, LIMIT, TYPE);
  read_all (reader, data->data, data->len, out, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (out->str, ==, "9 7 0 0\n");
  gst_livekit_egress_rtmp_chunk_reader_free (reader);
}

/* What is written can be read. */
static void
test_write (void)
{
  for (gsize size = 0; size < 400; size++)
    {
      g_autofree guint8 *body = g_malloc (size + 1);
      g_autofree char *expected = g_strdup_printf ("20 0 %u %u\n", (guint)size, 2 * (guint)size);
      Reader *reader = reader_new ();
      g_autoptr (GByteArray) data = g_byte_array_new ();
      g_autoptr (GString) out = g_string_new (NULL);
      g_autoptr (GError) error = NULL;

      memset (body, 2, size);
      gst_livekit_egress_rtmp_write_message (data, 128, 3, 20, 1, body, size);
      read_all (reader, data->data, data->len, out, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (out->str, ==, expected);
      gst_livekit_egress_rtmp_chunk_reader_free (reader);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtmp-chunks/all-kinds", test_kinds);
  g_test_add_func ("/rtmp-chunks/same-as-full", test_same_as_full);
  g_test_add_func ("/rtmp-chunks/interleaved", test_interleaved);
  g_test_add_func ("/rtmp-chunks/empty-messages", test_empty);
  g_test_add_func ("/rtmp-chunks/large-ids", test_large_ids);
  g_test_add_func ("/rtmp-chunks/extended-timestamp", test_extended);
  g_test_add_func ("/rtmp-chunks/extended-timestamp-left-out", test_extended_left_out);
  g_test_add_func ("/rtmp-chunks/begins-without-stream", test_fresh_without_stream);
  g_test_add_data_func ("/rtmp-chunks/type-2-with-no-header-before",
                        GUINT_TO_POINTER (RTMP_SAME_SIZE), test_no_header_before);
  g_test_add_data_func ("/rtmp-chunks/type-3-with-no-header-before",
                        GUINT_TO_POINTER (RTMP_SAME_ALL), test_no_header_before);
  g_test_add_data_func ("/rtmp-chunks/size-changes-amid-message/type-0",
                        GUINT_TO_POINTER (RTMP_FULL), test_size_changes);
  g_test_add_data_func ("/rtmp-chunks/size-changes-amid-message/type-1",
                        GUINT_TO_POINTER (RTMP_SAME_STREAM), test_size_changes);
  g_test_add_func ("/rtmp-chunks/declared-size", test_declared_size);
  g_test_add_func ("/rtmp-chunks/declared-size-is-checked-first",
                   test_declared_size_is_checked_first);
  g_test_add_func ("/rtmp-chunks/declared-sizes-together", test_declared_sizes_together);
  g_test_add_func ("/rtmp-chunks/many-chunk-streams", test_many_streams);
  g_test_add_func ("/rtmp-chunks/tiny-chunks-are-refused", test_chunk_sizes);
  g_test_add_func ("/rtmp-chunks/chunk-size-amid-message", test_chunk_size_amid_message);
  g_test_add_func ("/rtmp-chunks/abort", test_abort);
  g_test_add_func ("/rtmp-chunks/written-messages", test_write);
  return g_test_run ();
}
