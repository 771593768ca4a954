/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstlivekitegresslistener.h"

#include "gstlivekitegressaddress.h"
#include "gstlivekitegresserror.h"
#include "gstlivekitegressplugin.h"
#include "gstlivekitegressrate.h"

#define GST_CAT_DEFAULT gst_livekit_egress_debug

/* Strangers must not fill the log. */
#define MAX_LINES_PER_SECOND 10

typedef struct
{
  /* Set before the first state change. */
  gchar *listen_address;
  guint listen_port;
  gchar *advertise_address;
  guint latency;                /* in milliseconds */
  GTlsCertificate *certificate; /* NULL: no TLS */

  gboolean waited;              /* the last read was in vain; of the streaming thread alone */

  /* Guarded by the object lock, which is held for nothing that can block. */
  gchar *authority;             /* that the worker is told; NULL when not listening */
  guint refused;
  GstLiveKitEgressRate refusals;
} GstLiveKitEgressListenerPrivate;

static void gst_livekit_egress_listener_iface_init
    (GstLiveKitEgressReceiverInterface * iface);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (GstLiveKitEgressListener,
    gst_livekit_egress_listener, GST_TYPE_LIVEKIT_EGRESS_LIVE_SRC,
    G_ADD_PRIVATE (GstLiveKitEgressListener)
    G_IMPLEMENT_INTERFACE (GST_TYPE_LIVEKIT_EGRESS_RECEIVER,
        gst_livekit_egress_listener_iface_init));

#define PRIVATE(self) ((GstLiveKitEgressListenerPrivate *) \
    gst_livekit_egress_listener_get_instance_private (self))

/*** Listening ***/

/* The authority that the worker is told, or NULL with an error. */
static gchar *
listen_on (GstLiveKitEgressListener * self, GError ** error)
{
  GstLiveKitEgressListenerPrivate *priv = PRIVATE (self);
  GstLiveKitEgressListenerClass *klass =
      GST_LIVEKIT_EGRESS_LISTENER_GET_CLASS (self);
  g_autoptr (GSocketAddress) address =
      gst_livekit_egress_address_new_to_listen (priv->listen_address,
      priv->advertise_address, priv->listen_port, error);
  gchar *authority;
  guint port;

  if (address == NULL)
    return NULL;
  port = klass->listen (self, address, priv->latency, error);
  if (port == 0)
    return NULL;

  authority = gst_livekit_egress_address_get_authority (address,
      priv->advertise_address, port, error);
  if (authority == NULL)
    klass->close (self);
  return authority;
}

static gboolean
gst_livekit_egress_listener_start (GstBaseSrc * src)
{
  GstLiveKitEgressListener *self = GST_LIVEKIT_EGRESS_LISTENER (src);
  GstLiveKitEgressListenerPrivate *priv = PRIVATE (self);
  g_autoptr (GError) error = NULL;
  gchar *authority = listen_on (self, &error);

  if (authority == NULL) {
    gst_livekit_egress_post_error (GST_ELEMENT (self), error, NULL, NULL);
    return FALSE;
  }
  GST_INFO_OBJECT (self, "listening; the worker is told %s", authority);

  GST_OBJECT_LOCK (self);
  priv->authority = authority;
  priv->refused = 0;
  GST_OBJECT_UNLOCK (self);
  priv->waited = FALSE;

  return GST_BASE_SRC_CLASS (gst_livekit_egress_listener_parent_class)->start
      (src);
}

static gboolean
gst_livekit_egress_listener_stop (GstBaseSrc * src)
{
  GstLiveKitEgressListener *self = GST_LIVEKIT_EGRESS_LISTENER (src);

  GST_OBJECT_LOCK (self);
  g_clear_pointer (&PRIVATE (self)->authority, g_free);
  GST_OBJECT_UNLOCK (self);

  GST_BASE_SRC_CLASS (gst_livekit_egress_listener_parent_class)->stop (src);
  GST_LIVEKIT_EGRESS_LISTENER_GET_CLASS (self)->close (self);
  return TRUE;
}

/*** Data ***/

static GstFlowReturn
gst_livekit_egress_listener_next (GstLiveKitEgressLiveSrc * src,
    GstBuffer ** buffer, GstClockTime * age)
{
  GstLiveKitEgressListener *self = GST_LIVEKIT_EGRESS_LISTENER (src);
  g_autoptr (GError) error = NULL;

  if (gst_livekit_egress_live_src_is_drained (src, PRIVATE (self)->waited))
    return GST_FLOW_EOS;

  *buffer =
      GST_LIVEKIT_EGRESS_LISTENER_GET_CLASS (self)->read (self, age, &error);
  if (error != NULL) {
    gst_livekit_egress_post_error (GST_ELEMENT (self), error, NULL, NULL);
    return GST_FLOW_ERROR;
  }
  PRIVATE (self)->waited = *buffer == NULL;
  return GST_FLOW_OK;
}

GTlsCertificate *
gst_livekit_egress_listener_get_certificate (GstLiveKitEgressListener * self)
{
  return PRIVATE (self)->certificate;
}

void
gst_livekit_egress_listener_refused (GstLiveKitEgressListener * self,
    const gchar * peer, const gchar * why)
{
  GstLiveKitEgressListenerPrivate *priv = PRIVATE (self);
  gboolean too_often;
  guint left_out;

  GST_OBJECT_LOCK (self);
  priv->refused++;
  too_often = gst_livekit_egress_rate_exceeds (&priv->refusals,
      MAX_LINES_PER_SECOND, &left_out);
  GST_OBJECT_UNLOCK (self);

  if (left_out > 0)
    GST_WARNING_OBJECT (self, "refused %u more before this", left_out);
  if (!too_often)
    GST_WARNING_OBJECT (self, "refused %s: %s", peer, why);
}

/*** Receiver ***/

static void
gst_livekit_egress_listener_configure (GstLiveKitEgressReceiver * receiver,
    const GstLiveKitEgressReceiverConfig * config)
{
  GstLiveKitEgressListenerPrivate *priv =
      PRIVATE (GST_LIVEKIT_EGRESS_LISTENER (receiver));

  g_free (priv->listen_address);
  priv->listen_address = g_strdup (config->listen_address);
  priv->listen_port = config->listen_port;
  g_free (priv->advertise_address);
  priv->advertise_address = g_strdup (config->advertise_address);
  priv->latency = config->latency;
  gst_livekit_egress_live_src_set_latency (GST_LIVEKIT_EGRESS_LIVE_SRC
      (receiver), config->latency * GST_MSECOND);
  g_set_object (&priv->certificate, config->tls_certificate);
}

static gboolean
gst_livekit_egress_listener_add_output (GstLiveKitEgressReceiver * receiver,
    LkEgressRequest * request, GError ** error)
{
  GstLiveKitEgressListener *self = GST_LIVEKIT_EGRESS_LISTENER (receiver);
  const gchar *authority = PRIVATE (self)->authority;

  g_return_val_if_fail (authority != NULL, FALSE);

  GST_LIVEKIT_EGRESS_LISTENER_GET_CLASS (self)->add_output (self, request,
      authority);
  return TRUE;
}

static void
gst_livekit_egress_listener_end (GstLiveKitEgressLiveSrc * src)
{
  GstLiveKitEgressListener *self = GST_LIVEKIT_EGRESS_LISTENER (src);

  GST_LIVEKIT_EGRESS_LISTENER_GET_CLASS (self)->refuse_all (self);
}

static void
gst_livekit_egress_listener_add_stats (GstLiveKitEgressLiveSrc * src,
    GstStructure * stats)
{
  GstLiveKitEgressListener *self = GST_LIVEKIT_EGRESS_LISTENER (src);
  guint refused;

  GST_OBJECT_LOCK (self);
  refused = PRIVATE (self)->refused;
  GST_OBJECT_UNLOCK (self);

  gst_structure_set (stats, "refused", G_TYPE_UINT, refused, NULL);
  GST_LIVEKIT_EGRESS_LISTENER_GET_CLASS (self)->add_stats (self, stats);
}

static void
gst_livekit_egress_listener_iface_init (GstLiveKitEgressReceiverInterface *
    iface)
{
  iface->configure = gst_livekit_egress_listener_configure;
  iface->add_output = gst_livekit_egress_listener_add_output;
}

/*** Object ***/

static void
gst_livekit_egress_listener_finalize (GObject * object)
{
  GstLiveKitEgressListenerPrivate *priv =
      PRIVATE (GST_LIVEKIT_EGRESS_LISTENER (object));

  g_free (priv->listen_address);
  g_free (priv->advertise_address);
  g_clear_object (&priv->certificate);

  G_OBJECT_CLASS (gst_livekit_egress_listener_parent_class)->finalize (object);
}

static void
gst_livekit_egress_listener_class_init (GstLiveKitEgressListenerClass * klass)
{
  GstBaseSrcClass *src_class = GST_BASE_SRC_CLASS (klass);
  GstLiveKitEgressLiveSrcClass *live_class =
      GST_LIVEKIT_EGRESS_LIVE_SRC_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_livekit_egress_listener_finalize;
  src_class->start = gst_livekit_egress_listener_start;
  src_class->stop = gst_livekit_egress_listener_stop;
  live_class->next = gst_livekit_egress_listener_next;
  live_class->end = gst_livekit_egress_listener_end;
  live_class->add_stats = gst_livekit_egress_listener_add_stats;
}

static void
gst_livekit_egress_listener_init (GstLiveKitEgressListener * self)
{
}
