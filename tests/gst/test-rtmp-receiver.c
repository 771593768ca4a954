/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The listener: one stream out of one publisher after another, whom no stranger disturbs. The other
 * ends are plain sockets. */

#include <sys/resource.h>

#include "gstlivekitegressplugin.h"
#include "gstlivekitegressreceivers.h"

#include "rtmp-peer.h"
#include "rtmp-run.h"

#define TIMEOUT (30 * G_TIME_SPAN_SECOND)
#define FRAME_TIME 40 /* milliseconds */
#define MAX_WAITING (256 * 1024 * 1024)

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

/* One header, what describes the streams, and the media; the end is the end of the publisher. */
static void
test_one_publisher (RtmpRun *self, gconstpointer user_data)
{
  g_autoptr (GIOStream) peer = NULL;

  rtmp_run_play (self);
  peer = rtmp_run_publish (self, self->key);
  rtmp_say_beginning (peer, 5000);
  RTMP_SAY (peer, RTMP_VIDEO, 5040, rtmp_frame);
  rtmp_run_expect (self, "!HvaKAV");
  g_assert_cmpuint (rtmp_run_get_time (self, self->audio_times, 0), ==,
                    rtmp_run_get_time (self, self->video_times, 0) + 10);
  g_assert_cmpuint (rtmp_run_get_time (self, self->video_times, 1), ==,
                    rtmp_run_get_time (self, self->video_times, 0) + 40);

  gst_livekit_egress_receiver_end (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver), 30 * GST_SECOND);
  RTMP_SAY (peer, RTMP_AUDIO, 5050, rtmp_aac_frame);
  rtmp_run_expect (self, "A");
  g_io_stream_close (peer, NULL, NULL);
  rtmp_run_assert_eos (self);
  g_assert_cmpuint (rtmp_run_get_refused (self), ==, 0);
}

/* Whoever has the key takes over from one that is still there: timestamps begin at 0 and go on
 * here, sound and picture as far apart as they were. */
static void
test_takeover (RtmpRun *self, gconstpointer user_data)
{
  g_autoptr (GIOStream) first = NULL, second = NULL;
  g_autofree char *heard = NULL;

  rtmp_run_play (self);
  first = rtmp_run_publish (self, self->key);
  rtmp_say_beginning (first, 100000);
  rtmp_run_expect (self, "!HvaKA");
  second = rtmp_run_publish (self, self->key);
  heard = hear_all (first);
  rtmp_say_beginning (second, 0);
  RTMP_SAY (second, RTMP_VIDEO, 40, rtmp_frame);
  rtmp_run_expect (self, "!vaKAV");
  g_assert_cmpuint (rtmp_run_get_time (self, self->video_times, 1), >,
                    rtmp_run_get_time (self, self->audio_times, 0));
  g_assert_cmpuint (rtmp_run_get_time (self, self->video_times, 1), <,
                    rtmp_run_get_time (self, self->audio_times, 0) + 30000);
  g_assert_cmpuint (rtmp_run_get_time (self, self->audio_times, 1), ==,
                    rtmp_run_get_time (self, self->video_times, 1) + 10);
  g_assert_cmpuint (rtmp_run_get_time (self, self->video_times, 2), ==,
                    rtmp_run_get_time (self, self->video_times, 1) + 40);
  g_assert_cmpuint (rtmp_run_get_refused (self), ==, 0);
}

/* A connection that begins between two pictures shows none before the next whole one. */
static void
test_ten_cuts (RtmpRun *self, gconstpointer user_data)
{
  rtmp_run_play (self);
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (GIOStream) peer = rtmp_run_publish (self, self->key);

      RTMP_SAY (peer, RTMP_VIDEO, 0, rtmp_avc_config);
      RTMP_SAY (peer, RTMP_AUDIO, 0, rtmp_aac_config);
      rtmp_say_tag (peer, RTMP_VIDEO, 7, i == 0 ? rtmp_key_frame : rtmp_frame, sizeof rtmp_frame);
      RTMP_SAY (peer, RTMP_AUDIO, 8, rtmp_aac_frame);
      RTMP_SAY (peer, RTMP_VIDEO, 9, rtmp_key_frame);
      rtmp_run_expect (self, i == 0 ? "!HvaKAK" : "!vaAK");
      if (i > 0)
        g_assert_cmpuint (rtmp_run_get_time (self, self->video_times, i + 1), >,
                          rtmp_run_get_time (self, self->video_times, i));
    }
  g_assert_cmpuint (rtmp_run_get_refused (self), ==, 0);
}

/* What describes the streams comes while nothing plays: it is there when something does. */
static void
test_late_start (RtmpRun *self, gconstpointer user_data)
{
  g_autoptr (GIOStream) peer = rtmp_run_publish (self, self->key);
  guint64 bytes = 0;

  rtmp_say_beginning (peer, 0);
  while (bytes == 0)
    {
      g_autoptr (GstStructure) stats
          = gst_livekit_egress_receiver_get_stats (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver));

      gst_structure_get_uint64 (stats, "messages", &bytes);
      bytes = bytes == 2;
      g_thread_yield ();
    }
  rtmp_run_play (self);
  RTMP_SAY (peer, RTMP_VIDEO, 40, rtmp_frame);
  RTMP_SAY (peer, RTMP_AUDIO, 42, rtmp_aac_frame);
  RTMP_SAY (peer, RTMP_VIDEO, 80, rtmp_key_frame);
  RTMP_SAY (peer, RTMP_AUDIO, 82, rtmp_aac_frame);
  rtmp_run_expect (self, "!HvaKA");

  /* The same after a pause, when sound goes on at once. */
  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_PAUSED), ==,
                   GST_STATE_CHANGE_NO_PREROLL);
  RTMP_SAY (peer, RTMP_VIDEO, 120, rtmp_frame);
  bytes = 0;
  while (bytes == 0)
    {
      g_autoptr (GstStructure) stats
          = gst_livekit_egress_receiver_get_stats (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver));

      gst_structure_get_uint64 (stats, "messages", &bytes);
      bytes = bytes == 7;
      g_thread_yield ();
    }
  rtmp_run_play (self);
  RTMP_SAY (peer, RTMP_VIDEO, 160, rtmp_frame);
  RTMP_SAY (peer, RTMP_AUDIO, 162, rtmp_aac_frame);
  RTMP_SAY (peer, RTMP_VIDEO, 200, rtmp_key_frame);
  rtmp_run_expect (self, "!vaAK");
}

/* What begins as it should, and goes on as noise. */
static GByteArray *
garbage_new (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  GByteArray *out = g_byte_array_new ();

  rtmp_add_handshake (out);
  for (guint i = 0; i < 10000; i++)
    {
      const guint8 byte = (guint8)g_rand_int_range (random, 0, 256);

      g_byte_array_append (out, &byte, 1);
    }
  return out;
}

/* Nobody of these is let in, and the publisher's next picture comes as if they were not there. */
static void
test_strangers (RtmpRun *self, gconstpointer user_data)
{
  static const char *const said[] = { "GET / HTTP/1.1\r\n\r\n", "\3", "\26\3\1\2\0", "" };
  g_autoptr (GIOStream) good = NULL, wrong = NULL, noisy = NULL, slow = NULL;
  g_autoptr (GByteArray) garbage = garbage_new ();
  g_autofree char *heard = NULL;
  guint32 time = 40;
  guint n_refused = 1;

  rtmp_run_play (self);
  good = rtmp_run_publish (self, self->key);
  rtmp_say_beginning (good, 0);
  rtmp_run_expect (self, "!HvaKA");

  wrong = rtmp_run_publish (self, "00000000000000000000000000000000");
  RTMP_SAY (wrong, RTMP_VIDEO, 0, rtmp_key_frame);
  heard = hear_all (wrong);
  g_assert_nonnull (strstr (heard, "NetStream.Publish"));
  g_assert_null (strstr (heard, self->key));
  rtmp_run_wait_refused (self, n_refused++);
  RTMP_SAY (good, RTMP_VIDEO, time, rtmp_frame);
  rtmp_run_expect (self, "V");

  for (guint i = 0; i < G_N_ELEMENTS (said); i++)
    {
      g_autoptr (GIOStream) peer = rtmp_run_call (self, FALSE);

      rtmp_say (peer, said[i], strlen (said[i]));
      g_io_stream_close (peer, NULL, NULL);
      rtmp_run_wait_refused (self, n_refused++);
      RTMP_SAY (good, RTMP_VIDEO, time += 40, rtmp_frame);
      rtmp_run_expect (self, "V");
    }

  noisy = rtmp_run_call (self, FALSE);
  rtmp_say (noisy, garbage->data, garbage->len);
  rtmp_run_wait_refused (self, n_refused++);
  RTMP_SAY (good, RTMP_VIDEO, time += 40, rtmp_frame);
  rtmp_run_expect (self, "V");

  /* Who takes its time has no more of it than others. */
  slow = rtmp_run_call (self, FALSE);
  for (guint i = 0; rtmp_run_get_refused (self) < n_refused; i++)
    {
      g_output_stream_write (g_io_stream_get_output_stream (slow), "\3", 1, NULL, NULL);
      g_usleep (50000);
      RTMP_SAY (good, RTMP_VIDEO, time += 40, rtmp_frame);
      rtmp_run_expect (self, "V");
      g_assert_cmpuint (i, <, 600);
    }
}

/* As many as want to may connect and say nothing. */
static void
test_half_open (RtmpRun *self, gconstpointer user_data)
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

  rtmp_run_play (self);
  good = rtmp_run_publish (self, self->key);
  rtmp_say_beginning (good, 0);
  rtmp_run_expect (self, "!HvaKA");
  for (guint i = 0; i < n; i++)
    {
      g_ptr_array_add (peers, rtmp_run_call (self, FALSE));
      if (i % 50 != 0)
        continue;
      RTMP_SAY (good, RTMP_VIDEO, 40 + i, rtmp_frame);
      rtmp_run_expect (self, "V");
    }
  rtmp_run_wait_refused (self, n - 100);
  RTMP_SAY (good, RTMP_VIDEO, 40 + n, rtmp_frame);
  rtmp_run_expect (self, "V");

  next = rtmp_run_publish (self, self->key);
  rtmp_say_beginning (next, 0);
  rtmp_run_expect (self, "!vaKA");
}

static gboolean
is_connected (RtmpRun *self)
{
  g_autoptr (GstStructure) stats
      = gst_livekit_egress_receiver_get_stats (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver));
  gboolean connected;

  g_assert_true (gst_structure_get_boolean (stats, "connected", &connected));

  return connected;
}

/* How often the publisher was told what has come. */
static guint
count_acknowledgements (GIOStream *peer)
{
  static const guint8 acknowledgement[] = { 2, 0, 0, 0, 0, 0, 4, 3, 0, 0, 0, 0 };
  g_autoptr (GByteArray) heard = g_byte_array_new ();
  GPollableInputStream *input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (peer));
  guint8 data[4096];
  gssize n;
  guint count = 0;

  while ((n = g_pollable_input_stream_read_nonblocking (input, data, sizeof data, NULL, NULL)) > 0)
    g_byte_array_append (heard, data, (guint)n);
  for (guint at = 0; at + sizeof acknowledgement <= heard->len; at++)
    count += memcmp (heard->data + at, acknowledgement, sizeof acknowledgement) == 0;
  return count;
}

/* Some clients give up on a server that says nothing for long, also when they send little. */
static void
test_acknowledges_little (RtmpRun *self, gconstpointer user_data)
{
  g_autoptr (GIOStream) peer = NULL;
  guint count = 0, sent = 0;

  rtmp_run_play (self);
  peer = rtmp_run_publish (self, self->key);
  rtmp_say_beginning (peer, 0);
  rtmp_run_expect (self, "!HvaKA");
  while (count < 3)
    {
      RTMP_SAY (peer, RTMP_VIDEO, sent += FRAME_TIME, rtmp_frame);
      rtmp_run_expect (self, "V");
      g_usleep (FRAME_TIME * 1000);
      count += count_acknowledgements (peer);
      /* Long before as much has come as is acknowledged anyway. */
      g_assert_cmpuint (sent / FRAME_TIME, <, 300);
    }
}

/* Writes until nothing more is taken for a second. Gives how much was. */
static gsize
say_until_full (GIOStream *peer, const GByteArray *data)
{
  GSocket *socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (peer));
  gsize sent = 0;

  g_socket_set_blocking (socket, FALSE);
  while (g_socket_condition_timed_wait (socket, G_IO_OUT, G_TIME_SPAN_SECOND, NULL, NULL))
    {
      const gsize at = sent % data->len;
      const gssize n
          = g_socket_send (socket, (const char *)data->data + at, data->len - at, NULL, NULL);

      /* More than systems keep for a connection. */
      g_assert_cmpuint (sent += (gsize)MAX (n, 0), <, MAX_WAITING);
    }
  g_socket_set_blocking (socket, TRUE);

  return sent;
}

/* What a pipeline that stands still does not take stays with the publisher, and nothing is missing
 * when it goes on. */
static void
test_stalled_pipeline (RtmpRun *self, gconstpointer user_data)
{
  static const guint8 large_frame[256 * 1024] = { 0xaf, 1, 0x21 };
  g_autoptr (GIOStream) peer = NULL;
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (GString) expected = g_string_new (NULL);
  gsize sent, rest;

  rtmp_run_play (self);
  peer = rtmp_run_publish (self, self->key);
  rtmp_say_beginning (peer, 0);
  rtmp_run_expect (self, "!HvaKA");

  rtmp_add_message (data, 4, RTMP_AUDIO, 100, large_frame, sizeof large_frame);
  rtmp_run_set_blocked (self, TRUE);
  sent = say_until_full (peer, data);
  rtmp_run_set_blocked (self, FALSE);
  rest = sent % data->len;
  rtmp_say (peer, data->data + rest, data->len - rest);
  for (gsize n = 0; n <= sent; n += data->len)
    g_string_append_c (expected, 'A');
  rtmp_run_expect (self, expected->str);
}

/* A publisher that hangs counts as gone, though its connection is there. */
static void
test_silence (RtmpRun *self, gconstpointer user_data)
{
  g_autoptr (GIOStream) silent = NULL, next = NULL;
  g_autofree char *heard = NULL;

  rtmp_run_play (self);
  silent = rtmp_run_publish (self, self->key);
  rtmp_say_beginning (silent, 0);
  rtmp_run_expect (self, "!HvaKA");
  g_assert_true (is_connected (self));
  heard = hear_all (silent);
  while (is_connected (self))
    g_thread_yield ();
  next = rtmp_run_publish (self, self->key);
  rtmp_say_beginning (next, 0);
  rtmp_run_expect (self, "!vaKA");
}

/* After the end of the egress nobody is let in. */
static void
test_after_the_end (RtmpRun *self, gconstpointer user_data)
{
  g_autoptr (GIOStream) good = NULL;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) late = NULL;
  gint64 end = g_get_monotonic_time () + TIMEOUT;

  rtmp_run_play (self);
  good = rtmp_run_publish (self, self->key);
  rtmp_say_beginning (good, 0);
  rtmp_run_expect (self, "!HvaKA");
  gst_livekit_egress_receiver_end (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver), 30 * GST_SECOND);
  do
    {
      g_clear_object (&late);
      late = g_socket_client_connect_to_host (client, self->host, (guint16)self->port, NULL, NULL);
      g_assert_cmpint (g_get_monotonic_time (), <, end);
    }
  while (late != NULL);
  RTMP_SAY (good, RTMP_VIDEO, 40, rtmp_frame);
  rtmp_run_expect (self, "V");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  gst_livekit_egress_plugin_init ();

  RTMP_RUN_ADD ("/rtmp-receiver/one-publisher", &rtmp_run_plain, test_one_publisher);
  RTMP_RUN_ADD ("/rtmp-receiver/ipv6", &rtmp_run_ipv6, test_one_publisher);
  RTMP_RUN_ADD ("/rtmp-receiver/tls", &rtmp_run_with_tls, test_one_publisher);
  RTMP_RUN_ADD ("/rtmp-receiver/takeover", &rtmp_run_plain, test_takeover);
  RTMP_RUN_ADD ("/rtmp-receiver/takeover-over-tls", &rtmp_run_with_tls, test_takeover);
  RTMP_RUN_ADD ("/rtmp-receiver/ten-cuts", &rtmp_run_plain, test_ten_cuts);
  RTMP_RUN_ADD ("/rtmp-receiver/late-start", &rtmp_run_plain, test_late_start);
  RTMP_RUN_ADD ("/rtmp-receiver/strangers", &rtmp_run_plain, test_strangers);
  RTMP_RUN_ADD ("/rtmp-receiver/half-open", &rtmp_run_plain, test_half_open);
  RTMP_RUN_ADD ("/rtmp-receiver/half-open-over-tls", &rtmp_run_with_tls, test_half_open);
  RTMP_RUN_ADD ("/rtmp-receiver/acknowledges-little", &rtmp_run_plain, test_acknowledges_little);
  RTMP_RUN_ADD ("/rtmp-receiver/stalled-pipeline", &rtmp_run_plain, test_stalled_pipeline);
  RTMP_RUN_ADD ("/rtmp-receiver/silence", &rtmp_run_plain, test_silence);
  RTMP_RUN_ADD ("/rtmp-receiver/after-the-end", &rtmp_run_plain, test_after_the_end);

  return g_test_run ();
}
