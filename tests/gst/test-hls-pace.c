/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* When a playlist is looked at again. */

#include "gstlivekitegresshlspace.h"

#define NOW (1000 * G_TIME_SPAN_SECOND)
#define LIST(target, segments) "#EXTM3U\n#EXT-X-TARGETDURATION:" target "\n" segments
#define SEGMENT(duration) "#EXTINF:" duration ",\na.ts\n"

/* What looks found, one letter each: - no playlist, = nothing new, + something new. */
typedef struct
{
  const char *what;
  gboolean is_folder;
  const char *looks;
  const char *playlist; /* that they found */
  gint64 wait;          /* after the last of them, in milliseconds */
} Row;

static const Row rows[] = {
  { "no folder yet", TRUE, "-", NULL, 250 },
  { "no server yet", FALSE, "-", NULL, 250 },
  { "the first, which may have been there for long", TRUE, "-+", LIST ("2", SEGMENT ("2")), 100 },
  { "nothing new", TRUE, "+=", LIST ("2", SEGMENT ("2")), 100 },
  { "new, and not there a moment ago", TRUE, "+=+", LIST ("2", SEGMENT ("2")), 1800 },
  { "each in its time", TRUE, "+=+=+", LIST ("2", SEGMENT ("2")), 1800 },
  { "new at once: who knows since when", TRUE, "+=++", LIST ("2", SEGMENT ("2")), 100 },
  { "the worker is late", TRUE, "+=+==", LIST ("2", SEGMENT ("2")), 100 },
  { "as long as the last one", TRUE, "+=+", LIST ("4", SEGMENT ("4") SEGMENT ("2.5")), 2300 },
  { "longer than is allowed", TRUE, "+=+", LIST ("2", SEGMENT ("2.4")), 1800 },
  { "short", TRUE, "+=+", LIST ("1", SEGMENT ("0.2")), 100 },
  { "no segment yet", TRUE, "+=+", LIST ("2", ""), 100 },
  { "a server: half the time", FALSE, "+=", LIST ("2", SEGMENT ("2")), 1000 },
  { "a server: all of it", FALSE, "+=+", LIST ("2", SEGMENT ("2")), 2000 },
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GstLiveKitEgressPlaylist) playlist = NULL;
  g_autoptr (GError) error = NULL;
  GstLiveKitEgressHlsPace pace;

  if (row->playlist != NULL)
    playlist = gst_livekit_egress_playlist_parse (row->playlist, strlen (row->playlist), &error);
  g_assert_no_error (error);

  gst_livekit_egress_hls_pace_init (&pace, row->is_folder);
  g_assert_cmpint (pace.next, ==, 0);
  pace.polled = NOW;
  for (const char *look = row->looks; *look != '\0'; look++)
    {
      if (*look == '+')
        gst_livekit_egress_hls_pace_set_grown (&pace, playlist);
      else
        gst_livekit_egress_hls_pace_set_same (&pace, *look == '=' ? playlist : NULL);
    }
  g_assert_cmpint (pace.next - pace.polled, ==, row->wait * G_TIME_SPAN_MILLISECOND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = g_strdup_printf ("/hls-pace/%s", rows[i].what);

      g_test_add_data_func (name, &rows[i], test_row);
    }
  return g_test_run ();
}
