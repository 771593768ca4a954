/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The session against the clients of GStreamer: what they were given is what comes out of it and of
 * a demuxer, byte for byte. */

#include "gst-test.h"
#include "rtmp-peer.h"
#include "rtmp-pump.h"

#define PLUGINS                                                                                    \
  "coreelements app videotestsrc audiotestsrc audioconvert x264 libav videoparsersbad "            \
  "audioparsers flv rtmp rtmp2"

/* A minute, as fast as it goes. */
#define N_FRAMES 1800
#define N_SAMPLES "2813" /* times 1024 at 48 kHz */

typedef struct
{
  GChecksum *checksum;
  guint n;
  char *caps; /* with codec_data */
} Elementary;

static void
note (GstElement *element, GstBuffer *buffer, Elementary *self)
{
  GstMapInfo map;

  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  g_checksum_update (self->checksum, map.data, (gssize)map.size);
  gst_buffer_unmap (buffer, &map);
  self->n++;
}

static void
note_handoff (GstElement *element, GstBuffer *buffer, GstPad *pad, Elementary *self)
{
  note (element, buffer, self);
}

static char *
dup_codec_data (GstElement *element)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "sink");
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  const GValue *data = gst_structure_get_value (gst_caps_get_structure (caps, 0), "codec_data");

  return gst_value_serialize (data);
}

static void
run_to_eos (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 120 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    {
      g_autoptr (GError) error = NULL;

      gst_message_parse_error (message, &error, NULL);
      g_assert_no_error (error);
    }
}

/* Runs a pipeline with the elements "video" and "audio", whose input is summed up. */
static void
run_pipeline (const char *description,
              const char *signal,
              GCallback callback,
              GByteArray *flv,
              Elementary *video,
              Elementary *audio)
{
  static const char *const names[] = { "video", "audio" };
  Elementary *const streams[] = { video, audio };
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (description, &error);
  GstElement *elements[2];

  g_assert_no_error (error);
  for (guint i = 0; i < 2; i++)
    {
      streams[i]->checksum = g_checksum_new (G_CHECKSUM_SHA256);
      elements[i] = gst_bin_get_by_name (GST_BIN (pipeline), names[i]);
      g_signal_connect (elements[i], signal, callback, streams[i]);
    }
  if (flv != NULL)
    {
      g_autoptr (GstElement) in = gst_bin_get_by_name (GST_BIN (pipeline), "in");
      g_autoptr (GstBuffer) buffer = gst_buffer_new_memdup (flv->data, flv->len);
      GstFlowReturn flow;

      g_signal_emit_by_name (in, "push-buffer", buffer, &flow);
      g_assert_cmpint (flow, ==, GST_FLOW_OK);
      g_signal_emit_by_name (in, "end-of-stream", &flow);
    }

  run_to_eos (pipeline);
  for (guint i = 0; i < 2; i++)
    {
      streams[i]->caps = dup_codec_data (elements[i]);
      gst_object_unref (elements[i]);
    }
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

static void
assert_same (Elementary *sent, Elementary *received)
{
  g_assert_cmpuint (received->n, ==, sent->n);
  g_assert_cmpstr (received->caps, ==, sent->caps);
  g_assert_cmpstr (g_checksum_get_string (received->checksum), ==,
                   g_checksum_get_string (sent->checksum));
}

static void
clear (Elementary *self)
{
  g_checksum_free (self->checksum);
  g_free (self->caps);
}

static char *
describe_publisher (const char *sink, guint port)
{
  return g_strdup_printf (
      "videotestsrc num-buffers=%d ! video/x-raw,width=160,height=90,framerate=30/1"
      " ! x264enc speed-preset=ultrafast tune=zerolatency key-int-max=60 ! h264parse"
      " ! video/x-h264,stream-format=avc ! identity name=video signal-handoffs=true"
      " ! queue ! flvmux name=mux streamable=true"
      " ! %s location=\"rtmp://127.0.0.1:%u/" RTMP_APP "/" RTMP_KEY "\" sync=false"
      " audiotestsrc wave=pink-noise samplesperbuffer=1024 num-buffers=" N_SAMPLES
      " ! audio/x-raw,rate=48000,channels=2 ! audioconvert ! avenc_aac ! aacparse"
      " ! identity name=audio signal-handoffs=true ! queue ! mux.",
      N_FRAMES, sink, port);
}

static void
test_publish (gconstpointer data)
{
  static const char receive[] = "appsrc name=in caps=video/x-flv format=bytes ! flvdemux name=demux"
                                " demux.video ! queue ! fakesink name=video signal-handoffs=true"
                                " demux.audio ! queue ! fakesink name=audio signal-handoffs=true";
  g_autoptr (RtmpPump) pump = rtmp_pump_new ();
  g_autofree char *publish = describe_publisher (data, rtmp_pump_get_port (pump));
  Elementary sent[2] = { { 0 } }, received[2] = { { 0 } };
  GstLiveKitEgressRtmpSession *session;

  run_pipeline (publish, "handoff", G_CALLBACK (note), NULL, &sent[0], &sent[1]);
  session = rtmp_pump_join (pump);
  g_assert_no_error (rtmp_pump_get_error (pump));
  g_assert_cmpint (gst_livekit_egress_rtmp_session_get_state (session), ==,
                   GST_LIVEKIT_EGRESS_RTMP_SESSION_ENDED);
  g_assert_cmpuint (gst_livekit_egress_rtmp_session_get_dropped (session), ==, 0);

  run_pipeline (receive, "handoff", G_CALLBACK (note_handoff), rtmp_pump_get_media (pump),
                &received[0], &received[1]);
  g_assert_cmpuint (received[0].n, ==, N_FRAMES);
  for (guint i = 0; i < 2; i++)
    {
      assert_same (&sent[i], &received[i]);
      clear (&sent[i]);
      clear (&received[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_test_init_plain (&argc, &argv, PLUGINS);
  g_test_add_data_func ("/rtmp-clients/rtmp2sink", "rtmp2sink", test_publish);
  g_test_add_data_func ("/rtmp-clients/rtmp2sink-large-chunks", "rtmp2sink chunk-size=65536",
                        test_publish);
  g_test_add_data_func ("/rtmp-clients/rtmpsink", "rtmpsink", test_publish);
  return g_test_run ();
}
