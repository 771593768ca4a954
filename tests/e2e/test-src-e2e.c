/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* livekitegresssrc on a whole LiveKit. */

#include <gst/gst.h>

#include "e2e.h"

#define PLAY_TIME (10 * GST_SECOND)
#define FRAMERATE 15
#define MESSAGE_TIMEOUT (60 * GST_SECOND)

typedef struct
{
  GstElement *pipeline;
  GstElement *src;
  GstBus *bus;

  GMutex lock;
  GCond cond;
  GstCaps *video_caps;
  GstCaps *audio_caps;
  GstClockTime first_pts; /* of video */
  GstClockTime last_pts;
  guint n_video; /* buffers of the element */
  guint n_audio;
  GHashTable *pictures; /* checksums of decoded frames */
} Player;

static GstPadProbeReturn
count_video (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Player *self = user_data;
  GstClockTime pts = GST_BUFFER_PTS (GST_PAD_PROBE_INFO_BUFFER (info));

  g_mutex_lock (&self->lock);
  self->n_video++;
  if (self->video_caps == NULL)
    self->video_caps = gst_pad_get_current_caps (pad);
  if (!GST_CLOCK_TIME_IS_VALID (self->first_pts))
    self->first_pts = self->last_pts = pts;
  if (GST_CLOCK_TIME_IS_VALID (pts) && pts > self->last_pts)
    self->last_pts = pts;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
count_audio (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Player *self = user_data;

  g_mutex_lock (&self->lock);
  self->n_audio++;
  if (self->audio_caps == NULL)
    self->audio_caps = gst_pad_get_current_caps (pad);
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  return GST_PAD_PROBE_OK;
}

static void
on_picture (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
  Player *self = user_data;
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    g_error ("a decoded picture cannot be read");
  g_mutex_lock (&self->lock);
  g_hash_table_add (self->pictures,
                    g_compute_checksum_for_data (G_CHECKSUM_SHA256, map.data, map.size));
  g_mutex_unlock (&self->lock);
  gst_buffer_unmap (buffer, &map);
}

static void
on_pad_added (GstElement *src, GstPad *pad, gpointer user_data)
{
  Player *self = user_data;
  gboolean is_video = g_str_has_prefix (GST_PAD_NAME (pad), "video_");
  g_autoptr (GError) error = NULL;
  GstElement *bin = gst_parse_bin_from_description (
      is_video ? "queue ! avdec_h264 ! fakesink name=sink sync=false async=false"
               : "queue ! fakesink name=sink sync=false async=false",
      TRUE, &error);
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstPad) sink_pad = NULL;

  g_assert_no_error (error);
  sink = gst_bin_get_by_name (GST_BIN (bin), "sink");
  if (is_video)
    {
      g_object_set (sink, "signal-handoffs", TRUE, NULL);
      g_signal_connect (sink, "handoff", G_CALLBACK (on_picture), self);
    }
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, is_video ? count_video : count_audio, self,
                     NULL);
  gst_bin_add (GST_BIN (self->pipeline), bin);
  gst_element_sync_state_with_parent (bin);
  sink_pad = gst_element_get_static_pad (bin, "sink");
  g_assert_cmpint (gst_pad_link (pad, sink_pad), ==, GST_PAD_LINK_OK);
}

static Player *
player_new (void)
{
  Player *self = g_new0 (Player, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->pictures = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->first_pts = GST_CLOCK_TIME_NONE;
  self->pipeline = gst_pipeline_new (NULL);
  /* What is said on the way down counts too. */
  g_object_set (self->pipeline, "auto-flush-bus", FALSE, NULL);
  self->bus = gst_element_get_bus (self->pipeline);
  self->src = gst_element_factory_make ("livekitegresssrc", NULL);
  g_assert_nonnull (self->src);
  /* Address and credentials are those of the environment. */
  g_object_set (self->src, "room-name", "demo", "participant-identity", "alice", NULL);
  gst_util_set_object_arg (G_OBJECT (self->src), "encoding",
                           "encoding,width=320,height=180,framerate=15,video-bitrate=400");
  g_signal_connect (self->src, "pad-added", G_CALLBACK (on_pad_added), self);
  gst_bin_add (GST_BIN (self->pipeline), self->src);
  return self;
}

static void
player_free (Player *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->pipeline);
  gst_object_unref (self->bus);
  gst_clear_caps (&self->video_caps);
  gst_clear_caps (&self->audio_caps);
  g_hash_table_unref (self->pictures);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Player, player_free)

static void
play (Player *self)
{
  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_PLAYING), !=,
                   GST_STATE_CHANGE_FAILURE);
}

/* Comes down without further errors, and leaves nothing behind. */
static void
come_down (Player *self)
{
  g_autoptr (GstMessage) message = NULL;

  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_NULL), ==,
                   GST_STATE_CHANGE_SUCCESS);
  message = gst_bus_pop_filtered (self->bus, GST_MESSAGE_ERROR);
  g_assert_null (message);
  e2e_assert_nothing_active ();
}

static void
wait_played (Player *self, GstClockTime time)
{
  g_mutex_lock (&self->lock);
  while (!GST_CLOCK_TIME_IS_VALID (self->first_pts) || self->last_pts - self->first_pts < time)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

static GstMessage *
pop (Player *self, GstMessageType types)
{
  GstMessage *message = gst_bus_timed_pop_filtered (self->bus, MESSAGE_TIMEOUT, types);

  g_assert_nonnull (message);
  return message;
}

/* The end is to be seen, however busy the machine is. */
static void
be_patient (Player *self)
{
  g_object_set (self->src, "stop-timeout", 60000, NULL);
}

static void
wait_end (Player *self)
{
  g_autoptr (GstMessage) message = pop (self, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  LkEgressJobState state;

  g_assert_cmpstr (GST_MESSAGE_TYPE_NAME (message), ==, "eos");
  g_object_get (self->src, "egress-state", &state, NULL);
  g_assert_cmpint (state, ==, LK_EGRESS_JOB_STATE_COMPLETE);
}

/* Media */

static void
assert_media (Player *self)
{
  const GstStructure *video = gst_caps_get_structure (self->video_caps, 0);
  const GstStructure *audio = gst_caps_get_structure (self->audio_caps, 0);
  const guint frames = PLAY_TIME / GST_SECOND * FRAMERATE;
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
  g_assert_cmpuint (self->n_video, >=, frames * 8 / 10);
  g_assert_cmpuint (g_hash_table_size (self->pictures), >=, frames / 2);
  g_assert_cmpuint (self->n_audio, >=, PLAY_TIME / GST_SECOND * rate / 1024 * 8 / 10);
}

static void
test_play (void)
{
  g_autoptr (Player) player = player_new ();

  be_patient (player);
  play (player);
  wait_played (player, PLAY_TIME);
  g_signal_emit_by_name (player->src, "stop");
  wait_end (player);
  assert_media (player);
  come_down (player);
}

static void
test_eos (void)
{
  g_autoptr (Player) player = player_new ();

  be_patient (player);
  play (player);
  wait_played (player, GST_SECOND);
  gst_element_send_event (player->pipeline, gst_event_new_eos ());
  wait_end (player);
  come_down (player);
}

/* Down from any moment, with nothing said. */
static void
test_down_while_playing (void)
{
  g_autoptr (Player) player = player_new ();

  play (player);
  wait_played (player, GST_SECOND);
  come_down (player);
}

static void
test_down_while_starting (void)
{
  g_autoptr (Player) player = player_new ();

  play (player);
  come_down (player);
}

static void
test_down_after_error (void)
{
  g_autoptr (Player) player = player_new ();
  g_autoptr (GstMessage) message = NULL;

  play (player);
  wait_played (player, GST_SECOND);
  GST_ELEMENT_ERROR (player->pipeline, STREAM, FAILED, (NULL), ("something else went wrong"));
  message = pop (player, GST_MESSAGE_ERROR);
  g_assert_true (GST_MESSAGE_SRC (message) == GST_OBJECT (player->pipeline));
  come_down (player);
}

/* Bad starts */

static void
assert_error (Player *self, GstResourceError code, const char *name)
{
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  const GstStructure *details = NULL;

  play (self);
  message = pop (self, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_cmpstr (GST_MESSAGE_TYPE_NAME (message), ==, "error");
  gst_message_parse_error (message, &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, (int)code);
  gst_message_parse_error_details (message, &details);
  g_assert_nonnull (details);
  g_assert_cmpstr (gst_structure_get_string (details, "code"), ==, name);
  come_down (self);
}

static void
test_wrong_secret (void)
{
  g_autoptr (Player) player = player_new ();

  g_object_set (player->src, "api-key", g_getenv ("LIVEKIT_API_KEY"), "secret-key",
                "a secret that the server does not know", NULL);
  assert_error (player, GST_RESOURCE_ERROR_NOT_AUTHORIZED, "unauthenticated");
}

static void
test_closed_port (void)
{
  g_autoptr (Player) player = player_new ();
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
  g_autoptr (Player) player = player_new ();

  g_object_set (player->src, "room-name", "no-such-room", NULL);
  assert_error (player, GST_RESOURCE_ERROR_NOT_FOUND, "not_found");
}

static void
test_unknown_participant (void)
{
  g_autoptr (Player) player = player_new ();

  g_object_set (player->src, "participant-identity", "nobody", NULL);
  assert_error (player, GST_RESOURCE_ERROR_NOT_FOUND, "egress-failed");
}

static void
test_never_active (void)
{
  g_autoptr (Player) player = player_new ();

  e2e_add_life_fault ("never-active");
  g_object_set (player->src, "start-timeout", 2000, NULL);
  assert_error (player, GST_RESOURCE_ERROR_READ, "start-timeout");
}

/* The stop is only heard when the worker gives up waiting for the participant. */
static void
test_never_active_nor_stopped (void)
{
  g_autoptr (Player) player = player_new ();

  g_object_set (player->src, "participant-identity", "nobody", "start-timeout", 1000,
                "stop-timeout", 20000, NULL);
  assert_error (player, GST_RESOURCE_ERROR_READ, "start-timeout");
}

static void
test_no_media (void)
{
  g_autoptr (Player) player = player_new ();

  e2e_add_life_fault ("no-media");
  g_object_set (player->src, "first-data-timeout", 2000, NULL);
  assert_error (player, GST_RESOURCE_ERROR_READ, "first-data-timeout");
}

static void
test_fails (gconstpointer life)
{
  g_autoptr (Player) player = player_new ();

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
