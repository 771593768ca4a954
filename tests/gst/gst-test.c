/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gst-test.h"

#include <unistd.h>

static void
link_plugin (const char *folder, const char *plugin_folder, const char *name)
{
  g_autofree char *file = g_strdup_printf ("libgst%s.so", name);
  g_autofree char *target = g_build_filename (plugin_folder, file, NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);

  if (!g_file_test (target, G_FILE_TEST_EXISTS))
    g_error ("plugin %s is not installed", target);
  if (symlink (target, path) != 0 && errno != EEXIST)
    g_error ("%s: %s", path, g_strerror (errno));
}

/* What the registry of the program is made of. */
static void
set_plugins (const char *program, const char *plugins)
{
  g_autofree char *name = g_path_get_basename (program);
  g_autofree char *folder_name = g_strconcat (name, ".plugins", NULL);
  g_autofree char *folder
      = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "gst", folder_name, NULL);
  g_autofree char *registry = g_build_filename (folder, "registry.bin", NULL);
  g_auto (GStrv) names = g_strsplit (plugins, " ", -1);

  if (g_mkdir_with_parents (folder, 0700) != 0)
    g_error ("%s: %s", folder, g_strerror (errno));
  for (guint i = 0; names[i] != NULL; i++)
    link_plugin (folder,
                 g_getenv (g_str_equal (names[i], "livekitegress") ? "GST_TEST_OWN_PLUGINS"
                                                                   : "GST_TEST_SYSTEM_PLUGINS"),
                 names[i]);

  g_setenv ("GST_REGISTRY_1_0", registry, TRUE);
  g_setenv ("GST_PLUGIN_SYSTEM_PATH_1_0", "", TRUE);
  g_setenv ("GST_PLUGIN_PATH_1_0", folder, TRUE);
}

/* Read by now. The dev server works with the plugins that it needs. */
static void
unset_plugins (void)
{
  g_unsetenv ("GST_REGISTRY_1_0");
  g_unsetenv ("GST_PLUGIN_SYSTEM_PATH_1_0");
  g_unsetenv ("GST_PLUGIN_PATH_1_0");
}

void
gst_test_init (int *argc, char ***argv, const char *plugins)
{
  set_plugins ((*argv)[0], plugins);
  gst_check_init (argc, argv);
  unset_plugins ();
}

void
gst_test_init_plain (int *argc, char ***argv, const char *plugins)
{
  set_plugins ((*argv)[0], plugins);
  gst_init (argc, argv);
  unset_plugins ();
}

static void
on_handoff (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
  GstTestRun *self = user_data;
  gboolean is_video = g_object_get_data (G_OBJECT (sink), "is-video") != NULL;
  GstCaps **caps = is_video ? &self->video_caps : &self->audio_caps;

  g_mutex_lock (&self->lock);
  if (is_video)
    self->n_video++;
  else
    self->n_audio++;
  if (*caps == NULL)
    *caps = gst_pad_get_current_caps (pad);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
on_pad_added (GstElement *src, GstPad *pad, gpointer user_data)
{
  GstTestRun *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->pads_lock);
  GstElement *sink;
  g_autoptr (GstPad) sink_pad = NULL;

  if (self->dropped)
    return;
  sink = gst_element_factory_make ("fakesink", NULL);
  sink_pad = gst_element_get_static_pad (sink, "sink");
  g_object_set (sink, "signal-handoffs", TRUE, "async", FALSE, NULL);
  if (!g_str_has_prefix (GST_PAD_NAME (pad), "audio_"))
    g_object_set_data (G_OBJECT (sink), "is-video", sink);
  g_signal_connect (sink, "handoff", G_CALLBACK (on_handoff), self);
  gst_bin_add (GST_BIN (self->pipeline), sink);
  gst_element_sync_state_with_parent (sink);
  assert_equals_int (gst_pad_link (pad, sink_pad), GST_PAD_LINK_OK);

  g_mutex_lock (&self->lock);
  self->n_pads++;
  g_mutex_unlock (&self->lock);
}

static void
on_no_more_pads (GstElement *src, gpointer user_data)
{
  GstTestRun *self = user_data;

  g_mutex_lock (&self->lock);
  self->no_more_pads = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

GstTestRun *
gst_test_run_new (const char *const *arguments)
{
  GstTestRun *self = gst_test_run_new_for ("livekitegresssrc", arguments);

  g_signal_connect (self->src, "pad-added", G_CALLBACK (on_pad_added), self);
  g_signal_connect (self->src, "no-more-pads", G_CALLBACK (on_no_more_pads), self);
  return self;
}

GstTestRun *
gst_test_run_new_for (const char *factory, const char *const *arguments)
{
  GstTestRun *self = g_new0 (GstTestRun, 1);

  g_mutex_init (&self->lock);
  g_mutex_init (&self->pads_lock);
  g_cond_init (&self->cond);
  self->server = lk_test_devserver_new (arguments);
  self->pipeline = gst_pipeline_new (NULL);
  /* What is said on the way down counts too. */
  g_object_set (self->pipeline, "auto-flush-bus", FALSE, NULL);
  self->bus = gst_element_get_bus (self->pipeline);
  self->src = gst_element_factory_make (factory, NULL);
  fail_unless (self->src != NULL);
  g_object_set (self->src, "ws-url", lk_test_devserver_get_url (self->server), "api-key",
                LK_TEST_API_KEY, "secret-key", LK_TEST_API_SECRET, "room-name", "demo",
                "participant-identity", "alice", NULL);
  /* Beside other tests the end of an egress can take longer than the time that users wait for it.
   */
  g_object_set (self->src, "stop-timeout", 15000, NULL);
  gst_bin_add (GST_BIN (self->pipeline), self->src);

  return self;
}

void
gst_test_run_drop_pipeline (GstTestRun *self)
{
  if (self->pipeline == NULL)
    return;

  /* A sink that is added while the pipeline goes down would not go down with it. */
  g_mutex_lock (&self->pads_lock);
  self->dropped = TRUE;
  g_mutex_unlock (&self->pads_lock);
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  /* Messages hold their elements, and those the bus. */
  gst_bus_set_flushing (self->bus, TRUE);
  gst_clear_object (&self->bus);
  gst_clear_object (&self->pipeline);
}

void
gst_test_run_free (GstTestRun *self)
{
  gst_test_run_drop_pipeline (self);
  gst_clear_caps (&self->video_caps);
  gst_clear_caps (&self->audio_caps);
  lk_test_devserver_free (self->server);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->pads_lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

void
gst_test_run_play (GstTestRun *self)
{
  /* Live: it is playing at once, but for nothing that it waited for. */
  assert_equals_int (gst_element_set_state (self->pipeline, GST_STATE_PAUSED),
                     GST_STATE_CHANGE_NO_PREROLL);
  fail_unless (gst_element_set_state (self->pipeline, GST_STATE_PLAYING)
               != GST_STATE_CHANGE_FAILURE);
}

void
gst_test_run_wait_buffers (GstTestRun *self, guint n_video, guint n_audio)
{
  gint64 end = g_get_monotonic_time () + GST_TEST_TIMEOUT / GST_USECOND;

  g_mutex_lock (&self->lock);
  while (self->n_video < n_video || self->n_audio < n_audio)
    if (!g_cond_wait_until (&self->cond, &self->lock, end))
      g_error ("only %u of %u video and %u of %u audio buffers came", self->n_video, n_video,
               self->n_audio, n_audio);
  g_mutex_unlock (&self->lock);
}

/* GStreamer 1.22 writes into the text of a structure while it reads it. */
void
gst_test_set_from_text (gpointer object, const char *property, const char *text)
{
  g_autofree char *copy = g_strdup (text);

  gst_util_set_object_arg (object, property, copy);
}

GstMessage *
gst_test_run_pop (GstTestRun *self, GstMessageType types)
{
  GstMessage *message = gst_bus_timed_pop_filtered (self->bus, GST_TEST_TIMEOUT, types);

  if (message == NULL)
    g_error ("no message of types 0x%x", types);

  return message;
}

GstMessage *
gst_test_run_pop_element (GstTestRun *self, const char *name)
{
  for (;;)
    {
      GstMessage *message = gst_test_run_pop (self, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR);

      if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
        g_error ("an error came: %" GST_PTR_FORMAT, message);
      if (gst_message_has_name (message, name))
        return message;
      gst_message_unref (message);
    }
}

void
gst_test_run_assert_eos (GstTestRun *self)
{
  g_autoptr (GstMessage) message = gst_test_run_pop (self, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    {
      g_autoptr (GError) error = NULL;

      gst_message_parse_error (message, &error, NULL);
      g_error ("EOS was to come, not the error: %s", error->message);
    }
}

void
gst_test_run_stop (GstTestRun *self)
{
  fail_unless (gst_element_send_event (self->pipeline, gst_event_new_eos ()));
  gst_test_run_assert_eos (self);
  assert_equals_int (lk_test_devserver_count (self->server, "EGRESS_COMPLETE"), 1);
}

guint
gst_test_run_get_reconnects (GstTestRun *self)
{
  g_autoptr (GstStructure) stats = NULL;
  guint reconnects;

  g_object_get (self->src, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint (stats, "reconnects", &reconnects));
  return reconnects;
}

void
gst_test_run_assert_error (GstTestRun *self, GstResourceError code, const char *code_field)
{
  g_autoptr (GstMessage) message = gst_test_run_pop (self, GST_MESSAGE_ERROR);
  g_autoptr (GstMessage) another = NULL;
  g_autoptr (GError) error = NULL;
  const GstStructure *details = NULL;

  gst_message_parse_error (message, &error, NULL);
  gst_message_parse_error_details (message, &details);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, code), "%s, code %d: %s",
               g_quark_to_string (error->domain), error->code, error->message);
  fail_unless (details != NULL);
  assert_equals_string (gst_structure_get_string (details, "code"), code_field);
  fail_unless (gst_structure_has_field_typed (details, "egress-id", G_TYPE_STRING));
  fail_unless (gst_structure_has_field_typed (details, "details", G_TYPE_STRING));
  fail_unless (*gst_structure_get_string (details, "error") != '\0');

  assert_equals_int (gst_element_set_state (self->pipeline, GST_STATE_NULL),
                     GST_STATE_CHANGE_SUCCESS);
  another = gst_bus_pop_filtered (self->bus, GST_MESSAGE_ERROR);
  fail_unless (another == NULL, "a second error: %" GST_PTR_FORMAT, another);
}

char *
gst_test_run_assert_refused (GstTestRun *self, const char *said)
{
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *state = NULL;

  assert_equals_int (gst_element_set_state (self->pipeline, GST_STATE_PAUSED),
                     GST_STATE_CHANGE_FAILURE);
  message = gst_test_run_pop (self, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS));
  fail_unless (strstr (error->message, said) != NULL, "%s", error->message);
  state = lk_test_devserver_get_state (self->server);
  fail_unless (strstr (state, "\"StartEgress\":") == NULL, "%s", state);

  return g_strdup (error->message);
}
