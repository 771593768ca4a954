/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a new receiver and a new element need: one file each, and a row in a table. */

#include "fake-receiver.h"
#include "fake-sink.h"
#include "gst-test.h"

#include "gstlivekitegressreceivers.h"
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

  g_object_set (attaches, "attach", id, NULL);
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
  g_autofree char *location = NULL, *room = NULL;

  gst_object_ref_sink (sink);
  assert_equals_int (gst_uri_handler_get_uri_type (GST_URI_HANDLER (sink)), GST_URI_SINK);
  fail_unless (gst_uri_handler_set_uri (GST_URI_HANDLER (sink),
                                        "livekit-egress://host/demo?location=a.mp4", NULL));
  g_object_get (sink, "location", &location, "room-name", &room, NULL);
  assert_equals_string (location, "a.mp4");
  assert_equals_string (room, "demo");
  fail_if (gst_uri_handler_set_uri (GST_URI_HANDLER (sink),
                                    "livekit-egress://host/demo?attach=EG_1", NULL));
  fail_if (gst_uri_handler_set_uri (GST_URI_HANDLER (sink),
                                    "livekit-egress://host/demo?demux=false", NULL));
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

  return suite;
}

int
main (int argc, char **argv)
{
  /* Our plugin has the same types, which are in this program. */
  gst_test_init (&argc, &argv, GST_TEST_SYSTEM_PLUGINS);
  return gst_check_run_suite (seams_suite (), "seams", __FILE__);
}
