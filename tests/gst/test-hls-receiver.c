/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The HLS receiver over a folder and over HTTP, with what a worker writes and with what none
 * should. Its segments here are packets of MPEG-TS that hold a letter. */

#include <gst/gst.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gstlivekitegressplugin.h"
#include "gstlivekitegressreceivers.h"
#include "lk-test-folder.h"
#include "lk-test-server.h"

#define TIMEOUT (30 * GST_SECOND)
#define HEAD "#EXTM3U\n#EXT-X-TARGETDURATION:1\n"
#define SEGMENT(name) "#EXTINF:1.000,\n" name "\n"
#define END "#EXT-X-ENDLIST\n"
#define N_PACKETS 400 /* more than one piece */

/*** A server ***/

/* What it does with a path: the file of that name in the folder, unless this says something else.
 */
typedef struct
{
  const char *name;   /* the end of the path */
  int times;          /* then the file; -1 for ever */
  guint status;       /* 0: no answer at all */
  const char *header; /* Location, or the text of a Content-Length that is a lie */
  gboolean endless;
} Answer;

typedef struct
{
  GstElement *pipeline, *receiver;
  GstBus *bus;
  char *folder;

  LkTestServer *server;
  Answer answer; /* set before it plays */

  GMutex lock;
  GCond cond;
  GString *received; /* one letter a segment, and ! before each that comes after a gap */
  char letter;       /* of the segment that comes */
  guint n_packets;
  GArray *times; /* of the first buffer of each segment, NONE without one */
  gboolean eos;
} Fixture;

static void
on_wrote_chunk (SoupServerMessage *message, gpointer user_data)
{
  static const char chunk[1024 * 1024];

  soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_STATIC,
                            chunk, sizeof chunk);
}

static void
on_wrote_some (SoupServerMessage *message, guint size, gpointer user_data)
{
  g_socket_shutdown (soup_server_message_get_socket (message), TRUE, TRUE, NULL);
}

/* TRUE if the request is answered so. */
static gboolean
misbehave (Fixture *self, SoupServerMessage *message, const char *path)
{
  Answer *answer = &self->answer;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  if (answer->name == NULL || answer->times == 0 || !g_str_has_suffix (path, answer->name))
    return FALSE;
  if (answer->times > 0)
    answer->times--;

  if (answer->status == 0)
    soup_server_message_pause (message);
  else
    soup_server_message_set_status (message, answer->status, NULL);
  if (answer->endless)
    {
      soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
      soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
      g_signal_connect (message, "wrote-headers", G_CALLBACK (on_wrote_chunk), NULL);
      g_signal_connect (message, "wrote-chunk", G_CALLBACK (on_wrote_chunk), NULL);
    }
  else if (answer->status == SOUP_STATUS_OK)
    {
      /* It says that more comes, and hangs up. */
      soup_message_headers_set_content_length (headers, 1000000);
      soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_STATIC,
                                "GGGG", 4);
      g_signal_connect (message, "wrote-body-data", G_CALLBACK (on_wrote_some), NULL);
    }
  else if (answer->header != NULL)
    soup_message_headers_replace (headers, "Location", answer->header);
  return TRUE;
}

static void
answer_request (LkTestRequest *request, gpointer user_data)
{
  Fixture *self = user_data;
  g_autofree char *file = g_build_filename (self->folder, request->path, NULL);
  g_autofree char *content = NULL;
  gsize length;

  if (misbehave (self, request->message, request->path))
    return;
  if (g_file_get_contents (file, &content, &length, NULL))
    lk_test_request_reply (request, SOUP_STATUS_OK, "text/plain", content, (gssize)length);
  else
    lk_test_request_reply (request, SOUP_STATUS_NOT_FOUND, "text/plain", "", 0);
}

/*** A pipeline ***/

static void
on_handoff (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
  Fixture *self = user_data;
  const gboolean gap = GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  const gsize size = gst_buffer_get_size (buffer);
  guint8 packet[188];

  g_assert_cmpuint (size % sizeof packet, ==, 0);
  g_mutex_lock (&self->lock);
  for (gsize i = 0; i < size; i += sizeof packet)
    {
      gst_buffer_extract (buffer, i, packet, sizeof packet);
      g_assert_cmpuint (packet[0], ==, 'G');
      if (self->n_packets == 0)
        {
          self->letter = packet[1];
          g_array_append_val (self->times, GST_BUFFER_PTS (buffer));
          if (gap && self->received->len > 0)
            g_string_append_c (self->received, '!');
        }
      g_assert_cmpuint (packet[1], ==, self->letter);
      if (++self->n_packets == N_PACKETS)
        {
          g_string_append_c (self->received, self->letter);
          self->n_packets = 0;
        }
    }
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->received = g_string_new (NULL);
  self->times = g_array_new (FALSE, FALSE, sizeof (GstClockTime));
  self->folder = g_dir_make_tmp ("hls-XXXXXX", &error);
  g_assert_no_error (error);
}

static void
make_pipeline (Fixture *self, const char *playback_uri, GstLiveKitEgressHlsStart start)
{
  g_autofree char *location = g_build_filename (self->folder, "play.m3u8", NULL);
  const GstLiveKitEgressReceiverConfig config
      = { .location = location, .playback_uri = playback_uri, .hls_start = start };
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);

  self->pipeline = gst_pipeline_new (NULL);
  self->bus = gst_element_get_bus (self->pipeline);
  self->receiver = gst_livekit_egress_receiver_new (GST_LIVEKIT_EGRESS_PROTOCOL_HLS, &config);
  g_object_set (sink, "signal-handoffs", TRUE, "async", FALSE, NULL);
  g_signal_connect (sink, "handoff", G_CALLBACK (on_handoff), self);
  gst_bin_add_many (GST_BIN (self->pipeline), self->receiver, sink, NULL);
  g_assert_true (gst_element_link (self->receiver, sink));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_clear_object (&self->bus);
  gst_clear_object (&self->pipeline);
  g_clear_pointer (&self->server, lk_test_server_free);
  lk_test_remove_folder (self->folder);
  g_free (self->folder);
  g_string_free (self->received, TRUE);
  g_array_unref (self->times);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
}

static guint
get_polls (Fixture *self)
{
  g_autoptr (GstStructure) stats
      = gst_livekit_egress_receiver_get_stats (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver));
  guint polls;

  g_assert_true (gst_structure_get_uint (stats, "polls", &polls));
  return polls;
}

static void
wait_polls (Fixture *self, guint polls)
{
  while (get_polls (self) < polls)
    g_usleep (1000);
}

/* What is written then is of this egress: the first look was for what is there before. */
static void
wait_looked (Fixture *self)
{
  wait_polls (self, 2);
}

static void
play (Fixture *self)
{
  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_PAUSED), ==,
                   GST_STATE_CHANGE_NO_PREROLL);
  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_PLAYING), ==,
                   GST_STATE_CHANGE_SUCCESS);
}

/* As a writer does it that is careful. */
static void
write_file (Fixture *self, const char *name, const char *content, gsize length)
{
  g_autofree char *file = g_build_filename (self->folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (file, content, length, &error);
  g_assert_no_error (error);
}

static void
write_segment (Fixture *self, char letter)
{
  g_autofree char *content = g_malloc0 (N_PACKETS * 188);
  const char name[] = { letter, '.', 't', 's', '\0' };

  for (guint i = 0; i < N_PACKETS; i++)
    {
      content[i * 188] = 'G';
      content[i * 188 + 1] = letter;
    }
  write_file (self, name, content, N_PACKETS * 188);
}

static void
publish (Fixture *self, const char *letters, const char *playlist)
{
  for (const char *p = letters; *p != '\0'; p++)
    write_segment (self, *p);
  write_file (self, "play-live.m3u8", playlist, strlen (playlist));
  write_file (self, "play.m3u8", playlist, strlen (playlist));
}

/* Until as much was received. */
static void
wait_received (Fixture *self, const char *expected)
{
  gint64 end = g_get_monotonic_time () + TIMEOUT / GST_USECOND;

  g_mutex_lock (&self->lock);
  while (self->received->len < strlen (expected))
    if (!g_cond_wait_until (&self->cond, &self->lock, end))
      g_error ("\"%s\" came, not \"%s\"", self->received->str, expected);
  g_assert_cmpstr (self->received->str, ==, expected);
  g_mutex_unlock (&self->lock);
}

static GstMessage *
pop (Fixture *self, GstMessageType types)
{
  GstMessage *message = gst_bus_timed_pop_filtered (self->bus, TIMEOUT, types);

  g_assert_nonnull (message);
  return message;
}

static void
assert_message (Fixture *self, GstMessageType type, const char *words)
{
  g_autoptr (GstMessage) message
      = pop (self, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING | GST_MESSAGE_EOS);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (GST_MESSAGE_TYPE_NAME (message), ==, gst_message_type_get_name (type));
  if (type == GST_MESSAGE_EOS)
    return;
  if (type == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  else
    gst_message_parse_warning (message, &error, NULL);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" says nothing of \"%s\"", error->message, words);
}

static void
end (Fixture *self)
{
  gst_livekit_egress_receiver_end (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver), GST_SECOND);
}

static GstClockTime
get_time (Fixture *self, guint segment)
{
  GstClockTime time;

  g_mutex_lock (&self->lock);
  time = g_array_index (self->times, GstClockTime, segment);
  g_mutex_unlock (&self->lock);
  return time;
}

static void
play_over_http (Fixture *self, Answer answer)
{
  g_autofree char *url = NULL;

  self->answer = answer;
  self->server = lk_test_server_new (answer_request, self);
  url = g_strconcat (lk_test_server_get_url (self->server), "/play-live.m3u8", NULL);
  make_pipeline (self, url, GST_LIVEKIT_EGRESS_HLS_START_FIRST);
  play (self);
  if (answer.times == 0 || !g_str_has_suffix (answer.name, ".m3u8") || answer.status != 0)
    wait_looked (self);
}

static void
play_folder (Fixture *self, GstLiveKitEgressHlsStart start)
{
  make_pipeline (self, NULL, start);
  play (self);
  wait_looked (self);
}

static void
wait_connected (Fixture *self)
{
  gboolean connected = FALSE;

  while (!connected)
    {
      g_autoptr (GstStructure) stats
          = gst_livekit_egress_receiver_get_stats (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver));

      g_assert_true (gst_structure_get_boolean (stats, "connected", &connected));
      g_usleep (1000);
    }
}

/*** A good worker ***/

static void
test_each_segment_once (Fixture *self, gconstpointer over_http)
{
  if (over_http != NULL)
    play_over_http (self, (Answer){ NULL });
  else
    play_folder (self, GST_LIVEKIT_EGRESS_HLS_START_LIVE);

  publish (self, "a", HEAD SEGMENT ("a.ts"));
  wait_received (self, "a");
  publish (self, "bc", HEAD SEGMENT ("a.ts") SEGMENT ("b.ts") SEGMENT ("c.ts"));
  wait_received (self, "abc");
  publish (self, "d", HEAD "#EXT-X-MEDIA-SEQUENCE:2\n" SEGMENT ("c.ts") SEGMENT ("d.ts"));
  wait_received (self, "abcd");
  publish (self, "e", HEAD "#EXT-X-MEDIA-SEQUENCE:4\n" SEGMENT ("e.ts") END);
  end (self);
  assert_message (self, GST_MESSAGE_EOS, NULL);
  wait_received (self, "abcde");

  /* The stream's own clock goes on. */
  g_assert_true (GST_CLOCK_TIME_IS_VALID (get_time (self, 0)));
  for (guint i = 1; i < 5; i++)
    g_assert_false (GST_CLOCK_TIME_IS_VALID (get_time (self, i)));
}

static void
test_starts (Fixture *self, gconstpointer first)
{
  play_folder (self, GPOINTER_TO_UINT (first));
  publish (self, "abc", HEAD SEGMENT ("a.ts") SEGMENT ("b.ts") SEGMENT ("c.ts") END);
  end (self);
  assert_message (self, GST_MESSAGE_EOS, NULL);
  wait_received (self, GPOINTER_TO_UINT (first) ? "abc" : "c");
}

/* It says how the egress ended, and its last segment and the end of the list come before that. */
static void
test_ends_without_endlist (Fixture *self, gconstpointer data)
{
  play_folder (self, GST_LIVEKIT_EGRESS_HLS_START_LIVE);
  publish (self, "a", HEAD SEGMENT ("a.ts"));
  wait_received (self, "a");
  publish (self, "b", HEAD SEGMENT ("a.ts") SEGMENT ("b.ts"));
  end (self);
  assert_message (self, GST_MESSAGE_EOS, NULL);
  wait_received (self, "ab");
}

static void
test_endlist_is_the_end (Fixture *self, gconstpointer data)
{
  play_folder (self, GST_LIVEKIT_EGRESS_HLS_START_LIVE);
  publish (self, "a", HEAD SEGMENT ("a.ts") END);
  assert_message (self, GST_MESSAGE_EOS, NULL);
  wait_received (self, "a");
}

static void
test_leftover_is_not_played (Fixture *self, gconstpointer data)
{
  publish (self, "xy", HEAD SEGMENT ("x.ts") SEGMENT ("y.ts") END);
  play_folder (self, GST_LIVEKIT_EGRESS_HLS_START_FIRST);
  /* It is looked at twice in half a second. */
  g_assert_null (
      gst_bus_timed_pop_filtered (self->bus, GST_SECOND / 2, GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  publish (self, "a", HEAD SEGMENT ("a.ts") END);
  end (self);
  assert_message (self, GST_MESSAGE_EOS, NULL);
  wait_received (self, "a");
}

/* A folder is looked at more often than a server. */
static void
test_latency (Fixture *self, gconstpointer over_http)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  GstClockTime latency;
  gboolean live;

  if (over_http != NULL)
    play_over_http (self, (Answer){ NULL });
  else
    play_folder (self, GST_LIVEKIT_EGRESS_HLS_START_LIVE);
  publish (self, "a", HEAD SEGMENT ("a.ts"));
  wait_received (self, "a");
  g_assert_true (gst_element_query (self->receiver, query));
  gst_query_parse_latency (query, &live, &latency, NULL);
  g_assert_true (live);
  g_assert_cmpuint (latency, ==, (over_http != NULL ? 1750 : 1350) * GST_MSECOND);
}

/* It is known how long the next segment takes to be written. */
static void
test_folder_rests_meanwhile (Fixture *self, gconstpointer data)
{
  const char *head = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2.000,\na.ts\n";
  g_autofree char *two = g_strconcat (head, "#EXTINF:2.000,\nb.ts\n", NULL);
  g_autofree char *three = g_strconcat (two, "#EXTINF:2.000,\nc.ts\n", NULL);
  gint64 begin;

  play_folder (self, GST_LIVEKIT_EGRESS_HLS_START_LIVE);
  publish (self, "a", head);
  wait_received (self, "a");
  /* The first of these looks has found nothing new when the second one begins. */
  wait_polls (self, get_polls (self) + 2);
  begin = g_get_monotonic_time ();
  publish (self, "b", two);
  wait_received (self, "ab");
  publish (self, "c", three);
  wait_received (self, "abc");
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 1800 * G_TIME_SPAN_MILLISECOND);
}

static void
test_discontinuity_has_a_time (Fixture *self, gconstpointer data)
{
  play_folder (self, GST_LIVEKIT_EGRESS_HLS_START_FIRST);
  publish (self, "ab", HEAD SEGMENT ("a.ts") "#EXT-X-DISCONTINUITY\n" SEGMENT ("b.ts") END);
  wait_received (self, "a!b");
  /* Reading the clock twice takes no time worth mentioning. */
  g_assert_cmpuint (ABS (GST_CLOCK_DIFF (get_time (self, 0) + GST_SECOND, get_time (self, 1))), <,
                    100 * GST_MSECOND);
}

static void
test_pause_goes_on_at_the_live_edge (Fixture *self, gconstpointer data)
{
  play_folder (self, GST_LIVEKIT_EGRESS_HLS_START_LIVE);
  publish (self, "a", HEAD SEGMENT ("a.ts"));
  wait_received (self, "a");
  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_PAUSED), ==,
                   GST_STATE_CHANGE_NO_PREROLL);
  publish (self, "bcd", HEAD SEGMENT ("a.ts") SEGMENT ("b.ts") SEGMENT ("c.ts") SEGMENT ("d.ts"));
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  wait_received (self, "a!d");
}

/*** What goes wrong ***/

static void
test_missing_segment (Fixture *self, gconstpointer data)
{
  play_folder (self, GST_LIVEKIT_EGRESS_HLS_START_FIRST);
  publish (self, "ac", HEAD SEGMENT ("a.ts") SEGMENT ("b.ts") SEGMENT ("c.ts") END);
  assert_message (self, GST_MESSAGE_WARNING, "b.ts");
  end (self);
  assert_message (self, GST_MESSAGE_EOS, NULL);
  wait_received (self, "a!c");
}

static void
test_jump (Fixture *self, gconstpointer data)
{
  play_folder (self, GST_LIVEKIT_EGRESS_HLS_START_LIVE);
  publish (self, "a", HEAD SEGMENT ("a.ts"));
  wait_received (self, "a");
  publish (self, "g", HEAD "#EXT-X-MEDIA-SEQUENCE:6\n" SEGMENT ("g.ts"));
  assert_message (self, GST_MESSAGE_WARNING, "5 segments");
  wait_received (self, "a!g");
  publish (self, "", HEAD SEGMENT ("a.ts"));
  publish (self, "h", HEAD "#EXT-X-MEDIA-SEQUENCE:6\n" SEGMENT ("g.ts") SEGMENT ("h.ts"));
  wait_received (self, "a!gh");
}

static void
test_lost_and_back (Fixture *self, gconstpointer data)
{
  gboolean connected = TRUE;

  play_folder (self, GST_LIVEKIT_EGRESS_HLS_START_LIVE);
  publish (self, "a", HEAD SEGMENT ("a.ts"));
  wait_received (self, "a");
  while (connected)
    {
      g_autoptr (GstStructure) stats
          = gst_livekit_egress_receiver_get_stats (GST_LIVEKIT_EGRESS_RECEIVER (self->receiver));

      g_assert_true (gst_structure_get_boolean (stats, "connected", &connected));
      g_usleep (10000);
    }
  publish (self, "b", HEAD SEGMENT ("a.ts") SEGMENT ("b.ts"));
  wait_received (self, "ab");
  wait_connected (self);
}

/* What stands in a playlist, or in its place, and what is said of it. */
typedef struct
{
  const char *playlist;
  const char *words;
} Lie;

static const Lie lies[] = {
  { HEAD SEGMENT ("../up.ts"), "line 4" },
  { HEAD SEGMENT ("http://127.0.0.1:1/other.ts"), "line 4" },
  { HEAD SEGMENT ("file:///etc/passwd"), "own folder" },
  { "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlive.m3u8\n", "master playlist" },
  { "<html>a page</html>\n", "#EXTM3U" },
  { HEAD SEGMENT ("link.ts"), "symbolic link" },
  { HEAD SEGMENT ("pipe.ts"), "no regular file" },
};

static void
test_lie (Fixture *self, gconstpointer data)
{
  const Lie *lie = data;
  g_autofree char *link = g_build_filename (self->folder, "link.ts", NULL);
  g_autofree char *pipe = g_build_filename (self->folder, "pipe.ts", NULL);

  g_assert_cmpint (symlink ("/etc/passwd", link), ==, 0);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  play_folder (self, GST_LIVEKIT_EGRESS_HLS_START_LIVE);
  publish (self, "", lie->playlist);
  assert_message (self, GST_MESSAGE_ERROR, lie->words);
}

static void
test_huge_playlist (Fixture *self, gconstpointer data)
{
  g_autofree char *huge = g_strnfill (10 * 1024 * 1024, '\n');

  play_folder (self, GST_LIVEKIT_EGRESS_HLS_START_LIVE);
  publish (self, "", huge);
  assert_message (self, GST_MESSAGE_ERROR, "bytes");
}

static void
test_page_in_place_of_a_segment (Fixture *self, gconstpointer data)
{
  play_folder (self, GST_LIVEKIT_EGRESS_HLS_START_FIRST);
  write_file (self, "b.ts", "<html>404</html>", -1);
  publish (self, "ac", HEAD SEGMENT ("a.ts") SEGMENT ("b.ts") SEGMENT ("c.ts"));
  assert_message (self, GST_MESSAGE_WARNING, "b.ts is neither MPEG-TS nor fragmented MP4");
  wait_received (self, "a!c");
}

typedef struct
{
  Answer answer;
  GstMessageType type; /* EOS if it is got over */
  const char *words;
  const char *received;
} Fault;

static const Fault faults[] = {
  { { "/b.ts", 3, 404 }, GST_MESSAGE_EOS, NULL, "abc" },
  { { "/b.ts", 3, 500 }, GST_MESSAGE_EOS, NULL, "abc" },
  { { "/b.ts", 2, 200 }, GST_MESSAGE_EOS, NULL, "abc" },
  { { "/b.ts", -1, 404 },
    GST_MESSAGE_WARNING,
    "b.ts cannot be read: the server answered 404",
    "a!c" },
  { { "/b.ts", -1, 200 }, GST_MESSAGE_WARNING, "b.ts cannot be read", "a!c" },
  { { "/play-live.m3u8", 3, 503 }, GST_MESSAGE_EOS, NULL, "abc" },
  { { "/b.ts", -1, 401 }, GST_MESSAGE_ERROR, "401", "a" },
  { { "/b.ts", -1, 302, "http://127.0.0.1:1/b.ts" }, GST_MESSAGE_ERROR, "not followed", "a" },
  { { "/play-live.m3u8", -1, 301, "/play.m3u8" }, GST_MESSAGE_ERROR, "not followed", "" },
  { { "/b.ts", -1, 200, NULL, TRUE }, GST_MESSAGE_ERROR, "b.ts has more than 67108864 bytes", "a" },
  { { "/play-live.m3u8", -1, 200, NULL, TRUE }, GST_MESSAGE_ERROR, "bytes", "" },
};

static void
test_fault (Fixture *self, gconstpointer data)
{
  const Fault *fault = data;

  play_over_http (self, fault->answer);
  publish (self, "abc", HEAD SEGMENT ("a.ts") SEGMENT ("b.ts") SEGMENT ("c.ts") END);
  if (fault->type != GST_MESSAGE_ERROR)
    wait_connected (self);
  end (self);
  assert_message (self, fault->type, fault->words);
  if (fault->type == GST_MESSAGE_WARNING)
    assert_message (self, GST_MESSAGE_EOS, NULL);
  wait_received (self, fault->received);
}

/* The server has taken the request and says nothing. */
static void
test_goes_down_while_reading (Fixture *self, gconstpointer name)
{
  play_over_http (self, (Answer){ name, -1, 0 });
  publish (self, "abc", HEAD SEGMENT ("a.ts") SEGMENT ("b.ts") SEGMENT ("c.ts") END);
  if (g_str_equal (name, "/b.ts"))
    wait_received (self, "a");
  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_NULL), ==,
                   GST_STATE_CHANGE_SUCCESS);
}

static void
test_goes_down_at_any_moment (Fixture *self, gconstpointer data)
{
  publish (self, "abc", HEAD SEGMENT ("a.ts") SEGMENT ("b.ts") SEGMENT ("c.ts") END);
  make_pipeline (self, NULL, GST_LIVEKIT_EGRESS_HLS_START_FIRST);
  for (guint i = 0; i < 50; i++)
    {
      play (self);
      g_usleep (i * 1000);
      g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_NULL), ==,
                       GST_STATE_CHANGE_SUCCESS);
    }
}

/*** Settings ***/

typedef struct
{
  const char *location;
  const char *playback_uri;
  const char *words;
} Setting;

static const Setting settings[] = {
  { NULL, NULL, "location is not set" },
  { "live.m3u8", NULL, "location is no path from / on" },
  { "/srv/egress/", NULL, "location names no playlist" },
  { "/srv/egress/a.ts", NULL, "location names no playlist" },
  { "/srv/../egress/a.m3u8", NULL, "location has \".\"" },
  { "/srv/{room_name}.m3u8", NULL, "location has a name in braces" },
  { "https://h/a.m3u8", NULL, "playback-uri" },
  { "ftp://h/a.m3u8", NULL, "location: " },
  { "/srv/a.m3u8", "srv/a.m3u8", "playback-uri is no address" },
  { "/srv/a.m3u8", "https://u:p@h/a.m3u8", "playback-uri has a user" },
};

static void
test_setting (gconstpointer data)
{
  const Setting *setting = data;
  const GstLiveKitEgressReceiverConfig config
      = { .location = setting->location, .playback_uri = setting->playback_uri };
  GstElement *receiver = gst_livekit_egress_receiver_new (GST_LIVEKIT_EGRESS_PROTOCOL_HLS, &config);
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  gst_object_ref_sink (receiver);
  gst_element_set_bus (receiver, bus);
  g_assert_cmpint (gst_element_set_state (receiver, GST_STATE_PAUSED), ==,
                   GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  gst_message_parse_error (message, &error, NULL);
  if (strstr (error->message, setting->words) == NULL)
    g_error ("\"%s\" says nothing of \"%s\"", error->message, setting->words);
  gst_element_set_bus (receiver, NULL);
  gst_element_set_state (receiver, GST_STATE_NULL);
  gst_object_unref (receiver);
}

#define ADD(name, data, function)                                                                  \
  g_test_add ("/hls-receiver/" name, Fixture, data, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  gst_livekit_egress_plugin_init ();

  ADD ("each-segment-once/folder", NULL, test_each_segment_once);
  ADD ("each-segment-once/http", "", test_each_segment_once);
  ADD ("starts/live", GUINT_TO_POINTER (GST_LIVEKIT_EGRESS_HLS_START_LIVE), test_starts);
  ADD ("starts/first", GUINT_TO_POINTER (GST_LIVEKIT_EGRESS_HLS_START_FIRST), test_starts);
  ADD ("ends-without-endlist", NULL, test_ends_without_endlist);
  ADD ("endlist-is-the-end", NULL, test_endlist_is_the_end);
  ADD ("leftover-is-not-played", NULL, test_leftover_is_not_played);
  ADD ("latency/folder", NULL, test_latency);
  ADD ("latency/http", "", test_latency);
  ADD ("folder-rests-meanwhile", NULL, test_folder_rests_meanwhile);
  ADD ("discontinuity-has-a-time", NULL, test_discontinuity_has_a_time);
  ADD ("pause-goes-on-at-the-live-edge", NULL, test_pause_goes_on_at_the_live_edge);
  ADD ("missing-segment", NULL, test_missing_segment);
  ADD ("jump", NULL, test_jump);
  ADD ("lost-and-back", NULL, test_lost_and_back);
  for (guint i = 0; i < G_N_ELEMENTS (lies); i++)
    {
      g_autofree char *name = g_strdup_printf ("/hls-receiver/lie/%u", i);

      g_test_add (name, Fixture, &lies[i], set_up, test_lie, tear_down);
    }
  ADD ("huge-playlist", NULL, test_huge_playlist);
  ADD ("page-in-place-of-a-segment", NULL, test_page_in_place_of_a_segment);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *name = g_strdup_printf ("/hls-receiver/fault/%u", i);

      g_test_add (name, Fixture, &faults[i], set_up, test_fault, tear_down);
    }
  ADD ("goes-down/reading-a-segment", "/b.ts", test_goes_down_while_reading);
  ADD ("goes-down/reading-the-playlist", "/play-live.m3u8", test_goes_down_while_reading);
  ADD ("goes-down/at-any-moment", NULL, test_goes_down_at_any_moment);
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_autofree char *name = g_strdup_printf ("/hls-receiver/setting/%u", i);

      g_test_add_data_func (name, &settings[i], test_setting);
    }

  return g_test_run ();
}
