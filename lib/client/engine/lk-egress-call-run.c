/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The two drivers of a call: one waits, the other is called back. */

#include "lk-egress-call-private.h"
#include "lk-egress-cancel-watch-private.h"

/* Waits without a main loop, but ends early when cancelled or held back. */
static gboolean
wait_sync (guint milliseconds, GCancellable *cancellable, GCancellable *hold, GError **error)
{
  GCancellable *enders[] = { cancellable, hold };
  GPollFD fds[G_N_ELEMENTS (enders)];
  gint64 end = g_get_monotonic_time () + milliseconds * G_TIME_SPAN_MILLISECOND;
  guint n_fds = 0;

  for (guint i = 0; i < G_N_ELEMENTS (enders); i++)
    {
      if (g_cancellable_make_pollfd (enders[i], &fds[n_fds]))
        n_fds++;
      else
        enders[i] = NULL;
    }
  for (gint64 now = g_get_monotonic_time (); now < end; now = g_get_monotonic_time ())
    {
      if (g_cancellable_is_cancelled (cancellable) || g_cancellable_is_cancelled (hold))
        break;
      g_poll (fds, n_fds, (end - now) / 1000 + 1);
    }
  for (guint i = 0; i < G_N_ELEMENTS (enders); i++)
    {
      if (enders[i] != NULL)
        g_cancellable_release_fd (enders[i]);
    }

  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

gpointer
lk_egress_call_run (LkEgressCall *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (LkEgressCall) call = self;

  while (lk_egress_call_is_done (call)
         || !g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      SoupMessage *message;
      g_autoptr (GBytes) body = NULL;
      GError *local = NULL;
      guint milliseconds;

      switch (lk_egress_call_next (call, &message, &milliseconds))
        {
        case LK_EGRESS_STEP_SEND:
          body = lk_egress_twirp_send (lk_egress_call_get_twirp (call), message, milliseconds,
                                       cancellable, &local);
          lk_egress_call_feed (call, body, local);
          break;
        case LK_EGRESS_STEP_WAIT:
          if (!wait_sync (milliseconds, cancellable, lk_egress_call_get_hold (call), error))
            return NULL;
          break;
        case LK_EGRESS_STEP_DONE:
          return lk_egress_call_take_result (call, NULL, error);
        default:
          g_assert_not_reached ();
        }
    }

  return NULL;
}

static void take_step (GTask *task);

static void
step_answered (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  LkEgressCall *self = g_task_get_task_data (task);
  g_autoptr (GBytes) body = NULL;
  GError *error = NULL;

  body = lk_egress_twirp_send_finish (lk_egress_call_get_twirp (self), result, &error);
  lk_egress_call_feed (self, body, error);
  take_step (g_steal_pointer (&task));
}

typedef struct
{
  GTask *task;
  LkEgressCancelWatch *watch;
} Pause;

static void
step_waited (gpointer user_data)
{
  g_autofree Pause *pause = user_data;

  lk_egress_cancel_watch_free (pause->watch);
  take_step (pause->task);
}

/* Takes the task over. */
static void
step_wait (GTask *task, guint milliseconds)
{
  gint64 end = g_get_monotonic_time () + milliseconds * (gint64)G_TIME_SPAN_MILLISECOND;
  Pause *pause = g_new (Pause, 1);

  pause->task = task;
  pause->watch = lk_egress_cancel_watch_new (g_task_get_context (task), end, step_waited, pause);
  lk_egress_cancel_watch_add (pause->watch, g_task_get_cancellable (task));
  lk_egress_cancel_watch_add (pause->watch, lk_egress_call_get_hold (g_task_get_task_data (task)));
}

static void
return_result (GTask *task, LkEgressCall *call)
{
  GDestroyNotify destroy;
  GError *error = NULL;
  gpointer result = lk_egress_call_take_result (call, &destroy, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, result, destroy);
}

/* Takes the task over. */
static void
take_step (GTask *task)
{
  LkEgressCall *self = g_task_get_task_data (task);
  SoupMessage *message;
  guint milliseconds;

  if (!lk_egress_call_is_done (self) && g_task_return_error_if_cancelled (task))
    {
      g_object_unref (task);
      return;
    }

  switch (lk_egress_call_next (self, &message, &milliseconds))
    {
    case LK_EGRESS_STEP_SEND:
      lk_egress_twirp_send_async (lk_egress_call_get_twirp (self), message, milliseconds,
                                  g_task_get_cancellable (task), step_answered, task);
      break;
    case LK_EGRESS_STEP_WAIT:
      step_wait (task, milliseconds);
      break;
    case LK_EGRESS_STEP_DONE:
      return_result (task, self);
      g_object_unref (task);
      break;
    default:
      g_assert_not_reached ();
    }
}

void
lk_egress_call_run_async (LkEgressCall *self,
                          gpointer source_object,
                          gpointer source_tag,
                          const char *name,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task = g_task_new (source_object, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  g_task_set_name (task, name);
  /* An egress that was started is not to be lost to a cancellation that comes a moment later. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, self, (GDestroyNotify)lk_egress_call_free);
  take_step (task);
}

gpointer
lk_egress_call_run_finish (gpointer source_object,
                           gpointer source_tag,
                           GAsyncResult *result,
                           GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, source_object), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, source_tag), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
