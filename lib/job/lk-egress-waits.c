/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-waits-private.h"

#include "lk-egress-cancel-watch-private.h"

struct _LkEgressWaits
{
  GPtrArray *tasks;
  LkEgressWaitsCancelled cancelled;
};

/* The data of each task. */
typedef struct
{
  LkEgressWaits *waits;
  guint until;
  LkEgressCancelWatch *watch; /* NULL without a cancellable */
  gboolean is_cancelled;
  GError *error; /* when it is over */
} Wait;

static void
wait_free (Wait *wait)
{
  g_clear_pointer (&wait->watch, lk_egress_cancel_watch_free);
  g_clear_error (&wait->error);
  g_free (wait);
}

LkEgressWaits *
lk_egress_waits_new (LkEgressWaitsCancelled cancelled)
{
  LkEgressWaits *self = g_new0 (LkEgressWaits, 1);

  self->tasks = g_ptr_array_new_with_free_func (g_object_unref);
  self->cancelled = cancelled;

  return self;
}

void
lk_egress_waits_free (LkEgressWaits *self)
{
  g_ptr_array_unref (self->tasks);
  g_free (self);
}

static void
wait_cancelled (gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (user_data);
  Wait *wait = g_task_get_task_data (task);
  LkEgressWaits *self = wait->waits;

  wait->is_cancelled = TRUE;
  if (self->cancelled == NULL || !self->cancelled (g_task_get_source_object (task)))
    {
      g_ptr_array_remove (self->tasks, task);
      g_task_return_error_if_cancelled (task);
    }
}

void
lk_egress_waits_add (LkEgressWaits *self, GTask *task, guint until)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  Wait *wait = g_new0 (Wait, 1);

  wait->waits = self;
  wait->until = until;
  if (cancellable != NULL)
    {
      wait->watch
          = lk_egress_cancel_watch_new (g_task_get_context (task), -1, wait_cancelled, task);
      lk_egress_cancel_watch_add (wait->watch, cancellable);
    }
  g_task_set_task_data (task, wait, (GDestroyNotify)wait_free);
  g_ptr_array_add (self->tasks, task);
}

gboolean
lk_egress_waits_is_wanted (LkEgressWaits *self)
{
  for (guint i = 0; i < self->tasks->len; i++)
    {
      Wait *wait = g_task_get_task_data (g_ptr_array_index (self->tasks, i));

      if (!wait->is_cancelled)
        return TRUE;
    }

  return FALSE;
}

void
lk_egress_waits_end (LkEgressWaits *self, LkEgressWaitsIsOver is_over, gpointer data)
{
  g_autoptr (GPtrArray) over = g_ptr_array_new_with_free_func (g_object_unref);

  /* Callbacks may add waits and cancel others: the list is in order again before the first. */
  for (guint i = 0; i < self->tasks->len;)
    {
      GTask *task = g_ptr_array_index (self->tasks, i);
      Wait *wait = g_task_get_task_data (task);
      const GError *error = NULL;

      if (!is_over (wait->until, &error, data))
        {
          i++;
          continue;
        }
      if (error != NULL)
        wait->error = g_error_copy (error);
      g_clear_pointer (&wait->watch, lk_egress_cancel_watch_free);
      g_ptr_array_add (over, g_ptr_array_steal_index (self->tasks, i));
    }

  for (guint i = 0; i < over->len; i++)
    {
      GTask *task = g_ptr_array_index (over, i);
      Wait *wait = g_task_get_task_data (task);

      if (wait->error != NULL)
        g_task_return_error (task, g_steal_pointer (&wait->error));
      else
        g_task_return_boolean (task, TRUE);
    }
}

static gboolean
is_over_by_error (guint until, const GError **error, gpointer data)
{
  *error = data;

  return TRUE;
}

void
lk_egress_waits_end_all (LkEgressWaits *self, const GError *error)
{
  lk_egress_waits_end (self, is_over_by_error, (gpointer)error);
}
