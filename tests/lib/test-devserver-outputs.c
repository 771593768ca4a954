/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <gst/app/gstappsink.h>
#include <string.h>

#include "devserver-egress.h"
#include "lk-test-child.h"

/* What the outputs of the dev server write and send, looked at byte by byte. */

#define TS_PACKET 188
#define TS_SYNC 0x47
#define PAT_PID 0

/* The first table that the packets of a stream have for a PID: the bytes after the pointer field,
 * NULL if it has none. All tables here fit in one packet. */
static const guint8 *
find_table (const guint8 *data, gsize size, guint pid)
{
  for (; size >= TS_PACKET; data += TS_PACKET, size -= TS_PACKET)
    {
      guint payload = data[3] & 0x20 ? 5 + data[4] : 4;

      g_assert_cmpuint (data[0], ==, TS_SYNC);
      if (((data[1] & 0x1fu) << 8 | data[2]) == pid && data[1] & 0x40)
        return data + payload + 1 + data[payload];
    }
  return NULL;
}

/* The streams of the first PMT of the first program; 0 if there is none yet. */
static guint
count_streams (const GByteArray *ts)
{
  const guint8 *pat = find_table (ts->data, ts->len, PAT_PID);
  const guint8 *pmt;
  const guint8 *entry;
  const guint8 *end;
  guint streams = 0;

  if (pat == NULL)
    return 0;
  /* Programs follow the header of 8 bytes; 0 is the network, which is none. */
  entry = pat + 8;
  while ((entry[0] << 8 | entry[1]) == 0)
    entry += 4;
  pmt = find_table (ts->data, ts->len, (entry[2] & 0x1f) << 8 | entry[3]);
  if (pmt == NULL)
    return 0;
  end = pmt + 3 + ((pmt[1] & 0x0f) << 8 | pmt[2]) - 4;
  for (entry = pmt + 12 + ((pmt[10] & 0x0f) << 8 | pmt[11]); entry < end;
       entry += 5 + ((entry[3] & 0x0f) << 8 | entry[4]))
    streams++;
  return streams;
}

/* A receiver that takes the program for what it is at first never sees a stream that comes later.
 */
static void
test_srt_first_table (void)
{
  g_autoptr (LkTestDevserver) server = lk_test_devserver_new (NULL);
  guint port = lk_test_find_port (G_SOCKET_TYPE_DATAGRAM);
  g_autofree char *line
      = g_strdup_printf ("srtsrc uri=srt://127.0.0.1:%u?mode=listener ! appsink name=sink", port);
  g_autofree char *output = g_strdup_printf (
      "{\"stream\":{\"protocol\":\"SRT\",\"urls\":[\"srt://127.0.0.1:%u\"]}}", port);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (line, &error);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_autoptr (GByteArray) ts = g_byte_array_new ();
  g_autofree char *id = NULL;

  g_assert_no_error (error);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  id = egress_start (server, output);
  while (count_streams (ts) == 0)
    {
      g_autoptr (GstSample) sample = gst_app_sink_pull_sample (GST_APP_SINK (sink));
      GstMapInfo map;

      g_assert_nonnull (sample);
      g_assert_true (gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ));
      g_byte_array_append (ts, map.data, map.size);
      gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
    }
  g_assert_cmpuint (count_streams (ts), ==, 2);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/devserver/outputs/srt-first-table", test_srt_first_table);
  return g_test_run ();
}
