/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Plays a participant of a LiveKit room until Ctrl-C, and shows what the element says on the bus:
 *
 *   play-egress ROOM IDENTITY [VIDEO-SINK AUDIO-SINK]
 *
 * Server and credentials: LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET. */

#include <locale.h>

#include <glib-unix.h>
#include <gst/gst.h>

typedef struct
{
  GMainLoop *loop;
  GstElement *pipeline;
  const char *video_sink;
  const char *audio_sink;
  int status;
} App;

/* Each pad of the source gets a decoder and a sink when it appears. */
static void
on_pad_added (GstElement *source, GstPad *pad, App *app)
{
  gboolean video = g_str_has_prefix (GST_PAD_NAME (pad), "video_");
  g_autofree char *description = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstPad) sink_pad = NULL;
  GstElement *branch;

  description = video ? g_strdup_printf ("queue ! avdec_h264 ! videoconvert ! %s", app->video_sink)
                      : g_strdup_printf ("queue ! avdec_aac ! audioconvert ! audioresample ! %s",
                                         app->audio_sink);
  branch = gst_parse_bin_from_description (description, TRUE, &error);
  if (branch == NULL)
    {
      GST_ELEMENT_ERROR (source, CORE, MISSING_PLUGIN, ("%s", error->message), (NULL));
      return;
    }

  gst_bin_add (GST_BIN (app->pipeline), branch);
  sink_pad = gst_element_get_static_pad (branch, "sink");
  gst_pad_link (pad, sink_pad);
  gst_element_sync_state_with_parent (branch);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  App *app = user_data;

  switch (GST_MESSAGE_TYPE (message))
    {
    case GST_MESSAGE_ELEMENT:
      {
        const GstStructure *structure = gst_message_get_structure (message);
        if (g_str_has_prefix (gst_structure_get_name (structure), "livekit-egress-"))
          {
            g_autofree char *text = gst_structure_to_string (structure);
            g_print ("%s\n", text);
          }
        break;
      }
    case GST_MESSAGE_ERROR:
      {
        g_autoptr (GError) error = NULL;
        gst_message_parse_error (message, &error, NULL);
        g_printerr ("%s\n", error->message);
        app->status = 1;
        g_main_loop_quit (app->loop);
        break;
      }
    case GST_MESSAGE_EOS:
      g_main_loop_quit (app->loop);
      break;
    default:
      break;
    }
  return G_SOURCE_CONTINUE;
}

/* The end-of-stream event stops the egress. The pipeline first plays what is still on its way. */
static gboolean
on_interrupt (gpointer user_data)
{
  App *app = user_data;

  gst_element_send_event (app->pipeline, gst_event_new_eos ());
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstBus) bus = NULL;
  GstElement *source;
  App app = { loop, NULL, "autovideosink", "autoaudiosink", 0 };

  setlocale (LC_ALL, "");
  gst_init (&argc, &argv);
  if (argc != 3 && argc != 5)
    {
      g_printerr ("usage: play-egress ROOM IDENTITY [VIDEO-SINK AUDIO-SINK]\n");
      return 2;
    }
  if (argc == 5)
    {
      app.video_sink = argv[3];
      app.audio_sink = argv[4];
    }

  source = gst_element_factory_make ("livekitegresssrc", NULL);
  if (source == NULL)
    {
      g_printerr ("There is no element livekitegresssrc: set GST_PLUGIN_PATH to its folder.\n");
      return 1;
    }
  g_object_set (source, "room-name", argv[1], "participant-identity", argv[2], NULL);
  gst_util_set_object_arg (G_OBJECT (source), "protocol", "srt");

  pipeline = gst_pipeline_new (NULL);
  app.pipeline = pipeline;
  gst_bin_add (GST_BIN (pipeline), source);
  g_signal_connect (source, "pad-added", G_CALLBACK (on_pad_added), &app);
  bus = gst_pipeline_get_bus (GST_PIPELINE (pipeline));
  gst_bus_add_watch (bus, on_message, &app);
  g_unix_signal_add (SIGINT, on_interrupt, &app);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_main_loop_run (loop);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_bus_remove_watch (bus);
  return app.status;
}
