/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "transport-stream.h"

#include <gst/check/gstcheck.h>

#define PMT_PID 0x20

GByteArray *
transport_stream_read (const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("LK_EGRESS_TEST_DATA"), name, NULL);
  char *data;
  gsize size;

  fail_unless (g_file_get_contents (path, &data, &size, NULL));

  return g_byte_array_new_take ((guint8 *)data, size);
}

GByteArray *
transport_stream_read_growing (void)
{
  return transport_stream_read ("srt-pmt-grows.ts");
}

static guint
get_pid (const guint8 *packet)
{
  return (packet[1] & 0x1f) << 8 | packet[2];
}

/* Of MPEG. */
static guint32
get_crc (const guint8 *data, gsize size)
{
  guint32 crc = G_MAXUINT32;

  for (gsize i = 0; i < size; i++)
    for (int bit = 7; bit >= 0; bit--)
      crc = (crc << 1) ^ (((crc >> 31) ^ (data[i] >> bit & 1)) != 0 ? 0x04c11db7 : 0);

  return crc;
}

/* What this packet's map of the program says, as another version of it, in the place of another. */
static void
replace_map (guint8 *packet, const guint8 *map, guint version)
{
  guint8 *section;
  guint size;
  guint32 crc;

  memcpy (packet + 4, map + 4, TRANSPORT_STREAM_PACKET - 4);
  packet[3] = (packet[3] & 0x0f) | (map[3] & 0xf0);
  section = packet + 4 + 1 + packet[4] + 1;
  size = 3 + ((section[1] & 0x0f) << 8 | section[2]) - 4;
  section[5] = (section[5] & 0xc1) | version << 1;
  crc = GUINT32_TO_BE (get_crc (section, size));
  memcpy (section + size, &crc, sizeof crc);
}

static const guint8 *
find_map (GByteArray *ts, guint from)
{
  for (guint i = from;; i++)
    if (get_pid (ts->data + i * TRANSPORT_STREAM_PACKET) == PMT_PID)
      return ts->data + i * TRANSPORT_STREAM_PACKET;
}

/* The second half gets another version of the map, that of the packet. */
GByteArray *
transport_stream_change_map (GByteArray *ts, guint from, guint map_from, gboolean drop_audio)
{
  g_autofree guint8 *map = g_memdup2 (find_map (ts, map_from), TRANSPORT_STREAM_PACKET);
  GByteArray *changed = g_byte_array_new ();

  for (guint i = 0; i < ts->len / TRANSPORT_STREAM_PACKET; i++)
    {
      guint8 *packet = ts->data + i * TRANSPORT_STREAM_PACKET;

      if (i >= from && get_pid (packet) == PMT_PID)
        replace_map (packet, map, 2);
      if (i < from || get_pid (packet) != TRANSPORT_STREAM_AUDIO || !drop_audio)
        g_byte_array_append (changed, packet, TRANSPORT_STREAM_PACKET);
    }
  g_byte_array_unref (ts);

  return changed;
}

guint
transport_stream_count_units (GByteArray *ts, guint pid, guint from)
{
  guint n = 0;

  for (guint i = from; i < ts->len / TRANSPORT_STREAM_PACKET; i++)
    if (get_pid (ts->data + i * TRANSPORT_STREAM_PACKET) == pid
        && ts->data[i * TRANSPORT_STREAM_PACKET + 1] & 0x40)
      n++;

  return n;
}
