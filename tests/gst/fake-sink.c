/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fake-sink.h"

#include "gstlivekitegresselement.h"

typedef struct
{
  GstElement parent;

  GstLiveKitEgressCommonSettings settings;
} FakeSink;

typedef GstElementClass FakeSinkClass;

static void fake_sink_element_init (GstLiveKitEgressElementInterface *iface);

G_DEFINE_TYPE_WITH_CODE (FakeSink,
                         fake_sink,
                         GST_TYPE_ELEMENT,
                         GST_LIVEKIT_EGRESS_IMPLEMENT_ELEMENT (fake_sink_element_init))

static const GstLiveKitEgressSetting rows[] = {
  { "background-time", "Background time", "How long an egress that nobody waits for is seen to",
    G_TYPE_UINT, NULL, G_STRUCT_OFFSET (GstLiveKitEgressCommonSettings, life.background_time),
    60000, 0, GST_LIVEKIT_EGRESS_PARAM_READY },
  { "restart-pause", "Restart pause", "How long the first pause before a restart is", G_TYPE_UINT,
    NULL, G_STRUCT_OFFSET (GstLiveKitEgressCommonSettings, life.restart_pause), 1000, 0,
    GST_LIVEKIT_EGRESS_PARAM_READY },
};

static const GstLiveKitEgressSettingTable table
    = { &gst_livekit_egress_element_settings, rows, G_N_ELEMENTS (rows) };

GstLiveKitEgressCommonSettings *
fake_sink_get_settings (gpointer self)
{
  return &((FakeSink *)self)->settings;
}

static gboolean
start (FakeSink *self)
{
  GstLiveKitEgressElement *element = GST_LIVEKIT_EGRESS_ELEMENT (self);
  LkEgressClient *client;
  g_autoptr (LkEgressRequest) request = gst_livekit_egress_element_prepare (element, TRUE, &client);

  if (request == NULL)
    return FALSE;
  gst_livekit_egress_element_start (element, client, request, NULL, TRUE);

  return TRUE;
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  GstLiveKitEgressControl *control
      = gst_livekit_egress_element_get_control (GST_LIVEKIT_EGRESS_ELEMENT (element));

  switch (transition)
    {
    case GST_STATE_CHANGE_NULL_TO_READY:
      if (!gst_livekit_egress_control_open (control, NULL))
        return GST_STATE_CHANGE_FAILURE;
      break;
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      if (!start ((FakeSink *)element))
        return GST_STATE_CHANGE_FAILURE;
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      gst_livekit_egress_control_finish (control);
      break;
    case GST_STATE_CHANGE_READY_TO_NULL:
      gst_livekit_egress_control_close (control);
      break;
    default:
      break;
    }

  return GST_ELEMENT_CLASS (fake_sink_parent_class)->change_state (element, transition);
}

static void
ended (GstLiveKitEgressElement *self, const GError *error)
{
  if (error != NULL)
    gst_livekit_egress_element_post_error (self, error);
  else
    gst_element_post_message (GST_ELEMENT (self), gst_message_new_eos (GST_OBJECT (self)));
}

static void
fake_sink_element_init (GstLiveKitEgressElementInterface *iface)
{
  iface->uri_type = GST_URI_SINK;
  iface->ended = ended;
}

static void
fake_sink_class_init (FakeSinkClass *klass)
{
  gst_livekit_egress_element_class_init (klass, &table);
  klass->change_state = change_state;
}

static void
fake_sink_init (FakeSink *self)
{
  gst_livekit_egress_element_init (GST_LIVEKIT_EGRESS_ELEMENT (self), &self->settings, &table);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
}
