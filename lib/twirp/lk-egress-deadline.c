/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-deadline-private.h"

#include "lk-egress-alarm-private.h"
#include "lk-egress-cancel-watch-private.h"

struct _LkEgressDeadline
{
  GCancellable *cancellable;
  GCancellable *parent; /* may be NULL */
  gint64 at;            /* on the monotonic clock, microseconds, -1 for never */

  /* With a context. */
  LkEgressCancelWatch *watch;
  gboolean passed;

  /* Without. */
  LkEgressAlarm *alarm;
  gulong parent_handler;
};

/* In whatever thread. */
static void
pass_on (GCancellable *parent, gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
}

static void
drop (gpointer cancellable, GClosure *closure)
{
  g_object_unref (cancellable);
}

static void
look (gpointer deadline)
{
  lk_egress_deadline_check (deadline);
}

LkEgressDeadline *
lk_egress_deadline_new (guint timeout, GCancellable *parent, GMainContext *context, GError **error)
{
  g_autoptr (LkEgressDeadline) self = g_new0 (LkEgressDeadline, 1);

  self->cancellable = g_cancellable_new ();
  self->at
      = timeout == 0 ? -1 : g_get_monotonic_time () + timeout * (gint64)G_TIME_SPAN_MILLISECOND;
  g_set_object (&self->parent, parent);

  if (context != NULL)
    {
      self->watch = lk_egress_cancel_watch_new (context, self->at, look, self);
      lk_egress_cancel_watch_add (self->watch, parent);
    }
  /* The handler owns what it needs. So taking it off need not wait for one that runs, as
   * g_cancellable_disconnect() does: a call may end inside the caller's g_cancellable_cancel(). */
  else if (parent != NULL)
    self->parent_handler = g_signal_connect_data (parent, "cancelled", G_CALLBACK (pass_on),
                                                  g_object_ref (self->cancellable), drop, 0);
  if (g_cancellable_is_cancelled (parent))
    g_cancellable_cancel (self->cancellable);

  if (context == NULL && timeout > 0)
    {
      self->alarm = lk_egress_alarm_new (self->at, self->cancellable, error);
      if (self->alarm == NULL)
        return NULL;
    }

  return g_steal_pointer (&self);
}

void
lk_egress_deadline_free (LkEgressDeadline *self)
{
  g_clear_pointer (&self->alarm, lk_egress_alarm_free);
  g_clear_pointer (&self->watch, lk_egress_cancel_watch_free);
  g_clear_signal_handler (&self->parent_handler, self->parent);
  g_clear_object (&self->parent);
  g_object_unref (self->cancellable);
  g_free (self);
}

GCancellable *
lk_egress_deadline_get_cancellable (LkEgressDeadline *self)
{
  return self->cancellable;
}

void
lk_egress_deadline_check (LkEgressDeadline *self)
{
  gboolean by_parent = self->parent != NULL && g_cancellable_is_cancelled (self->parent);

  if (self->watch == NULL)
    return;
  if (!by_parent && (self->at < 0 || g_get_monotonic_time () < self->at))
    return;

  self->passed = self->passed || !by_parent;
  g_cancellable_cancel (self->cancellable);
}

gboolean
lk_egress_deadline_has_passed (LkEgressDeadline *self)
{
  gboolean passed = self->alarm != NULL ? lk_egress_alarm_has_rung (self->alarm) : self->passed;

  return passed && !(self->parent != NULL && g_cancellable_is_cancelled (self->parent));
}
