/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-job.h"
#include "lk-egress-store.h"

G_BEGIN_DECLS

/* Asks a store in a thread of its own, one question after the other. */
typedef struct _LkEgressInquiry LkEgressInquiry;

typedef enum
{
  LK_EGRESS_QUESTION_PUT,
  LK_EGRESS_QUESTION_REMOVE,
  LK_EGRESS_QUESTION_RELEASE,
  LK_EGRESS_QUESTION_CLAIM,
  LK_EGRESS_QUESTION_TEND, /* renews, and claims unless lk_egress_inquiry_stop_claiming() was called
                            */
  LK_EGRESS_QUESTION_NOTHING, /* is answered when all before it is */
} LkEgressQuestionKind;

/* It is made, and told its answer, in the thread of whoever asks. */
typedef struct _LkEgressQuestion LkEgressQuestion;

struct _LkEgressQuestion
{
  LkEgressInquiry *inquiry;
  LkEgressQuestionKind kind;
  LkEgressJob *job; /* not looked at; may be NULL */
  LkEgressStoreEntry *entry;
  char *id;    /* for the entry to have; may be NULL */
  GTask *task; /* not looked at; may be NULL */
  void (*done) (LkEgressQuestion *self, gpointer data);

  /* The answer. */
  GError *error;
  GPtrArray *lost;    /* keys */
  GPtrArray *entries; /* claimed */
  GPtrArray *known;   /* ids of egresses that are in the store */

  /* For who waits in its thread. */
  GMutex lock;
  GCond changed;
  gboolean waits, answered, given_up;
};

LkEgressInquiry *lk_egress_inquiry_new (LkEgressStore *store,
                                        const char *owner,
                                        GMainContext *context,
                                        gpointer data);

/* Waits until all is answered that was asked, for so many milliseconds at most: the store is asked
 * the rest after that. Nobody is told any more; claims and renewals are given up. */
void lk_egress_inquiry_free (LkEgressInquiry *self, guint most);

/* How many changes of what is stored were asked for and are not answered. */
guint lk_egress_inquiry_count_changes (LkEgressInquiry *self);

void lk_egress_inquiry_stop_claiming (LkEgressInquiry *self);

/* done may be NULL. */
LkEgressQuestion *lk_egress_question_new (LkEgressInquiry *inquiry,
                                          LkEgressQuestionKind kind,
                                          void (*done) (LkEgressQuestion *self, gpointer data));
void lk_egress_question_free (LkEgressQuestion *self);

/* Takes the question over; done is called in the context. */
void lk_egress_question_ask (LkEgressQuestion *self);

/* Waits for the answer. */
void lk_egress_question_ask_and_wait (LkEgressQuestion *self);

G_END_DECLS
