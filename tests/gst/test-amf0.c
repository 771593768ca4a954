/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* AMF0 that is read in bounds, whatever it says of itself. */

#include "gstlivekitegressamf0.h"

#include <string.h>

#include <gst/gst.h>

typedef GstLiveKitEgressAmf0Reader Reader;
typedef GstLiveKitEgressAmf0Text Text;

/* Values, and whether they can be read. */
static const struct
{
  const char *name;
  const char *data;
  gsize size;
  gboolean is_right;
} rows[] = {
  { "number", "\0\0\0\0\0\0\0\0\0", 9, TRUE },
  { "number cut short", "\0\0\0\0\0\0\0\0", 8, FALSE },
  { "boolean", "\1\1", 2, TRUE },
  { "boolean cut short", "\1", 1, FALSE },
  { "text", "\2\0\1a", 4, TRUE },
  { "empty text", "\2\0\0", 3, TRUE },
  { "text longer than the data", "\2\377\377a", 4, FALSE },
  { "text without its length", "\2\0", 2, FALSE },
  { "object", "\3\0\1a\5\0\0\11", 8, TRUE },
  { "object without end", "\3\0\1a\5", 5, FALSE },
  { "object whose member has no value", "\3\0\1a", 4, FALSE },
  { "object with an empty name", "\3\0\0\5\0\0\11", 7, TRUE },
  { "movie clip", "\4", 1, FALSE },
  { "null", "\5", 1, TRUE },
  { "undefined", "\6", 1, TRUE },
  { "reference", "\7\0\0", 3, TRUE },
  { "reference cut short", "\7\0", 2, FALSE },
  { "array with a count that is too large", "\10\377\377\377\377\0\1a\5\0\0\11", 12, TRUE },
  { "array with a count that is too small", "\10\0\0\0\0\0\1a\5\0\0\11", 12, TRUE },
  { "end of an object alone", "\11", 1, FALSE },
  { "strict array", "\12\0\0\0\2\5\5", 7, TRUE },
  { "strict array with fewer items", "\12\0\0\0\3\5\5", 7, FALSE },
  { "strict array with four billion items", "\12\377\377\377\377\5\5", 7, FALSE },
  { "date", "\13\0\0\0\0\0\0\0\0\0\0", 11, TRUE },
  { "long text", "\14\0\0\0\1a", 6, TRUE },
  { "long text of four gigabytes", "\14\377\377\377\377a", 6, FALSE },
  { "unsupported", "\15", 1, TRUE },
  { "record set", "\16", 1, FALSE },
  { "XML", "\17\0\0\0\1<", 6, TRUE },
  { "object with a class", "\20\0\1C\0\1a\5\0\0\11", 11, TRUE },
  { "AMF3", "\21\1", 2, FALSE },
  { "what does not exist", "\22", 1, FALSE },
  { "nothing", "", 0, FALSE },
};

static void
test_values (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      /* A copy of its own size, so that a sanitizer sees what is read behind it. */
      g_autofree guint8 *data = g_memdup2 (rows[i].data, rows[i].size);
      Reader reader = { data, rows[i].size, 0 };

      if (gst_livekit_egress_amf0_skip (&reader) != rows[i].is_right)
        g_error ("%s", rows[i].name);
      if (rows[i].is_right)
        g_assert_cmpuint (reader.size, ==, 0);
    }
}

/* So many arrays in each other. */
static gboolean
can_nest (guint depth)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  Reader reader;

  for (guint i = 1; i < depth; i++)
    g_byte_array_append (data, (const guint8 *)"\12\0\0\0\1", 5);
  g_byte_array_append (data, (const guint8 *)"\5", 1);
  reader = (Reader){ data->data, data->len, 0 };
  return gst_livekit_egress_amf0_skip (&reader);
}

static void
test_depth (void)
{
  g_assert_true (can_nest (16));
  g_assert_false (can_nest (17));
  g_assert_false (can_nest (1000000));
}

static gboolean
can_count (guint n)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  guint8 head[5] = { 10 };
  Reader reader;

  GST_WRITE_UINT32_BE (head + 1, n);
  g_byte_array_append (data, head, sizeof head);
  g_byte_array_set_size (data, data->len + n);
  memset (data->data + sizeof head, 5, n);
  reader = (Reader){ data->data, data->len, 0 };
  return gst_livekit_egress_amf0_skip (&reader);
}

static void
test_count (void)
{
  g_assert_true (can_count (1023));
  g_assert_false (can_count (1024));
  g_assert_false (can_count (1000000));
}

static void
test_member (void)
{
  static const char data[] = "\3"
                             "\0\1b\3\0\3app\2\0\1x\0\0\11"
                             "\0\3app\2\0\4live"
                             "\0\4list\12\0\0\0\1\2\0\4hvc1"
                             "\0\0\11"
                             "\2\0\1!";
  Reader reader = { (const guint8 *)data, sizeof data - 1, 0 };
  Text text;

  /* That of the object itself, and not of one in it. */
  g_assert_true (gst_livekit_egress_amf0_read_member (&reader, "app", &text));
  g_assert_true (gst_livekit_egress_amf0_text_is (&text, "live"));
  g_assert_true (gst_livekit_egress_amf0_read_text (&reader, &text));
  g_assert_true (gst_livekit_egress_amf0_text_is (&text, "!"));
  g_assert_false (gst_livekit_egress_amf0_read_text (&reader, &text));
}

static void
test_no_member (void)
{
  static const char *const values[] = { "\5", "\1\1", "\3\0\3app\1\1\0\0\11" };
  static const gsize sizes[] = { 1, 2, 11 };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      Reader reader = { (const guint8 *)values[i], sizes[i], 0 };
      Text text;

      g_assert_true (gst_livekit_egress_amf0_read_member (&reader, "app", &text));
      g_assert_true (gst_livekit_egress_amf0_text_is (&text, ""));
    }
}

static void
test_write (void)
{
  static const char expected[] = "\2\0\1a\0\300\4\0\0\0\0\0\0\5\3\0\1n\5\0\0\11";
  g_autoptr (GByteArray) out = g_byte_array_new ();
  Reader reader;
  Text text;
  double number;

  gst_livekit_egress_amf0_write_text (out, "a");
  gst_livekit_egress_amf0_write_number (out, -2.5);
  gst_livekit_egress_amf0_write_null (out);
  gst_livekit_egress_amf0_begin_object (out);
  gst_livekit_egress_amf0_write_name (out, "n");
  gst_livekit_egress_amf0_write_null (out);
  gst_livekit_egress_amf0_end_object (out);
  g_assert_cmpmem (out->data, out->len, expected, sizeof expected - 1);

  reader = (Reader){ out->data, out->len, 0 };
  g_assert_true (gst_livekit_egress_amf0_read_text (&reader, &text));
  g_assert_true (gst_livekit_egress_amf0_read_number (&reader, &number));
  g_assert_cmpfloat (number, ==, -2.5);
  g_assert_false (gst_livekit_egress_amf0_read_number (&reader, &number));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/amf0/values", test_values);
  g_test_add_func ("/amf0/depth", test_depth);
  g_test_add_func ("/amf0/count", test_count);
  g_test_add_func ("/amf0/member", test_member);
  g_test_add_func ("/amf0/no-member", test_no_member);
  g_test_add_func ("/amf0/write", test_write);
  return g_test_run ();
}
