/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* With everything logged, dumped and notified that GStreamer can, no secret shows. */

#include <glib/gstdio.h>

#include "gst-test.h"

static char *folder;
static GString *said; /* by GLib's log, in any thread */
static GMutex said_lock;

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  g_mutex_lock (&said_lock);
  for (gsize i = 0; i < n_fields; i++)
    {
      g_string_append_len (said, fields[i].value,
                           fields[i].length < 0 ? (gssize)strlen (fields[i].value)
                                                : fields[i].length);
      g_string_append_c (said, '\n');
    }
  g_mutex_unlock (&said_lock);

  return G_LOG_WRITER_HANDLED;
}

/* All messages, as -v and -m of gst-launch-1.0 write them. */
static char *
write_messages (GstTestRun *run, GstMessageType last)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean is_last;

  do
    {
      g_autoptr (GstMessage) message = gst_test_run_pop (run, GST_MESSAGE_ANY);
      const GstStructure *s = gst_message_get_structure (message);

      if (s != NULL)
        {
          g_autofree char *line = gst_structure_to_string (s);

          g_string_append_printf (text, "%s\n", line);
        }
      if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
        {
          g_autoptr (GError) error = NULL;
          g_autofree char *debug = NULL;
          const GstStructure *details = NULL;
          g_autofree char *line = NULL;

          gst_message_parse_error (message, &error, &debug);
          gst_message_parse_error_details (message, &details);
          line = details != NULL ? gst_structure_to_string (details) : NULL;
          g_string_append_printf (text, "%s\n%s\n%s\n", error->message, debug, line);
        }
      is_last = GST_MESSAGE_TYPE (message) == last;
    }
  while (!is_last);

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_no_secret (const char *what, const char *text, gsize size, const char *secret)
{
  const char *secrets[] = { secret, LK_TEST_API_SECRET, "eyJ[A-Za-z0-9_-]{8}" };

  for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
    {
      g_autoptr (GRegex) regex = g_regex_new (secrets[i], 0, 0, NULL);
      g_autoptr (GMatchInfo) match = NULL;

      g_regex_match_full (regex, text, (gssize)size, 0, 0, &match, NULL);
      fail_unless (!g_match_info_matches (match), "secret %u is in %s", i, what);
    }
}

/* The files in the folder: the debug log and the graphs. */
static void
assert_files (const char *secret)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n_logs = 0, n_graphs = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, NULL);
      const char *text = g_mapped_file_get_contents (file);
      gsize size = g_mapped_file_get_length (file);

      assert_no_secret (name, text, size, secret);
      /* It is the element's doings that were looked at. */
      fail_unless (g_strstr_len (text, (gssize)size, "livekitegresssrc") != NULL, "%s", name);
      n_graphs += g_str_has_suffix (name, ".dot");
      n_logs += g_str_has_suffix (name, ".log");
    }
  assert_equals_int (n_logs, 1);
  assert_equals_int (n_graphs, 2);
}

/* A pattern: the passphrase, the end of the path of a websocket, or the stream key of RTMP by its
 * ends, which is all of it that the server shows. The state shows the request too, where it is
 * redacted. */
static char *
get_secret (GstTestRun *run)
{
  g_autofree char *state = lk_test_devserver_get_state (run->server);
  g_autoptr (GRegex) secret = g_regex_new (
      "(?:&passphrase=|ws://[^/]*/)([0-9a-f]{32})|/egress/{([0-9a-f]{3})[.]{3}([0-9a-f]{3})}", 0, 0,
      NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *whole = NULL, *begin = NULL, *end = NULL;

  fail_unless (g_regex_match (secret, state, 0, &match), "no secret in: %s", state);
  whole = g_match_info_fetch (match, 1);
  begin = g_match_info_fetch (match, 2);
  end = g_match_info_fetch (match, 3);

  return *whole != '\0' ? g_steal_pointer (&whole) : g_strconcat (begin, "[0-9a-f]{26}", end, NULL);
}

static void
check_run (const char *protocol, const char *fault, GstMessageType last)
{
  GstTestRun *run = gst_test_run_new (NULL);
  /* Of what fails soon, nothing may come. */
  const guint n_audio = fault == NULL ? 5 : 0;
  const guint n_video = g_str_equal (protocol, "websocket") ? 0 : n_audio;
  g_autofree char *secret = NULL, *messages = NULL, *log = NULL;

  if (fault != NULL)
    lk_test_devserver_add_fault (run->server, fault);
  gst_util_set_object_arg (G_OBJECT (run->src), "protocol", protocol);
  gst_element_add_property_deep_notify_watch (run->pipeline, NULL, TRUE);
  gst_test_run_play (run);
  gst_test_run_wait_buffers (run, n_video, n_audio);
  gst_debug_bin_to_dot_file (GST_BIN (run->pipeline), GST_DEBUG_GRAPH_SHOW_ALL, "playing");
  gst_debug_bin_to_dot_file (GST_BIN (run->pipeline), GST_DEBUG_GRAPH_SHOW_VERBOSE, "verbose");
  if (fault == NULL)
    gst_element_send_event (run->pipeline, gst_event_new_eos ());
  messages = write_messages (run, last);
  secret = get_secret (run);
  gst_test_run_free (run);

  fail_unless (strstr (messages, "livekit-egress-state") != NULL);
  fail_unless (strstr (messages, "livekit-egress-stream") != NULL);
  assert_no_secret ("messages", messages, strlen (messages), secret);
  g_mutex_lock (&said_lock);
  log = g_strdup (said->str);
  g_mutex_unlock (&said_lock);
  fail_unless (strstr (log, "StartEgress") != NULL);
  assert_no_secret ("GLib's log", log, strlen (log), secret);
  assert_files (secret);
}

GST_START_TEST (test_good_run)
{
  check_run ("srt", NULL, GST_MESSAGE_EOS);
  check_run ("rtmp", NULL, GST_MESSAGE_EOS);
  check_run ("websocket", NULL, GST_MESSAGE_EOS);
}

GST_END_TEST;

GST_START_TEST (test_failing_run)
{
  check_run ("srt", "{\"life\":\"fail-active\"}", GST_MESSAGE_ERROR);
  check_run ("rtmp", "{\"life\":\"fail-active\"}", GST_MESSAGE_ERROR);
  check_run ("websocket", "{\"life\":\"fail-active\"}", GST_MESSAGE_ERROR);
}

GST_END_TEST;

static Suite *
secrets_suite (void)
{
  Suite *suite = suite_create ("livekitegresssrc-secrets");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 90);
  tcase_add_test (tcase, test_good_run);
  tcase_add_test (tcase, test_failing_run);

  return suite;
}

static void
empty_folder (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
}

int
main (int argc, char **argv)
{
  const char *names[]
      = { "GST_DEBUG", "GST_DEBUG_FILE", "GST_DEBUG_DUMP_DOT_DIR", "GST_DEBUG_NO_COLOR" };
  g_autofree char *log = NULL;
  int status;

  folder = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "gst", "secrets", NULL);
  log = g_build_filename (folder, "debug.log", NULL);
  empty_folder ();
  if (g_mkdir_with_parents (folder, 0700) != 0)
    g_error ("%s: %s", folder, g_strerror (errno));

  g_setenv ("GST_DEBUG", "*:9", TRUE);
  g_setenv ("GST_DEBUG_FILE", log, TRUE);
  g_setenv ("GST_DEBUG_DUMP_DOT_DIR", folder, TRUE);
  g_setenv ("GST_DEBUG_NO_COLOR", "1", TRUE);
  g_setenv ("G_MESSAGES_DEBUG", "all", TRUE);
  /* One process: the log of the library is read in memory. */
  g_setenv ("CK_FORK", "no", TRUE);
  said = g_string_new (NULL);
  gst_test_init (&argc, &argv, GST_TEST_PLUGINS " flv");
  g_log_set_writer_func (write_log, NULL, NULL);
  /* The dev server, where srtsink logs what it was given, is another's business. */
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_unsetenv (names[i]);

  status = gst_check_run_suite (secrets_suite (), "livekitegresssrc-secrets", __FILE__);
  gst_debug_set_default_threshold (GST_LEVEL_NONE);
  empty_folder ();

  return status;
}
