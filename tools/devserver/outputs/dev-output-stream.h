/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dev-output.h"

G_BEGIN_DECLS

#define DEV_TYPE_OUTPUT_STREAM (dev_output_stream_get_type ())
G_DECLARE_DERIVABLE_TYPE (DevOutputStream, dev_output_stream, DEV, OUTPUT_STREAM, DevOutput)

/* H.264 and AAC in one container, sent to any number of addresses. A kind says which container and
 * what sends it; one dead receiver does not disturb the others. */
struct _DevOutputStreamClass
{
  DevOutputClass parent_class;

  /* The element that makes the container, and what its video goes through, in gst-launch syntax. */
  const char *muxer;
  const char *video;

  /* A sink for an address. Errors must not quote it. */
  GstElement *(*create_sink) (const char *url, GError **error);

  /* For those that need it. */

  /* How the results show an address; as it is if NULL. */
  char *(*show_url) (const char *url);
  /* How long what a sink has sent is on its way, in milliseconds. */
  guint (*get_latency) (GstElement *sink);
  /* Whether media went out through a sink. Then one that fails is tried again for a while; NULL for
   * protocols that give up at once. */
  gboolean (*has_sent) (GstElement *sink);
};

/* For the classes of kinds: the elements that all of them need, in the list of a kind. */
#define DEV_OUTPUT_STREAM_ELEMENTS                                                                 \
  "aacparse", "audioconvert", "avenc_aac", "errorignore", "queue", "tee"

G_END_DECLS
