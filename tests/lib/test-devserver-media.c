/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <gst/gst.h>
#include <json-glib/json-glib.h>

#include "devserver-egress.h"
#include "lk-test-child.h"

/* The life of the devserver's egresses and what their receivers get. */

#define PASSPHRASE "correct horse battery"
#define STREAM_ID "stream-of-alice"
#define ENOUGH 20

/* An SRT listener that decodes what it gets. */
typedef struct
{
  GstElement *pipeline;
  guint port;
  char *url; /* how to reach it */

  GMutex lock;
  GCond cond; /* all below */
  guint frames;
  GstClockTime last_frame;
  GstClockTime gap; /* the longest between two frames, by the clock of the sender */
  guint changes;    /* frames that differ from the one before */
  guint bright;     /* pixels of the first line of text in the last frame */
  guint sounds;
  char *checksum;
  char *stream_id;
  guint callers;
} Receiver;

/* The writing is white on black in the upper left corner; behind it the ball is dimmed. */
static guint
count_bright (const guint8 *luma)
{
  guint bright = 0;

  for (guint y = 8; y < 20; y++)
    for (guint x = 8; x < 28; x++)
      bright += luma[y * 320 + x] > 180;
  return bright;
}

static void
on_frame (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
  Receiver *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  g_autofree char *before = g_steal_pointer (&self->checksum);
  GstClockTime time = GST_BUFFER_PTS (buffer);
  GstMapInfo map;

  if (self->frames > 0 && time > self->last_frame)
    self->gap = MAX (self->gap, time - self->last_frame);
  self->last_frame = time;
  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  self->checksum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, map.data, map.size);
  self->bright = count_bright (map.data);
  gst_buffer_unmap (buffer, &map);
  self->frames++;
  self->changes += before != NULL && !g_str_equal (before, self->checksum);
  g_cond_broadcast (&self->cond);
}

static void
on_sound (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
  Receiver *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->sounds++;
  g_cond_broadcast (&self->cond);
}

static gboolean
on_caller (GstElement *source, GSocketAddress *address, const char *stream_id, gpointer user_data)
{
  Receiver *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_free (self->stream_id);
  self->stream_id = g_strdup (stream_id);
  self->callers++;
  g_cond_broadcast (&self->cond);
  return TRUE;
}

static void
connect (Receiver *self, const char *element_name, const char *signal, GCallback callback)
{
  g_autoptr (GstElement) element = gst_bin_get_by_name (GST_BIN (self->pipeline), element_name);

  g_signal_connect (element, signal, callback, self);
}

static Receiver *
receiver_new (const char *passphrase)
{
  Receiver *self = g_new0 (Receiver, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) source = NULL;
  g_autofree char *uri = NULL;

  self->port = lk_test_find_port (G_SOCKET_TYPE_DATAGRAM);
  self->url = g_strdup_printf ("srt://127.0.0.1:%u?passphrase=%s&streamid=%s", self->port,
                               "correct%20horse%20battery", STREAM_ID);
  self->pipeline
      = gst_parse_launch ("srtsrc name=source authentication=true ! tsdemux name=d "
                          "d. ! queue ! h264parse ! avdec_h264 ! video/x-raw,format=I420 "
                          "! fakesink name=video signal-handoffs=true sync=false async=false "
                          "d. ! queue ! aacparse ! avdec_aac ! audio/x-raw,rate=48000,channels=2 "
                          "! fakesink name=audio signal-handoffs=true sync=false async=false",
                          &error);
  g_assert_no_error (error);
  source = gst_bin_get_by_name (GST_BIN (self->pipeline), "source");
  uri = g_strdup_printf ("srt://127.0.0.1:%u?mode=listener", self->port);
  g_object_set (source, "uri", uri, "passphrase", passphrase, NULL);
  connect (self, "source", "caller-connecting", G_CALLBACK (on_caller));
  connect (self, "video", "handoff", G_CALLBACK (on_frame));
  connect (self, "audio", "handoff", G_CALLBACK (on_sound));
  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_PLAYING), !=,
                   GST_STATE_CHANGE_FAILURE);
  return self;
}

static void
receiver_free (Receiver *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->pipeline);
  g_free (self->url);
  g_free (self->checksum);
  g_free (self->stream_id);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Receiver, receiver_free)

/* That many more pictures and sounds than now. */
static void
receiver_wait (Receiver *self, guint pictures, guint sounds)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  guint last_frame = self->frames + pictures;
  guint last_sound = self->sounds + sounds;

  while (self->frames < last_frame || self->sounds < last_sound)
    g_cond_wait (&self->cond, &self->lock);
}

static void
receiver_wait_for_callers (Receiver *self, guint callers)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  while (self->callers < callers)
    g_cond_wait (&self->cond, &self->lock);
}

/* Until two frames are that far from each other. */
static void
receiver_wait_for_gap (Receiver *self, GstClockTime length)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  while (self->gap < length)
    g_cond_wait (&self->cond, &self->lock);
}

static void
receiver_wait_for_end (Receiver *self)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  g_autoptr (GstMessage) message
      = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
}

/* What the server says */

static char *
start (LkTestDevserver *server, const char *urls)
{
  g_autofree char *output
      = g_strdup_printf ("{\"stream\":{\"protocol\":\"SRT\",\"urls\":[%s]}}", urls);

  return egress_start (server, output);
}

static char *
start_to (LkTestDevserver *server, Receiver *receiver)
{
  g_autofree char *urls = g_strdup_printf ("\"%s\"", receiver->url);

  return start (server, urls);
}

/* It listens itself, so that it needs nobody to receive it. */
static char *
start_listening (LkTestDevserver *server)
{
  g_autofree char *urls = g_strdup_printf ("\"srt://127.0.0.1:%u?mode=listener\"",
                                           lk_test_find_port (G_SOCKET_TYPE_DATAGRAM));

  return start (server, urls);
}

/* What exactly the SRT library says depends on what it notices first. */
static void
assert_srt_failure (LkTestDevserver *server, const char *id)
{
  g_autoptr (JsonObject) info = NULL;

  lk_test_devserver_wait (server, "EGRESS_FAILED", 1);
  info = egress_get_info (server, id);
  g_assert_cmpint (json_object_get_int_member (info, "error_code"), ==, 503);
  g_assert_cmpstr (json_object_get_string_member (info, "details"), ==, "End reason: Failure");
  g_assert_nonnull (strstr (json_object_get_string_member (info, "error"), "SRT socket"));
}

/* Tests */

static void
test_srt (void)
{
  g_autoptr (LkTestDevserver) server = lk_test_devserver_new (NULL);
  g_autoptr (Receiver) receiver = receiver_new (PASSPHRASE);
  g_autofree char *id = start_to (server, receiver);
  g_autofree char *state = NULL;
  g_autoptr (JsonObject) ending = NULL;

  receiver_wait (receiver, ENOUGH, ENOUGH);
  g_assert_cmpuint (receiver->changes, >=, ENOUGH / 2);
  g_assert_cmpuint (receiver->bright, >, 20);
  g_assert_cmpstr (receiver->stream_id, ==, STREAM_ID);
  lk_test_devserver_wait (server, "EGRESS_ACTIVE", 1);

  /* The request is shown without its secrets; the results are not, as it is with LiveKit. */
  state = lk_test_devserver_get_state (server);
  g_assert_nonnull (strstr (state, "passphrase={passphrase}"));
  g_assert_nonnull (strstr (state, "passphrase=correct%20horse%20battery"));

  ending = egress_stop (server, id);
  g_assert_cmpstr (json_object_get_string_member (ending, "status"), ==, "EGRESS_ENDING");
  receiver_wait_for_end (receiver);
  egress_assert_end (server, id, "EGRESS_COMPLETE", "", 0, "End reason: StopEgress API");
  egress_assert_stream (server, id, 0, "FINISHED");
}

static void
test_wrong_passphrase (void)
{
  g_autoptr (LkTestDevserver) server = lk_test_devserver_new (NULL);
  g_autoptr (Receiver) receiver = receiver_new ("incorrect horse battery");
  g_autofree char *id = start_to (server, receiver);

  assert_srt_failure (server, id);
  egress_assert_stream (server, id, 0, "FAILED");
  g_assert_cmpuint (receiver->frames, ==, 0);
}

static void
test_update_stream (void)
{
  g_autoptr (LkTestDevserver) server = lk_test_devserver_new (NULL);
  g_autoptr (Receiver) first = receiver_new (PASSPHRASE);
  g_autoptr (Receiver) second = receiver_new (PASSPHRASE);
  g_autofree char *id = start_to (server, first);
  g_autoptr (JsonObject) added = NULL;
  g_autoptr (JsonObject) removed = NULL;
  g_autoptr (JsonObject) unknown = NULL;
  g_autoptr (JsonObject) wrong = NULL;
  g_autoptr (JsonObject) last = NULL;

  receiver_wait (first, 1, 1);
  added = egress_call (server, "UpdateStream", 200,
                       "{\"egress_id\":\"%s\",\"add_output_urls\":[\"%s\"]}", id, second->url);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (added, "stream_results")),
                    ==, 2);
  receiver_wait (second, ENOUGH, ENOUGH);
  receiver_wait (first, ENOUGH, ENOUGH);

  unknown
      = egress_call (server, "UpdateStream", 404,
                     "{\"egress_id\":\"%s\",\"remove_output_urls\":[\"srt://127.0.0.1:1\"]}", id);
  g_assert_cmpstr (json_object_get_string_member (unknown, "msg"), ==,
                   "twirp error unknown: stream srt://127.0.0.1:1 not found");
  wrong = egress_call (server, "UpdateStream", 400,
                       "{\"egress_id\":\"%s\",\"add_output_urls\":[\"rtmp://127.0.0.1/a/b\"]}", id);
  g_assert_cmpstr (json_object_get_string_member (wrong, "msg"), ==,
                   "twirp error unknown: invalid url rtmp://127.0.0.1/a/b: invalid scheme");

  removed = egress_call (server, "UpdateStream", 200,
                         "{\"egress_id\":\"%s\",\"remove_output_urls\":[\"%s\"]}", id, first->url);
  egress_assert_stream (server, id, 0, "FINISHED");
  egress_assert_stream (server, id, 1, "ACTIVE");
  receiver_wait_for_end (first);
  receiver_wait (second, ENOUGH, ENOUGH);

  last = egress_call (server, "UpdateStream", 200,
                      "{\"egress_id\":\"%s\",\"remove_output_urls\":[\"%s\"]}", id, second->url);
  egress_assert_end (server, id, "EGRESS_COMPLETE", "", 0, "End reason: All streams stopped");
}

/* One dead receiver does not disturb the other; the last one ends the egress. */
static void
test_receiver_gone (void)
{
  g_autoptr (LkTestDevserver) server = lk_test_devserver_new (NULL);
  g_autoptr (Receiver) first = receiver_new (PASSPHRASE);
  g_autoptr (Receiver) second = receiver_new (PASSPHRASE);
  g_autofree char *status = NULL;
  g_autofree char *urls = g_strdup_printf ("\"%s\",\"%s\"", first->url, second->url);
  g_autofree char *id = start (server, urls);

  receiver_wait (first, 1, 1);
  receiver_wait (second, 1, 1);
  gst_element_set_state (first->pipeline, GST_STATE_NULL);
  do
    {
      g_free (status);
      receiver_wait (second, 1, 1);
      status = egress_get_stream_status (server, id, 0);
    }
  while (!g_str_equal (status, "FAILED"));
  receiver_wait (second, ENOUGH, ENOUGH);
  egress_assert_stream (server, id, 1, "ACTIVE");
  g_assert_cmpuint (lk_test_devserver_count (server, "EGRESS_ACTIVE"), ==, 1);

  gst_element_set_state (second->pipeline, GST_STATE_NULL);
  assert_srt_failure (server, id);
}

static void
test_only (gconstpointer flag)
{
  gboolean video = g_str_equal (flag, "video_only");
  g_autoptr (LkTestDevserver) server = lk_test_devserver_new (NULL);
  g_autoptr (Receiver) receiver = receiver_new (PASSPHRASE);
  g_autoptr (JsonObject) info = egress_call (
      server, "StartRoomCompositeEgress", 200,
      "{\"room_name\":\"demo\",\"%s\":true,"
      "\"advanced\":{\"width\":320,\"height\":240,\"framerate\":15,\"video_bitrate\":500},"
      "\"stream_outputs\":[{\"protocol\":\"SRT\",\"urls\":[\"%s\"]}]}",
      (const char *)flag, receiver->url);

  receiver_wait (receiver, video ? ENOUGH : 0, video ? 0 : ENOUGH);
  g_assert_cmpuint (video ? receiver->sounds : receiver->frames, ==, 0);
  g_assert_cmpstr (json_object_get_string_member (info, "source_type"), ==,
                   "EGRESS_SOURCE_TYPE_WEB");
}

static void
test_life (gconstpointer data)
{
  static const struct
  {
    const char *life;
    const char *status;
    const char *error;
    int code;
    const char *details;
  } ends[] = {
    { "fail-starting", "EGRESS_FAILED", "Error on SRT socket: test", 503, "End reason: Failure" },
    { "fail-active", "EGRESS_FAILED", "Error on SRT socket: test", 503, "End reason: Failure" },
    { "abort", "EGRESS_ABORTED", "Start signal not received", 412, "" },
    { "limit", "EGRESS_LIMIT_REACHED", "Session limit reached", 413,
      "End reason: Session limit reached" },
  };
  const char *const arguments[] = { "--start-delay", "0", NULL };
  g_autoptr (LkTestDevserver) server = lk_test_devserver_new (arguments);

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_equal (ends[i].life, data))
      {
        g_autofree char *fault = g_strdup_printf ("{\"life\":\"%s\"}", ends[i].life);
        g_autofree char *id = NULL;
        g_autofree char *next = NULL;

        lk_test_devserver_add_fault (server, fault);
        id = start_listening (server);
        egress_assert_end (server, id, ends[i].status, ends[i].error, ends[i].code,
                           ends[i].details);

        /* It was the one egress that the fault was for. */
        next = start_listening (server);
        lk_test_devserver_wait (server, "EGRESS_ACTIVE", 1);
        return;
      }
  g_assert_not_reached ();
}

static void
test_never_active (void)
{
  const char *const arguments[] = { "--fault", "{\"life\":\"never-active\"}", NULL };
  g_autoptr (LkTestDevserver) server = lk_test_devserver_new (arguments);
  g_autofree char *id = start_listening (server);
  g_autoptr (JsonObject) stopped = NULL;

  g_assert_cmpuint (lk_test_devserver_count (server, "EGRESS_STARTING"), ==, 1);
  stopped = egress_stop (server, id);
  g_assert_cmpstr (json_object_get_string_member (stopped, "status"), ==, "EGRESS_ABORTED");
  egress_assert_end (server, id, "EGRESS_ABORTED", "Start signal not received", 412,
                     "End reason: StopEgress API");
  egress_assert_stream (server, id, 0, "FINISHED");
}

static void
test_no_media (void)
{
  const char *const arguments[] = { "--fault", "{\"life\":\"no-media\"}", NULL };
  g_autoptr (LkTestDevserver) server = lk_test_devserver_new (arguments);
  g_autoptr (Receiver) receiver = receiver_new (PASSPHRASE);
  g_autofree char *id = start_to (server, receiver);
  g_autoptr (JsonObject) ending = NULL;

  receiver_wait_for_callers (receiver, 1);
  lk_test_devserver_wait (server, "EGRESS_ACTIVE", 1);
  ending = egress_stop (server, id);
  egress_assert_end (server, id, "EGRESS_COMPLETE", "", 0, "End reason: StopEgress API");
  g_assert_cmpuint (receiver->frames + receiver->sounds, ==, 0);
}

static void
test_slow_end (void)
{
  const char *const arguments[] = { "--fault", "{\"life\":\"slow-end\"}", NULL };
  g_autoptr (LkTestDevserver) server = lk_test_devserver_new (arguments);
  g_autoptr (Receiver) receiver = receiver_new (PASSPHRASE);
  g_autofree char *id = start_to (server, receiver);
  g_autoptr (JsonObject) ending = NULL;
  g_autoptr (JsonObject) again = NULL;

  receiver_wait (receiver, 1, 1);
  ending = egress_stop (server, id);
  receiver_wait_for_end (receiver);
  again = egress_stop (server, id);
  g_assert_cmpstr (json_object_get_string_member (again, "status"), ==, "EGRESS_ENDING");
  egress_assert_end (server, id, "EGRESS_COMPLETE", "", 0, "End reason: StopEgress API");
}

/* A connection that breaks off is made again. */
static void
test_cut (void)
{
  const char *const arguments[] = { "--fault", "{\"life\":\"cut\"}", NULL };
  g_autoptr (LkTestDevserver) server = lk_test_devserver_new (arguments);
  g_autoptr (Receiver) receiver = receiver_new (PASSPHRASE);
  g_autoptr (GstElement) source = gst_bin_get_by_name (GST_BIN (receiver->pipeline), "source");
  g_autofree char *id = NULL;

  g_object_set (source, "keep-listening", TRUE, NULL);
  id = start_to (server, receiver);
  receiver_wait_for_callers (receiver, 2);
  receiver_wait (receiver, ENOUGH, ENOUGH);
  egress_assert_stream (server, id, 0, "ACTIVE");
}

/* Two seconds without anything are more than what the receiver has in its buffers. */
static void
test_stall (void)
{
  const char *const arguments[] = { "--fault", "{\"life\":\"stall\"}", NULL };
  g_autoptr (LkTestDevserver) server = lk_test_devserver_new (arguments);
  g_autoptr (Receiver) receiver = receiver_new (PASSPHRASE);
  g_autofree char *id = start_to (server, receiver);

  receiver_wait_for_gap (receiver, 3 * GST_SECOND / 2);
  receiver_wait (receiver, ENOUGH, ENOUGH);
  g_assert_cmpuint (receiver->callers, ==, 1);
  egress_assert_stream (server, id, 0, "ACTIVE");
}

/* The receiver sees the end of a killed worker, the API does not. */
static void
test_worker_lost (void)
{
  const char *const arguments[]
      = { "--rpc-timeout", "0", "--fault", "{\"life\":\"worker-lost\"}", NULL };
  g_autoptr (LkTestDevserver) server = lk_test_devserver_new (arguments);
  g_autoptr (Receiver) receiver = receiver_new (PASSPHRASE);
  g_autofree char *id = start_to (server, receiver);
  g_autoptr (JsonObject) stopped = NULL;
  g_autoptr (JsonObject) updated = NULL;

  receiver_wait (receiver, 1, 1);
  lk_test_devserver_wait (server, "EGRESS_ACTIVE", 1);
  receiver_wait_for_end (receiver);
  stopped = egress_call (server, "StopEgress", 408, "{\"egress_id\":\"%s\"}", id);
  updated = egress_call (server, "UpdateStream", 503, "{\"egress_id\":\"%s\"}", id);
  g_assert_cmpuint (lk_test_devserver_count (server, "EGRESS_ACTIVE"), ==, 1);
}

static void
test_not_here (void)
{
  g_autoptr (LkTestDevserver) server = lk_test_devserver_new (NULL);
  g_autoptr (JsonObject) stream = egress_call (
      server, "StartWebEgress", 501,
      "{\"url\":\"http://127.0.0.1/\",\"stream_outputs\":[{\"urls\":[\"mux://key\"]}]}");
  g_autoptr (JsonObject) file
      = egress_call (server, "StartWebEgress", 501,
                     "{\"url\":\"http://127.0.0.1/\",\"file_outputs\":[{\"filepath\":\"a.mp4\"}]}");

  g_autoptr (JsonObject) segments = egress_call (
      server, "StartWebEgress", 501,
      "{\"url\":\"http://127.0.0.1/\",\"segment_outputs\":[{\"filename_prefix\":\"a\"}]}");

  g_assert_cmpstr (json_object_get_string_member (segments, "code"), ==, "unimplemented");
  g_assert_cmpstr (json_object_get_string_member (stream, "code"), ==, "unimplemented");
  g_assert_cmpstr (json_object_get_string_member (file, "code"), ==, "unimplemented");
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/devserver/media/srt", test_srt);
  g_test_add_func ("/devserver/media/wrong-passphrase", test_wrong_passphrase);
  g_test_add_func ("/devserver/media/update-stream", test_update_stream);
  g_test_add_func ("/devserver/media/receiver-gone", test_receiver_gone);
  g_test_add_data_func ("/devserver/media/audio-only", "audio_only", test_only);
  g_test_add_data_func ("/devserver/media/video-only", "video_only", test_only);
  g_test_add_data_func ("/devserver/life/fail-starting", "fail-starting", test_life);
  g_test_add_data_func ("/devserver/life/fail-active", "fail-active", test_life);
  g_test_add_data_func ("/devserver/life/abort", "abort", test_life);
  g_test_add_data_func ("/devserver/life/limit", "limit", test_life);
  g_test_add_func ("/devserver/life/never-active", test_never_active);
  g_test_add_func ("/devserver/life/no-media", test_no_media);
  g_test_add_func ("/devserver/life/slow-end", test_slow_end);
  g_test_add_func ("/devserver/life/cut", test_cut);
  g_test_add_func ("/devserver/life/stall", test_stall);
  g_test_add_func ("/devserver/life/worker-lost", test_worker_lost);
  g_test_add_func ("/devserver/not-here", test_not_here);
  return g_test_run ();
}
