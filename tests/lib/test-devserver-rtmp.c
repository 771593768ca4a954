/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "decoder.h"
#include "devserver-egress.h"
#include "lk-test-child.h"

/* What the dev server publishes to RTMP servers. */

#define ENOUGH 20
#define KEY "a-key-that-nobody-sees"
#define SHOWN_KEY "{a-k...ees}"

typedef struct
{
  LkTestDevserver *server;
  guint port;
  char *url;   /* of a receiver */
  char *shown; /* as the API shows it */
  gint accepted;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const char *const arguments[] = { "--fault", data, NULL };

  fixture->server = lk_test_devserver_new (data != NULL ? arguments : NULL);
  fixture->port = lk_test_find_port (G_SOCKET_TYPE_STREAM);
  fixture->url = g_strdup_printf ("rtmp://127.0.0.1:%u/live/" KEY, fixture->port);
  fixture->shown = g_strdup_printf ("rtmp://127.0.0.1:%u/live/" SHOWN_KEY, fixture->port);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  lk_test_devserver_free (fixture->server);
  g_free (fixture->url);
  g_free (fixture->shown);
}

static char *
start (Fixture *fixture)
{
  g_autofree char *output
      = g_strdup_printf ("{\"stream\":{\"protocol\":\"RTMP\",\"urls\":[\"%s\"]}}", fixture->url);

  return egress_start (fixture->server, output);
}

static JsonObject *
get_stream (JsonObject *info)
{
  return json_array_get_object_element (json_object_get_array_member (info, "stream_results"), 0);
}

static void
test_publish (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Decoder) decoder = NULL;
  g_autofree char *id = NULL;
  g_autofree char *state = NULL;
  g_autoptr (JsonObject) info = NULL;
  g_autoptr (JsonObject) ending = NULL;

  if (!decoder_is_here ())
    return;
  decoder = decoder_new_rtmp_server (fixture->port, fixture->url);
  id = start (fixture);
  decoder_wait (decoder, ENOUGH, ENOUGH);
  g_assert_cmpuint (decoder_get_changes (decoder), >=, ENOUGH / 2);

  info = egress_get_info (fixture->server, id);
  g_assert_cmpstr (json_object_get_string_member (get_stream (info), "url"), ==, fixture->shown);
  state = lk_test_devserver_get_state (fixture->server);
  g_assert_null (strstr (state, KEY));

  ending = egress_stop (fixture->server, id);
  decoder_wait_for_end (decoder);
  egress_assert_end (fixture->server, id, "EGRESS_COMPLETE", "", 0, "End reason: StopEgress API");
  egress_assert_stream (fixture->server, id, 0, "FINISHED");
}

static gpointer
pass_on (gpointer user_data)
{
  GIOStream **streams = user_data;

  g_output_stream_splice (g_io_stream_get_output_stream (streams[1]),
                          g_io_stream_get_input_stream (streams[0]), G_OUTPUT_STREAM_SPLICE_NONE,
                          NULL, NULL);
  return NULL;
}

/* In a thread of the service: one connection over TLS, handed on without. */
static gboolean
on_connection (GThreadedSocketService *service,
               GSocketConnection *connection,
               GObject *source_object,
               gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autofree char *path
      = g_build_filename (g_getenv ("LK_EGRESS_TEST_DATA"), "tls-server.pem", NULL);
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_file (path, NULL);
  g_autoptr (GIOStream) tls
      = g_tls_server_connection_new (G_IO_STREAM (connection), certificate, NULL);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) plain
      = g_socket_client_connect_to_host (client, "127.0.0.1", fixture->port, NULL, NULL);
  GIOStream *forth[] = { tls, G_IO_STREAM (plain) };
  GIOStream *back[] = { G_IO_STREAM (plain), tls };
  GThread *thread;

  g_atomic_int_set (&fixture->accepted, TRUE);
  g_main_context_wakeup (NULL);
  g_assert_nonnull (plain);
  thread = g_thread_new ("back", pass_on, back);
  pass_on (forth);
  g_io_stream_close (G_IO_STREAM (plain), NULL, NULL);
  g_thread_join (thread);
  return TRUE;
}

/* With a certificate that nobody trusts, on the loopback interface. */
static void
test_tls (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocketService) service = g_threaded_socket_service_new (1);
  guint16 port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, NULL);
  g_autofree char *output = g_strdup_printf (
      "{\"stream\":{\"protocol\":\"RTMP\",\"urls\":[\"rtmps://127.0.0.1:%u/live/" KEY "\"]}}",
      port);
  g_autoptr (Decoder) decoder = NULL;
  g_autofree char *id = NULL;
  g_autoptr (JsonObject) ending = NULL;

  if (!decoder_is_here ())
    return;
  g_signal_connect (service, "run", G_CALLBACK (on_connection), fixture);
  decoder = decoder_new_rtmp_server (fixture->port, fixture->url);
  id = egress_start (fixture->server, output);
  /* The service accepts in this main context. */
  while (!g_atomic_int_get (&fixture->accepted))
    g_main_context_iteration (NULL, TRUE);
  decoder_wait (decoder, ENOUGH, ENOUGH);
  ending = egress_stop (fixture->server, id);
  egress_assert_end (fixture->server, id, "EGRESS_COMPLETE", "", 0, "End reason: StopEgress API");
  g_socket_service_stop (service);
}

static void
test_nobody (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = start (fixture);
  g_autoptr (JsonObject) info = NULL;

  lk_test_devserver_wait (fixture->server, "EGRESS_FAILED", 1);
  info = egress_get_info (fixture->server, id);
  g_assert_cmpint (json_object_get_int_member (info, "error_code"), ==, 503);
  egress_assert_stream (fixture->server, id, 0, "FAILED");
  g_assert_cmpint (json_object_get_int_member (get_stream (info), "retries"), ==, 0);
}

static void
test_update_stream (Fixture *fixture, gconstpointer data)
{
  guint port = lk_test_find_port (G_SOCKET_TYPE_STREAM);
  g_autofree char *url = g_strdup_printf ("rtmp://127.0.0.1:%u/other/key", port);
  g_autofree char *id = NULL;
  g_autoptr (Decoder) first = NULL;
  g_autoptr (Decoder) second = NULL;
  g_autoptr (JsonObject) added = NULL;
  g_autoptr (JsonObject) removed = NULL;
  g_autoptr (JsonObject) wrong = NULL;

  if (!decoder_is_here ())
    return;
  first = decoder_new_rtmp_server (fixture->port, fixture->url);
  id = start (fixture);
  decoder_wait (first, 1, 1);
  lk_test_devserver_wait (fixture->server, "EGRESS_ACTIVE", 1);

  /* One that comes late gets all that it needs to decode. */
  second = decoder_new_rtmp_server (port, url);
  added = egress_call (fixture->server, "UpdateStream", 200,
                       "{\"egress_id\":\"%s\",\"add_output_urls\":[\"%s\"]}", id, url);
  decoder_wait (second, ENOUGH, ENOUGH);
  wrong = egress_call (fixture->server, "UpdateStream", 400,
                       "{\"egress_id\":\"%s\",\"add_output_urls\":[\"rtmp://127.0.0.1/a\"]}", id);
  g_assert_nonnull (
      strstr (json_object_get_string_member (wrong, "msg"), "rtmp urls must be of format"));

  removed
      = egress_call (fixture->server, "UpdateStream", 200,
                     "{\"egress_id\":\"%s\",\"remove_output_urls\":[\"%s\"]}", id, fixture->url);
  decoder_wait_for_end (first);
  egress_assert_stream (fixture->server, id, 0, "FINISHED");
  egress_assert_stream (fixture->server, id, 1, "ACTIVE");
  decoder_wait (second, ENOUGH, ENOUGH);
}

static void
wait_for_retries (Fixture *fixture, const char *id, gint64 retries)
{
  gint64 got;

  do
    {
      g_autoptr (JsonObject) info = egress_get_info (fixture->server, id);

      g_assert_cmpstr (json_object_get_string_member (info, "status"), ==, "EGRESS_ACTIVE");
      got = json_object_get_int_member (get_stream (info), "retries");
    }
  while (got < retries);
}

/* A server that went away and comes back; the egress is ACTIVE all the time. */
static void
test_server_returns (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;

  if (!decoder_is_here ())
    return;
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (Decoder) decoder = decoder_new_rtmp_server (fixture->port, fixture->url);

      if (id == NULL)
        id = start (fixture);
      decoder_wait (decoder, ENOUGH, ENOUGH);
    }
  wait_for_retries (fixture, id, 1);
}

/* The fault closes a connection that nothing is wrong with. */
static void
test_cut (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Decoder) decoder = NULL;
  g_autoptr (Decoder) next = NULL;
  g_autofree char *id = NULL;

  if (!decoder_is_here ())
    return;
  decoder = decoder_new_rtmp_server (fixture->port, fixture->url);
  id = start (fixture);
  decoder_wait_for_end (decoder);
  g_assert_cmpuint (decoder_get_pictures (decoder), >, 0);
  wait_for_retries (fixture, id, 3);

  next = decoder_new_rtmp_server (fixture->port, fixture->url);
  decoder_wait (next, ENOUGH, ENOUGH);
}

/* The connection stays and the clock goes on, but for two seconds nothing comes. */
static void
test_stall (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Decoder) decoder = NULL;
  g_autofree char *id = NULL;

  if (!decoder_is_here ())
    return;
  decoder = decoder_new_rtmp_server (fixture->port, fixture->url);
  id = start (fixture);
  while (decoder_get_gap (decoder) < 1.5)
    decoder_wait (decoder, 1, 0);
  decoder_wait (decoder, ENOUGH, ENOUGH);
  egress_assert_stream (fixture->server, id, 0, "ACTIVE");
}

#define ADD(name, fault, test)                                                                     \
  g_test_add ("/devserver/rtmp/" name, Fixture, fault, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  /* For the server alone: GStreamer's RTMP client is critical of what ffmpeg answers. */
  g_unsetenv ("G_DEBUG");
  g_test_init (&argc, &argv, NULL);
  ADD ("publish", NULL, test_publish);
  ADD ("tls", NULL, test_tls);
  ADD ("nobody", NULL, test_nobody);
  ADD ("update-stream", NULL, test_update_stream);
  ADD ("server-returns", NULL, test_server_returns);
  ADD ("cut", "{\"life\":\"cut\"}", test_cut);
  ADD ("stall", "{\"life\":\"stall\"}", test_stall);
  return g_test_run ();
}
