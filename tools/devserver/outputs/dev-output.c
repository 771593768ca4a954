/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dev-output.h"

#include <string.h>

#include "dev-info.h"
#include "dev-message.h"
#include "lk-egress-error.h"

typedef struct
{
  const DevOutputContext *context;
  const DevDestination *destination;
  GstElement *bin; /* NULL while no media runs */
  DevStore *store; /* NULL for streams */
  gint64 began;
  gint64 ended;
} DevOutputPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (DevOutput, dev_output, G_TYPE_OBJECT)

enum
{
  SIGNAL_FAILED,
  SIGNAL_STORED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
dev_output_dispose (GObject *object)
{
  DevOutputPrivate *priv = dev_output_get_instance_private (DEV_OUTPUT (object));

  dev_output_close (DEV_OUTPUT (object));
  if (priv->store != NULL)
    dev_store_close (priv->store);
  g_clear_object (&priv->store);
  G_OBJECT_CLASS (dev_output_parent_class)->dispose (object);
}

static void
dev_output_class_init (DevOutputClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = dev_output_dispose;
  signals[SIGNAL_FAILED] = g_signal_new ("failed", DEV_TYPE_OUTPUT, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_STRING);
  signals[SIGNAL_STORED] = g_signal_new ("stored", DEV_TYPE_OUTPUT, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 0);
}

static void
dev_output_init (DevOutput *self)
{
}

static void
on_store_idle (DevOutput *self)
{
  g_signal_emit (self, signals[SIGNAL_STORED], 0);
}

static void
on_store_failed (DevOutput *self, const char *text)
{
  dev_output_emit_failed (self, DEV_OUTPUT_INVALID, text);
}

static void
make_store (DevOutput *self)
{
  DevOutputPrivate *priv = dev_output_get_instance_private (self);

  priv->store = dev_store_new (priv->context->folder, priv->destination->s3,
                               priv->context->info->egress_id);
  g_signal_connect_object (priv->store, "idle", G_CALLBACK (on_store_idle), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (priv->store, "failed", G_CALLBACK (on_store_failed), self,
                           G_CONNECT_SWAPPED);
}

DevOutput *
dev_output_new (GType type, const DevOutputContext *context, const DevDestination *destination)
{
  DevOutput *self = g_object_new (type, NULL);
  DevOutputPrivate *priv = dev_output_get_instance_private (self);

  priv->context = context;
  priv->destination = destination;
  if (destination->kind != DEV_DESTINATION_STREAM)
    make_store (self);
  if (DEV_OUTPUT_GET_CLASS (self)->set_up != NULL)
    DEV_OUTPUT_GET_CLASS (self)->set_up (self);
  return self;
}

/* The pipeline */

GstElement *
dev_output_create (DevOutput *self, GError **error)
{
  DevOutputPrivate *priv = dev_output_get_instance_private (self);
  GstElement *bin = DEV_OUTPUT_GET_CLASS (self)->create (self, error);

  if (bin != NULL)
    priv->bin = gst_object_ref_sink (bin);
  return priv->bin;
}

void
dev_output_started (DevOutput *self)
{
  if (DEV_OUTPUT_GET_CLASS (self)->started != NULL)
    DEV_OUTPUT_GET_CLASS (self)->started (self);
}

static gboolean
is_own (DevOutput *self, GstObject *element)
{
  DevOutputPrivate *priv = dev_output_get_instance_private (self);

  return priv->bin != NULL && gst_object_has_as_ancestor (element, GST_OBJECT (priv->bin));
}

void
dev_output_handle_message (DevOutput *self, GstMessage *message)
{
  if (DEV_OUTPUT_GET_CLASS (self)->handle_message != NULL
      && is_own (self, GST_MESSAGE_SRC (message)))
    DEV_OUTPUT_GET_CLASS (self)->handle_message (self, gst_message_get_structure (message));
}

gboolean
dev_output_element_failed (DevOutput *self, GstObject *element, const char *text)
{
  if (!is_own (self, element))
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

void
dev_output_close (DevOutput *self)
{
  DevOutputPrivate *priv = dev_output_get_instance_private (self);

  if (priv->bin == NULL)
    return;
  if (DEV_OUTPUT_GET_CLASS (self)->close != NULL)
    DEV_OUTPUT_GET_CLASS (self)->close (self);
  gst_clear_object (&priv->bin);
}

/* The egress */

gboolean
dev_output_has_streams (DevOutput *self)
{
  return DEV_OUTPUT_GET_CLASS (self)->add != NULL;
}

gboolean
dev_output_add (DevOutput *self, const char *id, const char *url, GError **error)
{
  return DEV_OUTPUT_GET_CLASS (self)->add (self, id, url, error);
}

gboolean
dev_output_remove (DevOutput *self, const char *url)
{
  return DEV_OUTPUT_GET_CLASS (self)->remove (self, url);
}

gboolean
dev_output_is_used (DevOutput *self)
{
  return DEV_OUTPUT_GET_CLASS (self)->is_used == NULL
         || DEV_OUTPUT_GET_CLASS (self)->is_used (self);
}

void
dev_output_cut (DevOutput *self)
{
  if (DEV_OUTPUT_GET_CLASS (self)->cut != NULL)
    DEV_OUTPUT_GET_CLASS (self)->cut (self);
}

void
dev_output_set_silent (DevOutput *self, gboolean silent)
{
  if (DEV_OUTPUT_GET_CLASS (self)->set_silent != NULL)
    DEV_OUTPUT_GET_CLASS (self)->set_silent (self, silent);
}

void
dev_output_begin (DevOutput *self)
{
  DevOutputPrivate *priv = dev_output_get_instance_private (self);

  priv->began = dev_info_now ();
}

void
dev_output_end (DevOutput *self, const char *error)
{
  DevOutputPrivate *priv = dev_output_get_instance_private (self);

  priv->ended = dev_info_now ();
  if (DEV_OUTPUT_GET_CLASS (self)->end != NULL)
    DEV_OUTPUT_GET_CLASS (self)->end (self, error);
}

void
dev_output_fill_result (DevOutput *self, Livekit__EgressInfo *info)
{
  DEV_OUTPUT_GET_CLASS (self)->fill_result (self, info);
}

void
dev_output_fill_manifest (DevOutput *self, Livekit__Manifest *manifest)
{
  if (DEV_OUTPUT_GET_CLASS (self)->fill_manifest != NULL)
    DEV_OUTPUT_GET_CLASS (self)->fill_manifest (self, manifest);
}

char *
dev_output_get_manifest_name (DevOutput *self, const char *file_name)
{
  DevOutputPrivate *priv = dev_output_get_instance_private (self);
  const char *neighbour, *slash;

  if (DEV_OUTPUT_GET_CLASS (self)->get_manifest_neighbour == NULL || priv->began == 0
      || dev_message_number (priv->destination->config, "disable_manifest"))
    return NULL;
  neighbour = DEV_OUTPUT_GET_CLASS (self)->get_manifest_neighbour (self);
  slash = strrchr (neighbour, '/');
  return g_strdup_printf ("%.*s%s", slash != NULL ? (int)(slash + 1 - neighbour) : 0, neighbour,
                          file_name);
}

gboolean
dev_output_is_storing (DevOutput *self)
{
  DevOutputPrivate *priv = dev_output_get_instance_private (self);

  return priv->store != NULL && dev_store_is_busy (priv->store);
}

/* The kinds */

const DevOutputContext *
dev_output_get_context (DevOutput *self)
{
  DevOutputPrivate *priv = dev_output_get_instance_private (self);

  return priv->context;
}

const DevDestination *
dev_output_get_destination (DevOutput *self)
{
  DevOutputPrivate *priv = dev_output_get_instance_private (self);

  return priv->destination;
}

GstElement *
dev_output_get_bin (DevOutput *self)
{
  DevOutputPrivate *priv = dev_output_get_instance_private (self);

  return priv->bin;
}

DevStore *
dev_output_get_store (DevOutput *self)
{
  DevOutputPrivate *priv = dev_output_get_instance_private (self);

  return priv->store;
}

gint64
dev_output_get_began (DevOutput *self)
{
  DevOutputPrivate *priv = dev_output_get_instance_private (self);

  return priv->began;
}

gint64
dev_output_get_ended (DevOutput *self)
{
  DevOutputPrivate *priv = dev_output_get_instance_private (self);

  return priv->ended;
}

static void
ghost (GstElement *bin, const char *element_name, const char *pad_name)
{
  g_autoptr (GstElement) element = gst_bin_get_by_name (GST_BIN (bin), element_name);
  g_autoptr (GstPad) pad = element != NULL ? gst_element_get_static_pad (element, "sink") : NULL;

  if (pad != NULL)
    gst_element_add_pad (bin, gst_ghost_pad_new (pad_name, pad));
}

void
dev_output_add_pads (GstElement *bin)
{
  ghost (bin, "video-in", "video");
  ghost (bin, "picture-in", "picture");
  ghost (bin, "audio-in", "audio");
}

void
dev_output_emit_failed (DevOutput *self, int code, const char *text)
{
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, code, text);
}

gboolean
dev_output_refuse (GError **error, const char *text)
{
  g_set_error_literal (error, LK_EGRESS_ERROR, LK_EGRESS_ERROR_UNIMPLEMENTED, text);
  return FALSE;
}

gboolean
dev_output_check_store (const DevOutputContext *context,
                        const DevDestination *destination,
                        GError **error)
{
  return context->folder != NULL || destination->s3 != NULL
         || dev_output_refuse (error, "this development server writes files only if it is started "
                                      "with --out, or into a bucket of S3");
}
