/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-deadline-private.h"

/* Longer than any test may take. */
#define NEVER (G_MAXUINT)

/* Blocks until a cancellable is cancelled, by whatever thread. */
static void
wait_for (GCancellable *cancellable)
{
  GPollFD fd;

  g_assert_true (g_cancellable_make_pollfd (cancellable, &fd));
  g_assert_cmpint (g_poll (&fd, 1, -1), ==, 1);
  g_cancellable_release_fd (cancellable);
}

static void
test_passes (void)
{
  g_autoptr (LkEgressDeadline) deadline = lk_egress_deadline_new (1, NULL, NULL, NULL);
  GCancellable *cancellable = lk_egress_deadline_get_cancellable (deadline);

  wait_for (cancellable);
  g_assert_true (lk_egress_deadline_has_passed (deadline));
  g_assert_true (g_cancellable_is_cancelled (cancellable));
}

static void
test_none (void)
{
  g_autoptr (LkEgressDeadline) none = lk_egress_deadline_new (0, NULL, NULL, NULL);
  g_autoptr (LkEgressDeadline) other = lk_egress_deadline_new (1, NULL, NULL, NULL);

  wait_for (lk_egress_deadline_get_cancellable (other));
  g_assert_false (lk_egress_deadline_has_passed (none));
  g_assert_false (g_cancellable_is_cancelled (lk_egress_deadline_get_cancellable (none)));
}

/* An earlier one is not kept waiting by those that were there first. */
static void
test_order (void)
{
  g_autoptr (LkEgressDeadline) never = lk_egress_deadline_new (NEVER, NULL, NULL, NULL);
  g_autoptr (LkEgressDeadline) late = lk_egress_deadline_new (NEVER - 1, NULL, NULL, NULL);
  g_autoptr (LkEgressDeadline) third = lk_egress_deadline_new (30, NULL, NULL, NULL);
  g_autoptr (LkEgressDeadline) second = lk_egress_deadline_new (20, NULL, NULL, NULL);
  g_autoptr (LkEgressDeadline) first = lk_egress_deadline_new (10, NULL, NULL, NULL);

  wait_for (lk_egress_deadline_get_cancellable (third));
  g_assert_true (lk_egress_deadline_has_passed (first));
  g_assert_true (lk_egress_deadline_has_passed (second));
  g_assert_true (lk_egress_deadline_has_passed (third));
  g_assert_false (lk_egress_deadline_has_passed (late));
  g_assert_false (lk_egress_deadline_has_passed (never));
}

/* One that is taken back before its time leaves the others be. */
static void
test_taken_back (void)
{
  LkEgressDeadline *first = lk_egress_deadline_new (10, NULL, NULL, NULL);
  g_autoptr (LkEgressDeadline) second = lk_egress_deadline_new (20, NULL, NULL, NULL);
  g_autoptr (GCancellable) cancellable = g_object_ref (lk_egress_deadline_get_cancellable (first));

  lk_egress_deadline_free (first);
  wait_for (lk_egress_deadline_get_cancellable (second));
  g_assert_false (g_cancellable_is_cancelled (cancellable));
}

static void
test_parent (void)
{
  g_autoptr (GCancellable) parent = g_cancellable_new ();
  g_autoptr (LkEgressDeadline) deadline = lk_egress_deadline_new (NEVER, parent, NULL, NULL);
  g_autoptr (LkEgressDeadline) after = NULL;

  g_cancellable_cancel (parent);
  g_assert_true (g_cancellable_is_cancelled (lk_egress_deadline_get_cancellable (deadline)));
  g_assert_false (lk_egress_deadline_has_passed (deadline));

  after = lk_egress_deadline_new (0, parent, NULL, NULL);
  g_assert_true (g_cancellable_is_cancelled (lk_egress_deadline_get_cancellable (after)));
}

/* When both have happened, the caller's wish is what counts. */
static void
test_parent_counts (void)
{
  g_autoptr (GCancellable) parent = g_cancellable_new ();
  g_autoptr (LkEgressDeadline) deadline = lk_egress_deadline_new (1, parent, NULL, NULL);

  wait_for (lk_egress_deadline_get_cancellable (deadline));
  g_assert_true (lk_egress_deadline_has_passed (deadline));
  g_assert_false (g_cancellable_is_cancelled (parent));
  g_cancellable_cancel (parent);
  g_assert_false (lk_egress_deadline_has_passed (deadline));
}

static void
free_deadline (GCancellable *parent, gpointer deadline)
{
  lk_egress_deadline_free (deadline);
}

/* A call may end, and free its deadline, inside the caller's g_cancellable_cancel(). */
static void
test_freed_while_cancelled (void)
{
  g_autoptr (GCancellable) parent = g_cancellable_new ();
  LkEgressDeadline *deadline = lk_egress_deadline_new (NEVER, parent, NULL, NULL);

  g_signal_connect (parent, "cancelled", G_CALLBACK (free_deadline), deadline);
  g_cancellable_cancel (parent);
}

static void
note_thread (GCancellable *cancellable, gpointer user_data)
{
  GThread **thread = user_data;

  g_assert_null (*thread);
  *thread = g_thread_self ();
}

static gpointer
cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return NULL;
}

/* With a context, it is this thread that cancels, whoever said so. */
static void
test_context (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GCancellable) parent = g_cancellable_new ();

  for (guint i = 0; i < 2; i++)
    {
      gboolean by_parent = i == 1;
      g_autoptr (LkEgressDeadline) deadline
          = lk_egress_deadline_new (by_parent ? 0 : 1, parent, context, NULL);
      GCancellable *cancellable = lk_egress_deadline_get_cancellable (deadline);
      GThread *thread = NULL;

      g_signal_connect (cancellable, "cancelled", G_CALLBACK (note_thread), &thread);
      if (by_parent)
        g_thread_join (g_thread_new ("cancel", cancel, parent));
      g_assert_false (g_cancellable_is_cancelled (cancellable));

      while (thread == NULL)
        g_main_context_iteration (context, TRUE);
      g_assert_true (thread == g_thread_self ());
      g_assert_true (g_cancellable_is_cancelled (cancellable));
      g_assert_cmpint (lk_egress_deadline_has_passed (deadline), ==, !by_parent);
    }
}

/* Contexts that end, as their calls do, about when the time is over. */
static gpointer
race_context (gpointer parent)
{
  for (guint i = 0; i < 500; i++)
    {
      g_autoptr (GMainContext) context = g_main_context_new ();
      g_autoptr (LkEgressDeadline) deadline = lk_egress_deadline_new (1, parent, context, NULL);

      if (i % 2)
        {
          while (!g_cancellable_is_cancelled (lk_egress_deadline_get_cancellable (deadline)))
            g_main_context_iteration (context, TRUE);
        }
      else
        g_usleep (900);
    }
  return NULL;
}

static gpointer
race (gpointer parent)
{
  for (guint i = 0; i < 500; i++)
    {
      g_autoptr (LkEgressDeadline) soon = lk_egress_deadline_new (1 + i % 3, parent, NULL, NULL);
      g_autoptr (LkEgressDeadline) never = lk_egress_deadline_new (NEVER, parent, NULL, NULL);

      /* Every other one is freed about when it fires. */
      if (i % 2)
        wait_for (lk_egress_deadline_get_cancellable (soon));
      else
        g_usleep (900);
      g_assert_false (lk_egress_deadline_has_passed (never));
    }
  return NULL;
}

static void
test_race (void)
{
  g_autoptr (GCancellable) parent = g_cancellable_new ();
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("race", i % 2 ? race : race_context, parent);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/deadline/passes", test_passes);
  g_test_add_func ("/deadline/none", test_none);
  g_test_add_func ("/deadline/order", test_order);
  g_test_add_func ("/deadline/taken-back", test_taken_back);
  g_test_add_func ("/deadline/parent", test_parent);
  g_test_add_func ("/deadline/parent-counts", test_parent_counts);
  g_test_add_func ("/deadline/freed-while-cancelled", test_freed_while_cancelled);
  g_test_add_func ("/deadline/context", test_context);
  g_test_add_func ("/deadline/race", test_race);

  return g_test_run ();
}
