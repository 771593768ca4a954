/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rtmp-run.h"

#include "gstlivekitegressreceivers.h"

#include "rtmp-peer.h"
#include "tls-peer.h"

#define SCRIPT 18
#define TIMEOUT (30 * G_TIME_SPAN_SECOND)

const guint8 rtmp_avc_config[12] = { 0x17, 0, 0, 0, 0, 1, 0x42, 0, 0x1e, 0xff, 0xe0, 0 };
const guint8 rtmp_key_frame[10] = { 0x17, 1, 0, 0, 0, 0, 0, 0, 1, 0x65 };
const guint8 rtmp_frame[10] = { 0x27, 1, 0, 0, 0, 0, 0, 0, 1, 0x41 };
const guint8 rtmp_aac_config[4] = { 0xaf, 0, 0x12, 0x10 };
const guint8 rtmp_aac_frame[3] = { 0xaf, 1, 0x21 };

const RtmpRunSetup rtmp_run_plain = { "127.0.0.1", NULL };
const RtmpRunSetup rtmp_run_ipv6 = { "::1", NULL };
const RtmpRunSetup rtmp_run_with_tls = { "127.0.0.1", "tls-server.pem" };

/*** The receiver ***/

static void
note_tag (RtmpRun *self, const guint8 *tag)
{
  guint32 time = (guint32)tag[7] << 24 | GST_READ_UINT24_BE (tag + 4);

  if (tag[0] == SCRIPT)
    g_string_append_c (self->received, 'm');
  else if (tag[0] == RTMP_AUDIO)
    g_string_append_c (self->received, tag[12] == 0 ? 'a' : 'A');
  else if (tag[12] == 2)
    g_string_append_c (self->received, 'E');
  else
    g_string_append_c (self->received, tag[12] == 0 ? 'v' : tag[11] == 0x17 ? 'K' : 'V');
  if (tag[0] != SCRIPT && tag[12] == 1)
    g_array_append_val (tag[0] == RTMP_AUDIO ? self->audio_times : self->video_times, time);
}

static void
on_handoff (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
  RtmpRun *self = user_data;
  gsize at = 0;
  GstMapInfo map;

  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  g_mutex_lock (&self->lock);
  while (self->blocked)
    g_cond_wait (&self->cond, &self->lock);
  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT))
    g_string_append_c (self->received, '!');
  if (memcmp (map.data, "FLV", 3) == 0)
    {
      g_string_append_c (self->received, 'H');
      at = 13;
    }
  for (; at < map.size; at += 15 + GST_READ_UINT24_BE (map.data + at + 1))
    note_tag (self, map.data + at);
  g_assert_cmpuint (at, ==, map.size);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  gst_buffer_unmap (buffer, &map);
}

/* The URL is rtmp://HOST:PORT/RTMP_RUN_APP/KEY. */
static void
read_url (RtmpRun *self)
{
  g_autoptr (LkEgressRequest) request = lk_egress_request_new_participant ("demo", "alice");
  g_autofree char *json = NULL;
  g_auto (GStrv) parts = NULL;
  g_auto (GStrv) path = NULL;
  g_autoptr (GUri) uri = NULL;

  g_assert_true (gst_livekit_egress_receiver_add_output (
      GST_LIVEKIT_EGRESS_RECEIVER (self->receiver), request, NULL));
  json = lk_egress_message_to_json (LK_EGRESS_MESSAGE (request), LK_EGRESS_JSON_NONE);
  parts = g_strsplit (strstr (json, "rtmp"), "\"", 2);
  uri = g_uri_parse (parts[0], G_URI_FLAGS_NONE, NULL);
  g_assert_cmpstr (g_uri_get_scheme (uri), ==, self->tls ? "rtmps" : "rtmp");
  g_assert_cmpstr (g_uri_get_host (uri), ==, self->host);
  self->port = (guint)g_uri_get_port (uri);
  path = g_strsplit (g_uri_get_path (uri), "/", -1);
  g_assert_cmpstr (path[1], ==, RTMP_RUN_APP);
  self->key = g_strdup (path[2]);
  g_assert_cmpuint (strlen (self->key), ==, 32);
}

void
rtmp_run_set_up (RtmpRun *self, gconstpointer user_data)
{
  const RtmpRunSetup *setup = user_data;
  GstLiveKitEgressReceiverConfig config = { .listen_address = setup->host };
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);

  self->host = setup->host;
  self->tls = setup->certificate != NULL;
  if (self->tls)
    {
      g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", setup->certificate, NULL);

      config.tls_certificate = g_tls_certificate_new_from_file (path, NULL);
      g_assert_nonnull (config.tls_certificate);
    }
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->received = g_string_new (NULL);
  self->video_times = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->audio_times = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->pipeline = gst_pipeline_new (NULL);
  self->bus = gst_element_get_bus (self->pipeline);
  self->receiver = gst_livekit_egress_receiver_new (GST_LIVEKIT_EGRESS_PROTOCOL_RTMP, &config);
  g_clear_object (&config.tls_certificate);
  g_object_set (sink, "signal-handoffs", TRUE, "async", FALSE, NULL);
  g_signal_connect (sink, "handoff", G_CALLBACK (on_handoff), self);
  gst_bin_add_many (GST_BIN (self->pipeline), self->receiver, sink, NULL);
  g_assert_true (gst_element_link (self->receiver, sink));
  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_PAUSED), ==,
                   GST_STATE_CHANGE_NO_PREROLL);
  read_url (self);
}

void
rtmp_run_play (RtmpRun *self)
{
  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_PLAYING), ==,
                   GST_STATE_CHANGE_SUCCESS);
}

void
rtmp_run_tear_down (RtmpRun *self, gconstpointer user_data)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_clear_object (&self->bus);
  gst_clear_object (&self->pipeline);
  g_string_free (self->received, TRUE);
  g_array_unref (self->video_times);
  g_array_unref (self->audio_times);
  g_free (self->key);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
}

void
rtmp_run_expect (RtmpRun *self, const char *expected)
{
  gint64 end = g_get_monotonic_time () + TIMEOUT;

  g_mutex_lock (&self->lock);
  while (self->received->len < strlen (expected))
    if (!g_cond_wait_until (&self->cond, &self->lock, end))
      g_error ("only \"%s\" of \"%s\" came", self->received->str, expected);
  g_assert_cmpstr (self->received->str, ==, expected);
  g_string_truncate (self->received, 0);
  g_mutex_unlock (&self->lock);
}

guint32
rtmp_run_get_time (RtmpRun *self, GArray *times, guint i)
{
  guint32 time;

  g_mutex_lock (&self->lock);
  g_assert_cmpuint (i, <, times->len);
  time = g_array_index (times, guint32, i);
  g_mutex_unlock (&self->lock);

  return time;
}

guint
rtmp_run_get_refused (RtmpRun *self)
{
  g_autoptr (GstStructure) stats
      = gst_livekit_egress_receiver_get_stats (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver));
  guint refused = 0;

  g_assert_true (gst_structure_get_uint (stats, "refused", &refused));

  return refused;
}

void
rtmp_run_wait_refused (RtmpRun *self, guint n)
{
  gint64 end = g_get_monotonic_time () + TIMEOUT;

  while (rtmp_run_get_refused (self) < n)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_thread_yield ();
    }
}

void
rtmp_run_assert_eos (RtmpRun *self)
{
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (self->bus, TIMEOUT * GST_USECOND,
                                                               GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
}

void
rtmp_run_set_blocked (RtmpRun *self, gboolean blocked)
{
  g_mutex_lock (&self->lock);
  self->blocked = blocked;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/*** Peers ***/

GIOStream *
rtmp_run_call (RtmpRun *self, gboolean tls)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection;

  g_socket_client_set_timeout (client, 30);
  connection
      = g_socket_client_connect_to_host (client, self->host, (guint16)self->port, NULL, &error);
  g_assert_no_error (error);

  return tls ? tls_peer_new (G_IO_STREAM (connection)) : G_IO_STREAM (connection);
}

void
rtmp_say (GIOStream *peer, const void *data, gsize size)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (g_io_stream_get_output_stream (peer), data, size, NULL, NULL, &error);
  g_assert_no_error (error);
}

GIOStream *
rtmp_run_publish (RtmpRun *self, const char *key)
{
  GIOStream *peer = rtmp_run_call (self, self->tls);
  g_autoptr (GByteArray) data = rtmp_publisher_new (RTMP_RUN_APP, key);

  rtmp_say (peer, data->data, data->len);

  return peer;
}

void
rtmp_say_tag (GIOStream *peer, guint8 type, guint32 time, const guint8 *body, gsize size)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();

  rtmp_add_message (data, 4, type, time, body, size);
  rtmp_say (peer, data->data, data->len);
}

void
rtmp_say_beginning (GIOStream *peer, guint32 time)
{
  RTMP_SAY (peer, RTMP_VIDEO, 0, rtmp_avc_config);
  RTMP_SAY (peer, RTMP_AUDIO, 0, rtmp_aac_config);
  RTMP_SAY (peer, RTMP_VIDEO, time, rtmp_key_frame);
  RTMP_SAY (peer, RTMP_AUDIO, time + 10, rtmp_aac_frame);
}
