/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressrun.h"

#include <gio/gio.h>

#include "gstlivekitegresserror.h"

/* How long a run that nobody waits for any more sees to its egress. */
#define BACKGROUND_TIME_MS 60000
/* When a stop that failed is tried again; twice as long each time. */
#define STOP_RETRY_MS 1000
#define STOP_RETRY_MAX_MS 16000
/* How much longer than the stop timeout a thread waits for ours, which may be held up by the
 * application. */
#define WAIT_MARGIN_MS 500

struct _GstLiveKitEgressRun
{
  GstLiveKitEgressNews news;
  GstLiveKitEgressWorker *worker;
  LkEgressRequest *request;
  gchar *egress_id;             /* to attach to */
  GstLiveKitEgressLife life;

  /* Of the worker's thread alone. */
  LkEgressClient *client;       /* until over */
  LkEgressJob *job;             /* from start until over */
  GCancellable *cancellable;    /* of all but the start */
  GSource *start_timer;
  GSource *duration_timer;
  GSource *stop_timer;
  GSource *retry_timer;
  GSource *last_timer;
  guint retry_interval;
  gchar *layout;                /* wanted, not yet sent */
  gboolean starting;            /* the start is not answered */
  gboolean stopping;
  gboolean left;

  /* Guards the rest. Never held while calling out. */
  GMutex lock;
  GCond cond;
  gboolean settled;             /* nothing is left to wait for */
  gboolean warned;
  LkEgressJobState state;
  LkEgressInfo *info;
};

static void
run_clear (gpointer data)
{
  GstLiveKitEgressRun *self = data;

  gst_livekit_egress_news_clear (&self->news);
  gst_livekit_egress_worker_unref (self->worker);
  g_clear_object (&self->client);
  g_clear_object (&self->request);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->info);
  g_free (self->egress_id);
  g_free (self->layout);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
}

GstLiveKitEgressRun *
gst_livekit_egress_run_ref (GstLiveKitEgressRun * self)
{
  return g_atomic_rc_box_acquire (self);
}

void
gst_livekit_egress_run_unref (GstLiveKitEgressRun * self)
{
  g_atomic_rc_box_release_full (self, run_clear);
}

GstLiveKitEgressRun *
gst_livekit_egress_run_new (GstElement * owner,
    const GstLiveKitEgressNewsFuncs * funcs, GstLiveKitEgressWorker * worker,
    LkEgressClient * client, LkEgressRequest * request, const gchar * egress_id,
    const GstLiveKitEgressLife * life)
{
  GstLiveKitEgressRun *self = g_atomic_rc_box_new0 (GstLiveKitEgressRun);

  gst_livekit_egress_news_init (&self->news, owner, funcs);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->worker = gst_livekit_egress_worker_ref (worker);
  self->client = g_object_ref (client);
  g_set_object (&self->request, request);
  self->egress_id = g_strdup (egress_id);
  self->life = *life;
  self->cancellable = g_cancellable_new ();

  return self;
}

static void
run_in_thread (GstLiveKitEgressRun * self, GSourceOnceFunc func)
{
  gst_livekit_egress_worker_run (self->worker, func,
      gst_livekit_egress_run_ref (self),
      (GDestroyNotify) gst_livekit_egress_run_unref);
}

/*** The end ***/

static void
disarm_all (GstLiveKitEgressRun * self)
{
  gst_livekit_egress_timer_disarm (&self->start_timer);
  gst_livekit_egress_timer_disarm (&self->duration_timer);
  gst_livekit_egress_timer_disarm (&self->stop_timer);
  gst_livekit_egress_timer_disarm (&self->retry_timer);
}

static gboolean
is_over (GstLiveKitEgressRun * self)
{
  return self->job == NULL;
}

static void
settle (GstLiveKitEgressRun * self)
{
  g_mutex_lock (&self->lock);
  self->settled = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
release_worker (gpointer worker)
{
  gst_livekit_egress_worker_release (worker);
}

static void
on_client_gone (gpointer data, GObject * client)
{
  GstLiveKitEgressWorker *worker = data;

  gst_livekit_egress_worker_run (worker, release_worker, worker, NULL);
  gst_livekit_egress_worker_unref (worker);
}

/* There is nothing more to see to. The thread stays until nobody uses the client any more: calls that
 * were broken off, or are not answered yet, still end there. */
static void
set_over (GstLiveKitEgressRun * self)
{
  if (is_over (self))
    return;

  disarm_all (self);
  gst_livekit_egress_timer_disarm (&self->last_timer);
  g_signal_handlers_disconnect_by_data (self->job, self);
  g_clear_object (&self->job);
  g_clear_object (&self->client);
  settle (self);
  gst_livekit_egress_run_unref (self);
}

static void
warn_unstopped (GstLiveKitEgressRun * self, const gchar * reason)
{
  g_autoptr (LkEgressInfo) info = gst_livekit_egress_run_dup_info (self);
  const gchar *id =
      info != NULL ? lk_egress_info_get_egress_id (info) : self->egress_id;
  g_autofree gchar *text = NULL;
  gboolean warned;

  g_mutex_lock (&self->lock);
  warned = self->warned;
  self->warned = TRUE;
  g_mutex_unlock (&self->lock);
  if (warned)
    return;

  text = g_strdup_printf ("The egress %s is not stopped and may still run on "
      "the server: %s.", id != NULL ? id : "that was being started", reason);
  gst_livekit_egress_news_warn (&self->news, GST_RESOURCE_ERROR_CLOSE, text);
}

static gboolean
is_accepted (GstLiveKitEgressRun * self)
{
  return lk_egress_job_get_state (self->job) >= LK_EGRESS_JOB_STATE_ENDING;
}

/* Nobody hears how an accepted stop ends. */
static void
check_owner (GstLiveKitEgressRun * self)
{
  if (self->left && !is_over (self) && is_accepted (self)
      && !gst_livekit_egress_news_is_heard (&self->news))
    set_over (self);
}

/* Whoever waits has waited long enough. */
static void
stop_waiting (GstLiveKitEgressRun * self, const gchar * reason)
{
  if (!is_accepted (self)) {
    gst_livekit_egress_news_end (&self->news, &self->news.stop,
        GST_PROGRESS_TYPE_ERROR, "The egress is not stopped yet");
    warn_unstopped (self, reason);
  }
  gst_livekit_egress_news_tell_ended (&self->news, NULL);
  settle (self);
}

static gboolean
on_stop_timeout (gpointer data)
{
  GstLiveKitEgressRun *self = data;
  g_autofree gchar *reason = g_strdup_printf ("the server did not answer "
      "within %u ms", self->life.stop_timeout);

  gst_livekit_egress_timer_disarm (&self->stop_timer);
  stop_waiting (self, reason);
  return G_SOURCE_REMOVE;
}

static void send_stop (GstLiveKitEgressRun * self);

static gboolean
on_stop_retry (gpointer data)
{
  GstLiveKitEgressRun *self = data;

  gst_livekit_egress_timer_disarm (&self->retry_timer);
  send_stop (self);
  return G_SOURCE_REMOVE;
}

static void
on_stopped (GObject * source, GAsyncResult * result, gpointer data)
{
  g_autoptr (GstLiveKitEgressRun) self = data;
  g_autoptr (GError) error = NULL;
  const gboolean stopped =
      lk_egress_job_stop_finish (LK_EGRESS_JOB (source), result, &error);

  if (is_over (self))
    return;

  if (stopped) {
    settle (self);
    /* The end is near. */
    lk_egress_job_refresh (self->job);
    check_owner (self);
    return;
  }
  stop_waiting (self, error->message);
  self->retry_interval = self->retry_interval == 0 ? STOP_RETRY_MS
      : MIN (self->retry_interval * 2, STOP_RETRY_MAX_MS);
  gst_livekit_egress_timer_arm (&self->retry_timer, self->retry_interval,
      on_stop_retry, self, NULL);
}

static void
send_stop (GstLiveKitEgressRun * self)
{
  lk_egress_job_stop_async (self->job, self->cancellable, on_stopped,
      gst_livekit_egress_run_ref (self));
}

static void
do_stop (gpointer data)
{
  GstLiveKitEgressRun *self = data;

  if (is_over (self) || self->stopping)
    return;

  self->stopping = TRUE;
  disarm_all (self);
  gst_livekit_egress_news_end (&self->news, &self->news.start,
      GST_PROGRESS_TYPE_CANCELED, "The egress is stopped before it is active");
  gst_livekit_egress_news_begin (&self->news, &self->news.stop,
      "Stopping the egress");
  gst_livekit_egress_timer_arm (&self->stop_timer, self->life.stop_timeout,
      on_stop_timeout, self, NULL);
  send_stop (self);
}

/* Stops the egress, or leaves it, as on-stop says. */
static void
do_end (gpointer data)
{
  GstLiveKitEgressRun *self = data;

  if (is_over (self))
    return;

  if (self->life.on_stop == GST_LIVEKIT_EGRESS_ON_STOP_STOP) {
    do_stop (self);
  } else {
    gst_livekit_egress_news_tell_ended (&self->news, NULL);
    set_over (self);
  }
}

static gboolean
on_last (gpointer data)
{
  GstLiveKitEgressRun *self = data;

  /* What was sent is answered, or given up by the client, and only then can be stopped. */
  if (self->starting)
    return G_SOURCE_CONTINUE;

  if (!is_accepted (self))
    warn_unstopped (self, "it was asked for a minute");
  g_cancellable_cancel (self->cancellable);
  set_over (self);
  return G_SOURCE_REMOVE;
}

static void
do_leave (gpointer data)
{
  GstLiveKitEgressRun *self = data;

  if (is_over (self))
    return;

  self->left = TRUE;
  gst_livekit_egress_timer_arm (&self->last_timer, BACKGROUND_TIME_MS, on_last,
      self, NULL);
  check_owner (self);
}

static void
do_check_owner (gpointer data)
{
  check_owner (data);
}

/*** The job ***/

static gboolean
on_start_timeout (gpointer data)
{
  GstLiveKitEgressRun *self = data;
  g_autoptr (GError) error = g_error_new (GST_LIVEKIT_EGRESS_ERROR,
      GST_LIVEKIT_EGRESS_ERROR_START_TIMEOUT,
      "The egress was not active within %u ms; is an egress worker running, "
      "and is the participant or track there?", self->life.start_timeout);

  gst_livekit_egress_timer_disarm (&self->start_timer);
  gst_livekit_egress_news_end (&self->news, &self->news.start,
      GST_PROGRESS_TYPE_ERROR, error->message);
  gst_livekit_egress_news_tell_ended (&self->news, error);
  do_stop (self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_max_duration (gpointer data)
{
  GstLiveKitEgressRun *self = data;

  gst_livekit_egress_timer_disarm (&self->duration_timer);
  do_stop (self);
  return G_SOURCE_REMOVE;
}

/* NULL for an end that is none to worry about. */
static GError *
dup_final_error (GstLiveKitEgressRun * self, LkEgressJobState state,
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
  if (lk_egress_job_get_info (self->job) == NULL && cause != NULL)
    return g_error_copy (cause);

  return g_error_new_literal (GST_LIVEKIT_EGRESS_ERROR,
      GST_LIVEKIT_EGRESS_ERROR_EGRESS_FAILED,
      cause != NULL ? cause->message : "The egress was aborted");
}

static void
on_final (GstLiveKitEgressRun * self, LkEgressJobState state,
    gboolean was_active)
{
  g_autoptr (GError) error = dup_final_error (self, state, was_active);

  gst_livekit_egress_news_end (&self->news, &self->news.start,
      GST_PROGRESS_TYPE_ERROR,
      error != NULL ? error->message : "The egress ended");
  gst_livekit_egress_news_end (&self->news, &self->news.stop,
      GST_PROGRESS_TYPE_COMPLETE, "The egress has ended");
  gst_livekit_egress_news_tell_ended (&self->news, error);
  set_over (self);
}

static void
on_info (GstLiveKitEgressRun * self)
{
  LkEgressInfo *info = lk_egress_job_get_info (self->job);
  gboolean is_first;

  g_mutex_lock (&self->lock);
  is_first = self->info == NULL;
  g_set_object (&self->info, info);
  g_mutex_unlock (&self->lock);

  gst_livekit_egress_news_tell_info (&self->news, info, self->state,
      lk_egress_job_get_state (self->job), is_first);
}

/* A state comes after the info that tells it. */
static void
on_state_changed (LkEgressJob * job, LkEgressJobState state,
    GstLiveKitEgressRun * self)
{
  LkEgressJobState previous;

  g_mutex_lock (&self->lock);
  previous = self->state;
  self->state = state;
  g_mutex_unlock (&self->lock);

  gst_livekit_egress_news_tell_state (&self->news, lk_egress_job_get_info (job),
      state, previous, lk_egress_job_get_error (job));

  /* A poll may find an egress further than the step next to come. */
  if (previous < LK_EGRESS_JOB_STATE_ACTIVE
      && (state == LK_EGRESS_JOB_STATE_ACTIVE
          || state == LK_EGRESS_JOB_STATE_ENDING)) {
    gst_livekit_egress_timer_disarm (&self->start_timer);
    if (!self->stopping)
      gst_livekit_egress_timer_arm (&self->duration_timer,
          self->life.max_duration, on_max_duration, self, NULL);
  }
  if (lk_egress_job_state_is_final (state))
    on_final (self, state, previous >= LK_EGRESS_JOB_STATE_ACTIVE);
  else
    check_owner (self);
}

/* Ends what was begun with a reference to the run. */
static void
end_update (GstLiveKitEgressRun * self, const GError * error)
{
  g_autofree gchar *text = NULL;

  if (error != NULL
      && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    text = g_strdup_printf ("The running egress was not changed: %s.",
        error->message);
    gst_livekit_egress_news_warn (&self->news, GST_RESOURCE_ERROR_SETTINGS,
        text);
  }
  gst_livekit_egress_run_unref (self);
}

static void
on_layout_updated (GObject * source, GAsyncResult * result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  lk_egress_job_update_layout_finish (LK_EGRESS_JOB (source), result, &error);
  end_update (data, error);
}

static void
send_layout (GstLiveKitEgressRun * self)
{
  if (self->layout == NULL || is_over (self)
      || lk_egress_job_get_egress_id (self->job) == NULL)
    return;

  lk_egress_job_update_layout_async (self->job, self->layout,
      self->cancellable, on_layout_updated, gst_livekit_egress_run_ref (self));
  g_clear_pointer (&self->layout, g_free);
}

static void
on_started (GObject * source, GAsyncResult * result, gpointer data)
{
  g_autoptr (GstLiveKitEgressRun) self = data;
  LkEgressJob *job = LK_EGRESS_JOB (source);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;
  const gboolean started = self->egress_id != NULL ?
      lk_egress_job_attach_finish (job, result, &error) :
      lk_egress_job_start_finish (job, result, &error);

  self->starting = FALSE;
  /* Of a run that is over, or refused: then the job's state told it. */
  if (is_over (self))
    return;

  if (!started) {
    gst_livekit_egress_news_end (&self->news, &self->news.start,
        GST_PROGRESS_TYPE_ERROR, error->message);
    gst_livekit_egress_news_tell_ended (&self->news, error);
    set_over (self);
    return;
  }

  /* Who holds the pipeline back until this progress is complete, as gst-launch-1.0 does, must not
   * do so until media comes. */
  text = g_strdup_printf ("Egress %s is accepted, its media is to come",
      lk_egress_job_get_egress_id (job));
  gst_livekit_egress_news_end (&self->news, &self->news.start,
      GST_PROGRESS_TYPE_COMPLETE, text);
  /* From here on the job watches the server. */
  lk_egress_job_refresh (job);
  send_layout (self);
}

static void
do_start (gpointer data)
{
  GstLiveKitEgressRun *self = data;

  /* Until over. */
  gst_livekit_egress_run_ref (self);
  gst_livekit_egress_worker_hold (self->worker);
  g_object_weak_ref (G_OBJECT (self->client), on_client_gone,
      gst_livekit_egress_worker_ref (self->worker));

  self->job = self->egress_id != NULL ?
      lk_egress_job_new_for_id (self->client, self->egress_id) :
      lk_egress_job_new (self->client, self->request);
  g_signal_connect_swapped (self->job, "notify::info",
      G_CALLBACK (on_info), self);
  g_signal_connect (self->job, "state-changed",
      G_CALLBACK (on_state_changed), self);

  gst_livekit_egress_timer_arm (&self->start_timer, self->life.start_timeout,
      on_start_timeout, self, NULL);
  self->starting = TRUE;
  /* Never broken off: whatever becomes of us, what was sent is to be stopped. */
  if (self->egress_id != NULL)
    lk_egress_job_attach_async (self->job, self->cancellable, on_started,
        gst_livekit_egress_run_ref (self));
  else
    lk_egress_job_start_async (self->job, NULL, on_started,
        gst_livekit_egress_run_ref (self));
}

static void
do_refresh (gpointer data)
{
  GstLiveKitEgressRun *self = data;

  if (!is_over (self))
    lk_egress_job_refresh (self->job);
}

/*** Changes while it runs ***/

typedef struct
{
  GstLiveKitEgressRun *run;
  gchar *layout;
  gchar *add;
  gchar *remove;
} Change;

static void
change_free (gpointer data)
{
  Change *self = data;

  gst_livekit_egress_run_unref (self->run);
  g_free (self->layout);
  g_free (self->add);
  g_free (self->remove);
  g_free (self);
}

static void
do_set_layout (gpointer data)
{
  Change *change = data;
  GstLiveKitEgressRun *self = change->run;

  g_free (self->layout);
  self->layout = g_steal_pointer (&change->layout);
  send_layout (self);
}

static void
on_streams_updated (GObject * source, GAsyncResult * result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  lk_egress_job_update_streams_finish (LK_EGRESS_JOB (source), result, &error);
  end_update (data, error);
}

static void
do_update_streams (gpointer data)
{
  Change *change = data;
  GstLiveKitEgressRun *self = change->run;
  const gchar *add[] = { change->add, NULL };
  const gchar *remove[] = { change->remove, NULL };
  g_autoptr (LkEgressStreamUpdate) update =
      lk_egress_stream_update_new_for_urls (NULL, add, remove);
  g_autoptr (GError) error = NULL;

  gst_livekit_egress_run_ref (self);
  if (!is_over (self)) {
    lk_egress_job_update_streams_async (self->job, update, self->cancellable,
        on_streams_updated, self);
    return;
  }
  error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED,
      "The egress has ended");
  end_update (self, error);
}

/*** From other threads ***/

void
gst_livekit_egress_run_start (GstLiveKitEgressRun * self)
{
  gst_livekit_egress_news_begin (&self->news, &self->news.start,
      "Starting the egress");
  run_in_thread (self, do_start);
}

void
gst_livekit_egress_run_stop (GstLiveKitEgressRun * self)
{
  run_in_thread (self, do_end);
}

void
gst_livekit_egress_run_fail (GstLiveKitEgressRun * self)
{
  run_in_thread (self, do_stop);
}

void
gst_livekit_egress_run_wait (GstLiveKitEgressRun * self)
{
  const gint64 end = g_get_monotonic_time () +
      (gint64) (self->life.stop_timeout + WAIT_MARGIN_MS) *
      G_TIME_SPAN_MILLISECOND;
  gboolean settled;

  if (self->life.stop_timeout == 0
      || gst_livekit_egress_worker_is_current (self->worker))
    return;

  g_mutex_lock (&self->lock);
  while (!self->settled && g_cond_wait_until (&self->cond, &self->lock, end));
  settled = self->settled;
  g_mutex_unlock (&self->lock);

  if (!settled)
    warn_unstopped (self, "a signal or message handler of the application "
        "holds up the thread that stops it");
}

void
gst_livekit_egress_run_leave (GstLiveKitEgressRun * self)
{
  run_in_thread (self, do_leave);
}

void
gst_livekit_egress_run_mute (GstLiveKitEgressRun * self)
{
  gst_livekit_egress_news_mute (&self->news);
  run_in_thread (self, do_check_owner);
}

void
gst_livekit_egress_run_refresh (GstLiveKitEgressRun * self)
{
  run_in_thread (self, do_refresh);
}

void
gst_livekit_egress_run_set_layout (GstLiveKitEgressRun * self,
    const gchar * layout)
{
  Change *change = g_new0 (Change, 1);

  change->run = gst_livekit_egress_run_ref (self);
  change->layout = g_strdup (layout);
  gst_livekit_egress_worker_run (self->worker, do_set_layout, change,
      change_free);
}

void
gst_livekit_egress_run_update_streams (GstLiveKitEgressRun * self,
    const gchar * add, const gchar * remove)
{
  Change *change = g_new0 (Change, 1);

  change->run = gst_livekit_egress_run_ref (self);
  change->add = g_strdup (add);
  change->remove = g_strdup (remove);
  gst_livekit_egress_worker_run (self->worker, do_update_streams, change,
      change_free);
}

LkEgressJobState
gst_livekit_egress_run_get_state (GstLiveKitEgressRun * self)
{
  LkEgressJobState state;

  g_mutex_lock (&self->lock);
  state = self->state;
  g_mutex_unlock (&self->lock);

  return state;
}

LkEgressInfo *
gst_livekit_egress_run_dup_info (GstLiveKitEgressRun * self)
{
  LkEgressInfo *info = NULL;

  g_mutex_lock (&self->lock);
  g_set_object (&info, self->info);
  g_mutex_unlock (&self->lock);

  return info;
}
