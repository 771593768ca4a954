/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Elements with an owner, whose processes are killed: the next of the owner finds what they left.
 * Each pipeline runs in a process of its own, which is this program once more. */

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <livekit-egress/livekit-egress.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "gst-test.h"
#include "lk-test-folder.h"

#define RUN "--run"
#define OWNER "studio"
#define SINK "livekitegresssink owner=" OWNER " room-name=demo location=a.mp4"
#define SRC                                                                                        \
  "livekitegresssrc owner=" OWNER " room-name=demo participant-identity=alice protocol=srt "       \
  "demux=false ! fakesink"
#define NO_ROOM                                                                                    \
  "{\"method\":\"StartEgress\",\"count\":%u,\"twirp\":{\"code\":\"not_found\",\"msg\":"            \
  "\"requested room does not exist\"}}"
#define ROUNDS 4

static const char *program;

/*** The process of a pipeline: it dies when it has come as far as it should ***/

static void
die (void)
{
  kill (getpid (), SIGKILL);
}

/* What is told before anybody can have answered comes from another thread than that of the bus. */
static GstBusSyncReply
on_sync (GstBus *bus, GstMessage *message, gpointer until)
{
  const GstStructure *s = gst_message_get_structure (message);

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT
      && gst_structure_has_name (s, "livekit-egress-state")
      && g_strcmp0 (gst_structure_get_string (s, "state"), until) == 0)
    die ();

  return GST_BUS_PASS;
}

static void
on_known (GstElement *element, GParamSpec *pspec, gpointer data)
{
  die ();
}

static void
tell (const char *text)
{
  g_print ("%s\n", text);
}

/* Ends by itself when it is active, unless it is to wait or to die first. */
static int
run_pipeline (const char *until, const char *line)
{
  g_autoptr (GError) error = NULL;
  GstElement *elements = gst_parse_bin_from_description (line, FALSE, &error);
  g_autoptr (GstElement) top = NULL;
  g_autoptr (GstBus) bus = NULL;
  int result = -1;

  g_assert_no_error (error);
  top = gst_pipeline_new (NULL);
  gst_bin_add (GST_BIN (top), elements);
  bus = gst_element_get_bus (top);
  gst_bus_set_sync_handler (bus, on_sync, (gpointer)until, NULL);
  if (g_str_equal (until, "known"))
    {
      g_autoptr (GstElement) element
          = GST_ELEMENT (gst_bin_get_by_interface (GST_BIN (top), GST_TYPE_URI_HANDLER));

      g_signal_connect (element, "notify::egress-id", G_CALLBACK (on_known), NULL);
    }
  gst_element_set_state (top, GST_STATE_PLAYING);

  while (result < 0)
    {
      g_autoptr (GstMessage) message = gst_bus_timed_pop (bus, GST_TEST_TIMEOUT);
      const GstStructure *s = message != NULL ? gst_message_get_structure (message) : NULL;

      g_assert_nonnull (message);
      if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS)
        {
          result = 0;
        }
      else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
        {
          g_autoptr (GError) said = NULL;

          gst_message_parse_error (message, &said, NULL);
          g_print ("error %s\n", said->message);
          result = 1;
        }
      else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
        {
          g_autoptr (GError) said = NULL;

          gst_message_parse_warning (message, &said, NULL);
          g_print ("warning %s\n", said->message);
        }
      else if (s != NULL && gst_structure_has_name (s, "livekit-egress-leftover"))
        {
          g_assert_cmpstr (gst_structure_get_string (s, "owner"), ==, OWNER);
          tell (gst_structure_get_string (s, "outcome"));
        }
      else if (s != NULL && gst_structure_has_name (s, "livekit-egress-state")
               && g_strcmp0 (gst_structure_get_string (s, "state"), "active") == 0)
        {
          if (g_str_equal (until, "wait"))
            tell ("active");
          else
            gst_element_send_event (top, gst_event_new_eos ());
        }
    }

  gst_element_set_state (top, GST_STATE_NULL);
  return result;
}

/*** The test ***/

typedef struct
{
  LkTestDevserver *server;
  char *folder;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("lk-leftovers-XXXXXX", NULL);
  fixture->server = lk_test_devserver_new (
      (const char *[]){ "--start-delay", "0", "--out", fixture->folder, NULL });
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  lk_test_devserver_free (fixture->server);
  lk_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static GSubprocess *
start (Fixture *fixture, const char *until, const char *line)
{
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_subprocess_launcher_setenv (launcher, "XDG_STATE_HOME", fixture->folder, TRUE);
  g_subprocess_launcher_setenv (launcher, "LIVEKIT_URL",
                                lk_test_devserver_get_url (fixture->server), TRUE);
  g_subprocess_launcher_setenv (launcher, "LIVEKIT_API_KEY", LK_TEST_API_KEY, TRUE);
  g_subprocess_launcher_setenv (launcher, "LIVEKIT_API_SECRET", LK_TEST_API_SECRET, TRUE);
  process = g_subprocess_launcher_spawn (launcher, &error, program, RUN, until, line, NULL);
  g_assert_no_error (error);

  return process;
}

/* Gives what it told. */
static char *
finish (GSubprocess *process)
{
  g_autoptr (GError) error = NULL;
  char *output = NULL;

  g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  return output;
}

static void
assert_killed (GSubprocess *process)
{
  g_autofree char *output = finish (process);

  g_assert_true (g_subprocess_get_if_signaled (process));
  g_assert_cmpint (g_subprocess_get_term_sig (process), ==, SIGKILL);
}

static void
run_killed (Fixture *fixture, const char *until, const char *line)
{
  g_autoptr (GSubprocess) process = start (fixture, until, line);

  assert_killed (process);
}

/* Runs to its end, and tells what it found in these words. */
static void
run_through (Fixture *fixture, const char *line, const char *told)
{
  g_autoptr (GSubprocess) process = start (fixture, "never", line);
  g_autofree char *output = finish (process);

  g_assert_true (g_subprocess_get_successful (process));
  g_assert_cmpstr (output, ==, told);
}

static guint
count_running (Fixture *fixture)
{
  return lk_test_devserver_count (fixture->server, "EGRESS_STARTING")
         + lk_test_devserver_count (fixture->server, "EGRESS_ACTIVE")
         + lk_test_devserver_count (fixture->server, "EGRESS_ENDING");
}

static GPtrArray *
list (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->folder, "livekit-egress", NULL);
  g_autoptr (LkEgressFileStore) store = lk_egress_file_store_new (path);
  g_autoptr (GError) error = NULL;
  GPtrArray *entries = lk_egress_store_list (LK_EGRESS_STORE (store), OWNER, NULL, &error);

  g_assert_no_error (error);
  return entries;
}

static void
assert_entries (Fixture *fixture, guint count)
{
  g_autoptr (GPtrArray) entries = list (fixture);

  g_assert_cmpuint (entries->len, ==, count);
}

static gint64
count_starts (Fixture *fixture)
{
  g_autofree char *state = lk_test_devserver_get_state (fixture->server);
  g_autoptr (JsonNode) root = json_from_string (state, NULL);
  JsonObject *calls = json_object_get_object_member (json_node_get_object (root), "calls");

  return json_object_get_int_member_with_default (calls, "StartEgress", 0);
}

/* In each phase of its life the process is killed. */

static void
kill_starting (Fixture *fixture, guint round)
{
  lk_test_devserver_add_fault (fixture->server, "{\"life\":\"never-active\"}");
  run_killed (fixture, "known", SINK);
  g_assert_cmpuint (count_running (fixture), ==, 1);
}

static void
kill_active (Fixture *fixture, guint round)
{
  run_killed (fixture, "active", round % 2 == 0 ? SINK : SRC);
  g_assert_cmpuint (count_running (fixture), ==, 1);
}

static void
kill_ending (Fixture *fixture, guint round)
{
  lk_test_devserver_add_fault (fixture->server, "{\"life\":\"slow-end\"}");
  run_killed (fixture, "ending", SINK);
  g_assert_cmpuint (count_running (fixture), ==, 1);
}

/* The server has started the egress, and nobody was told its id. */
static void
kill_unanswered (Fixture *fixture, guint round)
{
  g_autoptr (GSubprocess) process = NULL;
  guint active = lk_test_devserver_count (fixture->server, "EGRESS_ACTIVE");
  g_autoptr (GPtrArray) entries = NULL;

  lk_test_devserver_add_fault (fixture->server, "{\"method\":\"StartEgress\",\"cut\":\"after\"}");
  lk_test_devserver_add_fault (fixture->server,
                               "{\"method\":\"ListEgress\",\"count\":0,\"twirp\":{\"code\":"
                               "\"unavailable\",\"msg\":\"not now\"}}");
  process = start (fixture, "wait", round % 2 == 0 ? SINK : SRC);
  lk_test_devserver_wait (fixture->server, "EGRESS_ACTIVE", active + 1);
  g_subprocess_force_exit (process);
  assert_killed (process);
  lk_test_devserver_clear_faults (fixture->server);

  entries = list (fixture);
  g_assert_cmpuint (entries->len, ==, 1);
  g_assert_null (lk_egress_store_entry_get_egress_id (g_ptr_array_index (entries, 0)));
}

typedef struct
{
  void (*kill) (Fixture *fixture, guint round);
} Phase;

static const Phase starting = { kill_starting };
static const Phase unanswered = { kill_unanswered };
static const Phase active = { kill_active };
static const Phase ending = { kill_ending };

static void
test_killed (Fixture *fixture, gconstpointer data)
{
  const Phase *phase = data;

  for (guint round = 0; round < ROUNDS; round++)
    {
      phase->kill (fixture, round);
      assert_entries (fixture, 1);
      run_through (fixture, SINK, "stopped\n");
      g_assert_cmpuint (count_running (fixture), ==, 0);
      assert_entries (fixture, 0);
    }
  g_assert_cmpint (count_starts (fixture), ==, 2 * ROUNDS);
}

/* Nothing was sent yet, as far as the process knew: the next run looks for it in vain, and neither
 * waits for long nor forgets it. */
static void
test_killed_before_start (Fixture *fixture, gconstpointer data)
{
  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (GPtrArray) entries = NULL;

      run_killed (fixture, "starting", SINK);
      run_through (fixture, SINK " stop-timeout=2000", "");
      g_assert_cmpuint (count_running (fixture), ==, 0);
      entries = list (fixture);
      g_assert_cmpuint (entries->len, ==, round + 1);
      for (guint i = 0; i < entries->len; i++)
        g_assert_null (lk_egress_store_entry_get_egress_id (g_ptr_array_index (entries, i)));
    }
}

/* What has ended meanwhile is forgotten. */
static void
test_ended (Fixture *fixture, gconstpointer data)
{
  lk_test_devserver_add_fault (fixture->server, "{\"life\":\"limit\"}");
  run_killed (fixture, "active", SINK);
  lk_test_devserver_wait (fixture->server, "EGRESS_LIMIT_REACHED", 1);
  run_through (fixture, SINK, "ended\n");
  assert_entries (fixture, 0);
}

/* An egress of the same owner whose process is alive is left alone. */
static void
test_alive (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSubprocess) process = start (fixture, "wait", SINK);
  g_autoptr (GDataInputStream) stream
      = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  g_autofree char *line = g_data_input_stream_read_line_utf8 (stream, NULL, NULL, NULL);

  g_assert_cmpstr (line, ==, "active");
  run_through (fixture, SINK, "");
  g_assert_cmpuint (lk_test_devserver_count (fixture->server, "EGRESS_ACTIVE"), ==, 1);
  assert_entries (fixture, 1);

  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  run_through (fixture, SINK, "stopped\n");
  g_assert_cmpuint (count_running (fixture), ==, 0);
}

/* An egress of the same request is gone on with. */
static void
test_adopted (Fixture *fixture, gconstpointer data)
{
  run_killed (fixture, "active", SINK);
  run_through (fixture, SINK " on-leftover=adopt", "adopted\n");
  g_assert_cmpint (count_starts (fixture), ==, 1);
  g_assert_cmpuint (count_running (fixture), ==, 0);
  assert_entries (fixture, 0);

  /* Also one whose id nobody knew. */
  kill_unanswered (fixture, 0);
  run_through (fixture, SINK " on-leftover=adopt", "adopted\n");
  g_assert_cmpint (count_starts (fixture), ==, 2);
  g_assert_cmpuint (count_running (fixture), ==, 0);
  assert_entries (fixture, 0);
}

/* A source goes on with what it can read where the killed one left off. */
static void
test_source_adopted (Fixture *fixture, gconstpointer data)
{
  g_autofree char *line
      = g_strdup_printf ("livekitegresssrc owner=" OWNER " on-leftover=adopt room-name=demo "
                         "participant-identity=alice protocol=hls location=%s/live.m3u8 "
                         "demux=false ! fakesink",
                         fixture->folder);

  run_killed (fixture, "active", line);
  run_through (fixture, line, "adopted\n");
  g_assert_cmpint (count_starts (fixture), ==, 1);
  g_assert_cmpuint (count_running (fixture), ==, 0);
  assert_entries (fixture, 0);
}

/* So many times, or until the faults are cleared. */
static void
lack_room (Fixture *fixture, guint times)
{
  g_autofree char *fault = g_strdup_printf (NO_ROOM, times);

  lk_test_devserver_add_fault (fixture->server, fault);
}

static void
wait_starts (Fixture *fixture, gint64 count)
{
  gint64 end = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;

  while (count_starts (fixture) < count)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (20000);
    }
}

/* What was left is seen to before the room is waited for, and after that nothing is left. */
static void
test_wait_for_room (Fixture *fixture, gconstpointer data)
{
  run_killed (fixture, "active", SINK " wait-for-room=20000");
  lack_room (fixture, 1);
  run_through (fixture, SINK " wait-for-room=20000", "stopped\n");
  g_assert_cmpint (count_starts (fixture), ==, 3);
  g_assert_cmpuint (count_running (fixture), ==, 0);
  assert_entries (fixture, 0);

  /* Killed while it waits, as before a start: nothing runs, and nobody can know that yet. */
  lack_room (fixture, 0);
  {
    g_autoptr (GSubprocess) process = start (fixture, "wait", SINK " wait-for-room=20000");

    wait_starts (fixture, 4);
    g_subprocess_force_exit (process);
    assert_killed (process);
  }
  lk_test_devserver_clear_faults (fixture->server);
  run_through (fixture, SINK " stop-timeout=2000", "");
  g_assert_cmpint (count_starts (fixture), >, 4);
  g_assert_cmpuint (count_running (fixture), ==, 0);
  assert_entries (fixture, 1);
}

/* What records something else, or sends where nobody listens any more, is stopped. */
static void
test_not_adopted (Fixture *fixture, gconstpointer data)
{
  run_killed (fixture, "active", SINK);
  run_through (fixture, SINK " layout=grid on-leftover=adopt", "stopped\n");
  run_killed (fixture, "active", SRC);
  run_through (fixture,
               "livekitegresssrc owner=" OWNER " on-leftover=adopt room-name=demo "
               "participant-identity=alice protocol=srt demux=false ! fakesink",
               "stopped\n");
  g_assert_cmpint (count_starts (fixture), ==, 4);
  g_assert_cmpuint (count_running (fixture), ==, 0);
  assert_entries (fixture, 0);
}

static void
test_ignored (Fixture *fixture, gconstpointer data)
{
  run_killed (fixture, "active", SINK);
  run_through (fixture, SINK " on-leftover=ignore", "left\n");
  g_assert_cmpuint (lk_test_devserver_count (fixture->server, "EGRESS_ACTIVE"), ==, 1);
  assert_entries (fixture, 1);
  run_through (fixture, SINK, "stopped\n");
  assert_entries (fixture, 0);
}

/* Another owner, and one on another server, have nothing to do with it. */
static void
test_others (Fixture *fixture, gconstpointer data)
{
  g_autofree char *url = g_strdup (lk_test_devserver_get_url (fixture->server));
  g_autofree char *elsewhere = NULL;
  const char *port = strrchr (url, ':');

  run_killed (fixture, "active", SINK);
  run_through (fixture, "livekitegresssink owner=other room-name=demo location=a.mp4", "");
  elsewhere = g_strdup_printf (SINK " ws-url=http://localhost%s api-key=%s secret-key=%s", port,
                               LK_TEST_API_KEY, LK_TEST_API_SECRET);
  run_through (fixture, elsewhere, "");
  g_assert_cmpuint (lk_test_devserver_count (fixture->server, "EGRESS_ACTIVE"), ==, 1);
  assert_entries (fixture, 1);
}

/* An egress that is meant to go on is none that was left. */
static void
test_detached (Fixture *fixture, gconstpointer data)
{
  run_through (fixture, SINK " on-stop=detach", "");
  g_assert_cmpuint (lk_test_devserver_count (fixture->server, "EGRESS_ACTIVE"), ==, 1);
  assert_entries (fixture, 0);
}

/* What cannot be remembered is not started, and says why. */
static void
test_no_store (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "livekit-egress", NULL);
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *output = NULL;

  g_assert_true (g_file_set_contents (path, "no folder", -1, NULL));
  process = start (fixture, "never", SINK);
  output = finish (process);
  g_assert_false (g_subprocess_get_successful (process));
  g_assert_nonnull (strstr (output, "error "));
  g_assert_nonnull (strstr (output, path));
  g_assert_cmpint (count_starts (fixture), ==, 0);
}

/* A damaged entry is named, and does not keep the others from being seen to. */
static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "livekit-egress", "owners", OWNER,
                                            "0123456789abcdef.json", NULL);
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *output = NULL;

  run_killed (fixture, "active", SINK);
  g_assert_true (g_file_set_contents (path, "{", -1, NULL));
  process = start (fixture, "never", SINK);
  output = finish (process);
  g_assert_true (g_subprocess_get_successful (process));
  g_assert_nonnull (strstr (output, "warning "));
  g_assert_nonnull (strstr (output, path));
  g_assert_nonnull (strstr (output, "stopped\n"));
  g_assert_cmpuint (count_running (fixture), ==, 0);
  assert_entries (fixture, 1);
}

/* A server that does not answer holds up a start for no longer than a stop. */
static void
test_deaf (Fixture *fixture, gconstpointer data)
{
  lk_test_devserver_add_fault (fixture->server, "{\"life\":\"worker-lost\"}");
  run_killed (fixture, "active", SINK);
  run_through (fixture, SINK " stop-timeout=2000", "");
  assert_entries (fixture, 1);
  g_assert_cmpint (count_starts (fixture), ==, 2);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    gconstpointer data;
    void (*func) (Fixture *, gconstpointer);
  } rows[] = {
    { "/leftovers/killed/before-start", NULL, test_killed_before_start },
    { "/leftovers/killed/unanswered", &unanswered, test_killed },
    { "/leftovers/killed/starting", &starting, test_killed },
    { "/leftovers/killed/active", &active, test_killed },
    { "/leftovers/killed/ending", &ending, test_killed },
    { "/leftovers/ended", NULL, test_ended },
    { "/leftovers/alive", NULL, test_alive },
    { "/leftovers/adopted", NULL, test_adopted },
    { "/leftovers/source-adopted", NULL, test_source_adopted },
    { "/leftovers/wait-for-room", NULL, test_wait_for_room },
    { "/leftovers/not-adopted", NULL, test_not_adopted },
    { "/leftovers/ignored", NULL, test_ignored },
    { "/leftovers/others", NULL, test_others },
    { "/leftovers/detached", NULL, test_detached },
    { "/leftovers/no-store", NULL, test_no_store },
    { "/leftovers/damaged", NULL, test_damaged },
    { "/leftovers/deaf", NULL, test_deaf },
  };

  program = argv[0];
  if (argc == 4 && g_str_equal (argv[1], RUN))
    {
      gst_test_init_plain (&argc, &argv, GST_TEST_PLUGINS);
      return run_pipeline (argv[2], argv[3]);
    }

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_test_add (rows[i].path, Fixture, rows[i].data, set_up, rows[i].func, tear_down);

  return g_test_run ();
}
