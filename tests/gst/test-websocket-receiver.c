/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The receiver of a websocket on real sockets: one good sender, and whoever else there is. Each
 * frame of sound that is sent has a number, so that none is missed. */

#include <string.h>
#include <sys/resource.h>

#include <gio/gio.h>

#include "gst-test.h"
#include "gstlivekitegressplugin.h"
#include "gstlivekitegressreceivers.h"
#include "tls-peer.h"
#include "websocket-peer.h"

#define MESSAGE_FRAMES 480
#define MESSAGE_TIME 10000 /* microseconds */
#define RATE 48000

/*** The receiver ***/

typedef struct
{
  GstElement *pipeline, *receiver;
  GstBus *bus;
  gboolean tls;
  char *host; /* "127.0.0.1:4711" */
  char *path;

  GMutex lock;
  GCond cond;
  gboolean blocked;
  guint32 n_got;    /* number of the next frame */
  guint64 n_frames; /* that came in all */
  guint n_discont, n_jumps;
  GstClockTime end;
  GstClockTime silence; /* of GAP events */
  guint n_muted, n_unmuted;
} Run;

static void
take_frames (Run *self, GstBuffer *buffer)
{
  GstMapInfo map;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  for (gsize i = 0; i < map.size; i += 4)
    {
      guint32 number = GST_READ_UINT32_LE (map.data + i);

      if (number != self->n_got)
        {
          fail_unless (GST_BUFFER_IS_DISCONT (buffer) && i == 0, "frame %u came in place of %u",
                       number, self->n_got);
          self->n_jumps++;
        }
      self->n_got = number + 1;
    }
  self->n_frames += map.size / 4;
  gst_buffer_unmap (buffer, &map);
}

static GstPadProbeReturn
on_data (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Run *self = user_data;

  g_mutex_lock (&self->lock);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    {
      GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

      while (self->blocked)
        g_cond_wait (&self->cond, &self->lock);
      fail_unless (GST_BUFFER_PTS (buffer) >= self->end);
      if (!GST_BUFFER_IS_DISCONT (buffer))
        assert_equals_uint64 (GST_BUFFER_PTS (buffer), self->end);
      self->n_discont += GST_BUFFER_IS_DISCONT (buffer);
      self->end = GST_BUFFER_PTS (buffer) + GST_BUFFER_DURATION (buffer);
      take_frames (self, buffer);
    }
  else if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_GAP)
    {
      GstClockTime start, duration;

      gst_event_parse_gap (GST_PAD_PROBE_INFO_EVENT (info), &start, &duration);
      assert_equals_uint64 (start, self->end);
      self->end = start + duration;
      self->silence += duration;
    }
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);

  return GST_PAD_PROBE_OK;
}

static void
on_muted (GstElement *receiver, gboolean muted, gpointer user_data)
{
  Run *self = user_data;

  g_mutex_lock (&self->lock);
  if (muted)
    self->n_muted++;
  else
    self->n_unmuted++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
find_address (Run *self)
{
  g_autoptr (LkEgressRequest) request
      = lk_egress_request_new_track_composite ("demo", "TR_x", NULL);
  g_autofree char *json = NULL;
  g_auto (GStrv) parts = NULL;

  fail_unless (gst_livekit_egress_receiver_add_output (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver),
                                                       request, NULL));
  json = lk_egress_message_to_json (LK_EGRESS_MESSAGE (request), LK_EGRESS_JSON_NONE);
  parts = g_strsplit_set (strstr (json, "://") + 3, "/\"", 3);
  self->host = g_strdup (parts[0]);
  self->path = g_strconcat ("/", parts[1], NULL);
  assert_equals_int (strlen (self->path), 33);
}

static Run *
run_new (const char *address, GTlsCertificate *certificate)
{
  GstLiveKitEgressReceiverConfig config
      = { .listen_address = address, .tls_certificate = certificate };
  Run *self = g_new0 (Run, 1);
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstPad) pad = NULL;

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->tls = certificate != NULL;
  self->pipeline = gst_pipeline_new (NULL);
  self->bus = gst_element_get_bus (self->pipeline);
  self->receiver = gst_livekit_egress_receiver_new (GST_LIVEKIT_EGRESS_PROTOCOL_WEBSOCKET, &config);
  g_signal_connect (self->receiver, "muted", G_CALLBACK (on_muted), self);
  pad = gst_element_get_static_pad (self->receiver, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_DATA_DOWNSTREAM, on_data, self, NULL);
  g_object_set (sink, "async", FALSE, NULL);
  gst_bin_add_many (GST_BIN (self->pipeline), self->receiver, sink, NULL);
  fail_unless (gst_element_link (self->receiver, sink));
  fail_unless (gst_element_set_state (self->pipeline, GST_STATE_PLAYING)
               != GST_STATE_CHANGE_FAILURE);
  find_address (self);

  return self;
}

static void
run_free (Run *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->bus);
  gst_object_unref (self->pipeline);
  g_free (self->host);
  g_free (self->path);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

/* Until so many frames have come in all. */
static void
run_wait_frames (Run *self, guint64 enough)
{
  const gint64 end = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;

  g_mutex_lock (&self->lock);
  while (self->n_frames < enough)
    if (!g_cond_wait_until (&self->cond, &self->lock, end))
      g_error ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " frames came", self->n_frames,
               enough);
  g_mutex_unlock (&self->lock);
}

static void
run_wait_more (Run *self, guint n_frames)
{
  guint64 n;

  g_mutex_lock (&self->lock);
  n = self->n_frames;
  g_mutex_unlock (&self->lock);
  run_wait_frames (self, n + n_frames);
}

static guint64
run_get_stat (Run *self, const char *name)
{
  g_autoptr (GstStructure) stats
      = gst_livekit_egress_receiver_get_stats (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver));
  const GValue *value = gst_structure_get_value (stats, name);

  fail_unless (value != NULL, "%s", name);
  return G_VALUE_HOLDS_UINT (value)      ? g_value_get_uint (value)
         : G_VALUE_HOLDS_BOOLEAN (value) ? (guint64)g_value_get_boolean (value)
                                         : g_value_get_uint64 (value);
}

/* It has one value or more. */
static void
run_wait_stat (Run *self, const char *name, guint64 value)
{
  const gint64 end = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;

  while (run_get_stat (self, name) < value)
    {
      if (g_get_monotonic_time () > end)
        g_error ("%s stays %" G_GUINT64_FORMAT, name, run_get_stat (self, name));
      g_thread_yield ();
    }
}

/* All that was sent so far came, one after the other. */
static void
run_assert_gapless (Run *self)
{
  g_mutex_lock (&self->lock);
  assert_equals_int (self->n_jumps, 0);
  assert_equals_int (self->n_discont, 1);
  assert_equals_uint64 (self->n_got, self->n_frames);
  g_mutex_unlock (&self->lock);
  assert_equals_uint64 (run_get_stat (self, "bytes-dropped"), 0);
}

/*** Peers ***/

static GIOStream *
dial (Run *run, gboolean tls)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  GIOStream *stream;

  g_socket_client_set_timeout (client, 20);
  g_socket_client_set_enable_proxy (client, FALSE);
  stream = G_IO_STREAM (g_socket_client_connect_to_host (client, run->host, 0, NULL, &error));
  g_assert_no_error (error);

  return tls ? tls_peer_new (stream) : stream;
}

/* FALSE when the other end has closed. */
static gboolean
try_send (GIOStream *stream, gconstpointer data, gsize size)
{
  return g_output_stream_write_all (g_io_stream_get_output_stream (stream), data, size, NULL, NULL,
                                    NULL);
}

/* What is answered until the other end closes, or until it is so long. */
static char *
receive (GIOStream *stream, gsize size)
{
  char *text = g_malloc0 (size + 1);

  g_input_stream_read_all (g_io_stream_get_input_stream (stream), text, size, NULL, NULL, NULL);
  return text;
}

#define ANSWER_START "HTTP/1.1 101 "
#define ANSWER_BYTES 129 /* of one that lets in */

static GIOStream *
dial_websocket (Run *run, gboolean tls)
{
  g_autofree char *request = websocket_peer_dup_request (run->path);
  g_autofree char *answer = NULL;
  GIOStream *stream = dial (run, tls);

  fail_unless (try_send (stream, request, strlen (request)));
  answer = receive (stream, ANSWER_BYTES);
  fail_unless (g_str_has_prefix (answer, ANSWER_START), "%s", answer);
  fail_unless (g_str_has_suffix (answer, "\r\n\r\n"), "%s", answer);

  return stream;
}

static gboolean
send_frames (GIOStream *stream, guint32 *number, guint n_frames)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree guint32 *frames = g_new (guint32, n_frames);

  for (guint i = 0; i < n_frames; i++)
    frames[i] = GUINT32_TO_LE ((*number)++);
  websocket_peer_append (out, WEBSOCKET_FINAL | WEBSOCKET_BINARY, frames, 4 * n_frames);
  return try_send (stream, out->data, out->len);
}

static gboolean
send_text (GIOStream *stream, const char *text)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();

  websocket_peer_append (out, WEBSOCKET_FINAL | WEBSOCKET_TEXT, text, strlen (text));
  return try_send (stream, out->data, out->len);
}

/* The worker: a message each ten milliseconds, in a thread of its own. */
typedef struct
{
  GIOStream *stream;
  GThread *thread;
  GMutex lock;
  GCond cond;
  gboolean stopping;
  guint32 number;
} Sender;

static gpointer
sender_run (gpointer data)
{
  Sender *self = data;
  gint64 time = g_get_monotonic_time ();

  g_mutex_lock (&self->lock);
  while (!self->stopping)
    {
      if (!send_frames (self->stream, &self->number, MESSAGE_FRAMES))
        g_error ("the good sender was thrown out");
      time += MESSAGE_TIME;
      while (!self->stopping && g_cond_wait_until (&self->cond, &self->lock, time))
        ;
    }
  g_mutex_unlock (&self->lock);

  return NULL;
}

static void
sender_start (Sender *self, Run *run, gboolean tls, guint32 number)
{
  *self = (Sender){ .stream = dial_websocket (run, tls), .number = number };
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("sender", sender_run, self);
}

static void
sender_stop (Sender *self)
{
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  g_object_unref (self->stream);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
}

/*** Strangers ***/

static void
attack_wrong_path (Run *run)
{
  g_autofree char *request = websocket_peer_dup_request ("/0123456789abcdef0123456789abcdef");

  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (GIOStream) stream = dial (run, FALSE);
      g_autofree char *answer = NULL;

      try_send (stream, request, strlen (request));
      answer = receive (stream, 4096);
      fail_unless (g_str_has_prefix (answer, "HTTP/1.1 404 "), "%s", answer);
    }
  run_wait_stat (run, "refused", 50);
}

static void
attack_scan (Run *run)
{
  for (guint i = 0; i < 200; i++)
    g_object_unref (dial (run, FALSE));
  run_wait_stat (run, "refused", 200);
}

static void
attack_garbage (Run *run)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GIOStream) stream = dial (run, FALSE);
      guint8 bytes[20000];
      g_autofree char *answer = NULL;

      for (guint j = 0; j < sizeof bytes; j++)
        bytes[j] = (guint8)g_rand_int_range (random, 0, 256);
      try_send (stream, bytes, sizeof bytes);
      answer = receive (stream, 4096);
    }
  run_wait_stat (run, "refused", 20);
}

/* They would sit there for ever, and one says a byte now and then. */
static void
attack_half_open (Run *run)
{
  g_autoptr (GPtrArray) streams = g_ptr_array_new_with_free_func (g_object_unref);
  const gint64 end = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;
  struct rlimit limit = { 4096, 4096 };

  fail_unless (setrlimit (RLIMIT_NOFILE, &limit) == 0);
  for (guint i = 0; i < 1000; i++)
    {
      g_ptr_array_add (streams, dial (run, FALSE));
      /* Over TLS that would be a handshake, which is another test. */
      if (i % 2 == 0 && !run->tls)
        try_send (g_ptr_array_index (streams, i), "GET ", 4);
      if (i % 20 == 0)
        run_wait_more (run, MESSAGE_FRAMES);
    }
  /* All are dropped, the last of them for being slow. */
  while (run_get_stat (run, "refused") < 1000)
    {
      try_send (g_ptr_array_index (streams, 999), "G", 1);
      g_usleep (50000);
      fail_unless (g_get_monotonic_time () < end, "%u", (guint)run_get_stat (run, "refused"));
    }
}

static void
attack_tls_handshake (Run *run)
{
  static const guint8 hello[] = { 22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3 };

  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (GIOStream) stream = dial (run, FALSE);

      /* It goes in the middle of the handshake: the class of CVE-2026-2436. */
      try_send (stream, hello, i % sizeof hello + 1);
      /* A sanitizer needs long for each. */
      run_wait_more (run, MESSAGE_FRAMES);
    }
  run_wait_stat (run, "refused", 100);
}

static void
check_attack (void (*attack) (Run *run), GTlsCertificate *certificate)
{
  Run *run = run_new (NULL, certificate);
  Sender sender;

  sender_start (&sender, run, certificate != NULL, 0);
  run_wait_more (run, RATE / 10);
  attack (run);
  run_wait_more (run, RATE / 2);
  run_assert_gapless (run);
  assert_equals_uint64 (run_get_stat (run, "connected"), TRUE);
  assert_equals_uint64 (run_get_stat (run, "reconnects"), 0);
  sender_stop (&sender);
  run_free (run);
}

GST_START_TEST (test_strangers)
{
  check_attack (attack_wrong_path, NULL);
  check_attack (attack_scan, NULL);
  check_attack (attack_garbage, NULL);
}

GST_END_TEST;

GST_START_TEST (test_half_open) { check_attack (attack_half_open, NULL); }

GST_END_TEST;

static GTlsCertificate *
load_certificate (void)
{
  g_autofree char *path
      = g_build_filename (g_getenv ("LK_EGRESS_TEST_DATA"), "tls-server.pem", NULL);
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate = g_tls_certificate_new_from_file (path, &error);

  g_assert_no_error (error);
  return certificate;
}

GST_START_TEST (test_tls)
{
  g_autoptr (GTlsCertificate) certificate = load_certificate ();

  check_attack (attack_tls_handshake, certificate);
  check_attack (attack_half_open, certificate);
}

GST_END_TEST;

GST_START_TEST (test_ipv6)
{
  Run *run = run_new ("::1", NULL);
  Sender sender;

  fail_unless (g_str_has_prefix (run->host, "[::1]:"), "%s", run->host);
  sender_start (&sender, run, FALSE, 0);
  run_wait_more (run, RATE / 10);
  run_assert_gapless (run);
  sender_stop (&sender);
  run_free (run);
}

GST_END_TEST;

/*** The sender itself ***/

/* Ten times the connection is cut and comes back. */
GST_START_TEST (test_ten_cuts)
{
  Run *run = run_new (NULL, NULL);
  Sender sender = { 0 };

  for (guint i = 0; i <= 10; i++)
    {
      sender_start (&sender, run, FALSE, sender.number);
      run_wait_more (run, RATE / 10);
      sender_stop (&sender);
      run_wait_frames (run, sender.number);
    }
  assert_equals_int (run->n_discont, 11);
  assert_equals_int (run->n_jumps, 0);
  assert_equals_uint64 (run_get_stat (run, "reconnects"), 10);
  run_free (run);
}

GST_END_TEST;

/* A sender that comes back while its old connection looks alive takes over, and the old one is
 * closed. */
GST_START_TEST (test_take_over)
{
  Run *run = run_new (NULL, NULL);
  g_autoptr (GIOStream) old = dial_websocket (run, FALSE);
  g_autoptr (GIOStream) young = NULL;
  g_autofree char *rest = NULL;
  guint32 number = 0;

  fail_unless (send_frames (old, &number, MESSAGE_FRAMES));
  run_wait_frames (run, number);
  young = dial_websocket (run, FALSE);
  rest = receive (old, 100);
  assert_equals_string (rest, "");
  fail_unless (send_frames (young, &number, MESSAGE_FRAMES));
  run_wait_frames (run, number);
  assert_equals_int (run->n_jumps, 0);
  assert_equals_uint64 (run_get_stat (run, "connected"), TRUE);
  assert_equals_uint64 (run_get_stat (run, "reconnects"), 1);
  run_free (run);
}

GST_END_TEST;

/* A message without end is not read, and its sender may come back. The class of CVE-2026-0716. */
GST_START_TEST (test_huge_message)
{
  Run *run = run_new (NULL, NULL);
  static const guint64 sizes[] = { 65537, G_MAXUINT32, G_MAXINT64, G_MAXUINT64 };
  guint32 number = 0;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GIOStream) stream = dial_websocket (run, FALSE);
      g_autoptr (GByteArray) out = g_byte_array_new ();
      g_autofree char *answer = NULL;

      websocket_peer_append_header (out, WEBSOCKET_FINAL | WEBSOCKET_BINARY, sizes[i]);
      fail_unless (try_send (stream, out->data, out->len));
      answer = receive (stream, 100);
      assert_equals_string (answer, "\x88\x02\x03\xf1");
    }
  {
    g_autoptr (GIOStream) stream = dial_websocket (run, FALSE);

    fail_unless (send_frames (stream, &number, MESSAGE_FRAMES));
    run_wait_frames (run, number);
    assert_equals_uint64 (run_get_stat (run, "refused"), 0);
  }
  run_free (run);
}

GST_END_TEST;

/* A ping is answered, and the end is said in return. */
GST_START_TEST (test_ping_and_close)
{
  Run *run = run_new (NULL, NULL);
  g_autoptr (GIOStream) stream = dial_websocket (run, FALSE);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree char *pong = NULL, *close = NULL;

  websocket_peer_append (out, WEBSOCKET_FINAL | WEBSOCKET_PING, "ping", 4);
  fail_unless (try_send (stream, out->data, out->len));
  pong = receive (stream, 6);
  assert_equals_string (pong, "\x8a\x04ping");

  g_byte_array_set_size (out, 0);
  websocket_peer_append (out, WEBSOCKET_FINAL | WEBSOCKET_CLOSE, "\x03\xe8", 2);
  fail_unless (try_send (stream, out->data, out->len));
  close = receive (stream, 100);
  assert_equals_string (close, "\x88\x02\x03\xe8");
  while (run_get_stat (run, "connected"))
    g_thread_yield ();
  run_free (run);
}

GST_END_TEST;

/* Whoever says it a hundred thousand times is not told a hundred thousand times. */
GST_START_TEST (test_text_flood)
{
  Run *run = run_new (NULL, NULL);
  g_autoptr (GIOStream) stream = dial_websocket (run, FALSE);
  gint64 start = g_get_monotonic_time ();
  guint32 number = 0;
  guint most;

  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (GByteArray) out = g_byte_array_new ();

      for (guint j = 0; j < 1000; j++)
        {
          websocket_peer_append (out, WEBSOCKET_FINAL | WEBSOCKET_TEXT, "{\"muted\":true}", 14);
          websocket_peer_append (out, WEBSOCKET_FINAL | WEBSOCKET_TEXT, "{\"muted\":false}", 15);
        }
      fail_unless (try_send (stream, out->data, out->len));
      fail_unless (send_frames (stream, &number, MESSAGE_FRAMES));
    }
  fail_unless (send_text (stream, "{\"muted\":true}"));
  run_wait_stat (run, "messages", 100051);
  while (run->n_muted == 0 || run->n_muted == run->n_unmuted)
    g_thread_yield ();

  most = (guint)((g_get_monotonic_time () - start) / (100 * G_TIME_SPAN_MILLISECOND)) + 2;
  fail_unless (run->n_muted + run->n_unmuted <= most, "%u", run->n_muted + run->n_unmuted);
  run_free (run);
}

GST_END_TEST;

/* A muted track that sends nothing is silence, and goes on when it sends again. */
GST_START_TEST (test_silence)
{
  const gint64 end = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;
  Run *run = run_new (NULL, NULL);
  g_autoptr (GIOStream) stream = dial_websocket (run, FALSE);
  guint32 number = 0;

  fail_unless (send_frames (stream, &number, MESSAGE_FRAMES));
  run_wait_frames (run, number);
  assert_equals_uint64 (run->silence, 0);
  fail_unless (send_text (stream, "{\"muted\":true}"));
  g_mutex_lock (&run->lock);
  while (run->silence < 500 * GST_MSECOND)
    fail_unless (g_cond_wait_until (&run->cond, &run->lock, end));
  g_mutex_unlock (&run->lock);

  fail_unless (send_text (stream, "{\"muted\":false}"));
  fail_unless (send_frames (stream, &number, MESSAGE_FRAMES));
  run_wait_frames (run, number);
  assert_equals_int (run->n_jumps, 0);
  assert_equals_int (run->n_discont, 2);
  run_free (run);
}

GST_END_TEST;

static void
set_blocked (Run *run, gboolean blocked)
{
  g_mutex_lock (&run->lock);
  run->blocked = blocked;
  g_cond_broadcast (&run->cond);
  g_mutex_unlock (&run->lock);
}

static void
wait_sent (Sender *sender, guint n_frames)
{
  const gint64 end = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;
  guint32 enough;

  g_mutex_lock (&sender->lock);
  enough = sender->number + n_frames;
  while (sender->number < enough && g_get_monotonic_time () < end)
    {
      g_mutex_unlock (&sender->lock);
      g_thread_yield ();
      g_mutex_lock (&sender->lock);
    }
  fail_unless (sender->number >= enough);
  g_mutex_unlock (&sender->lock);
}

/* A pipeline that stands still for long has the last second when it goes on, and one warning. */
GST_START_TEST (test_stall)
{
  Run *run = run_new (NULL, NULL);
  g_autoptr (GstMessage) warning = NULL;
  g_autoptr (GstMessage) another = NULL;
  Sender sender;

  sender_start (&sender, run, FALSE, 0);
  run_wait_frames (run, RATE / 10);
  for (guint i = 0; i < 2; i++)
    {
      set_blocked (run, TRUE);
      wait_sent (&sender, 3 * RATE);
      set_blocked (run, FALSE);
      run_wait_more (run, 2 * RATE);
    }
  fail_unless (run->n_jumps >= 2, "%u", run->n_jumps);
  fail_unless (run_get_stat (run, "bytes-dropped") > 2 * 4 * RATE);
  sender_stop (&sender);

  warning = gst_bus_pop_filtered (run->bus, GST_MESSAGE_WARNING);
  fail_unless (warning != NULL);
  another = gst_bus_pop_filtered (run->bus, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR);
  fail_unless (another == NULL);
  run_free (run);
}

GST_END_TEST;

/* Nobody is let in after the end, and what came before it is played to its end. */
GST_START_TEST (test_end)
{
  Run *run = run_new (NULL, NULL);
  g_autoptr (GIOStream) stream = dial_websocket (run, FALSE);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) late = NULL;
  g_autoptr (GstMessage) message = NULL;
  guint32 number = 0;

  fail_unless (send_frames (stream, &number, MESSAGE_FRAMES));
  run_wait_frames (run, number);
  gst_livekit_egress_receiver_end (GST_LIVEKIT_EGRESS_RECEIVER (run->receiver), 10 * GST_SECOND);
  for (guint i = 0; i < 20; i++)
    fail_unless (send_frames (stream, &number, MESSAGE_FRAMES));
  g_io_stream_close (stream, NULL, NULL);
  message = gst_bus_timed_pop_filtered (run->bus, GST_TEST_TIMEOUT,
                                        GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS);
  assert_equals_int (run->n_got, 21 * MESSAGE_FRAMES);
  late = g_socket_client_connect_to_host (client, run->host, 0, NULL, NULL);
  fail_unless (late == NULL);
  run_free (run);
}

GST_END_TEST;

static Suite *
websocket_suite (void)
{
  Suite *suite = suite_create ("websocket-receiver");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 90);
  tcase_add_test (tcase, test_strangers);
  tcase_add_test (tcase, test_half_open);
  tcase_add_test (tcase, test_tls);
  tcase_add_test (tcase, test_ipv6);
  tcase_add_test (tcase, test_ten_cuts);
  tcase_add_test (tcase, test_take_over);
  tcase_add_test (tcase, test_huge_message);
  tcase_add_test (tcase, test_ping_and_close);
  tcase_add_test (tcase, test_text_flood);
  tcase_add_test (tcase, test_silence);
  tcase_add_test (tcase, test_stall);
  tcase_add_test (tcase, test_end);

  return suite;
}

int
main (int argc, char **argv)
{
  gst_test_init (&argc, &argv, "coreelements");
  gst_livekit_egress_plugin_init ();
  return gst_check_run_suite (websocket_suite (), "websocket-receiver", __FILE__);
}
