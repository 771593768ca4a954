/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresssrtreader.h"

#include <string.h>

/* The largest packet of SRT's live mode. What is there at once goes into one buffer, as long as it was
 * sent at about the same time. */
#define MAX_PACKET 1456
#define MAX_BATCH (32 * MAX_PACKET)
#define MAX_SPAN_US 10000

struct _GstLiveKitEgressSrtReader
{
  int epoll;

  /* Of the reading thread alone. */
  gboolean in_sequence;
  gint32 next_sequence;
  guint8 *batch;
  gsize held;                   /* at the head of the batch: a packet of the next buffer */
  SRT_MSGCTRL held_control;

  /* Written by the reading thread alone. The lock is held for no call that can block. */
  GMutex lock;
  SRTSOCKET socket;
  guint64 n_packets;            /* of all connections */
};

GstLiveKitEgressSrtReader *
gst_livekit_egress_srt_reader_new (int epoll)
{
  GstLiveKitEgressSrtReader *self = g_new0 (GstLiveKitEgressSrtReader, 1);

  g_mutex_init (&self->lock);
  self->epoll = epoll;
  self->batch = g_malloc (MAX_BATCH);
  self->socket = SRT_INVALID_SOCK;
  return self;
}

void
gst_livekit_egress_srt_reader_free (GstLiveKitEgressSrtReader * self)
{
  if (self->socket != SRT_INVALID_SOCK)
    srt_close (self->socket);
  g_free (self->batch);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
gst_livekit_egress_srt_reader_take (GstLiveKitEgressSrtReader * self,
    SRTSOCKET socket)
{
  const int events = SRT_EPOLL_IN | SRT_EPOLL_ERR;
  SRTSOCKET old;

  g_mutex_lock (&self->lock);
  old = self->socket;
  self->socket = socket;
  g_mutex_unlock (&self->lock);

  self->in_sequence = FALSE;
  self->held = 0;
  if (old != SRT_INVALID_SOCK) {
    srt_epoll_remove_usock (self->epoll, old);
    srt_close (old);
  }
  if (socket != SRT_INVALID_SOCK)
    srt_epoll_add_usock (self->epoll, socket, &events);
}

SRTSOCKET
gst_livekit_egress_srt_reader_get_socket (GstLiveKitEgressSrtReader * self)
{
  return self->socket;
}

/* libsrt makes an exception of a read in vain, which costs more than ten reads. */
static gboolean
is_ready (GstLiveKitEgressSrtReader * self)
{
  SRT_EPOLL_EVENT events[2];
  int i, n = srt_epoll_uwait (self->epoll, events, G_N_ELEMENTS (events), 0);

  for (i = 0; i < MIN (n, (int) G_N_ELEMENTS (events)); i++)
    if (events[i].fd == self->socket)
      return TRUE;
  return FALSE;
}

/* The size of the packet, 0 when there is none, -1 when there will be none. */
static int
receive (SRTSOCKET socket, guint8 * data, SRT_MSGCTRL * control)
{
  int n;

  *control = srt_msgctrl_default;
  n = srt_recvmsg2 (socket, (char *) data, MAX_PACKET, control);
  if (n > 0)
    return n;
  return n < 0 && srt_getlasterror (NULL) == SRT_EASYNCRCV ? 0 : -1;
}

static gboolean
follows (GstLiveKitEgressSrtReader * self, const SRT_MSGCTRL * control)
{
  return self->in_sequence && control->pktseq == self->next_sequence;
}

static void
note_sequence (GstLiveKitEgressSrtReader * self, const SRT_MSGCTRL * control)
{
  /* Sequence numbers have 31 bits. */
  self->next_sequence = (gint32) (((guint32) control->pktseq + 1) & G_MAXINT32);
  self->in_sequence = TRUE;
}

/* All that is there, up to a gap. At the head of the batch there is a packet already. */
static GstBuffer *
take_batch (GstLiveKitEgressSrtReader * self, gsize size,
    const SRT_MSGCTRL * first, GstClockTime * age)
{
  const gboolean discont = !follows (self, first);
  SRT_MSGCTRL control;
  GstBuffer *buffer;
  guint n_packets = 1;
  int n = 0;

  note_sequence (self, first);
  while (size + MAX_PACKET <= MAX_BATCH && is_ready (self)
      && (n = receive (self->socket, self->batch + size, &control)) > 0
      && follows (self, &control)
      && control.srctime - first->srctime < MAX_SPAN_US) {
    note_sequence (self, &control);
    size += n;
    n_packets++;
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
  g_mutex_lock (&self->lock);
  self->n_packets += n_packets;
  g_mutex_unlock (&self->lock);
  return buffer;
}

GstBuffer *
gst_livekit_egress_srt_reader_read (GstLiveKitEgressSrtReader * self,
    GstClockTime * age, gboolean * over)
{
  SRT_MSGCTRL control;
  int n;

  *over = FALSE;
  if (self->held > 0) {
    n = self->held;
    control = self->held_control;
    self->held = 0;
    return take_batch (self, n, &control, age);
  }

  if (!is_ready (self))
    return NULL;
  n = receive (self->socket, self->batch, &control);
  *over = n < 0;
  return n > 0 ? take_batch (self, n, &control, age) : NULL;
}

void
gst_livekit_egress_srt_reader_add_stats (GstLiveKitEgressSrtReader * self,
    GstStructure * stats)
{
  SRT_TRACEBSTATS srt;

  g_mutex_lock (&self->lock);
  gst_structure_set (stats, "packets", G_TYPE_UINT64, self->n_packets, NULL);
  if (self->socket != SRT_INVALID_SOCK
      && srt_bstats (self->socket, &srt, 0) != SRT_ERROR)
    gst_structure_set (stats,
        "packets-received-lost", G_TYPE_INT, srt.pktRcvLossTotal,
        "packets-received-retransmitted", G_TYPE_INT, srt.pktRcvRetrans,
        "packets-received-dropped", G_TYPE_INT, srt.pktRcvDropTotal,
        "receive-rate-mbps", G_TYPE_DOUBLE, srt.mbpsRecvRate,
        "bandwidth-mbps", G_TYPE_DOUBLE, srt.mbpsBandwidth,
        "rtt-ms", G_TYPE_DOUBLE, srt.msRTT,
        "negotiated-latency-ms", G_TYPE_INT, srt.msRcvTsbPdDelay, NULL);
  g_mutex_unlock (&self->lock);
}
