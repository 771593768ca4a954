/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What all receivers that listen share, with a transport that has no network. */

#include <gst/gst.h>
#include <stdio.h>

#include "gstlivekitegresslistener.h"
#include "gstlivekitegressplugin.h"
#include "gstlivekitegressreceivers.h"

#define TIMEOUT (30 * GST_SECOND)
#define PORT 4711

/*** A transport ***/

typedef struct
{
  GstLiveKitEgressListener parent;

  gboolean listening;
  GAsyncQueue *data; /* of buffers, whose offset is their age */
  int refusing;      /* atomic */
} FakeListener;

typedef GstLiveKitEgressListenerClass FakeListenerClass;

static GType fake_listener_get_type (void);

G_DEFINE_TYPE (FakeListener, fake_listener, GST_TYPE_LIVEKIT_EGRESS_LISTENER)

static GstStaticPadTemplate src_template
    = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("audio/x-raw"));

static guint
fake_listen (GstLiveKitEgressListener *self, GSocketAddress *address, guint latency, GError **error)
{
  ((FakeListener *)self)->listening = TRUE;

  return PORT;
}

static void
fake_close (GstLiveKitEgressListener *self)
{
  ((FakeListener *)self)->listening = FALSE;
}

static void
fake_add_output (GstLiveKitEgressListener *self, LkEgressRequest *request, const char *authority)
{
  g_autofree char *url = g_strdup_printf ("srt://%s?streamid=secret", authority);

  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, url);
}

static GstBuffer *
fake_read (GstLiveKitEgressListener *listener, GstClockTime *age, GError **error)
{
  FakeListener *self = (FakeListener *)listener;
  GstBuffer *buffer
      = g_async_queue_timeout_pop (self->data, GST_LIVEKIT_EGRESS_LIVE_SRC_MOMENT / GST_USECOND);

  if (buffer != NULL)
    *age = GST_BUFFER_OFFSET (buffer);

  return buffer;
}

static void
fake_refuse_all (GstLiveKitEgressListener *self)
{
  g_atomic_int_set (&((FakeListener *)self)->refusing, TRUE);
}

static void
fake_add_stats (GstLiveKitEgressListener *self, GstStructure *stats)
{
  gst_structure_set (stats, "fake", G_TYPE_BOOLEAN, TRUE, NULL);
}

static void
fake_listener_finalize (GObject *object)
{
  g_async_queue_unref (((FakeListener *)object)->data);
  G_OBJECT_CLASS (fake_listener_parent_class)->finalize (object);
}

static void
fake_listener_class_init (FakeListenerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fake_listener_finalize;
  gst_element_class_add_static_pad_template (GST_ELEMENT_CLASS (klass), &src_template);
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Fake", "Source", "Fake", "-");
  klass->listen = fake_listen;
  klass->close = fake_close;
  klass->add_output = fake_add_output;
  klass->read = fake_read;
  klass->refuse_all = fake_refuse_all;
  klass->add_stats = fake_add_stats;
}

static void
fake_listener_init (FakeListener *self)
{
  self->data = g_async_queue_new_full ((GDestroyNotify)gst_buffer_unref);
}

/*** A pipeline ***/

typedef struct
{
  GstElement *pipeline, *receiver;
  GstBus *bus;

  GMutex lock;
  GCond cond;
  GString *received; /* one letter a buffer, and ! before each that comes after a gap */
  GstClockTime first, last;
} Fixture;

static void
on_handoff (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
  Fixture *self = user_data;
  char letter;

  gst_buffer_extract (buffer, 0, &letter, 1);
  g_mutex_lock (&self->lock);
  if (self->received->len == 0)
    self->first = GST_BUFFER_PTS (buffer);
  self->last = GST_BUFFER_PTS (buffer);
  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT))
    g_string_append_c (self->received, '!');
  g_string_append_c (self->received, letter);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static GstElement *
make_receiver (const char *advertise_address)
{
  GstLiveKitEgressReceiverConfig config
      = { .advertise_address = advertise_address, .latency = 100 };
  GstElement *receiver;

  gst_livekit_egress_receiver_set_type (GST_LIVEKIT_EGRESS_PROTOCOL_SRT, fake_listener_get_type ());
  receiver = gst_livekit_egress_receiver_new (GST_LIVEKIT_EGRESS_PROTOCOL_SRT, &config);
  gst_livekit_egress_receiver_set_type (GST_LIVEKIT_EGRESS_PROTOCOL_SRT, G_TYPE_INVALID);

  return receiver;
}

static void
set_up (Fixture *self, gconstpointer advertise_address)
{
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->received = g_string_new (NULL);
  self->pipeline = gst_pipeline_new (NULL);
  self->bus = gst_element_get_bus (self->pipeline);
  self->receiver = make_receiver (advertise_address);
  g_object_set (sink, "signal-handoffs", TRUE, "async", FALSE, NULL);
  g_signal_connect (sink, "handoff", G_CALLBACK (on_handoff), self);
  gst_bin_add_many (GST_BIN (self->pipeline), self->receiver, sink, NULL);
  g_assert_true (gst_element_link (self->receiver, sink));
}

static void
tear_down (Fixture *self, gconstpointer advertise_address)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_clear_object (&self->bus);
  gst_clear_object (&self->pipeline);
  g_string_free (self->received, TRUE);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
}

static void
play (Fixture *self)
{
  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_PAUSED), ==,
                   GST_STATE_CHANGE_NO_PREROLL);
  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_PLAYING), ==,
                   GST_STATE_CHANGE_SUCCESS);
}

static void
feed (Fixture *self, char letter, GstClockTime age)
{
  GstBuffer *buffer = gst_buffer_new_memdup (&letter, 1);

  GST_BUFFER_OFFSET (buffer) = age;
  g_async_queue_push (((FakeListener *)self->receiver)->data, buffer);
}

/* Until as much was received; the buffers in the string. */
static void
wait_received (Fixture *self, const char *expected)
{
  gint64 end = g_get_monotonic_time () + TIMEOUT / GST_USECOND;

  g_mutex_lock (&self->lock);
  while (self->received->len < strlen (expected))
    g_assert_true (g_cond_wait_until (&self->cond, &self->lock, end));
  g_assert_cmpstr (self->received->str, ==, expected);
  g_mutex_unlock (&self->lock);
}

static guint64
get_bytes (Fixture *self)
{
  g_autoptr (GstStructure) stats
      = gst_livekit_egress_receiver_get_stats (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver));
  guint64 bytes;

  g_assert_true (gst_structure_has_field (stats, "fake"));
  g_assert_true (gst_structure_get_uint64 (stats, "bytes", &bytes));

  return bytes;
}

/* Dropped data is seen nowhere else. */
static void
wait_bytes (Fixture *self, guint64 bytes)
{
  while (get_bytes (self) < bytes)
    g_thread_yield ();
}

static GstClockTime
get_latency (GstElement *receiver)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  GstClockTime latency, max;
  gboolean live;

  g_assert_true (gst_element_query (receiver, query));
  gst_query_parse_latency (query, &live, &latency, &max);
  g_assert_true (live);
  /* Otherwise a sink asks for a queue before it. */
  g_assert_cmpuint (max, ==, GST_CLOCK_TIME_NONE);

  return latency;
}

static void
connect_sender (Fixture *self, gboolean connected)
{
  gst_livekit_egress_live_src_set_connected (GST_LIVEKIT_EGRESS_LIVE_SRC (self->receiver),
                                             connected);
}

static void
end (Fixture *self, GstClockTime linger)
{
  gst_livekit_egress_receiver_end (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver), linger);
  g_assert_true (g_atomic_int_get (&((FakeListener *)self->receiver)->refusing));
}

static void
wait_eos (Fixture *self)
{
  g_autoptr (GstMessage) message
      = gst_bus_timed_pop_filtered (self->bus, TIMEOUT, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
}

/*** Tests ***/

static void
test_output (Fixture *self, gconstpointer advertise_address)
{
  g_autoptr (LkEgressRequest) request = lk_egress_request_new_participant ("demo", "alice");
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;

  gst_element_set_state (self->pipeline, GST_STATE_PAUSED);
  g_assert_true (gst_livekit_egress_receiver_add_output (
      GST_LIVEKIT_EGRESS_RECEIVER (self->receiver), request, &error));
  g_assert_no_error (error);
  json = lk_egress_message_to_json (LK_EGRESS_MESSAGE (request), LK_EGRESS_JSON_NONE);
  g_assert_nonnull (strstr (json, "srt://[fd00::1]:4711?"));
}

/* What is wrong with the addresses is told at once, and nothing listens then. */
static void
test_wrong_address (Fixture *self, gconstpointer advertise_address)
{
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_PAUSED), ==,
                   GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (self->bus, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
  g_assert_nonnull (strstr (error->message, "advertise-address \"my host\""));
  g_assert_false (((FakeListener *)self->receiver)->listening);
}

/* In the shape that all receivers have. */
static void
test_statistics (Fixture *self, gconstpointer advertise_address)
{
  static const char *const before = "connected=(boolean)false, reconnects=(uint)0, "
                                    "bytes=(guint64)0, last-data=(guint64)";
  g_autoptr (GstStructure) stats = NULL;
  g_autofree char *text = NULL;
  gboolean connected;
  guint reconnects, refused;
  guint64 bytes, last_data;

  g_assert_null (
      gst_livekit_egress_receiver_get_stats (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver)));
  play (self);
  stats = gst_livekit_egress_receiver_get_stats (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver));
  text = gst_structure_to_string (stats);
  g_assert_nonnull (strstr (text, before));
  g_assert_true (gst_structure_get_uint64 (stats, "last-data", &last_data));
  g_assert_cmpuint (last_data, ==, GST_CLOCK_TIME_NONE);

  for (guint i = 0; i < 3; i++)
    {
      connect_sender (self, TRUE);
      connect_sender (self, FALSE);
    }
  connect_sender (self, TRUE);
  feed (self, 'a', 0);
  feed (self, 'b', 0);
  wait_received (self, "!ab");
  gst_livekit_egress_listener_refused (GST_LIVEKIT_EGRESS_LISTENER (self->receiver), "192.0.2.1:5",
                                       "it is a stranger");
  gst_clear_structure (&stats);
  stats = gst_livekit_egress_receiver_get_stats (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver));
  g_assert_true (gst_structure_get (stats, "connected", G_TYPE_BOOLEAN, &connected, "reconnects",
                                    G_TYPE_UINT, &reconnects, "refused", G_TYPE_UINT, &refused,
                                    "bytes", G_TYPE_UINT64, &bytes, "last-data", G_TYPE_UINT64,
                                    &last_data, NULL));
  g_assert_true (connected);
  g_assert_cmpuint (reconnects, ==, 3);
  g_assert_cmpuint (refused, ==, 1);
  g_assert_cmpuint (bytes, ==, 2);
  g_assert_cmpuint (last_data, <, TIMEOUT);
}

static guint n_lines, n_left_out;

static void
on_log (GstDebugCategory *category,
        GstDebugLevel level,
        const char *file,
        const char *function,
        int line,
        GObject *object,
        GstDebugMessage *message,
        gpointer data)
{
  const char *text = gst_debug_message_get (message);
  guint n;

  if (g_str_has_suffix (text, " more before this"))
    {
      g_assert_cmpint (sscanf (text, "refused %u", &n), ==, 1);
      n_left_out += n;
    }
  else if (g_str_equal (text, "refused 192.0.2.1:5: it is a stranger"))
    n_lines++;
}

/* Each stranger is a line with its address, and many do not fill the log. */
static void
test_strangers_in_log (Fixture *self, gconstpointer advertise_address)
{
  gint64 begin = g_get_monotonic_time ();
  guint n = 0;

  gst_debug_remove_log_function (gst_debug_log_default);
  gst_debug_add_log_function (on_log, NULL, NULL);
  gst_debug_category_set_threshold (gst_livekit_egress_debug, GST_LEVEL_WARNING);
  for (; n_left_out == 0; n++)
    gst_livekit_egress_listener_refused (GST_LIVEKIT_EGRESS_LISTENER (self->receiver),
                                         "192.0.2.1:5", "it is a stranger");
  gst_debug_remove_log_function (on_log);
  gst_debug_add_log_function (gst_debug_log_default, NULL, NULL);

  g_assert_cmpuint (n_lines, <=, 10 * (2 + (g_get_monotonic_time () - begin) / G_TIME_SPAN_SECOND));
  g_assert_cmpuint (n_lines + n_left_out, ==, n);
}

/* While the pipeline is paused everything is read and dropped, and the latency stays as it was. */
static void
test_pause (Fixture *self, gconstpointer advertise_address)
{
  GstClockTime latency;

  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_PAUSED), ==,
                   GST_STATE_CHANGE_NO_PREROLL);
  feed (self, 'a', 0);
  wait_bytes (self, 1);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  feed (self, 'b', 0);
  feed (self, 'c', 0);
  wait_received (self, "!bc");
  latency = get_latency (self->receiver);

  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_PAUSED), ==,
                   GST_STATE_CHANGE_NO_PREROLL);
  feed (self, 'd', 0);
  feed (self, 'e', 0);
  wait_bytes (self, 5);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  feed (self, 'f', 50 * GST_MSECOND);
  wait_received (self, "!bc!f");
  g_assert_cmpuint (get_latency (self->receiver), ==, latency);
}

/* What is on its way when the pipeline begins to play makes the whole stream come later. */
static void
test_lag (Fixture *self, gconstpointer advertise_address)
{
  play (self);
  g_assert_cmpuint (get_latency (self->receiver), ==, 100 * GST_MSECOND);
  feed (self, 'a', TIMEOUT);
  feed (self, 'b', TIMEOUT);
  wait_received (self, "!ab");
  g_assert_cmpuint (self->first, ==, 0);
  g_assert_cmpuint (self->last, <, GST_SECOND);
  g_assert_cmpuint (get_latency (self->receiver), >, TIMEOUT - GST_SECOND);
}

static void
test_end_of_nobody (Fixture *self, gconstpointer advertise_address)
{
  play (self);
  end (self, TIMEOUT);
  wait_eos (self);
}

/* Who was let in and sent something before the end is heard to the end. */
static void
test_end_after_what_came (Fixture *self, gconstpointer advertise_address)
{
  play (self);
  connect_sender (self, TRUE);
  feed (self, 'a', 0);
  wait_received (self, "!a");
  feed (self, 'b', 0);
  feed (self, 'c', 0);
  end (self, TIMEOUT);
  wait_received (self, "!abc");
  connect_sender (self, FALSE);
  wait_eos (self);
}

static void
test_end_of_silence (Fixture *self, gconstpointer advertise_address)
{
  play (self);
  connect_sender (self, TRUE);
  feed (self, 'a', 0);
  wait_received (self, "!a");
  end (self, 100 * GST_MSECOND);
  wait_eos (self);
}

static gpointer
talk (gpointer data)
{
  Fixture *self = data;
  FakeListener *listener = (FakeListener *)self->receiver;

  while (!g_atomic_int_get (&listener->refusing) || g_async_queue_length (listener->data) < 10)
    {
      if (g_async_queue_length (listener->data) < 10)
        feed (self, 't', 0);
      g_thread_yield ();
    }

  return NULL;
}

/* A sender that does not obey is not listened to for ever. */
static void
test_end_of_a_talker (Fixture *self, gconstpointer advertise_address)
{
  g_autoptr (GThread) talker = NULL;

  play (self);
  connect_sender (self, TRUE);
  feed (self, 't', 0);
  wait_received (self, "!t");
  talker = g_thread_new ("talker", talk, self);
  end (self, TIMEOUT);
  wait_eos (self);
  g_thread_join (g_steal_pointer (&talker));
}

/* A mixer drops what comes later than this, whatever the protocol. */
static void
test_latency (void)
{
  static const struct
  {
    GstLiveKitEgressProtocol protocol;
    GstLiveKitEgressReceiverConfig config;
  } rows[] = {
    { GST_LIVEKIT_EGRESS_PROTOCOL_SRT, { .latency = 300 } },
    { GST_LIVEKIT_EGRESS_PROTOCOL_SRT,
      { .latency = 300,
        .srt_mode = GST_LIVEKIT_EGRESS_SRT_MODE_CALLER,
        .srt_location = "srt://127.0.0.1:1" } },
    { GST_LIVEKIT_EGRESS_PROTOCOL_RTMP, { .latency = 300 } },
    { GST_LIVEKIT_EGRESS_PROTOCOL_RTMP,
      { .latency = 300, .rtmp_location = "rtmp://127.0.0.1/a/k" } },
    { GST_LIVEKIT_EGRESS_PROTOCOL_WEBSOCKET, { .latency = 300 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GstElement *receiver = gst_livekit_egress_receiver_new (rows[i].protocol, &rows[i].config);

      g_assert_cmpuint (get_latency (receiver), ==, 300 * GST_MSECOND);
      gst_object_unref (receiver);
    }
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    const char *advertise_address;
    void (*func) (Fixture *, gconstpointer);
  } tests[] = {
    { "/receivers/output", "fd00::1", test_output },
    { "/receivers/wrong-address", "my host", test_wrong_address },
    { "/receivers/statistics", NULL, test_statistics },
    { "/receivers/strangers-in-log", NULL, test_strangers_in_log },
    { "/receivers/pause", NULL, test_pause },
    { "/receivers/lag", NULL, test_lag },
    { "/receivers/end-of-nobody", NULL, test_end_of_nobody },
    { "/receivers/end-after-what-came", NULL, test_end_after_what_came },
    { "/receivers/end-of-silence", NULL, test_end_of_silence },
    { "/receivers/end-of-a-talker", NULL, test_end_of_a_talker },
  };

  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  gst_livekit_egress_plugin_init ();

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, tests[i].advertise_address, set_up, tests[i].func,
                tear_down);
  g_test_add_func ("/receivers/latency", test_latency);

  return g_test_run ();
}
