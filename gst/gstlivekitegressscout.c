/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressscout.h"

struct _GstLiveKitEgressScout
{
  GstElement *parser;
  GstPad *sink;
  GstCaps *caps;
  gboolean aligned;

  GstClockTime times[3];        /* of the last buffers that went in, the newest first */
};

/* The first unit comes out complete, and with it the caps. If it came out when the next buffer went in,
 * and has the time of the one before, which no other has, that one was all of it. */
static GstPadProbeReturn
on_parsed (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstLiveKitEgressScout *self = user_data;

  if (self->caps == NULL && info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    const GstClockTime pts = GST_BUFFER_PTS (GST_PAD_PROBE_INFO_BUFFER (info));

    self->caps = gst_pad_get_current_caps (pad);
    self->aligned = GST_CLOCK_TIME_IS_VALID (pts) && pts != self->times[0]
        && pts == self->times[1] && pts != self->times[2];
  }
  return GST_PAD_PROBE_DROP;
}

GstLiveKitEgressScout *
gst_livekit_egress_scout_new (GstElementFactory * parser)
{
  GstLiveKitEgressScout *self = g_new0 (GstLiveKitEgressScout, 1);
  g_autoptr (GstPad) src = NULL;

  self->parser = gst_object_ref_sink (gst_element_factory_create (parser,
          NULL));
  self->sink = gst_element_get_static_pad (self->parser, "sink");
  self->times[0] = self->times[1] = GST_CLOCK_TIME_NONE;
  src = gst_element_get_static_pad (self->parser, "src");
  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_DATA_DOWNSTREAM, on_parsed, self,
      NULL);
  gst_element_set_state (self->parser, GST_STATE_PAUSED);

  return self;
}

void
gst_livekit_egress_scout_free (GstLiveKitEgressScout * self)
{
  gst_element_set_state (self->parser, GST_STATE_NULL);
  gst_object_unref (self->sink);
  gst_object_unref (self->parser);
  gst_clear_caps (&self->caps);
  g_free (self);
}

void
gst_livekit_egress_scout_look_at (GstLiveKitEgressScout * self,
    GstMiniObject * item)
{
  if (GST_IS_EVENT (item)) {
    gst_pad_send_event (self->sink, gst_event_ref (GST_EVENT (item)));
    return;
  }

  self->times[2] = self->times[1];
  self->times[1] = self->times[0];
  self->times[0] = GST_BUFFER_PTS (item);
  gst_pad_chain (self->sink, gst_buffer_ref (GST_BUFFER (item)));
}

GstCaps *
gst_livekit_egress_scout_get_caps (GstLiveKitEgressScout * self)
{
  return self->caps;
}

gboolean
gst_livekit_egress_scout_is_aligned (GstLiveKitEgressScout * self)
{
  return self->aligned;
}
