/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegressreceiver.h"

G_DEFINE_INTERFACE (GstLiveKitEgressReceiver, gst_livekit_egress_receiver,
    GST_TYPE_ELEMENT);

static guint connected_signal, muted_signal;

static void
gst_livekit_egress_receiver_default_init (GstLiveKitEgressReceiverInterface *
    iface)
{
  /* A sender came (TRUE) or went (FALSE). Emitted from the streaming thread. */
  connected_signal = g_signal_new ("connected",
      GST_TYPE_LIVEKIT_EGRESS_RECEIVER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  /* The sender says that its track was muted (TRUE) or unmuted (FALSE). Emitted from the streaming
   * thread. */
  muted_signal = g_signal_new ("muted",
      GST_TYPE_LIVEKIT_EGRESS_RECEIVER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

void
gst_livekit_egress_receiver_configure (GstLiveKitEgressReceiver * self,
    const GstLiveKitEgressReceiverConfig * config)
{
  GST_LIVEKIT_EGRESS_RECEIVER_GET_IFACE (self)->configure (self, config);
}

gboolean
gst_livekit_egress_receiver_add_output (GstLiveKitEgressReceiver * self,
    LkEgressRequest * request, GError ** error)
{
  return GST_LIVEKIT_EGRESS_RECEIVER_GET_IFACE (self)->add_output (self,
      request, error);
}

gchar *
gst_livekit_egress_receiver_dup_stream_url (GstLiveKitEgressReceiver * self,
    GError ** error)
{
  g_autoptr (LkEgressRequest) request = lk_egress_request_new ();
  g_autoptr (LkEgressOutput) output = NULL;
  g_autoptr (LkEgressStreamOutput) stream = NULL;
  g_auto (GStrv) urls = NULL;

  if (!gst_livekit_egress_receiver_add_output (self, request, error))
    return NULL;

  output = g_list_model_get_item (lk_egress_request_get_outputs (request), 0);
  g_object_get (output, "stream", &stream, NULL);
  if (stream != NULL)
    g_object_get (stream, "urls", &urls, NULL);
  if (urls != NULL && urls[0] != NULL && !g_str_has_prefix (urls[0], "ws"))
    return g_strdup (urls[0]);

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
      "An egress that runs already can be told to send here over SRT or RTMP "
      "only; set protocol to srt or rtmp, or unset egress-id and attach");
  return NULL;
}

void
gst_livekit_egress_receiver_end (GstLiveKitEgressReceiver * self,
    GstClockTime linger)
{
  GST_LIVEKIT_EGRESS_RECEIVER_GET_IFACE (self)->end (self, linger);
}

GstStructure *
gst_livekit_egress_receiver_get_stats (GstLiveKitEgressReceiver * self)
{
  return GST_LIVEKIT_EGRESS_RECEIVER_GET_IFACE (self)->get_stats (self);
}

GError *
gst_livekit_egress_receiver_explain (GstLiveKitEgressReceiver * self,
    const GError * error)
{
  g_autoptr (GstStructure) stats = gst_livekit_egress_receiver_get_stats (self);
  const gchar *failure = stats != NULL ?
      gst_structure_get_string (stats, "last-failure") : NULL;

  if (failure == NULL)
    return g_error_copy (error);
  return g_error_new (error->domain, error->code,
      "%s The last attempt failed: %s", error->message, failure);
}

void
gst_livekit_egress_receiver_connected (GstLiveKitEgressReceiver * self,
    gboolean connected)
{
  g_signal_emit (self, connected_signal, 0, connected);
}

void
gst_livekit_egress_receiver_muted (GstLiveKitEgressReceiver * self,
    gboolean muted)
{
  g_signal_emit (self, muted_signal, 0, muted);
}
