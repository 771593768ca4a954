/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* RTMP from the dev server: sound and picture begin together, have no gap, and go on when the
 * connection breaks. */

#include "gst-test.h"

#define PLUGINS GST_TEST_PLUGINS " flv app rtmp2"

#define FRAME_RATE 15
#define ENCODING "encoding,width=320,height=180,framerate=15,video-bitrate=300"
/* An AAC frame has 1024 samples, and FLV whole milliseconds. */
#define SOUND_RATE (48000 / 1024.0)
#define ROUNDING (2 * GST_MSECOND)
/* On a busy machine the encoders of the dev server leave out what they are late for at first. */
#define WARM_UP (3 * GST_SECOND)

/* What came out of one pad. */
typedef struct
{
  GstClockTime first, last;
  guint n;
  guint n_gaps; /* steps that are not those from one to the next */
  guint n_discont;
} Track;

typedef struct
{
  GstTestRun *run;

  GMutex lock;
  GCond cond;
  Track video, audio;
} Streams;

static void
note (Track *track, GstBuffer *buffer, double rate)
{
  const GstClockTime pts = GST_BUFFER_PTS (buffer);
  const GstClockTimeDiff step = (GstClockTimeDiff)(GST_SECOND / rate);

  fail_unless (GST_BUFFER_PTS_IS_VALID (buffer));
  if (track->n++ == 0)
    track->first = pts;
  else
    {
      fail_unless (pts > track->last);
      if (pts > track->first + WARM_UP
          && ABS (GST_CLOCK_DIFF (track->last, pts) - step) > (GstClockTimeDiff)ROUNDING)
        {
          track->n_gaps++;
          GST_INFO ("%" GST_TIME_FORMAT " after %" GST_TIME_FORMAT, GST_TIME_ARGS (pts),
                    GST_TIME_ARGS (track->last));
        }
    }
  track->last = pts;
  track->n_discont += GST_BUFFER_IS_DISCONT (buffer);
}

static GstPadProbeReturn
on_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Streams *self = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

  g_mutex_lock (&self->lock);
  if (g_str_has_prefix (GST_PAD_NAME (pad), "video_"))
    note (&self->video, buffer, FRAME_RATE);
  else
    note (&self->audio, buffer, SOUND_RATE);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  return GST_PAD_PROBE_OK;
}

static void
on_pad (GstElement *src, GstPad *pad, gpointer user_data)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, user_data, NULL);
}

static void
streams_init (Streams *self, const char *fault)
{
  *self = (Streams){ .run = gst_test_run_new (NULL) };
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  if (fault != NULL)
    lk_test_devserver_add_fault (self->run->server, fault);
  gst_util_set_object_arg (G_OBJECT (self->run->src), "protocol", "rtmp");
  gst_util_set_object_arg (G_OBJECT (self->run->src), "encoding", ENCODING);
  g_signal_connect (self->run->src, "pad-added", G_CALLBACK (on_pad), self);
}

static void
streams_clear (Streams *self)
{
  gst_test_run_free (self->run);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
}

static void
wait_buffers (Streams *self, guint n_video, guint n_audio)
{
  const gint64 end = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;

  g_mutex_lock (&self->lock);
  while (self->video.n < n_video || self->audio.n < n_audio)
    if (!g_cond_wait_until (&self->cond, &self->lock, end))
      g_error ("%u of %u video and %u of %u audio buffers came", self->video.n, n_video,
               self->audio.n, n_audio);
  g_mutex_unlock (&self->lock);
}

/* Ten seconds without a gap in sound or picture, which begin together, and an end in order. */
static void
check_ten_seconds (Streams *self)
{
  gst_test_run_play (self->run);
  wait_buffers (self, 12 * FRAME_RATE, (guint)(12 * SOUND_RATE));
  gst_test_run_stop (self->run);
  gst_test_run_drop_pipeline (self->run);

  fail_unless (ABS (GST_CLOCK_DIFF (self->video.first, self->audio.first))
               < (GstClockTimeDiff)(100 * GST_MSECOND));
  assert_equals_int (self->video.n_gaps, 0);
  assert_equals_int (self->audio.n_gaps, 0);
  assert_equals_int (self->video.n_discont, 1);
  assert_equals_int (self->run->n_pads, 2);
}

GST_START_TEST (test_ten_seconds)
{
  Streams streams;

  streams_init (&streams, NULL);
  check_ten_seconds (&streams);
  streams_clear (&streams);
}

GST_END_TEST;

GST_START_TEST (test_tls)
{
  g_autofree char *path
      = g_build_filename (g_getenv ("LK_EGRESS_TEST_DATA"), "tls-server.pem", NULL);
  Streams streams;

  streams_init (&streams, NULL);
  gst_util_set_object_arg (G_OBJECT (streams.run->src), "tls-certificate", path);
  check_ten_seconds (&streams);
  streams_clear (&streams);
}

GST_END_TEST;

/* Sound alone, or a picture alone, is shown after a moment. */
GST_START_TEST (test_one_stream)
{
  const char *const only[] = { "audio-only", "video-only" };

  for (guint i = 0; i < G_N_ELEMENTS (only); i++)
    {
      Streams streams;

      streams_init (&streams, NULL);
      g_object_set (streams.run->src, only[i], TRUE, "participant-identity", NULL, NULL);
      gst_test_run_play (streams.run);
      wait_buffers (&streams, i == 0 ? 0 : FRAME_RATE, i == 0 ? (guint)SOUND_RATE : 0);
      gst_test_run_stop (streams.run);
      assert_equals_int (streams.run->n_pads, 1);
      streams_clear (&streams);
    }
}

GST_END_TEST;

/* A connection that breaks and comes back within the window: no error, no other pad. */
GST_START_TEST (test_cut)
{
  Streams streams;

  streams_init (&streams, "{\"life\":\"cut\"}");
  g_object_set (streams.run->src, "reconnect-window", 30000, NULL);
  gst_test_run_play (streams.run);
  wait_buffers (&streams, 8 * FRAME_RATE, (guint)(8 * SOUND_RATE));
  assert_equals_int (gst_test_run_get_reconnects (streams.run), 1);
  gst_test_run_stop (streams.run);
  gst_test_run_drop_pipeline (streams.run);

  assert_equals_int (streams.run->n_pads, 2);
  assert_equals_int (streams.audio.n_discont, 2);
  assert_equals_int (streams.video.n_discont, 2);
  streams_clear (&streams);
}

GST_END_TEST;

/* One that does not come back is one clear error. */
GST_START_TEST (test_lost)
{
  Streams streams;

  streams_init (&streams, "{\"life\":\"worker-lost\"}");
  g_object_set (streams.run->src, "reconnect-window", 300, "stop-timeout", 500, NULL);
  gst_test_run_play (streams.run);
  gst_test_run_assert_error (streams.run, GST_RESOURCE_ERROR_READ, "connection-lost");
  fail_unless (streams.audio.n > 0);
  streams_clear (&streams);
}

GST_END_TEST;

/* The location has a key in it, which nobody is to see. */
static void
assert_wrong (const char *location)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autofree char *text = NULL;

  gst_util_set_object_arg (G_OBJECT (run->src), "protocol", "rtmp");
  g_object_set (run->src, "rtmp-location", location, NULL);
  text = gst_test_run_assert_refused (run, "rtmp-location is not");
  fail_unless (strstr (text, "secret") == NULL);
}

GST_START_TEST (test_wrong_location)
{
  assert_wrong ("127.0.0.1/live/secret");
  assert_wrong ("srt://127.0.0.1/live/secret");
  assert_wrong ("rtmp:///live/secret");
  assert_wrong ("rtmp://127.0.0.1");
  assert_wrong ("rtmp://127.0.0.1/secret");
  assert_wrong ("rtmp://127.0.0.1/live/");
  assert_wrong ("rtmp://127.0.0.1//secret");
  assert_wrong ("rtmp://user:secret@127.0.0.1/live/secret");
  assert_wrong ("rtmp://127.0.0.1/live/key?token=secret");
}

GST_END_TEST;

static Suite *
rtmp_suite (void)
{
  Suite *suite = suite_create ("livekitegresssrc-rtmp");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 90);
  tcase_add_test (tcase, test_ten_seconds);
  tcase_add_test (tcase, test_tls);
  tcase_add_test (tcase, test_one_stream);
  tcase_add_test (tcase, test_cut);
  tcase_add_test (tcase, test_lost);
  tcase_add_test (tcase, test_wrong_location);

  return suite;
}

int
main (int argc, char **argv)
{
  gst_test_init (&argc, &argv, PLUGINS);
  return gst_check_run_suite (rtmp_suite (), "livekitegresssrc-rtmp", __FILE__);
}
