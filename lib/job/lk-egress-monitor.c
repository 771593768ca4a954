/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-monitor-private.h"

#include "lk-egress-client-private.h"
#include "lk-egress-error.h"
#include "lk-egress-job-private.h"
#include "lk-egress-listing.h"

struct _LkEgressMonitor
{
  LkEgressClient *client;
  GMainContext *context;
  GPtrArray *jobs; /* borrowed */

  GSource *timer;
  guint interval;
  GCancellable *cancellable; /* once the last job has left */

  gboolean polling;
  gboolean again; /* as soon as this poll is over */
  LkEgressPollOutcome outcome;
  GQueue missing; /* ids that were in no listing, to be asked for one by one */
};

/* The monitors of a client by context, as its data. Each is there while jobs are in it. */
static GMutex table_lock;
static GQuark table_quark (void);
G_DEFINE_QUARK (lk - egress - monitors, table)

static void begin_poll (LkEgressMonitor *self);

guint
lk_egress_poll_next_interval (guint interval, LkEgressPollOutcome outcome)
{
  switch (outcome)
    {
    case LK_EGRESS_POLL_QUIET:
      return MIN (interval * 3 / 2, LK_EGRESS_POLL_MAX_INTERVAL);
    case LK_EGRESS_POLL_FAILED:
      return MIN (interval * 2, LK_EGRESS_POLL_MAX_INTERVAL);
    case LK_EGRESS_POLL_BUSY:
    default:
      return LK_EGRESS_POLL_MIN_INTERVAL;
    }
}

LkEgressPollOutcome
lk_egress_poll_get_outcome (LkEgressJob *job, gboolean changed)
{
  return changed || lk_egress_job_get_state (job) != LK_EGRESS_JOB_STATE_ACTIVE
             ? LK_EGRESS_POLL_BUSY
             : LK_EGRESS_POLL_QUIET;
}

static void
monitor_clear (gpointer data)
{
  LkEgressMonitor *self = data;

  g_queue_clear_full (&self->missing, g_free);
  g_object_unref (self->cancellable);
  g_source_unref (self->timer);
  g_ptr_array_unref (self->jobs);
  g_main_context_unref (self->context);
  g_object_unref (self->client);
}

static void
monitor_unref (LkEgressMonitor *self)
{
  g_rc_box_release_full (self, monitor_clear);
}

static void
schedule (LkEgressMonitor *self)
{
  double scale = lk_egress_client_get_time_scale (self->client);
  gint64 delay = self->interval * G_TIME_SPAN_MILLISECOND * scale;

  g_source_set_ready_time (self->timer, g_get_monotonic_time () + delay);
}

static gboolean
timer_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  g_source_set_ready_time (source, -1);

  return callback (user_data);
}

static gboolean
poll_is_due (gpointer user_data)
{
  LkEgressMonitor *self = user_data;

  if (self->polling)
    self->again = TRUE;
  else
    begin_poll (self);

  return G_SOURCE_CONTINUE;
}

static LkEgressMonitor *
monitor_new (LkEgressClient *client, GMainContext *context)
{
  static GSourceFuncs timer_funcs = { .dispatch = timer_dispatch };
  LkEgressMonitor *self = g_rc_box_new0 (LkEgressMonitor);

  self->client = g_object_ref (client);
  self->context = g_main_context_ref (context);
  self->jobs = g_ptr_array_new ();
  self->cancellable = g_cancellable_new ();
  g_queue_init (&self->missing);

  self->timer = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_static_name (self->timer, "LkEgressMonitor");
  g_source_set_callback (self->timer, poll_is_due, self, NULL);
  g_source_attach (self->timer, context);

  return self;
}

LkEgressMonitor *
lk_egress_monitor_join (LkEgressClient *client, GMainContext *context, LkEgressJob *job)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&table_lock);
  GHashTable *table = g_object_get_qdata (G_OBJECT (client), table_quark ());
  LkEgressMonitor *self;

  if (table == NULL)
    {
      table = g_hash_table_new (NULL, NULL);
      g_object_set_qdata_full (G_OBJECT (client), table_quark (), table,
                               (GDestroyNotify)g_hash_table_unref);
    }

  self = g_hash_table_lookup (table, context);
  if (self == NULL)
    {
      self = monitor_new (client, context);
      g_hash_table_insert (table, context, self);
    }

  g_ptr_array_add (self->jobs, job);
  self->interval = LK_EGRESS_POLL_MIN_INTERVAL;
  if (!self->polling)
    schedule (self);

  return self;
}

/* The last job has left: nothing of the monitor is to be heard again. */
static void
monitor_close (LkEgressMonitor *self)
{
  g_hash_table_remove (g_object_get_qdata (G_OBJECT (self->client), table_quark ()), self->context);
  g_source_destroy (self->timer);
}

void
lk_egress_monitor_leave (LkEgressMonitor *self, LkEgressJob *job)
{
  gboolean last;

  g_mutex_lock (&table_lock);
  g_ptr_array_remove_fast (self->jobs, job);
  last = self->jobs->len == 0;
  if (last)
    monitor_close (self);
  g_mutex_unlock (&table_lock);

  if (last)
    {
      g_cancellable_cancel (self->cancellable);
      monitor_unref (self);
    }
}

void
lk_egress_monitor_refresh (LkEgressMonitor *self)
{
  g_source_set_ready_time (self->timer, 0);
}

static void
end_poll (LkEgressMonitor *self)
{
  self->polling = FALSE;
  if (self->jobs->len == 0)
    return;

  self->interval = lk_egress_poll_next_interval (self->interval, self->outcome);
  if (self->again)
    lk_egress_monitor_refresh (self);
  else
    schedule (self);
  self->again = FALSE;
}

/* Handlers may let jobs go while the others are told. */
static GPtrArray *
dup_jobs (LkEgressMonitor *self)
{
  GPtrArray *jobs = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < self->jobs->len; i++)
    g_ptr_array_add (jobs, g_object_ref (g_ptr_array_index (self->jobs, i)));

  return jobs;
}

static void
feed_job (LkEgressMonitor *self, LkEgressJob *job, LkEgressInfo *info)
{
  gboolean changed = lk_egress_job_feed (job, info);

  if (lk_egress_poll_get_outcome (job, changed) == LK_EGRESS_POLL_BUSY
      && self->outcome != LK_EGRESS_POLL_FAILED)
    self->outcome = LK_EGRESS_POLL_BUSY;
}

static void
feed_failure (LkEgressMonitor *self, GPtrArray *jobs, const GError *error)
{
  self->outcome = LK_EGRESS_POLL_FAILED;
  for (guint i = 0; i < jobs->len; i++)
    lk_egress_job_feed_failure (g_ptr_array_index (jobs, i), error);
}

/* The jobs of one id: the same egress may be watched by several. */
static GPtrArray *
dup_jobs_of (LkEgressMonitor *self, const char *egress_id)
{
  GPtrArray *jobs = dup_jobs (self);

  for (guint i = jobs->len; i > 0; i--)
    {
      if (!g_str_equal (lk_egress_job_get_egress_id (g_ptr_array_index (jobs, i - 1)), egress_id))
        g_ptr_array_remove_index_fast (jobs, i - 1);
    }

  return jobs;
}

typedef struct
{
  LkEgressMonitor *monitor;
  char *egress_id;
} OnePoll;

static void poll_one (LkEgressMonitor *self, const char *egress_id);

static void
poll_next_missing (LkEgressMonitor *self)
{
  g_autofree char *egress_id = g_queue_pop_head (&self->missing);

  if (egress_id != NULL && self->jobs->len > 0)
    poll_one (self, egress_id);
  else
    end_poll (self);
}

static void
poll_one_done (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  OnePoll *poll = user_data;
  LkEgressMonitor *self = poll->monitor;
  g_autofree char *egress_id = poll->egress_id;
  g_autoptr (GPtrArray) jobs = dup_jobs_of (self, egress_id);
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressInfo) info
      = lk_egress_client_get_finish (LK_EGRESS_CLIENT (source_object), result, &error);

  g_free (poll);

  if (error != NULL && !g_error_matches (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND))
    feed_failure (self, jobs, error);
  else
    for (guint i = 0; i < jobs->len; i++)
      {
        LkEgressJob *job = g_ptr_array_index (jobs, i);

        if (info != NULL)
          feed_job (self, job, info);
        else
          lk_egress_job_feed_gone (job);
      }

  poll_next_missing (self);
  monitor_unref (self);
}

static void
poll_one (LkEgressMonitor *self, const char *egress_id)
{
  OnePoll *poll = g_new (OnePoll, 1);

  poll->monitor = g_rc_box_acquire (self);
  poll->egress_id = g_strdup (egress_id);
  lk_egress_client_get_async (self->client, egress_id, self->cancellable, poll_one_done, poll);
}

static void
feed_listing (LkEgressMonitor *self, LkEgressListing *listing)
{
  g_autoptr (GPtrArray) jobs = dup_jobs (self);

  for (guint i = 0; i < jobs->len; i++)
    {
      LkEgressJob *job = g_ptr_array_index (jobs, i);
      const char *egress_id = lk_egress_job_get_egress_id (job);
      g_autoptr (LkEgressInfo) info = lk_egress_listing_find (listing, egress_id);

      if (info != NULL)
        feed_job (self, job, info);
      else
        g_queue_push_tail (&self->missing, g_strdup (egress_id));
    }
}

static void
poll_all_done (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  LkEgressMonitor *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressListing) listing
      = lk_egress_client_list_finish (LK_EGRESS_CLIENT (source_object), result, &error);

  if (listing != NULL)
    {
      feed_listing (self, listing);
    }
  else
    {
      g_autoptr (GPtrArray) jobs = dup_jobs (self);

      feed_failure (self, jobs, error);
    }

  poll_next_missing (self);
  monitor_unref (self);
}

static void
begin_poll (LkEgressMonitor *self)
{
  self->polling = TRUE;
  self->outcome = LK_EGRESS_POLL_QUIET;

  if (self->jobs->len == 1)
    poll_one (self, lk_egress_job_get_egress_id (g_ptr_array_index (self->jobs, 0)));
  else
    lk_egress_client_list_async (self->client, NULL, TRUE, self->cancellable, poll_all_done,
                                 g_rc_box_acquire (self));
}
