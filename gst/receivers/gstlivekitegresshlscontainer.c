/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresshlscontainer.h"

#include <string.h>

const gchar *
gst_livekit_egress_hls_container_sniff (GBytes * bytes)
{
  static const gchar *const boxes[] =
      { "ftyp", "styp", "moov", "moof", "sidx", "emsg", "prft" };
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  guint i;

  if (size >= 188 && data[0] == 0x47 && (size < 189 || data[188] == 0x47))
    return "video/mpegts";
  for (i = 0; size >= 8 && i < G_N_ELEMENTS (boxes); i++)
    if (memcmp (data + 4, boxes[i], 4) == 0)
      return "video/quicktime";
  return NULL;
}

gboolean
gst_livekit_egress_hls_container_check (const gchar * expected,
    const gchar * name, GBytes * bytes, GError ** error)
{
  const gchar *container = gst_livekit_egress_hls_container_sniff (bytes);
  const gint shown = (gint) strcspn (name, "?");

  if (container == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
        "%.*s is neither MPEG-TS nor fragmented MP4", shown, name);
  else if (expected != NULL && container != expected)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
        "%.*s is in another container than the segments before it", shown,
        name);
  else
    return TRUE;
  return FALSE;
}
