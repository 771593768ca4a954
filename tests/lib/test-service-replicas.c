/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Three services of one name share a Redis, and take webhooks in turn, whoever owns the egress. One
 * is killed at each step of the life of an egress, or sleeps for too long: what runs on the server
 * then has one owner within two leases, and once the others have ended nothing runs, nothing is
 * stored, and each end was counted once. And Redis goes and comes back.
 *
 * A service is this program once more, see below. LK_EGRESS_TEST_ROUNDS says how often all of it is
 * done, instead of once, and LK_EGRESS_TEST_OUTAGE for how many seconds Redis is away, instead
 * of 3.
 */

#include <json-glib/json-glib.h>
#include <livekit-egress/livekit-egress.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lk-test-child.h"
#include "lk-test-devserver.h"
#include "lk-test-folder.h"
#include "lk-test-redis.h"
#include "lk-test-server.h"

#define OWNER "recorder"
#define LEASE 2000 /* milliseconds */
#define N_REPLICAS 3

/*** The service ***/

static LkEgressService *service;
static gboolean dies; /* with the next token that is asked for */

static char *
give_token (gpointer user_data, GError **error)
{
  if (dies)
    kill (getpid (), SIGKILL);

  return lk_test_make_token (LK_TEST_API_KEY, LK_TEST_API_SECRET);
}

static void
tell (const char *what)
{
  printf ("%s\n", what);
  fflush (stdout);
}

static void
on_started (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressJob) job = lk_egress_service_start_finish (service, result, &error);

  tell (job != NULL ? lk_egress_job_get_egress_id (job) : error->message);
}

static void
start (const char *folder)
{
  g_autoptr (LkEgressRequest) request = lk_egress_request_new_participant ("demo", "alice");
  g_autofree char *location = g_strconcat (folder, "/image.jpg", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressOutput) output
      = lk_egress_output_new_for_location (location, LK_EGRESS_OUTPUT_FORMAT_DEFAULT, &error);

  g_assert_no_error (error);
  lk_egress_request_add_output (request, output);
  lk_egress_service_start_async (service, request, NULL, on_started, NULL);
}

static guint
count_stopped (void)
{
  return (guint)lk_egress_metrics_get_value (lk_egress_service_get_metrics (service),
                                             "egress_stopped_total");
}

/* "PROBLEM STOPPED ID ID…" */
static void
tell_state (void)
{
  GListModel *jobs = lk_egress_service_get_active_jobs (service);
  g_autoptr (LkEgressHealth) health = lk_egress_service_get_health_status (service);
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_printf (text, "%d %u", lk_egress_health_get_problem (health), count_stopped ());
  for (guint i = 0; i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr (LkEgressJob) job = g_list_model_get_item (jobs, i);
      const char *id = lk_egress_job_get_egress_id (job);

      g_string_append_printf (text, " %s", id != NULL ? id : "-");
    }
  tell (text->str);
}

static void
on_shut_down (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  lk_egress_service_shutdown_finish (service, result, &error);
  text = g_strdup_printf ("%u%s%s", count_stopped (), error != NULL ? " " : "",
                          error != NULL ? error->message : "");
  tell (text);
  g_clear_pointer (&text, g_free);
  g_clear_error (&error);
  exit (0);
}

static gboolean
on_word (GIOChannel *channel, GIOCondition condition, gpointer user_data)
{
  g_autofree char *line = NULL;
  g_auto (GStrv) words = NULL;

  if (g_io_channel_read_line (channel, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL)
    exit (1);
  words = g_strsplit (g_strchomp (line), " ", -1);
  if (g_str_equal (words[0], "start"))
    start (words[1]);
  else if (g_str_equal (words[0], "state"))
    tell_state ();
  else if (g_str_equal (words[0], "stop"))
    lk_egress_job_stop_async (lk_egress_service_get_job (service, words[1]), NULL, NULL, NULL);
  else if (g_str_equal (words[0], "end"))
    lk_egress_service_shutdown_async (service, LK_EGRESS_SHUTDOWN_STOP, 30000, NULL, on_shut_down,
                                      NULL);
  else if (g_str_equal (words[0], "die"))
    {
      dies = TRUE;
      start (words[1]);
    }

  return G_SOURCE_CONTINUE;
}

static G_GNUC_NORETURN void
serve (const char *redis, const char *url)
{
  g_autoptr (LkEgressStore) store = g_object_new (LK_EGRESS_TYPE_REDIS_STORE, "address", redis,
                                                  "lease", LEASE, "timeout", 650, NULL);
  g_autoptr (LkEgressCredentials) credentials
      = lk_egress_credentials_new_for_func (give_token, NULL, NULL);
  g_autoptr (LkEgressClient) client
      = g_object_new (LK_EGRESS_TYPE_CLIENT, "url", url, "credentials", credentials, NULL);
  g_autoptr (GIOChannel) channel = g_io_channel_unix_new (STDIN_FILENO);
  g_autoptr (LkEgressWebhookKeys) keys = lk_egress_webhook_keys_new ();
  g_autoptr (LkEgressWebhookReceiver) receiver = NULL;
  g_autofree char *port = NULL;
  g_autoptr (GError) error = NULL;

  service = g_object_new (LK_EGRESS_TYPE_SERVICE, "client", client, "name", OWNER, "store", store,
                          NULL);
  lk_egress_webhook_keys_add (keys, LK_TEST_API_KEY, LK_TEST_API_SECRET);
  receiver = lk_egress_webhook_receiver_new (service, keys);
  lk_egress_webhook_receiver_listen (receiver, NULL, 0, NULL, &error);
  g_assert_no_error (error);
  port = g_strdup_printf ("%u", lk_egress_webhook_receiver_get_port (receiver));
  tell (port);
  g_clear_pointer (&port, g_free);
  g_io_add_watch (channel, G_IO_IN | G_IO_HUP, on_word, NULL);
  for (;;)
    g_main_context_iteration (NULL, TRUE);
}

/*** The test ***/

static char *program;

typedef struct
{
  GSubprocess *process;
  GDataInputStream *output;
  gint port; /* for webhooks */
} Replica;

typedef struct
{
  LkTestRedis *redis;
  LkTestDevserver *server;
  char *folder;
  Replica replicas[N_REPLICAS];

  LkTestServer *relay; /* gives the webhooks to the replicas in turn */
  SoupSession *session;
  guint turn;
  gint n_webhooks;
} Fixture;

static gboolean
give_webhook (Fixture *fixture, Replica *replica, const LkTestRequest *request)
{
  g_autofree char *url
      = g_strdup_printf ("http://127.0.0.1:%d/webhook", g_atomic_int_get (&replica->port));
  g_autoptr (SoupMessage) message = soup_message_new ("POST", url);
  g_autoptr (GBytes) reply = NULL;

  soup_message_set_request_body_from_bytes (message, "application/webhook+json", request->body);
  soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization",
                                soup_message_headers_get_one (request->headers, "Authorization"));
  reply = soup_session_send_and_read (fixture->session, message, NULL, NULL);

  return reply != NULL && soup_message_get_status (message) == SOUP_STATUS_OK;
}

/* One that does not answer is passed over, as a proxy would do it. */
static void
relay_webhook (LkTestRequest *request, gpointer user_data)
{
  Fixture *fixture = user_data;
  guint status = SOUP_STATUS_BAD_GATEWAY;

  for (guint i = 0; status != SOUP_STATUS_OK && i < N_REPLICAS; i++)
    {
      if (give_webhook (fixture, &fixture->replicas[fixture->turn++ % N_REPLICAS], request))
        status = SOUP_STATUS_OK;
    }
  if (status == SOUP_STATUS_OK)
    g_atomic_int_inc (&fixture->n_webhooks);
  lk_test_request_reply (request, status, "text/plain", "", 0);
}

static void
begin_replica (Fixture *fixture, Replica *self)
{
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GError) error = NULL;
  g_autofree char *port = NULL;

  g_subprocess_launcher_set_child_setup (launcher, lk_test_die_with_parent,
                                         GINT_TO_POINTER (SIGKILL), NULL);
  self->process = g_subprocess_launcher_spawn (launcher, &error, program, "--replica",
                                               lk_test_redis_get_address (fixture->redis),
                                               lk_test_devserver_get_url (fixture->server), NULL);
  g_assert_no_error (error);
  self->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  port = g_data_input_stream_read_line (self->output, NULL, NULL, NULL);
  g_assert_nonnull (port);
  g_atomic_int_set (&self->port, atoi (port));
}

static void
end_replica (Replica *self)
{
  if (self->process == NULL)
    return;
  g_subprocess_force_exit (self->process);
  g_subprocess_wait (self->process, NULL, NULL);
  g_clear_object (&self->process);
  g_clear_object (&self->output);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *url = NULL;

  fixture->redis = lk_test_redis_new (NULL);
  if (fixture->redis == NULL)
    return;
  fixture->folder = g_dir_make_tmp ("lk-replicas-XXXXXX", NULL);
  fixture->session = soup_session_new_with_options ("timeout", 1, NULL);
  fixture->relay = lk_test_server_new (relay_webhook, fixture);
  url = g_strconcat (lk_test_server_get_url (fixture->relay), "/webhook", NULL);
  fixture->server = lk_test_devserver_new (
      (const char *const[]){ "--out", fixture->folder, "--webhook", url, NULL });
  for (guint i = 0; i < N_REPLICAS; i++)
    begin_replica (fixture, &fixture->replicas[i]);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < N_REPLICAS; i++)
    end_replica (&fixture->replicas[i]);
  g_clear_pointer (&fixture->server, lk_test_devserver_free);
  g_clear_pointer (&fixture->relay, lk_test_server_free);
  g_clear_object (&fixture->session);
  g_clear_pointer (&fixture->redis, lk_test_redis_free);
  if (fixture->folder != NULL)
    lk_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static void
say (Replica *self, const char *word, const char *argument)
{
  g_autofree char *line = g_strdup_printf ("%s%s%s\n", word, argument != NULL ? " " : "",
                                           argument != NULL ? argument : "");

  g_output_stream_write_all (g_subprocess_get_stdin_pipe (self->process), line, strlen (line), NULL,
                             NULL, NULL);
}

static char *
ask (Replica *self, const char *word, const char *argument)
{
  char *line;

  say (self, word, argument);
  line = g_data_input_stream_read_line (self->output, NULL, NULL, NULL);
  g_assert_nonnull (line);

  return line;
}

static char *
start_one (Replica *self, guint number)
{
  g_autofree char *argument = g_strdup_printf ("%u", number);
  char *id = ask (self, "start", argument);

  if (!g_str_has_prefix (id, "EG_"))
    g_error ("No egress was started: %s", id);

  return id;
}

/* The ids that the replicas from the first on have, each of which only one has. */
static GHashTable *
get_owned (Fixture *fixture, guint first)
{
  GHashTable *ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = first; i < N_REPLICAS; i++)
    {
      g_autofree char *line = ask (&fixture->replicas[i], "state", NULL);
      g_auto (GStrv) words = g_strsplit (line, " ", -1);

      for (guint j = 2; words[j] != NULL; j++)
        {
          if (g_hash_table_contains (ids, words[j]))
            g_error ("Egress %s has two owners", words[j]);
          g_hash_table_add (ids, g_strdup (words[j]));
        }
    }

  return ids;
}

/* Whether each egress that runs on the server has an owner. */
static gboolean
all_owned (Fixture *fixture, guint first)
{
  g_autoptr (GHashTable) ids = get_owned (fixture, first);
  g_autofree char *state = lk_test_devserver_get_state (fixture->server);
  g_autoptr (JsonNode) root = json_from_string (state, NULL);
  JsonArray *egresses = json_object_get_array_member (json_node_get_object (root), "egresses");

  for (guint i = 0; i < json_array_get_length (egresses); i++)
    {
      JsonObject *egress = json_array_get_object_element (egresses, i);
      const char *status = json_object_get_string_member (egress, "status");

      if ((g_str_equal (status, "EGRESS_STARTING") || g_str_equal (status, "EGRESS_ACTIVE"))
          && !g_hash_table_contains (ids, json_object_get_string_member (egress, "egress_id")))
        return FALSE;
    }

  return TRUE;
}

/* Two leases are enough. That is held to when all of it is done often, on a machine that has
 * nothing else to do; one that runs other tests as well has more time. */
static void
assert_soon (gint64 since)
{
  gint64 limit = g_getenv ("LK_EGRESS_TEST_ROUNDS") != NULL ? 2 * LEASE : 30 * LEASE;

  g_assert_cmpint (g_get_monotonic_time () - since, <=, limit * G_TIME_SPAN_MILLISECOND);
}

static void
await_owners (Fixture *fixture, guint first)
{
  gint64 since = g_get_monotonic_time ();

  while (!all_owned (fixture, first))
    {
      assert_soon (since);
      g_usleep (20000);
    }
}

/* Gives how many ends they have counted. */
static guint
end_all (Fixture *fixture, guint first)
{
  guint n_stopped = 0;

  for (guint i = first; i < N_REPLICAS; i++)
    {
      g_autofree char *line = ask (&fixture->replicas[i], "end", NULL);

      if (strchr (line, ' ') != NULL)
        g_error ("%s", line);
      n_stopped += (guint)atoi (line);
    }
  g_assert_cmpuint (lk_test_devserver_count (fixture->server, "EGRESS_STARTING"), ==, 0);
  g_assert_cmpuint (lk_test_devserver_count (fixture->server, "EGRESS_ACTIVE"), ==, 0);
  g_assert_cmpuint (lk_test_devserver_count (fixture->server, "EGRESS_ENDING"), ==, 0);
  g_assert_cmpint (g_atomic_int_get (&fixture->n_webhooks), >=, N_REPLICAS);

  return n_stopped;
}

static void
assert_stored (Fixture *fixture, const char *expected)
{
  g_autofree char *text
      = lk_test_redis_ask (fixture->redis, "HLEN", "livekit-egress:{" OWNER "}:entries", NULL);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_killed (Fixture *fixture, gconstpointer phase)
{
  Replica *victim = &fixture->replicas[0];
  g_autofree char *last = NULL;
  guint n_stopped;

  if (fixture->redis == NULL)
    return;

  for (guint i = 0; i < N_REPLICAS; i++)
    g_free (start_one (&fixture->replicas[i], 10 + i));
  lk_test_devserver_wait (fixture->server, "EGRESS_ACTIVE", N_REPLICAS);
  if (g_str_equal (phase, "stored"))
    {
      say (victim, "die", "20");
      g_subprocess_wait (victim->process, NULL, NULL);
    }
  else
    {
      /* It is killed before the end, and counts nothing. */
      if (g_str_equal (phase, "stopping"))
        lk_test_devserver_add_fault (fixture->server, "{\"life\":\"slow-end\"}");
      last = start_one (victim, 20);
      if (!g_str_equal (phase, "starting"))
        lk_test_devserver_wait (fixture->server, "EGRESS_ACTIVE", N_REPLICAS + 1);
      if (g_str_equal (phase, "stopping"))
        {
          say (victim, "stop", last);
          lk_test_devserver_wait (fixture->server, "EGRESS_ENDING", 1);
        }
    }
  end_replica (victim);

  await_owners (fixture, 1);
  n_stopped = end_all (fixture, 1);
  if (g_str_equal (phase, "stored"))
    {
      /* It is looked for until it cannot come any more. */
      g_assert_cmpuint (n_stopped, ==, N_REPLICAS);
      return;
    }
  assert_stored (fixture, "0");
  g_assert_cmpuint (n_stopped, ==, N_REPLICAS + 1);
}

/* One that sleeps longer than its lease lets go of what another has taken. */
static void
test_sleeps (Fixture *fixture, gconstpointer data)
{
  Replica *sleeper = &fixture->replicas[0];
  gint64 since;

  if (fixture->redis == NULL)
    return;

  for (guint i = 0; i < 3; i++)
    g_free (start_one (sleeper, 10 + i));
  lk_test_devserver_wait (fixture->server, "EGRESS_ACTIVE", 3);
  g_subprocess_send_signal (sleeper->process, SIGSTOP);
  await_owners (fixture, 1);
  g_subprocess_send_signal (sleeper->process, SIGCONT);

  since = g_get_monotonic_time ();
  for (;;)
    {
      g_autofree char *line = ask (sleeper, "state", NULL);

      if (g_str_equal (line, "0 0"))
        break;
      assert_soon (since);
      g_usleep (20000);
    }
  g_assert_true (all_owned (fixture, 0));
  g_assert_cmpuint (end_all (fixture, 0), ==, 3);
  assert_stored (fixture, "0");
}

/* What another finds first is not owned by two. */
typedef struct
{
  LkEgressStore *store;
  LkEgressStoreEntry *entry;
  const char *found; /* by the other; NULL once it has told so */
} Other;

/* The service has claimed what it looks for, and looks now. */
static char *
find_first (gpointer user_data, GError **error)
{
  Other *other = user_data;

  if (other->found != NULL)
    {
      lk_egress_store_entry_set_egress_id (other->entry, other->found);
      g_assert_true (lk_egress_store_put (other->store, other->entry, NULL, NULL));
      other->found = NULL;
    }

  return lk_test_make_token (LK_TEST_API_KEY, LK_TEST_API_SECRET);
}

static char *
start_plain (LkEgressClient *client, LkEgressRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressInfo) info = lk_egress_client_start (client, request, NULL, &error);

  g_assert_no_error (error);
  return g_strdup (lk_egress_info_get_egress_id (info));
}

static LkEgressStore *
new_store (Fixture *fixture, gboolean in_folder, guint lease)
{
  g_autofree char *path = g_build_filename (fixture->folder, "store", NULL);

  if (in_folder)
    return LK_EGRESS_STORE (lk_egress_file_store_new (path));

  return g_object_new (LK_EGRESS_TYPE_REDIS_STORE, "address",
                       lk_test_redis_get_address (fixture->redis), "lease", lease, NULL);
}

/* Two starts of one request were never answered, and two services look for their egresses. */
static void
test_unanswered (Fixture *fixture, gconstpointer in_folder)
{
  static const char name[] = "other recorder";
  g_autoptr (LkEgressRequest) request = NULL;
  g_autoptr (LkEgressCredentials) credentials = NULL;
  g_autoptr (LkEgressClient) client = NULL;
  g_autoptr (LkEgressStore) own_store = NULL;
  g_autoptr (LkEgressStoreEntry) entry = NULL;
  g_autoptr (LkEgressService) own_service = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  Other other = { NULL };

  if (fixture->redis == NULL)
    return;

  request = lk_egress_request_new_participant ("demo", "alice");
  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, "srt://127.0.0.1:9");
  credentials = lk_egress_credentials_new_for_func (find_first, &other, NULL);
  client = g_object_new (LK_EGRESS_TYPE_CLIENT, "url", lk_test_devserver_get_url (fixture->server),
                         "credentials", credentials, NULL);
  other.store = new_store (fixture, in_folder != NULL, 600000);
  own_store = new_store (fixture, in_folder != NULL, LEASE);
  other.entry = lk_egress_store_entry_new (name, lk_egress_client_get_url (client), request, NULL);
  entry = lk_egress_store_entry_new (name, lk_egress_client_get_url (client), request, NULL);
  g_assert_true (lk_egress_store_put (other.store, other.entry, NULL, NULL));
  g_assert_true (lk_egress_store_put (other.store, entry, NULL, NULL));
  {
    g_autoptr (LkEgressClient) dead
        = lk_egress_client_new (lk_test_devserver_get_url (fixture->server), credentials, NULL);

    first = start_plain (dead, request);
    second = start_plain (dead, request);
  }
  lk_egress_store_release (other.store, entry);
  other.found = first;

  own_service = g_object_new (LK_EGRESS_TYPE_SERVICE, "client", client, "name", name, "store",
                              own_store, NULL);
  if (in_folder != NULL)
    lk_egress_service_recover_async (own_service, NULL, NULL, NULL, NULL);
  while (lk_egress_service_get_job (own_service, second) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (lk_egress_service_get_job (own_service, first));
  g_assert_cmpuint (g_list_model_get_n_items (lk_egress_service_get_active_jobs (own_service)), ==,
                    1);
  g_assert_cmpfloat (lk_egress_metrics_get_value (lk_egress_service_get_metrics (own_service),
                                                  "egress_stopped_total"),
                     ==, 0);

  g_clear_object (&own_service);
  g_object_unref (other.entry);
  g_object_unref (other.store);
}

static void
await_problem (Fixture *fixture, LkEgressHealthProblem problem)
{
  gint64 since = g_get_monotonic_time ();

  for (guint i = 0; i < N_REPLICAS; i++)
    {
      for (;;)
        {
          g_autofree char *line = ask (&fixture->replicas[i], "state", NULL);

          if (atoi (line) == (int)problem)
            break;
          g_assert_cmpint (g_get_monotonic_time () - since, <=, 30 * G_TIME_SPAN_SECOND);
          g_usleep (20000);
        }
    }
}

/* Nothing is stopped, starts go on, and all of it is stored when Redis is back. */
static void
test_outage (Fixture *fixture, gconstpointer how)
{
  const char *seconds = g_getenv ("LK_EGRESS_TEST_OUTAGE");
  gint64 until
      = g_get_monotonic_time () + (seconds != NULL ? atoi (seconds) : 3) * G_TIME_SPAN_SECOND;

  if (fixture->redis == NULL)
    return;

  for (guint i = 0; i < N_REPLICAS; i++)
    g_free (start_one (&fixture->replicas[i], 10 + i));
  lk_test_devserver_wait (fixture->server, "EGRESS_ACTIVE", 3);
  if (g_str_equal (how, "hangs"))
    lk_test_redis_hang (fixture->redis);
  else
    lk_test_redis_stop (fixture->redis);

  await_problem (fixture, LK_EGRESS_HEALTH_PROBLEM_STORE_FAILED);
  g_free (start_one (&fixture->replicas[0], 20));
  lk_test_devserver_wait (fixture->server, "EGRESS_ACTIVE", 4);
  while (g_get_monotonic_time () < until)
    {
      g_assert_true (all_owned (fixture, 0));
      g_usleep (100000);
    }

  if (g_str_equal (how, "forgets"))
    lk_test_redis_forget (fixture->redis);
  if (g_str_equal (how, "hangs"))
    lk_test_redis_go_on (fixture->redis);
  else
    lk_test_redis_start (fixture->redis);
  await_problem (fixture, LK_EGRESS_HEALTH_PROBLEM_NONE);
  g_assert_cmpuint (lk_test_devserver_count (fixture->server, "EGRESS_ACTIVE"), ==, 4);
  await_owners (fixture, 0);
  g_assert_cmpuint (end_all (fixture, 0), ==, 4);
  assert_stored (fixture, "0");
}

int
main (int argc, char **argv)
{
  static const char *const phases[] = { "stored", "starting", "active", "stopping" };
  static const char *const outages[] = { "restarts", "hangs", "forgets" };
  const char *rounds = g_getenv ("LK_EGRESS_TEST_ROUNDS");

  if (argc == 4 && g_str_equal (argv[1], "--replica"))
    serve (argv[2], argv[3]);

  g_test_init (&argc, &argv, NULL);
  program = argv[0];
  for (int round = 0; round < (rounds != NULL ? atoi (rounds) : 1); round++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (phases); i++)
        {
          g_autofree char *path = g_strdup_printf ("/replicas/killed/%s/%d", phases[i], round);

          g_test_add (path, Fixture, phases[i], set_up, test_killed, tear_down);
        }
    }
  g_test_add ("/replicas/unanswered", Fixture, NULL, set_up, test_unanswered, tear_down);
  g_test_add ("/replicas/unanswered-folder", Fixture, "folder", set_up, test_unanswered, tear_down);
  g_test_add ("/replicas/sleeps", Fixture, NULL, set_up, test_sleeps, tear_down);
  for (guint i = 0; i < G_N_ELEMENTS (outages); i++)
    {
      g_autofree char *path = g_strdup_printf ("/replicas/outage/%s", outages[i]);

      g_test_add (path, Fixture, outages[i], set_up, test_outage, tear_down);
    }

  return g_test_run ();
}
