/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Messages from structures: every property of every class of the library, and errors that help. */

#include "gstlivekitegressstructure.h"

#include <gio/gio.h>
#include <gmodule.h>

/* All classes of LkEgressMessage, as the list of exported symbols has them. */
static GArray *
find_message_types (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "..", "lib",
                                            "livekit-egress-1.0.symbols", NULL);
  GModule *program = g_module_open (NULL, G_MODULE_BIND_LAZY);
  GArray *types = g_array_new (FALSE, FALSE, sizeof (GType));
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      GType (*get_type) (void);
      GType type;

      if (!g_str_has_suffix (lines[i], "_get_type"))
        continue;
      if (!g_module_symbol (program, lines[i], (gpointer *)&get_type))
        g_error ("%s is not there", lines[i]);
      type = get_type ();
      if (type != LK_EGRESS_TYPE_MESSAGE && g_type_is_a (type, LK_EGRESS_TYPE_MESSAGE))
        g_array_append_val (types, type);
    }
  g_module_close (program);

  return types;
}

static void
set_sample (LkEgressMessage *message, GParamSpec *pspec, GstStructure *structure, guint depth);

/* A message of the type with its first property, and the structure for it. */
static LkEgressMessage *
make_child (GType type, guint depth, GstStructure **structure)
{
  LkEgressMessage *child = g_object_new (type, NULL);
  guint n_pspecs;
  g_autofree GParamSpec **pspecs
      = g_object_class_list_properties (G_OBJECT_GET_CLASS (child), &n_pspecs);

  *structure = gst_structure_new_empty ("child");
  if (depth < 3)
    set_sample (child, pspecs[0], *structure, depth + 1);

  return child;
}

static void
append_text (GValue *array, const char *text)
{
  g_auto (GValue) item = G_VALUE_INIT;

  g_value_init (&item, G_TYPE_STRING);
  g_value_set_string (&item, text);
  gst_value_array_append_value (array, &item);
}

static void
set_children (LkEgressMessage *message, GParamSpec *pspec, GValue *field, guint depth)
{
  g_autoptr (GListModel) empty = NULL;
  g_autoptr (GListStore) list = NULL;
  GType type;

  g_object_get (message, pspec->name, &empty, NULL);
  type = g_list_model_get_item_type (empty);
  list = g_list_store_new (type);
  g_value_init (field, GST_TYPE_ARRAY);
  for (guint i = 0; i < 2; i++)
    {
      GstStructure *structure;
      g_autoptr (LkEgressMessage) child = make_child (type, depth, &structure);
      g_auto (GValue) item = G_VALUE_INIT;

      g_value_init (&item, GST_TYPE_STRUCTURE);
      g_value_take_boxed (&item, structure);
      gst_value_array_append_value (field, &item);
      g_list_store_append (list, child);
    }
  g_object_set (message, pspec->name, list, NULL);
}

/* Gives the property some value that is not its default, by GObject and by a structure. */
static void
set_sample (LkEgressMessage *message, GParamSpec *pspec, GstStructure *structure, guint depth)
{
  g_auto (GValue) field = G_VALUE_INIT;
  GstStructure *child_structure = NULL;
  GType type = pspec->value_type;

  if (type == G_TYPE_STRING)
    {
      g_value_init (&field, G_TYPE_STRING);
      g_value_set_string (&field, "a text, with \"quotes\"");
      g_object_set (message, pspec->name, "a text, with \"quotes\"", NULL);
    }
  else if (type == G_TYPE_BOOLEAN)
    {
      g_value_init (&field, G_TYPE_BOOLEAN);
      g_value_set_boolean (&field, TRUE);
      g_object_set (message, pspec->name, TRUE, NULL);
    }
  else if (type == G_TYPE_STRV)
    {
      g_value_init (&field, GST_TYPE_ARRAY);
      append_text (&field, "one");
      append_text (&field, "two");
      g_object_set (message, pspec->name, (const char *[]){ "one", "two", NULL }, NULL);
    }
  else if (type == G_TYPE_VARIANT)
    {
      g_value_init (&field, GST_TYPE_STRUCTURE);
      g_value_take_boxed (&field, gst_structure_new ("map", "key", G_TYPE_STRING, "value", NULL));
      g_object_set (message, pspec->name, g_variant_new_parsed ("{'key': 'value'}"), NULL);
    }
  else if (type == G_TYPE_LIST_MODEL)
    {
      set_children (message, pspec, &field, depth);
    }
  else if (g_type_is_a (type, LK_EGRESS_TYPE_MESSAGE))
    {
      g_autoptr (LkEgressMessage) child = make_child (type, depth, &child_structure);

      g_value_init (&field, GST_TYPE_STRUCTURE);
      g_value_take_boxed (&field, child_structure);
      g_object_set (message, pspec->name, child, NULL);
    }
  else if (G_TYPE_IS_ENUM (type))
    {
      GEnumClass *klass = g_type_class_peek (type);
      const GEnumValue *last = &klass->values[klass->n_values - 1];

      g_value_init (&field, G_TYPE_STRING);
      g_value_set_string (&field, last->value_nick);
      g_object_set (message, pspec->name, last->value, NULL);
    }
  else
    {
      g_auto (GValue) number = G_VALUE_INIT;

      g_value_init (&field, G_TYPE_INT);
      g_value_set_int (&field, 7);
      g_value_init (&number, type);
      g_assert_true (g_value_transform (&field, &number));
      g_object_set_property (G_OBJECT (message), pspec->name, &number);
    }
  gst_structure_set_value (structure, pspec->name, &field);
}

static void
check_property (GType type, GParamSpec *pspec)
{
  g_autoptr (LkEgressMessage) expected = g_object_new (type, NULL);
  g_autoptr (LkEgressMessage) message = NULL;
  g_autoptr (LkEgressMessage) from_text = NULL;
  g_autoptr (GstStructure) structure = gst_structure_new_empty ("root");
  g_autoptr (GstStructure) read = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  set_sample (expected, pspec, structure, 0);
  text = gst_structure_serialize (structure, GST_SERIALIZE_FLAG_NONE);
  message = gst_livekit_egress_message_from_structure (type, structure, &error);
  g_assert_no_error (error);
  g_assert_true (G_OBJECT_TYPE (message) == type);
  if (!lk_egress_message_equal (message, expected))
    g_error ("%s.%s differs: %s", g_type_name (type), pspec->name, text);

  /* As gst-launch-1.0 gives it. */
  read = gst_structure_from_string (text, NULL);
  g_assert_nonnull (read);
  from_text = gst_livekit_egress_message_from_structure (type, read, &error);
  g_assert_no_error (error);
  g_assert_true (lk_egress_message_equal (from_text, expected));
}

static void
test_every_property (void)
{
  g_autoptr (GArray) types = find_message_types ();
  guint n_properties = 0;

  g_assert_cmpuint (types->len, >, 30);
  for (guint i = 0; i < types->len; i++)
    {
      GType type = g_array_index (types, GType, i);
      g_autoptr (GTypeClass) klass = g_type_class_ref (type);
      guint n_pspecs;
      g_autofree GParamSpec **pspecs
          = g_object_class_list_properties (G_OBJECT_CLASS (klass), &n_pspecs);

      for (guint j = 0; j < n_pspecs; j++)
        check_property (type, pspecs[j]);
      n_properties += n_pspecs;
    }
  g_test_message ("%u properties of %u classes", n_properties, types->len);
}

/* The words of a user, and what is made of them. */
static void
test_words (void)
{
  g_autoptr (GstStructure) structure = gst_structure_from_string (
      "output, file=(structure)[file, filepath=a.mp4, file-type=mp4, disable-manifest=true], "
      "storage=(structure)[s, s3=(structure)[s3, bucket=b, metadata=(structure)[m, a=x, b=y]]]",
      NULL);
  g_autoptr (LkEgressMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;

  g_assert_nonnull (structure);
  message = gst_livekit_egress_message_from_structure (LK_EGRESS_TYPE_OUTPUT, structure, &error);
  g_assert_no_error (error);
  json = lk_egress_message_to_json (message, LK_EGRESS_JSON_PROTO_NAMES);
  for (guint i = 0; i < 5; i++)
    {
      const char *parts[] = { "\"filepath\":\"a.mp4\"", "\"file_type\":\"MP4\"", "\"bucket\":\"b\"",
                              "\"a\":\"x\"", "\"b\":\"y\"" };

      if (strstr (json, parts[i]) == NULL)
        g_error ("%s is not in %s", parts[i], json);
    }
}

typedef struct
{
  GType (*get_type) (void);
  const char *structure;
  const char *error; /* the beginning; NULL if it is good */
} Row;

static const Row rows[] = {
  { lk_egress_encoding_options_get_type,
    "e, width=640, framerate=(fraction)30/1, height=(string)360", NULL },
  { lk_egress_encoding_options_get_type, "e, key-frame-interval=2", NULL },
  { lk_egress_encoding_options_get_type, "e, key-frame-interval=2.5", NULL },
  { lk_egress_encoding_options_get_type, "e, video-codec=h264-main", NULL },
  { lk_egress_encoding_options_get_type, "e, video-codec=2", NULL },
  { lk_egress_encoding_options_get_type, "e, widht=640",
    "e has no field \"widht\"; there are width, height, " },
  { lk_egress_encoding_options_get_type, "e, width=wide", "e.width cannot be of type gchararray" },
  { lk_egress_encoding_options_get_type, "e, width=true", "e.width cannot be of type gboolean" },
  { lk_egress_encoding_options_get_type, "e, width=(fraction)30000/1001",
    "e.width cannot be 29.97; it takes a whole number" },
  { lk_egress_encoding_options_get_type, "e, width=(gint64)4294967296",
    "e.width cannot be 4.29497e+09; it takes a number from -2.14748e+09 to" },
  { lk_egress_encoding_options_get_type, "e, width=(structure)[w]",
    "e.width cannot be of type GstStructure; it takes a number" },
  { lk_egress_encoding_options_get_type, "e, video-codec=h265",
    "e.video-codec cannot be \"h265\"; there are default, h264-baseline, h264-main, " },
  { lk_egress_encoding_options_get_type, "e, video-codec=9", "e.video-codec cannot be \"9\"; " },
  { lk_egress_encoding_options_get_type, "e, video-codec=true",
    "e.video-codec cannot be \"true\"; " },
  { lk_egress_template_source_get_type, "t, audio-only=yes", NULL },
  { lk_egress_template_source_get_type, "t, audio-only=(string)true", NULL },
  { lk_egress_encoding_options_get_type, "e, width=(gint64)-4294967296",
    "e.width cannot be -4.29497e+09; it takes a number from -2.14748e+09 to" },
  { lk_egress_encoding_options_get_type, "e, video-codec=(structure)[c]",
    "e.video-codec cannot be \"" },
  { lk_egress_info_get_type, "i, started-at=1.5", "i.started-at cannot be 1.5; " },
  { lk_egress_info_get_type, "i, started-at=(string)1795430246", NULL },
  { lk_egress_template_source_get_type, "t, audio-only=(string)maybe",
    "t.audio-only cannot be of type gchararray; it takes true or false" },
  { lk_egress_template_source_get_type, "t, audio-only=2", "t.audio-only cannot be of type gint" },
  { lk_egress_s3_storage_get_type, "s3, secret=0123",
    "s3.secret cannot be of type gint; it takes a text" },
  { lk_egress_s3_storage_get_type, "s3, metadata=text",
    "s3.metadata cannot be of type gchararray; it takes a structure of texts" },
  { lk_egress_s3_storage_get_type, "s3, metadata=(structure)[m, a=1]",
    "s3.metadata.a cannot be of type gint; it takes a text" },
  { lk_egress_stream_output_get_type, "s, urls=srt://a", NULL },
  { lk_egress_stream_output_get_type, "s, urls=<a, b>", NULL },
  { lk_egress_stream_output_get_type, "s, urls={a, b}", NULL },
  { lk_egress_stream_output_get_type, "s, urls=<a, 1>", "s.urls[1] cannot be of type gint" },
  { lk_egress_request_get_type, "r, outputs=(structure)[o]", NULL },
  { lk_egress_request_get_type,
    "r, outputs=<(structure)[o], (structure)[o, file=(structure)[f, path=x]]>",
    "r.outputs[1].file has no field \"path\"; there are " },
  { lk_egress_request_get_type, "r, outputs=<(structure)[o], 3>",
    "r.outputs[1] cannot be of type gint; it takes a structure" },
  { lk_egress_request_get_type, "r, advanced=text",
    "r.advanced cannot be of type gchararray; it takes a structure" },
};

static void
test_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GstStructure) structure = gst_structure_from_string (rows[i].structure, NULL);
      g_autoptr (LkEgressMessage) message = NULL;
      g_autoptr (GError) error = NULL;

      if (structure == NULL)
        g_error ("cannot be read: %s", rows[i].structure);
      message = gst_livekit_egress_message_from_structure (rows[i].get_type (), structure, &error);
      if (rows[i].error == NULL)
        {
          g_assert_no_error (error);
          g_assert_nonnull (message);
          continue;
        }
      g_assert_null (message);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      if (!g_str_has_prefix (error->message, rows[i].error))
        g_error ("%s: %s", rows[i].structure, error->message);
    }
}

/* What a program has at hand: messages themselves, enumerations, lists of texts, large numbers. */
static void
test_objects (void)
{
  g_autoptr (LkEgressFileOutput) file = g_object_new (LK_EGRESS_TYPE_FILE_OUTPUT, NULL);
  g_autoptr (GstStructure) output
      = gst_structure_new ("output", "file", LK_EGRESS_TYPE_FILE_OUTPUT, file, NULL);
  g_autoptr (GstStructure) wrong
      = gst_structure_new ("output", "file", LK_EGRESS_TYPE_FILE_OUTPUT, NULL, NULL);
  g_autoptr (GstStructure) codec = gst_structure_new (
      "encoding", "video-codec", LK_EGRESS_TYPE_VIDEO_CODEC, LK_EGRESS_VIDEO_CODEC_H264_HIGH, NULL);
  g_autoptr (GstStructure) urls = gst_structure_new (
      "stream", "urls", G_TYPE_STRV, ((const char *[]){ "srt://a", "srt://b", NULL }), NULL);
  g_autoptr (GstStructure) large
      = gst_structure_new ("info", "started-at", G_TYPE_INT64, G_MAXINT64 - 1, NULL);
  g_autoptr (LkEgressMessage) from_output = NULL, from_codec = NULL, from_urls = NULL,
                              from_large = NULL;
  g_autoptr (LkEgressFileOutput) got_file = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) got_urls = NULL;
  gint64 started_at;
  int got_codec;

  from_output = gst_livekit_egress_message_from_structure (LK_EGRESS_TYPE_OUTPUT, output, &error);
  g_assert_no_error (error);
  g_object_get (from_output, "file", &got_file, NULL);
  g_assert_true (got_file == file);
  g_assert_null (gst_livekit_egress_message_from_structure (LK_EGRESS_TYPE_OUTPUT, wrong, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  from_codec
      = gst_livekit_egress_message_from_structure (LK_EGRESS_TYPE_ENCODING_OPTIONS, codec, &error);
  g_assert_no_error (error);
  g_object_get (from_codec, "video-codec", &got_codec, NULL);
  g_assert_cmpint (got_codec, ==, LK_EGRESS_VIDEO_CODEC_H264_HIGH);

  from_urls
      = gst_livekit_egress_message_from_structure (LK_EGRESS_TYPE_STREAM_OUTPUT, urls, &error);
  g_assert_no_error (error);
  g_object_get (from_urls, "urls", &got_urls, NULL);
  g_assert_cmpuint (g_strv_length (got_urls), ==, 2);

  from_large = gst_livekit_egress_message_from_structure (LK_EGRESS_TYPE_INFO, large, &error);
  g_assert_no_error (error);
  g_object_get (from_large, "started-at", &started_at, NULL);
  g_assert_cmpint (started_at, ==, G_MAXINT64 - 1);
}

int
main (int argc, char **argv)
{
  /* No plugins are needed, and no registry that other tests write at the same time. */
  g_autofree char *registry
      = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "gst", "structure.registry", NULL);

  g_setenv ("GST_REGISTRY_1_0", registry, TRUE);
  g_setenv ("GST_PLUGIN_SYSTEM_PATH_1_0", "", TRUE);
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/structure/every-property", test_every_property);
  g_test_add_func ("/structure/words", test_words);
  g_test_add_func ("/structure/rows", test_rows);
  g_test_add_func ("/structure/objects", test_objects);

  return g_test_run ();
}
