/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-egress-cancel-watch-private.h"

/* Not within any test. */
#define NEVER -1

typedef struct
{
  GMainContext *context;
  GCancellable *cancellable;
  LkEgressCancelWatch *watch;
  guint n_calls;
} Fixture;

static void
count (gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_calls++;
}

static void
watch (Fixture *fixture, gint64 at, GSourceOnceFunc func)
{
  fixture->watch = lk_egress_cancel_watch_new (fixture->context, at, func, fixture);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->context = g_main_context_new ();
  fixture->cancellable = g_cancellable_new ();
}

/* Nobody else has the context or the cancellable any more, and the watch is not called again. */
static void
tear_down (Fixture *fixture, gconstpointer data)
{
  guint n_calls = fixture->n_calls;

  g_clear_pointer (&fixture->watch, lk_egress_cancel_watch_free);
  while (g_main_context_iteration (fixture->context, FALSE))
    ;
  g_assert_cmpuint (fixture->n_calls, ==, n_calls);
  g_assert_finalize_object (fixture->cancellable);
  g_main_context_unref (fixture->context);
}

static void
test_time (Fixture *fixture, gconstpointer data)
{
  gint64 at = g_get_monotonic_time () + 1000;

  watch (fixture, at, count);
  lk_egress_cancel_watch_add (fixture->watch, fixture->cancellable);
  while (fixture->n_calls == 0)
    g_main_context_iteration (fixture->context, TRUE);
  g_assert_cmpint (g_get_monotonic_time (), >=, at);

  /* Once is enough. */
  g_cancellable_cancel (fixture->cancellable);
  while (g_main_context_iteration (fixture->context, FALSE))
    ;
  g_assert_cmpuint (fixture->n_calls, ==, 1);
}

static gpointer
cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);

  return NULL;
}

/* Whoever cancels, the function is called by the context, and only there. */
static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  watch (fixture, NEVER, count);
  lk_egress_cancel_watch_add (fixture->watch, fixture->cancellable);
  g_assert_false (g_main_context_iteration (fixture->context, FALSE));

  g_thread_join (g_thread_new ("cancel", cancel, fixture->cancellable));
  g_assert_cmpuint (fixture->n_calls, ==, 0);
  g_main_context_iteration (fixture->context, TRUE);
  g_assert_cmpuint (fixture->n_calls, ==, 1);
}

static void
test_cancelled_before (Fixture *fixture, gconstpointer data)
{
  g_cancellable_cancel (fixture->cancellable);
  watch (fixture, NEVER, count);
  lk_egress_cancel_watch_add (fixture->watch, fixture->cancellable);
  g_assert_cmpuint (fixture->n_calls, ==, 0);
  g_main_context_iteration (fixture->context, TRUE);
  g_assert_cmpuint (fixture->n_calls, ==, 1);
}

/* Each of several will do, and none may be missing. */
static void
test_several (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) other = g_cancellable_new ();

  watch (fixture, NEVER, count);
  lk_egress_cancel_watch_add (fixture->watch, other);
  lk_egress_cancel_watch_add (fixture->watch, NULL);
  lk_egress_cancel_watch_add (fixture->watch, fixture->cancellable);
  g_assert_false (g_main_context_iteration (fixture->context, FALSE));

  g_cancellable_cancel (fixture->cancellable);
  g_cancellable_cancel (other);
  while (g_main_context_iteration (fixture->context, FALSE))
    ;
  g_assert_cmpuint (fixture->n_calls, ==, 1);
}

static void
free_watch (gpointer user_data)
{
  Fixture *fixture = user_data;

  count (fixture);
  g_clear_pointer (&fixture->watch, lk_egress_cancel_watch_free);
}

static void
test_freed_when_called (Fixture *fixture, gconstpointer data)
{
  watch (fixture, NEVER, free_watch);
  lk_egress_cancel_watch_add (fixture->watch, fixture->cancellable);
  g_cancellable_cancel (fixture->cancellable);
  g_main_context_iteration (fixture->context, TRUE);
  g_assert_cmpuint (fixture->n_calls, ==, 1);
}

static void
on_cancelled (GCancellable *cancellable, gpointer fixture)
{
  free_watch (fixture);
}

/* The caller's own handler ends what was waited for, before or after that of the watch. */
static void
test_freed_while_cancelled (Fixture *fixture, gconstpointer data)
{
  gboolean before = GPOINTER_TO_INT (data);

  if (before)
    g_signal_connect (fixture->cancellable, "cancelled", G_CALLBACK (on_cancelled), fixture);
  watch (fixture, NEVER, count);
  lk_egress_cancel_watch_add (fixture->watch, fixture->cancellable);
  if (!before)
    g_signal_connect (fixture->cancellable, "cancelled", G_CALLBACK (on_cancelled), fixture);

  g_cancellable_cancel (fixture->cancellable);
  g_assert_null (fixture->watch);
}

static void
add (const char *path, gconstpointer data, void (*test) (Fixture *fixture, gconstpointer data))
{
  g_test_add (path, Fixture, data, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/cancel-watch/time", NULL, test_time);
  add ("/cancel-watch/cancelled", NULL, test_cancelled);
  add ("/cancel-watch/cancelled-before", NULL, test_cancelled_before);
  add ("/cancel-watch/several", NULL, test_several);
  add ("/cancel-watch/freed-when-called", NULL, test_freed_when_called);
  add ("/cancel-watch/freed-while-cancelled/before", GINT_TO_POINTER (TRUE),
       test_freed_while_cancelled);
  add ("/cancel-watch/freed-while-cancelled/after", GINT_TO_POINTER (FALSE),
       test_freed_while_cancelled);

  return g_test_run ();
}
