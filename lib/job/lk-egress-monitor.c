/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-monitor-private.h"

#include "lk-egress-client-private.h"
#include "lk-egress-error.h"
#include "lk-egress-listing.h"

typedef struct
{
  LkEgressClient *client;
  GMainContext *context;
  GPtrArray *watches;

  GSource *timer;
  GCancellable *cancellable; /* once nothing is watched any more */
  gboolean polling;
  gboolean again;      /* as soon as this poll is over */
  GHashTable *missing; /* ids that were in no listing, to be asked for one by one */
} LkEgressMonitor;

struct _LkEgressWatch
{
  LkEgressMonitor *monitor;
  char *egress_id;
  guint interval;
  LkEgressWatchFunc func; /* NULL once it has ended */
  gpointer data;
};

/* The monitors of a client by context, as its data. Each is there while it has watches. */
static GMutex table_lock;
static GQuark table_quark (void);
G_DEFINE_QUARK (lk - egress - monitors, table)

static void begin_poll (LkEgressMonitor *self);

static void
monitor_clear (gpointer data)
{
  LkEgressMonitor *self = data;

  g_hash_table_unref (self->missing);
  g_object_unref (self->cancellable);
  g_source_unref (self->timer);
  g_ptr_array_unref (self->watches);
  g_main_context_unref (self->context);
  g_object_unref (self->client);
}

static void
monitor_unref (LkEgressMonitor *self)
{
  g_atomic_rc_box_release_full (self, monitor_clear);
}

static void
watch_clear (gpointer data)
{
  LkEgressWatch *watch = data;

  g_free (watch->egress_id);
}

static void
watch_unref (gpointer data)
{
  g_rc_box_release_full (data, watch_clear);
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
  LkEgressMonitor *self = g_atomic_rc_box_new0 (LkEgressMonitor);

  self->client = g_object_ref (client);
  self->context = g_main_context_ref (context);
  self->watches = g_ptr_array_new_with_free_func (watch_unref);
  self->cancellable = g_cancellable_new ();
  self->missing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  self->timer = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_static_name (self->timer, "LkEgressMonitor");
  g_source_set_callback (self->timer, poll_is_due, self, NULL);
  g_source_attach (self->timer, context);

  return self;
}

/* Sees to it that the next poll is not later than the most impatient watch wants. */
static void
schedule (LkEgressMonitor *self)
{
  double scale = lk_egress_client_get_time_scale (self->client);
  gint64 due = g_source_get_ready_time (self->timer);
  guint interval = G_MAXUINT;
  gint64 wanted;

  if (self->polling || self->watches->len == 0)
    return;

  for (guint i = 0; i < self->watches->len; i++)
    {
      LkEgressWatch *watch = g_ptr_array_index (self->watches, i);

      interval = MIN (interval, watch->interval);
    }
  wanted = g_get_monotonic_time () + (gint64)(interval * G_TIME_SPAN_MILLISECOND * scale);
  if (due < 0 || due > wanted)
    g_source_set_ready_time (self->timer, wanted);
}

static GHashTable *
get_table (LkEgressClient *client)
{
  GHashTable *table = g_object_get_qdata (G_OBJECT (client), table_quark ());

  if (table == NULL)
    {
      table = g_hash_table_new (NULL, NULL);
      g_object_set_qdata_full (G_OBJECT (client), table_quark (), table,
                               (GDestroyNotify)g_hash_table_unref);
    }

  return table;
}

LkEgressWatch *
lk_egress_monitor_watch (LkEgressClient *client,
                         GMainContext *context,
                         const char *egress_id,
                         guint interval,
                         LkEgressWatchFunc func,
                         gpointer data)
{
  LkEgressWatch *watch = g_rc_box_new0 (LkEgressWatch);
  GHashTable *table;

  watch->egress_id = g_strdup (egress_id);
  watch->interval = interval;
  watch->func = func;
  watch->data = data;

  g_mutex_lock (&table_lock);
  table = get_table (client);
  watch->monitor = g_hash_table_lookup (table, context);
  if (watch->monitor == NULL)
    {
      watch->monitor = monitor_new (client, context);
      g_hash_table_insert (table, context, watch->monitor);
    }
  g_mutex_unlock (&table_lock);

  g_ptr_array_add (watch->monitor->watches, watch);
  schedule (watch->monitor);

  return watch;
}

/* Nothing of the monitor is to be heard again. */
static void
monitor_close (LkEgressMonitor *self)
{
  g_mutex_lock (&table_lock);
  g_hash_table_remove (get_table (self->client), self->context);
  g_mutex_unlock (&table_lock);

  g_source_destroy (self->timer);
  g_cancellable_cancel (self->cancellable);
  monitor_unref (self);
}

void
lk_egress_monitor_unwatch (LkEgressWatch *watch)
{
  LkEgressMonitor *self = watch->monitor;

  watch->func = NULL;
  g_ptr_array_remove_fast (self->watches, watch);
  if (self->watches->len == 0)
    monitor_close (self);
}

void
lk_egress_monitor_refresh (LkEgressWatch *watch)
{
  g_source_set_ready_time (watch->monitor->timer, 0);
}

/* Tells those who watch the egress. Each may end the watches of the others meanwhile. */
static void
tell (LkEgressMonitor *self, const char *egress_id, LkEgressInfo *info, const GError *error)
{
  g_autoptr (GPtrArray) watches = g_ptr_array_new_with_free_func (watch_unref);

  for (guint i = 0; i < self->watches->len; i++)
    {
      LkEgressWatch *watch = g_ptr_array_index (self->watches, i);

      if (g_strcmp0 (watch->egress_id, egress_id) == 0)
        g_ptr_array_add (watches, g_rc_box_acquire (watch));
    }

  for (guint i = 0; i < watches->len; i++)
    {
      LkEgressWatch *watch = g_ptr_array_index (watches, i);

      if (watch->func != NULL)
        watch->interval = watch->func (info, error, watch->data);
    }
}

/* The ids that are watched, each once. */
static GPtrArray *
dup_ids (LkEgressMonitor *self)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < self->watches->len; i++)
    {
      LkEgressWatch *watch = g_ptr_array_index (self->watches, i);

      if (g_hash_table_add (seen, watch->egress_id))
        g_ptr_array_add (ids, g_strdup (watch->egress_id));
    }

  return ids;
}

static void
end_poll (LkEgressMonitor *self)
{
  self->polling = FALSE;
  if (self->again && self->watches->len > 0)
    g_source_set_ready_time (self->timer, 0);
  else
    schedule (self);
  self->again = FALSE;
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
  GHashTableIter iter;
  gpointer key;
  g_autofree char *egress_id = NULL;

  g_hash_table_iter_init (&iter, self->missing);
  if (self->watches->len == 0 || !g_hash_table_iter_next (&iter, &key, NULL))
    {
      end_poll (self);
      return;
    }

  g_hash_table_iter_steal (&iter);
  egress_id = key;
  poll_one (self, egress_id);
}

static void
poll_one_done (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  OnePoll *poll = user_data;
  LkEgressMonitor *self = poll->monitor;
  g_autofree char *egress_id = poll->egress_id;
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressInfo) info
      = lk_egress_client_get_finish (LK_EGRESS_CLIENT (source_object), result, &error);

  g_free (poll);
  if (g_error_matches (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND))
    g_clear_error (&error);

  tell (self, egress_id, info, error);
  poll_next_missing (self);
  monitor_unref (self);
}

static void
poll_one (LkEgressMonitor *self, const char *egress_id)
{
  OnePoll *poll = g_new (OnePoll, 1);

  poll->monitor = g_atomic_rc_box_acquire (self);
  poll->egress_id = g_strdup (egress_id);
  lk_egress_client_get_async (self->client, egress_id, self->cancellable, poll_one_done, poll);
}

static void
poll_all_done (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  LkEgressMonitor *self = user_data;
  g_autoptr (GPtrArray) ids = dup_ids (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressListing) listing
      = lk_egress_client_list_finish (LK_EGRESS_CLIENT (source_object), result, &error);

  for (guint i = 0; i < ids->len; i++)
    {
      const char *egress_id = g_ptr_array_index (ids, i);
      g_autoptr (LkEgressInfo) info = NULL;

      if (listing != NULL)
        info = lk_egress_listing_find (listing, egress_id);
      if (info != NULL || error != NULL)
        tell (self, egress_id, info, error);
      else
        g_hash_table_add (self->missing, g_strdup (egress_id));
    }

  poll_next_missing (self);
  monitor_unref (self);
}

static void
begin_poll (LkEgressMonitor *self)
{
  g_autoptr (GPtrArray) ids = dup_ids (self);

  self->polling = TRUE;
  if (ids->len == 1)
    poll_one (self, g_ptr_array_index (ids, 0));
  else
    lk_egress_client_list_async (self->client, NULL, TRUE, self->cancellable, poll_all_done,
                                 g_atomic_rc_box_acquire (self));
}

typedef struct
{
  LkEgressMonitor *monitor;
  LkEgressInfo *info;
} Delivery;

static void
delivery_free (gpointer data)
{
  Delivery *delivery = data;

  monitor_unref (delivery->monitor);
  g_object_unref (delivery->info);
  g_free (delivery);
}

static gboolean
take_delivery (gpointer user_data)
{
  Delivery *delivery = user_data;

  tell (delivery->monitor, lk_egress_info_get_egress_id (delivery->info), delivery->info, NULL);
  schedule (delivery->monitor);

  return G_SOURCE_REMOVE;
}

void
lk_egress_monitor_deliver (LkEgressClient *client, LkEgressInfo *info)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&table_lock);
  GHashTableIter iter;
  gpointer monitor;

  g_hash_table_iter_init (&iter, get_table (client));
  while (g_hash_table_iter_next (&iter, NULL, &monitor))
    {
      Delivery *delivery = g_new (Delivery, 1);
      g_autoptr (GSource) source = g_idle_source_new ();

      delivery->monitor = g_atomic_rc_box_acquire (monitor);
      /* A message is for one thread at a time. */
      delivery->info = LK_EGRESS_INFO (lk_egress_message_copy (LK_EGRESS_MESSAGE (info)));
      g_source_set_priority (source, G_PRIORITY_DEFAULT);
      g_source_set_callback (source, take_delivery, delivery, delivery_free);
      g_source_attach (source, delivery->monitor->context);
    }
}
