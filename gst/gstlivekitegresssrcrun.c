/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One run of livekitegresssrc: what is listening, its pads, and how it ends. */

#include "gstlivekitegresssrcprivate.h"

#include "gstlivekitegressdemux.h"
#include "gstlivekitegressplugin.h"
#include "gstlivekitegresserror.h"
#include "gstlivekitegressmessages.h"
#include "gstlivekitegressreceivers.h"

#define GST_CAT_DEFAULT gst_livekit_egress_debug

/* How long a sender that stays connected may be silent before its stream counts as drained. */
#define DRAIN_TIME GST_SECOND
/* How long an error waits for what came before it to be pushed. */
#define DRAIN_TIMEOUT_MS 2000

/*** Errors ***/

static void
post_error (GstLiveKitEgressSrc * self, const GError * error)
{
  g_autoptr (LkEgressInfo) info =
      gst_livekit_egress_control_dup_info (self->control);

  gst_livekit_egress_post_error (GST_ELEMENT (self), error,
      info != NULL ? lk_egress_info_get_egress_id (info) : NULL, info);
}

/* Posts what failed, if something did and no other error went before it. */
static void
post_failure (GstLiveKitEgressSrc * self)
{
  g_autoptr (GError) failure = NULL;

  GST_OBJECT_LOCK (self);
  failure = g_steal_pointer (&self->failure);
  if (self->errored)
    g_clear_error (&failure);
  else if (failure != NULL)
    self->errored = TRUE;
  GST_OBJECT_UNLOCK (self);

  if (failure != NULL)
    post_error (self, failure);
}

static gboolean
on_drain_timeout (gpointer data)
{
  post_failure (data);
  return G_SOURCE_REMOVE;
}

/* In the control thread. */
void
gst_livekit_egress_src_ended (GstLiveKitEgressControl * control,
    const GError * error, GstLiveKitEgressSrc * self)
{
  const gboolean final = lk_egress_job_state_is_final
      (gst_livekit_egress_control_get_state (control));
  g_autoptr (GstElement) receiver = NULL;

  GST_OBJECT_LOCK (self);
  if (error != NULL)
    self->failure = g_error_copy (error);
  if (self->receiver != NULL)
    receiver = gst_object_ref (self->receiver);
  if (error != NULL && receiver != NULL && self->drain_timer == NULL) {
    self->drain_timer = g_timeout_source_new (DRAIN_TIMEOUT_MS);
    g_source_set_callback (self->drain_timer, on_drain_timeout, self, NULL);
    g_source_attach (self->drain_timer, g_main_context_get_thread_default ());
  }
  GST_OBJECT_UNLOCK (self);

  /* An egress that goes on, because it is left or does not obey, may send for ever. */
  if (receiver != NULL)
    gst_livekit_egress_receiver_end (GST_LIVEKIT_EGRESS_RECEIVER (receiver),
        final ? DRAIN_TIME : 0);
}

/*** Media ***/

static void
on_connected (GstLiveKitEgressReceiver * receiver, gboolean connected,
    GstLiveKitEgressSrc * self)
{
  gboolean has_data;

  GST_OBJECT_LOCK (self);
  has_data = self->has_data;
  GST_OBJECT_UNLOCK (self);

  /* Whoever connects for the first time still has to send something. */
  if (has_data)
    gst_livekit_egress_control_set_media (self->control,
        connected ? GST_LIVEKIT_EGRESS_MEDIA_ARRIVED :
        GST_LIVEKIT_EGRESS_MEDIA_LOST);
  g_object_notify (G_OBJECT (self), "stats");
}

static GstPadProbeReturn
on_first_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstLiveKitEgressSrc *self = user_data;
  g_autofree gchar *id = gst_livekit_egress_control_dup_egress_id
      (self->control);
  gint64 start_time;

  GST_OBJECT_LOCK (self);
  self->has_data = TRUE;
  start_time = self->start_time;
  GST_OBJECT_UNLOCK (self);

  gst_livekit_egress_control_set_media (self->control,
      GST_LIVEKIT_EGRESS_MEDIA_ARRIVED);
  gst_livekit_egress_post_first_data (GST_ELEMENT (self), id,
      (g_get_monotonic_time () - start_time) * GST_USECOND);

  return GST_PAD_PROBE_REMOVE;
}

static GstPadProbeReturn
on_receiver_event (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstLiveKitEgressSrc *self = user_data;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS) {
    GST_OBJECT_LOCK (self);
    /* Nobody downstream can see this end: there is no pad to send EOS on. */
    if (self->failure == NULL && GST_ELEMENT (self)->numsrcpads == 0)
      self->failure = g_error_new_literal (GST_LIVEKIT_EGRESS_ERROR,
          GST_LIVEKIT_EGRESS_ERROR_NO_MEDIA,
          "The egress ended before it sent any media");
    GST_OBJECT_UNLOCK (self);

    post_failure (self);
  }
  return GST_PAD_PROBE_OK;
}

static void
add_ghost_pad (GstLiveKitEgressSrc * self, GstPad * pad, const gchar * name,
    GstStaticPadTemplate * static_template)
{
  g_autoptr (GstPadTemplate) template =
      gst_static_pad_template_get (static_template);
  GstPad *ghost = gst_ghost_pad_new_from_template (name, pad, template);

  gst_pad_set_active (ghost, TRUE);
  gst_livekit_egress_copy_sticky_events (pad, ghost);
  gst_element_add_pad (GST_ELEMENT (self), ghost);
}

static void
on_pad_added (GstElement * demuxer, GstPad * pad, GstLiveKitEgressSrc * self)
{
  GstStaticPadTemplate *template = &gst_livekit_egress_src_audio_template;

  if (g_str_has_prefix (GST_PAD_NAME (pad), "video_"))
    template = &gst_livekit_egress_src_video_template;
  if (GST_PAD_IS_SRC (pad))
    add_ghost_pad (self, pad, GST_PAD_NAME (pad), template);
}

static void
remove_ghost_pad (GstLiveKitEgressSrc * self, const gchar * name)
{
  g_autoptr (GstPad) ghost = gst_element_get_static_pad (GST_ELEMENT (self),
      name);

  if (ghost != NULL) {
    gst_pad_set_active (ghost, FALSE);
    gst_element_remove_pad (GST_ELEMENT (self), ghost);
  }
}

static void
on_pad_removed (GstElement * demuxer, GstPad * pad, GstLiveKitEgressSrc * self)
{
  remove_ghost_pad (self, GST_PAD_NAME (pad));
}

static void
on_no_more_pads (GstElement * demuxer, GstLiveKitEgressSrc * self)
{
  gst_element_no_more_pads (GST_ELEMENT (self));
}

/*** One run ***/

static gboolean
add_receiver (GstLiveKitEgressSrc * self, gboolean * demux)
{
  GstLiveKitEgressReceiverConfig config;
  GstLiveKitEgressProtocol protocol;
  g_autofree gchar *listen = NULL;
  g_autoptr (GstPad) pad = NULL;
  GstElement *receiver;

  GST_OBJECT_LOCK (self);
  protocol = self->protocol;
  listen = g_strdup (self->listen_address);
  /* Who says where it is reached is to be reached. */
  if (listen == NULL && self->advertise_address != NULL)
    listen = g_strdup ("0.0.0.0");
  config.listen_address = listen;
  config.listen_port = self->listen_port;
  config.latency = self->latency;
  *demux = self->demux;
  GST_OBJECT_UNLOCK (self);

  receiver = gst_livekit_egress_receiver_new (protocol, &config);
  g_signal_connect_object (receiver, "connected", G_CALLBACK (on_connected),
      self, 0);
  pad = gst_element_get_static_pad (receiver, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_first_buffer, self,
      NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      on_receiver_event, self, NULL);

  GST_OBJECT_LOCK (self);
  self->receiver = gst_object_ref (receiver);
  GST_OBJECT_UNLOCK (self);
  if (!gst_bin_add (GST_BIN (self), receiver))
    return FALSE;
  if (!*demux)
    add_ghost_pad (self, pad, "src", &gst_livekit_egress_src_src_template);
  return TRUE;
}

static gboolean
add_demuxer (GstLiveKitEgressSrc * self)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (self->receiver, "src");
  g_autoptr (GstCaps) caps = gst_pad_query_caps (pad, NULL);

  self->demuxer = gst_livekit_egress_demux_new (caps);
  g_signal_connect_object (self->demuxer, "pad-added",
      G_CALLBACK (on_pad_added), self, 0);
  g_signal_connect_object (self->demuxer, "pad-removed",
      G_CALLBACK (on_pad_removed), self, 0);
  g_signal_connect_object (self->demuxer, "no-more-pads",
      G_CALLBACK (on_no_more_pads), self, 0);
  return gst_bin_add (GST_BIN (self), self->demuxer)
      && gst_element_link (self->receiver, self->demuxer);
}

gboolean
gst_livekit_egress_src_prepare (GstLiveKitEgressSrc * self)
{
  g_autoptr (GError) error = NULL;
  gboolean demux;

  self->request = gst_livekit_egress_settings_create_request (&self->settings,
      &error);
  if (error == NULL)
    self->client = gst_livekit_egress_settings_create_client (&self->settings,
        &error);
  if (error != NULL) {
    post_error (self, error);
    return FALSE;
  }

  return add_receiver (self, &demux)
      && (!demux || add_demuxer (self));
}

gboolean
gst_livekit_egress_src_start (GstLiveKitEgressSrc * self)
{
  GstLiveKitEgressLife life =
      gst_livekit_egress_settings_get_life (&self->settings);
  g_autofree gchar *host = NULL;
  g_autoptr (GError) error = NULL;

  GST_OBJECT_LOCK (self);
  host = g_strdup (self->advertise_address);
  GST_OBJECT_UNLOCK (self);

  if (!gst_livekit_egress_receiver_add_output (GST_LIVEKIT_EGRESS_RECEIVER
          (self->receiver), self->request, host, &error)) {
    post_error (self, error);
    return FALSE;
  }

  GST_OBJECT_LOCK (self);
  self->start_time = g_get_monotonic_time ();
  GST_OBJECT_UNLOCK (self);

  gst_livekit_egress_control_start (self->control, self->client, self->request,
      &life);
  return TRUE;
}

void
gst_livekit_egress_src_clean_up (GstLiveKitEgressSrc * self)
{
  g_autoptr (GstElement) receiver = NULL;

  GST_OBJECT_LOCK (self);
  receiver = g_steal_pointer (&self->receiver);
  if (self->drain_timer != NULL)
    g_source_destroy (self->drain_timer);
  g_clear_pointer (&self->drain_timer, g_source_unref);
  g_clear_error (&self->failure);
  self->errored = FALSE;
  self->has_data = FALSE;
  GST_OBJECT_UNLOCK (self);

  if (self->demuxer != NULL) {
    gst_element_set_state (self->demuxer, GST_STATE_NULL);
    gst_bin_remove (GST_BIN (self), self->demuxer);
    self->demuxer = NULL;
  }
  if (receiver != NULL) {
    gst_element_set_state (receiver, GST_STATE_NULL);
    gst_bin_remove (GST_BIN (self), receiver);
  }
  remove_ghost_pad (self, "src");

  g_clear_object (&self->client);
  g_clear_object (&self->request);
}

void
gst_livekit_egress_src_set_reading (GstLiveKitEgressSrc * self,
    gboolean reading)
{
  gboolean has_data;

  GST_OBJECT_LOCK (self);
  has_data = self->has_data;
  GST_OBJECT_UNLOCK (self);

  if (!has_data)
    gst_livekit_egress_control_set_media (self->control,
        reading ? GST_LIVEKIT_EGRESS_MEDIA_EXPECTED :
        GST_LIVEKIT_EGRESS_MEDIA_NONE);
}
