/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fake-egress.h"

#define ID "EG_JCK9YZeup5SB"

/* Tests that read the log run in a process of their own. */

static void
run_with_log (void)
{
  g_setenv ("G_MESSAGES_DEBUG", "LiveKitEgress", TRUE);
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_unsetenv ("G_MESSAGES_DEBUG");
  g_test_trap_assert_passed ();
}

static gboolean
is_ours (const GLogField *fields, gsize n_fields)
{
  for (gsize i = 0; i < n_fields; i++)
    {
      if (g_str_equal (fields[i].key, "GLIB_DOMAIN"))
        return g_str_equal (fields[i].value, "LiveKitEgress");
    }

  return FALSE;
}

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  GString *logged = user_data;

  for (gsize i = 0; i < n_fields; i++)
    {
      if (g_str_equal (fields[i].key, "MESSAGE"))
        g_string_append_printf (logged, "%s\n", (const char *)fields[i].value);
    }

  return G_LOG_WRITER_HANDLED;
}

static void
test_log (void)
{
  g_autoptr (FakeEgress) server = NULL;
  g_autoptr (LkEgressClient) client = NULL;
  g_autoptr (LkEgressRequest) request = NULL;
  g_autoptr (LkEgressInfo) info = NULL;
  GString *logged;

  if (!g_test_subprocess ())
    {
      run_with_log ();
      return;
    }

  logged = g_string_new (NULL);
  g_log_set_writer_func (write_log, logged, NULL);
  server = fake_egress_new ();
  client = fake_egress_new_client (server);
  request = lk_egress_request_new_participant ("demo", "alice");
  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT,
                                "srt://127.0.0.1:9721?passphrase=verysecret1&streamid=hidden");
  fake_egress_reply_recorded (server, "StartEgress", "v2_start");
  fake_egress_reply_recorded (server, "StopEgress", "stop_unknown");
  fake_egress_reply_recorded (server, "ListEgress", "list_by_id_unknown");

  info = lk_egress_client_start (client, request, NULL, NULL);
  g_assert_nonnull (info);
  g_assert_null (lk_egress_client_stop (client, ID, NULL, NULL));

  g_assert_nonnull (strstr (logged->str, "StartEgress {\"roomName\":\"demo\""));
  g_assert_nonnull (strstr (logged->str, "}: ok, "));
  g_assert_nonnull (strstr (logged->str, "StopEgress {\"egressId\":\"" ID "\"}: not_found, "));
  g_assert_null (strstr (logged->str, "verysecret1"));
  g_assert_null (strstr (logged->str, "hidden"));
  g_assert_null (strstr (logged->str, "secretsecret"));
  g_assert_null (strstr (logged->str, "eyJ"));
  g_string_free (logged, TRUE);
}

static guint
count (const char *text, const char *part)
{
  guint n = 0;

  for (const char *at = strstr (text, part); at != NULL; at = strstr (at + 1, part))
    n++;

  return n;
}

/* What looks like a mistake is told once for each start, and the request is sent all the same. */
static void
test_warnings (void)
{
  g_autoptr (FakeEgress) server = NULL;
  g_autoptr (LkEgressClient) client = NULL;
  g_autoptr (LkEgressRequest) request = NULL;
  const char *warning = "StartEgress: outputs[0].stream.urls[0]: The stream key is empty";
  GString *logged;

  if (!g_test_subprocess ())
    {
      run_with_log ();
      return;
    }

  logged = g_string_new (NULL);
  g_log_set_writer_func (write_log, logged, NULL);
  server = fake_egress_new ();
  client = fake_egress_new_client (server);
  request = lk_egress_request_new_participant ("demo", "alice");
  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_RTMP, "rtmp://127.0.0.1/app/");

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (LkEgressInfo) info = NULL;

      fake_egress_reply_recorded (server, "StartEgress", "v2_start");
      g_object_set (client, "validate", i < 2, NULL);
      info = lk_egress_client_start (client, request, NULL, NULL);
      g_assert_nonnull (info);
      g_assert_cmpuint (count (logged->str, warning), ==, MIN (i + 1, 2));
    }

  g_string_free (logged, TRUE);
}

static gboolean
cancel_now (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);

  return G_SOURCE_REMOVE;
}

static gpointer
cancel_in_thread (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  g_object_unref (cancellable);

  return NULL;
}

/* The log says that an exchange is over; the pause that follows is to be cut short. */
static GLogWriterOutput
cancel_on_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  GCancellable **cancellables = user_data;

  if (!is_ours (fields, n_fields))
    return G_LOG_WRITER_HANDLED;

  if (cancellables[0] != NULL)
    g_idle_add_full (G_PRIORITY_DEFAULT, cancel_now, g_steal_pointer (&cancellables[0]),
                     g_object_unref);
  else
    g_thread_unref (g_thread_new ("cancel", cancel_in_thread, g_object_ref (cancellables[1])));

  return G_LOG_WRITER_HANDLED;
}

static void
test_cancel_in_pause (void)
{
  g_autoptr (FakeEgress) server = NULL;
  g_autoptr (LkEgressClient) client = NULL;
  g_autofree char *busy = fake_egress_error ("unavailable", "later");
  g_autoptr (GCancellable) first = g_cancellable_new ();
  g_autoptr (GCancellable) second = g_cancellable_new ();
  GCancellable *cancellables[] = { g_object_ref (first), second };
  g_auto (FakeWait) wait = { NULL };
  GError *error = NULL;

  if (!g_test_subprocess ())
    {
      g_object_unref (cancellables[0]);
      run_with_log ();
      return;
    }

  server = fake_egress_new ();
  client = fake_egress_new_client (server);
  fake_egress_always (server, "ListEgress", 503, busy);
  /* Days: who is not woken does not end in time. */
  lk_egress_client_set_time_scale (client, 1e6);
  g_object_set (client, "timeout", 0, NULL);
  g_log_set_writer_func (cancel_on_log, cancellables, NULL);

  lk_egress_client_get_async (client, ID, first, fake_wait_done, &wait);
  g_assert_null (lk_egress_client_get_finish (client, fake_wait_for (&wait), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (fake_egress_count (server, "ListEgress"), ==, 1);

  g_assert_null (lk_egress_client_get (client, ID, second, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (fake_egress_count (server, "ListEgress"), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/client-log/log", test_log);
  g_test_add_func ("/client-log/warnings", test_warnings);
  g_test_add_func ("/client-log/cancel-in-pause", test_cancel_in_pause);

  return g_test_run ();
}
