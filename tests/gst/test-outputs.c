/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is made of the properties that say where an egress records to, without a server. */

#include "fake-sink.h"
#include "gst-test.h"

#include "gstlivekitegressoutputs.h"
#include "gstlivekitegressplugin.h"

typedef struct
{
  const char *location, *locations, *outputs, *storage_uri;
  gboolean storage;    /* an object */
  const char *made[3]; /* parts of the request as JSON */
  const char *said;    /* or the beginning of the error */
} Row;

static const Row rows[] = {
  { .location = "a.mp4",
    .made = { "\"outputs\":[{\"file\":{\"file_type\":\"MP4\",\"filepath\":\"a.mp4\"}}]" } },
  { .locations = "<a.mp4,b.mp4>",
    .made = { "\"filepath\":\"a.mp4\"}},{\"file\"", "\"filepath\":\"b.mp4\"" } },
  { .locations = "<a.mp4,\"\">", .said = "locations[1] is empty" },
  { .locations = "<a.mp4,b.ts>", .said = "locations[1]: " },
  { .outputs = "<[output,format=mp4,location=a]>",
    .made = { "{\"file_type\":\"MP4\",\"filepath\":\"a\"}" } },
  { .outputs = "<[output,location=srt://127.0.0.1:9]>",
    .made = { "\"stream\":{\"protocol\":\"SRT\",\"urls\":[\"srt://127.0.0.1:9\"]" } },
  { .outputs = "<[output,location=5]>", .said = "outputs[0].location cannot be of type gint" },
  { .outputs = "<[output,location=a.ts]>", .said = "outputs[0].location: " },
  { .outputs = "<[output,location=a.mp4],[output,location=b.mp4,format=true]>",
    .said = "outputs[1].format cannot be \"true\"" },
  { .outputs = "<[output,location=a.mp4,storage-uri=5]>",
    .said = "outputs[0].storage-uri cannot be of type gint" },
  { .outputs = "<[output,location=a.mp4,storage-uri=http://x]>",
    .said = "outputs[0].storage-uri: " },
  { .outputs = "<[output,location=a.mp4,storage-uri=\"s3://b/folder?region=eu\"]>",
    .made = { "\"filepath\":\"folder/a.mp4\"", "\"bucket\":\"b\"", "\"region\":\"eu\"" } },
  { .outputs = "<[output,location=a.mp4,storage=[storage,s3=[s3,bucket=b]]]>",
    .made = { "\"filepath\":\"a.mp4\"", "\"bucket\":\"b\"" } },
  { .outputs = "<[output,location=a.mp4,storage=[storage,s4=[s3,bucket=b]]]>",
    .said = "outputs[0].storage has no field \"s4\"" },
  { .outputs
    = "<[output,location=a.mp4,storage-uri=\"s3://c\",storage=[storage,s3=[s3,bucket=b]]]>",
    .said = "outputs[0] has more than one storage" },
  /* The folder is for those that have no other storage. */
  { .location = "a.mp4",
    .outputs = "<[output,location=\"s3://c/b.mp4\"]>",
    .storage_uri = "s3://b/folder",
    .made = { "\"filepath\":\"folder/a.mp4\"", "\"bucket\":\"b\"", "\"filepath\":\"b.mp4\"" } },
  { .location = "a.mp4", .storage_uri = "http://bucket", .said = "storage-uri: " },
  { .location = "a.mp4",
    .storage = TRUE,
    .made = { "\"filepath\":\"a.mp4\"", "\"bucket\":\"object\"" } },
  { .location = "a.mp4",
    .storage_uri = "s3://b",
    .storage = TRUE,
    .said = "storage and storage-uri are both set" },
};

static void
set_all (gpointer sink, const Row *row)
{
  g_object_set (sink, "location", row->location, "storage-uri", row->storage_uri, NULL);
  if (row->locations != NULL)
    gst_test_set_from_text (sink, "locations", row->locations);
  if (row->outputs != NULL)
    gst_test_set_from_text (sink, "outputs", row->outputs);
  if (row->storage)
    {
      g_autoptr (LkEgressStorage) storage
          = lk_egress_storage_new_from_uri ("s3://object", NULL, NULL);

      g_object_set (sink, "storage", storage, NULL);
    }
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GstElement) sink = gst_object_ref_sink (g_object_new (fake_sink_get_type (), NULL));
  g_autoptr (LkEgressRequest) request = g_object_new (LK_EGRESS_TYPE_REQUEST, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;
  gboolean added;

  set_all (sink, row);
  added = gst_livekit_egress_outputs_add (fake_sink_get_settings (sink), TRUE, request, &error);
  if (row->said != NULL)
    {
      g_assert_false (added);
      g_assert_nonnull (error);
      if (!g_str_has_prefix (error->message, row->said))
        g_error ("%s", error->message);
      return;
    }

  g_assert_no_error (error);
  g_assert_true (added);
  json = lk_egress_message_to_json (LK_EGRESS_MESSAGE (request), LK_EGRESS_JSON_PROTO_NAMES);
  for (guint i = 0; i < G_N_ELEMENTS (row->made) && row->made[i] != NULL; i++)
    {
      if (strstr (json, row->made[i]) == NULL)
        g_error ("%s is not in %s", row->made[i], json);
    }
}

/* Without the location, which is for the receiver. */
static void
test_without_location (void)
{
  g_autoptr (GstElement) sink = gst_object_ref_sink (g_object_new (fake_sink_get_type (), NULL));
  g_autoptr (LkEgressRequest) request = g_object_new (LK_EGRESS_TYPE_REQUEST, NULL);

  g_object_set (sink, "location", "live.m3u8", NULL);
  g_assert_true (
      gst_livekit_egress_outputs_add (fake_sink_get_settings (sink), FALSE, request, NULL));
  g_assert_cmpuint (g_list_model_get_n_items (lk_egress_request_get_outputs (request)), ==, 0);
}

/* What is set as nothing is not set, and items that are nothing are told by their number. */
static void
test_nothing (void)
{
  static const char *const properties[] = { "locations", "outputs" };

  for (guint i = 0; i < G_N_ELEMENTS (properties); i++)
    {
      g_autoptr (GstElement) sink
          = gst_object_ref_sink (g_object_new (fake_sink_get_type (), NULL));
      g_autoptr (LkEgressRequest) request = g_object_new (LK_EGRESS_TYPE_REQUEST, NULL);
      g_autofree char *said = g_strdup_printf ("%s[0] is empty", properties[i]);
      g_autoptr (GError) error = NULL;
      g_auto (GValue) array = G_VALUE_INIT;
      g_auto (GValue) item = G_VALUE_INIT;

      g_value_init (&array, GST_TYPE_ARRAY);
      g_object_set_property (G_OBJECT (sink), properties[i], &array);
      g_assert_true (
          gst_livekit_egress_outputs_add (fake_sink_get_settings (sink), TRUE, request, &error));
      g_assert_no_error (error);

      g_value_init (&item, i == 0 ? G_TYPE_STRING : GST_TYPE_STRUCTURE);
      gst_value_array_append_value (&array, &item);
      g_object_set_property (G_OBJECT (sink), properties[i], &array);
      g_assert_false (
          gst_livekit_egress_outputs_add (fake_sink_get_settings (sink), TRUE, request, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      g_assert_cmpstr (error->message, ==, said);
    }
}

/* What is read of addresses has no secret in it; a path is read as it was set. */
static void
test_read (void)
{
  g_autoptr (GstElement) sink = gst_object_ref_sink (g_object_new (fake_sink_get_type (), NULL));
  g_auto (GValue) locations = G_VALUE_INIT;
  g_autofree char *location = NULL;

  gst_test_set_from_text (sink, "locations", "</rec/a.mp4,\"rtmp://live.example/app/hushhush\">");
  g_value_init (&locations, GST_TYPE_ARRAY);
  g_object_get_property (G_OBJECT (sink), "locations", &locations);
  g_assert_cmpuint (gst_value_array_get_size (&locations), ==, 2);
  g_assert_cmpstr (g_value_get_string (gst_value_array_get_value (&locations, 0)), ==,
                   "/rec/a.mp4");
  g_assert_null (
      strstr (g_value_get_string (gst_value_array_get_value (&locations, 1)), "hushhush"));

  g_object_set (sink, "location", "/rec/key=a.mp4", NULL);
  g_object_get (sink, "location", &location, NULL);
  g_assert_cmpstr (location, ==, "/rec/key=a.mp4");
}

int
main (int argc, char **argv)
{
  /* No plugins are needed, and no registry that other tests write at the same time. */
  g_autofree char *registry
      = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "gst", "outputs.registry", NULL);

  g_setenv ("GST_REGISTRY_1_0", registry, TRUE);
  g_setenv ("GST_PLUGIN_SYSTEM_PATH_1_0", "", TRUE);
  gst_init (&argc, &argv);
  gst_livekit_egress_plugin_init ();
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/outputs/row/%u", i);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/outputs/without-location", test_without_location);
  g_test_add_func ("/outputs/nothing", test_nothing);
  g_test_add_func ("/outputs/read", test_read);

  return g_test_run ();
}
