/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any text as a playlist: what is taken of it has bounds and stays in its folder, and what reads it
 * goes forward alone. */

#include "fuzz.h"

#include "gstlivekitegresshlscursor.h"

static void
check (const GstLiveKitEgressPlaylist *playlist)
{
  g_assert_cmpuint (playlist->target_duration, >, 0);
  g_assert_cmpuint (playlist->target_duration, <=, GST_LIVEKIT_EGRESS_PLAYLIST_MAX_DURATION);
  g_assert_cmpuint (playlist->segments->len, <=, GST_LIVEKIT_EGRESS_PLAYLIST_MAX_SEGMENTS);

  for (guint i = 0; i < playlist->segments->len; i++)
    {
      const GstLiveKitEgressPlaylistSegment *segment
          = gst_livekit_egress_playlist_find (playlist, playlist->media_sequence + i);

      g_assert_cmpuint (segment->sequence, ==, playlist->media_sequence + i);
      g_assert_cmpuint (segment->duration, <=,
                        GST_LIVEKIT_EGRESS_PLAYLIST_MAX_DURATION + GST_SECOND);
      for (const char *const *uri = (const char *const[]){ segment->uri, segment->map, NULL };
           *uri != NULL; uri++)
        {
          g_assert_true (g_utf8_validate (*uri, -1, NULL));
          g_assert_true (**uri != '/' && **uri != '\0');
          g_assert_null (strstr (*uri, "://"));
          g_assert_true (!g_str_has_prefix (*uri, "../") && strstr (*uri, "/../") == NULL);
        }
    }
}

/* The same playlist twice, as a reader sees it when it polls. */
static void
walk (GstLiveKitEgressHlsCursor *cursor)
{
  const GstLiveKitEgressPlaylistSegment *segment;
  guint64 n_lost;
  guint64 last = 0;

  while ((segment = gst_livekit_egress_hls_cursor_peek (cursor, &n_lost)) != NULL)
    {
      g_assert_true (!cursor->begun || segment->sequence > last);
      last = segment->sequence;
      g_assert_true (
          GST_CLOCK_TIME_IS_VALID (gst_livekit_egress_hls_cursor_get_time (cursor, segment)));
      gst_livekit_egress_hls_cursor_is_discontinuous (cursor, segment);
      gst_livekit_egress_hls_cursor_advance (cursor);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  GstLiveKitEgressHlsCursor cursor = { NULL };
  gsize half = size / 2;

  for (guint part = 0; part < 3; part++)
    {
      const gsize length = part == 0 ? half : size;
      g_autoptr (GError) error = NULL;
      GstLiveKitEgressPlaylist *playlist
          = gst_livekit_egress_playlist_parse ((const char *)data, length, &error);

      if (playlist == NULL)
        {
          g_assert_true (g_utf8_validate (error->message, -1, NULL));
          continue;
        }
      check (playlist);
      gst_livekit_egress_hls_cursor_update (&cursor, playlist);
      if (!cursor.placed)
        gst_livekit_egress_hls_cursor_place (&cursor, part == 1);
      walk (&cursor);
    }

  gst_livekit_egress_hls_cursor_clear (&cursor);
  return 0;
}
