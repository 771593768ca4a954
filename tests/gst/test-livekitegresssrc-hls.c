/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* protocol=hls: what the dev server writes, and what a real worker wrote. */

#include "gst-test.h"

#include "gstlivekitegressdemux.h"
#include "gstlivekitegressplugin.h"
#include "gstlivekitegressreceivers.h"
#include "lk-test-folder.h"

static GstPadProbeReturn
on_piece (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GByteArray *received = user_data;
  GstMapInfo map;

  fail_unless (gst_buffer_map (GST_PAD_PROBE_INFO_BUFFER (info), &map, GST_MAP_READ));
  g_byte_array_append (received, map.data, map.size);
  gst_buffer_unmap (GST_PAD_PROBE_INFO_BUFFER (info), &map);
  return GST_PAD_PROBE_OK;
}

static void
on_container_pad (GstElement *src, GstPad *pad, gpointer received)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_piece, received, NULL);
}

/* In the order of the playlist. */
static GByteArray *
read_segments (const char *folder, guint *n_segments)
{
  g_autofree char *playlist = g_build_filename (folder, "live.m3u8", NULL);
  GByteArray *all = g_byte_array_new ();
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  fail_unless (g_file_get_contents (playlist, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '#' && *lines[i] != '\0')
      {
        g_autofree char *file = g_build_filename (folder, lines[i], NULL);
        g_autofree char *content = NULL;
        gsize length;

        fail_unless (g_file_get_contents (file, &content, &length, NULL));
        g_byte_array_append (all, (const guint8 *)content, length);
        ++*n_segments;
      }
  return all;
}

GST_START_TEST (test_container_is_what_the_worker_wrote)
{
  g_autofree char *folder = g_dir_make_tmp ("hls-XXXXXX", NULL);
  g_autofree char *location = g_build_filename (folder, "live.m3u8", NULL);
  g_autoptr (GstTestRun) run = gst_test_run_new ((const char *const[]){ "--out", "/", NULL });
  g_autoptr (GByteArray) received = g_byte_array_new ();
  g_autoptr (GByteArray) written = NULL;
  guint n_segments = 0;

  gst_test_set_from_text (run->src, "protocol", "hls");
  g_object_set (run->src, "location", location, "demux", FALSE, NULL);
  g_signal_connect (run->src, "pad-added", G_CALLBACK (on_container_pad), received);
  gst_test_run_play (run);
  /* More than one segment. */
  gst_test_run_wait_buffers (run, 12, 0);
  fail_unless (gst_element_send_event (run->pipeline, gst_event_new_eos ()));
  gst_test_run_assert_eos (run);

  written = read_segments (folder, &n_segments);
  fail_unless (n_segments > 1);
  assert_equals_int (received->len, written->len);
  fail_unless (memcmp (received->data, written->data, written->len) == 0);
  gst_test_run_drop_pipeline (run);
  lk_test_remove_folder (folder);
}
GST_END_TEST;

/* Some muxers take no change of the caps. */
static GstPadProbeReturn
on_video_event (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  GstCaps *caps;
  int numerator, denominator;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;

  gst_event_parse_caps (event, &caps);
  fail_unless (gst_structure_get_fraction (gst_caps_get_structure (caps, 0), "framerate",
                                           &numerator, &denominator));
  assert_equals_int (numerator, 30);
  assert_equals_int (denominator, 1);
  g_atomic_int_inc ((int *)user_data);
  return GST_PAD_PROBE_OK;
}

static void
on_pad_added (GstElement *src, GstPad *pad, gpointer user_data)
{
  if (g_str_has_prefix (GST_PAD_NAME (pad), "video"))
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_video_event, user_data, NULL);
}

/* An output without a location says how the segments are written that are read. */
GST_START_TEST (test_fragmented_mp4)
{
  g_autofree char *folder = g_dir_make_tmp ("hls-XXXXXX", NULL);
  g_autofree char *location = g_build_filename (folder, "live.m3u8", NULL);
  g_autofree char *playlist = g_build_filename (folder, "now.m3u8", NULL);
  g_autofree char *json = NULL, *content = NULL;
  g_autoptr (LkEgressInfo) info = NULL;
  g_autoptr (GstTestRun) run = gst_test_run_new ((const char *const[]){ "--out", "/", NULL });
  int n_caps = 0;

  g_signal_connect (run->src, "pad-added", G_CALLBACK (on_pad_added), &n_caps);
  gst_test_set_from_text (run->src, "protocol", "hls");
  gst_test_set_from_text (run->src, "outputs",
                          "<[output,format=fmp4,segment-duration=3,live-playlist-name=now.m3u8]>");
  g_object_set (run->src, "location", location, NULL);
  gst_test_run_play (run);
  /* More than one segment. */
  gst_test_run_wait_buffers (run, 100, 160);
  fail_unless (gst_element_send_event (run->pipeline, gst_event_new_eos ()));
  gst_test_run_assert_eos (run);

  g_object_get (run->src, "info", &info, NULL);
  json = lk_egress_message_to_json (LK_EGRESS_MESSAGE (lk_egress_info_get_egress (info)),
                                    LK_EGRESS_JSON_PROTO_NAMES);
  fail_unless (strstr (json, "\"segment_duration\":3") != NULL, "%s", json);
  fail_unless (strstr (json, "\"HLS_FMP4_PROTOCOL\"") != NULL, "%s", json);
  fail_unless (g_file_get_contents (playlist, &content, NULL, NULL));
  fail_unless (strstr (content, "#EXT-X-MAP:") != NULL, "%s", content);
  assert_equals_string (gst_structure_get_name (gst_caps_get_structure (run->video_caps, 0)),
                        "video/x-h264");
  gst_test_run_drop_pipeline (run);
  fail_unless (n_caps > 0);
  lk_test_remove_folder (folder);
}
GST_END_TEST;

/* The place is location's word alone. */
GST_START_TEST (test_segments_elsewhere)
{
  static const char *const outputs[] = {
    "<[output,location=other/play.m3u8]>",
    "<[output,format=hls,live-playlist-name=other/now.m3u8]>",
    "<[output,format=hls,filename-prefix=\"{time}\"]>",
  };

  for (guint i = 0; i < G_N_ELEMENTS (outputs); i++)
    {
      g_autoptr (GstTestRun) run = gst_test_run_new (NULL);
      g_autoptr (GstMessage) message = NULL;
      g_autoptr (GError) error = NULL;

      gst_test_set_from_text (run->src, "protocol", "hls");
      gst_test_set_from_text (run->src, "outputs", outputs[i]);
      g_object_set (run->src, "location", "/tmp/live.m3u8", NULL);
      assert_equals_int (gst_element_set_state (run->pipeline, GST_STATE_PAUSED),
                         GST_STATE_CHANGE_FAILURE);
      message = gst_test_run_pop (run, GST_MESSAGE_ERROR);
      gst_message_parse_error (message, &error, NULL);
      fail_unless (strstr (error->message, "outputs: the ") != NULL, "%s", error->message);
      fail_unless (strstr (error->message, "that are read ha") != NULL, "%s", error->message);
    }
}
GST_END_TEST;

/*** A real worker ***/

typedef struct
{
  guint n;
  GstClockTime first;      /* when it is shown */
  GstClockTime last, step; /* the longest between two */
} Stream;

static Stream video, audio;

static GstPadProbeReturn
on_frame (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  const GstClockTime time = GST_BUFFER_DTS_OR_PTS (GST_PAD_PROBE_INFO_BUFFER (info));
  Stream *self = user_data;

  fail_unless (GST_CLOCK_TIME_IS_VALID (time));
  if (self->n == 0)
    self->first = GST_BUFFER_PTS (GST_PAD_PROBE_INFO_BUFFER (info));
  else
    {
      fail_unless (time > self->last);
      self->step = MAX (self->step, time - self->last);
    }
  self->last = time;
  self->n++;
  return GST_PAD_PROBE_OK;
}

static void
on_stream_pad (GstElement *demux, GstPad *pad, gpointer pipeline)
{
  const gboolean is_video = g_str_has_prefix (GST_PAD_NAME (pad), "video_");
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstPad) sink_pad = gst_element_get_static_pad (sink, "sink");

  g_object_set (sink, "async", FALSE, "sync", TRUE, NULL);
  gst_bin_add (GST_BIN (pipeline), sink);
  gst_element_sync_state_with_parent (sink);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_frame, is_video ? &video : &audio, NULL);
  assert_equals_int (gst_pad_link (pad, sink_pad), GST_PAD_LINK_OK);
}

static void
copy_recorded (const char *name, const char *folder, const char *as)
{
  g_autofree char *from = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "data", "hls", name, NULL);
  g_autofree char *to = g_build_filename (folder, as, NULL);
  g_autofree char *content = NULL;
  gsize length;

  fail_unless (g_file_get_contents (from, &content, &length, NULL), "%s", from);
  fail_unless (g_file_set_contents (to, content, length, NULL));
}

/* 273 frames at 15 a second. Its segments are read at the pace at which they were written. */
GST_START_TEST (test_recorded_segments_have_no_gap)
{
  g_autofree char *folder = g_dir_make_tmp ("hls-XXXXXX", NULL);
  g_autofree char *location = g_build_filename (folder, "play.m3u8", NULL);
  const GstLiveKitEgressReceiverConfig config
      = { .location = location, .hls_start = GST_LIVEKIT_EGRESS_HLS_START_FIRST };
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *receiver = gst_livekit_egress_receiver_new (GST_LIVEKIT_EGRESS_PROTOCOL_HLS, &config);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (receiver, "src");
  g_autoptr (GstCaps) caps = gst_pad_query_caps (pad, NULL);
  GstElement *demux = gst_livekit_egress_demux_new (caps);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  guint polls = 0;

  gst_bin_add_many (GST_BIN (pipeline), receiver, demux, NULL);
  g_signal_connect (demux, "pad-added", G_CALLBACK (on_stream_pad), pipeline);
  fail_unless (gst_element_link (receiver, demux));
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (polls < 2)
    {
      g_autoptr (GstStructure) stats
          = gst_livekit_egress_receiver_get_stats (GST_LIVEKIT_EGRESS_RECEIVER (receiver));

      if (stats != NULL)
        gst_structure_get_uint (stats, "polls", &polls);
      g_usleep (1000);
    }
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *name = g_strdup_printf ("seg_%05u.ts", i);

      copy_recorded (name, folder, name);
    }
  copy_recorded ("play.m3u8", folder, "play.m3u8");
  gst_livekit_egress_receiver_end (GST_LIVEKIT_EGRESS_RECEIVER (receiver), GST_SECOND);

  message = gst_bus_timed_pop_filtered (bus, 2 * GST_TEST_TIMEOUT,
                                        GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
  fail_unless (message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS, "%" GST_PTR_FORMAT,
               message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);

  assert_equals_int (video.n, 273);
  fail_unless (video.step < 70 * GST_MSECOND, "a gap of %" G_GUINT64_FORMAT " ns", video.step);
  fail_unless (audio.step < 30 * GST_MSECOND, "a gap of %" G_GUINT64_FORMAT " ns", audio.step);
  fail_unless (ABS (GST_CLOCK_DIFF (video.first, audio.first)) < 100 * GST_MSECOND);
  lk_test_remove_folder (folder);
}
GST_END_TEST;

static Suite *
create_suite (void)
{
  Suite *suite = suite_create ("livekitegresssrc-hls");
  TCase *tests = tcase_create ("general");

  suite_add_tcase (suite, tests);
  tcase_set_timeout (tests, 120);
  tcase_add_test (tests, test_container_is_what_the_worker_wrote);
  tcase_add_test (tests, test_fragmented_mp4);
  tcase_add_test (tests, test_segments_elsewhere);
  tcase_add_test (tests, test_recorded_segments_have_no_gap);
  return suite;
}

int
main (int argc, char **argv)
{
  gst_test_init (&argc, &argv, GST_TEST_PLUGINS " isomp4");
  gst_livekit_egress_plugin_init ();
  return gst_check_run_suite (create_suite (), "livekitegresssrc-hls", __FILE__);
}
