/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A recorder is killed at each step of the life of an egress and started again, with the folder of
 * its store: whatever runs on the server then has one owner, and once that has stopped all, nothing
 * runs and nothing is stored. The other egresses have the same request, and are none of them to be
 * mistaken for another.
 *
 * The recorder is this program once more, see below. LK_EGRESS_TEST_ROUNDS says how often all of it
 * is done, instead of once. */

#include <json-glib/json-glib.h>
#include <livekit-egress/livekit-egress.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lk-test-devserver.h"
#include "lk-test-folder.h"

#define OWNER "recorder"
#define POLL_INTERVAL_US 5000
/* Seconds that a recorder lives at most. */
#define MAX_LIFE 60
#define N_MANY 12
/* Milliseconds. */
#define LIMIT 2000

/*** The recorder ***/

/* What becomes of its last egress. */
typedef enum
{
  STORED,   /* it is killed when that is stored and not sent yet */
  LOST,     /* the answer to its start never comes */
  STARTING, /* it was accepted */
  ACTIVE,   /* it is that */
  STOPPING, /* it is to stop, which nobody answers */
  ENDED,    /* it is killed when it hears of the end */
  N_PHASES,
  MANY = N_PHASES, /* it starts twelve at once, and not all of them are answered */
  LIMITED          /* it is killed when it was accepted, and may run for no more than LIMIT */
} Phase;

static const char *const phase_names[]
    = { "stored", "lost", "starting", "active", "stopping", "ended", "many", "limited" };

typedef struct
{
  LkEgressService *service;
  guint n_pending;
  gboolean dies; /* with the next token that is asked for */
} Recorder;

static char *
give_token (gpointer user_data, GError **error)
{
  Recorder *recorder = user_data;

  if (recorder->dies)
    kill (getpid (), SIGKILL);

  return lk_test_make_token (LK_TEST_API_KEY, LK_TEST_API_SECRET);
}

static void
fail_on (const GError *error)
{
  if (error != NULL)
    g_error ("%s", error->message);
}

static void
tell (const char *what)
{
  printf ("%s\n", what);
  fflush (stdout);
}

static void
await (Recorder *recorder)
{
  while (recorder->n_pending > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
started (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  Recorder *recorder = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressJob) job
      = lk_egress_service_start_finish (LK_EGRESS_SERVICE (source_object), result, &error);

  fail_on (error);
  recorder->n_pending--;
}

static LkEgressRequest *
new_request (void)
{
  LkEgressRequest *request = lk_egress_request_new_participant ("demo", "alice");

  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, "srt://127.0.0.1:9");

  return request;
}

static void
limited_started (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  kill (getpid (), SIGKILL);
}

static void
start_limited (Recorder *recorder)
{
  g_autoptr (LkEgressStartPolicy) policy = lk_egress_start_policy_new ();
  g_autoptr (LkEgressRequest) request = new_request ();

  g_object_set (policy, "max-duration", LIMIT, NULL);
  lk_egress_service_start_with_policy_async (recorder->service, request, policy, NULL,
                                             limited_started, recorder);
}

static void
start (Recorder *recorder, guint n)
{
  g_autoptr (LkEgressRequest) request = new_request ();

  for (guint i = 0; i < n; i++)
    {
      recorder->n_pending++;
      lk_egress_service_start_async (recorder->service, request, NULL, started, recorder);
    }
}

static void
await_active (Recorder *recorder)
{
  GListModel *jobs = lk_egress_service_get_active_jobs (recorder->service);

  for (guint i = 0; i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr (LkEgressJob) job = g_list_model_get_item (jobs, i);

      while (lk_egress_job_get_state (job) < LK_EGRESS_JOB_STATE_ACTIVE)
        g_main_context_iteration (NULL, TRUE);
    }
}

static void
on_state (LkEgressJob *job, GParamSpec *pspec, gpointer user_data)
{
  if (lk_egress_job_state_is_final (lk_egress_job_get_state (job)))
    kill (getpid (), SIGKILL);
}

static void
recovered (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  Recorder *recorder = user_data;
  g_autoptr (GError) error = NULL;

  lk_egress_service_recover_finish (LK_EGRESS_SERVICE (source_object), result, &error);
  fail_on (error);
  recorder->n_pending--;
}

static void
stopped (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  Recorder *recorder = user_data;
  g_autoptr (GError) error = NULL;

  lk_egress_service_stop_all_finish (LK_EGRESS_SERVICE (source_object), result, &error);
  fail_on (error);
  recorder->n_pending--;
}

static void
await_word (void)
{
  char line[16];

  if (fgets (line, sizeof line, stdin) == NULL)
    exit (1);
}

static G_GNUC_NORETURN void
live_on (void)
{
  for (;;)
    g_main_context_iteration (NULL, TRUE);
}

/* "start PHASE OTHERS": OTHERS egresses become ACTIVE, and then the phase begins with one more. */
static G_GNUC_NORETURN void
run_first (Recorder *recorder, Phase phase, guint n_others)
{
  GListModel *jobs = lk_egress_service_get_active_jobs (recorder->service);
  g_autoptr (LkEgressJob) last = NULL;

  start (recorder, n_others);
  await (recorder);
  await_active (recorder);
  tell ("settled");
  await_word ();

  recorder->dies = phase == STORED;
  if (phase == LIMITED)
    start_limited (recorder);
  else
    start (recorder, phase == MANY ? N_MANY : 1);
  if (phase == LIMITED || phase == STORED || phase == LOST || phase == MANY)
    live_on ();

  await (recorder);
  last = g_list_model_get_item (jobs, n_others);
  if (phase > STARTING)
    await_active (recorder);
  if (phase == STOPPING)
    lk_egress_job_stop_async (last, NULL, NULL, NULL);
  if (phase == ENDED)
    {
      g_signal_connect (last, "notify::state", G_CALLBACK (on_state), NULL);
      lk_egress_job_stop_async (last, NULL, NULL, NULL);
    }
  tell ("there");
  live_on ();
}

/* "await N": it comes back, and goes when N of its egresses are left. */
static int
run_await (Recorder *recorder, guint n)
{
  GListModel *jobs = lk_egress_service_get_active_jobs (recorder->service);

  recorder->n_pending++;
  lk_egress_service_recover_async (recorder->service, NULL, NULL, recovered, recorder);
  await (recorder);
  while (g_list_model_get_n_items (jobs) > n)
    g_main_context_iteration (NULL, TRUE);

  return 0;
}

/* "adopt MORE" or "stop 0": it comes back, and starts more of the same at once. */
static int
run_second (Recorder *recorder, gboolean adopts, guint n_more)
{
  GListModel *jobs = lk_egress_service_get_active_jobs (recorder->service);
  g_autoptr (GString) ids = g_string_new ("owns");

  recorder->n_pending++;
  lk_egress_service_recover_async (recorder->service, NULL, NULL, recovered, recorder);
  start (recorder, n_more);
  await (recorder);
  for (guint i = 0; i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr (LkEgressJob) job = g_list_model_get_item (jobs, i);

      g_string_append_printf (ids, " %s", lk_egress_job_get_egress_id (job));
    }
  if (adopts)
    {
      tell (ids->str);
      await_word ();
    }

  recorder->n_pending++;
  lk_egress_service_stop_all_async (recorder->service, NULL, stopped, recorder);
  await (recorder);
  while (g_list_model_get_n_items (jobs) > 0)
    g_main_context_iteration (NULL, TRUE);
  tell ("stopped");

  return 0;
}

/* --recorder URL FOLDER start|adopt|stop|await PHASE|- NUMBER */
static int
run_recorder (char **argv)
{
  Recorder recorder = { 0 };
  g_autoptr (LkEgressCredentials) credentials
      = lk_egress_credentials_new_for_func (give_token, &recorder, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressClient) client = lk_egress_client_new (argv[2], credentials, &error);
  g_autoptr (LkEgressFileStore) store = lk_egress_file_store_new (argv[3]);
  g_autoptr (LkEgressService) service = NULL;
  guint number = (guint)g_ascii_strtoull (argv[6], NULL, 10);
  Phase phase = 0;

  alarm (MAX_LIFE);
  fail_on (error);
  service = g_object_new (LK_EGRESS_TYPE_SERVICE, "client", client, "name", OWNER, "store", store,
                          NULL);
  recorder.service = service;
  while (phase < LIMITED && !g_str_equal (argv[5], phase_names[phase]))
    phase++;
  if (g_str_equal (argv[4], "start"))
    run_first (&recorder, phase, number);
  if (g_str_equal (argv[4], "await"))
    return run_await (&recorder, number);

  return run_second (&recorder, g_str_equal (argv[4], "adopt"), number);
}

/*** The test ***/

static char *program;

typedef struct
{
  LkTestDevserver *server;
  char *folder;
  GSubprocess *process; /* the recorder */
  GDataInputStream *output;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const char *const arguments[] = { "--start-delay", "20", NULL };

  fixture->server = lk_test_devserver_new (arguments);
  fixture->folder = g_dir_make_tmp ("crash-XXXXXX", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  lk_test_devserver_free (fixture->server);
  lk_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static void
spawn (Fixture *fixture, const char *what, const char *phase, guint number)
{
  g_autofree char *text = g_strdup_printf ("%u", number);
  GError *error = NULL;

  fixture->process = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--recorder",
      lk_test_devserver_get_url (fixture->server), fixture->folder, what, phase, text, NULL);
  g_assert_no_error (error);
  fixture->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (fixture->process));
}

/* NULL when it has died. */
static char *
read_word (Fixture *fixture)
{
  return g_data_input_stream_read_line (fixture->output, NULL, NULL, NULL);
}

static void
expect (Fixture *fixture, const char *word)
{
  g_autofree char *line = read_word (fixture);

  g_assert_cmpstr (line, ==, word);
}

static void
say_go_on (Fixture *fixture)
{
  g_output_stream_write_all (g_subprocess_get_stdin_pipe (fixture->process), "go\n", 3, NULL, NULL,
                             NULL);
  g_output_stream_flush (g_subprocess_get_stdin_pipe (fixture->process), NULL, NULL);
}

static void
reap (Fixture *fixture, gboolean well)
{
  g_subprocess_wait (fixture->process, NULL, NULL);
  if (well)
    g_assert_true (g_subprocess_get_successful (fixture->process));
  else
    g_assert_cmpint (g_subprocess_get_term_sig (fixture->process), ==, SIGKILL);
  g_clear_object (&fixture->output);
  g_clear_object (&fixture->process);
}

static void
kill_recorder (Fixture *fixture)
{
  g_subprocess_send_signal (fixture->process, SIGKILL);
  reap (fixture, FALSE);
}

static guint
count_calls (Fixture *fixture, const char *method)
{
  g_autofree char *state = lk_test_devserver_get_state (fixture->server);
  g_autoptr (JsonNode) root = json_from_string (state, NULL);
  JsonObject *calls = json_object_get_object_member (json_node_get_object (root), "calls");

  return (guint)json_object_get_int_member_with_default (calls, method, 0);
}

/* The ids of the egresses that run. */
static GPtrArray *
list_running (Fixture *fixture)
{
  guint status;
  g_autofree char *json
      = lk_test_devserver_call (fixture->server, "ListEgress", "{\"active\":true}", &status);
  g_autoptr (JsonNode) root = json_from_string (json, NULL);
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  JsonArray *items;

  g_assert_cmpuint (status, ==, 200);
  items = json_object_get_array_member (json_node_get_object (root), "items");
  for (guint i = 0; i < json_array_get_length (items); i++)
    g_ptr_array_add (ids, g_strdup (json_object_get_string_member (
                              json_array_get_object_element (items, i), "egress_id")));

  return ids;
}

static void
await_running (Fixture *fixture, guint n)
{
  for (;;)
    {
      g_autoptr (GPtrArray) ids = list_running (fixture);

      if (ids->len == n)
        return;
      g_usleep (POLL_INTERVAL_US);
    }
}

/* A start that was stored a minute ago and is unknown to the server never came there; until then
 * the recorder waits for it. */
static void
age_entries (Fixture *fixture)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "owners", OWNER, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (JsonParser) parser = json_parser_new ();
      g_autoptr (GDateTime) then = NULL;
      g_autoptr (GDateTime) before = NULL;
      g_autofree char *text = NULL;
      g_autofree char *json = NULL;
      JsonObject *entry;

      g_assert_true (json_parser_load_from_file (parser, path, NULL));
      entry = json_node_get_object (json_parser_get_root (parser));
      if (json_object_has_member (entry, "egress_id"))
        continue;
      then = g_date_time_new_from_iso8601 (json_object_get_string_member (entry, "started_at"),
                                           NULL);
      before = g_date_time_add_seconds (then, -70);
      text = g_date_time_format_iso8601 (before);
      json_object_set_string_member (entry, "started_at", text);
      json = json_to_string (json_parser_get_root (parser), FALSE);
      g_assert_true (g_file_set_contents (path, json, -1, NULL));
    }
}

static guint
count_stored (Fixture *fixture)
{
  g_autoptr (LkEgressFileStore) store = lk_egress_file_store_new (fixture->folder);
  GError *error = NULL;
  g_autoptr (GPtrArray) entries
      = lk_egress_store_list (LK_EGRESS_STORE (store), OWNER, NULL, &error);

  g_assert_no_error (error);
  return entries->len;
}

/* Kills a recorder in the phase, with so many others that run. */
static void
play_first (Fixture *fixture, Phase phase, guint n_others)
{
  g_autofree char *idle = g_strdup_printf ("{\"life\":\"idle\",\"count\":%u}", n_others);

  lk_test_devserver_add_fault (fixture->server, idle);
  lk_test_devserver_add_fault (fixture->server, phase == STARTING ? "{\"life\":\"never-active\"}"
                                                                  : "{\"life\":\"idle\"}");
  spawn (fixture, "start", phase_names[phase], n_others);
  expect (fixture, "settled");
  if (phase == LOST)
    lk_test_devserver_add_fault (fixture->server,
                                 "[{\"method\":\"StartEgress\",\"cut\":\"after\"},"
                                 "{\"method\":\"ListEgress\",\"twirp\":{\"code\":\"unavailable\","
                                 "\"msg\":\"no response from servers\"},\"count\":0}]");
  if (phase == STOPPING)
    lk_test_devserver_add_fault (fixture->server,
                                 "{\"method\":\"StopEgress\",\"cut\":\"before\",\"count\":0}");
  say_go_on (fixture);

  if (phase == LOST)
    {
      /* One and its retry are cut, and what it lists after that it does not get. */
      guint n_calls = count_calls (fixture, "ListEgress");

      while (count_calls (fixture, "ListEgress") == n_calls)
        g_usleep (POLL_INTERVAL_US);
    }
  else if (phase != STORED && phase != LIMITED)
    {
      expect (fixture, "there");
    }
  if (phase == STOPPING)
    {
      while (count_calls (fixture, "StopEgress") == 0)
        g_usleep (POLL_INTERVAL_US);
    }

  if (phase == STORED || phase == LIMITED || phase == ENDED)
    reap (fixture, FALSE);
  else
    kill_recorder (fixture);
  lk_test_devserver_clear_faults (fixture->server);
  await_running (fixture, phase == STORED || phase == ENDED ? n_others : n_others + 1);
  g_assert_cmpuint (count_stored (fixture), ==, n_others + 1);
}

static void
assert_owns_what_runs (Fixture *fixture)
{
  g_autofree char *line = read_word (fixture);
  g_autoptr (GPtrArray) running = list_running (fixture);
  g_auto (GStrv) words = NULL;

  g_assert_nonnull (line);
  words = g_strsplit (line, " ", -1);
  g_assert_cmpstr (words[0], ==, "owns");
  for (guint i = 0; i < running->len; i++)
    {
      guint n_owners = 0;

      for (guint j = 1; words[j] != NULL; j++)
        n_owners += g_str_equal (words[j], g_ptr_array_index (running, i));
      if (n_owners != 1)
        g_error ("Egress %s has %u owners: the recorder %s", (char *)running->pdata[i], n_owners,
                 line);
    }
  g_assert_cmpuint (g_strv_length (words), ==, running->len + 1);
}

static void
play_second (Fixture *fixture, gboolean adopts, guint n_more)
{
  g_autofree char *idle = g_strdup_printf ("{\"life\":\"idle\",\"count\":%u}", n_more);

  if (n_more > 0)
    lk_test_devserver_add_fault (fixture->server, idle);
  spawn (fixture, adopts ? "adopt" : "stop", "-", n_more);
  if (adopts)
    {
      assert_owns_what_runs (fixture);
      say_go_on (fixture);
    }
  expect (fixture, "stopped");
  reap (fixture, TRUE);

  await_running (fixture, 0);
  g_assert_cmpuint (count_stored (fixture), ==, 0);
}

/* Half of the starts get no answer, nor does anybody who asks for their egresses. */
static void
play_many (Fixture *fixture)
{
  g_autofree char *faults = g_strdup_printf (
      "[{\"life\":\"idle\",\"count\":%u},"
      "{\"method\":\"StartEgress\",\"cut\":\"after\",\"count\":%u},"
      "{\"method\":\"ListEgress\",\"twirp\":{\"code\":\"unavailable\",\"msg\":\"test\"},\"count\":0}]",
      N_MANY, N_MANY / 2);

  spawn (fixture, "start", "many", 0);
  expect (fixture, "settled");
  lk_test_devserver_add_fault (fixture->server, faults);
  say_go_on (fixture);
  while (lk_test_devserver_count (fixture->server, "EGRESS_ACTIVE") < N_MANY)
    g_usleep (POLL_INTERVAL_US);
  kill_recorder (fixture);
  lk_test_devserver_clear_faults (fixture->server);
  g_assert_cmpuint (count_stored (fixture), ==, N_MANY);
}

static guint
get_rounds (void)
{
  const char *rounds = g_getenv ("LK_EGRESS_TEST_ROUNDS");

  return rounds != NULL ? (guint)g_ascii_strtoull (rounds, NULL, 10) : 1;
}

static void
test_phase (Fixture *fixture, gconstpointer data)
{
  Phase phase = GPOINTER_TO_UINT (data);

  for (guint i = 0; i < 2 * get_rounds (); i++)
    {
      play_first (fixture, phase, 2);
      if (phase == STORED)
        age_entries (fixture);
      play_second (fixture, i % 2 == 0, 0);
    }
}

/* Whoever comes next ends it in time, and no other. */
static void
test_limited (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < get_rounds (); i++)
    {
      play_first (fixture, LIMITED, 2);
      spawn (fixture, "await", "-", 2);
      reap (fixture, TRUE);
      await_running (fixture, 2);
      g_assert_cmpuint (count_stored (fixture), ==, 2);
      play_second (fixture, FALSE, 0);
    }
}

/* The same again at once, within the minute in which a start that was not answered may still make
 * an egress. */
static void
test_many (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 2 * get_rounds (); i++)
    {
      play_many (fixture);
      play_second (fixture, TRUE, 0);
    }
}

/* It comes back and starts more of the same, while it still looks for those that were not answered.
 */
static void
test_more (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < get_rounds (); i++)
    {
      play_first (fixture, LOST, 2);
      play_second (fixture, TRUE, 3);
      play_first (fixture, STORED, 2);
      age_entries (fixture);
      play_second (fixture, TRUE, 3);
      play_many (fixture);
      play_second (fixture, TRUE, N_MANY);
    }
}

int
main (int argc, char **argv)
{
  if (argc == 7 && g_str_equal (argv[1], "--recorder"))
    return run_recorder (argv);

  program = argv[0];
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < N_PHASES; i++)
    {
      g_autofree char *path = g_strconcat ("/service-crash/", phase_names[i], NULL);

      g_test_add (path, Fixture, GUINT_TO_POINTER (i), set_up, test_phase, tear_down);
    }

  g_test_add ("/service-crash/limit", Fixture, NULL, set_up, test_limited, tear_down);
  g_test_add ("/service-crash/many", Fixture, NULL, set_up, test_many, tear_down);
  g_test_add ("/service-crash/more", Fixture, NULL, set_up, test_more, tear_down);

  return g_test_run ();
}
