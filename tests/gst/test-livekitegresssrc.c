/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The element against a dev server: what it shows before it runs, and good runs. */

#include <livekit-egress/livekit-egress.h>

#include "gst-test.h"

GST_START_TEST (test_create)
{
  g_autoptr (GstElement) src = gst_element_factory_make ("livekitegresssrc", NULL);

  fail_unless (GST_OBJECT_FLAG_IS_SET (src, GST_ELEMENT_FLAG_SOURCE));
  gst_object_ref_sink (src);
  ASSERT_OBJECT_REFCOUNT (src, "livekitegresssrc", 1);
}

GST_END_TEST;

GST_START_TEST (test_up_and_down_to_ready)
{
  g_autoptr (GstElement) src = gst_element_factory_make ("livekitegresssrc", NULL);

  gst_object_ref_sink (src);
  for (guint i = 0; i < 3; i++)
    {
      assert_equals_int (gst_element_set_state (src, GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
      assert_equals_int (gst_element_set_state (src, GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
    }
}

GST_END_TEST;

/* Each property that can be read and written gives back what was set, secrets cannot be read, and
 * what is set while nothing runs harms nobody. */
GST_START_TEST (test_properties)
{
  const char *const secrets[]
      = { "secret-key", "auth-token", "outputs", "storage", "request", "tls-certificate", NULL };
  g_autoptr (GstElement) src = gst_element_factory_make ("livekitegresssrc", NULL);
  g_autofree GParamSpec **specs = NULL;
  guint n_specs, n_strings = 0, n_numbers = 0;

  gst_object_ref_sink (src);
  specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (src), &n_specs);
  for (guint i = 0; i < n_specs; i++)
    {
      GParamSpec *spec = specs[i];
      gboolean secret = g_strv_contains (secrets, spec->name);

      if (g_type_is_a (GST_TYPE_BIN, spec->owner_type))
        continue;
      assert_equals_int (!(spec->flags & G_PARAM_READABLE), secret);
      fail_unless (g_param_spec_get_blurb (spec) != NULL);
      if ((spec->flags & G_PARAM_READWRITE) != G_PARAM_READWRITE)
        continue;

      if (spec->value_type == G_TYPE_STRING)
        {
          const char *text = g_str_equal (spec->name, "ws-url") ? "ws://text" : "text";
          g_autofree char *before = NULL, *after = NULL, *again = NULL;

          g_object_get (src, spec->name, &before, NULL);
          assert_equals_string (before, NULL);
          g_object_set (src, spec->name, text, NULL);
          g_object_get (src, spec->name, &after, NULL);
          assert_equals_string (after, text);
          g_object_set (src, spec->name, "", NULL);
          g_object_get (src, spec->name, &again, NULL);
          assert_equals_string (again, NULL);
          n_strings++;
        }
      else if (spec->value_type == G_TYPE_UINT)
        {
          guint before, after;

          g_object_get (src, spec->name, &before, NULL);
          assert_equals_int (before, G_PARAM_SPEC_UINT (spec)->default_value);
          g_object_set (src, spec->name, 1234, NULL);
          g_object_get (src, spec->name, &after, NULL);
          assert_equals_int (after, 1234);
          n_numbers++;
        }
    }
  assert_equals_int (n_strings, 19);
  assert_equals_int (n_numbers, 9);
}

GST_END_TEST;

/* gst-inspect-1.0 tells what it is in words: no names of C, no flags that nobody knows, no pads
 * that might be anything. */
GST_START_TEST (test_inspected)
{
  g_autoptr (GstElement) src
      = gst_object_ref_sink (gst_element_factory_make ("livekitegresssrc", NULL));
  guint n_specs, n_enums = 0, n_templates = 0;
  g_autofree GParamSpec **specs
      = g_object_class_list_properties (G_OBJECT_GET_CLASS (src), &n_specs);

  for (guint i = 0; i < n_specs; i++)
    {
      GParamFlags unknown = specs[i]->flags & ~(GST_PARAM_USER_SHIFT - 1)
                            & ~(G_PARAM_EXPLICIT_NOTIFY | (GParamFlags)G_PARAM_DEPRECATED);

      assert_equals_int (unknown, 0);
      if (!G_IS_PARAM_SPEC_ENUM (specs[i]))
        continue;
      for (guint j = 0; j < G_PARAM_SPEC_ENUM (specs[i])->enum_class->n_values; j++)
        fail_if (strchr (G_PARAM_SPEC_ENUM (specs[i])->enum_class->values[j].value_name, '_'), "%s",
                 specs[i]->name);
      n_enums++;
    }
  assert_equals_int (n_enums, 10);

  for (GList *list = gst_element_class_get_pad_template_list (GST_ELEMENT_GET_CLASS (src));
       list != NULL; list = list->next)
    {
      g_autoptr (GstCaps) caps = gst_pad_template_get_caps (list->data);

      fail_if (gst_caps_is_any (caps));
      n_templates++;
    }
  assert_equals_int (n_templates, 3);
  assert_equals_string (gst_element_get_metadata (src, GST_ELEMENT_METADATA_KLASS),
                        "Source/Network");
}

GST_END_TEST;

static void
assert_refused (const char *text, const char *name, ...)
{
  g_autoptr (GstElement) pipeline = gst_pipeline_new (NULL);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  GstElement *src = gst_element_factory_make ("livekitegresssrc", NULL);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  va_list args;

  g_object_set (src, "ws-url", "http://127.0.0.1:1", "api-key", "k", "secret-key", "s", "room-name",
                "demo", NULL);
  va_start (args, name);
  g_object_set_valist (G_OBJECT (src), name, args);
  va_end (args);
  gst_bin_add (GST_BIN (pipeline), src);

  assert_equals_int (gst_element_set_state (pipeline, GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS), "%s",
               error->message);
  fail_unless (strstr (error->message, text) != NULL, "\"%s\" is not in: %s", text, error->message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

/* What is wrong on this side never reaches a server, and the error names the property. */
GST_START_TEST (test_wrong_settings)
{
  g_autoptr (GstStructure) unknown = gst_structure_new ("encoding", "colour", G_TYPE_INT, 1, NULL);
  g_autoptr (GstStructure) text
      = gst_structure_new ("encoding", "width", G_TYPE_STRING, "wide", NULL);
  g_autoptr (GstStructure) good = gst_structure_new ("encoding", "width", G_TYPE_INT, 640, NULL);

  assert_refused ("ws-url", "ws-url", NULL, NULL);
  assert_refused ("secret-key", "secret-key", NULL, NULL);
  assert_refused ("room-name", "room-name", NULL, NULL);
  assert_refused ("source", "participant-identity", "alice", "web-url", "https://example.org",
                  NULL);
  assert_refused ("participant-identity", "source", 3, NULL);
  assert_refused ("audio-track-id", "source", 4, NULL);
  assert_refused ("web-url", "source", 2, NULL);
  assert_refused ("audio-only", "audio-only", TRUE, "video-only", TRUE, NULL);
  assert_refused ("\"colour\"", "encoding", unknown, NULL);
  assert_refused ("encoding.width", "encoding", text, NULL);
  assert_refused ("preset", "encoding", good, "preset", 1, NULL);
  assert_refused ("listen-address", "listen-address", "not an address", NULL);
  assert_refused ("advertise-address", "listen-address", "0.0.0.0", NULL);
}

GST_END_TEST;

static void
assert_caps_field (GstCaps *caps, const char *name, const char *field, const char *value)
{
  GstStructure *s = gst_caps_get_structure (caps, 0);
  g_autofree char *text = gst_value_serialize (gst_structure_get_value (s, field));

  assert_equals_string (gst_structure_get_name (s), name);
  assert_equals_string (text, value);
}

/* The state that the run went through, as the bus told it. */
static void
assert_states (GstTestRun *run, const char *const *states)
{
  const char *previous = "idle";

  for (guint i = 0; states[i] != NULL; i++)
    {
      g_autoptr (GstMessage) message = gst_test_run_pop_element (run, "livekit-egress-state");
      const GstStructure *s = gst_message_get_structure (message);

      assert_equals_string (gst_structure_get_string (s, "state"), states[i]);
      assert_equals_string (gst_structure_get_string (s, "previous"), previous);
      previous = states[i];
    }
}

GST_START_TEST (test_play_and_eos)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autofree char *id = NULL;
  g_autoptr (GstStructure) stats = NULL;
  g_autoptr (LkEgressInfo) info = NULL;
  g_autoptr (GstPad) video = NULL;
  GstQuery *latency = gst_query_new_latency ();
  gboolean live;
  GstClockTime min;
  LkEgressJobState status;
  guint64 bytes;

  gst_test_run_play (run);
  gst_test_run_wait_buffers (run, 60, 60);

  assert_equals_int (run->n_pads, 2);
  fail_unless (run->no_more_pads);
  assert_caps_field (run->video_caps, "video/x-h264", "parsed", "true");
  assert_caps_field (run->video_caps, "video/x-h264", "width", "1280");
  assert_caps_field (run->video_caps, "video/x-h264", "height", "720");
  assert_caps_field (run->audio_caps, "audio/mpeg", "mpegversion", "4");
  assert_caps_field (run->audio_caps, "audio/mpeg", "rate", "48000");

  g_object_get (run->src, "egress-id", &id, "egress-state", &status, "info", &info, "stats", &stats,
                NULL);
  fail_unless (g_str_has_prefix (id, "EG_"));
  assert_equals_string (lk_egress_info_get_egress_id (info), id);
  assert_equals_int (status, LK_EGRESS_JOB_STATE_ACTIVE);
  fail_unless (gst_structure_get_uint64 (stats, "bytes", &bytes));
  fail_unless (bytes > 10000);
  video = gst_element_get_static_pad (run->src, "video_0");
  fail_unless (gst_pad_query (video, latency));
  gst_query_parse_latency (latency, &live, &min, NULL);
  fail_unless (live);
  fail_unless (min >= 125 * GST_MSECOND);
  gst_query_unref (latency);

  fail_unless (gst_element_send_event (run->pipeline, gst_event_new_eos ()));
  assert_states (run, (const char *[]){ "starting", "active", "ending", "complete", NULL });
  gst_test_run_assert_eos (run);
  assert_equals_int (lk_test_devserver_count (run->server, "EGRESS_COMPLETE"), 1);
}

GST_END_TEST;

/* Without EOS the way down stops the egress, and it can be had again. */
GST_START_TEST (test_down_and_up_again)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);

  for (guint i = 1; i <= 2; i++)
    {
      run->n_video = run->n_audio = 0;
      gst_test_run_play (run);
      gst_test_run_wait_buffers (run, 10, 10);
      assert_equals_int (lk_test_devserver_count (run->server, "EGRESS_ACTIVE"), 1);
      assert_equals_int (gst_element_set_state (run->pipeline, GST_STATE_READY),
                         GST_STATE_CHANGE_SUCCESS);
      assert_equals_int (lk_test_devserver_count (run->server, "EGRESS_ACTIVE"), 0);
      lk_test_devserver_wait_ended (run->server, i);
    }
}

GST_END_TEST;

/* What was in the element may be kept for longer than the element. */
GST_START_TEST (test_children_outlive)
{
  GstTestRun *run = gst_test_run_new (NULL);
  GstElement *demux, *receiver;

  gst_test_run_play (run);
  gst_test_run_wait_buffers (run, 1, 1);
  demux = gst_bin_get_by_name (GST_BIN (run->src), "demux");
  receiver = gst_bin_get_by_name (GST_BIN (run->src), "receiver");
  fail_unless (demux != NULL && receiver != NULL);
  gst_test_run_free (run);
  ASSERT_OBJECT_REFCOUNT (demux, "demux", 1);
  ASSERT_OBJECT_REFCOUNT (receiver, "receiver", 1);
  gst_object_unref (demux);
  gst_object_unref (receiver);
}

GST_END_TEST;

/* Down while the server still thinks about the start. */
GST_START_TEST (test_down_while_starting)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);

  lk_test_devserver_add_fault (run->server, "{\"method\":\"StartEgress\",\"delay_ms\":700}");
  g_object_set (run->src, "stop-timeout", 60000, NULL);
  gst_test_run_play (run);
  assert_equals_int (gst_element_set_state (run->pipeline, GST_STATE_NULL),
                     GST_STATE_CHANGE_SUCCESS);
  assert_equals_int (lk_test_devserver_count (run->server, "EGRESS_STARTING"), 0);
  assert_equals_int (lk_test_devserver_count (run->server, "EGRESS_ACTIVE"), 0);
}

GST_END_TEST;

/* The progress of starting and stopping is begun and ended once each. */
GST_START_TEST (test_progress)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  const GstProgressType expected[] = { GST_PROGRESS_TYPE_START, GST_PROGRESS_TYPE_COMPLETE,
                                       GST_PROGRESS_TYPE_START, GST_PROGRESS_TYPE_COMPLETE };

  gst_test_run_play (run);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (GstMessage) message = gst_test_run_pop (run, GST_MESSAGE_PROGRESS);
      g_autofree char *code = NULL, *text = NULL;
      GstProgressType type;

      gst_message_parse_progress (message, &type, &code, &text);
      assert_equals_int (type, expected[i]);
      assert_equals_string (code, i < 2 ? "egress-start" : "egress-stop");
      fail_unless (*text != '\0');
      if (i == 1)
        {
          gst_test_run_wait_buffers (run, 1, 1);
          g_signal_emit_by_name (run->src, "stop");
        }
    }
  gst_test_run_assert_eos (run);
}

GST_END_TEST;

GST_START_TEST (test_container)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autoptr (GstPad) pad = NULL;

  g_object_set (run->src, "demux", FALSE, NULL);
  gst_test_run_play (run);
  gst_test_run_wait_buffers (run, 20, 0);
  pad = gst_element_get_static_pad (run->src, "src");
  fail_unless (pad != NULL);
  assert_caps_field (run->video_caps, "video/mpegts", "systemstream", "true");
  gst_element_send_event (run->pipeline, gst_event_new_eos ());
  gst_test_run_assert_eos (run);
}

GST_END_TEST;

/* What ends by itself ends the stream too. */
GST_START_TEST (test_limit_reached)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);

  lk_test_devserver_add_fault (run->server, "{\"life\":\"limit\"}");
  gst_test_run_play (run);
  gst_test_run_assert_eos (run);
}

GST_END_TEST;

GST_START_TEST (test_max_duration)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);

  g_object_set (run->src, "max-duration", 500, NULL);
  gst_test_run_play (run);
  gst_test_run_assert_eos (run);
  assert_equals_int (lk_test_devserver_count (run->server, "EGRESS_COMPLETE"), 1);
}

GST_END_TEST;

/* on-stop=detach: EOS at once, and the egress is left alone. */
GST_START_TEST (test_detach)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autofree char *state = NULL;

  g_object_set (run->src, "on-stop", 2, NULL);
  gst_test_run_play (run);
  gst_test_run_wait_buffers (run, 10, 10);
  gst_element_send_event (run->pipeline, gst_event_new_eos ());
  gst_test_run_assert_eos (run);
  gst_element_set_state (run->pipeline, GST_STATE_NULL);
  state = lk_test_devserver_get_state (run->server);
  fail_unless (strstr (state, "StopEgress") == NULL);
}

GST_END_TEST;

/* Sizes and rates reach the encoder; a layout reaches a room composite that runs. */
GST_START_TEST (test_encoding_and_layout)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autoptr (GstStructure) encoding
      = gst_structure_new ("encoding", "width", G_TYPE_INT, 320, "height", G_TYPE_INT, 180,
                           "video-bitrate", G_TYPE_INT, 300, "framerate", G_TYPE_INT, 15, NULL);

  g_object_set (run->src, "participant-identity", NULL, "layout", "grid", "encoding", encoding,
                NULL);
  gst_test_run_play (run);
  gst_test_run_wait_buffers (run, 10, 10);
  assert_caps_field (run->video_caps, "video/x-h264", "width", "320");
  assert_caps_field (run->video_caps, "video/x-h264", "framerate", "15/1");

  g_object_set (run->src, "layout", "speaker", NULL);
  gst_element_send_event (run->pipeline, gst_event_new_eos ());
  gst_test_run_assert_eos (run);
  {
    g_autofree char *state = lk_test_devserver_get_state (run->server);

    fail_unless (strstr (state, "\"UpdateLayout\":1") != NULL, "%s", state);
  }
}

GST_END_TEST;

static void
assert_uri_refused (const char *uri, GstURIError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) src = gst_element_factory_make ("livekitegresssrc", NULL);
  g_autofree char *url = NULL;

  gst_object_ref_sink (src);
  fail_if (gst_uri_handler_set_uri (GST_URI_HANDLER (src), uri, &error), "%s", uri);
  fail_unless (g_error_matches (error, GST_URI_ERROR, code), "%s: %s", uri, error->message);
  /* Nothing of it was taken. */
  g_object_get (src, "ws-url", &url, NULL);
  assert_equals_string (url, NULL);
}

GST_START_TEST (test_uri)
{
  const char *uri = "livekit-egresss://example.org:7443/my%20room"
                    "?participant-identity=alice&latency=200&source=participant&demux=false";
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) src = gst_element_make_from_uri (GST_URI_SRC, uri, NULL, &error);
  g_autofree char *url = NULL, *room = NULL, *identity = NULL, *again = NULL;
  guint latency, source;
  gboolean demux;

  fail_unless (src != NULL, "%s", error != NULL ? error->message : NULL);
  gst_object_ref_sink (src);
  g_object_get (src, "ws-url", &url, "room-name", &room, "participant-identity", &identity,
                "latency", &latency, "source", &source, "demux", &demux, NULL);
  assert_equals_string (url, "https://example.org:7443");
  assert_equals_string (room, "my room");
  assert_equals_string (identity, "alice");
  assert_equals_int (latency, 200);
  assert_equals_int (source, 3);
  fail_if (demux);
  again = gst_uri_handler_get_uri (GST_URI_HANDLER (src));
  assert_equals_string (again, uri);

  fail_unless (
      gst_uri_handler_set_uri (GST_URI_HANDLER (src), "livekit-egress://[::1]:7880/room", NULL));
  g_free (url);
  g_object_get (src, "ws-url", &url, NULL);
  assert_equals_string (url, "http://[::1]:7880");

  /* The room may be set otherwise. */
  fail_unless (
      gst_uri_handler_set_uri (GST_URI_HANDLER (src), "livekit-egress://host?layout=grid", NULL));
  fail_unless (gst_uri_handler_set_uri (GST_URI_HANDLER (src), "livekit-egress://host/", NULL));
  g_free (room);
  g_object_get (src, "room-name", &room, NULL);
  assert_equals_string (room, "room");

  assert_uri_refused ("livekit-egress:///room", GST_URI_ERROR_BAD_URI);
  assert_uri_refused ("livekit-egress://key:secret@host/room", GST_URI_ERROR_BAD_URI);
  assert_uri_refused ("livekit-egress://host/a/room", GST_URI_ERROR_BAD_URI);
  assert_uri_refused ("livekit-egress://host/room#end", GST_URI_ERROR_BAD_URI);
  assert_uri_refused ("livekit-egress://[::1", GST_URI_ERROR_BAD_URI);
  assert_uri_refused ("livekit-egress://host/room?demux", GST_URI_ERROR_BAD_REFERENCE);
  assert_uri_refused ("livekit-egress://host/room?secret-key=s", GST_URI_ERROR_BAD_REFERENCE);
  assert_uri_refused ("livekit-egress://host/room?auth-token=t", GST_URI_ERROR_BAD_REFERENCE);
  assert_uri_refused ("livekit-egress://host/room?api_key=k", GST_URI_ERROR_BAD_REFERENCE);
  assert_uri_refused ("livekit-egress://host/room?ws-url=ws://other", GST_URI_ERROR_BAD_REFERENCE);
  assert_uri_refused ("livekit-egress://host/room?listen-address=0.0.0.0",
                      GST_URI_ERROR_BAD_REFERENCE);
  assert_uri_refused ("livekit-egress://host/room?listen-port=9", GST_URI_ERROR_BAD_REFERENCE);
  assert_uri_refused ("livekit-egress://host/room?advertise-address=::",
                      GST_URI_ERROR_BAD_REFERENCE);
  assert_uri_refused ("livekit-egress://host/room?request=r", GST_URI_ERROR_BAD_REFERENCE);
  assert_uri_refused ("livekit-egress://host/room?message-forward=true",
                      GST_URI_ERROR_BAD_REFERENCE);
  assert_uri_refused ("livekit-egress://host/room?name=n", GST_URI_ERROR_BAD_REFERENCE);
  assert_uri_refused ("livekit-egress://host/room?colour=red", GST_URI_ERROR_BAD_REFERENCE);
  assert_uri_refused ("livekit-egress://host/room?latency=long", GST_URI_ERROR_BAD_REFERENCE);
  assert_uri_refused ("livekit-egress://host/room?egress-id=EG_1", GST_URI_ERROR_BAD_REFERENCE);
}

GST_END_TEST;

/* Fails unless an element that a URI gave its server does not start for lack of credentials. */
static void
assert_no_credentials (GstTestRun *run, const char *uri)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (run->pipeline);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  fail_unless (gst_uri_handler_set_uri (GST_URI_HANDLER (run->src), uri, NULL));
  assert_equals_int (gst_element_set_state (run->pipeline, GST_STATE_PAUSED),
                     GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED));
  fail_unless (strstr (error->message, "api-key") != NULL, "%s", error->message);
  fail_unless (strstr (error->message, "LIVEKIT_URL") != NULL, "%s", error->message);
  gst_element_set_state (run->pipeline, GST_STATE_NULL);
}

/* A URI chooses the server, and may come from anywhere: the secrets of the environment go to no
 * other server than theirs. A user who sets ws-url chooses for himself. */
GST_START_TEST (test_uri_credentials)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  const char *url = lk_test_devserver_get_url (run->server);
  g_autofree char *uri = g_strdup_printf ("livekit-egress%s/demo", url + strlen ("http"));

  g_setenv ("LIVEKIT_API_KEY", LK_TEST_API_KEY, TRUE);
  g_setenv ("LIVEKIT_API_SECRET", LK_TEST_API_SECRET, TRUE);
  g_object_set (run->src, "api-key", NULL, "secret-key", NULL, NULL);

  assert_no_credentials (run, uri);
  g_setenv ("LIVEKIT_URL", "ws://127.0.0.1:1", TRUE);
  assert_no_credentials (run, uri);

  g_object_set (run->src, "ws-url", url, NULL);
  gst_test_run_play (run);
  gst_test_run_wait_buffers (run, 1, 1);
  gst_element_set_state (run->pipeline, GST_STATE_NULL);

  g_setenv ("LIVEKIT_URL", url, TRUE);
  fail_unless (gst_uri_handler_set_uri (GST_URI_HANDLER (run->src), uri, NULL));
  gst_test_run_play (run);
  gst_test_run_wait_buffers (run, 1, 1);

  g_unsetenv ("LIVEKIT_API_KEY");
  g_unsetenv ("LIVEKIT_API_SECRET");
  g_unsetenv ("LIVEKIT_URL");
}

GST_END_TEST;

/* While it runs, the URI stays. A room by URI plays as one by properties. */
GST_START_TEST (test_play_uri)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autofree char *uri = g_strdup_printf (
      "livekit-egress%s/demo", lk_test_devserver_get_url (run->server) + strlen ("http"));
  g_autoptr (GError) error = NULL;

  g_object_set (run->src, "ws-url", NULL, "room-name", NULL, NULL);
  fail_unless (gst_uri_handler_set_uri (GST_URI_HANDLER (run->src), uri, NULL));
  gst_test_run_play (run);
  gst_test_run_wait_buffers (run, 1, 1);
  fail_if (gst_uri_handler_set_uri (GST_URI_HANDLER (run->src), uri, &error));
  fail_unless (g_error_matches (error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE));
}

GST_END_TEST;

/* The other messages of a run. */
GST_START_TEST (test_messages)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autoptr (GstMessage) stream = NULL;
  g_autoptr (GstMessage) data = NULL;
  const GstStructure *s;
  guint64 delay;

  gst_test_run_play (run);
  /* Either may be the first. */
  while (data == NULL || stream == NULL)
    {
      g_autoptr (GstMessage) message = gst_test_run_pop (run, GST_MESSAGE_ELEMENT);

      if (data == NULL && gst_message_has_name (message, "livekit-egress-first-data"))
        data = g_steal_pointer (&message);
      else if (stream == NULL && gst_message_has_name (message, "livekit-egress-stream"))
        stream = g_steal_pointer (&message);
    }
  s = gst_message_get_structure (data);
  fail_unless (g_str_has_prefix (gst_structure_get_string (s, "egress-id"), "EG_"));
  fail_unless (gst_structure_get_uint64 (s, "delay", &delay));
  fail_unless (delay > 0 && delay < GST_TEST_TIMEOUT);

  s = gst_message_get_structure (stream);
  fail_unless (g_str_has_prefix (gst_structure_get_string (s, "egress-id"), "EG_"));
  fail_unless (g_str_has_prefix (gst_structure_get_string (s, "url"), "srt://127.0.0.1:"));
  fail_unless (strstr (gst_structure_get_string (s, "url"), "passphrase={passphrase}") != NULL);
  assert_equals_string (gst_structure_get_string (s, "state"), "active");
}

GST_END_TEST;

/* Each state of the stream is told once: active after the egress is, finished before it is
 * complete. */
GST_START_TEST (test_stream_messages)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autoptr (GString) told = g_string_new (NULL);
  gboolean complete = FALSE;

  g_object_set (run->src, "max-duration", 1500, NULL);
  gst_test_run_play (run);
  while (!complete)
    {
      g_autoptr (GstMessage) message = gst_test_run_pop (run, GST_MESSAGE_ELEMENT);
      const GstStructure *s = gst_message_get_structure (message);
      const char *name = gst_structure_get_name (s);
      const char *state = gst_structure_get_string (s, "state");

      if (!g_str_equal (name, "livekit-egress-stream")
          && !g_str_equal (name, "livekit-egress-state"))
        continue;
      g_string_append_printf (told, "%s %s, ", strrchr (name, '-') + 1, state);
      complete = g_str_equal (state, "complete");
    }
  /* How the end is seen depends on when it is looked at. */
  if (strstr (told->str, "state ending, ") == NULL)
    g_string_replace (told, "state complete", "state ending, state complete", 1);
  g_string_replace (told, "stream finished, state ending", "state ending, stream finished", 1);
  assert_equals_string (told->str, "state starting, state active, stream active, state ending, "
                                   "stream finished, state complete, ");
}

GST_END_TEST;

static void
assert_warning (const char *url, const char *text)
{
  g_autoptr (GstElement) pipeline = gst_pipeline_new (NULL);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  GstElement *src = gst_element_factory_make ("livekitegresssrc", NULL);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) warning = NULL;
  g_autofree char *shown = NULL;

  g_object_set (src, "ws-url", url, "api-key", "k", "secret-key", "s", "room-name", "demo", NULL);
  g_object_get (src, "ws-url", &shown, NULL);
  fail_unless (strstr (shown, "pass") == NULL, "%s", shown);
  gst_bin_add (GST_BIN (pipeline), src);
  assert_equals_int (gst_element_set_state (pipeline, GST_STATE_PAUSED),
                     GST_STATE_CHANGE_NO_PREROLL);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING);
  if (text == NULL)
    {
      fail_unless (message == NULL, "%" GST_PTR_FORMAT, message);
    }
  else
    {
      fail_unless (message != NULL);
      gst_message_parse_warning (message, &warning, NULL);
      fail_unless (strstr (warning->message, text) != NULL, "%s", warning->message);
      fail_unless (strstr (warning->message, "pass") == NULL
                       || strstr (warning->message, "password") != NULL,
                   "%s", warning->message);
    }
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

/* What is unwise with the address of the server is said. 0.0.0.0 is this machine too, but its
 * address does not show that. */
GST_START_TEST (test_unwise_url)
{
  assert_warning ("ws://127.0.0.1:1", NULL);
  assert_warning ("http://localhost:1", NULL);
  assert_warning ("http://[::1]:1", NULL);
  assert_warning ("wss://0.0.0.0:1", NULL);
  assert_warning ("ws://0.0.0.0:1", "not encrypted");
  assert_warning ("http://user:pass@127.0.0.1:1", "api-key");
}

GST_END_TEST;

/* A stream that cannot be added is a warning, and the rest goes on. */
GST_START_TEST (test_add_stream)
{
  g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
  g_autoptr (GstMessage) warning = NULL;
  g_autofree char *state = NULL;
  guint n_before;

  gst_test_run_play (run);
  gst_test_run_wait_buffers (run, 1, 1);
  g_signal_emit_by_name (run->src, "remove-stream", "srt://127.0.0.1:9/?streamid=none");
  warning = gst_test_run_pop (run, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR);
  assert_equals_int (GST_MESSAGE_TYPE (warning), GST_MESSAGE_WARNING);
  state = lk_test_devserver_get_state (run->server);
  fail_unless (strstr (state, "\"UpdateStream\":1") != NULL, "%s", state);

  g_mutex_lock (&run->lock);
  n_before = run->n_video;
  g_mutex_unlock (&run->lock);
  gst_test_run_wait_buffers (run, n_before + 10, 1);
}

GST_END_TEST;

static Suite *
livekitegresssrc_suite (void)
{
  Suite *suite = suite_create ("livekitegresssrc");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, test_create);
  tcase_add_test (tcase, test_up_and_down_to_ready);
  tcase_add_test (tcase, test_properties);
  tcase_add_test (tcase, test_inspected);
  tcase_add_test (tcase, test_wrong_settings);
  tcase_add_test (tcase, test_uri);
  tcase_add_test (tcase, test_uri_credentials);
  tcase_add_test (tcase, test_play_uri);
  tcase_add_test (tcase, test_messages);
  tcase_add_test (tcase, test_stream_messages);
  tcase_add_test (tcase, test_unwise_url);
  tcase_add_test (tcase, test_add_stream);
  tcase_add_test (tcase, test_play_and_eos);
  tcase_add_test (tcase, test_down_and_up_again);
  tcase_add_test (tcase, test_children_outlive);
  tcase_add_test (tcase, test_down_while_starting);
  tcase_add_test (tcase, test_progress);
  tcase_add_test (tcase, test_container);
  tcase_add_test (tcase, test_limit_reached);
  tcase_add_test (tcase, test_max_duration);
  tcase_add_test (tcase, test_detach);
  tcase_add_test (tcase, test_encoding_and_layout);

  return suite;
}

int
main (int argc, char **argv)
{
  gst_test_init (&argc, &argv, GST_TEST_PLUGINS);
  return gst_check_run_suite (livekitegresssrc_suite (), "livekitegresssrc", __FILE__);
}
