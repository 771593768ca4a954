/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* RTMP by way of another server: the dev server publishes to nginx, and the element reads there. */

#include "gst-test.h"
#include "lk-test-child.h"
#include "lk-test-folder.h"

#define PLUGINS GST_TEST_PLUGINS " flv app rtmp2"
#define ENCODING "encoding,width=320,height=180,framerate=15,video-bitrate=300"
#define KEY "a-key-that-nobody-is-to-see"
#define MODULE "/usr/lib/nginx/modules/ngx_rtmp_module.so"

/* How much is written, and looked through. With the sanitizers all of it is more than the time of
 * the test. */
#ifdef __SANITIZE_ADDRESS__
#define LEVEL GST_LEVEL_DEBUG
#else
#define LEVEL GST_LEVEL_MEMDUMP
#endif

typedef struct
{
  GSubprocess *process;
  char *folder;
  guint port;
} Server;

static char *
find_nginx (void)
{
  char *path = g_find_program_in_path ("nginx");

  return path != NULL ? path : g_find_program_in_path ("/usr/sbin/nginx");
}

static void
wait_until_it_listens (guint port)
{
  const gint64 end = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;

  while (connection == NULL)
    {
      fail_unless (g_get_monotonic_time () < end);
      connection = g_socket_client_connect_to_host (client, "127.0.0.1", (guint16)port, NULL, NULL);
      g_thread_yield ();
    }
}

static void
server_start (Server *self)
{
  g_autofree char *nginx = find_nginx ();
  g_autofree char *path = NULL, *text = NULL;
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("rtmp-server-XXXXXX", NULL);
  self->port = lk_test_find_port (G_SOCKET_TYPE_STREAM);
  path = g_build_filename (self->folder, "nginx.conf", NULL);
  text
      = g_strdup_printf ("load_module " MODULE ";\n"
                         "daemon off;\nmaster_process off;\npid %s/pid;\nevents {}\n"
                         "rtmp { server { listen 127.0.0.1:%u; application live { live on; } } }\n",
                         self->folder, self->port);
  fail_unless (g_file_set_contents (path, text, -1, NULL));
  self->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, nginx, "-e",
                                    "stderr", "-p", self->folder, "-c", path, NULL);
  g_assert_no_error (error);
  wait_until_it_listens (self->port);
}

static void
server_stop (Server *self)
{
  g_subprocess_force_exit (self->process);
  g_subprocess_wait (self->process, NULL, NULL);
  g_object_unref (self->process);
  lk_test_remove_folder (self->folder);
  g_free (self->folder);
}

static GstTestRun *
run_new (Server *server)
{
  GstTestRun *run = gst_test_run_new (NULL);
  g_autofree char *location = g_strdup_printf ("rtmp://127.0.0.1:%u/live/" KEY, server->port);

  gst_util_set_object_arg (G_OBJECT (run->src), "protocol", "rtmp");
  gst_util_set_object_arg (G_OBJECT (run->src), "encoding", ENCODING);
  g_object_set (run->src, "rtmp-location", location, NULL);
  return run;
}

static void
look_for_key (GstDebugCategory *category,
              GstDebugLevel level,
              const gchar *file,
              const gchar *function,
              gint line,
              GObject *object,
              GstDebugMessage *message,
              gpointer user_data)
{
  if (strstr (gst_debug_message_get (message), KEY) != NULL)
    g_atomic_int_inc ((gint *)user_data);
}

static GstDebugLevel
get_threshold (const char *name)
{
  GstDebugCategory *category = NULL;

  GST_DEBUG_CATEGORY_GET (category, name);
  return gst_debug_category_get_threshold (category);
}

/* Sound and picture come, and no log of any level has the key. */
GST_START_TEST (test_plays)
{
  static gint n_keys;
  g_autofree char *shown = NULL;
  Server server;
  GstTestRun *run;

  server_start (&server);
  run = run_new (&server);
  g_object_get (run->src, "rtmp-location", &shown, NULL);
  fail_unless (strstr (shown, KEY) == NULL);

  gst_debug_remove_log_function (gst_debug_log_default);
  gst_debug_add_log_function (look_for_key, &n_keys, NULL);
  gst_debug_set_default_threshold (LEVEL);
  gst_test_run_play (run);
  /* A second: with a log of everything, more takes long. */
  gst_test_run_wait_buffers (run, 15, 45);
  assert_equals_int (run->n_pads, 2);
  assert_equals_int (gst_test_run_get_reconnects (run), 0);
  gst_test_run_stop (run);
  /* Meanwhile warnings alone are written, and everything again when nobody needs that any more. */
  assert_equals_int (get_threshold ("rtmpclient"), GST_LEVEL_WARNING);
  gst_test_run_drop_pipeline (run);
  assert_equals_int (get_threshold ("rtmpclient"), LEVEL);
  gst_debug_set_default_threshold (GST_LEVEL_NONE);
  gst_debug_remove_log_function (look_for_key);
  assert_equals_int (n_keys, 0);

  gst_test_run_free (run);
  server_stop (&server);
}

GST_END_TEST;

/* When the publisher comes back, so does the element, with the pads that it has. */
GST_START_TEST (test_cut)
{
  Server server;
  GstTestRun *run;
  guint n_video = 0;

  server_start (&server);
  run = run_new (&server);
  lk_test_devserver_add_fault (run->server, "{\"life\":\"cut\"}");
  g_object_set (run->src, "reconnect-window", 30000, NULL);
  gst_test_run_play (run);
  while (n_video == 0 || gst_test_run_get_reconnects (run) == 0)
    gst_test_run_wait_buffers (run, n_video += 15, 0);
  gst_test_run_wait_buffers (run, n_video + 30, 0);
  assert_equals_int (gst_test_run_get_reconnects (run), 1);
  assert_equals_int (run->n_pads, 2);
  gst_test_run_stop (run);

  gst_test_run_free (run);
  server_stop (&server);
}

GST_END_TEST;

/* A server that has gone, with the publisher: one clear error. */
GST_START_TEST (test_server_goes)
{
  Server server;
  GstTestRun *run;

  server_start (&server);
  run = run_new (&server);
  g_object_set (run->src, "reconnect-window", 300, "stop-timeout", 500, NULL);
  gst_test_run_play (run);
  gst_test_run_wait_buffers (run, 15, 15);
  server_stop (&server);
  {
    g_autoptr (GstMessage) message = gst_test_run_pop (run, GST_MESSAGE_ERROR);
    g_autoptr (GError) error = NULL;

    gst_message_parse_error (message, &error, NULL);
    fail_unless (strstr (error->message, KEY) == NULL);
    fail_unless (strstr (error->message, "rtmp-location cannot be read: ") != NULL, "%s",
                 error->message);
  }
  gst_test_run_free (run);
}

GST_END_TEST;

static Suite *
rtmp_server_suite (void)
{
  Suite *suite = suite_create ("livekitegresssrc-rtmp-server");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 90);
  tcase_add_test (tcase, test_plays);
  tcase_add_test (tcase, test_cut);
  tcase_add_test (tcase, test_server_goes);

  return suite;
}

int
main (int argc, char **argv)
{
  g_autofree char *nginx = find_nginx ();

  if (nginx == NULL || !g_file_test (MODULE, G_FILE_TEST_EXISTS))
    {
      g_print ("skipped: there is no nginx with its RTMP module\n");
      return 77;
    }
  gst_test_init (&argc, &argv, PLUGINS);
  return gst_check_run_suite (rtmp_server_suite (), "livekitegresssrc-rtmp-server", __FILE__);
}
