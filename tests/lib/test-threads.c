/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One client in several threads at the same time. */

#include <stdlib.h>

#include "lk-test-call.h"

#define N_THREADS 8
#define LONG_ENOUGH (60 * 1000)

/* What goes wrong between threads does so seldom: by hand, thousands of rounds can be asked for. */
static guint
get_n_rounds (void)
{
  const char *rounds = g_getenv ("LK_EGRESS_TEST_ROUNDS");

  return rounds != NULL ? atoi (rounds) : 40;
}

/* Replies with the body of the request. */
static void
echo (LkTestRequest *request, gpointer user_data)
{
  gsize length;
  const char *body = g_bytes_get_data (request->body, &length);

  lk_test_request_reply (request, 200, "application/protobuf", body, (gssize)length);
}

typedef struct
{
  LkEgressTwirp *twirp;
  LkTestSend send;
  guint n_calls;
  int n_ready; /* atomic, with all threads the first calls begin */
  int next;    /* atomic, a number for each call */
} Round;

static void
call (Round *round, LkTestSend send)
{
  int number = g_atomic_int_add (&round->next, 1);
  g_autoptr (GBytes) body = g_bytes_new (&number, sizeof number);
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupMessage) message = lk_egress_twirp_build (
      round->twirp, "ListEgress",
      number % 3 == 0 ? LK_EGRESS_TWIRP_NONE : LK_EGRESS_TWIRP_IDEMPOTENT, body, &error);
  g_autoptr (GBytes) reply = send (round->twirp, message, LONG_ENOUGH, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (reply, body));
}

static gpointer
run (gpointer user_data)
{
  Round *round = user_data;

  g_atomic_int_inc (&round->n_ready);
  while (g_atomic_int_get (&round->n_ready) < N_THREADS)
    ;
  for (guint i = 0; i < round->n_calls; i++)
    call (round, round->send);

  return NULL;
}

static void
run_threads (Round *round)
{
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("round", run, round);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
}

/* A new client each time, for it is when all of them connect that they get at each other. */
static void
test_first_calls (LkTestSend send)
{
  g_autoptr (LkTestServer) server = lk_test_server_new (echo, NULL);
  guint n_rounds = get_n_rounds ();

  for (guint i = 0; i < n_rounds; i++)
    {
      g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (lk_test_server_get_url (server));
      Round round = { .twirp = twirp, .send = send, .n_calls = 2 };

      run_threads (&round);
    }
  g_assert_cmpuint (lk_test_server_get_n_requests (server), ==, n_rounds * N_THREADS * 2);
}

static gpointer
send_sync (gpointer user_data)
{
  call (user_data, lk_egress_twirp_send);

  return NULL;
}

static gpointer
send_async (gpointer user_data)
{
  call (user_data, lk_test_send_async);

  return NULL;
}

/* The ports that calls came from. */
static void
note_port (LkTestRequest *request, gpointer user_data)
{
  g_hash_table_add (user_data, GUINT_TO_POINTER (request->client_port));
  echo (request, NULL);
}

/* Whoever is next uses the connection that was kept, from a thread that lives no more. */
static void
test_kept (void)
{
  g_autoptr (GHashTable) ports = g_hash_table_new (NULL, NULL);
  g_autoptr (LkTestServer) server = lk_test_server_new (note_port, ports);
  g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (lk_test_server_get_url (server));
  Round round = { .twirp = twirp };

  for (guint i = 0; i < 2 * N_THREADS; i++)
    {
      round.next = 1; /* a call that may use a kept one */
      g_thread_join (g_thread_new ("call", i % 2 ? send_sync : send_async, &round));
    }
  lk_test_server_wait (server, 2 * N_THREADS);
  g_assert_cmpuint (g_hash_table_size (ports), ==, 1);
}

typedef struct
{
  Round round;
  GMutex lock;
  GCancellable *cancellable; /* of the call under way, under the lock */
  int n_left;                /* threads that call, atomic */
  guint n_cancelled;
  guint n_answered;
} Cancelled;

static void
call_cancelled (Cancelled *self)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GBytes) body = g_bytes_new_static ("x", 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupMessage) message = lk_egress_twirp_build (
      self->round.twirp, "ListEgress", LK_EGRESS_TWIRP_IDEMPOTENT, body, &error);
  g_autoptr (GBytes) reply = NULL;

  g_mutex_lock (&self->lock);
  g_set_object (&self->cancellable, cancellable);
  g_mutex_unlock (&self->lock);

  reply = self->round.send (self->round.twirp, message, LONG_ENOUGH, cancellable, &error);
  if (reply == NULL)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  else
    g_assert_true (g_bytes_equal (reply, body));

  g_mutex_lock (&self->lock);
  self->n_cancelled += reply == NULL;
  self->n_answered += reply != NULL;
  g_mutex_unlock (&self->lock);
}

static gpointer
run_cancelled (gpointer user_data)
{
  Cancelled *self = user_data;
  guint n_calls = 2 * get_n_rounds ();

  for (guint i = 0; i < n_calls; i++)
    call_cancelled (self);
  g_atomic_int_add (&self->n_left, -1);

  return NULL;
}

/* One of the calls under way, whichever said so last, again and again. */
static gpointer
cancel_all (gpointer user_data)
{
  Cancelled *self = user_data;

  while (g_atomic_int_get (&self->n_left) > 0)
    {
      g_autoptr (GCancellable) cancellable = NULL;

      g_mutex_lock (&self->lock);
      cancellable = g_steal_pointer (&self->cancellable);
      g_mutex_unlock (&self->lock);
      if (cancellable != NULL)
        g_cancellable_cancel (cancellable);
      g_thread_yield ();
    }

  return NULL;
}

/* At every moment of a call, by a thread that has nothing to do with it. */
static void
test_cancelled (LkTestSend send)
{
  g_autoptr (LkTestServer) server = lk_test_server_new (echo, NULL);
  g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (lk_test_server_get_url (server));
  Cancelled cancelled = { .round = { .twirp = twirp, .send = send }, .n_left = N_THREADS };
  GThread *threads[N_THREADS];
  GThread *canceller;

  g_mutex_init (&cancelled.lock);
  canceller = g_thread_new ("cancel", cancel_all, &cancelled);
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("call", run_cancelled, &cancelled);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_thread_join (canceller);
  g_clear_object (&cancelled.cancellable);
  g_mutex_clear (&cancelled.lock);

  g_assert_cmpuint (cancelled.n_cancelled, >, 0);
  g_test_message ("%u cancelled, %u answered", cancelled.n_cancelled, cancelled.n_answered);
  cancelled.round.n_calls = 1;
  run_threads (&cancelled.round);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  lk_test_add ("/threads/first-calls", test_first_calls);
  g_test_add_func ("/threads/kept", test_kept);
  lk_test_add ("/threads/cancelled", test_cancelled);

  return g_test_run ();
}
