/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "gstlivekitegresscontrol.h"

G_BEGIN_DECLS

/* What the elements of this plugin have in common: the settings, the read-only properties egress-id,
 * egress-state and info, the action signals add-stream, remove-stream and stop, the URI handler and
 * the control. An element adds rows to the table of settings and writes its state changes:
 *
 *     NULL->READY   gst_livekit_egress_control_open()
 *     READY->PAUSED gst_livekit_egress_element_start()
 *     PAUSED->READY gst_livekit_egress_control_finish()
 *     READY->NULL   gst_livekit_egress_control_close()
 */

#define GST_TYPE_LIVEKIT_EGRESS_ELEMENT (gst_livekit_egress_element_get_type ())
G_DECLARE_INTERFACE (GstLiveKitEgressElement, gst_livekit_egress_element,
    GST, LIVEKIT_EGRESS_ELEMENT, GstElement)

struct _GstLiveKitEgressElementInterface
{
  GTypeInterface parent_iface;

  GstURIType uri_type;

  /* Optional. See GstLiveKitEgressNewsFuncs; in the thread of the control. */
  void (*state_changed) (GstLiveKitEgressElement * self, LkEgressJobState state);
  void (*ended) (GstLiveKitEgressElement * self, const GError * error);
};

/* For G_DEFINE_TYPE_WITH_CODE. */
#define GST_LIVEKIT_EGRESS_IMPLEMENT_ELEMENT(iface_init)                                           \
  G_IMPLEMENT_INTERFACE (GST_TYPE_LIVEKIT_EGRESS_ELEMENT, iface_init)                              \
  G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER, gst_livekit_egress_element_uri_handler_init)
void gst_livekit_egress_element_uri_handler_init (gpointer iface, gpointer data);

/* The shared settings, as parent of the table of an element. */
extern const GstLiveKitEgressSettingTable gst_livekit_egress_element_settings;

/* In class_init: properties and signals. */
void gst_livekit_egress_element_class_init (GstElementClass * klass,
    const GstLiveKitEgressSettingTable * table);

/* In the init of an instance, which holds the settings; they and the control are freed with it. */
void gst_livekit_egress_element_init (GstLiveKitEgressElement * self,
    GstLiveKitEgressCommonSettings * settings, const GstLiveKitEgressSettingTable * table);

GstLiveKitEgressControl *gst_livekit_egress_element_get_control (GstLiveKitEgressElement * self);

/* The request without an output, and the client; NULL after an error that was posted. */
LkEgressRequest *gst_livekit_egress_element_prepare (GstLiveKitEgressElement * self,
    LkEgressClient ** client);
/* Of what was prepared, or with an id of the egress that runs already. Takes the client. */
void gst_livekit_egress_element_start (GstLiveKitEgressElement * self, LkEgressClient * client,
    LkEgressRequest * request, const gchar * egress_id);

/* The error message of the element, with what is known of its egress. */
void gst_livekit_egress_element_post_error (GstLiveKitEgressElement * self, const GError * error);

G_END_DECLS
