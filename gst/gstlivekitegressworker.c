/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressworker.h"

struct _GstLiveKitEgressWorker
{
  gpointer owner;
  GMainContext *context;
  GThread *thread;

  /* Of the thread alone. */
  gboolean quit;
  guint n_held;
};

typedef struct
{
  GstLiveKitEgressWorker *worker;
  GstLiveKitEgressWorkerFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Work;

static gpointer
thread_func (gpointer data)
{
  GstLiveKitEgressWorker *self = data;

  g_main_context_push_thread_default (self->context);
  while (!self->quit || self->n_held > 0)
    g_main_context_iteration (self->context, TRUE);
  g_main_context_pop_thread_default (self->context);

  return NULL;
}

GstLiveKitEgressWorker *
gst_livekit_egress_worker_new (const gchar * name, gpointer owner)
{
  GstLiveKitEgressWorker *self = g_new0 (GstLiveKitEgressWorker, 1);

  self->owner = owner;
  self->context = g_main_context_new ();
  self->thread = g_thread_new (name, thread_func, self);

  return self;
}

static void
quit (gpointer owner, gpointer data)
{
  GstLiveKitEgressWorker *self = data;

  self->quit = TRUE;
}

void
gst_livekit_egress_worker_free (GstLiveKitEgressWorker * self)
{
  gst_livekit_egress_worker_run (self, quit, self, NULL);
  g_thread_join (self->thread);
  g_main_context_unref (self->context);
  g_free (self);
}

static gboolean
work_run (gpointer data)
{
  Work *work = data;

  work->func (work->worker->owner, work->data);
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
    GstLiveKitEgressWorkerFunc func, gpointer data, GDestroyNotify destroy)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Work *work = g_new (Work, 1);

  work->worker = self;
  work->func = func;
  work->data = data;
  work->destroy = destroy;
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, work_run, work, work_free);
  g_source_attach (source, self->context);
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

void
gst_livekit_egress_worker_arm (GstLiveKitEgressWorker * self, GSource ** timer,
    guint milliseconds, GSourceFunc func)
{
  gst_livekit_egress_worker_disarm (timer);
  if (milliseconds == 0)
    return;

  *timer = g_timeout_source_new (milliseconds);
  g_source_set_callback (*timer, func, self->owner, NULL);
  g_source_attach (*timer, self->context);
}

void
gst_livekit_egress_worker_disarm (GSource ** timer)
{
  if (*timer == NULL)
    return;

  g_source_destroy (*timer);
  g_clear_pointer (timer, g_source_unref);
}
