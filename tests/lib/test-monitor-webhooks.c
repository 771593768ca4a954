/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How often the server is asked while webhooks arrive, and when they stop. Two egresses run under
 * one clock: only of the one there are webhooks. What is compared is how often each is asked for.
 */

#include "fake-egress.h"
#include "lk-egress-error.h"
#include "lk-egress-job.h"
#include "lk-egress-monitor-private.h"

/* A second takes so much of one. */
#define TIME_SCALE 0.003

typedef struct
{
  FakeEgress *server;
  LkEgressClient *clients[2];
  LkEgressJob *jobs[2];
  const char *status;    /* of the first */
  int n_polls[2];        /* in the thread of the server */
  guint n_heard, n_lost; /* of polls, by a watch without an id */
} Fixture;

static void
answer (const char *method, const char *request, guint *status, char **json, gpointer data)
{
  Fixture *fixture = data;
  guint which = strstr (request, "EG_0") != NULL ? 0 : 1;
  g_autofree char *info
      = fake_egress_info (which == 0 ? "EG_0" : "EG_1",
                          which == 0 ? g_atomic_pointer_get (&fixture->status) : "ACTIVE", 1);

  g_atomic_int_inc (&fixture->n_polls[which]);
  *json = fake_egress_list (info, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = fake_egress_new ();
  fixture->status = "ACTIVE";
  fake_egress_set_answer (fixture->server, answer, fixture);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *egress_id = g_strdup_printf ("EG_%u", i);
      GError *error = NULL;

      fixture->clients[i] = fake_egress_new_client (fixture->server);
      lk_egress_client_set_time_scale (fixture->clients[i], TIME_SCALE);
      fixture->jobs[i] = lk_egress_job_new_for_id (fixture->clients[i], egress_id);
      g_assert_true (lk_egress_job_attach (fixture->jobs[i], NULL, &error));
      g_assert_no_error (error);
    }
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    g_assert_finalize_object (fixture->jobs[i]);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  for (guint i = 0; i < 2; i++)
    g_assert_finalize_object (fixture->clients[i]);
  fake_egress_free (fixture->server);
}

static void
deliver (Fixture *fixture, LkEgressStatus status)
{
  g_autoptr (LkEgressInfo) info = lk_egress_info_new ();

  g_object_set (info, "egress-id", "EG_0", "status", status, NULL);
  lk_egress_monitor_deliver (fixture->clients[0], NULL, info);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* How often one is asked for while the other is asked for so often. */
static int
count_while (Fixture *fixture, guint which, int n_others)
{
  int before = g_atomic_int_get (&fixture->n_polls[which]);
  int until = g_atomic_int_get (&fixture->n_polls[1 - which]) + n_others;

  while (g_atomic_int_get (&fixture->n_polls[1 - which]) < until)
    g_main_context_iteration (NULL, TRUE);

  return g_atomic_int_get (&fixture->n_polls[which]) - before;
}

static void
test_net (Fixture *fixture, gconstpointer data)
{
  lk_egress_job_refresh (fixture->jobs[0]);
  lk_egress_job_refresh (fixture->jobs[1]);
  deliver (fixture, LK_EGRESS_STATUS_ACTIVE);

  /* While they arrive the polls are few. */
  g_assert_cmpint (count_while (fixture, 0, 40), <, 20);

  /* A poll brings what none of them brings: it is polled for as any other, and one that ends is
   * asked for more often than one that runs, which is asked for ten times as often as with the
   * net. */
  g_atomic_pointer_set (&fixture->status, "ENDING");
  while (lk_egress_job_get_state (fixture->jobs[0]) != LK_EGRESS_JOB_STATE_ENDING)
    g_main_context_iteration (NULL, TRUE);
  count_while (fixture, 1, 4);
  g_assert_cmpint (count_while (fixture, 1, 40), <, 40);

  /* They arrive again. */
  deliver (fixture, LK_EGRESS_STATUS_ENDING);
  count_while (fixture, 1, 1);
  g_assert_cmpint (count_while (fixture, 1, 10), >=, 3);
}

/* A poll that is a moment faster than the webhook is no reason to trust webhooks less. */
static void
test_race (Fixture *fixture, gconstpointer data)
{
  lk_egress_job_refresh (fixture->jobs[0]);
  lk_egress_job_refresh (fixture->jobs[1]);
  deliver (fixture, LK_EGRESS_STATUS_ACTIVE);
  g_atomic_pointer_set (&fixture->status, "ENDING");
  while (lk_egress_job_get_state (fixture->jobs[0]) != LK_EGRESS_JOB_STATE_ENDING)
    g_main_context_iteration (NULL, TRUE);
  deliver (fixture, LK_EGRESS_STATUS_ENDING);
  count_while (fixture, 1, 2);
  g_assert_cmpint (count_while (fixture, 1, 10), >=, 3);
}

static guint
hear (LkEgressInfo *info, LkEgressLifeOrigin origin, const GError *error, gpointer data)
{
  Fixture *fixture = data;

  g_assert_null (info);
  if (error != NULL)
    fixture->n_lost++;
  else
    fixture->n_heard++;
  return G_MAXUINT;
}

/* A watch without an id hears of the questions that others have asked, and asks none. */
static void
test_hears (Fixture *fixture, gconstpointer data)
{
  LkEgressWatch *watch = lk_egress_monitor_watch (fixture->clients[0], g_main_context_default (),
                                                  NULL, G_MAXUINT, hear, fixture);
  g_autofree char *refusal = fake_egress_error ("unauthenticated", "permissions denied");
  int before = g_atomic_int_get (&fixture->n_polls[0]);

  lk_egress_monitor_refresh (watch);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (g_atomic_int_get (&fixture->n_polls[0]), ==, before);

  lk_egress_job_refresh (fixture->jobs[0]);
  while (fixture->n_heard == 0)
    g_main_context_iteration (NULL, TRUE);

  fake_egress_set_answer (fixture->server, NULL, NULL);
  fake_egress_always (fixture->server, "ListEgress", 401, refusal);
  while (fixture->n_lost == 0)
    g_main_context_iteration (NULL, TRUE);

  lk_egress_monitor_unwatch (watch);
}

#define ADD(name, test)                                                                            \
  g_test_add ("/monitor-webhooks/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("net", test_net);
  ADD ("race", test_race);
  ADD ("hears", test_hears);

  return g_test_run ();
}
