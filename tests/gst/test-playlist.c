/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Playlists of HLS without files and without a clock: what is read in them, and in which order the
 * segments of one that grows come. */

#include <gio/gio.h>

#include "gstlivekitegressfragment.h"
#include "gstlivekitegresshlscursor.h"

#define HEAD "#EXTM3U\n#EXT-X-TARGETDURATION:2\n"
#define SEGMENT(name) "#EXTINF:2.000,\n" name "\n"

static GstLiveKitEgressPlaylist *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GstLiveKitEgressPlaylist *playlist
      = gst_livekit_egress_playlist_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return playlist;
}

static GstLiveKitEgressPlaylist *
parse_recorded (const char *name)
{
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "data", "hls", name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (file, &text, NULL, &error);
  g_assert_no_error (error);
  return parse (text);
}

static void
assert_size_refused (const char *text, gsize size, int code, const char *words)
{
  g_autoptr (GError) error = NULL;
  GstLiveKitEgressPlaylist *playlist = gst_livekit_egress_playlist_parse (text, size, &error);

  g_assert_null (playlist);
  g_assert_error (error, G_IO_ERROR, code);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" says nothing of \"%s\"", error->message, words);
}

static void
assert_refused (const char *text, int code, const char *words)
{
  assert_size_refused (text, strlen (text), code, words);
}

static void
test_recorded (void)
{
  g_autoptr (GstLiveKitEgressPlaylist) live = parse_recorded ("live.m3u8");
  g_autoptr (GstLiveKitEgressPlaylist) whole = parse_recorded ("play.m3u8");
  const GstLiveKitEgressPlaylistSegment *last;

  g_assert_cmpuint (live->media_sequence, ==, 5);
  g_assert_cmpuint (live->segments->len, ==, 5);
  g_assert_cmpuint (live->target_duration, ==, 2 * GST_SECOND);
  g_assert_true (live->ended);
  last = gst_livekit_egress_playlist_find (live, 9);
  g_assert_cmpstr (last->uri, ==, "seg_00009.ts");
  g_assert_cmpuint (last->duration, ==, 133 * GST_MSECOND);
  g_assert_cmpint (last->date, ==, G_GINT64_CONSTANT (1795960068004000));
  g_assert_null (last->map);
  g_assert_null (gst_livekit_egress_playlist_find (live, 4));
  g_assert_null (gst_livekit_egress_playlist_find (live, 10));

  g_assert_cmpuint (whole->media_sequence, ==, 0);
  g_assert_cmpuint (whole->segments->len, ==, 10);
}

/* As a reader sees them that polls: each segment once, and in order. */
static void
test_recorded_grows (void)
{
  static const char *const names[] = { "19", "32", "39", "45", "52", "58", "61" };
  GstLiveKitEgressHlsCursor cursor = { NULL };
  guint64 expected = 0;
  guint64 n_lost;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = g_strdup_printf ("playlists/live-%s.m3u8", names[i]);
      const GstLiveKitEgressPlaylistSegment *segment;

      gst_livekit_egress_hls_cursor_update (&cursor, parse_recorded (name));
      if (i == 0)
        gst_livekit_egress_hls_cursor_place (&cursor, FALSE);
      while ((segment = gst_livekit_egress_hls_cursor_peek (&cursor, &n_lost)) != NULL)
        {
          g_autofree char *uri
              = g_strdup_printf ("seg_%05" G_GUINT64_FORMAT ".ts", segment->sequence);

          g_assert_cmpuint (segment->sequence, ==, expected++);
          g_assert_cmpuint (n_lost, ==, 0);
          g_assert_cmpstr (segment->uri, ==, uri);
          g_assert_cmpuint (gst_livekit_egress_hls_cursor_get_time (&cursor, segment), ==,
                            segment->sequence * 2 * GST_SECOND);
          gst_livekit_egress_hls_cursor_advance (&cursor);
        }
    }
  g_assert_cmpuint (expected, ==, 10);
  g_assert_true (cursor.playlist->ended);
  gst_livekit_egress_hls_cursor_clear (&cursor);
}

static void
test_discontinuity_and_map (void)
{
  g_autoptr (GstLiveKitEgressPlaylist) self
      = parse ("#EXTM3U\r\n#EXT-X-TARGETDURATION:4\r\n#EXT-X-DISCONTINUITY-SEQUENCE:7\r\n"
               "#EXT-X-MAP:BANDWIDTH=1,URI=\"a,b.mp4\"\r\n#EXTINF:3.5,a title, with comma\r\n"
               "one.m4s\r\n#EXT-X-DISCONTINUITY\r\n#EXT-X-MAP:URI=\"init 2.mp4\"\r\n#EXT-X-GAP\r\n"
               "#EXTINF:4\r\nsub/two.m4s?token=x\r\n");
  const GstLiveKitEgressPlaylistSegment *one = gst_livekit_egress_playlist_find (self, 0);
  const GstLiveKitEgressPlaylistSegment *two = gst_livekit_egress_playlist_find (self, 1);

  g_assert_cmpuint (one->duration, ==, 3500 * GST_MSECOND);
  g_assert_cmpuint (one->discontinuity, ==, 7);
  g_assert_false (one->discontinuous || one->gap);
  g_assert_cmpstr (one->map, ==, "a,b.mp4");
  g_assert_cmpuint (two->discontinuity, ==, 8);
  g_assert_true (two->discontinuous && two->gap);
  g_assert_cmpstr (two->map, ==, "init 2.mp4");
  g_assert_cmpstr (two->uri, ==, "sub/two.m4s?token=x");
  g_assert_cmpint (two->date, ==, GST_LIVEKIT_EGRESS_PLAYLIST_NO_DATE);
  g_assert_false (self->ended);
}

/* The end of a file that is being written may be anything; it is read again. */
static void
test_unfinished (void)
{
  g_autoptr (GstLiveKitEgressPlaylist) name = parse (HEAD SEGMENT ("a.ts") "#EXTINF:2.0,\nb.t");
  g_autoptr (GstLiveKitEgressPlaylist) ended = parse (HEAD SEGMENT ("a.ts") "#EXT-X-ENDLIST");

  g_assert_cmpuint (name->segments->len, ==, 1);
  g_assert_true (ended->ended);
  assert_refused ("", G_IO_ERROR_INVALID_DATA, "empty");
  assert_refused ("#EXTM3", G_IO_ERROR_INVALID_DATA, "#EXTM3U");
  assert_refused ("#EXTM3U\n#EXT-X-TARGETD", G_IO_ERROR_INVALID_DATA, "TARGETDURATION");
}

static void
test_leads_out (void)
{
  static const char *const names[]
      = { "../up.ts",           "a/../../up.ts",      "%2e%2e/up.ts",  "%252e%252E%252fup.ts",
          "http://other/a.ts",  "//other/a.ts",       "/etc/passwd",   "file:///etc/passwd",
          "a\\..\\..\\b.ts",    "a%5c..%5cb.ts",      "./../a.ts",     "a//b.ts",
          "HTTPS://[::1]/a.ts", "data:text/plain,//", "a/%2e%2e/b.ts", "." };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *segment = g_strdup_printf (HEAD "#EXTINF:2,\n%s\n", names[i]);
      g_autofree char *map
          = g_strdup_printf (HEAD "#EXT-X-MAP:URI=\"%s\"\n" SEGMENT ("a.ts"), names[i]);

      assert_refused (segment, G_IO_ERROR_INVALID_FILENAME, "line 4");
      assert_refused (map, G_IO_ERROR_INVALID_FILENAME, "line 3");
    }
}

static void
test_refused (void)
{
  g_autofree char *long_line = g_strnfill (GST_LIVEKIT_EGRESS_PLAYLIST_MAX_LINE + 1, 'a');
  g_autofree char *long_name = g_strconcat (HEAD "#EXTINF:2,\n", long_line, "\n", NULL);
  g_autofree char *huge = g_strnfill (GST_LIVEKIT_EGRESS_PLAYLIST_MAX_SIZE + 1, '\n');
  g_autoptr (GString) many = g_string_new (HEAD);

  assert_refused (long_name, G_IO_ERROR_INVALID_DATA, "line 4");
  assert_refused (huge, G_IO_ERROR_NOT_SUPPORTED, "bytes");
  for (guint i = 0; i <= GST_LIVEKIT_EGRESS_PLAYLIST_MAX_SEGMENTS; i++)
    g_string_append (many, "#EXTINF:1,\na\n");
  assert_refused (many->str, G_IO_ERROR_NOT_SUPPORTED, "100000");

  assert_refused ("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlive.m3u8\n", G_IO_ERROR_NOT_SUPPORTED,
                  "master playlist");
  assert_refused (HEAD "#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n", G_IO_ERROR_NOT_SUPPORTED, "key");
  assert_refused (HEAD "#EXTINF:2,\n#EXT-X-BYTERANGE:1@2\na.ts\n", G_IO_ERROR_NOT_SUPPORTED,
                  "byte range");
  assert_refused (HEAD "a.ts\n", G_IO_ERROR_INVALID_DATA, "EXTINF");
  assert_refused (HEAD "#EXTINF:3601,\na.ts\n", G_IO_ERROR_INVALID_DATA, "duration");
  assert_refused (HEAD "#EXTINF:-1,\na.ts\n", G_IO_ERROR_INVALID_DATA, "duration");
  assert_refused (HEAD "#EXTINF:,\na.ts\n", G_IO_ERROR_INVALID_DATA, "duration");
  assert_refused ("#EXTM3U\n#EXT-X-TARGETDURATION:0\n", G_IO_ERROR_INVALID_DATA, "line 2");
  assert_refused (HEAD "#EXT-X-MEDIA-SEQUENCE:99999999999999999999\n", G_IO_ERROR_INVALID_DATA,
                  "EXT-X-MEDIA-SEQUENCE");
  assert_refused (HEAD SEGMENT ("a\x01.ts"), G_IO_ERROR_INVALID_DATA, "control");
  assert_refused (HEAD SEGMENT ("a\xff.ts"), G_IO_ERROR_INVALID_DATA, "no text");
  assert_refused ("<html>\n", G_IO_ERROR_INVALID_DATA, "#EXTM3U");
}

/* As a GBytes has it that nothing was written to. */
static void
test_empty (void)
{
  assert_size_refused (NULL, 0, G_IO_ERROR_INVALID_DATA, "is empty");
  assert_size_refused ("", 0, G_IO_ERROR_INVALID_DATA, "is empty");
}

static void
assert_next (GstLiveKitEgressHlsCursor *cursor, const char *uri, guint64 n_expected_lost)
{
  guint64 n_lost;
  const GstLiveKitEgressPlaylistSegment *segment
      = gst_livekit_egress_hls_cursor_peek (cursor, &n_lost);

  g_assert_cmpuint (n_lost, ==, n_expected_lost);
  g_assert_cmpstr (segment != NULL ? segment->uri : NULL, ==, uri);
  if (segment != NULL)
    gst_livekit_egress_hls_cursor_advance (cursor);
}

static void
test_cursor_starts (void)
{
  GstLiveKitEgressHlsCursor cursor = { NULL };

  gst_livekit_egress_hls_cursor_update (&cursor, parse (HEAD SEGMENT ("a") SEGMENT ("b")));
  gst_livekit_egress_hls_cursor_place (&cursor, TRUE);
  assert_next (&cursor, "b", 0);
  assert_next (&cursor, NULL, 0);
  gst_livekit_egress_hls_cursor_place (&cursor, FALSE);
  assert_next (&cursor, "a", 0);
  gst_livekit_egress_hls_cursor_clear (&cursor);
}

static void
test_cursor_goes_forward_alone (void)
{
  GstLiveKitEgressHlsCursor cursor = { NULL };

  g_assert_true (gst_livekit_egress_hls_cursor_update (
      &cursor, parse (HEAD SEGMENT ("a") SEGMENT ("b") SEGMENT ("c"))));
  gst_livekit_egress_hls_cursor_place (&cursor, FALSE);
  assert_next (&cursor, "a", 0);
  assert_next (&cursor, "b", 0);
  assert_next (&cursor, "c", 0);

  /* It goes back, and is as it was. */
  g_assert_false (
      gst_livekit_egress_hls_cursor_update (&cursor, parse (HEAD SEGMENT ("a") SEGMENT ("b"))));
  g_assert_false (gst_livekit_egress_hls_cursor_update (
      &cursor, parse (HEAD SEGMENT ("a") SEGMENT ("b") SEGMENT ("c"))));
  assert_next (&cursor, NULL, 0);

  /* It leaves three out. */
  g_assert_true (gst_livekit_egress_hls_cursor_update (
      &cursor, parse (HEAD "#EXT-X-MEDIA-SEQUENCE:6\n" SEGMENT ("g"))));
  assert_next (&cursor, "g", 3);
  g_assert_cmpuint (cursor.time, ==, 12 * GST_SECOND);

  /* Its end is news, once. */
  g_assert_true (gst_livekit_egress_hls_cursor_update (
      &cursor, parse (HEAD "#EXT-X-MEDIA-SEQUENCE:6\n" SEGMENT ("g") "#EXT-X-ENDLIST\n")));
  g_assert_false (gst_livekit_egress_hls_cursor_update (
      &cursor, parse (HEAD "#EXT-X-MEDIA-SEQUENCE:6\n" SEGMENT ("g") "#EXT-X-ENDLIST\n")));
  gst_livekit_egress_hls_cursor_clear (&cursor);
}

/* Boxes are written as their length, their name and their content. */
static void
test_fragment_time (void)
{
  static const guint8 header[]
      = "\0\0\0\x58moov\0\0\0\x50trak\0\0\0\x20tkhd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\0"
        "\0\0\0\x28mdia\0\0\0\x20mdhd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x75\x30\0\0\0\0\0\0\0\0";
  static const guint8 fragment[]
      = "\0\0\0\x08styp\0\0\0\x34moof\0\0\0\x2ctraf\0\0\0\x10tfhd\0\0\0\0\0\0\0\x02"
        "\0\0\0\x14tfdt\x01\0\0\0\0\0\0\0\0\0\xea\x60";
  g_autoptr (GBytes) head = g_bytes_new_static (header, sizeof header - 1);
  g_autoptr (GBytes) body = g_bytes_new_static (fragment, sizeof fragment - 1);

  g_assert_cmpuint (gst_livekit_egress_fragment_get_time (head, body), ==, 2 * GST_SECOND);
  for (gsize size = 0; size < sizeof fragment - 1; size++)
    {
      g_autofree guint8 *copy = g_memdup2 (fragment, size);
      g_autoptr (GBytes) cut = g_bytes_new_static (copy, size);

      g_assert_cmpuint (gst_livekit_egress_fragment_get_time (head, cut), ==, GST_CLOCK_TIME_NONE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/playlist/recorded", test_recorded);
  g_test_add_func ("/playlist/recorded-grows", test_recorded_grows);
  g_test_add_func ("/playlist/discontinuity-and-map", test_discontinuity_and_map);
  g_test_add_func ("/playlist/unfinished", test_unfinished);
  g_test_add_func ("/playlist/leads-out", test_leads_out);
  g_test_add_func ("/playlist/refused", test_refused);
  g_test_add_func ("/playlist/empty", test_empty);
  g_test_add_func ("/playlist/cursor/starts", test_cursor_starts);
  g_test_add_func ("/playlist/cursor/goes-forward-alone", test_cursor_goes_forward_alone);
  g_test_add_func ("/playlist/fragment-time", test_fragment_time);

  return g_test_run ();
}
