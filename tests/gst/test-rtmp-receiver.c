/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The listener: one stream out of one publisher after another, whom no stranger disturbs. The other
 * ends are plain sockets, and the publishers that people use. */

#include <sys/resource.h>

#include "gstlivekitegressplugin.h"
#include "gstlivekitegressreceivers.h"

#include "rtmp-peer.h"

#define APP "egress"
#define AUDIO 8
#define VIDEO 9
#define SCRIPT 18
#define TIMEOUT (30 * G_TIME_SPAN_SECOND)

static const guint8 avc_config[] = { 0x17, 0, 0, 0, 0, 1, 0x42, 0, 0x1e, 0xff, 0xe0, 0 };
static const guint8 key_frame[] = { 0x17, 1, 0, 0, 0, 0, 0, 0, 1, 0x65 };
static const guint8 frame[] = { 0x27, 1, 0, 0, 0, 0, 0, 0, 1, 0x41 };
static const guint8 aac_config[] = { 0xaf, 0, 0x12, 0x10 };
static const guint8 aac_frame[] = { 0xaf, 1, 0x21 };

/*** The receiver ***/

typedef struct
{
  GstElement *pipeline, *receiver;
  GstBus *bus;
  char *key;
  guint port;
  gboolean tls;
  const char *host;

  GMutex lock;
  GCond cond;
  /* One letter a tag: H(eader), m(etadata), v(ideo) and a(udio) configuration, V and A for frames,
   * K for whole pictures, E where the pictures end; and ! before each buffer that comes after a
   * gap. */
  GString *received;
  GArray *video_times, *audio_times; /* guint32, milliseconds */
} Fixture;

static void
note_tag (Fixture *self, const guint8 *tag)
{
  guint32 time = (guint32)tag[7] << 24 | GST_READ_UINT24_BE (tag + 4);

  if (tag[0] == SCRIPT)
    g_string_append_c (self->received, 'm');
  else if (tag[0] == AUDIO)
    g_string_append_c (self->received, tag[12] == 0 ? 'a' : 'A');
  else if (tag[12] == 2)
    g_string_append_c (self->received, 'E');
  else
    g_string_append_c (self->received, tag[12] == 0 ? 'v' : tag[11] == 0x17 ? 'K' : 'V');
  if (tag[0] != SCRIPT && tag[12] == 1)
    g_array_append_val (tag[0] == AUDIO ? self->audio_times : self->video_times, time);
}

static void
on_handoff (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
  Fixture *self = user_data;
  gsize at = 0;
  GstMapInfo map;

  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  g_mutex_lock (&self->lock);
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

/* The URL is rtmp://HOST:PORT/APP/KEY. */
static void
read_url (Fixture *self)
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
  g_assert_cmpstr (path[1], ==, APP);
  self->key = g_strdup (path[2]);
  g_assert_cmpuint (strlen (self->key), ==, 32);
}

typedef struct
{
  const char *host;
  const char *certificate;
} Setup;

static const Setup plain = { "127.0.0.1", NULL };
static const Setup ipv6 = { "::1", NULL };
static const Setup with_tls = { "127.0.0.1", "tls-server.pem" };

static void
set_up (Fixture *self, gconstpointer user_data)
{
  const Setup *setup = user_data;
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

static void
play (Fixture *self)
{
  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_PLAYING), ==,
                   GST_STATE_CHANGE_SUCCESS);
}

static void
tear_down (Fixture *self, gconstpointer user_data)
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

/* Until as much has come; it is what is expected, and is forgotten. */
static void
expect (Fixture *self, const char *expected)
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

static guint32
get_time (Fixture *self, GArray *times, guint i)
{
  guint32 time;

  g_mutex_lock (&self->lock);
  g_assert_cmpuint (i, <, times->len);
  time = g_array_index (times, guint32, i);
  g_mutex_unlock (&self->lock);

  return time;
}

static guint
get_refused (Fixture *self)
{
  g_autoptr (GstStructure) stats
      = gst_livekit_egress_receiver_get_stats (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver));
  guint refused = 0;

  g_assert_true (gst_structure_get_uint (stats, "refused", &refused));

  return refused;
}

static void
wait_refused (Fixture *self, guint n)
{
  gint64 end = g_get_monotonic_time () + TIMEOUT;

  while (get_refused (self) < n)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_thread_yield ();
    }
}

static void
assert_eos (Fixture *self)
{
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (self->bus, TIMEOUT * GST_USECOND,
                                                               GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
}

/*** Peers ***/

static GIOStream *
call (Fixture *self, gboolean tls)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection;

  g_socket_client_set_timeout (client, 30);
  g_socket_client_set_tls (client, tls);
  if (tls)
    {
      G_GNUC_BEGIN_IGNORE_DEPRECATIONS
      g_socket_client_set_tls_validation_flags (client, 0);
      G_GNUC_END_IGNORE_DEPRECATIONS
    }
  connection
      = g_socket_client_connect_to_host (client, self->host, (guint16)self->port, NULL, &error);
  g_assert_no_error (error);

  return G_IO_STREAM (connection);
}

static void
say (GIOStream *peer, const void *data, gsize size)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (g_io_stream_get_output_stream (peer), data, size, NULL, NULL, &error);
  g_assert_no_error (error);
}

static GIOStream *
publish (Fixture *self, const char *key)
{
  GIOStream *peer = call (self, self->tls);
  g_autoptr (GByteArray) data = rtmp_publisher_new (APP, key);

  say (peer, data->data, data->len);

  return peer;
}

static void
say_tag (GIOStream *peer, guint8 type, guint32 time, const guint8 *body, gsize size)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();

  rtmp_add_message (data, 4, type, time, body, size);
  say (peer, data->data, data->len);
}

#define SAY(peer, type, time, body) say_tag (peer, type, time, body, sizeof body)

/* What goes ahead of the media, and a picture and a sound at once. */
static void
begin (GIOStream *peer, guint32 time)
{
  SAY (peer, VIDEO, 0, avc_config);
  SAY (peer, AUDIO, 0, aac_config);
  SAY (peer, VIDEO, time, key_frame);
  SAY (peer, AUDIO, time + 10, aac_frame);
}

/* All that the other side says until it closes. */
static char *
hear_all (GIOStream *peer)
{
  GInputStream *input = g_io_stream_get_input_stream (peer);
  GString *heard = g_string_new (NULL);
  char data[4096];
  gssize n;

  while ((n = g_input_stream_read (input, data, sizeof data, NULL, NULL)) > 0)
    for (gssize i = 0; i < n; i++)
      g_string_append_c (heard, g_ascii_isprint (data[i]) ? data[i] : '.');

  return g_string_free (heard, FALSE);
}

/*** Tests ***/

/* One header, what describes the streams, and the media; the end is the end of the publisher. */
static void
test_one_publisher (Fixture *self, gconstpointer user_data)
{
  g_autoptr (GIOStream) peer = NULL;

  play (self);
  peer = publish (self, self->key);
  begin (peer, 5000);
  SAY (peer, VIDEO, 5040, frame);
  expect (self, "!HvaKAV");
  g_assert_cmpuint (get_time (self, self->audio_times, 0), ==,
                    get_time (self, self->video_times, 0) + 10);
  g_assert_cmpuint (get_time (self, self->video_times, 1), ==,
                    get_time (self, self->video_times, 0) + 40);

  gst_livekit_egress_receiver_end (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver), 30 * GST_SECOND);
  SAY (peer, AUDIO, 5050, aac_frame);
  expect (self, "A");
  g_io_stream_close (peer, NULL, NULL);
  assert_eos (self);
  g_assert_cmpuint (get_refused (self), ==, 0);
}

/* Whoever has the key takes over from one that is still there: timestamps begin at 0 and go on
 * here, sound and picture as far apart as they were. */
static void
test_takeover (Fixture *self, gconstpointer user_data)
{
  g_autoptr (GIOStream) first = NULL, second = NULL;
  g_autofree char *heard = NULL;

  play (self);
  first = publish (self, self->key);
  begin (first, 100000);
  expect (self, "!HvaKA");
  second = publish (self, self->key);
  heard = hear_all (first);
  begin (second, 0);
  SAY (second, VIDEO, 40, frame);
  expect (self, "!vaKAV");
  g_assert_cmpuint (get_time (self, self->video_times, 1), >,
                    get_time (self, self->audio_times, 0));
  g_assert_cmpuint (get_time (self, self->video_times, 1), <,
                    get_time (self, self->audio_times, 0) + 30000);
  g_assert_cmpuint (get_time (self, self->audio_times, 1), ==,
                    get_time (self, self->video_times, 1) + 10);
  g_assert_cmpuint (get_time (self, self->video_times, 2), ==,
                    get_time (self, self->video_times, 1) + 40);
  g_assert_cmpuint (get_refused (self), ==, 0);
}

/* A connection that begins between two pictures shows none before the next whole one. */
static void
test_ten_cuts (Fixture *self, gconstpointer user_data)
{
  play (self);
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (GIOStream) peer = publish (self, self->key);

      SAY (peer, VIDEO, 0, avc_config);
      SAY (peer, AUDIO, 0, aac_config);
      say_tag (peer, VIDEO, 7, i == 0 ? key_frame : frame, sizeof frame);
      SAY (peer, AUDIO, 8, aac_frame);
      SAY (peer, VIDEO, 9, key_frame);
      expect (self, i == 0 ? "!HvaKAK" : "!vaAK");
      if (i > 0)
        g_assert_cmpuint (get_time (self, self->video_times, i + 1), >,
                          get_time (self, self->video_times, i));
    }
  g_assert_cmpuint (get_refused (self), ==, 0);
}

/* What describes the streams comes while nothing plays: it is there when something does. */
static void
test_late_start (Fixture *self, gconstpointer user_data)
{
  g_autoptr (GIOStream) peer = publish (self, self->key);
  guint64 bytes = 0;

  begin (peer, 0);
  while (bytes == 0)
    {
      g_autoptr (GstStructure) stats
          = gst_livekit_egress_receiver_get_stats (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver));

      gst_structure_get_uint64 (stats, "messages", &bytes);
      bytes = bytes == 2;
      g_thread_yield ();
    }
  play (self);
  SAY (peer, VIDEO, 40, frame);
  SAY (peer, AUDIO, 42, aac_frame);
  SAY (peer, VIDEO, 80, key_frame);
  SAY (peer, AUDIO, 82, aac_frame);
  expect (self, "!HvaKA");

  /* The same after a pause, when sound goes on at once. */
  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_PAUSED), ==,
                   GST_STATE_CHANGE_NO_PREROLL);
  SAY (peer, VIDEO, 120, frame);
  bytes = 0;
  while (bytes == 0)
    {
      g_autoptr (GstStructure) stats
          = gst_livekit_egress_receiver_get_stats (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver));

      gst_structure_get_uint64 (stats, "messages", &bytes);
      bytes = bytes == 7;
      g_thread_yield ();
    }
  play (self);
  SAY (peer, VIDEO, 160, frame);
  SAY (peer, AUDIO, 162, aac_frame);
  SAY (peer, VIDEO, 200, key_frame);
  expect (self, "!vaAK");
}

/* Nobody of these is let in, and the publisher's next picture comes as if they were not there. */
static void
test_strangers (Fixture *self, gconstpointer user_data)
{
  static const char *const said[] = { "GET / HTTP/1.1\r\n\r\n", "\3", "\26\3\1\2\0", "" };
  g_autoptr (GIOStream) good = NULL, wrong = NULL, slow = NULL;
  g_autofree char *heard = NULL;
  guint32 time = 40;

  play (self);
  good = publish (self, self->key);
  begin (good, 0);
  expect (self, "!HvaKA");

  wrong = publish (self, "00000000000000000000000000000000");
  SAY (wrong, VIDEO, 0, key_frame);
  heard = hear_all (wrong);
  g_assert_nonnull (strstr (heard, "NetStream.Publish"));
  g_assert_null (strstr (heard, self->key));
  wait_refused (self, 1);
  SAY (good, VIDEO, time, frame);
  expect (self, "V");

  for (guint i = 0; i < G_N_ELEMENTS (said); i++)
    {
      g_autoptr (GIOStream) peer = call (self, FALSE);

      say (peer, said[i], strlen (said[i]));
      g_io_stream_close (peer, NULL, NULL);
      wait_refused (self, 2 + i);
      SAY (good, VIDEO, time += 40, frame);
      expect (self, "V");
    }

  /* Who takes its time has no more of it than others. */
  slow = call (self, FALSE);
  for (guint i = 0; get_refused (self) < 2 + G_N_ELEMENTS (said); i++)
    {
      g_output_stream_write (g_io_stream_get_output_stream (slow), "\3", 1, NULL, NULL);
      g_usleep (50000);
      SAY (good, VIDEO, time += 40, frame);
      expect (self, "V");
      g_assert_cmpuint (i, <, 600);
    }
}

/* As many as want to may connect and say nothing. */
static void
test_half_open (Fixture *self, gconstpointer user_data)
{
  g_autoptr (GPtrArray) peers = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GIOStream) good = NULL, next = NULL;
  struct rlimit limit;
  guint n = 1000;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < n + 200)
    {
      g_test_skip ("not enough file descriptors");
      return;
    }

  play (self);
  good = publish (self, self->key);
  begin (good, 0);
  expect (self, "!HvaKA");
  for (guint i = 0; i < n; i++)
    {
      g_ptr_array_add (peers, call (self, FALSE));
      if (i % 50 != 0)
        continue;
      SAY (good, VIDEO, 40 + i, frame);
      expect (self, "V");
    }
  wait_refused (self, n - 100);
  SAY (good, VIDEO, 40 + n, frame);
  expect (self, "V");

  next = publish (self, self->key);
  begin (next, 0);
  expect (self, "!vaKA");
}

static gboolean
is_connected (Fixture *self)
{
  g_autoptr (GstStructure) stats
      = gst_livekit_egress_receiver_get_stats (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver));
  gboolean connected;

  g_assert_true (gst_structure_get_boolean (stats, "connected", &connected));

  return connected;
}

/* A publisher that hangs counts as gone, though its connection is there. */
static void
test_silence (Fixture *self, gconstpointer user_data)
{
  g_autoptr (GIOStream) silent = NULL, next = NULL;
  g_autofree char *heard = NULL;

  play (self);
  silent = publish (self, self->key);
  begin (silent, 0);
  expect (self, "!HvaKA");
  g_assert_true (is_connected (self));
  heard = hear_all (silent);
  while (is_connected (self))
    g_thread_yield ();
  next = publish (self, self->key);
  begin (next, 0);
  expect (self, "!vaKA");
}

/* After the end of the egress nobody is let in. */
static void
test_after_the_end (Fixture *self, gconstpointer user_data)
{
  g_autoptr (GIOStream) good = NULL;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) late = NULL;
  gint64 end = g_get_monotonic_time () + TIMEOUT;

  play (self);
  good = publish (self, self->key);
  begin (good, 0);
  expect (self, "!HvaKA");
  gst_livekit_egress_receiver_end (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver), 30 * GST_SECOND);
  do
    {
      g_clear_object (&late);
      late = g_socket_client_connect_to_host (client, self->host, (guint16)self->port, NULL, NULL);
      g_assert_cmpint (g_get_monotonic_time (), <, end);
    }
  while (late != NULL);
  SAY (good, VIDEO, 40, frame);
  expect (self, "V");
}

/*** Publishers that people use ***/

/* Two seconds, at the pace of a live stream. */
#define N_FRAMES 50
#define FRAME_TIME 40
#define N_SAMPLES "94" /* times 1024 at 48 kHz */
#define N_SOUNDS 94    /* or a few more: encoders begin and end with some of their own */
#define SOUND_TIME 21.33

static char *
dup_url (Fixture *self, const char *key)
{
  return g_strdup_printf ("rtmp://%s:%u/" APP "/%s", self->host, self->port, key);
}

static gboolean
has_elements (const char *const *names)
{
  for (; *names != NULL; names++)
    {
      g_autoptr (GstElementFactory) factory = gst_element_factory_find (*names);

      if (factory == NULL)
        {
          g_autofree char *reason = g_strdup_printf ("there is no element %s", *names);

          g_test_skip (reason);
          return FALSE;
        }
    }
  return TRUE;
}

/* NULL when it is not there: the test is skipped. */
static GSubprocess *
run_ffmpeg (Fixture *self, const char *key)
{
  g_autofree char *path = g_find_program_in_path ("ffmpeg");
  g_autofree char *url = dup_url (self, key);
  g_autoptr (GError) error = NULL;
  GSubprocess *ffmpeg;

  if (path == NULL)
    {
      g_test_skip ("there is no ffmpeg");
      return NULL;
    }
  ffmpeg = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, path, "-v", "quiet", "-nostdin", "-re", "-f",
      "lavfi", "-i", "testsrc=size=160x90:rate=25:duration=2", "-re", "-f", "lavfi", "-i",
      "sine=frequency=440:sample_rate=48000:duration=2", "-c:v", "libx264", "-preset", "ultrafast",
      "-bf", "0", "-g", "25", "-pix_fmt", "yuv420p", "-c:a", "aac", "-f", "flv", url, NULL);
  g_assert_no_error (error);

  return ffmpeg;
}

static void
assert_steady (GArray *times, double step)
{
  for (guint i = 1; i < times->len; i++)
    g_assert_cmpfloat_with_epsilon (
        g_array_index (times, guint32, i) - g_array_index (times, guint32, i - 1), step, 2);
}

/* After the publisher has gone: all it sent has come, in one piece. */
static void
assert_all_came (Fixture *self)
{
  gst_livekit_egress_receiver_end (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver), 30 * GST_SECOND);
  assert_eos (self);
  g_assert_cmpuint (self->video_times->len, ==, N_FRAMES);
  g_assert_cmpuint (self->audio_times->len, >=, N_SOUNDS);
  g_assert_cmpuint (self->audio_times->len, <=, N_SOUNDS + 4);
  assert_steady (self->video_times, FRAME_TIME);
  assert_steady (self->audio_times, SOUND_TIME);
  g_assert_true (self->received->str[0] == '!');
  g_assert_null (strchr (self->received->str + 1, '!'));
  g_assert_cmpuint (get_refused (self), ==, 0);
}

static void
test_ffmpeg (Fixture *self, gconstpointer user_data)
{
  g_autoptr (GSubprocess) ffmpeg = NULL;
  g_autoptr (GError) error = NULL;

  play (self);
  ffmpeg = run_ffmpeg (self, self->key);
  if (ffmpeg == NULL)
    return;
  g_subprocess_wait_check (ffmpeg, NULL, &error);
  g_assert_no_error (error);
  assert_all_came (self);
}

/* It is told so and gives up, and nothing of the good one is missing. */
static void
test_ffmpeg_with_wrong_key (Fixture *self, gconstpointer user_data)
{
  g_autoptr (GIOStream) good = NULL;
  g_autoptr (GSubprocess) ffmpeg = NULL;
  guint32 time = 0;

  play (self);
  good = publish (self, self->key);
  begin (good, time);
  expect (self, "!HvaKA");
  ffmpeg = run_ffmpeg (self, "00000000000000000000000000000000");
  if (ffmpeg == NULL)
    return;
  while (get_refused (self) == 0)
    {
      SAY (good, VIDEO, time += FRAME_TIME, frame);
      expect (self, "V");
      g_assert_cmpuint (time, <, 30000);
      g_usleep (FRAME_TIME * 1000);
    }
  g_subprocess_wait (ffmpeg, NULL, NULL);
  g_assert_false (g_subprocess_get_successful (ffmpeg));
  SAY (good, VIDEO, time += FRAME_TIME, frame);
  expect (self, "V");
  g_assert_cmpuint (self->video_times->len, ==, 1 + time / FRAME_TIME);
  assert_steady (self->video_times, FRAME_TIME);
  g_assert_cmpuint (get_refused (self), ==, 1);
}

static void
publish_with (Fixture *self, const char *sink)
{
  const char *const needed[]
      = { sink,        "videotestsrc", "audiotestsrc", "x264enc", "h264parse",
          "avenc_aac", "aacparse",     "flvmux",       NULL };
  g_autofree char *url = dup_url (self, self->key);
  g_autofree char *description = g_strdup_printf (
      "videotestsrc num-buffers=%d ! video/x-raw,width=160,height=90,framerate=25/1"
      " ! x264enc speed-preset=ultrafast tune=zerolatency key-int-max=25 ! h264parse ! queue"
      " ! flvmux name=mux streamable=true ! %s location=\"%s\""
      " audiotestsrc samplesperbuffer=1024 num-buffers=" N_SAMPLES
      " ! audio/x-raw,rate=48000,channels=2 ! audioconvert ! avenc_aac ! aacparse ! queue ! mux.",
      N_FRAMES, sink, url);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) publisher = NULL;
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;

  if (!has_elements (needed))
    return;
  publisher = gst_parse_launch (description, &error);
  g_assert_no_error (error);
  bus = gst_element_get_bus (publisher);

  play (self);
  gst_element_set_state (publisher, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, TIMEOUT * GST_USECOND,
                                        GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  g_assert_cmpstr (GST_MESSAGE_TYPE_NAME (message), ==, "eos");
  gst_element_set_state (publisher, GST_STATE_NULL);
  assert_all_came (self);
}

static void
test_rtmp2sink (Fixture *self, gconstpointer user_data)
{
  publish_with (self, "rtmp2sink");
}

static void
test_rtmpsink (Fixture *self, gconstpointer user_data)
{
  publish_with (self, "rtmpsink");
}

#define ADD(path, setup, func) g_test_add (path, Fixture, setup, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  gst_livekit_egress_plugin_init ();

  ADD ("/rtmp-receiver/one-publisher", &plain, test_one_publisher);
  ADD ("/rtmp-receiver/ipv6", &ipv6, test_one_publisher);
  ADD ("/rtmp-receiver/tls", &with_tls, test_one_publisher);
  ADD ("/rtmp-receiver/takeover", &plain, test_takeover);
  ADD ("/rtmp-receiver/takeover-over-tls", &with_tls, test_takeover);
  ADD ("/rtmp-receiver/ten-cuts", &plain, test_ten_cuts);
  ADD ("/rtmp-receiver/late-start", &plain, test_late_start);
  ADD ("/rtmp-receiver/strangers", &plain, test_strangers);
  ADD ("/rtmp-receiver/half-open", &plain, test_half_open);
  ADD ("/rtmp-receiver/half-open-over-tls", &with_tls, test_half_open);
  ADD ("/rtmp-receiver/silence", &plain, test_silence);
  ADD ("/rtmp-receiver/after-the-end", &plain, test_after_the_end);
  ADD ("/rtmp-receiver/ffmpeg", &plain, test_ffmpeg);
  ADD ("/rtmp-receiver/ffmpeg-with-wrong-key", &plain, test_ffmpeg_with_wrong_key);
  ADD ("/rtmp-receiver/rtmp2sink", &plain, test_rtmp2sink);
  ADD ("/rtmp-receiver/rtmpsink", &plain, test_rtmpsink);

  return g_test_run ();
}
