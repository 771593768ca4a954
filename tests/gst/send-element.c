/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Starts what livekitegresssink would start with the properties that each line of standard input
 * gives it as text: names and texts in turn, separated by tabs. A mistake ends it. */

#include <gio/gunixinputstream.h>
#include <unistd.h>

#include "gstlivekitegresselement.h"
#include "gstlivekitegresssink.h"

static void
on_error (GstBus *bus, GstMessage *message, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  gst_message_parse_error (message, &error, NULL);
  g_printerr ("%s\n", error->message);
}

/* As gst-launch-1.0 does it. */
static void
set_property (GObject *object, const char *name, const char *text)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (object), name);
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, pspec->value_type);
  if (!gst_value_deserialize_with_pspec (&value, text, pspec))
    g_error ("%s cannot be %s", name, text);
  g_object_set_property (object, name, &value);
}

static gboolean
start (const char *line)
{
  g_autoptr (GstElement) element
      = gst_object_ref_sink (g_object_new (GST_TYPE_LIVEKIT_EGRESS_SINK, NULL));
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_auto (GStrv) words = g_strsplit (line, "\t", -1);
  g_autoptr (LkEgressClient) client = NULL;
  g_autoptr (LkEgressRequest) request = NULL;
  g_autoptr (LkEgressInfo) info = NULL;
  g_autoptr (GError) error = NULL;

  gst_element_set_bus (element, bus);
  gst_bus_enable_sync_message_emission (bus);
  g_signal_connect (bus, "sync-message::error", G_CALLBACK (on_error), NULL);
  for (guint i = 0; words[i] != NULL && words[i + 1] != NULL; i += 2)
    set_property (G_OBJECT (element), words[i], words[i + 1]);

  request
      = gst_livekit_egress_element_prepare (GST_LIVEKIT_EGRESS_ELEMENT (element), TRUE, &client);
  if (request != NULL)
    {
      /* What is sent is looked at for its form, not for its sense. */
      g_object_set (client, "validate", FALSE, NULL);
      info = lk_egress_client_start (client, request, NULL, &error);
    }
  if (error != NULL)
    g_printerr ("%s\n", error->message);
  gst_element_set_bus (element, NULL);
  return info != NULL;
}

int
main (int argc, char **argv)
{
  g_autoptr (GInputStream) input = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  gboolean good = TRUE;

  gst_init (&argc, &argv);
  input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  lines = g_data_input_stream_new (input);
  while (good)
    {
      g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, NULL);

      if (line == NULL)
        break;
      good = start (line);
    }
  return !good;
}
