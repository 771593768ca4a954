/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What elements say that cannot start, for something that the system lacks: in this process, and up
 * to the moment when somebody listens. */

#include "gst-test.h"
#include "torture-calls.h"

typedef struct
{
  const char *element;
  const char *protocol; /* NULL: none */
  const char *location; /* of a worker that listens, or NULL */
  TortureCall call;
  const char *said; /* in the error */
} Row;

static const Row rows[] = {
  { "livekitegresssrc", "srt", NULL, TORTURE_pthread_create, "thread" },
  { "livekitegresssrc", "srt", NULL, TORTURE_epoll_create, "SRT socket" },
  { "livekitegresssrc", "srt", NULL, TORTURE_socket, "listen for SRT" },
  { "livekitegresssrc", "srt", NULL, TORTURE_bind, "listen for SRT" },
  { "livekitegresssrc", "srt", "srt://127.0.0.1:9", TORTURE_epoll_create, "wait for SRT" },
  { "livekitegresssrc", "rtmp", NULL, TORTURE_socket, "listen" },
  { "livekitegresssrc", "rtmp", NULL, TORTURE_bind, "listen" },
  { "livekitegresssrc", "rtmp", NULL, TORTURE_listen, "listen" },
  { "livekitegresssrc", "websocket", NULL, TORTURE_socket, "listen" },
  { "livekitegresssrc", "websocket", NULL, TORTURE_bind, "listen" },
  { "livekitegresssrc", "websocket", NULL, TORTURE_listen, "listen" },
  { "livekitegresssink", NULL, NULL, TORTURE_pthread_create, "thread" },
};

/* A server that nobody listens at. */
static GstElement *
make_element (const Row *row)
{
  GstElement *element = gst_element_factory_make (row->element, NULL);

  g_assert_nonnull (element);
  g_object_set (element, "ws-url", "http://127.0.0.1:9", "api-key", "key", "secret-key", "secret",
                "room-name", "demo", NULL);
  if (row->protocol != NULL)
    gst_util_set_object_arg (G_OBJECT (element), "protocol", row->protocol);
  else
    g_object_set (element, "location", "a.mp4", NULL);
  if (row->location != NULL)
    {
      gst_util_set_object_arg (G_OBJECT (element), "srt-mode", "caller");
      g_object_set (element, "srt-location", row->location, NULL);
    }

  return element;
}

/* Gives the text of the error, NULL if it is PAUSED. */
static char *
start (const Row *row, TortureState *state, gint n)
{
  g_autoptr (GstElement) pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  GstStateChangeReturn ret;

  gst_bin_add (GST_BIN (pipeline), make_element (row));
  torture_begin (state, row->call, n);
  ret = gst_element_set_state (pipeline, GST_STATE_PAUSED);
  torture_end ();
  if (ret == GST_STATE_CHANGE_FAILURE)
    {
      message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
      g_assert_nonnull (message);
      gst_message_parse_error (message, &error, NULL);
    }
  gst_element_set_state (pipeline, GST_STATE_NULL);

  return error != NULL ? g_strdup (error->message) : NULL;
}

/* Without this call there is an error, and with it another start is as good as ever. */
static void
test_row (gconstpointer data)
{
  const Row *row = data;
  TortureState *state = torture_state_new ();
  g_autofree char *said = start (row, state, 1);
  g_autofree char *again = NULL;

  g_assert_cmpint (state->n_failed, ==, 1);
  g_assert_nonnull (said);
  if (strstr (said, row->said) == NULL)
    g_error ("%s", said);

  again = start (row, state, 0);
  g_assert_null (again);
  torture_state_free (state);
}

int
main (int argc, char **argv)
{
  gst_test_init_plain (&argc, &argv, GST_TEST_PLUGINS " flv");
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/torture/start/%s%s%s/%s", rows[i].element,
                                               rows[i].protocol != NULL ? "/" : "",
                                               rows[i].location != NULL   ? "srt-caller"
                                               : rows[i].protocol != NULL ? rows[i].protocol
                                                                          : "",
                                               torture_call_names[rows[i].call]);

      g_test_add_data_func (path, &rows[i], test_row);
    }

  return g_test_run ();
}
