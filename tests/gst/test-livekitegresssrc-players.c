/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What people put behind the element: players and muxers, which play until the egress is over. */

#include <gio/gio.h>

#include "gst-test.h"

#define PLUGINS                                                                                    \
  GST_TEST_PLUGINS " playback libav typefindfunctions videoconvertscale audioconvert "             \
                   "audioresample volume autodetect isomp4 matroska flv multifile rtp mpegtsmux "  \
                   "pbtypes"

#define SRC "livekitegresssrc name=e room-name=demo participant-identity=alice max-duration=1500 "

static LkTestDevserver *server;

static void
set_up (void)
{
  server = lk_test_devserver_new (NULL);
  g_setenv ("LIVEKIT_URL", lk_test_devserver_get_url (server), TRUE);
  g_setenv ("LIVEKIT_API_KEY", LK_TEST_API_KEY, TRUE);
  g_setenv ("LIVEKIT_API_SECRET", LK_TEST_API_SECRET, TRUE);
}

static void
tear_down (void)
{
  lk_test_devserver_free (server);
}

static char *
get_uri (void)
{
  return g_strdup_printf ("livekit-egress%s/demo?participant-identity=alice&max-duration=1500",
                          lk_test_devserver_get_url (server) + strlen ("http"));
}

/* To its end, without an error, with something in each sink that is named. */
static void
play (const char *line)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (line, &error);
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;

  fail_unless (error == NULL, "%s: %s", line, error != NULL ? error->message : "");
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, GST_TEST_TIMEOUT, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL, "%s: no EOS", line);
  fail_unless (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS, "%s: %" GST_PTR_FORMAT, line,
               message);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), i == 0 ? "v" : "a");
      g_autoptr (GstStructure) stats = NULL;
      guint64 rendered;

      if (sink == NULL)
        continue;
      g_object_get (sink, "stats", &stats, NULL);
      fail_unless (gst_structure_get_uint64 (stats, "rendered", &rendered));
      fail_unless (rendered > 0, "%s: %" G_GUINT64_FORMAT, line, rendered);
    }
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

static const char *const players[] = {
  "playbin uri=%s video-sink=\"fakesink name=v sync=true\" audio-sink=\"fakesink name=a sync=true\"",
  "playbin3 uri=%s video-sink=\"fakesink name=v sync=true\" audio-sink=\"fakesink name=a sync=true\"",
  "uridecodebin uri=%s name=u ! fakesink name=v sync=true u. ! fakesink name=a sync=true",
  "uridecodebin3 uri=%s name=u ! fakesink name=v sync=true u. ! fakesink name=a sync=true",
  "uridecodebin uri=%s ! fakesink name=v sync=true",
};

GST_START_TEST (test_players)
{
  g_autofree char *uri = get_uri ();
  g_auto (GStrv) parts = g_strsplit (players[__i__], "%s", 2);
  g_autofree char *line = g_strconcat (parts[0], uri, parts[1], NULL);

  play (line);
}

GST_END_TEST;

/* Nothing but the element and what is named: what is linked decides the form of the streams. */
static const char *const readers[] = {
  SRC "e.video_0 ! decodebin ! fakesink name=v sync=true "
      "e.audio_0 ! decodebin ! fakesink name=a sync=true",
  SRC "e.video_0 ! avdec_h264 ! fakesink name=v sync=true",
  SRC "e.video_0 ! mp4mux name=m ! fakesink name=v e.audio_0 ! m.",
  SRC "e.audio_0 ! mp4mux name=m ! fakesink name=v e.video_0 ! m.",
  SRC "e.video_0 ! matroskamux name=m ! fakesink name=v e.audio_0 ! m.",
  SRC "e.video_0 ! flvmux name=m ! fakesink name=v e.audio_0 ! m.",
  SRC "e.video_0 ! mpegtsmux name=m ! fakesink name=v e.audio_0 ! m.",
  SRC "e.video_0 ! splitmuxsink name=m sink=\"fakesink\" e.audio_0 ! m.audio_0",
  SRC "e.video_0 ! rtph264pay ! fakesink name=v e.audio_0 ! rtpmp4gpay ! fakesink name=a",
  SRC "e.video_0 ! video/x-h264,stream-format=avc ! fakesink name=v "
      "e.audio_0 ! audio/mpeg,stream-format=raw ! fakesink name=a",
  SRC "e.video_0 ! video/x-h264,stream-format=byte-stream,alignment=nal ! fakesink name=v "
      "e.audio_0 ! audio/mpeg,stream-format=adts ! fakesink name=a",
};

GST_START_TEST (test_readers) { play (readers[__i__]); }

GST_END_TEST;

/* With the sanitizer the plugin can be loaded by programs alone that have it too. */
#ifndef __SANITIZE_ADDRESS__

/* Programs of gstreamer1.0-plugins-base-apps, given half a minute. */
static void
run_program (const char *const *arguments, const char *expected)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autofree char *registry
      = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "gst", "players-registry.bin", NULL);
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *output = NULL;

  g_subprocess_launcher_setenv (launcher, "GST_PLUGIN_PATH", g_getenv ("GST_TEST_OWN_PLUGINS"),
                                TRUE);
  g_subprocess_launcher_setenv (launcher, "GST_REGISTRY", registry, TRUE);
  process = g_subprocess_launcher_spawnv (launcher, arguments, NULL);
  fail_unless (process != NULL);
  fail_unless (g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, NULL));
  fail_unless (g_subprocess_get_successful (process), "%s", output);
  fail_unless (strstr (output, expected) != NULL, "%s", output);
}

GST_START_TEST (test_programs)
{
  g_autofree char *uri = get_uri ();

  run_program ((const char *[]){ "timeout", "30", "gst-discoverer-1.0", uri, NULL }, "H.264");
  run_program ((const char *[]){ "timeout", "30", "gst-play-1.0", "--no-interactive",
                                 "--videosink=fakesink", "--audiosink=fakesink", uri, NULL },
               "Reached end of play list");
}

GST_END_TEST;

#endif

static Suite *
players_suite (void)
{
  Suite *suite = suite_create ("livekitegresssrc-players");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 90);
  tcase_add_checked_fixture (tcase, set_up, tear_down);
  tcase_add_loop_test (tcase, test_players, 0, G_N_ELEMENTS (players));
  tcase_add_loop_test (tcase, test_readers, 0, G_N_ELEMENTS (readers));
#ifndef __SANITIZE_ADDRESS__
  tcase_add_test (tcase, test_programs);
#endif

  return suite;
}

int
main (int argc, char **argv)
{
  gst_test_init (&argc, &argv, PLUGINS);
  return gst_check_run_suite (players_suite (), "livekitegresssrc-players", __FILE__);
}
