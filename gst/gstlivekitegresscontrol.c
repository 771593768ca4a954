/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresscontrol.h"

#include "gstlivekitegresserror.h"
#include "gstlivekitegressplugin.h"
#include "gstlivekitegressrestarts.h"

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
  gboolean stopping;            /* nothing is started again any more */
  gboolean pending;             /* the run is over, and another is to follow */
  LkEgressClient *client;       /* from start to finish */
  LkEgressRequest *request;     /* of the last run */
  GstLiveKitEgressLife life;
  GstLiveKitEgressRestarts restarts;

  /* Of the thread alone. */
  GSource *restart_timer;
  GstLiveKitEgressProgress restart;
  GstLiveKitEgressControlRestartFunc restart_func;
};

GstLiveKitEgressControl *
gst_livekit_egress_control_new (GstElement * owner,
    const GstLiveKitEgressNewsFuncs * funcs)
{
  GstLiveKitEgressControl *self = g_new0 (GstLiveKitEgressControl, 1);

  g_mutex_init (&self->lock);
  self->owner = owner;
  self->funcs = funcs;
  self->restart.code = "egress-restart";

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
  gst_livekit_egress_timer_disarm (&self->restart_timer);
  gst_livekit_egress_restarts_clear (&self->restarts);
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

/* With the lock held, so that whoever finds the run finds it started. Gives the last one. */
static GstLiveKitEgressRun *
begin_run (GstLiveKitEgressControl * self, const gchar * egress_id,
    const gchar * stream_url, GstLiveKitEgressKeeper * keeper)
{
  GstLiveKitEgressRun *last = self->run;

  self->run = gst_livekit_egress_run_new (self->owner, self->funcs,
      self->worker, self->client, self->request, egress_id, stream_url,
      &self->life, keeper, self->restarts.runs);
  gst_livekit_egress_run_start (self->run);

  return last;
}

void
gst_livekit_egress_control_start (GstLiveKitEgressControl * self,
    LkEgressClient * client, LkEgressRequest * request, const gchar * egress_id,
    const gchar * stream_url, const GstLiveKitEgressLife * life,
    GstLiveKitEgressKeeper * keeper)
{
  GstLiveKitEgressRun *last;

  g_mutex_lock (&self->lock);
  g_set_object (&self->request, request);
  g_set_object (&self->client, client);
  self->life = *life;
  self->stopping = self->pending = FALSE;
  gst_livekit_egress_restarts_reset (&self->restarts);
  last = begin_run (self, egress_id, stream_url, keeper);
  self->running = TRUE;
  g_mutex_unlock (&self->lock);

  g_object_unref (client);
  drop_run (last);
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

/* A run that was to follow does not. */
static void
do_stop_restarts (GstElement * owner, gpointer data)
{
  GstLiveKitEgressControl *self = data;
  gboolean pending;

  g_mutex_lock (&self->lock);
  pending = self->pending && self->stopping;
  if (pending)
    self->pending = FALSE;
  g_mutex_unlock (&self->lock);

  if (!pending)
    return;
  gst_livekit_egress_timer_disarm (&self->restart_timer);
  gst_livekit_egress_progress_end (&self->restart, owner,
      GST_PROGRESS_TYPE_CANCELED, "The egress is not started again");
  self->funcs->ended (owner, NULL);
}

static GstLiveKitEgressRun *
stop_restarts (GstLiveKitEgressControl * self)
{
  gboolean pending;

  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  pending = self->pending;
  g_mutex_unlock (&self->lock);

  if (pending)
    gst_livekit_egress_control_call (self, do_stop_restarts, self, NULL);
  return dup_run (self, TRUE);
}

void
gst_livekit_egress_control_finish (GstLiveKitEgressControl * self)
{
  g_autoptr (GstLiveKitEgressRun) run = stop_restarts (self);

  if (run == NULL)
    return;

  gst_livekit_egress_run_stop (run);
  gst_livekit_egress_run_wait (run);
  gst_livekit_egress_run_leave (run);

  g_mutex_lock (&self->lock);
  self->running = FALSE;
  /* The run keeps it for as long as it is of use. */
  g_clear_object (&self->client);
  g_clear_object (&self->request);
  g_mutex_unlock (&self->lock);
}

void
gst_livekit_egress_control_stop (GstLiveKitEgressControl * self)
{
  g_autoptr (GstLiveKitEgressRun) run = stop_restarts (self);

  if (run != NULL)
    gst_livekit_egress_run_stop (run);
}

void
gst_livekit_egress_control_fail (GstLiveKitEgressControl * self)
{
  g_autoptr (GstLiveKitEgressRun) run = stop_restarts (self);

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

static Call *
call_new (GstLiveKitEgressControl * self, GstLiveKitEgressControlFunc func,
    gpointer data, GDestroyNotify destroy)
{
  Call *call = g_new0 (Call, 1);

  g_weak_ref_init (&call->owner, self->owner);
  call->func = func;
  call->data = data;
  call->destroy = destroy;
  return call;
}

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
  gboolean open;

  /* Without a worker the owner may be gone as well: nothing may refer to it then. */
  g_mutex_lock (&self->lock);
  open = self->worker != NULL;
  if (open)
    gst_livekit_egress_worker_run (self->worker, call_run,
        call_new (self, func, data, destroy), call_free);
  g_mutex_unlock (&self->lock);

  if (!open && destroy != NULL)
    destroy (data);
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

/*** Again ***/

static gboolean
on_pause_over (gpointer data)
{
  Call *call = data;
  g_autoptr (GstElement) owner = g_weak_ref_get (&call->owner);
  GstLiveKitEgressControl *self = call->data;

  if (owner == NULL)
    return G_SOURCE_REMOVE;

  gst_livekit_egress_timer_disarm (&self->restart_timer);
  gst_livekit_egress_progress_end (&self->restart, owner,
      GST_PROGRESS_TYPE_COMPLETE, "The egress is started again");
  self->restart_func (owner);
  return G_SOURCE_REMOVE;
}

void
gst_livekit_egress_control_set_state (GstLiveKitEgressControl * self,
    LkEgressJobState state)
{
  g_mutex_lock (&self->lock);
  gst_livekit_egress_restarts_set_state (&self->restarts, state);
  g_mutex_unlock (&self->lock);
}

gboolean
gst_livekit_egress_control_is_pending (GstLiveKitEgressControl * self)
{
  gboolean pending;

  g_mutex_lock (&self->lock);
  pending = self->pending && self->running;
  g_mutex_unlock (&self->lock);

  return pending;
}

gboolean
gst_livekit_egress_control_restart (GstLiveKitEgressControl * self,
    const GError * error, GstLiveKitEgressControlRestartFunc func)
{
  g_autoptr (GstLiveKitEgressRun) run = dup_run (self, TRUE);
  g_autoptr (LkEgressInfo) info = NULL;
  g_autoptr (GError) reason = NULL;
  guint pause = 0, count, limit;
  gboolean pending;

  g_mutex_lock (&self->lock);
  pending = self->pending;
  if (run != NULL && !pending && !self->stopping)
    pause = gst_livekit_egress_restarts_next (&self->restarts, &self->life,
        error);
  if (pause > 0)
    self->pending = TRUE;
  count = self->restarts.count;
  limit = self->life.restart_limit;
  g_mutex_unlock (&self->lock);

  if (pause == 0)
    return pending;

  info = gst_livekit_egress_run_dup_info (run);
  reason = error != NULL ? g_error_copy (error) :
      g_error_new_literal (GST_LIVEKIT_EGRESS_ERROR,
      GST_LIVEKIT_EGRESS_ERROR_EGRESS_ENDED,
      "The egress ended without being stopped here");
  gst_livekit_egress_post_restart (self->owner, reason, info, pause, count,
      limit);
  gst_livekit_egress_progress_begin (&self->restart, self->owner,
      "Waiting to start the egress again");
  self->restart_func = func;
  gst_livekit_egress_timer_arm (&self->restart_timer, pause, on_pause_over,
      call_new (self, NULL, self, NULL), call_free);
  /* One that does not go on may not know it. */
  gst_livekit_egress_run_fail (run);
  return TRUE;
}

gboolean
gst_livekit_egress_control_start_again (GstLiveKitEgressControl * self,
    LkEgressRequest * request, GstLiveKitEgressKeeper * keeper)
{
  GstLiveKitEgressRun *last = NULL;
  gboolean again;

  g_mutex_lock (&self->lock);
  again = self->pending && self->running && !self->stopping;
  if (again) {
    g_autoptr (LkEgressInfo) info = gst_livekit_egress_run_dup_info (self->run);

    self->pending = FALSE;
    if (request != NULL)
      g_set_object (&self->request, request);
    gst_livekit_egress_restarts_keep (&self->restarts,
        gst_livekit_egress_run_get_state (self->run), info);
    last = begin_run (self, NULL, NULL, g_steal_pointer (&keeper));
  }
  g_mutex_unlock (&self->lock);

  g_clear_pointer (&keeper, gst_livekit_egress_keeper_unref);
  if (last != NULL) {
    /* What it has not stopped yet it stops in the background. */
    gst_livekit_egress_run_fail (last);
    gst_livekit_egress_run_leave (last);
  }
  drop_run (last);
  return again;
}
