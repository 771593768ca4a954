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

  /* Optional, in the thread of the control: the egress is to be started again; calls
   * gst_livekit_egress_element_start_again() when the element is ready for that. */
  void (*restart) (GstLiveKitEgressElement * self);
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

/* The request with the outputs of the settings, but for location if the element makes one of it, and the
 * client; NULL after an error that was posted. */
LkEgressRequest *gst_livekit_egress_element_prepare (GstLiveKitEgressElement * self,
    gboolean with_location, LkEgressClient ** client);
/* Of what was prepared, or attaches as the settings say; what was prepared is then what the egress is
 * known by, and stream_url, which may be NULL, an address that it is to send to as long as we are
 * attached. can_adopt: whether what an egress sends that an earlier run has started comes to the element.
 * Takes the client. */
void gst_livekit_egress_element_start (GstLiveKitEgressElement * self, LkEgressClient * client,
    LkEgressRequest * request, const gchar * stream_url, gboolean can_adopt);

/* The run fails for this reason, unless it can be followed by another: TRUE. Thread of the control. */
gboolean gst_livekit_egress_element_restart (GstLiveKitEgressElement * self, const GError * error);
/* Of the same request, or of another. FALSE if that is not wanted any more. */
gboolean gst_livekit_egress_element_start_again (GstLiveKitEgressElement * self,
    LkEgressRequest * request);

/* Whether the egress runs already, so that what was prepared starts none. */
gboolean gst_livekit_egress_element_attaches (GstLiveKitEgressElement * self);

/* Takes the event and gives TRUE if it asks for another place or pace, which a live stream has not, or
 * would take back what came. */
gboolean gst_livekit_egress_element_refuse_event (GstEvent * event);

/* The error message of the element, with what is known of its egress. */
void gst_livekit_egress_element_post_error (GstLiveKitEgressElement * self, const GError * error);

G_END_DECLS
