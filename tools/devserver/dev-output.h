/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

#include "dev-encoding.h"

G_BEGIN_DECLS

#define DEV_TYPE_OUTPUT (dev_output_get_type ())
G_DECLARE_DERIVABLE_TYPE (DevOutput, dev_output, DEV, OUTPUT, GObject)

/* One kind of destination: a bin that takes H.264 on a pad "video" and raw audio on a pad "audio",
 * as far as the encoding has them. Everything here runs in the main context; the signal "failed"
 * (stream, text) tells that one of its streams, or with a NULL stream the output, is dead. */
struct _DevOutputClass
{
  GObjectClass parent_class;

  GstElement *(*create_bin) (DevOutput *self, const DevEncoding *encoding, GError **error);
  /* The pipeline runs: open what may fail by itself. */
  void (*started) (DevOutput *self);
  /* An element of the bin reports an error. */
  void (*element_failed) (DevOutput *self, GstObject *element, const char *text);
  /* How long to wait between the end of the stream and closing, in milliseconds. */
  guint (*get_linger) (DevOutput *self);
};

/* The bin belongs to the pipeline it is added to; the output keeps a reference. */
GstElement *dev_output_create_bin (DevOutput *self, const DevEncoding *encoding, GError **error);
GstElement *dev_output_get_bin (DevOutput *self);
void dev_output_started (DevOutput *self);
/* FALSE if the element is none of its own. */
gboolean dev_output_element_failed (DevOutput *self, GstObject *element, const char *text);
guint dev_output_get_linger (DevOutput *self);

/* For the kinds: shows the sinks of "video-in" and "audio-in" as the pads of the bin. */
void dev_output_add_pads (DevOutput *self, GstElement *bin, const DevEncoding *encoding);
/* For the kinds: tells the egress. */
void dev_output_emit_failed (DevOutput *self, const char *stream, const char *text);

G_END_DECLS
