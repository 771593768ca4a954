/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

#include "lk-test-tone.h"

G_BEGIN_DECLS

#define E2E_FRAMERATE 15
#define E2E_TONE 440 /* Hz, of both servers */
#define E2E_TONE_RATE 48000

/* What came out of a pad of the element, in running time. */
typedef struct
{
  GstCaps *caps;
  GstClockTime first, last;
  GstClockTime largest_step; /* between two buffers */
  guint n_buffers;
  guint n_discont; /* after the first buffer */
  guint n_gaps;    /* events */
} E2eStream;

/* livekitegresssrc for room demo and participant alice in a pipeline that decodes what comes. To be
 * read with its lock, or when nothing more comes. */
typedef struct
{
  GstElement *pipeline;
  GstElement *src;
  GstBus *bus;

  GMutex lock;
  GCond cond;
  E2eStream video, audio;
  GHashTable *pictures; /* checksums of decoded frames */
  LkTestTone *tone;     /* decoded audio */
} E2ePlayer;

E2ePlayer *e2e_player_new (void);
void e2e_player_free (E2ePlayer *self);

void e2e_player_play (E2ePlayer *self);

/* Comes down without further errors, and leaves nothing behind. */
void e2e_player_come_down (E2ePlayer *self);

/* Until a stream is that long; an error of the pipeline fails the test. */
void e2e_player_wait_played (E2ePlayer *self, E2eStream *stream, GstClockTime time);

/* The same for any condition; it is called with the lock. */
typedef gboolean (*E2eCondition) (const E2ePlayer *self);
void e2e_player_wait_until (E2ePlayer *self, E2eCondition holds);

GstMessage *e2e_player_pop (E2ePlayer *self, GstMessageType types);

/* The next message of an element with this name. */
GstMessage *e2e_player_pop_element (E2ePlayer *self, const char *name);

/* EOS, and the egress is complete. */
void e2e_player_wait_end (E2ePlayer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (E2ePlayer, e2e_player_free)

G_END_DECLS
