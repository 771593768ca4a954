/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a URI may set it sets on both elements, whatever characters are in it, and what it may not
 * set stays as it was. */

#include "gst-test.h"

/* On livekitegresssrc alone, or on livekitegresssink alone, are those at the end. */
static const char *const taken[] = { "room-name",
                                     "source",
                                     "participant-identity",
                                     "audio-track-id",
                                     "video-track-id",
                                     "web-url",
                                     "custom-base-url",
                                     "audio-only",
                                     "video-only",
                                     "screen-share",
                                     "preset",
                                     "encoding",
                                     "layout",
                                     "on-stop",
                                     "start-timeout",
                                     "stop-timeout",
                                     "max-duration",
                                     "wait-for-room",
                                     "restart",
                                     "restart-limit",
                                     "protocol",
                                     "demux",
                                     "latency",
                                     "hls-start",
                                     "first-data-timeout",
                                     "reconnect-window",
                                     "complete-timeout" };

/* Secrets, files, the way in from the network, and whatever leads what is recorded elsewhere. */
static const char *const refused[] = { "ws-url",
                                       "api-key",
                                       "secret-key",
                                       "auth-token",
                                       "location",
                                       "locations",
                                       "outputs",
                                       "storage",
                                       "storage-uri",
                                       "request",
                                       "request-file",
                                       "egress-id",
                                       "attach",
                                       "listen-address",
                                       "listen-port",
                                       "advertise-address",
                                       "srt-mode",
                                       "srt-location",
                                       "rtmp-location",
                                       "playback-uri",
                                       "tls-certificate",
                                       "egress-state",
                                       "info",
                                       "stats",
                                       "name",
                                       "parent",
                                       "async-handling",
                                       "message-forward",
                                       "no-such-thing" };

#define TEXT "Raum ä/&=?#+%25;,\"\\"

/* Some value that is not the default, as text. */
static char *
make_text (GstElement *element, GParamSpec *pspec)
{
  g_auto (GValue) value = G_VALUE_INIT;
  guint number;

  if (pspec->value_type == G_TYPE_STRING)
    return g_strdup (TEXT);
  if (pspec->value_type == GST_TYPE_STRUCTURE)
    return g_strdup ("encoding, width=(int)640, video-codec=(string)h264-main;");

  g_value_init (&value, pspec->value_type);
  g_object_get_property (G_OBJECT (element), pspec->name, &value);
  if (G_VALUE_HOLDS_BOOLEAN (&value))
    g_value_set_boolean (&value, !g_value_get_boolean (&value));
  else if (G_VALUE_HOLDS_UINT (&value))
    g_value_set_uint (&value, g_value_get_uint (&value) + 1);
  else if (G_VALUE_HOLDS_ENUM (&value))
    {
      number = (guint)g_value_get_enum (&value);
      g_value_set_enum (&value, number == 0 ? 1 : 0);
    }
  else
    g_error ("%s is of a new kind", pspec->name);
  return gst_value_serialize (&value);
}

static char *
read_text (GstElement *element, GParamSpec *pspec)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, pspec->value_type);
  g_object_get_property (G_OBJECT (element), pspec->name, &value);
  if (G_VALUE_HOLDS_STRING (&value))
    return g_value_dup_string (&value);
  if (GST_VALUE_HOLDS_STRUCTURE (&value))
    return gst_structure_to_string (gst_value_get_structure (&value));
  return gst_value_serialize (&value);
}

static char *
make_uri (const char *name, const char *text)
{
  g_autofree char *escaped = g_uri_escape_string (text, NULL, FALSE);

  return g_strdup_printf ("livekit-egress://host:7880/room?%s=%s", name, escaped);
}

static GstElement *
create (const char *factory)
{
  return gst_object_ref_sink (gst_element_factory_make (factory, NULL));
}

/* FALSE when the element has no such property. */
static gboolean
check_taken (const char *factory, const char *name)
{
  g_autoptr (GstElement) element = create (factory);
  g_autoptr (GstElement) other = create (factory);
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), name);
  g_autofree char *text = NULL, *uri = NULL, *read = NULL, *again = NULL, *read_again = NULL;
  g_autoptr (GError) error = NULL;

  if (pspec == NULL)
    return FALSE;
  text = make_text (element, pspec);
  uri = make_uri (name, text);
  if (!gst_uri_handler_set_uri (GST_URI_HANDLER (element), uri, &error))
    g_error ("%s: %s", uri, error->message);
  read = read_text (element, pspec);
  assert_equals_string (read, text);

  /* And on from there. */
  again = gst_uri_handler_get_uri (GST_URI_HANDLER (element));
  fail_unless (gst_uri_handler_set_uri (GST_URI_HANDLER (other), again, NULL));
  read_again = read_text (other, pspec);
  assert_equals_string (read_again, text);
  return TRUE;
}

GST_START_TEST (test_taken)
{
  for (guint i = 0; i < G_N_ELEMENTS (taken); i++)
    {
      const gboolean of_src = check_taken ("livekitegresssrc", taken[i]);
      const gboolean of_sink = check_taken ("livekitegresssink", taken[i]);

      fail_unless (of_src || of_sink, "%s", taken[i]);
    }
}

GST_END_TEST;

static void
check_refused (const char *factory, const char *name)
{
  g_autoptr (GstElement) element = create (factory);
  g_autofree char *uri = make_uri (name, "1");
  g_autofree char *url = NULL, *room = NULL;
  g_autoptr (GError) error = NULL;

  fail_if (gst_uri_handler_set_uri (GST_URI_HANDLER (element), uri, &error), "%s", uri);
  fail_unless (g_error_matches (error, GST_URI_ERROR, GST_URI_ERROR_BAD_REFERENCE));
  fail_unless (strstr (error->message, name) != NULL, "%s", error->message);
  g_object_get (element, "ws-url", &url, "room-name", &room, NULL);
  assert_equals_string (url, NULL);
  assert_equals_string (room, NULL);
}

GST_START_TEST (test_refused)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      check_refused ("livekitegresssrc", refused[i]);
      check_refused ("livekitegresssink", refused[i]);
    }
}

GST_END_TEST;

/* The server and the room, and the element for each direction. */
GST_START_TEST (test_server)
{
  static const struct
  {
    const char *uri, *url, *room;
  } cases[] = {
    { "livekit-egress://host/room", "http://host", "room" },
    { "livekit-egresss://host:7443/Raum%20%C3%A4%2F%3F%23", "https://host:7443", "Raum ä/?#" },
    { "livekit-egress://[::1]:7880/room?audio-only=true", "http://[::1]:7880", "room" },
  };
  static const GstURIType types[] = { GST_URI_SRC, GST_URI_SINK };

  for (guint i = 0; i < G_N_ELEMENTS (cases) * G_N_ELEMENTS (types); i++)
    {
      const guint row = i / G_N_ELEMENTS (types);
      g_autoptr (GError) error = NULL;
      g_autoptr (GstElement) element = gst_element_make_from_uri (types[i % G_N_ELEMENTS (types)],
                                                                  cases[row].uri, NULL, &error);
      g_autofree char *url = NULL, *room = NULL, *uri = NULL;

      fail_unless (element != NULL, "%s: %s", cases[row].uri, error != NULL ? error->message : "");
      gst_object_ref_sink (element);
      g_object_get (element, "ws-url", &url, "room-name", &room, NULL);
      assert_equals_string (url, cases[row].url);
      assert_equals_string (room, cases[row].room);
      uri = gst_uri_handler_get_uri (GST_URI_HANDLER (element));
      assert_equals_string (uri, cases[row].uri);
    }
}

GST_END_TEST;

static Suite *
uri_suite (void)
{
  Suite *suite = suite_create ("uri");
  TCase *tests = tcase_create ("general");

  suite_add_tcase (suite, tests);
  tcase_add_test (tests, test_taken);
  tcase_add_test (tests, test_refused);
  tcase_add_test (tests, test_server);

  return suite;
}

int
main (int argc, char **argv)
{
  gst_test_init (&argc, &argv, GST_TEST_PLUGINS);
  return gst_check_run_suite (uri_suite (), "uri", __FILE__);
}
