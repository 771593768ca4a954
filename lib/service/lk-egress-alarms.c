/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-alarms-private.h"

typedef struct
{
  gpointer key;
  gint64 time;
} Alarm;

struct _LkEgressAlarms
{
  GSource *source;
  GSequence *alarms;  /* the earliest first */
  GHashTable *places; /* by key: where in the above */
  LkEgressAlarmsRing ring;
  gpointer data;
};

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static Alarm *
get_first (LkEgressAlarms *self)
{
  return g_sequence_is_empty (self->alarms)
             ? NULL
             : g_sequence_get (g_sequence_get_begin_iter (self->alarms));
}

static void
wait_for_first (LkEgressAlarms *self)
{
  Alarm *first = get_first (self);

  g_source_set_ready_time (self->source, first != NULL ? first->time : -1);
}

/* One in each turn of the main loop, for nothing here may be touched after the ring. */
static gboolean
ring_first (gpointer user_data)
{
  LkEgressAlarms *self = user_data;
  Alarm *first = get_first (self);
  gpointer key;

  if (first == NULL || first->time > g_get_monotonic_time ())
    {
      wait_for_first (self);
      return G_SOURCE_CONTINUE;
    }

  key = first->key;
  lk_egress_alarms_unset (self, key);
  self->ring (key, self->data);

  return G_SOURCE_CONTINUE;
}

LkEgressAlarms *
lk_egress_alarms_new (GMainContext *context, LkEgressAlarmsRing ring, gpointer data)
{
  static GSourceFuncs funcs = { .dispatch = dispatch };
  LkEgressAlarms *self = g_new0 (LkEgressAlarms, 1);

  self->alarms = g_sequence_new (g_free);
  self->places = g_hash_table_new (NULL, NULL);
  self->ring = ring;
  self->data = data;
  self->source = g_source_new (&funcs, sizeof (GSource));
  g_source_set_static_name (self->source, "LkEgressService alarms");
  g_source_set_callback (self->source, ring_first, self, NULL);
  g_source_attach (self->source, context);

  return self;
}

void
lk_egress_alarms_free (LkEgressAlarms *self)
{
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_hash_table_unref (self->places);
  g_sequence_free (self->alarms);
  g_free (self);
}

static int
compare (gconstpointer a, gconstpointer b, gpointer data)
{
  const Alarm *one = a;
  const Alarm *other = b;

  return one->time < other->time ? -1 : one->time > other->time;
}

void
lk_egress_alarms_set (LkEgressAlarms *self, gpointer key, gint64 time)
{
  Alarm *alarm = g_new (Alarm, 1);

  lk_egress_alarms_unset (self, key);
  alarm->key = key;
  alarm->time = time;
  g_hash_table_insert (self->places, key,
                       g_sequence_insert_sorted (self->alarms, alarm, compare, NULL));
  wait_for_first (self);
}

void
lk_egress_alarms_unset (LkEgressAlarms *self, gpointer key)
{
  GSequenceIter *place = g_hash_table_lookup (self->places, key);

  if (place == NULL)
    return;

  g_hash_table_remove (self->places, key);
  g_sequence_remove (place);
  wait_for_first (self);
}
