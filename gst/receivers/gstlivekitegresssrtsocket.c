/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* for dup3() */
#endif

#include "gstlivekitegresssrtsocket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <srt.h>

#include "gstlivekitegressplugin.h"
#include "gstlivekitegresssrtguard.h"
#include "gstlivekitegresssrtlibrary.h"
#include "gstlivekitegresssrtreader.h"
#include "gstlivekitegresssrtsecrets.h"

#define GST_CAT_DEFAULT gst_livekit_egress_srt_debug

/* Who was let in while another one is connected, and may be the one who comes back. */
#define N_WAITING 4
#define WAITING_TIMEOUT (10 * GST_MSECOND)

#define MAX_BIND_TIME (100 * G_TIME_SPAN_MILLISECOND)

struct _GstLiveKitEgressSrtSocket
{
  /* Set before the socket listens and never changed. */
  SRTSOCKET socket;
  int udp;                      /* libsrt's, which closes it */
  int epoll;
  guint port;
  GstLiveKitEgressSrtSecrets *secrets;
  GstLiveKitEgressSrtGuard *guard;
  GstLiveKitEgressSrtReader *reader;
  GstLiveKitEgressSrtFuncs funcs;
  gpointer funcs_data;

  /* Of the reading thread alone. */
  SRTSOCKET waiting[N_WAITING]; /* the oldest first */
  guint n_waiting;
};

/* In a thread of libsrt. */
static int
check_caller (void *opaque, SRTSOCKET socket, int version,
    const struct sockaddr *peer, const char *stream_id)
{
  GstLiveKitEgressSrtSocket *self = opaque;
  g_autoptr (GSocketAddress) address = NULL;
  g_autofree gchar *text = NULL;
  int reason;
  const gchar *why = gst_livekit_egress_srt_guard_check (self->guard, peer,
      stream_id, &reason);

  if (why == NULL)
    return 0;

  srt_setrejectreason (socket, reason);
  address = g_socket_address_new_from_native ((gpointer) peer,
      sizeof (struct sockaddr_storage));
  text = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));
  self->funcs.refused (text, why, self->funcs_data);
  return -1;
}

static gboolean
set_options (GstLiveKitEgressSrtSocket * self, GError ** error)
{
  const bool no = false;
  const int32_t zero = 0;

  if (!gst_livekit_egress_srt_secrets_apply (self->secrets, self->socket,
          error))
    return FALSE;
  /* Otherwise a second listener of this process could share our port. */
  srt_setsockflag (self->socket, SRTO_REUSEADDR, &no, sizeof no);
  srt_setsockflag (self->socket, SRTO_IPV6ONLY, &zero, sizeof zero);
  return TRUE;
}

/* A thread of libsrt may be about to let go of a port that was ours a moment ago. */
static gboolean
bind_soon (int fd, const struct sockaddr_storage *address, socklen_t size)
{
  const gint64 end = g_get_monotonic_time () + MAX_BIND_TIME;

  while (bind (fd, (const struct sockaddr *) address, size) != 0) {
    if (errno != EADDRINUSE || g_get_monotonic_time () >= end)
      return FALSE;
    g_usleep (1000);
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
  if (fd < 0
      || !bind_soon (fd, native, g_socket_address_get_native_size (address))) {
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
  self->udp = fd;
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

GstLiveKitEgressSrtSocket *
gst_livekit_egress_srt_socket_new (GSocketAddress * address, guint latency,
    const GstLiveKitEgressSrtFuncs * funcs, gpointer funcs_data,
    GError ** error)
{
  GstLiveKitEgressSrtSocket *self = g_new0 (GstLiveKitEgressSrtSocket, 1);
  const int events = SRT_EPOLL_IN | SRT_EPOLL_ERR;

  self->funcs = *funcs;
  self->funcs_data = funcs_data;
  gst_livekit_egress_srt_library_init ();
  self->epoll = srt_epoll_create ();
  self->reader = gst_livekit_egress_srt_reader_new (self->epoll);
  self->socket = srt_create_socket ();
  self->udp = -1;

  if (self->epoll == SRT_ERROR || self->socket == SRT_INVALID_SOCK) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "Cannot make an SRT socket: %s", srt_getlasterror_str ());
    goto failed;
  }

  self->secrets = gst_livekit_egress_srt_secrets_new (latency, error);
  if (self->secrets == NULL)
    goto failed;

  self->guard = gst_livekit_egress_srt_guard_new (self->secrets);
  srt_listen_callback (self->socket, check_caller, self);
  if (!set_options (self, error)
      || !bind_and_listen (self, address, error))
    goto failed;

  if (srt_epoll_add_usock (self->epoll, self->socket, &events) == SRT_ERROR) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "Cannot wait on the SRT socket: %s", srt_getlasterror_str ());
    goto failed;
  }

  return self;

failed:
  gst_livekit_egress_srt_socket_free (self);
  return NULL;
}

/* libsrt keeps its descriptor for seconds after the end, and with it the port, which may be wanted again
 * at once. It gets one that nobody can reach instead, with the same time limit for reading. */
static void
leave_port (GstLiveKitEgressSrtSocket * self)
{
  const int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct timeval limit = { 0, 0 };
  socklen_t size = sizeof limit;

  if (fd < 0)
    return;
  if (getsockopt (self->udp, SOL_SOCKET, SO_RCVTIMEO, &limit, &size) == 0
      && setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &limit, size) == 0)
    dup3 (fd, self->udp, O_CLOEXEC);
  close (fd);
}

void
gst_livekit_egress_srt_socket_free (GstLiveKitEgressSrtSocket * self)
{
  guint i;

  for (i = 0; i < self->n_waiting; i++)
    srt_close (self->waiting[i]);
  gst_livekit_egress_srt_reader_free (self->reader);
  /* As long as the socket is open the descriptor is surely this one. */
  if (self->udp >= 0)
    leave_port (self);
  if (self->socket != SRT_INVALID_SOCK)
    srt_close (self->socket);
  if (self->epoll != SRT_ERROR)
    srt_epoll_release (self->epoll);

  g_clear_pointer (&self->guard, gst_livekit_egress_srt_guard_free);
  g_clear_pointer (&self->secrets, gst_livekit_egress_srt_secrets_free);
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
  return gst_livekit_egress_srt_secrets_dup_url (self->secrets, authority,
      "caller");
}

/*** Who is connected ***/

static gboolean
has_caller (GstLiveKitEgressSrtSocket * self)
{
  return gst_livekit_egress_srt_reader_get_socket (self->reader) !=
      SRT_INVALID_SOCK;
}

static void
set_caller (GstLiveKitEgressSrtSocket * self, SRTSOCKET caller)
{
  const gboolean had_one = has_caller (self);

  gst_livekit_egress_srt_guard_set_sender (self->guard, caller);
  gst_livekit_egress_srt_reader_take (self->reader, caller);
  if (had_one)
    self->funcs.connected (FALSE, self->funcs_data);
  if (caller != SRT_INVALID_SOCK)
    self->funcs.connected (TRUE, self->funcs_data);
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
  if (!has_caller (self)) {
    set_caller (self, caller);
    return;
  }
  if (self->n_waiting == N_WAITING)
    srt_close (take_waiting (self, 0));
  self->waiting[self->n_waiting++] = caller;
}

/*** What it sends ***/

static GstBuffer *
read_caller (GstLiveKitEgressSrtSocket * self, GstClockTime * age)
{
  gboolean over;
  GstBuffer *buffer =
      gst_livekit_egress_srt_reader_read (self->reader, age, &over);

  if (over)
    set_caller (self, self->n_waiting > 0 ? take_waiting (self, 0) :
        SRT_INVALID_SOCK);
  return buffer;
}

static int
get_events (SRTSOCKET socket)
{
  int32_t events = 0;
  int size = sizeof events;

  if (srt_getsockflag (socket, SRTO_EVENT, &events, &size) == SRT_ERROR)
    return SRT_EPOLL_ERR;
  return events;
}

/* Whoever sends takes the place of one who does not. */
static GstBuffer *
read_waiting (GstLiveKitEgressSrtSocket * self, GstClockTime * age)
{
  guint i;

  if (!gst_livekit_egress_srt_guard_is_silent (self->guard))
    return NULL;

  for (i = 0; i < self->n_waiting; i++) {
    const int events = get_events (self->waiting[i]);

    if (events & SRT_EPOLL_IN) {
      set_caller (self, take_waiting (self, i));
      return read_caller (self, age);
    }
    if (events & SRT_EPOLL_ERR)
      srt_close (take_waiting (self, i--));
  }
  return NULL;
}

static GstBuffer *
read_any (GstLiveKitEgressSrtSocket * self, GstClockTime * age)
{
  GstBuffer *buffer = NULL;

  if (has_caller (self))
    buffer = read_caller (self, age);
  if (buffer == NULL && self->n_waiting > 0)
    buffer = read_waiting (self, age);
  if (buffer != NULL)
    gst_livekit_egress_srt_guard_note_data (self->guard);
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
  gst_livekit_egress_srt_reader_add_stats (self->reader, stats);
}
