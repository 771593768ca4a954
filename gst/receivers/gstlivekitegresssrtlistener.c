/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresssrtlistener.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/random.h>

#include <gio/gio.h>
#include <srt.h>
#include <access_control.h>

#include "gstlivekitegressplugin.h"

#define GST_CAT_DEFAULT gst_livekit_egress_srt_debug

#define PASSPHRASE_BYTES 16
#define STREAM_ID_BYTES 8
#define KEY_LENGTH 16

/* libsrt itself looks around every 10 ms while it waits, so an event to be woken by would not make
 * this cheaper. */
#define WAIT_SLICE_MS 50

struct _GstLiveKitEgressSrtListener
{
  /* Set before the socket listens and never changed. */
  SRTSOCKET socket;
  int listen_epoll;
  int read_epoll;
  guint port;
  guint latency;
  gchar *passphrase;
  gchar *stream_id;
  GstLiveKitEgressSrtConnectedFunc connected_func;
  gpointer connected_data;

  /* Of the reading thread alone. */
  gboolean in_sequence;
  gint32 next_sequence;

  /* Guards the rest. Held for no call that can block. */
  GMutex lock;
  SRTSOCKET caller;             /* written by the reading thread alone */
  gboolean flushing;
  gboolean ended;
  GstClockTime linger;
  gint64 last_packet;
  guint64 bytes;
  guint connections;
  guint refused;
};

static gchar *
random_hex (gsize n_bytes, GError ** error)
{
  guint8 bytes[32];
  GString *hex;
  gsize i;

  g_assert (n_bytes <= sizeof bytes);

  /* Not GRand, whose next numbers can be told from the ones before. */
  if (getrandom (bytes, n_bytes, 0) != (gssize) n_bytes) {
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
        "Cannot make a secret for this run: no random numbers (%s)",
        g_strerror (errno));
    return NULL;
  }

  hex = g_string_sized_new (2 * n_bytes);
  for (i = 0; i < n_bytes; i++)
    g_string_append_printf (hex, "%02x", bytes[i]);
  explicit_bzero (bytes, sizeof bytes);

  return g_string_free (hex, FALSE);
}

/* In a thread of libsrt. The passphrase is checked by libsrt; what remains is that a sender which
 * has it from elsewhere meant this very stream. */
static int
check_caller (void *opaque, SRTSOCKET socket, int version,
    const struct sockaddr *peer, const char *stream_id)
{
  GstLiveKitEgressSrtListener *self = opaque;

  if (g_strcmp0 (stream_id, self->stream_id) == 0)
    return 0;

  GST_WARNING ("refused a sender: its stream id is not the one of this run");
  srt_setrejectreason (socket, SRT_REJX_FORBIDDEN);

  g_mutex_lock (&self->lock);
  self->refused++;
  g_mutex_unlock (&self->lock);

  return -1;
}

static gboolean
set_options (GstLiveKitEgressSrtListener * self, GError ** error)
{
  const bool no = false, yes = true;
  const int32_t zero = 0, latency = self->latency, key_length = KEY_LENGTH;
  const struct
  {
    SRT_SOCKOPT option;
    const void *value;
    int size;
  } options[] = {
    {SRTO_RCVSYN, &no, sizeof no},
    {SRTO_SNDSYN, &no, sizeof no},
    {SRTO_TSBPDMODE, &yes, sizeof yes},
    /* Otherwise a second listener of this process could share our port. */
    {SRTO_REUSEADDR, &no, sizeof no},
    {SRTO_IPV6ONLY, &zero, sizeof zero},
    {SRTO_LATENCY, &latency, sizeof latency},
    {SRTO_ENFORCEDENCRYPTION, &yes, sizeof yes},
    {SRTO_PBKEYLEN, &key_length, sizeof key_length},
    {SRTO_PASSPHRASE, self->passphrase, strlen (self->passphrase)},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (options); i++) {
    if (srt_setsockflag (self->socket, options[i].option, options[i].value,
            options[i].size) == SRT_ERROR) {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
          "Cannot set up the SRT socket (option %d): %s", options[i].option,
          srt_getlasterror_str ());
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
bind_and_listen (GstLiveKitEgressSrtListener * self, const gchar * address,
    guint port, GError ** error)
{
  g_autoptr (GSocketAddress) wanted = NULL;
  g_autoptr (GSocketAddress) bound = NULL;
  struct sockaddr_storage native;
  int native_size = sizeof native;

  wanted = g_inet_socket_address_new_from_string (address, port);
  if (wanted == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "listen-address \"%s\" is not an IP address; use for example "
        "\"127.0.0.1\", \"0.0.0.0\" or \"::\"", address);
    return FALSE;
  }
  if (!g_socket_address_to_native (wanted, &native, sizeof native, error))
    return FALSE;

  if (srt_bind (self->socket, (struct sockaddr *) &native,
          g_socket_address_get_native_size (wanted)) == SRT_ERROR
      || srt_listen (self->socket, 1) == SRT_ERROR
      || srt_getsockname (self->socket, (struct sockaddr *) &native,
          &native_size) == SRT_ERROR) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE,
        "Cannot listen for SRT on %s port %u: %s", address, port,
        srt_getlasterror_str ());
    return FALSE;
  }

  bound = g_socket_address_new_from_native (&native, native_size);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return TRUE;
}

static gboolean
watch_socket (int epoll, SRTSOCKET socket)
{
  const int events = SRT_EPOLL_IN | SRT_EPOLL_ERR;

  return srt_epoll_add_usock (epoll, socket, &events) != SRT_ERROR;
}

GstLiveKitEgressSrtListener *
gst_livekit_egress_srt_listener_new (const gchar * address, guint port,
    guint latency, GError ** error)
{
  GstLiveKitEgressSrtListener *self = g_new0 (GstLiveKitEgressSrtListener, 1);

  g_mutex_init (&self->lock);
  srt_startup ();
  self->caller = SRT_INVALID_SOCK;
  self->latency = latency;
  self->listen_epoll = srt_epoll_create ();
  self->read_epoll = srt_epoll_create ();
  self->socket = srt_create_socket ();

  if (self->listen_epoll == SRT_ERROR || self->read_epoll == SRT_ERROR
      || self->socket == SRT_INVALID_SOCK) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "Cannot make an SRT socket: %s", srt_getlasterror_str ());
    goto failed;
  }

  self->passphrase = random_hex (PASSPHRASE_BYTES, error);
  if (self->passphrase == NULL)
    goto failed;
  self->stream_id = random_hex (STREAM_ID_BYTES, error);
  if (self->stream_id == NULL)
    goto failed;

  srt_listen_callback (self->socket, check_caller, self);
  if (!set_options (self, error)
      || !bind_and_listen (self, address, port, error))
    goto failed;

  if (!watch_socket (self->listen_epoll, self->socket)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "Cannot wait on the SRT socket: %s", srt_getlasterror_str ());
    goto failed;
  }

  GST_INFO ("listening on %s port %u", address, self->port);
  return self;

failed:
  gst_livekit_egress_srt_listener_free (self);
  return NULL;
}

void
gst_livekit_egress_srt_listener_free (GstLiveKitEgressSrtListener * self)
{
  if (self->caller != SRT_INVALID_SOCK)
    srt_close (self->caller);
  if (self->socket != SRT_INVALID_SOCK)
    srt_close (self->socket);
  if (self->listen_epoll != SRT_ERROR)
    srt_epoll_release (self->listen_epoll);
  if (self->read_epoll != SRT_ERROR)
    srt_epoll_release (self->read_epoll);
  srt_cleanup ();

  if (self->passphrase != NULL)
    explicit_bzero (self->passphrase, strlen (self->passphrase));
  g_free (self->passphrase);
  g_free (self->stream_id);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Before the first read. */
void
gst_livekit_egress_srt_listener_set_connected_func (GstLiveKitEgressSrtListener
    * self, GstLiveKitEgressSrtConnectedFunc func, gpointer user_data)
{
  self->connected_func = func;
  self->connected_data = user_data;
}

guint
gst_livekit_egress_srt_listener_get_port (GstLiveKitEgressSrtListener * self)
{
  return self->port;
}

gchar *
gst_livekit_egress_srt_listener_dup_url (GstLiveKitEgressSrtListener * self,
    const gchar * host)
{
  const gboolean is_ipv6 = strchr (host, ':') != NULL;

  return g_strdup_printf ("srt://%s%s%s:%u?mode=caller&passphrase=%s"
      "&pbkeylen=%d&streamid=%s&latency=%u", is_ipv6 ? "[" : "", host,
      is_ipv6 ? "]" : "", self->port, self->passphrase, KEY_LENGTH,
      self->stream_id, self->latency);
}

static void
set_caller (GstLiveKitEgressSrtListener * self, SRTSOCKET caller)
{
  const gboolean connected = caller != SRT_INVALID_SOCK;
  SRTSOCKET old;

  g_mutex_lock (&self->lock);
  old = self->caller;
  self->caller = caller;
  if (connected)
    self->connections++;
  g_mutex_unlock (&self->lock);

  if (connected) {
    watch_socket (self->read_epoll, caller);
    self->in_sequence = FALSE;
  } else {
    srt_epoll_remove_usock (self->read_epoll, old);
    srt_close (old);
  }

  GST_INFO ("sender %s", connected ? "connected" : "gone");
  if (self->connected_func != NULL)
    self->connected_func (connected, self->connected_data);
}

static void
describe_packet (GstLiveKitEgressSrtListener * self,
    const SRT_MSGCTRL * control, gsize size, GstLiveKitEgressSrtPacket * packet)
{
  const gint64 age = srt_time_now () - control->srctime;

  packet->size = size;
  packet->age = control->srctime != 0 ? (guint64) MAX (age, 0) * GST_USECOND :
      GST_CLOCK_TIME_NONE;
  packet->discont = !self->in_sequence
      || control->pktseq != self->next_sequence;
  /* Sequence numbers have 31 bits. */
  self->next_sequence = (gint32) (((guint32) control->pktseq + 1) & G_MAXINT32);
  self->in_sequence = TRUE;

  g_mutex_lock (&self->lock);
  self->bytes += size;
  self->last_packet = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);
}

/* TRUE when the reader shall return; otherwise there is something to wait for. Idle: the last wait was
 * in vain, so nobody else is about to connect. */
static gboolean
check_state (GstLiveKitEgressSrtListener * self, gboolean idle,
    GstLiveKitEgressSrtResult * result)
{
  gboolean done = FALSE;

  g_mutex_lock (&self->lock);
  if (self->flushing) {
    *result = GST_LIVEKIT_EGRESS_SRT_FLUSHING;
    done = TRUE;
  } else if (self->ended && (self->caller == SRT_INVALID_SOCK ? idle :
          g_get_monotonic_time () - self->last_packet >=
          (gint64) (self->linger / GST_USECOND))) {
    *result = GST_LIVEKIT_EGRESS_SRT_END;
    done = TRUE;
  }
  g_mutex_unlock (&self->lock);

  return done;
}

GstLiveKitEgressSrtResult
gst_livekit_egress_srt_listener_read (GstLiveKitEgressSrtListener * self,
    guint8 * data, gsize size, GstLiveKitEgressSrtPacket * packet,
    GError ** error)
{
  GstLiveKitEgressSrtResult result;
  SRT_EPOLL_EVENT event;
  int n_events = 1;

  for (;;) {
    /* While somebody is connected the next one waits: nothing of the first is lost. */
    const gboolean connected = self->caller != SRT_INVALID_SOCK;

    if (connected) {
      SRT_MSGCTRL control = srt_msgctrl_default;
      int n = srt_recvmsg2 (self->caller, (char *) data, (int) size, &control);

      if (n > 0) {
        describe_packet (self, &control, n, packet);
        return GST_LIVEKIT_EGRESS_SRT_PACKET;
      }
      if (n == 0 || srt_getlasterror (NULL) != SRT_EASYNCRCV) {
        set_caller (self, SRT_INVALID_SOCK);
        n_events = 1;
        continue;
      }
    }

    if (check_state (self, n_events == 0, &result))
      return result;

    n_events = srt_epoll_uwait (connected ? self->read_epoll :
        self->listen_epoll, &event, 1, WAIT_SLICE_MS);
    if (n_events == SRT_ERROR) {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
          "Cannot wait on the SRT socket: %s", srt_getlasterror_str ());
      return GST_LIVEKIT_EGRESS_SRT_ERROR;
    }
    /* Asked without need, libsrt complains on the terminal. */
    if (n_events > 0 && !connected) {
      SRTSOCKET caller = srt_accept (self->socket, NULL, NULL);

      if (caller != SRT_INVALID_SOCK)
        set_caller (self, caller);
    }
  }
}

void
gst_livekit_egress_srt_listener_set_flushing (GstLiveKitEgressSrtListener *
    self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  g_mutex_unlock (&self->lock);
}

/* Reading ends when nobody is connected, or nothing came for the time of linger. */
void
gst_livekit_egress_srt_listener_end (GstLiveKitEgressSrtListener * self,
    GstClockTime linger)
{
  g_mutex_lock (&self->lock);
  if (!self->ended)
    self->last_packet = g_get_monotonic_time ();
  self->ended = TRUE;
  self->linger = linger;
  g_mutex_unlock (&self->lock);
}

GstStructure *
gst_livekit_egress_srt_listener_get_stats (GstLiveKitEgressSrtListener * self)
{
  GstStructure *stats;
  SRT_TRACEBSTATS srt;

  g_mutex_lock (&self->lock);
  stats = gst_structure_new ("application/x-livekit-egress-srt-stats",
      "connected", G_TYPE_BOOLEAN, self->caller != SRT_INVALID_SOCK,
      "connections", G_TYPE_UINT, self->connections,
      "refused", G_TYPE_UINT, self->refused,
      "bytes-received", G_TYPE_UINT64, self->bytes, NULL);

  if (self->caller != SRT_INVALID_SOCK
      && srt_bstats (self->caller, &srt, 0) != SRT_ERROR) {
    gst_structure_set (stats,
        "packets-received", G_TYPE_INT64, srt.pktRecvTotal,
        "packets-received-lost", G_TYPE_INT, srt.pktRcvLossTotal,
        "packets-received-retransmitted", G_TYPE_INT, srt.pktRcvRetrans,
        "packets-received-dropped", G_TYPE_INT, srt.pktRcvDropTotal,
        "receive-rate-mbps", G_TYPE_DOUBLE, srt.mbpsRecvRate,
        "bandwidth-mbps", G_TYPE_DOUBLE, srt.mbpsBandwidth,
        "rtt-ms", G_TYPE_DOUBLE, srt.msRTT,
        "negotiated-latency-ms", G_TYPE_INT, srt.msRcvTsbPdDelay, NULL);
  }
  g_mutex_unlock (&self->lock);

  return stats;
}
