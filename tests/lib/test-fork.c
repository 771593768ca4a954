/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A client that is used in a process made by fork(), and goes on to be used in the one that it was
 * made in. */

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lk-egress-client.h"
#include "lk-test-call.h"
#include "lk-test-process.h"

#define SHORT 50
#define LONG_ENOUGH (20 * 1000)

/* A child that hangs is ended so. */
#define MAX_LIFE_S 60

/* The server */

/* Takes what tells the requests of a start apart for the id of the egress. */
static void
reply_start (LkTestRequest *request)
{
  const char *id = soup_message_headers_get_one (request->headers, "X-Livekit-Request-Id");
  g_autofree char *info = g_strdup_printf ("\n%c%s", (int)strlen (id), id);

  lk_test_request_reply (request, 200, "application/protobuf", info, -1);
}

/* Replies with the port that the call came from, in text, unless the body asks for silence. */
static void
reply_port (LkTestRequest *request, gpointer user_data)
{
  g_autofree char *port = g_strdup_printf ("%u", request->client_port);

  if (g_str_has_suffix (request->path, "/StartEgress"))
    reply_start (request);
  else if (g_bytes_get_size (request->body) > 0)
    lk_test_request_reply_raw (request, "", -1, LK_TEST_THEN_HOLD);
  else
    lk_test_request_reply (request, 200, "application/protobuf", port, -1);
}

static const char *program;

/* The client */

/* What a child does. It must not end by itself. */
typedef void (*Child) (LkEgressTwirp *twirp, LkTestSend send);

#define NOT_SUPPORTED 77

static gboolean is_child;

/* Later GLib cannot start threads in a child: then it is told so. */
static void
check_supported (const GError *error)
{
  if (is_child && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED)
      && strstr (error->message, "fork()") != NULL)
    _exit (NOT_SUPPORTED);
}

/* FALSE where calls are not supported in children. A child takes seconds to find that out, so one
 * is enough. */
static gboolean
run_child (LkEgressTwirp *twirp, LkTestSend send, Child child)
{
  static const char reason[]
      = "this GLib cannot start threads after fork(), which the child was told";
  static gboolean is_unsupported = FALSE;
  pid_t process;
  int status;

  if (is_unsupported)
    {
      g_test_skip (reason);
      return FALSE;
    }

  process = fork ();
  g_assert_cmpint (process, >=, 0);
  if (process == 0)
    {
      is_child = TRUE;
      alarm (MAX_LIFE_S);
      child (twirp, send);
      _exit (0);
    }

  g_assert_cmpint (waitpid (process, &status, 0), ==, process);
  g_assert_cmpint (WIFSIGNALED (status) ? WTERMSIG (status) : 0, ==, 0);
  if (WEXITSTATUS (status) == NOT_SUPPORTED && glib_check_version (2, 76, 0) == NULL)
    {
      is_unsupported = TRUE;
      g_test_skip (reason);
      return FALSE;
    }
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  return TRUE;
}

static char *
call (LkEgressTwirp *twirp, LkTestSend send, const char *ask, guint timeout, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new (ask, strlen (ask));
  g_autoptr (SoupMessage) message
      = lk_egress_twirp_build (twirp, "ListEgress", LK_EGRESS_TWIRP_IDEMPOTENT, body, error);
  g_autoptr (GError) failure = NULL;
  g_autoptr (GBytes) reply = send (twirp, message, timeout, NULL, &failure);

  check_supported (failure);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return reply != NULL ? g_strndup (g_bytes_get_data (reply, NULL), g_bytes_get_size (reply))
                       : NULL;
}

/* The connection that is used. */
static guint64
get_port (LkEgressTwirp *twirp, LkTestSend send)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *port = call (twirp, send, "", LONG_ENOUGH, &error);

  g_assert_no_error (error);

  return g_ascii_strtoull (port, NULL, 10);
}

static void
expect_timeout (LkEgressTwirp *twirp, LkTestSend send)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (call (twirp, send, "silence", SHORT, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

/* The thread that watches the time in the parent is not there in the child. */
static void
test_timeout (LkTestSend send)
{
  g_auto (LkTestProcess) server = { 0 };
  g_autoptr (LkEgressTwirp) twirp = NULL;

  lk_test_process_start (&server, program, "plain");
  twirp = lk_test_twirp_new (server.url);
  get_port (twirp, send);
  run_child (twirp, send, expect_timeout);
  expect_timeout (twirp, send);
}

typedef struct
{
  LkEgressTwirp *twirp;
  LkTestSend send;
} Caller;

static gpointer
expect_timeout_in_thread (gpointer data)
{
  Caller *self = data;

  expect_timeout (self->twirp, self->send);
  return NULL;
}

/* Neither waits for the thread that the other has. */
static void
expect_timeout_from_two (LkEgressTwirp *twirp, LkTestSend send)
{
  Caller caller = { twirp, send };
  GThread *thread = g_thread_new ("caller", expect_timeout_in_thread, &caller);

  expect_timeout (twirp, send);
  g_thread_join (thread);
}

static guint64 port_of_parent;

static void
use_another_connection (LkEgressTwirp *twirp, LkTestSend send)
{
  guint64 port = get_port (twirp, send);

  g_assert_cmpuint (port, !=, port_of_parent);
  for (guint i = 0; i < 10; i++)
    g_assert_cmpuint (get_port (twirp, send), ==, port);
}

static void
use_another_and_fork (LkEgressTwirp *twirp, LkTestSend send)
{
  use_another_connection (twirp, send);
  port_of_parent = get_port (twirp, send);
  run_child (twirp, send, use_another_connection);
  g_assert_cmpuint (get_port (twirp, send), ==, port_of_parent);
}

static void
use_another_and_free (LkEgressTwirp *twirp, LkTestSend send)
{
  use_another_connection (twirp, send);
  g_object_unref (twirp);
}

/* GLib's threads wait for more work so long, half a second, and then do something else. */
#define UNTIL_THREADS_LEAVE (700 * G_TIME_SPAN_MILLISECOND)

/* Not only the first call may need the threads that the parent had, each connection does. */
static void
shake_hands_again (LkEgressTwirp *twirp, LkTestSend send)
{
  get_port (twirp, send);
  for (guint i = 0; i < 2; i++)
    {
      /* Its connection is given up, so that there is another handshake. */
      expect_timeout (twirp, send);
      g_usleep (UNTIL_THREADS_LEAVE);
      get_port (twirp, send);
    }
}

/* Each process has a connection of its own, and keeps it. */
static void
test_connection (LkTestSend send)
{
  static const Child children[]
      = { use_another_connection, use_another_and_fork, use_another_and_free };
  g_auto (LkTestProcess) server = { 0 };
  g_autoptr (LkEgressTwirp) twirp = NULL;
  guint64 port;

  lk_test_process_start (&server, program, "plain");
  twirp = lk_test_twirp_new (server.url);
  port = get_port (twirp, send);
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    {
      port_of_parent = port;
      run_child (twirp, send, children[i]);
      g_assert_cmpuint (get_port (twirp, send), ==, port);
    }
}

/* GIO reads all authorities of the system else, for seconds with the sanitizers. */
static GTlsDatabase *
trust_test_authority (void)
{
  g_autofree char *path
      = g_build_filename (g_getenv ("LK_EGRESS_TEST_DATA"), "tls-authority.pem", NULL);
  g_autoptr (GError) error = NULL;
  GTlsDatabase *database = g_tls_file_database_new (path, &error);

  g_assert_no_error (error);
  g_tls_backend_set_default_database (g_tls_backend_get_default (), database);

  return database;
}

/* Where a child must not even say goodbye on the connection of its parent. */
static void
test_tls (LkTestSend send)
{
  g_autoptr (GTlsDatabase) database = trust_test_authority ();
  g_auto (LkTestProcess) server = { 0 };
  g_autoptr (LkEgressTwirp) twirp = NULL;
  guint64 port;

  lk_test_process_start (&server, program, "tls");
  twirp = lk_test_twirp_new (server.url);
  lk_egress_sessions_set_tls_database (lk_egress_twirp_get_sessions (twirp), database);
  port = get_port (twirp, send);
  port_of_parent = port;
  run_child (twirp, send, use_another_connection);
  run_child (twirp, send, use_another_and_free);
  run_child (twirp, send, shake_hands_again);
  g_assert_cmpuint (get_port (twirp, send), ==, port);
}

/* Takes connections and never says a word: calls over TLS wait for its part of the handshake. */
static GSocket *
listen_in_silence (char **url)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, 0, &error);

  g_assert_no_error (error);
  g_socket_bind (socket, address, FALSE, &error);
  g_assert_no_error (error);
  g_socket_listen (socket, &error);
  g_assert_no_error (error);
  bound = g_socket_get_local_address (socket, &error);
  g_assert_no_error (error);
  *url = g_strdup_printf ("https://127.0.0.1:%u",
                          g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));

  return socket;
}

/* The handshake is waited for in a thread of GLib, that one for another, and so on. */
static void
test_tls_timeout (LkTestSend send)
{
  g_autoptr (GTlsDatabase) database = trust_test_authority ();
  g_autofree char *url = NULL;
  g_autoptr (GSocket) socket = listen_in_silence (&url);
  g_autoptr (LkEgressTwirp) twirp = lk_test_twirp_new (url);

  expect_timeout (twirp, send);
  run_child (twirp, send, expect_timeout);
  run_child (twirp, send, expect_timeout_from_two);
}

static void
call_by_name (LkEgressTwirp *twirp, LkTestSend send)
{
  get_port (twirp, send);
}

static const char *url_by_name;

static void
call_from_another (LkEgressTwirp *twirp, LkTestSend send)
{
  g_autoptr (LkEgressTwirp) other = lk_test_twirp_new (url_by_name);

  get_port (other, send);
}

/* GLib looks names up in threads that it keeps for a while, which the child has not. */
static void
test_name (LkTestSend send)
{
  g_auto (LkTestProcess) server = { 0 };
  g_autoptr (GUri) uri = NULL;
  g_autofree char *url = NULL;
  g_autoptr (LkEgressTwirp) twirp = NULL;

  lk_test_process_start (&server, program, "plain");
  uri = g_uri_parse (server.url, G_URI_FLAGS_NONE, NULL);
  url = g_strdup_printf ("http://localhost:%d", g_uri_get_port (uri));
  url_by_name = url;
  twirp = lk_test_twirp_new (url);
  for (guint i = 0; i < 3; i++)
    {
      call_from_another (twirp, send);
      run_child (twirp, send, call_by_name);
      run_child (NULL, send, call_from_another);
    }
  get_port (twirp, send);
}

static char *
start (LkEgressClient *client)
{
  g_autoptr (LkEgressRequest) request = lk_egress_request_new_web ("http://127.0.0.1/");
  g_autoptr (GError) error = NULL;
  g_autoptr (LkEgressInfo) info = NULL;

  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, "srt://127.0.0.1:9");
  info = lk_egress_client_start (client, request, NULL, &error);
  check_supported (error);
  g_assert_no_error (error);

  return g_strdup (lk_egress_info_get_egress_id (info));
}

static LkEgressClient *forked_client;
static int id_of_child[2];

static void
tell_id (LkEgressTwirp *twirp, LkTestSend send)
{
  g_autofree char *id = start (forked_client);

  g_assert_cmpint (write (id_of_child[1], id, strlen (id)), ==, strlen (id));
}

/* GLib's random numbers are the same in both processes. */
static void
test_request_id (void)
{
  g_autoptr (LkEgressCredentials) credentials = lk_egress_credentials_new_for_token (LK_TEST_TOKEN);
  g_autoptr (GError) error = NULL;
  g_autofree char *first = NULL;
  g_autofree char *of_parent = NULL;
  g_auto (LkTestProcess) server = { 0 };
  char of_child[64] = "";

  lk_test_process_start (&server, program, "plain");
  forked_client = lk_egress_client_new (server.url, credentials, &error);
  g_assert_no_error (error);
  first = start (forked_client);
  g_assert_true (g_uuid_string_is_valid (first));

  g_assert_no_errno (pipe (id_of_child));
  if (run_child (NULL, NULL, tell_id))
    {
      g_assert_cmpint (read (id_of_child[0], of_child, sizeof of_child - 1), ==, strlen (first));
      g_assert_true (g_uuid_string_is_valid (of_child));
      of_parent = start (forked_client);
      g_assert_cmpstr (of_child, !=, of_parent);
      g_assert_cmpstr (of_child, !=, first);
    }

  close (id_of_child[0]);
  close (id_of_child[1]);
  g_clear_object (&forked_client);
}

int
main (int argc, char **argv)
{
  const char *what = lk_test_process_get_what (argc, argv);

  if (g_strcmp0 (what, "tls") == 0)
    return lk_test_process_serve (lk_test_server_new_tls (reply_port, NULL, "tls-server.pem"));
  if (what != NULL)
    return lk_test_process_serve (lk_test_server_new (reply_port, NULL));

  program = argv[0];
  g_test_init (&argc, &argv, NULL);

  lk_test_add ("/fork/timeout", test_timeout);
  lk_test_add ("/fork/connection", test_connection);
  lk_test_add ("/fork/tls", test_tls);
  lk_test_add ("/fork/tls/timeout", test_tls_timeout);
  lk_test_add ("/fork/name", test_name);
  g_test_add_func ("/fork/request-id", test_request_id);

  return g_test_run ();
}
