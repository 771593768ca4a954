/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the messages of a websocket mean: samples and their time, mute. Running times are made up.
 */

#include <string.h>

#include <gst/gst.h>

#include "gstlivekitegresswebsocketaudio.h"

#define MESSAGE_BYTES 1920
#define MESSAGE_TIME (10 * GST_MSECOND)
#define BYTES_PER_SECOND 192000

typedef struct
{
  GstLiveKitEgressWebsocketAudio *audio;
  guint32 n_sent; /* frames, each of which holds its number */
  guint32 n_got;  /* the number that comes next */
  GstClockTime end;
  guint n_discont;
} Run;

static void
run_init (Run *self)
{
  *self = (Run){ .audio = gst_livekit_egress_websocket_audio_new () };
}

static void
run_clear (Run *self)
{
  gst_livekit_egress_websocket_audio_free (self->audio);
}

static void
send_bytes (Run *self, gsize size, GstClockTime arrival)
{
  g_autofree guint32 *frames = g_new0 (guint32, size / 4 + 1);

  for (gsize i = 0; i < size / 4; i++)
    frames[i] = self->n_sent++;
  gst_livekit_egress_websocket_audio_take_samples (self->audio, (guint8 *)frames, size, arrival);
}

static void
send_message (Run *self, GstClockTime arrival)
{
  send_bytes (self, MESSAGE_BYTES, arrival);
}

/* The next buffer, with frames that follow each other. Its time is never before the end of the
 * last. */
static gboolean
get (Run *self, GstClockTime now, GstClockTime *time)
{
  g_autoptr (GstBuffer) buffer = gst_livekit_egress_websocket_audio_pop (self->audio, now);
  GstMapInfo map;

  if (buffer == NULL)
    return FALSE;

  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  g_assert_cmpuint (map.size % 4, ==, 0);
  for (gsize i = 0; i < map.size / 4; i++)
    {
      guint32 number;

      memcpy (&number, map.data + 4 * i, 4);
      if (i == 0 && GST_BUFFER_IS_DISCONT (buffer))
        self->n_got = number;
      g_assert_cmpuint (number, ==, self->n_got);
      self->n_got++;
    }

  *time = GST_BUFFER_PTS (buffer);
  if (GST_CLOCK_TIME_IS_VALID (now))
    {
      g_assert_cmpuint (*time, >=, self->end);
      if (!GST_BUFFER_IS_DISCONT (buffer))
        g_assert_cmpuint (*time, ==, self->end);
      self->end = *time + GST_BUFFER_DURATION (buffer);
      /* Rounded down as a whole, not buffer by buffer. */
      g_assert_cmpuint (GST_BUFFER_DURATION (buffer) + 1, >=,
                        gst_util_uint64_scale (map.size, GST_SECOND, BYTES_PER_SECOND));
    }
  self->n_discont += GST_BUFFER_IS_DISCONT (buffer);
  gst_buffer_unmap (buffer, &map);
  return TRUE;
}

static GstClockTime
must_get (Run *self, GstClockTime now)
{
  GstClockTime time = GST_CLOCK_TIME_NONE;

  g_assert_true (get (self, now, &time));
  return time;
}

static void
assert_none (Run *self, GstClockTime now)
{
  GstClockTime time;

  g_assert_false (get (self, now, &time));
}

/* The time goes by the samples and not by when they come, as long as that is jitter. */
static void
test_jitter (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  Run run;

  run_init (&run);
  send_message (&run, GST_SECOND);
  g_assert_cmpuint (must_get (&run, GST_SECOND), ==, GST_SECOND);
  for (guint i = 1; i < 6000; i++)
    {
      const GstClockTime arrival = GST_SECOND + i * MESSAGE_TIME
                                   + (GstClockTime)g_rand_int_range (random, 0, 90) * GST_MSECOND;

      send_message (&run, arrival);
      g_assert_cmpuint (must_get (&run, arrival), ==, GST_SECOND + i * MESSAGE_TIME);
    }
  g_assert_cmpuint (run.n_discont, ==, 1);
  run_clear (&run);
}

/* What the network held back comes all at once: nothing is missing. */
static void
test_burst (void)
{
  const GstClockTime late = 700 * GST_MSECOND;
  Run run;

  run_init (&run);
  send_message (&run, 0);
  g_assert_cmpuint (must_get (&run, 0), ==, 0);

  send_message (&run, late);
  assert_none (&run, late);
  for (guint i = 2; i <= 70; i++)
    send_message (&run, late + i * GST_USECOND);
  for (guint i = 1; i <= 70; i++)
    g_assert_cmpuint (must_get (&run, late + GST_MSECOND), ==, i * MESSAGE_TIME);
  g_assert_cmpuint (run.n_discont, ==, 1);
  run_clear (&run);
}

/* Samples that were never sent are a gap, known when it is clear that no more come. */
static void
test_gap (void)
{
  const GstClockTime late = 2 * GST_SECOND;
  Run run;

  run_init (&run);
  send_message (&run, 0);
  g_assert_cmpuint (must_get (&run, 0), ==, 0);

  for (guint i = 0; i < 50; i++)
    {
      send_message (&run, late + i * MESSAGE_TIME);
      assert_none (&run, late + i * MESSAGE_TIME);
    }
  for (guint i = 0; i < 50; i++)
    g_assert_cmpuint (must_get (&run, late + 50 * MESSAGE_TIME), ==, late + i * MESSAGE_TIME);
  g_assert_cmpuint (run.n_discont, ==, 2);
  run_clear (&run);
}

/* A sender whose clock is too slow or too fast stays within the bound, in steps that are not small.
 */
static void
check_drift (GstClockTime interval, GstClockTime bound, guint most)
{
  GstClockTime time;
  guint n = 0;
  Run run;

  run_init (&run);
  for (guint i = 0; i < 30000; i++)
    {
      const GstClockTime arrival = GST_SECOND + i * interval;

      send_message (&run, arrival);
      while (get (&run, arrival, &time))
        {
          n++;
          g_assert_cmpint (ABS (GST_CLOCK_DIFF (time, arrival)), <=, bound);
        }
    }
  /* Three seconds in five minutes. */
  g_assert_cmpuint (run.n_discont, >, most / 2);
  g_assert_cmpuint (run.n_discont, <=, most);
  g_assert_cmpuint (n, >, 29000);
  run_clear (&run);
}

static void
test_drift (void)
{
  check_drift (MESSAGE_TIME + MESSAGE_TIME / 100, 610 * GST_MSECOND, 31);
  check_drift (MESSAGE_TIME - MESSAGE_TIME / 100, 510 * GST_MSECOND, 7);
}

/* A message that is cut does not shift the samples of those that follow. */
static void
test_odd_sizes (void)
{
  static const guint8 rest[3] = { 0xff, 0xff, 0xff };
  GstClockTime time;
  Run run;

  run_init (&run);
  for (gsize size = 0; size <= 4; size++)
    {
      send_message (&run, 0);
      gst_livekit_egress_websocket_audio_take_samples (run.audio, rest, MIN (size, 3), 0);
      send_bytes (&run, 40 + size % 4, 0);
    }
  while (get (&run, 0, &time))
    ;
  g_assert_cmpuint (run.n_got, ==, 5 * 480 + 5 * 10);
  run_clear (&run);
}

static guint64
get_stat (Run *run, const char *name)
{
  g_autoptr (GstStructure) stats = gst_structure_new_empty ("stats");
  guint64 value = 0;

  gst_livekit_egress_websocket_audio_add_stats (run->audio, stats);
  g_assert_true (gst_structure_get_uint64 (stats, name, &value));
  return value;
}

/* Nobody reads for ten seconds: the last second is there, at its time. */
static void
test_stall (void)
{
  GstClockTime now = 10 * GST_SECOND;
  Run run;

  run_init (&run);
  send_message (&run, 0);
  must_get (&run, 0);
  /* All are taken from the network when the reading goes on. */
  for (guint i = 1; i < 1000; i++)
    send_message (&run, now);
  g_assert_cmpuint (get_stat (&run, "bytes-dropped"), ==, 899 * MESSAGE_BYTES);
  g_assert_cmpuint (gst_livekit_egress_websocket_audio_get_dropped (run.audio), >, 0);
  g_assert_cmpuint (must_get (&run, now), ==, now - 99 * MESSAGE_TIME);
  for (guint i = 1; i < 100; i++)
    must_get (&run, now);
  assert_none (&run, now);
  g_assert_cmpuint (run.n_got, ==, 480000);
  g_assert_cmpuint (run.n_discont, ==, 2);
  run_clear (&run);
}

/* However small or large the messages are, as many bytes are kept. */
static void
test_sizes (void)
{
  static const gsize sizes[] = { 4, 36, 1920, 2000, 65536 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      gsize sent = 0;
      guint n = 0;
      GstClockTime time;
      Run run;

      run_init (&run);
      for (; sent < 2 * 1000 * 1000; sent += sizes[i])
        send_bytes (&run, sizes[i], 20 * GST_SECOND);
      sent -= get_stat (&run, "bytes-dropped");
      g_assert_cmpuint (sent, <=, BYTES_PER_SECOND);
      g_assert_cmpuint (sent, >, BYTES_PER_SECOND - 65536);
      while (get (&run, 20 * GST_SECOND, &time))
        n++;
      g_assert_cmpuint (n, <=, 101);
      run_clear (&run);
    }
}

/* What is dropped because nothing plays has no time, and the time begins anew after it. */
static void
test_pause (void)
{
  Run run;

  run_init (&run);
  send_message (&run, GST_CLOCK_TIME_NONE);
  g_assert_cmpuint (must_get (&run, GST_CLOCK_TIME_NONE), ==, GST_CLOCK_TIME_NONE);
  send_message (&run, GST_CLOCK_TIME_NONE);
  g_assert_cmpuint (must_get (&run, 3 * GST_MSECOND), ==, 3 * GST_MSECOND);
  send_message (&run, 12 * GST_MSECOND);
  g_assert_cmpuint (must_get (&run, 12 * GST_MSECOND), ==, 13 * GST_MSECOND);

  for (guint i = 0; i < 500; i++)
    {
      send_message (&run, GST_CLOCK_TIME_NONE);
      must_get (&run, GST_CLOCK_TIME_NONE);
    }
  send_message (&run, 30 * GST_MSECOND);
  g_assert_cmpuint (must_get (&run, 30 * GST_MSECOND), ==, 30 * GST_MSECOND);
  g_assert_cmpuint (run.n_discont, ==, 2);
  run_clear (&run);
}

/* Another connection goes on later, and never earlier. What its sender kept is not lost. */
static void
test_reconnect (void)
{
  const GstClockTime back = 400 * GST_MSECOND;
  Run run;

  run_init (&run);
  send_message (&run, 0);
  must_get (&run, 0);

  gst_livekit_egress_websocket_audio_begin (run.audio);
  for (guint i = 0; i < 30; i++)
    {
      send_message (&run, back + i * GST_MSECOND);
      assert_none (&run, back + i * GST_MSECOND);
    }
  for (guint i = 0; i < 30; i++)
    g_assert_cmpuint (must_get (&run, back + 200 * GST_MSECOND), ==,
                      back + 29 * GST_MSECOND - (29 - i) * MESSAGE_TIME);

  gst_livekit_egress_websocket_audio_begin (run.audio);
  send_message (&run, back + 31 * GST_MSECOND);
  g_assert_cmpuint (must_get (&run, back + 300 * GST_MSECOND), ==,
                    back + 29 * GST_MSECOND + MESSAGE_TIME);
  g_assert_cmpuint (run.n_discont, ==, 3);
  run_clear (&run);
}

static const struct
{
  const char *text;
  int muted; /* -1: not understood */
} texts[] = {
  { "{\"muted\":true}", TRUE },
  { "{\"muted\":false}", FALSE },
  { " {\n\t\"muted\" : true \r\n} ", TRUE },
  { "", -1 },
  { "{}", -1 },
  { "true", -1 },
  { "{\"muted\":1}", -1 },
  { "{\"muted\":true", -1 },
  { "{\"muted\":true}}", -1 },
  { "{\"muted\":true,\"muted\":false}", -1 },
  { "{\"muted\":truefalse}", -1 },
  { "{\"Muted\":true}", -1 },
  { "{\"muted\" true}", -1 },
  { "[{\"muted\":true}]", -1 },
  { "{'muted':true}", -1 },
};

static void
test_texts (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    for (int before = FALSE; before <= TRUE; before++)
      {
        const char *first = before ? "{\"muted\":true}" : "{\"muted\":false}";
        Run run;

        g_test_message ("%s", texts[i].text);
        run_init (&run);
        gst_livekit_egress_websocket_audio_take_text (run.audio, first, strlen (first));
        gst_livekit_egress_websocket_audio_take_text (run.audio, texts[i].text,
                                                      strlen (texts[i].text));
        g_assert_cmpint (gst_livekit_egress_websocket_audio_is_muted (run.audio), ==,
                         texts[i].muted == -1 ? before : texts[i].muted);
        run_clear (&run);
      }
}

/* A muted track that sends nothing is silence up to now; one that sends silence is samples. */
static void
test_mute (void)
{
  static const char mute[] = "{\"muted\":true}", unmute[] = "{\"muted\":false}";
  GstClockTime start, duration;
  Run run;

  run_init (&run);
  gst_livekit_egress_websocket_audio_take_text (run.audio, mute, strlen (mute));
  g_assert_false (
      gst_livekit_egress_websocket_audio_pop_gap (run.audio, GST_SECOND, &start, &duration));
  send_message (&run, GST_SECOND);
  must_get (&run, GST_SECOND);

  g_assert_false (gst_livekit_egress_websocket_audio_pop_gap (
      run.audio, GST_SECOND + 50 * MESSAGE_TIME, &start, &duration));
  g_assert_true (gst_livekit_egress_websocket_audio_pop_gap (
      run.audio, GST_SECOND + 51 * MESSAGE_TIME, &start, &duration));
  g_assert_cmpuint (start, ==, GST_SECOND + MESSAGE_TIME);
  g_assert_cmpuint (duration, ==, 50 * MESSAGE_TIME);
  g_assert_false (gst_livekit_egress_websocket_audio_pop_gap (
      run.audio, GST_SECOND + 55 * MESSAGE_TIME, &start, &duration));
  g_assert_true (gst_livekit_egress_websocket_audio_pop_gap (
      run.audio, GST_SECOND + 56 * MESSAGE_TIME, &start, &duration));
  g_assert_cmpuint (start, ==, GST_SECOND + 51 * MESSAGE_TIME);
  g_assert_false (gst_livekit_egress_websocket_audio_pop_gap (run.audio, GST_CLOCK_TIME_NONE,
                                                              &start, &duration));

  run.end = start + duration;
  send_message (&run, 2 * GST_SECOND);
  g_assert_false (
      gst_livekit_egress_websocket_audio_pop_gap (run.audio, 2 * GST_SECOND, &start, &duration));
  g_assert_cmpuint (must_get (&run, 2 * GST_SECOND), ==, 2 * GST_SECOND);
  gst_livekit_egress_websocket_audio_take_text (run.audio, unmute, strlen (unmute));
  g_assert_false (
      gst_livekit_egress_websocket_audio_pop_gap (run.audio, 9 * GST_SECOND, &start, &duration));
  run_clear (&run);
}

static gboolean
get_number (const char *line, const char *name, double *number)
{
  g_autofree char *key = g_strdup_printf ("\"%s\": ", name);
  const char *found = strstr (line, key);

  if (found != NULL)
    *number = g_ascii_strtod (found + strlen (key), NULL);
  return found != NULL;
}

/* What a real worker sent, when it sent it: one stream without a gap, muted after 6.8 s. */
static void
test_recorded (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "websocket.jsonl", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  GstClockTime now = 0, time;
  Run run;

  run_init (&run);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      double seconds, size;

      if (!get_number (lines[i], "t", &seconds))
        continue;
      now = (GstClockTime)(seconds * 1000) * GST_MSECOND;
      if (get_number (lines[i], "binary", &size))
        send_bytes (&run, (gsize)size, now);
      else if (strstr (lines[i], "muted") != NULL)
        {
          const char *json = "{\"muted\":true}";

          gst_livekit_egress_websocket_audio_take_text (run.audio, json, strlen (json));
          g_assert_cmpuint (now - 5143 * GST_MSECOND, <, 4 * GST_SECOND);
        }
      while (get (&run, now, &time))
        ;
    }
  g_assert_cmpuint (get_stat (&run, "messages"), ==, 860);
  g_assert_cmpuint (run.n_got, ==, 858 * 480 + 58);
  g_assert_cmpuint (run.n_discont, ==, 1);
  g_assert_cmpuint (run.end, ==,
                    5143 * GST_MSECOND + gst_util_uint64_scale (run.n_got, GST_SECOND, 48000));
  g_assert_true (gst_livekit_egress_websocket_audio_is_muted (run.audio));
  run_clear (&run);
}

int
main (int argc, char **argv)
{
  /* No plugin is needed. */
  g_setenv ("GST_REGISTRY_DISABLE", "yes", TRUE);
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/websocket-audio/jitter", test_jitter);
  g_test_add_func ("/websocket-audio/burst", test_burst);
  g_test_add_func ("/websocket-audio/gap", test_gap);
  g_test_add_func ("/websocket-audio/drift", test_drift);
  g_test_add_func ("/websocket-audio/odd-sizes", test_odd_sizes);
  g_test_add_func ("/websocket-audio/stall", test_stall);
  g_test_add_func ("/websocket-audio/sizes", test_sizes);
  g_test_add_func ("/websocket-audio/pause", test_pause);
  g_test_add_func ("/websocket-audio/reconnect", test_reconnect);
  g_test_add_func ("/websocket-audio/texts", test_texts);
  g_test_add_func ("/websocket-audio/mute", test_mute);
  g_test_add_func ("/websocket-audio/recorded", test_recorded);

  return g_test_run ();
}
