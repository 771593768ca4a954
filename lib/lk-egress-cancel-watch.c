/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A source of g_cancellable_source_new() would do. But one that is freed while another thread
 * cancels is lost before GLib 2.84, and before 2.86 that thread may touch the context when it is
 * gone. */

#include "lk-egress-cancel-watch-private.h"

typedef struct
{
  GCancellable *cancellable;
  gulong handler;
} Watched;

/* Shared with the handlers, for another thread may be in one of them when the watch is freed. */
struct _LkEgressCancelWatch
{
  GMainContext *context; /* kept for source, which does not do so itself */
  GSource *source;
  GArray *watched;
  GSourceOnceFunc func;
  gpointer data;
};

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  LkEgressCancelWatch *self = user_data;

  self->func (self->data);

  return G_SOURCE_REMOVE;
}

static GSourceFuncs source_funcs = { .dispatch = dispatch };

LkEgressCancelWatch *
lk_egress_cancel_watch_new (GMainContext *context, gint64 at, GSourceOnceFunc func, gpointer data)
{
  LkEgressCancelWatch *self = g_atomic_rc_box_new0 (LkEgressCancelWatch);

  self->context = g_main_context_ref (context);
  self->watched = g_array_new (FALSE, FALSE, sizeof (Watched));
  self->func = func;
  self->data = data;
  self->source = g_source_new (&source_funcs, sizeof (GSource));
  g_source_set_static_name (self->source, "LkEgressCancelWatch");
  g_source_set_callback (self->source, NULL, self, NULL);
  g_source_set_ready_time (self->source, at);
  g_source_attach (self->source, context);

  return self;
}

static void
clear (gpointer data)
{
  LkEgressCancelWatch *self = data;

  g_source_unref (self->source);
  g_main_context_unref (self->context);
}

static void
unref (gpointer self, GClosure *closure)
{
  g_atomic_rc_box_release_full (self, clear);
}

/* In whatever thread. */
static void
on_cancelled (GCancellable *cancellable, LkEgressCancelWatch *self)
{
  g_source_set_ready_time (self->source, 0);
}

void
lk_egress_cancel_watch_add (LkEgressCancelWatch *self, GCancellable *cancellable)
{
  Watched watched;

  if (cancellable == NULL)
    return;

  watched.cancellable = g_object_ref (cancellable);
  watched.handler = g_signal_connect_data (cancellable, "cancelled", G_CALLBACK (on_cancelled),
                                           g_atomic_rc_box_acquire (self), unref, 0);
  g_array_append_val (self->watched, watched);
  if (g_cancellable_is_cancelled (cancellable))
    on_cancelled (cancellable, self);
}

/* Does not wait for a handler that runs, as g_cancellable_disconnect() does: the watch may be freed
 * inside the caller's g_cancellable_cancel(). */
void
lk_egress_cancel_watch_free (LkEgressCancelWatch *self)
{
  for (guint i = 0; i < self->watched->len; i++)
    {
      Watched *watched = &g_array_index (self->watched, Watched, i);

      g_signal_handler_disconnect (watched->cancellable, watched->handler);
      g_object_unref (watched->cancellable);
    }
  g_array_unref (self->watched);
  g_source_destroy (self->source);
  unref (self, NULL);
}
