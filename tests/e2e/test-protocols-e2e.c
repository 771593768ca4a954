/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Ten seconds of each protocol through livekitegresssrc: nothing is missing, and picture and sound
 * belong together. */

#include "e2e-player.h"
#include "e2e.h"
#include "lk-test-child.h"
#include "lk-test-devserver.h"

#define PLAY_TIME (10 * GST_SECOND)
#define SAMPLES_AFTER_CUT (3 * E2E_TONE_RATE)
#define FRAME (GST_SECOND / E2E_FRAMERATE)
#define MAX_SKEW (100 * GST_MSECOND)
#define KEY_FRAME_INTERVAL GST_SECOND
/* What follows the sender's clock starts by the first packet, which may come late. */
#define MAX_CORRECTION (400 * GST_MSECOND)

/* A way in, and what the element needs to be told for it. */
typedef struct
{
  const char *protocol;
  gboolean has_video;
  void (*prepare) (E2ePlayer *player);
  GstClockTime picture_delay; /* at most: who comes late waits for a key frame */
} Way;

static void
prepare_nothing (E2ePlayer *player)
{
}

static void
prepare_track (E2ePlayer *player)
{
  g_autofree char *track = e2e_dup_track ("alice", "audio");

  g_object_set (player->src, "participant-identity", NULL, "audio-track-id", track, NULL);
}

/* The worker listens, and the element calls it. */
static void
prepare_caller (E2ePlayer *player)
{
  g_autofree char *location
      = g_strdup_printf ("srt://127.0.0.1:%u", lk_test_find_port (G_SOCKET_TYPE_DATAGRAM));

  gst_util_set_object_arg (G_OBJECT (player->src), "srt-mode", "caller");
  g_object_set (player->src, "srt-location", location, NULL);
}

static void
prepare_tls (E2ePlayer *player)
{
  g_autofree char *path
      = g_build_filename (g_getenv ("LK_EGRESS_TEST_DATA"), "tls-server.pem", NULL);

  gst_util_set_object_arg (G_OBJECT (player->src), "tls-certificate", path);
}

static void
prepare_track_over_tls (E2ePlayer *player)
{
  prepare_track (player);
  prepare_tls (player);
}

static void
prepare_folder (E2ePlayer *player)
{
  g_autofree char *folder = g_build_filename (g_getenv ("LK_E2E_DATA"), "protocols-XXXXXX", NULL);
  g_autofree char *location = NULL;

  g_assert_nonnull (g_mkdtemp (folder));
  location = g_build_filename (folder, "live.m3u8", NULL);
  g_object_set (player->src, "location", location, NULL);
}

/* Each run has a name of its own, as names in a bucket stay. */
static void
prepare_bucket (E2ePlayer *player)
{
  static guint n_runs;
  g_autofree char *location
      = g_strdup_printf ("s3://%s/protocols-%u/live.m3u8", g_getenv ("LK_E2E_S3_BUCKET"), n_runs++);

  g_object_set (player->src, "location", location, NULL);
}

static const Way srt = { "srt", TRUE, prepare_nothing };
static const Way srt_caller = { "srt", TRUE, prepare_caller, KEY_FRAME_INTERVAL };
static const Way rtmp = { "rtmp", TRUE, prepare_nothing };
static const Way rtmps = { "rtmp", TRUE, prepare_tls };
static const Way folder = { "hls", TRUE, prepare_folder };
static const Way bucket = { "hls", TRUE, prepare_bucket };
static const Way websocket = { "websocket", FALSE, prepare_track };
static const Way wss = { "websocket", FALSE, prepare_track_over_tls };

static E2ePlayer *
new_player (const Way *way)
{
  E2ePlayer *player = e2e_player_new ();

  gst_util_set_object_arg (G_OBJECT (player->src), "protocol", way->protocol);
  way->prepare (player);
  /* The end is to be seen, however busy the machine is. */
  g_object_set (player->src, "stop-timeout", 60000, NULL);
  return player;
}

static void
assert_near (GstClockTime a, GstClockTime b, GstClockTime tolerance)
{
  g_assert_cmpuint (GST_CLOCK_DIFF (a, b) < 0 ? a - b : b - a, <=, tolerance);
}

static GstClockTime
get_heard (const E2ePlayer *self)
{
  return gst_util_uint64_scale (lk_test_tone_get_n_samples (self->tone), GST_SECOND, E2E_TONE_RATE);
}

/* A frame comes after each frame, and there are as many of them as the sound is long from the first
 * one on. */
static void
assert_picture_has_no_gap (const E2ePlayer *self, GstClockTime delay)
{
  g_assert_cmpuint (self->video.n_discont, ==, 0);
  g_assert_cmpuint (self->video.largest_step, <, FRAME * 3 / 2);
  assert_near (self->video.n_buffers * FRAME + delay, get_heard (self), MAX_SKEW);
  g_assert_cmpint (g_hash_table_size (self->pictures), >=, self->video.n_buffers / 2);
}

/* The phase of the tone goes on, for as long as the times of the buffers say. */
static void
assert_sound_has_no_gap (const E2ePlayer *self)
{
  g_assert_cmpuint (self->audio.n_discont, ==, 0);
  g_assert_cmpuint (lk_test_tone_get_n_breaks (self->tone), ==, 0);
  assert_near (get_heard (self), self->audio.last - self->audio.first, MAX_CORRECTION);
}

static void
tell (const char *name, const E2eStream *stream)
{
  g_test_message ("%s: %u buffers from %.3f s to %.3f s, the largest step %.3f s", name,
                  stream->n_buffers, stream->first / 1e9, stream->last / 1e9,
                  stream->largest_step / 1e9);
}

static void
test_plays (gconstpointer data)
{
  const Way *way = data;
  g_autoptr (E2ePlayer) player = new_player (way);

  e2e_player_play (player);
  e2e_player_wait_played (player, &player->audio, PLAY_TIME);
  g_signal_emit_by_name (player->src, "stop");
  e2e_player_wait_end (player);
  tell ("video", &player->video);
  tell ("audio", &player->audio);
  g_test_message ("tone: %" G_GUINT64_FORMAT " samples", lk_test_tone_get_n_samples (player->tone));
  assert_sound_has_no_gap (player);
  if (way->has_video)
    {
      GstClockTime delay = 0;

      if (way->picture_delay > 0 && player->video.first > player->audio.first)
        delay = MIN (player->video.first - player->audio.first, way->picture_delay);
      assert_picture_has_no_gap (player, delay);
      assert_near (player->video.first, player->audio.first + delay, MAX_SKEW);
      assert_near (player->video.last, player->audio.last, MAX_SKEW);
    }
  e2e_player_come_down (player);
}

static gboolean
was_cut (const E2ePlayer *self)
{
  return self->audio.n_discont > 0;
}

static gboolean
was_played_after_cut (const E2ePlayer *self)
{
  return lk_test_tone_get_n_samples (self->tone)
         > lk_test_tone_get_last_break (self->tone) + SAMPLES_AFTER_CUT;
}

/* The worker's connection breaks off and is made again: the pads stay, and the gap is marked. */
static void
test_goes_on_after_cut (gconstpointer data)
{
  g_autoptr (E2ePlayer) player = new_player (data);

  e2e_add_life_fault ("cut");
  e2e_player_play (player);
  e2e_player_wait_until (player, was_cut);
  e2e_player_wait_until (player, was_played_after_cut);
  g_signal_emit_by_name (player->src, "stop");
  e2e_player_wait_end (player);
  g_assert_cmpuint (player->audio.n_discont, ==, 1);
  e2e_player_come_down (player);
}

/* What a worker or a relay may make of the stream id. */
static void
test_structured_id (void)
{
  g_autoptr (E2ePlayer) player = new_player (&srt);

  e2e_add_life_fault ("structured-id");
  e2e_player_play (player);
  e2e_player_wait_played (player, &player->audio, GST_SECOND);
  g_signal_emit_by_name (player->src, "stop");
  e2e_player_wait_end (player);
  e2e_player_come_down (player);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/e2e/protocols/srt", &srt, test_plays);
  g_test_add_data_func ("/e2e/protocols/srt-caller", &srt_caller, test_plays);
  g_test_add_data_func ("/e2e/protocols/rtmp", &rtmp, test_plays);
  g_test_add_data_func ("/e2e/protocols/rtmps", &rtmps, test_plays);
  g_test_add_data_func ("/e2e/protocols/hls-folder", &folder, test_plays);
  g_test_add_data_func ("/e2e/protocols/hls-bucket", &bucket, test_plays);
  g_test_add_data_func ("/e2e/protocols/websocket", &websocket, test_plays);
  g_test_add_data_func ("/e2e/protocols/wss", &wss, test_plays);
  g_test_add_data_func ("/e2e/protocols/srt/cut", &srt, test_goes_on_after_cut);
  g_test_add_data_func ("/e2e/protocols/rtmp/cut", &rtmp, test_goes_on_after_cut);
  g_test_add_data_func ("/e2e/protocols/websocket/cut", &websocket, test_goes_on_after_cut);
  /* The dev server has the id that it was told. */
  if (g_getenv ("LK_E2E_WORKER_PID") != NULL)
    g_test_add_func ("/e2e/protocols/srt/structured-id", test_structured_id);
  return g_test_run ();
}
