/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-deadline-private.h"

#include "lk-egress-alarm-private.h"

/* What is to be cancelled. Apart from the deadline, for that may be freed while another thread is
 * at it. */
typedef struct
{
  GCancellable *cancellable;
  GMainContext *context; /* kept for source, which does not do so itself */
  GSource *source;       /* NULL without a context */
} Target;

struct _LkEgressDeadline
{
  Target *target;
  GCancellable *parent;
  gulong parent_handler;
  gint64 at; /* on the monotonic clock, microseconds, -1 for never */

  gboolean passed;      /* with a context */
  LkEgressAlarm *alarm; /* without */
};

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer deadline)
{
  g_source_set_ready_time (source, -1);
  lk_egress_deadline_check (deadline);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = { .dispatch = dispatch };

static Target *
target_new (void)
{
  Target *self = g_atomic_rc_box_new0 (Target);

  self->cancellable = g_cancellable_new ();

  return self;
}

/* A GCancellableSource would do, but GLib 2.74 loses it when it is freed while cancelling goes on
 * in another thread. */
static void
target_attach (Target *self, LkEgressDeadline *deadline, GMainContext *context)
{
  self->context = g_main_context_ref (context);
  self->source = g_source_new (&source_funcs, sizeof (GSource));
  g_source_set_callback (self->source, NULL, deadline, NULL);
  g_source_set_ready_time (self->source, deadline->at);
  g_source_attach (self->source, context);
}

static void
target_clear (gpointer data)
{
  Target *self = data;

  g_clear_pointer (&self->source, g_source_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_object_unref (self->cancellable);
}

static void
target_unref (Target *self)
{
  g_atomic_rc_box_release_full (self, target_clear);
}

/* In whatever thread. */
static void
parent_cancelled (GCancellable *parent, gpointer user_data)
{
  Target *target = user_data;

  if (target->source != NULL)
    g_source_set_ready_time (target->source, 0);
  else
    g_cancellable_cancel (target->cancellable);
}

static void
drop_target (gpointer target, GClosure *closure)
{
  target_unref (target);
}

static void
set_parent (LkEgressDeadline *self, GCancellable *parent)
{
  self->parent = g_object_ref (parent);
  /* The handler owns what it needs. So taking it off need not wait for one that runs, as
   * g_cancellable_disconnect() does: a call may end inside the caller's g_cancellable_cancel(). */
  self->parent_handler
      = g_signal_connect_data (parent, "cancelled", G_CALLBACK (parent_cancelled),
                               g_atomic_rc_box_acquire (self->target), drop_target, 0);
  if (g_cancellable_is_cancelled (parent))
    g_cancellable_cancel (self->target->cancellable);
}

LkEgressDeadline *
lk_egress_deadline_new (guint timeout, GCancellable *parent, GMainContext *context, GError **error)
{
  g_autoptr (LkEgressDeadline) self = g_new0 (LkEgressDeadline, 1);

  self->target = target_new ();
  self->at
      = timeout == 0 ? -1 : g_get_monotonic_time () + timeout * (gint64)G_TIME_SPAN_MILLISECOND;
  if (context != NULL)
    target_attach (self->target, self, context);
  if (parent != NULL)
    set_parent (self, parent);

  if (context == NULL && timeout > 0)
    {
      self->alarm = lk_egress_alarm_new (self->at, self->target->cancellable, error);
      if (self->alarm == NULL)
        return NULL;
    }

  return g_steal_pointer (&self);
}

void
lk_egress_deadline_free (LkEgressDeadline *self)
{
  g_clear_pointer (&self->alarm, lk_egress_alarm_free);
  if (self->parent != NULL)
    g_signal_handler_disconnect (self->parent, self->parent_handler);
  if (self->target->source != NULL)
    g_source_destroy (self->target->source);

  target_unref (self->target);
  g_clear_object (&self->parent);
  g_free (self);
}

GCancellable *
lk_egress_deadline_get_cancellable (LkEgressDeadline *self)
{
  return self->target->cancellable;
}

void
lk_egress_deadline_check (LkEgressDeadline *self)
{
  gboolean by_parent = self->parent != NULL && g_cancellable_is_cancelled (self->parent);

  if (self->target->context == NULL)
    return;
  if (!by_parent && (self->at < 0 || g_get_monotonic_time () < self->at))
    return;

  self->passed = self->passed || !by_parent;
  g_cancellable_cancel (self->target->cancellable);
}

gboolean
lk_egress_deadline_has_passed (LkEgressDeadline *self)
{
  gboolean passed = self->alarm != NULL ? lk_egress_alarm_has_rung (self->alarm) : self->passed;

  return passed && !(self->parent != NULL && g_cancellable_is_cancelled (self->parent));
}
