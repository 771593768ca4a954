/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Jobs in two threads with one client, on a server that loses answers, refuses stops, lists late
 * and has a clock that jumps, while news are delivered from elsewhere and handlers stop, let go and
 * ask as they like. States move forward only, every job goes in the end, and no egress stays that
 * nobody wants. The seed is that of the test program: --seed. */

#include <json-glib/json-glib.h>

#include "lk-egress-job-private.h"
#include "lost-start.h"

#define N_THREADS 2
#define N_JOBS 8

/* Faults that one egress may meet with each method: one more, and what is tried thrice would fail.
 */
#define MAX_FAULTS 2

/* The server */

typedef struct
{
  char *id;
  char *request;
  LkEgressStatus status;
  gint64 started_at;
  guint stop_faults;
} Egress;

typedef struct
{
  GMutex lock;
  GRand *rand;
  GHashTable *egresses;     /* by id */
  GHashTable *start_faults; /* by request */
  gboolean list_failed;     /* the last listing */
} World;

static void
egress_free (gpointer data)
{
  Egress *egress = data;

  g_free (egress->id);
  g_free (egress->request);
  g_free (egress);
}

static gboolean
chance (GRand *rand, guint percent)
{
  return g_rand_int_range (rand, 0, 100) < (int)percent;
}

static char *
describe (World *world, const Egress *egress)
{
  /* Neither the order nor the time of what is said can be relied on. */
  gint64 updated_at = egress->started_at + g_rand_int_range (world->rand, -1000, 1000);

  return g_strdup_printf ("{\"egress_id\":\"%s\",\"room_name\":\"demo\",\"status\":%d,"
                          "\"started_at\":\"%" G_GINT64_FORMAT "\","
                          "\"updated_at\":\"%" G_GINT64_FORMAT "\",\"egress\":%s,"
                          "\"stream_results\":[{\"retries\":%d}]}",
                          egress->id, (int)egress->status, egress->started_at, updated_at,
                          egress->request, g_rand_int_range (world->rand, 0, 3));
}

static void
move_on (World *world, Egress *egress)
{
  static const LkEgressStatus ends[]
      = { LK_EGRESS_STATUS_COMPLETE, LK_EGRESS_STATUS_FAILED, LK_EGRESS_STATUS_LIMIT_REACHED };

  if (egress->status < LK_EGRESS_STATUS_ACTIVE && chance (world->rand, 40))
    egress->status = LK_EGRESS_STATUS_ACTIVE;
  else if (egress->status == LK_EGRESS_STATUS_ENDING && chance (world->rand, 40))
    egress->status = ends[g_rand_int_range (world->rand, 0, G_N_ELEMENTS (ends))];
}

static void
start (World *world, const char *request, char **json)
{
  guint faults = GPOINTER_TO_UINT (g_hash_table_lookup (world->start_faults, request));
  gboolean lost = faults < MAX_FAULTS && chance (world->rand, 30);
  Egress *egress;

  if (lost)
    {
      g_hash_table_insert (world->start_faults, g_strdup (request), GUINT_TO_POINTER (faults + 1));
      if (chance (world->rand, 50))
        return;
    }

  egress = g_new0 (Egress, 1);
  egress->id = g_strdup_printf ("EG_%u", g_hash_table_size (world->egresses));
  egress->request = g_strdup (request);
  egress->started_at = g_get_real_time () * 1000;
  g_hash_table_insert (world->egresses, egress->id, egress);
  if (!lost)
    *json = describe (world, egress);
}

static void
list (World *world, JsonObject *request, guint *status, char **json)
{
  const char *id = json_object_get_string_member_with_default (request, "egress_id", "");
  gboolean active = json_object_get_boolean_member_with_default (request, "active", FALSE);
  g_autoptr (GString) items = g_string_new (NULL);
  GHashTableIter iter;
  gpointer value;

  world->list_failed = !world->list_failed && chance (world->rand, 15);
  if (world->list_failed)
    {
      *status = 503;
      if (chance (world->rand, 50))
        *json = fake_egress_error ("unavailable", "restarting");
      return;
    }

  g_hash_table_iter_init (&iter, world->egresses);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Egress *egress = value;
      g_autofree char *item = NULL;

      move_on (world, egress);
      if (*id != '\0' ? !g_str_equal (id, egress->id)
                      : active && egress->status >= LK_EGRESS_STATUS_COMPLETE)
        continue;
      item = describe (world, egress);
      g_string_append_printf (items, "%s%s", items->len > 0 ? "," : "", item);
    }
  *json = g_strdup_printf ("{\"items\":[%s]}", items->str);
}

static void
stop (World *world, JsonObject *request, guint *status, char **json)
{
  Egress *egress
      = g_hash_table_lookup (world->egresses, json_object_get_string_member (request, "egress_id"));
  gboolean fault = egress->stop_faults < MAX_FAULTS && chance (world->rand, 40);

  egress->stop_faults += fault;
  if (fault && chance (world->rand, 40))
    {
      *status = 408;
      *json = fake_egress_error ("deadline_exceeded", "request timed out");
      return;
    }
  if (egress->status >= LK_EGRESS_STATUS_COMPLETE)
    {
      *status = 412;
      *json = fake_egress_error ("failed_precondition", "cannot be stopped");
      return;
    }

  egress->status = LK_EGRESS_STATUS_ENDING;
  if (!fault)
    *json = describe (world, egress);
  else if (chance (world->rand, 30))
    *json = fake_egress_info ("EG_another", "ENDING", 1);
}

static void
answer (const char *method, const char *text, guint *status, char **json, gpointer data)
{
  World *world = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&world->lock);
  g_autoptr (JsonNode) node = json_from_string (text, NULL);
  JsonObject *request = json_node_get_object (node);

  if (g_str_equal (method, "StartEgress"))
    start (world, text, json);
  else if (g_str_equal (method, "StopEgress"))
    stop (world, request, status, json);
  else
    list (world, request, status, json);
}

/* The users */

typedef struct
{
  LkEgressClient *client;
  World *world;
  guint number;
  GRand *rand;
  GMainContext *context;
  GPtrArray *users;
  guint n_alive;
} Users;

typedef struct
{
  Users *all;
  LkEgressJob *job; /* NULL once it was let go */
  GCancellable *cancellable;
  LkEgressJobState state;
} User;

static void
job_gone (gpointer data, GObject *job)
{
  Users *all = data;

  all->n_alive--;
}

/* What was said of some egress, or what is not true at all. */
static void
deliver (Users *all)
{
  g_autofree char *json = NULL;
  g_autoptr (LkEgressMessage) info = NULL;
  GHashTableIter iter;
  gpointer value;

  g_mutex_lock (&all->world->lock);
  g_hash_table_iter_init (&iter, all->world->egresses);
  if (g_hash_table_iter_next (&iter, NULL, &value))
    json = describe (all->world, value);
  g_mutex_unlock (&all->world->lock);
  if (json == NULL)
    return;

  info = lk_egress_message_new_from_json (LK_EGRESS_TYPE_INFO, json, NULL);
  lk_egress_monitor_deliver (all->client, NULL, LK_EGRESS_INFO (info));
}

static void
let_go (User *user)
{
  if (user->job == NULL)
    return;

  /* Nobody is to let a wanted egress go: it would run for ever. */
  lk_egress_job_stop_async (user->job, NULL, NULL, NULL);
  g_clear_object (&user->job);
}

static void act (User *user, LkEgressJob *job);

static void
on_state_changed (LkEgressJob *job, LkEgressJobState state, User *user)
{
  g_assert_cmpint (state, ==, lk_egress_job_get_state (job));
  g_assert_cmpint (state, >, user->state);
  g_assert_false (lk_egress_job_state_is_final (user->state));
  user->state = state;
  act (user, job);
}

static void
on_stream_changed (LkEgressJob *job, LkEgressStreamInfo *stream, User *user)
{
  if (chance (user->all->rand, 10))
    act (user, job);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  User *user = data;

  act (user, LK_EGRESS_JOB (source));
}

static void
act (User *user, LkEgressJob *job)
{
  Users *all = user->all;

  switch (g_rand_int_range (all->rand, 0, 12))
    {
    case 0:
      let_go (user);
      break;
    case 1:
      let_go (g_ptr_array_index (all->users, g_rand_int_range (all->rand, 0, N_JOBS)));
      break;
    case 2:
      lk_egress_job_stop_async (job, NULL, on_done, user);
      break;
    case 3:
      lk_egress_job_stop (job, NULL, NULL);
      break;
    case 4:
      g_cancellable_cancel (user->cancellable);
      break;
    case 5:
      deliver (all);
      break;
    case 6:
      lk_egress_job_refresh (job);
      break;
    case 7:
      lk_egress_job_wait_async (job, g_rand_int_range (all->rand, 1, 5), NULL, on_done, user);
      break;
    case 8:
      if (lk_egress_job_get_egress_id (job) != NULL)
        lk_egress_job_attach_async (job, NULL, on_done, user);
      break;
    default:
      break;
    }
}

static void
begin (User *user)
{
  Users *all = user->all;
  g_autoptr (LkEgressRequest) request = lk_egress_request_new_participant ("demo", "alice");
  g_autofree char *url
      = g_strdup_printf ("srt://127.0.0.1:1?streamid=%u-%u", all->number, all->n_alive++);

  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, url);
  user->cancellable = g_cancellable_new ();
  user->job = lk_egress_job_new (all->client, request);
  g_object_weak_ref (G_OBJECT (user->job), job_gone, all);
  g_signal_connect (user->job, "state-changed", G_CALLBACK (on_state_changed), user);
  g_signal_connect (user->job, "stream-changed", G_CALLBACK (on_stream_changed), user);
  lk_egress_job_start_async (user->job, user->cancellable, on_done, user);
}

static gpointer
run_users (gpointer data)
{
  Users *all = data;
  User *users = g_new0 (User, N_JOBS);

  g_main_context_push_thread_default (all->context);
  for (guint i = 0; i < N_JOBS; i++)
    {
      users[i].all = all;
      g_ptr_array_add (all->users, &users[i]);
    }
  for (guint i = 0; i < N_JOBS; i++)
    begin (&users[i]);

  /* Let go of them one after the other while the others go on. */
  for (guint i = 0; i < N_JOBS; i++)
    {
      for (guint turns = g_rand_int_range (all->rand, 0, 30); turns > 0; turns--)
        g_main_context_iteration (all->context, FALSE);
      let_go (&users[i]);
    }
  while (all->n_alive > 0)
    g_main_context_iteration (all->context, TRUE);
  while (g_main_context_iteration (all->context, FALSE))
    ;
  g_main_context_pop_thread_default (all->context);

  for (guint i = 0; i < N_JOBS; i++)
    g_object_unref (users[i].cancellable);
  g_free (users);

  return NULL;
}

static void
test_random (void)
{
  FakeEgress *server = fake_egress_new ();
  LkEgressClient *client = fake_egress_new_client (server);
  World world = { .rand = g_rand_new_with_seed (g_test_rand_int ()) };
  Users all[N_THREADS];
  GThread *threads[N_THREADS];
  GHashTableIter iter;
  gpointer value;

  g_mutex_init (&world.lock);
  world.egresses = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, egress_free);
  world.start_faults = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  lk_egress_client_set_time_scale (client, 0.005);
  fake_egress_set_clock (server, 0);
  fake_egress_set_answer (server, answer, &world);

  for (guint i = 0; i < N_THREADS; i++)
    {
      all[i] = (Users){ client,
                        &world,
                        i,
                        g_rand_new_with_seed (g_test_rand_int ()),
                        g_main_context_new (),
                        g_ptr_array_new (),
                        0 };
      threads[i] = g_thread_new ("users", run_users, &all[i]);
    }
  for (guint i = 0; i < N_THREADS; i++)
    {
      g_thread_join (threads[i]);
      g_main_context_unref (all[i].context);
      g_ptr_array_unref (all[i].users);
      g_rand_free (all[i].rand);
    }

  g_hash_table_iter_init (&iter, world.egresses);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_assert_cmpint (((Egress *)value)->status, >=, LK_EGRESS_STATUS_ENDING);
  g_test_message ("%u egresses", g_hash_table_size (world.egresses));

  g_assert_finalize_object (client);
  fake_egress_free (server);
  g_hash_table_unref (world.egresses);
  g_hash_table_unref (world.start_faults);
  g_rand_free (world.rand);
  g_mutex_clear (&world.lock);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *path = g_strdup_printf ("/job-random/%u", i);

      g_test_add_func (path, test_random);
    }

  return g_test_run ();
}
