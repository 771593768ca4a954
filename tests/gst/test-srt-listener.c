/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who may connect, and that what is sent is what is read. The other end is libsrt itself. */

#include <gio/gio.h>
#include <srt.h>
#include <syslog.h>

#include "gstlivekitegressplugin.h"
#include "gstlivekitegresssrtlistener.h"

#define PACKET "packet "

typedef struct
{
  GstLiveKitEgressSrtListener *listener;
  GThread *thread;

  GMutex lock;
  GCond cond;
  GString *received; /* the packets, and ! before each that comes after a gap */
  guint n_packets;
  guint n_connected;
  gboolean connected;
  GstLiveKitEgressSrtResult result;
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

static gpointer
read_all (gpointer data)
{
  Reader *self = data;
  guint8 buffer[GST_LIVEKIT_EGRESS_SRT_MAX_PACKET];
  GstLiveKitEgressSrtPacket packet;
  g_autoptr (GError) error = NULL;

  while ((self->result = gst_livekit_egress_srt_listener_read (self->listener, buffer,
                                                               sizeof buffer, &packet, &error))
         == GST_LIVEKIT_EGRESS_SRT_PACKET)
    {
      g_mutex_lock (&self->lock);
      if (packet.discont)
        g_string_append_c (self->received, '!');
      g_string_append_len (self->received, (char *)buffer, packet.size);
      self->n_packets++;
      g_cond_broadcast (&self->cond);
      g_mutex_unlock (&self->lock);
      g_assert_cmpuint (packet.age, <, 10 * GST_SECOND);
    }
  g_assert_no_error (error);

  return NULL;
}

static Reader *
reader_new (void)
{
  Reader *self = g_new0 (Reader, 1);
  g_autoptr (GError) error = NULL;

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->received = g_string_new (NULL);
  self->listener = gst_livekit_egress_srt_listener_new ("127.0.0.1", 0, 20, &error);
  g_assert_no_error (error);
  gst_livekit_egress_srt_listener_set_connected_func (self->listener, on_connected, self);

  return self;
}

static void
reader_start (Reader *self)
{
  self->thread = g_thread_new ("reader", read_all, self);
}

static GstLiveKitEgressSrtResult
reader_join (Reader *self)
{
  g_thread_join (g_steal_pointer (&self->thread));

  return self->result;
}

static void
reader_free (Reader *self)
{
  g_assert_null (self->thread);
  gst_livekit_egress_srt_listener_free (self->listener);
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
  g_autoptr (GstStructure) stats = gst_livekit_egress_srt_listener_get_stats (self->listener);
  guint refused;

  g_assert_true (gst_structure_get_uint (stats, "refused", &refused));

  return refused;
}

static char *
get_secret (Reader *reader, const char *key)
{
  g_autofree char *url = gst_livekit_egress_srt_listener_dup_url (reader->listener, "127.0.0.1");
  g_autoptr (GstUri) uri = gst_uri_from_string (url);

  return g_strdup (gst_uri_get_query_value (uri, key));
}

/* Connects with what is given, and gives the socket, or the reason of the refusal in @reason. */
static SRTSOCKET
call (Reader *reader, const char *passphrase, const char *stream_id, int *reason)
{
  guint port = gst_livekit_egress_srt_listener_get_port (reader->listener);
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
  g_assert_cmpuint (gst_livekit_egress_srt_listener_get_port (a->listener), !=,
                    gst_livekit_egress_srt_listener_get_port (b->listener));
  reader_free (a);
  reader_free (b);
}

static void
test_ipv6_url (void)
{
  Reader *reader = reader_new ();
  g_autofree char *url = gst_livekit_egress_srt_listener_dup_url (reader->listener, "fd00::1");

  g_assert_true (g_str_has_prefix (url, "srt://[fd00::1]:"));
  reader_free (reader);
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
  gst_livekit_egress_srt_listener_end (reader->listener, 10 * GST_SECOND);
  g_assert_cmpint (reader_join (reader), ==, GST_LIVEKIT_EGRESS_SRT_END);
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

  gst_livekit_egress_srt_listener_end (reader->listener, 10 * GST_SECOND);
  g_assert_cmpint (reader_join (reader), ==, GST_LIVEKIT_EGRESS_SRT_END);
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

  gst_livekit_egress_srt_listener_end (reader->listener, 10 * GST_SECOND);
  g_assert_cmpint (reader_join (reader), ==, GST_LIVEKIT_EGRESS_SRT_END);
  reader_free (reader);
}

/* What was sent before anybody read is read, also after the end was told. */
static void
test_end_after_what_came (void)
{
  Reader *reader = reader_new ();
  SRTSOCKET socket = call_well (reader);

  send_packets (socket, 0, 3);
  gst_livekit_egress_srt_listener_end (reader->listener, GST_SECOND);
  reader_start (reader);
  /* It stays connected: silence ends it. */
  g_assert_cmpint (reader_join (reader), ==, GST_LIVEKIT_EGRESS_SRT_END);
  g_assert_cmpstr (reader->received->str, ==, "!packet 0,packet 1,packet 2,");
  srt_close (socket);
  reader_free (reader);
}

static gpointer
send_for_ever (gpointer data)
{
  SRTSOCKET socket = GPOINTER_TO_INT (data);

  /* Until the other side closes: more often than the reader looks around. */
  while (srt_sendmsg2 (socket, PACKET, strlen (PACKET), NULL) != SRT_ERROR)
    g_usleep (5000);

  return NULL;
}

/* Without patience, a sender that goes on does not hold up the end. */
static void
test_end_of_a_talker (void)
{
  Reader *reader = reader_new ();
  SRTSOCKET socket = call_well (reader);
  GThread *talker = g_thread_new ("talker", send_for_ever, GINT_TO_POINTER (socket));

  reader_start (reader);
  reader_wait_packets (reader, 10);
  gst_livekit_egress_srt_listener_end (reader->listener, 0);
  g_assert_cmpint (reader_join (reader), ==, GST_LIVEKIT_EGRESS_SRT_END);
  reader_free (reader);
  g_thread_join (talker);
  srt_close (socket);
}

static void
test_end_of_nobody (void)
{
  Reader *reader = reader_new ();

  reader_start (reader);
  gst_livekit_egress_srt_listener_end (reader->listener, 10 * GST_SECOND);
  g_assert_cmpint (reader_join (reader), ==, GST_LIVEKIT_EGRESS_SRT_END);
  reader_free (reader);
}

static void
test_flushing (void)
{
  Reader *reader = reader_new ();

  reader_start (reader);
  gst_livekit_egress_srt_listener_set_flushing (reader->listener, TRUE);
  g_assert_cmpint (reader_join (reader), ==, GST_LIVEKIT_EGRESS_SRT_FLUSHING);

  gst_livekit_egress_srt_listener_set_flushing (reader->listener, FALSE);
  gst_livekit_egress_srt_listener_end (reader->listener, 0);
  reader_start (reader);
  g_assert_cmpint (reader_join (reader), ==, GST_LIVEKIT_EGRESS_SRT_END);
  reader_free (reader);
}

static void
test_wrong_address (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (gst_livekit_egress_srt_listener_new ("localhost", 0, 20, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  /* Of nobody's network: for documentation only. */
  g_assert_null (gst_livekit_egress_srt_listener_new ("192.0.2.1", 0, 20, &error));
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

  g_test_add_func ("/srt-listener/secrets", test_secrets);
  g_test_add_func ("/srt-listener/ipv6-url", test_ipv6_url);
  g_test_add_func ("/srt-listener/strangers", test_strangers);
  g_test_add_func ("/srt-listener/reconnect", test_reconnect);
  g_test_add_func ("/srt-listener/next-in-line", test_next_in_line);
  g_test_add_func ("/srt-listener/end-after-what-came", test_end_after_what_came);
  g_test_add_func ("/srt-listener/end-of-a-talker", test_end_of_a_talker);
  g_test_add_func ("/srt-listener/end-of-nobody", test_end_of_nobody);
  g_test_add_func ("/srt-listener/flushing", test_flushing);
  g_test_add_func ("/srt-listener/wrong-address", test_wrong_address);

  int status = g_test_run ();

  srt_cleanup ();

  return status;
}
