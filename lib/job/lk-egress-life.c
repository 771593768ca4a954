/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-life-private.h"

#include "lk-egress-error-private.h"
#include "lk-egress-retry-private.h"

/* Milliseconds between two questions. Each that brings nothing new is followed by a longer one; an
 * egress that ends without uploads does so in a fifth of a second. */
#define MIN_INTERVAL 500
#define MIN_INTERVAL_ENDING 100
#define MAX_INTERVAL 10000

void
lk_egress_life_init (LkEgressLife *self)
{
  *self = (LkEgressLife){ .interval = MIN_INTERVAL };
}

void
lk_egress_life_clear (LkEgressLife *self)
{
  g_clear_pointer (&self->egress_id, g_free);
  g_clear_object (&self->info);
  g_clear_error (&self->error);
  g_clear_error (&self->silence);
}

/* What an info says of the state. A status of a later protocol says nothing but that it has ended,
 * if it has. */
static LkEgressJobState
get_state (const LkEgressLife *self, LkEgressInfo *info)
{
  switch (lk_egress_info_get_status (info))
    {
    case LK_EGRESS_STATUS_STARTING:
      return LK_EGRESS_JOB_STATE_STARTING;
    case LK_EGRESS_STATUS_ACTIVE:
      return LK_EGRESS_JOB_STATE_ACTIVE;
    case LK_EGRESS_STATUS_ENDING:
      return LK_EGRESS_JOB_STATE_ENDING;
    case LK_EGRESS_STATUS_COMPLETE:
      return LK_EGRESS_JOB_STATE_COMPLETE;
    case LK_EGRESS_STATUS_FAILED:
      return LK_EGRESS_JOB_STATE_FAILED;
    case LK_EGRESS_STATUS_ABORTED:
      return LK_EGRESS_JOB_STATE_ABORTED;
    case LK_EGRESS_STATUS_LIMIT_REACHED:
      return LK_EGRESS_JOB_STATE_LIMIT_REACHED;
    default:
      if (!lk_egress_info_is_final (info))
        return MAX (self->state, LK_EGRESS_JOB_STATE_STARTING);
      return lk_egress_info_get_error (info) != NULL ? LK_EGRESS_JOB_STATE_FAILED
                                                     : LK_EGRESS_JOB_STATE_COMPLETE;
    }
}

/* IDLE < STARTING < ACTIVE < ENDING < all final states, which are equal. */
static guint
get_rank (LkEgressJobState state)
{
  return MIN (state, LK_EGRESS_JOB_STATE_COMPLETE);
}

static LkEgressLifeNews
set_state (LkEgressLife *self, LkEgressJobState state)
{
  if (self->state == state)
    return LK_EGRESS_LIFE_NOTHING;

  self->state = state;

  return LK_EGRESS_LIFE_STATE;
}

static LkEgressLifeNews
set_silence (LkEgressLife *self, const GError *reason)
{
  if ((self->silence != NULL) == (reason != NULL))
    return LK_EGRESS_LIFE_NOTHING;

  g_clear_error (&self->silence);
  if (reason != NULL)
    self->silence = g_error_copy (reason);

  return LK_EGRESS_LIFE_STALE;
}

/* Takes the error over. */
static LkEgressLifeNews
set_error (LkEgressLife *self, GError *error)
{
  if (error == NULL)
    return LK_EGRESS_LIFE_NOTHING;

  g_clear_error (&self->error);
  self->error = error;

  return LK_EGRESS_LIFE_ERROR;
}

static LkEgressLifeNews
set_info (LkEgressLife *self, LkEgressInfo *info)
{
  g_set_object (&self->info, info);
  if (self->egress_id != NULL)
    return LK_EGRESS_LIFE_INFO;

  self->egress_id = g_strdup (lk_egress_info_get_egress_id (info));

  return LK_EGRESS_LIFE_INFO | LK_EGRESS_LIFE_ID;
}

LkEgressLifeNews
lk_egress_life_ask (LkEgressLife *self)
{
  return set_state (self, LK_EGRESS_JOB_STATE_STARTING);
}

LkEgressLifeNews
lk_egress_life_take_refusal (LkEgressLife *self, const GError *error)
{
  if (lk_egress_job_state_is_final (self->state))
    return LK_EGRESS_LIFE_NOTHING;

  return set_error (self, g_error_copy (error)) | set_silence (self, NULL)
         | set_state (self, LK_EGRESS_JOB_STATE_FAILED);
}

static gboolean
is_older (LkEgressInfo *info, LkEgressInfo *than)
{
  gint64 a = lk_egress_info_get_updated_at (info);
  gint64 b = lk_egress_info_get_updated_at (than);

  return a != 0 && b != 0 && a < b;
}

static gboolean
is_news (const LkEgressLife *self,
         LkEgressInfo *info,
         LkEgressJobState state,
         LkEgressLifeOrigin origin)
{
  if (lk_egress_job_state_is_final (self->state))
    return FALSE;
  if (self->egress_id != NULL
      && g_strcmp0 (self->egress_id, lk_egress_info_get_egress_id (info)) != 0)
    return FALSE;
  if (get_rank (state) != get_rank (self->state))
    return get_rank (state) > get_rank (self->state);

  /* The states come in one order, so only within one of them the clock has anything to say. It may
   * jump, which a look mends. */
  return self->info == NULL
         || ((origin == LK_EGRESS_LIFE_LOOK || !is_older (info, self->info))
             && !lk_egress_message_equal (LK_EGRESS_MESSAGE (info),
                                          LK_EGRESS_MESSAGE (self->info)));
}

static void
lengthen_interval (LkEgressLife *self)
{
  guint most = self->state == LK_EGRESS_JOB_STATE_ACTIVE ? MAX_INTERVAL : MIN_INTERVAL;

  self->interval = MIN (self->interval * 3 / 2, most);
}

static void
shorten_interval (LkEgressLife *self)
{
  self->interval = self->state == LK_EGRESS_JOB_STATE_ENDING ? MIN_INTERVAL_ENDING : MIN_INTERVAL;
}

LkEgressLifeNews
lk_egress_life_take_info (LkEgressLife *self, LkEgressInfo *info, LkEgressLifeOrigin origin)
{
  LkEgressJobState state = get_state (self, info);
  GError *error = NULL;
  LkEgressLifeNews news;

  if (!is_news (self, info, state, origin))
    {
      lengthen_interval (self);
      return LK_EGRESS_LIFE_NOTHING;
    }

  lk_egress_info_propagate_error (info, &error);
  news = set_info (self, info) | set_error (self, error) | set_silence (self, NULL)
         | set_state (self, state);
  shorten_interval (self);

  return news;
}

void
lk_egress_life_take_repeat (LkEgressLife *self)
{
  lengthen_interval (self);
}

LkEgressLifeNews
lk_egress_life_take_loss (LkEgressLife *self)
{
  g_autofree char *text
      = g_strdup_printf ("The server does not know egress %s any more, so how it ended stays "
                         "unknown; it forgets an egress a day after its end, or when its storage "
                         "is lost",
                         self->egress_id);
  g_autoptr (GError) error = lk_egress_error_new (LK_EGRESS_ERROR_NOT_FOUND, 0, NULL, NULL, text);

  return lk_egress_life_take_refusal (self, error);
}

LkEgressLifeNews
lk_egress_life_take_silence (LkEgressLife *self, const GError *reason)
{
  if (self->state != LK_EGRESS_JOB_STATE_ACTIVE && self->state != LK_EGRESS_JOB_STATE_ENDING)
    return LK_EGRESS_LIFE_NOTHING;

  return set_silence (self, reason);
}

gboolean
lk_egress_life_take_failure (LkEgressLife *self, const GError *error)
{
  self->interval = MIN (self->interval * 2, MAX_INTERVAL);

  return lk_egress_retry_may_recover (error);
}

gboolean
lk_egress_life_has_reached (const LkEgressLife *self, LkEgressJobState until, const GError **error)
{
  *error = NULL;

  if (self->state == until)
    return TRUE;
  if (lk_egress_job_state_is_final (self->state))
    *error = self->error;

  return get_rank (self->state) > get_rank (until) || lk_egress_job_state_is_final (self->state);
}
