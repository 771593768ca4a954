/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What waits in a main context, and ends on its own while it is being cancelled: nothing of it is
 * left behind, which only the sanitizers see, and nobody uses the context when it is gone. */

#include <stdlib.h>

#include "livekit_egress.pb-c.h"
#include "lk-egress-operations-private.h"
#include "lk-egress-service.h"
#include "lk-egress-start-queue-private.h"
#include "lk-egress-waits-private.h"

/* Milliseconds. */
#define PAUSE 20
#define LONG_ENOUGH (60 * 1000)

#define MAX_SPIN 500 /* turns of a loop that does nothing */

/* Nothing is sent. */
static LkEgressClient *client;

typedef struct _Wait Wait;

typedef struct
{
  void (*begin) (Wait *wait);
  void (*end) (Wait *wait); /* not by cancelling; NULL if it ends by itself */
  void (*clear) (Wait *wait);
} Kind;

struct _Wait
{
  const Kind *kind;
  GMainContext *context; /* for this wait alone */
  GCancellable *cancellable;
  gpointer object; /* what waits */
  gboolean is_over;
};

/* The end of each in its own way is not what is looked at here. */
static void
on_end (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  Wait *wait = user_data;

  g_assert_false (wait->is_over);
  wait->is_over = TRUE;
}

static void
begin_waits (Wait *wait)
{
  wait->object = lk_egress_waits_new (NULL);
  lk_egress_waits_add (wait->object, g_task_new (NULL, wait->cancellable, on_end, wait), 0);
}

static void
end_waits (Wait *wait)
{
  lk_egress_waits_end_all (wait->object, NULL);
}

static void
clear_waits (Wait *wait)
{
  lk_egress_waits_free (wait->object);
}

static void
on_turn (LkEgressJob *job, const GError *error, gpointer user_data)
{
  on_end (NULL, NULL, user_data);
}

static void
begin_queue (Wait *wait)
{
  g_autoptr (LkEgressMetrics) metrics = lk_egress_metrics_new ();
  g_autoptr (LkEgressStartPolicy) policy = lk_egress_start_policy_new ();
  g_autoptr (LkEgressRequest) request = lk_egress_request_new_participant ("demo", "alice");
  g_autoptr (LkEgressJob) job = lk_egress_job_new (client, request);
  g_autoptr (GError) error = NULL;

  g_object_set (policy, "max-concurrent", 1, "max-queued", 1, NULL);
  wait->object = lk_egress_start_queue_new (wait->context, metrics);
  lk_egress_start_queue_set_policy (wait->object, policy);
  lk_egress_start_queue_enter (wait->object);
  lk_egress_start_queue_add (wait->object, job, "participant", NULL, wait->cancellable, on_turn,
                             wait, &error);
  g_assert_no_error (error);
}

static void
end_queue (Wait *wait)
{
  lk_egress_start_queue_leave (wait->object);
  lk_egress_start_queue_go_on (wait->object);
}

static void
clear_queue (Wait *wait)
{
  lk_egress_start_queue_free (wait->object);
}

/* There is nothing to stop, so it ends by itself. */
static void
begin_shutdown (Wait *wait)
{
  wait->object = lk_egress_service_new (client);
  lk_egress_service_shutdown_async (wait->object, LK_EGRESS_SHUTDOWN_STOP, LONG_ENOUGH,
                                    wait->cancellable, on_end, wait);
}

static void
clear_shutdown (Wait *wait)
{
  g_object_unref (wait->object);
}

static void
feed (LkEgressCall *call, GBytes *reply, const GError *error, gpointer data)
{
  g_assert_nonnull (error);
  lk_egress_call_return_error (call, g_error_copy (error));
}

static LkEgressCall *
new_call (Wait *wait)
{
  return lk_egress_client_new_call (client, feed, NULL, NULL);
}

static void
begin_pause (Wait *wait)
{
  LkEgressCall *call = new_call (wait);

  lk_egress_operation_send_get (call, PAUSE, "EG_1");
  lk_egress_call_run_async (call, NULL, begin_pause, "ListEgress", wait->cancellable, on_end, wait);
}

/* The same where another cancellable than that of the call ends the pause. */
static void
begin_held_back (Wait *wait)
{
  LkEgressCall *call = new_call (wait);

  lk_egress_operation_send_change (call, LK_EGRESS_CALL_ONCE, PAUSE, "StartEgress",
                                   lk_egress_wire_new (&livekit__start_egress_request__descriptor));
  lk_egress_call_hold_back (call, wait->cancellable);
  lk_egress_call_run_async (call, NULL, begin_held_back, "StartEgress", NULL, on_end, wait);
}

static const Kind waits = { begin_waits, end_waits, clear_waits };
static const Kind queue = { begin_queue, end_queue, clear_queue };
static const Kind shutdown = { begin_shutdown, NULL, clear_shutdown };
static const Kind pause_of_call = { begin_pause, NULL, NULL };
static const Kind held_back = { begin_held_back, NULL, NULL };

static void
set_up (Wait *wait, gconstpointer kind)
{
  wait->kind = kind;
  wait->context = g_main_context_new ();
  g_main_context_push_thread_default (wait->context);
  wait->cancellable = g_cancellable_new ();
}

static void
tear_down (Wait *wait, gconstpointer data)
{
  if (wait->kind->clear != NULL)
    wait->kind->clear (wait);
  while (g_main_context_iteration (wait->context, FALSE))
    ;
  g_main_context_pop_thread_default (wait->context);
  g_main_context_unref (wait->context);
  g_object_unref (wait->cancellable);
}

static void
end (Wait *wait)
{
  if (wait->kind->end != NULL && !wait->is_over)
    wait->kind->end (wait);
  while (!wait->is_over)
    g_main_context_iteration (wait->context, TRUE);
}

static void
end_inside (GCancellable *cancellable, gpointer wait)
{
  end (wait);
}

/* It ends in a handler of the caller, before it hears that it is cancelled. */
static void
test_inside (Wait *wait, gconstpointer data)
{
  g_signal_connect (wait->cancellable, "cancelled", G_CALLBACK (end_inside), wait);
  wait->kind->begin (wait);
  g_assert_false (wait->is_over);
  g_cancellable_cancel (wait->cancellable);
  g_assert_true (wait->is_over);
}

/* What goes wrong between threads does so seldom: by hand, thousands of rounds can be asked for. */
static int
get_n_rounds (void)
{
  const char *rounds = g_getenv ("LK_EGRESS_TEST_ROUNDS");

  return rounds != NULL ? atoi (rounds) : 1000;
}

/* The rounds of a race: each has a number, from 1 on. */
typedef struct
{
  int n_rounds;
  GCancellable *cancellable; /* of the round under way */
  int begun;                 /* atomic */
  int cancelled;             /* atomic */
} Rounds;

/* The other thread is awake when its turn comes, but does not keep the machine from others. */
static void
wait_until (int *number, int reached)
{
  for (guint i = 1; g_atomic_int_get (number) < reached; i++)
    {
      if (i % 1000 == 0)
        g_thread_yield ();
    }
}

static gpointer
cancel_each (gpointer user_data)
{
  Rounds *rounds = user_data;

  for (int i = 1; i <= rounds->n_rounds; i++)
    {
      wait_until (&rounds->begun, i);
      g_cancellable_cancel (rounds->cancellable);
      g_atomic_int_set (&rounds->cancelled, i);
    }

  return NULL;
}

/* It ends, and its context with it, about when another thread cancels it. */
static void
test_race (gconstpointer kind)
{
  Rounds rounds = { .n_rounds = get_n_rounds () };
  GThread *canceller = g_thread_new ("cancel", cancel_each, &rounds);

  for (int i = 1; i <= rounds.n_rounds; i++)
    {
      Wait wait = { 0 };
      g_autoptr (GCancellable) cancellable = NULL;

      set_up (&wait, kind);
      cancellable = g_object_ref (wait.cancellable);
      wait.kind->begin (&wait);
      rounds.cancellable = cancellable;
      g_atomic_int_set (&rounds.begun, i);
      for (volatile int spin = 0; spin < i % MAX_SPIN; spin++)
        ;
      end (&wait);
      tear_down (&wait, kind);
      wait_until (&rounds.cancelled, i);
    }
  g_thread_join (canceller);
}

static void
add (const char *name, const Kind *kind)
{
  g_autofree char *inside = g_strdup_printf ("/cancel-race/%s/inside", name);
  g_autofree char *race = g_strdup_printf ("/cancel-race/%s/race", name);

  g_test_add (inside, Wait, kind, set_up, test_inside, tear_down);
  if (kind->end != NULL)
    g_test_add_data_func (race, kind, test_race);
}

int
main (int argc, char **argv)
{
  g_autoptr (LkEgressCredentials) credentials = lk_egress_credentials_new_for_token ("token");
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);

  client = lk_egress_client_new ("http://127.0.0.1:1", credentials, &error);
  g_assert_no_error (error);

  add ("waits", &waits);
  add ("queue", &queue);
  add ("shutdown", &shutdown);
  add ("pause", &pause_of_call);
  add ("held-back", &held_back);

  status = g_test_run ();
  g_assert_finalize_object (client);

  return status;
}
