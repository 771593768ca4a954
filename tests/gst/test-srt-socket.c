/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who may connect, and that what is sent is what is read. The other end is libsrt itself. */

#include <gio/gio.h>
#include <srt.h>
#include <syslog.h>

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
  guint n_packets;
  guint n_connected;
  guint n_refused;
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
on_refused (gpointer user_data)
{
  Reader *self = user_data;

  g_mutex_lock (&self->lock);
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
  self->n_packets++;
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
make_socket (const char *address, gpointer data, GError **error)
{
  static const GstLiveKitEgressSrtFuncs funcs = { on_connected, on_refused };
  g_autoptr (GSocketAddress) parsed = g_inet_socket_address_new_from_string (address, 0);

  return gst_livekit_egress_srt_socket_new (parsed, 20, &funcs, data, error);
}

static Reader *
reader_new (void)
{
  Reader *self = g_new0 (Reader, 1);
  g_autoptr (GError) error = NULL;

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->received = g_string_new (NULL);
  self->socket = make_socket ("127.0.0.1", self, &error);
  g_assert_no_error (error);

  return self;
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

static void
reader_wait_packets (Reader *self, guint n)
{
  g_mutex_lock (&self->lock);
  while (self->n_packets < n)
    g_cond_wait (&self->cond, &self->lock);
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

/* Connects with what is given, and gives the socket, or the reason of the refusal in @reason. */
static SRTSOCKET
call (Reader *reader, const char *passphrase, const char *stream_id, int *reason)
{
  guint port = gst_livekit_egress_srt_socket_get_port (reader->socket);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", port);
  struct sockaddr_storage native;
  SRTSOCKET socket = srt_create_socket ();

  g_assert_true (g_socket_address_to_native (address, &native, sizeof native, NULL));
  if (passphrase != NULL)
    srt_setsockflag (socket, SRTO_PASSPHRASE, passphrase, strlen (passphrase));
  if (stream_id != NULL)
    srt_setsockflag (socket, SRTO_STREAMID, stream_id, strlen (stream_id));
  if (srt_connect (socket, (struct sockaddr *)&native, sizeof (struct sockaddr_in)) != SRT_ERROR)
    return socket;

  *reason = srt_getrejectreason (socket);
  srt_close (socket);

  return SRT_INVALID_SOCK;
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
  g_assert_cmpuint (reader_get_refused (reader), ==, 2);
  g_assert_cmpuint (reader->n_connected, ==, 0);

  socket = call_well (reader);
  send_packets (socket, 0, 2);
  reader_wait_packets (reader, 2);
  g_assert_cmpint (call (reader, passphrase, "another", &reason), ==, SRT_INVALID_SOCK);
  send_packets (socket, 2, 1);
  reader_wait_packets (reader, 3);
  g_assert_cmpstr (reader->received->str, ==, "!packet 0,packet 1,packet 2,");

  srt_close (socket);
  reader_free (reader);
}

/* A sender that went may come back, to the same port with the same secrets. */
static void
test_reconnect (void)
{
  Reader *reader = reader_new ();

  reader_start (reader);
  for (guint i = 0; i < 3; i++)
    {
      SRTSOCKET socket = call_well (reader);

      reader_wait_connected (reader, TRUE);
      send_packets (socket, 2 * i, 2);
      reader_wait_packets (reader, 2 * i + 2);
      srt_close (socket);
      reader_wait_connected (reader, FALSE);
    }
  g_assert_cmpstr (reader->received->str, ==,
                   "!packet 0,packet 1,!packet 2,packet 3,!packet 4,packet 5,");
  g_assert_cmpuint (reader->n_connected, ==, 3);

  reader_free (reader);
}

/* The next one waits until the first has gone, and nothing of either is lost. */
static void
test_next_in_line (void)
{
  Reader *reader = reader_new ();
  SRTSOCKET first, second;

  reader_start (reader);
  first = call_well (reader);
  reader_wait_connected (reader, TRUE);
  second = call_well (reader);
  send_packets (second, 10, 1);
  send_packets (first, 0, 1);
  reader_wait_packets (reader, 1);
  srt_close (first);
  reader_wait_packets (reader, 2);
  g_assert_cmpstr (reader->received->str, ==, "!packet 0,!packet 10,");
  srt_close (second);

  reader_free (reader);
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
  g_assert_cmpuint (reader_get_refused (reader), ==, 1);
  send_packets (socket, 2, 1);
  reader_wait_packets (reader, 3);
  g_assert_cmpstr (reader->received->str, ==, "!packet 0,packet 1,packet 2,");
  srt_close (socket);
  reader_free (reader);
}

/* Of nobody's network: for documentation only. */
static void
test_wrong_address (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (make_socket ("192.0.2.1", NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  gst_livekit_egress_plugin_init ();
  /* For the sockets of this side, which outlive those of a listener. */
  srt_startup ();
  /* libsrt writes about each refusal. */
  srt_setloglevel (LOG_CRIT);

  g_test_add_func ("/srt-socket/secrets", test_secrets);
  g_test_add_func ("/srt-socket/strangers", test_strangers);
  g_test_add_func ("/srt-socket/reconnect", test_reconnect);
  g_test_add_func ("/srt-socket/next-in-line", test_next_in_line);
  g_test_add_func ("/srt-socket/refuse-all", test_refuse_all);
  g_test_add_func ("/srt-socket/wrong-address", test_wrong_address);

  int status = g_test_run ();

  srt_cleanup ();

  return status;
}
