/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresscontrol.h"

#include <gio/gio.h>

#include "gstlivekitegressplugin.h"
#include "gstlivekitegresserror.h"
#include "gstlivekitegressmessages.h"
#include "gstlivekitegressupdates.h"
#include "gstlivekitegressworker.h"

#define GST_CAT_DEFAULT gst_livekit_egress_debug

struct _GstLiveKitEgressControl
{
  GObject parent;

  GstElement *owner;            /* not owned, outlives us */
  GstLiveKitEgressWorker *worker;       /* from open to close */

  /* Of the control thread alone, from start to reset. */
  LkEgressJob *job;
  GCancellable *cancellable;
  GstLiveKitEgressLife life;
  GstLiveKitEgressMedia media;
  GSource *start_timer;
  GSource *media_timer;
  GSource *duration_timer;
  GSource *stop_timer;
  gchar *layout;                /* wanted, not yet sent */
  gboolean stopping;
  gboolean ended;               /* "ended" was emitted */
  GstLiveKitEgressProgress start_progress;
  GstLiveKitEgressProgress stop_progress;

  /* Guards the rest. Never held while calling out. */
  GMutex lock;
  GCond cond;
  gboolean opened;              /* others may use the worker */
  gboolean running;             /* between start and reset */
  gboolean over;                /* nothing left to stop or to wait for */
  LkEgressJobState state;
  LkEgressInfo *info;
};

G_DEFINE_FINAL_TYPE (GstLiveKitEgressControl, gst_livekit_egress_control,
    G_TYPE_OBJECT);

static guint ended_signal;

static void
disarm_all (GstLiveKitEgressControl * self)
{
  gst_livekit_egress_worker_disarm (&self->start_timer);
  gst_livekit_egress_worker_disarm (&self->media_timer);
  gst_livekit_egress_worker_disarm (&self->duration_timer);
  gst_livekit_egress_worker_disarm (&self->stop_timer);
}

/*** The end ***/

static void
set_over (GstLiveKitEgressControl * self)
{
  g_mutex_lock (&self->lock);
  self->over = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static gboolean
is_over (GstLiveKitEgressControl * self)
{
  gboolean over;

  g_mutex_lock (&self->lock);
  over = self->over;
  g_mutex_unlock (&self->lock);

  return over;
}

static void
emit_ended (GstLiveKitEgressControl * self, const GError * error)
{
  if (self->ended)
    return;

  self->ended = TRUE;
  g_signal_emit (self, ended_signal, 0, error);
}

static gboolean
on_stop_timeout (gpointer data)
{
  GstLiveKitEgressControl *self = data;
  const gchar *id = lk_egress_job_get_egress_id (self->job);

  disarm_all (self);
  /* What is on its way cannot help any more, and must not outlast the element. */
  g_cancellable_cancel (self->cancellable);
  gst_livekit_egress_progress_end (&self->stop_progress, self->owner,
      GST_PROGRESS_TYPE_ERROR, "The egress did not end in time");
  GST_ELEMENT_WARNING (self->owner, RESOURCE, CLOSE,
      ("The egress %s did not end within %u ms and may still run on the server.",
          id != NULL ? id : "that was being started", self->life.stop_timeout),
      (NULL));
  emit_ended (self, NULL);
  set_over (self);

  return G_SOURCE_REMOVE;
}

static void
on_stopped (GObject * source, GAsyncResult * result, gpointer data)
{
  GstLiveKitEgressControl *self = data;
  g_autoptr (GError) error = NULL;

  gst_livekit_egress_worker_release (self->worker);
  /* That it has ended is told by its state, also if this call did not help. */
  if (!lk_egress_job_stop_finish (LK_EGRESS_JOB (source), result, &error)
      && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    GST_WARNING_OBJECT (self->owner, "stop: %s", error->message);
}

static void
do_stop (gpointer owner, gpointer data)
{
  GstLiveKitEgressControl *self = owner;

  if (self->job == NULL || self->stopping || is_over (self))
    return;

  self->stopping = TRUE;
  disarm_all (self);
  gst_livekit_egress_progress_end (&self->start_progress, self->owner,
      GST_PROGRESS_TYPE_CANCELED, "The egress is stopped before it is active");
  gst_livekit_egress_progress_begin (&self->stop_progress, self->owner,
      "Stopping the egress");
  gst_livekit_egress_worker_arm (self->worker, &self->stop_timer,
      self->life.stop_timeout, on_stop_timeout);
  gst_livekit_egress_worker_hold (self->worker);
  lk_egress_job_stop_async (self->job, self->cancellable, on_stopped, self);
}

/* What goes wrong on our side: the server does not know that nobody wants the egress any more. */
static void
fail (GstLiveKitEgressControl * self, const GError * error)
{
  gst_livekit_egress_progress_end (&self->start_progress, self->owner,
      GST_PROGRESS_TYPE_ERROR, error->message);
  emit_ended (self, error);
  do_stop (self, NULL);
}

static gboolean
on_start_timeout (gpointer data)
{
  GstLiveKitEgressControl *self = data;
  g_autoptr (GError) error = g_error_new (GST_LIVEKIT_EGRESS_ERROR,
      GST_LIVEKIT_EGRESS_ERROR_START_TIMEOUT,
      "The egress was not active within %u ms; is an egress worker running, "
      "and is the participant or track there?", self->life.start_timeout);

  fail (self, error);
  return G_SOURCE_REMOVE;
}

static gboolean
on_media_timeout (gpointer data)
{
  GstLiveKitEgressControl *self = data;
  g_autoptr (GError) error = NULL;

  if (self->media == GST_LIVEKIT_EGRESS_MEDIA_EXPECTED) {
    error = g_error_new (GST_LIVEKIT_EGRESS_ERROR,
        GST_LIVEKIT_EGRESS_ERROR_FIRST_DATA_TIMEOUT,
        "The egress is active but sent nothing within %u ms; can the egress "
        "worker reach the address it was told (advertise-address)?",
        self->life.first_data_timeout);
  } else if (lk_egress_job_get_state (self->job) == LK_EGRESS_JOB_STATE_ACTIVE) {
    error = g_error_new (GST_LIVEKIT_EGRESS_ERROR,
        GST_LIVEKIT_EGRESS_ERROR_CONNECTION_LOST,
        "The connection of the egress broke and did not come back within %u ms",
        self->life.reconnect_window);
  }

  /* An egress that only finishes its files and uploads sends no more media. */
  if (error != NULL)
    fail (self, error);
  else
    emit_ended (self, NULL);
  return G_SOURCE_REMOVE;
}

static gboolean
on_max_duration (gpointer data)
{
  GstLiveKitEgressControl *self = data;

  GST_INFO_OBJECT (self->owner, "stopping after %u ms",
      self->life.max_duration);
  do_stop (self, NULL);
  return G_SOURCE_REMOVE;
}

static void
wait_for_media (GstLiveKitEgressControl * self)
{
  const LkEgressJobState state = lk_egress_job_get_state (self->job);

  gst_livekit_egress_worker_disarm (&self->media_timer);
  if (self->stopping || (state != LK_EGRESS_JOB_STATE_ACTIVE
          && state != LK_EGRESS_JOB_STATE_ENDING))
    return;

  if (self->media == GST_LIVEKIT_EGRESS_MEDIA_EXPECTED)
    gst_livekit_egress_worker_arm (self->worker, &self->media_timer,
        self->life.first_data_timeout, on_media_timeout);
  else if (self->media == GST_LIVEKIT_EGRESS_MEDIA_LOST)
    gst_livekit_egress_worker_arm (self->worker, &self->media_timer,
        self->life.reconnect_window, on_media_timeout);
}

/*** The job ***/

/* NULL for an end that is none to worry about. */
static GError *
dup_final_error (GstLiveKitEgressControl * self, LkEgressJobState state,
    gboolean was_active)
{
  const GError *cause = lk_egress_job_get_error (self->job);

  if (state == LK_EGRESS_JOB_STATE_COMPLETE
      || state == LK_EGRESS_JOB_STATE_LIMIT_REACHED)
    return NULL;
  /* Who stops an egress that was about to start has no use for the complaint that it did not. */
  if (self->stopping && !was_active)
    return NULL;
  /* The server refused to start it. */
  if (lk_egress_job_get_egress_id (self->job) == NULL && cause != NULL)
    return g_error_copy (cause);

  return g_error_new_literal (GST_LIVEKIT_EGRESS_ERROR,
      GST_LIVEKIT_EGRESS_ERROR_EGRESS_FAILED,
      cause != NULL ? cause->message : "The egress was aborted");
}

static void
on_final (GstLiveKitEgressControl * self, LkEgressJobState state,
    gboolean was_active)
{
  g_autoptr (GError) error = dup_final_error (self, state, was_active);

  disarm_all (self);
  gst_livekit_egress_progress_end (&self->start_progress, self->owner,
      GST_PROGRESS_TYPE_ERROR,
      error != NULL ? error->message : "The egress ended");
  gst_livekit_egress_progress_end (&self->stop_progress, self->owner,
      GST_PROGRESS_TYPE_COMPLETE, "The egress has ended");
  emit_ended (self, error);
  set_over (self);
}

static void
on_active (GstLiveKitEgressControl * self)
{
  gst_livekit_egress_worker_disarm (&self->start_timer);
  if (!self->stopping)
    gst_livekit_egress_worker_arm (self->worker, &self->duration_timer,
        self->life.max_duration, on_max_duration);
  wait_for_media (self);
}

static void
on_info (GstLiveKitEgressControl * self)
{
  g_mutex_lock (&self->lock);
  g_set_object (&self->info, lk_egress_job_get_info (self->job));
  g_mutex_unlock (&self->lock);

  g_object_notify (G_OBJECT (self->owner), "info");
}

/* A state comes after the info that tells it. */
static void
on_state_changed (LkEgressJob * job, LkEgressJobState state,
    GstLiveKitEgressControl * self)
{
  LkEgressJobState previous;

  g_mutex_lock (&self->lock);
  previous = self->state;
  self->state = state;
  g_mutex_unlock (&self->lock);

  g_object_notify (G_OBJECT (self->owner), "status");
  gst_livekit_egress_post_status (self->owner, state, previous,
      lk_egress_job_get_info (job), lk_egress_job_get_error (job));

  /* A poll may find an egress further than the step next to come. */
  if (previous < LK_EGRESS_JOB_STATE_ACTIVE
      && (state == LK_EGRESS_JOB_STATE_ACTIVE
          || state == LK_EGRESS_JOB_STATE_ENDING))
    on_active (self);
  if (lk_egress_job_state_is_final (state))
    on_final (self, state, previous >= LK_EGRESS_JOB_STATE_ACTIVE);
}

static void
on_stream_changed (LkEgressJob * job, LkEgressStreamInfo * stream,
    GstLiveKitEgressControl * self)
{
  gst_livekit_egress_post_stream (self->owner,
      lk_egress_job_get_egress_id (job), stream);
}

static void
send_layout (GstLiveKitEgressControl * self)
{
  if (self->layout == NULL || is_over (self)
      || lk_egress_job_get_egress_id (self->job) == NULL)
    return;

  gst_livekit_egress_update_layout (self->worker, self->owner, self->job,
      self->layout, self->cancellable);
  g_clear_pointer (&self->layout, g_free);
}

static void
on_started (GObject * source, GAsyncResult * result, gpointer data)
{
  GstLiveKitEgressControl *self = data;
  LkEgressJob *job = LK_EGRESS_JOB (source);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;
  const gboolean started = lk_egress_job_start_finish (job, result, &error);

  gst_livekit_egress_worker_release (self->worker);
  /* Of a run that is over, or refused: then the job's state told it. */
  if (job != self->job || is_over (self))
    return;

  if (!started) {
    gst_livekit_egress_progress_end (&self->start_progress, self->owner,
        GST_PROGRESS_TYPE_ERROR, error->message);
    disarm_all (self);
    emit_ended (self, error);
    set_over (self);
    return;
  }

  /* Who holds the pipeline back until this progress is complete, as gst-launch-1.0 does, must not
   * do so until media comes. */
  text = g_strdup_printf ("Egress %s is accepted, its media is to come",
      lk_egress_job_get_egress_id (job));
  gst_livekit_egress_progress_end (&self->start_progress, self->owner,
      GST_PROGRESS_TYPE_COMPLETE, text);
  /* From here on the job watches the server. */
  lk_egress_job_refresh (job);
  send_layout (self);
}

typedef struct
{
  LkEgressClient *client;
  LkEgressRequest *request;
  GstLiveKitEgressLife life;
} StartData;

static void
start_data_free (gpointer data)
{
  StartData *start = data;

  g_object_unref (start->client);
  g_object_unref (start->request);
  g_free (start);
}

static void
do_start (gpointer owner, gpointer data)
{
  GstLiveKitEgressControl *self = owner;
  StartData *start = data;

  self->life = start->life;
  self->cancellable = g_cancellable_new ();
  self->job = lk_egress_job_new (start->client, start->request);
  g_signal_connect_swapped (self->job, "notify::info",
      G_CALLBACK (on_info), self);
  g_signal_connect (self->job, "state-changed",
      G_CALLBACK (on_state_changed), self);
  g_signal_connect (self->job, "stream-changed",
      G_CALLBACK (on_stream_changed), self);

  gst_livekit_egress_worker_arm (self->worker, &self->start_timer,
      self->life.start_timeout, on_start_timeout);
  gst_livekit_egress_worker_hold (self->worker);
  lk_egress_job_start_async (self->job, self->cancellable, on_started, self);
}

static void
do_reset (gpointer owner, gpointer data)
{
  GstLiveKitEgressControl *self = owner;

  disarm_all (self);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_signal_handlers_disconnect_by_data (self->job, self);
  g_clear_object (&self->job);
  g_clear_pointer (&self->layout, g_free);
  self->media = GST_LIVEKIT_EGRESS_MEDIA_NONE;
  self->stopping = FALSE;
  self->ended = FALSE;

  g_mutex_lock (&self->lock);
  self->running = FALSE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
do_set_media (gpointer owner, gpointer data)
{
  GstLiveKitEgressControl *self = owner;

  if (self->job == NULL)
    return;

  self->media = GPOINTER_TO_UINT (data);
  wait_for_media (self);
  /* Media comes and goes before the next poll tells why. */
  if (self->media == GST_LIVEKIT_EGRESS_MEDIA_ARRIVED
      || self->media == GST_LIVEKIT_EGRESS_MEDIA_LOST)
    lk_egress_job_refresh (self->job);
}

static void
do_set_layout (gpointer owner, gpointer data)
{
  GstLiveKitEgressControl *self = owner;

  if (self->job == NULL)
    return;

  g_free (self->layout);
  self->layout = g_strdup (data);
  send_layout (self);
}

typedef struct
{
  gchar *add;
  gchar *remove;
} StreamUpdate;

static void
stream_update_free (gpointer data)
{
  StreamUpdate *update = data;

  g_free (update->add);
  g_free (update->remove);
  g_free (update);
}

static void
do_update_streams (gpointer owner, gpointer data)
{
  GstLiveKitEgressControl *self = owner;
  StreamUpdate *update = data;

  if (self->job == NULL || is_over (self)
      || lk_egress_job_get_egress_id (self->job) == NULL)
    GST_ELEMENT_WARNING (self->owner, RESOURCE, SETTINGS,
        ("There is no running egress whose streams could be changed."), (NULL));
  else
    gst_livekit_egress_update_streams (self->worker, self->owner, self->job,
        update->add, update->remove, self->cancellable);
}

/*** From other threads ***/

void
gst_livekit_egress_control_open (GstLiveKitEgressControl * self)
{
  self->worker = gst_livekit_egress_worker_new ("livekit-egress", self);

  g_mutex_lock (&self->lock);
  self->opened = TRUE;
  g_mutex_unlock (&self->lock);
}

void
gst_livekit_egress_control_close (GstLiveKitEgressControl * self)
{
  gst_livekit_egress_control_finish (self);

  g_mutex_lock (&self->lock);
  self->opened = FALSE;
  g_mutex_unlock (&self->lock);

  /* Until its thread has ended, that still uses it. */
  if (self->worker != NULL)
    gst_livekit_egress_worker_free (self->worker);
  self->worker = NULL;
}

/* Takes data. Called with the lock held; nothing happens while closed. */
static void
run_locked (GstLiveKitEgressControl * self, GstLiveKitEgressWorkerFunc func,
    gpointer data, GDestroyNotify destroy)
{
  if (self->opened)
    gst_livekit_egress_worker_run (self->worker, func, data, destroy);
  else if (destroy != NULL)
    destroy (data);
}

static void
run (GstLiveKitEgressControl * self, GstLiveKitEgressWorkerFunc func,
    gpointer data, GDestroyNotify destroy)
{
  g_mutex_lock (&self->lock);
  run_locked (self, func, data, destroy);
  g_mutex_unlock (&self->lock);
}

void
gst_livekit_egress_control_start (GstLiveKitEgressControl * self,
    LkEgressClient * client, LkEgressRequest * request,
    const GstLiveKitEgressLife * life)
{
  StartData *start = g_new (StartData, 1);

  g_mutex_lock (&self->lock);
  self->running = TRUE;
  self->over = FALSE;
  self->state = LK_EGRESS_JOB_STATE_IDLE;
  g_clear_object (&self->info);
  g_mutex_unlock (&self->lock);

  gst_livekit_egress_progress_begin (&self->start_progress, self->owner,
      "Starting the egress");
  start->client = g_object_ref (client);
  start->request = g_object_ref (request);
  start->life = *life;
  run (self, do_start, start, start_data_free);
}

static void
do_end (gpointer owner, gpointer data)
{
  GstLiveKitEgressControl *self = owner;

  if (self->life.on_stop == GST_LIVEKIT_EGRESS_ON_STOP_STOP) {
    do_stop (self, NULL);
  } else {
    disarm_all (self);
    emit_ended (self, NULL);
    set_over (self);
  }
}

/* Stops the egress, or leaves it, as on-stop says. */
void
gst_livekit_egress_control_stop (GstLiveKitEgressControl * self)
{
  g_mutex_lock (&self->lock);
  if (self->running)
    run_locked (self, do_end, NULL, NULL);
  g_mutex_unlock (&self->lock);
}

void
gst_livekit_egress_control_finish (GstLiveKitEgressControl * self)
{
  g_mutex_lock (&self->lock);
  if (self->running) {
    run_locked (self, do_end, NULL, NULL);
    while (!self->over)
      g_cond_wait (&self->cond, &self->lock);

    run_locked (self, do_reset, NULL, NULL);
    while (self->running)
      g_cond_wait (&self->cond, &self->lock);
  }
  g_mutex_unlock (&self->lock);
}

void
gst_livekit_egress_control_fail (GstLiveKitEgressControl * self)
{
  run (self, do_stop, NULL, NULL);
}

void
gst_livekit_egress_control_set_media (GstLiveKitEgressControl * self,
    GstLiveKitEgressMedia media)
{
  run (self, do_set_media, GUINT_TO_POINTER (media), NULL);
}

void
gst_livekit_egress_control_set_layout (GstLiveKitEgressControl * self,
    const gchar * layout)
{
  run (self, do_set_layout, g_strdup (layout), g_free);
}

void
gst_livekit_egress_control_update_streams (GstLiveKitEgressControl * self,
    const gchar * add, const gchar * remove)
{
  StreamUpdate *update = g_new (StreamUpdate, 1);

  update->add = g_strdup (add);
  update->remove = g_strdup (remove);
  run (self, do_update_streams, update, stream_update_free);
}

LkEgressJobState
gst_livekit_egress_control_get_state (GstLiveKitEgressControl * self)
{
  LkEgressJobState state;

  g_mutex_lock (&self->lock);
  state = self->state;
  g_mutex_unlock (&self->lock);

  return state;
}

LkEgressInfo *
gst_livekit_egress_control_dup_info (GstLiveKitEgressControl * self)
{
  LkEgressInfo *info = NULL;

  g_mutex_lock (&self->lock);
  g_set_object (&info, self->info);
  g_mutex_unlock (&self->lock);

  return info;
}

gchar *
gst_livekit_egress_control_dup_egress_id (GstLiveKitEgressControl * self)
{
  g_autoptr (LkEgressInfo) info = gst_livekit_egress_control_dup_info (self);

  return info != NULL ? g_strdup (lk_egress_info_get_egress_id (info)) : NULL;
}

static void
gst_livekit_egress_control_finalize (GObject * object)
{
  GstLiveKitEgressControl *self = GST_LIVEKIT_EGRESS_CONTROL (object);

  g_assert (self->worker == NULL);
  g_clear_object (&self->info);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (gst_livekit_egress_control_parent_class)->finalize (object);
}

static void
gst_livekit_egress_control_class_init (GstLiveKitEgressControlClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = gst_livekit_egress_control_finalize;

  ended_signal = g_signal_new ("ended", G_TYPE_FROM_CLASS (klass),
      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
      G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
gst_livekit_egress_control_init (GstLiveKitEgressControl * self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->start_progress.code = "egress-start";
  self->stop_progress.code = "egress-stop";
}

GstLiveKitEgressControl *
gst_livekit_egress_control_new (GstElement * owner)
{
  GstLiveKitEgressControl *self =
      g_object_new (GST_TYPE_LIVEKIT_EGRESS_CONTROL, NULL);

  self->owner = owner;
  return self;
}
