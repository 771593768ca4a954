/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* livekitegresssrc on a whole LiveKit. */

#include <gst/gst.h>

#include "e2e-player.h"
#include "e2e.h"

#define PLAY_TIME (10 * GST_SECOND)

/* The end is to be seen, however busy the machine is. */
static void
be_patient (E2ePlayer *self)
{
  g_object_set (self->src, "stop-timeout", 60000, NULL);
}

/* Media */

static void
assert_media (E2ePlayer *self)
{
  const GstStructure *video = gst_caps_get_structure (self->video.caps, 0);
  const GstStructure *audio = gst_caps_get_structure (self->audio.caps, 0);
  const guint frames = PLAY_TIME / GST_SECOND * E2E_FRAMERATE;
  int width, height, rate;

  g_assert_true (gst_structure_has_name (video, "video/x-h264"));
  g_assert_true (gst_structure_get_int (video, "width", &width));
  g_assert_true (gst_structure_get_int (video, "height", &height));
  g_assert_cmpint (width, ==, 320);
  g_assert_cmpint (height, ==, 180);
  g_assert_true (gst_structure_has_name (audio, "audio/mpeg"));
  g_assert_true (gst_structure_get_int (audio, "rate", &rate));
  g_assert_cmpint (rate, >=, 44100);

  /* Some may be lost while encoder and decoder share this machine; a still picture has one. */
  g_assert_cmpuint (self->video.n_buffers, >=, frames * 8 / 10);
  g_assert_cmpuint (g_hash_table_size (self->pictures), >=, frames / 2);
  g_assert_cmpuint (self->audio.n_buffers, >=, PLAY_TIME / GST_SECOND * rate / 1024 * 8 / 10);
}

static void
test_play (void)
{
  g_autoptr (E2ePlayer) player = e2e_player_new ();

  be_patient (player);
  e2e_player_play (player);
  e2e_player_wait_played (player, &player->video, PLAY_TIME);
  g_signal_emit_by_name (player->src, "stop");
  e2e_player_wait_end (player);
  assert_media (player);
  e2e_player_come_down (player);
}

static void
test_eos (void)
{
  g_autoptr (E2ePlayer) player = e2e_player_new ();

  be_patient (player);
  e2e_player_play (player);
  e2e_player_wait_played (player, &player->video, GST_SECOND);
  gst_element_send_event (player->pipeline, gst_event_new_eos ());
  e2e_player_wait_end (player);
  e2e_player_come_down (player);
}

/* Down from any moment, with nothing said. */
static void
test_down_while_playing (void)
{
  g_autoptr (E2ePlayer) player = e2e_player_new ();

  e2e_player_play (player);
  e2e_player_wait_played (player, &player->video, GST_SECOND);
  e2e_player_come_down (player);
}

static void
test_down_while_starting (void)
{
  g_autoptr (E2ePlayer) player = e2e_player_new ();

  e2e_player_play (player);
  e2e_player_come_down (player);
}

static void
test_down_after_error (void)
{
  g_autoptr (E2ePlayer) player = e2e_player_new ();
  g_autoptr (GstMessage) message = NULL;

  e2e_player_play (player);
  e2e_player_wait_played (player, &player->video, GST_SECOND);
  GST_ELEMENT_ERROR (player->pipeline, STREAM, FAILED, (NULL), ("something else went wrong"));
  message = e2e_player_pop (player, GST_MESSAGE_ERROR);
  g_assert_true (GST_MESSAGE_SRC (message) == GST_OBJECT (player->pipeline));
  e2e_player_come_down (player);
}

/* Bad starts */

static void
assert_error (E2ePlayer *self, GstResourceError code, const char *name)
{
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  const GstStructure *details = NULL;

  e2e_player_play (self);
  message = e2e_player_pop (self, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_cmpstr (GST_MESSAGE_TYPE_NAME (message), ==, "error");
  gst_message_parse_error (message, &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, (int)code);
  gst_message_parse_error_details (message, &details);
  g_assert_nonnull (details);
  g_assert_cmpstr (gst_structure_get_string (details, "code"), ==, name);
  e2e_player_come_down (self);
}

static void
test_wrong_secret (void)
{
  g_autoptr (E2ePlayer) player = e2e_player_new ();

  g_object_set (player->src, "api-key", g_getenv ("LIVEKIT_API_KEY"), "secret-key",
                "a secret that the server does not know", NULL);
  assert_error (player, GST_RESOURCE_ERROR_NOT_AUTHORIZED, "unauthenticated");
}

static void
test_closed_port (void)
{
  g_autoptr (E2ePlayer) player = e2e_player_new ();
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u", port);

  g_socket_listener_close (listener);
  g_object_set (player->src, "ws-url", url, NULL);
  assert_error (player, GST_RESOURCE_ERROR_OPEN_READ, "connection-refused");
}

static void
test_unknown_room (void)
{
  g_autoptr (E2ePlayer) player = e2e_player_new ();

  g_object_set (player->src, "room-name", "no-such-room", NULL);
  assert_error (player, GST_RESOURCE_ERROR_NOT_FOUND, "not_found");
}

static void
test_unknown_participant (void)
{
  g_autoptr (E2ePlayer) player = e2e_player_new ();

  g_object_set (player->src, "participant-identity", "nobody", NULL);
  assert_error (player, GST_RESOURCE_ERROR_NOT_FOUND, "egress-failed");
}

static void
test_never_active (void)
{
  g_autoptr (E2ePlayer) player = e2e_player_new ();

  e2e_add_life_fault ("never-active");
  g_object_set (player->src, "start-timeout", 2000, NULL);
  assert_error (player, GST_RESOURCE_ERROR_READ, "start-timeout");
}

/* The stop is only heard when the worker gives up waiting for the participant. */
static void
test_never_active_nor_stopped (void)
{
  g_autoptr (E2ePlayer) player = e2e_player_new ();

  g_object_set (player->src, "participant-identity", "nobody", "start-timeout", 1000,
                "stop-timeout", 20000, NULL);
  assert_error (player, GST_RESOURCE_ERROR_READ, "start-timeout");
}

static void
test_no_media (void)
{
  g_autoptr (E2ePlayer) player = e2e_player_new ();

  e2e_add_life_fault ("no-media");
  g_object_set (player->src, "first-data-timeout", 2000, NULL);
  assert_error (player, GST_RESOURCE_ERROR_READ, "first-data-timeout");
}

static void
test_fails (gconstpointer life)
{
  g_autoptr (E2ePlayer) player = e2e_player_new ();

  e2e_add_life_fault (life);
  assert_error (player, GST_RESOURCE_ERROR_READ, "egress-failed");
}

/* A process that is killed stops nothing. The worker finds nobody to send to, and the egress ends.
 */

/* Reads what gst-launch-1.0 -m tells until the egress is active. */
static char *
wait_for_active_egress (GSubprocess *process)
{
  g_autoptr (GDataInputStream) output
      = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  g_autoptr (GRegex) active
      = g_regex_new ("livekit-egress-state, egress-id=\\(string\\)(EG_\\w+),.*"
                     " state=\\(string\\)active",
                     0, 0, NULL);

  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (output, NULL, NULL, NULL);
      g_autoptr (GMatchInfo) match = NULL;

      g_assert_nonnull (line);
      if (g_regex_match (active, line, 0, &match))
        return g_match_info_fetch (match, 1);
    }
}

static void
test_killed (void)
{
  const char *const arguments[] = { "gst-launch-1.0",
                                    "-m",
                                    "livekitegresssrc",
                                    "room-name=demo",
                                    "participant-identity=alice",
                                    "demux=false",
                                    "!",
                                    "fakesink",
                                    NULL };
  g_autoptr (LkEgressClient) client = e2e_new_client ();
  g_autoptr (LkEgressJob) job = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process
      = g_subprocess_newv (arguments, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_autofree char *id = NULL;

  g_assert_no_error (error);
  id = wait_for_active_egress (process);
  g_subprocess_force_exit (process);
  job = lk_egress_job_new_for_id (client, id);
  g_assert_false (lk_egress_job_wait (job, LK_EGRESS_JOB_STATE_COMPLETE, NULL, &error));
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNAVAILABLE);
  g_assert_cmpint (lk_egress_job_get_state (job), ==, LK_EGRESS_JOB_STATE_FAILED);
  e2e_assert_nothing_active ();
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/e2e/src/play", test_play);
  g_test_add_func ("/e2e/src/eos", test_eos);
  g_test_add_func ("/e2e/src/down/playing", test_down_while_playing);
  g_test_add_func ("/e2e/src/down/starting", test_down_while_starting);
  g_test_add_func ("/e2e/src/down/error", test_down_after_error);
  g_test_add_func ("/e2e/src/down/killed", test_killed);
  g_test_add_func ("/e2e/src/wrong-secret", test_wrong_secret);
  g_test_add_func ("/e2e/src/closed-port", test_closed_port);
  g_test_add_func ("/e2e/src/unknown-room", test_unknown_room);
  g_test_add_func ("/e2e/src/unknown-participant", test_unknown_participant);
  g_test_add_func ("/e2e/src/never-active", test_never_active);
  g_test_add_func ("/e2e/src/never-active/not-stopped", test_never_active_nor_stopped);
  g_test_add_func ("/e2e/src/no-media", test_no_media);
  g_test_add_data_func ("/e2e/src/fails/starting", "fail-starting", test_fails);
  g_test_add_data_func ("/e2e/src/fails/active", "fail-active", test_fails);
  return g_test_run ();
}
