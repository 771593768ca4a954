/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-output.h"

typedef struct
{
  GstElement *bin;
} DevOutputPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (DevOutput, dev_output, G_TYPE_OBJECT)

enum
{
  SIGNAL_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
dev_output_dispose (GObject *object)
{
  DevOutputPrivate *priv = dev_output_get_instance_private (DEV_OUTPUT (object));

  gst_clear_object (&priv->bin);
  G_OBJECT_CLASS (dev_output_parent_class)->dispose (object);
}

static void
dev_output_class_init (DevOutputClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = dev_output_dispose;
  signals[SIGNAL_FAILED] = g_signal_new ("failed", DEV_TYPE_OUTPUT, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
dev_output_init (DevOutput *self)
{
}

GstElement *
dev_output_create_bin (DevOutput *self, const DevEncoding *encoding, GError **error)
{
  DevOutputPrivate *priv = dev_output_get_instance_private (self);
  GstElement *bin = DEV_OUTPUT_GET_CLASS (self)->create_bin (self, encoding, error);

  if (bin != NULL)
    priv->bin = gst_object_ref_sink (bin);
  return priv->bin;
}

GstElement *
dev_output_get_bin (DevOutput *self)
{
  DevOutputPrivate *priv = dev_output_get_instance_private (self);

  return priv->bin;
}

void
dev_output_started (DevOutput *self)
{
  if (DEV_OUTPUT_GET_CLASS (self)->started != NULL)
    DEV_OUTPUT_GET_CLASS (self)->started (self);
}

gboolean
dev_output_element_failed (DevOutput *self, GstObject *element, const char *text)
{
  DevOutputPrivate *priv = dev_output_get_instance_private (self);

  if (priv->bin == NULL || !gst_object_has_as_ancestor (element, GST_OBJECT (priv->bin)))
    return FALSE;
  DEV_OUTPUT_GET_CLASS (self)->element_failed (self, element, text);
  return TRUE;
}

guint
dev_output_get_linger (DevOutput *self)
{
  return DEV_OUTPUT_GET_CLASS (self)->get_linger != NULL
             ? DEV_OUTPUT_GET_CLASS (self)->get_linger (self)
             : 0;
}

static void
ghost (GstElement *bin, const char *element_name, const char *pad_name)
{
  g_autoptr (GstElement) element = gst_bin_get_by_name (GST_BIN (bin), element_name);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "sink");

  gst_element_add_pad (bin, gst_ghost_pad_new (pad_name, pad));
}

void
dev_output_add_pads (DevOutput *self, GstElement *bin, const DevEncoding *encoding)
{
  if (encoding->video)
    ghost (bin, "video-in", "video");
  if (encoding->audio)
    ghost (bin, "audio-in", "audio");
}

void
dev_output_emit_failed (DevOutput *self, const char *stream, const char *text)
{
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, stream, text);
}
