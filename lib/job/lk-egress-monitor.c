/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-monitor-private.h"

#include <string.h>

#include "lk-egress-client-private.h"
#include "lk-egress-error.h"
#include "lk-egress-listing-private.h"

/* Of an egress whose webhooks arrive the polls are a safety net: so many times the interval, at
 * most so many milliseconds, and not all services at the same time. */
#define NET_FACTOR 10
#define NET_MAX 60000
#define NET_JITTER 0.2

/* So many that are in no listing of what runs are looked for among all that the server knows,
 * rather than each with a question of its own. */
#define MANY_MISSING 10

typedef struct
{
  LkEgressClient *client;
  GMainContext *context;
  GHashTable *watches;  /* by the id of their egress: GPtrArray of LkEgressWatch */
  GPtrArray *listeners; /* the watches without an id */

  GSource *timer;
  GCancellable *cancellable; /* once nothing is watched any more */
  gboolean polling;
  guint n_polls;
  gboolean again;      /* as soon as this poll is over */
  GHashTable *missing; /* ids that were in no listing, to be asked for one by one */
  GHashTable *unheard; /* ids of which a poll brought what a webhook should have brought */
  double jitter;
} LkEgressMonitor;

struct _LkEgressWatch
{
  LkEgressMonitor *monitor;
  char *egress_id; /* NULL to hear of the polls alone */
  guint interval;
  gboolean by_webhook;    /* what is new comes by webhooks */
  int status;             /* the furthest that was told of */
  guint overtaken;        /* by other news: the number of the poll whose answer may be older */
  GBytes *seen;           /* what a poll brought, if nothing else has come since then */
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
  g_hash_table_unref (self->unheard);
  g_object_unref (self->cancellable);
  g_source_unref (self->timer);
  g_hash_table_unref (self->watches);
  g_ptr_array_unref (self->listeners);
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
  g_clear_pointer (&watch->seen, g_bytes_unref);
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
  self->watches
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
  self->listeners = g_ptr_array_new_with_free_func (watch_unref);
  self->cancellable = g_cancellable_new ();
  self->missing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->unheard = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->jitter = 1;

  self->timer = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_static_name (self->timer, "LkEgressMonitor");
  g_source_set_callback (self->timer, poll_is_due, self, NULL);
  g_source_attach (self->timer, context);

  return self;
}

/* Sees to it that the next poll is not later than so many milliseconds. */
static void
schedule (LkEgressMonitor *self, double interval)
{
  double scale = lk_egress_client_get_time_scale (self->client);
  gint64 due = g_source_get_ready_time (self->timer);
  gint64 wanted;

  if (self->polling || interval == G_MAXDOUBLE)
    return;

  wanted = g_get_monotonic_time () + (gint64)(interval * G_TIME_SPAN_MILLISECOND * scale);
  if (due < 0 || due > wanted)
    g_source_set_ready_time (self->timer, wanted);
}

static GPtrArray *
get_watches (LkEgressMonitor *self, const char *egress_id)
{
  if (egress_id == NULL)
    return self->listeners;

  return g_hash_table_lookup (self->watches, egress_id);
}

static gboolean
is_watched (LkEgressMonitor *self)
{
  return g_hash_table_size (self->watches) > 0 || self->listeners->len > 0;
}

/* How soon the most impatient of those who watch one egress wants to know, in milliseconds. */
static double
get_interval (LkEgressMonitor *self, GPtrArray *watches)
{
  double interval = G_MAXDOUBLE;

  for (guint i = 0; watches != NULL && i < watches->len; i++)
    {
      const LkEgressWatch *watch = g_ptr_array_index (watches, i);
      double net = MIN ((double)watch->interval * NET_FACTOR, NET_MAX) * self->jitter;

      interval = MIN (interval, watch->by_webhook ? net : watch->interval);
    }

  return interval;
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

static void
add (LkEgressMonitor *self, LkEgressWatch *watch)
{
  GPtrArray *watches = get_watches (self, watch->egress_id);

  if (watches == NULL)
    {
      watches = g_ptr_array_new_with_free_func (watch_unref);
      g_hash_table_insert (self->watches, g_strdup (watch->egress_id), watches);
    }
  g_ptr_array_add (watches, watch);
  /* Who begins to watch knows something already. */
  lk_egress_monitor_overtake (watch);
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
  watch->status = -1;
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

  add (watch->monitor, watch);
  if (egress_id != NULL)
    schedule (watch->monitor, interval);

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
  GPtrArray *watches = get_watches (self, watch->egress_id);

  watch->func = NULL;
  if (watches->len > 1 || watches == self->listeners)
    g_ptr_array_remove_fast (watches, watch);
  else
    g_hash_table_remove (self->watches, watch->egress_id);
  if (!is_watched (self))
    monitor_close (self);
}

void
lk_egress_monitor_refresh (LkEgressWatch *watch)
{
  LkEgressMonitor *self = watch->monitor;

  if (self->polling)
    self->again = TRUE;
  else
    g_source_set_ready_time (self->timer, 0);
}

static gpointer
acquire_watch (gconstpointer watch, gpointer data)
{
  return g_rc_box_acquire ((gpointer)watch);
}

static LkEgressLifeOrigin
get_origin (const LkEgressWatch *watch, LkEgressLifeOrigin origin)
{
  gboolean overtaken = watch->overtaken == watch->monitor->n_polls;

  return origin == LK_EGRESS_LIFE_LOOK && overtaken ? LK_EGRESS_LIFE_ANSWER : origin;
}

void
lk_egress_monitor_overtake (LkEgressWatch *watch)
{
  watch->overtaken = watch->monitor->n_polls;
  g_clear_pointer (&watch->seen, g_bytes_unref);
}

/* Whether webhooks arrive shows in what is new: it came by one, or by a poll before it. */
static void
compare_ways (LkEgressMonitor *self, LkEgressWatch *watch, LkEgressInfo *info, gboolean polled)
{
  int status = lk_egress_info_get_status (info);

  if (!polled)
    {
      watch->by_webhook = TRUE;
      g_hash_table_remove (self->unheard, watch->egress_id);
    }
  else if (watch->by_webhook && status > watch->status)
    g_hash_table_add (self->unheard, g_strdup (watch->egress_id));
  watch->status = MAX (watch->status, status);
}

/* A webhook had the time of one more poll to come. It has not, and so may not those of others. */
static void
trust_no_webhook (LkEgressMonitor *self)
{
  GHashTableIter iter;
  gpointer value;

  if (g_hash_table_size (self->unheard) == 0)
    return;

  g_hash_table_remove_all (self->unheard);
  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      GPtrArray *watches = value;

      for (guint i = 0; i < watches->len; i++)
        {
          LkEgressWatch *watch = g_ptr_array_index (watches, i);

          watch->by_webhook = FALSE;
        }
    }
}

static gboolean
has_seen (const LkEgressWatch *watch, LkEgressWireSpan packed)
{
  gsize size = (gsize)(packed.end - packed.at);

  return watch->seen != NULL && g_bytes_get_size (watch->seen) == size
         && memcmp (g_bytes_get_data (watch->seen, NULL), packed.at, size) == 0;
}

/* Most egresses are as they were at the last poll: then nothing is read of what they say. */
static gboolean
have_seen (LkEgressMonitor *self, const char *egress_id, LkEgressWireSpan packed)
{
  GPtrArray *watches = get_watches (self, egress_id);

  for (guint i = 0; watches != NULL && i < watches->len; i++)
    {
      if (!has_seen (g_ptr_array_index (watches, i), packed))
        return FALSE;
    }
  return TRUE;
}

static void
remember (LkEgressMonitor *self, const char *egress_id, LkEgressWireSpan packed)
{
  GPtrArray *watches = get_watches (self, egress_id);
  g_autoptr (GBytes) seen = g_bytes_new (packed.at, (gsize)(packed.end - packed.at));

  for (guint i = 0; watches != NULL && i < watches->len; i++)
    {
      LkEgressWatch *watch = g_ptr_array_index (watches, i);

      g_clear_pointer (&watch->seen, g_bytes_unref);
      /* What may be older than other news was perhaps not believed. */
      if (watch->overtaken != self->n_polls)
        watch->seen = g_bytes_ref (seen);
    }
}

/* Tells those who watch the egress. Each may end the watches of the others meanwhile. */
static void
tell (LkEgressMonitor *self,
      const char *egress_id,
      LkEgressInfo *info,
      LkEgressLifeOrigin origin,
      const GError *error)
{
  GPtrArray *those = get_watches (self, egress_id);
  g_autoptr (GPtrArray) watches = NULL;

  if (those == NULL)
    return;

  watches = g_ptr_array_copy (those, acquire_watch, NULL);
  for (guint i = 0; i < watches->len; i++)
    {
      LkEgressWatch *watch = g_ptr_array_index (watches, i);

      if (info != NULL)
        {
          g_clear_pointer (&watch->seen, g_bytes_unref);
          compare_ways (self, watch, info, origin != LK_EGRESS_LIFE_WEBHOOK);
        }
      if (watch->func != NULL)
        watch->interval = watch->func (info, get_origin (watch, origin), error, watch->data);
      if (origin == LK_EGRESS_LIFE_WEBHOOK)
        lk_egress_monitor_overtake (watch);
    }
}

/* The ids that are watched, each once. */
static GPtrArray *
dup_ids (LkEgressMonitor *self)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer egress_id;

  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, &egress_id, NULL))
    g_ptr_array_add (ids, g_strdup (egress_id));

  return ids;
}

static void
end_poll (LkEgressMonitor *self)
{
  GHashTableIter iter;
  gpointer watches;
  double interval = G_MAXDOUBLE;

  self->polling = FALSE;
  self->jitter = g_random_double_range (1 - NET_JITTER, 1);
  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, NULL, &watches))
    interval = MIN (interval, get_interval (self, watches));

  if (interval != G_MAXDOUBLE)
    schedule (self, self->again ? 0 : interval);
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
  if (g_hash_table_size (self->watches) == 0 || !g_hash_table_iter_next (&iter, &key, NULL))
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

  tell (self, NULL, NULL, LK_EGRESS_LIFE_LOOK, error);
  tell (self, egress_id, info, LK_EGRESS_LIFE_LOOK, error);
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
poll_ended_done (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  LkEgressMonitor *self = user_data;
  g_autoptr (GPtrArray) ids = dup_ids (self);
  g_autoptr (LkEgressListing) listing
      = lk_egress_client_list_finish (LK_EGRESS_CLIENT (source_object), result, NULL);

  for (guint i = 0; listing != NULL && i < ids->len; i++)
    {
      const char *egress_id = g_ptr_array_index (ids, i);
      g_autoptr (LkEgressInfo) info = NULL;

      if (g_hash_table_contains (self->missing, egress_id))
        info = lk_egress_listing_find (listing, egress_id);
      if (info != NULL)
        {
          g_hash_table_remove (self->missing, egress_id);
          tell (self, egress_id, info, LK_EGRESS_LIFE_LOOK, NULL);
        }
    }

  poll_next_missing (self);
  monitor_unref (self);
}

/* FALSE if the listing does not have it. */
static gboolean
take_listed (LkEgressMonitor *self, const char *egress_id, LkEgressListing *listing)
{
  g_autoptr (LkEgressInfo) info = NULL;
  LkEgressWireSpan packed;

  if (!lk_egress_listing_find_packed (listing, egress_id, &packed))
    return FALSE;

  if (have_seen (self, egress_id, packed))
    {
      tell (self, egress_id, NULL, LK_EGRESS_LIFE_REPEAT, NULL);
      return TRUE;
    }
  info = lk_egress_listing_find (listing, egress_id);
  tell (self, egress_id, info, LK_EGRESS_LIFE_LOOK, NULL);
  remember (self, egress_id, packed);

  return TRUE;
}

static void
poll_all_done (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  LkEgressMonitor *self = user_data;
  g_autoptr (GPtrArray) ids = dup_ids (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressListing) listing
      = lk_egress_client_list_finish (LK_EGRESS_CLIENT (source_object), result, &error);

  tell (self, NULL, NULL, LK_EGRESS_LIFE_LOOK, error);
  for (guint i = 0; i < ids->len; i++)
    {
      const char *egress_id = g_ptr_array_index (ids, i);

      if (error != NULL)
        tell (self, egress_id, NULL, LK_EGRESS_LIFE_LOOK, error);
      else if (!take_listed (self, egress_id, listing))
        g_hash_table_add (self->missing, g_strdup (egress_id));
    }

  if (g_hash_table_size (self->missing) < MANY_MISSING)
    poll_next_missing (self);
  else
    lk_egress_client_list_async (self->client, NULL, FALSE, self->cancellable, poll_ended_done,
                                 g_atomic_rc_box_acquire (self));
  monitor_unref (self);
}

static void
begin_poll (LkEgressMonitor *self)
{
  g_autoptr (GPtrArray) ids = dup_ids (self);

  if (ids->len == 0)
    return;

  self->polling = TRUE;
  self->n_polls++;
  trust_no_webhook (self);
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

static void
tell_delivered (LkEgressMonitor *self, LkEgressInfo *info)
{
  const char *egress_id = lk_egress_info_get_egress_id (info);

  if (egress_id == NULL)
    return;

  tell (self, egress_id, info, LK_EGRESS_LIFE_WEBHOOK, NULL);
  schedule (self, get_interval (self, get_watches (self, egress_id)));
}

static gboolean
take_delivery (gpointer user_data)
{
  Delivery *delivery = user_data;

  tell_delivered (delivery->monitor, delivery->info);

  return G_SOURCE_REMOVE;
}

static void
send_delivery (LkEgressMonitor *self, LkEgressInfo *info)
{
  Delivery *delivery = g_new (Delivery, 1);
  g_autoptr (GSource) source = g_idle_source_new ();

  delivery->monitor = g_atomic_rc_box_acquire (self);
  /* A message is for one thread at a time. */
  delivery->info = LK_EGRESS_INFO (lk_egress_message_copy (LK_EGRESS_MESSAGE (info)));
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, take_delivery, delivery, delivery_free);
  g_source_attach (source, self->context);
}

void
lk_egress_monitor_deliver (LkEgressClient *client, GMainContext *here, LkEgressInfo *info)
{
  LkEgressMonitor *self = NULL;
  GHashTableIter iter;
  gpointer monitor;

  g_mutex_lock (&table_lock);
  g_hash_table_iter_init (&iter, get_table (client));
  while (g_hash_table_iter_next (&iter, NULL, &monitor))
    {
      if (((LkEgressMonitor *)monitor)->context == here)
        self = g_atomic_rc_box_acquire (monitor);
      else
        send_delivery (monitor, info);
    }
  g_mutex_unlock (&table_lock);

  if (self != NULL)
    {
      tell_delivered (self, info);
      monitor_unref (self);
    }
}
