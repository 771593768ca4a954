/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What arrives is what was sent: against the elements of GStreamer on the same input, and over a
 * connection that breaks. */

#include "gst-test.h"
#include "lk-test-child.h"

#include "gstlivekitegressdemux.h"
#include "gstlivekitegressplugin.h"
#include "gstlivekitegressreceivers.h"

#define PLUGINS                                                                                    \
  GST_TEST_PLUGINS " videotestsrc audiotestsrc x264 libav mpegtsmux srt videoconvertscale "        \
                   "audioconvert playback typefindfunctions"

/* Two seconds of a picture and a tone in MPEG-TS, in packets as SRT carries them. */
static char *
make_transport_stream (void)
{
  g_autofree char *file = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "gst", "media.ts", NULL);
  g_autofree char *line = g_strdup_printf (
      "videotestsrc num-buffers=60 pattern=ball ! video/x-raw,width=320,height=240,framerate=30/1 ! "
      "x264enc tune=zerolatency key-int-max=15 bitrate=300 ! mux. "
      "audiotestsrc num-buffers=90 ! audio/x-raw,rate=48000,channels=2 ! avenc_aac ! mux. "
      "mpegtsmux name=mux alignment=7 ! filesink location=%s",
      file);
  g_autoptr (GstElement) pipeline = gst_parse_launch (line, NULL);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, GST_TEST_TIMEOUT, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);

  return g_steal_pointer (&file);
}

typedef struct
{
  GMutex lock;
  GCond cond;
  gsize n_bytes; /* of the container */
  GChecksum *video, *audio;
  gsize n_video, n_audio;
  GstClockTime first_picture, last_picture;
  guint n_pictures;
  GstElement *pipeline;
  gboolean parses; /* the demuxer does not */
} Receiving;

static GstPadProbeReturn
count_bytes (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Receiving *self = user_data;

  g_mutex_lock (&self->lock);
  self->n_bytes += gst_buffer_get_size (GST_PAD_PROBE_INFO_BUFFER (info));
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);

  return GST_PAD_PROBE_OK;
}

static void
note_time (Receiving *self, GstClockTime time)
{
  fail_unless (GST_CLOCK_TIME_IS_VALID (time));
  if (self->n_pictures++ == 0)
    self->first_picture = time;
  self->last_picture = time;
}

static void
sum_stream (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
  Receiving *self = user_data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  gboolean video = gst_structure_has_name (gst_caps_get_structure (caps, 0), "video/x-h264");
  GstMapInfo map;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  g_mutex_lock (&self->lock);
  g_checksum_update (video ? self->video : self->audio, map.data, (gssize)map.size);
  *(video ? &self->n_video : &self->n_audio) += map.size;
  if (video)
    note_time (self, GST_BUFFER_DTS_OR_PTS (buffer));
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  gst_buffer_unmap (buffer, &map);
}

static void
on_stream (GstElement *demuxer, GstPad *pad, gpointer user_data)
{
  Receiving *self = user_data;
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstPad) sink_pad = NULL;
  GstElement *head = sink;

  g_object_set (sink, "signal-handoffs", TRUE, "async", FALSE, NULL);
  g_signal_connect (sink, "handoff", G_CALLBACK (sum_stream), self);
  gst_bin_add (GST_BIN (self->pipeline), sink);
  gst_element_sync_state_with_parent (sink);
  if (self->parses)
    {
      const char *name = g_str_has_prefix (GST_PAD_NAME (pad), "video") ? "h264parse" : "aacparse";

      head = gst_element_factory_make (name, NULL);
      gst_bin_add (GST_BIN (self->pipeline), head);
      fail_unless (gst_element_link (head, sink));
      gst_element_sync_state_with_parent (head);
    }
  sink_pad = gst_element_get_static_pad (head, "sink");
  assert_equals_int (gst_pad_link (pad, sink_pad), GST_PAD_LINK_OK);
}

static void
receiving_init (Receiving *self, GstElement *source, GstElement *demuxer, GstState state)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");

  *self = (Receiving){ .video = g_checksum_new (G_CHECKSUM_SHA256),
                       .audio = g_checksum_new (G_CHECKSUM_SHA256),
                       .pipeline = gst_pipeline_new (NULL) };
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count_bytes, self, NULL);
  g_signal_connect (demuxer, "pad-added", G_CALLBACK (on_stream), self);
  gst_bin_add_many (GST_BIN (self->pipeline), source, demuxer, NULL);
  fail_unless (gst_element_link (source, demuxer));
  fail_unless (gst_element_set_state (self->pipeline, state) != GST_STATE_CHANGE_FAILURE);
}

static void
receiving_clear (Receiving *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->pipeline);
  g_checksum_free (self->video);
  g_checksum_free (self->audio);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
}

/* A worker: sends the file, stays until all of it has arrived, and goes. */
static void
send_file (Receiving *self, const char *file, const char *url)
{
  g_autoptr (GstElement) worker
      = gst_parse_launch ("filesrc name=file blocksize=1316 ! srtsink name=srt", NULL);
  g_autoptr (GstElement) source = gst_bin_get_by_name (GST_BIN (worker), "file");
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (worker), "srt");
  gint64 end = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;
  g_autofree char *data = NULL;
  gsize size;

  fail_unless (g_file_get_contents (file, &data, &size, NULL));
  g_object_set (source, "location", file, NULL);
  g_object_set (sink, "uri", url, NULL);
  gst_element_set_state (worker, GST_STATE_PLAYING);

  g_mutex_lock (&self->lock);
  while (self->n_bytes < size)
    if (!g_cond_wait_until (&self->cond, &self->lock, end))
      g_error ("%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " bytes came", self->n_bytes, size);
  assert_equals_uint64 (self->n_bytes, size);
  g_mutex_unlock (&self->lock);
  gst_element_set_state (worker, GST_STATE_NULL);
}

static void
wait_eos (Receiving *self)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  g_autoptr (GstMessage) message
      = gst_bus_timed_pop_filtered (bus, GST_TEST_TIMEOUT, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

  fail_unless (message != NULL);
  fail_unless (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS, "%" GST_PTR_FORMAT, message);
}

static GstElement *
make_receiver (void)
{
  GstLiveKitEgressReceiverConfig config = { .latency = 500 };

  return gst_livekit_egress_receiver_new (GST_LIVEKIT_EGRESS_PROTOCOL_SRT, &config);
}

static GstElement *
make_demuxer (GstElement *receiver)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (receiver, "src");
  g_autoptr (GstCaps) caps = gst_pad_query_caps (pad, NULL);

  return gst_livekit_egress_demux_new (caps);
}

/* What the worker is told. */
static char *
dup_url (GstElement *receiver)
{
  g_autoptr (LkEgressRequest) request = lk_egress_request_new_participant ("demo", "alice");
  g_autofree char *json = NULL;
  g_auto (GStrv) parts = NULL;

  fail_unless (gst_livekit_egress_receiver_add_output (GST_LIVEKIT_EGRESS_RECEIVER (receiver),
                                                       request, NULL));
  json = lk_egress_message_to_json (LK_EGRESS_MESSAGE (request), LK_EGRESS_JSON_NONE);
  parts = g_strsplit (strstr (json, "srt://"), "\"", 2);

  return g_strdup (parts[0]);
}

/* The elementary streams are those that srtsrc ! tsdemux ! parsers give, byte for byte. */
GST_START_TEST (test_streams_are_unchanged)
{
  g_autofree char *file = make_transport_stream ();
  GstElement *srtsrc = gst_element_factory_make ("srtsrc", NULL);
  GstElement *receiver = make_receiver ();
  guint port = lk_test_find_port (G_SOCKET_TYPE_DATAGRAM);
  g_autofree char *listen_url
      = g_strdup_printf ("srt://127.0.0.1:%u?mode=listener&latency=500", port);
  g_autofree char *bare_url = g_strdup_printf ("srt://127.0.0.1:%u?latency=500", port);
  g_autofree char *url = NULL;
  Receiving bare, ours;

  g_object_set (srtsrc, "uri", listen_url, NULL);
  receiving_init (&bare, srtsrc, gst_element_factory_make ("tsdemux", NULL), GST_STATE_PLAYING);
  bare.parses = TRUE;
  send_file (&bare, file, bare_url);
  wait_eos (&bare);

  receiving_init (&ours, receiver, make_demuxer (receiver), GST_STATE_PLAYING);
  url = dup_url (receiver);
  send_file (&ours, file, url);
  gst_livekit_egress_receiver_end (GST_LIVEKIT_EGRESS_RECEIVER (receiver), GST_SECOND);
  wait_eos (&ours);

  fail_unless (bare.n_video > 10000);
  fail_unless (bare.n_audio > 1000);
  assert_equals_uint64 (ours.n_video, bare.n_video);
  assert_equals_uint64 (ours.n_audio, bare.n_audio);
  assert_equals_string (g_checksum_get_string (ours.video), g_checksum_get_string (bare.video));
  assert_equals_string (g_checksum_get_string (ours.audio), g_checksum_get_string (bare.audio));
  receiving_clear (&bare);
  receiving_clear (&ours);
}

GST_END_TEST;

static GstClockTime
get_latency (GstElement *pipeline)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  GstClockTime latency;
  gboolean live;

  fail_unless (gst_element_query (pipeline, query));
  gst_query_parse_latency (query, &live, &latency, NULL);
  fail_unless (live);

  return latency;
}

static void
wait_bytes_received (GstElement *receiver, guint64 n_bytes)
{
  gint64 end = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;
  guint64 bytes = 0;

  while (bytes < n_bytes)
    {
      g_autoptr (GstStructure) stats
          = gst_livekit_egress_receiver_get_stats (GST_LIVEKIT_EGRESS_RECEIVER (receiver));

      fail_unless (gst_structure_get_uint64 (stats, "bytes", &bytes));
      fail_unless (g_get_monotonic_time () < end);
      g_thread_yield ();
    }
}

/* What comes while the pipeline is paused is dropped, without a loss to the sender; then the stream
 * goes on at its live edge, with a key frame, and with the latency that it had. */
GST_START_TEST (test_late_start)
{
  GstElement *receiver = make_receiver ();
  gint64 end = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;
  g_autoptr (GstElement) worker = gst_parse_launch (
      "videotestsrc is-live=true num-buffers=90 ! "
      "video/x-raw,width=320,height=240,framerate=30/1 ! x264enc "
      "tune=zerolatency key-int-max=10 ! mpegtsmux alignment=7 ! srtsink name=srt",
      NULL);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (worker), "srt");
  g_autofree char *url = NULL;
  GstClockTime latency;
  Receiving ours;

  receiving_init (&ours, receiver, make_demuxer (receiver), GST_STATE_PAUSED);
  url = dup_url (receiver);
  g_object_set (sink, "uri", url, NULL);
  latency = get_latency (receiver);
  gst_element_set_state (worker, GST_STATE_PLAYING);
  wait_bytes_received (receiver, 50000);

  gst_element_set_state (ours.pipeline, GST_STATE_PLAYING);
  g_mutex_lock (&ours.lock);
  while (ours.n_pictures < 20)
    if (!g_cond_wait_until (&ours.cond, &ours.lock, end))
      g_error ("only %u pictures came", ours.n_pictures);
  g_mutex_unlock (&ours.lock);
  /* What is on its way when the pipeline begins to play makes it lag, no more. */
  fail_unless (get_latency (receiver) <= 2 * latency + 100 * GST_MSECOND);

  gst_element_set_state (worker, GST_STATE_NULL);
  receiving_clear (&ours);
}

GST_END_TEST;

static gboolean
is_connected (GstTestRun *run)
{
  g_autoptr (GstStructure) stats = NULL;
  gboolean connected;

  g_object_get (run->src, "stats", &stats, NULL);
  fail_unless (gst_structure_get_boolean (stats, "connected", &connected));

  return connected;
}

static void
on_stats (GstElement *src, GParamSpec *pspec, gpointer user_data)
{
  GstTestRun *run = user_data;

  g_mutex_lock (&run->lock);
  g_cond_broadcast (&run->cond);
  g_mutex_unlock (&run->lock);
}

static void
wait_disconnected (GstTestRun *run)
{
  gint64 end = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;

  g_mutex_lock (&run->lock);
  while (is_connected (run))
    if (!g_cond_wait_until (&run->cond, &run->lock, end))
      g_error ("the sender did not go");
  g_mutex_unlock (&run->lock);
}

/* A worker that comes back within the window goes on where it was: no error, no new pads. */
GST_START_TEST (test_reconnect)
{
  g_autoptr (GstTestRun) run = gst_test_run_new ((const char *[]){ "--rpc-timeout", "1", NULL });
  g_autoptr (GstElement) worker = NULL;
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstMessage) error = NULL;
  g_autofree char *state = NULL;
  g_auto (GStrv) parts = NULL;
  guint n_before;

  lk_test_devserver_add_fault (run->server, "{\"life\":\"worker-lost\"}");
  g_object_set (run->src, "reconnect-window", 30000, "stop-timeout", 1000, NULL);
  g_signal_connect (run->src, "notify::stats", G_CALLBACK (on_stats), run);
  gst_test_run_play (run);
  gst_test_run_wait_buffers (run, 1, 1);
  wait_disconnected (run);

  state = lk_test_devserver_get_state (run->server);
  parts = g_strsplit (strstr (state, "srt://"), "\"", 2);
  worker = gst_parse_launch (
      "videotestsrc is-live=true ! video/x-raw,width=320,height=240 ! x264enc tune=zerolatency "
      "key-int-max=5 ! mpegtsmux alignment=7 name=mux ! srtsink name=srt "
      "audiotestsrc is-live=true ! avenc_aac ! mux.",
      NULL);
  sink = gst_bin_get_by_name (GST_BIN (worker), "srt");
  g_object_set (sink, "uri", parts[0], NULL);
  g_mutex_lock (&run->lock);
  n_before = run->n_video;
  g_mutex_unlock (&run->lock);
  gst_element_set_state (worker, GST_STATE_PLAYING);
  gst_test_run_wait_buffers (run, n_before + 20, 1);
  fail_unless (is_connected (run));
  error = gst_bus_pop_filtered (run->bus, GST_MESSAGE_ERROR);
  fail_unless (error == NULL, "%" GST_PTR_FORMAT, error);
  gst_element_set_state (worker, GST_STATE_NULL);
}

GST_END_TEST;

static void
set_credentials (GstElement *bin, GstElement *source, gpointer user_data)
{
  g_object_set (source, "api-key", LK_TEST_API_KEY, "secret-key", LK_TEST_API_SECRET, NULL);
}

static void
link_decoded (GstElement *bin, GstPad *pad, gpointer user_data)
{
  g_autoptr (GstPad) sink_pad = gst_element_get_static_pad (user_data, "sink");

  if (!gst_pad_is_linked (sink_pad))
    gst_pad_link (pad, sink_pad);
}

/* A player finds the element by its URI, plays it, and may keep what was in it for longer. */
GST_START_TEST (test_uridecodebin)
{
  LkTestDevserver *server = lk_test_devserver_new (NULL);
  g_autofree char *uri = g_strdup_printf ("livekit-egress%s/demo?participant-identity=alice",
                                          lk_test_devserver_get_url (server) + strlen ("http"));
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *bin = gst_element_factory_make ("uridecodebin", NULL);
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;

  g_object_set (bin, "uri", uri, NULL);
  g_object_set (sink, "num-buffers", 20, NULL);
  g_signal_connect (bin, "source-setup", G_CALLBACK (set_credentials), NULL);
  g_signal_connect (bin, "pad-added", G_CALLBACK (link_decoded), sink);
  gst_bin_add_many (GST_BIN (pipeline), bin, sink, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, GST_TEST_TIMEOUT, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  fail_unless (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS, "%" GST_PTR_FORMAT, message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  assert_equals_int (lk_test_devserver_count (server, "EGRESS_ACTIVE"), 0);
  gst_object_unref (pipeline);
  lk_test_devserver_free (server);
}

GST_END_TEST;

static Suite *
media_suite (void)
{
  Suite *suite = suite_create ("livekitegresssrc-media");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 90);
  tcase_add_test (tcase, test_streams_are_unchanged);
  tcase_add_test (tcase, test_late_start);
  tcase_add_test (tcase, test_reconnect);
  tcase_add_test (tcase, test_uridecodebin);

  return suite;
}

int
main (int argc, char **argv)
{
  gst_test_init (&argc, &argv, PLUGINS);
  gst_livekit_egress_plugin_init ();
  return gst_check_run_suite (media_suite (), "livekitegresssrc-media", __FILE__);
}
