/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-start-queue-private.h"

#include "lk-egress-alarms-private.h"
#include "lk-egress-cancel-watch-private.h"
#include "lk-egress-error-private.h"
#include "lk-egress-job-list-private.h"

struct _LkEgressStartQueue
{
  grefcount refs; /* of its owner, and of what runs in it and may free it */
  GMainContext *context;
  LkEgressMetrics *metrics;
  LkEgressStartPolicy *policy; /* may be NULL */

  guint n_running;
  GQueue entries;
  GHashTable *places;    /* by job: its link in the above */
  LkEgressJobList *jobs; /* the same for others to see */
  LkEgressAlarms *timeouts;
  gboolean going_on;
};

typedef struct
{
  LkEgressStartQueue *queue;
  LkEgressJob *job;
  const char *type;
  LkEgressStartPolicy *policy; /* of its own, or NULL */
  gint64 since;                /* monotonic */
  GCancellable *cancellable;   /* may be NULL */
  LkEgressCancelWatch *watch;  /* NULL without a cancellable */
  LkEgressStartQueueTurn turn;
  gpointer data;
} Entry;

static void
entry_free (Entry *entry)
{
  g_object_unref (entry->job);
  g_clear_object (&entry->policy);
  g_clear_object (&entry->cancellable);
  g_free (entry);
}

static void
unref (LkEgressStartQueue *self)
{
  if (!g_ref_count_dec (&self->refs))
    return;

  g_assert (g_queue_is_empty (&self->entries));
  g_hash_table_unref (self->places);
  g_object_unref (self->jobs);
  g_object_unref (self->metrics);
  g_clear_object (&self->policy);
  g_main_context_unref (self->context);
  g_free (self);
}

/* Others are told of the entry when all here is in order again. */
static void
take_out (LkEgressStartQueue *self, Entry *entry)
{
  GList *link = g_hash_table_lookup (self->places, entry->job);

  g_hash_table_remove (self->places, entry->job);
  g_queue_delete_link (&self->entries, link);
  lk_egress_alarms_unset (self->timeouts, entry->job);
  g_clear_pointer (&entry->watch, lk_egress_cancel_watch_free);
  lk_egress_metrics_add (self->metrics, LK_EGRESS_METRIC_QUEUED, -1, entry->type, NULL);
  lk_egress_job_list_remove (self->jobs, entry->job);
}

/* Ends the entry. */
static void
refuse (LkEgressStartQueue *self, Entry *entry, const GError *error)
{
  g_ref_count_inc (&self->refs);
  take_out (self, entry);
  entry->turn (entry->job, error, entry->data);
  entry_free (entry);
  unref (self);
}

static Entry *
find (LkEgressStartQueue *self, LkEgressJob *job)
{
  GList *link = g_hash_table_lookup (self->places, job);

  return link != NULL ? link->data : NULL;
}

static guint
get_timeout (LkEgressStartQueue *self, const Entry *entry)
{
  LkEgressStartPolicy *policy = entry->policy != NULL ? entry->policy : self->policy;

  return policy != NULL ? lk_egress_start_policy_get_queue_timeout (policy) : 0;
}

static void
time_out (gpointer key, gpointer data)
{
  LkEgressStartQueue *self = data;
  Entry *entry = find (self, key);
  g_autofree char *text
      = g_strdup_printf ("The start waited in the queue for %u ms, and as many egresses run as may",
                         get_timeout (self, entry));
  g_autoptr (GError) error
      = lk_egress_error_new (LK_EGRESS_ERROR_QUEUE_TIMEOUT, 0, NULL, NULL, text);

  refuse (self, entry, error);
}

LkEgressStartQueue *
lk_egress_start_queue_new (GMainContext *context, LkEgressMetrics *metrics)
{
  LkEgressStartQueue *self = g_new0 (LkEgressStartQueue, 1);

  g_ref_count_init (&self->refs);
  self->context = g_main_context_ref (context);
  self->metrics = g_object_ref (metrics);
  g_queue_init (&self->entries);
  self->places = g_hash_table_new (NULL, NULL);
  self->jobs = lk_egress_job_list_new ();
  self->timeouts = lk_egress_alarms_new (context, time_out, self);

  return self;
}

void
lk_egress_start_queue_free (LkEgressStartQueue *self)
{
  g_clear_pointer (&self->timeouts, lk_egress_alarms_free);
  unref (self);
}

GListModel *
lk_egress_start_queue_get_jobs (LkEgressStartQueue *self)
{
  return G_LIST_MODEL (self->jobs);
}

/* Whether one more may run. */
static gboolean
has_room (LkEgressStartQueue *self)
{
  guint most = self->policy != NULL ? lk_egress_start_policy_get_max_concurrent (self->policy) : 0;

  return most == 0 || self->n_running < most;
}

gboolean
lk_egress_start_queue_is_open (LkEgressStartQueue *self)
{
  lk_egress_start_queue_go_on (self);

  return has_room (self) && g_queue_is_empty (&self->entries);
}

gboolean
lk_egress_start_queue_is_full (LkEgressStartQueue *self)
{
  guint most = self->policy != NULL ? lk_egress_start_policy_get_max_queued (self->policy) : 0;

  return !has_room (self) && g_queue_get_length (&self->entries) >= most;
}

void
lk_egress_start_queue_enter (LkEgressStartQueue *self)
{
  self->n_running++;
}

void
lk_egress_start_queue_leave (LkEgressStartQueue *self)
{
  self->n_running--;
}

/* A turn may end at once, or bring others: it is this loop that sees it, not one inside of it. */
void
lk_egress_start_queue_go_on (LkEgressStartQueue *self)
{
  Entry *entry;

  if (self->going_on)
    return;

  g_ref_count_inc (&self->refs);
  self->going_on = TRUE;
  while (has_room (self) && (entry = g_queue_peek_head (&self->entries)) != NULL)
    {
      lk_egress_metrics_observe (self->metrics, LK_EGRESS_METRIC_QUEUE_WAIT,
                                 (double)(g_get_monotonic_time () - entry->since)
                                     / G_TIME_SPAN_SECOND);
      take_out (self, entry);
      entry->turn (entry->job, NULL, entry->data);
      entry_free (entry);
    }
  self->going_on = FALSE;
  unref (self);
}

static void
set_timeout (LkEgressStartQueue *self, Entry *entry)
{
  guint timeout = get_timeout (self, entry);

  if (timeout > 0)
    lk_egress_alarms_set (self->timeouts, entry->job,
                          entry->since + timeout * G_TIME_SPAN_MILLISECOND);
  else
    lk_egress_alarms_unset (self->timeouts, entry->job);
}

void
lk_egress_start_queue_set_policy (LkEgressStartQueue *self, LkEgressStartPolicy *policy)
{
  g_set_object (&self->policy, policy);
  for (GList *link = self->entries.head; link != NULL; link = link->next)
    set_timeout (self, link->data);
  lk_egress_start_queue_go_on (self);
}

static void
cancel (gpointer user_data)
{
  Entry *entry = user_data;
  g_autoptr (GError) error = NULL;

  g_cancellable_set_error_if_cancelled (entry->cancellable, &error);
  refuse (entry->queue, entry, error);
}

gboolean
lk_egress_start_queue_add (LkEgressStartQueue *self,
                           LkEgressJob *job,
                           const char *type,
                           LkEgressStartPolicy *policy,
                           GCancellable *cancellable,
                           LkEgressStartQueueTurn turn,
                           gpointer data,
                           GError **error)
{
  Entry *entry;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (lk_egress_start_queue_is_full (self))
    {
      g_autofree char *text
          = g_strdup_printf ("%u egresses run and %u starts wait, and more may not; try later, or "
                             "raise max-concurrent or max-queued of the start policy",
                             self->n_running, g_queue_get_length (&self->entries));

      g_propagate_error (error,
                         lk_egress_error_new (LK_EGRESS_ERROR_QUEUE_FULL, 0, NULL, NULL, text));
      return FALSE;
    }

  entry = g_new0 (Entry, 1);
  entry->queue = self;
  entry->job = g_object_ref (job);
  entry->type = type;
  g_set_object (&entry->policy, policy);
  entry->since = g_get_monotonic_time ();
  entry->turn = turn;
  entry->data = data;
  g_queue_push_tail (&self->entries, entry);
  g_hash_table_insert (self->places, job, self->entries.tail);
  if (cancellable != NULL)
    {
      entry->cancellable = g_object_ref (cancellable);
      entry->watch = lk_egress_cancel_watch_new (self->context, -1, cancel, entry);
      lk_egress_cancel_watch_add (entry->watch, cancellable);
    }
  set_timeout (self, entry);
  lk_egress_metrics_add (self->metrics, LK_EGRESS_METRIC_QUEUED, 1, type, NULL);
  lk_egress_job_list_append (self->jobs, job);

  return TRUE;
}

gboolean
lk_egress_start_queue_remove (LkEgressStartQueue *self, LkEgressJob *job, const GError *error)
{
  Entry *entry = find (self, job);

  if (entry == NULL)
    return FALSE;
  refuse (self, entry, error);

  return TRUE;
}

void
lk_egress_start_queue_clear (LkEgressStartQueue *self, const GError *error)
{
  guint n_entries = g_queue_get_length (&self->entries);

  /* Whoever is told may bring others, which stay. */
  g_ref_count_inc (&self->refs);
  for (; n_entries > 0 && !g_queue_is_empty (&self->entries); n_entries--)
    refuse (self, g_queue_peek_head (&self->entries), error);
  unref (self);
}
