/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressworker.h"

struct _GstLiveKitEgressWorker
{
  GMainContext *context;

  /* Of the thread alone. */
  gboolean quit;
  guint n_held;

  GMutex lock;
  GThread *thread;
  gboolean ended;               /* nothing is run any more */
};

typedef struct
{
  GSourceOnceFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Work;

static void
worker_clear (gpointer data)
{
  GstLiveKitEgressWorker *self = data;

  g_clear_pointer (&self->thread, g_thread_unref);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
}

GstLiveKitEgressWorker *
gst_livekit_egress_worker_ref (GstLiveKitEgressWorker * self)
{
  return g_atomic_rc_box_acquire (self);
}

void
gst_livekit_egress_worker_unref (GstLiveKitEgressWorker * self)
{
  g_atomic_rc_box_release_full (self, worker_clear);
}

/* FALSE when something came in meanwhile. */
static gboolean
end (GstLiveKitEgressWorker * self)
{
  gboolean ended;

  g_mutex_lock (&self->lock);
  ended = self->ended = !g_main_context_pending (self->context);
  g_mutex_unlock (&self->lock);

  return ended;
}

static gpointer
thread_func (gpointer data)
{
  GstLiveKitEgressWorker *self = data;

  g_main_context_push_thread_default (self->context);
  do {
    g_main_context_iteration (self->context, TRUE);
  } while (!self->quit || self->n_held > 0 || !end (self));
  g_main_context_pop_thread_default (self->context);

  gst_livekit_egress_worker_unref (self);
  return NULL;
}

GstLiveKitEgressWorker *
gst_livekit_egress_worker_new (const gchar * name, GError ** error)
{
  GstLiveKitEgressWorker *self = g_atomic_rc_box_new0 (GstLiveKitEgressWorker);

  self->context = g_main_context_new ();
  g_mutex_init (&self->lock);
  self->thread = g_thread_try_new (name, thread_func,
      gst_livekit_egress_worker_ref (self), error);
  if (self->thread == NULL) {
    gst_livekit_egress_worker_unref (self);
    g_clear_pointer (&self, gst_livekit_egress_worker_unref);
  }
  return self;
}

static gboolean
work_run (gpointer data)
{
  Work *work = data;

  work->func (work->data);
  return G_SOURCE_REMOVE;
}

static void
work_free (gpointer data)
{
  Work *work = data;

  if (work->destroy != NULL)
    work->destroy (work->data);
  g_free (work);
}

void
gst_livekit_egress_worker_run (GstLiveKitEgressWorker * self,
    GSourceOnceFunc func, gpointer data, GDestroyNotify destroy)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Work *work = g_new (Work, 1);

  work->func = func;
  work->data = data;
  work->destroy = destroy;
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, work_run, work, work_free);

  /* What is attached after the end would never be freed: it may hold us. */
  g_mutex_lock (&self->lock);
  if (!self->ended)
    g_source_attach (source, self->context);
  g_mutex_unlock (&self->lock);
}

static void
set_quit (gpointer data)
{
  GstLiveKitEgressWorker *self = data;

  self->quit = TRUE;
}

void
gst_livekit_egress_worker_quit (GstLiveKitEgressWorker * self)
{
  gst_livekit_egress_worker_run (self, set_quit, self, NULL);
}

gboolean
gst_livekit_egress_worker_is_current (GstLiveKitEgressWorker * self)
{
  return g_main_context_is_owner (self->context);
}

void
gst_livekit_egress_worker_hold (GstLiveKitEgressWorker * self)
{
  self->n_held++;
}

void
gst_livekit_egress_worker_release (GstLiveKitEgressWorker * self)
{
  self->n_held--;
}

static void
release (gpointer worker)
{
  gst_livekit_egress_worker_release (worker);
}

static void
on_object_gone (gpointer data, GObject * object)
{
  GstLiveKitEgressWorker *self = data;

  gst_livekit_egress_worker_run (self, release, self, NULL);
  gst_livekit_egress_worker_unref (self);
}

void
gst_livekit_egress_worker_hold_for (GstLiveKitEgressWorker * self,
    GObject * object)
{
  gst_livekit_egress_worker_hold (self);
  g_object_weak_ref (object, on_object_gone,
      gst_livekit_egress_worker_ref (self));
}

void
gst_livekit_egress_timer_arm (GSource ** timer, guint milliseconds,
    GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  gst_livekit_egress_timer_disarm (timer);
  if (milliseconds == 0) {
    if (destroy != NULL)
      destroy (data);
    return;
  }

  *timer = g_timeout_source_new (milliseconds);
  g_source_set_callback (*timer, func, data, destroy);
  g_source_attach (*timer, g_main_context_get_thread_default ());
}

void
gst_livekit_egress_timer_disarm (GSource ** timer)
{
  if (*timer == NULL)
    return;

  g_source_destroy (*timer);
  g_clear_pointer (timer, g_source_unref);
}
