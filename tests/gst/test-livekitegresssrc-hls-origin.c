/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* protocol=hls by way of a web server that goes away: what the dev server writes to a folder is
 * read there. */

#include <libsoup/soup.h>

#include "gst-test.h"
#include "lk-test-folder.h"
#include "lk-test-server.h"

#define ENCODING "encoding,width=320,height=180,framerate=15,video-bitrate=300"

/* What the web server does, if it is no status to answer with. */
enum
{
  SERVES,
  REFUSES, /* nobody can connect */
  RESETS,
  HANGS,
};

typedef struct
{
  GstTestRun *run;
  char *folder;
  LkTestServer *server;
  int does; /* atomic */
} Origin;

static void
answer (LkTestRequest *request, gpointer user_data)
{
  Origin *self = user_data;
  const int does = g_atomic_int_get (&self->does);
  g_autofree char *file = g_build_filename (self->folder, request->path, NULL);
  g_autofree char *content = NULL;
  gsize length;

  if (does == RESETS || does == HANGS)
    lk_test_request_reply_raw (request, "", 0,
                               does == RESETS ? LK_TEST_THEN_RESET : LK_TEST_THEN_HOLD);
  else if (does != SERVES)
    lk_test_request_reply (request, (guint)does, "text/plain", "", 0);
  else if (g_file_get_contents (file, &content, &length, NULL))
    lk_test_request_reply (request, SOUP_STATUS_OK, "text/plain", content, (gssize)length);
  else
    lk_test_request_reply (request, SOUP_STATUS_NOT_FOUND, "text/plain", "", 0);
}

static void
set (Origin *self, int does)
{
  const int did = g_atomic_int_get (&self->does);

  g_atomic_int_set (&self->does, does);
  if ((did == REFUSES) != (does == REFUSES))
    lk_test_server_set_listening (self->server, does != REFUSES);
}

static void
origin_init (Origin *self)
{
  g_autofree char *outputs = g_strdup ("<[output,format=hls,segment-duration=1]>");
  g_autofree char *location = NULL, *url = NULL;

  *self = (Origin){ .folder = g_dir_make_tmp ("hls-XXXXXX", NULL) };
  self->server = lk_test_server_new (answer, self);
  self->run = gst_test_run_new ((const char *const[]){ "--out", "/", NULL });
  location = g_build_filename (self->folder, "live.m3u8", NULL);
  url = g_strconcat (lk_test_server_get_url (self->server), "/", NULL);
  gst_util_set_object_arg (G_OBJECT (self->run->src), "protocol", "hls");
  gst_util_set_object_arg (G_OBJECT (self->run->src), "outputs", outputs);
  gst_util_set_object_arg (G_OBJECT (self->run->src), "encoding", ENCODING);
  g_object_set (self->run->src, "location", location, "playback-uri", url, "stop-timeout", 500,
                NULL);
}

static void
origin_clear (Origin *self)
{
  gst_test_run_free (self->run);
  lk_test_server_free (self->server);
  lk_test_remove_folder (self->folder);
  g_free (self->folder);
}

static void
assert_error (Origin *self, const char *code, const char *words)
{
  g_autoptr (GstMessage) message = gst_test_run_pop (self->run, GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;
  const GstStructure *details = NULL;

  gst_message_parse_error (message, &error, NULL);
  gst_message_parse_error_details (message, &details);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ));
  assert_equals_string (gst_structure_get_string (details, "code"), code);
  fail_unless (strstr (error->message, words) != NULL, "%s", error->message);
  fail_unless (strstr (error->message, lk_test_server_get_url (self->server)) != NULL, "%s",
               error->message);
}

typedef struct
{
  int does;
  const char *words;
} Fault;

/* It was never there: the error says on what the element failed. */
static const Fault never[] = {
  { SOUP_STATUS_FORBIDDEN, "the server answered 403 Forbidden" },
  { SOUP_STATUS_NOT_FOUND, "the server answered 404 Not Found" },
  { REFUSES, "refused" },
};

GST_START_TEST (test_never_there)
{
  Origin origin;

  origin_init (&origin);
  set (&origin, never[__i__].does);
  g_object_set (origin.run->src, "first-data-timeout", 500, NULL);
  gst_test_run_play (origin.run);
  assert_error (&origin, "first-data-timeout", never[__i__].words);
  origin_clear (&origin);
}
GST_END_TEST;

static const Fault faults[] = {
  { REFUSES, "refused" },
  { RESETS, "reset" },
  { HANGS, "timed out" },
};

GST_START_TEST (test_goes)
{
  Origin origin;

  origin_init (&origin);
  g_object_set (origin.run->src, "reconnect-window", 300, NULL);
  gst_test_run_play (origin.run);
  gst_test_run_wait_buffers (origin.run, 15, 15);
  set (&origin, faults[__i__].does);
  assert_error (&origin, "connection-lost", faults[__i__].words);
  origin_clear (&origin);
}
GST_END_TEST;

static void
wait_connected (Origin *self, gboolean wanted)
{
  const gint64 end = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;
  gboolean connected = !wanted;

  while (connected != wanted)
    {
      g_autoptr (GstStructure) stats = NULL;

      g_object_get (self->run->src, "stats", &stats, NULL);
      fail_unless (gst_structure_get_boolean (stats, "connected", &connected));
      fail_unless (g_get_monotonic_time () < end);
      g_usleep (1000);
    }
}

GST_START_TEST (test_goes_and_comes_back)
{
  Origin origin;
  guint n_video;

  origin_init (&origin);
  g_object_set (origin.run->src, "reconnect-window", 60000, "stop-timeout", 60000, NULL);
  gst_test_run_play (origin.run);
  gst_test_run_wait_buffers (origin.run, 15, 15);
  set (&origin, faults[__i__].does);
  wait_connected (&origin, FALSE);
  g_mutex_lock (&origin.run->lock);
  n_video = origin.run->n_video;
  g_mutex_unlock (&origin.run->lock);
  set (&origin, SERVES);
  gst_test_run_wait_buffers (origin.run, n_video + 15, 0);
  wait_connected (&origin, TRUE);
  assert_equals_int (gst_test_run_get_reconnects (origin.run), 1);
  assert_equals_int (origin.run->n_pads, 2);
  gst_test_run_stop (origin.run);
  origin_clear (&origin);
}
GST_END_TEST;

static Suite *
create_suite (void)
{
  Suite *suite = suite_create ("livekitegresssrc-hls-origin");
  TCase *tests = tcase_create ("general");

  suite_add_tcase (suite, tests);
  tcase_set_timeout (tests, 120);
  tcase_add_loop_test (tests, test_never_there, 0, G_N_ELEMENTS (never));
  tcase_add_loop_test (tests, test_goes, 0, G_N_ELEMENTS (faults));
  tcase_add_loop_test (tests, test_goes_and_comes_back, 0, G_N_ELEMENTS (faults));
  return suite;
}

int
main (int argc, char **argv)
{
  gst_test_init (&argc, &argv, GST_TEST_PLUGINS);
  return gst_check_run_suite (create_suite (), "livekitegresssrc-hls-origin", __FILE__);
}
