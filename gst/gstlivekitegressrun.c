/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressrun.h"

#include <gio/gio.h>

#include "gstlivekitegresschange.h"
#include "gstlivekitegresserror.h"
#include "gstlivekitegressjoin.h"
#include "gstlivekitegressresults.h"
#include "gstlivekitegressview.h"
#include "gstlivekitegresswait.h"

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
  gchar *stream_url;            /* to be sent to by an egress that is attached to */
  GstLiveKitEgressLife life;
  GstLiveKitEgressKeeper *keeper;       /* NULL without an owner */

  /* Of the worker's thread alone. */
  LkEgressClient *client;       /* until over */
  LkEgressJob *job;             /* from start until over */
  GstLiveKitEgressJoin *join;   /* what we have from an egress that is attached to */
  GCancellable *cancellable;    /* of all but the start */
  GstLiveKitEgressWait wait;
  GSource *start_timer;
  GSource *duration_timer;
  GSource *stop_timer;
  GSource *complete_timer;
  GSource *retry_timer;
  GSource *last_timer;
  guint retry_interval;
  gchar *layout;                /* wanted, not yet sent */
  gboolean tending;             /* to what earlier runs left, before it starts */
  gboolean adopted;             /* the id is of an egress that an earlier run has started */
  gboolean starting;            /* the start is not answered */
  gboolean stopping;
  gboolean left;

  GstLiveKitEgressView view;
};

static void
run_clear (gpointer data)
{
  GstLiveKitEgressRun *self = data;

  gst_livekit_egress_news_clear (&self->news);
  gst_livekit_egress_worker_unref (self->worker);
  g_clear_pointer (&self->keeper, gst_livekit_egress_keeper_unref);
  g_clear_object (&self->client);
  g_clear_object (&self->request);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->join, gst_livekit_egress_join_free);
  g_free (self->egress_id);
  g_free (self->stream_url);
  g_free (self->layout);
  gst_livekit_egress_view_clear (&self->view);
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
    const gchar * stream_url, const GstLiveKitEgressLife * life,
    GstLiveKitEgressKeeper * keeper, GPtrArray * runs)
{
  GstLiveKitEgressRun *self = g_atomic_rc_box_new0 (GstLiveKitEgressRun);

  gst_livekit_egress_news_init (&self->news, owner, funcs);
  self->news.runs = g_ptr_array_ref (runs);
  gst_livekit_egress_view_init (&self->view);
  self->worker = gst_livekit_egress_worker_ref (worker);
  self->client = g_object_ref (client);
  g_set_object (&self->request, request);
  self->egress_id = g_strdup (egress_id);
  self->stream_url = g_strdup (stream_url);
  self->life = *life;
  self->keeper = keeper;
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
  gst_livekit_egress_timer_disarm (&self->wait.timer);
  gst_livekit_egress_timer_disarm (&self->start_timer);
  gst_livekit_egress_timer_disarm (&self->duration_timer);
  gst_livekit_egress_timer_disarm (&self->stop_timer);
  gst_livekit_egress_timer_disarm (&self->complete_timer);
  gst_livekit_egress_timer_disarm (&self->retry_timer);
}

static gboolean
is_over (GstLiveKitEgressRun * self)
{
  return self->job == NULL;
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
  gst_livekit_egress_keeper_end (self->keeper, self->job, FALSE);
  g_signal_handlers_disconnect_by_data (self->job, self);
  g_clear_object (&self->job);
  g_clear_object (&self->client);
  gst_livekit_egress_view_settle (&self->view);
  gst_livekit_egress_run_unref (self);
}

static void
warn_unstopped (GstLiveKitEgressRun * self, const gchar * reason)
{
  g_autoptr (LkEgressInfo) info = gst_livekit_egress_run_dup_info (self);

  gst_livekit_egress_news_warn_unstopped (&self->news,
      info != NULL ? lk_egress_info_get_egress_id (info) : self->egress_id,
      reason);
}

static gboolean
is_accepted (GstLiveKitEgressRun * self)
{
  return lk_egress_job_get_state (self->job) >= LK_EGRESS_JOB_STATE_ENDING;
}

/* Nobody hears how an accepted stop ends. */
static void
check_owner (gpointer data)
{
  GstLiveKitEgressRun *self = data;

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
  if (self->life.complete_timeout == 0)
    gst_livekit_egress_news_tell_ended (&self->news, NULL);
  gst_livekit_egress_view_settle (&self->view);
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

/* What is recorded may have to be uploaded yet. */
static gboolean
on_complete_timeout (gpointer data)
{
  GstLiveKitEgressRun *self = data;

  gst_livekit_egress_timer_disarm (&self->complete_timer);
  gst_livekit_egress_news_tell_incomplete (&self->news,
      self->life.complete_timeout);
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
    gst_livekit_egress_view_settle (&self->view);
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
set_detached (GstLiveKitEgressRun * self)
{
  gst_livekit_egress_keeper_end (self->keeper, self->job, TRUE);
  gst_livekit_egress_news_end (&self->news, &self->news.start,
      GST_PROGRESS_TYPE_CANCELED, "The egress is left before it is active");
  gst_livekit_egress_news_tell_ended (&self->news, NULL);
  set_over (self);
}

static void
do_stop (gpointer data)
{
  GstLiveKitEgressRun *self = data;

  if (is_over (self) || self->stopping)
    return;
  /* There is none. */
  if (self->wait.timer != NULL) {
    set_detached (self);
    return;
  }

  self->stopping = TRUE;
  disarm_all (self);
  gst_livekit_egress_news_end (&self->news, &self->news.start,
      GST_PROGRESS_TYPE_CANCELED, "The egress is stopped before it is active");
  if (self->tending) {
    set_detached (self);
    return;
  }
  gst_livekit_egress_news_begin (&self->news, &self->news.stop,
      "Stopping the egress");
  gst_livekit_egress_timer_arm (&self->stop_timer, self->life.stop_timeout,
      on_stop_timeout, self, NULL);
  gst_livekit_egress_timer_arm (&self->complete_timer,
      self->life.complete_timeout, on_complete_timeout, self, NULL);
  send_stop (self);
}

static gboolean
is_attached (GstLiveKitEgressRun * self)
{
  return !self->adopted && (self->egress_id != NULL
      || self->life.attach != GST_LIVEKIT_EGRESS_ATTACH_NONE);
}

static void
on_left (gpointer data)
{
  g_autoptr (GstLiveKitEgressRun) self = data;

  if (!is_over (self))
    set_detached (self);
}

/* The egress goes on without us. */
static void
do_detach (GstLiveKitEgressRun * self)
{
  if (self->join == NULL) {
    set_detached (self);
    return;
  }
  if (self->stopping)
    return;

  self->stopping = TRUE;
  disarm_all (self);
  gst_livekit_egress_join_leave (self->join, self->life.stop_timeout, on_left,
      gst_livekit_egress_run_ref (self));
}

/* Stops the egress, or leaves it, as on-stop says. */
static void
do_end (gpointer data)
{
  GstLiveKitEgressRun *self = data;

  if (is_over (self))
    return;

  if (self->life.on_stop == GST_LIVEKIT_EGRESS_ON_STOP_STOP
      || (self->life.on_stop == GST_LIVEKIT_EGRESS_ON_STOP_AUTO
          && !is_attached (self)))
    do_stop (self);
  else
    do_detach (self);
}

/* Nobody has use for the egress any more, unless it is somebody else's. */
static void
do_fail (gpointer data)
{
  GstLiveKitEgressRun *self = data;

  if (!is_over (self) && is_attached (self))
    do_end (self);
  else
    do_stop (self);
}

static gboolean
on_last (gpointer data)
{
  GstLiveKitEgressRun *self = data;

  /* What was sent is answered, or given up by the client, and only then can be stopped. */
  if (self->starting)
    return G_SOURCE_CONTINUE;

  if (!is_accepted (self)) {
    g_autofree gchar *reason = g_strdup_printf ("it was asked for %u s",
        self->life.background_time / 1000);

    warn_unstopped (self, reason);
  }
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
  gst_livekit_egress_timer_arm (&self->last_timer,
      self->life.background_time, on_last, self, NULL);
  check_owner (self);
}

/*** The job ***/

static gboolean
on_start_timeout (gpointer data)
{
  GstLiveKitEgressRun *self = data;
  g_autoptr (GError) error =
      gst_livekit_egress_error_of_start (self->life.start_timeout);

  gst_livekit_egress_timer_disarm (&self->start_timer);
  gst_livekit_egress_news_tell_failed (&self->news, error);
  do_fail (self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_max_duration (gpointer data)
{
  GstLiveKitEgressRun *self = data;

  gst_livekit_egress_timer_disarm (&self->duration_timer);
  do_fail (self);
  return G_SOURCE_REMOVE;
}

static void
on_final (GstLiveKitEgressRun * self, gboolean was_active)
{
  /* Who stops an egress that was about to start has no use for the complaint that it did not. */
  g_autoptr (GError) error = self->stopping && !was_active ? NULL :
      gst_livekit_egress_error_of_job (self->job);
  LkEgressInfo *info = lk_egress_job_get_info (self->job);
  g_autofree gchar *text = gst_livekit_egress_results_describe_end (info);

  gst_livekit_egress_news_end (&self->news, &self->news.start,
      GST_PROGRESS_TYPE_ERROR,
      error != NULL ? error->message : "The egress ended");
  gst_livekit_egress_news_end (&self->news, &self->news.stop,
      GST_PROGRESS_TYPE_COMPLETE, text);
  gst_livekit_egress_news_tell_ended (&self->news, error);
  set_over (self);
}

static void
on_info (GstLiveKitEgressRun * self)
{
  LkEgressInfo *info = lk_egress_job_get_info (self->job);
  const gboolean is_first =
      gst_livekit_egress_view_set_info (&self->view, info);

  if (is_first)
    gst_livekit_egress_keeper_set_id (self->keeper,
        lk_egress_info_get_egress_id (info));
  gst_livekit_egress_news_tell_info (&self->news, info,
      gst_livekit_egress_view_get_state (&self->view),
      lk_egress_job_get_state (self->job), is_first);
}

static gboolean on_wait_over (gpointer data);

static gboolean
try_again (GstLiveKitEgressRun * self, const GError * error)
{
  if (self->stopping || !gst_livekit_egress_wait_again (&self->wait, self->job,
          error, on_wait_over, self))
    return FALSE;

  gst_livekit_egress_timer_disarm (&self->start_timer);
  return TRUE;
}

/* A state comes after the info that tells it. */
static void
on_state_changed (LkEgressJob * job, LkEgressJobState state,
    GstLiveKitEgressRun * self)
{
  /* Nobody else writes it. */
  const LkEgressJobState previous =
      gst_livekit_egress_view_get_state (&self->view);

  /* What another try says is no news. */
  if (state == previous || (previous < LK_EGRESS_JOB_STATE_ACTIVE
          && lk_egress_job_state_is_final (state)
          && try_again (self, lk_egress_job_get_error (job))))
    return;

  gst_livekit_egress_view_set_state (&self->view, state);
  /* Before anybody hears of the end, who may end the process. */
  if (lk_egress_job_state_is_final (state))
    gst_livekit_egress_keeper_end (self->keeper, job, FALSE);
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
    on_final (self, previous >= LK_EGRESS_JOB_STATE_ACTIVE);
  else
    check_owner (self);
}

static void
send_layout (GstLiveKitEgressRun * self)
{
  if (self->layout == NULL || is_over (self)
      || lk_egress_job_get_egress_id (self->job) == NULL)
    return;

  gst_livekit_egress_change_layout (self->job, self->layout,
      self->cancellable, &self->news, gst_livekit_egress_run_ref (self),
      (GDestroyNotify) gst_livekit_egress_run_unref);
  g_clear_pointer (&self->layout, g_free);
}

static void
give_up (GstLiveKitEgressRun * self, const GError * error)
{
  gst_livekit_egress_news_tell_failed (&self->news, error);
  set_over (self);
}

static void
on_joined (const GError * error, gpointer data)
{
  g_autoptr (GstLiveKitEgressRun) self = data;

  if (error != NULL && !is_over (self) && !self->stopping)
    give_up (self, error);
}

static void
on_started (GObject * source, GAsyncResult * result, gpointer data)
{
  g_autoptr (GstLiveKitEgressRun) self = data;
  LkEgressJob *job = LK_EGRESS_JOB (source);
  g_autoptr (GError) error = NULL;
  const gboolean started = is_attached (self) || self->adopted ?
      lk_egress_job_attach_finish (job, result, &error) :
      lk_egress_job_start_finish (job, result, &error);

  self->starting = FALSE;
  /* Of a run that is over, or refused: then the job's state told it. */
  if (is_over (self) || self->wait.timer != NULL
      || (!started && try_again (self, error)))
    return;

  if (!started) {
    give_up (self, error);
    return;
  }

  /* Who holds the pipeline back until this progress is complete, as gst-launch-1.0 does, must not
   * do so until media comes. */
  gst_livekit_egress_news_tell_accepted (&self->news,
      lk_egress_job_get_egress_id (job));
  /* From here on the job watches the server. */
  lk_egress_job_refresh (job);
  send_layout (self);
  /* Somebody else's egress sends here if it is told to. */
  if (self->stream_url != NULL)
    self->join = gst_livekit_egress_join_new (job, &self->news,
        self->stream_url, on_joined, gst_livekit_egress_run_ref (self));
}

static void
make_job (GstLiveKitEgressRun * self)
{
  if (self->job != NULL)
    g_signal_handlers_disconnect_by_data (self->job, self);
  g_clear_object (&self->job);
  self->job = self->egress_id != NULL ?
      lk_egress_job_new_for_id (self->client, self->egress_id) :
      lk_egress_job_new (self->client, self->request);
  g_signal_connect_swapped (self->job, "notify::info",
      G_CALLBACK (on_info), self);
  g_signal_connect (self->job, "state-changed",
      G_CALLBACK (on_state_changed), self);
}

static void
begin_job (GstLiveKitEgressRun * self)
{
  const gboolean attaches = is_attached (self) || self->adopted;
  g_autoptr (GError) error = NULL;

  if (!attaches && !gst_livekit_egress_keeper_begin (self->keeper, self->client,
          self->request, &error)) {
    give_up (self, error);
    return;
  }

  gst_livekit_egress_timer_arm (&self->start_timer, self->life.start_timeout,
      on_start_timeout, self, NULL);
  self->starting = TRUE;
  /* Never broken off: whatever becomes of us, what was sent is to be stopped. */
  if (attaches)
    lk_egress_job_attach_async (self->job, self->cancellable, on_started,
        gst_livekit_egress_run_ref (self));
  else
    lk_egress_job_start_async (self->job, NULL, on_started,
        gst_livekit_egress_run_ref (self));
}

static gboolean
on_wait_over (gpointer data)
{
  GstLiveKitEgressRun *self = data;

  gst_livekit_egress_timer_disarm (&self->wait.timer);
  gst_livekit_egress_keeper_end (self->keeper, self->job, FALSE);
  make_job (self);
  gst_livekit_egress_view_set_info (&self->view, NULL);
  begin_job (self);
  return G_SOURCE_REMOVE;
}

static void
on_tended (const gchar * adopted_id, gpointer data)
{
  g_autoptr (GstLiveKitEgressRun) self = data;

  self->tending = FALSE;
  if (is_over (self))
    return;

  if (adopted_id != NULL && !is_attached (self)) {
    self->egress_id = g_strdup (adopted_id);
    self->adopted = TRUE;
    make_job (self);
  }
  begin_job (self);
}

static void
do_start (gpointer data)
{
  GstLiveKitEgressRun *self = data;

  gst_livekit_egress_news_begin (&self->news, &self->news.start,
      "Starting the egress");
  gst_livekit_egress_run_ref (self);    /* until over */
  gst_livekit_egress_worker_hold_for (self->worker, G_OBJECT (self->client));
  gst_livekit_egress_wait_begin (&self->wait, self->life.wait_for_room);
  make_job (self);
  self->tending = TRUE;
  gst_livekit_egress_keeper_tend (self->keeper, self->client, self->request,
      self->egress_id, &self->life, on_tended,
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

/* What the run is asked for in another thread. */
typedef struct
{
  GstLiveKitEgressRun *run;
  gchar *first;
  gchar *second;
} Change;

static void
change_free (gpointer data)
{
  Change *self = data;

  gst_livekit_egress_run_unref (self->run);
  g_free (self->first);
  g_free (self->second);
  g_free (self);
}

static void
change_in_thread (GstLiveKitEgressRun * self, GSourceOnceFunc func,
    const gchar * first, const gchar * second)
{
  Change *change = g_new0 (Change, 1);

  change->run = gst_livekit_egress_run_ref (self);
  change->first = g_strdup (first);
  change->second = g_strdup (second);
  gst_livekit_egress_worker_run (self->worker, func, change, change_free);
}

static void
do_set_layout (gpointer data)
{
  Change *change = data;
  GstLiveKitEgressRun *self = change->run;

  g_free (self->layout);
  self->layout = g_steal_pointer (&change->first);
  send_layout (self);
}

static void
do_update_streams (gpointer data)
{
  Change *change = data;
  GstLiveKitEgressRun *self = change->run;

  if (is_over (self))
    gst_livekit_egress_change_fail (&self->news, "The egress has ended");
  else
    gst_livekit_egress_change_streams (self->job, change->first, change->second,
        self->cancellable, &self->news, gst_livekit_egress_run_ref (self),
        (GDestroyNotify) gst_livekit_egress_run_unref);
}

/*** From other threads ***/

void
gst_livekit_egress_run_start (GstLiveKitEgressRun * self)
{
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
  run_in_thread (self, do_fail);
}

void
gst_livekit_egress_run_wait (GstLiveKitEgressRun * self)
{
  const GTimeSpan time = (GTimeSpan) (self->life.stop_timeout +
      WAIT_MARGIN_MS) * G_TIME_SPAN_MILLISECOND;

  if (self->life.stop_timeout == 0
      || gst_livekit_egress_worker_is_current (self->worker))
    return;

  if (!gst_livekit_egress_view_wait (&self->view, time))
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
  run_in_thread (self, check_owner);
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
  change_in_thread (self, do_set_layout, layout, NULL);
}

void
gst_livekit_egress_run_update_streams (GstLiveKitEgressRun * self,
    const gchar * add, const gchar * remove)
{
  change_in_thread (self, do_update_streams, add, remove);
}

LkEgressJobState
gst_livekit_egress_run_get_state (GstLiveKitEgressRun * self)
{
  return gst_livekit_egress_view_get_state (&self->view);
}

LkEgressInfo *
gst_livekit_egress_run_dup_info (GstLiveKitEgressRun * self)
{
  return gst_livekit_egress_view_dup_info (&self->view);
}
