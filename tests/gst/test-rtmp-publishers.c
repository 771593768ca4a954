/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The publishers that people use, and the listener: all they send comes, in one piece. */

#include "gstlivekitegressplugin.h"
#include "gstlivekitegressreceivers.h"

#include "rtmp-run.h"

#define TIMEOUT (30 * G_TIME_SPAN_SECOND)

/* Two seconds, at the pace of a live stream. */
#define N_FRAMES 50
#define FRAME_TIME 40  /* milliseconds */
#define N_SAMPLES "94" /* times 1024 at 48 kHz */
#define N_SOUNDS 94    /* or a few more: encoders begin and end with some of their own */
#define SOUND_TIME 21.33

static char *
dup_url (RtmpRun *self, const char *key)
{
  return g_strdup_printf ("rtmp://%s:%u/" RTMP_RUN_APP "/%s", self->host, self->port, key);
}

static gboolean
has_elements (const char *const *names)
{
  for (; *names != NULL; names++)
    {
      g_autoptr (GstElementFactory) factory = gst_element_factory_find (*names);

      if (factory == NULL)
        {
          g_autofree char *reason = g_strdup_printf ("there is no element %s", *names);

          g_test_skip (reason);
          return FALSE;
        }
    }
  return TRUE;
}

/* NULL when it is not there: the test is skipped. */
static GSubprocess *
run_ffmpeg (RtmpRun *self, const char *key)
{
  g_autofree char *path = g_find_program_in_path ("ffmpeg");
  g_autofree char *url = dup_url (self, key);
  g_autoptr (GError) error = NULL;
  GSubprocess *ffmpeg;

  if (path == NULL)
    {
      g_test_skip ("there is no ffmpeg");
      return NULL;
    }
  ffmpeg = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, path, "-v", "quiet", "-nostdin", "-re", "-f",
      "lavfi", "-i", "testsrc=size=160x90:rate=25:duration=2", "-re", "-f", "lavfi", "-i",
      "sine=frequency=440:sample_rate=48000:duration=2", "-c:v", "libx264", "-preset", "ultrafast",
      "-bf", "0", "-g", "25", "-pix_fmt", "yuv420p", "-c:a", "aac", "-f", "flv", url, NULL);
  g_assert_no_error (error);

  return ffmpeg;
}

static void
assert_steady (GArray *times, double step)
{
  for (guint i = 1; i < times->len; i++)
    g_assert_cmpfloat_with_epsilon (
        g_array_index (times, guint32, i) - g_array_index (times, guint32, i - 1), step, 2);
}

/* After the publisher has gone: all it sent has come, in one piece. */
static void
assert_all_came (RtmpRun *self)
{
  gst_livekit_egress_receiver_end (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver), 30 * GST_SECOND);
  rtmp_run_assert_eos (self);
  g_assert_cmpuint (self->video_times->len, ==, N_FRAMES);
  g_assert_cmpuint (self->audio_times->len, >=, N_SOUNDS);
  g_assert_cmpuint (self->audio_times->len, <=, N_SOUNDS + 4);
  assert_steady (self->video_times, FRAME_TIME);
  assert_steady (self->audio_times, SOUND_TIME);
  g_assert_true (self->received->str[0] == '!');
  g_assert_null (strchr (self->received->str + 1, '!'));
  g_assert_cmpuint (rtmp_run_get_refused (self), ==, 0);
}

static void
test_ffmpeg (RtmpRun *self, gconstpointer user_data)
{
  g_autoptr (GSubprocess) ffmpeg = NULL;
  g_autoptr (GError) error = NULL;

  rtmp_run_play (self);
  ffmpeg = run_ffmpeg (self, self->key);
  if (ffmpeg == NULL)
    return;
  g_subprocess_wait_check (ffmpeg, NULL, &error);
  g_assert_no_error (error);
  assert_all_came (self);
}

/* It is told so and gives up, and nothing of the good one is missing. */
static void
test_ffmpeg_with_wrong_key (RtmpRun *self, gconstpointer user_data)
{
  g_autoptr (GIOStream) good = NULL;
  g_autoptr (GSubprocess) ffmpeg = NULL;
  guint32 time = 0;

  rtmp_run_play (self);
  good = rtmp_run_publish (self, self->key);
  rtmp_say_beginning (good, time);
  rtmp_run_expect (self, "!HvaKA");
  ffmpeg = run_ffmpeg (self, "00000000000000000000000000000000");
  if (ffmpeg == NULL)
    return;
  while (rtmp_run_get_refused (self) == 0)
    {
      RTMP_SAY (good, RTMP_VIDEO, time += FRAME_TIME, rtmp_frame);
      rtmp_run_expect (self, "V");
      g_assert_cmpuint (time, <, 30000);
      g_usleep (FRAME_TIME * 1000);
    }
  g_subprocess_wait (ffmpeg, NULL, NULL);
  g_assert_false (g_subprocess_get_successful (ffmpeg));
  RTMP_SAY (good, RTMP_VIDEO, time += FRAME_TIME, rtmp_frame);
  rtmp_run_expect (self, "V");
  g_assert_cmpuint (self->video_times->len, ==, 1 + time / FRAME_TIME);
  assert_steady (self->video_times, FRAME_TIME);
  g_assert_cmpuint (rtmp_run_get_refused (self), ==, 1);
}

static void
publish_with (RtmpRun *self, const char *sink)
{
  const char *const needed[]
      = { sink,        "videotestsrc", "audiotestsrc", "x264enc", "h264parse",
          "avenc_aac", "aacparse",     "flvmux",       NULL };
  g_autofree char *url = dup_url (self, self->key);
  g_autofree char *description = g_strdup_printf (
      "videotestsrc num-buffers=%d ! video/x-raw,width=160,height=90,framerate=25/1"
      " ! x264enc speed-preset=ultrafast tune=zerolatency key-int-max=25 ! h264parse ! queue"
      " ! flvmux name=mux streamable=true ! %s location=\"%s\""
      " audiotestsrc samplesperbuffer=1024 num-buffers=" N_SAMPLES
      " ! audio/x-raw,rate=48000,channels=2 ! audioconvert ! avenc_aac ! aacparse ! queue ! mux.",
      N_FRAMES, sink, url);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) publisher = NULL;
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;

  if (!has_elements (needed))
    return;
  publisher = gst_parse_launch (description, &error);
  g_assert_no_error (error);
  bus = gst_element_get_bus (publisher);

  rtmp_run_play (self);
  gst_element_set_state (publisher, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, TIMEOUT * GST_USECOND,
                                        GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  g_assert_cmpstr (GST_MESSAGE_TYPE_NAME (message), ==, "eos");
  gst_element_set_state (publisher, GST_STATE_NULL);
  assert_all_came (self);
}

static void
test_rtmp2sink (RtmpRun *self, gconstpointer user_data)
{
  publish_with (self, "rtmp2sink");
}

static void
test_rtmpsink (RtmpRun *self, gconstpointer user_data)
{
  publish_with (self, "rtmpsink");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  gst_livekit_egress_plugin_init ();

  RTMP_RUN_ADD ("/rtmp-publishers/ffmpeg", &rtmp_run_plain, test_ffmpeg);
  RTMP_RUN_ADD ("/rtmp-publishers/ffmpeg-with-wrong-key", &rtmp_run_plain,
                test_ffmpeg_with_wrong_key);
  RTMP_RUN_ADD ("/rtmp-publishers/rtmp2sink", &rtmp_run_plain, test_rtmp2sink);
  RTMP_RUN_ADD ("/rtmp-publishers/rtmpsink", &rtmp_run_plain, test_rtmpsink);

  return g_test_run ();
}
