/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The library where the system lacks something: an egress is listed, started and stopped, by calls
 * that wait and by calls that call back. */

#include <livekit-egress/livekit-egress.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lk-test-process.h"
#include "torture.h"

#define EGRESS_ID "EG_JCK9YZeup5SB"

/* Milliseconds after which a call has no answer. */
#define CALL_TIMEOUT 1000

/* Seen with GLib 2.74, libproxy 0.4 and libsoup 3.2. */
static const TortureKnown known[] = {
  { "open", "g_settings_schema_source_get_default",
    "GSettings, which proxies are looked up in, has no schemas and ends the process" },
  { "pthread_create", "g_proxy_resolver_get_default", "dconf has no thread" },
  { "pthread_create", "g_task_get_type", "GLib has no thread for its own main context" },
  { "pipe", "g_main_context_new_with_flags", "GLib cannot make a main context" },
  { "pipe", "g_cancellable_make_pollfd", "GIO cannot make what wakes a thread that waits" },
  { NULL, NULL, NULL },
};

static void
reply (LkTestRequest *request, gpointer user_data)
{
  static const char info[] = "\x0a\x0f" EGRESS_ID;

  lk_test_request_reply (request, 200, "application/protobuf", info,
                         g_str_has_suffix (request->path, "/ListEgress") ? 0 : sizeof info - 1);
}

/* A call has a result or says why not. */
static void
check (const char *call, gpointer result, GError *error)
{
  if ((result == NULL) != (error != NULL) || (error != NULL && error->message == NULL))
    {
      fprintf (stderr, "%s gave %s result and %s\n", call, result != NULL ? "a" : "no",
               error != NULL ? error->message : "no error");
      _exit (2);
    }
  if (error != NULL)
    fprintf (stderr, "%s: %s\n", call, error->message);
  g_clear_object (&result);
  g_clear_error (&error);
}

static LkEgressRequest *
new_request (void)
{
  LkEgressRequest *request = lk_egress_request_new_participant ("demo", "alice");

  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, "srt://127.0.0.1:9");

  return request;
}

static void
call_sync (LkEgressClient *client)
{
  g_autoptr (LkEgressRequest) request = new_request ();
  GError *error = NULL;
  gpointer result;

  result = lk_egress_client_list (client, "demo", FALSE, NULL, &error);
  check ("list", result, g_steal_pointer (&error));
  result = lk_egress_client_start (client, request, NULL, &error);
  check ("start", result, g_steal_pointer (&error));
  result = lk_egress_client_stop (client, EGRESS_ID, NULL, &error);
  check ("stop", result, g_steal_pointer (&error));
}

static void
store (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **)user_data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);

  return *result;
}

static void
call_async (LkEgressClient *client)
{
  g_autoptr (LkEgressRequest) request = new_request ();
  g_autoptr (GAsyncResult) listed = NULL;
  g_autoptr (GAsyncResult) started = NULL;
  g_autoptr (GAsyncResult) stopped = NULL;
  GError *error = NULL;
  gpointer result;

  lk_egress_client_list_async (client, "demo", FALSE, NULL, store, &listed);
  result = lk_egress_client_list_finish (client, wait_for (&listed), &error);
  check ("list_async", result, g_steal_pointer (&error));
  lk_egress_client_start_async (client, request, NULL, store, &started);
  result = lk_egress_client_start_finish (client, wait_for (&started), &error);
  check ("start_async", result, g_steal_pointer (&error));
  lk_egress_client_stop_async (client, EGRESS_ID, NULL, store, &stopped);
  result = lk_egress_client_stop_finish (client, wait_for (&stopped), &error);
  check ("stop_async", result, g_steal_pointer (&error));
}

typedef struct
{
  LkTestProcess server;
  GMainContext *context; /* made while there is all that it needs */
} Fixture;

static void
cycle (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (LkEgressCredentials) credentials
      = lk_egress_credentials_new_for_key ("key", "secretsecretsecretsecretsecretsecret");
  g_autoptr (LkEgressClient) client = NULL;

  client = lk_egress_client_new (fixture->server.url, credentials, NULL);
  g_object_set (client, "timeout", CALL_TIMEOUT, "call-timeout", CALL_TIMEOUT, NULL);
  g_main_context_push_thread_default (fixture->context);
  call_sync (client);
  call_async (client);
  g_main_context_pop_thread_default (fixture->context);
}

int
main (int argc, char **argv)
{
  Fixture fixture = { { 0 } };
  const Torture torture = {
    .name = "lib",
    .cycle = cycle,
    .data = &fixture,
    .known = known,
    .max_calls = 16,
    .max_seconds = 30,
    .n_parallel = 12,
  };
  int status;

  if (lk_test_process_get_what (argc, argv) != NULL)
    return lk_test_process_serve (lk_test_server_new (reply, NULL));

  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();
  lk_test_process_start (&fixture.server, argv[0], "plain");
  fixture.context = g_main_context_new ();
  g_main_context_default ();
  torture_add (&torture);
  status = g_test_run ();
  lk_test_process_clear (&fixture.server);

  return status;
}
