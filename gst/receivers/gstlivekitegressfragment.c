/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressfragment.h"

/* How many boxes of a box are looked at. */
#define MAX_BOXES 64

typedef struct
{
  const guint8 *data;
  gsize size;
} Range;

static Range
skip (Range range, gsize size)
{
  return size < range.size ? (Range) {
  range.data + size, range.size - size}
  : (Range) {
  NULL, 0};
}

static guint32
read_uint32 (Range range, gsize offset)
{
  const Range value = skip (range, offset);

  return value.size >= 4 ? GST_READ_UINT32_BE (value.data) : 0;
}

static guint64
read_uint64 (Range range, gsize offset)
{
  return (guint64) read_uint32 (range, offset) << 32 | read_uint32 (range,
      offset + 4);
}

/* Takes the first box off the range. FALSE when there is none. */
static gboolean
take_box (Range * range, guint32 * type, Range * body)
{
  guint64 size = read_uint32 (*range, 0);
  gsize header = 8;

  if (range->size < 8)
    return FALSE;
  if (size == 1) {
    size = read_uint64 (*range, 8);
    header = 16;
  } else if (size == 0)
    size = range->size;
  if (size < header || size > range->size)
    return FALSE;

  *type = GST_READ_UINT32_LE (range->data + 4);
  *body = (Range) {
  range->data + header, size - header};
  *range = skip (*range, size);
  return TRUE;
}

/* Takes boxes off the range until one of the type. */
static gboolean
take_box_of (Range * range, guint32 wanted, Range * body)
{
  guint32 type;
  guint i;

  for (i = 0; i < MAX_BOXES && take_box (range, &type, body); i++)
    if (type == wanted)
      return TRUE;
  return FALSE;
}

static Range
find_box (Range range, guint32 type)
{
  Range body;

  return take_box_of (&range, type, &body) ? body : (Range) {
  NULL, 0};
}

/* Boxes of version 1 have two times of 8 bytes where those of version 0 have 4. */
static guint32
read_after_times (Range box)
{
  return read_uint32 (box, read_uint32 (box, 0) >> 24 == 1 ? 20 : 12);
}

static guint32
get_timescale (Range header, guint32 track)
{
  Range tracks = find_box (header, GST_MAKE_FOURCC ('m', 'o', 'o', 'v'));
  Range trak;

  while (take_box_of (&tracks, GST_MAKE_FOURCC ('t', 'r', 'a', 'k'), &trak)) {
    const Range tkhd = find_box (trak, GST_MAKE_FOURCC ('t', 'k', 'h', 'd'));
    const Range mdia = find_box (trak, GST_MAKE_FOURCC ('m', 'd', 'i', 'a'));

    if (read_after_times (tkhd) == track)
      return read_after_times (find_box (mdia, GST_MAKE_FOURCC ('m', 'd', 'h',
                  'd')));
  }
  return 0;
}

static GstClockTime
get_track_time (Range header, Range traf)
{
  const Range tfhd = find_box (traf, GST_MAKE_FOURCC ('t', 'f', 'h', 'd'));
  const Range tfdt = find_box (traf, GST_MAKE_FOURCC ('t', 'f', 'd', 't'));
  const guint32 timescale = get_timescale (header, read_uint32 (tfhd, 4));

  if (timescale == 0 || tfdt.size < 8)
    return GST_CLOCK_TIME_NONE;
  return gst_util_uint64_scale (read_uint32 (tfdt, 0) >> 24 == 1 ?
      read_uint64 (tfdt, 4) : read_uint32 (tfdt, 4), GST_SECOND, timescale);
}

GstClockTime
gst_livekit_egress_fragment_get_time (GBytes * header, GBytes * fragment)
{
  Range head, moof, traf;
  GstClockTime time = GST_CLOCK_TIME_NONE;
  guint n;

  head.data = g_bytes_get_data (header, &head.size);
  moof.data = g_bytes_get_data (fragment, &moof.size);
  moof = find_box (moof, GST_MAKE_FOURCC ('m', 'o', 'o', 'f'));

  for (n = 0; n < MAX_BOXES
      && take_box_of (&moof, GST_MAKE_FOURCC ('t', 'r', 'a', 'f'), &traf); n++)
    time = MIN (time, get_track_time (head, traf));
  return time;
}
