/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* livekitegresssrc where the system lacks something: it plays until the first data comes, or says
 * what is wrong, and goes back to NULL. */

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gst-test.h"
#include "lk-test-child.h"
#include "torture.h"

#define READY " ready on "

/* Of the element, in milliseconds. */
#define START_TIMEOUT 3000
#define DATA_TIMEOUT 2000
#define STOP_TIMEOUT 1000

/* One of both must have come by then. */
#define MAX_WAIT (10 * GST_SECOND)

/* Seen with GLib 2.74, GStreamer 1.22, libproxy 0.4, libsoup 3.2 and libsrt 1.5. */
static const TortureKnown known[] = {
  { "open", "g_settings_schema_source_get_default",
    "GSettings, which proxies are looked up in, has no schemas and ends the process" },
  { "pthread_create", "g_proxy_resolver_get_default", "dconf has no thread" },
  { "pthread_create", "g_task_get_type", "GLib has no thread for its own main context" },
  { "pipe", "g_main_context_new_with_flags", "GLib cannot make a main context" },
  { "pipe", "g_cancellable_make_pollfd", "GIO cannot make what wakes a thread that waits" },
  { "pipe", "__libunwind_Unwind_RaiseException",
    "libunwind, which GStreamer loads, cannot find what catches an exception of libsrt" },
  { "hang", "gst_task_join",
    "GStreamer waits for the end of a thread that it could not make, and says so as a warning" },
  { NULL, NULL, NULL },
};

typedef struct
{
  GPid process; /* the dev server */
  char *url;
  GstElement *pipeline;
  GstBus *bus;
} Fixture;

/* GSubprocess would make a thread. */
static void
start_server (Fixture *self)
{
  const char *const arguments[] = { g_getenv ("LK_EGRESS_DEVSERVER"),
                                    "--port",
                                    "0",
                                    "--api-key",
                                    LK_TEST_API_KEY,
                                    "--api-secret",
                                    LK_TEST_API_SECRET,
                                    NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;
  GIOChannel *channel;
  int output;

  g_spawn_async_with_pipes (NULL, (char **)arguments, NULL, G_SPAWN_DO_NOT_REAP_CHILD,
                            lk_test_die_with_parent, GINT_TO_POINTER (SIGTERM), &self->process,
                            NULL, &output, NULL, &error);
  g_assert_no_error (error);
  channel = g_io_channel_unix_new (output);
  g_io_channel_read_line (channel, &line, NULL, NULL, &error);
  g_assert_no_error (error);
  g_io_channel_unref (channel);
  g_assert_nonnull (strstr (line, READY));
  self->url = g_strdup (g_strchomp (strstr (line, READY) + strlen (READY)));
}

static void
add_sink (GstElement *src, GstPad *pad, gpointer pipeline)
{
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstPad) sink_pad = gst_element_get_static_pad (sink, "sink");

  g_object_set (sink, "async", FALSE, NULL);
  gst_bin_add (pipeline, sink);
  gst_element_sync_state_with_parent (sink);
  gst_pad_link (pad, sink_pad);
}

/* FALSE when neither an error nor data has come. */
static gboolean
wait_for_outcome (GstBus *bus)
{
  GstClockTime end = gst_util_get_timestamp () + MAX_WAIT;

  for (GstClockTime now = gst_util_get_timestamp (); now < end; now = gst_util_get_timestamp ())
    {
      g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (
          bus, end - now, GST_MESSAGE_ERROR | GST_MESSAGE_EOS | GST_MESSAGE_ELEMENT);

      if (message == NULL)
        break;
      if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
        {
          g_autoptr (GError) error = NULL;

          gst_message_parse_error (message, &error, NULL);
          fprintf (stderr, "%s\n", error->message);
        }
      if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ELEMENT
          || gst_message_has_name (message, "livekit-egress-first-data"))
        return TRUE;
    }

  return FALSE;
}

/* A bus without a pipe has no use. */
static void
prepare (gpointer data)
{
  Fixture *self = data;

  self->pipeline = gst_pipeline_new (NULL);
  self->bus = gst_element_get_bus (self->pipeline);
}

static void
cycle (gpointer data)
{
  Fixture *self = data;
  GstElement *src = gst_element_factory_make ("livekitegresssrc", NULL);

  if (src == NULL)
    {
      fprintf (stderr, "There is no element\n");
      return;
    }

  g_object_set (src, "ws-url", self->url, "api-key", LK_TEST_API_KEY, "secret-key",
                LK_TEST_API_SECRET, "room-name", "demo", "participant-identity", "alice",
                "start-timeout", START_TIMEOUT, "first-data-timeout", DATA_TIMEOUT, "stop-timeout",
                STOP_TIMEOUT, NULL);
  g_signal_connect (src, "pad-added", G_CALLBACK (add_sink), self->pipeline);
  gst_bin_add (GST_BIN (self->pipeline), src);

  if (gst_element_set_state (self->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
    fprintf (stderr, "It does not start\n");
  if (!wait_for_outcome (self->bus))
    {
      fprintf (stderr, "There is neither data nor an error\n");
      _exit (2);
    }
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_clear_object (&self->bus);
  gst_clear_object (&self->pipeline);
}

int
main (int argc, char **argv)
{
  Fixture fixture = { 0 };
  const Torture torture = {
    .name = "src",
    .prepare = prepare,
    .cycle = cycle,
    .data = &fixture,
    .known = known,
    .max_calls = 5,
    .max_seconds = 15,
    .n_parallel = 6,
  };
  int status;

  gst_test_init_plain (&argc, &argv, GST_TEST_PLUGINS);
  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();
  start_server (&fixture);
  torture_add (&torture);
  status = g_test_run ();
  kill (fixture.process, SIGTERM);
  g_free (fixture.url);

  return status;
}
