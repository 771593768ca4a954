/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Main contexts that end with the callback of a call: nothing of it stays behind. */

#include "fake-egress.h"

#include "lk-egress-error.h"

#define ROUNDS 30

typedef struct
{
  FakeEgress *server;
  LkEgressClient *client;
  gboolean async;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = fake_egress_new ();
  fixture->client = fake_egress_new_client (fixture->server);
  fake_egress_always (fixture->server, "UpdateLayout", 200,
                      "{\"egress_id\":\"EG_1\",\"status\":\"EGRESS_ACTIVE\"}");
  fake_egress_always (fixture->server, "ListEgress", 200, "{}");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->client);
  fake_egress_free (fixture->server);
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  guint count = 0;

  while (g_dir_read_name (folder) != NULL)
    count++;

  return count;
}

typedef struct
{
  gboolean done;
  GError *error;
} Outcome;

static void
updated (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = user_data;
  g_autoptr (LkEgressInfo) info = lk_egress_client_update_layout_finish (
      LK_EGRESS_CLIENT (source_object), result, &outcome->error);

  outcome->done = TRUE;
}

/* One call in a context of its own, which is never iterated again after the callback; or one that
 * has no context at all. */
static GError *
call (Fixture *fixture, GCancellable *cancellable)
{
  g_autoptr (LkEgressInfo) info = NULL;
  Outcome outcome = { FALSE, NULL };
  GMainContext *context;

  if (!fixture->async)
    {
      info = lk_egress_client_update_layout (fixture->client, "EG_1", "grid", cancellable,
                                             &outcome.error);
      return outcome.error;
    }

  context = g_main_context_new ();
  g_main_context_push_thread_default (context);
  lk_egress_client_update_layout_async (fixture->client, "EG_1", "grid", cancellable, updated,
                                        &outcome);
  while (!outcome.done)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);

  return outcome.error;
}

static void
call_answered (Fixture *fixture)
{
  g_assert_no_error (call (fixture, NULL));
}

static void
call_dropped (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 3; i++)
    fake_egress_drop (fixture->server, "UpdateLayout");
  error = call (fixture, NULL);
  g_assert_nonnull (error);
}

static void
call_refused (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fake_egress_reply (fixture->server, "UpdateLayout", 404,
                     "{\"code\":\"not_found\",\"msg\":\"no such egress\"}");
  error = call (fixture, NULL);
  g_assert_error (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_NOT_FOUND);
}

/* When the server has the call, and never answers it. */
static void
call_cancelled (Fixture *fixture)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  fake_egress_cancel (fixture->server, "UpdateLayout", cancellable);
  error = call (fixture, cancellable);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
call_too_late (Fixture *fixture)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_object_set (fixture->client, "timeout", 10, NULL);
  fake_egress_cancel (fixture->server, "UpdateLayout", cancellable);
  error = call (fixture, NULL);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

typedef struct
{
  const char *name;
  void (*make) (Fixture *fixture);
} Row;

/* How many descriptors are open after the calls that were not before. The server is in this process
 * too, and keeps what it does not answer. */
static int
count_kept (Fixture *fixture, const Row *row, gboolean async)
{
  guint before = count_descriptors ();

  fixture->async = async;
  for (guint i = 0; i < ROUNDS; i++)
    row->make (fixture);

  return (int)count_descriptors () - (int)before;
}

static void
test_descriptors (Fixture *fixture, gconstpointer data)
{
  const Row *row = data;
  int without, with;

  row->make (fixture);
  without = count_kept (fixture, row, FALSE);
  with = count_kept (fixture, row, TRUE);
  g_test_message ("%d descriptors without contexts, %d with", without, with);

  /* One that the server has not closed yet may come and go. */
  g_assert_cmpint (with, <, without + ROUNDS / 2);
}

static const Row rows[] = {
  { "answered", call_answered },   { "dropped", call_dropped },   { "refused", call_refused },
  { "cancelled", call_cancelled }, { "too-late", call_too_late },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/client-contexts/", rows[i].name, NULL);

      g_test_add (path, Fixture, &rows[i], set_up, test_descriptors, tear_down);
    }

  return g_test_run ();
}
