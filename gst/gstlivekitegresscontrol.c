/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresscontrol.h"

#include "gstlivekitegressplugin.h"

#define GST_CAT_DEFAULT gst_livekit_egress_debug

struct _GstLiveKitEgressControl
{
  GstElement *owner;            /* not owned, outlives us */
  const GstLiveKitEgressNewsFuncs *funcs;

  /* Never held while calling out. */
  GMutex lock;
  GstLiveKitEgressWorker *worker;       /* from open to close */
  GstLiveKitEgressRun *run;     /* the last one */
  gboolean running;             /* between start and finish */
};

GstLiveKitEgressControl *
gst_livekit_egress_control_new (GstElement * owner,
    const GstLiveKitEgressNewsFuncs * funcs)
{
  GstLiveKitEgressControl *self = g_new0 (GstLiveKitEgressControl, 1);

  g_mutex_init (&self->lock);
  self->owner = owner;
  self->funcs = funcs;

  return self;
}

/* Whoever shows the last run takes it over. */
static void
drop_run (GstLiveKitEgressRun * run)
{
  if (run == NULL)
    return;

  gst_livekit_egress_run_mute (run);
  gst_livekit_egress_run_unref (run);
}

void
gst_livekit_egress_control_free (GstLiveKitEgressControl * self)
{
  gst_livekit_egress_control_close (self);
  drop_run (self->run);
  g_mutex_clear (&self->lock);
  g_free (self);
}

gboolean
gst_livekit_egress_control_open (GstLiveKitEgressControl * self,
    GError ** error)
{
  GstLiveKitEgressWorker *worker =
      gst_livekit_egress_worker_new ("livekit-egress", error);

  g_mutex_lock (&self->lock);
  self->worker = worker;
  g_mutex_unlock (&self->lock);

  return worker != NULL;
}

void
gst_livekit_egress_control_close (GstLiveKitEgressControl * self)
{
  GstLiveKitEgressWorker *worker;

  gst_livekit_egress_control_finish (self);

  g_mutex_lock (&self->lock);
  worker = g_steal_pointer (&self->worker);
  g_mutex_unlock (&self->lock);

  /* It ends by itself when the run has. */
  if (worker != NULL) {
    gst_livekit_egress_worker_quit (worker);
    gst_livekit_egress_worker_unref (worker);
  }
}

void
gst_livekit_egress_control_start (GstLiveKitEgressControl * self,
    LkEgressClient * client, LkEgressRequest * request, const gchar * egress_id,
    const GstLiveKitEgressLife * life)
{
  GstLiveKitEgressRun *run = NULL, *last;

  g_mutex_lock (&self->lock);
  last = g_steal_pointer (&self->run);
  if (self->worker != NULL) {
    run = gst_livekit_egress_run_new (self->owner, self->funcs, self->worker,
        client, request, egress_id, life);
    self->run = gst_livekit_egress_run_ref (run);
    self->running = TRUE;
  }
  g_mutex_unlock (&self->lock);

  drop_run (last);
  /* The run keeps it for as long as it is of use. */
  g_object_unref (client);
  if (run != NULL) {
    gst_livekit_egress_run_start (run);
    gst_livekit_egress_run_unref (run);
  }
}

static GstLiveKitEgressRun *
dup_run (GstLiveKitEgressControl * self, gboolean running)
{
  GstLiveKitEgressRun *run = NULL;

  g_mutex_lock (&self->lock);
  if (self->run != NULL && (self->running || !running))
    run = gst_livekit_egress_run_ref (self->run);
  g_mutex_unlock (&self->lock);

  return run;
}

void
gst_livekit_egress_control_finish (GstLiveKitEgressControl * self)
{
  g_autoptr (GstLiveKitEgressRun) run = dup_run (self, TRUE);

  if (run == NULL)
    return;

  gst_livekit_egress_run_stop (run);
  gst_livekit_egress_run_wait (run);
  gst_livekit_egress_run_leave (run);

  g_mutex_lock (&self->lock);
  self->running = FALSE;
  g_mutex_unlock (&self->lock);
}

void
gst_livekit_egress_control_stop (GstLiveKitEgressControl * self)
{
  g_autoptr (GstLiveKitEgressRun) run = dup_run (self, TRUE);

  if (run != NULL)
    gst_livekit_egress_run_stop (run);
}

void
gst_livekit_egress_control_fail (GstLiveKitEgressControl * self)
{
  g_autoptr (GstLiveKitEgressRun) run = dup_run (self, TRUE);

  if (run != NULL)
    gst_livekit_egress_run_fail (run);
}

void
gst_livekit_egress_control_refresh (GstLiveKitEgressControl * self)
{
  g_autoptr (GstLiveKitEgressRun) run = dup_run (self, TRUE);

  if (run != NULL)
    gst_livekit_egress_run_refresh (run);
}

void
gst_livekit_egress_control_set_layout (GstLiveKitEgressControl * self,
    const gchar * layout)
{
  g_autoptr (GstLiveKitEgressRun) run = dup_run (self, TRUE);

  if (run != NULL)
    gst_livekit_egress_run_set_layout (run, layout);
}

void
gst_livekit_egress_control_update_streams (GstLiveKitEgressControl * self,
    const gchar * add, const gchar * remove)
{
  g_autoptr (GstLiveKitEgressRun) run = dup_run (self, TRUE);

  if (run != NULL)
    gst_livekit_egress_run_update_streams (run, add, remove);
}

typedef struct
{
  GWeakRef owner;
  GstLiveKitEgressControlFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Call;

static void
call_run (gpointer data)
{
  Call *call = data;
  g_autoptr (GstElement) owner = g_weak_ref_get (&call->owner);

  if (owner != NULL)
    call->func (owner, call->data);
}

static void
call_free (gpointer data)
{
  Call *call = data;

  if (call->destroy != NULL)
    call->destroy (call->data);
  g_weak_ref_clear (&call->owner);
  g_free (call);
}

void
gst_livekit_egress_control_call (GstLiveKitEgressControl * self,
    GstLiveKitEgressControlFunc func, gpointer data, GDestroyNotify destroy)
{
  Call *call = g_new0 (Call, 1);

  g_weak_ref_init (&call->owner, self->owner);
  call->func = func;
  call->data = data;
  call->destroy = destroy;

  g_mutex_lock (&self->lock);
  if (self->worker != NULL)
    gst_livekit_egress_worker_run (self->worker, call_run,
        g_steal_pointer (&call), call_free);
  g_mutex_unlock (&self->lock);

  g_clear_pointer (&call, call_free);
}

LkEgressJobState
gst_livekit_egress_control_get_state (GstLiveKitEgressControl * self)
{
  g_autoptr (GstLiveKitEgressRun) run = dup_run (self, FALSE);

  return run != NULL ? gst_livekit_egress_run_get_state (run) :
      LK_EGRESS_JOB_STATE_IDLE;
}

LkEgressInfo *
gst_livekit_egress_control_dup_info (GstLiveKitEgressControl * self)
{
  g_autoptr (GstLiveKitEgressRun) run = dup_run (self, FALSE);

  return run != NULL ? gst_livekit_egress_run_dup_info (run) : NULL;
}
