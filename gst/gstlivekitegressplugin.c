/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressplugin.h"

#include <gst/pbutils/missing-plugins.h>

GST_DEBUG_CATEGORY (gst_livekit_egress_debug);
GST_DEBUG_CATEGORY (gst_livekit_egress_srt_debug);

void
gst_livekit_egress_plugin_init (void)
{
  static gsize initialised = 0;

  if (!g_once_init_enter (&initialised))
    return;

  GST_DEBUG_CATEGORY_INIT (gst_livekit_egress_debug, "livekitegress", 0,
      "LiveKit egress elements");
  GST_DEBUG_CATEGORY_INIT (gst_livekit_egress_srt_debug, "livekitegresssrt", 0,
      "LiveKit egress SRT receiver");

  g_once_init_leave (&initialised, 1);
}

void
gst_livekit_egress_post_missing (GstElement * self, const gchar * factory)
{
  gst_element_post_message (self,
      gst_missing_element_message_new (self, factory));
  GST_ELEMENT_ERROR (self, CORE, MISSING_PLUGIN,
      ("The GStreamer element \"%s\" is missing; install the plugin that has "
          "it.", factory), (NULL));
}

static gboolean
copy_sticky_event (GstPad * pad, GstEvent ** event, gpointer ghost)
{
  gst_pad_store_sticky_event (ghost, *event);
  return TRUE;
}

void
gst_livekit_egress_copy_sticky_events (GstPad * from, GstPad * to)
{
  gst_pad_sticky_events_foreach (from, copy_sticky_event, to);
}
