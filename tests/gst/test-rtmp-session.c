/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who may publish, and what everybody is answered. */

#include "gstlivekitegressrtmpchunks.h"

#include "rtmp-peer.h"

static const guint8 aac_frame[] = { 0xaf, 1, 0x21 };

/*** A recorded session ***/

/* In pieces of at most so many bytes. */
static GByteArray *
replay (GByteArray *sent, guint max)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (max);
  g_autoptr (RtmpSession) session = gst_livekit_egress_rtmp_session_new (RTMP_APP, RTMP_KEY);
  g_autoptr (GString) answers = g_string_new (NULL);
  GByteArray *media = g_byte_array_new ();

  for (guint at = 0; at < sent->len;)
    {
      const guint n = MIN ((guint)g_rand_int_range (random, 1, (gint32)max + 1), sent->len - at);
      g_autoptr (GByteArray) tags = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *answer = NULL;

      gst_livekit_egress_rtmp_session_feed (session, sent->data + at, n, &error);
      g_assert_no_error (error);
      at += n;
      tags = rtmp_take_media (session);
      g_byte_array_append (media, tags->data, tags->len);
      answer = rtmp_take_answer (session);
      if (!g_str_equal (answer, "3\n"))
        g_string_append (answers, answer);
    }

  rtmp_assert_state (session, GST_LIVEKIT_EGRESS_RTMP_SESSION_ENDED);
  g_assert_cmpuint (gst_livekit_egress_rtmp_session_get_dropped (session), ==, 0);
  if (max < sent->len)
    g_assert_cmpstr (answers->str, ==,
                     "handshake\n5\n6\n1\n20 _result status NetConnection.Connect.Success\n"
                     "20 onFCPublish\n20 _result\n"
                     "4\n20 onStatus status NetStream.Publish.Start\n3\n"
                     "20 onFCUnpublish\n20 onStatus status NetStream.Unpublish.Success\n");
  return media;
}

static void
test_recorded_splits (void)
{
  static const guint sizes[] = { 1, 2, 13, 1000, 4096 };
  g_autoptr (GByteArray) sent = rtmp_recorded ();
  g_autoptr (GByteArray) whole = replay (sent, sent->len);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GByteArray) media = replay (sent, sizes[i]);

      g_assert_cmpmem (media->data, media->len, whole->data, whole->len);
    }
}

/* Cut at each byte: an end that did not come is no end and no error. */
static void
test_recorded_cuts (void)
{
  g_autoptr (GByteArray) sent = rtmp_recorded ();

  for (guint size = 0; size < 8000; size += 7)
    {
      g_autoptr (RtmpSession) session = gst_livekit_egress_rtmp_session_new (RTMP_APP, RTMP_KEY);
      g_autoptr (GError) error = NULL;

      gst_livekit_egress_rtmp_session_feed (session, sent->data, size, &error);
      g_assert_no_error (error);
      g_assert_cmpint (gst_livekit_egress_rtmp_session_get_state (session), <=,
                       GST_LIVEKIT_EGRESS_RTMP_SESSION_PUBLISHING);
    }
}

/*** Handshake ***/

/* librtmp, ffmpeg and OBS may put a digest into C1: they take a plain answer with the version 0. */
static void
test_handshake_digest (void)
{
  g_autoptr (RtmpSession) session = rtmp_session_new ();
  guint8 c1[1 + 1536] = { 3, 0, 0, 0, 0, 0x80, 0, 7, 2 };
  g_autoptr (GBytes) answer = NULL;
  g_autoptr (GError) error = NULL;
  const guint8 *data;
  gsize size;

  for (guint i = 9; i < sizeof c1; i++)
    c1[i] = (guint8)(i * 7);
  gst_livekit_egress_rtmp_session_feed (session, NULL, 0, &error);
  gst_livekit_egress_rtmp_session_feed (session, c1, sizeof c1 - 1, &error);
  g_assert_no_error (error);
  g_assert_null (gst_livekit_egress_rtmp_session_take_answer (session));

  gst_livekit_egress_rtmp_session_feed (session, c1 + sizeof c1 - 1, 1, &error);
  g_assert_no_error (error);
  answer = gst_livekit_egress_rtmp_session_take_answer (session);
  data = g_bytes_get_data (answer, &size);
  g_assert_cmpuint (size, ==, 1 + 1536 + 1536);
  g_assert_cmpmem (data, 9, "\3\0\0\0\0\0\0\0\0", 9);
  g_assert_cmpmem (data + 1 + 1536, 1536, c1 + 1, 1536);
  rtmp_assert_state (session, GST_LIVEKIT_EGRESS_RTMP_SESSION_HANDSHAKE);
}

static void
test_other_protocols (void)
{
  static const struct
  {
    const char *data;
    int code;
    const char *says;
  } rows[] = {
    { "GET / HTTP/1.1\r\n", G_IO_ERROR_INVALID_DATA, "0x47" },
    { "\26\3\1\2\0\1", G_IO_ERROR_NOT_SUPPORTED, "TLS" },
    { "\6...........", G_IO_ERROR_NOT_SUPPORTED, "RTMPE" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RtmpSession) session = rtmp_session_new ();
      g_autoptr (GByteArray) data = g_byte_array_new ();

      g_byte_array_append (data, (const guint8 *)rows[i].data, (guint)strlen (rows[i].data));
      rtmp_assert_fails (session, data, rows[i].code, rows[i].says);
      rtmp_assert_answer (session, "");
    }
}

/*** Who may publish ***/

static void
test_publish (gconstpointer key)
{
  g_autoptr (RtmpSession) session = rtmp_session_new ();
  g_autoptr (GByteArray) data = rtmp_publisher_new (RTMP_APP, key);

  rtmp_feed_fine (session, data);
  rtmp_assert_state (session, GST_LIVEKIT_EGRESS_RTMP_SESSION_PUBLISHING);
  rtmp_assert_answer (session, RTMP_STARTED);
}

static void
test_app_with_query (void)
{
  g_autoptr (RtmpSession) session = rtmp_session_new ();
  g_autoptr (GByteArray) data = rtmp_publisher_new (RTMP_APP "?region=eu", RTMP_SECRET);

  rtmp_feed_fine (session, data);
  rtmp_assert_state (session, GST_LIVEKIT_EGRESS_RTMP_SESSION_PUBLISHING);
}

/* As other clients do it: more commands, with and without a transaction. */
static void
test_publish_as_ffmpeg (void)
{
  g_autoptr (RtmpSession) session = rtmp_session_new ();
  g_autoptr (GByteArray) data = g_byte_array_new ();

  rtmp_add_handshake (data);
  rtmp_add_command (data, "connect", 1, RTMP_APP, NULL);
  rtmp_add_command (data, "releaseStream", 2, NULL, RTMP_SECRET);
  rtmp_add_command (data, "FCPublish", 3, NULL, RTMP_SECRET);
  rtmp_add_command (data, "createStream", 4, NULL, NULL);
  rtmp_add_command (data, "_checkbw", 5, NULL, NULL);
  rtmp_add_command (data, "_checkbw", 0, NULL, NULL);
  rtmp_add_command (data, "_result", 9, NULL, NULL);
  rtmp_add_command (data, "publish", 6, NULL, RTMP_SECRET);
  rtmp_feed_fine (session, data);
  rtmp_assert_state (session, GST_LIVEKIT_EGRESS_RTMP_SESSION_PUBLISHING);
  rtmp_assert_answer (session,
                      "handshake\n5\n6\n1\n20 _result status NetConnection.Connect.Success\n"
                      "20 _result\n20 _result\n20 onFCPublish\n20 _result\n"
                      "20 _error error NetConnection.Call.Failed\n"
                      "4\n20 onStatus status NetStream.Publish.Start\n3\n");
}

static void
test_wrong_app (gconstpointer app)
{
  g_autoptr (RtmpSession) session = rtmp_session_new ();
  g_autoptr (GByteArray) data = g_byte_array_new ();

  rtmp_add_handshake (data);
  rtmp_add_command (data, "connect", 1, app, NULL);
  rtmp_assert_fails (session, data, G_IO_ERROR_PERMISSION_DENIED,
                     "another application than \"live\"");
  rtmp_assert_answer (session, "handshake\n20 _error error NetConnection.Connect.Rejected\n");
}

static void
test_wrong_key (gconstpointer key)
{
  g_autoptr (RtmpSession) session = rtmp_session_new ();
  g_autoptr (GByteArray) data = rtmp_publisher_new (RTMP_APP, key);

  rtmp_assert_fails (session, data, G_IO_ERROR_PERMISSION_DENIED, "wrong stream key");
  rtmp_assert_answer (session, RTMP_START "20 onStatus error NetStream.Publish.BadName\n");
}

/* Sent together with the denied request, as who does not wait does. */
static void
test_still_publishing_after_denial (void)
{
  g_autoptr (RtmpSession) session = rtmp_session_new ();
  g_autoptr (GByteArray) data = rtmp_publisher_new (RTMP_APP, "wrong");

  rtmp_add_message (data, 4, GST_LIVEKIT_EGRESS_RTMP_AUDIO, 0, aac_frame, sizeof aac_frame);
  rtmp_add_command (data, "publish", 0, NULL, RTMP_SECRET);
  rtmp_add_message (data, 4, GST_LIVEKIT_EGRESS_RTMP_AUDIO, 0, aac_frame, sizeof aac_frame);
  rtmp_assert_fails (session, data, G_IO_ERROR_PERMISSION_DENIED, "wrong stream key");
  rtmp_assert_answer (session, RTMP_START "20 onStatus error NetStream.Publish.BadName\n");
}

/* Commands, "-" for the handshake and "+" for media, and how that ends. */
static void
test_order (void)
{
  static const struct
  {
    const char *commands;
    int code;
    const char *says;
    const char *last_answer;
  } rows[] = {
    { "- createStream", G_IO_ERROR_INVALID_DATA, "before connect",
      "20 _error error NetConnection.Call.Failed\n" },
    { "- +", G_IO_ERROR_PERMISSION_DENIED, "before it may publish", "handshake\n" },
    { "- connect createStream +", G_IO_ERROR_PERMISSION_DENIED, "before it may publish",
      RTMP_START },
    { "- connect connect", G_IO_ERROR_INVALID_DATA, "connect twice",
      "20 _error error NetConnection.Connect.Rejected\n" },
    { "- connect publish", G_IO_ERROR_INVALID_DATA, "before createStream",
      "20 onStatus error NetStream.Publish.BadName\n" },
    { "- connect createStream publish publish", G_IO_ERROR_INVALID_DATA, "publish twice",
      "20 onStatus error NetStream.Publish.BadName\n" },
    { "- connect createStream play", G_IO_ERROR_PERMISSION_DENIED, "to play",
      "20 onStatus error NetStream.Play.StreamNotFound\n" },
    { "- connect createStream play2", G_IO_ERROR_PERMISSION_DENIED, "to play",
      "20 onStatus error NetStream.Play.StreamNotFound\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RtmpSession) session = rtmp_session_new ();
      g_autoptr (GByteArray) data = g_byte_array_new (), media = NULL;
      g_auto (GStrv) commands = g_strsplit (rows[i].commands, " ", -1);
      g_autoptr (GError) error = NULL;
      g_autofree char *answer = NULL;

      for (guint j = 0; commands[j] != NULL; j++)
        if (g_str_equal (commands[j], "-"))
          rtmp_add_handshake (data);
        else if (g_str_equal (commands[j], "+"))
          rtmp_add_message (data, 4, GST_LIVEKIT_EGRESS_RTMP_AUDIO, 0, aac_frame, sizeof aac_frame);
        else
          rtmp_add_command (data, commands[j], 1, RTMP_APP,
                            g_str_equal (commands[j], "publish") ? RTMP_SECRET : NULL);
      g_assert_false (rtmp_feed (session, data, &error));
      g_assert_error (error, G_IO_ERROR, rows[i].code);
      g_assert_nonnull (strstr (error->message, rows[i].says));
      answer = rtmp_take_answer (session);
      g_assert_true (g_str_has_suffix (answer, rows[i].last_answer));
    }
}

/* Values of AMF3 and NULL where a text is to be: the class of CVE-2015-8270 to 8272. */
static void
test_amf3_and_null (void)
{
  static const struct
  {
    const char *body;
    gsize size;
    const char *says;
  } rows[] = {
    { "", 0, "no valid AMF0" },
    { "\5", 1, "no valid AMF0" },
    { "\21\6\17connect", 10, "no valid AMF0" },
    { "\2\0\7connect", 10, "no valid AMF0" },
    { "\2\0\7connect\5", 11, "no valid AMF0" },
    { "\2\0\7connect\0?\360\0\0\0\0\0\0\21\12", 21, "no valid AMF0" },
    { "\2\0\7connect\0?\360\0\0\0\0\0\0", 19, "another application" },
    { "\2\0\7connect\0?\360\0\0\0\0\0\0\5", 20, "another application" },
    { "\2\0\7connect\0?\360\0\0\0\0\0\0\3\0\3app\5\0\0\11", 29, "another application" },
    { "\2\0\7connect\0?\360\0\0\0\0\0\0\3\0\3app\0?\360\0\0\0\0\0\0\0\0\11", 37,
      "another application" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RtmpSession) session = rtmp_session_new ();
      g_autoptr (GByteArray) data = g_byte_array_new ();
      g_autoptr (GError) error = NULL;

      rtmp_add_handshake (data);
      rtmp_add_message (data, 3, GST_LIVEKIT_EGRESS_RTMP_COMMAND, 0, rows[i].body, rows[i].size);
      g_assert_false (rtmp_feed (session, data, &error));
      g_assert_nonnull (strstr (error->message, rows[i].says));
    }
}

/* Type 17 has a byte before the AMF0. */
static void
test_commands_in_amf3_messages (void)
{
  static const char connect[] = "\0\2\0\7connect\0?\360\0\0\0\0\0\0\3\0\3app\2\0\4live"
                                "\0\12fourCcList\12\0\0\0\2\2\0\4hvc1\2\0\4av01\0\0\11";
  g_autoptr (RtmpSession) session = rtmp_session_new ();
  g_autoptr (GByteArray) data = g_byte_array_new ();

  rtmp_add_handshake (data);
  rtmp_add_message (data, 3, GST_LIVEKIT_EGRESS_RTMP_COMMAND_AMF3, 0, connect, sizeof connect - 1);
  rtmp_feed_fine (session, data);
  rtmp_assert_answer (session,
                      "handshake\n5\n6\n1\n20 _result status NetConnection.Connect.Success\n");
}

static void
test_unknown_messages (void)
{
  g_autoptr (RtmpSession) session = rtmp_publishing_new ();
  g_autoptr (GByteArray) data = g_byte_array_new ();

  for (guint type = 0; type < 256; type++)
    if (type == 0 || type == 7 || (type > 9 && type < 15) || type == 16 || type == 19 || type == 21
        || type > 22)
      rtmp_add_message (data, 3, (guint8)type, 0, "\0\0\0\0", 4);
  rtmp_feed_fine (session, data);
  rtmp_assert_state (session, GST_LIVEKIT_EGRESS_RTMP_SESSION_PUBLISHING);
  rtmp_assert_answer (session, "");
}

/*** Control messages ***/

static guint32
take_acknowledged (RtmpSession *session)
{
  g_autoptr (GBytes) answer = gst_livekit_egress_rtmp_session_take_answer (session);
  gsize size;
  const guint8 *data;

  if (answer == NULL)
    return 0;
  data = g_bytes_get_data (answer, &size);
  g_assert_cmpuint (size, ==, 16);
  g_assert_cmpuint (data[7], ==, GST_LIVEKIT_EGRESS_RTMP_ACKNOWLEDGEMENT);
  return GST_READ_UINT32_BE (data + 12);
}

/* The peer asks for this window, 0 for none: how many bytes come between acknowledgements. */
static void
assert_interval (guint32 window, guint expected)
{
  g_autoptr (RtmpSession) session = rtmp_publishing_new ();
  g_autoptr (GByteArray) ask = g_byte_array_new (), data = g_byte_array_new ();
  guint32 last = 0;

  if (window != 0)
    rtmp_add_control (ask, GST_LIVEKIT_EGRESS_RTMP_WINDOW_ACK_SIZE, window);
  rtmp_feed_fine (session, ask);
  rtmp_add_message (data, 4, GST_LIVEKIT_EGRESS_RTMP_AUDIO, 0, aac_frame, sizeof aac_frame);

  for (guint i = 0; i < 10000; i++)
    {
      guint32 acknowledged;

      rtmp_feed_fine (session, data);
      acknowledged = take_acknowledged (session);
      if (acknowledged == 0)
        continue;
      g_assert_cmpuint (acknowledged - last, >=, last == 0 ? 1 : expected);
      g_assert_cmpuint (acknowledged - last, <=, expected + 1000);
      last = acknowledged;
    }
  g_assert_cmpuint (10000 * data->len - last, <=, expected);
}

static void
test_acknowledges_steadily (void)
{
  assert_interval (0, 16 * 1024);
  assert_interval (2500000, 16 * 1024);
  assert_interval (4096, 4096);
  assert_interval (0xffffffff, 16 * 1024);
  assert_interval (1, 1024);
}

static void
test_acknowledges_when_asked (void)
{
  g_autoptr (RtmpSession) session = rtmp_session_new ();
  g_autoptr (GByteArray) data = rtmp_publisher_new (RTMP_APP, RTMP_SECRET);

  gst_livekit_egress_rtmp_session_acknowledge (session);
  rtmp_assert_answer (session, "");
  rtmp_feed_fine (session, data);
  rtmp_assert_answer (session, RTMP_STARTED);
  gst_livekit_egress_rtmp_session_acknowledge (session);
  g_assert_cmpuint (take_acknowledged (session), ==, data->len - (1 + 1536 + 1536));
}

static void
test_control_messages (void)
{
  g_autoptr (RtmpSession) session = rtmp_publishing_new ();
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (GBytes) answer = NULL;
  gsize size;
  const guint8 *bytes;

  rtmp_add_control (data, GST_LIVEKIT_EGRESS_RTMP_ACKNOWLEDGEMENT, 1000);
  rtmp_add_control (data, GST_LIVEKIT_EGRESS_RTMP_ABORT, 4);
  rtmp_add_message (data, 2, GST_LIVEKIT_EGRESS_RTMP_USER_CONTROL, 0, "\0\3\0\0\0\1\0\0\1\0", 10);
  rtmp_add_message (data, 2, GST_LIVEKIT_EGRESS_RTMP_USER_CONTROL, 0, "\0\6", 2);
  rtmp_feed_fine (session, data);
  rtmp_assert_answer (session, "");

  g_byte_array_set_size (data, 0);
  rtmp_add_message (data, 2, GST_LIVEKIT_EGRESS_RTMP_USER_CONTROL, 0, "\0\6\1\2\3\4", 6);
  rtmp_feed_fine (session, data);
  answer = gst_livekit_egress_rtmp_session_take_answer (session);
  bytes = g_bytes_get_data (answer, &size);
  g_assert_cmpmem (bytes + 12, size - 12, "\0\7\1\2\3\4", 6);

  g_byte_array_set_size (data, 0);
  rtmp_add_message (data, 2, GST_LIVEKIT_EGRESS_RTMP_SET_PEER_BANDWIDTH, 0, "\0\1\0\0\2", 5);
  rtmp_feed_fine (session, data);
  rtmp_assert_answer (session, "5\n");
}

static void
test_short_control_messages (void)
{
  static const guint8 types[] = { 1, 2, 3, 5, 6 };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (RtmpSession) session = rtmp_publishing_new ();
      g_autoptr (GByteArray) data = g_byte_array_new ();

      rtmp_add_message (data, 2, types[i], 0, "\0\0\0", 3);
      rtmp_assert_fails (session, data, G_IO_ERROR_INVALID_DATA, "of 3 bytes");
    }
}

static void
test_tiny_chunks (void)
{
  g_autoptr (RtmpSession) session = rtmp_session_new ();
  g_autoptr (GByteArray) data = g_byte_array_new ();

  rtmp_add_handshake (data);
  rtmp_add_control (data, GST_LIVEKIT_EGRESS_RTMP_SET_CHUNK_SIZE, 1);
  rtmp_assert_fails (session, data, G_IO_ERROR_INVALID_DATA, "chunks of 1 bytes");
}

int
main (int argc, char **argv)
{
  static const char *const wrong_apps[] = { "Live", "liv", "live2", "live/", "" };
  static const char *const wrong_keys[] = {
    "", "wrong", "a-key-that-nobody-else-know", RTMP_SECRET "s", "?" RTMP_SECRET, "A" RTMP_SECRET
  };

  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rtmp-session/recorded/in-any-pieces", test_recorded_splits);
  g_test_add_func ("/rtmp-session/recorded/cut-anywhere", test_recorded_cuts);
  g_test_add_func ("/rtmp-session/handshake/with-digest", test_handshake_digest);
  g_test_add_func ("/rtmp-session/handshake/other-protocols", test_other_protocols);

  g_test_add_data_func ("/rtmp-session/publish/key", RTMP_SECRET, test_publish);
  g_test_add_data_func ("/rtmp-session/publish/key-with-query", RTMP_SECRET "?bw=1", test_publish);
  g_test_add_func ("/rtmp-session/publish/app-with-query", test_app_with_query);
  g_test_add_func ("/rtmp-session/publish/as-ffmpeg", test_publish_as_ffmpeg);
  for (guint i = 0; i < G_N_ELEMENTS (wrong_apps); i++)
    {
      g_autofree char *path = g_strdup_printf ("/rtmp-session/denied/app/%u", i);

      g_test_add_data_func (path, wrong_apps[i], test_wrong_app);
    }
  g_test_add_data_func ("/rtmp-session/denied/app/none", NULL, test_wrong_app);
  for (guint i = 0; i < G_N_ELEMENTS (wrong_keys); i++)
    {
      g_autofree char *path = g_strdup_printf ("/rtmp-session/denied/key/%u", i);

      g_test_add_data_func (path, wrong_keys[i], test_wrong_key);
    }
  g_test_add_data_func ("/rtmp-session/denied/key/none", NULL, test_wrong_key);
  g_test_add_func ("/rtmp-session/denied/still-publishing", test_still_publishing_after_denial);
  g_test_add_func ("/rtmp-session/denied/order-of-commands", test_order);
  g_test_add_func ("/rtmp-session/denied/amf3-and-null", test_amf3_and_null);
  g_test_add_func ("/rtmp-session/commands-in-amf3-messages", test_commands_in_amf3_messages);
  g_test_add_func ("/rtmp-session/unknown-messages", test_unknown_messages);

  g_test_add_func ("/rtmp-session/control/acknowledges-steadily", test_acknowledges_steadily);
  g_test_add_func ("/rtmp-session/control/acknowledges-when-asked", test_acknowledges_when_asked);
  g_test_add_func ("/rtmp-session/control/messages", test_control_messages);
  g_test_add_func ("/rtmp-session/control/short-messages", test_short_control_messages);
  g_test_add_func ("/rtmp-session/control/tiny-chunks", test_tiny_chunks);
  return g_test_run ();
}
