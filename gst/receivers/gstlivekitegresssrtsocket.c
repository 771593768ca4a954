/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresssrtsocket.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/random.h>

#include <srt.h>
#include <access_control.h>

#include "gstlivekitegressplugin.h"

#define GST_CAT_DEFAULT gst_livekit_egress_srt_debug

#define PASSPHRASE_BYTES 16
#define STREAM_ID_BYTES 8
#define KEY_LENGTH 16

/* The largest packet of SRT's live mode. */
#define MAX_PACKET 1456

struct _GstLiveKitEgressSrtSocket
{
  /* Set before the socket listens and never changed. */
  SRTSOCKET socket;
  int listen_epoll;
  int read_epoll;
  guint port;
  guint latency;
  gchar *passphrase;
  gchar *stream_id;
  GstLiveKitEgressSrtFuncs funcs;
  gpointer funcs_data;

  gint refusing;                /* atomic: nobody is let in any more */

  /* Of the reading thread alone. */
  gboolean in_sequence;
  gint32 next_sequence;

  /* Written by the reading thread alone. The lock is held for no call that can block. */
  GMutex lock;
  SRTSOCKET caller;
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
  GstLiveKitEgressSrtSocket *self = opaque;

  if (g_strcmp0 (stream_id, self->stream_id) == 0
      && !g_atomic_int_get (&self->refusing))
    return 0;

  GST_WARNING ("refused a sender: its stream id is not the one of this run, or "
      "the run is over");
  srt_setrejectreason (socket, SRT_REJX_FORBIDDEN);
  self->funcs.refused (self->funcs_data);
  return -1;
}

static gboolean
set_options (GstLiveKitEgressSrtSocket * self, GError ** error)
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
bind_and_listen (GstLiveKitEgressSrtSocket * self, GSocketAddress * address,
    GError ** error)
{
  g_autoptr (GSocketAddress) bound = NULL;
  struct sockaddr_storage native;
  int native_size = sizeof native;

  if (!g_socket_address_to_native (address, &native, sizeof native, error))
    return FALSE;

  if (srt_bind (self->socket, (struct sockaddr *) &native,
          g_socket_address_get_native_size (address)) == SRT_ERROR
      || srt_listen (self->socket, 1) == SRT_ERROR
      || srt_getsockname (self->socket, (struct sockaddr *) &native,
          &native_size) == SRT_ERROR) {
    g_autofree gchar *text =
        g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));

    g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE,
        "Cannot listen for SRT on %s: %s", text, srt_getlasterror_str ());
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

GstLiveKitEgressSrtSocket *
gst_livekit_egress_srt_socket_new (GSocketAddress * address, guint latency,
    const GstLiveKitEgressSrtFuncs * funcs, gpointer funcs_data,
    GError ** error)
{
  GstLiveKitEgressSrtSocket *self = g_new0 (GstLiveKitEgressSrtSocket, 1);

  self->funcs = *funcs;
  self->funcs_data = funcs_data;
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
      || !bind_and_listen (self, address, error))
    goto failed;

  if (!watch_socket (self->listen_epoll, self->socket)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "Cannot wait on the SRT socket: %s", srt_getlasterror_str ());
    goto failed;
  }

  return self;

failed:
  gst_livekit_egress_srt_socket_free (self);
  return NULL;
}

void
gst_livekit_egress_srt_socket_free (GstLiveKitEgressSrtSocket * self)
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

guint
gst_livekit_egress_srt_socket_get_port (GstLiveKitEgressSrtSocket * self)
{
  return self->port;
}

gchar *
gst_livekit_egress_srt_socket_dup_url (GstLiveKitEgressSrtSocket * self,
    const gchar * authority)
{
  return g_strdup_printf ("srt://%s?mode=caller&passphrase=%s&pbkeylen=%d"
      "&streamid=%s&latency=%u", authority, self->passphrase, KEY_LENGTH,
      self->stream_id, self->latency);
}

static void
set_caller (GstLiveKitEgressSrtSocket * self, SRTSOCKET caller)
{
  const gboolean connected = caller != SRT_INVALID_SOCK;
  SRTSOCKET old;

  g_mutex_lock (&self->lock);
  old = self->caller;
  self->caller = caller;
  g_mutex_unlock (&self->lock);

  if (connected) {
    watch_socket (self->read_epoll, caller);
    self->in_sequence = FALSE;
  } else {
    srt_epoll_remove_usock (self->read_epoll, old);
    srt_close (old);
  }
  self->funcs.connected (connected, self->funcs_data);
}

static GstBuffer *
make_buffer (GstLiveKitEgressSrtSocket * self, const SRT_MSGCTRL * control,
    const guint8 * data, gsize size, GstClockTime * age)
{
  GstBuffer *buffer = gst_buffer_new_memdup (data, size);

  *age = control->srctime != 0 ?
      (guint64) MAX (srt_time_now () - control->srctime, 0) * GST_USECOND :
      GST_CLOCK_TIME_NONE;
  if (!self->in_sequence || control->pktseq != self->next_sequence)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  /* Sequence numbers have 31 bits. */
  self->next_sequence = (gint32) (((guint32) control->pktseq + 1) & G_MAXINT32);
  self->in_sequence = TRUE;

  return buffer;
}

static GstBuffer *
read_caller (GstLiveKitEgressSrtSocket * self, GstClockTime * age)
{
  SRT_MSGCTRL control = srt_msgctrl_default;
  guint8 data[MAX_PACKET];
  int n = srt_recvmsg2 (self->caller, (char *) data, sizeof data, &control);

  if (n > 0)
    return make_buffer (self, &control, data, n, age);
  if (n == 0 || srt_getlasterror (NULL) != SRT_EASYNCRCV)
    set_caller (self, SRT_INVALID_SOCK);
  return NULL;
}

GstBuffer *
gst_livekit_egress_srt_socket_read (GstLiveKitEgressSrtSocket * self,
    GstClockTime timeout, GstClockTime * age, GError ** error)
{
  /* While somebody is connected the next one waits: nothing of the first is lost. */
  const gboolean connected = self->caller != SRT_INVALID_SOCK;
  GstBuffer *buffer = connected ? read_caller (self, age) : NULL;
  SRT_EPOLL_EVENT event;
  int n_events;

  if (buffer != NULL)
    return buffer;

  n_events = srt_epoll_uwait (self->caller != SRT_INVALID_SOCK ?
      self->read_epoll : self->listen_epoll, &event, 1, timeout / GST_MSECOND);
  if (n_events == SRT_ERROR) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "Cannot wait on the SRT socket: %s", srt_getlasterror_str ());
    return NULL;
  }
  if (n_events == 0)
    return NULL;

  /* Asked without need, libsrt complains on the terminal. */
  if (self->caller == SRT_INVALID_SOCK) {
    SRTSOCKET caller = srt_accept (self->socket, NULL, NULL);

    if (caller != SRT_INVALID_SOCK)
      set_caller (self, caller);
  }
  return self->caller != SRT_INVALID_SOCK ? read_caller (self, age) : NULL;
}

void
gst_livekit_egress_srt_socket_refuse_all (GstLiveKitEgressSrtSocket * self)
{
  g_atomic_int_set (&self->refusing, TRUE);
}

void
gst_livekit_egress_srt_socket_add_stats (GstLiveKitEgressSrtSocket * self,
    GstStructure * stats)
{
  SRT_TRACEBSTATS srt;

  g_mutex_lock (&self->lock);
  if (self->caller != SRT_INVALID_SOCK
      && srt_bstats (self->caller, &srt, 0) != SRT_ERROR)
    gst_structure_set (stats,
        "packets-received", G_TYPE_INT64, srt.pktRecvTotal,
        "packets-received-lost", G_TYPE_INT, srt.pktRcvLossTotal,
        "packets-received-retransmitted", G_TYPE_INT, srt.pktRcvRetrans,
        "packets-received-dropped", G_TYPE_INT, srt.pktRcvDropTotal,
        "receive-rate-mbps", G_TYPE_DOUBLE, srt.mbpsRecvRate,
        "bandwidth-mbps", G_TYPE_DOUBLE, srt.mbpsBandwidth,
        "rtt-ms", G_TYPE_DOUBLE, srt.msRTT,
        "negotiated-latency-ms", G_TYPE_INT, srt.msRcvTsbPdDelay, NULL);
  g_mutex_unlock (&self->lock);
}
