/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresssrtguard.h"

#include <string.h>

#include <access_control.h>
#include <gst/gst.h>
#ifdef __linux__
#include <linux/filter.h>
#include <sys/socket.h>
#endif

#include "gstlivekitegressrate.h"

/* A sender that delivered so short a time ago is there. */
#define PRESENCE_TIME (2 * G_TIME_SPAN_SECOND)

/* How many connections may be tried in a second, from one address and from all. Each that has the
 * stream id costs 0.4 MB for a moment. */
#define MAX_RATE 5
#define MAX_TOTAL_RATE 20
#define N_PEERS 8

/* What a handshake may ask for: packets on their way (libsrt takes 24 bytes for each before it checks
 * anything; its own default is 25600) and bytes in a packet. */
#define MAX_WINDOW 65536
#define MIN_PACKET 576
#define MAX_PACKET 9000

/* With the extensions that an encrypted caller sends: the handshake, and a message about keys. */
#define MAX_HANDSHAKE 176
#define MAX_EXTENSION 104

typedef struct
{
  guint8 ip[16];                /* padded with zeros */
  GstLiveKitEgressRate rate;
} Peer;

struct _GstLiveKitEgressSrtGuard
{
  const GstLiveKitEgressSrtSecrets *secrets;

  GMutex lock;
  gboolean closed;
  SRTSOCKET sender;
  gint64 last_data;             /* of the sender; 0: none yet */
  gboolean has_address;
  guint8 address[16];           /* of the first sender */
  Peer peers[N_PEERS];
  GstLiveKitEgressRate all;
};

GstLiveKitEgressSrtGuard *
gst_livekit_egress_srt_guard_new (const GstLiveKitEgressSrtSecrets * secrets)
{
  GstLiveKitEgressSrtGuard *self = g_new0 (GstLiveKitEgressSrtGuard, 1);

  g_mutex_init (&self->lock);
  self->secrets = secrets;
  self->sender = SRT_INVALID_SOCK;
  return self;
}

void
gst_livekit_egress_srt_guard_free (GstLiveKitEgressSrtGuard * self)
{
  g_mutex_clear (&self->lock);
  g_free (self);
}

/*** Sizes ***/

/* Where things are, counted from the head of UDP. */
#define UDP_SIZE 8
#define SRT_SIZE 16
#define BODY (UDP_SIZE + SRT_SIZE)
#define HANDSHAKE_TYPE 0x8000
#define EXTENSION_TYPE 0xffff

gboolean
gst_livekit_egress_srt_guard_filter (int udp_socket)
{
#ifdef __linux__
  /* *INDENT-OFF* */
  struct sock_filter code[] = {
    /*  0 */ BPF_STMT (BPF_LD | BPF_H | BPF_ABS, UDP_SIZE),
    /*  1 */ BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, HANDSHAKE_TYPE, 3, 0),
    /*  2 */ BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, EXTENSION_TYPE, 0, 10),
    /*  3 */ BPF_STMT (BPF_LD | BPF_W | BPF_LEN, 0),
    /*  4 */ BPF_JUMP (BPF_JMP | BPF_JGT | BPF_K, BODY + MAX_EXTENSION, 7, 8),
    /* A handshake: its length, */
    /*  5 */ BPF_STMT (BPF_LD | BPF_W | BPF_LEN, 0),
    /*  6 */ BPF_JUMP (BPF_JMP | BPF_JGT | BPF_K, BODY + MAX_HANDSHAKE, 5, 0),
    /* the size of its packets */
    /*  7 */ BPF_STMT (BPF_LD | BPF_W | BPF_ABS, BODY + 12),
    /*  8 */ BPF_JUMP (BPF_JMP | BPF_JGT | BPF_K, MAX_PACKET, 3, 0),
    /*  9 */ BPF_JUMP (BPF_JMP | BPF_JGE | BPF_K, MIN_PACKET, 0, 2),
    /* and its window. */
    /* 10 */ BPF_STMT (BPF_LD | BPF_W | BPF_ABS, BODY + 16),
    /* 11 */ BPF_JUMP (BPF_JMP | BPF_JGT | BPF_K, MAX_WINDOW, 0, 1),
    /* 12 */ BPF_STMT (BPF_RET | BPF_K, 0),
    /* 13 */ BPF_STMT (BPF_RET | BPF_K, G_MAXUINT16),
  };
  /* *INDENT-ON* */
  const struct sock_fprog program = { G_N_ELEMENTS (code), code };

  return setsockopt (udp_socket, SOL_SOCKET, SO_ATTACH_FILTER, &program,
      sizeof program) == 0;
#else
  return FALSE;
#endif
}

/*** Who ***/

static void
get_ip (const struct sockaddr *peer, guint8 ip[16])
{
  memset (ip, 0, 16);
  if (peer->sa_family == AF_INET)
    memcpy (ip, &((const struct sockaddr_in *) (gconstpointer) peer)->sin_addr,
        4);
  else
    memcpy (ip,
        &((const struct sockaddr_in6 *) (gconstpointer) peer)->sin6_addr, 16);
}

static Peer *
find_peer (GstLiveKitEgressSrtGuard * self, const guint8 ip[16])
{
  Peer *oldest = &self->peers[0];
  guint i;

  for (i = 0; i < N_PEERS; i++) {
    if (memcmp (self->peers[i].ip, ip, 16) == 0)
      return &self->peers[i];
    if (self->peers[i].rate.since < oldest->rate.since)
      oldest = &self->peers[i];
  }
  memset (oldest, 0, sizeof *oldest);
  memcpy (oldest->ip, ip, 16);
  return oldest;
}

static gboolean
is_present (GstLiveKitEgressSrtGuard * self)
{
  return self->sender != SRT_INVALID_SOCK
      && g_get_monotonic_time () - self->last_data < PRESENCE_TIME
      && srt_getsockstate (self->sender) == SRTS_CONNECTED;
}

static const gchar *
check_locked (GstLiveKitEgressSrtGuard * self, const guint8 ip[16],
    const gchar * stream_id, int *reason)
{
  *reason = SRT_REJX_FORBIDDEN;
  if (!gst_livekit_egress_srt_secrets_has_stream_id (self->secrets, stream_id))
    return "its stream id is not the one of this run";
  if (self->closed)
    return "the egress is over";
  if (self->has_address && memcmp (ip, self->address, 16) != 0)
    return "it comes from another address than the first one";

  *reason = SRT_REJX_CONFLICT;
  if (is_present (self))
    return "there is a sender that delivers";

  *reason = SRT_REJX_OVERLOAD;
  if (gst_livekit_egress_rate_exceeds (&find_peer (self, ip)->rate, MAX_RATE,
          NULL)
      || gst_livekit_egress_rate_exceeds (&self->all, MAX_TOTAL_RATE, NULL))
    return "too many are tried at a time";
  return NULL;
}

const gchar *
gst_livekit_egress_srt_guard_check (GstLiveKitEgressSrtGuard * self,
    const struct sockaddr *peer, const gchar * stream_id, int *reason)
{
  const gchar *why;
  guint8 ip[16];

  get_ip (peer, ip);
  g_mutex_lock (&self->lock);
  why = check_locked (self, ip, stream_id, reason);
  g_mutex_unlock (&self->lock);

  return why;
}

void
gst_livekit_egress_srt_guard_set_sender (GstLiveKitEgressSrtGuard * self,
    SRTSOCKET sender)
{
  struct sockaddr_storage peer;
  int size = sizeof peer;
  const gboolean known = sender != SRT_INVALID_SOCK
      && srt_getpeername (sender, (struct sockaddr *) &peer, &size) == 0;

  g_mutex_lock (&self->lock);
  self->sender = sender;
  self->last_data = 0;
  if (known && !self->has_address) {
    get_ip ((struct sockaddr *) &peer, self->address);
    self->has_address = TRUE;
  }
  g_mutex_unlock (&self->lock);
}

void
gst_livekit_egress_srt_guard_note_data (GstLiveKitEgressSrtGuard * self)
{
  g_mutex_lock (&self->lock);
  self->last_data = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);
}

gboolean
gst_livekit_egress_srt_guard_is_silent (GstLiveKitEgressSrtGuard * self)
{
  gboolean silent;

  g_mutex_lock (&self->lock);
  silent = !is_present (self);
  g_mutex_unlock (&self->lock);

  return silent;
}

void
gst_livekit_egress_srt_guard_close (GstLiveKitEgressSrtGuard * self)
{
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_mutex_unlock (&self->lock);
}
