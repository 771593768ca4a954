/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fake-receiver.h"

#include "gstlivekitegressreceiver.h"

#define N_BUFFERS 10

gboolean fake_receiver_has_output = TRUE;

typedef struct
{
  GstPushSrc parent;

  GMutex lock;
  GCond cond;
  guint n_sent;
  gboolean ended, flushing;
} FakeReceiver;

typedef GstPushSrcClass FakeReceiverClass;

static void fake_receiver_iface_init (GstLiveKitEgressReceiverInterface *iface);

G_DEFINE_TYPE_WITH_CODE (FakeReceiver,
                         fake_receiver,
                         GST_TYPE_PUSH_SRC,
                         G_IMPLEMENT_INTERFACE (GST_TYPE_LIVEKIT_EGRESS_RECEIVER,
                                                fake_receiver_iface_init))

static GstStaticPadTemplate src_template
    = GST_STATIC_PAD_TEMPLATE ("src",
                               GST_PAD_SRC,
                               GST_PAD_ALWAYS,
                               GST_STATIC_CAPS ("audio/x-raw, format=S16LE, layout=interleaved, "
                                                "rate=48000, channels=2"));

static void
configure (GstLiveKitEgressReceiver *self, const GstLiveKitEgressReceiverConfig *config)
{
}

/* Nothing comes from there. */
static gboolean
add_output (GstLiveKitEgressReceiver *self, LkEgressRequest *request, GError **error)
{
  g_autoptr (LkEgressOutput) output
      = lk_egress_output_new_for_format (LK_EGRESS_OUTPUT_FORMAT_MP4, "received.mp4");

  if (!fake_receiver_has_output)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "There is no output");
      return FALSE;
    }
  lk_egress_request_add_output (request, output);

  return TRUE;
}

static void
set_flag (FakeReceiver *self, gboolean *flag, gboolean value)
{
  g_mutex_lock (&self->lock);
  *flag = value;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
end (GstLiveKitEgressReceiver *receiver, GstClockTime linger)
{
  FakeReceiver *self = (FakeReceiver *)receiver;

  set_flag (self, &self->ended, TRUE);
}

static GstStructure *
get_stats (GstLiveKitEgressReceiver *receiver)
{
  return gst_structure_new ("fake", "n-sent", G_TYPE_UINT, ((FakeReceiver *)receiver)->n_sent,
                            NULL);
}

static void
fake_receiver_iface_init (GstLiveKitEgressReceiverInterface *iface)
{
  iface->configure = configure;
  iface->add_output = add_output;
  iface->end = end;
  iface->get_stats = get_stats;
}

static GstFlowReturn
create (GstPushSrc *src, GstBuffer **out)
{
  FakeReceiver *self = (FakeReceiver *)src;
  GstFlowReturn ret = GST_FLOW_OK;

  g_mutex_lock (&self->lock);
  while (self->n_sent == N_BUFFERS && !self->ended && !self->flushing)
    g_cond_wait (&self->cond, &self->lock);
  if (self->flushing)
    ret = GST_FLOW_FLUSHING;
  else if (self->n_sent == N_BUFFERS)
    ret = GST_FLOW_EOS;
  else
    self->n_sent++;
  g_mutex_unlock (&self->lock);

  if (ret == GST_FLOW_OK)
    *out = gst_buffer_new_allocate (NULL, 1920, NULL);

  return ret;
}

static gboolean
unlock (GstBaseSrc *src)
{
  FakeReceiver *self = (FakeReceiver *)src;

  set_flag (self, &self->flushing, TRUE);

  return TRUE;
}

static gboolean
unlock_stop (GstBaseSrc *src)
{
  FakeReceiver *self = (FakeReceiver *)src;

  set_flag (self, &self->flushing, FALSE);

  return TRUE;
}

static void
fake_receiver_class_init (FakeReceiverClass *klass)
{
  gst_element_class_add_static_pad_template (GST_ELEMENT_CLASS (klass), &src_template);
  GST_BASE_SRC_CLASS (klass)->unlock = unlock;
  GST_BASE_SRC_CLASS (klass)->unlock_stop = unlock_stop;
  klass->create = create;
}

static void
fake_receiver_init (FakeReceiver *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
}
