/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Egresses that end without being stopped here are started again, as restart says. */

#include <livekit-egress/livekit-egress.h>

#include "lk-test-child.h"
#include "recording.h"

#define PLUGINS GST_TEST_PLUGINS " flv"
#define ENCODING                                                                                   \
  "encoding,width=320,height=180,framerate=15,video-bitrate=300,key-frame-interval=1.0"

#define MAX_SHIFT (100 * GST_MSECOND)

static guint
count_starts (GstTestRun *run)
{
  g_autofree char *state = lk_test_devserver_get_state (run->server);
  const char *count = strstr (state, "\"StartEgress\":");

  return count != NULL ? atoi (count + strlen ("\"StartEgress\":")) : 0;
}

static void
set_restart (GstTestRun *run, const char *restart, guint limit)
{
  gst_test_set_from_text (run->src, "restart", restart);
  g_object_set (run->src, "restart-limit", limit, NULL);
}

/* The warning about a restart; gives the id of the egress that ended. */
static char *
pop_restart (GstTestRun *run, const char *code, const char *said)
{
  g_autoptr (GstMessage) message = gst_test_run_pop (run, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR);
  g_autoptr (GError) warning = NULL;
  const GstStructure *details = NULL;

  fail_unless (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING, "%" GST_PTR_FORMAT, message);
  gst_message_parse_warning (message, &warning, NULL);
  gst_message_parse_warning_details (message, &details);
  fail_unless (strstr (warning->message, said) != NULL, "%s", warning->message);
  fail_unless (details != NULL);
  assert_equals_string (gst_structure_get_string (details, "code"), code);
  return g_strdup (gst_structure_get_string (details, "egress-id"));
}

/* The next message about this state. */
static GstMessage *
pop_state (GstTestRun *run, const char *state)
{
  for (;;)
    {
      GstMessage *message = gst_test_run_pop_element (run, "livekit-egress-state");

      if (g_str_equal (gst_structure_get_string (gst_message_get_structure (message), "state"),
                       state))
        return message;
      gst_message_unref (message);
    }
}

static const GstStructure *
get_run (GstMessage *message, guint n_runs, guint i)
{
  const GValue *runs = gst_structure_get_value (gst_message_get_structure (message), "runs");

  fail_unless (runs != NULL, "%" GST_PTR_FORMAT, message);
  assert_equals_int (gst_value_array_get_size (runs), n_runs);
  return gst_value_get_structure (gst_value_array_get_value (runs, i));
}

static const char *
get_location (const GstStructure *run)
{
  const GValue *results = gst_structure_get_value (run, "results");

  assert_equals_int (gst_value_array_get_size (results), 1);
  return gst_structure_get_string (gst_value_get_structure (gst_value_array_get_value (results, 0)),
                                   "location");
}

/* It fails again and again: the warnings tell each restart, the last state what belongs together,
 * and the error comes when the limit is reached. */
GST_START_TEST (test_limit)
{
  g_auto (Recording) recording = recording_new ("{time}.mp4");
  GstTestRun *run = recording.run;
  g_autofree char *first_id = NULL;
  g_autoptr (GstMessage) last = NULL;

  lk_test_devserver_add_fault (run->server, "{\"life\":\"fail-active\",\"count\":0}");
  set_restart (run, "on-failure", 1);
  gst_element_set_state (run->pipeline, GST_STATE_PLAYING);
  first_id = pop_restart (run, "egress-failed", "(restart 1 of 1)");
  last = pop_state (run, "failed");
  assert_equals_string (gst_structure_get_string (get_run (last, 2, 0), "egress-id"), first_id);
  assert_equals_string (gst_structure_get_string (get_run (last, 2, 0), "state"), "failed");
  fail_if (g_str_equal (gst_structure_get_string (get_run (last, 2, 1), "egress-id"), first_id));
  fail_if (g_str_equal (get_location (get_run (last, 2, 0)), get_location (get_run (last, 2, 1))));
  gst_test_run_assert_error (run, GST_RESOURCE_ERROR_READ, "egress-failed");
  assert_equals_int (count_starts (run), 2);
}

GST_END_TEST;

/* What the user stops is over, in the pause as well as while it runs, by EOS or by the state. */
GST_START_TEST (test_stop)
{
  g_auto (Recording) recording = recording_new ("{time}.mp4");
  GstTestRun *run = recording.run;
  guint i;

  set_restart (run, "always", 0);
  for (i = 0; i < 3; i++)
    {
      const guint starts = count_starts (run);

      lk_test_devserver_add_fault (run->server, "{\"life\":\"fail-active\"}");
      gst_element_set_state (run->pipeline, GST_STATE_PLAYING);
      g_free (pop_restart (run, "egress-failed", "(restart 1)"));
      if (i == 1)
        gst_message_unref (pop_state (run, "active"));
      if (i < 2)
        {
          gst_element_send_event (run->pipeline, gst_event_new_eos ());
          gst_test_run_assert_eos (run);
        }
      assert_equals_int (gst_element_set_state (run->pipeline, GST_STATE_NULL),
                         GST_STATE_CHANGE_SUCCESS);
      assert_equals_int (count_starts (run) - starts, i == 1 ? 2 : 1);
    }
  assert_equals_int (lk_test_devserver_count (run->server, "EGRESS_ACTIVE"), 0);
}

GST_END_TEST;

/* An end at a limit is none to worry about: only always goes on after it. */
GST_START_TEST (test_always)
{
  static const char *const values[] = { "always", "on-failure", "never" };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_auto (Recording) recording = recording_new ("{time}.mp4");
      GstTestRun *run = recording.run;

      lk_test_devserver_add_fault (run->server, "{\"life\":\"limit\"}");
      set_restart (run, values[i], 5);
      gst_element_set_state (run->pipeline, GST_STATE_PLAYING);
      if (i == 0)
        {
          g_free (pop_restart (run, "egress-ended", "ended without being stopped"));
          gst_message_unref (pop_state (run, "active"));
          gst_element_send_event (run->pipeline, gst_event_new_eos ());
        }
      gst_test_run_assert_eos (run);
      assert_equals_int (count_starts (run), i == 0 ? 2 : 1);
    }
}

GST_END_TEST;

/* A start that failed is tried again if the reason may pass. */
GST_START_TEST (test_start)
{
  static const char fault[] = "{\"method\":\"StartEgress\",\"count\":%d,\"twirp\":{\"code\":\"%s\","
                              "\"msg\":\"%s\"}}";
  g_auto (Recording) recording = recording_new ("{time}.mp4");
  GstTestRun *run = recording.run;
  g_autofree char *no_worker
      = g_strdup_printf (fault, 0, "unavailable", "no response from servers");
  g_autofree char *denied = g_strdup_printf (fault, 0, "permission_denied", "no");

  set_restart (run, "on-failure", 5);
  lk_test_devserver_add_fault (run->server, no_worker);
  gst_element_set_state (run->pipeline, GST_STATE_PLAYING);
  g_free (pop_restart (run, "no_worker", "(restart 1 of 5)"));
  lk_test_devserver_clear_faults (run->server);
  gst_message_unref (pop_state (run, "active"));
  assert_equals_int (gst_element_get_state (run->pipeline, NULL, NULL, GST_TEST_TIMEOUT),
                     GST_STATE_CHANGE_SUCCESS);
  gst_element_set_state (run->pipeline, GST_STATE_NULL);

  lk_test_devserver_add_fault (run->server, denied);
  gst_element_set_state (run->pipeline, GST_STATE_PLAYING);
  gst_test_run_assert_error (run, GST_RESOURCE_ERROR_NOT_AUTHORIZED, "permission_denied");
}

GST_END_TEST;

/* What does not go together is refused before anything is sent. */
GST_START_TEST (test_refused)
{
  g_auto (Recording) recording = recording_new (NULL);
  GstTestRun *run = recording.run;
  g_autoptr (GstTestRun) src = gst_test_run_new (NULL);

  set_restart (run, "always", 5);
  gst_test_set_from_text (run->src, "attach", "room");
  g_free (gst_test_run_assert_refused (run, "restart and attach are both set"));
  gst_element_set_state (run->pipeline, GST_STATE_NULL);
  gst_test_set_from_text (run->src, "attach", "none");
  g_object_set (run->src, "egress-id", "EG_1", NULL);
  g_free (gst_test_run_assert_refused (run, "restart and egress-id are both set"));

  set_restart (src, "always", 5);
  gst_test_set_from_text (src->src, "protocol", "rtmp");
  g_object_set (src->src, "demux", FALSE, NULL);
  g_free (gst_test_run_assert_refused (src, "restart does not go together with protocol rtmp"));
  gst_element_set_state (src->pipeline, GST_STATE_NULL);
  gst_test_set_from_text (src->src, "protocol", "hls");
  g_object_set (src->src, "location", "/srv/a.m3u8", "demux", TRUE, NULL);
  g_free (gst_test_run_assert_refused (src, "restart does not go together with protocol hls"));
}

GST_END_TEST;

/* A file that the next run would write over is told of before. */
GST_START_TEST (test_location)
{
  g_auto (Recording) recording = recording_new ("{room_name}.mp4");
  GstTestRun *run = recording.run;
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) warning = NULL;

  set_restart (run, "on-failure", 5);
  gst_element_set_state (run->pipeline, GST_STATE_PAUSED);
  message = gst_test_run_pop (run, GST_MESSAGE_WARNING);
  gst_message_parse_warning (message, &warning, NULL);
  fail_unless (strstr (warning->message, "writes over what it has stored at {room_name}.mp4")
                   != NULL,
               "%s", warning->message);
}

GST_END_TEST;

/*** An element that is dropped while it is about to restart ***/

typedef struct
{
  GMutex lock;
  GCond cond;
  gboolean told;    /* the warning about a restart is being posted */
  gboolean dropped; /* the application is done with the element */
  gboolean finalized;
} Drop;

static void
drop_wait (Drop *self, gboolean *what)
{
  gint64 end = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;

  g_mutex_lock (&self->lock);
  while (!*what)
    if (!g_cond_wait_until (&self->cond, &self->lock, end))
      g_error ("what was waited for never came");
  g_mutex_unlock (&self->lock);
}

static void
drop_tell (Drop *self, gboolean *what)
{
  g_mutex_lock (&self->lock);
  *what = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static GstBusSyncReply
hold_warning (GstBus *bus, GstMessage *message, gpointer data)
{
  Drop *drop = data;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING && !drop->told)
    {
      drop_tell (drop, &drop->told);
      drop_wait (drop, &drop->dropped);
    }
  return GST_BUS_PASS;
}

static void
on_finalized (gpointer data, GObject *element)
{
  Drop *drop = data;

  drop_tell (drop, &drop->finalized);
}

/* Its own thread then has the last reference. */
GST_START_TEST (test_dropped)
{
  g_auto (Recording) recording = recording_new ("{time}.mp4");
  GstTestRun *run = recording.run;
  Drop drop = { .told = FALSE };

  lk_test_devserver_add_fault (run->server, "{\"life\":\"fail-active\"}");
  set_restart (run, "always", 0);
  g_object_set (run->src, "stop-timeout", 0, NULL);
  g_object_weak_ref (G_OBJECT (run->src), on_finalized, &drop);
  gst_bus_set_sync_handler (run->bus, hold_warning, &drop, NULL);
  gst_element_set_state (run->pipeline, GST_STATE_PLAYING);
  drop_wait (&drop, &drop.told);
  gst_test_run_drop_pipeline (run);
  fail_if (drop.finalized);
  drop_tell (&drop, &drop.dropped);
  drop_wait (&drop, &drop.finalized);
  assert_equals_int (count_starts (run), 1);
}

GST_END_TEST;

/*** The source ***/

typedef struct
{
  gint again;  /* whether the restart was told */
  gint n_gaps; /* buffers with DISCONT after that */
  gint n_ends; /* EOS events */
  gint n_back; /* buffers whose running time is before that of the last */
} Watch;

/* By more than tsdemux moves time stamps by itself, when a busy machine has packets arrive late. */
static gboolean
goes_back (GstPad *pad, GstBuffer *buffer)
{
  g_autoptr (GstEvent) event = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  GstClockTime *last = g_object_get_data (G_OBJECT (pad), "last");
  const GstSegment *segment;
  GstClockTime before, now;

  if (last == NULL)
    {
      last = g_new0 (GstClockTime, 1);
      g_object_set_data_full (G_OBJECT (pad), "last", last, g_free);
    }
  before = *last;
  gst_event_parse_segment (event, &segment);
  now = gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_DTS_OR_PTS (buffer));
  if (GST_CLOCK_TIME_IS_VALID (now))
    *last = now;
  return GST_CLOCK_TIME_IS_VALID (now) && now + MAX_SHIFT < before;
}

static GstPadProbeReturn
on_item (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Watch *self = user_data;

  if (info->type & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM)
    {
      if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS)
        g_atomic_int_inc (&self->n_ends);
      return GST_PAD_PROBE_OK;
    }
  if (goes_back (pad, GST_PAD_PROBE_INFO_BUFFER (info)))
    g_atomic_int_inc (&self->n_back);
  if (g_atomic_int_get (&self->again)
      && GST_BUFFER_FLAG_IS_SET (GST_PAD_PROBE_INFO_BUFFER (info), GST_BUFFER_FLAG_DISCONT))
    g_atomic_int_inc (&self->n_gaps);
  return GST_PAD_PROBE_OK;
}

static void
watch_pad (GstElement *src, GstPad *pad, gpointer watch)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_item,
                     watch, NULL);
}

/* As the server shows it, in full. */
static char *
dup_url (GstTestRun *run)
{
  g_autoptr (LkEgressInfo) info = NULL;
  g_autoptr (LkEgressStreamInfo) stream = NULL;

  g_object_get (run->src, "info", &info, NULL);
  stream = g_list_model_get_item (lk_egress_info_get_stream_results (info), 0);
  return g_strdup (lk_egress_stream_info_get_url (stream));
}

/* The next egress goes on on the same pads, with new secrets, at a port of its own or at the one
 * that was set. */
static void
check_goes_on (const char *protocol,
               const char *source,
               const char *encoding,
               gboolean demux,
               guint port,
               guint n_pads)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autofree char *first_url = NULL, *second_url = NULL;
  Watch watch = { 0 };

  lk_test_devserver_add_fault (run->server, "{\"life\":\"fail-active\"}");
  gst_test_set_from_text (run->src, "protocol", protocol);
  if (encoding != NULL)
    gst_test_set_from_text (run->src, "encoding", encoding);
  g_object_set (run->src, "demux", demux, "listen-port", port, NULL);
  if (source != NULL)
    g_object_set (run->src, "participant-identity", NULL, "audio-track-id", source, NULL);
  set_restart (run, "on-failure", 2);
  g_signal_connect (run->src, "pad-added", G_CALLBACK (watch_pad), &watch);
  gst_test_run_play (run);
  g_free (pop_restart (run, "egress-failed", "(restart 1 of 2)"));
  first_url = dup_url (run);
  g_atomic_int_set (&watch.again, TRUE);

  gst_message_unref (gst_test_run_pop_element (run, "livekit-egress-first-data"));
  if (source == NULL)
    gst_test_run_wait_buffers (run, run->n_video + 20, 0);
  if (source != NULL || demux)
    gst_test_run_wait_buffers (run, 0, run->n_audio + 20);
  second_url = dup_url (run);
  fail_if (g_str_equal (first_url, second_url), "%s", first_url);
  assert_equals_int (g_atomic_int_get (&watch.n_back), 0);
  assert_equals_int (g_atomic_int_get (&watch.n_ends), 0);
  assert_equals_int (run->n_pads, n_pads);
  fail_unless (g_atomic_int_get (&watch.n_gaps) >= (gint)n_pads);
  gst_test_run_stop (run);
  assert_equals_int (count_starts (run), 2);
}

GST_START_TEST (test_srt) { check_goes_on ("srt", NULL, ENCODING, TRUE, 0, 2); }

GST_END_TEST;

/* Not taken apart. */
GST_START_TEST (test_whole)
{
  check_goes_on ("srt", NULL, ENCODING, FALSE, lk_test_find_port (G_SOCKET_TYPE_DATAGRAM), 1);
}

GST_END_TEST;

GST_START_TEST (test_rtmp)
{
  check_goes_on ("rtmp", NULL, ENCODING, TRUE, lk_test_find_port (G_SOCKET_TYPE_DATAGRAM), 2);
}

GST_END_TEST;

GST_START_TEST (test_websocket)
{
  check_goes_on ("websocket", "TR_alice_microphone", NULL, TRUE, 0, 1);
}

GST_END_TEST;

/* What is active but sends nothing, or no more, is lost. It is stopped, or at least told to. */
GST_START_TEST (test_lost)
{
  static const struct
  {
    const char *fault, *property, *code;
  } rows[] = {
    { "{\"life\":\"no-media\"}", "first-data-timeout", "first-data-timeout" },
    { "{\"life\":\"worker-lost\"}", "reconnect-window", "connection-lost" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GstTestRun) run
          = gst_test_run_new ((const char *[]){ "--rpc-timeout", "1", NULL });
      g_autofree char *lost_id = NULL;
      Watch watch = { 0 };

      lk_test_devserver_add_fault (run->server, rows[i].fault);
      gst_test_set_from_text (run->src, "encoding", ENCODING);
      g_object_set (run->src, rows[i].property, 600, NULL);
      set_restart (run, "on-failure", 2);
      g_signal_connect (run->src, "pad-added", G_CALLBACK (watch_pad), &watch);
      gst_test_run_play (run);
      lost_id = pop_restart (run, rows[i].code, "(restart 1 of 2)");
      g_object_set (run->src, rows[i].property, 15000, NULL);
      gst_message_unref (gst_test_run_pop_element (run, "livekit-egress-first-data"));
      gst_test_run_wait_buffers (run, run->n_video + 10, 0);
      assert_equals_int (g_atomic_int_get (&watch.n_ends), 0);
      fail_unless (gst_element_send_event (run->pipeline, gst_event_new_eos ()));
      gst_test_run_assert_eos (run);
      assert_equals_int (count_starts (run), 2);
    }
}

GST_END_TEST;

static Suite *
restart_suite (void)
{
  Suite *suite = suite_create ("restart");
  TCase *tests = tcase_create ("general");

  tcase_set_timeout (tests, 120);
  suite_add_tcase (suite, tests);
  tcase_add_test (tests, test_limit);
  tcase_add_test (tests, test_stop);
  tcase_add_test (tests, test_always);
  tcase_add_test (tests, test_start);
  tcase_add_test (tests, test_refused);
  tcase_add_test (tests, test_location);
  tcase_add_test (tests, test_dropped);
  tcase_add_test (tests, test_srt);
  tcase_add_test (tests, test_whole);
  tcase_add_test (tests, test_rtmp);
  tcase_add_test (tests, test_websocket);
  tcase_add_test (tests, test_lost);

  return suite;
}

int
main (int argc, char **argv)
{
  gst_test_init (&argc, &argv, PLUGINS);
  return gst_check_run_suite (restart_suite (), "restart", __FILE__);
}
