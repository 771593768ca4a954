/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a new receiver and a new element need: one file each, and a row in a table. */

#include "fake-receiver.h"
#include "fake-sink.h"
#include "gst-test.h"

#include "gstlivekitegressreceivers.h"
#include "gstlivekitegresssink.h"
#include "gstlivekitegresssrc.h"

static LkTestDevserver *
start_server (void)
{
  g_autofree char *folder = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "gst", "seams", NULL);

  g_mkdir_with_parents (folder, 0700);
  return lk_test_devserver_new ((const char *[]){ "--out", folder, NULL });
}

static GstElement *
make_element (GType type, LkTestDevserver *server, GstElement *pipeline)
{
  GstElement *element
      = g_object_new (type, "ws-url", lk_test_devserver_get_url (server), "api-key",
                      LK_TEST_API_KEY, "secret-key", LK_TEST_API_SECRET, "room-name", "demo", NULL);

  /* As in gst-test.c. */
  g_object_set (element, "stop-timeout", 15000, NULL);
  gst_bin_add (GST_BIN (pipeline), element);
  return element;
}

static GstMessage *
pop (GstElement *pipeline, GstMessageType types)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  GstMessage *message
      = gst_bus_timed_pop_filtered (bus, GST_TEST_TIMEOUT, types | GST_MESSAGE_ERROR);

  if (message == NULL || GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    g_error ("no message: %" GST_PTR_FORMAT, message);

  return message;
}

static void
wait_state (GstElement *pipeline, const char *state)
{
  gboolean found = FALSE;

  while (!found)
    {
      g_autoptr (GstMessage) message = pop (pipeline, GST_MESSAGE_ELEMENT);

      found = gst_message_has_name (message, "livekit-egress-state")
              && g_str_equal (
                  gst_structure_get_string (gst_message_get_structure (message), "state"), state);
    }
}

static void
on_pad (GstElement *src, GstPad *pad, gpointer pipeline)
{
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstPad) sink_pad = gst_element_get_static_pad (sink, "sink");

  g_object_set (sink, "async", FALSE, NULL);
  gst_bin_add (GST_BIN (pipeline), sink);
  gst_element_sync_state_with_parent (sink);
  assert_equals_int (gst_pad_link (pad, sink_pad), GST_PAD_LINK_OK);
}

static GstPadProbeReturn
count_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer count)
{
  g_atomic_int_inc ((int *)count);

  return GST_PAD_PROBE_OK;
}

static void
count_buffers (GstElement *src, GstPad *pad, gpointer count)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count_buffer, count, NULL);
}

GST_START_TEST (test_receiver)
{
  LkTestDevserver *server = start_server ();
  g_autoptr (GstElement) pipeline = gst_pipeline_new (NULL);
  g_autoptr (GstStructure) stats = NULL;
  GstElement *src;
  int n_buffers = 0;
  guint n_sent;

  gst_livekit_egress_receiver_set_type (GST_LIVEKIT_EGRESS_PROTOCOL_SRT, fake_receiver_get_type ());
  src = make_element (GST_TYPE_LIVEKIT_EGRESS_SRC, server, pipeline);
  g_signal_connect (src, "pad-added", G_CALLBACK (on_pad), pipeline);
  g_signal_connect (src, "pad-added", G_CALLBACK (count_buffers), &n_buffers);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  wait_state (pipeline, "active");
  g_object_get (src, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint (stats, "n-sent", &n_sent));
  gst_element_send_event (pipeline, gst_event_new_eos ());
  gst_message_unref (pop (pipeline, GST_MESSAGE_EOS));
  assert_equals_int (g_atomic_int_get (&n_buffers), 10);
  lk_test_devserver_wait (server, "EGRESS_COMPLETE", 1);

  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_livekit_egress_receiver_set_type (GST_LIVEKIT_EGRESS_PROTOCOL_SRT, G_TYPE_INVALID);
  lk_test_devserver_free (server);
}

GST_END_TEST;

/* A recording by one element, which another one attaches to. */
GST_START_TEST (test_element)
{
  LkTestDevserver *server = start_server ();
  g_autoptr (GstElement) one = gst_pipeline_new (NULL);
  g_autoptr (GstElement) other = gst_pipeline_new (NULL);
  GstElement *starts = make_element (fake_sink_get_type (), server, one);
  GstElement *attaches = make_element (fake_sink_get_type (), server, other);
  g_autofree char *id = NULL, *same_id = NULL;

  g_object_set (starts, "location", "first.mp4", NULL);
  gst_element_set_state (one, GST_STATE_PLAYING);
  wait_state (one, "active");
  g_object_get (starts, "egress-id", &id, NULL);
  fail_unless (g_str_has_prefix (id, "EG_"));

  g_object_set (attaches, "egress-id", id, NULL);
  gst_util_set_object_arg (G_OBJECT (attaches), "on-stop", "stop");
  gst_element_set_state (other, GST_STATE_PLAYING);
  wait_state (other, "active");
  g_object_get (attaches, "egress-id", &same_id, NULL);
  assert_equals_string (same_id, id);

  g_signal_emit_by_name (attaches, "stop");
  gst_message_unref (pop (one, GST_MESSAGE_EOS));
  gst_message_unref (pop (other, GST_MESSAGE_EOS));
  assert_equals_int (lk_test_devserver_count (server, "EGRESS_COMPLETE"), 1);

  gst_element_set_state (one, GST_STATE_NULL);
  gst_element_set_state (other, GST_STATE_NULL);
  lk_test_devserver_free (server);
}

GST_END_TEST;

/* The frame gives the element its URI handler, and the shared and the own properties. */
GST_START_TEST (test_uri)
{
  g_autoptr (GstElement) sink = g_object_new (fake_sink_get_type (), NULL);
  g_autofree char *layout = NULL, *room = NULL;

  gst_object_ref_sink (sink);
  assert_equals_int (gst_uri_handler_get_uri_type (GST_URI_HANDLER (sink)), GST_URI_SINK);
  fail_unless (gst_uri_handler_set_uri (GST_URI_HANDLER (sink),
                                        "livekit-egress://host/demo?layout=grid", NULL));
  g_object_get (sink, "layout", &layout, "room-name", &room, NULL);
  assert_equals_string (layout, "grid");
  assert_equals_string (room, "demo");
  fail_if (gst_uri_handler_set_uri (GST_URI_HANDLER (sink),
                                    "livekit-egress://host/demo?attach=EG_1", NULL));
  fail_if (gst_uri_handler_set_uri (GST_URI_HANDLER (sink),
                                    "livekit-egress://host/demo?location=a.mp4", NULL));
  fail_if (gst_uri_handler_set_uri (GST_URI_HANDLER (sink),
                                    "livekit-egress://host/demo?demux=false", NULL));
}

GST_END_TEST;

/*** What goes wrong in a run ***/

/* The next of these, which may be an error. */
static char *
pop_text (GstElement *pipeline, GstMessageType type)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (bus, GST_TEST_TIMEOUT, type);
  g_autoptr (GError) error = NULL;

  if (message == NULL)
    g_error ("no message of type %s", gst_message_type_get_name (type));
  if (type == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  else
    gst_message_parse_warning (message, &error, NULL);

  return g_strdup (error->message);
}

static void
assert_said (GstElement *pipeline, GstMessageType type, const char *said)
{
  g_autofree char *text = pop_text (pipeline, type);

  fail_unless (strstr (text, said) != NULL, "%s", text);
}

static void
play (GstElement *pipeline)
{
  fail_if (gst_element_set_state (pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE);
}

static void
down (GstElement *pipeline)
{
  assert_equals_int (gst_element_set_state (pipeline, GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
}

/* Until the thread of the last run has ended: nothing of it goes on. */
static void
wait_no_worker (void)
{
  for (gboolean found = TRUE; found;)
    {
      g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
      const char *task;

      found = FALSE;
      while ((task = g_dir_read_name (tasks)) != NULL)
        {
          g_autofree char *path = g_build_filename ("/proc/self/task", task, "comm", NULL);
          g_autofree char *name = NULL;

          found = found
                  || (g_file_get_contents (path, &name, NULL, NULL)
                      && g_str_has_prefix (name, "livekit-egress\n"));
        }
      g_thread_yield ();
    }
}

/* What an element says and does that was never started. */
GST_START_TEST (test_idle)
{
  const GType types[] = { GST_TYPE_LIVEKIT_EGRESS_SRC, GST_TYPE_LIVEKIT_EGRESS_SINK };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (GstElement) element = gst_object_ref_sink (g_object_new (types[i], NULL));
      g_autofree char *id = NULL;
      g_autoptr (LkEgressInfo) info = NULL;
      gint64 duration;
      int state;

      g_object_get (element, "egress-state", &state, "egress-id", &id, "info", &info, NULL);
      assert_equals_int (state, LK_EGRESS_JOB_STATE_IDLE);
      fail_unless (id == NULL && info == NULL);
      fail_unless (gst_element_send_event (element, gst_event_new_eos ()));
      g_signal_emit_by_name (element, "stop");
      g_signal_emit_by_name (element, "add-stream", "srt://127.0.0.1:9");
      gst_element_send_event (element, gst_event_new_reconfigure ());
      fail_if (gst_element_query_duration (element, GST_FORMAT_TIME, &duration));
    }
  {
    g_autoptr (GstElement) src
        = gst_object_ref_sink (g_object_new (GST_TYPE_LIVEKIT_EGRESS_SRC, NULL));
    g_autoptr (GstStructure) stats = NULL;

    g_object_get (src, "stats", &stats, NULL);
    fail_unless (stats == NULL);
  }
}

GST_END_TEST;

/* A receiver that listens but has no output for the request. */
GST_START_TEST (test_no_output)
{
  LkTestDevserver *server = start_server ();
  g_autoptr (GstElement) pipeline = gst_pipeline_new (NULL);
  g_autofree char *state = NULL;

  gst_livekit_egress_receiver_set_type (GST_LIVEKIT_EGRESS_PROTOCOL_SRT, fake_receiver_get_type ());
  fake_receiver_has_output = FALSE;
  make_element (GST_TYPE_LIVEKIT_EGRESS_SRC, server, pipeline);
  assert_equals_int (gst_element_set_state (pipeline, GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  assert_said (pipeline, GST_MESSAGE_ERROR, "There is no output.");
  state = lk_test_devserver_get_state (server);
  fail_unless (strstr (state, "\"StartEgress\":") == NULL, "%s", state);

  down (pipeline);
  fake_receiver_has_output = TRUE;
  gst_livekit_egress_receiver_set_type (GST_LIVEKIT_EGRESS_PROTOCOL_SRT, G_TYPE_INVALID);
  lk_test_devserver_free (server);
}

GST_END_TEST;

/* An egress that may not be looked at cannot be attached to, nor one that there is not. */
GST_START_TEST (test_attach_refused)
{
  LkTestDevserver *server = start_server ();
  static const char *const said[] = { "not for you", "EG_none" };

  lk_test_devserver_add_fault (server, "{\"method\":\"ListEgress\",\"twirp\":{\"code\":"
                                       "\"permission_denied\",\"msg\":\"not for you\"}}");
  for (guint i = 0; i < G_N_ELEMENTS (said); i++)
    {
      g_autoptr (GstElement) pipeline = gst_pipeline_new (NULL);
      GstElement *sink = make_element (fake_sink_get_type (), server, pipeline);

      g_object_set (sink, "egress-id", "EG_none", NULL);
      play (pipeline);
      assert_said (pipeline, GST_MESSAGE_ERROR, said[i]);
      down (pipeline);
    }
  wait_no_worker ();
  lk_test_devserver_free (server);
}

GST_END_TEST;

/* A layout that is set before there is an egress is sent when there is. After the end of the egress
 * nothing can be changed any more. */
GST_START_TEST (test_changes)
{
  LkTestDevserver *server = start_server ();
  g_autoptr (GstElement) pipeline = gst_pipeline_new (NULL);
  GstElement *sink = make_element (fake_sink_get_type (), server, pipeline);
  g_autofree char *state = NULL, *later_state = NULL;

  lk_test_devserver_add_fault (server, "{\"method\":\"StartEgress\",\"delay_ms\":500}");
  g_object_set (sink, "location", "changes.mp4", NULL);
  play (pipeline);
  g_object_set (sink, "layout", "grid", NULL);
  wait_state (pipeline, "active");
  do
    {
      g_free (state);
      state = lk_test_devserver_get_state (server);
    }
  while (strstr (state, "\"UpdateLayout\":1") == NULL);

  g_signal_emit_by_name (sink, "stop");
  g_signal_emit_by_name (sink, "stop");
  gst_message_unref (pop (pipeline, GST_MESSAGE_EOS));
  g_object_set (sink, "layout", "speaker", NULL);
  g_signal_emit_by_name (sink, "add-stream", "srt://127.0.0.1:9");
  assert_said (pipeline, GST_MESSAGE_WARNING, "was not changed: The egress has ended");
  later_state = lk_test_devserver_get_state (server);
  fail_unless (strstr (later_state, "\"UpdateLayout\":1") != NULL, "%s", later_state);

  down (pipeline);
  lk_test_devserver_free (server);
}

GST_END_TEST;

/* EOS waits for a slow end as long as was asked for, and a pause after it brings no second one. */
GST_START_TEST (test_slow_end)
{
  static const struct
  {
    const char *limit;
    gboolean warns;
  } rows[] = { { "complete-timeout", TRUE }, { "stop-timeout", FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      LkTestDevserver *server = start_server ();
      g_autoptr (GstElement) pipeline = gst_pipeline_new (NULL);
      g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
      GstElement *sink = make_element (
          rows[i].warns ? GST_TYPE_LIVEKIT_EGRESS_SINK : fake_sink_get_type (), server, pipeline);
      g_autofree char *location = g_strdup_printf ("slow-%u.mp4", i);
      g_autoptr (GstMessage) another = NULL;

      lk_test_devserver_add_fault (server, "{\"life\":\"slow-end\"}");
      g_object_set (sink, "location", location, rows[i].limit, 300, NULL);
      play (pipeline);
      wait_state (pipeline, "active");
      g_signal_emit_by_name (sink, "stop");
      if (rows[i].warns)
        assert_said (pipeline, GST_MESSAGE_WARNING, "was not complete 300 ms after the stop");
      gst_message_unref (pop (pipeline, GST_MESSAGE_EOS));
      assert_equals_int (lk_test_devserver_count (server, "EGRESS_COMPLETE"), 0);

      gst_element_set_state (pipeline, GST_STATE_PAUSED);
      lk_test_devserver_wait (server, "EGRESS_COMPLETE", 1);
      down (pipeline);
      another = gst_bus_pop_filtered (bus, GST_MESSAGE_EOS | GST_MESSAGE_WARNING);
      fail_unless (another == NULL, "%" GST_PTR_FORMAT, another);
      lk_test_devserver_free (server);
    }
}

GST_END_TEST;

/* Whatever the server does, what goes on in the background ends: an egress that is never stopped,
 * and a start that is answered late. */
GST_START_TEST (test_background)
{
  static const struct
  {
    const char *fault;
    const char *state; /* when the run begins to end */
    guint background_time;
    gboolean is_stopped;
  } rows[] = {
    { "{\"method\":\"StopEgress\",\"count\":0,\"twirp\":{\"code\":\"permission_denied\","
      "\"msg\":\"never\"}}",
      "active", 4000, FALSE },
    { "{\"method\":\"StartEgress\",\"delay_ms\":1000}", "starting", 100, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      LkTestDevserver *server = start_server ();
      g_autoptr (GstElement) pipeline = gst_pipeline_new (NULL);
      GstElement *sink = make_element (fake_sink_get_type (), server, pipeline);
      g_autofree char *location = g_strdup_printf ("background-%u.mp4", i);

      lk_test_devserver_add_fault (server, rows[i].fault);
      g_object_set (sink, "location", location, "stop-timeout", 100, "background-time",
                    rows[i].background_time, NULL);
      play (pipeline);
      wait_state (pipeline, rows[i].state);
      gst_element_set_state (pipeline, GST_STATE_READY);
      assert_said (pipeline, GST_MESSAGE_WARNING, "may still run on the server");
      down (pipeline);
      wait_no_worker ();
      assert_equals_int (lk_test_devserver_count (server, "EGRESS_ACTIVE") == 0,
                         rows[i].is_stopped);
      lk_test_devserver_free (server);
    }
}

GST_END_TEST;

/* An egress that was active for long makes up for those that were not: the limit is never reached.
 * What is long goes by the first pause. */
GST_START_TEST (test_restart_anew)
{
  LkTestDevserver *server = start_server ();
  g_autoptr (GstElement) pipeline = gst_pipeline_new (NULL);
  GstElement *sink = make_element (fake_sink_get_type (), server, pipeline);

  lk_test_devserver_add_fault (server, "{\"life\":\"fail-active\",\"count\":0}");
  gst_test_set_from_text (sink, "restart", "on-failure");
  g_object_set (sink, "location", "{time}.mp4", "restart-limit", 1, "restart-pause", 10, NULL);
  play (pipeline);
  for (guint i = 0; i < 3; i++)
    assert_said (pipeline, GST_MESSAGE_WARNING, "(restart 1 of 1)");
  g_signal_emit_by_name (sink, "stop");
  gst_message_unref (pop (pipeline, GST_MESSAGE_EOS));
  down (pipeline);
  lk_test_devserver_free (server);
}

GST_END_TEST;

static Suite *
seams_suite (void)
{
  Suite *suite = suite_create ("seams");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, test_receiver);
  tcase_add_test (tcase, test_element);
  tcase_add_test (tcase, test_uri);
  tcase_add_test (tcase, test_idle);
  tcase_add_test (tcase, test_no_output);
  tcase_add_test (tcase, test_attach_refused);
  tcase_add_test (tcase, test_changes);
  tcase_add_test (tcase, test_slow_end);
  tcase_add_test (tcase, test_background);
  tcase_add_test (tcase, test_restart_anew);

  return suite;
}

int
main (int argc, char **argv)
{
  /* Our plugin has the same types, which are in this program. */
  gst_test_init (&argc, &argv, GST_TEST_SYSTEM_PLUGINS);
  return gst_check_run_suite (seams_suite (), "seams", __FILE__);
}
