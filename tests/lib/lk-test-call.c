/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lk-test-call.h"

LkEgressTwirp *
lk_test_twirp_new (const char *url)
{
  g_autoptr (LkEgressCredentials) credentials = lk_egress_credentials_new_for_token (LK_TEST_TOKEN);
  g_autoptr (GError) error = NULL;
  LkEgressTwirp *twirp
      = lk_egress_twirp_new (url, "livekit.Egress", credentials, "{\"roomRecord\":true}", &error);

  g_assert_no_error (error);
  return twirp;
}

typedef struct
{
  GThread *thread;
  GAsyncResult *result;
} Outcome;

static void
done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = user_data;

  g_assert_true (outcome->thread == g_thread_self ());
  g_assert_null (outcome->result);
  outcome->result = g_object_ref (result);
}

/* One context for all calls of a thread, as programs have it: what libsoup still has to do for a
 * call that is over is done in it, and the next call may wait for that. */
static GMainContext *
get_context (void)
{
  static GPrivate context = G_PRIVATE_INIT ((GDestroyNotify)g_main_context_unref);

  if (g_private_get (&context) == NULL)
    g_private_set (&context, g_main_context_new ());

  return g_private_get (&context);
}

GBytes *
lk_test_send_async (LkEgressTwirp *twirp,
                    SoupMessage *message,
                    guint timeout,
                    GCancellable *cancellable,
                    GError **error)
{
  GMainContext *context = get_context ();
  Outcome outcome = { .thread = g_thread_self () };
  GBytes *reply;

  g_main_context_push_thread_default (context);
  lk_egress_twirp_send_async (twirp, message, timeout, cancellable, done, &outcome);
  g_assert_null (outcome.result);
  while (outcome.result == NULL)
    g_main_context_iteration (context, TRUE);

  reply = lk_egress_twirp_send_finish (twirp, outcome.result, error);
  g_object_unref (outcome.result);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_main_context_pop_thread_default (context);

  return reply;
}

GBytes *
lk_test_call (LkTestSend send,
              LkEgressTwirp *twirp,
              LkEgressTwirpFlags flags,
              guint timeout,
              GCancellable *cancellable,
              GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new (NULL, 0);
  g_autoptr (SoupMessage) message = lk_egress_twirp_build (twirp, "ListEgress", flags, body, error);
  g_autoptr (GBytes) reply = NULL;

  g_assert_nonnull (message);
  reply = send (twirp, message, timeout, cancellable, error);
  return reply ? lk_egress_twirp_check (message, reply, error) : NULL;
}

typedef struct
{
  void (*test) (LkTestSend send);
  LkTestSend send;
} Case;

static void
run_case (gconstpointer data)
{
  const Case *test_case = data;

  test_case->test (test_case->send);
}

static void
add (const char *path, const char *way, void (*test) (LkTestSend send), LkTestSend send)
{
  g_autofree char *full = g_strconcat (path, "/", way, NULL);
  Case *test_case = g_new (Case, 1);

  test_case->test = test;
  test_case->send = send;
  g_test_add_data_func_full (full, test_case, run_case, g_free);
}

void
lk_test_add (const char *path, void (*test) (LkTestSend send))
{
  add (path, "sync", test, lk_egress_twirp_send);
  add (path, "async", test, lk_test_send_async);
}
