/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who may connect, and that what is sent is what is read. The other end is libsrt itself. */

#include <gio/gio.h>
#include <srt.h>

#include "gstlivekitegressplugin.h"
#include "gstlivekitegresssrtsocket.h"

#define PACKET "packet "

typedef struct
{
  GstLiveKitEgressSrtSocket *socket;
  GThread *thread;
  int done; /* atomic */

  GMutex lock;
  GCond cond;
  GString *received; /* the packets, and ! before each that comes after a gap */
  guint n_connected;
  guint n_refused;
  char stranger[64]; /* who was refused last */
  gboolean connected;
} Reader;

static void
on_connected (gboolean connected, gpointer user_data)
{
  Reader *self = user_data;

  g_mutex_lock (&self->lock);
  self->connected = connected;
  self->n_connected += connected;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
on_refused (const char *peer, const char *why, gpointer user_data)
{
  Reader *self = user_data;

  g_mutex_lock (&self->lock);
  g_strlcpy (self->stranger, peer, sizeof self->stranger);
  self->n_refused++;
  g_mutex_unlock (&self->lock);
}

static void
note_buffer (Reader *self, GstBuffer *buffer)
{
  GstMapInfo map;

  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  g_mutex_lock (&self->lock);
  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT))
    g_string_append_c (self->received, '!');
  g_string_append_len (self->received, (char *)map.data, (gssize)map.size);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  gst_buffer_unmap (buffer, &map);
}

static gpointer
read_all (gpointer data)
{
  Reader *self = data;

  while (!g_atomic_int_get (&self->done))
    {
      g_autoptr (GError) error = NULL;
      GstClockTime age = 0;
      g_autoptr (GstBuffer) buffer
          = gst_livekit_egress_srt_socket_read (self->socket, 20 * GST_MSECOND, &age, &error);

      g_assert_no_error (error);
      if (buffer != NULL)
        {
          note_buffer (self, buffer);
          g_assert_true (age == GST_CLOCK_TIME_NONE || age < 10 * GST_SECOND);
        }
    }

  return NULL;
}

static GstLiveKitEgressSrtSocket *
make_socket (const char *address, guint port, gpointer data, GError **error)
{
  static const GstLiveKitEgressSrtFuncs funcs = { on_connected, on_refused };
  g_autoptr (GSocketAddress) parsed = g_inet_socket_address_new_from_string (address, port);

  return gst_livekit_egress_srt_socket_new (parsed, 20, &funcs, data, error);
}

static Reader *
reader_new_on (const char *address, guint port)
{
  Reader *self = g_new0 (Reader, 1);
  g_autoptr (GError) error = NULL;

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->received = g_string_new (NULL);
  self->socket = make_socket (address, port, self, &error);
  g_assert_no_error (error);

  return self;
}

static Reader *
reader_new (void)
{
  return reader_new_on ("127.0.0.1", 0);
}

static void
reader_start (Reader *self)
{
  self->thread = g_thread_new ("reader", read_all, self);
}

static void
reader_free (Reader *self)
{
  g_atomic_int_set (&self->done, TRUE);
  if (self->thread != NULL)
    g_thread_join (self->thread);
  gst_livekit_egress_srt_socket_free (self->socket);
  g_string_free (self->received, TRUE);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

/* Packets that come together are in one buffer. */
static void
reader_wait_bytes (Reader *self, const char *expected)
{
  g_mutex_lock (&self->lock);
  while (self->received->len < strlen (expected))
    g_cond_wait (&self->cond, &self->lock);
  g_assert_cmpstr (self->received->str, ==, expected);
  g_mutex_unlock (&self->lock);
}

static void
reader_wait_connected (Reader *self, gboolean connected)
{
  g_mutex_lock (&self->lock);
  while (self->connected != connected)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

static guint
reader_get_refused (Reader *self)
{
  guint refused;

  g_mutex_lock (&self->lock);
  refused = self->n_refused;
  g_mutex_unlock (&self->lock);

  return refused;
}

static char *
get_secret (Reader *reader, const char *key)
{
  g_autofree char *url = gst_livekit_egress_srt_socket_dup_url (reader->socket, "127.0.0.1:1");
  g_autoptr (GstUri) uri = gst_uri_from_string (url);

  return g_strdup (gst_uri_get_query_value (uri, key));
}

/* The size. */
static int
to_native (const char *text, guint port, struct sockaddr_storage *native)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (text, port);

  g_assert_true (g_socket_address_to_native (address, native, sizeof *native, NULL));

  return (int)g_socket_address_get_native_size (address);
}

/* Connects with what is given, and gives the socket, or the reason of the refusal in @reason. */
static SRTSOCKET
call_to (Reader *reader,
         const char *to,
         const char *from,
         const char *passphrase,
         const char *stream_id,
         int *reason)
{
  struct sockaddr_storage native;
  SRTSOCKET socket = srt_create_socket ();
  int size;

  if (from != NULL)
    {
      size = to_native (from, 0, &native);
      srt_bind (socket, (struct sockaddr *)&native, size);
    }
  size = to_native (to, gst_livekit_egress_srt_socket_get_port (reader->socket), &native);
  if (passphrase != NULL)
    srt_setsockflag (socket, SRTO_PASSPHRASE, passphrase, strlen (passphrase));
  if (stream_id != NULL)
    srt_setsockflag (socket, SRTO_STREAMID, stream_id, strlen (stream_id));
  if (srt_connect (socket, (struct sockaddr *)&native, size) != SRT_ERROR)
    return socket;

  *reason = srt_getrejectreason (socket);
  srt_close (socket);

  return SRT_INVALID_SOCK;
}

static SRTSOCKET
call_from (Reader *reader,
           const char *from,
           const char *passphrase,
           const char *stream_id,
           int *reason)
{
  return call_to (reader, "127.0.0.1", from, passphrase, stream_id, reason);
}

static SRTSOCKET
call (Reader *reader, const char *passphrase, const char *stream_id, int *reason)
{
  return call_from (reader, NULL, passphrase, stream_id, reason);
}

static SRTSOCKET
call_well (Reader *reader)
{
  g_autofree char *passphrase = get_secret (reader, "passphrase");
  g_autofree char *stream_id = get_secret (reader, "streamid");
  int reason = 0;
  SRTSOCKET socket = call (reader, passphrase, stream_id, &reason);

  g_assert_cmpint (reason, ==, 0);

  return socket;
}

static void
send_packets (SRTSOCKET socket, guint first, guint n)
{
  for (guint i = first; i < first + n; i++)
    {
      g_autofree char *text = g_strdup_printf (PACKET "%u,", i);

      g_assert_cmpint (srt_sendmsg2 (socket, text, (int)strlen (text), NULL), ==, strlen (text));
    }
}

static void
test_secrets (void)
{
  Reader *a = reader_new (), *b = reader_new ();
  const char *keys[] = { "passphrase", "streamid" };
  gsize lengths[] = { 32, 16 };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *of_a = get_secret (a, keys[i]);
      g_autofree char *of_b = get_secret (b, keys[i]);

      g_assert_cmpuint (strlen (of_a), ==, lengths[i]);
      g_assert_cmpuint (strspn (of_a, "0123456789abcdef"), ==, lengths[i]);
      g_assert_cmpstr (of_a, !=, of_b);
    }
  g_assert_cmpuint (gst_livekit_egress_srt_socket_get_port (a->socket), !=,
                    gst_livekit_egress_srt_socket_get_port (b->socket));
  reader_free (a);
  reader_free (b);
}

/* Strangers are refused, and do not keep the right one out. */
static void
test_strangers (void)
{
  Reader *reader = reader_new ();
  g_autofree char *passphrase = get_secret (reader, "passphrase");
  g_autofree char *stream_id = get_secret (reader, "streamid");
  SRTSOCKET socket;
  int reason;

  reader_start (reader);
  g_assert_cmpint (call (reader, NULL, stream_id, &reason), ==, SRT_INVALID_SOCK);
  g_assert_cmpint (reason, ==, SRT_REJ_UNSECURE);
  g_assert_cmpint (call (reader, "not the right passphrase", stream_id, &reason), ==,
                   SRT_INVALID_SOCK);
  g_assert_cmpint (reason, ==, SRT_REJ_BADSECRET);
  g_assert_cmpuint (reader_get_refused (reader), ==, 0);
  g_assert_cmpint (call (reader, passphrase, "another", &reason), ==, SRT_INVALID_SOCK);
  g_assert_cmpint (reason, ==, 1403);
  g_assert_cmpint (call (reader, passphrase, NULL, &reason), ==, SRT_INVALID_SOCK);
  g_assert_cmpint (reason, ==, 1403);
  g_assert_cmpuint (reader_get_refused (reader), >=, 2);
  g_assert_cmpuint (reader->n_connected, ==, 0);

  socket = call_well (reader);
  send_packets (socket, 0, 2);
  reader_wait_bytes (reader, "!packet 0,packet 1,");
  g_assert_cmpint (call (reader, passphrase, "another", &reason), ==, SRT_INVALID_SOCK);
  send_packets (socket, 2, 1);
  reader_wait_bytes (reader, "!packet 0,packet 1,packet 2,");

  srt_close (socket);
  reader_free (reader);
}

/* The structured form of SRT's access control is as good as the plain one. */
static void
test_structured_stream_ids (void)
{
  static const struct
  {
    const char *format;
    gboolean good;
  } ids[] = {
    { "#!::r=%s", TRUE },
    { "#!::r=%s,m=publish", TRUE },
    { "#!::u=me,r=%s,m=publish", TRUE },
    { "#!::m=publish,x=,r=%s", TRUE },
    { "#!::", FALSE },
    { "#!::u=%s", FALSE },
    { "#!::r=x%s", FALSE },
    { "#!::r=%sx", FALSE },
    { "#!::r=,r=%s", FALSE },
    { "#!::r=%s,r=other", FALSE },
    { "#!::r=%s,m=request", FALSE },
    { "#!::r=%s,m=pub", FALSE },
    { "#!:r=%s", FALSE },
    { "r=%s", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      Reader *reader = reader_new ();
      g_autofree char *passphrase = get_secret (reader, "passphrase");
      g_autofree char *stream_id = get_secret (reader, "streamid");
      g_auto (GStrv) parts = g_strsplit (ids[i].format, "%s", 2);
      g_autofree char *id = g_strjoinv (stream_id, parts);
      int reason = 0;
      SRTSOCKET socket = call (reader, passphrase, id, &reason);

      g_assert_cmpint (reason, ==, ids[i].good ? 0 : 1403);
      if (socket != SRT_INVALID_SOCK)
        srt_close (socket);
      reader_free (reader);
    }
}

/* A sender that went may come back, to the same port with the same secrets. */
static void
test_reconnect (void)
{
  static const char *const expected[]
      = { "!packet 0,packet 1,", "!packet 0,packet 1,!packet 2,packet 3,",
          "!packet 0,packet 1,!packet 2,packet 3,!packet 4,packet 5," };
  Reader *reader = reader_new ();

  reader_start (reader);
  for (guint i = 0; i < 3; i++)
    {
      SRTSOCKET socket = call_well (reader);

      reader_wait_connected (reader, TRUE);
      send_packets (socket, 2 * i, 2);
      reader_wait_bytes (reader, expected[i]);
      srt_close (socket);
      reader_wait_connected (reader, FALSE);
    }
  g_assert_cmpuint (reader->n_connected, ==, 3);

  reader_free (reader);
}

/* While a sender delivers nobody else is let in; when it has gone somebody is. */
static void
test_present_sender (void)
{
  Reader *reader = reader_new ();
  g_autofree char *passphrase = get_secret (reader, "passphrase");
  g_autofree char *stream_id = get_secret (reader, "streamid");
  SRTSOCKET first, second;
  int reason;

  reader_start (reader);
  first = call_well (reader);
  send_packets (first, 0, 1);
  reader_wait_bytes (reader, "!packet 0,");
  g_assert_cmpint (call (reader, passphrase, stream_id, &reason), ==, SRT_INVALID_SOCK);
  g_assert_cmpint (reason, ==, 1409);
  send_packets (first, 1, 1);
  reader_wait_bytes (reader, "!packet 0,packet 1,");
  srt_close (first);
  reader_wait_connected (reader, FALSE);

  second = call_well (reader);
  send_packets (second, 10, 1);
  reader_wait_bytes (reader, "!packet 0,packet 1,!packet 10,");
  srt_close (second);
  reader_free (reader);
}

/* Who is let in and sends nothing, as one who repeats a handshake that it overheard, keeps nobody
 * out. */
static void
test_silent_sender (void)
{
  Reader *reader = reader_new ();
  SRTSOCKET silent[3], good;

  reader_start (reader);
  for (guint i = 0; i < G_N_ELEMENTS (silent); i++)
    silent[i] = call_well (reader);
  good = call_well (reader);
  send_packets (good, 0, 2);
  reader_wait_bytes (reader, "!packet 0,packet 1,");
  for (guint i = 0; i < G_N_ELEMENTS (silent); i++)
    srt_close (silent[i]);
  srt_close (good);
  reader_free (reader);
}

/* All come from where the first one came from. */
static void
test_other_address (void)
{
  Reader *reader = reader_new ();
  g_autofree char *passphrase = get_secret (reader, "passphrase");
  g_autofree char *stream_id = get_secret (reader, "streamid");
  SRTSOCKET first;
  int reason;

  reader_start (reader);
  first = call_well (reader);
  reader_wait_connected (reader, TRUE);
  srt_close (first);
  reader_wait_connected (reader, FALSE);
  g_assert_cmpint (call_from (reader, "127.0.0.2", passphrase, stream_id, &reason), ==,
                   SRT_INVALID_SOCK);
  g_assert_cmpint (reason, ==, 1403);
  srt_close (call_well (reader));
  reader_free (reader);
}

/* Who tries and tries is refused before that costs anything, and another address is not. */
static void
test_rate (void)
{
  Reader *reader = reader_new ();
  g_autofree char *passphrase = get_secret (reader, "passphrase");
  g_autofree char *stream_id = get_secret (reader, "streamid");
  SRTSOCKET good;
  int reason = 0;

  for (guint i = 0; i < 100 && reason != 1402; i++)
    g_assert_cmpint (call (reader, "not the right passphrase", stream_id, &reason), ==,
                     SRT_INVALID_SOCK);
  g_assert_cmpint (reason, ==, 1402);
  reason = 0;
  good = call_from (reader, "127.0.0.2", passphrase, stream_id, &reason);
  g_assert_cmpint (reason, ==, 0);
  srt_close (good);
  reader_free (reader);
}

/*** Raw handshakes ***/

#define HEADER 16
#define HANDSHAKE 48

static void
put32 (guint8 *at, guint32 value)
{
  value = GUINT32_TO_BE (value);
  memcpy (at, &value, sizeof value);
}

static guint32
get32 (const guint8 *at)
{
  guint32 value;

  memcpy (&value, at, sizeof value);

  return GUINT32_FROM_BE (value);
}

static void
begin_handshake (guint8 *packet,
                 guint32 version,
                 guint32 type,
                 guint32 size,
                 guint32 window,
                 guint32 request,
                 guint32 cookie)
{
  memset (packet, 0, HEADER + HANDSHAKE);
  put32 (packet, 0x80000000);
  put32 (packet + HEADER, version);
  put32 (packet + HEADER + 4, type);
  put32 (packet + HEADER + 8, 1234);
  put32 (packet + HEADER + 12, size);
  put32 (packet + HEADER + 16, window);
  put32 (packet + HEADER + 20, request);
  put32 (packet + HEADER + 24, 4711);
  put32 (packet + HEADER + 28, cookie);
}

static gsize
put_stream_id (guint8 *at, const char *id)
{
  gsize words = strlen (id) / 4;

  put32 (at, 5 << 16 | (guint32)words);
  for (gsize i = 0; i < words * 4; i++)
    at[4 + i] = (guint8)id[i / 4 * 4 + 3 - i % 4];

  return 4 + words * 4;
}

/* One caller who knows the stream id, and not the passphrase, and asks for much. */
static void
send_handshake (Reader *reader, guint32 size, guint32 window)
{
  g_autofree char *stream_id = get_secret (reader, "streamid");
  g_autoptr (GSocket) socket
      = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (
      "127.0.0.1", gst_livekit_egress_srt_socket_get_port (reader->socket));
  guint8 packet[HEADER + HANDSHAKE + 100];
  gsize length;

  g_assert_true (g_socket_connect (socket, address, NULL, NULL));
  begin_handshake (packet, 4, 2, 1500, 8192, 1, 0);
  g_assert_cmpint (g_socket_send (socket, (char *)packet, HEADER + HANDSHAKE, NULL, NULL), ==,
                   HEADER + HANDSHAKE);
  g_assert_cmpint (g_socket_receive (socket, (char *)packet, sizeof packet, NULL, NULL), >=,
                   HEADER + HANDSHAKE);

  /* With a configuration, and no keys. */
  begin_handshake (packet, 5, 4, size, window, G_MAXUINT32, get32 (packet + HEADER + 28));
  length = HEADER + HANDSHAKE + put_stream_id (packet + HEADER + HANDSHAKE, stream_id);
  g_assert_cmpint (g_socket_send (socket, (char *)packet, length, NULL, NULL), ==, length);
}

static gsize
get_memory (void)
{
  g_autofree char *text = NULL;
  guint64 pages;
  char *rest;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  g_ascii_strtoull (text, &rest, 10);
  pages = g_ascii_strtoull (rest, NULL, 10);

  return pages * 4096;
}

/* One datagram must not make libsrt reserve what its sender likes, whoever it is. */
static void
test_greedy_handshake (void)
{
  static const struct
  {
    guint32 size, window;
  } greedy[] = { { 1500, 20 * 1000 * 1000 },
                 { 1500, 0x7fffffff },
                 { 1500, 0xffffffff },
                 { 20, 8192 },
                 { 0, 8192 },
                 { 0xffffffff, 8192 } };
  Reader *reader = reader_new ();
  gsize before = get_memory ();
  SRTSOCKET good;

  reader_start (reader);
  for (guint i = 0; i < G_N_ELEMENTS (greedy); i++)
    send_handshake (reader, greedy[i].size, greedy[i].window);
  /* It comes after them. */
  good = call_well (reader);
  g_assert_cmpuint (get_memory (), <, before + 30 * 1000 * 1000);
  /* None of them was even seen. */
  g_assert_cmpuint (reader_get_refused (reader), ==, 0);
  srt_close (good);
  reader_free (reader);
}

/*** The library ***/

static guint n_lines;

static void
count_line (GstDebugCategory *category,
            GstDebugLevel level,
            const char *file,
            const char *function,
            int line,
            GObject *object,
            GstDebugMessage *message,
            gpointer data)
{
  const char *text = gst_debug_message_get (message);

  if (category != gst_livekit_egress_srt_debug || !g_str_has_prefix (text, "libsrt: "))
    return;
  g_assert_null (strchr (text, '\n'));
  n_lines++;
}

/* What libsrt says about each refusal goes into our log, and not all of it. */
static void
test_log (void)
{
  Reader *reader;
  gint64 begin;
  int reason;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      g_test_trap_assert_stderr_unmatched ("*SRT*");
      return;
    }

  gst_debug_remove_log_function (gst_debug_log_default);
  gst_debug_add_log_function (count_line, NULL, NULL);
  gst_debug_category_set_threshold (gst_livekit_egress_srt_debug, GST_LEVEL_INFO);
  reader = reader_new ();
  begin = g_get_monotonic_time ();
  for (guint i = 0; i < 200; i++)
    g_assert_cmpint (call (reader, NULL, "stranger", &reason), ==, SRT_INVALID_SOCK);
  g_assert_cmpuint (reader_get_refused (reader), >=, 200);
  g_assert_cmpuint (n_lines, >, 0);
  g_assert_cmpuint (n_lines, <=, 11 * (2 + (g_get_monotonic_time () - begin) / G_TIME_SPAN_SECOND));
  reader_free (reader);
}

/* It is started once and never ended: its end waits for threads that may have gone. */
static void
test_library_stays (void)
{
  Reader *reader = reader_new ();

  reader_free (reader);
  /* It runs already. The two are counted. */
  g_assert_cmpint (srt_startup (), ==, 1);
  srt_cleanup ();
}

/* Nobody new is let in, and who was let in before stays. */
static void
test_refuse_all (void)
{
  Reader *reader = reader_new ();
  g_autofree char *passphrase = get_secret (reader, "passphrase");
  g_autofree char *stream_id = get_secret (reader, "streamid");
  SRTSOCKET socket = call_well (reader);
  int reason;

  reader_start (reader);
  reader_wait_connected (reader, TRUE);
  send_packets (socket, 0, 2);
  gst_livekit_egress_srt_socket_refuse_all (reader->socket);
  g_assert_cmpint (call (reader, passphrase, stream_id, &reason), ==, SRT_INVALID_SOCK);
  g_assert_cmpuint (reader_get_refused (reader), >=, 1);
  send_packets (socket, 2, 1);
  reader_wait_bytes (reader, "!packet 0,packet 1,packet 2,");
  srt_close (socket);
  reader_free (reader);
}

/* Both families at once, too. */
static void
test_ipv6 (void)
{
  static const char *const pairs[][3] = {
    { "::1", "::1", "[::1]:" },
    { "::", "::1", "[::1]:" },
    { "::", "127.0.0.1", "127.0.0.1:" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      Reader *reader = reader_new_on (pairs[i][0], 0);
      g_autofree char *passphrase = get_secret (reader, "passphrase");
      g_autofree char *stream_id = get_secret (reader, "streamid");
      int reason = 0;
      SRTSOCKET socket;

      reader_start (reader);
      g_assert_cmpint (call_to (reader, pairs[i][1], NULL, passphrase, "another", &reason), ==,
                       SRT_INVALID_SOCK);
      g_assert_cmpint (reason, ==, 1403);
      g_assert_true (g_str_has_prefix (reader->stranger, pairs[i][2]));
      socket = call_to (reader, pairs[i][1], NULL, passphrase, stream_id, &reason);
      g_assert_cmpint (socket, !=, SRT_INVALID_SOCK);
      send_packets (socket, 0, 2);
      reader_wait_bytes (reader, "!packet 0,packet 1,");
      srt_close (socket);
      reader_free (reader);
    }
}

/* A port belongs to one, as long as that one is there, and can be had again at once. */
static void
test_port (void)
{
  Reader *reader = reader_new ();
  guint port = gst_livekit_egress_srt_socket_get_port (reader->socket);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      SRTSOCKET socket;

      g_assert_null (make_socket ("127.0.0.1", port, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);

      reader_start (reader);
      socket = call_well (reader);
      send_packets (socket, 0, 2);
      reader_wait_bytes (reader, "!packet 0,packet 1,");
      reader_free (reader);
      srt_close (socket);
      reader = reader_new_on ("127.0.0.1", port);
    }
  reader_free (reader);
}

/* Of nobody's network: for documentation only. */
static void
test_wrong_address (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (make_socket ("192.0.2.1", 0, NULL, &error));
  g_assert_cmpint (error->domain, ==, G_IO_ERROR);
  g_assert_nonnull (strstr (error->message, "192.0.2.1"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  gst_livekit_egress_plugin_init ();

  g_test_add_func ("/srt-socket/secrets", test_secrets);
  g_test_add_func ("/srt-socket/strangers", test_strangers);
  g_test_add_func ("/srt-socket/structured-stream-ids", test_structured_stream_ids);
  g_test_add_func ("/srt-socket/reconnect", test_reconnect);
  g_test_add_func ("/srt-socket/present-sender", test_present_sender);
  g_test_add_func ("/srt-socket/silent-sender", test_silent_sender);
  g_test_add_func ("/srt-socket/other-address", test_other_address);
  g_test_add_func ("/srt-socket/rate", test_rate);
  g_test_add_func ("/srt-socket/greedy-handshake", test_greedy_handshake);
  g_test_add_func ("/srt-socket/log", test_log);
  g_test_add_func ("/srt-socket/library-stays", test_library_stays);
  g_test_add_func ("/srt-socket/refuse-all", test_refuse_all);
  g_test_add_func ("/srt-socket/ipv6", test_ipv6);
  g_test_add_func ("/srt-socket/port", test_port);
  g_test_add_func ("/srt-socket/wrong-address", test_wrong_address);

  return g_test_run ();
}
