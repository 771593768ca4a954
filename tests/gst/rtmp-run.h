/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <gst/gst.h>

/* A receiver of RTMP that runs, for tests: what comes out of it, and peers on plain sockets. */

/* The application of its URL. */
#define RTMP_RUN_APP "egress"

/* Types of tags. */
#define RTMP_AUDIO 8
#define RTMP_VIDEO 9

typedef struct
{
  const char *host;
  const char *certificate; /* in tests/data; NULL: no TLS */
} RtmpRunSetup;

extern const RtmpRunSetup rtmp_run_plain, rtmp_run_ipv6, rtmp_run_with_tls;

typedef struct
{
  GstElement *pipeline, *receiver;
  GstBus *bus;
  char *key;
  guint port;
  gboolean tls;
  const char *host;

  GMutex lock;
  GCond cond;
  /* One letter a tag: H(eader), m(etadata), v(ideo) and a(udio) configuration, V and A for frames,
   * K for whole pictures, E where the pictures end; and ! before each buffer that comes after a
   * gap. */
  GString *received;
  GArray *video_times, *audio_times; /* guint32, milliseconds */
  gboolean blocked;                  /* the pipeline stands still */
} RtmpRun;

/* For g_test_add(), with a setup: the receiver listens, and nothing plays. */
void rtmp_run_set_up (RtmpRun *self, gconstpointer setup);
void rtmp_run_tear_down (RtmpRun *self, gconstpointer setup);
#define RTMP_RUN_ADD(path, setup, func)                                                            \
  g_test_add (path, RtmpRun, setup, rtmp_run_set_up, func, rtmp_run_tear_down)

void rtmp_run_play (RtmpRun *self);
/* Whether the pipeline stands still. */
void rtmp_run_set_blocked (RtmpRun *self, gboolean blocked);

/* Until as much has come; it is what is expected, and is forgotten. */
void rtmp_run_expect (RtmpRun *self, const char *expected);
void rtmp_run_assert_eos (RtmpRun *self);
guint32 rtmp_run_get_time (RtmpRun *self, GArray *times, guint i);
guint rtmp_run_get_refused (RtmpRun *self);
void rtmp_run_wait_refused (RtmpRun *self, guint n);

/*** Peers ***/

extern const guint8 rtmp_avc_config[12], rtmp_key_frame[10], rtmp_frame[10];
extern const guint8 rtmp_aac_config[4], rtmp_aac_frame[3];

GIOStream *rtmp_run_call (RtmpRun *self, gboolean tls);
/* One that has said all up to publish. */
GIOStream *rtmp_run_publish (RtmpRun *self, const char *key);

void rtmp_say (GIOStream *peer, const void *data, gsize size);
void rtmp_say_tag (GIOStream *peer, guint8 type, guint32 time, const guint8 *body, gsize size);
#define RTMP_SAY(peer, type, time, body) rtmp_say_tag (peer, type, time, body, sizeof body)
/* What goes ahead of the media, and a picture and a sound at once. */
void rtmp_say_beginning (GIOStream *peer, guint32 time);
