/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Raw audio over a websocket, from the dev server: its tone has no gap. */

#include <math.h>

#include <glib/gstdio.h>
#include <livekit-egress/livekit-egress.h>

#include "gst-test.h"

#define RATE 48000
#define FREQUENCY 440
/* How far a sample may be from what the two before it foretell: noise and rounding, and no step. */
#define MAX_STEP 64

/* What came out of the pad. */
typedef struct
{
  GstTestRun *run;

  GMutex lock;
  GCond cond;
  GArray *left; /* of gint16 */
  GstClockTime first, end;
  guint n_discont;
  guint n_steps;                  /* in the tone, silence aside */
  gsize longest_silence, silence; /* samples */
} Sound;

/* A tone goes on with 2 cos (w) times the last sample minus the one before. */
static void
check_tone (Sound *self, guint from)
{
  const double factor = 2 * cos (2 * G_PI * FREQUENCY / RATE);

  for (guint i = MAX (from, 2); i < self->left->len; i++)
    {
      const gint16 *now = &g_array_index (self->left, gint16, i);

      if (fabs (factor * now[-1] - now[-2] - now[0]) > MAX_STEP)
        self->n_steps++;
    }
}

static void
take_samples (Sound *self, GstBuffer *buffer)
{
  const guint from = self->left->len;
  GstMapInfo map;

  fail_unless (GST_BUFFER_PTS_IS_VALID (buffer));
  if (from == 0)
    self->first = GST_BUFFER_PTS (buffer);
  else if (!GST_BUFFER_IS_DISCONT (buffer))
    assert_equals_uint64 (GST_BUFFER_PTS (buffer), self->end);
  fail_unless (GST_BUFFER_PTS (buffer) >= self->end);
  self->end = GST_BUFFER_PTS (buffer) + GST_BUFFER_DURATION (buffer);
  self->n_discont += GST_BUFFER_IS_DISCONT (buffer);

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  assert_equals_int (map.size % 4, 0);
  for (gsize i = 0; i < map.size; i += 4)
    {
      const gint16 left = (gint16)GST_READ_UINT16_LE (map.data + i);

      /* The same on both sides. */
      assert_equals_int (left, (gint16)GST_READ_UINT16_LE (map.data + i + 2));
      g_array_append_val (self->left, left);
      self->silence = left == 0 ? self->silence + 1 : 0;
      self->longest_silence = MAX (self->longest_silence, self->silence);
    }
  gst_buffer_unmap (buffer, &map);
  check_tone (self, from);
}

static GstPadProbeReturn
on_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Sound *self = user_data;

  g_mutex_lock (&self->lock);
  take_samples (self, GST_PAD_PROBE_INFO_BUFFER (info));
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
sound_init (Sound *self, const char *fault)
{
  *self = (Sound){ .run = gst_test_run_new (NULL) };
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->left = g_array_new (FALSE, FALSE, sizeof (gint16));
  if (fault != NULL)
    lk_test_devserver_add_fault (self->run->server, fault);
  gst_util_set_object_arg (G_OBJECT (self->run->src), "protocol", "websocket");
  g_object_set (self->run->src, "participant-identity", NULL, "audio-track-id",
                "TR_alice_microphone", NULL);
  g_signal_connect (self->run->src, "pad-added", G_CALLBACK (on_pad), self);
}

static void
sound_clear (Sound *self)
{
  gst_test_run_free (self->run);
  g_array_unref (self->left);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
}

static void
wait_samples (Sound *self, guint n_samples)
{
  const gint64 end = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;

  g_mutex_lock (&self->lock);
  while (self->left->len < n_samples)
    if (!g_cond_wait_until (&self->cond, &self->lock, end))
      g_error ("%u of %u samples came", self->left->len, n_samples);
  g_mutex_unlock (&self->lock);
}

/* Ten seconds of the tone are ten seconds without a gap, on one pad, and end in order. */
GST_START_TEST (test_tone)
{
  g_autoptr (GstCaps) expected = gst_caps_from_string (
      "audio/x-raw, format=S16LE, rate=48000, channels=2, layout=interleaved");
  g_autofree char *state = NULL;
  Sound sound;

  sound_init (&sound, NULL);
  gst_test_run_play (sound.run);
  wait_samples (&sound, 10 * RATE);
  gst_test_run_stop (sound.run);
  gst_test_run_drop_pipeline (sound.run);

  assert_equals_int (sound.run->n_pads, 1);
  fail_unless (sound.run->no_more_pads);
  fail_unless (gst_caps_can_intersect (sound.run->audio_caps, expected));
  assert_equals_int (sound.n_discont, 1);
  assert_equals_int (sound.n_steps, 0);
  assert_equals_uint64 (sound.end - sound.first,
                        gst_util_uint64_scale (sound.left->len, GST_SECOND, RATE));
  fail_unless (sound.longest_silence < RATE / 100);
  /* The one output of the request is raw audio of this track. */
  state = lk_test_devserver_get_state (sound.run->server);
  fail_unless (strstr (state, "\"WEBSOCKET\"") != NULL, "%s", state);
  sound_clear (&sound);
}

GST_END_TEST;

static gboolean
pop_muted (Sound *self)
{
  g_autoptr (GstMessage) message = gst_test_run_pop_element (self->run, "livekit-egress-mute");
  const GstStructure *s = gst_message_get_structure (message);
  gboolean muted;

  fail_unless (gst_structure_get_boolean (s, "muted", &muted));
  fail_unless (g_str_has_prefix (gst_structure_get_string (s, "egress-id"), "EG_"));
  assert_equals_int (gst_structure_n_fields (s), 2);
  return muted;
}

/* The application is told that the track is muted. Its silence is sound like any other. */
GST_START_TEST (test_mute)
{
  Sound sound;

  sound_init (&sound, "{\"life\":\"mute\"}");
  gst_test_run_play (sound.run);
  fail_unless (pop_muted (&sound));
  fail_unless (!pop_muted (&sound));
  wait_samples (&sound, 5 * RATE);
  gst_test_run_stop (sound.run);
  gst_test_run_drop_pipeline (sound.run);

  assert_equals_int (sound.n_discont, 1);
  fail_unless (sound.longest_silence > RATE, "%" G_GSIZE_FORMAT, sound.longest_silence);
  sound_clear (&sound);
}

GST_END_TEST;

/* A connection that breaks and comes back within the window: one gap, no error, no other pad. */
GST_START_TEST (test_cut)
{
  Sound sound;

  sound_init (&sound, "{\"life\":\"cut\"}");
  gst_test_run_play (sound.run);
  wait_samples (&sound, 5 * RATE);
  assert_equals_int (gst_test_run_get_reconnects (sound.run), 1);
  gst_test_run_stop (sound.run);
  gst_test_run_drop_pipeline (sound.run);

  assert_equals_int (sound.run->n_pads, 1);
  assert_equals_int (sound.n_discont, 2);
  fail_unless (sound.n_steps <= 2, "%u", sound.n_steps);
  sound_clear (&sound);
}

GST_END_TEST;

/* One that does not come back is one clear error. */
GST_START_TEST (test_lost)
{
  Sound sound;

  sound_init (&sound, "{\"life\":\"worker-lost\"}");
  g_object_set (sound.run->src, "reconnect-window", 300, "stop-timeout", 500, NULL);
  gst_test_run_play (sound.run);
  gst_test_run_assert_error (sound.run, GST_RESOURCE_ERROR_READ, "connection-lost");
  fail_unless (sound.left->len > 0);
  sound_clear (&sound);
}

GST_END_TEST;

/* Whatever the source is, audio alone is asked for. */
GST_START_TEST (test_audio_only)
{
  static const struct
  {
    const char *property, *value, *field;
  } rows[] = {
    { "participant-identity", "alice", "\"media\"" },
    { "layout", "grid", "\"audio_only\":true" },
    { "web-url", "https://example.com/", "\"audio_only\":true" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *state = NULL;
      Sound sound;

      sound_init (&sound, NULL);
      g_object_set (sound.run->src, "audio-track-id", NULL, rows[i].property, rows[i].value, NULL);
      gst_test_run_play (sound.run);
      wait_samples (&sound, RATE / 10);
      state = lk_test_devserver_get_state (sound.run->server);
      fail_unless (strstr (state, rows[i].field) != NULL, "%s", state);
      fail_unless (strstr (state, "participant_video") == NULL, "%s", state);
      gst_test_run_stop (sound.run);
      gst_test_run_drop_pipeline (sound.run);
      sound_clear (&sound);
    }
}

GST_END_TEST;

/* A source without audio is refused before anything is sent. */
GST_START_TEST (test_no_audio)
{
  g_autofree char *state = NULL;
  Sound sound;

  sound_init (&sound, NULL);
  g_object_set (sound.run->src, "audio-track-id", NULL, "video-track-id", "TR_alice_camera", NULL);
  gst_test_run_play (sound.run);
  gst_test_run_assert_error (sound.run, GST_RESOURCE_ERROR_SETTINGS, "invalid-request");
  state = lk_test_devserver_get_state (sound.run->server);
  fail_unless (strstr (state, "StartEgress") == NULL, "%s", state);
  sound_clear (&sound);
}

GST_END_TEST;

/* The line of the documentation, with Ctrl-C after a second of sound: a WAV file that is complete.
 */
GST_START_TEST (test_line)
{
  LkTestDevserver *server = lk_test_devserver_new (NULL);
  g_autofree char *path = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "gst", "mic.wav", NULL);
  g_autofree char *line = g_strdup_printf (
      "livekitegresssrc protocol=websocket room-name=demo audio-track-id=TR_alice_microphone ! "
      "audioconvert ! wavenc ! filesink location=%s",
      path);
  GstElement *pipeline = NULL;
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *wav = NULL;
  const gint64 end = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;
  GStatBuf file;
  gsize size;

  g_unlink (path);
  g_setenv ("LIVEKIT_URL", lk_test_devserver_get_url (server), TRUE);
  g_setenv ("LIVEKIT_API_KEY", LK_TEST_API_KEY, TRUE);
  g_setenv ("LIVEKIT_API_SECRET", LK_TEST_API_SECRET, TRUE);
  pipeline = gst_parse_launch (line, &error);
  g_assert_no_error (error);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (g_stat (path, &file) != 0 || file.st_size < 4 * RATE)
    {
      fail_unless (g_get_monotonic_time () < end);
      g_thread_yield ();
    }
  fail_unless (gst_element_send_event (pipeline, gst_event_new_eos ()));
  message = gst_bus_timed_pop_filtered (bus, GST_TEST_TIMEOUT, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  lk_test_devserver_free (server);

  fail_unless (g_file_get_contents (path, &wav, &size, NULL));
  fail_unless (size > 4 * RATE);
  fail_unless (memcmp (wav, "RIFF", 4) == 0 && memcmp (wav + 8, "WAVE", 4) == 0);
  assert_equals_int (GST_READ_UINT32_LE (wav + 4), size - 8);
  assert_equals_int (GST_READ_UINT32_LE (wav + 24), RATE);
}

GST_END_TEST;

static Suite *
websocket_suite (void)
{
  Suite *suite = suite_create ("livekitegresssrc-websocket");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 90);
  tcase_add_test (tcase, test_tone);
  tcase_add_test (tcase, test_mute);
  tcase_add_test (tcase, test_cut);
  tcase_add_test (tcase, test_lost);
  tcase_add_test (tcase, test_audio_only);
  tcase_add_test (tcase, test_no_audio);
  tcase_add_test (tcase, test_line);

  return suite;
}

int
main (int argc, char **argv)
{
  gst_test_init (&argc, &argv, GST_TEST_PLUGINS " audioconvert wavenc");
  return gst_check_run_suite (websocket_suite (), "livekitegresssrc-websocket", __FILE__);
}
