/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresssrtsocket.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <srt.h>

#include "gstlivekitegressplugin.h"
#include "gstlivekitegresssrtguard.h"
#include "gstlivekitegresssrtlibrary.h"

#define GST_CAT_DEFAULT gst_livekit_egress_srt_debug

#define PASSPHRASE_BYTES 16
#define STREAM_ID_BYTES 8
#define KEY_LENGTH 16

/* The largest packet of SRT's live mode. What is there at once goes into one buffer, as long as it was
 * sent at about the same time. */
#define MAX_PACKET 1456
#define MAX_BATCH (32 * MAX_PACKET)
#define MAX_SPAN_US 10000

/* Who was let in while another one is connected, and may be the one who comes back. */
#define N_WAITING 4
#define WAITING_TIMEOUT (10 * GST_MSECOND)

struct _GstLiveKitEgressSrtSocket
{
  /* Set before the socket listens and never changed. */
  SRTSOCKET socket;
  int epoll;
  guint port;
  guint latency;
  gchar *passphrase;
  gchar *stream_id;
  GstLiveKitEgressSrtGuard *guard;
  GstLiveKitEgressSrtFuncs funcs;
  gpointer funcs_data;

  /* Of the reading thread alone. */
  SRTSOCKET waiting[N_WAITING]; /* the oldest first */
  guint n_waiting;
  gboolean in_sequence;
  gint32 next_sequence;
  guint8 *batch;
  gsize held;                   /* at the head of the batch: a packet of the next buffer */
  SRT_MSGCTRL held_control;

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

/* In a thread of libsrt. */
static int
check_caller (void *opaque, SRTSOCKET socket, int version,
    const struct sockaddr *peer, const char *stream_id)
{
  GstLiveKitEgressSrtSocket *self = opaque;
  const int reason = gst_livekit_egress_srt_guard_check (self->guard, peer,
      stream_id);

  if (reason == 0)
    return 0;

  srt_setrejectreason (socket, reason);
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

/* A UDP socket of our own, with a filter that libsrt lacks. */
static int
bind_udp (GSocketAddress * address, struct sockaddr_storage *native,
    GError ** error)
{
  const int no = 0;
  int fd;

  if (!g_socket_address_to_native (address, native, sizeof *native, error))
    return -1;

  fd = socket (native->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && native->ss_family == AF_INET6)
    setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
  if (fd < 0 || bind (fd, (struct sockaddr *) native,
          g_socket_address_get_native_size (address)) != 0) {
    g_autofree gchar *text =
        g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));

    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
        "Cannot listen for SRT on %s: %s", text, g_strerror (errno));
    if (fd >= 0)
      close (fd);
    return -1;
  }

  if (!gst_livekit_egress_srt_guard_filter (fd))
    GST_WARNING ("no filter for handshakes: who knows the stream id can make "
        "libsrt use up the memory");
  return fd;
}

static gboolean
bind_and_listen (GstLiveKitEgressSrtSocket * self, GSocketAddress * address,
    GError ** error)
{
  g_autoptr (GSocketAddress) bound = NULL;
  struct sockaddr_storage native;
  int native_size = sizeof native;
  const int fd = bind_udp (address, &native, error);

  if (fd < 0)
    return FALSE;
  if (srt_bind_acquire (self->socket, fd) == SRT_ERROR) {
    close (fd);
    goto failed;
  }
  if (srt_listen (self->socket, N_WAITING) == SRT_ERROR
      || srt_getsockname (self->socket, (struct sockaddr *) &native,
          &native_size) == SRT_ERROR)
    goto failed;

  bound = g_socket_address_new_from_native (&native, native_size);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return TRUE;

failed:
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
      "Cannot listen for SRT: %s", srt_getlasterror_str ());
  return FALSE;
}

static gboolean
watch_socket (GstLiveKitEgressSrtSocket * self, SRTSOCKET socket)
{
  const int events = SRT_EPOLL_IN | SRT_EPOLL_ERR;

  return srt_epoll_add_usock (self->epoll, socket, &events) != SRT_ERROR;
}

GstLiveKitEgressSrtSocket *
gst_livekit_egress_srt_socket_new (GSocketAddress * address, guint latency,
    const GstLiveKitEgressSrtFuncs * funcs, gpointer funcs_data,
    GError ** error)
{
  GstLiveKitEgressSrtSocket *self = g_new0 (GstLiveKitEgressSrtSocket, 1);

  self->funcs = *funcs;
  self->funcs_data = funcs_data;
  gst_livekit_egress_srt_library_init ();
  g_mutex_init (&self->lock);
  self->caller = SRT_INVALID_SOCK;
  self->latency = latency;
  self->batch = g_malloc (MAX_BATCH);
  self->epoll = srt_epoll_create ();
  self->socket = srt_create_socket ();

  if (self->epoll == SRT_ERROR || self->socket == SRT_INVALID_SOCK) {
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

  self->guard = gst_livekit_egress_srt_guard_new (self->stream_id);
  srt_listen_callback (self->socket, check_caller, self);
  if (!set_options (self, error)
      || !bind_and_listen (self, address, error))
    goto failed;

  if (!watch_socket (self, self->socket)) {
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
  guint i;

  for (i = 0; i < self->n_waiting; i++)
    srt_close (self->waiting[i]);
  if (self->caller != SRT_INVALID_SOCK)
    srt_close (self->caller);
  if (self->socket != SRT_INVALID_SOCK)
    srt_close (self->socket);
  if (self->epoll != SRT_ERROR)
    srt_epoll_release (self->epoll);

  g_clear_pointer (&self->guard, gst_livekit_egress_srt_guard_free);
  if (self->passphrase != NULL)
    explicit_bzero (self->passphrase, strlen (self->passphrase));
  g_free (self->passphrase);
  g_free (self->stream_id);
  g_free (self->batch);
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

/*** Who is connected ***/

static void
set_caller (GstLiveKitEgressSrtSocket * self, SRTSOCKET caller)
{
  SRTSOCKET old;

  g_mutex_lock (&self->lock);
  old = self->caller;
  self->caller = caller;
  g_mutex_unlock (&self->lock);

  gst_livekit_egress_srt_guard_set_sender (self->guard, caller);
  self->in_sequence = FALSE;
  self->held = 0;
  if (old != SRT_INVALID_SOCK) {
    srt_epoll_remove_usock (self->epoll, old);
    srt_close (old);
    self->funcs.connected (FALSE, self->funcs_data);
  }
  if (caller != SRT_INVALID_SOCK) {
    watch_socket (self, caller);
    self->funcs.connected (TRUE, self->funcs_data);
  }
}

static SRTSOCKET
take_waiting (GstLiveKitEgressSrtSocket * self, guint i)
{
  const SRTSOCKET taken = self->waiting[i];

  self->n_waiting--;
  memmove (&self->waiting[i], &self->waiting[i + 1],
      (self->n_waiting - i) * sizeof self->waiting[0]);
  return taken;
}

/* Whoever has the secrets. One who only repeats a handshake that it overheard sends nothing, and keeps
 * nobody out. */
static void
accept_caller (GstLiveKitEgressSrtSocket * self)
{
  SRTSOCKET caller = srt_accept (self->socket, NULL, NULL);

  if (caller == SRT_INVALID_SOCK)
    return;
  if (self->caller == SRT_INVALID_SOCK) {
    set_caller (self, caller);
    return;
  }
  if (self->n_waiting == N_WAITING)
    srt_close (take_waiting (self, 0));
  self->waiting[self->n_waiting++] = caller;
}

/*** What it sends ***/

/* libsrt makes an exception of a read in vain, which costs more than ten reads. */
static gboolean
is_ready (GstLiveKitEgressSrtSocket * self)
{
  SRT_EPOLL_EVENT events[2];
  int i, n = srt_epoll_uwait (self->epoll, events, G_N_ELEMENTS (events), 0);

  for (i = 0; i < MIN (n, (int) G_N_ELEMENTS (events)); i++)
    if (events[i].fd == self->caller)
      return TRUE;
  return FALSE;
}

/* The size of the packet, 0 when there is none, -1 when there will be none. */
static int
receive (SRTSOCKET caller, guint8 * data, SRT_MSGCTRL * control)
{
  int n;

  *control = srt_msgctrl_default;
  n = srt_recvmsg2 (caller, (char *) data, MAX_PACKET, control);
  if (n > 0)
    return n;
  return n < 0 && srt_getlasterror (NULL) == SRT_EASYNCRCV ? 0 : -1;
}

static gboolean
follows (GstLiveKitEgressSrtSocket * self, const SRT_MSGCTRL * control)
{
  return self->in_sequence && control->pktseq == self->next_sequence;
}

static void
note_sequence (GstLiveKitEgressSrtSocket * self, const SRT_MSGCTRL * control)
{
  /* Sequence numbers have 31 bits. */
  self->next_sequence = (gint32) (((guint32) control->pktseq + 1) & G_MAXINT32);
  self->in_sequence = TRUE;
}

/* All that is there, up to a gap. At the head of the batch there is a packet already. */
static GstBuffer *
take_batch (GstLiveKitEgressSrtSocket * self, gsize size,
    const SRT_MSGCTRL * first, GstClockTime * age)
{
  const gboolean discont = !follows (self, first);
  SRT_MSGCTRL control;
  GstBuffer *buffer;
  int n = 0;

  note_sequence (self, first);
  while (size + MAX_PACKET <= MAX_BATCH && is_ready (self)
      && (n = receive (self->caller, self->batch + size, &control)) > 0
      && follows (self, &control)
      && control.srctime - first->srctime < MAX_SPAN_US) {
    note_sequence (self, &control);
    size += n;
    n = 0;
  }

  buffer = gst_buffer_new_memdup (self->batch, size);
  if (discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  *age = first->srctime != 0 ?
      (guint64) MAX (srt_time_now () - first->srctime, 0) * GST_USECOND :
      GST_CLOCK_TIME_NONE;

  if (n > 0) {
    memmove (self->batch, self->batch + size, n);
    self->held = n;
    self->held_control = control;
  }
  gst_livekit_egress_srt_guard_note_data (self->guard);
  return buffer;
}

static GstBuffer *
read_caller (GstLiveKitEgressSrtSocket * self, GstClockTime * age)
{
  SRT_MSGCTRL control;
  int n;

  if (self->held > 0) {
    n = self->held;
    control = self->held_control;
    self->held = 0;
    return take_batch (self, n, &control, age);
  }

  if (!is_ready (self))
    return NULL;
  n = receive (self->caller, self->batch, &control);
  if (n > 0)
    return take_batch (self, n, &control, age);
  if (n < 0)
    set_caller (self, self->n_waiting > 0 ? take_waiting (self, 0) :
        SRT_INVALID_SOCK);
  return NULL;
}

/* Whoever sends takes the place of one who does not. */
static GstBuffer *
read_waiting (GstLiveKitEgressSrtSocket * self, GstClockTime * age)
{
  SRT_MSGCTRL control;
  guint i;

  if (!gst_livekit_egress_srt_guard_is_silent (self->guard))
    return NULL;

  for (i = 0; i < self->n_waiting; i++) {
    const int n = receive (self->waiting[i], self->batch, &control);

    if (n > 0) {
      set_caller (self, take_waiting (self, i));
      return take_batch (self, n, &control, age);
    }
    if (n < 0)
      srt_close (take_waiting (self, i--));
  }
  return NULL;
}

static GstBuffer *
read_any (GstLiveKitEgressSrtSocket * self, GstClockTime * age)
{
  GstBuffer *buffer = NULL;

  if (self->caller != SRT_INVALID_SOCK)
    buffer = read_caller (self, age);
  if (buffer == NULL && self->n_waiting > 0)
    buffer = read_waiting (self, age);
  return buffer;
}

GstBuffer *
gst_livekit_egress_srt_socket_read (GstLiveKitEgressSrtSocket * self,
    GstClockTime timeout, GstClockTime * age, GError ** error)
{
  GstBuffer *buffer = read_any (self, age);
  SRT_EPOLL_EVENT events[2];
  int i, n_events;

  if (buffer != NULL)
    return buffer;

  if (self->n_waiting > 0)
    timeout = MIN (timeout, WAITING_TIMEOUT);
  n_events = srt_epoll_uwait (self->epoll, events, G_N_ELEMENTS (events),
      timeout / GST_MSECOND);
  if (n_events == SRT_ERROR) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "Cannot wait on the SRT socket: %s", srt_getlasterror_str ());
    return NULL;
  }

  /* Asked without need, libsrt complains in its log. */
  for (i = 0; i < MIN (n_events, (int) G_N_ELEMENTS (events)); i++)
    if (events[i].fd == self->socket)
      accept_caller (self);
  return n_events > 0 ? read_any (self, age) : NULL;
}

void
gst_livekit_egress_srt_socket_refuse_all (GstLiveKitEgressSrtSocket * self)
{
  gst_livekit_egress_srt_guard_close (self->guard);
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
