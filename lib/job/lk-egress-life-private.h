/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "lk-egress-info.h"
#include "lk-egress-job-state.h"

G_BEGIN_DECLS

/* What is known of one egress, with all rules that move it. A plain value, which knows nobody that
 * asks or is told: it takes news and says what they changed. It moves forward only, in whatever
 * order news come in. */
typedef struct
{
  char *egress_id;
  LkEgressJobState state;
  LkEgressInfo *info; /* the newest */
  GError *error;      /* why it ended, unless as asked */
  GError *silence;    /* why it is stale: shown as running, but nobody obeys */
  guint interval;     /* how soon to ask again, milliseconds */
} LkEgressLife;

/* Where an info comes from, which says how it stands to what is known. */
typedef enum
{
  LK_EGRESS_LIFE_ANSWER,  /* to a call: it may be older */
  LK_EGRESS_LIFE_LOOK,    /* it was asked for after all of that was known */
  LK_EGRESS_LIFE_WEBHOOK, /* it may be older, and come again */
  LK_EGRESS_LIFE_REPEAT,  /* a look has found what the look before had, so there is no info */
} LkEgressLifeOrigin;

/* What news changed. */
typedef enum
{
  LK_EGRESS_LIFE_NOTHING = 0,
  LK_EGRESS_LIFE_ID = 1 << 0,
  LK_EGRESS_LIFE_INFO = 1 << 1,
  LK_EGRESS_LIFE_STATE = 1 << 2,
  LK_EGRESS_LIFE_ERROR = 1 << 3,
  LK_EGRESS_LIFE_STALE = 1 << 4,
} LkEgressLifeNews;

void lk_egress_life_init (LkEgressLife *self);
void lk_egress_life_clear (LkEgressLife *self);

/* A start is sent; is refused. */
LkEgressLifeNews lk_egress_life_ask (LkEgressLife *self);
LkEgressLifeNews lk_egress_life_take_refusal (LkEgressLife *self, const GError *error);

/* What the server says of the egress. */
LkEgressLifeNews
lk_egress_life_take_info (LkEgressLife *self, LkEgressInfo *info, LkEgressLifeOrigin origin);

/* A look has found what is known. */
void lk_egress_life_take_repeat (LkEgressLife *self);

/* The server does not know the egress any more. */
LkEgressLifeNews lk_egress_life_take_loss (LkEgressLife *self);

/* The server shows the egress as running, but nobody obeys: its answer to who asked for that. */
LkEgressLifeNews lk_egress_life_take_silence (LkEgressLife *self, const GError *reason);

/* The server could not be asked. FALSE if this error does not mend itself, so that nothing will be
 * heard by asking on. */
gboolean lk_egress_life_take_failure (LkEgressLife *self, const GError *error);

/* Whether it is in the state or past it. By an error of its own when error is set, which is lent.
 */
gboolean
lk_egress_life_has_reached (const LkEgressLife *self, LkEgressJobState until, const GError **error);

G_END_DECLS
