/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Properties as they stand on a command line: what does not go together is an error with the name
 * of the property before anything is sent, and secrets cannot be read. */

#include "gst-test.h"

#define SERVER "ws-url=http://127.0.0.1:1 api-key=k secret-key=s "

/* Where nobody listens: what is sent would be another error. */
static GstElement *
launch (const char *element, const char *settings)
{
  g_autofree char *line = g_strconcat (element, " " SERVER, settings, NULL);
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *child = gst_parse_launch (line, &error);

  fail_unless (error == NULL, "%s: %s", line, error != NULL ? error->message : "");
  gst_bin_add (GST_BIN (pipeline), child);
  return pipeline;
}

static const struct
{
  const char *element;
  const char *settings;
  const char *said;
} refused[] = {
  /* The source */
  { "livekitegresssink", "location=a.mp4 room-name=demo source=room-composite video-track-id=TR_1",
    "video-track-id has no meaning with source room-composite; unset one of them" },
  { "livekitegresssink", "location=a.mp4 room-name=demo participant-identity=alice layout=grid",
    "layout has no meaning with source participant" },
  { "livekitegresssink", "location=a.mp4 web-url=https://example.org custom-base-url=https://t",
    "custom-base-url has no meaning with source web" },
  { "livekitegresssink",
    "location=a.mp4 room-name=demo source=web web-url=https://a "
    "participant-identity=alice",
    "participant-identity has no meaning with source web" },
  { "livekitegresssink", "location=a.mp4 room-name=demo screen-share=true", "screen-share" },
  { "livekitegresssink",
    "location=a.mp4 room-name=demo request=\"request,template=[template,layout=grid]\"",
    "request and room-name are both set; unset one" },
  { "livekitegresssink", "location=a.mp4 preset=h264-1080p-30 request=\"request,room-name=demo\"",
    "request and preset are both set; unset one" },
  /* The protocol */
  { "livekitegresssrc", "room-name=demo listen-port=7000 protocol=hls location=/tmp/a.m3u8",
    "listen-port has no meaning with protocol hls; unset one of them" },
  { "livekitegresssrc", "room-name=demo srt-mode=caller srt-location=srt://a:1 protocol=rtmp",
    "srt-mode has no meaning with protocol rtmp" },
  { "livekitegresssrc", "room-name=demo srt-location=srt://a:1",
    "srt-location has no meaning with srt-mode listener" },
  { "livekitegresssrc", "room-name=demo rtmp-location=rtmp://a/b/c",
    "rtmp-location has no meaning with protocol srt" },
  { "livekitegresssrc", "room-name=demo playback-uri=https://a/",
    "playback-uri has no meaning with protocol srt" },
  { "livekitegresssrc", "room-name=demo hls-start=first protocol=websocket",
    "hls-start has no meaning with protocol websocket" },
  { "livekitegresssrc", "room-name=demo latency=200 protocol=hls location=live.m3u8",
    "latency has no meaning with protocol hls" },
  /* The output */
  { "livekitegresssink", "room-name=demo outputs=\"<[output,location=a.mp4,segment-duration=2]>\"",
    "outputs[0] has no field \"segment-duration\"; there are format, location, " },
  { "livekitegresssink",
    "room-name=demo outputs=\"<[output,location=a.mp4],[output,format=hls,"
    "location=rtmp://a/b/c]>\"",
    "outputs[1].location: The format of the output is not that of its address, which is rtmp" },
  { "livekitegresssink",
    "room-name=demo location=a.mp4 storage=\"storage,s3=[s3,bucket=b]\" storage-uri=gs://b",
    "storage and storage-uri are both set; unset one" },
  /* What a text says wrong is an error of the same kind. */
  { "livekitegresssink", "room-name=demo location=a.mp4 storage=\"storage,s3=[s3,bucked=b]\"",
    "storage.s3 has no field \"bucked\"; there are access-key, " },
  { "livekitegresssink", "location=a.mp4 request=\"request,template=[template,audio-only=2]\"",
    "request.template.audio-only cannot be of type gint; it takes true or false" },
  { "livekitegresssink",
    "room-name=demo location=a.mp4 storage=\"storage,s3=[s3,metadata=<\\\"a=b\\\",c>]\"",
    "storage.s3.metadata[1] is not of the form KEY=VALUE" },
};

GST_START_TEST (test_refused)
{
  g_autoptr (GstElement) pipeline = launch (refused[__i__].element, refused[__i__].settings);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  assert_equals_int (gst_element_set_state (pipeline, GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS));
  fail_unless (strstr (error->message, refused[__i__].said) != NULL, "%s: %s",
               refused[__i__].settings, error->message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

GST_END_TEST;

static const struct
{
  const char *property, *text;
  const char *shown; /* NULL: it cannot be read */
} secrets[] = {
  { "location", "rtmp://live.example/app/hushhush", "rtmp://live.example/app/" },
  { "location", "srt://a:1?streamid=x&passphrase=hushhush", "srt://a:1?" },
  { "location", "s3://bucket/a.mp4?access_key_id=AKID&secret_access_key=hushhush", "s3://bucket/" },
  { "location", "mux://hushhush", "mux://" },
  { "location", "rec/{room_name}-{time}.mp4", "rec/{room_name}-{time}.mp4" },
  { "locations", "<rec/a.mp4, rtmp://live.example/app/hushhush>", "rec/a.mp4" },
  { "storage-uri", "s3://bucket/talks?secret_access_key=hushhush", "s3://bucket/talks?" },
  { "ws-url", "wss://user:hushhush@livekit.example", "wss://" },
  { "outputs", "<[output,location=rtmp://a/b/hushhush]>", NULL },
  { "storage", "storage,s3=[s3,secret=hushhush]", NULL },
  { "request", "request,storage=[storage,s3=[s3,secret=hushhush]]", NULL },
  { "secret-key", "hushhush", NULL },
  { "auth-token", "hushhush", NULL },
};

static void
assert_hushed (const char *factory, const char *property, const char *text, const char *shown)
{
  g_autoptr (GstElement) element = gst_object_ref_sink (gst_element_factory_make (factory, NULL));
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), property);
  g_auto (GValue) value = G_VALUE_INIT;
  g_autofree char *read = NULL;

  gst_test_set_from_text (element, property, text);
  assert_equals_int ((pspec->flags & G_PARAM_READABLE) != 0, shown != NULL);
  if (shown == NULL)
    return;
  g_value_init (&value, pspec->value_type);
  g_object_get_property (G_OBJECT (element), property, &value);
  read = G_VALUE_HOLDS_STRING (&value) ? g_value_dup_string (&value) : gst_value_serialize (&value);
  fail_unless (strstr (read, shown) != NULL, "%s: %s", property, read);
  fail_unless (strstr (read, "hush") == NULL, "%s: %s", property, read);
}

GST_START_TEST (test_secrets)
{
  for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
    {
      assert_hushed ("livekitegresssink", secrets[i].property, secrets[i].text, secrets[i].shown);
      assert_hushed ("livekitegresssrc", secrets[i].property, secrets[i].text, secrets[i].shown);
    }
}

GST_END_TEST;

static Suite *
settings_suite (void)
{
  Suite *suite = suite_create ("settings");
  TCase *tests = tcase_create ("general");

  suite_add_tcase (suite, tests);
  tcase_add_loop_test (tests, test_refused, 0, G_N_ELEMENTS (refused));
  tcase_add_test (tests, test_secrets);

  return suite;
}

int
main (int argc, char **argv)
{
  gst_test_init (&argc, &argv, GST_TEST_PLUGINS);
  return gst_check_run_suite (settings_suite (), "settings", __FILE__);
}
