/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressghosts.h"

#include "gstlivekitegresselement.h"
#include "gstlivekitegressplugin.h"

static gboolean
on_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  return !gst_livekit_egress_element_refuse_event (event)
      && gst_pad_event_default (pad, parent, event);
}

void
gst_livekit_egress_ghosts_add (GstElement * self, GstPad * pad,
    const gchar * name, const gchar * template_name)
{
  g_autoptr (GstPad) there = gst_element_get_static_pad (self, name);
  GstPad *ghost;

  if (there != NULL) {
    gst_ghost_pad_set_target (GST_GHOST_PAD (there), pad);
    return;
  }

  ghost = gst_ghost_pad_new_from_template (name, pad,
      gst_element_get_pad_template (self, template_name));
  gst_pad_set_event_function (ghost, on_event);
  gst_pad_set_active (ghost, TRUE);
  gst_livekit_egress_copy_sticky_events (pad, ghost);
  gst_element_add_pad (self, ghost);
}

void
gst_livekit_egress_ghosts_remove (GstElement * self, const gchar * name)
{
  g_autoptr (GstPad) ghost = gst_element_get_static_pad (self, name);

  if (ghost != NULL) {
    gst_pad_set_active (ghost, FALSE);
    gst_element_remove_pad (self, ghost);
  }
}

static void
on_pad_added (GstElement * child, GstPad * pad, GstElement * self)
{
  gst_livekit_egress_ghosts_add (self, pad, GST_PAD_NAME (pad),
      g_str_has_prefix (GST_PAD_NAME (pad), "video_") ? "video_%u" :
      "audio_%u");
}

static void
on_pad_removed (GstElement * child, GstPad * pad, GstElement * self)
{
  gst_livekit_egress_ghosts_remove (self, GST_PAD_NAME (pad));
}

static void
on_no_more_pads (GstElement * child, GstElement * self)
{
  gst_element_no_more_pads (self);
}

void
gst_livekit_egress_ghosts_follow (GstElement * self, GstElement * child)
{
  g_signal_connect_object (child, "pad-added", G_CALLBACK (on_pad_added), self,
      0);
  g_signal_connect_object (child, "pad-removed", G_CALLBACK (on_pad_removed),
      self, 0);
  g_signal_connect_object (child, "no-more-pads",
      G_CALLBACK (on_no_more_pads), self, 0);
}
