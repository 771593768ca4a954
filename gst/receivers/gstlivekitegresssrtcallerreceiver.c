/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresssrtcallerreceiver.h"

#include "gstlivekitegresserror.h"
#include "gstlivekitegresssrtcaller.h"
#include "gstlivekitegresssrtlibrary.h"

struct _GstLiveKitEgressSrtCallerReceiver
{
  GstLiveKitEgressLiveSrc parent;

  /* Set before the first state change. */
  gchar *location;
  guint latency;                /* in milliseconds */

  GCancellable *cancellable;    /* cancelled while flushing */

  /* From start to stop. Others than the streaming thread hold the object lock while they use it. */
  GstLiveKitEgressSrtCaller *caller;
  gboolean waited;              /* the last read was in vain */
};

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/mpegts, systemstream = (boolean) true, "
        "packetsize = (int) 188"));

static void gst_livekit_egress_srt_caller_receiver_iface_init
    (GstLiveKitEgressReceiverInterface * iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstLiveKitEgressSrtCallerReceiver,
    gst_livekit_egress_srt_caller_receiver, GST_TYPE_LIVEKIT_EGRESS_LIVE_SRC,
    G_IMPLEMENT_INTERFACE (GST_TYPE_LIVEKIT_EGRESS_RECEIVER,
        gst_livekit_egress_srt_caller_receiver_iface_init));

#define parent_class gst_livekit_egress_srt_caller_receiver_parent_class

/*** Start and stop ***/

static void
on_connected (gboolean connected, gpointer user_data)
{
  if (connected)
    gst_livekit_egress_live_src_set_failure (user_data, NULL);
  gst_livekit_egress_live_src_set_connected (user_data, connected);
}

static void
on_failed (const gchar * why, gpointer user_data)
{
  gst_livekit_egress_live_src_set_failure (user_data, why);
}

static gboolean
gst_livekit_egress_srt_caller_receiver_start (GstBaseSrc * src)
{
  GstLiveKitEgressSrtCallerReceiver *self =
      GST_LIVEKIT_EGRESS_SRT_CALLER_RECEIVER (src);
  const GstLiveKitEgressSrtCallerFuncs funcs = { on_connected, on_failed };
  g_autoptr (GError) error = NULL;
  GstLiveKitEgressSrtCaller *caller =
      gst_livekit_egress_srt_caller_new (self->location, self->latency,
      &funcs, self, &error);

  if (caller == NULL) {
    gst_livekit_egress_post_error (GST_ELEMENT (self), error, NULL, NULL);
    return FALSE;
  }
  if (!gst_livekit_egress_srt_caller_is_local (caller))
    gst_livekit_egress_srt_library_check (GST_ELEMENT (self));

  GST_OBJECT_LOCK (self);
  self->caller = caller;
  GST_OBJECT_UNLOCK (self);
  self->waited = FALSE;
  return GST_BASE_SRC_CLASS (parent_class)->start (src);
}

static gboolean
gst_livekit_egress_srt_caller_receiver_stop (GstBaseSrc * src)
{
  GstLiveKitEgressSrtCallerReceiver *self =
      GST_LIVEKIT_EGRESS_SRT_CALLER_RECEIVER (src);
  GstLiveKitEgressSrtCaller *caller;

  GST_BASE_SRC_CLASS (parent_class)->stop (src);

  GST_OBJECT_LOCK (self);
  caller = g_steal_pointer (&self->caller);
  GST_OBJECT_UNLOCK (self);

  gst_livekit_egress_srt_caller_free (caller);
  return TRUE;
}

static gboolean
gst_livekit_egress_srt_caller_receiver_unlock (GstBaseSrc * src)
{
  g_cancellable_cancel (GST_LIVEKIT_EGRESS_SRT_CALLER_RECEIVER
      (src)->cancellable);
  return GST_BASE_SRC_CLASS (parent_class)->unlock (src);
}

static gboolean
gst_livekit_egress_srt_caller_receiver_unlock_stop (GstBaseSrc * src)
{
  g_cancellable_reset (GST_LIVEKIT_EGRESS_SRT_CALLER_RECEIVER
      (src)->cancellable);
  return GST_BASE_SRC_CLASS (parent_class)->unlock_stop (src);
}

/*** Data ***/

static GstFlowReturn
gst_livekit_egress_srt_caller_receiver_next (GstLiveKitEgressLiveSrc * src,
    GstBuffer ** buffer, GstClockTime * age)
{
  GstLiveKitEgressSrtCallerReceiver *self =
      GST_LIVEKIT_EGRESS_SRT_CALLER_RECEIVER (src);
  g_autoptr (GError) error = NULL;

  if (gst_livekit_egress_live_src_is_drained (src, self->waited))
    return GST_FLOW_EOS;

  *buffer = gst_livekit_egress_srt_caller_read (self->caller,
      GST_LIVEKIT_EGRESS_LIVE_SRC_MOMENT, age, self->cancellable, &error);
  if (error != NULL) {
    gst_livekit_egress_post_error (GST_ELEMENT (self), error, NULL, NULL);
    return GST_FLOW_ERROR;
  }
  self->waited = *buffer == NULL;
  return GST_FLOW_OK;
}

static void
gst_livekit_egress_srt_caller_receiver_add_stats (GstLiveKitEgressLiveSrc * src,
    GstStructure * stats)
{
  GstLiveKitEgressSrtCallerReceiver *self =
      GST_LIVEKIT_EGRESS_SRT_CALLER_RECEIVER (src);

  GST_OBJECT_LOCK (self);
  if (self->caller != NULL)
    gst_livekit_egress_srt_caller_add_stats (self->caller, stats);
  GST_OBJECT_UNLOCK (self);
}

/*** Receiver ***/

static void
gst_livekit_egress_srt_caller_receiver_configure (GstLiveKitEgressReceiver *
    receiver, const GstLiveKitEgressReceiverConfig * config)
{
  GstLiveKitEgressSrtCallerReceiver *self =
      GST_LIVEKIT_EGRESS_SRT_CALLER_RECEIVER (receiver);

  g_free (self->location);
  self->location = g_strdup (config->srt_location);
  self->latency = config->latency;
  gst_livekit_egress_live_src_set_latency (GST_LIVEKIT_EGRESS_LIVE_SRC (self),
      config->latency * GST_MSECOND);
}

static gboolean
gst_livekit_egress_srt_caller_receiver_add_output (GstLiveKitEgressReceiver *
    receiver, LkEgressRequest * request, GError ** error)
{
  GstLiveKitEgressSrtCallerReceiver *self =
      GST_LIVEKIT_EGRESS_SRT_CALLER_RECEIVER (receiver);
  g_autofree gchar *url = gst_livekit_egress_srt_caller_dup_url (self->caller);

  lk_egress_request_add_stream (request, LK_EGRESS_STREAM_PROTOCOL_SRT, url);
  return TRUE;
}

static void
    gst_livekit_egress_srt_caller_receiver_iface_init
    (GstLiveKitEgressReceiverInterface * iface)
{
  iface->configure = gst_livekit_egress_srt_caller_receiver_configure;
  iface->add_output = gst_livekit_egress_srt_caller_receiver_add_output;
}

/*** Object ***/

static void
gst_livekit_egress_srt_caller_receiver_finalize (GObject * object)
{
  GstLiveKitEgressSrtCallerReceiver *self =
      GST_LIVEKIT_EGRESS_SRT_CALLER_RECEIVER (object);

  g_free (self->location);
  g_object_unref (self->cancellable);

  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
    gst_livekit_egress_srt_caller_receiver_class_init
    (GstLiveKitEgressSrtCallerReceiverClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *src_class = GST_BASE_SRC_CLASS (klass);
  GstLiveKitEgressLiveSrcClass *live_class =
      GST_LIVEKIT_EGRESS_LIVE_SRC_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize =
      gst_livekit_egress_srt_caller_receiver_finalize;
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "LiveKit egress SRT caller", "Source/Network",
      "Calls an egress worker that listens for SRT, and receives its stream",
      "The livekit-egress authors");

  src_class->start = gst_livekit_egress_srt_caller_receiver_start;
  src_class->stop = gst_livekit_egress_srt_caller_receiver_stop;
  src_class->unlock = gst_livekit_egress_srt_caller_receiver_unlock;
  src_class->unlock_stop = gst_livekit_egress_srt_caller_receiver_unlock_stop;
  live_class->next = gst_livekit_egress_srt_caller_receiver_next;
  live_class->add_stats = gst_livekit_egress_srt_caller_receiver_add_stats;
}

static void
    gst_livekit_egress_srt_caller_receiver_init
    (GstLiveKitEgressSrtCallerReceiver * self)
{
  self->cancellable = g_cancellable_new ();
}
